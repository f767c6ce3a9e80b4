"""Deepgram: speech and transcriptions. Source: developers.deepgram.com/reference."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import msgspec

from gateway.functions import Function
from gateway.vendors.openai import WIRES
from gateway.vendors.pictures import fields_in, unreported
from gateway.vendors.recordings import as_sound, heard, recording, seconds_used, sound_format, spoken_text
from gateway.vendors.vendor import Answered, Asked, Login, Sent, Vendor, Wire

FORMATS = {
    "mp3": "encoding=mp3",
    "opus": "encoding=opus&container=ogg",
    "aac": "encoding=aac",
    "flac": "encoding=flac",
    "wav": "encoding=linear16&container=wav",
    "pcm": "encoding=linear16&container=none&sample_rate=24000",
}
HEARD = ("smart_format", "punctuate", "diarize", "keyterm", "keywords", "numerals", "profanity_filter", "redact")
"""Parameters of Deepgram's own that are carried along."""
text = msgspec.json.Encoder().encode
read = msgspec.json.Decoder(dict[str, Any]).decode


def encode_speech(asked: Asked) -> Sent:
    """A text to be spoken. Raises Unspoken."""
    query = urlencode({"model": voice_of(asked)})
    return Sent(f"/speak?{query}&{sound_format(asked, FORMATS)}", text({"text": spoken_text(asked)}))


def voice_of(asked: Asked) -> str:
    """The model with its voice, `aura-2-thalia-en`; a voice that is whole takes the model's place."""
    voice = str(asked.json().get("voice") or "")
    if voice.startswith("aura"):
        return voice
    return f"{asked.model}-{voice}-en" if voice and asked.model in ("aura", "aura-2") else asked.model


def encode_hearing(asked: Asked) -> Sent:
    """A recording to be written down; it is the whole body. Raises Unspoken."""
    said = fields_in(asked)
    _, _, kind, content = recording(asked)
    query = {"model": asked.model, "smart_format": "true"} | {name: said[name] for name in HEARD if name in said}
    query |= {"language": said["language"]} if said.get("language") else {"detect_language": "true"}
    return Sent(f"/listen?{urlencode(query)}", content, {"content-type": kind or "application/octet-stream"})


def decode_hearing(body: bytes, asked: Asked) -> Answered:
    """OpenAI's transcription, of the first channel."""
    answer = read(body)
    channel = answer["results"]["channels"][0]
    best = channel["alternatives"][0]
    words = [
        {"word": word.get("punctuated_word") or word.get("word"), "start": word.get("start"), "end": word.get("end")}
        for word in best.get("words") or ()
    ]
    seconds = (answer.get("metadata") or {}).get("duration") or 0
    language = channel.get("detected_language") or fields_in(asked).get("language")
    return heard(asked, best["transcript"], seconds, language, words)


def headers(login: Login) -> dict[str, str]:
    """The key as a token, which is no bearer."""
    return {"authorization": f"Token {login.secret}"} if login.secret else {}


DEEPGRAM = Vendor(
    id="deepgram",
    name="Deepgram",
    base_url="https://api.deepgram.com/v1",
    priced_as="deepgram",
    functions={
        Function.SPEAK: Wire(encode=encode_speech, decode=as_sound, usage=unreported, passes=True),
        Function.TRANSCRIBE: Wire(encode=encode_hearing, decode=decode_hearing, usage=seconds_used),
        Function.RELAY: WIRES[Function.RELAY],
    },
    headers=headers,
    models_path=None,
)
