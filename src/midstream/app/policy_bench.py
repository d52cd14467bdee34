"""The policy bench: levers with switches and sliders, the verdict beside them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import Field

from midstream.app.api import service_of
from midstream.app.failures import refuse
from midstream.app.labs import Asked, choices, figures, fragment, job, looked, read
from midstream.app.lanes import Job
from midstream.app.pages import in_shell, making, opened, rendered
from midstream.app.settings import StudyText

FIRST, FULL, FIGURE = "policy.first", "policy.full", "policy.figure"

Name = Annotated[str, Field(max_length=80)]
#: Sizes of effects that can be asked for, as multiples of what is on record.
LARGEST = 3.0
SIZE = "size."


class PolicyAsked(Asked):
    """A setting of the policy bench."""

    lever: list[Name] = Field(default_factory=list, max_length=60)
    subject: Name = ""
    delay: float = Field(default=0, ge=0, le=10)


def settled(request: Request, asked: PolicyAsked, offered: dict[str, Any]) -> dict[str, Any]:
    """Fill what was left out, and read the sizes of the effects."""
    own = asked.own()
    place = next(
        (one for one in offered["countries"] if one["id"] == asked.country),
        next(iter(offered["countries"]), None),
    )
    if not own["lever"] and place is not None:
        announced = [one for one in place["packages"] if one["announced"]]
        first = next(iter(announced or place["packages"] or place["levers"]), None)
        own["lever"] = [first["id"]] if first else []
    own["sizes"] = {
        name.removeprefix(SIZE): _size(name, value)
        for name, value in request.query_params.items()
        if name.startswith(SIZE) and name.removeprefix(SIZE) in own["lever"]
    }
    return own


def _size(name: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= LARGEST:
        mend = f"take a number from 0 to {LARGEST:g}"
        raise refuse(422, f"{text[:40]!r} is out of range", name, "a multiple of the effect", mend)
    return value


async def page(request: Request) -> Response:
    """Send the policy bench with the first look at what its address asks."""
    asked: PolicyAsked = read(PolicyAsked, request)
    text, edition = opened(request, asked.study)
    if isinstance(edition, Job):
        return making(request, text, edition)
    offered = await choices(request, "policy.choices", text)
    own = settled(request, asked, offered)
    context = {
        "study": text,
        "offered": offered,
        "own": own,
        "country": asked.country,
        "result": await looked(request, FIRST, text, own) if own["lever"] else "",
    }
    main = rendered("policy_bench.html", context)
    return in_shell(
        request, text, edition, "Policy bench", main, section="/policy", country=asked.country,
        scripts='<script src="/static/lab.js" defer></script>',
    )  # fmt: skip


async def setting(request: Request) -> tuple[StudyText, dict[str, Any]]:
    """Read the study and the levers that an address asks for."""
    asked: PolicyAsked = read(PolicyAsked, request)
    text = service_of(request).study(asked.study)
    return text, settled(request, asked, await choices(request, "policy.choices", text))


async def result(request: Request) -> Response:
    """Send the first look alone, or with ``full=1`` begin the whole test."""
    text, own = await setting(request)
    if request.query_params.get("full") == "1":
        return job(request, FULL, text, own)
    return await fragment(request, FIRST, text, own)


def router() -> APIRouter:
    """Make the routes."""
    routes = APIRouter(include_in_schema=False)
    routes.get("/policy")(page)
    routes.get("/policy/result")(result)
    routes.get("/policy/figure/{name}.{kind}")(figures(FIGURE, setting))
    return routes
