"""Result of a gap by stage: what has to be built, what it costs, who covers how much of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from midstream.capital.payers_could import Possible
from midstream.chain.estimate import Floats
from midstream.evidence import Quantity


@dataclass(frozen=True, slots=True)
class PaidBy:
    """Money of one payer by one instrument.

    Attributes:
        instrument, payer, payer_country, payer_kind: Who and how; payer ``market`` is lenders and
            owners that no record names.
        money: ``construction``, or ``operation`` for aid that comes with the output.
        amount: USD of the price year; of aid in operation the value at the decision.
    """

    instrument: str
    payer: str
    payer_country: str
    payer_kind: str
    money: str
    amount: Quantity

    def to_dict(self) -> dict[str, Any]:
        """Give the money as a JSON object."""
        return {
            "instrument": self.instrument,
            "payer": self.payer,
            "payer_country": self.payer_country or None,
            "payer_kind": self.payer_kind,
            "money": self.money,
            "amount": self.amount.to_dict(),
        }


@dataclass(frozen=True, slots=True)
class FormGap:
    """The gap of one form in one year.

    Attributes:
        form, stage, year, unit: What and when; all that has to be built up to the year.
        need, output: Of the year, in the unit of the form.
        build: Nameplate that has to be built on top, in the unit.
        uses: What it costs before the start.
        paid: Who covers how much of it, by rank.
        gap: What nobody covers.
        closed: Share of draws in which nothing is left open.
        draws: ``build``, ``uses`` and ``gap`` in each draw, for figures, shape (draw,) each.
    """

    form: str
    stage: str
    year: int
    unit: str
    need: Quantity
    output: Quantity
    build: Quantity
    uses: Quantity
    paid: tuple[PaidBy, ...]
    gap: Quantity
    closed: Quantity
    draws: Mapping[str, Floats]

    def to_dict(self) -> dict[str, Any]:
        """Give the gap as a JSON object; arrays of draws are left out."""
        names = ("need", "output", "build", "uses", "gap", "closed")
        return {
            "form": self.form,
            "stage": self.stage,
            "year": self.year,
            "unit": self.unit,
            **{name: getattr(self, name).to_dict() for name in names},
            "paid": [one.to_dict() for one in self.paid],
        }


@dataclass(frozen=True, slots=True)
class StageSum:
    """The gap of all priced forms of a stage in one year, summed in each draw.

    Attributes:
        stage, year: Which.
        forms: Forms in the sum.
        left_out: Forms of the stage that could not be priced.
        uses, gap: USD of the price year.
        paid: Who covers how much of it.
        draws: ``uses`` and ``gap`` in each draw, shape (draw,) each.
    """

    stage: str
    year: int
    forms: tuple[str, ...]
    left_out: tuple[str, ...]
    uses: Quantity
    gap: Quantity
    paid: tuple[PaidBy, ...]
    draws: Mapping[str, Floats]

    def to_dict(self) -> dict[str, Any]:
        """Give the sum as a JSON object; arrays of draws are left out."""
        return {
            "stage": self.stage,
            "year": self.year,
            "forms": list(self.forms),
            "left_out": list(self.left_out),
            "uses": self.uses.to_dict(),
            "gap": self.gap.to_dict(),
            "paid": [one.to_dict() for one in self.paid],
        }


@dataclass(frozen=True, slots=True)
class Unpriced:
    """A form whose gap cannot be reckoned.

    Attributes:
        form, stage: Which.
        what: What is missing.
        why: Why it is needed.
        mend: How to give it.
    """

    form: str
    stage: str
    what: str
    why: str
    mend: str

    def to_dict(self) -> dict[str, Any]:
        """Give the form as a JSON object."""
        return {name: getattr(self, name) for name in ("form", "stage", "what", "why", "mend")}


@dataclass(frozen=True, slots=True)
class StageGap:
    """The gap of a country by stage, form and year.

    Attributes:
        country: Where the plants would stand.
        years: Years of the target, ascending; a later one holds the earlier.
        with_scheme: Whether support counts.
        price_year: Year of the USD.
        rows: Forms by stage and year.
        stages: Sums by stage and year.
        unpriced: Forms that could not be reckoned.
        could: Form -> who could pay; never allocated.
        assumptions: Parameters and archetypes that fill unknowns.
        warnings: Sentences.
    """

    country: str
    years: tuple[int, ...]
    with_scheme: bool
    price_year: int
    rows: tuple[FormGap, ...]
    stages: tuple[StageSum, ...]
    unpriced: tuple[Unpriced, ...]
    could: Mapping[str, tuple[Possible, ...]]
    assumptions: tuple[str, ...]
    warnings: tuple[str, ...]

    def row(self, form: str, year: int) -> FormGap | None:
        """The gap of a form in a year; ``None`` where it could not be reckoned."""
        found = (row for row in self.rows if (row.form, row.year) == (form, year))
        return next(found, None)

    def to_dict(self) -> dict[str, Any]:
        """Give the answer as a JSON object; arrays of draws are left out."""
        return {
            "country": self.country,
            "years": list(self.years),
            "with_scheme": self.with_scheme,
            "price_year": self.price_year,
            "rows": [row.to_dict() for row in self.rows],
            "stages": [row.to_dict() for row in self.stages],
            "unpriced": [row.to_dict() for row in self.unpriced],
            "could": {form: [one.to_dict() for one in found] for form, found in self.could.items()},
            "assumptions": list(self.assumptions),
            "warnings": list(self.warnings),
        }
