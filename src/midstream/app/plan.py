"""The plan: which levers for this money, and when; limits beside it, the road and the frontier."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError

from midstream.app.api import PREFIX, service_of
from midstream.app.failures import refuse
from midstream.app.labs import choices, figures, job
from midstream.app.lanes import Job
from midstream.app.pages import Country, StudyId, in_shell, making, opened, rendered
from midstream.app.queries import PlanQuery
from midstream.app.settings import StudyText

CHOICES, PLAN, FIGURE = "plan.choices", "plan.plan", "plan.figure"

#: Fields of the address that may stand more than once.
MANY = ("payer", "in_year", "without")


def asked_of(request: Request, offered: Mapping[str, Any]) -> dict[str, Any]:
    """Read what is asked from the address; what is left out is that of the study.

    Raises:
        ServedError: 422 naming the first field that cannot be read.
    """
    held = request.query_params
    given: dict[str, Any] = {**offered["start"]}
    for name in PlanQuery.model_fields:
        values = [value for value in held.getlist(name) if value]
        if values:
            given[name] = values if name in MANY else values[-1]
    try:
        made = PlanQuery.model_validate(given)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise refuse(422, str(first["msg"]), where, mend="use the controls of the page") from None
    shape = {"study", "format", "limit", "offset", "wait"}
    return made.model_dump(exclude_unset=True, exclude=shape)


async def page(request: Request, study: StudyId = "", country: Country = "") -> Response:
    """Send the page of the plan; the plan itself is fetched by the page."""
    text, edition = opened(request, study)
    if isinstance(edition, Job):
        return making(request, text, edition)
    offered = await choices(request, CHOICES, text)
    context = {
        "study": text,
        "offered": offered,
        "own": _filled(request, offered),
        "way": f"{PREFIX}/policy/plan",
    }
    told = country if country in edition.stamp["countries"] else ""
    main = rendered("plan.html", context)
    return in_shell(
        request, text, edition, "Which levers for this money", main, section="/policy",
        country=told, scripts='<script src="/static/tool.js" defer></script>',
    )  # fmt: skip


def _filled(request: Request, offered: Mapping[str, Any]) -> dict[str, Any]:
    """Give what the controls hold: the address as it is written, else what they start with."""
    held = request.query_params
    pairs = {name: dict(_halves(held.getlist(name))) for name in ("payer", "in_year")}
    single = ("budget", "currency", "by", "country", "sector", "measure", "per_year", "draws")
    own = {name: held.get(name) or offered["start"].get(name, "") for name in single}
    return {**own, **pairs, "without": held.getlist("without")}


def _halves(texts: list[str]) -> list[tuple[str, str]]:
    return [(text.rpartition("=")[0], text.rpartition("=")[2]) for text in texts]


async def setting(request: Request) -> tuple[StudyText, dict[str, Any]]:
    """Read the study and the plan that an address asks for."""
    text = service_of(request).study(request.query_params.get("study", ""))
    return text, asked_of(request, await choices(request, CHOICES, text))


async def result(request: Request) -> Response:
    """Begin to work a plan out."""
    text, asked = await setting(request)
    return job(request, PLAN, text, asked)


def router() -> APIRouter:
    """Make the routes."""
    routes = APIRouter(include_in_schema=False)
    routes.get("/policy/plan")(page)
    routes.get("/policy/plan/result")(result)
    routes.get("/policy/plan/figure/{name}.{kind}")(figures(FIGURE, setting))
    return routes
