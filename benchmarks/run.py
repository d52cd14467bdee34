"""Times what a reader waits for, as ratios to ``python -c "import numpy"`` in the same run.

    python benchmarks/run.py            a table
    python benchmarks/run.py --json     one JSON document

Nothing here passes or fails: machines differ and share their cores. The ratios say how a change
of the code moved the waiting time, seconds only what this machine took.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypedDict

YARDSTICK = "import numpy"
#: What is run as a program of its own: name, arguments of Python.
PROGRAMS: dict[str, tuple[str, ...]] = {
    YARDSTICK: ("-c", "import numpy"),
    "import midstream": ("-c", "import midstream"),
    "midstream --help": ("-m", "midstream", "--help"),
    "midstream score IND --json": ("-m", "midstream", "score", "IND", "--json"),
}


class Result(TypedDict):
    """One row: the median of the repeats and its ratio to the yardstick."""

    name: str
    seconds: float
    ratio: float
    repeats: int


def timed(call: Callable[[], object], repeats: int) -> list[float]:
    """Time a call some times."""
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - start)
    return seconds


def program(arguments: tuple[str, ...]) -> Callable[[], object]:
    """Give a call that runs Python with some arguments and throws its output away."""
    return lambda: subprocess.run([sys.executable, *arguments], capture_output=True, check=True)


def inside() -> dict[str, Callable[[], object]]:
    """What is timed inside this process, once everything is imported."""
    from midstream.evidence import Evidence, Ledger
    from midstream.report.edition import build
    from midstream.scorecard.run import Settings, score
    from midstream.shock.instruments import ShockRequest, checked
    from midstream.shock.run import prepare, run_shock
    from midstream.study import load

    scratch = TemporaryDirectory()
    opened = load()
    world, config = opened.world, opened.config
    whole = Settings(config.countries, config.sectors, draws=config.draws, ranked=config.countries)
    plain = Settings(
        config.countries,
        config.sectors,
        draws=config.draws,
        ranked=config.countries,
        lifts=frozenset(),
    )
    targets = ("IND", "USA", "JPN")
    asked = ShockRequest("CHN", "ndfeb-magnet", targets, "export-ban", months=9, draws=1)
    shock = checked(opened.evidence, world, asked)
    model = prepare(opened.evidence, world, shock)

    def shocked(draws: int) -> object:
        request = replace(asked, draws=draws)
        return run_shock(opened.evidence, world, Ledger(opened.ledger), request, model=model)

    return {
        "load the evidence": lambda: Evidence.load(check=False),
        "load and check the evidence": Evidence.load,
        "build the world": lambda: load().world,
        "score all countries, without lifts": lambda: score(opened.evidence, world, plain),
        "score all countries, with lifts": lambda: score(opened.evidence, world, whole),
        "prepare a chain for shocks": lambda: prepare(opened.evidence, world, shock),
        "one shock run, 21 months, one draw": lambda: shocked(1),
        "one shock run, 21 months, 200 draws": lambda: shocked(200),
        "build an edition": lambda: build(load(), Path(scratch.name) / "edition"),
        "build an edition in two processes": lambda: build(
            load(), Path(scratch.name) / "edition", again=load
        ),
    }


def measure(repeats: int) -> list[Result]:
    """Time everything; programs alternate so that a busy minute hits all of them."""
    seconds: dict[str, list[float]] = {name: [] for name in PROGRAMS}
    for arguments in PROGRAMS.values():
        program(arguments)()
    for _ in range(repeats):
        for name, arguments in PROGRAMS.items():
            seconds[name] += timed(program(arguments), 1)
    for name, call in inside().items():
        call()
        seconds[name] = timed(call, max(1, repeats // 2))
    yardstick = statistics.median(seconds[YARDSTICK])
    return [
        Result(
            name=name,
            seconds=statistics.median(found),
            ratio=statistics.median(found) / yardstick,
            repeats=len(found),
        )
        for name, found in seconds.items()
    ]


def main() -> None:
    """Print the results."""
    parser = argparse.ArgumentParser(description="Times as ratios to importing numpy.")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--repeats", type=int, default=5, help="runs of each program")
    options = parser.parse_args()
    results = measure(max(1, options.repeats))
    if options.json:
        print(json.dumps({"yardstick": YARDSTICK, "results": results}))
        return
    print(f"{'what':38s} {'ratio':>8s} {'seconds':>9s}")
    for row in results:
        print(f"{row['name']:38s} {row['ratio']:8.1f} {row['seconds']:9.3f}")


if __name__ == "__main__":
    main()
