"""Cloudflare's Workers AI: OpenAI's wire for text, its own for pictures and speech.

Source: developers.cloudflare.com/workers-ai/configuration/open-ai-compatibility and /workers-ai/models.
"""

from __future__ import annotations

import base64
from urllib.parse import quote

from msgspec.structs import replace

from gateway.functions import Function
from gateway.vendors.openai import Quirks, openai_like
from gateway.vendors.openai.accounts import named
from gateway.vendors.openai.quirks import without_developer
from gateway.vendors.pictures import drawn, fields_in, only_one, size_in, unreported
from gateway.vendors.recordings import as_sound, heard, recording, seconds_used, spoken_text
from gateway.vendors.translated import read, text
from gateway.vendors.vendor import Answered, Asked, BadAnswer, Json, Login, Sent, Setting, Unspoken, Wire

PICTURE_FIELDS = ("prompt", "negative_prompt", "seed", "guidance", "num_steps", "steps", "width", "height", "image_b64")
OPENAIS_VOICES = frozenset(
    ("alloy", "ash", "ballad", "coral", "echo", "fable", "nova", "onyx", "sage", "shimmer", "verse")
)
"""Which clients send where nobody chose one."""
PATHS = {Function.CHAT: "/v1/chat/completions", Function.EMBED: "/v1/embeddings"}


def address(login: Login) -> str:
    """An account's models."""
    account = named(login, "workers_ai_account_id")
    return f"https://api.cloudflare.com/client/v4/accounts/{account}/ai" if account else ""


def run(model: str) -> str:
    """Where a model is asked in its own words. Raises Unspoken for a name that would lead elsewhere in the account."""
    if {"..", ".", ""} & set(model.split("/")):
        raise Unspoken(f"`{model}` is no model of Workers AI; they look like `@cf/maker/model`", "model")
    return f"/run/{quote(model, safe='@/')}"


def draw(asked: Asked) -> Sent:
    """One picture. Raises Unspoken for several."""
    said = asked.json()
    only_one(said, "Workers AI")
    size = size_in(said)
    body: Json = {"width": size[0], "height": size[1]} if size else {}
    return Sent(run(asked.model), text(body | {name: said[name] for name in PICTURE_FIELDS if name in said}))


def picture_in(body: bytes, asked: Asked) -> Answered:
    """The picture, which some models send bare and others within JSON."""
    picture: str | None = None
    if body[:1] != b"{":
        picture = base64.b64encode(body).decode()
    elif isinstance(result := read(body).get("result"), dict):
        picture = result.get("image")
    return drawn([{"b64_json": picture}] if picture else [], asked)


def speak(asked: Asked) -> Sent:
    """A text to be spoken; MeloTTS wants a language, and Deepgram's models one of their speakers. Raises Unspoken."""
    said, words = asked.json(), spoken_text(asked)
    if "melotts" in asked.model:
        return Sent(run(asked.model), text({"prompt": words, "lang": said.get("language") or "en"}))
    voice = {"speaker": said["voice"]} if said.get("voice") and said["voice"] not in OPENAIS_VOICES else {}
    return Sent(run(asked.model), text({"text": words, **voice}))


def sound_in(body: bytes, asked: Asked) -> Answered:
    """The recording, which some models send bare and others within JSON. Raises BadAnswer where there is none."""
    if body[:1] != b"{":
        return as_sound(body, asked)
    result = read(body).get("result")
    sound = result.get("audio") if isinstance(result, dict) else None
    if not sound:
        raise BadAnswer("without a recording")
    return Answered(base64.b64decode(sound), asked.model, headers={"content-type": "audio/mpeg"})


def hear(asked: Asked) -> Sent:
    """A recording to be written down; the newer Whisper takes it as JSON, all others as it is. Raises Unspoken."""
    _, _, kind, content = recording(asked)
    if "whisper-large" not in asked.model:
        return Sent(run(asked.model), content, {"content-type": kind or "application/octet-stream"})
    said = fields_in(asked)
    more = {name: said[name] for name in ("language", "initial_prompt") if said.get(name)}
    more |= {"initial_prompt": said["prompt"]} if said.get("prompt") else {}
    return Sent(run(asked.model), text({"audio": base64.b64encode(content).decode(), "task": "transcribe", **more}))


def words_in(body: bytes, asked: Asked) -> Answered:
    """OpenAI's transcription of Whisper's answer, or of Deepgram's."""
    result = read(body)["result"]
    if "results" in result:
        best = result["results"]["channels"][0]["alternatives"][0]
        return heard(asked, best["transcript"], 0, None, best.get("words") or [])
    told = result.get("transcription_info") or {}
    return heard(asked, result["text"], told.get("duration") or 0, told.get("language"), result.get("words") or [])


SPOKEN = openai_like(
    "workers-ai",
    "Cloudflare Workers AI",
    address,
    functions=tuple(PATHS),
    priced_as="cloudflare",
    settings=(Setting(name="workers_ai_account_id", is_needed=True, what="the account's id, 32 letters and digits"),),
    aliases=("cloudflare",),
    quirks=Quirks(paths=PATHS, renamed={"max_completion_tokens": "max_tokens"}, adjust=without_developer),
)
OWN = {
    Function.GENERATE_IMAGE: Wire(encode=draw, decode=picture_in, usage=unreported),
    Function.SPEAK: Wire(encode=speak, decode=sound_in, usage=unreported),
    Function.TRANSCRIBE: Wire(encode=hear, decode=words_in, usage=seconds_used),
}

WORKERS_AI = replace(SPOKEN, functions={**SPOKEN.functions, **OWN}, models_path=None)
