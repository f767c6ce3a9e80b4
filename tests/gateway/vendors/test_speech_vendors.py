"""Vendors of speech are asked in their words; what they hear is told in OpenAI's."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from gateway.functions import Function
from gateway.vendors.deepgram import DEEPGRAM
from gateway.vendors.elevenlabs import ELEVENLABS
from gateway.vendors.vendor import Asked, BadAnswer, Json, Login, Sent, Unspoken, Upload, Vendor
from gateway.vendors.workers_ai import WORKERS_AI
from store.records import Usage

WAV = ("file", "a.wav", "audio/wav", b"RIFF")


def speak(model: str, **said: Any) -> Asked:
    """A text to be spoken."""
    fields = {name: msgspec.Raw(msgspec.json.encode(value)) for name, value in ({"input": "hi"} | said).items()}
    return Asked(function=Function.SPEAK, model=model, fields=fields)


def hear(model: str, *files: tuple[str, str, str, bytes], **said: str) -> Asked:
    """A recording to be written down."""
    upload = Upload(fields={name: [value] for name, value in ({"model": "@p/m"} | said).items()}, files=files)
    return Asked(function=Function.TRANSCRIBE, model=model, upload=upload)


def sent(vendor: Vendor, asked: Asked) -> Sent:
    """What a vendor is asked."""
    return vendor.functions[asked.function].encode(asked)


@pytest.mark.parametrize(
    ("vendor", "asked", "path", "body"),
    [
        (
            ELEVENLABS,
            speak("eleven_turbo_v2_5", voice="21m00", speed=1.1),
            "/text-to-speech/21m00?output_format=mp3_44100_128",
            {"text": "hi", "model_id": "eleven_turbo_v2_5", "voice_settings": {"speed": 1.1}},
        ),
        (
            ELEVENLABS,
            speak("eleven_v3", voice="../x", response_format="pcm", language_code="de"),
            "/text-to-speech/..%2Fx?output_format=pcm_24000",
            {"text": "hi", "model_id": "eleven_v3", "language_code": "de"},
        ),
        (DEEPGRAM, speak("aura-2", voice="thalia"), "/speak?model=aura-2-thalia-en&encoding=mp3", {"text": "hi"}),
        (
            DEEPGRAM,
            speak("aura-2-thalia-en", voice="alloy", response_format="wav"),
            "/speak?model=aura-2-thalia-en&encoding=linear16&container=wav",
            {"text": "hi"},
        ),
        (WORKERS_AI, speak("@cf/myshell-ai/melotts"), "/run/@cf/myshell-ai/melotts", {"prompt": "hi", "lang": "en"}),
        (WORKERS_AI, speak("@cf/deepgram/aura-1", voice="alloy"), "/run/@cf/deepgram/aura-1", {"text": "hi"}),
        (
            WORKERS_AI,
            speak("@cf/deepgram/aura-1", voice="orion"),
            "/run/@cf/deepgram/aura-1",
            {"text": "hi", "speaker": "orion"},
        ),
        (DEEPGRAM, speak("aura-2", voice="aura-2-zeus-en"), "/speak?model=aura-2-zeus-en&encoding=mp3", {"text": "hi"}),
    ],
)
def test_speech_is_asked_for_in_the_vendors_words(vendor: Vendor, asked: Asked, path: str, body: Json) -> None:
    """Voices, formats and speeds are where the vendor looks for them."""
    found = sent(vendor, asked)

    assert (found.path, json.loads(found.body)) == (path, body)


@pytest.mark.parametrize("vendor", [ELEVENLABS, DEEPGRAM], ids=lambda vendor: vendor.id)
def test_a_recording_passes_untouched(vendor: Vendor) -> None:
    """Sound is no JSON, even where it begins like it."""
    found = vendor.functions[Function.SPEAK].decode(b"{\xff\xfb", speak("m"))

    assert found.body == b"{\xff\xfb"


@pytest.mark.parametrize(
    ("vendor", "asked", "param"),
    [
        (ELEVENLABS, speak("m"), "voice"),
        (ELEVENLABS, speak("m", voice="v", response_format="flac"), "response_format"),
        (DEEPGRAM, speak("m", input=""), "input"),
        (DEEPGRAM, hear("nova-3"), "file"),
        (ELEVENLABS, hear("scribe_v1", WAV, response_format="srt"), "response_format"),
    ],
)
def test_what_cannot_be_said_is_refused_in_words(vendor: Vendor, asked: Asked, param: str) -> None:
    """The refusal names the parameter to change."""
    with pytest.raises(Unspoken) as refused:
        sent(vendor, asked)

    assert refused.value.param == param


def test_deepgram_hears_the_bare_recording() -> None:
    """The file is the body, and everything else stands in the query."""
    found = sent(DEEPGRAM, hear("nova-3", WAV, language="de", diarize="true"))

    assert found.path == "/listen?model=nova-3&smart_format=true&diarize=true&language=de"
    assert (found.body, found.headers) == (b"RIFF", {"content-type": "audio/wav"})


def test_workers_ai_hears_json_or_the_bare_recording() -> None:
    """The newer Whisper takes the recording as base64 beside its language, other models take it as it is."""
    whisper = sent(WORKERS_AI, hear("@cf/openai/whisper-large-v3-turbo", WAV, language="de", prompt="names"))
    bare = sent(WORKERS_AI, hear("@cf/deepgram/nova-3", WAV))

    assert json.loads(whisper.body) == {
        "audio": "UklGRg==",
        "task": "transcribe",
        "language": "de",
        "initial_prompt": "names",
    }
    assert (bare.body, bare.headers) == (b"RIFF", {"content-type": "audio/wav"})


def test_workers_ai_tells_deepgrams_words_too() -> None:
    """An answer in Deepgram's shape is a transcription like any other; one without a recording is no speech."""
    best = {"transcript": "Hi there", "words": [{"word": "Hi", "start": 0, "end": 1}]}
    answer = {"result": {"results": {"channels": [{"alternatives": [best]}]}}}

    found = WORKERS_AI.functions[Function.TRANSCRIBE].decode(
        msgspec.json.encode(answer), hear("@cf/deepgram/nova-3", WAV)
    )

    assert json.loads(found.body) == {"text": "Hi there"}
    with pytest.raises(BadAnswer):
        WORKERS_AI.functions[Function.SPEAK].decode(b'{"result": {}}', speak("@cf/myshell-ai/melotts"))


def test_elevenlabs_hears_a_form() -> None:
    """The file goes on in a form with the vendor's names."""
    found = sent(ELEVENLABS, hear("scribe_v1", WAV, language="de"))

    assert found.path == "/speech-to-text"
    assert b'name="model_id"\r\n\r\nscribe_v1\r\n' in found.body
    assert b'name="language_code"\r\n\r\nde\r\n' in found.body
    assert b"RIFF" in found.body


HEARD = [
    (
        DEEPGRAM,
        {
            "metadata": {"duration": 1.5},
            "results": {
                "channels": [
                    {
                        "detected_language": "en",
                        "alternatives": [
                            {
                                "transcript": "Hi.",
                                "words": [{"word": "hi", "punctuated_word": "Hi.", "start": 0, "end": 1.5}],
                            }
                        ],
                    }
                ]
            },
        },
    ),
    (
        ELEVENLABS,
        {
            "language_code": "en",
            "text": "Hi.",
            "words": [{"text": "Hi.", "start": 0, "end": 1.5, "type": "word"}, {"text": " ", "type": "spacing"}],
        },
    ),
]


@pytest.mark.parametrize(("vendor", "answer"), HEARD)
@pytest.mark.parametrize(
    ("wanted", "body"),
    [
        ("json", {"text": "Hi.", "usage": {"type": "duration", "seconds": 1.5}}),
        (
            "verbose_json",
            {
                "text": "Hi.",
                "usage": {"type": "duration", "seconds": 1.5},
                "task": "transcribe",
                "language": "en",
                "duration": 1.5,
                "words": [{"word": "Hi.", "start": 0, "end": 1.5}],
            },
        ),
    ],
)
def test_transcriptions_are_openais(vendor: Vendor, answer: Json, wanted: str, body: Json) -> None:
    """The text, its words and its length come as OpenAI's clients read them, and the length is what is paid for."""
    wire = vendor.functions[Function.TRANSCRIBE]

    found = wire.decode(json.dumps(answer).encode(), hear("m", WAV, response_format=wanted))

    assert json.loads(found.body) == body
    assert wire.usage(found.usage) == Usage(audio_ms=1500)


@pytest.mark.parametrize(("vendor", "answer"), HEARD)
def test_a_plain_text_is_plain(vendor: Vendor, answer: Json) -> None:
    """A client that asks for text gets no JSON, and it is paid for all the same."""
    wire = vendor.functions[Function.TRANSCRIBE]

    found = wire.decode(json.dumps(answer).encode(), hear("m", WAV, response_format="text"))

    assert (found.body, found.headers["content-type"]) == (b"Hi.\n", "text/plain; charset=utf-8")
    assert wire.usage(found.usage) == Usage(audio_ms=1500)


@pytest.mark.parametrize(
    ("vendor", "wanted"), [(DEEPGRAM, {"authorization": "Token KEY"}), (ELEVENLABS, {"xi-api-key": "KEY"})]
)
def test_logins(vendor: Vendor, wanted: dict[str, str]) -> None:
    """Each vendor finds its key where it looks for it."""
    assert vendor.headers(Login("KEY")) == wanted
