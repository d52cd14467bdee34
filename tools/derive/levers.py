"""Levers and what they do: costs, dates, order and sources as collected; words and laws are ours.

A cell of the declared rows that says `collected` takes its value from the register of levers.
Every collected lever has a declared row; declared rows of our own may stand beside them, and hold
no such cell.
"""

from __future__ import annotations

from pathlib import Path

from registers import Tables
from tables import DerivationError, Row, by_columns, read_rows

COLLECTED = "collected"
#: Shipped column -> collected column, where the two differ.
RENAMED = {"lag": "lag_years", "source": "sources"}
#: Size of an effect -> column of the collected levers.
SIZES = {"low": "effect_low", "mode": "effect_mode", "high": "effect_high"}


def add_levers(tables: Tables, folder: Path, declared: Path) -> None:
    """Add the tables of levers and of their effects."""
    collected = {row["id"]: row for row in read_rows(folder / "evidence" / "levers.csv")}
    words = {row["id"]: row for row in read_rows(declared / "lever_words.csv")}
    for name in sorted(collected.keys() - words.keys()):
        raise DerivationError(f"lever_words.csv: no row for the collected lever {name}")
    levers = [_lever(row, collected.get(name)) for name, row in words.items()]
    effects = [
        _effect(row, collected.get(row["lever"]))
        for row in read_rows(declared / "lever_effects.csv")
    ]
    tables["levers"] = by_columns(levers, "id")
    tables["lever_effects"] = by_columns(effects, "id")


def _lever(words: Row, collected: Row | None) -> Row:
    return {
        name: _carried("lever_words", words["id"], collected, RENAMED.get(name, name))
        if cell == COLLECTED
        else cell
        for name, cell in words.items()
    }


def _effect(row: Row, collected: Row | None) -> Row:
    """Sizes as collected, from the smallest to the largest: a year less is a negative size."""
    if COLLECTED not in (row[name] for name in SIZES):
        return row
    found = [
        _carried("lever_effects", row["id"], collected, column).lstrip("+")
        for column in SIZES.values()
    ]
    if not all(found):
        raise DerivationError(f"lever_effects.csv:{row['id']}: a collected size is blank")
    return row | dict(zip(SIZES, sorted(found, key=float), strict=True))


def _carried(file: str, row: str, collected: Row | None, column: str) -> str:
    if collected is None:
        raise DerivationError(f"{file}.csv:{row}: {column} is not collected for a row of our own")
    return collected[column]
