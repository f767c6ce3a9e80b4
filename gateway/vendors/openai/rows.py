"""The vendors that speak OpenAI's wire, one row each. What differs from OpenAI stands in the row.

Sources: each vendor's API pages; the ids are Portkey's. `priced_as` is the name in genai-prices, or else in LiteLLM's
list; a vendor that neither knows is named all the same, for what it charges is unknown and not nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec.structs import replace

from gateway.functions import Function
from gateway.vendors.fireworks import FIREWORKS
from gateway.vendors.hyperbolic import HYPERBOLIC
from gateway.vendors.openai import NO_QUIRKS, Quirks, openai_like
from gateway.vendors.openai.accounts import DATABRICKS, HUGGINGFACE, SNOWFLAKE
from gateway.vendors.openai.quirks import ROLES, SHORT
from gateway.vendors.vendor import Login, Vendor, bearer, in_header

CHAT, COMPLETE, EMBED, RESPOND = Function.CHAT, Function.COMPLETE, Function.EMBED, Function.RESPOND
PICTURE, EDIT, RERANK = Function.GENERATE_IMAGE, Function.EDIT_IMAGE, Function.RERANK
SPEAK, TRANSCRIBE, TRANSLATE = Function.SPEAK, Function.TRANSCRIBE, Function.TRANSLATE
UNASKED = replace(SHORT, dropped=frozenset({"stream_options"}))
"""Reports the usage of a stream unasked, and does not know how to be asked."""


def row(
    id: str,
    name: str,
    url: str | None,
    *functions: Function,
    priced_as: str | None = None,
    aliases: tuple[str, ...] = (),
    quirks: Quirks = SHORT,
) -> Vendor:
    """A vendor with a key that is charged for, and chat unless something else is said."""
    offered = functions or (CHAT,)
    return openai_like(id, name, url, functions=offered, priced_as=priced_as or id, aliases=aliases, quirks=quirks)


def unlisted(vendor: Vendor) -> Vendor:
    """A vendor that lists its models nowhere, or not as OpenAI does."""
    return replace(vendor, models_path=None)


def relayed(
    id: str, name: str, url: str | None, headers: Callable[[Login], dict[str, str]] = bearer, *, needs_key: bool = True
) -> Vendor:
    """A vendor that has no function of ours: requests are passed through to it."""
    return unlisted(openai_like(id, name, url, functions=(), headers=headers, needs_key=needs_key))


FAMOUS = (
    row("groq", "Groq", "https://api.groq.com/openai/v1", CHAT, RESPOND, SPEAK, TRANSCRIBE, TRANSLATE, quirks=ROLES),
    row(
        "x-ai",
        "xAI",
        "https://api.x.ai/v1",
        CHAT,
        COMPLETE,
        EMBED,
        RESPOND,
        PICTURE,
        aliases=("xai",),
        quirks=NO_QUIRKS,
    ),
    row("deepseek", "DeepSeek", "https://api.deepseek.com/v1"),
    row("openrouter", "OpenRouter", "https://openrouter.ai/api/v1", CHAT, COMPLETE, EMBED, RESPOND, quirks=NO_QUIRKS),
    row("cerebras", "Cerebras", "https://api.cerebras.ai/v1", CHAT, COMPLETE, quirks=ROLES),
    unlisted(
        row("perplexity-ai", "Perplexity", "https://api.perplexity.ai", priced_as="perplexity", aliases=("perplexity",))
    ),
    row(
        "together-ai",
        "Together AI",
        "https://api.together.xyz/v1",
        *(CHAT, COMPLETE, EMBED, PICTURE, SPEAK, TRANSCRIBE, TRANSLATE, RERANK),
        priced_as="together",
        aliases=("together",),
    ),
    FIREWORKS,
    row(
        "deepinfra",
        "DeepInfra",
        "https://api.deepinfra.com/v1/openai",
        *(CHAT, COMPLETE, EMBED, PICTURE, EDIT, SPEAK, TRANSCRIBE),
    ),
    row("moonshot", "Moonshot (China)", "https://api.moonshot.cn/v1", priced_as="moonshotai"),
    row("moonshot-ai", "Moonshot", "https://api.moonshot.ai/v1", priced_as="moonshotai", aliases=("kimi",)),
    row("zhipu", "Zhipu", "https://open.bigmodel.cn/api/paas/v4", CHAT, EMBED, PICTURE, priced_as="zhipuai"),
    row("z-ai", "Z.AI", "https://api.z.ai/api/paas/v4", CHAT, PICTURE, priced_as="zai", aliases=("zai",)),
    row("dashscope", "Alibaba DashScope", "https://dashscope-intl.aliyuncs.com/compatible-mode/v1", CHAT, EMBED),
    row("minimax", "MiniMax", "https://api.minimax.io/v1"),
    unlisted(row("ai21", "AI21", "https://api.ai21.com/studio/v1", quirks=UNASKED)),
    row("reka-ai", "Reka", "https://api.reka.ai/v1", aliases=("reka",)),
    unlisted(row("github", "GitHub Models", "https://models.github.ai/inference", CHAT, EMBED)),
)
"""Makers of models, and the big houses that run them."""

HOUSES = (
    row("302ai", "302.AI", "https://api.302.ai/v1"),
    row("aibadgr", "AI Badgr", "https://aibadgr.com/api/v1"),
    row("arcee", "Arcee", "https://api.arcee.ai/api/v1"),
    row("baseten", "Baseten", "https://inference.baseten.co/v1"),
    row("byteplus", "BytePlus ModelArk", "https://ark.ap-southeast.bytepluses.com/api/v3", CHAT, EMBED, PICTURE),
    unlisted(row("bytez", "Bytez", "https://api.bytez.com/models/v2/openai/v1", CHAT, COMPLETE)),
    row("cometapi", "CometAPI", "https://api.cometapi.com/v1", CHAT, EMBED, PICTURE, SPEAK, TRANSCRIBE),
    row("deepbricks", "Deepbricks", "https://api.deepbricks.ai/v1", CHAT, PICTURE),
    row("featherless-ai", "Featherless", "https://api.featherless.ai/v1", CHAT, COMPLETE, priced_as="featherless_ai"),
    row("friendli", "Friendli", "https://api.friendli.ai/serverless/v1", CHAT, COMPLETE, priced_as="friendliai"),
    HYPERBOLIC,
    row("inference-net", "Inference.net", "https://api.inference.net/v1", CHAT, COMPLETE, EMBED),
    row("iointelligence", "io.net Intelligence", "https://api.intelligence.io.solutions/api/v1", CHAT, EMBED),
    row("kluster-ai", "kluster.ai", "https://api.kluster.ai/v1", CHAT, EMBED),
    row("krutrim", "Krutrim", "https://cloud.olakrutrim.com/v1"),
    row("lemonfox-ai", "Lemonfox", "https://api.lemonfox.ai/v1", CHAT, PICTURE, SPEAK, TRANSCRIBE, TRANSLATE),
    row("lightning-ai", "Lightning AI", "https://lightning.ai/api/v1"),
    row("lingyi", "01.AI", "https://api.lingyiwanwu.com/v1"),
    row("matterai", "Matter AI", "https://api.matterai.so/v1"),
    row("modal", "Modal", "https://api.modal.com/v1", CHAT, COMPLETE),
    row("monsterapi", "MonsterAPI", "https://llm.monsterapi.ai/v1"),
    row("ncompass", "nCompass", "https://api.ncompass.tech/v1"),
    row("nebius", "Nebius", "https://api.tokenfactory.nebius.com/v1", CHAT, COMPLETE, EMBED, PICTURE),
    row("nextbit", "Nextbit", "https://api.nextbit256.com/v1", CHAT, COMPLETE),
    row("novita-ai", "Novita", "https://api.novita.ai/openai/v1", CHAT, COMPLETE, EMBED, priced_as="novita"),
    row("nscale", "Nscale", "https://inference.api.nscale.com/v1", CHAT, EMBED, PICTURE),
    row("nvidia-nim", "NVIDIA NIM", "https://integrate.api.nvidia.com/v1", CHAT, EMBED, priced_as="nvidia_nim"),
    row("ovhcloud", "OVHcloud", "https://oai.endpoints.kepler.ai.cloud.ovh.net/v1", CHAT, EMBED, TRANSCRIBE),
    row("sambanova", "SambaNova", "https://api.sambanova.ai/v1", CHAT, EMBED, TRANSCRIBE, TRANSLATE),
    row("scaleway", "Scaleway", "https://api.scaleway.ai/v1", CHAT, EMBED, TRANSCRIBE),
    row("siliconflow", "SiliconFlow", "https://api.siliconflow.cn/v1", CHAT, EMBED, PICTURE, SPEAK, TRANSCRIBE, RERANK),
    row("upstage", "Upstage", "https://api.upstage.ai/v1", CHAT, EMBED),
    row("vercel", "Vercel AI Gateway", "https://ai-gateway.vercel.sh/v1", CHAT, EMBED, priced_as="vercel_ai_gateway"),
)
"""Houses that run other people's models."""

OWN = (
    openai_like(
        "ollama",
        "Ollama",
        "http://127.0.0.1:11434/v1",
        functions=(CHAT, COMPLETE, EMBED, PICTURE),
        needs_key=False,
        quirks=SHORT,
    ),
    openai_like("cortex", "Cortex", functions=(CHAT, COMPLETE, EMBED), needs_key=False, quirks=SHORT),
    openai_like("predibase", "Predibase", priced_as="predibase", functions=(CHAT, COMPLETE), quirks=SHORT),
)
"""Servers of one's own."""

RELAYED = (
    relayed("meshy", "Meshy", "https://api.meshy.ai/openapi"),
    relayed("milvus", "Milvus", None, needs_key=False),
    relayed("qdrant", "Qdrant", None, in_header("api-key"), needs_key=False),
    relayed("replicate", "Replicate", "https://api.replicate.com/v1"),
    relayed("tripo3d", "Tripo", "https://api.tripo3d.ai/v2/openapi"),
)

OPENAI_LIKE: tuple[Vendor, ...] = (*FAMOUS, *HOUSES, *OWN, HUGGINGFACE, DATABRICKS, SNOWFLAKE, *RELAYED)
"""All of them."""

RETIRED: Mapping[str, str] = {
    "anyscale": "Anyscale closed its public endpoints in 2024",
    "lambda": "Lambda closed its inference API in 2025",
    "lepton": "Lepton closed its API in 2025, when NVIDIA took it over",
    "palm": "Google replaced PaLM by Gemini; use `google`",
}
"""Names of Portkey's that lead nowhere any more, and why."""

PORTKEY_PATHS: Mapping[str, str] = {
    **dict.fromkeys(("302ai", "deepseek", "hyperbolic", "lingyi", "moonshot", "ollama", "openrouter"), "/v1"),
    **dict.fromkeys(("sambanova", "together-ai", "vertex-ai"), "/v1"),
    "google": "/v1beta",
}
"""What Portkey itself puts after a `custom_host` of these vendors; ours has it at the end of the address."""
