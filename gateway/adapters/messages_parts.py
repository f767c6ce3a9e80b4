"""Content blocks of Anthropic's as parts of a chat message."""

from __future__ import annotations

from collections.abc import Callable

from gateway.adapters.parts import marked, text_part
from gateway.adapters.reading import an_object, needed_text, objects, word
from gateway.vendors.vendor import Json, Unspoken


def parts_of(block: Json, where: str) -> list[Json]:
    """The parts that a block makes, with its cache mark on the last. Raises Unspoken for a block without a like."""
    kind = word(block, "type")
    if kind not in PARTS:
        raise Unspoken(f"a `{kind}` block can only be read by a Claude model; leave it out", f"{where}.type")
    *before, last = PARTS[kind](block, where) or [text_part("")]
    return [*before, marked(last, block)]


def texts(block: Json, where: str) -> list[Json]:
    """Text as it is; citations in it are the model's own."""
    return [text_part(needed_text(block, "text", where))]


def image(block: Json, where: str) -> list[Json]:
    """An image by its address, or whole."""
    return [{"type": "image_url", "image_url": {"url": address(an_object(block, "source", where), f"{where}.source")}}]


def document(block: Json, where: str) -> list[Json]:
    """A document: text stays text, a PDF becomes a file."""
    source = an_object(block, "source", where)
    kind = source.get("type")
    title = block.get("title")
    about = [text_part(said) for said in (title, block.get("context")) if isinstance(said, str) and said]
    at = f"{where}.source"
    if kind == "text":
        return [*about, text_part(needed_text(source, "data", at))]
    if kind == "content":
        return about + content(source, at)
    if kind == "url":
        file = {"file_url": needed_text(source, "url", at), "mime_type": "application/pdf"}
    else:
        file = {"file_data": address(source, at)}
    return [*about[1 if title else 0 :], {"type": "file", "file": {"filename": title or "document.pdf", **file}}]


def content(source: Json, where: str) -> list[Json]:
    """A document made of blocks."""
    if isinstance(said := source.get("content"), str):
        return [text_part(said)]
    blocks = enumerate(objects(source, "content", where))
    return [part for place, block in blocks for part in parts_of(block, f"{where}.content[{place}]")]


def search_result(block: Json, where: str) -> list[Json]:
    """A search result of the client's own, as text with its title and source."""
    heading = "\n".join(str(block[name]) for name in ("title", "source") if block.get(name))
    return [text_part(heading), *content(block, where)]


def address(source: Json, where: str) -> str:
    """Where an image or a PDF is to be had: its URL, or a `data:` URL with all of it."""
    kind = source.get("type")
    if kind == "url":
        return needed_text(source, "url", where)
    if kind == "base64":
        return f"data:{needed_text(source, 'media_type', where)};base64,{needed_text(source, 'data', where)}"
    raise Unspoken(f"a source of the type `{kind}` works with Anthropic's own API only; send `base64` or `url`", where)


PARTS: dict[str, Callable[[Json, str], list[Json]]] = {
    "text": texts,
    "image": image,
    "document": document,
    "search_result": search_result,
}
