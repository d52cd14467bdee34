"""A made-up chain of four forms that a reader can check by hand, written as a data folder.

Names of countries, materials and forms are real so that the vocabularies hold; every figure is
invented. Rows give only what differs from the defaults below.
"""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb

from midstream.chain.baseline import Scope, baseline
from midstream.chain.world import World
from midstream.evidence import Evidence
from midstream.evidence.folder import SHIPPED

Rows = Sequence[Mapping[str, Any]]

BASE_YEAR = 2024
COUNTRIES = ("IND", "CHN", "USA", "JPN")
#: ore -> oxide -> magnet -> car
FORMS = ("ree-ore", "ndpr-oxide", "ndfeb-magnet", "ev")
SECTOR = "electric-vehicles"
STAGES = dict(zip(FORMS, ("C1", "C2", "C3", "C4"), strict=True))

#: Copied from the shipped release; the rest is written here.
_COPIED = ("countries", "materials", "forms", "metrics")
#: Evidence parameters the hand arithmetic of the golden cases rests on: value, low, high.
PINNED: Mapping[str, tuple[float, float | None, float | None]] = {
    "evidence.spread": (0.1, None, None),
    "evidence.age": (0.1, None, None),
    "proxy.spread": (0.35, None, None),
    "share.age": (0.2, None, None),
    "window.back": (3, None, None),
    "window.share.back": (5, None, None),
    "window.ahead": (2, None, None),
    "smallest.named": (1, None, None),
    "utilisation": (0.7, 0.5, 0.9),
    "ramping.share": (0.4, 0.1, 0.8),
    "control.throttle": (0.9, 0.7, 1.0),
    "control.feed.unknown": (0.6, 0.2, 1.0),
}

_DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    "sources": {
        "title": "A document",
        "publisher": "Somebody",
        "origin_class": "statistics",
        "kind": "statistics",
        "layer": 1,
        "licence": "cited facts",
        "retrieved": "2026-01-01",
    },
    "origins": {"name": "An office", "class": "statistics", "independent": "yes"},
    "observations": {
        "metric": "production",
        "unit": "t",
        "original_unit": "t",
        "period": "2024",
        "material": "rare-earths",
        "stage": "C1",
        "kind": "reported",
        "source": "first",
        "origin": "a",
    },
    "scored_forms": {
        "unit": "t",
        "growth": 1,
        "growth_low": 1,
        "growth_high": 1,
        "growth_kind": "assumed",
        "grade_low": 1,
        "grade_high": 1,
        "grade_kind": "assumed",
    },
    "form_statistics": {
        "form": "ree-ore",
        "role": "output",
        "table": "observations",
        "metric": "production",
        "factor": 1,
        "factor_low": 1,
        "factor_high": 1,
        "factor_kind": "exact",
        "coverage": "complete",
        "standing": "observed",
    },
    "recipes": {"kind": "assumed"},
    "bounds": {"form": "ree-ore", "rule": "value", "low": 0, "kind": "assumed"},
    "throttles": {"kind": "assumed"},
    "derivations": {"unit": "t", "sign": 1, "power": 1, "kind": "parameter"},
    "facilities": {
        "name": "A plant",
        "country": "IND",
        "stage": "C1",
        "material": "rare-earths",
        "form": "ree-ore",
        "unit": "t/yr",
        "status": "operating",
        "status_date": "2025",
        "source": "first",
    },
    "facility_factors": {
        "form": "ree-ore",
        "unit": "t/yr",
        "scored_form": "ree-ore",
        "factor": 1,
        "factor_low": 1,
        "factor_high": 1,
        "factor_kind": "exact",
    },
    "pipeline_classes": {"class": "slot"},
    "stacks": {
        "sector": SECTOR,
        "weight": 1,
        "weight_kind": "assumed",
        "reason_kind": "assumed",
    },
    "prices": {
        "material": "rare-earths",
        "market": "Nowhere",
        "basis": "spot",
        "frequency": "annual",
        "currency": "USD",
        "unit": "kg",
        "period": "2024",
        "source": "first",
    },
    "hs_concordance": {"material": "rare-earths", "specificity": "exact", "tables": "hs17"},
    "corrections": {},
}

SOURCES: Rows = (
    {"id": "first"},
    {"id": "second"},
    {"id": "newspaper", "layer": 2, "origin_class": "news", "kind": "press"},
    {"id": "forum", "layer": 3, "origin_class": "forum", "kind": "forum"},
    {"id": "wb-gdp"},
    {"id": "wb-wgi"},
    {"id": "cepii-baci-202601"},
    {"id": "usgs-mcs-2026-data"},
)
ORIGINS: Rows = (
    {"id": "a"},
    {"id": "b"},
    {"id": "c"},
    {"id": "usgs"},
    {"id": "derived", "class": "derived", "independent": "no"},
)
GDP: Mapping[str, float] = {"WLD": 1000, "IND": 100, "CHN": 200, "USA": 300, "JPN": 50}


def chain_tables() -> dict[str, Rows]:
    """A whole toy chain: world outputs, four countries, recipes without ranges."""
    made = {
        "ree-ore": {"CHN": 500, "IND": 50, "USA": 150},
        "ndpr-oxide": {"CHN": 320, "IND": 20, "JPN": 40},
        "ndfeb-magnet": {"CHN": 800, "JPN": 100, "IND": 5},
        "ev": {"CHN": 600, "IND": 60, "USA": 200, "JPN": 100},
    }
    world = {"ree-ore": 1000, "ndpr-oxide": 400, "ndfeb-magnet": 1000, "ev": 1000}
    observations = [
        {
            "country": country,
            "value": value,
            "low": value * 0.9,
            "high": value * 1.1,
            "stage": STAGES[form],
            "form": form,
        }
        for form in FORMS
        for country, value in {"WLD": world[form], **made[form]}.items()
    ]
    recipes = [
        {"output": "ndpr-oxide", "input": "ree-ore", "coefficient": 1.25, "use_share": 0.8},
        {"output": "ndfeb-magnet", "input": "ndpr-oxide", "coefficient": 0.3, "use_share": 0.9},
        {"output": "ev", "input": "ndfeb-magnet", "coefficient": 0.5, "use_share": 0.5},
    ]
    facilities = [
        {"id": "mine", "country": "IND", "owner_country": "IND", "technology_origin": "IND"},
        {
            "id": "line",
            "country": "IND",
            "form": "ndfeb-magnet",
            "stage": "C3",
            "capacity": 100,
            "status": "construction",
            "start_year": "2026",
            "owner_country": "IND",
            "technology_origin": "JPN",
        },
    ]
    return {
        "observations": observations,
        "recipes": recipes,
        "facilities": facilities,
        "form_statistics": [
            {"form": form, "filter_form": form, "stage": STAGES[form]} for form in FORMS
        ],
        "facility_factors": [{"form": form, "scored_form": form} for form in FORMS],
        "stacks": [{"stage": STAGES[form], "form": form} for form in FORMS],
    }


def write_toy(
    path: Path,
    tables: Mapping[str, Rows] | None = None,
    gdp: Mapping[str, float] = GDP,
    stability: float = 0.0,
) -> Path:
    """Write a toy data folder; tables that are not given stay empty.

    The attribute tables of the shipped release hold for it. Political stability is one figure
    for all countries: 0 reads as (0 + 2.5) / 5 = .5.
    """
    tables = dict(tables or {})
    tables.setdefault("sources", SOURCES)
    tables.setdefault("origins", ORIGINS)
    tables.setdefault(
        "scored_forms", [{"form": form, "name": form.replace("-", " ")} for form in FORMS]
    )
    path.mkdir(parents=True, exist_ok=True)
    for name in _COPIED:
        shutil.copy(SHIPPED / f"{name}.csv", path)
    _write_parameters(path, tables.pop("parameters", ()))
    for name, defaults in _DEFAULTS.items():
        _write(path, name, [{**defaults, **row} for row in tables.pop(name, ())])
    if tables:
        raise KeyError(f"the toy folder does not know {', '.join(tables)}")
    (path / "release.toml").write_text('id = "toy"\ndate = "2026-11-24"\n', encoding="utf-8")
    _write_bulk(path / "bulk", gdp, stability)
    return path


def toy(
    path: Path,
    tables: Mapping[str, Rows] | None = None,
    gdp: Mapping[str, float] = GDP,
    stability: float = 0.0,
) -> Evidence:
    """Write a toy data folder and load it."""
    return Evidence.load(write_toy(path, tables, gdp, stability), check=False)


def toy_world(evidence: Evidence, countries: Iterable[str] = COUNTRIES) -> World:
    """The baseline of a toy folder."""
    return baseline(evidence, Scope(tuple(countries), BASE_YEAR))


def central(evidence: Evidence, **changed: float) -> dict[str, float]:
    """Overrides that hold every parameter at its central value, weights as good as fixed."""
    values = {row["id"]: float(row["value"]) for row in evidence.parameters.values()}
    return {**values, "stage.dirichlet": 1e12, **changed}


def _columns(name: str) -> list[str]:
    with (SHIPPED / "schema" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return [row["field"] for row in csv.DictReader(file)]


def _write(path: Path, name: str, rows: Sequence[Mapping[str, Any]]) -> None:
    columns = _columns(name)
    with (path / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        for number, row in enumerate(rows, start=1):
            cells = {key: _cell(value) for key, value in row.items() if value is not None}
            writer.writerow({"id": f"{name[:2]}-{number}", **cells} if "id" in columns else cells)


def _cell(value: Any) -> Any:
    return ";".join(value) if isinstance(value, list | tuple) else value


def _write_parameters(path: Path, changed: Rows) -> None:
    with (SHIPPED / "parameters.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        row["source"] = ""
        if row["id"] in PINNED:
            value, low, high = PINNED[row["id"]]
            ends = {"low": low, "high": high}
            row["value"] = str(value)
            row.update({key: "" if end is None else str(end) for key, end in ends.items()})
    new = {"unit": "ratio", "kind": "assumed", "group": "toy", "name": "x", "description": "x"}
    own = {str(row["id"]) for row in changed}
    kept = [row for row in rows if row["id"] not in own]
    added = [{**new, "distribution": "fixed", **row} for row in changed]
    _write(path, "parameters", [*kept, *added])


def _write_bulk(path: Path, gdp: Mapping[str, float], stability: float) -> None:
    path.mkdir(exist_ok=True)
    for name, content in _bulk(tuple(gdp.items()), stability).items():
        (path / f"{name}.parquet").write_bytes(content)


@cache
def _bulk(gdp: tuple[tuple[str, float], ...], stability: float) -> dict[str, bytes]:
    """Bulk tables without rows, but for GDP and political stability."""
    made = {}
    with TemporaryDirectory() as folder, duckdb.connect(":memory:") as connection:
        for name in ("production", "trade", "gdp", "governance"):
            source = SHIPPED / "bulk" / f"{name}.parquet"
            connection.execute(f"CREATE TABLE {name} AS SELECT * FROM '{source}' LIMIT 0")
        connection.executemany("INSERT INTO gdp VALUES (?, 2024, ?)", gdp)
        rows = [(country, stability) for country, _ in gdp if country != "WLD"]
        connection.executemany("INSERT INTO governance VALUES (?, 2024, ?, 0, 50, 0.5)", rows)
        for name in ("production", "trade", "gdp", "governance"):
            target = Path(folder) / f"{name}.parquet"
            connection.execute(f"COPY {name} TO '{target}' (FORMAT parquet)")
            made[name] = target.read_bytes()
    return made
