"""Performs the simulated vendor's answers on one connection: HTTP/1.1 by h11, faults by the socket."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import h11
import msgspec

from console.demo.answer import Fault, Head, Pause, Step
from console.demo.request import Asked

LONGEST_BODY = 32 * 1024 * 1024


@dataclass(slots=True)
class Connection:
    """One client, served until one of the two closes."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    answer: Callable[[Asked], Sequence[Step]]
    abandoned: Callable[[Asked], None]
    """Told when the client closes before its answer has ended."""
    pace: float
    """What every pause is multiplied by; 0 makes a test quick."""

    async def serve(self) -> None:
        """Answer request after request."""
        try:
            await self._serve()
        except (h11.RemoteProtocolError, ConnectionError):
            pass  # the client spoke no HTTP, or went away between two requests: nobody is left to be told
        finally:
            self.writer.close()

    async def _serve(self) -> None:
        wire = h11.Connection(h11.SERVER, max_incomplete_event_size=64 * 1024)
        while (asked := await self._read(wire)) is not None:
            if not await self._answer(wire, asked):
                return
            if wire.our_state is not h11.DONE or wire.their_state is not h11.DONE:
                return
            wire.start_next_cycle()

    async def _read(self, wire: h11.Connection) -> Asked | None:
        """The next whole request, None when the client has gone."""
        request: h11.Request | None = None
        body = b""
        while True:
            match wire.next_event():
                case h11.NEED_DATA:
                    if wire.they_are_waiting_for_100_continue:
                        self.writer.write(wire.send(h11.InformationalResponse(status_code=100, headers=[])) or b"")
                    wire.receive_data(await self.reader.read(65536))
                case h11.Request() as begun:
                    request = begun
                case h11.Data(data=data):
                    body += data
                    if len(body) > LONGEST_BODY:
                        return None
                case h11.EndOfMessage() if request is not None:
                    return asked_of(request, body)
                case _:
                    return None

    async def _answer(self, wire: h11.Connection, asked: Asked) -> bool:
        """Perform the answer unless the client leaves first; whether the connection lives on."""
        performing = asyncio.create_task(self._perform(wire, self.answer(asked)))
        listening = asyncio.create_task(self._listen(wire))
        try:
            await asyncio.wait((performing, listening), return_when=asyncio.FIRST_COMPLETED)
            if not performing.done() or isinstance(performing.exception(), ConnectionError):
                self.abandoned(asked)
                return False
            return performing.result()
        finally:
            performing.cancel()
            listening.cancel()
            await asyncio.gather(performing, listening, return_exceptions=True)

    async def _listen(self, wire: h11.Connection) -> None:
        """Take in what the client sends meanwhile; ends when it hangs up."""
        while data := await self.reader.read(65536):
            wire.receive_data(data)

    async def _perform(self, wire: h11.Connection, steps: Sequence[Step]) -> bool:
        """One step after the other."""
        for step in steps:
            match step:
                case Head(status, headers):
                    fields = [*headers.items(), ("date", "Tue, 24 Nov 2026 08:00:00 GMT"), ("server", "tollhouse-demo")]
                    await self._write(wire.send(h11.Response(status_code=status, headers=fields)))
                case bytes():
                    await self._write(wire.send(h11.Data(data=step)))
                case Pause(milliseconds) if self.pace:
                    await asyncio.sleep(milliseconds / 1000 * self.pace)
                case asyncio.Event():
                    await step.wait()
                case Fault():
                    return await self._fail(step)
        await self._write(wire.send(h11.EndOfMessage()))
        return True

    async def _write(self, data: bytes | None) -> None:
        self.writer.write(data or b"")
        await self.writer.drain()

    async def _fail(self, fault: Fault) -> bool:
        """Break off; the connection does not live on."""
        if fault is Fault.STALL:
            await asyncio.get_running_loop().create_future()
        if fault is Fault.RESET:
            linger_not_at_all = struct.pack("ii", 1, 0)
            self.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger_not_at_all)
            self.writer.transport.abort()
        return False


def asked_of(request: h11.Request, body: bytes) -> Asked:
    """The request in our own words."""
    headers = {name.decode(): value.decode("latin-1") for name, value in request.headers}
    try:
        value = msgspec.json.decode(body) if body else {}
    except (msgspec.DecodeError, UnicodeDecodeError):
        value = {}
    known = value if isinstance(value, dict) else {}
    return Asked(request.method.decode(), request.target.decode(), headers, body, known)
