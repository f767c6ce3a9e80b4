"""The drain in a process of its own, so that it never takes the interpreter from those who answer requests.

`python -m store.spool.scribe FILE SECONDS KEEPING` reads what stands in the spool from its standard input, and writes
what became of it to its standard output, until the input ends: with the process that started it, however that ended.
"""

import gc
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from struct import Struct
from typing import IO

import msgspec

from store.log.retention import KEEP_ALL, Keeping
from store.spool.drain import Drain, reason
from store.spool.standing import Outcome, Stretch

LENGTH = Struct("<I")
STARTED_BY = Path(__file__).parents[2]
"""Where the packages are, installed or not."""


class NotDrained(Exception):
    """Nothing could be put into the database; says why, and what helps."""


class Answer(msgspec.Struct, array_like=True):
    """What became of a step, or why nothing did."""

    outcome: Outcome
    reason: str | None = None


encode = msgspec.msgpack.Encoder().encode
read_answer = msgspec.msgpack.Decoder(Answer).decode
read_standing = msgspec.msgpack.Decoder(list[Stretch] | None).decode
TIDY = encode(None)
"""What is sent instead of the spool's standing when it is time to tidy up."""


class Scribe:
    """The process, started when there is something to do; for one thread."""

    def __init__(self, file: Path, patience_seconds: float, keeping: Keeping = KEEP_ALL) -> None:
        self._words = [sys.executable, "-P", "-m", "store.spool.scribe", str(file), str(patience_seconds)]
        self._words.append(msgspec.json.encode(keeping).decode())
        self._process: subprocess.Popen[bytes] | None = None
        self._file, self._patience_seconds, self._keeping = file, patience_seconds, keeping
        self._drain: Drain | None = None
        """This process's own, once there is nobody left to be answered."""

    def step(self, standing: Sequence[Stretch]) -> Outcome:
        """Put one batch into the database. Raises NotDrained."""
        return self._ask(encode(standing))

    def last_step(self, standing: Sequence[Stretch]) -> Outcome:
        """As `step`, but here where no process is: it takes longer to start, and nobody is answered any more."""
        if self._process is not None:
            return self.step(standing)
        self._drain = self._drain or Drain(self._file, self._patience_seconds, self._keeping)
        try:
            return self._drain.step(standing)
        except (sqlite3.Error, OSError) as error:
            raise NotDrained(reason(error, self._file)) from error

    def tidy(self) -> bool:
        """A step of some milliseconds at what nobody waits for; whether there is more of it. Raises NotDrained."""
        return self._ask(TIDY).more

    def _ask(self, message: bytes) -> Outcome:
        try:
            pipes = self._pipes()
            send(pipes[0], message)
            answer = read_answer(receive(pipes[1]))
        except (OSError, EOFError, msgspec.MsgspecError) as error:
            self.close()
            raise NotDrained(f"The process that writes the log ended ({error!r}); it is started again.") from error
        if answer.reason is not None:
            raise NotDrained(answer.reason)
        return answer.outcome

    def close(self) -> None:
        """End the process; it finishes what it is at."""
        if self._drain is not None:
            self._drain.close()
        process, self._process = self._process, None
        if process is not None:
            for pipe in (process.stdin, process.stdout):
                with suppress(OSError):  # what was not sent yet cannot be sent to one that is gone
                    if pipe is not None:
                        pipe.close()
            process.wait()

    def _pipes(self) -> tuple[IO[bytes], IO[bytes]]:
        if self._process is None:
            path = os.pathsep.join(filter(None, (str(STARTED_BY), os.environ.get("PYTHONPATH"))))
            self._process = subprocess.Popen(
                self._words,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env={**os.environ, "PYTHONPATH": path},
                start_new_session=True,  # a Ctrl+C is for the gateway, which lets it finish
            )
        assert self._process.stdin is not None, "it was asked for"
        assert self._process.stdout is not None, "it was asked for"
        return self._process.stdin, self._process.stdout


def send(pipe: IO[bytes], message: bytes) -> None:
    """One message."""
    pipe.write(LENGTH.pack(len(message)) + message)
    pipe.flush()


def receive(pipe: IO[bytes]) -> bytes:
    """One message. Raises EOFError."""
    head = pipe.read(LENGTH.size)
    if len(head) < LENGTH.size:
        raise EOFError("no answer")
    length = LENGTH.unpack(head)[0]
    message = pipe.read(length)
    if len(message) < length:
        raise EOFError("half an answer")
    return message


def serve(file: Path, patience_seconds: float, keeping: Keeping) -> None:
    """Answer until nobody asks any more."""
    drain = Drain(file, patience_seconds, keeping)
    try:
        while True:
            try:
                standing = read_standing(receive(sys.stdin.buffer))
            except EOFError:
                return
            try:
                answer = Answer(tidied(drain) if standing is None else drain.step(standing))
            except (sqlite3.Error, OSError) as error:
                answer = Answer(Outcome(), reason(error, file))
            send(sys.stdout.buffer, encode(answer))
    finally:
        drain.close()


def tidied(drain: Drain) -> Outcome:
    """What became of a step of tidying up."""
    return Outcome(more=drain.tidy(time.time_ns() // 1_000_000))


def stand_back() -> None:
    """Have the kernel let those who answer requests go first; the share of the processor stays a fair one."""
    if hasattr(os, "SCHED_BATCH"):
        with suppress(OSError):
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))


def seek_cycles_seldom() -> None:
    """Records have no cycles, and looking for some takes a tenth of the time."""
    gc.set_threshold(100_000, 20, 100)


if __name__ == "__main__":
    stand_back()
    seek_cycles_seldom()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # it ends with its input, and not in the middle of a transaction
    serve(Path(sys.argv[1]), float(sys.argv[2]), msgspec.json.decode(sys.argv[3], type=Keeping))
