"""The middle test on one page: strips before and after, the lines of the test, flips, the road."""

from __future__ import annotations

from midstream.evidence.quantity import Quantity
from midstream.report.narrative.policy_figures import strips_figure
from midstream.report.narrative.policy_rows import MIDDLE, Judged
from midstream.report.narrative.words import capital
from midstream.report.numbers import Sentence, show
from midstream.report.pdf.press import FIGURE_WIDTH, Press, in_one
from midstream.report.pdf.writer import Json, table

#: Packages whose flips are told, and sentences on the best set.
MOST_FLIPS, MOST_PLAN = 2, 3
#: How often a page may have run over before flips and road are cut short.
TIGHTEST = 2


def policy(press: Press) -> Json:
    """Strips, lines of the test, what would turn it, the best set and its road."""
    press.turn("policy")
    found, chapters = press.narrative.policies, press.narrative.chapters
    figure = strips_figure(
        found,
        lambda _: press.basis("Modelled."),
        FIGURE_WIDTH,
        dense=True,
    )
    if figure is None:
        return press.page("policy", [])
    tight = press.tight.get("policy", 0)
    flips = [one.text for one in chapters["policy/flips"]][: 1 if tight > TIGHTEST else MOST_FLIPS]
    best = [one.text for one in chapters["policy/plan"]][: press.fewer(MOST_PLAN)]
    blocks = [
        press.figure(figure),
        _lines(press, found.tested),
        {"kind": "head", "text": ["What would turn the verdict"]},
        press.prose(in_one(flips)),
    ]
    if best:
        blocks += [{"kind": "head", "text": ["The best set of levers"]}, press.prose(in_one(best))]
    if tight <= TIGHTEST:
        blocks += [
            {"kind": "source", "text": press.writer.parts(one.text)}
            for one in chapters["policy/road"]
        ]
    return press.page("policy", blocks)


def _lines(press: Press, tested: tuple[Judged, ...]) -> Json:
    columns = [
        ("Package", 2.9), ("C2 gains", 0.85), ("C3 gains", 0.85), ("Need met, C2", 0.9),
        ("C3", 0.7), ("Own magnets", 1), ("Cost, million USD", 0.9), ("A point costs", 0.8),
        ("Stands a flood", 0.9),
    ]  # fmt: skip
    final = press.study.name("form", tested[0].found.final) if tested[0].found.final else "final"
    columns[5] = (f"{final.split(' (')[0]}, own feed", 1)
    rows = [_line(press, one) for one in tested]
    return table(columns, rows, None, size=7.8, inset=2.4)


def _line(press: Press, one: Judged) -> list[Json]:
    found = one.found
    flood = next((row.survival for row in found.stresses if row.id == "flood"), None)
    costs = (found.cost, found.cost_per_point.cost)
    return [
        {"kind": "name", "text": [capital(one.called)], "fill": "ink"},
        *(_figure(press, found.probabilities[stage], "percents", "?") for stage in MIDDLE),
        *(_figure(press, found.coverage[stage].change, "percent", "?") for stage in MIDDLE),
        _figure(press, found.flow["sovereign"].planned, "value", "?"),
        _figure(press, costs[0], "bare", "unknown"),
        _figure(press, costs[1], "bare", "none"),
        _figure(press, flood, "percent", "no plant"),
    ]


def _figure(press: Press, quantity: Quantity | None, style: str, none: str) -> Json:
    told = Sentence((none,))
    if quantity is not None and quantity.value is not None:
        told = Sentence((show(quantity, style),))
    return {"kind": "figure", "text": press.writer.parts(told), "label": None}
