"""Parameters go to OpenAI's models as each of them wants them, whatever the provider's slug before the name."""

from typing import Any

import pytest

from console.demo.vendor import SimulatedVendor
from tests.gateway.running import Gateway, add_demo, ask

NOTHING_LEFT: dict[str, Any] = {}
PICTURE = {"created": 1, "data": [{"b64_json": "aGk="}]}


@pytest.mark.parametrize(
    ("model", "said", "heard"),
    [
        ("gpt-5", {"max_tokens": 1000}, {"max_completion_tokens": 1000}),
        ("o3-mini", {"max_tokens": 1000}, {"max_completion_tokens": 1000}),
        ("o4-mini-2025-04-16", {"max_tokens": 9}, {"max_completion_tokens": 9}),
        ("ft:gpt-5-mini:acme", {"max_tokens": 9}, {"max_completion_tokens": 9}),
        ("gpt-5", {"max_tokens": 1, "max_completion_tokens": 2}, {"max_completion_tokens": 2}),
        ("gpt-4o", {"max_tokens": 1000}, {"max_tokens": 1000}),
        ("gpt-4o", {"max_completion_tokens": 7, "temperature": 0.5}, {"max_completion_tokens": 7, "temperature": 0.5}),
        ("gpt-5", {"temperature": 0.5, "top_p": 0.9, "logit_bias": {"1": 1}, "seed": 3}, {"seed": 3}),
        ("o1", {"presence_penalty": 1, "frequency_penalty": 1, "logprobs": True, "top_logprobs": 2}, NOTHING_LEFT),
        ("gpt-5-chat-latest", {"temperature": 0.5}, {"temperature": 0.5}),
        ("gpt-5.1", {"temperature": 0.5}, {"temperature": 0.5}),
        ("gpt-5.1", {"temperature": 0.5, "reasoning_effort": "low"}, {"reasoning_effort": "low"}),
        ("gpt-5.1-codex", {"temperature": 0.5}, NOTHING_LEFT),
        ("gpt-oss-120b", {"temperature": 0.5, "max_tokens": 5}, {"temperature": 0.5, "max_tokens": 5}),
    ],
)
async def test_each_model_gets_the_parameters_it_takes(
    gateway: Gateway, vendor: SimulatedVendor, model: str, said: dict[str, Any], heard: dict[str, Any]
) -> None:
    """A limit is called by the model's own name for it, and what it refuses is left out; all else is as it was sent."""
    answer = await gateway.app.post("/v1/chat/completions", json=ask(model=f"@demo/{model}", **said))

    sent = vendor.requests[0].body
    assert answer.status_code == 200
    assert {name: value for name, value in sent.items() if name not in ("model", "messages")} == heard


async def test_model_without_system_turns_gets_none(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """The oldest models that think take what is said to them from the user alone."""
    turns = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi"}]

    await gateway.app.post("/v1/chat/completions", json={"model": "@demo/o1-mini", "messages": turns})

    assert [turn["role"] for turn in vendor.requests[0].body["messages"]] == ["user", "user"]


@pytest.mark.parametrize(("model", "is_kept"), [("gpt-image-1", False), ("gpt-image-1.5", False), ("dall-e-3", True)])
async def test_picture_models_are_asked_as_they_want(
    gateway: Gateway, vendor: SimulatedVendor, model: str, is_kept: bool
) -> None:
    """`response_format` reaches no model that refuses it, be the request JSON or a form."""
    vendor.will(json=PICTURE, times=2)
    said = {"model": f"@demo/{model}", "prompt": "a toll house", "response_format": "b64_json"}

    made = await gateway.app.post("/v1/images/generations", json=said)
    edited = await gateway.app.post("/v1/images/edits", data=said, files={"image": ("a.png", b"\x89PNG", "image/png")})

    assert (made.json(), edited.json()) == (PICTURE, PICTURE)
    assert [b"response_format" in asked.raw for asked in vendor.requests] == [is_kept, is_kept]
    assert all(b"a toll house" in asked.raw for asked in vendor.requests)


async def test_deployments_are_known_by_either_name(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """At Azure the deployment or the name that clients ask for says which model it is."""
    listed = '[{"azure_deployment_name": "main", "alias": "gpt-5", "azure_api_version": "v1", "is_default": true}]'
    configurations = {"custom_host": vendor.url, "azure_resource_name": "acme", "azure_deployments": listed}
    await add_demo(gateway.admin, vendor.url, slug="az", ai_provider_id="azure-openai", configurations=configurations)
    vendor.forget()

    await gateway.app.post("/v1/chat/completions", json=ask(model="@az/gpt-5", max_tokens=5))

    sent = vendor.requests[-1].body
    assert (sent["model"], sent.get("max_completion_tokens"), "max_tokens" in sent) == ("main", 5, False)
