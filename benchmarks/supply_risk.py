"""Times all supply-risk cells at once, as ratios to a cell at a time.

    python benchmarks/supply_risk.py                      a table
    python benchmarks/supply_risk.py --json               one JSON document
    python benchmarks/supply_risk.py --package PYTHON     beside the published package

78 materials x 225 countries x 10 years of random supply with 1.07 million flows: the size of the
data of the published package. ``PYTHON`` is an interpreter that has geopolrisk-py installed (in an
environment of its own: nothing here depends on it); its own cells are then timed on its own data,
without its loading. Nothing here passes or fails.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable

import numpy as np

from midstream.dependency.eu_risk import EuInputs, eu_cells
from midstream.dependency.geopolrisk import PeerConstants, peer_cells
from midstream.dependency.stage_risk import stage_cells
from midstream.dependency.supply_arrays import Blocs, SupplyArrays
from midstream.evidence import Evidence

MATERIALS, COUNTRIES, YEARS, FLOWS = 78, 225, 10, 1_070_000
PRODUCERS = 15

#: Times cells of the package on its own data, after loading.
PACKAGE = """
import time, json
from geopolrisk.assessment import core, database, main, utils
data = main.mapped_baci()
names = [name for name in utils.default_rmlist()[:10]]
countries = ["Japan", "India", "Germany", "France", "Brazil"]
start, cells = time.perf_counter(), 0
for name in names:
    for country in countries:
        for year in (2018, 2022):
            members = database.databases.regionslist[country]
            trade = utils.aggregateTrade(year, members, name, data)
            core.GeoPolRisk(*trade, *core.HHI(name, year, country))
            cells += 1
print(json.dumps({"seconds": (time.perf_counter() - start) / cells}))
"""


def supply(seed: int = 1) -> SupplyArrays:
    """Random supply of the full size; the same for the same seed."""
    rng = np.random.default_rng(seed)
    places = tuple((f"m{m:02d}", 2015 + y) for m in range(MATERIALS) for y in range(YEARS))
    made = np.zeros((len(places), COUNTRIES))
    for row in made:
        row[rng.choice(COUNTRIES, PRODUCERS, replace=False)] = rng.lognormal(8, 2, PRODUCERS)
    cells = rng.choice(len(places) * COUNTRIES**2, FLOWS, replace=False)
    place, pair = np.divmod(cells, COUNTRIES**2)
    exporter, importer = np.divmod(pair, COUNTRIES)
    return SupplyArrays(
        places=places,
        countries=tuple(f"c{c:03d}" for c in range(COUNTRIES)),
        production=made,
        production_low=made * 0.9,
        production_high=made * 1.1,
        risk=rng.random((len(places), COUNTRIES)),
        flow_place=place,
        exporter=exporter,
        importer=importer,
        quantity=rng.lognormal(3, 2, FLOWS),
        value=rng.lognormal(4, 2, FLOWS),
    )


def timed(call: Callable[[], object], repeats: int) -> float:
    """Median seconds of some calls."""
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - start)
    return float(np.median(seconds))


def one_by_one(arrays: SupplyArrays, constants: PeerConstants) -> float:
    """Seconds for a cell when each importer is asked for on its own."""
    start = time.perf_counter()
    for column in range(5):
        label = arrays.countries[column]
        peer_cells(arrays, constants, Blocs.of(arrays, {label: [label]}))
    return (time.perf_counter() - start) / (5 * len(arrays.places))


def package(python: str) -> float:
    """Seconds for a cell of the published package."""
    done = subprocess.run([python, "-c", PACKAGE], capture_output=True, text=True, check=True)
    return float(json.loads(done.stdout.splitlines()[-1])["seconds"])


def measure(python: str | None, repeats: int) -> dict[str, float]:
    """Seconds by name, and the ratios to them."""
    evidence, arrays = Evidence.load(check=False), supply()
    constants = PeerConstants.of(evidence)
    inputs = EuInputs(np.ones(COUNTRIES), (0.1, 0, 0.3), (1, 0.8, 1), 0.05)
    cells = len(arrays.places) * COUNTRIES
    found: dict[str, float] = {"cells": cells}
    calls: dict[str, Callable[[], object]] = {
        "geopolrisk": lambda: peer_cells(arrays, constants),
        "stage-consistent": lambda: stage_cells(arrays, 0.05),
        "eu": lambda: eu_cells(arrays, inputs),
    }
    for name, call in calls.items():
        call()
        found[f"{name}, all cells, seconds"] = timed(call, repeats)
    single = one_by_one(arrays, constants)
    found["one importer at a time, ratio"] = (
        single * cells / found["geopolrisk, all cells, seconds"]
    )
    if python:
        theirs = package(python)
        found["package, seconds a cell"] = theirs
        for name in calls:
            ratio = theirs * cells / found[f"{name}, all cells, seconds"]
            found[f"package over {name}, ratio"] = ratio
    return found


def main() -> None:
    """Print the results."""
    parser = argparse.ArgumentParser(description="All supply-risk cells at once.")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--repeats", type=int, default=3, help="runs of each")
    parser.add_argument("--package", help="a Python with geopolrisk-py installed")
    options = parser.parse_args()
    found = measure(options.package, max(1, options.repeats))
    if options.json:
        sys.stdout.write(json.dumps(found) + "\n")
        return
    for name, value in found.items():
        print(f"{name:42s} {value:14,.4g}")


if __name__ == "__main__":
    main()
