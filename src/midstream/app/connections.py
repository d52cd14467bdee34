"""Connections: how many there may be, how long one may say nothing, and what is no HTTP at all."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from midstream.app.failures import Failure, FailureBody
from midstream.app.safety import HEADERS, LOOPBACK

#: Seconds until the head of a request has to be whole.
PATIENCE = 20.0
#: Connections at a time, and those of one other machine.
MOST, MOST_OF_ONE = 512, 64


class Connection(H11Protocol):
    """A connection that is closed where it keeps the server waiting, or where there are too many.

    The server it derives from waits for ever for a first request, and for the rest of a head.
    """

    waiting: asyncio.TimerHandle | None = None
    begun = 0.0

    @property
    def silent(self) -> bool:
        """Whether nothing is asked or answered here just now."""
        return self.waiting is not None or self.timeout_keep_alive_task is not None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take a connection; where there are too many, the oldest that is silent makes room."""
        if not isinstance(transport, asyncio.Transport):
            raise TypeError("a connection needs a transport that reads and writes")
        super().connection_made(transport)
        self.begun = self.loop.time()
        there = [one for one in self.connections if _open(one)]
        host = _host(self)
        same = [one for one in there if _host(one) == host]
        if host not in LOOPBACK and len(same) > MOST_OF_ONE:
            self._room(same)
        elif len(there) > MOST:
            self._room(there)
        self._wait()

    def _room(self, there: Sequence[object]) -> None:
        """Close the connection that has been silent for longest, or this one if none is."""
        silent = [one for one in there if isinstance(one, Connection) and one.silent]
        min(silent, key=lambda one: one.begun, default=self).transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """Let go of a connection."""
        self._heard()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what comes in."""
        super().data_received(data)
        if self.conn.their_state is not h11.IDLE:
            self._heard()
        elif self.timeout_keep_alive_task is None:
            self._wait()

    def _wait(self) -> None:
        if self.waiting is None and not self.transport.is_closing():
            self.waiting = self.loop.call_later(PATIENCE, self._overdue)

    def _heard(self) -> None:
        if self.waiting is not None:
            self.waiting.cancel()
            self.waiting = None

    def _overdue(self) -> None:
        self.waiting = None
        if self.conn.their_state is h11.IDLE:
            self.transport.close()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP, in the words and under the headers of every other answer."""
        words = Failure(what=msg.rstrip(".").lower(), mend="see /api/v1/openapi.json")
        body = json.dumps(FailureBody(error=words).model_dump()).encode()
        own = ((b"content-type", b"application/json"), (b"cache-control", b"no-store"),
               (b"content-length", str(len(body)).encode()), (b"connection", b"close"))  # fmt: skip
        events: tuple[h11.Event, ...] = (
            h11.Response(status_code=400, headers=[*own, *HEADERS], reason=b"Bad Request"),
            h11.Data(data=body),
            h11.EndOfMessage(),
        )
        for event in events:
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()


def _open(connection: object) -> bool:
    transport = getattr(connection, "transport", None)
    return isinstance(transport, asyncio.Transport) and not transport.is_closing()


def _host(connection: object) -> str:
    client = getattr(connection, "client", None)
    return str(client[0]) if client else ""
