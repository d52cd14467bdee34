"""Times the import of a full year of BACI, with the memory it takes.

    python benchmarks/importers.py                    a table
    python benchmarks/importers.py --json             one JSON document
    python benchmarks/importers.py --rows 1000000     a smaller file

The file is made up: eleven million flows in the publisher's layout, of which about one in a hundred
has a code on file. Reading is timed on its own and as a ratio to reading the same bytes once.
Nothing here passes or fails.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypedDict

import numpy as np

from midstream.evidence import Evidence
from midstream.evidence.importers import Wish, prepared, read
from midstream.evidence.importers.batch import Task

ROWS, COUNTRIES, CODES = 11_000_000, 225, 5_000
BLOCK = 500_000
NAME = "BACI_HS17_Y2023_V202601.csv"


class Result(TypedDict):
    """One row: seconds, the ratio to reading the bytes, memory of the process at its height."""

    name: str
    seconds: float
    ratio: float
    peak_mb: float


def make(folder: Path, rows: int, evidence: Evidence) -> Path:
    """Write a file of made-up flows: each of its keys once, padded as the publisher pads them."""
    held = [row["hs6"] for row in evidence.table("hs_concordance").rows if "hs17" in row["tables"]]
    codes = [*held, *(f"{100_000 + 17 * number:06d}" for number in range(CODES - len(held)))]
    countries = [key for key, row in evidence.countries.items() if row["kind"] == "country"]
    countries = countries[:COUNTRIES]
    (folder / "country_codes_V202601.csv").write_text(
        "country_code,country_iso3\n"
        + "".join(f"{number},{name}\n" for number, name in enumerate(countries, 1)),
        encoding="utf-8",
    )
    rng = np.random.default_rng(1)
    step = len(codes) * len(countries) ** 2 // rows
    path = folder / NAME
    with path.open("w", encoding="utf-8") as out:
        out.write("t,i,j,k,v,q\n")
        for start in range(0, rows, BLOCK):
            place = np.arange(start, min(start + BLOCK, rows)) * step
            code, pair = np.divmod(place, len(countries) ** 2)
            seller, buyer = np.divmod(pair, len(countries))
            value = rng.lognormal(3, 3, len(place))
            out.writelines(
                f"2023,{i + 1},{j + 1},{codes[k]},{v:16.3f},{v / 7:16.3f}\n"
                for i, j, k, v in zip(seller, buyer, code, value, strict=True)
            )
    return path


def through(path: Path) -> int:
    """Read the bytes of a file once."""
    with path.open("rb") as stream:
        return sum(len(block) for block in iter(lambda: stream.read(1 << 20), b""))


def timed(name: str, call: Callable[[], object], yardstick: float = 0.0) -> Result:
    """Time a call; memory is that of the whole process at its height so far."""
    start = time.perf_counter()
    call()
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"name": name, "seconds": seconds, "ratio": seconds / (yardstick or seconds),
            "peak_mb": peak}  # fmt: skip


def measure(rows: int) -> list[Result]:
    evidence = Evidence.load(check=False)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        path = make(folder, rows, evidence)
        work = folder / "work"
        work.mkdir()

        def whole() -> None:
            with prepared(Wish("baci", path, folder / "local"), evidence):
                pass

        one = timed("read the bytes once", lambda: through(path))
        return [
            one,
            timed("read the file", lambda: read(Task(path, work, evidence), "baci"),
                  one["seconds"]),
            timed("read, merge and check", whole, one["seconds"]),
        ]  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--rows", type=int, default=ROWS)
    chosen = parser.parse_args()
    found = measure(chosen.rows)
    if chosen.json:
        print(json.dumps(found))
        return 0
    for one in found:
        print(
            f"{one['name']:24s}{one['seconds']:8.1f} s{one['ratio']:8.1f}{one['peak_mb']:8.0f} MB"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
