"""ElevenLabs: speech and transcriptions. Source: elevenlabs.io/docs/api-reference."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import msgspec

from gateway.functions import Function
from gateway.vendors.forms import form
from gateway.vendors.openai import WIRES
from gateway.vendors.pictures import fields_in, unreported
from gateway.vendors.recordings import as_sound, heard, recording, seconds_used, sound_format, spoken_text
from gateway.vendors.vendor import Answered, Asked, Json, Sent, Unspoken, Upload, Vendor, Wire, in_header

FORMATS = {"mp3": "mp3_44100_128", "opus": "opus_48000_128", "pcm": "pcm_24000", "wav": "wav_44100"}
OWN = ("language_code", "seed", "previous_text", "next_text", "apply_text_normalization")
"""Parameters of ElevenLabs' own that are carried along."""
HEARD = ("diarize", "num_speakers", "tag_audio_events", "temperature", "seed")
text = msgspec.json.Encoder().encode
read = msgspec.json.Decoder(dict[str, Any]).decode


def encode_speech(asked: Asked) -> Sent:
    """A text to be spoken; the voice is ElevenLabs' id of it. Raises Unspoken."""
    said = asked.json()
    voice = said.get("voice")
    if not isinstance(voice, str) or not voice:
        raise Unspoken("there is no voice: send `voice`, the id of one", "voice")
    settings = said.get("voice_settings") or ({"speed": said["speed"]} if said.get("speed") else {})
    body: Json = {"text": spoken_text(asked), "model_id": asked.model} | (
        {"voice_settings": settings} if settings else {}
    )
    body |= {name: said[name] for name in OWN if said.get(name) is not None}
    output = said.get("output_format") or sound_format(asked, FORMATS)
    return Sent(f"/text-to-speech/{quote(voice, safe='')}?output_format={quote(str(output), safe='')}", text(body))


def encode_hearing(asked: Asked) -> Sent:
    """A recording to be written down. Raises Unspoken."""
    said, file = fields_in(asked), recording(asked)
    fields = {"model_id": asked.model} | {name: said[name] for name in HEARD if name in said}
    fields |= {"language_code": said["language"]} if said.get("language") else {}
    body, kind = form(Upload(fields={name: [str(value)] for name, value in fields.items()}, files=(file,)))
    return Sent("/speech-to-text", body, {"content-type": kind})


def decode_hearing(body: bytes, asked: Asked) -> Answered:
    """OpenAI's transcription."""
    answer = read(body)
    words = [word for word in answer.get("words") or () if word.get("type", "word") == "word"]
    seconds = answer.get("audio_duration_secs") or max((word.get("end") or 0 for word in words), default=0)
    told = [{"word": word.get("text"), "start": word.get("start"), "end": word.get("end")} for word in words]
    return heard(asked, answer["text"], seconds, answer.get("language_code"), told)


ELEVENLABS = Vendor(
    id="elevenlabs",
    name="ElevenLabs",
    base_url="https://api.elevenlabs.io/v1",
    priced_as="elevenlabs",
    functions={
        Function.SPEAK: Wire(encode=encode_speech, decode=as_sound, usage=unreported, passes=True),
        Function.TRANSCRIBE: Wire(encode=encode_hearing, decode=decode_hearing, usage=seconds_used),
        Function.RELAY: WIRES[Function.RELAY],
    },
    headers=in_header("xi-api-key"),
    models_path=None,
    aliases=("eleven-labs",),
)
