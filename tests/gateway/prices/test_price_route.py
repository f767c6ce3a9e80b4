"""What the gateway says that models cost."""

import pytest

from tests.gateway.running import Gateway


@pytest.mark.parametrize("path", ["/v1/model-configs/pricing", "/model-configs/pricing"])
async def test_prices_are_told_in_cents_per_token(gateway: Gateway, path: str) -> None:
    """A client of Portkey's pricing API reads ours."""
    answer = (await gateway.admin.get(f"{path}/openai/gpt-4o")).json()

    assert answer["pay_as_you_go"]["request_token"] == {"price": 0.00025}
    assert answer["pay_as_you_go"]["cache_read_input_token"] == {"price": 0.000125}
    assert answer["currency"] == "USD"


async def test_pictures_are_told_by_quality_and_size(gateway: Gateway) -> None:
    """The table of a model's pictures is in the answer."""
    answer = (await gateway.admin.get("/v1/model-configs/pricing/openai/dall-e-3")).json()

    assert answer["pay_as_you_go"]["image"]["hd"]["1024x1792"] == {"price": 12}


async def test_a_model_without_a_price_is_not_found(gateway: Gateway) -> None:
    """What nobody has a price for is no free model."""
    answer = await gateway.admin.get("/v1/model-configs/pricing/openai/no/such:model")

    assert answer.status_code == 404
    assert "openai/no/such:model" in answer.json()["error"]["message"]


async def test_strangers_are_told_nothing(gateway: Gateway) -> None:
    """Without a key there is no answer, also where the reference asks for none."""
    answer = await gateway.admin.get("/v1/model-configs/pricing/openai/gpt-4o", headers={"authorization": ""})

    assert answer.status_code == 401
