"""Numbers of stress, flips, facts and others: from draws to quantities that stand in the ledger."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from midstream.chain.estimate import Floats
from midstream.evidence import Ledger, Node, Quantity
from midstream.evidence.quantity import Label
from midstream.policy.frame import STAGES, Choice, OpenBench, Outcome
from midstream.policy.lever_words import size_quantity
from midstream.policy.verdict import gains

#: Ends of the 80 % interval.
ENDS = (0.1, 0.9)
#: Characters of a list of lever ids in a lineage id; a longer list is shortened.
LONGEST = 60


@dataclass(frozen=True, slots=True)
class Teller:
    """Makes quantities and enters their nodes.

    Attributes:
        ledger: Where nodes are entered.
        place: Part of lineage ids that tells runs apart: subject, year, draws and levers.
        inputs: Lineage ids all numbers of the run rest on.
    """

    ledger: Ledger
    place: str
    inputs: tuple[str, ...]

    @classmethod
    def of(cls, bench: OpenBench, choice: Choice) -> Teller:
        """Name the numbers of a choice on a bench."""
        for lever in (*choice.levers, *choice.without):
            for effect in lever.effects:
                size_quantity(bench.evidence, effect, bench.ledger)
        parts = (choice.subject, bench.sector, str(bench.horizon), str(bench.draws))
        return cls(bench.ledger, "/".join((*parts, key_of(choice))), inputs_of(choice))

    def drawn(
        self,
        draws: Floats,
        unit: str,
        name: str,
        title: str,
        how: str,
        ids: Iterable[str] = (),
        label: Label = "modelled",
    ) -> Quantity:
        """Mean of the draws with their 80 % interval; no value where a draw is missing."""
        if not len(draws) or not np.isfinite(draws).all():
            return self.known(None, unit, name, title, how, ids)
        low, high = np.quantile(draws, ENDS)
        ends = float(low), float(high)
        return self.known(float(draws.mean()), unit, name, title, how, ids, ends, label)

    def known(
        self,
        value: float | None,
        unit: str,
        name: str,
        title: str,
        how: str,
        ids: Iterable[str] = (),
        ends: tuple[float, float] | None = None,
        label: Label = "modelled",
    ) -> Quantity:
        """A quantity from its numbers; the interval takes in the value.

        Args:
            value: The number; ``None`` where there is none.
            unit: Its unit.
            name: Part of the lineage id.
            title: What it is, in words.
            how: Formula in words.
            ids: Lineage ids it rests on beside those of the run.
            ends: The 80 % interval.
            label: Label of a value.
        """
        lineage = f"f:policy.{name}/{self.place}"
        low = high = None
        if value is not None and ends is not None:
            low, high = min(ends[0], value), max(ends[1], value)
        given = None if value is None else label
        quantity = Quantity(value, low, high, unit, given, lineage)
        known = (one for one in (*ids, *self.inputs) if one in self.ledger)
        inputs = tuple(dict.fromkeys(known))
        self.ledger.add(Node(lineage, "formula", title, quantity, inputs=inputs, formula=how))
        return quantity


def key_of(choice: Choice) -> str:
    """A name of the levers of a choice that another choice does not share."""
    names = "+".join(sorted(lever.id for lever in choice.levers)) or "none"
    gone = "+".join(sorted(lever.id for lever in choice.without))
    whole = f"{names}-without-{gone}" if gone else names
    if len(whole) <= LONGEST:
        return whole
    return f"{whole[:LONGEST]}~{zlib.crc32(whole.encode()):08x}"


def inputs_of(choice: Choice) -> tuple[str, ...]:
    """Lineage ids of the effects of a choice."""
    levers = (*choice.levers, *choice.without)
    ids = (effect_lineage(effect.id) for lever in levers for effect in lever.effects)
    return tuple(dict.fromkeys(ids))


def effect_lineage(effect: str) -> str:
    """Lineage id of the size of an effect."""
    return f"lever:{effect}"


def stage_gains(base: Outcome, outcome: Outcome, stage: str) -> tuple[Floats, Floats]:
    """Score with the policy less without, at both ends of the box, shape (draw,) each."""
    column = STAGES.index(stage)
    low, high = gains(base, outcome)
    return low[:, column], high[:, column]


def gain_quantity(
    teller: Teller, ends: tuple[Floats, Floats], name: str, title: str, ids: Sequence[str] = ()
) -> Quantity:
    """A gain in points: mean over both ends of the box, interval from the wider of the two."""
    draws = np.concatenate(ends)
    how = "score with less score without, same draws"
    if not np.isfinite(draws).all():
        return teller.known(None, "score", name, title, how, ids)
    low = min(float(np.quantile(end, ENDS[0])) for end in ends)
    high = max(float(np.quantile(end, ENDS[1])) for end in ends)
    return teller.known(float(draws.mean()), "score", name, title, how, ids, (low, high))
