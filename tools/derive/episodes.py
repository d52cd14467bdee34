"""Supply shocks of the past: records, what a model is told about them, and checks.

Figures and codes are carried over; prose is not. Outcomes in words and the notes of derived
parameters are declared rows of our own.
"""

from __future__ import annotations

import re
from pathlib import Path

from registers import Tables
from tables import DerivationError, Row, by_columns, read_rows

#: Shipped table -> collected file.
COLLECTED = {
    "episodes": "episodes.csv",
    "episode_inputs": "episode_inputs.csv",
    "episode_checks": "episode_checks.csv",
    "episode_parameters": "episode_parameters.csv",
}
OWN_SOURCES = "episodes.csv"
_STANDING = re.compile(r"\b(share|cut|exports)\b[^;]*?\b(sourced|derived|assumed|BACI|USGS)\b")


def add_episodes(tables: Tables, folder: Path, declared: Path) -> None:
    """Add the tables of episodes; rows of one episode carry one id in all of them."""
    for name, file in COLLECTED.items():
        tables[name] = read_rows(folder / "evidence" / file)
    words = {row["id"]: row for row in read_rows(declared / "episode_words.csv")}
    checks = {row["id"]: row for row in tables["episode_checks"]}
    inputs = tables["episode_inputs"]
    if len(inputs) != len(tables["episodes"]):
        raise DerivationError("episodes.csv and episode_inputs.csv differ in rows")
    for record, given in zip(tables["episodes"], inputs, strict=True):
        _describe(record, words, checks)
        _tell(given, record)
    for row in tables["episode_checks"]:
        row["confounded"] = row["confounded"].replace("; ", ", ")
    for row in tables["episode_parameters"]:
        row |= {name: words[row["id"]][name] for name in ("value", "low", "high", "note")}
    for name in COLLECTED:
        tables[name] = by_columns(tables[name], "id")


def _describe(record: Row, words: dict[str, Row], checks: dict[str, Row]) -> None:
    """Split ranges, cut remarks off units, add cluster and outcome."""
    own = words.get(record["id"], {})
    check = checks.get(record["id"], {})
    record["cluster"] = check.get("cluster") or own.get("cluster") or record["id"]
    record["outcome"] = own.get("outcome", "")
    low, _, high = record["stock_cover_months"].partition("-")
    record["stock_low"], record["stock_high"] = low, high or low
    length = re.match(r"\d+", record["duration_months"])
    record["duration_months"] = length.group() if length else ""
    for column in ("price_out_unit", "price_in_unit", "export_unit"):
        record[column] = record[column].partition(" (")[0]
    record["instrument"] = record["instrument"].replace("; ", ", ")


def _tell(given: Row, record: Row) -> None:
    """Give the inputs of a model their id, the sources and the standing of share and cut."""
    given["id"] = record["id"]
    for column in ("price_source", "volume_source"):
        if given[column] == OWN_SOURCES:
            given[column] = record["source"]
    found = dict.fromkeys(("share", "cut"), "")
    for what, standing in _STANDING.findall(given["label"]):
        word = standing if standing.islower() else "sourced"
        key = "share" if what == "share" else "cut"
        found[key] = found[key] or word
    given["label"] = ", ".join(f"{key} {word}" for key, word in found.items() if word)
