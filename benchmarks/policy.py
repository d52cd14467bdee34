"""How long a middle test takes, as ratios to ``python -c "import numpy"``.

    .venv/bin/python benchmarks/policy.py                a table
    .venv/bin/python benchmarks/policy.py --draws 200    as the explorer runs it first
    .venv/bin/python benchmarks/policy.py --json         one JSON document

The default study is opened and its world made before the clock starts. `bench` makes the bench
and runs the world without levers; `world` is one more set of levers on it, the cost of a slider;
`verdict` is a test without flips, stress tests and facts; `whole` is all that `midstream policy
test` prints. Seconds are wall time, `processor` is what this program used of it.

Nothing here passes or fails on time.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import count
from typing import TypedDict

from midstream.policy.bench import Bench
from midstream.policy.frame import Choice
from midstream.policy.middle import middle_test
from midstream.study import load

REPEATS = 5
PACKAGE = "technology-offtake"


class Row(TypedDict):
    """One row: the median of the repeats, and its ratio to the yardstick."""

    name: str
    seconds: float
    processor: float
    ratio: float


def median_of(call: Callable[[], object], repeats: int) -> tuple[float, float]:
    """Median wall and processor time of a call."""
    wall, used = [], []
    for _ in range(repeats):
        start, first = time.perf_counter(), time.process_time()
        call()
        wall.append(time.perf_counter() - start)
        used.append(time.process_time() - first)
    return statistics.median(wall), statistics.median(used)


def yardstick() -> float:
    """Median time of starting Python and importing NumPy."""
    words = [sys.executable, "-c", "import numpy"]
    return median_of(lambda: subprocess.run(words, check=True), REPEATS)[0]


def calls(bench: Bench, choice: Choice) -> dict[str, tuple[Callable[[], object], int]]:
    """What is timed on a bench that stands, with its repeats."""
    steps = count(1)

    def world() -> object:
        # Another size each time: what was run once is kept.
        scale = {choice.levers[0].id: 1 + next(steps) / 1000}
        return bench.outcome(choice.levers, choice.without, scale=scale)

    return {
        "world": (world, 4 * REPEATS),
        "verdict": (lambda: middle_test(bench, choice, full=False), REPEATS),
        "whole": (lambda: middle_test(bench, choice), 1),
    }


def measured(draws: int) -> list[Row]:
    """Time all rows."""
    unit = yardstick()
    study = load("india-us")
    study.holders()
    benches: list[Bench] = []

    def bench() -> None:
        benches.append(study.policy_bench(draws=draws))
        benches[0].outcome(())

    times = {"bench": median_of(bench, 1)}
    choice = study.policy_choice([PACKAGE])
    for name, (call, repeats) in calls(benches[0], choice).items():
        times[name] = median_of(call, repeats)
    return [
        Row(name=name, seconds=wall, processor=used, ratio=wall / unit)
        for name, (wall, used) in times.items()
    ]


def main() -> int:
    """Print the table and give the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--draws", type=int, default=500)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    rows = measured(asked.draws)
    if asked.json:
        print(json.dumps({"draws": asked.draws, "rows": rows}))
        return 0
    print(f"{PACKAGE}, {asked.draws:,} draws")
    print(f"{'':10s} {'seconds':>9s} {'processor':>10s} {'ratio':>7s}")
    for row in rows:
        seconds = f"{row['seconds']:9.3f} {row['processor']:10.3f} {row['ratio']:7.1f}"
        print(f"{row['name']:10s} {seconds}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
