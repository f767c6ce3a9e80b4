"""A chat answer as a response of OpenAI's."""

from __future__ import annotations

from gateway.adapters.blocks import Block
from gateway.adapters.chat import Piece, finish_of, first_choice, pieces, record, records
from gateway.adapters.responses_object import INCOMPLETE, Status, head_of, item_of
from gateway.vendors.vendor import Json


def answer(said: Json, body: Json) -> Json:
    """The response, of the chat answer and the client's request."""
    head = head_of(said, body)
    choice = first_choice(said)
    finish = finish_of(choice.get("finish_reason"))
    message = record(choice.get("message"))
    status: Status = "incomplete" if finish in INCOMPLETE else "completed"
    output = [item_of(head, block_of(piece, place), status) for place, piece in enumerate(pieces(message))]
    annotate(output, message, choice)
    return head.ended(finish, output, record(said.get("usage")))


def block_of(piece: Piece, place: int) -> Block:
    """A piece that is all of its block."""
    said = [piece.text] if piece.text else []
    return Block(piece.kind, place, piece.id, piece.name, piece.signature, said)


def annotate(output: list[Json], message: Json, choice: Json) -> None:
    """Write citations and log probabilities to the text they belong to."""
    cited = records(message.get("annotations"))
    logprobs = records(record(choice.get("logprobs")).get("content"))
    for part in [part for item in output for part in item.get("content") or () if part["type"] == "output_text"]:
        part["annotations"] = [flat(annotation) for annotation in cited]
        part["logprobs"] = logprobs


def flat(annotation: Json) -> Json:
    """A citation, which chat nests under its type."""
    kind = annotation.get("type")
    nested = annotation.get(str(kind))
    return {"type": kind, **nested} if isinstance(nested, dict) else annotation
