"""Dated projects of the past: what was promised, and what came of it.

A case speaks about one class (announced, or money committed) and one group of countries. It says
one of five things: cancelled, on time, late by a number of months, started late by at least a
number of months, or still pending after a number of months.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from midstream.errors import InputError
from midstream.evidence import Evidence, Ledger, Node, Quantity
from midstream.evidence.tables import Row

Outcome = Literal["cancelled", "on-time", "late", "late-at-least", "pending"]
OUTCOMES: tuple[Outcome, ...] = ("cancelled", "on-time", "late", "late-at-least", "pending")
#: Classes that cases speak about.
CLASSES = ("announced", "funded")
#: Standings of the register that read as another class.
SAME_CLASS: Mapping[str, str] = {"construction": "funded", "commissioning": "funded"}
#: Group of a country that no row puts in one.
NO_GROUP = "other"


@dataclass(frozen=True, slots=True)
class Case:
    """One dated project.

    Attributes:
        id: Row of ``reference_cases``.
        kind: Class at the time of the promise, one of `CLASSES`.
        group: Group of its country.
        outcome: What came of it.
        months: Delay against the promise, exact for late, else what has passed; 0 where the
            outcome needs none.
    """

    id: str
    kind: str
    group: str
    outcome: Outcome
    months: float = 0.0

    def __post_init__(self) -> None:
        if self.outcome not in OUTCOMES or self.kind not in CLASSES:
            raise _refused(self.id, f"{self.kind}, {self.outcome}", "no such class or outcome")
        if not 0 <= self.months < float("inf"):
            raise _refused(self.id, f"{self.months:g} months", "a delay is 0 or more")
        if self.outcome in ("late", "late-at-least") and self.months <= 0:
            raise _refused(self.id, "late by nothing", "a late case has a delay")


def _refused(case: str, what: str, why: str) -> InputError:
    return InputError(f"case {case}: {what}", where="reference_cases.csv", why=why, mend="mend it")


def groups(evidence: Evidence) -> dict[str, str]:
    """Group of each country that the table of project groups names."""
    return {row["country"]: row["group"] for row in evidence.table("project_groups").rows}


def cases(evidence: Evidence) -> tuple[Case, ...]:
    """All dated cases of the release, in the order of the table.

    Raises:
        InputError: if a row is late without a delay or names no outcome the model reads.
    """
    named = groups(evidence)
    within = evidence.parameter("reference.on-time.months").value or 0.0
    return tuple(
        _case(row, named.get(row["country"], NO_GROUP), within)
        for row in evidence.table("reference_cases").rows
    )


def _case(row: Row, group: str, within: float) -> Case:
    """Read a row. A project of which a part runs is pending: the whole is what was promised."""
    outcome, months = str(row["outcome"]), float(row["delay_months"] or 0.0)
    if outcome == "partial":
        outcome = "pending"
    elif outcome == "late" and months <= within:
        outcome = "on-time"
    elif outcome == "late" and row["delay_kind"] == "at-least":
        outcome = "late-at-least"
    if outcome in ("cancelled", "on-time"):
        months = 0.0
    kind = SAME_CLASS.get(row["class"], row["class"])
    named: dict[str, Outcome] = {one: one for one in OUTCOMES}
    if outcome not in named:
        raise _refused(str(row["id"]), f"{kind}, {outcome}", "no such class or outcome")
    return Case(str(row["id"]), kind, group, named[outcome], months)


def case_nodes(evidence: Evidence) -> tuple[Node, ...]:
    """Every case as a leaf of the lineage, ``case:<id>``."""
    return tuple(_node(evidence, row) for row in evidence.table("reference_cases").rows)


def _node(evidence: Evidence, row: Row) -> Node:
    months = row["delay_months"]
    label = None if months is None else evidence.label_of_sources(row["source"])
    lineage = f"case:{row['id']}"
    words = (row["country"], row["class"], f"promised for {row['promised_start'] or 'no date'}")
    return Node(
        lineage,
        "observation",
        f"Delay against the promise: {row['project']}",
        Quantity(months, None, None, "month", label, lineage),
        source=";".join(row["source"]),
        note="; ".join(filter(None, (*words, row["outcome"], row["note"]))),
    )


@dataclass(frozen=True, slots=True)
class OutsideView:
    """What schemes near their own deadline have reached.

    Attributes:
        shares: (scheme, share of its target reached by the date of the record).
        mean: Their mean, with the 10 and 90 % points of the fitted law.
        alpha, beta: Beta law with the mean and the variance of the shares.
    """

    shares: tuple[tuple[str, Quantity], ...]
    mean: Quantity
    alpha: Quantity
    beta: Quantity


def outside_view(evidence: Evidence, ledger: Ledger) -> OutsideView | None:
    """Share of their target that past schemes reached, as a check beside simulated ones.

    ``mean m, variance v over schemes; a = m (m (1 - m) / v - 1), b = (1 - m) (m (1 - m) / v - 1)``.
    ``None`` where fewer than two schemes are on record or they do not differ.
    """
    rows = evidence.table("scheme_realisation").rows
    shares = tuple((str(row["id"]), _share(evidence, row, ledger)) for row in rows)
    values = [share.value for _, share in shares if share.value is not None]
    mean = sum(values) / len(values) if values else 0.0
    spread = sum((value - mean) ** 2 for value in values) / max(1, len(values) - 1)
    if len(values) < 2 or spread == 0:
        return None
    scale = mean * (1 - mean) / spread - 1
    inputs = tuple(share.lineage for _, share in shares)
    made = _fitted(mean, (mean * scale, (1 - mean) * scale), inputs, ledger)
    return OutsideView(shares, *made)


def _share(evidence: Evidence, row: Row, ledger: Ledger) -> Quantity:
    lineage = f"scheme-share:{row['id']}"
    label = evidence.label_of_sources(row["source"])
    share = Quantity(row["realised"] / row["target"], None, None, "ratio", label, lineage)
    note = f"{row['realised']:g} of {row['target']:g} {row['unit']}, {row['as_of']}"
    name = f"Share of its target a scheme reached: {row['id']}"
    source = ";".join(row["source"])
    ledger.add(Node(lineage, "observation", name, share, source=source, note=note))
    return share


def _fitted(
    mean: float, law: tuple[float, float], inputs: tuple[str, ...], ledger: Ledger
) -> tuple[Quantity, Quantity, Quantity]:
    # Loading scipy is slow, and most answers do not need it.
    from scipy.special import betaincinv

    low, high = (float(betaincinv(*law, point)) for point in (0.1, 0.9))
    base = "f:reference.schemes"
    made = (
        Quantity(mean, min(low, mean), max(high, mean), "ratio", "modelled", f"{base}/mean"),
        Quantity(law[0], None, None, "count", "modelled", f"{base}/alpha"),
        Quantity(law[1], None, None, "count", "modelled", f"{base}/beta"),
    )
    names = ("mean", "first number of the Beta law", "second number of the Beta law")
    for quantity, name in zip(made, names, strict=True):
        title = f"Share of target that past schemes reached: {name}"
        formula = "mean and variance over schemes"
        ledger.add(Node(quantity.lineage, "formula", title, quantity, None, inputs, formula))
    return made
