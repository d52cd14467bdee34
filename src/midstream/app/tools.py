"""Tools whose answer is a table: peers, matching, money, value, leverage, supply risk, signals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError

from midstream.app.api import PREFIX, service_of
from midstream.app.commands import COMMANDS
from midstream.app.failures import refuse
from midstream.app.labs import choices, job
from midstream.app.lanes import Job
from midstream.app.pages import in_shell, making, opened, rendered


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a tool.

    Attributes:
        name: As the command takes it.
        label: As the reader sees it.
        kind: ``country``, ``sector``, ``chain``, ``form``, ``facility``, ``method``, ``lever``,
            ``number`` or ``text``.
        start: What it holds first; ``focus`` and ``partner`` are those of the study, ``plant`` is
            one whose money can be worked out.
        many: How many fields of the name there are.
        needed: Whether it has to be filled.
    """

    name: str
    label: str
    kind: str
    start: str = ""
    many: int = 1
    needed: bool = True


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool: a command of the API with a form.

    Attributes:
        name: Its address.
        path: Its command.
        title, lede: What it is asked.
        section: Entry of the navigation it belongs to.
        fields: What it takes.
    """

    name: str
    path: str
    title: str
    lede: str
    section: str
    fields: tuple[Field, ...]


_COUNTRY = Field("country", "Country", "country", "focus")
_DRAWS = Field("draws", "Draws", "number", "200")

TOOLS = {
    one.name: one
    for one in (
        Tool(
            "ranks", "peers", "Who is ahead, and what would close the gap?",
            "Countries on one ruler, with the range of ranks the evidence leaves.",
            "/sectors",
            (Field("sector", "Sector", "sector", needed=False),
             Field("stage", "Stage", "stage", needed=False), _DRAWS),
        ),
        Tool(
            "match", "match", "Which organisations of two countries fit?",
            "By step of the chain, weak stage and readiness; every pair says why.",
            "/sectors",
            (Field("countries", "Country", "country", "focus"),
             Field("countries", "and", "country", "partner"),
             Field("sector", "Sector", "sector", needed=False), _DRAWS),
        ),
        Tool(
            "plant", "capital/plant", "Who pays for this plant, and what is missing?",
            "Uses, sources, gap and returns of a plant on record.",
            "/money",
            (Field("facility", "Plant", "facility", "plant"),
             Field("price", "Price, USD per kg", "number", needed=False), _DRAWS),
        ),
        Tool(
            "target", "capital/target", "What would a new plant cost, and who would pay?",
            "Uses, sources, gap and returns of a plant that is to be built.",
            "/money",
            (_COUNTRY, Field("form", "Product", "form", "ndfeb-magnet"),
             Field("capacity", "Capacity in the unit of the product a year", "number", "2000"),
             Field("year", "Year of the decision", "number", "year"),
             Field("price", "Price, USD per kg", "number", needed=False), _DRAWS),
        ),
        Tool(
            "value", "capture", "Who captures the value of a chain?",
            "Value added by stage, place and owner, beside leverage.",
            "/leverage",
            (Field("chain", "Chain", "chain"), _DRAWS),
        ),
        Tool(
            "companies", "capture/companies", "What would a lever bring to companies?",
            "Companies on file with what they are expected to make.",
            "/policy",
            (Field("lever", "Lever or package", "text", needed=False),),
        ),
        Tool(
            "holders", "dependency/leverage", "What can the holders of a chain stop, for how long?",
            "Leverage by holder and step, with the cut it meets.",
            "/leverage",
            (Field("chain", "Chain", "chain"), Field("holder", "Holder", "country", needed=False)),
        ),
        Tool(
            "risk", "dependency/supply-risk", "How exposed is an importer?",
            "Supply risk by one of three methods.",
            "/leverage",
            (Field("importer", "Importer", "country", "focus"),
             Field("method", "Method", "method", "stage-consistent")),
        ),
        Tool(
            "signal", "watch/observe", "What if a signal is seen?",
            "Odds of the futures after one signal, and before it. Nothing is kept.",
            "/outlook",
            (Field("signal", "Signal, as the outlook lists it", "text"),
             Field("value", "What was seen: a figure, or yes or no", "text", "yes"), _DRAWS),
        ),
    )
}  # fmt: skip


def tool_of(name: str) -> Tool:
    """Give a tool by its address.

    Raises:
        ServedError: 404 if there is none.
    """
    if name not in TOOLS:
        raise refuse(404, f"no tool {name!r}", "tool", f"there are {', '.join(TOOLS)}")
    return TOOLS[name]


def asked_of(tool: Tool, request: Request) -> dict[str, Any] | None:
    """Give what is asked of a tool; ``None`` where nothing is asked yet.

    Raises:
        ServedError: 422 naming the first field that cannot be read.
    """
    given: dict[str, Any] = {}
    for one in tool.fields:
        values = [value for value in request.query_params.getlist(one.name) if value]
        if values:
            field = COMMANDS[tool.path].query.model_fields[one.name]
            given[one.name] = values if "list" in str(field.annotation) else values[-1]
    if not given:
        return None
    try:
        made = COMMANDS[tool.path].query.model_validate(given)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise refuse(422, str(first["msg"]), where, mend="fill the field it names") from None
    return made.model_dump(exclude_unset=True)


async def page(request: Request, name: str, study: str = "", country: str = "") -> Response:
    """Send the page of a tool; its answer is fetched by the page."""
    tool = tool_of(name)
    text, edition = opened(request, study)
    if isinstance(edition, Job):
        return making(request, text, edition)
    offered = await choices(request, "tools.choices", text)
    context = {
        "tool": tool,
        "study": text,
        "offered": {**offered, "stage": [{"id": s, "name": s} for s in ("C1", "C2", "C3", "C4")]},
        "filled": _filled(tool, request, offered),
        "country": country,
        "others": list(TOOLS.values()),
        "way": f"{PREFIX}/{tool.path}",
    }
    main = rendered("tool.html", context)
    return in_shell(
        request, text, edition, tool.title, main, section=tool.section, country=country,
        scripts='<script src="/static/tool.js" defer></script>',
    )  # fmt: skip


def _filled(tool: Tool, request: Request, offered: Mapping[str, Any]) -> list[tuple[Field, str]]:
    """Give every field with what it holds: from the address, else what it starts with."""
    given = {one.name: request.query_params.getlist(one.name) for one in tool.fields}
    known = {name: str(offered[name]) for name in ("focus", "partner", "year", "plant")}
    made = []
    for one in tool.fields:
        values = given[one.name]
        value = values.pop(0) if values else known.get(one.start, one.start)
        made.append((one, value))
    return made


async def result(request: Request, name: str, study: str = "") -> Response:
    """Begin to work out what is asked of a tool."""
    tool = tool_of(name)
    asked = asked_of(tool, request)
    if asked is None:
        raise refuse(422, "nothing is asked", tool.name, mend="fill the fields")
    return job(request, "tools.table", service_of(request).study(study), tool.path, asked)


async def api_page(request: Request, study: str = "", country: str = "") -> Response:
    """Send the page that says how programs ask."""
    text, edition = opened(request, study)
    if isinstance(edition, Job):
        return making(request, text, edition)
    shared = COMMANDS["dependency/shared"].query.model_fields
    commands = [
        {
            "path": one.path,
            "words": one.words,
            "fields": [
                (name, field.is_required())
                for name, field in one.query.model_fields.items()
                if name not in shared
            ],
        }
        for one in COMMANDS.values()
    ]
    base = str(request.base_url).rstrip("/")
    context = {"prefix": PREFIX, "commands": commands, "study": text, "base": base}
    main = rendered("api.html", context)
    return in_shell(request, text, edition, "API", main, country=country)


def router() -> APIRouter:
    """Make the routes."""
    routes = APIRouter(include_in_schema=False)
    routes.get("/api")(api_page)
    routes.get("/tool/{name}")(page)
    routes.get("/tool/{name}/result")(result)
    return routes
