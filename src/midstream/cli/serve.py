"""The command that starts the explorer and the API."""

from __future__ import annotations

import asyncio
import os
import tomllib
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from midstream.errors import InputError
from midstream.terms import suggestion

if TYPE_CHECKING:
    from midstream.app.settings import Settings, StudyText

#: Names of this machine, under which the server answers wherever it listens.
LOCAL = ("127.0.0.1", "localhost", "[::1]")
#: What is given to listen on every address of this machine.
EVERYWHERE = ("0.0.0.0", "::")

Host = Annotated[str, typer.Option(help="Address to listen on; other machines cannot reach it.")]
Port = Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")]
Studies = Annotated[
    list[str] | None,
    typer.Option("--study", help="Shipped study or study file; may be repeated. All by default."),
]
Cache = Annotated[Path | None, typer.Option(help="Folder that keeps written pages between starts.")]
Draws = Annotated[
    int | None, typer.Option(min=100, help="Draws of the pages; the study's own by default.")
]

Import = Annotated[
    int, typer.Option("--import-limit", min=1, help="Largest file sent to be imported, in MB.")
]

Dry = Annotated[bool, typer.Option("--dry-run", help="Say what would be served, and stop.")]


def serve(
    host: Host = "127.0.0.1",
    port: Port = 8000,
    study: Studies = None,
    cache: Cache = None,
    draws: Draws = None,
    import_limit: Import = 64,
    dry_run: Dry = False,
) -> None:
    """Start the explorer and the API on this machine."""
    texts = studies_of(study)
    name = f"[{host}]" if ":" in host else host
    if dry_run:
        typer.echo(f"http://{name}:{port}/")
        for one in texts:
            typer.echo(f"{one.id:12s} {one.title}")
        return
    free(host, port)
    from midstream.app.settings import Limits, Settings

    limits = Limits(import_bytes=import_limit * 1_000_000)
    settings = Settings(
        texts,
        cache=cache or cache_folder(),
        hosts=tuple(dict.fromkeys((*LOCAL, name.lower()))),
        numbers=host in EVERYWHERE,
        draws=draws,
        limits=limits,
    )
    typer.echo(f"midstream on http://{name}:{port}/ (stop with Ctrl-C)", err=True)
    run(settings, host, port)


def run(settings: Settings, host: str, port: int) -> None:
    """Serve until somebody stops it."""
    import uvicorn

    from midstream.app.connections import Connection
    from midstream.app.server import create_app

    uvicorn.run(
        create_app(settings),
        host=host,
        port=port,
        log_level="warning",
        server_header=False,
        http=Connection,
        ws="none",
    )


def free(host: str, port: int) -> None:
    """See that a port can be listened on.

    Raises:
        InputError: if it cannot, as where another program does.
    """
    try:
        asyncio.run(_tried(host, port))
    except OSError as error:
        raise InputError(
            f"the server cannot listen on port {port} of {host}",
            where="--port",
            why=str(error.strerror or error).rpartition(": ")[2].lower(),
            mend="name another port, or stop the program that listens there",
        ) from None


async def _tried(host: str, port: int) -> None:
    server = await asyncio.get_running_loop().create_server(asyncio.Protocol, host, port)
    server.close()
    await server.wait_closed()


def cache_folder() -> Path:
    """Give the folder of this user in which written pages are kept."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "midstream"


def studies_of(names: list[str] | None) -> tuple[StudyText, ...]:
    """Read the studies that are to be served.

    Raises:
        InputError: if one cannot be found or read.
    """
    from midstream.app.settings import StudyText

    folder = resources.files("midstream.studies")
    shipped = sorted(one.name for one in folder.iterdir() if one.name.endswith(".toml"))
    known = [name.removesuffix(".toml") for name in shipped]
    made = []
    for name in names or known:
        text = (
            folder.joinpath(f"{name}.toml").read_text("utf-8")
            if name in known
            else _file_text(name, known)
        )
        read = tomllib.loads(text)
        made.append(StudyText(str(read.get("id", name)), str(read.get("title", name)), text))
    return tuple(made)


def _file_text(name: str, known: list[str]) -> str:
    try:
        text = Path(name).read_text("utf-8")
        tomllib.loads(text)
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(
            f"the study {name!r} cannot be read",
            where="--study",
            why=str(error),
            mend=suggestion(name, known) or "name a shipped study or the path of a study file",
        ) from None
    return text
