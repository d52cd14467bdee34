"""The money on one page: what a plant to come costs, who pays, what is missing."""

from __future__ import annotations

from collections.abc import Sequence

from midstream.capital.result import PlantCapital
from midstream.evidence.quantity import Quantity
from midstream.report.figures import waterfall
from midstream.report.narrative.capital import capital_title
from midstream.report.narrative.capital_rows import layers_of, millions
from midstream.report.narrative.words import capital, started
from midstream.report.numbers import Sentence, Shown, say, show
from midstream.report.pdf.press import Press, in_one
from midstream.report.pdf.writer import Json, table

#: Findings on the plant in the figure, and other plants in a sentence each.
MOST_FINDINGS, MOST_OTHERS = 6, 2


def money(press: Press) -> Json:
    """Waterfall of the last plant, findings, gap by price, other plants, the incumbent's answer."""
    press.turn("money")
    found = press.narrative.capital
    if not found:
        return press.page("money", [])
    told, others = found[-1], found[:-1]
    texts = [one.text for one in press.narrative.chapters[f"capital/{told.form}"]]
    kept = texts[: press.fewer(MOST_FINDINGS)]
    blocks = [_figure(press, told), press.prose(in_one(kept[:3]), in_one(kept[3:]))]
    blocks += [{"kind": "head", "text": ["What the price decides"]}, _prices(press, told)]
    return press.page("money", [*blocks, *_last(press, others)])


def _last(press: Press, others: Sequence[PlantCapital]) -> list[Json]:
    """A sentence each on the other plants, and one on the incumbent's answer."""
    told = {
        "The other steps": [
            started(capital_title(press.context, one)) + say(".")
            for one in others[: press.fewer(MOST_OTHERS)]
        ],
        "how the incumbent may answer": [
            press.narrative.openings["counter"].title + say(".")
            for _ in press.narrative.counters[:1]
        ],
    }
    heads = [head for head, texts in told.items() if texts]
    if not heads:
        return []
    texts = in_one([text for found in told.values() for text in found])
    return [{"kind": "head", "text": [capital(", and ".join(heads))]}, press.prose(texts)]


def _figure(press: Press, found: PlantCapital) -> Json:
    name = press.study.name
    layers = layers_of(press.context, found)
    title = say("Money to build {f}, and who brings it", f=name("form", found.form).split(" (")[0])
    subtitle = Sentence(
        (
            f"{name('country', found.country)}, million USD; {found.money_basis}. Means of the"
            " draws, which add up; the title and the text give medians, which do not.",
        )
    )
    source = press.basis("Brackets hold four draws in five.")
    return press.figure(
        waterfall(f"stack-{found.form}", layers, "USD million", title, subtitle, source)
    )


def _prices(press: Press, found: PlantCapital) -> Json:
    parts = press.writer.parts
    rows = []
    for one in found.price_cases:
        gap = millions(press.context, one.gap)
        without = millions(press.context, one.gap_without)
        rows.append(
            [
                {"kind": "name", "text": [one.name.capitalize()], "fill": "ink"},
                _cell(parts(Sentence((show(one.price, "bare"),))), one.price.label),
                _cell(parts(say("{g} ({r})", g=show(gap, "bare"), r=_range(gap))), gap.label),
                _cell(parts(Sentence((show(without, "bare"),))), None),
                _cell(parts(Sentence((show(one.closed, "percent"),))), None),
            ]
        )
    form = press.study.name("form", found.price_form).split(" (")[0]
    columns = [("Price", 0.8), (f"{form}, USD per kg", 1.2), ("Gap, million USD", 1.6)]
    columns += [("Without support", 1), ("Draws without a gap", 1.1)]
    return table(columns, rows, parts(press.basis("Prices from the record.")), size=8.6, inset=3.6)


def _range(quantity: Quantity) -> Shown:
    return Shown(quantity, show(quantity, "range").text)


def _cell(text: list[object], label: object) -> Json:
    return {"kind": "figure", "text": text, "label": label}
