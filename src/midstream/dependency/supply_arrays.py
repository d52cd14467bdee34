"""Supply of many materials as arrays: production, trade and governance by place.

A *place* is one material in one year. Countries may carry any labels, the same in all three
inputs. A blank figure is ``nan`` and stays missing; a producer that is not listed makes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from midstream.evidence import Node

Floats = NDArray[np.float64]
Indexes = NDArray[np.int64]
Flags = NDArray[np.bool_]
Place = tuple[str, int]


@dataclass(frozen=True)
class Origins:
    """Lineage behind the arrays.

    Attributes:
        production: Lineage ids of the producers of each place.
        flows: Lineage id of each flow.
        risk: (country, year) -> lineage id of its governance.
        leaves: Nodes that the ids name and no other ledger holds.
    """

    production: tuple[tuple[str, ...], ...] = ()
    flows: tuple[str, ...] = ()
    risk: Mapping[tuple[str, int], str] = field(default_factory=dict)
    leaves: tuple[Node, ...] = ()


@dataclass(frozen=True)
class SupplyArrays:
    """Production, trade and governance.

    Attributes:
        places: (material, year), in the order of the first axis.
        countries: Labels, in the order of the country axes.
        production: Tonnes (or the unit of the form), shape (place, country).
        production_low, production_high: Ends of it, same shape; a missing one has ends too.
        risk: Governance risk 0..1 in the year of the place, shape (place, country).
        flow_place, exporter, importer: Positions, shape (flow,).
        quantity: Quantity of each flow in the unit of production, shape (flow,).
        value: Thousand USD of each flow, shape (flow,).
        origins: Lineage.
    """

    places: tuple[Place, ...]
    countries: tuple[str, ...]
    production: Floats
    production_low: Floats
    production_high: Floats
    risk: Floats
    flow_place: Indexes
    exporter: Indexes
    importer: Indexes
    quantity: Floats
    value: Floats
    origins: Origins = field(default_factory=Origins)

    @property
    def flow_risk(self) -> Floats:
        """Governance risk of the exporter of each flow, shape (flow,)."""
        found: Floats = self.risk[self.flow_place, self.exporter]
        return found


@dataclass(frozen=True)
class Blocs:
    """Importers: single countries, or groups of countries that count as one.

    Attributes:
        labels: Names of the importers.
        group: Position of each country's importer, -1 where it belongs to none, shape (country,).
    """

    labels: tuple[str, ...]
    group: Indexes

    @classmethod
    def single(cls, arrays: SupplyArrays) -> Blocs:
        """Every country on its own."""
        return cls(arrays.countries, np.arange(len(arrays.countries)))

    @classmethod
    def of(cls, arrays: SupplyArrays, members: Mapping[str, Sequence[str]]) -> Blocs:
        """Some groups that share no country; members without any figure are passed over."""
        group = np.full(len(arrays.countries), -1)
        position = {label: index for index, label in enumerate(arrays.countries)}
        for number, countries in enumerate(members.values()):
            for country in countries:
                if country in position:
                    group[position[country]] = number
        return cls(tuple(members), group)

    @property
    def size(self) -> int:
        """Number of importers."""
        return len(self.labels)

    def home(self, arrays: SupplyArrays) -> Flags:
        """Flows that stay inside one importer, shape (flow,)."""
        same: Flags = self.group[arrays.exporter] == self.group[arrays.importer]
        return same & (self.group[arrays.importer] >= 0)

    def buying(self, arrays: SupplyArrays) -> Flags:
        """Flows into an importer, from inside it or outside, shape (flow,)."""
        flags: Flags = self.group[arrays.importer] >= 0
        return flags

    def pooled(self, values: Floats) -> Floats:
        """Sum a (place, country) array over the members of each importer: (place, importer)."""
        member = np.zeros((self.group.size, self.size))
        inside = self.group >= 0
        member[np.flatnonzero(inside), self.group[inside]] = 1.0
        if self.size == self.group.size and bool(np.all(self.group == np.arange(self.size))):
            return values.copy()
        # A product would turn an infinite end times zero into nan.
        columns = [values[:, member[:, at] > 0].sum(axis=1) for at in range(self.size)]
        return np.stack(columns, axis=1)

    def summed(self, arrays: SupplyArrays, weights: Floats, flows: Flags, side: Indexes) -> Floats:
        """Sum weights of flows by place and by the importer that a side of them belongs to.

        Args:
            arrays: The supply.
            weights: Weight of each flow, shape (flow,).
            flows: Which flows count, shape (flow,).
            side: ``arrays.importer`` or ``arrays.exporter``.

        Returns:
            Sums, shape (place, importer).
        """
        shape = (len(arrays.places), self.size)
        cell = arrays.flow_place[flows] * self.size + self.group[side[flows]]
        return sums_by_cell(cell, weights[flows], shape)


def sums_by_cell(cell: Indexes, weights: Floats, shape: tuple[int, int]) -> Floats:
    """Sum weights by cell number, row by row, into an array of a shape."""
    sums = np.bincount(cell, weights=weights, minlength=shape[0] * shape[1])
    return np.asarray(sums, dtype=np.float64).reshape(shape)


def zero_where_missing(values: Floats) -> Floats:
    """Read a missing figure as zero: only for sums that keep the missing part beside them."""
    return np.where(np.isnan(values), 0.0, values)


def share_of(part: Floats, whole: Floats) -> Floats:
    """``part / whole``, ``nan`` where the whole is zero."""
    return np.where(whole > 0, part / np.where(whole > 0, whole, 1.0), np.nan)
