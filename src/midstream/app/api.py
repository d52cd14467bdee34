"""The REST API: the commands under ``/api/v1/``, jobs, and the studies that are served."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from inspect import Parameter, Signature
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from midstream.app.commands import COMMANDS, Command
from midstream.app.failures import FailureBody, refuse
from midstream.app.formats import MEDIA, wanted
from midstream.app.lanes import Job, value_of
from midstream.app.safety import client_of
from midstream.app.service import Address, Ready, Service, ready

PREFIX = "/api/v1"

JobId = Annotated[str, Path(pattern="^[0-9a-f]{20}$")]


class Page(BaseModel):
    """Which part of a list an answer is."""

    limit: int
    offset: int
    total: int


class EnvelopeBody(BaseModel):
    """What every command gives back."""

    command: str
    study: str | None
    data_release: str
    version: str
    assumptions: list[str]
    warnings: list[str]
    result: Any
    page: Page | None = None


class JobBody(BaseModel):
    """A job that takes longer than the request wanted to wait.

    Attributes:
        job: Its name.
        state: ``waiting``, ``running``, ``done`` or ``stopped``.
        share: Share of the work that is done, 0..1.
        result: Where its answer will be.
    """

    job: str
    state: str
    share: float
    result: str


class StudyBody(BaseModel):
    """A study that is served."""

    id: str
    title: str
    changed: list[str]


_ERRORS: dict[int | str, dict[str, Any]] = {
    code: {"model": FailureBody, "description": words}
    for code, words in {
        403: "from another site",
        404: "no such study, number or job",
        409: "the reader has left",
        413: "the body is too large",
        421: "another host name",
        422: "cannot be asked like that",
        429: "too many requests or jobs",
        500: "the engine has no answer",
        503: "the job took too long",
    }.items()
}

_OK: dict[int | str, dict[str, Any]] = {
    200: {
        "model": EnvelopeBody,
        "description": "the answer",
        "content": {
            "text/csv": {"schema": {"type": "string"}},
            "application/vnd.apache.parquet": {"schema": {"type": "string", "format": "binary"}},
        },
    },
    202: {"model": JobBody, "description": "not done yet; ask for the job"},
    304: {"description": "not changed"},
}


def service_of(request: Request) -> Service:
    """Give the service of the server."""
    found: Service = request.app.state.service
    return found


def sent(request: Request, answer: Ready, keep: str = "no-cache") -> Response:
    """Send an answer, or say that the reader has it already."""
    headers = {"etag": answer.tag, "cache-control": keep, "vary": "Accept"}
    if answer.last_total is not None:
        headers["x-total-count"] = str(answer.last_total)
    if answer.tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(answer.body, media_type=answer.kind, headers=headers)


def job_body(address: Address) -> dict[str, Any]:
    """Tell how far a job is."""
    return {
        "job": address.name,
        "state": address.state,
        "share": round(address.job.share, 3),
        "result": f"{PREFIX}/jobs/{address.name}/result",
    }


def accepted(request: Request, job: Job) -> JSONResponse:
    """Give a reader the address of a job that is not done."""
    return told(service_of(request).address(job, client_of(request.scope)))


def told(address: Address) -> JSONResponse:
    """Say where a job is to be asked for."""
    headers = {"location": f"{PREFIX}/jobs/{address.name}", "cache-control": "no-store"}
    return JSONResponse(job_body(address), 202, headers)


async def left(request: Request) -> None:
    """Wait until the reader has left: moved on to another setting, or closed the page."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def answered(
    request: Request, command: Command, asked: Mapping[str, Any], wait: float
) -> Response:
    """Answer a command from what is ready, or have it worked out."""
    service = service_of(request)
    study = service.study(asked.get("study", ""))
    form = wanted(asked.get("format"), request.headers.get("accept", ""))
    own = {name: value for name, value in asked.items() if name not in ("study", "wait", "format")}
    key = (study, command.path, form, repr(sorted(own.items())))
    found = service.kept.get(key)
    if found is not None:
        return sent(request, found)
    lane = command.lane(own.get("draws"))
    values = (study, command.path, own, form)
    job = service.job(client_of(request.scope), lane, "answers.command", *values, kind=MEDIA[form])
    leaving = asyncio.ensure_future(left(request))
    try:
        await asyncio.wait((job.done, leaving), timeout=wait, return_when=asyncio.FIRST_COMPLETED)
    finally:
        gone = leaving.done()
        leaving.cancel()
    if not job.done.done():
        if not gone:
            return accepted(request, job)
        job.leave()
        raise refuse(409, "the reader has left", command.path, mend="ask again")
    body, total = value_of(job.done.result())
    answer = ready(body, MEDIA[form], total)
    service.kept.put(key, answer)
    return sent(request, answer)


def _endpoint(command: Command) -> Callable[..., Awaitable[Response]]:
    async def endpoint(request: Request, asked: Any) -> Response:
        return await answered(request, command, asked.model_dump(exclude_unset=True), asked.wait)

    # FastAPI reads what a route takes from its signature.
    made: Any = endpoint
    kind = Parameter.POSITIONAL_OR_KEYWORD
    made.__signature__ = Signature(
        [
            Parameter("request", kind, annotation=Request),
            Parameter("asked", kind, annotation=Annotated[command.query, Query()]),
        ]
    )
    made.__name__ = command.path.replace("/", "_").replace("-", "_")
    made.__doc__ = command.words
    endpoint_made: Callable[..., Awaitable[Response]] = made
    return endpoint_made


def router() -> APIRouter:
    """Make the routes of the API."""
    api = APIRouter(prefix=PREFIX)
    for command in COMMANDS.values():
        api.get(
            f"/{command.path}",
            summary=command.words,
            responses={**_OK, **_ERRORS},
            response_class=JSONResponse,
            tags=[command.path.partition("/")[0]],
        )(_endpoint(command))
    api.get("/studies", responses=_ERRORS, response_model=list[StudyBody])(studies)
    api.get("/jobs/{name}", responses=_ERRORS, response_model=JobBody)(job_state)
    api.delete("/jobs/{name}", responses=_ERRORS, response_model=JobBody)(job_stop)
    api.get("/jobs/{name}/result", responses={**_OK, **_ERRORS}, response_class=JSONResponse)(
        job_result
    )
    return api


async def studies(request: Request) -> list[StudyBody]:
    """List the studies that are served; those of other readers are left out."""
    return [
        StudyBody(id=one.id, title=one.title, changed=list(one.changed))
        for one in service_of(request).studies.values()
        if not one.own
    ]


async def job_state(request: Request, name: JobId) -> JobBody:
    """Tell how far a job is."""
    return JobBody(**job_body(service_of(request).known(name)))


async def job_stop(request: Request, name: JobId) -> JobBody:
    """Stop a job, and let its address go; one that others wait for goes on for them."""
    address = service_of(request).known(name)
    address.leave()
    return JobBody(**job_body(address))


async def job_result(request: Request, name: JobId) -> Response:
    """Give the answer of a job, or how far it is."""
    address = service_of(request).known(name)
    job = address.job
    if not job.done.done():
        return told(address)
    value = value_of(job.done.result())
    body, total = value if isinstance(value, tuple) else (value, None)
    data = body.encode() if isinstance(body, str) else body
    return sent(request, ready(data, job.kind or "application/json", total), "no-store")
