"""Drivers of outlooks, their effects, and the regions plants stand in.

Counts, sizes and sources are carried over; names and remarks are declared rows of our own.
"""

from __future__ import annotations

from pathlib import Path

from registers import Tables
from tables import DerivationError, Row, by_columns, read_rows

COLLECTED = "collected"
#: Size of an effect -> column of the collected drivers.
SIZES = {"low": "effect_low", "mode": "effect_mode", "high": "effect_high"}
#: A project that stands in several states has no region.
NO_REGION = ("", "other")


def add_futures(tables: Tables, folder: Path, declared: Path) -> None:
    """Add the tables of drivers and the regions of plants."""
    collected = {row["id"]: row for row in read_rows(folder / "evidence" / "drivers.csv")}
    words = read_rows(declared / "driver_words.csv")
    for row in words:
        if row["id"] not in collected:
            raise DerivationError(f"driver_words.csv: {row['id']} is not in drivers.csv")
    tables["drivers"] = by_columns([_driver(row, collected[row["id"]]) for row in words], "id")
    effects = read_rows(declared / "driver_effects.csv")
    tables["driver_effects"] = [_effect(row, collected[row["driver"]]) for row in effects]
    projects = read_rows(folder / "evidence" / "pipeline_projects.csv")
    held = {row["id"] for row in tables["facilities"]}
    tables["plant_regions"] = by_columns(_regions(projects, held), "id")


#: Names of the states of the codes (ISO 3166-2).
STATES = {
    "IN-AS": "Assam",
    "IN-GJ": "Gujarat",
    "IN-KA": "Karnataka",
    "IN-KL": "Kerala",
    "IN-TG": "Telangana",
    "IN-TN": "Tamil Nadu",
    "IN-UP": "Uttar Pradesh",
    "IN-UT": "Uttarakhand",
}


def _driver(words: Row, collected: Row) -> Row:
    """Counts and sources as collected; an effect that is assumed does not make its centre so."""
    standing = {"effect assumed": "sourced"}.get(collected["kind"], collected["kind"])
    return words | {
        "prior": "normal",
        "cases": collected["n_cases"],
        "source": collected["prior_sources"],
        "kind": standing,
    }


def _effect(row: Row, collected: Row) -> Row:
    found = {name: collected[column] for name, column in SIZES.items() if row[name] == COLLECTED}
    return row | found


def _regions(projects: list[Row], held: set[str]) -> list[Row]:
    """One row a facility of the register; parts of one facility stand in one region."""
    found: dict[str, Row] = {}
    for row in projects:
        facility = row["facility"]
        if facility not in held or row["region"] in NO_REGION:
            continue
        if found.get(facility, row)["region"] != row["region"]:
            raise DerivationError(f"pipeline_projects.csv: {facility} stands in two regions")
        found[facility] = {
            "id": f"pr-{facility}",
            "facility": facility,
            "region": row["region"],
            "name": STATES[row["region"]],
            "source": row["source"],
        }
    return list(found.values())
