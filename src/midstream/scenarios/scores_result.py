"""Scores in later years as arrays, and as quantities with their lineage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from midstream.chain.estimate import Floats
from midstream.chain.world import World
from midstream.evidence import Ledger, Node, Quantity
from midstream.scenarios.frame import Frame, Place
from midstream.scorecard.digits import verdict
from midstream.scorecard.profiles import STAGES
from midstream.scorecard.stages import Stack, binding_form
from midstream.terms import SECTORS

#: Single precision is ample for a score and halves the memory of many draws.
Singles = NDArray[np.float32]

_FORM = "the ruler of the scorecard on output, need, owners and technology of the draw"
_OUTPUT = "what runs today, as far as it is kept, and what comes on line in the draw"
_STAGE = "power mean of the form scores with the weights of the stack"
_PROFILE = "mean over the sectors with evidence at all four stages"


@dataclass(frozen=True, slots=True)
class FormStates:
    """What the forms score and stand on: P10, P50 and P90.

    Attributes:
        forms: The last axis of the arrays.
        score: Shape (3, year, country, form); ``nan`` where nobody counts the output.
        output, need: At grade, in the form's unit, same shape.
        inputs: Ids the output and the need of each cell rest on.
    """

    forms: tuple[str, ...]
    score: Floats
    output: Floats
    need: Floats
    inputs: Mapping[Place, tuple[tuple[str, ...], tuple[str, ...]]]


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """Score of one country, sector and stage in a later year.

    Attributes:
        country, sector, stage, year: Place.
        score: 1..5: P50 over both ends of the evidence box, P10 of the low and P90 of the high
            end; no value where nothing is on record.
        digit: Integer where one holds at least the threshold probability, else ``None``.
        digit_low, digit_high: Range of integers.
        p_at_least_3: Share of draws with a score of 3 or more: at the middle, and at both ends.
        binding: Form that holds the stage down; blank where nothing is on record.
    """

    country: str
    sector: str
    stage: str
    year: int
    score: Quantity
    digit: int | None
    digit_low: int
    digit_high: int
    p_at_least_3: Quantity
    binding: str

    def to_dict(self) -> dict[str, Any]:
        """Give the row as a JSON object."""
        return {
            "country": self.country,
            "sector": self.sector,
            "stage": self.stage,
            "year": self.year,
            "score": self.score.to_dict(),
            "digit": self.digit,
            "digit_range": [self.digit_low, self.digit_high],
            "p_at_least_3": self.p_at_least_3.to_dict(),
            "binding": self.binding,
        }


@dataclass(frozen=True, slots=True)
class ProfileRow:
    """National score of a stage in a later year: the mean over sectors.

    Attributes:
        country, stage, year: Place.
        score: 1..5 with its 80 % interval.
        digit: Integer or ``None``.
        sectors: Sectors behind it.
    """

    country: str
    stage: str
    year: int
    score: Quantity
    digit: int | None
    sectors: tuple[str, ...]


@dataclass(frozen=True)
class FutureScores:
    """Scores in later years.

    Attributes:
        frame: Draws and years of the outlook.
        years, countries, sectors: Axes.
        low, high: Scores at both ends of the evidence box, shape (draw, year, country, sector,
            stage); ``nan`` where nothing is on record.
        stacks: Forms and weights of each sector and stage, in that order.
        states: What the forms score and stand on.
        threshold: Probability an integer needs.
        world: World of the base year.
    """

    frame: Frame
    years: tuple[int, ...]
    countries: tuple[str, ...]
    sectors: tuple[str, ...]
    low: Singles
    high: Singles
    stacks: tuple[Stack, ...]
    states: FormStates
    threshold: float
    world: World = field(repr=False)

    @property
    def stages(self) -> tuple[str, ...]:
        """The last axis."""
        return STAGES

    @property
    def score(self) -> Singles:
        """Middle of both ends, shape (draw, year, country, sector, stage)."""
        return np.asarray((self.low + self.high) / np.float32(2))

    def of(self, country: str, sector: str, stage: str, year: int) -> Floats:
        """Middle of both ends of one cell, shape (draw,)."""
        low, high = self._ends(country, sector, stage, year)
        return (low + high) / 2

    @property
    def profile(self) -> Singles:
        """National profile: mean of the middle over sectors, shape (draw, year, country, stage).

        Over the sectors in which the country has evidence at all four stages, as in the
        scorecard; ``nan`` where there is none.
        """
        shape = (self.low.shape[0], len(self.years), len(self.countries), len(STAGES))
        found = np.full(shape, np.nan, np.float32)
        for column, country in enumerate(self.countries):
            for row, year in enumerate(self.years):
                ends = self._profile_ends(country, year)
                if ends is not None:
                    found[:, row, column] = (ends[0] + ends[1]) / 2
        return found

    def evidenced(self, country: str, year: int) -> tuple[str, ...]:
        """Sectors in which a country has evidence at all four stages."""
        row, column = self.years.index(year), self.countries.index(country)
        known = ~np.isnan(self.low[0, row, column]).any(axis=1)
        return tuple(sector for sector, has in zip(self.sectors, known, strict=True) if has)

    def quantities(self, ledger: Ledger) -> tuple[ScoreRow, ...]:
        """Give every cell as quantities and enter its lineage, forms included."""
        self._enter_forms(ledger)
        return tuple(
            self._row(ledger, country, self.stacks[number], year)
            for country in self.countries
            for number in range(len(self.stacks))
            for year in self.years
        )

    def profiles(self, ledger: Ledger) -> tuple[ProfileRow, ...]:
        """Give the national profiles as quantities; `quantities` enters what they rest on."""
        return tuple(
            self._profile_row(ledger, country, stage, year)
            for country in self.countries
            for stage in STAGES
            for year in self.years
        )

    # -- rows ----------------------------------------------------------------------------------

    def _ends(self, country: str, sector: str, stage: str, year: int) -> tuple[Floats, Floats]:
        place = (
            slice(None),
            self.years.index(year),
            self.countries.index(country),
            self.sectors.index(sector),
            STAGES.index(stage),
        )
        return self.low[place].astype(float), self.high[place].astype(float)

    def _row(self, ledger: Ledger, country: str, stack: Stack, year: int) -> ScoreRow:
        place = f"{country}/{stack.sector}/{stack.stage}/{year}"
        low, high = self._ends(country, stack.sector, stack.stage, year)
        lineage, share_id = f"f:outlook.score/{place}", f"f:outlook.score-3/{place}"
        name = f"{SECTORS[stack.sector]} {stack.stage}, {self.world.names.country(country)}, {year}"
        inputs = tuple(f"f:outlook.form-score/{country}/{form}/{year}" for form in stack.forms)
        digit, span, binding = None, (1, 5), ""
        score = Quantity(None, None, None, "score", None, lineage)
        share = Quantity(None, None, None, "probability", None, share_id)
        if not np.isnan(low).any():
            found = verdict(low, high, self.threshold)
            digit, span = found.digit, (found.digit_low, found.digit_high)
            score = Quantity(found.value, found.low, found.high, "score", "modelled", lineage)
            share = _at_least_3(low, high, share_id)
            binding = self._binding(country, stack, year)
        _enter(ledger, score, f"Score ahead: {name}", (*inputs, "par:stage.power"), _STAGE)
        words = f"Probability of a score of 3 or more: {name}"
        _enter(ledger, share, words, (lineage,), "share of draws with a score of 3 or more")
        return ScoreRow(
            country, stack.sector, stack.stage, year, score, digit, *span, share, binding
        )

    def _binding(self, country: str, stack: Stack, year: int) -> str:
        row, column = self.years.index(year), self.countries.index(country)
        medians = {}
        for form in stack.forms:
            median = self.states.score[1, row, column, self.states.forms.index(form)]
            # Forms nobody counts run from 1 to 5; their middle stands for them here.
            medians[form] = 3.0 if np.isnan(median) else float(median)
        return binding_form(stack, medians)

    def _enter_forms(self, ledger: Ledger) -> None:
        """Enter score, output and need of every form."""
        for column, country in enumerate(self.countries):
            for number, form in enumerate(self.states.forms):
                for row, year in enumerate(self.years):
                    self._enter_form(ledger, country, form, year, (row, column, number))

    def _enter_form(
        self, ledger: Ledger, country: str, form: str, year: int, at: tuple[int, int, int]
    ) -> None:
        states, place, unit = self.states, f"{country}/{form}/{year}", self.world.units[form]
        name = f"{self.world.names.cell(form, country)}, {year}"
        made, needs = states.inputs[form, country]
        output = _quantity(states.output[:, *at], unit, f"f:outlook.form-output/{place}")
        need = _quantity(states.need[:, *at], unit, f"f:outlook.form-need/{place}")
        score = _quantity(states.score[:, *at], "score", f"f:outlook.form-score/{place}")
        _enter(ledger, output, f"Output ahead: {name}", (*made, "par:retention"), _OUTPUT)
        _enter(ledger, need, f"Need ahead: {name}", needs, "need of the draw in the year")
        rule = ("par:ladder.m0", "par:outlook.score.ahead")
        inputs = (output.lineage, need.lineage, *self._held_by(form, country), *rule)
        _enter(ledger, score, f"Score ahead: {name}", inputs, _FORM)

    def _held_by(self, form: str, country: str) -> tuple[str, ...]:
        world, place = self.world, (form, country)
        fixed = (world.throttle[place], world.feed[place], world.governance[country])
        return tuple(estimate.lineage for estimate in fixed)

    def _profile_ends(self, country: str, year: int) -> tuple[Floats, Floats] | None:
        """Mean over the evidenced sectors at both ends, each of shape (draw, stage)."""
        chosen = [self.sectors.index(sector) for sector in self.evidenced(country, year)]
        if not chosen:
            return None
        row, column = self.years.index(year), self.countries.index(country)
        low = self.low[:, row, column, chosen].mean(axis=1, dtype=float)
        return low, self.high[:, row, column, chosen].mean(axis=1, dtype=float)

    def _profile_row(self, ledger: Ledger, country: str, stage: str, year: int) -> ProfileRow:
        lineage = f"f:outlook.profile/{country}/{stage}/{year}"
        sectors, ends = self.evidenced(country, year), self._profile_ends(country, year)
        score, digit = Quantity(None, None, None, "score", None, lineage), None
        if ends is not None:
            at = STAGES.index(stage)
            found = verdict(ends[0][:, at], ends[1][:, at], self.threshold)
            score = Quantity(found.value, found.low, found.high, "score", "modelled", lineage)
            digit = found.digit
        inputs = tuple(f"f:outlook.score/{country}/{s}/{stage}/{year}" for s in sectors)
        title = f"National score ahead {stage}, {self.world.names.country(country)}, {year}"
        _enter(ledger, score, title, inputs, _PROFILE)
        return ProfileRow(country, stage, year, score, digit, sectors)


def _at_least_3(low: Floats, high: Floats, lineage: str) -> Quantity:
    """Share of draws at 3 or more; the two ends of the evidence box are its interval."""
    shares = [float((end >= 3).mean()) for end in (low, (low + high) / 2, high)]
    return Quantity(shares[1], shares[0], shares[2], "probability", "modelled", lineage)


def _quantity(spread: Floats, unit: str, lineage: str) -> Quantity:
    if np.isnan(spread).any():
        return Quantity(None, None, None, unit, None, lineage)
    low, middle, high = map(float, spread)
    return Quantity(middle, low, high, unit, "modelled", lineage)


def _enter(
    ledger: Ledger, quantity: Quantity, title: str, inputs: tuple[str, ...], formula: str
) -> None:
    known = tuple(lineage for lineage in inputs if lineage in ledger)
    ledger.add(Node(quantity.lineage, "formula", title, quantity, inputs=known, formula=formula))
