"""Which config rules a request, and what of a request goes before its config."""

import asyncio

import msgspec
import pytest

from console.demo.vendor import SimulatedVendor
from tests.gateway.routed import demo, fallback, headers, saved, through, told
from tests.gateway.running import Gateway, ask, client

KEYS = "/v1/api-keys/workspace/service"
MINI = demo("gpt-4o-mini")


async def key_with(gateway: Gateway, config: str, *, allow: bool) -> str:
    """The secret of a new key that goes by a config."""
    body = {
        "name": "bound",
        "scopes": ["completions.write"],
        "defaults": {"config_id": config, "allow_config_override": allow},
    }
    made = await gateway.admin.post(KEYS, json=body)
    secret: str = made.raise_for_status().json()["key"]
    return secret


async def test_header_then_key_then_workspace(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """A request's own config goes before its key's, and that before the workspace's; without any its model says it."""
    none = await gateway.chat()
    usual = await gateway.admin.post(
        "/v1/configs", json={"name": "w", "slug": "pc-w", "isDefault": 1, "config": demo("of-the-workspace")}
    )
    usual.raise_for_status()
    await saved(gateway, demo("of-the-key"), "pc-k")
    secret = await key_with(gateway, "pc-k", allow=True)

    workspaces = await gateway.chat()
    async with client(gateway.url, secret) as app:
        keys = await app.post("/v1/chat/completions", json=ask())
        own = await app.post("/v1/chat/completions", json=ask(), headers=headers(MINI))

    assert [answer.status_code for answer in (none, workspaces, keys, own)] == [200] * 4
    asked = [request.body["model"] for request in vendor.requests]
    assert asked == ["gpt-4o", "of-the-workspace", "of-the-key", "gpt-4o-mini"]
    assert [log["config"] for log in await gateway.logs()] == [None, "pc-k", "pc-w", None]


async def test_key_that_allows_no_other_config(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """A key with `allow_config_override` off refuses a request's own config, in Portkey's sentence."""
    secret = await key_with(gateway, await saved(gateway, MINI), allow=False)

    async with client(gateway.url, secret) as app:
        refused = await app.post("/v1/chat/completions", json=ask(), headers=headers(demo()))
        bound = await app.post("/v1/chat/completions", json=ask())

    error = refused.json()["error"]
    assert (refused.status_code, error["param"]) == (400, "x-portkey-config")
    assert error["message"] == "Cannot override default config set for this API key."
    assert (bound.status_code, [one.body["model"] for one in vendor.requests]) == (200, ["gpt-4o-mini"])


async def test_config_that_is_not_there(gateway: Gateway) -> None:
    """A slug that no config has is a 404 that names it."""
    answer = await through(gateway, "pc-nowhere")

    assert (answer.status_code, "`pc-nowhere`" in answer.json()["error"]["message"]) == (404, True)


async def test_change_holds_for_the_next_request_alone(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """A request under way keeps the config it began with; the next one goes by the new one."""
    await saved(gateway, fallback(demo(), MINI))
    gate = asyncio.Event()
    vendor.will(500, body=b"{}", gate=gate)
    asking = asyncio.create_task(through(gateway, "pc-saved"))
    await vendor.asked()
    (await gateway.admin.put("/v1/configs/pc-saved", json={"config": demo("other")})).raise_for_status()

    gate.set()

    assert told(await asking)[:2] == (200, "config.targets[1]")
    assert told(await through(gateway, "pc-saved"))[1] == "config"
    assert [one.body["model"] for one in vendor.requests] == ["gpt-4o", "gpt-4o-mini", "other"]


async def test_request_that_names_nobody(gateway: Gateway) -> None:
    """Without config, provider or slug the error says which field to mend, and how."""
    answer = await gateway.chat(model="gpt-4o")
    vendor = await gateway.app.post("/v1/chat/completions", json=ask(), headers={"x-portkey-provider": "nobody"})

    error = answer.json()["error"]
    assert (answer.status_code, error["param"], "`@provider/model`" in error["message"]) == (404, "model", True)
    assert (vendor.status_code, vendor.json()["error"]["param"]) == (400, "x-portkey-provider")


async def test_config_without_a_provider(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """A config that only says how often to try leaves the provider to the headers or the model's name."""
    retry = {"retry": {"attempts": 1}}
    by_header = await gateway.app.post(
        "/v1/chat/completions", json=ask(model="gpt-4o"), headers=headers(retry, provider="@demo")
    )
    by_model = await through(gateway, retry)

    assert (by_header.status_code, by_model.status_code, len(vendor.requests)) == (200, 200, 2)


@pytest.mark.parametrize("sent", [None, "60"])
async def test_timeout_of_the_header_goes_first(gateway: Gateway, vendor: SimulatedVendor, sent: str | None) -> None:
    """A request's timeout is the config's, or that of its header; either way it is a 408 in Portkey's words."""
    vendor.will(gate=asyncio.Event(), gate_after=0)
    timeout = {"request_timeout": 40 if sent is None else 5_000}
    more = {} if sent is None else {"request_timeout": sent}

    answer = await gateway.app.post("/v1/chat/completions", json=ask(), headers=headers(demo() | timeout, **more))

    error = answer.json()["error"]
    assert (answer.status_code, error["type"]) == (408, "timeout_error")
    assert error["message"] == f"Request exceeded the timeout sent in the request: {sent or 40}ms"


async def test_timeout_ends_where_an_answer_begins(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """A timeout of the request bounds no stream: once its head is there, it may take as long as it likes."""
    gate = asyncio.Event()
    vendor.will(gate=gate, gate_after=1)
    sent = headers(demo(), request_timeout="200")
    async with gateway.app.stream("POST", "/v1/chat/completions", json=ask(stream=True), headers=sent) as answer:
        pieces = answer.aiter_bytes()
        await anext(pieces)
        asyncio.get_running_loop().call_later(0.25, gate.set)

        raw = b"".join([piece async for piece in pieces])

    assert raw.endswith(b"data: [DONE]\n\n")


@pytest.mark.parametrize("by_header", [True, False])
async def test_forwarded_headers(gateway: Gateway, vendor: SimulatedVendor, by_header: bool) -> None:
    """Headers that are named go to the vendor as they are; the gateway's key and the connection's own never do."""
    names = ["X-Team", "authorization", "host", "x-portkey-trace-id", "content-length"]
    config = demo() if by_header else demo(forward_headers=[name for name in names if name != "authorization"])
    more = headers(config) | {"x-team": "blue"} | ({"x-portkey-forward-headers": ", ".join(names)} if by_header else {})

    answer = await gateway.app.post("/v1/chat/completions", json=ask(), headers=more)

    sent = vendor.requests[0].headers
    assert (answer.status_code, sent["x-team"], "x-portkey-trace-id" in sent) == (200, "blue", False)
    assert sent["authorization"] == "Bearer sk-vendor-secret-0123456789"
    assert gateway.url.endswith(sent["host"]) is False


async def test_params_of_a_config(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """Defaults where the client says nothing, overrides whatever it says, and what is dropped; the rest as it came."""
    config = demo(
        override_params={"model": "gpt-4o", "temperature": 0},
        default_params={"max_tokens": 7, "temperature": 1, "top_p": 0.5},
        drop_params=["user", "tools[*].function.strict"],
    )
    tool = {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}
    strict = {"type": "function", "function": tool["function"] | {"strict": True}}  # type: ignore[operator]
    said = {"max_tokens": 5, "user": "u", "tools": [strict], "unheard_of": {"a": 1}}

    await through(gateway, config, **said)

    sent = vendor.requests[0].body
    assert (sent["temperature"], sent["max_tokens"], sent["top_p"]) == (0, 5, 0.5)
    assert (sent["tools"], sent["unheard_of"], "user" in sent) == ([tool], {"a": 1}, False)


async def test_own_vendor_key_in_a_config(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """A target with a vendor's name and key needs no catalog; a host that is not trusted is refused by its field."""
    config = {"provider": "openai", "api_key": "sk-own", "custom_host": vendor.url}

    answer = await through(gateway, config, model="gpt-4o")

    assert answer.json()["error"]["param"] == "x-portkey-custom-host"
    assert msgspec.json.decode(answer.content)["error"]["code"] == "invalid_request"


async def test_config_may_name_the_model_alone(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """A request that names no model is asked of its config's; where that names none either, `model` is missing."""
    body = {name: value for name, value in ask().items() if name != "model"}

    named = await gateway.app.post("/v1/chat/completions", json=body, headers=headers(MINI))
    unnamed = await gateway.app.post("/v1/chat/completions", json=body, headers=headers({"provider": "@demo"}))
    nobody = await gateway.app.post("/v1/chat/completions", json=body)

    assert named.status_code == 200
    assert [request.body["model"] for request in vendor.requests] == ["gpt-4o-mini"]
    assert [(answer.status_code, answer.json()["error"]["param"]) for answer in (unnamed, nobody)] == [
        (400, "model")
    ] * 2
