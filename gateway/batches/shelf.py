"""Files and batches in the home: of each its lines, and beside them a paper that says what and whose they are.

Readable by this user alone. Everything here touches the disk; where it may take long, a thread is asked to.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING, TypeVar
from weakref import WeakValueDictionary

import msgspec

from gateway.errors import NotFound

if TYPE_CHECKING:
    from pathlib import Path

    from gateway.batches.papers import KeptBatch, KeptFile, Paper

DAY_SECONDS = 86_400
Kind = TypeVar("Kind", "KeptFile", "KeptBatch")


class Shelf:
    """Owns the folder. A paper is written after its lines: what has none is not there."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.collecting: dict[str, asyncio.Task[KeptBatch]] = {}
        """Batches whose results are being fetched, each once however many ask."""
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def turn(self, id: str) -> asyncio.Lock:
        """Held by whoever asks a vendor about a batch and writes down what it said: two at once would make two ends."""
        return self._turns.setdefault(id, asyncio.Lock())

    def lines(self, id: str) -> Path:
        """Where the content of a file is, or the requests of a batch."""
        return self._folder / f"{id}.jsonl"

    def open(self, id: str) -> IO[bytes]:
        """The same to be written anew, from the beginning."""
        self._folder.mkdir(mode=0o700, exist_ok=True)
        return os.fdopen(os.open(self.lines(id), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")

    def spool(self) -> IO[bytes]:
        """A file without a name, which is gone once it is closed, whatever happens."""
        self._folder.mkdir(mode=0o700, exist_ok=True)
        return TemporaryFile(dir=self._folder)

    def put(self, paper: Paper) -> None:
        """Write a paper, whole or not at all."""
        self._folder.mkdir(mode=0o700, exist_ok=True)
        new = self._paper(paper.id).with_suffix(".new")
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(msgspec.json.encode(paper))
            file.flush()
            os.fsync(file.fileno())
        new.replace(self._paper(paper.id))

    def find(self, id: str, kind: type[Kind], workspace: str | None) -> Kind:
        """A paper, if it is that workspace's; None: whosever it is. Raises NotFound."""
        paper = self._read(self._paper(id))
        if not isinstance(paper, kind) or workspace not in (None, paper.workspace):
            raise NotFound(f"Tollhouse: there is no {'file' if id.startswith('file') else 'batch'} `{id}`.")
        return paper

    def every(self, kind: type[Kind], workspace: str | None) -> list[Kind]:
        """All papers of a kind that a workspace has, the newest first."""
        found = [each for each in self._papers() if isinstance(each, kind) and workspace in (None, each.workspace)]
        return sorted(found, key=lambda paper: (paper.created_at, paper.id), reverse=True)

    def has_any(self) -> bool:
        """Whether there is anything."""
        return self._folder.exists()

    def size(self) -> int:
        """Bytes of everything."""
        return sum(each.stat().st_size for each in self._folder.glob("*.*")) if self._folder.exists() else 0

    def remove(self, id: str) -> None:
        """Forget a file or a batch; the paper first, or it would promise what is gone."""
        self._paper(id).unlink(missing_ok=True)
        self.lines(id).unlink(missing_ok=True)

    def forget_old(self, days: int, now: int) -> None:
        """Remove what was made so many days ago, and what a crash left without a paper; 0: nothing."""
        if not days or not self._folder.exists():
            return
        for each in self._folder.iterdir():
            if each.stat().st_mtime < now - days * DAY_SECONDS:
                each.unlink(missing_ok=True)

    def _paper(self, id: str) -> Path:
        return self._folder / f"{id}.json"

    def _papers(self) -> Iterator[Paper]:
        for path in self._folder.glob("*.json") if self._folder.exists() else ():
            if (paper := self._read(path)) is not None:
                yield paper

    def _read(self, path: Path) -> Paper | None:
        from gateway.batches.papers import Paper

        try:
            paper: Paper = msgspec.json.decode(path.read_bytes(), type=Paper)
            return paper
        except (FileNotFoundError, msgspec.DecodeError):
            return None
