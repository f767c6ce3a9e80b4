"""What vendors answer in their own words, for each function that they do not speak as OpenAI does."""

from __future__ import annotations

from typing import Any, NamedTuple

from gateway.functions import Function
from gateway.vendors.vendor import Json


class Words(NamedTuple):
    """One function of one vendor: a model, where it is asked for, the vendor's answer, and a piece of ours."""

    model: str
    path: str
    answer: Any
    found: str


CHAT, COMPLETE, EMBED, RERANK = Function.CHAT, Function.COMPLETE, Function.EMBED, Function.RERANK
MESSAGE, COUNT, DRAW, EDIT = Function.MESSAGE, Function.COUNT_TOKENS, Function.GENERATE_IMAGE, Function.EDIT_IMAGE
SPEAK, TRANSCRIBE, TRANSLATE, RELAY = Function.SPEAK, Function.TRANSCRIBE, Function.TRANSLATE, Function.RELAY
RESPOND, VARY, MODERATE = Function.RESPOND, Function.VARY_IMAGE, Function.MODERATE
PNG = "iVBORw0KGgo="
USAGE = {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}
SAID = {"index": 0, "message": {"role": "assistant", "content": "Hi there"}, "finish_reason": "stop"}
OPENAIS: dict[Function, Json] = {
    CHAT: {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [SAID], "usage": USAGE},
    COMPLETE: {"object": "text_completion", "choices": [{"index": 0, "text": "Hi there"}], "usage": USAGE},
    EMBED: {"object": "list", "data": [{"index": 0, "embedding": [0.25]}], "usage": USAGE},
}
CLAUDE = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "claude-sonnet-4-5",
    "content": [{"type": "text", "text": "Hi there"}],
    "stop_reason": "end_turn",
    "usage": {"input_tokens": 3, "output_tokens": 2},
}
GEMINI = {
    "candidates": [{"content": {"role": "model", "parts": [{"text": "Hi there"}]}, "finishReason": "STOP"}],
    "usageMetadata": {"promptTokenCount": 3, "candidatesTokenCount": 2, "totalTokenCount": 5},
}
CONVERSE = {
    "output": {"message": {"role": "assistant", "content": [{"text": "Hi there"}]}},
    "stopReason": "end_turn",
    "usage": {"inputTokens": 3, "outputTokens": 2, "totalTokens": 5},
}
ORACLE = {
    "modelId": "m",
    "chatResponse": {
        "choices": [
            {
                "index": 0,
                "message": {"role": "ASSISTANT", "content": [{"type": "TEXT", "text": "Hi there"}]},
                "finishReason": "stop",
            }
        ]
    },
}
VECTORS = {"data": [{"index": 0, "embedding": [0.25]}, {"index": 1, "embedding": [0.5]}], "usage": {"total_tokens": 3}}
SORTED = {"index": 1, "relevance_score": 0.75}
GOOGLE, PUBLISHER = "/v1beta/models/", "/v1/projects/p/locations/us-central1/publishers/google/models/"
NOVA, BEDROCKS_CLAUDE = "/model/amazon.nova-lite-v1%3A0/", "/model/anthropic.claude-sonnet-4-5-20250929-v1%3A0/"
GEMINIS_PICTURE = {
    "candidates": [{"content": {"parts": [{"inlineData": {"mimeType": "image/png", "data": PNG}}]}}],
    "usageMetadata": {"promptTokenCount": 3, "candidatesTokenCount": 1290, "totalTokenCount": 1293},
}
OWN: dict[tuple[str, Function], Words] = {
    ("anthropic", CHAT): Words("claude-sonnet-4-5", "/messages", CLAUDE, "Hi there"),
    ("anthropic", COMPLETE): Words("claude-sonnet-4-5", "/messages", CLAUDE, "Hi there"),
    ("anthropic", MESSAGE): Words("claude-sonnet-4-5", "/messages", CLAUDE, "Hi there"),
    ("anthropic", COUNT): Words("claude-sonnet-4-5", "/messages/count_tokens", {"input_tokens": 7}, ":7"),
    ("google", CHAT): Words("gemini-2.5-flash", f"{GOOGLE}gemini-2.5-flash:generateContent", GEMINI, "Hi there"),
    ("google", COUNT): Words("gemini-2.5-flash", f"{GOOGLE}gemini-2.5-flash:countTokens", {"totalTokens": 7}, ":7"),
    ("google", EMBED): Words(
        "gemini-embedding-001",
        f"{GOOGLE}gemini-embedding-001:batchEmbedContents",
        {"embeddings": [{"values": [0.25]}, {"values": [0.5]}]},
        "0.25",
    ),
    ("google", DRAW): Words(
        "imagen-4.0-generate-001",
        f"{GOOGLE}imagen-4.0-generate-001:predict",
        {"predictions": [{"bytesBase64Encoded": PNG, "mimeType": "image/png"}]},
        PNG,
    ),
    ("vertex-ai", CHAT): Words("gemini-2.5-flash", f"{PUBLISHER}gemini-2.5-flash:generateContent", GEMINI, "Hi there"),
    ("vertex-ai", EMBED): Words(
        "text-embedding-005",
        f"{PUBLISHER}text-embedding-005:predict",
        {"predictions": [{"embeddings": {"values": [0.25], "statistics": {"token_count": 1}}}] * 2},
        "0.25",
    ),
    ("vertex-ai", DRAW): Words(
        "imagen-4.0-generate-001",
        f"{PUBLISHER}imagen-4.0-generate-001:predict",
        {"predictions": [{"bytesBase64Encoded": PNG, "mimeType": "image/png"}]},
        PNG,
    ),
    ("vertex-ai", MESSAGE): Words(
        "anthropic.claude-sonnet-4-5",
        f"{PUBLISHER.replace('google', 'anthropic')}claude-sonnet-4-5:rawPredict",
        CLAUDE,
        "Hi there",
    ),
    ("vertex-ai", COUNT): Words(
        "anthropic.claude-sonnet-4-5",
        f"{PUBLISHER.replace('google', 'anthropic')}count-tokens:rawPredict",
        {"input_tokens": 7},
        ":7",
    ),
    ("bedrock", CHAT): Words("amazon.nova-lite-v1:0", f"{NOVA}converse", CONVERSE, "Hi there"),
    ("bedrock", COMPLETE): Words("amazon.nova-lite-v1:0", f"{NOVA}converse", CONVERSE, "Hi there"),
    ("bedrock", EMBED): Words(
        "cohere.embed-english-v3",
        "/model/cohere.embed-english-v3/invoke",
        {"embeddings": [[0.25], [0.5]], "response_type": "embeddings_floats"},
        "0.25",
    ),
    ("bedrock", MESSAGE): Words(
        "anthropic.claude-sonnet-4-5-20250929-v1:0", f"{BEDROCKS_CLAUDE}invoke", CLAUDE, "Hi there"
    ),
    ("bedrock", COUNT): Words(
        "anthropic.claude-sonnet-4-5-20250929-v1:0", f"{BEDROCKS_CLAUDE}count-tokens", {"inputTokens": 7}, ":7"
    ),
    ("bedrock", DRAW): Words(
        "amazon.nova-canvas-v1:0", "/model/amazon.nova-canvas-v1%3A0/invoke", {"images": [PNG]}, PNG
    ),
    ("bedrock", RERANK): Words(
        "cohere.rerank-v3-5:0", "/model/cohere.rerank-v3-5%3A0/invoke", {"results": [SORTED]}, "0.75"
    ),
    ("bedrock", RELAY): Words("m", "/anything/else?x=1", {"said": 1}, '"said"'),
    ("sagemaker", RELAY): Words("m", "/anything/else?x=1", {"said": 1}, '"said"'),
    ("oracle", CHAT): Words("xai.grok-4", "/actions/chat", ORACLE, "Hi there"),
    ("oracle", EMBED): Words("cohere.embed-v4.0", "/actions/embedText", {"embeddings": [[0.25], [0.5]]}, "0.25"),
    ("oracle", RELAY): Words("m", "/anything/else?x=1", {"said": 1}, '"said"'),
    ("mistral-ai", CHAT): Words("mistral-large-latest", "/chat/completions", OPENAIS[CHAT], "Hi there"),
    ("mistral-ai", COMPLETE): Words("codestral-latest", "/fim/completions", OPENAIS[CHAT], "Hi there"),
    ("mistral-ai", MODERATE): Words(
        "mistral-moderation-latest",
        "/moderations",
        {"results": [{"categories": {"pii": True}, "category_scores": {"pii": 0.75}}]},
        "0.75",
    ),
    ("cohere", CHAT): Words(
        "command-a-03-2025",
        "/v2/chat",
        {
            "id": "c",
            "message": {"role": "assistant", "content": [{"type": "text", "text": "Hi there"}]},
            "finish_reason": "COMPLETE",
            "usage": {"tokens": {"input_tokens": 3, "output_tokens": 2}},
        },
        "Hi there",
    ),
    ("cohere", EMBED): Words("embed-v4.0", "/v2/embed", {"embeddings": {"float": [[0.25], [0.5]]}}, "0.25"),
    ("cohere", RERANK): Words("rerank-v3.5", "/v2/rerank", {"results": [SORTED]}, "0.75"),
    ("cohere", RELAY): Words("m", "/v1/anything/else?x=1", {"said": 1}, '"said"'),
    ("google", EDIT): Words(
        "gemini-2.5-flash-image", f"{GOOGLE}gemini-2.5-flash-image:generateContent", GEMINIS_PICTURE, PNG
    ),
    ("vertex-ai", EDIT): Words(
        "gemini-2.5-flash-image", f"{PUBLISHER}gemini-2.5-flash-image:generateContent", GEMINIS_PICTURE, PNG
    ),
    ("workers-ai", SPEAK): Words(
        "@cf/myshell-ai/melotts", "/run/@cf/myshell-ai/melotts", {"result": {"audio": "SUQz"}}, "ID3"
    ),
    ("workers-ai", TRANSCRIBE): Words(
        "@cf/openai/whisper", "/run/@cf/openai/whisper", {"result": {"text": "Hi there"}}, "Hi there"
    ),
    ("workers-ai", DRAW): Words(
        "@cf/black-forest-labs/flux-1-schnell",
        "/run/@cf/black-forest-labs/flux-1-schnell",
        {"result": {"image": PNG}},
        PNG,
    ),
    ("fireworks-ai", DRAW): Words(
        "accounts/fireworks/models/flux-1-schnell-fp8",
        "/workflows/accounts/fireworks/models/flux-1-schnell-fp8/text_to_image",
        {"base64": [PNG]},
        PNG,
    ),
    ("hyperbolic", DRAW): Words("FLUX.1-dev", "/v1/image/generation", {"images": [{"image": PNG}]}, PNG),
    ("recraft-ai", EDIT): Words("recraftv3", "/images/imageToImage", {"data": [{"b64_json": PNG}]}, PNG),
    ("recraft-ai", VARY): Words("recraftv3", "/images/variateImage", {"data": [{"b64_json": PNG}]}, PNG),
    ("segmind", DRAW): Words("flux-schnell", "/flux-schnell", {"image": PNG}, PNG),
    ("stability-ai", DRAW): Words("core", "/v2beta/stable-image/generate/core", {"image": PNG}, PNG),
    ("stability-ai", EDIT): Words("inpaint", "/v2beta/stable-image/edit/inpaint", {"image": PNG}, PNG),
    ("deepgram", SPEAK): Words("aura-2-thalia-en", "/speak?model=aura-2-thalia-en&encoding=mp3", {"a": 1}, '"a"'),
    ("deepgram", TRANSCRIBE): Words(
        "nova-3",
        "/listen?model=nova-3&smart_format=true&detect_language=true",
        {"results": {"channels": [{"alternatives": [{"transcript": "Hi there"}]}]}, "metadata": {"duration": 1.5}},
        "Hi there",
    ),
    ("elevenlabs", SPEAK): Words(
        "eleven_multilingual_v2", "/text-to-speech/alloy?output_format=mp3_44100_128", {"a": 1}, '"a"'
    ),
    ("elevenlabs", TRANSCRIBE): Words("scribe_v1", "/speech-to-text", {"text": "Hi there"}, "Hi there"),
    ("jina", EMBED): Words("jina-embeddings-v3", "/embeddings", VECTORS, "0.25"),
    ("jina", RERANK): Words("jina-reranker-v2", "/rerank", {"results": [SORTED]}, "0.75"),
    ("nomic", EMBED): Words("nomic-embed-text-v1.5", "/embedding/text", {"embeddings": [[0.25], [0.5]]}, "0.25"),
    ("voyage", EMBED): Words("voyage-3", "/embeddings", VECTORS, "0.25"),
    ("voyage", RERANK): Words("rerank-2", "/rerank", {"data": [SORTED]}, "0.75"),
    ("triton", COMPLETE): Words("llama", "/v2/models/llama/generate", {"text_output": "Hi there"}, "Hi there"),
}
"""By vendor and function. What is made of chat by translation needs no row: the vendor's chat has one."""
AZURE = {
    CHAT: "/chat/completions",
    COMPLETE: "/completions",
    EMBED: "/embeddings",
    DRAW: "/images/generations",
    EDIT: "/images/edits",
    SPEAK: "/audio/speech",
    TRANSCRIBE: "/audio/transcriptions",
    TRANSLATE: "/audio/translations",
}
OWN |= {
    ("azure-openai", each): Words(
        "gpt", f"/deployments/gpt{path}?api-version=2024-10-21", OPENAIS.get(each, {"said": 1}), '"'
    )
    for each, path in AZURE.items()
}
OWN |= {("azure-ai", each): Words("Phi-4", path, OPENAIS.get(each, {"said": 1}), '"') for each, path in AZURE.items()}
OWN |= {
    ("azure-openai", RESPOND): Words("gpt", "/responses?api-version=2024-10-21", {"said": 1}, '"said"'),
    ("azure-openai", RELAY): Words("gpt", "/anything/else?x=1&api-version=2024-10-21", {"said": 1}, '"said"'),
    ("azure-ai", RESPOND): Words("gpt", "/responses", {"said": 1}, '"said"'),
    ("azure-ai", RELAY): Words("gpt", "/anything/else?x=1", {"said": 1}, '"said"'),
    ("azure-ai", MESSAGE): Words("claude-sonnet-4-5", "/v1/messages", CLAUDE, "Hi there"),
    ("azure-ai", COUNT): Words("claude-sonnet-4-5", "/v1/messages/count_tokens", {"input_tokens": 7}, ":7"),
}
SETTINGS: dict[str, dict[str, str]] = {
    "vertex-ai": {"vertex_project_id": "p", "vertex_region": "us-central1"},
    "bedrock": {"aws_access_key_id": "AK", "aws_secret_access_key": "SK", "aws_region": "us-east-1"},
    "sagemaker": {"aws_access_key_id": "AK", "aws_secret_access_key": "SK", "aws_region": "us-east-1"},
    "azure-openai": {"azure_resource_name": "r", "azure_deployment_id": "gpt", "azure_api_version": "2024-10-21"},
}
"""What these want beside a key."""
