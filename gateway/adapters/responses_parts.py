"""Content of Responses items as parts of a chat message."""

from __future__ import annotations

from collections.abc import Callable

from gateway.adapters.parts import text_part
from gateway.adapters.reading import joined, needed_text, objects, present, word
from gateway.vendors.vendor import Json, Unspoken


def parts_in(item: Json, name: str, where: str) -> list[Json]:
    """The parts of an item's content; a string is one of text. Raises Unspoken for a part without a like in chat."""
    said = item.get(name)
    if isinstance(said, str):
        return [text_part(said)]
    path = joined(where, name)
    return [part_of(part, f"{path}[{place}]") for place, part in enumerate(objects(item, name, where))]


def part_of(part: Json, where: str) -> Json:
    """One part."""
    kind = word(part, "type")
    if kind not in PARTS:
        raise Unspoken(f"`{kind}` is no content that chat has", f"{where}.type")
    return PARTS[kind](part, where)


def text(part: Json, where: str) -> Json:
    """The user's text, or the model's."""
    return text_part(needed_text(part, "text", where))


def refusal(part: Json, where: str) -> Json:
    """What the model said instead of an answer."""
    return text_part(needed_text(part, "refusal", where))


def image(part: Json, where: str) -> Json:
    """An image by its address, or whole in a `data:` URL."""
    if part.get("file_id"):
        sentence = "an image of OpenAI's file store works with OpenAI only; send `image_url`"
        raise Unspoken(sentence, f"{where}.file_id")
    address = needed_text(part, "image_url", where)
    return {"type": "image_url", "image_url": {"url": address, **present(detail=part.get("detail"))}}


def file(part: Json, where: str) -> Json:
    """A file: whole, by its address, or by its id in the vendor's store."""
    names = ("file_data", "file_url", "file_id", "filename")
    said = {name: part[name] for name in names if part.get(name) is not None}
    if not said.keys() - {"filename"}:
        raise Unspoken(f"`{where}` must have `file_data` or `file_url`", where)
    return {"type": "file", "file": said}


def audio(part: Json, where: str) -> Json:
    """Speech, which chat has in the same words."""
    if not isinstance(part.get("input_audio"), dict):
        raise Unspoken(f"`{where}.input_audio` must be an object", f"{where}.input_audio")
    return {"type": "input_audio", "input_audio": part["input_audio"]}


PARTS: dict[str, Callable[[Json, str], Json]] = {
    "input_text": text,
    "output_text": text,
    "text": text,
    "refusal": refusal,
    "input_image": image,
    "input_file": file,
    "input_audio": audio,
}
