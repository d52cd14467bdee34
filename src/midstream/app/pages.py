"""Routes of the pages an edition has, the files beside them, and the frame of all others."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Annotated, Any
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Query, Request, Response
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import RedirectResponse

from midstream.app.api import sent, service_of
from midstream.app.editions import Edition, Editions
from midstream.app.failures import Failure, refuse
from midstream.app.lanes import Job
from midstream.app.menus import country_menu, filled, study_menu
from midstream.app.service import ready
from midstream.app.settings import StudyText

HTML = "text/html; charset=utf-8"
#: Pages of an edition by their address, where they differ.
FILES = {"": "index", "shock/cases": "shock", "policy/packages": "policy"}

StudyId = Annotated[str, Query(max_length=120)]
Country = Annotated[str, Query(max_length=120)]

templates = Environment(
    loader=PackageLoader("midstream.app"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def editions_of(request: Request) -> Editions:
    """Give the editions of the server."""
    found: Editions = request.app.state.editions
    return found


def framed(
    request: Request, study: StudyText, edition: Edition, text: str, country: str = ""
) -> str:
    """Fill the menus of a page."""
    service, path = service_of(request), request.url.path
    state = {**dict(request.query_params), "study": study.id}
    shown = country or edition.stamp["focus"]
    served = [one for one in service.studies.values() if not one.own or one == study]
    where = path
    if path.startswith("/country/"):
        where, shown = "/country/", PurePosixPath(path).name
    studies = study_menu(served, study, path, state)
    countries = country_menu(edition.stamp["countries"], shown, where, state)
    if where == "/country/":
        countries = countries.replace("/country/?", "/country?")
    return filled(text, studies, countries, country, edition.stamp["focus"])


def in_shell(
    request: Request,
    study: StudyText,
    edition: Edition,
    title: str,
    main: str,
    *,
    section: str = "",
    scripts: str = "",
    country: str = "",
    status: int = 200,
) -> Response:
    """Send a page made in the server process: content in the frame of an edition."""
    text = _shell(edition, title, main, scripts)
    if section:
        mark = f'<a href="{section}?'
        text = text.replace(mark, f'<a aria-current="page" href="{section}?')
    text = framed(request, study, edition, text, country)
    if status != 200:
        return Response(text, status, {"cache-control": "no-store"}, HTML)
    return sent(request, ready(text.encode(), HTML))


def _shell(edition: Edition, title: str, main: str, scripts: str = "") -> str:
    """Put content into the frame of an edition; its menus are still empty."""
    text = edition.shell.replace("\ue000", title).replace("<!--main-->", main)
    return text.replace("<!--scripts-->", scripts)


def error_page(request: Request, failure: Failure) -> str:
    """Write an error as a page: with the head of the study's pages where they are there."""
    service = service_of(request)
    named = request.query_params.get("study", "")
    study = service.studies.get(named) or service.study("")
    main = rendered("error.html", {"error": failure, "study": study})
    edition = editions_of(request).known(study)
    if edition is None:
        return rendered("error_bare.html", {"main": main})
    served = [one for one in service.studies.values() if not one.own or one == study]
    state = {"study": study.id}
    return filled(
        _shell(edition, "Not to be shown", main),
        study_menu(served, study, "/", state),
        country_menu(edition.stamp["countries"], edition.stamp["focus"], "/", state),
        "",
        edition.stamp["focus"],
    )


def making(request: Request, study: StudyText, job: Job) -> Response:
    """Send the page that stands in while the pages of a study are made."""
    # All who open the study wait for it: none of them can stop it.
    told = service_of(request).address(job, "", holds=False)
    text = templates.get_template("making.html").render(study=study, job=told.name, share=job.share)
    return Response(text, 200, {"cache-control": "no-store", "refresh": "4"}, HTML)


def opened(request: Request, name: str) -> tuple[StudyText, Edition | Job]:
    """Give a study and its pages, or the job that makes them."""
    study = service_of(request).study(name)
    return study, editions_of(request).of(study)


async def page(
    request: Request, name: str = "", study: StudyId = "", country: Country = ""
) -> Response:
    """Send a page of an edition, for one of its countries where it is told for each."""
    if name.startswith("api/"):
        raise refuse(404, "not found", f"/{name}", mend="see /api/v1/openapi.json")
    text, edition = opened(request, study)
    if isinstance(edition, Job):
        return making(request, text, edition)
    path = f"{FILES.get(name, name)}.html"
    if country and country not in edition.stamp["countries"]:
        listed = ", ".join(edition.stamp["countries"])
        raise refuse(404, f"no country {country!r}", "country", f"the study has {listed}")
    own = f"pages/{country}/{path}"
    place = own if own in edition.files else f"pages/{path}"
    if place not in edition.files or name == "shell":
        mend = "take a page of the menu, or find it with the key /"
        raise refuse(404, "no such page", f"/{name}", "the study has no page of that name", mend)
    query = repr(sorted(request.query_params.items()))
    key = (text, edition.folder, place, query, len(service_of(request).studies))
    kept = service_of(request).kept
    answer = kept.get(key)
    if answer is None:
        raw = edition.files[place].read_text("utf-8")
        answer = ready(framed(request, text, edition, raw, country).encode(), HTML)
        kept.put(key, answer)
    return sent(request, answer)


async def country_page(study: StudyId = "", country: Country = "") -> Response:
    """Lead to the page of a country."""
    way = f"/country/{quote(country or 'none', safe='')}"
    return RedirectResponse(f"{way}?{urlencode({'study': study})}" if study else way, 302)


async def figure(request: Request, name: str, study: StudyId = "") -> Response:
    """Send a figure or its table."""
    text = service_of(request).study(study)
    return sent(request, editions_of(request).file(text, f"figures/{name}"))


async def find(request: Request, study: StudyId = "") -> Response:
    """Send the find index of a study."""
    text = service_of(request).study(study)
    return sent(request, editions_of(request).file(text, "find.js"))


async def static(request: Request, name: str) -> Response:
    """Send a file all pages share."""
    return sent(request, editions_of(request).shared_file(name), "max-age=300")


def router() -> APIRouter:
    """Make the routes."""
    pages = APIRouter(include_in_schema=False)
    pages.get("/static/{name}")(static)
    pages.get("/figures/{name:path}")(figure)
    pages.get("/find.js")(find)
    pages.get("/country")(country_page)
    return pages


def last() -> APIRouter:
    """Make the route for any page of an edition."""
    pages = APIRouter(include_in_schema=False)
    pages.get("/{name:path}")(page)
    return pages


def rendered(name: str, context: Mapping[str, Any]) -> str:
    """Write a template of the server process."""
    return templates.get_template(name).render(**context)
