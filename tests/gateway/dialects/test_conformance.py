"""Every recorded pair of the reference passes, or stands in one table with the reason why ours differs.

The recordings lie beside the project (`../shared/vectors`); without them there is nothing to check.
"""

from __future__ import annotations

import asyncio
from fnmatch import fnmatchcase
from typing import NamedTuple

import pytest

from tests.gateway.conformance import Pair, named, recorded, run


class Allowed(NamedTuple):
    """Differences that are meant: where they may be, and why."""

    why: str
    providers: str
    """Separated by blanks, with `*`; so are the other two."""
    cases: str
    places: str

    def covers(self, pair: Pair, place: str) -> bool:
        """Whether a difference of a pair is one of these."""
        return fits(pair.provider, self.providers) and fits(pair.case, self.cases) and fits(place, self.places)


def fits(name: str, patterns: str) -> bool:
    """Whether a name is one of these."""
    return any(fnmatchcase(name, pattern) for pattern in patterns.split())


CLAUDE, GEMINI = "anthropic vertex-ai#claude", "google vertex-ai"
FAULTS = "chat-error-* chat-200-invalid-json chat-stream-midstream-error"
DIFFERENT = (
    # What the vendor gets.
    Allowed("the reference drops a field that the client sent; ours carries it as it came", "*", "*", "carried.*"),
    Allowed("the reference offers less: ours translates, or the vendor has it by now", "*", "*", "served"),
    Allowed("Google takes the key in a header: an address is written into logs", "google", "chat-*", "path"),
    Allowed("the model stands in the address, and Google's body has no field for it", GEMINI, "chat-*", "body.model"),
    Allowed("Gemini 2.5 refuses `thinkingLevel`; it takes a budget", GEMINI, "chat-maxcompl", "body.generationConfig"),
    Allowed("the reference loses the names of called functions", "vertex-ai", "chat-tools", "body.contents"),
    Allowed(
        "a Gemini model draws one picture at a time, and not by predict", GEMINI, "images", "refused message status"
    ),
    Allowed("`messages-2023-12-15` has been part of the API for years", "anthropic", "*", "header?anthropic-beta"),
    Allowed("Claude refuses a request without `max_tokens`", CLAUDE, "chat-*", "body.max_tokens"),
    Allowed("an empty list of system texts says nothing", CLAUDE, "chat-*", "body.system"),
    Allowed("the reference adds an empty `$defs` to every schema", CLAUDE, "chat-tool*", "body.tools"),
    Allowed(
        "the reference drops `parallel_tool_calls`; Claude can be told",
        "anthropic",
        "chat-toolchoice-required",
        "body.tool_choice",
    ),
    Allowed(
        "the reference drops `response_format`; Claude is made to answer by a tool",
        f"{CLAUDE} bedrock",
        "chat-jsonobject chat-jsonschema",
        "body.tools body.tool_choice body.toolConfig",
    ),
    Allowed(
        "the reference drops `reasoning_effort`; Claude has a budget for it",
        "vertex-ai#claude",
        "chat-maxcompl",
        "body.thinking",
    ),
    Allowed(
        "text completions of Claude 2 and of Cohere are gone; a prompt becomes a message",
        "anthropic bedrock cohere huggingface",
        "completions",
        "path body.*",
    ),
    Allowed("Claude's own wire carries everything, through InvokeModel too", "bedrock", "messages", "path body.*"),
    Allowed("only Claude has messages there; a Phi gets them as a chat", "azure-ai", "messages", "path body.*"),
    Allowed("the reference loses the assistant's calls, and sends nulls", "cohere", "chat-*", "body.*"),
    Allowed(
        "the reference drops `dimensions` and what Cohere needs, and sends Voyage a format it has not",
        "cohere mistral-ai voyage",
        "embeddings",
        "body.input_type body.output_dimension body.encoding_format",
    ),
    Allowed("Azure knows a model by its deployment", "azure-openai", "responses", "body.model"),
    Allowed("the reference invents a limit of 128 tokens", "together-ai", "chat-*", "body.max_tokens"),
    Allowed("those headers are Portkey's name and address", "openrouter", "*", "header?http-referer header?x-title"),
    Allowed(
        "AI21's, Workers AI's, Ollama's and Hugging Face's addresses are OpenAI's by now, and so is what they take",
        "ai21 workers-ai ollama huggingface",
        "*",
        "path body.*",
    ),
    Allowed("AI21 has no embeddings any more", "ai21", "embeddings", "refused"),
    # What the client hears.
    Allowed("the vendor is named in the header `x-portkey-provider` alone", "*", "chat*", "answer.provider"),
    Allowed(
        "thoughts are told as `reasoning_content`, also to strict clients",
        "*",
        "chat",
        "answer.choices?0?.message.reasoning_content",
    ),
    Allowed("`logprobs` is null where there are none, as OpenAI has it", "*", "chat", "answer.choices?0?.logprobs"),
    Allowed("prompt tokens include those of the cache, as OpenAI has it", CLAUDE, "chat", "answer.usage.prompt_tokens"),
    Allowed("thoughts are paid for, and counted as OpenAI does", "google", "chat", "answer.usage.completion_tokens"),
    Allowed("a turn that calls a tool ends with `tool_calls`", "google", "chat", "answer.choices?0?.finish_reason"),
    Allowed("what Google says of safety is kept for who is not strict", "google", "chat", "answer.*.safetyRatings*"),
    Allowed("the usage of a stream comes if it is asked for", "*", "chat-stream", "answer.usage*"),
    Allowed("the reference repeats the role", "google", "chat-stream", "answer.deltas?1??0?.role"),
    Allowed("every stream that is whole ends with `[DONE]`", "google", "chat-stream", "answer.is_done"),
    Allowed("a blocked prompt is an answer with `content_filter`, and no error", "google", "chat-blocked", "answer.*"),
    Allowed("every error says whose fault it is, and has a code and a type", "*", FAULTS, "answer.error.[fct]*"),
    Allowed(
        "the vendor's own fields stay in its error",
        "*",
        FAULTS,
        "answer.type answer.message answer.error.details answer.error.status",
    ),
    Allowed(
        "an answer that is none is the vendor's fault, 502, in words",
        "*",
        "chat-200-invalid-json chat-error-html-502 chat-error-text-503",
        "status answer.*",
    ),
    Allowed(
        "an error before the answer's first word is an error with a status, and nothing is called done",
        "anthropic",
        "chat-stream-midstream-error",
        "status answer.*",
    ),
)
"""Where ours does not do what the reference was seen to do, on purpose. No row stays that nothing needs."""

NAMES = [f"{kind} {named(vector)}" for kind in ("request", "response") for vector in recorded(kind)]


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Pair]:
    """Every pair, sent once."""
    return asyncio.run(run(tmp_path_factory.mktemp("home"))) if NAMES else {}


@pytest.mark.parametrize("name", NAMES)
def test_pair(name: str, pairs: dict[str, Pair]) -> None:
    """Ours does what the reference does, or something else for a reason that is listed."""
    pair = pairs[name]

    unlisted = {place for place in pair.differences if not any(row.covers(pair, place) for row in DIFFERENT)}

    assert not unlisted, pair.details


@pytest.mark.skipif(not NAMES, reason="the recordings are not at hand")
@pytest.mark.parametrize("row", DIFFERENT, ids=lambda row: row.why)
def test_reason_is_needed(row: Allowed, pairs: dict[str, Pair]) -> None:
    """Each reason is one that some pair needs."""
    assert any(row.covers(pair, place) for pair in pairs.values() for place in pair.differences)
