"""How sure are we? One bar, cut by evidence label."""

from __future__ import annotations

from collections.abc import Mapping

from midstream.evidence.quantity import LABEL_ORDER, Label, Quantity
from midstream.report.figures.figure import Figure
from midstream.report.marks import draw_label, label_width
from midstream.report.numbers import Sentence, show
from midstream.report.svg import Canvas, Type
from midstream.report.theme import LABEL_WORDS

_FILL = {"V": "fill5", "V1": "fill3", "U": "none", "modelled": "none"}
_INK = {"V": "digit5", "V1": "digit3", "U": "accent", "modelled": "ink"}


def label_bar(
    counts: Mapping[Label, Quantity], title: Sentence, subtitle: Sentence, source_line: Sentence
) -> Figure:
    """Build the bar of evidence labels.

    Args:
        counts: Label -> how many numbers carry it, as a quantity.
        title, subtitle, source_line: The finding, what is counted, and from whom.
    """
    known = [
        (label, counts[label]) for label in LABEL_ORDER if counts.get(label) and counts[label].value
    ]
    total = sum(count.value or 0.0 for _, count in known)

    def draw(canvas: Canvas, width: float) -> float:
        need = {label: max(label_width(label) + 10, 44.0) for label, _ in known}
        spare = width - sum(need.values()) - 3 * (len(known) - 1)
        x = 0.0
        for label, count in known:
            wide = need[label] + max(spare, 0.0) * (count.value or 0.0) / total
            _segment(canvas, x, wide, label, count)
            x += wide + 3
        return 50

    rows = tuple((label, LABEL_WORDS[label], show(count, "bare")) for label, count in known)
    spoken = ", ".join(f"{label} {show(count, 'bare').text}" for label, count in known)
    alt = f"{title.plain} {spoken}."
    columns = ("Label", "Meaning", "Numbers")
    return Figure("label-bar", title, subtitle, alt, columns, rows, source_line, draw, width=680)


def _segment(canvas: Canvas, x: float, wide: float, label: Label, count: Quantity) -> None:
    stroke = {"U": "accent", "modelled": "outline"}.get(label, "none")
    dash = "4 3" if label == "modelled" else ""
    canvas.rect(
        (x + 0.5, 0.5), (wide - 1, 25), _FILL[label], stroke, radius=2, dash=dash, width=1.2
    )
    canvas.number((x + 8, 17.5), show(count, "bare"), Type(13, 600, _INK[label]))
    draw_label(canvas, (x, 43), label)
