"""Rows of an outlook as quantities, each entered into the ledger with what it rests on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from midstream.chain.estimate import Floats
from midstream.evidence import Evidence, Ledger, Node, Quantity
from midstream.evidence.quantity import Label
from midstream.scenarios.drivers import Driver
from midstream.scenarios.frame import Bools
from midstream.scenarios.outlook_interval import Groups, widened
from midstream.scenarios.regions import Condition, Rule, definition, region
from midstream.scenarios.result import ConditionRow, ScenarioRow

SHARE = "share of draws; 80 % interval over classes, effects, centres of drivers, and draws"


@dataclass(slots=True)
class Book:
    """Enters quantities of an outlook.

    Attributes:
        ledger: Where to.
        focus: Country, part of every id.
        last: Last year, part of every id.
    """

    ledger: Ledger
    focus: str
    last: int

    def quantity(
        self,
        place: str,
        name: str,
        values: tuple[float | None, float | None, float | None],
        unit: str,
        formula: str,
        inputs: Iterable[str],
        note: str = "",
    ) -> Quantity:
        """Enter a modelled quantity: value, low and high end at a place of this outlook."""
        lineage = f"f:scenarios.{place}/{self.focus}/{self.last}"
        value, low, high = values
        label: Label | None = "modelled" if value is not None else None
        quantity = Quantity(value, low, high, unit, label, lineage)
        parts = tuple(dict.fromkeys(inputs))
        self.ledger.add(
            Node(lineage, "formula", name, quantity, inputs=parts, formula=formula, note=note)
        )
        return quantity

    def probability(
        self,
        place: str,
        name: str,
        values: tuple[float | None, float | None, float | None],
        inputs: Iterable[str],
        formula: str = SHARE,
        note: str = "",
    ) -> Quantity:
        """Enter a probability."""
        return self.quantity(place, name, values, "probability", formula, inputs, note)


def enter_drivers(evidence: Evidence, ledger: Ledger, known: Sequence[Driver]) -> tuple[str, ...]:
    """Enter drivers and the sizes of their effects; gives the ids of the drivers."""
    ids = []
    for driver in known:
        effects = []
        for effect in driver.effects:
            lineage = f"effect:{effect.id}"
            unit = "log-odds per sd" if effect.target not in ("delay", "entrants") else "log per sd"
            label: Label | None = "modelled" if effect.mode is not None else None
            quantity = Quantity(effect.mode, effect.low, effect.high, unit, label, lineage)
            name = f"{driver.name}: effect on {effect.target}"
            source = ";".join(effect.source) or None
            note = "ends and mode of a triangular law" if label else "handed on as drawn"
            ledger.add(Node(lineage, "assumption", name, quantity, source, note=note))
            effects.append(lineage)
        ids.append(_enter_driver(evidence, ledger, driver, effects))
    return tuple(ids)


def _enter_driver(
    evidence: Evidence, ledger: Ledger, driver: Driver, effects: Sequence[str]
) -> str:
    lineage = f"driver:{driver.id}"
    label = evidence.label_of_sources(driver.source) if driver.source else "modelled"
    cases = Quantity(float(driver.cases), None, None, "count", label, lineage)
    ledger.add(
        Node(
            id=lineage,
            kind="assumption",
            name=f"Driver: {driver.name}, dated cases behind its centre",
            quantity=cases,
            source=";".join(driver.source) or None,
            inputs=tuple(effects),
            formula="standard normal around the record so far",
            note=f"0 stands for: {driver.centre}",
        )
    )
    return lineage


@dataclass(frozen=True, slots=True)
class Odds:
    """What the rows of scenarios and conditions are read from.

    Attributes:
        met: Shape (draw, condition).
        conditions: The conditions.
        groups: The same in grouped draws; ``None`` where only the number of draws counts.
        inputs: Ids everything rests on: classes, drivers, parameters.
    """

    met: Bools
    conditions: tuple[Condition, ...]
    groups: Groups | None
    inputs: tuple[str, ...]

    def chance(self, rules: Sequence[Rule], rank: int) -> tuple[float, float, float]:
        """Probability of a scenario with its interval."""
        found = region(self.met, self.conditions, rules)
        share = float((found == rank).mean())
        inside = self.groups.of_scenarios(rules)[:, rank] if self.groups else np.empty(0)
        return share, *self._ends(share, inside)

    def among_named(self, rules: Sequence[Rule], rank: int) -> tuple[float, float, float] | None:
        """Probability among the scenarios but the remainder; ``None`` if all draws are in it."""
        found = region(self.met, self.conditions, rules)
        named = float((found > 0).sum())
        if rank == 0 or not named:
            return None
        share = float((found == rank).sum()) / named
        inside = np.empty(0)
        if self.groups:
            groups = self.groups.of_scenarios(rules)
            total = 1 - groups[:, 0]
            inside = groups[total > 0, rank] / total[total > 0]
        return share, *self._ends(share, inside, named)

    def holds(self, column: int) -> tuple[float, float, float]:
        """Probability of a condition with its interval."""
        share = float(self.met[:, column].mean())
        inside = self.groups.of_conditions()[:, column] if self.groups else np.empty(0)
        return share, *self._ends(share, inside)

    def _ends(
        self, share: float, inside: Floats, draws: float | None = None
    ) -> tuple[float, float]:
        size = self.groups.size if self.groups else 1
        low, high = widened(share, draws or float(len(self.met)), inside, size)
        return min(low, share), max(high, share)


def condition_rows(book: Book, odds: Odds) -> tuple[ConditionRow, ...]:
    """How often each condition holds."""
    rows = []
    for column, one in enumerate(odds.conditions):
        inputs = (*(comparison.id for comparison in one.comparisons), *odds.inputs)
        name = f"Probability in {book.last}: {one.words}"
        quantity = book.probability(f"condition/{one.id}", name, odds.holds(column), inputs)
        rows.append(ConditionRow(one.id, one.role, one.words, quantity))
    return tuple(rows)


def scenario_rows(
    book: Book,
    odds: Odds,
    variants: dict[str, tuple[Rule, ...]],
    experts: dict[str, float] | None,
) -> tuple[ScenarioRow, ...]:
    """Probabilities of the scenarios under the rules and their variants."""
    base, rows = variants["base"], []
    below = tuple(
        f"f:scenarios.condition/{one.id}/{book.focus}/{book.last}" for one in odds.conditions
    )
    for rule in base:
        words = definition(rule, odds.conditions, base[rule.rank + 1 :])
        place, name = f"probability/{rule.scenario}", f"Probability: {rule.name}"
        among = odds.among_named(base, rule.rank) or (None, None, None)
        rows.append(
            ScenarioRow(
                id=rule.scenario,
                name=rule.name,
                rank=rule.rank,
                definition=words,
                probability=book.probability(
                    place, name, odds.chance(base, rule.rank), below, note=words
                ),
                among_named=book.probability(
                    f"{place}/named",
                    f"{name}, among the named scenarios",
                    among,
                    (f"f:scenarios.{place}/{book.focus}/{book.last}",),
                    "share of the draws outside the remainder",
                ),
                looser=_variant(book, odds, variants["looser"], rule, below),
                stricter=_variant(book, odds, variants["stricter"], rule, below),
                expert=_expert(book, rule, experts),
            )
        )
    return tuple(rows)


def _variant(
    book: Book, odds: Odds, rules: Sequence[Rule], rule: Rule, below: tuple[str, ...]
) -> Quantity:
    own = rules[rule.rank]
    kind = own.variant
    note = definition(own, odds.conditions, rules[rule.rank + 1 :])
    name = f"Probability under {kind} rules: {rule.name}"
    place = f"probability/{rule.scenario}/{kind}"
    return book.probability(place, name, odds.chance(rules, rule.rank), below, note=note)


def _expert(book: Book, rule: Rule, experts: dict[str, float] | None) -> Quantity | None:
    if not experts:
        return None
    place = f"expert/{rule.scenario}/{book.focus}/{book.last}"
    quantity = Quantity(experts[rule.scenario], None, None, "probability", "U", place)
    name = f"Experts' probability: {rule.name}"
    note = "in place of the model's, which stays beside it"
    book.ledger.add(Node(place, "assumption", name, quantity, note=note))
    return quantity
