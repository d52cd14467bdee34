"""The page of one number: its sources as dots, its formula as a tree, where it is used."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from midstream.app import address
from midstream.app.api import service_of
from midstream.app.editions import Edition
from midstream.app.labs import job
from midstream.app.lanes import Job
from midstream.app.pages import Country, StudyId, in_shell, making, opened, rendered
from midstream.app.safety import client_of
from midstream.app.settings import StudyText

#: Boxes under one box of the tree, inputs in the list.
BOXES, INPUTS = 12, 200

#: Largest figure that can stand in place of another.
LARGEST = 1e15

#: Parts of an id whose number takes long to work out: where the slow process has just made it,
#: it is there at once.
LONG = ("/plan~",)

#: How a number came to be known.
KINDS = {
    "observation": "read from a source",
    "formula": "computed",
    "assumption": "assumed",
    "correction": "corrected",
}

Nodes = Mapping[str, Mapping[str, Any]]

#: Parts a number may be without.
BLANK: Mapping[str, Any] = {
    "f": "", "i": (), "m": "", "p": (), "r": "", "s": (), "u": (), "x": None,
}  # fmt: skip
#: The same of what its origins say.
BLANK_ORIGINS: Mapping[str, Any] = {"disputed": False, "adjacent": "", "svg": ""}


async def trace(
    request: Request, lineage: str, study: StudyId = "", country: Country = ""
) -> Response:
    """Send the page of a number."""
    text, edition = opened(request, study)
    if isinstance(edition, Job):
        return making(request, text, edition)
    nodes, sources = await found(request, text, edition, lineage)
    context = view(lineage, nodes, sources, edition, text)
    node = nodes[lineage]
    return in_shell(
        request,
        text,
        edition,
        escape(f"{node['t']}: {node['n']}"),
        rendered("trace.html", context),
        section="/evidence",
        country=country,
    )


async def found(
    request: Request, text: StudyText, edition: Edition, lineage: str
) -> tuple[Nodes, Mapping[str, list[str]]]:
    """Give a number with what stands round it: from the edition, else worked out."""
    node = edition.node(lineage)
    if node is None:
        draws = service_of(request).settings.draws
        asked = ("trace.entries", text, lineage, draws)
        lane = "slow" if any(part in lineage for part in LONG) else "quick"
        made = await service_of(request).value(client_of(request.scope), lane, *asked)
        return full(made["nodes"]), made["sources"]
    nodes: dict[str, Mapping[str, Any]] = {lineage: node}
    level = [*node.get("i", [])]
    for _ in range(2):
        for one in level:
            below = edition.node(one) if one not in nodes else None
            if below is not None:
                nodes[one] = below
        level = [low for one in level[:BOXES] if one in nodes for low in nodes[one].get("i", [])]
    for one in node.get("u", []):
        above = edition.node(one)
        if above is not None:
            nodes.setdefault(one, above)
    return full(nodes), edition.sources


def full(nodes: Nodes) -> Nodes:
    """Fill the parts that numbers are without, so that the template may ask for each."""
    made = {}
    for name, node in nodes.items():
        origins = {**BLANK_ORIGINS, **node["x"]} if node.get("x") else None
        made[name] = {**BLANK, **node, "x": origins}
    return made


def view(
    lineage: str,
    nodes: Nodes,
    sources: Mapping[str, list[str]],
    edition: Edition,
    study: StudyText,
) -> dict[str, Any]:
    """Give what the template of the page reads."""
    node = nodes[lineage]
    names = ("title", "publisher", "date", "url", "layer", "licence")
    told = [
        {"id": one, **dict(zip(names, sources.get(one, [one, "", "", "", "", ""]), strict=True))}
        for one in node["s"]
    ]
    same = [one for one in node["i"] if one in nodes and nodes[one]["q"][4] == node["q"][4]]
    return {
        "id": lineage,
        "node": node,
        "nodes": nodes,
        "tree": branch(lineage, nodes, 2) if node["i"] and node["x"] is None else None,
        "sources": told,
        "weakest": same[:6],
        "inputs": node["i"][:INPUTS],
        "used": [one for one in node["u"] if one in nodes],
        "pages": [(title, address.page(path, study.id)) for title, path in node["p"]],
        "labels": edition.stamp["labels"],
        "kind": KINDS[node["k"]],
        "study": study.id,
        "way": lambda one: address.trace(one, study.id),
        "number": node["q"][0],
        "what_if": node["k"] == "observation" and lineage.startswith("o-"),
        "assumed": lineage.removeprefix("par:") if lineage.startswith("par:") else "",
    }


def branch(lineage: str, nodes: Nodes, depth: int) -> dict[str, Any]:
    """Give a box of the tree with the boxes under it."""
    node = nodes.get(lineage)
    below = list(node["i"]) if node is not None and depth > 0 else []
    return {
        "id": lineage,
        "node": node,
        "below": [branch(one, nodes, depth - 1) for one in below[:BOXES]],
        "more": max(0, len(below) - BOXES),
    }


async def what_if(
    request: Request,
    observation: Annotated[str, Query(max_length=40)],
    value: Annotated[float, Query(ge=-LARGEST, le=LARGEST, allow_inf_nan=False)],
    study: StudyId = "",
) -> Response:
    """Begin to score again with another figure in place of an observation's."""
    text = service_of(request).study(study)
    draws = service_of(request).settings.draws
    return job(request, "trace.what_if", text, observation, value, draws)


def router() -> APIRouter:
    """Make the routes."""
    routes = APIRouter(include_in_schema=False)
    routes.get("/trace/{lineage:path}")(trace)
    routes.get("/what-if")(what_if)
    return routes
