"""What is done to a market: caps, bans, quotas, tariffs, outages, growth of demand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from midstream.errors import InputError
from midstream.market.network import Floats, Network, _frozen

#: The array of a network that a measure has the shape of.
_LIKE = {
    "flow_cap": "flow",
    "total_cap": "output",
    "tariff": "flow",
    "output_factor": "output",
    "demand_factor": "final_use",
}


@dataclass(frozen=True)
class Measures:
    """Measures on a network, without an axis of draws.

    Attributes:
        flow_cap: Ceiling of each arc as a share of its base flow, shape (step, exporter,
            importer); inf is none, 0 (or less than a millionth) a ban.
        total_cap: Ceiling of all exports of a country together, domestic sale left out, as a
            share of its base exports, shape (step, exporter); inf is none.
        tariff: Rate on the producer price, shape (step, exporter, importer).
        output_factor: Factor on output at unchanged prices, shape (step, country); an outage is
            below 1.
        demand_factor: Factor on final use at unchanged prices, shape (step, use, country).
        release: Tonnes a year that buyers take from stock instead of buying, shape (step,
            country), or with a leading axis of draws; negative refills.
        leak: Whether blocked arcs may return through hubs.
        steps, countries: Names, as in the network.
    """

    flow_cap: Floats
    total_cap: Floats
    tariff: Floats
    output_factor: Floats
    demand_factor: Floats
    release: Floats
    leak: bool = True
    steps: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        lowest = {"flow_cap": 0, "total_cap": 0, "tariff": -1, "output_factor": 0}
        for name in (*lowest, "demand_factor", "release"):
            array = _frozen(getattr(self, name))
            object.__setattr__(self, name, array)
            if np.isnan(array).any() or (array < lowest.get(name, -np.inf)).any():
                raise _measure_error(f"{name} holds a value out of range")
        if (self.tariff <= -1).any() or (self.demand_factor < 0).any():
            raise _measure_error("a tariff of -100 % or less, or a negative demand_factor")

    @classmethod
    def none(cls, network: Network) -> Measures:
        """No measure: the base stays as it is."""
        return cls(
            flow_cap=np.full(network.flow.shape, np.inf),
            total_cap=np.full(network.output.shape, np.inf),
            tariff=np.zeros(network.flow.shape),
            output_factor=np.ones(network.output.shape),
            demand_factor=np.ones(network.final_use.shape),
            release=np.zeros(network.output.shape),
            steps=network.steps,
            countries=network.countries,
        )

    def check(self, network: Network) -> None:
        """Check that the shapes fit a network; raises InputError naming the measure."""
        if self.release.shape[-2:] != network.output.shape or self.release.ndim > 3:
            raise _measure_error(f"release has the shape {self.release.shape}")
        for name, like in _LIKE.items():
            if getattr(self, name).shape != getattr(network, like).shape:
                raise _measure_error(f"{name} has the shape {getattr(self, name).shape}")

    def with_cut(
        self, step: int | str, exporter: int | str, importers: Iterable[int | str], depth: float
    ) -> Measures:
        """Cap the flows to some importers at ``(1 - depth)`` of the base; 1 is a ban.

        Raises:
            InputError: A depth outside 0..1, an unknown name, or the exporter among the targets.
        """
        _check_depth(depth)
        if depth == 0:
            # "No cut" is no measure: it must not hold flows at their base either.
            return self
        at, source = self._step(step), self._country(exporter)
        caps = self.flow_cap.copy()
        for importer in importers:
            target = self._country(importer)
            if target == source:
                raise _measure_error("the exporter is among its own targets")
            caps[at, source, target] = min(caps[at, source, target], 1 - depth)
        return replace(self, flow_cap=caps)

    def with_quota(self, step: int | str, exporter: int | str, share: float) -> Measures:
        """Cap all exports of a country together at a share of its base exports.

        Raises:
            InputError: A negative share or an unknown name.
        """
        if not share >= 0:
            raise _measure_error(f"a quota of {share} of base exports")
        at, source = self._step(step), self._country(exporter)
        caps = self.total_cap.copy()
        caps[at, source] = min(caps[at, source], share)
        return replace(self, total_cap=caps)

    def with_tariff(
        self, step: int | str, exporter: int | str, importers: Iterable[int | str], rate: float
    ) -> Measures:
        """Add a tariff to what is there; a rate of 0.25 is 25 % of the producer price."""
        at, source = self._step(step), self._country(exporter)
        tariff = self.tariff.copy()
        for importer in importers:
            tariff[at, source, self._country(importer)] += rate
        return replace(self, tariff=tariff)

    def with_outage(self, step: int | str, country: int | str, depth: float) -> Measures:
        """Take away a part of a country's output at unchanged prices; 1 is all of it."""
        _check_depth(depth)
        factor = self.output_factor.copy()
        factor[self._step(step), self._country(country)] *= 1 - depth
        return replace(self, output_factor=factor)

    def with_demand(self, step: int | str, factor: Floats | float) -> Measures:
        """Multiply final use of a step, by a number or an array (use, country)."""
        demand = self.demand_factor.copy()
        demand[self._step(step)] *= factor
        return replace(self, demand_factor=demand)

    def with_release(self, release: Floats) -> Measures:
        """Take tonnes a year from stock (negative: into stock), shape as `release`."""
        return replace(self, release=release)

    def without_leak(self) -> Measures:
        """Shut all leak routes."""
        return replace(self, leak=False)

    def _step(self, step: int | str) -> int:
        return _place("step", self.steps, self.flow_cap.shape[0], step)

    def _country(self, country: int | str) -> int:
        return _place("country", self.countries, self.flow_cap.shape[1], country)


def _place(kind: str, names: tuple[str, ...], count: int, item: int | str) -> int:
    if isinstance(item, str) and item in names:
        return names.index(item)
    if not isinstance(item, str) and 0 <= item < count:
        return int(item)
    raise _measure_error(f"there is no {kind} {item!r}")


def _check_depth(depth: float) -> None:
    if not 0 <= depth <= 1:
        raise _measure_error(f"a depth of {depth}; it lies between 0 and 1")


def _measure_error(what: str) -> InputError:
    return InputError(
        what,
        where="market measures",
        why="the market cannot act on it",
        mend="give shares as numbers of 0 or more and names of the network",
    )
