"""What every part of the words needs: the study, its scores, who holds what, the reckoner."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from midstream.evidence.lineage import Ledger
from midstream.evidence.quantity import Quantity
from midstream.report.narrative.reckon import Reckoner
from midstream.report.narrative.words import lower, remark
from midstream.report.numbers import Sentence
from midstream.scorecard.result import CellScore, FormScore, Scorecard
from midstream.terms import STAGE_ORDER, with_article

if TYPE_CHECKING:
    from midstream.chain.shares import StageShares
    from midstream.study import Study


@dataclass(frozen=True)
class Context:
    """A study opened for writing about it."""

    study: Study
    card: Scorecard
    reckoner: Reckoner

    @classmethod
    def of(cls, study: Study, card: Scorecard | None = None) -> Context:
        """Open a study; `card` replaces its own scores (for comparing two runs)."""
        scores = card if card is not None else study.scorecard()
        return cls(study, scores, Reckoner(Ledger(base=study.ledger)))

    @cached_property
    def focus(self) -> str:
        """ISO-3 code of the focus country."""
        return self.study.config.focus

    @cached_property
    def country(self) -> str:
        """Name of the focus country."""
        return self.country_name(self.focus)

    @cached_property
    def sector(self) -> str:
        """The sector of the worked example, or the first of the study."""
        example = self.study.config.worked_example
        return example.sector if example is not None else self.sectors[0]

    @cached_property
    def sectors(self) -> tuple[str, ...]:
        """Sectors of the study that have scores, in the order of the study."""
        scored = {cell.sector for cell in self.card.cells}
        return tuple(sector for sector in self.study.config.sectors if sector in scored)

    @cached_property
    def countries(self) -> tuple[str, ...]:
        """Countries of the study that have a profile."""
        profiled = {profile.country for profile in self.card.profiles}
        return tuple(country for country in self.study.config.countries if country in profiled)

    def country_name(self, country: str) -> str:
        """Name of a country as it reads inside a sentence."""
        return with_article(self.study.name("country", country))

    def sector_name(self, sector: str) -> str:
        """Name of a sector as it reads inside a sentence."""
        return lower(self.study.name("sector", sector))

    def form_name(self, form: str) -> str:
        """Name of a form as it reads inside a sentence, without its scope note in brackets."""
        return lower(self.study.name("form", form).split(" (")[0])

    def material_name(self, material: str) -> str:
        """Name of a material as it reads inside a sentence."""
        return lower(self.study.name("material", material).split(" (")[0])

    def remark(self, text: str, cell: CellScore) -> Sentence:
        """A remark about a cell as a sentence; forms are called by their short names."""
        names = {str(row["name"]): self.form_name(form) for form, row in self._form_rows(cell)}
        return remark(text, cell.score, names)

    def _form_rows(self, cell: CellScore) -> list[tuple[str, Mapping[str, Any]]]:
        forms = self.study.evidence.forms
        return [(one.form, forms[one.form]) for one in cell.forms if one.form in forms]

    def strip(self, country: str, sector: str) -> tuple[CellScore, ...]:
        """The four cells of a country in a sector, in the order of the chain."""
        index = self._cells
        return tuple(
            index[country, sector, stage]
            for stage in STAGE_ORDER
            if (country, sector, stage) in index
        )

    def cell(self, country: str, sector: str, stage: str) -> CellScore:
        """One cell; raises KeyError if the run does not hold it."""
        return self._cells[country, sector, stage]

    @cached_property
    def _cells(self) -> dict[tuple[str, str, str], CellScore]:
        return {(cell.country, cell.sector, cell.stage): cell for cell in self.card.cells}

    @cached_property
    def shares(self) -> dict[str, StageShares]:
        """Who holds each form, by form."""
        return {one.form: one for one in self.study.holders()}

    def rows(self, table: str) -> Sequence[Mapping[str, Any]]:
        """Rows of an evidence table."""
        return self.study.evidence.table(table).rows

    def rate(self, currency: str, year: str) -> Mapping[str, Any] | None:
        """Mean exchange rate of a currency in a year, ``None`` where none is on record."""
        for row in self.rows("fx"):
            if row["currency"] == currency and str(row["year"]) == year:
                return row
        return None

    def holder(self, cell: CellScore) -> StageShares | None:
        """Who holds the stage of a cell: shares of its first form that has any on record."""
        return next((self.shares[one.form] for one in cell.forms if one.form in self.shares), None)


def weakest(cells: Sequence[CellScore]) -> tuple[CellScore, ...]:
    """Give the cells no evidence separates from the lowest one.

    A cell is separate from the lowest when its interval begins above the end of the other's.
    Cells without a score stay out.
    """
    scored = [cell for cell in cells if cell.score.value is not None]
    if not scored:
        return ()
    lowest = min(scored, key=lambda cell: _value(cell.score))
    ceiling = _high(lowest.score)
    return tuple(cell for cell in scored if cell is lowest or _low(cell.score) <= ceiling)


def clear_above(one: Quantity, other: Quantity) -> bool:
    """Whether the interval of one quantity lies wholly above that of another."""
    return one.value is not None and other.value is not None and _low(one) > _high(other)


def binding_form(cell: CellScore) -> FormScore | None:
    """The form that binds a cell, ``None`` where it has none."""
    return cell.forms[0] if cell.forms else None


def _value(quantity: Quantity) -> float:
    return quantity.value if quantity.value is not None else 0.0


def _low(quantity: Quantity) -> float:
    return quantity.low if quantity.low is not None else _value(quantity)


def _high(quantity: Quantity) -> float:
    return quantity.high if quantity.high is not None else _value(quantity)
