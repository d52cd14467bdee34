"""An estimate: what the evidence says about one number, before it is one number.

Origins that agree are one component; origins that conflict stay separate components of a
mixture and are never averaged. A number that nobody counts is *bounded* or *open* and has two
ends instead of a distribution.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from midstream.chain.normal import normal_quantile
from midstream.errors import ModelError
from midstream.evidence.quantity import Label, Quantity

Standing = Literal["observed", "proxied", "bounded", "open"]
End = Literal["low", "high"]
Floats = NDArray[np.float64]

#: Half width of a central 80 % interval of the normal law, in standard deviations.
Z80 = float(normal_quantile(np.array(0.9)))


@dataclass(frozen=True, slots=True)
class Component:
    """One reading of a number: a value with an interval (80 %) and a weight."""

    value: float
    low: float
    high: float
    weight: float = 1.0

    def __post_init__(self) -> None:
        if not self.low <= self.value <= self.high:
            raise ModelError(f"component {self.low} <= {self.value} <= {self.high} is not ordered")


@dataclass(frozen=True, slots=True)
class Estimate:
    """What the evidence says about one number.

    Attributes:
        unit: Unit of the number.
        standing: observed, proxied (another figure stands for it), bounded or open.
        components: Readings; empty where the standing is bounded or open.
        low, high: Ends of a bounded number; for the others the span of the components.
        label: Evidence label of the number.
        lineage: Id of its node in the ledger.
        stands_on: Label of the figures behind it, before an assumed factor made it modelled; a
            ratio in which the factor cancels keeps this one.
    """

    unit: str
    standing: Standing
    components: tuple[Component, ...]
    low: float
    high: float
    label: Label | None
    lineage: str
    stands_on: Label | None = None

    @property
    def known(self) -> bool:
        """Whether somebody counts the number or one that stands for it."""
        return self.standing in ("observed", "proxied")

    @property
    def value(self) -> float | None:
        """The weighted lower median of the components: a reading on record, no average."""
        if not self.components:
            return None
        ordered = sorted(self.components, key=lambda component: component.value)
        half = sum(component.weight for component in ordered) / 2
        passed = 0.0
        for component in ordered:
            passed += component.weight
            if passed >= half:
                return component.value
        return ordered[-1].value

    def quantity(self) -> Quantity:
        """The estimate as a quantity; bounded and open numbers have no value."""
        label = self.label if self.value is not None else None
        high = None if self.standing == "open" else self.high
        low = None if self.standing == "open" else self.low
        return Quantity(self.value, low, high, self.unit, label, self.lineage)

    def scaled(self, factor: float, lineage: str) -> Estimate:
        """Multiply every reading by a positive factor."""
        parts = tuple(
            Component(c.value * factor, c.low * factor, c.high * factor, c.weight)
            for c in self.components
        )
        return replace(
            self,
            components=parts,
            low=self.low * factor,
            high=self.high * factor,
            lineage=lineage,
        )

    def sample(self, pick: Floats, spread: Floats, end: End) -> Floats:
        """Draw values.

        Args:
            pick: Uniform draws that choose the component, shape (draw,); one needs no choice.
            spread: Uniform draws inside the component, shape (draw,).
            end: Which end a bounded or open number takes.

        Returns:
            Values, shape (draw,). Positive readings follow a two-piece lognormal law whose 10 %
            and 90 % points are ``low`` and ``high``; a reading with ``low`` of zero follows a
            triangular law.
        """
        if not self.components:
            return np.full(spread.shape, self.low if end == "low" else self.high)
        if len(self.components) == 1:
            return _inside(self.components[0], spread)
        weights = np.array([component.weight for component in self.components])
        chosen = np.searchsorted(np.cumsum(weights) / weights.sum(), pick, side="right")
        chosen = np.minimum(chosen, len(self.components) - 1)
        values = np.empty(pick.shape)
        for number, component in enumerate(self.components):
            mask = chosen == number
            values[mask] = _inside(component, spread[mask])
        return values


def _inside(component: Component, spread: Floats) -> Floats:
    if component.low == component.high:
        return np.full(spread.shape, component.value)
    if component.low <= 0:
        return triangular(spread, component.low, component.value, component.high)
    middle = np.log(component.value)
    below = (middle - np.log(component.low)) / Z80
    above = (np.log(component.high) - middle) / Z80
    normal = normal_quantile(np.minimum(np.maximum(spread, 1e-6), 1 - 1e-6))
    drawn: Floats = np.exp(middle + normal * np.where(normal < 0, below, above))
    return drawn


def median(values: Floats) -> float:
    """The middle of some numbers, shape (draw,); `nan` where one is not a number.

    The same as NumPy's, which loads its masked arrays for it: a fortieth of a first answer.
    """
    ordered = np.sort(values)
    half = len(ordered) // 2
    if np.isnan(ordered[-1]):
        return float("nan")
    return float(ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2)


def quantile(values: Floats, share: float) -> float:
    """The number below which a share of some numbers lies, straight between neighbours.

    The same as NumPy's, for the reason of `median`; no number may be missing.
    """
    ordered = np.sort(values)
    place = (len(ordered) - 1) * share
    below = int(place)
    part, low = place - below, float(ordered[below])
    high = float(ordered[min(below + 1, len(ordered) - 1)])
    return low + (high - low) * part if part < 0.5 else high - (high - low) * (1 - part)


def triangular(uniform: Floats, low: float, mode: float, high: float) -> Floats:
    """Quantile of the triangular law at uniform draws."""
    width = high - low
    if width <= 0:
        return np.full(uniform.shape, mode)
    corner = (mode - low) / width
    left = low + np.sqrt(uniform * width * (mode - low))
    right = high - np.sqrt((1 - uniform) * width * (high - mode))
    return np.where(uniform < corner, left, right)


def agreeing(values: Sequence[Component], tolerance: float) -> list[Component]:
    """Merge readings that agree within a relative tolerance; keep the others apart.

    Two readings agree if they differ by no more than the tolerance over their mean, or one lies
    inside the interval of the other. A merged component takes the median, the span of the
    intervals and the sum of the weights.
    """
    groups: list[list[Component]] = []
    for reading in sorted(values, key=lambda part: (part.value, part.low, part.high)):
        if groups and any(_agree(other, reading, tolerance) for other in groups[-1]):
            groups[-1].append(reading)
        else:
            groups.append([reading])
    return [_merged(group) for group in groups]


def _agree(one: Component, other: Component, tolerance: float) -> bool:
    mean = (abs(one.value) + abs(other.value)) / 2
    near = abs(one.value - other.value) <= tolerance * mean
    inside = one.low <= other.value <= one.high or other.low <= one.value <= other.high
    return near or inside


def _merged(group: list[Component]) -> Component:
    values = sorted(component.value for component in group)
    return Component(
        value=values[(len(values) - 1) // 2],
        low=min(component.low for component in group),
        high=max(component.high for component in group),
        weight=sum(component.weight for component in group),
    )
