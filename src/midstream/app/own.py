"""Studies of a reader: assumptions changed on a page, or a study file; kept in memory only."""

from __future__ import annotations

import hashlib
import json
import math
import re
import tomllib
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from starlette.datastructures import UploadFile
from starlette.responses import RedirectResponse

from midstream.app.api import service_of
from midstream.app.failures import refuse
from midstream.app.pages import StudyId
from midstream.app.safety import client_of
from midstream.app.service import Service
from midstream.app.settings import StudyText

#: The table of a study file that holds changed parameters, up to the next table.
_TABLE = re.compile(r"(?ms)^\[assumptions\][^\n]*\n.*?(?=^\[|\Z)")
#: Fields of one form.
FIELDS = 1000
#: Dots in a line of a study file: reading a key takes the square of its parts.
DOTS = 200


def with_assumptions(text: str, values: Mapping[str, float]) -> str:
    """Give the text of a study file with other assumptions in place of its own."""
    bare = _TABLE.sub("", text).rstrip()
    rows = "\n".join(
        f"{json.dumps(name, ensure_ascii=False)} = {float(value)!r}"
        for name, value in values.items()
    )
    return f"{bare}\n\n[assumptions]\n{rows}\n" if rows else f"{bare}\n"


def changed_in(text: str) -> dict[str, float]:
    """Give the assumptions a study file changes.

    Raises:
        ServedError: 422 if it is not TOML.
    """
    found = _read(text).get("assumptions", {})
    return dict(found) if isinstance(found, dict) else {}


def _read(text: str) -> dict[str, Any]:
    if any(line.count(".") > DOTS for line in text.splitlines()):
        why = f"one of its lines has more than {DOTS} dots"
        raise refuse(422, "the study file cannot be read", "study file", why, "shorten that line")
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        # Numbers of too many digits and lists in too many lists are no errors of TOML.
        why = str(error)[:400]
        raise refuse(
            422, "the study file is not TOML", "study file", why, "correct that line"
        ) from None


def own_study(text: str, base: StudyText) -> StudyText:
    """Make a study of a reader: named by its content, so that the same file is the same study.

    It stands on the data of the study it was made beside.
    """
    changed = changed_in(text)
    title = str(_read(text).get("title", "Own study"))[:120]
    name = f"own-{hashlib.sha256(f'{base.data}{text}'.encode()).hexdigest()[:12]}"
    told = f"{title} (changed)" if changed else title
    names = tuple(map(str, sorted(changed)))
    return StudyText(name, told, text, True, names, base.data, base.brought)


async def text_of(request: Request, base: StudyText) -> str:
    """Give the study file that a form asks for: one that was chosen, or changed assumptions.

    Raises:
        ServedError: 413 or 422 if it is too large or cannot be read.
    """
    async with request.form(max_files=1, max_fields=FIELDS) as form:
        file = form.get("file")
        if isinstance(file, UploadFile):
            return await _uploaded(file, service_of(request).limits.study_bytes)
        values = changed_in(base.text)
        values |= {name: _number(name, str(value)) for name, value in form.items()}
        return with_assumptions(base.text, values)


async def _uploaded(file: UploadFile, most: int) -> str:
    data = await file.read(most + 1)
    if len(data) > most:
        why = f"a study file has at most {most:,} bytes"
        raise refuse(413, "the study file is too large", "study file", why, "shorten it")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise refuse(
            422, "the study file is not UTF-8 text", "study file", mend="save it as UTF-8"
        ) from None


def _number(name: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise refuse(422, f"{text[:40]!r} is no number", name, mend="write a number such as 0.25")
    return value


async def checked(request: Request, made: StudyText) -> None:
    """Have a study opened once.

    Raises:
        ServedError: the error of the study file.
    """
    service: Service = service_of(request)
    await service.value(client_of(request.scope), "quick", "studies.check", made)


async def bring(request: Request, study: StudyId = "") -> Response:
    """Take a study of a reader, and lead to its answer page."""
    base = service_of(request).study(study)
    made = own_study(await text_of(request, base), base)
    await checked(request, made)
    service_of(request).bring(made)
    return RedirectResponse(f"/?study={made.id}", 303)


async def save(request: Request, study: StudyId = "") -> Response:
    """Give changed assumptions as a study file."""
    base = service_of(request).study(study)
    made = own_study(await text_of(request, base), base)
    await checked(request, made)
    return _file(made)


async def file(request: Request, name: Annotated[str, Path(max_length=120)]) -> Response:
    """Give a study that is served as a file."""
    return _file(service_of(request).study(name))


def _file(study: StudyText) -> Response:
    headers: dict[str, Any] = {
        "content-disposition": f'attachment; filename="{study.id}.toml"',
        "cache-control": "no-store",
    }
    return Response(study.text, 200, headers, "application/toml")


def router() -> APIRouter:
    """Make the routes."""
    routes = APIRouter(include_in_schema=False)
    routes.post("/studies")(bring)
    routes.post("/studies/file")(save)
    routes.get("/studies/{name}.toml")(file)
    return routes
