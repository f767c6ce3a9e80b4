"""Chat that is nearly OpenAI's: what has to be put right in each answer and chunk, and no more."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from gateway.vendors.openai.usage import usage_of
from gateway.vendors.translated import text
from gateway.vendors.vendor import Asked, BadAnswer, Json
from store.records import Usage

Adjust = Callable[[Json, Asked], None]
"""Puts an answer or a chunk right, in place. Raises BadAnswer for one that says it broke off."""


def counted(usage: Json) -> Usage | None:
    """What is paid for, where the usage object is OpenAI's."""
    return usage_of(text(usage))


def answers(adjust: Adjust) -> Callable[[Json, Asked], Json]:
    """What decodes answers that `adjust` puts right."""

    def answer(said: Json, asked: Asked) -> Json:
        adjust(said, asked)
        return said

    return answer


def tellings(adjust: Adjust) -> Callable[[Asked], Told]:
    """What retells streams whose chunks `adjust` puts right."""
    return lambda asked: Told(asked, adjust)


class Told:
    """A stream of chunks that are put right one by one: a `Telling`."""

    __slots__ = ("_adjust", "_asked", "error", "is_finished", "model", "usage")

    def __init__(self, asked: Asked, adjust: Adjust) -> None:
        self._asked, self._adjust = asked, adjust
        self.model: str | None = None
        self.usage: Json | None = None
        self.error: Json | None = None
        self.is_finished = False

    def event(self, name: str, data: Json) -> Iterator[Json]:  # noqa: ARG002 - the protocol's
        """The chunk, and one of its own for the usage."""
        if data.get("error"):
            self.error = data
            return
        try:
            self._adjust(data, self._asked)
        except BadAnswer as error:
            self.error = {"error": {"message": f"the vendor answered {error}"}}
            return
        self.model = self.model or data.get("model")
        self.usage = data.pop("usage", None) or self.usage
        if choices := data.get("choices"):
            self.is_finished = self.is_finished or any(choice.get("finish_reason") for choice in choices)
            yield data
        if self.usage and (self.is_finished or not choices):
            yield data | {"choices": [], "usage": self.usage}
