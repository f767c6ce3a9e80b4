"""Multipart bodies are what another program's parser reads."""

from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import HTTP

from gateway.vendors.forms import form
from gateway.vendors.vendor import Upload


def parts(upload: Upload) -> list[EmailMessage]:
    """The parts of a form as the standard library reads them."""
    body, kind = form(upload)
    whole = BytesParser(EmailMessage, policy=HTTP).parsebytes(f"content-type: {kind}\r\n\r\n".encode() + body)
    return [part for part in whole.iter_parts() if isinstance(part, EmailMessage)]


def test_bytes_are_those_of_the_standard() -> None:
    """Fields come before files, each behind the boundary, and the last boundary is closed."""
    upload = Upload(fields={"model": ["m"], "n": ["1", "2"]}, files=(("image", "a.png", "image/png", b"\x89PNG\r\n"),))

    body, kind = form(upload, "edge")

    assert kind == "multipart/form-data; boundary=edge"
    assert body == (
        b'--edge\r\ncontent-disposition: form-data; name="model"\r\n\r\nm\r\n'
        b'--edge\r\ncontent-disposition: form-data; name="n"\r\n\r\n1\r\n'
        b'--edge\r\ncontent-disposition: form-data; name="n"\r\n\r\n2\r\n'
        b'--edge\r\ncontent-disposition: form-data; name="image"; filename="a.png"\r\n'
        b"content-type: image/png\r\n\r\n\x89PNG\r\n\r\n--edge--\r\n"
    )


def test_another_parser_reads_names_values_and_files() -> None:
    """Letters beyond ASCII and empty values survive."""
    upload = Upload(fields={"prompt": ["größer"], "mask": [""]}, files=(("image", "bär.png", "image/png", b"abc"),))

    prompt, mask, image = parts(upload)

    assert prompt.get_payload(decode=True) == "größer".encode()
    assert mask.get_payload(decode=True) == b""
    assert (image.get_content_type(), image.get_payload(decode=True)) == ("image/png", b"abc")


def test_a_name_cannot_add_a_header() -> None:
    """Quotes and line breaks in the sender's names and types stay inside the names."""
    file = ("image", 'a"\r\nx-evil: 1', "image/png\r\nx-evil: 1", b"abc")

    (image,) = parts(Upload(fields={}, files=(file,)))

    assert "x-evil" not in image
    assert image.get_content_type() == "application/octet-stream"


def test_boundaries_differ() -> None:
    """Nobody can write a boundary into a field beforehand."""
    upload = Upload(fields={"a": ["b"]}, files=())

    assert form(upload) != form(upload)
