"""Build once: what one plant is worth to all sectors that share its form.

A plant of a stated size sells to whoever uses the form. While the dominant supplier holds back,
the form loses depth times the supplier's share; the plant makes good ``min(loss, size)`` of world
use, for every sector alike. A sector values that by the part of its chain the form stands for:

    all sectors:   sum_s B_s x min(loss, size)
    one sector:    B_s x min(loss, size)

No sector sees more than its own part in its own case for the plant, so the first is never less
than the best of the second; their ratio says how many sectors' worth of case is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

import numpy as np

from midstream.chain.estimate import Floats
from midstream.chain.world import World
from midstream.dependency.leverage import interval
from midstream.dependency.streams import Streams
from midstream.evidence import Evidence, Label, Ledger, Node, Quantity

_BILLION = 1e9


@dataclass(frozen=True, slots=True)
class BuildOnce:
    """One form.

    Attributes:
        form: The form.
        sectors: Sectors that need it, those that stand on it most first.
        value: Worth for all of them: parts of sectors kept running while the supplier holds back.
        single: Worth for the best single sector.
        best: That sector.
        capex: Capital cost of the plant in billion USD, from facilities on record; no value where
            none names cost and capacity.
        per_capex: Worth per billion USD.
    """

    form: str
    sectors: tuple[str, ...]
    value: Quantity
    single: Quantity
    best: str
    capex: Quantity
    per_capex: Quantity

    def to_dict(self) -> dict[str, Any]:
        """Give it as JSON."""
        return {
            "form": self.form,
            "sectors": list(self.sectors),
            "value": self.value.to_dict(),
            "single": self.single.to_dict(),
            "best": self.best,
            "capex": self.capex.to_dict(),
            "per_capex": self.per_capex.to_dict(),
        }


def worth(weights: Floats, loss: Floats, size: float) -> tuple[Floats, Floats]:
    """Worth of a plant for all sectors, shape (draw,), and for each alone, (draw, sector).

    Args:
        weights: Weight of the form in each sector, shape (sector,).
        loss: Part of the form held back, shape (draw,).
        size: Plant over world output of the form.
    """
    avoided = np.minimum(loss, size)
    alone = avoided[:, None] * weights[None, :]
    return alone.sum(axis=1), alone


def build_once(
    evidence: Evidence,
    world: World,
    sectors: Sequence[str],
    forms: Sequence[str],
    matrix: Floats,
    streams: Streams,
    ledger: Ledger,
) -> tuple[BuildOnce, ...]:
    """Rank the forms with a dominant supplier by the worth of a plant for all sectors."""
    size = streams.value("shared.plant")
    found = []
    for place, form in enumerate(forms):
        if form not in world.leaders:
            continue
        used = matrix[:, place]
        depth = streams.parameter("shared.depth", f"shared/depth/{form}")
        everyone, alone = worth(used, depth * world.leaders[form][1], size)
        best = int(np.median(alone, axis=0).argmax())
        order = [int(i) for i in np.argsort(-used, kind="stable") if used[i] > 0]
        made = _Made(evidence, world, form, ledger, [sectors[i] for i in order])
        value = made.worth("build-once", everyone, "sum over sectors of B x min(loss, size)")
        single = made.worth("build-single", alone[:, best], "largest B x min(loss, size)")
        capex = made.capex(size)
        per_capex = made.per_capex(value, capex)
        names = tuple(sectors[i] for i in order)
        found.append(BuildOnce(form, names, value, single, sectors[best], capex, per_capex))
    return tuple(sorted(found, key=lambda row: (-(row.value.value or 0.0), row.form)))


@dataclass(frozen=True, slots=True)
class _Made:
    """Enters the numbers of one form."""

    evidence: Evidence
    world: World
    form: str
    ledger: Ledger
    sectors: Sequence[str]

    def worth(self, name: str, draws: Floats, formula: str) -> Quantity:
        value, low, high = interval(draws, draws, known=True)
        inputs = (
            f"f:world.leader/{self.form}",
            *(f"f:dependency.shared-weight/{sector}/{self.form}" for sector in self.sectors),
            "par:shared.depth",
            "par:shared.plant",
        )
        return self._enter(name, "Worth of a plant", (value, low, high), "ratio", inputs, formula)

    def capex(self, size: float) -> Quantity:
        costs = costs_per_unit(self.evidence, self.world, self.form)
        output = self.world.world_output[self.form]
        numbers: tuple[float | None, ...] = (None, None, None)
        if costs and output.value:
            scale = size * output.value / _BILLION
            per_unit = sorted(costs.values())
            numbers = (scale * median(per_unit), scale * per_unit[0], scale * per_unit[-1])
        inputs = (output.lineage, "par:shared.plant", *(f"fac:{name}" for name in sorted(costs)))
        formula = "median cost per unit of facilities on record x size x world output"
        title = "Capital cost of a plant"
        return self._enter("build-capex", title, numbers, "billion USD", inputs, formula)

    def per_capex(self, value: Quantity, capex: Quantity) -> Quantity:
        numbers: tuple[float | None, ...] = (None, None, None)
        if capex.value and capex.low and capex.high and value.value is not None:
            low, high = value.low or 0.0, value.high or 0.0
            numbers = (value.value / capex.value, low / capex.high, high / capex.low)
        inputs = (value.lineage, capex.lineage)
        title = "Worth of a plant per billion USD"
        return self._enter("build-worth", title, numbers, "1/billion USD", inputs, "worth / cost")

    def _enter(
        self,
        name: str,
        title: str,
        numbers: tuple[float | None, ...],
        unit: str,
        inputs: tuple[str, ...],
        formula: str,
    ) -> Quantity:
        value, low, high = numbers
        label: Label | None = None if value is None else "modelled"
        lineage = f"f:dependency.{name}/{self.form}"
        quantity = Quantity(value, low, high, unit, label, lineage)
        words = f"{title}: {self.world.names.form(self.form)}"
        self.ledger.add(Node(lineage, "formula", words, quantity, inputs=inputs, formula=formula))
        return quantity


def costs_per_unit(evidence: Evidence, world: World, form: str) -> dict[str, float]:
    """Capital cost in USD per unit of the form's yearly output, by facility.

    The cost of the register; where it names none, the money that the financing table names for
    the plant, which may be a part of the cost.
    """
    found = {}
    for plant in world.plants:
        row = evidence.facilities.get(plant.id)
        if row is None or plant.form != form or not plant.capacity:
            continue
        cost = _cost(evidence, row["capex"], row["capex_currency"], str(row["status_date"]))
        cost = cost if cost is not None else _financed(evidence, plant.id)
        if cost:
            found[plant.id] = cost / plant.capacity
    return found


def _financed(evidence: Evidence, facility: str) -> float | None:
    parts = [
        _cost(evidence, row["amount"], row["currency"], str(row["year"]))
        for row in evidence.table("financing").rows
        if row["facility"] == facility and row["amount"] is not None
    ]
    known = [part for part in parts if part is not None]
    return sum(known) if known else None


def _cost(
    evidence: Evidence, amount: float | None, currency: str | None, period: str
) -> float | None:
    """An amount in USD at the rate of its year, or the newest before it."""
    if amount is None or not currency:
        return None
    if currency == "USD":
        return amount
    rates = {
        int(row["year"]): float(row["per_usd"])
        for row in evidence.table("fx").rows
        if row["currency"] == currency and int(row["year"]) <= int(period[:4])
    }
    return amount / rates[max(rates)] if rates else None
