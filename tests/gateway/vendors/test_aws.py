"""AWS's signatures and event streams: against AWS's published examples, its own library, and damaged bytes."""

from __future__ import annotations

from binascii import crc32
from collections.abc import Iterable
from datetime import UTC, datetime
from struct import pack

import pytest

from gateway.vendors.aws.events import DamagedStream, EventStreamFrames
from gateway.vendors.aws.signature import Scope, authorization, canonical_request, sign
from gateway.vendors.vendor import BadAnswer, Login, Sent

NOW = datetime(2015, 8, 30, 12, 36, tzinfo=UTC)
PUBLISHED = Scope(
    key_id="AKIDEXAMPLE",
    secret="wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
    region="us-east-1",
    service="service",
    now=NOW,
)
FORM = "application/x-www-form-urlencoded"
KEYS = {"aws_access_key_id": "AK", "aws_secret_access_key": "SK", "aws_region": "eu-west-1"}
CONVERSE = "https://bedrock-runtime.eu-west-1.amazonaws.com/model/anthropic.claude-v1%3A0/converse"

EXAMPLES = [
    ("GET", "/", {}, b"", "host;x-amz-date", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
    ("POST", "/", {}, b"", "host;x-amz-date", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
    (
        "GET",
        "/?Param2=value2&Param1=value1",
        {},
        b"",
        "host;x-amz-date",
        "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
    ),
    (
        "POST",
        "/",
        {"My-Header1": "value1"},
        b"",
        "host;my-header1;x-amz-date",
        "c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c",
    ),
    (
        "GET",
        "/",
        {"My-Header1": " value1", "My-Header2": ' "a   b   c"'},
        b"",
        "host;my-header1;my-header2;x-amz-date",
        "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736",
    ),
    (
        "POST",
        "/",
        {"Content-Type": FORM},
        b"Param1=value1",
        "content-type;host;x-amz-date",
        "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a",
    ),
]
"""From AWS's Signature Version 4 test suite: get-vanilla, post-vanilla, get-vanilla-query-order-key-case,
post-header-key-sort, get-header-value-trim, post-x-www-form-urlencoded."""


@pytest.mark.parametrize(("method", "target", "headers", "body", "names", "signature"), EXAMPLES)
def test_published_examples(
    method: str, target: str, headers: dict[str, str], body: bytes, names: str, signature: str
) -> None:
    """Every example of AWS's test suite is signed to the byte."""
    signed = headers | {"Host": "example.amazonaws.com", "X-Amz-Date": "20150830T123600Z"}

    header = authorization(method, f"https://example.amazonaws.com{target}", signed, body, PUBLISHED)

    assert header == (
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
        f"SignedHeaders={names}, Signature={signature}"
    )


@pytest.mark.parametrize("token", ["", "a-token"])
@pytest.mark.parametrize(
    "url",
    [
        CONVERSE,
        "https://bedrock-runtime.eu-west-1.amazonaws.com/model/"
        "arn%3Aaws%3Abedrock%3Aeu-west-1%3A12%3Ainference-profile%2Feu.anthropic.claude-v1%3A0/invoke",
        "https://bedrock.eu-west-1.amazonaws.com/foundation-models?byProvider=anthropic&a=%2F&byOutput",
        "http://127.0.0.1:8123/model/x/converse",
    ],
)
def test_signed_as_the_own_library_does(url: str, token: str) -> None:
    """Path, query, port, body and session token are signed as botocore signs them."""
    auth, requests = pytest.importorskip("botocore.auth"), pytest.importorskip("botocore.awsrequest")
    credentials = pytest.importorskip("botocore.credentials").Credentials("AK", "SK")
    login = Login(settings=KEYS | {"aws_session_token": token})
    sent = Sent("", b'{"messages":[]}')
    headers = sign(sent, url, login, NOW)
    stated = {name: value for name, value in headers.items() if name != "authorization"}
    request = requests.AWSRequest("POST", url, stated, sent.body)
    request.context["timestamp"] = headers["x-amz-date"]
    signer = auth.SigV4Auth(credentials, "bedrock", "eu-west-1")

    theirs = signer.canonical_request(request)
    signature = signer.signature(signer.string_to_sign(request, theirs), request)

    assert headers["authorization"].endswith(f"Signature={signature}")


def test_percent_signs_are_encoded_again() -> None:
    """A colon in a model's id is `%3A` on the wire and `%253A` under the signature."""
    request, _ = canonical_request("POST", CONVERSE, {}, b"")

    assert request.split("\n")[1] == "/model/anthropic.claude-v1%253A0/converse"


@pytest.mark.parametrize(
    "login", [Login(secret="an-api-key", settings=KEYS), Login(), Login(settings={"aws_access_key_id": "AK"})]
)
def test_an_api_key_or_no_key_is_not_signed_with(login: Login) -> None:
    """A bearer key needs no signature, and half an access key makes none."""
    assert sign(Sent("", b"{}"), CONVERSE, login, NOW) == {}


def test_what_is_signed_is_told() -> None:
    """The headers that were signed are those returned, the host's left to the connection; others stay unsigned."""
    headers = sign(Sent("", b"{}", {"Accept": "image/png"}), CONVERSE, Login(settings=KEYS), NOW)

    assert headers.pop("authorization").split(", ")[1] == (
        "SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date"
    )
    assert set(headers) == {"content-type", "x-amz-content-sha256", "x-amz-date"}


def message(headers: Iterable[tuple[str, bytes]], payload: bytes) -> bytes:
    """One message of an event stream; the headers' values with their type in front."""
    head = b"".join(bytes([len(name)]) + name.encode() + value for name, value in headers)
    prelude = pack(">II", 16 + len(head) + len(payload), len(head))
    whole = prelude + pack(">I", crc32(prelude)) + head + payload
    return whole + pack(">I", crc32(whole))


def said(text: str) -> bytes:
    """A header's value that is text."""
    return b"\x07" + pack(">H", len(text)) + text.encode()


EVENT = message(
    [
        (":date", b"\x08" + bytes(8)),
        ("flag", b"\x00"),
        ("raw", b"\x06\x00\x02ab"),
        (":event-type", said("messageStart")),
        (":content-type", said("application/json")),
        (":message-type", said("event")),
    ],
    b'{"role":"assistant"}',
)
EXCEPTION = message(
    [(":exception-type", said("throttlingException")), (":message-type", said("exception"))], b'{"message":"slow"}'
)
ERROR = message(
    [(":error-code", said("Internal")), (":error-message", said("gone")), (":message-type", said("error"))], b""
)
STREAM = EVENT + EXCEPTION + ERROR
TOLD = [
    ("messageStart", b'{"role":"assistant"}'),
    ("throttlingException", b'{"message":"slow"}'),
    ("InternalException", b'{"message":"gone"}'),
]


@pytest.mark.parametrize("cut", range(len(STREAM)))
def test_messages_survive_any_cut(cut: int) -> None:
    """Wherever the network cuts, the same messages come out, headers of every type among them."""
    frames = EventStreamFrames()

    told = [*frames.feed(STREAM[:cut]), *frames.feed(STREAM[cut:])]

    assert told == TOLD


def test_messages_come_byte_by_byte() -> None:
    """A stream in single bytes is the same stream."""
    frames = EventStreamFrames()

    told = [event for at in range(len(STREAM)) for event in frames.feed(STREAM[at : at + 1])]

    assert told == TOLD


@pytest.mark.parametrize("at", [position for position in range(len(EVENT)) if position])
def test_a_damaged_byte_is_noticed(at: int) -> None:
    """One wrong bit anywhere is found by a checksum, and nothing of that message is told."""
    damaged = EVENT[:at] + bytes([EVENT[at] ^ 1]) + EVENT[at + 1 :]

    with pytest.raises(DamagedStream, match="damaged"):
        list(EventStreamFrames().feed(damaged))


@pytest.mark.parametrize("head", [("x", b"\x07\x00"), ("x", b"\x07\xff\xff"), ("x", b"\x63"), ("x", b"")])
def test_headers_that_cannot_be_read(head: tuple[str, bytes]) -> None:
    """Headers that end too early or have an unknown type are damage, whatever the checksums say."""
    with pytest.raises(BadAnswer):
        list(EventStreamFrames().feed(message([head], b"{}")))


def test_an_answer_that_is_no_event_stream() -> None:
    """HTML where a stream was to be is damage and not an endless wait."""
    with pytest.raises(BadAnswer):
        list(EventStreamFrames().feed(b"<html><body>bad gateway</body></html>"))


def test_an_endless_message_is_refused() -> None:
    """A message that announces more than the limit is refused before it is gathered."""
    prelude = pack(">II", 50_000_000, 0)

    with pytest.raises(OverflowError):
        list(EventStreamFrames().feed(prelude + pack(">I", crc32(prelude))))
