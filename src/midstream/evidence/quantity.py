"""The quantity: the only form in which a number leaves midstream."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypedDict

from midstream.errors import ModelError

Label = Literal["V", "V1", "U", "modelled"]

#: Labels from the strongest support to the weakest.
LABEL_ORDER: tuple[Label, ...] = ("V", "V1", "U", "modelled")


class QuantityDict(TypedDict):
    """The published form of a quantity."""

    value: float | None
    low: float | None
    high: float | None
    unit: str
    label: Label | None
    lineage: str


def worst_label(labels: Iterable[Label | None]) -> Label | None:
    """Give the weakest of some labels; ``None`` entries (no evidence) are passed over."""
    known = [label for label in labels if label is not None]
    return max(known, key=LABEL_ORDER.index) if known else None


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with interval, unit, label and lineage. Immutable.

    Attributes:
        value: The number; ``None`` means there is no evidence (never zero).
        low: Lower end of the 80 % interval unless a field says otherwise.
        high: Upper end of that interval.
        unit: Unit in words of the unit table, e.g. ``"t/yr"``, ``"%"``, ``"score"``.
        label: ``V``, ``V1``, ``U`` or ``modelled``; ``None`` only where value is ``None``.
        lineage: Id of the node of the ledger that says where the number comes from.

    Raises:
        ModelError: if a number is not finite or the interval is not ordered.
    """

    value: float | None
    low: float | None
    high: float | None
    unit: str
    label: Label | None
    lineage: str

    def __post_init__(self) -> None:
        for name, number in (("value", self.value), ("low", self.low), ("high", self.high)):
            if number is not None and not math.isfinite(number):
                raise ModelError(f"{name} is {number}", where=self.lineage)
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ModelError(f"low {self.low} is above high {self.high}", where=self.lineage)
        if self.value is not None and self.label is None:
            raise ModelError("a value without a label", where=self.lineage)

    @property
    def missing(self) -> bool:
        """Whether there is no evidence for this number."""
        return self.value is None

    def to_dict(self) -> QuantityDict:
        """Give the quantity as the JSON object of the public interface."""
        return {
            "value": self.value,
            "low": self.low,
            "high": self.high,
            "unit": self.unit,
            "label": self.label,
            "lineage": self.lineage,
        }
