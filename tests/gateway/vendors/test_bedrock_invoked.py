"""Embeddings, pictures and ranking on Bedrock: each maker's models have bodies of their own."""

from __future__ import annotations

from base64 import b64decode
from struct import unpack

import msgspec
import pytest

from gateway.functions import Function
from gateway.vendors.bedrock import BEDROCK
from gateway.vendors.vendor import BadAnswer, Json, Unspoken
from tests.gateway.asking_bedrock import OLD, answered, asked


@pytest.mark.parametrize(
    ("model", "body", "sent", "answer", "vectors"),
    [
        (
            "amazon.titan-embed-text-v2:0",
            {"input": "a", "dimensions": 256},
            {"inputText": "a", "dimensions": 256},
            {"embedding": [0.5], "inputTextTokenCount": 3},
            [[0.5]],
        ),
        (
            "cohere.embed-english-v3",
            {"input": ["a", "b"]},
            {"texts": ["a", "b"], "input_type": "search_document"},
            {"embeddings": [[0.5], [1.0]]},
            [[0.5], [1.0]],
        ),
        (
            "us.cohere.embed-v4:0",
            {"input": ["a"], "input_type": "search_query", "dimensions": 512},
            {"texts": ["a"], "input_type": "search_query", "output_dimension": 512},
            {"embeddings": {"float": [[0.5]]}},
            [[0.5]],
        ),
        (
            "amazon.nova-2-multimodal-embeddings-v1:0",
            {"input": ["a"]},
            {
                "taskType": "SINGLE_EMBEDDING",
                "singleEmbeddingParams": {
                    "embeddingPurpose": "GENERIC_INDEX",
                    "text": {"truncationMode": "END", "value": "a"},
                },
            },
            {"embeddings": [{"embeddingType": "TEXT", "embedding": [0.5]}]},
            [[0.5]],
        ),
    ],
)
def test_embeddings(model: str, body: Json, sent: Json, answer: Json, vectors: list[list[float]]) -> None:
    """Each maker is asked in its words, and answers in OpenAI's, as numbers and in base64."""
    request = asked(body, model, Function.EMBED)

    encoded = BEDROCK.functions[Function.EMBED].encode(request)
    said, _ = answered(answer, request)
    packed, _ = answered(answer, asked(body | {"encoding_format": "base64"}, model, Function.EMBED))

    assert msgspec.json.decode(encoded.body) == sent
    assert [one["embedding"] for one in said["data"]] == vectors
    assert [list(unpack("<f", b64decode(one["embedding"]))) for one in packed["data"]] == vectors


@pytest.mark.parametrize(
    ("function", "model", "body"),
    [
        (Function.EMBED, "amazon.titan-embed-text-v2:0", {"input": ["a", "b"]}),
        (Function.EMBED, "cohere.embed-v4:0", {"input": [[1, 2]]}),
        (Function.GENERATE_IMAGE, "stability.sd3-5-large-v1:0", {"prompt": "cat", "n": 2}),
        (Function.RERANK, "cohere.rerank-v3-5:0", {"query": "q"}),
        (Function.COMPLETE, OLD, {"prompt": ["a", "b"]}),
    ],
)
def test_refuses_what_one_request_cannot_say(function: Function, model: str, body: Json) -> None:
    """What would take several requests, or nothing at all, is refused before it is sent."""
    with pytest.raises(Unspoken):
        BEDROCK.functions[function].encode(asked(body, model, function))


@pytest.mark.parametrize(
    ("model", "sent"),
    [
        (
            "amazon.nova-canvas-v1:0",
            {
                "taskType": "TEXT_IMAGE",
                "textToImageParams": {"text": "cat"},
                "imageGenerationConfig": {
                    "numberOfImages": 1,
                    "quality": "premium",
                    "width": 1280,
                    "height": 720,
                },
            },
        ),
        ("stability.stable-image-core-v1:1", {"prompt": "cat", "output_format": "png", "aspect_ratio": "16:9"}),
    ],
)
def test_pictures(model: str, sent: Json) -> None:
    """Each maker is asked for a picture in its words; what it is paid by is told."""
    body = {"prompt": "cat", "size": "1280x720", "quality": "hd"}
    request = asked(body, model, Function.GENERATE_IMAGE)

    encoded = BEDROCK.functions[Function.GENERATE_IMAGE].encode(request)
    said, known = answered({"images": ["AAAA"]}, request)
    linked, _ = answered({"images": ["AAAA"]}, asked(body | {"response_format": "url"}, model, Function.GENERATE_IMAGE))

    assert msgspec.json.decode(encoded.body) == sent
    assert said["data"] == [{"b64_json": "AAAA"}]
    assert linked["data"] == [{"url": "data:image/png;base64,AAAA"}]
    assert known.usage == b'{"images":1,"size":"1280x720","quality":"hd"}'


def test_a_withheld_picture_says_why() -> None:
    """A picture that was filtered is no answer, and the reason is told."""
    with pytest.raises(BadAnswer, match="Filter reason: prompt"):
        answered(
            {"images": [None], "finish_reasons": ["Filter reason: prompt"]}, asked(function=Function.GENERATE_IMAGE)
        )


def test_ranking() -> None:
    """Documents of either shape are ranked, and given back where they were asked for."""
    body = {"query": "q", "documents": ["a", {"text": "b"}], "top_n": 1, "return_documents": True}
    request = asked(body, "cohere.rerank-v3-5:0", Function.RERANK)

    sent = BEDROCK.functions[Function.RERANK].encode(request)
    said, _ = answered({"results": [{"index": 1, "relevance_score": 0.9}]}, request)

    assert msgspec.json.decode(sent.body) == {"query": "q", "documents": ["a", "b"], "api_version": 2, "top_n": 1}
    assert said["results"] == [{"index": 1, "relevance_score": 0.9, "document": {"text": "b"}}]
