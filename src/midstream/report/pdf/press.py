"""What every page needs: the study, its words, the writer, the stamp of the edition."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from midstream.evidence.quantity import Quantity
from midstream.report.bibliography import sources_below
from midstream.report.figures import Figure, Reader
from midstream.report.narrative import Narrative, Opening
from midstream.report.narrative.context import Context
from midstream.report.numbers import Sentence, Shown, is_range, number_text, spanned, with_unit
from midstream.report.pdf.writer import Json, Writer

if TYPE_CHECKING:
    from midstream.report.manifest import Stamp
    from midstream.study import Study

#: Notes beside one paragraph, and characters of a note.
MOST_NOTES, NOTE_LENGTH = 3, 96

#: A long remark in brackets, the id of a run, and what may be the code of a country.
_REMARK = re.compile(r" \([^)]{24,}\)")
_RUN = re.compile(r": run/.*$")
_CODE = re.compile(r"\b[A-Z]{3}\b")

#: Space above and below a block in points, and on pages that are full.
AIR, TIGHT_AIR = 17.0, 12.5

#: Pages that are full by nature.
DENSE = frozenset(
    {"answer", "sectors", "leverage", "shock", "money", "outlook", "policy", "example"}
)

#: Lineages of what the words count; they need no note.
COUNTED = "f:report.words/"

#: Width in px in which figures are laid out for the 172 mm of a page.
FIGURE_WIDTH = 720

#: Px by which that width grows where a page would run over: the drawing shrinks on paper.
SMALLER = 50


@dataclass(slots=True)
class Press:
    """Sets the pages of one edition."""

    study: Study
    narrative: Narrative
    context: Context
    writer: Writer
    stamp: Stamp
    tight: Mapping[str, int] = field(default_factory=dict)
    figures: int = 0
    known: dict[str, frozenset[str]] = field(default_factory=dict)

    def page(self, name: str, blocks: Sequence[Json], opening: Opening | None = None) -> Json:
        """Give a page with its head; `name` is the id of the page and of its opening."""
        head = opening or self.narrative.openings[name]
        return {
            "id": name,
            "kicker": head.kicker,
            "title": self.writer.parts(head.title),
            "lede": self.writer.parts(head.lede),
            "air": TIGHT_AIR if name in DENSE or name in self.tight else AIR,
            "blocks": list(blocks),
        }

    def turn(self, name: str) -> None:
        """Begin a page: numbers from here on stand on it."""
        self.writer.page = name

    def fewer(self, most: int) -> int:
        """Length of a list: two thirds, then one third of it where the page would run over."""
        return most * (3 - min(2, self.tight.get(self.writer.page, 0))) // 3

    def figure(self, figure: Figure) -> Json:
        """Give a figure block with the next number; on a full page it is drawn smaller."""
        self.figures += 1
        width = FIGURE_WIDTH + SMALLER * self.tight.get(self.writer.page, 0)
        return self.writer.figure(figure, str(self.figures), width)

    def prose(self, *sentences: Sentence) -> Json:
        """Give paragraphs; the margin says how well each of their numbers is known."""
        return {
            "kind": "prose",
            "paragraphs": [
                {"text": self.writer.parts(sentence), "notes": list(self._notes(sentence))}
                for sentence in sentences
            ],
        }

    def _notes(self, sentence: Sentence) -> Iterator[Json]:
        told = [part for part in sentence.parts if isinstance(part, Shown)]
        times = Counter(part.quantity.lineage for part in told)
        ranged = {part.quantity.lineage for part in told if is_range(part)}
        seen: set[str] = set()
        for part in told:
            lineage = part.quantity.lineage
            if lineage in seen or len(seen) == MOST_NOTES or not self._noted(lineage):
                continue
            seen.add(lineage)
            # Both ends of a range told apart in the text are one number in the margin.
            apart = times[lineage] > 1 and lineage not in ranged
            whole = spanned(part)
            shown = whole if apart and whole.text.startswith(part.text) else with_unit(part)
            yield {
                "label": part.quantity.label,
                "text": [*self.writer.parts(Sentence((shown,))), self._note(part)],
            }

    def _noted(self, lineage: str) -> bool:
        """Whether a number gets a note: counts over the page itself do not."""
        return lineage in self.narrative.ledger and not lineage.startswith(COUNTED)

    def _note(self, shown: Shown) -> str:
        """What a number is and from whom, cut to the width of the margin."""
        lineage = shown.quantity.lineage
        sources = sorted(sources_below(self.narrative.ledger, lineage, self.known))
        who = f"; {self._publisher(sources[0])}" if len(sources) == 1 else ""
        name = _REMARK.sub("", self.narrative.ledger[lineage].name)
        name = _RUN.sub("", name).removesuffix(", in millions")
        name = _CODE.sub(self._country, name)
        if len(name) > NOTE_LENGTH:
            name = name[:NOTE_LENGTH].rsplit(" ", 1)[0] + "\u2026"
        return self.writer.named(f" {name}{who}")

    def _country(self, code: re.Match[str]) -> str:
        """A country by its name where a name of the ledger holds its code."""
        known = code.group() in self.study.evidence.countries
        return self.study.name("country", code.group()) if known else code.group()

    def _publisher(self, source: str) -> str:
        try:
            return str(self.study.evidence.sources[source]["publisher"])
        except KeyError:
            return source

    def parameter(self, name: str, percent: bool = False) -> Shown:
        """Give a parameter as a shown number."""
        quantity = self.study.evidence.parameter(name)
        value = quantity.value or 0.0
        if percent:
            return Shown(quantity, number_text(100 * value, "%"), "%")
        return Shown(quantity, number_text(value, quantity.unit))

    @property
    def reader(self) -> Reader:
        """Names and colours of holder figures."""
        return Reader(
            country=lambda one: self.study.name("country", one),
            form=lambda one: self.study.name("form", one).split(" (")[0],
            focus=self.context.focus,
            incumbents=self.study.config.incumbents,
        )

    def basis(self, text: str) -> Sentence:
        """Source line of a figure of this edition."""
        config = self.study.config
        return Sentence(
            (
                f"{text} Source: midstream edition {config.edition.number}, data release"
                f" {self.study.data_release}; sources of each number in numbers.csv.",
            )
        )


def in_one(sentences: Sequence[Sentence]) -> Sentence:
    """Join sentences into one paragraph."""
    parts: list[str | Shown] = []
    for place, sentence in enumerate(sentences):
        parts += [" " if place else "", *sentence.parts]
    return Sentence(tuple(part for part in parts if part != ""))


def share_of(quantity: Quantity, top: float = 5.0) -> float | None:
    """A score as share of the scale, for the fill of a vessel."""
    return quantity.value / top if quantity.value is not None else None
