"""Vendors of embeddings and rankings are asked in their words and answer in OpenAI's and Cohere's."""

from __future__ import annotations

import json
from base64 import b64decode
from pathlib import Path
from struct import unpack
from typing import Any

import msgspec
import pytest

from gateway.functions import Function
from gateway.vendors.jina import JINA
from gateway.vendors.nomic import NOMIC
from gateway.vendors.vendor import Asked, BadAnswer, Json, Unspoken, Vendor
from gateway.vendors.voyage import VOYAGE
from store.records import Usage

EMBED, RERANK = Function.EMBED, Function.RERANK
EMBEDDERS = (VOYAGE, JINA, NOMIC)


def ask(model: str, function: Function = EMBED, **said: Any) -> Asked:
    """A request of a client's."""
    fields = {name: msgspec.Raw(msgspec.json.encode(value)) for name, value in ({"model": "@p/m"} | said).items()}
    return Asked(function=function, model=model, fields=fields)


def sent(vendor: Vendor, asked: Asked) -> tuple[str, Json]:
    """Where a vendor is asked, and what."""
    found = vendor.functions[asked.function].encode(asked)
    return found.path, json.loads(found.body)


def answered(vendor: Vendor, asked: Asked, answer: Json) -> Json:
    """What the client gets."""
    found: Json = json.loads(vendor.functions[asked.function].decode(json.dumps(answer).encode(), asked).body)
    return found


@pytest.mark.parametrize(
    ("vendor", "asked", "path", "body"),
    [
        (
            VOYAGE,
            ask("voyage-3", input="a", dimensions=256, encoding_format="base64", input_type="query", truncation=False),
            "/embeddings",
            {
                "model": "voyage-3",
                "input": ["a"],
                "output_dimension": 256,
                "encoding_format": "base64",
                "input_type": "query",
                "truncation": False,
            },
        ),
        (
            VOYAGE,
            ask("voyage-3", input=["a", "b"], encoding_format="float"),
            "/embeddings",
            {"model": "voyage-3", "input": ["a", "b"]},
        ),
        (
            VOYAGE,
            ask(
                "voyage-multimodal-3.5",
                input=[
                    "a",
                    {"image": {"url": "https://e.com/a.png"}},
                    {"image": {"base64": "data:image/png;base64,AA"}},
                ],
            ),
            "/multimodalembeddings",
            {
                "model": "voyage-multimodal-3.5",
                "inputs": [
                    {"content": [{"type": "text", "text": "a"}]},
                    {"content": [{"type": "image_url", "image_url": "https://e.com/a.png"}]},
                    {"content": [{"type": "image_base64", "image_base64": "data:image/png;base64,AA"}]},
                ],
            },
        ),
        (
            VOYAGE,
            ask("voyage-context-3", input=["a", "b"]),
            "/contextualizedembeddings",
            {"model": "voyage-context-3", "inputs": [["a"], ["b"]]},
        ),
        (
            JINA,
            ask(
                "jina-embeddings-v3",
                input=["a"],
                input_type="document",
                dimensions=64,
                encoding_format="base64",
                late_chunking=True,
            ),
            "/embeddings",
            {
                "model": "jina-embeddings-v3",
                "input": ["a"],
                "task": "retrieval.passage",
                "dimensions": 64,
                "embedding_type": "base64",
                "late_chunking": True,
            },
        ),
        (
            JINA,
            ask(
                "jina-embeddings-v4",
                input=["a", {"image": {"url": "https://e.com/a.png"}}, {"text": "b"}],
                task="text-matching",
            ),
            "/embeddings",
            {
                "model": "jina-embeddings-v4",
                "input": ["a", {"image": "https://e.com/a.png"}, {"text": "b"}],
                "task": "text-matching",
            },
        ),
        (
            NOMIC,
            ask("nomic-embed-text-v1.5", input="a", dimensions=64, input_type="query", encoding_format="base64"),
            "/embedding/text",
            {"model": "nomic-embed-text-v1.5", "texts": ["a"], "dimensionality": 64, "task_type": "search_query"},
        ),
    ],
)
def test_embeddings_are_asked_for_in_the_vendors_words(vendor: Vendor, asked: Asked, path: str, body: Json) -> None:
    """Inputs, sizes, encodings and tasks have the vendor's names, and the model is the vendor's."""
    assert sent(vendor, asked) == (path, body)


VECTORS_OF: dict[str, Json] = {
    "voyage": {
        "object": "list",
        "data": [
            {"object": "embedding", "embedding": [0.5, 1.0], "index": 1},
            {"object": "embedding", "embedding": [0.25, 2.0], "index": 0},
        ],
        "model": "m-1",
        "usage": {"total_tokens": 7},
    },
    "jina": {
        "model": "m-1",
        "object": "list",
        "usage": {"total_tokens": 7},
        "data": [
            {"object": "embedding", "index": 0, "embedding": [0.25, 2.0]},
            {"object": "embedding", "index": 1, "embedding": [0.5, 1.0]},
        ],
    },
    "nomic": {
        "embeddings": [[0.25, 2.0], [0.5, 1.0]],
        "usage": {"prompt_tokens": 7, "total_tokens": 7},
        "model": "m-1",
    },
}


@pytest.mark.parametrize("vendor", EMBEDDERS, ids=lambda vendor: vendor.id)
def test_embeddings_are_openais(vendor: Vendor) -> None:
    """Whatever the vendor, the list is OpenAI's, in the order of the inputs, with its usage."""
    answer = answered(vendor, ask("m", input=["a", "b"]), VECTORS_OF[vendor.id])

    assert answer == {
        "object": "list",
        "data": [
            {"object": "embedding", "index": 0, "embedding": [0.25, 2.0]},
            {"object": "embedding", "index": 1, "embedding": [0.5, 1.0]},
        ],
        "model": "m-1",
        "usage": {"prompt_tokens": 7, "total_tokens": 7},
    }


@pytest.mark.parametrize("vendor", EMBEDDERS, ids=lambda vendor: vendor.id)
def test_base64_is_what_openais_clients_read(vendor: Vendor) -> None:
    """Numbers come packed where the client asked for that and the vendor did not do it."""
    answer = answered(vendor, ask("m", input=["a", "b"], encoding_format="base64"), VECTORS_OF[vendor.id])

    assert unpack("<2f", b64decode(answer["data"][0]["embedding"])) == (0.25, 2.0)


def test_contextual_embeddings_are_unwrapped() -> None:
    """Each text was a document of its own, and its embedding comes as one of a plain list."""
    said = {
        "object": "list",
        "data": [
            {"object": "list", "index": index, "data": [{"object": "embedding", "embedding": [index], "index": 0}]}
            for index in (1, 0)
        ],
        "model": "voyage-context-3",
        "usage": {"total_tokens": 2},
    }

    answer = answered(VOYAGE, ask("voyage-context-3", input=["a", "b"]), said)

    assert [row["embedding"] for row in answer["data"]] == [[0], [1]]


@pytest.mark.parametrize("vendor", EMBEDDERS, ids=lambda vendor: vendor.id)
@pytest.mark.parametrize("given", [[1, 2], [[1, 2]], [], None])
def test_tokens_are_refused_in_words(vendor: Vendor, given: Any) -> None:
    """Tokens mean something to OpenAI's models alone."""
    with pytest.raises(Unspoken, match="text"):
        sent(vendor, ask("m", input=given))


@pytest.mark.parametrize("vendor", EMBEDDERS, ids=lambda vendor: vendor.id)
def test_an_answer_without_embeddings_is_none(vendor: Vendor) -> None:
    """It is the vendor that broke."""
    with pytest.raises(BadAnswer, match="without embeddings"):
        answered(vendor, ask("m", input="a"), {"detail": "later"})


@pytest.mark.parametrize("vendor", EMBEDDERS, ids=lambda vendor: vendor.id)
def test_usage_is_input(vendor: Vendor) -> None:
    """Every token that was counted is paid for as input."""
    wire = vendor.functions[EMBED]

    found = wire.decode(json.dumps(VECTORS_OF[vendor.id]).encode(), ask("m", input="a"))

    assert wire.usage(found.usage) == Usage(input_tokens=7)


@pytest.mark.parametrize(
    ("vendor", "most", "extra"), [(VOYAGE, "top_k", {}), (JINA, "top_n", {"return_documents": False})]
)
@pytest.mark.parametrize("name", ["top_n", "top_k"])
def test_rankings_are_asked_for_in_the_vendors_words(vendor: Vendor, most: str, extra: Json, name: str) -> None:
    """How many are wanted has the vendor's name, and documents are texts."""
    asked = ask("rank-1", RERANK, query="q", documents=["a", {"text": "b"}], return_documents=True, **{name: 1})

    path, body = sent(vendor, asked)

    assert path == "/rerank"
    assert body == {"model": "rank-1", "query": "q", "documents": ["a", "b"], most: 1} | extra


RANKED: list[Json] = [{"index": 1, "relevance_score": 0.9}, {"index": 0, "relevance_score": 0.1}]
RANKINGS = [
    (VOYAGE, {"object": "list", "data": RANKED, "model": "rank-1", "usage": {"total_tokens": 5}}),
    (JINA, {"model": "rank-1", "results": RANKED, "usage": {"total_tokens": 5}}),
]


@pytest.mark.parametrize(("vendor", "said"), RANKINGS)
def test_rankings_have_one_shape(vendor: Vendor, said: Json) -> None:
    """Results are where Cohere's clients and Open WebUI look for them."""
    answer = answered(vendor, ask("m", RERANK, query="q", documents=["a", "b"]), said)

    assert answer == {"model": "rank-1", "results": RANKED, "usage": {"total_tokens": 5}}


@pytest.mark.parametrize(("vendor", "said"), RANKINGS)
def test_documents_come_back_where_they_are_wanted(vendor: Vendor, said: Json) -> None:
    """The gateway knows them and the vendor need not send them."""
    asked = ask("m", RERANK, query="q", documents=["a", {"text": "b"}], return_documents=True)

    answer = answered(vendor, asked, said)

    assert [row["document"]["text"] for row in answer["results"]] == ["b", "a"]


@pytest.mark.parametrize("vendor", [VOYAGE, JINA], ids=lambda vendor: vendor.id)
@pytest.mark.parametrize("given", [[], None, [1], [{"title": "a"}]])
def test_nothing_to_rank_is_said(vendor: Vendor, given: Any) -> None:
    """The message names the parameter."""
    with pytest.raises(Unspoken, match="documents"):
        sent(vendor, ask("m", RERANK, query="q", documents=given))


VECTORS = Path(__file__).parents[4] / "shared/vectors/request-vectors.json"
RECORDED = [
    case
    for case in (json.loads(VECTORS.read_text()) if VECTORS.exists() else ())
    if case["provider"] in ("voyage", "jina") and "upstream" in case
]
DIFFERENT = {
    ("voyage", "embeddings"): {"model": "voyage-3", "input": ["a", "b"], "output_dimension": 8},
}
"""The reference drops `dimensions`, and sends an encoding, `float`, that Voyage does not know."""


@pytest.mark.parametrize("case", RECORDED, ids=lambda case: f"{case['provider']}:{case['case']}")
def test_recorded_requests(case: Json) -> None:
    """What Portkey sent is what ours sends, but for the differences that are listed."""
    vendor = {"voyage": VOYAGE, "jina": JINA}[case["provider"]]
    upstream, rest = case["upstream"], dict(case["request"])
    model, function = rest.pop("model"), Function(case["path"].removeprefix("/v1/"))

    path, body = sent(vendor, ask(model, function, **rest))

    assert path == upstream["path"]
    assert body == DIFFERENT.get((case["provider"], case["case"]), upstream["body"])
