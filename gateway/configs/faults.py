"""What is wrong with a config, gathered whole before anybody is told, and the refusal that tells it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from gateway.errors import BadRequest


class Fault(NamedTuple):
    """One thing that is wrong, and where."""

    path: str
    """`targets[1].weight`; empty for the whole."""
    message: str
    """What is wrong and what is allowed, as the end of a sentence that begins with the path."""
    is_warning: bool = False
    """It is read all the same."""
    fields: Collection[str] = ()
    """Names, one of which may have been meant; only if one nearly is, is it worth telling."""

    def below(self, path: str) -> Fault:
        """The same, seen from further up."""
        return self._replace(path=joined(path, self.path))

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


Finding = Callable[[object], Iterator[Fault]]
Schema = Mapping[str, Any]
"""JSON Schema, draft 2020-12."""


@dataclass(frozen=True, slots=True)
class Check:
    """Tells what is wrong with a value, and beside it, for editors, what is right."""

    find: Finding
    schema: Schema
    """It refuses nothing that `find` lets pass; the other way round it may be less strict."""

    def __call__(self, value: object) -> Iterator[Fault]:
        """What is wrong."""
        return self.find(value)


def right(schema: Schema) -> Callable[[Finding], Check]:
    """A function that finds faults, with what is right by it."""
    return lambda find: Check(find, schema)


class BadConfig(BadRequest):
    """A config that cannot be used."""

    def __init__(self, faults: Sequence[Fault], *, slug: str | None = None) -> None:
        more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
        named = f" `{slug}`" if slug else ""
        super().__init__(f"Invalid config{named} passed: {faults[0]}{more}", param=faults[0].path or "config")
        self.problems = [(fault.path, fault.message) for fault in faults]

    def body(self) -> dict[str, Any]:
        """OpenAI's error object, and beside it what Portkey's users read: `status`, `message`, `errors`."""
        errors = [f"{path}: {message}" if path else message for path, message in self.problems]
        return super().body() | {"status": "failure", "message": self.message, "errors": errors}


def joined(above: str, below: str) -> str:
    """Two parts of a path as one."""
    return f"{above}{below}" if below.startswith("[") or not (above and below) else f"{above}.{below}"
