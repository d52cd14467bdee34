"""What the templates write with: every number it writes is entered in the register."""

from __future__ import annotations

import html
from dataclasses import dataclass, field

from markupsafe import Markup

from midstream.evidence.quantity import Label, Quantity, worst_label
from midstream.report.figures import Cell, Figure, interval_text, strip_svg, vessel_svg
from midstream.report.figures.figure import TwinCell
from midstream.report.marks import sign_svg
from midstream.report.numbers import Register, Sentence, Shown, show
from midstream.report.site.desk import Desk
from midstream.report.svg import structured
from midstream.report.theme import LIVE
from midstream.scorecard.result import CellScore

#: Widths a figure is laid out in on a phone and on a tablet.
NARROW, MIDDLE = 312, 690


@dataclass
class Pen:
    """Writes numbers, sentences and figures of one page.

    Attributes:
        place: Path of the page, entered in the register with each number.
        root: Way from the page to the folder of the site, empty or ``../``.
        register: Every number the edition shows.
        desk: What the pages share.
        files: Figures of the page, whose CSV and SVG are written beside it.
    """

    place: str
    root: str
    register: Register
    desk: Desk
    files: dict[str, Figure] = field(default_factory=dict)

    def words(self, text: str) -> Markup:
        """Write words whose digits are structure."""
        return Markup(structured(text))

    def number(self, shown: Shown, classes: str = "") -> Markup:
        """Write a number as a link to the page that opens it."""
        self.register.add(shown, self.place)
        lineage = html.escape(shown.quantity.lineage, quote=True)
        names = f"num {classes}".strip()
        return Markup(
            f'<a class="{names}" href="{self.root}number.html#{lineage}" data-lineage="{lineage}" '
            f'data-label="{shown.quantity.label or "none"}">{html.escape(shown.plain)}</a>'
        )

    def value(self, quantity: Quantity, style: str = "value") -> Markup:
        """Write a quantity in a style of `midstream.report.numbers.show`."""
        return self.number(show(quantity, style))

    def twin(self, cell: TwinCell) -> Markup:
        """Write a cell of a table twin."""
        if isinstance(cell, str):
            return self.words(cell)
        return self.number(cell) if isinstance(cell, Shown) else self.say(cell)

    def say(self, sentence: Sentence) -> Markup:
        """Write a sentence; digits in its words are structure."""
        return Markup("").join(
            self.words(part) if isinstance(part, str) else self.number(part)
            for part in sentence.parts
        )

    def remark(self, text: str, cell: CellScore) -> Markup:
        """Write what the scorecard says about a cell, with its numbers."""
        return self.say(self.desk.remark(text, cell))

    def form(self, form: str) -> Markup:
        """Write the name of a form."""
        return self.words(self.desk.form(form))

    def labelled(self, sentence: Sentence) -> Markup:
        """Write a sentence with the label of its weakest number behind it."""
        labels = [p.quantity.label for p in sentence.parts if isinstance(p, Shown)]
        label = worst_label(labels)
        return self.say(sentence) + (Markup(" ") + self.label(label) if label else Markup(""))

    def label(self, label: Label | None) -> Markup:
        """Write a label: its sign and its word."""
        if label is None:
            return Markup('<span class="label">no evidence</span>')
        return Markup(f'<span class="label" data-structure="">{sign_svg(label)}{label}</span>')

    def sign(self, quantity: Quantity) -> Markup:
        """Write the label of a quantity, nothing where it has no value."""
        return self.label(quantity.label) if quantity.label else Markup("")

    def standing(self, cell: Cell) -> Markup:
        """Write what a cell stands on: its label, or that its range is all there is."""
        if cell.score.label is None and not cell.open:
            return Markup('<span class="label">range only</span>')
        return self.label(cell.score.label)

    def chip(self, cell: Cell, size: str = "") -> Markup:
        """Write one cell of a strip as a link."""
        kind = f"d{cell.digit}" if cell.digit else "open" if cell.open else "range"
        spoken = html.escape(f"{cell.spoken} of 5, {cell.word}")
        self.register.add(cell.shown, self.place)
        lineage = html.escape(cell.score.lineage, quote=True)
        return Markup(
            f'<a class="num chip {kind} {size}" href="{self.root}number.html#{lineage}" '
            f'data-lineage="{lineage}" aria-label="{spoken}">{cell.text}</a>'
        )

    def digit(self, shown: Shown) -> Markup:
        """Write a printed score as a chip, coloured where it is a single digit."""
        kind = (
            f"d{shown.text}" if shown.text in "12345" else "open" if shown.text == "?" else "range"
        )
        return self.number(shown, f"chip {kind}")

    def ends(self, cell: Cell) -> Markup:
        """Write the interval of a cell; nothing where it has none."""
        shown = interval_text(cell)
        return self.number(shown) if shown else Markup("")

    def interval(self, cell: Cell) -> Markup:
        """Write the interval of a cell in small type beside its chip."""
        ends = self.ends(cell)
        return Markup(f'<span class="range-text">{ends}</span>') if ends else ends

    def strip(self, cells: tuple[Cell, ...]) -> Markup:
        """Write a strip as an image."""
        for cell in cells:
            self.register.add(cell.shown, self.place)
        return Markup(strip_svg(cells))

    def vessel(self, cell: Cell) -> Markup:
        """Write the vessel of a cell; its digit stands beside it."""
        return Markup(vessel_svg(cell))

    def drawing(self, figure: Figure) -> Markup:
        """Write a figure and enter its numbers."""
        for shown in figure.numbers:
            self.register.add(shown, self.place)
        return self.layouts(figure)

    def layouts(self, figure: Figure, only: str = "") -> Markup:
        """Write a figure in two or three layouts, of which the style sheet shows one.

        Args:
            figure: What is drawn.
            only: Class of the one layout to write; it is then shown at any width.
        """
        widths = {"wide": figure.width, "narrow": NARROW}
        if figure.width > MIDDLE + 100:
            widths = {"wide big": figure.width, "mid": MIDDLE, "narrow": NARROW}
        if only:
            widths = {f"{only} only": widths.get(only, figure.width)}
        return Markup("").join(
            Markup(f'<div class="{name}">{figure.svg(LIVE, width=width)}</div>')
            for name, width in widths.items()
        )

    def file(self, figure: Figure, kind: str) -> str:
        """Give the way to a figure's CSV or SVG, which is written after the page."""
        page = self.place.removesuffix(".html").replace("/", "-")
        name = f"{page}-{figure.id}"
        self.files[name] = figure
        return f"{self.root}figures/{name}.{kind}"
