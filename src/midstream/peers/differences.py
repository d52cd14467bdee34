"""What the leader of a stage does differently: pillars, control, plants on record.

Each pillar and component of control is swapped for the leader's, one at a time, on the same draws;
the points gained say which difference weighs. They do not add up, for the ladder multiplies.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from midstream.chain.estimate import Floats, median, quantile
from midstream.chain.plants import Plant
from midstream.evidence import Label, Ledger, Node, Quantity
from midstream.peers.result import Aspect, Difference
from midstream.scorecard.cells import CellDraws, CellInputs, evaluate
from midstream.scorecard.ladder import CONTROLS, Ruler
from midstream.scorecard.result import Remark
from midstream.scorecard.run import Run

_NAMES = {
    "installed": "what stands",
    "trajectory": "what is under way",
    "ownership": "ownership",
    "technology": "technology",
    "throttle": "permits",
    "feed": "origin of feed",
    "governance": "governance",
}
#: Status of plants on record by the aspect they are counted under.
COMING = frozenset({"construction", "funded", "announced", "slot"})


class Side(NamedTuple):
    """One of the two countries at the form: its drawn inputs and pillars."""

    inputs: CellInputs
    drawn: CellDraws


@dataclass(frozen=True, slots=True)
class Swap:
    """A country's form with one thing of the leader's."""

    ruler: Ruler
    own: Side
    leader: Side

    def points(self, aspect: str) -> Floats:
        """Points of the form score gained with the leader's value of an aspect, shape (2 draw,)."""
        return np.concatenate([self._points(aspect, end) for end in (0, 1)])

    def _points(self, aspect: str, end: int) -> Floats:
        """Points gained at one end of both evidence boxes, shape (draw,)."""
        own, other = self.own.drawn, self.leader.drawn
        installed, trajectory = own.installed[end], own.trajectory[end]
        before, control = self.ruler.score(installed, trajectory, own.control), own.control
        if aspect == "installed":
            installed = other.installed[end]
        elif aspect == "trajectory":
            trajectory = other.trajectory[end]
        else:
            parts, place = self.own.inputs.components.copy(), CONTROLS.index(aspect)
            parts[place] = self.leader.inputs.components[place]
            control = self.ruler.control(parts)
        return self.ruler.score(installed, trajectory, control) - before


def difference(
    run: Run, ledger: Ledger, country: str, leader: str, sector: str, stage: str, form: str
) -> Difference:
    """Compare a country with the leader of a stage at the form that binds the country.

    Args:
        run: The scored run.
        ledger: Where nodes are entered.
        country, leader: The two.
        sector, stage: The stage.
        form: Form that binds the stage of the country. Where nobody counts it in one of the
            two, only plants on record are compared.
    """
    teller = _Teller(run, ledger, country, leader, form)
    inputs = [run.inputs[form, one] for one in (country, leader)]
    if any(one.open for one in inputs):
        return Difference(country, leader, sector, stage, form, tuple(teller.plants()))
    own, other = (Side(one, evaluate(one, run.few)) for one in inputs)
    swap = Swap(run.few, own, other)
    pillars = [teller.aspect(swap, name) for name in ("installed", "trajectory", *CONTROLS)]
    pillars.sort(key=lambda one: -_points(one))
    return Difference(country, leader, sector, stage, form, (*pillars, *teller.plants()))


def _points(aspect: Aspect) -> float:
    found = None if aspect.points is None else aspect.points.value
    return 0.0 if found is None else found


@dataclass(frozen=True, slots=True)
class _Teller:
    """Makes the quantities of one comparison and enters their nodes."""

    run: Run
    ledger: Ledger
    country: str
    leader: str
    form: str

    def aspect(self, swap: Swap, name: str) -> Aspect:
        """One pillar or component: both values, points gained, words."""
        own = self._value(name, self.country, swap.own)
        other = self._value(name, self.leader, swap.leader)
        gained = self._gained(swap, name, (own.lineage, other.lineage))
        words = Remark(
            "{name}: {own:bare} against {other:bare} for {leader}; {points} points with it",
            name=_NAMES[name].capitalize(),
            own=own,
            other=other,
            leader=self.run.world.names.country(self.leader),
            points=gained,
        )
        return Aspect(name, own, other, gained, words)

    def _value(self, name: str, country: str, side: Side) -> Quantity:
        form = self.run.forms[self.form, country]
        if name == "installed":
            return form.installed
        if name == "trajectory":
            return form.trajectory
        drawn = side.inputs.components[CONTROLS.index(name)]
        return self._tell(
            f"component/{name}/{self.form}/{country}",
            (median(drawn), quantile(drawn, 0.1), quantile(drawn, 0.9)),
            "ratio",
            (f"{_NAMES[name].capitalize()}: {self._cell(country)}", "median of the draws, 0 to 1"),
            (form.control.lineage, f"par:control.weight.{name}"),
        )

    def _gained(self, swap: Swap, name: str, inputs: tuple[str, ...]) -> Quantity:
        points = swap.points(name)
        country = self.run.world.names.country(self.leader)
        title = f"{self._cell(self.country)} with the {_NAMES[name]} of {country}"
        formula = "score of the form with the leader's value less the score as it is"
        return self._tell(
            f"points/{name}/{self.form}/{self.country}/{self.leader}",
            (median(points), quantile(points, 0.1), quantile(points, 0.9)),
            "score",
            (title, formula),
            inputs,
        )

    def plants(self) -> Iterator[Aspect]:
        """Plants on record, running and to come; left out where the register names none."""
        for aspect, words in (
            ("plants-running", "Plants of {form} that run"),
            ("plants-coming", "Plants of {form} under way"),
        ):
            own, other = (self._count(aspect, one) for one in (self.country, self.leader))
            if own.missing and other.missing:
                continue
            said = Remark(
                words + ": {own:bare} on record against {other:bare} in {leader}",
                form=self.run.world.names.form(self.form),
                own="none" if own.missing else own,
                other="none" if other.missing else other,
                leader=self.run.world.names.country(self.leader),
            )
            yield Aspect(aspect, own, other, None, said)

    def _count(self, aspect: str, country: str) -> Quantity:
        """Plants of the register; none on record is not known, for a register is never complete."""
        found = [one for one in self._at(country) if _is(one, aspect)]
        inputs = tuple(one.lineage[0] for one in found if one.lineage)
        title = f"{aspect.replace('-', ' ').capitalize()}, {self._cell(country)}"
        number = float(len(found)) if found else None
        return self._tell(
            f"{aspect}/{self.form}/{country}",
            (number, number, number),
            "plants",
            (title, "count of the plant register"),
            inputs,
        )

    def _at(self, country: str) -> Sequence[Plant]:
        plants = self.run.world.plants
        return [one for one in plants if one.form == self.form and one.country == country]

    def _cell(self, country: str) -> str:
        return self.run.world.names.cell(self.form, country)

    def _tell(
        self,
        name: str,
        numbers: tuple[float | None, float | None, float | None],
        unit: str,
        words: tuple[str, str],
        inputs: tuple[str, ...],
    ) -> Quantity:
        lineage = f"f:peers.{name}/{self.run.settings.horizon}"
        value, low, high = numbers
        label: Label | None = None if value is None else "modelled"
        if value is not None and low is not None and high is not None:
            low, high = min(low, value), max(high, value)
        found = Quantity(value, low, high, unit, label, lineage)
        self.ledger.add(Node(lineage, "formula", words[0], found, None, inputs, words[1]))
        return found


def _is(plant: Plant, aspect: str) -> bool:
    return plant.running if aspect == "plants-running" else plant.status in COMING
