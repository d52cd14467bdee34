"""What stands between a request and the routes: names, sizes, rates, and headers on the way out."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from ipaddress import ip_address
from typing import Any

from starlette.requests import ClientDisconnect

from midstream.app.failures import Failure, FailureBody
from midstream.app.settings import UPLOAD, Limits, Settings

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

#: Nothing from elsewhere, nothing inline, nowhere to send to but here.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; "
    "img-src 'self' data: blob:; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)

HEADERS = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
)

#: Addresses of this machine.
LOOPBACK = ("127.0.0.1", "::1")
#: Clients whose rate is remembered.
CLIENTS = 4096

_LOG = logging.getLogger(__name__)


def client_of(scope: Scope) -> str:
    """Give the name of a client: its address, or its connection where all share this machine's."""
    host, port = scope.get("client") or ("", 0)
    return f"{host}:{port}" if host in LOOPBACK else str(host)


class Rate:
    """A bucket for each client that fills at a steady rate."""

    def __init__(self, a_second: float, saved: float) -> None:
        self.a_second, self.saved = a_second, saved
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def allows(self, client: str) -> bool:
        """Take one from the bucket of a client, if there is one."""
        now = time.monotonic()
        left, then = self._left.pop(client, (self.saved, now))
        left = min(self.saved, left + (now - then) * self.a_second)
        allowed = left >= 1
        self._left[client] = (left - 1 if allowed else left, now)
        if len(self._left) > CLIENTS:
            self._left.popitem(last=False)
        return allowed


class BodyError(Exception):
    """A body is larger or slower than it may be."""


class Guard:
    """Middleware: host, rate, size and pace of bodies, same origin, headers, faults of ours."""

    def __init__(self, app: App, settings: Settings) -> None:
        self.app, self.settings = app, settings
        self.rate, self.own_rate = Rate(*settings.limits.rate), Rate(*settings.limits.own_rate)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        body = _Body(receive, self.settings.limits, scope["path"])
        begun = False

        async def headed(message: Message) -> None:
            nonlocal begun
            if body.refusal is not None and not begun:
                # Whatever the route makes of half a body, the reader is told why.
                return
            if message["type"] == "http.response.start":
                begun = True
                own = {name for name, _ in message.get("headers", [])}
                added = [(name, value) for name, value in HEADERS if name not in own]
                message = {**message, "headers": [*message.get("headers", []), *added]}
            await send(message)

        refused = self._refused(scope)
        if refused is not None:
            await _send_failure(headed, *refused)
            return
        fault: tuple[int, Failure] | None = None
        try:
            with suppress(BodyError, ClientDisconnect):
                await self.app(_asked(scope), body, headed)
        except Exception:
            # Whoever asks hears that it was our fault; what it was stands in the log alone.
            _LOG.exception("%s %s failed", scope["method"], scope["path"])
            if begun:
                raise
            fault = (
                500,
                Failure(what="the server made a mistake with this", mend="ask for something else"),
            )
        refusal, body.refusal = body.refusal or fault, None
        if refusal is not None and not begun:
            await _send_failure(headed, *refusal)

    def _refused(self, scope: Scope) -> tuple[int, Failure] | None:
        headers = {
            name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]
        }
        host = headers.get("host", "")
        name, _, port = host.rpartition(":")
        name = name if port.isascii() and port.isdigit() else host
        numbers = self.settings.numbers and _in_numbers(name)
        if name.lower() not in self.settings.hosts and not numbers:
            allowed = ", ".join(self.settings.hosts)
            return 421, Failure(
                what="this server does not answer to that name",
                where="Host",
                why=f"it answers to {allowed}",
                mend="use one of these addresses, or start it with --host",
            )
        changes = scope["method"] not in ("GET", "HEAD")
        if not (_own(headers, host) if changes else _followed(headers)):
            return 403, Failure(
                what="the request comes from another site",
                where="Origin",
                why="pages of other sites may lead here, but neither change nor embed anything",
                mend="open the page of this server and try again",
            )
        length = headers.get("content-length", "0")
        if length.isdigit() and int(length[:20]) > self.settings.limits.body(scope["path"]):
            return 413, too_large(self.settings.limits, scope["path"])
        here = (scope.get("client") or ("",))[0] in LOOPBACK
        rate = self.own_rate if here else self.rate
        if not rate.allows(client_of(scope)):
            return 429, Failure(
                what="too many requests",
                why=f"a client may make {rate.a_second:g} a second",
                mend="wait a moment",
            )
        return None


def too_large(limits: Limits, path: str) -> Failure:
    """Say that the body of a request to an address is too large, and what to do instead."""
    most = limits.body(path)
    if path == UPLOAD:
        return Failure(
            what="the file is too large",
            why=f"this server takes files of up to {most:,} bytes",
            mend="import it on the command line, with midstream import, which knows no such limit;"
            " or start the server with a larger --import-limit",
        )
    return Failure(
        what="the body is too large",
        why=f"a request may carry {most:,} bytes",
        mend="split the file or leave out columns that are not needed",
    )


class _Body:
    """Counts what comes in, for bodies that do not say how long they are, and how fast."""

    def __init__(self, receive: Receive, limits: Limits, path: str) -> None:
        self.receive, self.limits, self.path = receive, limits, path
        self.seen, self.ended = 0, False
        self.begun = time.monotonic()
        self.refusal: tuple[int, Failure] | None = None

    async def __call__(self) -> Message:
        """Give the next part.

        Raises:
            BodyError: once there is more than there may be, or it comes too slowly.
        """
        message = await self._next()
        self.ended = not message.get("more_body", False)
        self.seen += len(message.get("body", b""))
        if self.seen > self.limits.body(self.path):
            self.refusal = 413, too_large(self.limits, self.path)
            raise BodyError
        return message

    async def _next(self) -> Message:
        if self.ended:
            # What comes after the body is that the reader leaves, which may take as long as it
            # likes.
            return await self.receive()
        paused, pace = self.limits.body_pause, self.limits.body_pace
        late = self.begun + paused + self.seen / pace - time.monotonic()
        try:
            return await asyncio.wait_for(self.receive(), max(0.0, min(paused, late)))
        except TimeoutError:
            self.refusal = (
                408,
                Failure(
                    what="the body came too slowly",
                    why=f"it may pause for {paused:g} s and has to bring {pace:,} bytes a second",
                    mend="send it again",
                ),
            )
            raise BodyError from None


def _asked(scope: Scope) -> Scope:
    """Give what a route is asked: HEAD is GET, of whose answer the connection keeps the body."""
    return {**scope, "method": "GET"} if scope["method"] == "HEAD" else scope


def _in_numbers(name: str) -> bool:
    """Whether a host is an address, not a name that somebody else could lead here."""
    try:
        ip_address(name.removeprefix("[").removesuffix("]"))
    except ValueError:
        return False
    return True


def _own(headers: MutableMapping[str, str], host: str) -> bool:
    """Whether a request that may change something comes from a page of this server, or no page."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in ("none", "same-origin")
    return headers.get("origin") in (None, f"http://{host}", f"https://{host}")


def _followed(headers: MutableMapping[str, str]) -> bool:
    """Whether a request comes from here, from no page, or from a link elsewhere that was followed.

    Browsers say where a request comes from. What another site embeds or fetches it could not read,
    but it could have this machine work for it.
    """
    if headers.get("sec-fetch-site", "none") in ("none", "same-origin"):
        return True
    return (
        headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"
    )


async def _send_failure(send: Send, status: int, failure: Failure) -> None:
    body = json.dumps(FailureBody(error=failure).model_dump()).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
    ]
    if status == 429:
        headers.append((b"retry-after", b"1"))
    if status == 408:
        headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
