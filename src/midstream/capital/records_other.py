"""Other figures for money on record: what further sources say of the same layer or plant."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from midstream.capital.money import money
from midstream.evidence import Evidence, Observation, Quantity

#: Kind of layer, as the table of financing names it -> metrics of observations that count it.
METRICS: Mapping[str, tuple[str, ...]] = {
    "state-equity": ("state_equity",),
    "grant": ("state_grant", "public_funding"),
    "capex-subsidy": ("state_grant", "public_funding"),
    "concessional-loan": ("state_loan",),
    "eca-loan": ("state_loan",),
    "tax-credit": ("tax_credit",),
    "commercial-debt": ("debt",),
    "equity": ("equity", "private_capital", "state_equity", "state_loan"),
}
CAPEX = "capex_total"
ENTITIES = "record_entities"


@dataclass(frozen=True, slots=True)
class OtherFigure:
    """A figure of another source.

    Attributes:
        figure: As the source gives it.
        period: Period it is for.
        basis: What it covers, in the words of the table; blank where nothing is said.
        observations: Rows that give it.
        conflict: Whether it is for the year and the scope of the figure it stands beside.
    """

    figure: Quantity
    period: str
    basis: str
    observations: tuple[str, ...]
    conflict: bool

    def to_dict(self) -> dict[str, Any]:
        """Give the figure as a JSON object."""
        return {
            "figure": self.figure.to_dict(),
            "period": self.period,
            "basis": self.basis or None,
            "observations": list(self.observations),
            "conflict": self.conflict,
        }


@dataclass(frozen=True, slots=True)
class Figure:
    """Observations that give one amount for one thing.

    Attributes:
        amount: In whole units of the currency.
        currency: ISO 4217 code.
        period, basis: As observed.
        rows: Observations.
    """

    amount: float
    currency: str
    period: str
    basis: str
    rows: tuple[Observation, ...]

    @property
    def year(self) -> int:
        """Year of the period."""
        return int(self.period[:4])

    def gives(self, amount: float, currency: str, tolerance: float) -> bool:
        """Whether it gives an amount; one in another currency never does."""
        return self.currency == currency and agrees(self.amount, amount, tolerance)

    def other(self, evidence: Evidence, year: int, same: Iterable[Figure]) -> OtherFigure:
        """The figure as one that stands beside another.

        Args:
            evidence: Where the observations stand.
            year: Year of the figure it stands beside.
            same: Observations that give that figure; a basis that is none of theirs says that
                this one is of something else, such as a part.
        """
        node = evidence.ledger[self.rows[0].id]
        names = tuple(row.id for row in self.rows)
        scope = not self.basis or self.basis in {one.basis for one in same}
        return OtherFigure(
            node.quantity, self.period, self.basis, names, self.year == year and scope
        )


class Figures:
    """Amounts that observations give for plants, by plant and metric."""

    def __init__(self, evidence: Evidence) -> None:
        self.evidence = evidence
        self._found = _by_plant(evidence)

    def of(self, facility: str, metrics: Iterable[str]) -> tuple[Figure, ...]:
        """Figures of a plant for some metrics, oldest first."""
        found = [one for metric in metrics for one in self._found.get((facility, metric), ())]
        return tuple(sorted(found, key=lambda one: (one.period, one.amount)))

    def tolerance(self, metrics: Sequence[str]) -> float:
        """Widest relative difference at which two figures of the metrics agree."""
        return max(float(self.evidence.metrics[name]["tolerance"]) for name in metrics)


def _by_plant(evidence: Evidence) -> dict[tuple[str, str], list[Figure]]:
    plants: defaultdict[str, list[str]] = defaultdict(list)
    for row in evidence.table(ENTITIES).rows:
        plants[row["entity"]].append(row["facility"])
    wanted = {metric for metrics in METRICS.values() for metric in metrics} | {CAPEX}
    groups: defaultdict[tuple[str, str, str, str, float, str], list[Observation]] = defaultdict(
        list
    )
    for seen in evidence.observations:
        if seen.metric in wanted and seen.entity is not None and seen.entity in plants:
            key = (seen.entity, seen.metric, seen.period, seen.basis or "", seen.value, seen.unit)
            groups[key].append(seen)
    found: defaultdict[tuple[str, str], list[Figure]] = defaultdict(list)
    for (entity, metric, period, basis, value, unit), rows in groups.items():
        amount = money(value, unit, int(period[:4]))
        figure = Figure(amount.amount, amount.currency, period, basis, tuple(rows))
        for plant in plants[entity]:
            found[plant, metric].append(figure)
    return found


def agrees(one: float, other: float, tolerance: float) -> bool:
    """Whether two amounts differ by no more than a share of their mean."""
    return abs(one - other) <= tolerance * (abs(one) + abs(other)) / 2


def split(
    figures: Sequence[Figure],
    amount: float,
    currency: str,
    taken: Sequence[float],
    tolerance: float,
) -> tuple[tuple[Figure, ...], tuple[Figure, ...]]:
    """Split figures into those that give an amount and those that give another one.

    A figure is no other one where it is that of another layer of the plant, or where the figures
    left over are the parts of the amount.

    Args:
        figures: What the observations give.
        amount, currency: The amount on record.
        taken: Amounts of the other layers of the plant.
        tolerance: Largest relative difference that is none.

    Returns:
        Those that agree, and those that differ.
    """
    same = tuple(one for one in figures if one.gives(amount, currency, tolerance))
    rest = [one for one in figures if one not in same and one.currency == currency]
    left = [one for one in rest if not any(agrees(one.amount, other, tolerance) for other in taken)]
    parts = {one.amount for one in left}
    if len(parts) > 1 and agrees(sum(parts), amount, tolerance):
        return same + tuple(left), ()
    return same, tuple(left)
