"""Need by form and country: what is on record, and how activity is rolled back to the ore."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from midstream.chain import pooling
from midstream.chain.derive import Derivations
from midstream.chain.estimate import Component, Estimate, Floats
from midstream.chain.naming import Names
from midstream.chain.outputs import FormOutput
from midstream.chain.readings import WORLD, Reader, Reading
from midstream.chain.world import Cell, World
from midstream.evidence import Evidence, Ledger, Node
from midstream.evidence.tables import Row

#: Draws named by purpose and place: shape (draw,), uniform on 0..1.
Uniform = Callable[[str], Floats]


@dataclass(frozen=True, slots=True)
class NeedReader:
    """Reads need and downstream activity that are on record."""

    evidence: Evidence
    ledger: Ledger
    base_year: int
    outputs: Mapping[str, FormOutput]
    names: Names

    def activity(self) -> dict[Cell, Estimate]:
        """Share of world activity at C4, 0..1, where a country's output there is on record."""
        shares = {}
        for form, part in self.outputs.items():
            world = part.world.value
            if self.evidence.forms[form]["stage"] != "C4" or not world:
                continue
            for country, estimate in part.countries.items():
                if estimate.known and country != WORLD:
                    lineage = f"f:world.activity/{country}/{form}"
                    share = estimate.scaled(1 / world, lineage)
                    title = f"Share of world activity: {self.names.cell(form, country)}"
                    self._enter(share, title, (estimate.lineage,))
                    shares[form, country] = share
        return shares

    def direct(self) -> dict[Cell, Estimate]:
        """Need in the form's unit, where a source counts it."""
        found: dict[Cell, Estimate] = {}
        reader = Reader(self.evidence, self.base_year)
        derived = Derivations(self.evidence, self.ledger)
        for rule, reading in self._readings(reader, derived):
            form = rule["form"]
            world = self.outputs[form].world.value
            if reading.country in ("", WORLD) or (form, reading.country) in found:
                continue
            if rule["role"] == "need-share":
                if not world:
                    continue
                reading = pooling.absolute(reading, world)
            found[form, reading.country] = self._need(form, reading)
        return found

    def _readings(self, reader: Reader, derived: Derivations) -> Iterator[tuple[Row, Reading]]:
        for rule in self.evidence.table("form_statistics").rows:
            if rule["role"] not in ("need", "need-share"):
                continue
            if rule["table"] == "derivations":
                yield rule, derived.reading(rule, self.base_year)
            else:
                for reading in reader.read(rule):
                    yield rule, reading

    def _need(self, form: str, reading: Reading) -> Estimate:
        part = reading.component
        label = pooling.label_of([reading], [part], "proxied" if reading.proxied else "observed")
        lineage = f"f:world.need/{reading.country}/{form}"
        unit = self.outputs[form].unit
        made = Estimate(unit, "observed", (part,), part.low, part.high, label, lineage)
        self._enter(
            made, f"Need on record: {self.names.cell(form, reading.country)}", reading.lineage
        )
        return made

    def _enter(self, estimate: Estimate, title: str, inputs: tuple[str, ...]) -> None:
        self.ledger.add(
            Node(estimate.lineage, "formula", title, estimate.quantity(), inputs=inputs)
        )


@dataclass(frozen=True, slots=True)
class NeedRanges:
    """Ranges of the proxies that stand in where no need is on record.

    Attributes:
        gdp: Need share over GDP share, common to the forms of a country.
        form: Width (log) of the range by which one form differs from another in a country.
        activity: Downstream need over downstream output share.
    """

    gdp: Component
    form: float
    activity: Component


class Shares(dict[str, Floats]):
    """Form -> share of each country in world need, shape (draw, country)."""


def need_shares(
    world: World,
    countries: tuple[str, ...],
    uniform: Uniform,
    ranges: NeedRanges,
    scale: Mapping[Cell, float],
) -> Shares:
    """Need of each form as a share of world need, rolled back from the devices.

    ``share[f, c] = sum over uses g of use[f, g] x share[g, c] + rest x gdp share[c] x factor``;
    at C4 the share of a use is the country's activity there where it is on record. A need on
    record replaces the rolled-back one at its form and is itself rolled back further.

    Args:
        world: The world.
        countries: Countries, in the order of the result's second axis.
        uniform: Uniform draws by name, shape (draw,).
        ranges: Ranges of the proxies.
        scale: Factors on need, by cell.

    Returns:
        Form -> shares of shape (draw, country); ``nan`` where neither activity nor GDP is known.
    """
    # Country by country in memory: whatever is worked out from it runs along the draws.
    found, driving = Shares(), dict[str, Floats]()
    proxies = np.empty((len(countries), uniform("shape").size))
    for row, country in enumerate(countries):
        share = world.gdp_share.get(country, np.nan)
        proxies[row] = share * _component(ranges.gdp, uniform(f"gdp/{country}"))
    for form in world.forms:
        rolled = _rolled(world, form, countries, uniform, proxies, ranges.form, driving)
        total = world.world_output[form].value
        for row, country in enumerate(countries):
            direct = world.direct_need.get((form, country))
            if direct is not None and total:
                rolled[row] = _drawn(direct, uniform, "need") / total
            rolled[row] *= scale.get((form, country), 1.0)
        found[form] = rolled.T
        driving[form] = rolled
        if world.stages[form] == "C4":
            driving[form] = _active(world, form, countries, uniform, rolled, scale)
            found[form] = _demanded(world, form, countries, uniform, rolled, ranges.activity).T
    return found


def _rolled(
    world: World,
    form: str,
    countries: tuple[str, ...],
    uniform: Uniform,
    proxies: Floats,
    width: float,
    driving: Mapping[str, Floats],
) -> Floats:
    """Roll the need of the uses back to the form, the rest by the GDP proxy of each country."""
    uses = [use for use in world.uses.get(form, ()) if use.output in driving]
    parts = [_component(use.share, uniform(f"use/{use.lineage}")) for use in uses]
    stated = np.sum(parts, axis=0) if parts else np.zeros(proxies.shape[1])
    over = np.maximum(1.0, stated)
    rest = np.maximum(0.0, 1.0 - stated)
    result = np.zeros_like(proxies)
    for use, part in zip(uses, parts, strict=True):
        result += (part / over) * driving[use.output]
    left = rest > 0
    for row, country in enumerate(countries if left.any() else ()):
        own = np.exp(width * (uniform(f"gdp/{country}/{form}") - 0.5))
        result[row] += np.where(left, rest * proxies[row] * own, 0.0)
    return result


def _active(
    world: World,
    form: str,
    countries: tuple[str, ...],
    uniform: Uniform,
    rolled: Floats,
    scale: Mapping[Cell, float],
) -> Floats:
    """Share of world activity at a device: its output where on record, else its need."""
    active = rolled.copy()
    for row, country in enumerate(countries):
        known = world.activity.get((form, country))
        if known is not None:
            active[row] = _drawn(known, uniform, "activity")
            active[row] *= scale.get((form, country), 1.0)
    return active


def _demanded(
    world: World,
    form: str,
    countries: tuple[str, ...],
    uniform: Uniform,
    rolled: Floats,
    activity: Component,
) -> Floats:
    """Final need of a device: GDP or a need on record; activity stands in where GDP is unknown."""
    demanded = rolled.copy()
    for row, country in enumerate(countries):
        known = world.activity.get((form, country))
        if known is not None and np.isnan(demanded[row]).any():
            ratio = _component(activity, uniform(f"need/activity/{country}"))
            demanded[row] = _drawn(known, uniform, "activity") * ratio
    return demanded


def _drawn(estimate: Estimate, uniform: Uniform, purpose: str) -> Floats:
    # A changed world numbers its versions (#2, #3); all of them share their draws.
    name = f"{purpose}/{estimate.lineage.partition('#')[0]}"
    return estimate.sample(uniform(f"{name}/pick"), uniform(f"{name}/spread"), "low")


def _component(part: Component, draws: Floats) -> Floats:
    """Draw a ratio: log-uniform between its ends, so that low and high are hard ends."""
    if part.low <= 0 or part.low == part.high:
        return part.low + (part.high - part.low) * draws
    ratio: Floats = part.low * (part.high / part.low) ** draws
    return ratio
