"""Oracle's Generative AI. Source: docs.oracle.com/iaas/api/#/en/generative-ai-inference."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.functions import Function
from gateway.vendors.embeddings import embedded
from gateway.vendors.openai import WIRES
from gateway.vendors.openai.accounts import named
from gateway.vendors.oracle import answer as oracle_answer
from gateway.vendors.oracle import request as oracle_request
from gateway.vendors.oracle.signature import sign
from gateway.vendors.translated import translated
from gateway.vendors.vendor import Asked, Json, Login, Setting, Unspoken, Vendor


def address(login: Login) -> str:
    """The inference service of a region, with the version of its API."""
    region, version = named(login, "oracle_region"), login.get("oracle_api_version", "20231130")
    if not region or not version.isalnum():
        return ""
    return f"https://inference.generativeai.{region}.oci.oraclecloud.com/{version}"


def unheard(_login: Login) -> dict[str, str]:
    """No credential but the signature."""
    return {}


def embed_request(said: Json, asked: Asked) -> Json:
    """Texts to embed. Raises Unspoken for tokens."""
    given = said.get("input")
    texts = given if isinstance(given, list) else [given]
    if not all(isinstance(each, str) for each in texts):
        raise Unspoken("Oracle embeds texts, and no tokens; send `input` as text", "input")
    kinds = {
        "inputType": said.get("input_type"),
        "truncate": said.get("truncate"),
        "outputDimensions": said.get("dimensions"),
    }
    return oracle_request.place(asked) | {"inputs": texts} | {name: kind for name, kind in kinds.items() if kind}


def embed_answer(said: Json, asked: Asked) -> Json:
    """Vectors as OpenAI gives them."""
    usage = oracle_answer.counted(said.get("usage")) or {"prompt_tokens": 0}
    return embedded(said.get("embeddings") or [], usage["prompt_tokens"], asked) | {"provider": "oracle"}


def settings() -> Iterator[Setting]:
    """What makes an account with Oracle's cloud."""
    yield Setting(name="oracle_region", is_needed=True, what="the region, such as us-chicago-1")
    yield Setting(name="oracle_tenancy", is_needed=True, what="the tenancy's OCID")
    yield Setting(name="oracle_user", is_needed=True, what="the user's OCID")
    yield Setting(name="oracle_fingerprint", is_needed=True, what="the API key's fingerprint")
    yield Setting(name="oracle_private_key", is_needed=True, is_secret=True, what="the API key, an RSA key as PEM")
    yield Setting(name="oracle_key_passphrase", is_secret=True, what="the passphrase of the private key")
    yield Setting(name="oracle_compartment_id", what="the compartment's OCID; the tenancy's unless said otherwise")
    yield Setting(name="oracle_serving_mode", what="`ON_DEMAND`, or `DEDICATED` where the model is an endpoint's OCID")
    yield Setting(name="oracle_api_version", what="`20231130` unless said otherwise")


ORACLE = Vendor(
    id="oracle",
    name="Oracle Generative AI",
    base_url=address,
    needs_key=False,
    priced_as="oci",
    functions={
        Function.CHAT: translated(
            path="/actions/chat",
            encode=oracle_request.request,
            decode=oracle_answer.answer,
            usage=oracle_answer.used,
            usage_in=lambda said: (said.get("chatResponse") or {}).get("usage"),
            events=oracle_answer.Told,
        ),
        Function.EMBED: translated(
            path="/actions/embedText", encode=embed_request, decode=embed_answer, usage=oracle_answer.used
        ),
        Function.RELAY: WIRES[Function.RELAY],
    },
    headers=unheard,
    settings=tuple(settings()),
    sign=sign,
    models_path=None,
    aliases=("oci",),
)
