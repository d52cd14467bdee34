"""Output lost by sector and country: which sectors need the form and how much they go short.

``lost = d x max(0, 1 - Q / Q0 - thrift)`` with ``d`` the part of the sector's output that cannot
run without the form, ``Q / Q0`` the use served and ``thrift`` what redesign has saved by then.
Stocks that bridge a month count as served.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from midstream.chain.estimate import Floats
from midstream.chain.world import World
from midstream.evidence import Evidence
from midstream.evidence.observations import Observation
from midstream.shock.calibrate import OTHER, Nodes
from midstream.shock.path import NetworkPath


@dataclass(frozen=True, slots=True)
class SectorLoss:
    """Output a sector of a country loses.

    Attributes:
        country, sector: Place.
        forms: Forms whose lack it is.
        lost: Months of the sector's output lost over the whole path, shape (draw,).
        peak: Largest share of a month's output lost, shape (draw,).
    """

    country: str
    sector: str
    forms: tuple[str, ...]
    lost: Floats
    peak: Floats


def sector_weights(evidence: Evidence, world: World, form: str) -> dict[str, float]:
    """Share of a form's use that ends in each sector, rolled forward through the recipes.

    A form that goes nowhere further, or only in part, is a product of its own sector for the
    rest. Shares of sectors not on file are left out.
    """
    weights: dict[str, float] = {}
    _roll(evidence, world, form, 1.0, weights, ())
    return weights


def _roll(
    evidence: Evidence,
    world: World,
    form: str,
    weight: float,
    weights: dict[str, float],
    path: tuple[str, ...],
) -> None:
    onward = 0.0
    for use in world.uses.get(form, ()):
        if use.output not in path and use.share.value > 0:
            onward += use.share.value
            _roll(evidence, world, use.output, weight * use.share.value, weights, (*path, form))
    sector = sector_of(evidence, form)
    rest = max(0.0, 1.0 - onward)
    if sector and rest > 0:
        weights[sector] = weights.get(sector, 0.0) + weight * rest


def sector_of(evidence: Evidence, form: str) -> str:
    """Sector of a form: its own, else the stack it weighs most in; blank where there is none."""
    row = evidence.forms.get(form)
    if row is not None and row["sector"]:
        return str(row["sector"])
    stacks = [stack for stack in evidence.table("stacks").rows if stack["form"] == form]
    best = max(stacks, key=lambda stack: stack["weight"] or 0.0, default=None)
    return "" if best is None else str(best["sector"])


def thrifted(saved: Floats, pace: Floats, months: int, start: float) -> Floats:
    """Use saved without loss of output, shape (draw, month).

    ``saved x (1 - exp(-a / pace))`` with ``a`` months since force, at the middle of the month.
    """
    age = np.maximum(0.0, np.arange(months) + 0.5 - start)
    share: Floats = saved[:, None] * -np.expm1(-age[None, :] / pace[:, None])
    return share


def shortfall(served: Floats, thrift: Floats, dependence: Floats) -> Floats:
    """Share of output lost by month, ``d x max(0, 1 - served - thrift)``, in the shape of `served`.

    Args:
        served: Use served, shape (draw, month), or with places after the months.
        thrift: Use saved by month, shape (draw, month).
        dependence: Part of output that cannot run without the form, shape (draw,).
    """
    places = (1,) * (served.ndim - 2)
    thrift, dependence = thrift.reshape(*thrift.shape, *places), dependence.reshape(-1, 1, *places)
    short = np.maximum(0.0, 1.0 - np.nan_to_num(served, nan=1.0) - thrift)
    # A shortage that rounding makes is none.
    lost: Floats = dependence * np.where(short < 1e-9, 0.0, short)
    return np.minimum(1.0, lost)


def sector_losses(
    evidence: Evidence,
    world: World,
    names: Nodes,
    path: NetworkPath,
    first: int,
    thrift: Floats,
    dependence: Floats,
) -> tuple[SectorLoss, ...]:
    """Give the losses of users of the form and of the forms made from it.

    A sector's loss in a month is the largest among the forms it lacks: it stops for want of any.
    Makers of later forms lose the output they cannot make.

    Args:
        evidence, world: Sectors and recipes.
        names: Axes of the path.
        path: The path.
        first: Step that is cut.
        thrift: Use saved by month, shape (draw, month).
        dependence: Part of output that cannot run without the form, shape (draw,).
    """
    found: dict[tuple[str, str], Floats] = {}
    forms: dict[tuple[str, str], set[str]] = {}
    for form, country, sector, lost in _pieces(
        evidence, world, names, path, first, thrift, dependence
    ):
        place = country, sector
        found[place] = np.maximum(found[place], lost) if place in found else lost
        forms.setdefault(place, set()).add(form)
    losses = [
        SectorLoss(*place, tuple(sorted(forms[place])), lost.sum(axis=1), lost.max(axis=1))
        for place, lost in found.items()
        if lost.max() > 0
    ]
    middles = np.median([loss.lost for loss in losses], axis=1) if losses else np.zeros(0)
    order = sorted(range(len(losses)), key=lambda one: (-middles[one], losses[one].country))
    return tuple(losses[one] for one in order)


def _pieces(
    evidence: Evidence,
    world: World,
    names: Nodes,
    path: NetworkPath,
    first: int,
    thrift: Floats,
    dependence: Floats,
) -> list[tuple[str, str, str, Floats]]:
    """Losses by form, country and sector, shape (draw, month) each."""
    pieces = []
    weights = {use: sector_weights(evidence, world, use) for use in names.uses if use != OTHER}
    for step in range(first, len(names.forms)):
        form = names.forms[step]
        for place, use in enumerate(names.uses):
            if use in weights:
                lost = _by_country(names, path.used(step, place), thrift, dependence)
                pieces += [
                    (form, country, sector, months)
                    for sector in weights[use]
                    for country, months in lost
                ]
        sector = sector_of(evidence, form)
        if step > first and sector:
            all_of_it = np.zeros_like(thrift), np.ones_like(dependence)
            lost = _by_country(names, path.made[:, :, step], *all_of_it)
            pieces += [(form, country, sector, months) for country, months in lost]
    return pieces


def _by_country(
    names: Nodes, served: Floats, thrift: Floats, dependence: Floats
) -> list[tuple[str, Floats]]:
    """Losses of countries that have the use at all, from what is served (draw, month, country)."""
    known = np.flatnonzero(~np.isnan(served[..., :-1]).all(axis=(0, 1)))
    lost = shortfall(served[..., known], thrift, dependence)
    return [(names.countries[place], lost[..., at]) for at, place in enumerate(known)]


@dataclass(frozen=True, slots=True)
class ValueAdded:
    """Value added of sectors on record, in million USD; keep it to ask often.

    Attributes:
        rows: Readings by country and sector.
    """

    rows: Mapping[tuple[str, str], Sequence[Observation]]

    @classmethod
    def read(cls, evidence: Evidence) -> ValueAdded:
        """Read them from a release."""
        found: dict[tuple[str, str], list[Observation]] = {}
        for row in evidence.observations:
            dated = row.unit == "USD million" and row.period[:4].isdigit()
            if row.metric == "value_added" and row.country and row.sector and dated:
                found.setdefault((row.country, row.sector), []).append(row)
        return cls(found)

    def nearest(self, country: str, sector: str, year: int) -> Observation | None:
        """Give the value added of a sector in a country, where it is on record.

        The reading nearest to the year, the largest among those of one year: a part of a sector
        is counted more often than the whole.
        """
        known = self.rows.get((country, sector), ())
        return min(
            known, key=lambda row: (abs(int(row.period[:4]) - year), -row.value), default=None
        )
