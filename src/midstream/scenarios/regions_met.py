"""Which conditions hold in which draw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from midstream.chain.estimate import Floats
from midstream.chain.world import World
from midstream.evidence import Evidence
from midstream.scenarios.frame import Bools, Needs, Paths, Project
from midstream.scenarios.regions import Comparison, Condition


@dataclass(frozen=True, slots=True)
class Plants:
    """What is known of plants beside their capacity.

    Attributes:
        running: Facilities of the focus country that run today, by form.
        region: Facility -> state or province.
        capex: Facility -> capital cost and its currency.
    """

    running: Mapping[str, tuple[str, ...]]
    region: Mapping[str, str]
    capex: Mapping[str, tuple[float, str]]

    @classmethod
    def of(cls, evidence: Evidence, world: World, focus: str) -> Plants:
        """Read the plants of a country."""
        running: dict[str, tuple[str, ...]] = {}
        for plant in world.plants:
            if plant.country == focus and plant.status == "operating":
                running[plant.form] = (*running.get(plant.form, ()), plant.id)
        return cls(
            running=running,
            region={row["facility"]: row["region"] for row in evidence.table("plant_regions").rows},
            capex={
                key: (row["capex"], row["capex_currency"] or "")
                for key, row in evidence.facilities.items()
                if row["capex"] is not None
            },
        )


@dataclass(frozen=True, slots=True)
class Outcome:
    """A simulated future, read at one year for one country.

    Attributes:
        focus: Country.
        incumbents: Countries a share of outside supply leaves out.
        year: Year.
        paths: Capacity and output.
        needs: Needs.
        projects: Projects, in the order of the paths.
        unnamed: Form -> output of the base year that no country is named for.
        plants: What else is known of plants.
    """

    focus: str
    incumbents: tuple[str, ...]
    year: int
    paths: Paths
    needs: Needs
    projects: Sequence[Project]
    unnamed: Mapping[str, float]
    plants: Plants

    def amount(self, form: str, metric: str) -> Floats:
        """Output or capacity of the focus country, shape (draw,); 0 where nothing is on record."""
        place = (form, self.focus)
        if place not in self.paths.places:
            return np.zeros(self.paths.frame.draws)
        values = self.paths.output if metric == "output" else self.paths.capacity
        return np.asarray(values[:, self.paths.year(self.year), self.paths.place(*place)])

    def need(self, form: str) -> Floats:
        """Need of the focus country, shape (draw,)."""
        return np.asarray(self.needs.of(form, self.focus)[:, self.paths.year(self.year)])

    def coverage(self, form: str) -> Floats:
        """Output over own need, shape (draw,)."""
        return self.amount(form, "output") / np.maximum(self.need(form), 1e-12)

    def outside(self, form: str) -> Floats:
        """Supply of a form outside the incumbents, shape (draw,)."""
        columns = [
            number
            for number, (made, country) in enumerate(self.paths.places)
            if made == form and country not in self.incumbents
        ]
        year = self.paths.year(self.year)
        total = self.paths.output[:, year, columns].sum(axis=1)
        return np.asarray(total + self.unnamed.get(form, 0.0))

    def plants_running(self, comparison: Comparison) -> Bools:
        """Whether enough plants of a form run outside a region, shape (draw,)."""
        count = np.zeros(self.paths.frame.draws)
        money = np.zeros(self.paths.frame.draws)
        for facility, runs in self._plants(comparison.form):
            if comparison.outside and not self._elsewhere(facility, comparison.outside):
                continue
            count += runs
            money += runs * self._cost(facility, comparison.currency)
        return np.asarray((count >= comparison.value) & (money >= comparison.investment))

    def _elsewhere(self, facility: str, region: str) -> bool:
        """A plant whose region is not on record is not counted as standing elsewhere."""
        return self.plants.region.get(facility, region) != region

    def _cost(self, facility: str, currency: str) -> float:
        amount, own = self.plants.capex.get(facility, (0.0, ""))
        return amount if own == currency else 0.0

    def _plants(self, form: str) -> list[tuple[str, Bools]]:
        """Facilities of a form with whether they run by the end of the year; parts are one."""
        always = np.ones(self.paths.frame.draws, dtype=bool)
        found = dict.fromkeys(self.plants.running.get(form, ()), always)
        for number, project in enumerate(self.projects):
            if project.form == form and project.country == self.focus:
                started = self.paths.start[:, number] < self.year + 1
                runs = self.paths.complete[:, number] & started
                name = project.facility or project.id
                found[name] = found[name] | runs if name in found else runs
        return list(found.items())


def unnamed_output(world: World) -> dict[str, float]:
    """Output of the base year no country is named for: world less countries, 0 or more."""
    rest = {}
    for form, estimate in world.world_output.items():
        named = sum(
            (found.value or 0.0) for (made, _), found in world.outputs.items() if made == form
        )
        rest[form] = max(0.0, (estimate.value or 0.0) - named)
    return rest


def holds(comparison: Comparison, outcome: Outcome) -> Bools:
    """Whether a comparison holds, shape (draw,).

    Output or capacity against ``value x need``, ``value x factor`` or ``value x outside supply``.
    """
    if comparison.metric == "plants":
        return outcome.plants_running(comparison)
    amount = outcome.amount(comparison.form, comparison.metric)
    if comparison.threshold == "share-of-need":
        return np.asarray(amount >= comparison.value * outcome.need(comparison.form))
    if comparison.threshold == "share-outside":
        return np.asarray(amount >= comparison.value * outcome.outside(comparison.form))
    return np.asarray(amount >= comparison.value * comparison.factor)


def met(conditions: Sequence[Condition], outcome: Outcome) -> Bools:
    """Whether each condition holds in each draw, shape (draw, condition)."""
    columns = [
        np.any([holds(one, outcome) for one in condition.comparisons], axis=0)
        for condition in conditions
    ]
    return np.stack(columns, axis=1)
