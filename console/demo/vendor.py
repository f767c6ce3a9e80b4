"""The simulated vendor: OpenAI's wire under `/v1`, and Anthropic's beside it; no account, no network.

`python -m console.demo.vendor --port N`
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import click
import msgspec

from console.demo.answer import Script, Step, refusal
from console.demo.completion import Json
from console.demo.connection import Connection
from console.demo.dialects import decide
from console.demo.knobs import Knobs, UnknownModel, WrongKnob, knobs_of
from console.demo.request import Asked

PATIENCE_SECONDS = 20.0
"""How long a test waits for a hang-up before it fails."""


class SimulatedVendor:
    """What it was asked is kept; what it will answer can be scripted."""

    def __init__(self, *, pace: float, key: str | None, clock: Callable[[], float]) -> None:
        self.url = ""
        """Its base URL, `/v1` included."""
        self.requests: list[Asked] = []
        self.open_connections = 0
        self._pace, self._key, self._clock = pace, key, clock
        self._scripts: deque[Script] = deque()
        self._arrived: asyncio.Queue[Asked] = asyncio.Queue()
        self._abandoned: asyncio.Queue[Asked] = asyncio.Queue()
        self._recent: defaultdict[str, deque[float]] = defaultdict(deque)

    def will(
        self,
        status: int = 200,
        json: Json | None = None,
        *,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        chunks: Sequence[bytes | asyncio.Event] | None = None,
        gate: asyncio.Event | None = None,
        gate_after: int = 1,
        times: int = 1,
        **knobs: Any,
    ) -> None:
        """Decide the next `times` answers; those decided first come first, and afterwards the models' own again.

        `json`, `body` or `chunks` say the answer itself, otherwise the natural one goes through `knobs` (fields of
        Knobs). `chunks` is a stream in pieces, and waits at an event; `gate` is such an event `gate_after` pieces
        into a natural stream.
        """
        spelled = msgspec.json.encode(json) if json is not None else body
        turned = msgspec.convert({"status": status} | knobs, Knobs)
        script = Script(
            knobs={name: getattr(turned, name) for name in ("status", *knobs)},
            body=spelled,
            headers=headers or {},
            chunks=chunks,
            gate=gate,
            gate_after=gate_after,
        )
        self._scripts.extend([script] * times)

    def forget(self) -> None:
        """As if nobody had asked yet."""
        self.requests.clear()
        self._arrived = asyncio.Queue()

    async def asked(self) -> Asked:
        """The next request that nobody waited for yet; waits for it. Raises TimeoutError."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await self._arrived.get()

    async def hung_up(self) -> Asked:
        """The next request whose client closed before its answer ended; waits for it. Raises TimeoutError."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await self._abandoned.get()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        self.open_connections += 1
        try:
            await Connection(reader, writer, self._answer, self._abandoned.put_nowait, self._pace).serve()
        finally:
            self.open_connections -= 1

    def _answer(self, asked: Asked) -> list[Step]:
        self.requests.append(asked)
        self._arrived.put_nowait(asked)
        if not self._scripts:
            if wait := self._seconds_to_wait(asked):
                return refusal(429, f"Rate limit reached. Please try again in {wait} s.", retry_after=wait)
            script = Script()
        else:
            script = self._scripts.popleft()
        return decide(asked, script, number=len(self.requests), now=self._clock(), key=self._key)

    def _seconds_to_wait(self, asked: Asked) -> int | None:
        """Whole seconds until this model may be asked again, None when it may be now."""
        model = str(asked.body.get("model", ""))
        try:
            allowed = knobs_of(model, asked.headers.get("x-demo")).per_minute
        except (UnknownModel, WrongKnob):
            return None  # told apart by the answer itself
        if allowed is None:
            return None
        now, recent = self._clock(), self._recent[model]
        while recent and recent[0] <= now - 60:
            recent.popleft()
        if len(recent) >= allowed:
            return int(recent[0] + 60 - now) + 1
        recent.append(now)
        return None


@asynccontextmanager
async def serve_vendor(
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    pace: float = 0.0,
    key: str | None = None,
    clock: Callable[[], float] = time.time,
) -> AsyncIterator[SimulatedVendor]:
    """A vendor on a port of its own; with `pace` 1 it takes its time, with 0 it answers at once."""
    vendor = SimulatedVendor(pace=pace, key=key, clock=clock)
    open_now: set[asyncio.Task[None]] = set()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(vendor.serve(reader, writer))
        open_now.add(task)
        task.add_done_callback(open_now.discard)

    server = await asyncio.start_server(accept, host, port)
    vendor.url = f"http://{host}:{server.sockets[0].getsockname()[1]}/v1"
    try:
        yield vendor
    finally:
        server.close()
        for task in tuple(open_now):
            task.cancel()
        await asyncio.gather(*open_now, return_exceptions=True)
        await server.wait_closed()


async def serve_for_ever(host: str, port: int, pace: float, key: str | None) -> None:
    """Serve until the process is told to end, having said where."""
    async with serve_vendor(host=host, port=port, pace=pace, key=key) as vendor:
        click.echo(f"listening on {vendor.url.removesuffix('/v1')}")
        await asyncio.get_running_loop().create_future()


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8790, show_default=True, help="0 takes any free one.")
@click.option("--pace", default=1.0, show_default=True, help="What every pause is multiplied by; 0 answers at once.")
@click.option("--key", help="Serve only requests that carry this key.")
def main(host: str, port: int, pace: float, key: str | None) -> None:
    """Answer like OpenAI, from this machine, until interrupted."""
    try:
        asyncio.run(serve_for_ever(host, port, pace, key))
    except KeyboardInterrupt:
        raise SystemExit(0) from None


if __name__ == "__main__":
    main()
