"""Signals: days, thresholds, errors and sources as collected; words and chances are declared rows.

A cell of the declared rows that says `collected` takes its value from the register; everything else
is ours: what of the model a signal reads, where to look, and the chance of what no model counts.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from registers import Tables
from tables import DerivationError, Row, by_columns, read_rows

COLLECTED = "collected"
NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")


def add_signals(tables: Tables, folder: Path, declared: Path) -> None:
    """Add the table of signals; every collected signal has to have its declared row."""
    collected = {row["id"]: row for row in read_rows(folder / "evidence" / "signals.csv")}
    words = {row["id"]: row for row in read_rows(declared / "signal_words.csv")}
    for name in sorted(collected.keys() ^ words.keys()):
        raise DerivationError(f"signal_words.csv: {name} is not in both registers")
    rows = [_signal(words[name], collected[name]) for name in words]
    tables["signals"] = by_columns(rows, "id")


def _signal(words: Row, collected: Row) -> Row:
    found = {column: carry(collected) for column, carry in CARRIED.items()}
    kept = {name: found[name] if cell == COLLECTED else cell for name, cell in words.items()}
    for name, cell in kept.items():
        if words[name] == COLLECTED and not cell:
            raise DerivationError(f"signals.csv:{words['id']}:{name}: nothing collected")
    return kept


def _number(text: str) -> str:
    found = NUMBER.search(text)
    return found.group().replace(",", "") if found else ""


def _share(text: str) -> str:
    """'sd 15%' to '0.15'."""
    number = _number(text) if text.startswith("sd ") else ""
    return f"{float(number) / 100:g}" if number else ""


def _false(text: str) -> str:
    return _number(text) if text.startswith("false-positive ") else ""


#: Column of the table -> how it is read from the collected row.
CARRIED: dict[str, Callable[[Row], str]] = {
    "by": lambda row: row["date"],
    "threshold": lambda row: _number(row["threshold"]),
    "error": lambda row: _share(row["observation_error"]),
    "false_positive": lambda row: _false(row["observation_error"]),
    "source": lambda row: row["sources"],
}
