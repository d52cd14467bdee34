"""Own data: a file sent, what it would change, and the study told on it once it is accepted."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi import Path as Part
from fastapi.responses import FileResponse, JSONResponse
from pydantic import Field
from starlette.requests import ClientDisconnect

from midstream.app.api import accepted, sent, service_of
from midstream.app.brought import Brought
from midstream.app.failures import refuse
from midstream.app.labs import Asked, choices, job, kept, read
from midstream.app.lanes import Job, value_of
from midstream.app.pages import HTML, StudyId, in_shell, making, opened, rendered
from midstream.app.safety import client_of, too_large
from midstream.app.settings import UPLOAD, StudyText

CHOICES, LOOK, ACCEPT, TEMPLATE = (
    "importing.choices", "importing.look", "importing.accept", "importing.template",
)  # fmt: skip

#: Files that can be taken away of accepted data.
FILES = ("tables.zip", "folder.zip")
SHEETS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

Token = Annotated[str, Field(default="", pattern="^([0-9a-f]{20})?$")]
DataName = Annotated[str, Part(pattern="^data-[0-9a-f]{12}$")]


class ImportAsked(Asked):
    """An import: kind of file, the file that was sent, and what its reader needs."""

    kind: str = Field(default="", max_length=40)
    upload: Token
    codes: Token
    year: int | None = Field(default=None, ge=1800, le=2199)

    def key(self) -> str:
        """Tell imports apart."""
        return f"{self.kind}/{self.upload}/{self.codes}/{self.year}"


def brought_of(request: Request) -> Brought:
    """Give what readers brought to the server."""
    found: Brought = request.app.state.brought
    return found


async def page(request: Request) -> Response:
    """Send the page; a file that was sent before is shown again."""
    asked: ImportAsked = read(ImportAsked, request)
    text, edition = opened(request, asked.study)
    if isinstance(edition, Job):
        return making(request, text, edition)
    offered = await choices(request, CHOICES, text)
    held, limits = brought_of(request), service_of(request).limits
    context = {
        "study": text,
        "offered": offered,
        "own": asked,
        "file": held.sent(asked.upload) if asked.upload else None,
        "codes": held.sent(asked.codes) if asked.codes else None,
        "most": limits.import_bytes,
        "refusal": too_large(limits, UPLOAD).model_dump_json(),
        "accepted": held.accepted(text.id),
    }
    main = rendered("import.html", context)
    country = asked.country if asked.country in edition.stamp["countries"] else ""
    return in_shell(
        request, text, edition, "Your own data", main, section="/evidence", country=country,
        scripts='<script src="/static/import.js" defer></script>',
    )  # fmt: skip


async def upload(
    request: Request, name: Annotated[str, Query(min_length=1, max_length=400)]
) -> Response:
    """Take a file: the body is the file itself, written as it comes in."""
    try:
        made = await brought_of(request).keep(name, request.stream())
    except ClientDisconnect:
        return Response(status_code=400)
    body = {"upload": made.id, "name": made.name, "bytes": made.size}
    return JSONResponse(body, 201, {"cache-control": "no-store"})


def _wished(request: Request) -> tuple[StudyText, ImportAsked, dict[str, Any]]:
    """Read which file is meant, and what its importer needs."""
    asked: ImportAsked = read(ImportAsked, request)
    text = service_of(request).study(asked.study)
    if not asked.upload:
        raise refuse(422, "no file", "upload", "nothing was sent", "choose a file")
    held = brought_of(request)
    file = held.sent(asked.upload)
    wish = {
        "kind": asked.kind,
        "path": str(file.path),
        "year": asked.year,
        "codes": str(held.sent(asked.codes).path) if asked.codes else "",
    }
    return text, asked, wish


async def look(request: Request) -> Response:
    """Begin to work out what a file would change; nothing is kept of it."""
    text, asked, wish = _wished(request)
    return job(request, LOOK, text, _made(request, text, asked, wish), wish)


def _made(request: Request, text: StudyText, asked: ImportAsked, wish: dict[str, Any]) -> StudyText:
    what = f"{asked.kind} from {Path(wish['path']).name}"
    return brought_of(request).place_of(asked.key(), text, what)


async def accept(request: Request) -> Response:
    """Begin to make the study on the data of a file; it is served once it is whole."""
    text, asked, wish = _wished(request)
    made = _made(request, text, asked, wish)
    held = brought_of(request)
    known = held.accepted(made.id)
    if known is not None:
        return Response(known.told, 200, {"cache-control": "no-store"}, HTML)
    client = client_of(request.scope)
    working = service_of(request).job(client, "slow", ACCEPT, text, made, wish, kind=HTML)

    def serve(_: object) -> None:
        outcome = working.done.result()
        if outcome.failure is None:
            held.accept(made, str(value_of(outcome)).encode())

    working.done.add_done_callback(serve)
    return accepted(request, working)


async def discard(request: Request, name: DataName) -> Response:
    """Let go of accepted data at once."""
    brought_of(request).discard(name)
    return Response(status_code=204)


async def download(request: Request, name: DataName, file: str) -> Response:
    """Send the tables that accepted data changed, or the whole folder, as a zip archive."""
    if file not in FILES:
        raise refuse(404, "no such file", file, f"there are {', '.join(FILES)}")
    path = brought_of(request).download(name, file)
    headers = {"cache-control": "no-store"}
    return FileResponse(path, 200, headers, "application/zip", filename=f"{name}-{file}")


async def template(
    request: Request, name: Annotated[str, Part(max_length=40)], kind: str, study: StudyId = ""
) -> Response:
    """Send a template to fill in."""
    if kind not in SHEETS:
        raise refuse(404, f"no {kind!r} of a template", "kind", f"there are {', '.join(SHEETS)}")
    text = service_of(request).study(study)
    answer = await kept(request, "quick", TEMPLATE, text, name, kind, kind=SHEETS[kind])
    return sent(request, answer)


def router() -> APIRouter:
    """Make the routes."""
    routes = APIRouter(include_in_schema=False)
    routes.get("/import")(page)
    routes.post(UPLOAD)(upload)
    routes.post("/import/look")(look)
    routes.post("/import/accept")(accept)
    routes.get("/import/template/{name}.{kind}")(template)
    routes.get("/import/{name}/{file}")(download)
    routes.delete("/import/{name}")(discard)
    return routes
