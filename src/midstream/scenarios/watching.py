"""What to watch: each signal with its chance, and the odds if it is seen or missed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from midstream.chain.estimate import Z80, Floats
from midstream.evidence import Evidence, Ledger, Node, Quantity
from midstream.evidence.quantity import Label
from midstream.scenarios.observe import odds
from midstream.scenarios.result import State
from midstream.scenarios.scoring import shipped
from midstream.scenarios.signals import Signal, chances, derived, on_file

#: Form -> its name and unit.
Told = Mapping[str, tuple[str, str]]

#: Low and high end of an interval.
Ends = tuple[float | None, float | None]

#: Parameters: tilt of elicited signals, and how many are made where none is on file.
SLOPE, MOST = "signals.slope", "signals.derived"


@dataclass(frozen=True, slots=True)
class WatchRow:
    """One signal and what it would change.

    Attributes:
        signal: The signal.
        chance: Chance that it is reported by its day.
        likelihood_ratio: ``P(report | favoured) / P(report | others)``, with an 80 % interval from
            the number of draws on each side; no value where the favoured scenarios, or all
            others, have none.
        if_seen, if_missed: Odds of each scenario afterwards.
        due: Whether its day lies before the release and the release does not settle it.
        days_left: Days from the release to its day; below 0 where it has passed.
        settled: What the release knows of it: ``True`` or ``False``, else ``None``.
    """

    signal: Signal
    chance: Quantity
    likelihood_ratio: Quantity
    if_seen: tuple[Quantity, ...]
    if_missed: tuple[Quantity, ...]
    due: bool
    days_left: int
    settled: bool | None

    def to_dict(self) -> dict[str, Any]:
        """Give the row as the JSON object of the public interface."""
        one = self.signal
        return {
            "id": one.id,
            "signal": one.indicator,
            "threshold": one.words,
            "by": one.by.isoformat(),
            "favours": list(one.favours),
            "likelihood_ratio": self.likelihood_ratio.to_dict(),
            "source": list(one.source),
            "watch": one.watch,
            "kind": one.kind,
            "due": self.due,
            "days_left": self.days_left,
            "settled": self.settled,
            "chance": self.chance.to_dict(),
            "if_seen": [one.to_dict() for one in self.if_seen],
            "if_missed": [one.to_dict() for one in self.if_missed],
        }


def signals_of(
    evidence: Evidence,
    state: State,
    country: str,
    forms: Told | None = None,
) -> tuple[Signal, ...]:
    """Signals on file for a country, or made from its projects and forms where there are none."""
    found = on_file(evidence, country)
    if found:
        return found
    names = {row["id"]: str(row["name"]) for row in evidence.table("facilities").rows}
    most = int(evidence.parameter(MOST).value or 0)
    return derived(state, country, names, forms or {}, most)


def slope_of(evidence: Evidence) -> float:
    """Tilt of an elicited signal along its driver."""
    return float(evidence.parameter(SLOPE).value or 0.0)


def watch(
    evidence: Evidence,
    state: State,
    country: str,
    ledger: Ledger,
    forms: Told | None = None,
) -> tuple[WatchRow, ...]:
    """Give every signal with its chance and what it would change, the earliest first.

    Args:
        evidence: Release with the table of signals.
        state: Draws of the outlook.
        country: Focus country.
        ledger: Where quantities are entered.
        forms: Forms whose output is watched where the country has no signals on
            file, each with its name and unit.
    """
    found = sorted(signals_of(evidence, state, country, forms), key=lambda one: (one.by, one.id))
    today = date.fromisoformat(evidence.release.date)
    slope = slope_of(evidence)
    known = {one.signal: one.happened for one in shipped(evidence)}
    rows = []
    for one in found:
        yes = chances(one, state, slope)
        rows.append(_row(one, state, yes, (one.by - today).days, known.get(one.id), ledger))
    return tuple(rows)


def _row(
    signal: Signal, state: State, yes: Floats, left: int, settled: bool | None, ledger: Ledger
) -> WatchRow:
    held = state.weights
    inputs = _leaf(signal, ledger)
    seen, missed = (_after(state, held * part) for part in (yes, 1 - yes))

    def entered(
        name: str, words: str, value: float | None, unit: str, ends: Ends = (None, None)
    ) -> Quantity:
        lineage = f"f:scenarios.signal.{name}/{signal.id}/{signal.country}"
        label: Label | None = None if value is None else "modelled"
        quantity = Quantity(value, *ends, unit, label, lineage)
        formula = "shares of draws by their weight"
        title = f"{words}: {signal.indicator}"
        ledger.add(Node(lineage, "formula", title, quantity, inputs=inputs, formula=formula))
        return quantity

    found, *ends = ratio(signal, state, yes)
    return WatchRow(
        signal=signal,
        chance=entered("chance", "Chance of a signal", float((held * yes).sum()), "probability"),
        likelihood_ratio=entered(
            "ratio", "Likelihood ratio of a signal", found, "ratio", (ends[0], ends[1])
        ),
        if_seen=_odds(entered, "seen", state, seen),
        if_missed=_odds(entered, "missed", state, missed),
        due=left < 0 and settled is None,
        days_left=left,
        settled=settled,
    )


def _odds(entered: Any, name: str, state: State, weights: Floats) -> tuple[Quantity, ...]:
    return tuple(
        entered(f"{name}.{scenario}", f"Odds of {scenario} if {name}", value, "probability")
        for scenario, value in zip(state.names, odds(state, weights), strict=True)
    )


def _after(state: State, weights: Floats) -> Floats:
    total = weights.sum()
    return np.asarray(weights / total) if total > 0 else state.weights


def _leaf(signal: Signal, ledger: Ledger) -> tuple[str, ...]:
    """Enter a row of the table as a leaf; a made signal stands on its plant."""
    if signal.lineage in ledger:
        return (signal.lineage,)
    value = signal.threshold if signal.threshold is not None else signal.chance
    unit = signal.unit or "probability"
    label: Label | None = None if value is None else "modelled"
    quantity = Quantity(value, None, None, unit, label, signal.lineage)
    source = ";".join(signal.source) or None
    ledger.add(
        Node(signal.lineage, "assumption", signal.indicator, quantity, source, note=signal.words)
    )
    return (signal.lineage,)


def ratio(
    signal: Signal, state: State, yes: Floats
) -> tuple[float, float, float] | tuple[None, None, None]:
    """``P(report | favoured) / P(report | others)`` with its 80 % interval.

    The interval is lognormal: ``exp(+-1.2816 sqrt(e1 + e0))`` with ``e = (1 - q) / (q n)`` the
    squared relative error of a share on each side, ``n`` its effective draws and
    ``q = (n p + 1/2) / (n + 1)``, so that a few draws that all agree are not taken for certain.

    Returns:
        Value, low and high; ``None`` where a side has no draws.
    """
    ranks = [rank for rank, name in enumerate(state.names) if name in signal.favours]
    inside = np.isin(state.region, ranks)
    means, error = [], 0.0
    for part in (inside, ~inside):
        weight = state.weights[part]
        if weight.sum() <= 0:
            return None, None, None
        mean = float((weight * yes[part]).sum() / weight.sum())
        count = float(weight.sum() ** 2 / (weight**2).sum())
        share = (count * mean + 0.5) / (count + 1)
        error += (1 - share) / (share * count)
        means.append(mean)
    found = means[0] / means[1]
    spread = float(np.exp(Z80 * error**0.5))
    return found, found / spread, found * spread


def find(rows: Sequence[WatchRow], name: str) -> WatchRow | None:
    """Give the row of a signal."""
    return next((row for row in rows if row.signal.id == name), None)
