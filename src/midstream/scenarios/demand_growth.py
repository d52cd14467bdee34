"""Growth of world need: published scenarios as a range, and a position in it per draw.

A series of `growth_series.csv` points to the published demand of a material; its three scenarios
are low, middle and high of a triangular law. Every series of a draw stands at the same position
of its range, so that one future is strong or weak in all places. A form without a series grows as
`scored_forms.csv` says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from midstream.chain.estimate import Component, Floats, triangular
from midstream.chain.world import World
from midstream.evidence import Evidence, Observation
from midstream.evidence.tables import Row
from midstream.scenarios.frame import Frame

#: Scenarios of the publisher. Which of them is the lowest is read from the figures.
SCENARIOS = ("STEPS", "APS", "NZE")
#: Year that `scored_forms.growth` speaks of.
GROWTH_YEAR = 2030


@dataclass(frozen=True, slots=True)
class Series:
    """World need over its base year, at some years.

    Attributes:
        base: Base year of the series.
        years: Years with figures, ascending, after the base year.
        ratios: Need over that of the base year, lowest first, shape (year, 3).
        amount: World need in the base year, in the unit of the publisher; weighs uses.
        lineage: Ids it rests on.
    """

    base: int
    years: tuple[int, ...]
    ratios: Floats
    amount: float
    lineage: tuple[str, ...]

    def drawn(self, position: Floats, years: Sequence[int], origin: int) -> Floats:
        """Growth since a year, shape (draw, year).

        Triangular between the scenarios at each year with figures; in between, and beyond the
        last, the logarithm runs on a line.

        Args:
            position: Position in the range, 0..1, shape (draw,).
            years: Years asked for.
            origin: Year whose need counts as 1.
        """
        logs = np.zeros((len(self.years) + 1, position.size))
        for row, (low, middle, high) in enumerate(self.ratios, start=1):
            logs[row] = np.log(triangular(position, low, middle, high))
        anchors = np.array([self.base, *self.years], dtype=float)
        line = _line(anchors, np.array(years, dtype=float))
        start = _line(anchors, np.array([origin], dtype=float))
        # Year by year in memory: whatever is worked out from it runs along the draws.
        return np.asarray(np.exp((line - start).T @ logs).T)


@dataclass(frozen=True, slots=True)
class FormGrowth:
    """Growth of a form.

    Attributes:
        total: The whole need.
        uses: Use -> its part of the need, where the publisher splits it.
        rest: What the split leaves; ``None`` without a split.
    """

    total: Series
    uses: Mapping[str, Series]
    rest: Series | None

    @property
    def lineage(self) -> tuple[str, ...]:
        """Ids of the whole need and of its uses."""
        found = self.total.lineage + sum((part.lineage for part in self.uses.values()), ())
        return tuple(dict.fromkeys(found))


@dataclass(slots=True)
class GrowthReader:
    """Reads the growth of forms.

    Args:
        evidence: The release.
        world: The world; its growth stands in where no series is.
        frame: Draws and years; figures far beyond its last year are not read.
    """

    evidence: Evidence
    world: World
    frame: Frame
    _demand: dict[str, list[Observation]] = field(default_factory=dict)

    def of(self, form: str) -> FormGrowth:
        """Growth of one form."""
        rows = [row for row in self.evidence.table("growth_series").rows if row["form"] == form]
        whole = self._read([row for row in rows if not row["use"]])
        if whole is None:
            return FormGrowth(self._assumed(form), {}, None)
        uses = {}
        for use in dict.fromkeys(row["use"] for row in rows if row["use"]):
            found = self._read([row for row in rows if row["use"] == use])
            if found is not None:
                uses[use] = found
        return FormGrowth(whole, uses, _rest(whole, uses) if uses else None)

    def _read(self, rows: Sequence[Row]) -> Series | None:
        """Add the rows of one use up; ``None`` where the release does not hold them."""
        if not rows:
            return None
        found = [parts for row in rows if (parts := self._rows(row))]
        bases = [part for parts in found for part in parts if _scenario(part) == "base"]
        if not bases:
            return None
        base = int(bases[0].period)
        amount = sum(part.value for part in bases)
        years = self._years(found[0])
        table = np.array(
            [[_total(found, name, year) / amount for name in SCENARIOS] for year in years]
        )
        lineage = tuple(part.id for parts in found for part in parts)
        return Series(base, years, np.sort(table, axis=1), amount, lineage)

    def _rows(self, row: Row) -> list[Observation]:
        """Figures of a series up to the first year from the last of the frame on."""
        material = row["material"]
        if material not in self._demand:
            self._demand[material] = self.evidence.bulk.iea_demand(material=material)
        every = [
            part
            for part in self._demand[material]
            if (part.basis or "").rpartition(", ")[0] == row["sum"]
            and (part.entity or "") == (row["technology"] or "")
        ]
        beyond = [int(part.period) for part in every if int(part.period) >= self.frame.last]
        last = min(beyond, default=self.frame.last)
        return [part for part in every if int(part.period) <= last]

    def _years(self, parts: Sequence[Observation]) -> tuple[int, ...]:
        held = {name: {int(p.period) for p in parts if _scenario(p) == name} for name in SCENARIOS}
        return tuple(sorted(set.intersection(*held.values())))

    def _assumed(self, form: str) -> Series:
        grown: Component = self.world.growth[form]
        row = next(r for r in self.evidence.table("scored_forms").rows if r["form"] == form)
        return Series(
            self.world.base_year,
            (GROWTH_YEAR,),
            np.array([[grown.low, grown.value, grown.high]]),
            1.0,
            (row["id"],),
        )


def _scenario(part: Observation) -> str:
    return (part.basis or "").rpartition(", ")[2]


def _total(found: Sequence[Sequence[Observation]], scenario: str, year: int) -> float:
    """Sum over the rows of a use in a scenario and year."""
    return sum(
        part.value
        for parts in found
        for part in parts
        if _scenario(part) == scenario and int(part.period) == year
    )


def _rest(whole: Series, uses: Mapping[str, Series]) -> Series | None:
    """The need that the uses leave of the whole; ``None`` where they leave nothing."""
    amounts = whole.amount * whole.ratios - sum(part.amount * part.ratios for part in uses.values())
    left = whole.amount - sum(part.amount for part in uses.values())
    if left <= 0 or (amounts <= 0).any():
        return None
    return Series(whole.base, whole.years, np.sort(amounts / left, axis=1), left, whole.lineage)


def _line(anchors: Floats, years: Floats) -> Floats:
    """Weights of the anchors at some years on a broken line, shape (anchor, year).

    Beyond the anchors the outer pieces run on.
    """
    right = np.clip(np.searchsorted(anchors, years, side="left"), 1, len(anchors) - 1)
    share = (years - anchors[right - 1]) / (anchors[right] - anchors[right - 1])
    weights = np.zeros((len(anchors), len(years)))
    columns = np.arange(len(years))
    weights[right - 1, columns] = 1 - share
    weights[right, columns] += share
    return weights
