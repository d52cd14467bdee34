"""Value beside leverage: two columns of one chain, never merged into one number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from midstream.beneficiaries.entries import Entries
from midstream.beneficiaries.result import ChainValue
from midstream.evidence import Quantity


@dataclass(frozen=True, slots=True)
class Hold:
    """What the holder who can stop most of a step has there; figures of another room.

    Attributes:
        form, holder: Step and country.
        shapley, leverage: Its Shapley value and its leverage at the step.
    """

    form: str
    holder: str
    shapley: Quantity
    leverage: Quantity


@dataclass(frozen=True, slots=True)
class BesideRow:
    """One step in both columns.

    Attributes:
        form, stage: Step.
        value_share: Share of the final price, %; no value where the step has none of its own.
        most_value: Probability that no other step adds more.
        holder: Country with the most leverage at the step; blank where none is known.
        shapley, leverage: Its figures; ``None`` where none are known.
        leverage_share: Leverage over that of all steps, %.
    """

    form: str
    stage: str
    value_share: Quantity
    most_value: Quantity
    holder: str
    shapley: Quantity | None
    leverage: Quantity | None
    leverage_share: Quantity

    def to_dict(self) -> dict[str, Any]:
        """Give the row as JSON."""
        return {
            "form": self.form,
            "stage": self.stage,
            "value_share": self.value_share.to_dict(),
            "most_value": self.most_value.to_dict(),
            "holder": self.holder,
            "shapley": None if self.shapley is None else self.shapley.to_dict(),
            "leverage": None if self.leverage is None else self.leverage.to_dict(),
            "leverage_share": self.leverage_share.to_dict(),
        }


@dataclass(frozen=True, slots=True)
class Beside:
    """Both columns of a chain.

    Attributes:
        rows: By step from the ore on.
        apart: Half the sum of the absolute differences of the two columns of shares, 0..1; no
            value where a step lacks one.
        words: What they show.
    """

    rows: tuple[BesideRow, ...]
    apart: Quantity
    words: str

    def to_dict(self) -> dict[str, Any]:
        """Give both columns as JSON."""
        rows = [row.to_dict() for row in self.rows]
        return {"rows": rows, "apart": self.apart.to_dict(), "words": self.words}


def beside(entries: Entries, found: ChainValue, holds: Sequence[Hold]) -> Beside:
    """Set the value of each step beside the leverage of its strongest holder.

    Args:
        entries: Evidence and ledger.
        found: Value of the chain.
        holds: Strongest holder of each step.
    """
    by_form = {one.form: one for one in holds}
    total = sum(one.leverage.value or 0.0 for one in holds)
    place = f"{found.route.id}/{found.basis.id}"
    odds = _most_value(found)
    rows = []
    for step in found.route.steps:
        row, hold = found.stage_of(step.form), by_form.get(step.form)
        name = entries.evidence.forms[step.form]["name"]
        missing = entries.formula(
            f"no-share/{step.form}/{place}", f"Share of the final price: {name}",
            (None, None, None), "%", (), "", "the step has no value of its own",
        )  # fmt: skip
        share = None
        if hold is not None and hold.leverage.value is not None and total > 0:
            share = 100 * hold.leverage.value / total
        rows.append(
            BesideRow(
                form=step.form,
                stage=step.stage,
                value_share=missing if row is None else row.share,
                most_value=entries.formula(
                    f"most-value/{step.form}/{place}", f"Probability of adding most: {name}",
                    (odds.get(step.form), None, None), "probability",
                    () if row is None else (row.added.lineage,), "share of draws",
                ),
                holder="" if hold is None else hold.holder,
                shapley=None if hold is None else hold.shapley,
                leverage=None if hold is None else hold.leverage,
                leverage_share=entries.formula(
                    f"leverage-share/{step.form}/{place}", f"Share of the leverage: {name}",
                    (share, None, None), "%", [one.leverage.lineage for one in holds],
                    "leverage of the strongest holder over the sum of all steps",
                ),
            )
        )  # fmt: skip
    return Beside(tuple(rows), _apart(entries, rows, place), _words(entries, rows))


def _most_value(found: ChainValue) -> Mapping[str, float]:
    """Step -> share of draws in which it adds most; only where every block is one step."""
    blocks = found.added.blocks
    if len(blocks) < 2 or not all(block.single for block in blocks):
        return {}
    values = np.array([block.added[1:] for block in blocks])
    first = values.argmax(axis=0)
    steps = found.route.steps
    return {
        steps[block.last].form: float((first == number).mean())
        for number, block in enumerate(blocks)
    }


def _apart(entries: Entries, rows: Sequence[BesideRow], place: str) -> Quantity:
    pairs = [(row.value_share, row.leverage_share) for row in rows]
    whole = all(one.value is not None for pair in pairs for one in pair)
    value = None
    if whole and pairs:
        values = np.array([[one.value or 0.0 for one in pair] for pair in pairs])
        shares = values / values.sum(axis=0)
        value = float(np.abs(shares[:, 0] - shares[:, 1]).sum() / 2)
    return entries.formula(
        f"apart/{place}",
        "How far value and leverage are apart",
        (value, None, None),
        "ratio",
        [one.lineage for pair in pairs for one in pair],
        "half the sum over steps of |share of value - share of leverage|",
    )


def _words(entries: Entries, rows: Sequence[BesideRow]) -> str:
    valued = [row for row in rows if row.value_share.value is not None]
    held = [row for row in rows if row.leverage is not None and row.leverage.value is not None]
    if len(valued) < 2 or not held:
        return "value and leverage cannot be compared: too few steps have both"
    most = max(valued, key=lambda row: row.value_share.value or 0.0)
    strongest = max(held, key=_leverage)
    names = [str(entries.evidence.forms[row.form]["name"]) for row in (most, strongest)]
    if most.form == strongest.form:
        return f"most value and most leverage both lie at {names[0]}"
    if _level(most, strongest):
        return f"most value lies at {names[0]}; leverage there and at {names[1]} is not separable"
    return f"most value lies at {names[0]}, most leverage at {names[1]}"


def _leverage(row: BesideRow) -> float:
    return 0.0 if row.leverage is None else row.leverage.value or 0.0


def _level(one: BesideRow, strongest: BesideRow) -> bool:
    """Whether the 80 % intervals of two leverages overlap."""
    if one.leverage is None or strongest.leverage is None:
        return False
    high, low = one.leverage.high, strongest.leverage.low
    return high is not None and low is not None and high >= low
