"""Networks for tests: drawn at random and balanced by construction, and parameters to go with."""

from __future__ import annotations

from typing import Any

import numpy as np

from midstream.market import Measures, Network, Parameters


def drawn_network(
    seed: int, steps: int = 3, countries: int = 6, uses: int = 1, dense: float = 0.7
) -> Network:
    """Flows at random; outputs and uses are whatever makes them balance."""
    rng = np.random.default_rng(seed)
    shape = (steps, countries, countries)
    flow = rng.lognormal(0, 1.5, shape) * (rng.random(shape) < dense)
    making = rng.random((steps, countries)) < 0.6
    making[:, 0] = True
    flow *= making[:, :, None]
    flow[:, 0, 0] += 0.1
    for step in range(1, steps):
        flow[step][flow[step - 1].sum(axis=0) == 0] = 0.0
    output, bought = flow.sum(axis=2), flow.sum(axis=1)
    feed = np.zeros((steps, countries))
    part = rng.uniform(0.2, 0.95, (steps, countries))
    feed[:-1] = np.where(output[1:] > 0, bought[:-1] * part[:-1], 0.0)
    split = rng.dirichlet(np.ones(uses), (steps, countries)).transpose(0, 2, 1)
    return Network(output, flow, feed, (bought - feed)[:, None, :] * split)


def drawn_parameters(
    network: Network, seed: int, draws: int | None = None, **changed: Any
) -> Parameters:
    """Lognormal around usual values; with an axis of draws when a number is given."""
    rng = np.random.default_rng(seed)
    steps, uses, countries = network.final_use.shape
    axis = () if draws is None else (draws,)

    def around(middle: float, *shape: int) -> Any:
        return middle * np.exp(0.4 * rng.standard_normal((*axis, *shape)))

    values = {
        "substitution": around(2.0, steps),
        "supply_elasticity": around(0.3, steps),
        "cost_share": rng.uniform(0.0, 0.8, (*axis, steps)),
        "demand_elasticity": around(0.4, steps, uses),
        "choke_price": 1 + around(7.0, steps, uses),
        "feed_choke_price": 1 + around(7.0, steps),
        "capacity": 1 + around(0.1, steps, countries),
        "leakage_share": 0.0,
        "leakage_markup": 0.3,
    }
    return Parameters(**{**values, **changed})


def sample_parameters(network: Network, generator: np.random.Generator, size: int) -> Parameters:
    """A sampler for `solve_draws` once its network is bound."""
    return drawn_parameters(network, int(generator.integers(2**31)), size)


def largest(network: Network, step: int) -> int:
    """The country with the largest output of a step."""
    return int(network.output[step].argmax())


def others(network: Network, country: int) -> list[int]:
    """All countries but one."""
    return [one for one in range(network.output.shape[1]) if one != country]


def with_cut(network: Network, step: int, targets: list[int], depth: float) -> Measures:
    """The largest exporter of a step cuts some targets."""
    return Measures.none(network).with_cut(step, largest(network, step), targets, depth)
