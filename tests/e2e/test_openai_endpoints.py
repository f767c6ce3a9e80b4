"""The `openai` package at every endpoint beside chat."""

from __future__ import annotations

import base64

import pytest
from openai import OpenAI

from tests.e2e.running import Gateway


@pytest.fixture
def local(gateway: Gateway, openai: OpenAI, vendor_url: str) -> OpenAI:
    """The client of a provider that has chat, and none of the newer endpoints."""
    body = {"name": "Cortex", "ai_provider_id": "z-ai", "key": "k", "configurations": {"custom_host": vendor_url}}
    if gateway.admin.get("/v1/integrations/local").status_code == 404:
        gateway.admin.post("/v1/integrations", json=body | {"slug": "local"}).raise_for_status()
    return openai.with_options(default_headers={"x-portkey-provider": "@local"})


def test_responses_whole_and_streamed(local: OpenAI) -> None:
    """The Responses API is served by a vendor that has chat alone, whole and event by event."""
    whole = local.responses.create(model="gpt-4o", input="Hello")

    events = list(local.responses.create(model="gpt-4o", input="Hello", stream=True))

    assert whole.status == "completed"
    assert whole.output_text
    assert [events[0].type, events[-1].type] == ["response.created", "response.completed"]
    assert "".join(event.delta for event in events if event.type == "response.output_text.delta") == whole.output_text
    assert whole.usage
    assert whole.usage.total_tokens == whole.usage.input_tokens + whole.usage.output_tokens


def test_embeddings(openai: OpenAI) -> None:
    """Every text has its vector, in order, the same for the same text."""
    found = openai.embeddings.create(model="@demo/text-embedding-3-small", input=["one", "two", "one"])

    assert [row.index for row in found.data] == [0, 1, 2]
    assert found.data[0].embedding == found.data[2].embedding != found.data[1].embedding


def test_pictures_made_and_edited(openai: OpenAI) -> None:
    """Pictures come as base64, as many as were asked for; an edit sends its picture as a form."""
    made = openai.images.generate(model="@demo/gpt-image-1", prompt="a toll house", n=2)
    picture = base64.b64decode((made.data or [])[0].b64_json or "")

    edited = openai.images.edit(model="@demo/gpt-image-1", prompt="at night", image=("house.png", picture, "image/png"))

    assert len(made.data or []) == 2
    assert picture.startswith(b"\x89PNG")
    assert (edited.data or [])[0].b64_json


def test_speech_there_and_back(openai: OpenAI) -> None:
    """Speech comes as sound, and sound goes in as a form."""
    said = openai.audio.speech.create(model="@demo/tts-1", voice="alloy", input="Hello").read()

    heard = openai.audio.transcriptions.create(model="@demo/whisper-1", file=("hello.wav", said, "audio/wav"))

    assert said[:4] == b"RIFF"
    assert heard.text


def test_moderation(openai: OpenAI) -> None:
    """A verdict comes back for each text."""
    found = openai.moderations.create(model="@demo/omni-moderation-latest", input=["peace", "harm"])

    assert [result.flagged for result in found.results] == [False, True]


def test_legacy_completions(local: OpenAI) -> None:
    """A client of the old completions is served, whole and streamed."""
    whole = local.completions.create(model="gpt-4o", prompt="Once")

    chunks = list(local.completions.create(model="gpt-4o", prompt="Once", stream=True))

    assert whole.choices[0].text
    assert "".join(chunk.choices[0].text for chunk in chunks if chunk.choices) == whole.choices[0].text


def test_anything_else_is_passed_on(openai: OpenAI) -> None:
    """An endpoint that the gateway has no words for reaches the provider that a header names."""
    own = openai.with_options(default_headers={"x-portkey-provider": "@demo"})

    assert own.files.list().data == []
