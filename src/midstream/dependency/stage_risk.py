"""Supply risk within one stage: one form, one unit, and what is missing stays missing.

``score = HHI x sum_i g_i f_i / (p + F)`` as in GeoPolRisk, but production and trade are of the same
form in the same unit; goods that come back are no imports; a missing figure widens the ends and
takes the value away as soon as it matters; and an importer without imports and production has no
use of the form, hence no risk: missing, not zero.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from midstream.dependency.supply_arrays import (
    Blocs,
    Flags,
    Floats,
    SupplyArrays,
    share_of,
    zero_where_missing,
)


@dataclass(frozen=True)
class Range:
    """A value with its outer ends, arrays of one shape; ``nan`` where there is none."""

    value: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True)
class StageCells:
    """Results.

    Attributes:
        hhi: Concentration of output, shape (place,).
        import_risk, score: Shape (place, importer).
        unknown: Share of imports whose quantity or governance is not on record, same shape.
        mix: Mean risk of the imports alone, ``sum g f / F``: the import risk of who makes nothing
            at home. It needs no output.
    """

    hhi: Range
    import_risk: Range
    score: Range
    unknown: Floats
    mix: Range


def production_range(production: Floats) -> Range:
    """HHI of production, shape (place,); one missing producer leaves only the ends open.

    Args:
        production: Amounts, shape (place, country); ``nan`` is a producer without a figure.
    """
    known = zero_where_missing(production)
    total = known.sum(axis=1)
    squares = np.einsum("pc,pc->p", known, known)
    hhi = np.where(total > 0, squares / np.where(total > 0, total, 1.0) ** 2, np.nan)
    missing = np.isnan(production).any(axis=1)
    # With nothing known about one producer it may be all of the world or none of it.
    producers = (np.isnan(production) | (production > 0)).sum(axis=1)
    floor = np.where(producers > 0, 1 / np.maximum(producers, 1), np.nan)
    top = np.where(producers > 0, 1.0, np.nan)
    return Range(
        np.where(missing, np.nan, hhi), np.where(missing, floor, hhi), np.where(missing, top, hhi)
    )


def stage_cells(
    arrays: SupplyArrays, tolerance: float, blocs: Blocs | None = None, hhi: Range | None = None
) -> StageCells:
    """Give every (place, importer) cell.

    Args:
        arrays: Supply, trade in the unit of production.
        tolerance: Share of imports without quantity or governance up to which a value is given.
        blocs: Importers; every country on its own by default.
        hhi: Concentration of output; from the production by default.
    """
    importers = blocs or Blocs.single(arrays)
    concentration = hhi or production_range(arrays.production)
    unknown, risk, mix = _import_risk(arrays, importers, tolerance)
    return StageCells(concentration, risk, times(concentration, risk), unknown, mix)


def times(hhi: Range, risk: Range) -> Range:
    """HHI of a place times the import risk of its cells."""
    return Range(
        hhi.value[:, None] * risk.value,
        hhi.low[:, None] * risk.low,
        hhi.high[:, None] * risk.high,
    )


@dataclass(frozen=True)
class _Imports:
    """Sums over the imports of each cell, shape (place, importer).

    Attributes:
        total: Imports with a quantity.
        graded: Those from exporters with governance.
        least, most: Imports times risk, unknown governance as 0 and as 1.
        more: Imports without a quantity, at the mean price of the place.
        more_least, more_most: Those times risk.
        bare: Whether a flow has neither quantity nor a price to guess one from.
    """

    total: Floats
    graded: Floats
    least: Floats
    most: Floats
    more: Floats
    more_least: Floats
    more_most: Floats
    bare: Flags

    @classmethod
    def of(cls, arrays: SupplyArrays, blocs: Blocs) -> _Imports:
        abroad = blocs.buying(arrays) & ~blocs.home(arrays)

        def summed(weights: Floats) -> Floats:
            return blocs.summed(arrays, weights, abroad, arrays.importer)

        risk = arrays.flow_risk
        low, high = zero_where_missing(risk), np.where(np.isnan(risk), 1.0, risk)
        quantity, guessed = zero_where_missing(arrays.quantity), guessed_quantity(arrays)
        bare = np.isnan(arrays.quantity) & (guessed == 0) & (arrays.value != 0)
        return cls(
            total=summed(quantity),
            graded=summed(np.where(np.isnan(risk), 0.0, quantity)),
            least=summed(quantity * low),
            most=summed(quantity * high),
            more=summed(guessed),
            more_least=summed(guessed * low),
            more_most=summed(guessed * high),
            bare=summed(bare.astype(float)) > 0,
        )

    @property
    def unknown(self) -> Floats:
        """Share of imports without quantity or governance."""
        return share_of(self.total - self.graded + self.more, self.total + self.more)

    def over(self, own: tuple[Floats, Floats, Floats], tolerance: float) -> Range:
        """Import risk against an own output (value, low, high)."""
        value, low, high = own
        every, least, most = self.total + self.more, self.least, self.most
        bottom = np.fmin(
            _risk(least, self.total, high), _risk(least + self.more_least, every, high)
        )
        top = np.fmax(_risk(most, self.total, low), _risk(most + self.more_most, every, low))
        found = _risk(share_of(least, self.graded) * self.total, self.total, value)
        found = np.where((self.total == 0) & (value > 0), 0.0, found)
        enough = np.isnan(self.unknown) | (self.unknown <= tolerance)
        found = np.where(enough & ~self.bare, found, np.nan)
        return _ordered(found, np.where(self.bare, 0.0, bottom), np.where(self.bare, 1.0, top))


def _import_risk(
    arrays: SupplyArrays, blocs: Blocs, tolerance: float
) -> tuple[Floats, Range, Range]:
    """Share of imports that is not known, import risk, and risk of the imports alone."""
    imports = _Imports.of(arrays, blocs)
    outputs = (arrays.production, arrays.production_low, arrays.production_high)
    value, low, high = (blocs.pooled(part) for part in outputs)
    nothing = np.zeros_like(value)
    risk = imports.over((value, low, high), tolerance)
    return imports.unknown, risk, imports.over((nothing, nothing, nothing), tolerance)


def _ordered(value: Floats, low: Floats, high: Floats) -> Range:
    """Ends around the value; an end that exists alone stands for both."""
    low, high = np.fmin(low, high), np.fmax(low, high)
    return Range(value, np.fmin(low, value), np.fmax(high, value))


def _risk(weighted: Floats, imports: Floats, own: Floats) -> Floats:
    """``weighted / (own + imports)``; ``nan`` without either."""
    supply = own + imports
    found = np.where(supply > 0, weighted / np.where(supply > 0, supply, 1.0), np.nan)
    return np.where(np.isnan(supply), np.nan, found)


def guessed_quantity(arrays: SupplyArrays) -> Floats:
    """Quantity a flow without one would have at the mean price of its place; else zero.

    Only the ends and the unknown share use it.
    """
    both = ~np.isnan(arrays.quantity) & ~np.isnan(arrays.value) & (arrays.quantity > 0)
    size = len(arrays.places)
    weight = np.bincount(arrays.flow_place[both], arrays.quantity[both], size)
    paid = np.bincount(arrays.flow_place[both], arrays.value[both], size)
    per_value = np.where(paid > 0, weight / np.where(paid > 0, paid, 1.0), 0.0)
    made = per_value[arrays.flow_place] * zero_where_missing(arrays.value)
    return np.where(np.isnan(arrays.quantity), made, 0.0)
