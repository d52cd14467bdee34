"""Pages of the record: evidence, one number, assumptions, sources, about."""

from __future__ import annotations

from typing import Any

from midstream.evidence.quantity import Quantity
from midstream.report.bibliography import LAYERS, by_layer, entries
from midstream.report.figures import Figure, formula_tree
from midstream.report.narrative.words import traced
from midstream.report.numbers import MINUS, Register, Sentence, Shown, say
from midstream.report.site.desk import Desk
from midstream.report.site.glass import fact_figure
from midstream.report.site.page import Page


def record_pages(desk: Desk) -> list[Page]:
    """Build the pages of the record except the sources, which need the full register."""
    openings = desk.narrative.openings
    evidence = {"head": openings["evidence"], "opened": opened_figures(desk)}
    assumptions = {"head": openings["assumptions"], "groups": parameter_groups(desk)}
    return [
        Page("evidence.html", "evidence.html", "Evidence", "evidence.html", evidence),
        Page("number.html", "number.html", "One number, opened", "evidence.html"),
        Page("assumptions.html", "assumptions.html", "Assumptions", "evidence.html", assumptions),
        Page("about.html", "about.html", "About", "", {"head": openings["method"]}),
    ]


def opened_figures(desk: Desk) -> list[Figure]:
    """Open two numbers of the answer: one read from several sources, one computed."""
    numbers = [key.shown.quantity.lineage for key in desk.narrative.answer.key_numbers]
    scores = [line.cell.score.lineage for line in desk.narrative.answer.strip]
    figures = []
    facts = desk.facts_under([*numbers, *scores])
    if facts:
        widest = max(facts, key=lambda one: (len(one.origins), one.quantity.lineage))
        source = desk.source_line([widest.quantity.lineage], "")
        figures.append(fact_figure(desk, widest, source))
    computed = [one for one in numbers if len(desk.ledger[one].inputs) > 1]
    return figures + ([tree_figure(desk, computed[-1])] if computed else [])


def tree_figure(desk: Desk, lineage: str) -> Figure:
    """Draw how a number of the answer was computed."""
    quantity = desk.ledger[lineage].quantity
    name = desk.named(desk.ledger[lineage].name)
    title = say("A computed number opens as a tree: {n}, {v}", n=name, v=quantity)
    subtitle = Sentence(("Each box leads on; a result carries the label of its weakest part.",))
    source = desk.source_line([lineage], "")
    return formula_tree(desk.ledger, lineage, title, subtitle, source, desk.named, most=2)


def parameter_groups(desk: Desk) -> list[tuple[str, list[dict[str, Any]]]]:
    """List every parameter by group, in the order of the table."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in desk.rows("parameters"):
        quantity = desk.study.evidence.parameter(str(row["id"]))
        groups.setdefault(str(row["group"] or "other"), []).append(
            {
                "id": row["id"],
                "name": row["name"],
                "value": Shown(quantity, _plain(quantity.value)),
                "label": quantity.label,
                "quantity": quantity,
                "range": _range(quantity),
                "unit": quantity.unit,
                "kind": row["kind"],
                "sources": row["source"] or (),
                "description": traced(str(row["description"] or ""), quantity),
            }
        )
    return list(groups.items())


def _range(quantity: Quantity) -> Shown | None:
    if quantity.low is None or quantity.high is None:
        return None
    return Shown(quantity, f"{_plain(quantity.low)} to {_plain(quantity.high)}")


def _plain(number: float | None) -> str:
    """Print a parameter with the digits it was given, unlike a result."""
    return "none" if number is None else f"{number:,.6g}".replace("-", MINUS)


def sources_page(desk: Desk, register: Register) -> Page:
    """Build the bibliography of every number shown so far."""
    lineages = dict.fromkeys(lineage for _, _, lineage in register.rows)
    found = entries(desk.rows("sources"), desk.ledger, lineages)
    layers = [
        {"id": layer, "name": LAYERS[layer][0], "meaning": LAYERS[layer][1], "entries": group}
        for layer, group in by_layer(found).items()
    ]
    context = {"head": desk.narrative.openings["sources"], "layers": layers}
    return Page("sources.html", "sources.html", "Sources", "evidence.html", context)
