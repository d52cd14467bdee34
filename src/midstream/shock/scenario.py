"""What is drawn once per network of the evidence: licence curves, stocks, measures by month."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from midstream.chain.estimate import Floats
from midstream.market import Measures, Network
from midstream.shock.behaviour import Sampler
from midstream.shock.instruments import Shock, in_force, pass_rates
from midstream.shock.network import BalancedBase

#: Days of notice the parameter of front-loading speaks of.
FRONT_DAYS = 42.0


@dataclass(frozen=True, slots=True)
class Scenario:
    """What one network of the evidence is given.

    Attributes:
        rates: Share of base trade that may pass by month and country, shape (month, country);
            1 for countries that are not cut.
        measures: One a month.
        remaining: Months buyers expect the cut to last on, by month.
        share: Share of each cut country's purchases the actor supplies, shape (country,); 0 for
            countries that are not cut.
    """

    rates: Floats
    measures: tuple[Measures, ...]
    remaining: tuple[float, ...]
    share: Floats


def horizon_of(shock: Shock, recovery: float) -> int:
    """Months of a run: until the end of the measure and the recovery after it."""
    return int(np.ceil(shock.start + shock.months + recovery))


def cut_countries(shock: Shock, countries: Sequence[str]) -> list[int]:
    """Places of the countries a shock cuts; all but the actor where it cuts everyone."""
    if shock.targets:
        return [countries.index(country) for country in shock.targets]
    actor = shock.request.actor
    return [place for place, country in enumerate(countries) if country != actor]


def scenarios(
    sampler: Sampler, base: BalancedBase, networks: Sequence[Network], shock: Shock, horizon: int
) -> tuple[Scenario, ...]:
    """Draw what each network is given; the first takes central values.

    Args:
        sampler: Draws, as many as there are networks.
        base: Names of the axes.
        networks: Networks.
        shock: The shock.
        horizon: Months.
    """
    rates = _rates(sampler, base, shock, horizon)
    first = sampler.draw("market.stock.horizon")
    growth = sampler.draw("market.stock.learning")
    age = np.maximum(0.0, np.arange(horizon) + 0.5 - shock.start)
    found = []
    for number, network in enumerate(networks):
        expected = np.maximum(1.0, first[number] + growth[number] * age)
        measures = measures_by_month(base, network, shock, rates[number])
        share = _actor_share(base, network, shock)
        found.append(Scenario(rates[number], measures, tuple(expected.tolist()), share))
    return tuple(found)


def bought_ahead(sampler: Sampler, shock: Shock) -> Floats:
    """Months of the actor's exports bought ahead during the notice, shape (draw,).

    ``front-load x min(1, notice / 42 days) x depth``; nothing under a tariff or a threat.
    """
    drawn = sampler.draw("market.front-load")
    if shock.request.instrument in ("tariff", "threat"):
        return np.zeros_like(drawn)
    ahead: Floats = drawn * min(1.0, shock.request.notice_days / FRONT_DAYS) * shock.depth
    return ahead


def built_before(sampler: Sampler, shock: Shock) -> Floats:
    """Months of stock built before a shock that was expected, shape (draw,)."""
    drawn = sampler.draw("market.stock.expected")
    return np.zeros_like(drawn) if shock.request.surprise else drawn * shock.depth


def _actor_share(base: BalancedBase, network: Network, shock: Shock) -> Floats:
    """Share of each cut country's purchases that the actor supplies, shape (country,)."""
    bought = network.purchases[shock.step]
    actor = base.country(shock.request.actor)
    flow = network.flow[shock.step, actor]
    share: Floats = np.divide(flow, bought, out=np.zeros_like(bought), where=bought > 0)
    cut = np.zeros_like(share)
    if shock.request.instrument not in ("tariff", "threat"):
        cut[cut_countries(shock, base.names.countries)] = 1.0
    return share * cut


def _rates(sampler: Sampler, base: BalancedBase, shock: Shock, horizon: int) -> Floats:
    """Pass rates, shape (network, month, country)."""
    rates = np.ones((sampler.draws, horizon, len(base.names.countries)))
    if shock.request.instrument == "outage":
        return rates
    for place in cut_countries(shock, base.names.countries):
        country = base.names.countries[place]
        for number, curve in enumerate(_curves(sampler, shock, country)):
            rates[number, :, place] = pass_rates(shock, horizon, *curve)
    return rates


def _curves(sampler: Sampler, shock: Shock, country: str) -> Floats:
    """Lag, pace and long-run rate of a destination, shape (network, 3).

    A part ``common`` of the log of each number is the same for all destinations.
    """
    if shock.request.instrument != "export-licence":
        return np.ones((sampler.draws, 3))
    common = sampler.value("market.licence.common")
    found = []
    for name in ("lag", "pace", "long"):
        shared = np.maximum(sampler.draw(f"market.licence.{name}"), 1e-9)
        own = np.maximum(sampler.draw(f"market.licence.{name}", country), 1e-9)
        found.append(shared**common * own ** (1 - common))
    curves = np.stack(found, axis=1)
    given = shock.request.pass_rates.get(country)
    if given is not None:
        curves[:, 2] = given
    curves[:, 2] = np.minimum(1.0, curves[:, 2])
    return curves


def measures_by_month(
    base: BalancedBase, network: Network, shock: Shock, rates: Floats
) -> tuple[Measures, ...]:
    """Give the measures of every month.

    Args:
        base: Names of the axes.
        network: Network.
        shock: The shock.
        rates: Pass rates, shape (month, country).
    """
    none = Measures.none(network)
    part = in_force(shock.start, shock.months, len(rates))
    # Months alike share their measures, and with them what the market works out once for them.
    found = dict[tuple[bytes, float], Measures]()
    months = []
    for now, force in zip(rates, part.tolist(), strict=True):
        alike = now.tobytes(), force
        if alike not in found:
            found[alike] = _measure(base, none, shock, now, force)
        months.append(found[alike])
    return tuple(months)


def _measure(
    base: BalancedBase, none: Measures, shock: Shock, rates: Floats, part: float
) -> Measures:
    actor, instrument = base.country(shock.request.actor), shock.request.instrument
    if part == 0 or shock.depth == 0 or instrument == "threat":
        return none
    if instrument == "outage":
        return none.with_outage(shock.step, actor, shock.depth * part)
    cut = cut_countries(shock, base.names.countries)
    if instrument == "tariff":
        return none.with_tariff(shock.step, actor, cut, shock.depth * part)
    if instrument == "export-quota" and not shock.targets:
        return none.with_quota(shock.step, actor, float(rates[cut[0]]))
    caps = none.flow_cap.copy()
    # A rate of one is no cap: flows may then rise above their base.
    caps[shock.step, actor, cut] = np.where(rates[cut] < 1, rates[cut], np.inf)
    return replace(none, flow_cap=caps)
