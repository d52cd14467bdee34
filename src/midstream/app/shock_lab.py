"""The shock lab: who withholds what from whom, how deep, how long, with how much notice."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, File, Form, Request, Response, UploadFile
from pydantic import Field

from midstream.app.api import left, service_of
from midstream.app.failures import ServedError, refuse
from midstream.app.labs import Asked, choices, figures, fragment, job, looked, read, refused
from midstream.app.lanes import Job
from midstream.app.pages import HTML, in_shell, making, opened, rendered
from midstream.app.safety import client_of
from midstream.app.settings import StudyText

FIRST, FULL, FIGURE, BILL = "shock.first", "shock.full", "shock.figure", "shock.bill"

#: Layouts of a figure; a first look is drawn in one of them, the first where none is asked for.
LAYOUTS = ("wide", "mid", "narrow")

Name = Annotated[str, Field(max_length=80)]


class ShockAsked(Asked):
    """A setting of the shock lab."""

    actor: Name = ""
    form: Name = ""
    target: list[Name] = Field(default_factory=list, max_length=40)
    instrument: Name = ""
    depth: float | None = Field(default=None, ge=0, le=1)
    months: int = Field(default=12, ge=0, le=600)
    notice: float = Field(default=0, ge=0, le=10_000)
    expected: bool = False


def settled(asked: ShockAsked, offered: dict[str, Any]) -> dict[str, Any]:
    """Fill what was left out: from the first shock of the study, else from what is offered."""
    own = asked.own()
    case = next(iter(offered["cases"]), None)
    if case is not None and not (asked.actor or asked.form):
        given = asked.model_fields_set
        own |= {name: case[name] for name in own if name in case and name not in given}
    forms = {one["id"]: one for one in offered["forms"]}
    form = forms.get(own["form"]) or next(iter(forms.values()))
    instruments = {one["id"]: one for one in offered["instruments"]}
    own["form"] = own["form"] or form["id"]
    own["actor"] = own["actor"] or form["makers"][0]["id"]
    own["target"] = own["target"] or ["WLD"]
    own["instrument"] = own["instrument"] or next(iter(instruments))
    if own["depth"] is None:
        own["depth"] = instruments.get(own["instrument"], {}).get("depth", 1.0)
    return own


async def page(request: Request) -> Response:
    """Send the shock lab with the first look at what its address asks."""
    asked: ShockAsked = read(ShockAsked, request)
    text, edition = opened(request, asked.study)
    if isinstance(edition, Job):
        return making(request, text, edition)
    offered = await choices(request, "shock.choices", text)
    own = settled(asked, offered)
    context = {
        "study": text,
        "offered": offered,
        "own": own,
        "form": next((one for one in offered["forms"] if one["id"] == own["form"]), None),
        "country": asked.country,
        "result": await looked(request, FIRST, text, own),
    }
    main = rendered("shock_lab.html", context)
    return in_shell(
        request, text, edition, "Shock lab", main, section="/shock", country=asked.country,
        scripts='<script src="/static/lab.js" defer></script>',
    )  # fmt: skip


async def setting(request: Request) -> tuple[StudyText, dict[str, Any]]:
    """Read the study and the setting that an address asks for."""
    asked: ShockAsked = read(ShockAsked, request)
    text = service_of(request).study(asked.study)
    return text, settled(asked, await choices(request, "shock.choices", text))


async def result(request: Request) -> Response:
    """Send the first look alone, or with ``full=1`` begin the whole run."""
    text, own = await setting(request)
    if request.query_params.get("full") == "1":
        return job(request, FULL, text, own)
    layout = request.query_params.get("layout", "")
    return await fragment(request, FIRST, text, own, layout if layout in LAYOUTS else LAYOUTS[0])


async def bill(
    request: Request,
    file: Annotated[UploadFile | None, File()] = None,
    pasted: Annotated[str, Form(max_length=400_000)] = "",
    buyers: Annotated[str, Form(max_length=40)] = "",
) -> Response:
    """Hold a bill of materials against the run; it is kept in memory while that is done."""
    asked: ShockAsked = read(ShockAsked, request)
    text = service_of(request).study(asked.study)
    offered = await choices(request, "shock.choices", text)
    data, name = (await file.read(), file.filename or "bill") if file else (b"", "")
    if not data:
        data, name = pasted.encode(), "pasted.csv"
    try:
        if not data.strip():
            raise refuse(422, "no bill", "bill", "nothing was pasted or chosen", "paste a table")
        values = (text, settled(asked, offered), data, name, buyers or offered["focus"])
        gone = partial(left, request)
        made = await service_of(request).value(
            client_of(request.scope), "slow", BILL, *values, gone=gone
        )
    except ServedError as error:
        return Response(refused(error), error.status, {"cache-control": "no-store"}, HTML)
    return Response(made, 200, {"cache-control": "no-store"}, HTML)


def router() -> APIRouter:
    """Make the routes."""
    routes = APIRouter(include_in_schema=False)
    routes.get("/shock")(page)
    routes.get("/shock/result")(result)
    routes.get("/shock/figure/{name}.{kind}")(figures(FIGURE, setting))
    routes.post("/shock/bill")(bill)
    return routes
