"""Callers that bring the vendor's key themselves."""

from pathlib import Path

import httpx
import pytest

from console.demo.vendor import SimulatedVendor
from tests.gateway.running import Gateway, ask, gateway_in


def headers(gateway: Gateway, **more: str) -> dict[str, str]:
    """Portkey's way: the vendor by name, its key as the bearer, ours beside it."""
    usual = {"x-portkey-provider": "openai", "authorization": "Bearer sk-mine", "x-portkey-api-key": gateway.app_key}
    return usual | {name.replace("_", "-"): value for name, value in more.items()}


async def test_callers_key_reaches_the_trusted_host(tmp_path: Path, vendor: SimulatedVendor) -> None:
    """With a vendor's name, the bearer goes to the vendor, at a host of the caller's that the operator trusts."""
    async with gateway_in(tmp_path, trusted_custom_hosts=("127.0.0.1",)) as gateway:
        sent = headers(gateway, x_portkey_custom_host=vendor.url)

        answer = await gateway.app.post("/v1/chat/completions", json=ask(model="gpt-4o"), headers=sent)

        assert answer.status_code == 200
        assert vendor.requests[0].headers["authorization"] == "Bearer sk-mine"
        assert (await gateway.logs())[0]["provider"] is None


@pytest.mark.parametrize(
    "host",
    ["{}", "http://169.254.169.254/v1", "http://user:pw@127.0.0.1/v1", "file:///etc/passwd", "http://127.0.0.1:99999/"],
)
async def test_host_nobody_trusts_is_refused(gateway: Gateway, vendor: SimulatedVendor, host: str) -> None:
    """A request cannot send the gateway to a host of its choice."""
    sent = headers(gateway, x_portkey_custom_host=host.format(vendor.url))

    answer = await gateway.app.post("/v1/chat/completions", json=ask(model="gpt-4o"), headers=sent)

    assert (answer.status_code, answer.json()["error"]["param"]) == (400, "x-portkey-custom-host")
    assert vendor.requests == []


async def test_credential_of_the_catalog_never_goes_to_a_callers_host(tmp_path: Path, vendor: SimulatedVendor) -> None:
    """A provider of the catalog cannot be combined with a host of the caller's, even a trusted one."""
    async with gateway_in(tmp_path, trusted_custom_hosts=("127.0.0.1",)) as gateway:
        answer = await gateway.app.post(
            "/v1/chat/completions", json=ask(), headers={"x-portkey-custom-host": vendor.url}
        )

    assert (answer.status_code, vendor.requests) == (400, [])


@pytest.mark.parametrize("bearer", ["OPENAI_API_KEY"])
async def test_placeholder_is_no_vendor_key(gateway: Gateway, bearer: str) -> None:
    """The placeholder that Portkey's SDK sends is not forwarded as a key."""
    sent = headers(gateway, authorization=f"Bearer {bearer}")

    answer = await gateway.app.post("/v1/chat/completions", json=ask(model="gpt-4o"), headers=sent)

    assert (answer.status_code, answer.json()["error"]["param"]) == (400, "authorization")


OURS_ALONE = [
    pytest.param("openai", {"authorization": "Bearer {}"}, id="bearer"),
    pytest.param("openai", {"authorization": "Bearer {}", "x-portkey-api-key": "{}"}, id="both places"),
    pytest.param("openai", {"authorization": "bearer {}", "x-portkey-api-key": "{}"}, id="both, small letters"),
    pytest.param("openai", {"authorization": "{}", "x-portkey-api-key": "{}"}, id="both, bare"),
    pytest.param("openai", {"authorization": "Bearer {}", "x-portkey-api-key": ""}, id="beside a blank"),
    pytest.param("anthropic", {"authorization": "Bearer {}", "x-api-key": "{}"}, id="as Anthropic's key too"),
    pytest.param("anthropic", {"x-portkey-api-key": "{}", "x-api-key": "{}"}, id="Anthropic's place and ours"),
]


@pytest.mark.parametrize(("named", "sent"), OURS_ALONE)
async def test_gateways_own_key_is_never_sent_to_a_vendor(
    tmp_path: Path, vendor: SimulatedVendor, named: str, sent: dict[str, str]
) -> None:
    """A caller whose only key is the gateway's, wherever it stands, has brought no vendor key, and ours stays here."""
    async with gateway_in(tmp_path, trusted_custom_hosts=("127.0.0.1",)) as gateway:
        where = {"x-portkey-provider": named, "x-portkey-custom-host": vendor.url}
        said = {name: value.format(gateway.app_key) for name, value in sent.items()}

        async with httpx.AsyncClient(trust_env=False) as bare:
            url = f"{gateway.url}/v1/chat/completions"
            answer = await bare.post(url, json=ask(model="gpt-4o"), headers=where | said)

    assert (answer.status_code, answer.json()["error"]["param"]) == (400, "authorization")
    assert vendor.requests == []


async def test_vendors_key_is_found_beside_ours(tmp_path: Path, vendor: SimulatedVendor) -> None:
    """Where Anthropic's place holds the gateway's key, the vendor's is the bearer."""
    async with gateway_in(tmp_path, trusted_custom_hosts=("127.0.0.1",)) as gateway:
        sent = headers(gateway, x_portkey_provider="anthropic", x_api_key=gateway.app_key)

        await gateway.app.post(
            "/v1/chat/completions", json=ask(model="claude"), headers=sent | {"x-portkey-custom-host": vendor.url}
        )

    assert vendor.requests[0].headers["x-api-key"] == "sk-mine"


@pytest.mark.parametrize("name", ["authorization", "x-api-key", "x-team"])
async def test_gateways_own_key_is_not_forwarded(gateway: Gateway, vendor: SimulatedVendor, name: str) -> None:
    """A header that is to be forwarded stays here while the gateway's key stands in it as well."""
    sent = {"x-portkey-api-key": gateway.app_key, "x-portkey-forward-headers": f"{name}, x-other", "x-other": "1"}

    await gateway.app.post("/v1/chat/completions", json=ask(), headers=sent | {name: f"Bearer {gateway.app_key}"})

    came = vendor.requests[0].headers
    assert came["x-other"] == "1"
    assert gateway.app_key not in str(came)
