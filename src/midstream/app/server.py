"""The server: guard, API, pages, files; made from settings, run by uvicorn."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartParser
from starlette.routing import Match

from midstream import __version__
from midstream.app import (
    api,
    browse,
    glass,
    importing,
    own,
    pages,
    plan,
    policy_bench,
    shock_lab,
    tools,
)
from midstream.app.brought import Brought
from midstream.app.editions import Editions
from midstream.app.failures import Failure, FailureBody, ServedError
from midstream.app.pages import HTML
from midstream.app.safety import Guard
from midstream.app.service import Service
from midstream.app.settings import Settings

#: Rooms of the server; the first route that fits an address takes it.
ROOMS = (api, glass, shock_lab, policy_bench, plan, tools, browse, importing, own, pages)


def create_app(settings: Settings) -> FastAPI:
    """Make the server."""
    _forms(settings)
    service = Service(settings)
    editions = Editions(service)
    brought = Brought(service, editions)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        service.start()
        brought.start()
        preparing = asyncio.create_task(editions.prepare())
        try:
            yield
        finally:
            preparing.cancel()
            await service.close()
            brought.close()
            editions.close()

    app = FastAPI(
        title="midstream",
        version=__version__,
        summary="Who holds which step between ore and machine, and what would move it.",
        openapi_url=f"{api.PREFIX}/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
    )
    app.state.service, app.state.editions, app.state.choices = service, editions, {}
    app.state.brought = brought
    rooms = [room.router() for room in ROOMS]
    app.state.routes = [route for room in rooms for route in room.routes]
    # The route for any page comes last.
    for routes in (*rooms, pages.last()):
        app.include_router(routes)
    app.add_exception_handler(ServedError, _served)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_middleware(Guard, settings=settings)
    return app


def _forms(settings: Settings) -> None:
    """Keep what forms hold in memory, and what is no form out of the log."""
    # A form up to the largest body is never written to disk.
    MultiPartParser.spool_max_size = settings.limits.body_bytes
    # What is none is refused in words; the log is no place for every byte of it.
    logging.getLogger("python_multipart").setLevel(logging.ERROR)


def failed(
    request: Request, status: int, failure: Failure, headers: dict[str, str] | None = None
) -> Response:
    """Send an error: as a page to somebody who opens an address, as JSON to programs."""
    own = {"cache-control": "no-store", "vary": "Accept", **(headers or {})}
    path, accepts = request.url.path, request.headers.get("accept", "")
    if "text/html" in accepts and not path.startswith(f"{api.PREFIX}/"):
        return Response(pages.error_page(request, failure), status, own, HTML)
    return JSONResponse(FailureBody(error=failure).model_dump(), status, own)


async def _served(request: Request, error: Exception) -> Response:
    if not isinstance(error, ServedError):
        raise error
    return failed(request, error.status, error.failure)


async def _invalid(request: Request, error: Exception) -> Response:
    """Tell the first part of a request that cannot be read."""
    if not isinstance(error, RequestValidationError):
        raise error
    first: dict[str, Any] = dict(error.errors()[0])
    where = ".".join(str(part) for part in first["loc"][1:]) or "request"
    count = len(error.errors())
    failure = Failure(
        what=str(first["msg"]),
        where=where,
        why=f"the request has {count} such problem{'s' if count > 1 else ''}",
        mend=f"see {api.PREFIX}/openapi.json",
    )
    return failed(request, HTTPStatus.UNPROCESSABLE_ENTITY, failure)


async def _http(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    words = Failure(what=str(error.detail).lower(), mend=f"see {api.PREFIX}/openapi.json")
    headers = dict(error.headers or {})
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        headers["allow"] = ", ".join(sorted(_allowed(request)))
    return failed(request, error.status_code, words, headers)


def _allowed(request: Request) -> set[str]:
    """Methods of every route of an address, of which a route knows its own alone."""
    found: set[str] = set()
    for route in request.app.state.routes:
        if route.matches(request.scope)[0] != Match.NONE:
            found |= route.methods or set()
    return found
