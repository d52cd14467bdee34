"""Supply risk of the EU criticality assessment, for any importer and any stage.

``SR = [HHI_GS x IR / 2 + HHI_c x (1 - IR / 2)] x (1 - EoL) x SI`` with

* ``HHI_GS = sum s_c^2 g_c t_c`` over the shares of world output,
* ``HHI_c`` the same over the shares of the importer's own supply, domestic and imported,
* ``IR = (M - X) / (P + M - X)``, 0 for a net exporter,
* ``EoL`` the part of demand met from end-of-life scrap, ``SI`` the substitution index,
* ``g`` the governance risk and ``t`` the trade term of a country (1 without restriction).

The EU writes governance on 0..10; here it is on 0..1, so a score is a tenth of a published one.

Source: European Commission, methodology for establishing the EU list of critical raw materials,
2017.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TypeAlias

import numpy as np

from midstream.dependency.stage_risk import Range, guessed_quantity
from midstream.dependency.supply_arrays import (
    Blocs,
    Flags,
    Floats,
    Indexes,
    SupplyArrays,
    share_of,
    sums_by_cell,
    zero_where_missing,
)

#: Sums of a supply by cell: squares weighted with risk at the low and at the high end, amounts
#: without governance, amounts.
Squares: TypeAlias = tuple[Floats, Floats, Floats, Floats]
#: An output without a high end stops at this multiple of imports; more moves no digit shown.
_ENDLESS = 1e6


def supply_risk_score(
    global_hhi: Floats,
    sourcing_hhi: Floats,
    reliance: Floats,
    recycled: float,
    substitution: float,
) -> Floats:
    """Put the score together; arrays of one shape or numbers.

    Args:
        global_hhi: Weighted HHI of world output.
        sourcing_hhi: Weighted HHI of the importer's supply.
        reliance: Import reliance 0..1.
        recycled: End-of-life recycling input rate 0..1.
        substitution: Substitution index, 1 where nothing substitutes.
    """
    half = reliance / 2
    return (global_hhi * half + sourcing_hhi * (1 - half)) * (1 - recycled) * substitution


def import_reliance(own: Floats, imports: Floats, exports: Floats) -> Floats:
    """``(M - X) / (P + M - X)`` on 0..1: 0 for a net exporter, ``nan`` without any supply.

    Args:
        own: Domestic output P.
        imports: Imports M, same unit.
        exports: Exports X, same unit.
    """
    net = imports - exports
    reliance = np.where(net > 0, share_of(net, own + net), 0.0)
    unused = (own == 0) & (imports == 0) & (exports == 0)
    return np.where(unused | np.isnan(own), np.nan, reliance)


@dataclass(frozen=True)
class EuInputs:
    """What stands beside trade and output.

    Attributes:
        terms: Trade term of each country, shape (country,).
        recycled, substitution: (value, low, high).
        tolerance: Share of a supply without governance up to which a value is given.
    """

    terms: Floats
    recycled: tuple[float, float, float]
    substitution: tuple[float, float, float]
    tolerance: float


@dataclass(frozen=True)
class EuCells:
    """Results.

    Attributes:
        supply: Weighted HHI of world output, shape (place,).
        sourcing: Weighted HHI of the importer's supply, shape (place, importer).
        reliance: Import reliance 0..1, same shape.
        score: Supply risk, same shape.
    """

    supply: Range
    sourcing: Range
    reliance: Range
    score: Range


def weighted_hhi(shares: Floats, risk: Floats, terms: Floats, tolerance: float) -> Range:
    """``sum s^2 g t`` with ends for countries without governance, shape (place,).

    Args:
        shares: Shares, shape (place, country).
        risk: Governance risk, same shape; ``nan`` counts 0 at the low and 1 at the high end.
        terms: Trade terms, shape (country,).
        tolerance: Share without governance up to which the low end is given as the value.
    """
    squares = shares**2 * terms
    low = np.sum(squares * zero_where_missing(risk), axis=1)
    high = np.sum(squares * np.where(np.isnan(risk), 1.0, risk), axis=1)
    unknown = np.sum(np.where(np.isnan(risk), shares, 0.0), axis=1)
    return Range(np.where(unknown <= tolerance, low, np.nan), low, high)


def eu_cells(
    arrays: SupplyArrays, inputs: EuInputs, blocs: Blocs | None = None, supply: Range | None = None
) -> EuCells:
    """Give every (place, importer) cell.

    An importer whose output is not known has ends and no value; for a group of several such
    members the low end of the sourcing is worked out member by member.

    Args:
        arrays: Supply, trade in the unit of production. Flows without quantity are left out; where
            they are more than the tolerance, of imports or exports, only ends are given.
        inputs: Trade terms, recycling, substitution.
        blocs: Importers; every country on its own by default.
        supply: Weighted HHI of world output; from the production by default.
    """
    importers = blocs or Blocs.single(arrays)
    world = supply or _world(arrays, inputs)
    bought, sold = _trade(arrays, importers)
    imports = _imported(arrays, importers, inputs.terms)
    outputs = _outputs(arrays, importers, imports, inputs.terms)
    parts = [import_reliance(importers.pooled(output), bought, sold) for output in outputs]
    mixes = [_sourcing(arrays, importers, output, imports, inputs) for output in outputs]
    weighed = _weighed(arrays, importers, inputs.tolerance)
    reliance = _spanned(np.where(weighed, parts[0], np.nan), parts)
    central = np.where(weighed, mixes[0].value, np.nan)
    sourcing = _spanned(central, [end for mix in mixes for end in (mix.low, mix.high)])
    return EuCells(world, sourcing, reliance, _score(world, sourcing, reliance, inputs))


def _weighed(arrays: SupplyArrays, blocs: Blocs, tolerance: float) -> Flags:
    """Cells whose trade is known by weight, but for the tolerance, shape (place, importer)."""
    abroad = ~blocs.home(arrays)
    quantity, guessed = zero_where_missing(arrays.quantity), guessed_quantity(arrays)
    # A flow with neither a quantity nor a price to guess it from may be anything.
    bare = np.isnan(arrays.quantity) & (guessed == 0) & (arrays.value != 0)
    guessed = np.where(bare, np.inf, guessed)
    enough = np.ones((len(arrays.places), blocs.size), dtype=bool)
    for side in (arrays.importer, arrays.exporter):
        flows = abroad & (blocs.group[side] >= 0)
        known = blocs.summed(arrays, quantity, flows, side)
        enough &= blocs.summed(arrays, guessed, flows, side) * (1 - tolerance) <= tolerance * known
    return enough


def _outputs(
    arrays: SupplyArrays, blocs: Blocs, imports: Squares, terms: Floats
) -> tuple[Floats, ...]:
    """Outputs at which a cell is worked out: value, low, high, and the one that spreads it most.

    The HHI of a supply ``(p^2 g + A) / (p + F)^2`` has its ends at the ends of the output p and
    its least at ``p = A / (F g)``. Without a high end p stops at a large multiple of imports.
    """
    member = np.maximum(blocs.group, 0)
    bought, squared = imports[3][:, member], imports[0][:, member]
    low, high = arrays.production_low, arrays.production_high
    endless = _ENDLESS * np.maximum(bought, np.maximum(low, 1.0))
    high = np.where(np.isfinite(high), high, endless)
    own = arrays.risk * terms
    with np.errstate(over="ignore"):
        best = share_of(squared, bought * zero_where_missing(own))
    return arrays.production, low, high, np.clip(np.where(np.isnan(best), low, best), low, high)


def _world(arrays: SupplyArrays, inputs: EuInputs) -> Range:
    made = zero_where_missing(arrays.production)
    total = made.sum(axis=1)[:, None]
    found = weighted_hhi(share_of(made, total), arrays.risk, inputs.terms, inputs.tolerance)
    # A producer without a figure may be all of the world, under the hardest term, or none of it.
    open_ended = np.isnan(arrays.production).any(axis=1)
    return Range(
        np.where(open_ended, np.nan, found.value),
        np.where(open_ended, 0.0, found.low),
        np.where(open_ended, inputs.terms.max(initial=0.0), found.high),
    )


def _trade(arrays: SupplyArrays, blocs: Blocs) -> tuple[Floats, Floats]:
    """Imports and exports of each cell, shape (place, importer)."""
    quantity, abroad = zero_where_missing(arrays.quantity), ~blocs.home(arrays)
    selling = (blocs.group[arrays.exporter] >= 0) & abroad
    return (
        blocs.summed(arrays, quantity, blocs.buying(arrays) & abroad, arrays.importer),
        blocs.summed(arrays, quantity, selling, arrays.exporter),
    )


def _sourcing(
    arrays: SupplyArrays, blocs: Blocs, output: Floats, imports: Squares, inputs: EuInputs
) -> Range:
    """Weighted HHI of domestic output and imports, each country of origin on its own."""
    own = _domestic(arrays, blocs, output, inputs.terms)
    low, high, unknown, total = (one + other for one, other in zip(imports, own, strict=True))
    known = np.where(share_of(unknown, total) <= inputs.tolerance, low, np.nan)
    return Range(*(share_of(part, total**2) for part in (known, low, high)))


def _imported(arrays: SupplyArrays, blocs: Blocs, terms: Floats) -> Squares:
    """Sums over the imports of each cell, by country of origin."""
    flows = blocs.buying(arrays) & ~blocs.home(arrays)
    origins, size = len(arrays.countries), blocs.size
    cell = arrays.flow_place[flows] * size + blocs.group[arrays.importer[flows]]
    cells, place = np.unique(cell * origins + arrays.exporter[flows], return_inverse=True)
    quantity = zero_where_missing(arrays.quantity[flows])
    amount = sums_by_cell(place, quantity, (1, cells.size))[0]
    cell, origin = np.divmod(cells, origins)
    risk = arrays.risk[cell // max(1, size), origin]
    return _squares(cell, amount, risk, terms[origin], (len(arrays.places), size))


def _squares(
    cell: Indexes,
    amount: Floats,
    risk: Floats,
    terms: Floats,
    shape: tuple[int, int],
) -> Squares:
    """Sums by cell: weighted squares at both ends, amount without governance, amount."""
    squares = amount**2 * terms
    weights = (
        squares * zero_where_missing(risk),
        squares * np.where(np.isnan(risk), 1.0, risk),
        np.where(np.isnan(risk), amount, 0.0),
        amount,
    )
    sums = [sums_by_cell(cell, part, shape) for part in weights]
    return sums[0], sums[1], sums[2], sums[3]


def _domestic(arrays: SupplyArrays, blocs: Blocs, output: Floats, terms: Floats) -> Squares:
    """The same sums for what is made at home, member by member."""
    risk = arrays.risk
    squares = output**2 * terms
    parts = (
        squares * zero_where_missing(risk),
        squares * np.where(np.isnan(risk), 1.0, risk),
        np.where(np.isnan(risk), output, 0.0),
        output,
    )
    sums = [blocs.pooled(part) for part in parts]
    return sums[0], sums[1], sums[2], sums[3]


def _score(world: Range, sourcing: Range, reliance: Range, inputs: EuInputs) -> Range:
    """Score with outer ends.

    It is linear in each of its inputs, so its ends lie where they take theirs.
    """
    eol, index = inputs.recycled, inputs.substitution
    value = supply_risk_score(
        world.value[:, None], sourcing.value, reliance.value, eol[0], index[0]
    )
    mixes, parts = (sourcing.low, sourcing.high), (reliance.low, reliance.high)
    ends = [
        supply_risk_score(total[:, None], mix, part, rate, left)
        for total in (world.low, world.high)
        for mix, part, rate, left in product(mixes, parts, eol[1:], index[1:])
    ]
    return _spanned(value, ends)


def _spanned(value: Floats, ends: list[Floats]) -> Range:
    """A value with the span of some ends; missing ends are passed over."""
    low, high = value, value
    for end in ends:
        low, high = np.fmin(low, end), np.fmax(high, end)
    return Range(value, low, high)
