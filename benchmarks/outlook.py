"""How long a country's outlook takes, as ratios to ``python -c "import numpy"``.

    .venv/bin/python benchmarks/outlook.py               table; the study's draws and 10,000
    .venv/bin/python benchmarks/outlook.py --draws 4000  fewer than 10,000
    .venv/bin/python benchmarks/outlook.py --json        one JSON document

Every run is a program of its own, so that its peak of memory is its own: it opens the default
study, then times the outlook alone. `whole` is what an edition holds: futures with counter-moves,
groups behind the intervals, repeated runs, scores, rows with their lineage. `futures` leaves all
but the draws and their scenarios out. One run with one thread and one with two must give the same
numbers to the last bit: a digest of both is compared.

Nothing here passes or fails on time; two digests that differ end the program with code 1.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from typing import TypedDict

import numpy as np

from midstream.scenarios.cellwise import Cellwise

REPEATS = 5
#: Name of a row, its kind, and threads; ``None`` leaves them to the outlook.
EVERY = (("futures", 1), ("whole", 1), ("whole", 2))


class Run(TypedDict):
    """What one program measured."""

    kind: str
    draws: int
    workers: int
    seconds: float
    processor: float
    megabytes: float
    digest: str


def yardstick() -> float:
    """Median time of starting Python and importing NumPy."""
    seconds = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", "import numpy"], check=True)
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def numbers(value: object) -> Iterator[bytes]:
    """All numbers, words and arrays of a result, in order."""
    if isinstance(value, np.ndarray | Cellwise):
        yield np.ascontiguousarray(value).tobytes()
    elif isinstance(value, tuple):
        for part in value:
            yield from numbers(part)
    elif isinstance(value, dict):
        for key, part in value.items():
            yield str(key).encode()
            yield from numbers(part)
    elif is_dataclass(value):
        for field in fields(value):
            # The world behind the scores is input, not result.
            if field.name != "world":
                yield from numbers(getattr(value, field.name))
    else:
        yield repr(value).encode()


def measure(kind: str, draws: int, workers: int) -> Run:
    """Run one outlook in this process."""
    from midstream.scenarios.outlook import outlook
    from midstream.scenarios.outlook_counter import counter_moves
    from midstream.study import load

    opened = load()
    settings = opened.outlook_settings(draws or None)
    if kind == "futures":
        settings = replace(settings, sectors=(), groups=0, reruns=0)
    moves = counter_moves(opened.evidence, opened.world)
    wall, processor = time.perf_counter(), time.process_time()
    found = outlook(opened.evidence, opened.world, settings, counter=moves, workers=workers)
    seconds, used = time.perf_counter() - wall, time.process_time() - processor
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    digest = hashlib.sha256()
    for part in numbers(found):
        digest.update(part)
    return Run(
        kind=kind,
        draws=settings.draws,
        workers=workers,
        seconds=seconds,
        processor=used,
        megabytes=peak,
        digest=digest.hexdigest()[:16],
    )


def apart(kind: str, draws: int, workers: int) -> Run:
    """The same in a program of its own."""
    arguments = ["--one", kind, "--draws", str(draws), "--workers", str(workers)]
    done = subprocess.run(
        [sys.executable, __file__, *arguments], check=True, capture_output=True, text=True
    )
    found: Run = json.loads(done.stdout)
    return found


def table(unit: float, runs: list[Run]) -> str:
    """One line a run."""
    lines = [
        f"import numpy: {unit:.3f} s",
        "",
        "draws   what     threads  ratio  s     draws/s  MB",
    ]
    lines += [
        f"{run['draws']:>6}  {run['kind']:<8} {run['workers']:>6} {run['seconds'] / unit:>6.0f}"
        f" {run['seconds']:>6.1f} {run['processor']:>12.1f}"
        f" {run['draws'] / run['seconds']:>8.0f} {run['megabytes']:>5.0f}"
        for run in runs
    ]
    return "\n".join(lines)


def differing(runs: list[Run]) -> list[str]:
    """Runs of one kind and size that do not give the same numbers."""
    held: dict[tuple[str, int], str] = {}
    return [
        f"{run['kind']} of {run['draws']:,} draws with {run['workers']} threads"
        for run in runs
        if held.setdefault((run["kind"], run["draws"]), run["digest"]) != run["digest"]
    ]


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--draws", type=int, default=10_000, help="draws of the larger runs")
    parser.add_argument("--workers", type=int, default=1, help=argparse.SUPPRESS)
    parser.add_argument("--one", choices=("futures", "whole"), help=argparse.SUPPRESS)
    parser.add_argument("--json", action="store_true", help="one JSON document")
    given = parser.parse_args()
    if given.one:
        print(json.dumps(measure(given.one, given.draws, given.workers)))
        return 0
    unit = yardstick()
    runs = [apart(kind, draws, threads) for draws in (0, given.draws) for kind, threads in EVERY]
    apart_ = differing(runs)
    if given.json:
        print(json.dumps({"unit": unit, "runs": runs, "differing": apart_}, indent=1))
    else:
        print(table(unit, runs))
        print("\n".join(f"differs: {one}" for one in apart_) or "\nthe same with 1 and 2 threads")
    return 1 if apart_ else 0


if __name__ == "__main__":
    raise SystemExit(main())
