"""How fast the market is solved, against linear programs of the same networks.

    .venv/bin/python benchmarks/market.py               table; 500 draws on one core
    .venv/bin/python benchmarks/market.py --draws 10000 --workers 2
    .venv/bin/python benchmarks/market.py --json

One draw is 20 materials x 4 steps x 50 countries x 11 years: 220 equilibria with 60 makers and
some 3,000 arcs each, residual 1e-6, float64. Behaviour is drawn for each draw, capacities grow by
random amounts for each draw, year and country, final use by 3 % a year.

The linear program has the same makers, buyers and arcs: least cost of transport (arc costs that
follow from base shares), six steps of rising supply cost for each maker and of falling value for
each use, feed in fixed proportion. `cold` builds the model and solves it, `warm` changes the
ceilings of the year before and solves on from its basis. A program of this kind does not return
the base and jumps between corners; it is compared because it is what such a network is usually
solved with.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

import highspy
import numpy as np

from midstream.market import Measures, Network, Parameters, solve, solve_years

MATERIALS, STEPS, COUNTRIES, MAKERS, YEARS = 20, 4, 50, 15, 11
TOLERANCE = 1e-6
BLOCK = 500


def network(seed: int) -> Network:
    """Outputs by Zipf's law at 15 makers a step, trade half sparse, balanced to 1e-12."""
    rng = np.random.default_rng(seed)
    output = np.zeros((STEPS, COUNTRIES))
    for row in output:
        makers = rng.choice(COUNTRIES, MAKERS, replace=False)
        row[makers] = np.arange(1, MAKERS + 1) ** -1.5 * rng.lognormal(0, 0.3, MAKERS)
        row /= row.sum()
    flow = np.zeros((STEPS, COUNTRIES, COUNTRIES))
    feed = np.zeros((STEPS, COUNTRIES))
    for step in range(STEPS):
        final = rng.lognormal(0, 1.5, COUNTRIES)
        final /= final.sum()
        if step + 1 < STEPS:
            feed[step] = 0.85 * output[step + 1]
            final *= 0.15
        flow[step] = balanced(rng, output[step], feed[step] + final)
    final = np.maximum(flow.sum(axis=1) - feed, 0.0)
    feed = flow.sum(axis=1) - final
    return Network(flow.sum(axis=2), flow, feed, final[:, None, :])


def balanced(rng: np.random.Generator, output: np.ndarray, purchases: np.ndarray) -> np.ndarray:
    shape = (COUNTRIES, COUNTRIES)
    even = np.outer(output, purchases)
    flow = even * rng.lognormal(0, 1.5, shape) * (rng.random(shape) < 0.5) + 1e-4 * even
    flow[np.diag_indices(COUNTRIES)] *= 3
    for _ in range(3000):
        for axis, wanted in ((1, output[:, None]), (0, purchases[None])):
            sums = flow.sum(axis=axis, keepdims=True)
            flow *= np.divide(wanted, sums, out=np.zeros_like(sums), where=sums > 0)
    return flow


def behaviour(rng: np.random.Generator, draws: int) -> Parameters:
    def around(middle: float, *shape: int) -> np.ndarray:
        return middle * np.exp(0.4 * rng.standard_normal((draws, *shape)))

    return Parameters(
        substitution=around(2.0, STEPS),
        supply_elasticity=around(0.3, STEPS),
        cost_share=rng.uniform(0.0, 0.8, (draws, STEPS)),
        demand_elasticity=around(0.4, STEPS, 1),
        choke_price=1 + around(7.0, STEPS, 1),
        feed_choke_price=1 + around(7.0, STEPS),
        capacity=1 + around(0.1, STEPS, COUNTRIES),
    )


def years(
    base: Network, parameters: Parameters, rng: np.random.Generator
) -> Iterator[tuple[Parameters, Measures]]:
    none, capacity = Measures.none(base), np.array(parameters.capacity)
    for year in range(YEARS):
        grown = none.with_demand(STEPS - 1, 1.03**year)
        yield replace(parameters, capacity=capacity), grown
        capacity = capacity * (1 + rng.exponential(0.03, capacity.shape))


def run_block(networks: list[Network], seed: np.random.SeedSequence, draws: int) -> dict:
    """Solve a block of draws for all materials; keeps world output, leader's price, residual."""
    rng = np.random.default_rng(seed)
    kept = np.empty((draws, MATERIALS, YEARS, STEPS), dtype=np.float32)
    iterations, missed = 0, 0
    for number, base in enumerate(networks):
        parameters = behaviour(rng, draws)
        path = solve_years(
            base, years(base, parameters, rng), tolerance=TOLERANCE, method="compiled"
        )
        for year, found in enumerate(path):
            kept[:, number, year] = found.output.sum(axis=-1)
            iterations += int(found.iterations.sum())
            missed += len(found.unconverged)
    return {"kept": kept, "iterations": iterations, "missed": missed}


def linear_program(base: Network, elastic_steps: int = 6) -> highspy.HighsLp:
    """Transport with stepwise supply and use; columns: arcs, supply steps, use steps."""
    makers, buyers = np.argwhere(base.output > 0), np.argwhere(base.purchases > 0)
    maker_row = {tuple(place): row for row, place in enumerate(makers)}
    buyer_row = {tuple(place): len(makers) + row for row, place in enumerate(buyers)}
    columns: list[tuple[float, float, list[int], list[float]]] = []
    shares = base.shares
    for step, exporter, importer in np.argwhere(base.flow > 0):
        cost = -np.log(shares[step, exporter, importer]) / 2.0
        rows = [maker_row[step, exporter], buyer_row[step, importer]]
        columns.append((cost, np.inf, rows, [1.0, 1.0]))
    for step, country in makers:
        for number in range(elastic_steps):
            room = base.output[step, country] * (0.6 if number == 0 else 0.1)
            rows, values = [maker_row[step, country]], [-1.0]
            if step:
                need = base.input_use[step - 1, country] / base.output[step, country]
                rows.append(buyer_row[step - 1, country])
                values.append(-need)
            columns.append((0.2 * number, room, rows, values))
    for step, country in buyers:
        final = base.final_use[step, 0, country]
        row = [buyer_row[step, country]]
        columns.extend(
            (-30.0 / (1 + number), final / 4, row, [-1.0]) for number in range(elastic_steps)
        )
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(columns), len(makers) + len(buyers)
    lp.col_cost_ = np.array([column[0] for column in columns])
    lp.col_lower_ = np.zeros(len(columns))
    lp.col_upper_ = np.array([column[1] for column in columns])
    lp.row_lower_ = lp.row_upper_ = np.zeros(lp.num_row_)
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_ = np.cumsum([0, *(len(column[2]) for column in columns)])
    lp.a_matrix_.index_ = np.array([row for column in columns for row in column[2]])
    lp.a_matrix_.value_ = np.array([value for column in columns for value in column[3]])
    return lp


def quiet_solver() -> highspy.Highs:
    """A solver on one thread; the banner it prints past Python would spoil `--json`."""
    screen, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    try:
        solver = highspy.Highs()
    finally:
        os.dup2(screen, 1)
        os.close(screen)
        os.close(nowhere)
    solver.silent()
    solver.setOptionValue("threads", 1)
    return solver


def linear_seconds(networks: list[Network], sample: int = 5) -> tuple[float, float]:
    """Median seconds of a cold and of a warm solve over some networks and all years."""
    cold, warm = [], []
    rng = np.random.default_rng(0)
    for base in networks[:sample]:
        started = time.process_time()
        solver = quiet_solver()
        solver.passModel(linear_program(base))
        solver.run()
        cold.append(time.process_time() - started)
        assert solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
        arcs = int((base.flow > 0).sum())
        upper = np.array(solver.getLp().col_upper_)
        for _ in range(YEARS - 1):
            upper[arcs:] *= 1 + rng.exponential(0.03, len(upper) - arcs)
            started = time.process_time()
            changed = np.arange(arcs, len(upper), dtype=np.int32)
            solver.changeColsBounds(
                len(changed), changed, np.zeros(len(changed)), upper[arcs:].copy()
            )
            solver.run()
            warm.append(time.process_time() - started)
    return float(np.median(cold)), float(np.median(warm))


def question_seconds(base: Network, method: str) -> float:
    """Median seconds of one what-if with its shipments and prices, nothing prepared but warm."""
    one = behaviour(np.random.default_rng(1), 1).at(0)
    exporter = int(base.output[-1].argmax())
    targets = [to for to in range(COUNTRIES) if to != exporter][:5]
    taken = []
    for depth in (0.5, 0.6, 0.7, 0.8, 0.9):
        started = time.perf_counter()
        measures = Measures.none(base).with_cut(STEPS - 1, exporter, targets, depth)
        found = solve(base, one, measures, method=method)
        assert found.converged
        assert np.isfinite(found.flow).all()
        assert found.price_paid.shape == found.delivered.shape
        taken.append(time.perf_counter() - started)
    return float(np.median(taken))


def measure(draws: int, workers: int) -> dict[str, float]:
    networks = [network(seed) for seed in range(MATERIALS)]
    run_block(networks[:1] * MATERIALS, np.random.SeedSequence(9), 2)
    sizes = [min(BLOCK, draws - first) for first in range(0, draws, BLOCK)]
    seeds = np.random.SeedSequence(1).spawn(len(sizes))
    wall, used = time.perf_counter(), time.process_time()
    with ThreadPoolExecutor(workers) as pool:
        parts = list(pool.map(partial(run_block, networks), seeds, sizes))
    wall, used = time.perf_counter() - wall, time.process_time() - used
    cold, warm = linear_seconds(networks)
    each = used / draws / MATERIALS / YEARS
    return {
        "draws": draws,
        "workers": workers,
        "wall seconds": wall,
        "processor seconds": used,
        "draws per second and core": draws / used,
        "microseconds per equilibrium": 1e6 * each,
        "evaluations per equilibrium": sum(part["iterations"] for part in parts)
        / (draws * MATERIALS * YEARS),
        "equilibria that missed the residual": sum(part["missed"] for part in parts),
        "cold linear program / equilibrium": cold / each,
        "warm linear program / equilibrium": warm / each,
        "one what-if, compiled, milliseconds": 1e3 * question_seconds(networks[0], "compiled"),
        "one what-if, reference, milliseconds": 1e3 * question_seconds(networks[0], "reference"),
        "peak memory, MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--draws", type=int, default=500)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    found = measure(given.draws, given.workers)
    if given.json:
        print(json.dumps(found, indent=2))
        return
    for name, value in found.items():
        print(f"{name:40} {value:12,.1f}")


if __name__ == "__main__":
    main()
