"""Base-year output by form and country, as estimates.

Absolute figures and shares of world are brought into one unit, origins that agree are merged,
origins that conflict stay apart, and countries nobody counts get bounds: zero (or net exports)
from below, what the publishers leave unnamed from above.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from midstream.chain import pooling
from midstream.chain.bounds import Bound, upper_bound
from midstream.chain.derive import Derivations
from midstream.chain.estimate import Component, Estimate, Standing, agreeing
from midstream.chain.naming import Names
from midstream.chain.plants import Plant
from midstream.chain.readings import WORLD, Reader, Reading
from midstream.evidence import Evidence, Label, Ledger, Node
from midstream.evidence.tables import Row

PERCENT = "% of world"


@dataclass(slots=True)
class FormOutput:
    """Estimates of one form: the world and each country that is asked for."""

    form: str
    unit: str
    world: Estimate
    countries: dict[str, Estimate] = field(default_factory=dict)
    named: tuple[str, ...] = ()


class OutputBuilder:
    """Builds the outputs of all scored forms, each after the forms it refers to.

    Args:
        evidence: The release.
        base_year: Year the outputs stand for.
        countries: Countries that need an estimate at every form.
        plants: Operating and planned plants.
        ledger: Where the lineage of the estimates is entered.
        net_exports: (form, country) -> exports less imports in the form's unit, where positive
            and traded under codes of its own: a lower bound of an output nobody counts.
    """

    def __init__(
        self,
        evidence: Evidence,
        base_year: int,
        countries: Sequence[str],
        plants: Sequence[Plant],
        ledger: Ledger,
        net_exports: Mapping[tuple[str, str], float],
    ) -> None:
        self.evidence = evidence
        self.base_year = base_year
        self.countries = countries
        self.plants = plants
        self.ledger = ledger
        self.net_exports = net_exports
        self.done: dict[str, FormOutput] = {}
        self._names = Names.of(evidence)
        self._reader = Reader(evidence, base_year)
        self._derived = Derivations(evidence, ledger)
        self._rules: dict[str, list[Row]] = defaultdict(list)
        for row in evidence.table("form_statistics").rows:
            self._rules[row["form"]].append(row)
        scored = evidence.table("scored_forms").rows
        self._units = {row["form"]: row["unit"] for row in scored}

    def build(self) -> dict[str, FormOutput]:
        """Give the outputs by form."""
        for form in self._units:
            self._form(form)
        return self.done

    def _form(self, form: str) -> FormOutput:
        if form not in self.done:
            self.done[form] = self._built(form)
        return self.done[form]

    def _built(self, form: str) -> FormOutput:
        rules = self._rules[form]
        unit = self._units[form]
        readings = self._readings(rules, "output") + self._derived_readings(rules)
        shares = self._readings(rules, "share")
        world = self._world(form, unit, rules, readings, shares)
        absolute = [
            pooling.absolute(reading, world.value) for reading in shares if world.value is not None
        ]
        absolute += [reading for reading in readings if reading.country != WORLD]
        absolute += self._capacity(rules) + self._proxies(rules) + self._plant_readings(form)
        by_country = self._by_country(absolute)
        output = FormOutput(form, unit, world, named=tuple(sorted(by_country)))
        bound = upper_bound(self._reader, world, readings, by_country, self._is_country)
        wanted = sorted({*self.countries, *by_country} - {"", WORLD})
        for country in wanted:
            found = by_country.get(country, [])
            output.countries[country] = self._estimate(form, unit, country, found, bound)
        return output

    # -- figures -------------------------------------------------------------------------------

    def _readings(self, rules: Iterable[Row], role: str) -> list[Reading]:
        """Readings of one role; a rule for one country overrides the rule for any country."""
        chosen = [r for r in rules if r["role"] == role and r["table"] in ("observations", "bulk")]
        own = {(_place(rule), rule["country"]) for rule in chosen if rule["country"]}
        readings: list[Reading] = []
        for rule in chosen:
            for reading in self._reader.read(rule):
                if rule["country"] and reading.country != rule["country"]:
                    continue
                if not rule["country"] and (_place(rule), reading.country) in own:
                    continue
                readings.append(reading)
        return readings

    def _derived_readings(self, rules: Iterable[Row]) -> list[Reading]:
        chosen = [r for r in rules if r["role"] == "output" and r["table"] == "derivations"]
        return [self._derived.reading(rule, self.base_year) for rule in chosen]

    def _capacity(self, rules: Iterable[Row]) -> list[Reading]:
        """Published capacities times utilisation; only where no plant register says more."""
        used = self.evidence.parameter("utilisation")
        readings = self._readings(rules, "capacity")
        return [pooling.utilised(reading, used) for reading in readings if reading.country != WORLD]

    def _plant_readings(self, form: str) -> list[Reading]:
        by_country: dict[str, list[Plant]] = defaultdict(list)
        for plant in self.plants:
            if plant.form == form and plant.running:
                by_country[plant.country].append(plant)
        used = self.evidence.parameter("utilisation")
        early = self.evidence.parameter("ramping.share")
        readings = []
        for country, plants in sorted(by_country.items()):
            if any(plant.capacity is None for plant in plants):
                continue
            readings.append(pooling.plants_reading(country, plants, used, early, self.base_year))
        return readings

    def _proxies(self, rules: Iterable[Row]) -> list[Reading]:
        readings: list[Reading] = []
        for rule in rules:
            if rule["role"] != "proxy":
                continue
            other = self._form(rule["filter_form"])
            for country, estimate in other.countries.items():
                if estimate.known and estimate.value is not None:
                    readings.append(pooling.proxy_reading(rule, country, estimate, self.base_year))
        return readings

    def _by_country(self, readings: Iterable[Reading]) -> dict[str, list[Reading]]:
        by_country: dict[str, list[Reading]] = defaultdict(list)
        for reading in readings:
            by_country[reading.country].append(reading)
        return {code: found for code, found in by_country.items() if self._is_country(code)}

    def _is_country(self, code: str) -> bool:
        row = self.evidence.countries.get(code)
        return row is not None and row["kind"] == "country"

    # -- world ---------------------------------------------------------------------------------

    def _world(
        self,
        form: str,
        unit: str,
        rules: Sequence[Row],
        readings: Sequence[Reading],
        shares: Sequence[Reading],
    ) -> Estimate:
        """World output: published, else by rule, else leader's output over its share."""
        if unit == PERCENT:
            return self._made(form, unit, WORLD, [Component(100, 100, 100)], None, (), "all of it")
        stated = [rule for rule in rules if rule["role"] == "world"]
        summed = any(rule["table"] == "sum" for rule in stated)
        published = [reading for reading in readings if reading.country == WORLD]
        if published and not summed:
            return self._counted(form, unit, WORLD, published)
        for rule in stated:
            if rule["table"] == "sum":
                return self._world_by_sum(form, unit, readings)
            if rule["table"]:
                made = self._world_by_rule(form, unit, rule, readings)
                if made is not None:
                    return made
        return self._world_by_leader(form, unit, readings, shares)

    def _world_by_rule(
        self, form: str, unit: str, rule: Row, readings: Sequence[Reading]
    ) -> Estimate | None:
        factors = (rule["factor"], rule["factor_low"], rule["factor_high"])
        if rule["table"] == "form":
            base = self._form(rule["filter_form"]).world
            if base.value is None:
                return None
            part = Component(base.value * factors[0], base.low * factors[1], base.high * factors[2])
            inputs: tuple[str, ...] = (base.lineage, rule["id"])
        elif rule["table"] == "leader":
            leader = [reading for reading in readings if reading.country == rule["country"]]
            if not leader:
                return None
            at = leader[0].component
            part = Component(at.value / factors[0], at.low / factors[2], at.high / factors[1])
            inputs = (*leader[0].lineage, rule["id"])
        else:
            found = self._reader.read(rule)
            if not found:
                return None
            part, inputs = found[0].component, found[0].lineage
        return self._made(form, unit, WORLD, [part], "modelled", inputs, rule["note"] or "")

    def _world_by_sum(self, form: str, unit: str, readings: Sequence[Reading]) -> Estimate:
        """Sum over countries, where the content of the ore differs by country."""
        parts, inputs = [], []
        for found in self._by_country(readings).values():
            estimate = agreeing(
                [reading.component for reading in pooling.independent(found)],
                float(self.evidence.metrics["production"]["tolerance"]),
            )
            parts.append(max(estimate, key=lambda part: part.weight))
            inputs += [i for reading in found for i in reading.lineage]
        total = Component(
            sum(part.value for part in parts),
            sum(part.low for part in parts),
            sum(part.high for part in parts),
        )
        lineage = tuple(dict.fromkeys(inputs))
        return self._made(form, unit, WORLD, [total], "modelled", lineage, "sum of countries")

    def _world_by_leader(
        self, form: str, unit: str, readings: Sequence[Reading], shares: Sequence[Reading]
    ) -> Estimate:
        ranked = sorted(readings, key=lambda reading: reading.counting)
        counted = {reading.country: reading for reading in ranked}
        best: tuple[float, Reading, Reading] | None = None
        for share in shares:
            output = counted.get(share.country)
            if output and share.counting and (best is None or share.component.value > best[0]):
                best = (share.component.value, output, share)
        if best is None:
            return self._open(form, unit, WORLD, "no world total and no leader with a share")
        _, output, share = best
        at, part = output.component, share.component
        world = Component(
            100 * at.value / part.value, 100 * at.low / part.high, 100 * at.high / part.low
        )
        inputs = (*output.lineage, *share.lineage)
        return self._made(form, unit, WORLD, [world], "modelled", inputs, "output over share")

    # -- one country ---------------------------------------------------------------------------

    def _estimate(
        self,
        form: str,
        unit: str,
        country: str,
        readings: list[Reading],
        bound: Bound | None,
    ) -> Estimate:
        if readings:
            return self._counted(form, unit, country, readings)
        for row in self.evidence.table("bounds").rows:
            if row["form"] == form and row["country"] == country:
                return self._stated_bound(form, unit, row)
        if bound is None:
            return self._open(form, unit, country, "nobody counts it and nothing bounds it")
        low = min(self.net_exports.get((form, country), 0.0), bound.high)
        return self._bounded(form, unit, country, low, bound)

    def _stated_bound(self, form: str, unit: str, row: Row) -> Estimate:
        low, high = row["low"] or 0.0, row["high"]
        inputs: tuple[str, ...] = (row["id"],)
        if row["rule"] == "own-feed":
            ore = self._own_ore(form, row["country"])
            low, high = 0.0, ore.high * row["high"]
            inputs = (*inputs, ore.lineage)
        bound = Bound(high, row["note"] or "", "modelled", inputs)
        return self._bounded(form, unit, row["country"], low, bound)

    def _own_ore(self, form: str, country: str) -> Estimate:
        for recipe in self.evidence.table("recipes").rows:
            if recipe["output"] == form:
                return self._form(recipe["input"]).countries[country]
        return self._open(form, "", country, "no recipe names its ore")

    def _counted(self, form: str, unit: str, country: str, readings: Sequence[Reading]) -> Estimate:
        chosen = pooling.independent(readings)
        metric = "share_of_world_production" if unit == PERCENT else "production"
        tolerance = float(self.evidence.metrics["production"]["tolerance"])
        parts = agreeing([reading.component for reading in chosen], tolerance)
        standing: Standing = "proxied" if all(r.proxied for r in chosen) else "observed"
        label = pooling.label_of(chosen, parts, standing)
        inputs = tuple(dict.fromkeys(i for reading in chosen for i in reading.lineage))
        why = f"{metric}: {len(chosen)} origins, {len(parts)} readings"
        made = self._made(form, unit, country, parts, label, inputs, why)
        uniform = all(reading.uniform for reading in chosen)
        stands_on = pooling.support_of(chosen, parts) if uniform else label
        return replace(made, standing=standing, stands_on=stands_on)

    # -- estimates -----------------------------------------------------------------------------

    def _made(
        self,
        form: str,
        unit: str,
        country: str,
        parts: Sequence[Component],
        label: Label | None,
        inputs: tuple[str, ...],
        why: str,
    ) -> Estimate:
        low = min(part.low for part in parts)
        high = max(part.high for part in parts)
        lineage = f"f:world.output/{country}/{form}/{self.base_year}"
        estimate = Estimate(unit, "observed", tuple(parts), low, high, label or "modelled", lineage)
        self._enter(estimate, form, country, inputs, why)
        return estimate

    def _bounded(self, form: str, unit: str, country: str, low: float, bound: Bound) -> Estimate:
        lineage = f"f:world.output/{country}/{form}/{self.base_year}"
        estimate = Estimate(unit, "bounded", (), low, bound.high, bound.label, lineage)
        self._enter(estimate, form, country, bound.lineage, bound.why)
        return estimate

    def _open(self, form: str, unit: str, country: str, why: str) -> Estimate:
        lineage = f"f:world.output/{country}/{form}/{self.base_year}"
        estimate = Estimate(unit, "open", (), 0.0, 0.0, None, lineage)
        self._enter(estimate, form, country, (), why)
        return estimate

    def _enter(
        self, estimate: Estimate, form: str, country: str, inputs: tuple[str, ...], why: str
    ) -> None:
        self.ledger.add(
            Node(
                id=estimate.lineage,
                kind="formula",
                name=f"Output: {self._names.cell(form, country)}, {self.base_year}",
                quantity=estimate.quantity(),
                inputs=inputs,
                formula="figures on record x factor to the unit of the form",
                note=f"{estimate.standing}: {why}",
            )
        )


def _place(rule: Row) -> tuple[str, ...]:
    """What a rule reads, apart from the country."""
    columns = ("table", "metric", "material", "filter_form", "stage", "step", "basis")
    return tuple(rule[column] or "" for column in columns)
