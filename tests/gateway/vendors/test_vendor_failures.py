"""Vendors that fail: the client reads which vendor, what it said, and what to do."""

from pathlib import Path

import pytest

from console.demo.vendor import SimulatedVendor
from tests.gateway.running import Gateway, add_demo, gateway_in


async def test_vendors_error_keeps_status_words_and_fields(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """A vendor's own refusal reaches the client with its status, its fields and its name."""
    error = {"message": "Too long", "type": "invalid_request_error", "param": "messages", "code": "context", "extra": 1}
    vendor.will(400, {"error": error, "request": "r1"})

    answer = await gateway.chat()

    told = answer.json()
    assert (answer.status_code, told["provider"], told["request"]) == (400, "openai", "r1")
    assert told["error"] == error | {"message": "openai error: Too long.", "fault": "caller"}


@pytest.mark.parametrize(("status", "fault"), [(429, "provider"), (500, "provider"), (401, "gateway"), (422, "caller")])
async def test_error_says_whose_fault_it_is(gateway: Gateway, status: int, fault: str) -> None:
    """A refused request is the caller's fault, a refused vendor key the operator's, all else the vendor's."""
    answer = await gateway.chat(model=f"@demo/demo-error-{status}")

    assert (answer.status_code, answer.json()["error"]["fault"]) == (status, fault)
    assert (await gateway.logs())[0]["error"]["fault"] == fault


async def test_retry_after_is_passed_on(gateway: Gateway) -> None:
    """When the vendor says how long to wait, the client is told."""
    answer = await gateway.chat(model="@demo/demo-error-429")

    assert answer.headers["retry-after"] == "7"


async def test_html_where_json_should_be(gateway: Gateway) -> None:
    """A page with an error status keeps it, and is quoted without its markup in an OpenAI-shaped error."""
    answer = await gateway.chat(model="@demo/demo-html")

    message = answer.json()["error"]["message"]
    assert answer.status_code == 502
    assert message.startswith("openai error: it answered 502 with something that is no JSON: “502 nginx")
    assert "<" not in message


async def test_html_with_status_200_is_no_answer(gateway: Gateway) -> None:
    """A page with status 200 is a 502: it is not passed on as an answer."""
    answer = await gateway.chat(model="@demo/demo-garbage")

    assert (answer.status_code, answer.json()["error"]["code"]) == (502, "vendor_broke")


async def test_reset_connection_is_502(gateway: Gateway) -> None:
    """A vendor that resets the connection broke it."""
    answer = await gateway.chat(model="@demo/demo-reset")

    assert (answer.status_code, answer.json()["error"]["code"]) == (502, "vendor_broke")
    assert "reset" in answer.json()["error"]["message"]


async def test_body_cut_in_the_middle_is_502(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """Half an answer is not an answer."""
    vendor.will(cut_after=1)

    answer = await gateway.chat()

    assert (answer.status_code, answer.json()["error"]["code"]) == (502, "vendor_broke")


async def test_nobody_at_the_address_is_503(gateway: Gateway) -> None:
    """A vendor that nobody answers for is unreachable, which the message says with its reason."""
    changed = {"configurations": {"custom_host": "http://127.0.0.1:1/v1"}}
    (await gateway.admin.put("/v1/integrations/demo", json=changed)).raise_for_status()

    answer = await gateway.chat()

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "10")
    assert "openai error: it cannot be reached (Connection refused" in answer.json()["error"]["message"]


async def test_slow_vendor_is_504(tmp_path: Path, vendor: SimulatedVendor) -> None:
    """A vendor that does not answer in time is given up."""
    async with gateway_in(tmp_path, answer_timeout_seconds=0.3) as gateway:
        await add_demo(gateway.admin, vendor.url)

        answer = await gateway.chat(model="@demo/demo-stall")

    assert (answer.status_code, answer.json()["error"]["code"]) == (504, "vendor_timeout")


async def test_redirects_are_not_followed(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """A vendor cannot send the request, and the credential, somewhere else."""
    vendor.will(307, headers={"location": "http://127.0.0.1:1/"}, body=b"")

    answer = await gateway.chat()

    assert (answer.status_code, "redirect" in answer.json()["error"]["message"]) == (502, True)
    assert len(vendor.requests) == 1


async def test_models_the_vendor_does_not_know_are_named(gateway: Gateway) -> None:
    """A vendor's 404 comes with the nearest names of the catalog."""
    answer = await gateway.chat(model="@demo/demo-fats")

    assert answer.status_code == 404
    assert "`@demo/demo-fast`" in answer.json()["error"]["message"]


async def test_failed_request_is_logged_with_its_attempt(gateway: Gateway) -> None:
    """The record of a failure has the attempt, the vendor's words and what the client was told."""
    answer = await gateway.chat(model="@demo/demo-error-500")

    log = await gateway.log()
    (attempt,) = log["metrics"]["attempts"]
    assert (attempt["status"], attempt["provider"], attempt["model"]) == (500, "demo", "demo-error-500")
    assert "asked to answer 500" in attempt["error"]
    assert log["response"]["body"] == answer.json()
