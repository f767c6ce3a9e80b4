"""A gateway with a little of everything in its catalog."""

from tests.console.fake_gateway import FakeGateway
from tests.console.samples import integration, model, provider


def furnished() -> FakeGateway:
    """A gateway with two integrations, three providers and some models."""
    gateway = FakeGateway()
    gateway.integrations = [integration("openai-prod"), integration("local", "ollama", masked_key=None)]
    gateway.providers = [
        provider("openai-prod", "openai-prod"),
        provider("team-ml", "openai-prod"),
        provider("local", "local"),
    ]
    gateway.models = {"openai-prod": [model("gpt-4o"), model("gpt-5", enabled=False)], "local": [model("qwen3")]}
    return gateway
