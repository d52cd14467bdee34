"""The evidence browser: filters in the address, a page of facts at a time."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from pydantic import Field

from midstream.app.api import sent, service_of
from midstream.app.labs import Asked, fragment, looked, read
from midstream.app.lanes import Job
from midstream.app.pages import HTML, framed, making, opened
from midstream.app.service import ready

SEARCH = "facts.search"


class FactsAsked(Asked):
    """Filters of the facts."""

    text: str = Field(default="", max_length=200)
    metric: str = Field(default="", max_length=120)
    material: str = Field(default="", max_length=120)
    form: str = Field(default="", max_length=120)
    stage: str = Field(default="", max_length=2)
    label: str = Field(default="", max_length=10)
    offset: int = Field(default=0, ge=0, le=1_000_000)

    def own(self) -> dict[str, object]:
        """Give the filters; here the country is one of them."""
        return self.model_dump(exclude={"study"})


async def page(request: Request) -> Response:
    """Send the page of the evidence."""
    asked: FactsAsked = read(FactsAsked, request)
    text, edition = opened(request, asked.study)
    if isinstance(edition, Job):
        return making(request, text, edition)
    raw = edition.files["pages/evidence.html"].read_text("utf-8")
    part = await looked(request, SEARCH, text, asked.own())
    country = asked.country if asked.country in edition.stamp["countries"] else ""
    made = framed(request, text, edition, raw.replace("<!--facts-->", part), country)
    return sent(request, ready(made.encode(), HTML))


async def facts(request: Request) -> Response:
    """Send the list of facts alone."""
    asked: FactsAsked = read(FactsAsked, request)
    return await fragment(request, SEARCH, service_of(request).study(asked.study), asked.own())


def router() -> APIRouter:
    """Make the routes."""
    routes = APIRouter(include_in_schema=False)
    routes.get("/evidence")(page)
    routes.get("/evidence/facts")(facts)
    return routes
