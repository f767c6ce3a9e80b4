"""The table of OpenAI-shaped vendors, row by row."""

from __future__ import annotations

from urllib.parse import urlsplit

import msgspec
import pytest

from gateway.functions import Function
from gateway.vendors import VENDORS
from gateway.vendors.openai.accounts import DATABRICKS, HUGGINGFACE, SNOWFLAKE
from gateway.vendors.openai.rows import OPENAI_LIKE, PORTKEY_PATHS, RETIRED
from gateway.vendors.vendor import Asked, Json, Login, Vendor
from tests.gateway.recorded import Recording, as_parameters, differences, raw, spoken

BY_ID = {vendor.id: vendor for vendor in OPENAI_LIKE}
TALKING = [vendor for vendor in OPENAI_LIKE if Function.CHAT in vendor.functions]
RECORDED = (
    *("groq", "perplexity-ai", "openrouter", "fireworks-ai", "together-ai", "deepseek", "x-ai", "ollama"),
    *("huggingface", "ai21"),
)
ELSEWHERE = {
    ("huggingface", None): "one address for every model since the router replaced api-inference",
    ("ai21", None): "the address of Jamba; the one recorded is Jurassic's, which is gone",
    ("ollama", "embeddings"): "OpenAI's own shape since Ollama has it; the recorded one takes a single text",
}
"""Recordings of which neither path nor body is ours, and why."""
CHANGED = {
    "together-ai": {"max_tokens"},  # 128 is the reference's idea: it cuts answers off
}
"""Fields that the reference fills in by itself and we do not."""


def asked(vendor: Vendor, request: Json, function: Function = Function.CHAT) -> Json:
    """What a vendor gets of a request."""
    sent = vendor.functions[function].encode(Asked(function=function, model="m", fields=raw(request)))
    said: Json = msgspec.json.decode(sent.body)
    return said


def differs_on_purpose(recording: Recording) -> bool:
    """Whether a recording is of an address that we do not use."""
    return (recording.provider, None) in ELSEWHERE or (recording.provider, recording.case) in ELSEWHERE


@pytest.mark.parametrize("vendor", OPENAI_LIKE, ids=lambda vendor: vendor.id)
def test_every_row_passes_requests_through(vendor: Vendor) -> None:
    """Whatever a vendor has beside our functions is reached by relaying, and costs are never taken for nothing."""
    relayed = vendor.functions[Function.RELAY]

    sent = relayed.encode(Asked(function=Function.RELAY, model="", method="GET", path="things?limit=2", body=b""))

    assert (sent.method, sent.path) == ("GET", "/things?limit=2")
    assert vendor.priced_as or vendor.functions.keys() == {Function.RELAY} or not vendor.needs_key


@pytest.mark.parametrize("vendor", TALKING, ids=lambda vendor: vendor.id)
def test_every_chat_row_understands_openai(vendor: Vendor) -> None:
    """A request of an OpenAI client reaches each vendor with its own model, its turns, and a limit."""
    request: Json = {"model": "x", "messages": [{"role": "user", "content": "hi"}], "max_completion_tokens": 7}

    said = asked(vendor, request)

    assert said["model"] == "m"
    assert said["messages"] == request["messages"]
    assert 7 in (said.get("max_tokens"), said.get("max_completion_tokens"))


@pytest.mark.parametrize("vendor", OPENAI_LIKE, ids=lambda vendor: vendor.id)
def test_addresses_are_whole(vendor: Vendor) -> None:
    """An address has a scheme and a host, and no slash at its end that a path would double."""
    login = Login("k", {"databricks_workspace": "dbc-1", "snowflake_account": "org-acct"})

    address = vendor.address(login)

    if address is not None:
        assert urlsplit(address).scheme in ("https", "http")
        assert urlsplit(address).netloc
        assert not address.endswith("/")


def test_ids_are_unique() -> None:
    """No id or alias leads to two vendors, and none that is retired to any."""
    names = [name for vendor in OPENAI_LIKE for name in (vendor.id, *vendor.aliases)]

    repeated = {name for name in names if names.count(name) > 1}

    assert not repeated
    assert not RETIRED.keys() & set(names)
    assert PORTKEY_PATHS.keys() <= VENDORS.keys()


@pytest.mark.parametrize("recording", as_parameters(*RECORDED))
def test_requests_are_as_recorded(recording: Recording) -> None:
    """What OpenAI-shaped vendors get is what the reference sends, and beside it what the reference drops."""
    if differs_on_purpose(recording):
        pytest.skip(ELSEWHERE.get((recording.provider, None)) or ELSEWHERE[recording.provider, recording.case])
    vendor = BY_ID[recording.provider]

    sent = spoken(vendor, recording)

    path = urlsplit(vendor.address(Login()) or "").path + sent.path
    assert path.endswith(recording.upstream["path"])
    assert differences(sent, recording) <= CHANGED.get(recording.provider, set())


def test_developer_is_called_system() -> None:
    """Imitators get the developer's turns as system turns, and the other turns byte for byte."""
    turns = [{"role": "developer", "content": 'be "developer"'}, {"role": "user", "content": "é", "name": "n"}]

    said = asked(BY_ID["ollama"], {"messages": turns})

    assert said["messages"] == [{"role": "system", "content": 'be "developer"'}, turns[1]]


@pytest.mark.parametrize("turns", ["hi", [1], None, [{"role": 1, "x": "developer"}]])
def test_strange_turns_are_the_vendors_to_refuse(turns: object) -> None:
    """Messages of a shape that nobody knows go out as they came."""
    request: Json = {"messages": turns, "also": "developer"}

    said = asked(BY_ID["deepseek"], request)

    assert said["messages"] == turns


@pytest.mark.parametrize(
    ("vendor", "setting", "value", "address"),
    [
        (HUGGINGFACE, "huggingface_base_url", "", "https://router.huggingface.co/v1"),
        (HUGGINGFACE, "huggingface_base_url", "https://x.endpoints.huggingface.cloud/", "https://x.endpoints.huggingface.cloud/v1"),
        (HUGGINGFACE, "huggingface_base_url", "https://huggingface.co/x/v1", "https://huggingface.co/x/v1"),
        (HUGGINGFACE, "huggingface_base_url", "http://169.254.169.254/huggingface.co", ""),
        (HUGGINGFACE, "huggingface_base_url", "https://evil.example/?.huggingface.co", ""),
        (HUGGINGFACE, "huggingface_base_url", "https://huggingface.co@evil.example", ""),
        (HUGGINGFACE, "huggingface_base_url", "https://evilhuggingface.co", ""),
        (DATABRICKS, "databricks_workspace", "dbc-a1", "https://dbc-a1.cloud.databricks.com/serving-endpoints"),
        (DATABRICKS, "databricks_workspace", "https://adb-1.2.azuredatabricks.net/", "https://adb-1.2.azuredatabricks.net/serving-endpoints"),
        (DATABRICKS, "databricks_workspace", "evil.example/#", ""),
        (DATABRICKS, "databricks_workspace", "evil.example", "https://evil.example.cloud.databricks.com/serving-endpoints"),
        (SNOWFLAKE, "snowflake_account", "org-acct", "https://org-acct.snowflakecomputing.com/api/v2/cortex/v1"),
        (SNOWFLAKE, "snowflake_account", "evil.example/x?", ""),
        (SNOWFLAKE, "snowflake_account", "a@evil", ""),
    ],
)  # fmt: skip
def test_address_of_an_account(vendor: Vendor, setting: str, value: str, address: str) -> None:
    """A setting names an account, and cannot lead a credential to another company."""
    login = Login("secret", {setting: value})

    found = vendor.address(login)

    assert found == address
