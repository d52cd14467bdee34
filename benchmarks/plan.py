"""How long a plan takes, as ratios to ``python -c "import numpy"``.

    .venv/bin/python benchmarks/plan.py          a table
    .venv/bin/python benchmarks/plan.py --json   one JSON document

The default study is opened, and its bench and base made, before the clock starts. `plan` is all
that `midstream policy plan` prints, `limited` the same with a limit on every year. `made` is one
budget of a made-up programme of 20 levers that can start in any of 10 years, 20 pairs and 150
groups of draws; `made limited` has a limit on every year as well. The gap is the bound of the
programme less its answer.

Nothing here passes or fails on time.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable
from typing import TypedDict

import numpy as np

from midstream.policy.portfolio import Aim, Budget, Option, Reach
from midstream.policy.portfolio_master import Master
from midstream.study import Study, load

LEVERS, YEARS, PAIRS, GROUPS, STAGES = 20, 10, 20, 150, 3
BUDGET = 1200.0
REPEATS = 5


class Row(TypedDict):
    """One row."""

    name: str
    seconds: float
    processor: float
    ratio: float
    gap: float


def yardstick() -> float:
    """Shortest time of starting Python and importing NumPy."""
    found = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", "import numpy"], check=True)
        found.append(time.perf_counter() - start)
    return sorted(found)[REPEATS // 2]


def made(seed: int, limited: bool) -> float:
    """Solve a made-up programme and give its gap."""
    rng = np.random.default_rng(seed)
    active = tuple(float(part) for part in np.linspace(1, 0.1, YEARS))
    years = tuple(range(2026, 2026 + YEARS))
    options = [
        Option(f"lever-{number:02d}", years, active, float(rng.uniform(10, 700)))
        for number in range(LEVERS)
    ]
    spread = 1 + 0.7 * rng.normal(size=(LEVERS, GROUPS, STAGES))
    single = np.maximum(0, rng.normal(0.03, 0.03, (LEVERS, 1, STAGES)) * spread)
    drawn = [rng.choice(LEVERS, 2, replace=False) for _ in range(PAIRS)]
    reach = Reach(
        base=rng.beta(1.2, 4, (GROUPS, STAGES)),
        single=single,
        pairs=tuple((int(one), int(other)) for one, other in drawn),
        joint=rng.normal(0.01, 0.02, (PAIRS, GROUPS, STAGES)),
        imported=np.full((GROUPS, STAGES), 0.3),
        opened=np.zeros_like(single),
        weights=np.full(GROUPS, 1 / GROUPS),
    )
    total = 0.3 * sum(one.cost for one in options)
    budget = Budget(total, year=total / 5 if limited else np.inf, payments=(0.25,) * 4)
    return Master(options, reach, Aim((1, 2), 0.25, 0.8), budget).solve(total).gap


def planned(study: Study, year: float | None) -> float:
    """Make a plan and give its gap."""
    found = study.policy_plan(BUDGET, "USD million", year=year)
    return float(found.gap.value or 0.0)


def measured() -> list[Row]:
    """Time all rows."""
    unit = yardstick()
    study = load("india-us")
    draws = int(study.evidence.parameter("policy.plan.draws").value or 1)
    study.policy_bench(draws=draws).outcome(())
    calls: dict[str, Callable[[], float]] = {
        "plan": lambda: planned(study, None),
        "limited": lambda: planned(study, BUDGET / 4),
        "made": lambda: made(0, limited=False),
        "made limited": lambda: made(0, limited=True),
    }
    rows = []
    for name, call in calls.items():
        start, used = time.perf_counter(), time.process_time()
        gap = call()
        wall, processor = time.perf_counter() - start, time.process_time() - used
        rows.append(Row(name=name, seconds=wall, processor=processor, ratio=wall / unit, gap=gap))
    return rows


def main() -> int:
    """Print the table and give the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--json", action="store_true")
    rows = measured()
    if parser.parse_args().json:
        print(json.dumps({"rows": rows}))
        return 0
    print(f"{'':14s} {'seconds':>9s} {'processor':>10s} {'ratio':>7s} {'gap':>9s}")
    for row in rows:
        seconds = f"{row['seconds']:9.2f} {row['processor']:10.2f} {row['ratio']:7.1f}"
        print(f"{row['name']:14s} {seconds} {row['gap']:9.1e}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
