"""A server that runs while a test asks it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import uvicorn

from midstream.app.connections import Connection
from midstream.app.server import create_app
from midstream.app.settings import Settings


@dataclass(frozen=True)
class Served:
    """A server that runs, and how to ask it."""

    base: str
    client: httpx.Client


def run(settings: Settings) -> Iterator[Served]:
    """Run a server on a free port of this machine."""
    config = uvicorn.Config(
        create_app(settings),
        port=0,
        log_level="error",
        server_header=False,
        http=Connection,
        ws="none",
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    port = server.servers[0].sockets[0].getsockname()[1]
    base = f"http://127.0.0.1:{port}"
    with httpx.Client(base_url=base, timeout=120) as client:
        yield Served(base, client)
    server.should_exit = True
    thread.join(timeout=20)
