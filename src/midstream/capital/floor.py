"""What a price floor or a contract for difference costs the one who pays it.

The price follows an expected path with mean-reverting noise in its logarithm, and may be pushed
down by a flood. The cost is simulated, and computed in closed form as a check on the simulation.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from midstream.chain.estimate import Floats
from midstream.chain.normal import normal_share
from midstream.chain.streams import generator
from midstream.errors import InputError
from midstream.evidence import Evidence

#: A price, USD per kg, that is never reached: where a return that reaches its cap there stops.
PRICE_LIMIT = 1e12


@dataclass(frozen=True, slots=True)
class PriceLaw:
    """A price that returns to its long-run mean.

    ``P_t = m_t exp(x_t - v_t / 2) (1 - cut)^(flooded_t)`` with the expected path
    ``m_t = mean (start / mean)^exp(-kappa t)`` and noise ``x_t`` of variance
    ``v_t = sigma^2 (1 - exp(-2 kappa t)) / (2 kappa)``; year ``t`` is 1, 2, ...

    Attributes:
        start: Price today, USD per kg, above 0.
        mean: Long-run mean outside floods, USD per kg, above 0.
        reversion: ``kappa``, per year, above 0.
        volatility: ``sigma``, log price per square root of a year, 0 or more.
        flood_rate: Floods per year without one, 0 or more.
        flood_cut: Fall of the price in a flood, 0..1.
        flood_years: Mean length of a flood, above 0.

    Raises:
        InputError: if a number is outside its range.
    """

    start: float
    mean: float
    reversion: float
    volatility: float
    flood_rate: float = 0.0
    flood_cut: float = 0.0
    flood_years: float = 1.0

    def __post_init__(self) -> None:
        for name in ("start", "mean", "reversion", "flood_years"):
            if not getattr(self, name) > 0:
                raise _refused(name, getattr(self, name), "it has to be above 0")
        for name in ("volatility", "flood_rate"):
            if not getattr(self, name) >= 0:
                raise _refused(name, getattr(self, name), "it cannot be below 0")
        if not 0 <= self.flood_cut < 1:
            raise _refused("flood_cut", self.flood_cut, "it is a share of the price from 0 to 1")

    @classmethod
    def of(cls, evidence: Evidence, start: float, mean: float) -> PriceLaw:
        """The law with the reversion, volatility and floods of the parameter table."""
        names = {
            "reversion": "capital.price.reversion",
            "volatility": "capital.price.volatility",
            "flood_rate": "counter.rate.floods",
            "flood_cut": "counter.flood.cut",
            "flood_years": "counter.flood.years",
        }
        values = {key: float(evidence.parameter(name).value or 0) for key, name in names.items()}
        return cls(start, mean, **values)

    def expected(self, years: int) -> Floats:
        """Expected price outside floods, ``m_t``, shape (year,)."""
        fading = np.exp(-self.reversion * np.arange(1, years + 1))
        path: Floats = self.mean * (self.start / self.mean) ** fading
        return path

    def variance(self, years: int) -> Floats:
        """Variance of the log price, ``v_t``, shape (year,)."""
        time = np.arange(1, years + 1)
        grown = 1 - np.exp(-2 * self.reversion * time)
        variance: Floats = self.volatility**2 * grown / (2 * self.reversion)
        return variance

    def flooded(self, years: int) -> Floats:
        """Probability that a flood is on, shape (year,).

        ``p_t = p_(t-1) exp(-1 / length) + (1 - p_(t-1)) (1 - exp(-rate))`` from ``p_0 = 0``.
        """
        chance, found = 0.0, np.empty(years)
        for year in range(years):
            chance = chance * self._lasts + (1 - chance) * self._comes
            found[year] = chance
        return found

    @property
    def _comes(self) -> float:
        return float(1 - np.exp(-self.flood_rate))

    @property
    def _lasts(self) -> float:
        return float(np.exp(-1 / self.flood_years))

    def paths(self, years: int, draws: int, seed: int, name: str) -> Floats:
        """Simulate prices, shape (draw, year); the stream depends on seed and name only."""
        noise = generator(seed, f"price/{name}/noise").standard_normal((draws, years))
        turns = generator(seed, f"price/{name}/flood").random((draws, years))
        step = np.sqrt(self.variance(1)[0])
        kept = np.exp(-self.reversion)
        level = self.expected(years) * np.exp(-self.variance(years) / 2)
        position, on = np.zeros(draws), np.zeros(draws, dtype=bool)
        prices = np.empty((draws, years))
        for year in range(years):
            position = position * kept + step * noise[:, year]
            on = turns[:, year] < np.where(on, self._lasts, self._comes)
            prices[:, year] = level[year] * np.exp(position) * np.where(on, 1 - self.flood_cut, 1)
        return prices


@dataclass(frozen=True, slots=True)
class Contract:
    """Terms of a price floor or a contract for difference.

    Attributes:
        floor: Price that is made up to, USD per kg.
        volume: Sold volume under the contract, kg a year.
        years: Length.
        first: Year in which it begins, 1 is the first.
        share: Part of the price above ``above`` that goes back to the payer, 0..1.
        above: Price from which it does, USD per kg; ``None`` is the floor.
        cap: Most that goes back in a year, USD; ``None`` is without limit.
        total: Most that is paid over all years, USD; ``None`` is without limit.
        stockpiled: Volume made and not sold on which the floor is paid as well, kg a year.
        vat: Tax inside the index the floor is measured against, a share of the price.
        lag: Years between a year and its settlement.
        index: Name of the index.

    Raises:
        InputError: if a number is outside its range.
    """

    floor: float
    volume: float
    years: int
    first: int = 1
    share: float = 0.0
    above: float | None = None
    cap: float | None = None
    total: float | None = None
    stockpiled: float = 0.0
    vat: float = 0.0
    lag: int = 0
    index: str = ""

    def __post_init__(self) -> None:
        for name in ("floor", "volume", "stockpiled", "vat", "lag"):
            if not getattr(self, name) >= 0:
                raise _refused(name, getattr(self, name), "it cannot be below 0")
        if self.years < 1 or self.first < 1:
            raise _refused("years", self.years, "a contract runs for one year or more, from year 1")
        if not 0 <= self.share <= 1:
            raise _refused("share", self.share, "the share of the upside lies between 0 and 1")
        if self.above is not None and self.above < self.floor:
            raise _refused("above", self.above, f"the floor of {self.floor:g} is higher")
        for name in ("cap", "total"):
            limit = getattr(self, name)
            if limit is not None and not limit >= 0:
                raise _refused(name, limit, "it cannot be below 0")

    @classmethod
    def two_way(cls, strike: float, volume: float, years: int) -> Contract:
        """A contract for difference that pays both ways around a strike."""
        return cls(floor=strike, volume=volume, years=years, share=1.0)

    @property
    def last(self) -> int:
        """Last year with a price that counts."""
        return self.first + self.years - 1

    @property
    def ceiling(self) -> float:
        """Price above which part of the price goes back."""
        return self.floor if self.above is None else self.above

    def running(self, years: int) -> Floats:
        """1 in the years of the contract, shape (year,)."""
        time = np.arange(1, years + 1)
        return ((time >= self.first) & (time <= self.last)).astype(float)


def payments(contract: Contract, prices: Floats) -> Floats:
    """What the payer pays, net of what it gets back, USD.

    ``(v + stock) max(F - P, 0) - min(s v max(P - C, 0), M)``; ``P = price (1 + vat)``.

    Args:
        contract: Terms.
        prices: USD per kg without tax, shape (draw, year).

    Returns:
        Shape (draw, year); below 0 where the payer gets back more than it pays.
    """
    index = prices * (1 + contract.vat)
    paid = (contract.volume + contract.stockpiled) * np.maximum(contract.floor - index, 0)
    back = contract.share * contract.volume * np.maximum(index - contract.ceiling, 0)
    if contract.cap is not None:
        back = np.minimum(back, contract.cap)
    running = contract.running(prices.shape[1])
    paid, back = paid * running, back * running
    if contract.total is not None:
        paid = np.diff(np.minimum(paid.cumsum(axis=1), contract.total), axis=1, prepend=0.0)
    net: Floats = paid - back
    return net


def expected_put(strike: float, mean: Floats, variance: Floats) -> Floats:
    """Expected shortfall of a lognormal price below a strike: ``F N(-d2) - m N(-d1)``.

    ``d1 = (ln(m / F) + v / 2) / sqrt(v)`` and ``d2 = d1 - sqrt(v)``.

    Args:
        strike: ``F``, USD per kg, 0 or more.
        mean: Expected price ``m``, above 0, shape (year,).
        variance: Variance of its logarithm ``v``, shape (year,); 0 is a certain price.
    """
    if strike <= 0:
        return np.zeros(np.shape(mean))
    d1, d2 = _distances(strike, mean, variance)
    put = strike * normal_share(-d2) - mean * normal_share(-d1)
    return np.where(variance > 0, put, np.maximum(strike - mean, 0.0))


def expected_call(strike: float, mean: Floats, variance: Floats) -> Floats:
    """Expected excess of a lognormal price over a strike: ``m N(d1) - F N(d2)``.

    Arguments as of `expected_put`.
    """
    if strike <= 0:
        return mean - strike
    # Not the put plus m - F: far above the price that is a difference of two large numbers.
    d1, d2 = _distances(strike, mean, variance)
    call = mean * normal_share(d1) - strike * normal_share(d2)
    return np.where(variance > 0, call, np.maximum(mean - strike, 0.0))


def _distances(strike: float, mean: Floats, variance: Floats) -> tuple[Floats, Floats]:
    spread = np.sqrt(np.where(variance > 0, variance, 1.0))
    d1: Floats = (np.log(mean) - np.log(strike) + variance / 2) / spread
    return d1, d1 - spread


def expected_payments(contract: Contract, law: PriceLaw, years: int) -> Floats:
    """Expected net payment of each year in closed form, USD, shape (year,).

    Puts and calls in and out of a flood, weighted by its probability. A capped return is a call
    less the call at ``C + M / (s v)``. A limit on all that is paid hangs on the path: with one
    there is no closed form, and the years are ``nan``.
    """
    if contract.total is not None:
        return np.full(years, np.nan)
    flood = law.flooded(years)
    calm = _expected(contract, law.expected(years), law.variance(years))
    pushed = _expected(contract, law.expected(years) * (1 - law.flood_cut), law.variance(years))
    mixed: Floats = ((1 - flood) * calm + flood * pushed) * contract.running(years)
    return mixed


def _expected(contract: Contract, mean: Floats, variance: Floats) -> Floats:
    index = mean * (1 + contract.vat)
    put = expected_put(contract.floor, index, variance)
    sharing = contract.share * contract.volume
    call = expected_call(contract.ceiling, index, variance)
    if contract.cap is not None and sharing > 0:
        full = contract.ceiling + min(contract.cap / sharing, PRICE_LIMIT)
        call = call - expected_call(full, index, variance)
    net: Floats = (contract.volume + contract.stockpiled) * put - sharing * call
    return net


def present_value(flows: Floats, rate: float, lag: int = 0) -> Floats:
    """Value today of yearly flows: ``sum_t flow_t (1 + r)^-(t + lag)``, over the last axis.

    Raises:
        InputError: if the rate is -1 or less.
    """
    if not rate > -1:
        raise _refused("rate", rate, "money cannot be discounted at -100 % or less")
    time = np.arange(1, flows.shape[-1] + 1) + lag
    value: Floats = (flows / (1 + rate) ** time).sum(axis=-1)
    return value


@dataclass(frozen=True, slots=True)
class FloorCost:
    """Cost of a contract to its payer.

    Attributes:
        contract, law: What was asked.
        rate: Real rate of the payer.
        yearly: Simulated net payments, USD, shape (draw, year).
        closed: Their expected values in closed form, shape (year,); ``nan`` where there is none.
        present: Value today of each draw, USD, shape (draw,).
        present_closed: Expected value today in closed form, USD; ``nan`` where there is none.
    """

    contract: Contract
    law: PriceLaw
    rate: float
    yearly: Floats
    closed: Floats
    present: Floats
    present_closed: float

    @property
    def standard_error(self) -> float:
        """Standard error of the simulated mean value today, USD."""
        return float(self.present.std(ddof=1) / np.sqrt(self.present.size))

    @property
    def per_kg(self) -> Floats:
        """Value today over the discounted volume, USD per kg, shape (draw,)."""
        volume = self.contract.volume * self.contract.running(self.yearly.shape[1])
        discounted: float = float(present_value(volume, self.rate))
        return np.asarray(self.present / discounted)


def floor_cost(
    contract: Contract, law: PriceLaw, rate: float, *, draws: int = 2000, seed: int = 1
) -> FloorCost:
    """Simulate a contract and compute its expected cost in closed form.

    Args:
        contract: Terms.
        law: Price.
        rate: Real rate at which the payer discounts.
        draws, seed: Of the simulation.

    Raises:
        InputError: if the contract has no volume, or a rate or seed is outside its range.
    """
    if not contract.volume > 0:
        raise _refused("volume", contract.volume, "a contract without volume costs nothing")
    prices = law.paths(contract.last, draws, seed, contract.index or "floor")
    yearly = payments(contract, prices)
    closed = expected_payments(contract, law, contract.last)
    return FloorCost(
        contract=contract,
        law=law,
        rate=rate,
        yearly=yearly,
        closed=closed,
        present=present_value(yearly, rate, contract.lag),
        present_closed=float(present_value(closed, rate, contract.lag)),
    )


def _refused(name: str, value: float, why: str) -> InputError:
    return InputError(f"{name} is {value:g}", where="price floor", why=why, mend="mend the number")
