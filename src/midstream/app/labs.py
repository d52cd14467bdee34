"""What the tools share: controls from the worker, a first look at once, the full run as a job."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Annotated, Any

from fastapi import Path, Request, Response
from pydantic import BaseModel, ConfigDict, ValidationError

from midstream.app.api import accepted, left, sent, service_of
from midstream.app.failures import Failure, ServedError, refuse
from midstream.app.lanes import value_of
from midstream.app.pages import HTML, rendered
from midstream.app.safety import client_of
from midstream.app.service import Ready, Service, ready
from midstream.app.settings import StudyText

#: Forms in which a figure can be kept.
MEDIA = {"csv": "text/csv; charset=utf-8", "svg": "image/svg+xml"}

FigureName = Annotated[str, Path(pattern="^[a-z-]{1,40}$")]
#: Reads from an address what is asked: the study, and the setting of the tool.
Reads = Callable[[Request], Awaitable[tuple[StudyText, dict[str, Any]]]]


class Asked(BaseModel):
    """What a tool is asked; every tool has its own fields."""

    model_config = ConfigDict(extra="ignore")

    study: str = ""
    country: str = ""

    def own(self) -> dict[str, Any]:
        """Give the fields without the study and the country."""
        return self.model_dump(exclude={"study", "country"})


def read(kind: type[Asked], request: Request) -> Any:
    """Read what is asked from the address.

    Raises:
        ServedError: 422 naming the first field that cannot be read.
    """
    fields: dict[str, Any] = {}
    for name, field in kind.model_fields.items():
        values = request.query_params.getlist(name)
        if values:
            many = str(field.annotation).startswith("list")
            fields[name] = values if many else values[-1]
    try:
        return kind.model_validate(fields)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        words = Failure(what=str(first["msg"]), where=where, mend="use the controls of the page")
        raise ServedError(422, words) from None


async def choices(request: Request, task: str, study: StudyText) -> Any:
    """Give what a tool can ask; asked of a worker once for each study."""
    held: dict[object, Any] = request.app.state.choices
    key = (task, study)
    if key not in held:
        while len(held) > 24:
            held.pop(next(iter(held)))
        held[key] = await service_of(request).value(client_of(request.scope), "quick", task, study)
    return held[key]


async def kept(request: Request, lane: str, task: str, *values: Any, kind: str = HTML) -> Ready:
    """Give a text from what is ready, or have it worked out.

    Raises:
        ServedError: the error of the job.
    """
    service: Service = service_of(request)
    key = (task, repr(values))
    found = service.kept.get(key)
    if found is None:
        gone = partial(left, request)
        text = await service.value(client_of(request.scope), lane, task, *values, gone=gone)
        found = ready(text if isinstance(text, bytes) else text.encode(), kind)
        service.kept.put(key, found)
    return found


async def looked(request: Request, task: str, study: StudyText, own: Mapping[str, Any]) -> str:
    """Give the first look for a page, or the words of its error."""
    try:
        return (await kept(request, "quick", task, study, dict(own))).body.decode()
    except ServedError as error:
        return refused(error)


def refused(error: ServedError) -> str:
    """Write an error where its answer would stand."""
    return rendered("error.html", {"error": error.failure})


async def fragment(request: Request, task: str, *values: Any) -> Response:
    """Send the part of a page that has changed; errors stand in its place."""
    try:
        return sent(request, await kept(request, "quick", task, *values))
    except ServedError as error:
        return Response(refused(error), error.status, {"cache-control": "no-store"}, HTML)


def job(request: Request, task: str, *values: Any) -> Response:
    """Begin a long run, or send its answer if it is ready."""
    service = service_of(request)
    key = (task, repr(values))
    found = service.kept.get(key)
    if found is not None:
        return sent(request, found)
    made = service.job(client_of(request.scope), "slow", task, *values, kind=HTML)

    def keep(_: object) -> None:
        outcome = made.done.result()
        if outcome.failure is None:
            service.kept.put(key, ready(str(value_of(outcome)).encode(), HTML))

    made.done.add_done_callback(keep)
    return accepted(request, made)


def figures(task: str, reads: Reads) -> Callable[..., Awaitable[Response]]:
    """Make the route that sends a figure of a whole run, or its table.

    Args:
        task: Task that draws it: study, setting, name of the figure and form.
        reads: See `Reads`.
    """

    async def figure(request: Request, name: FigureName, kind: str) -> Response:
        if kind not in MEDIA:
            raise refuse(404, f"no {kind!r} of a figure", "kind", "figures come as csv and svg")
        text, own = await reads(request)
        answer = await kept(request, "slow", task, text, own, name, kind, kind=MEDIA[kind])
        return sent(request, answer)

    return figure
