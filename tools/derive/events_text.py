"""The one-line description of an event, built from its fields."""

from __future__ import annotations

from collections.abc import Mapping

from tables import Row


def _names(ids: str, names: Mapping[str, str]) -> str:
    """Readable names of a list of ids, joined by commas; WLD is spelled out."""
    return ", ".join(names.get(part, part) for part in ids.split(";") if part)


def _subject(row: Row, materials: Mapping[str, str], forms: Mapping[str, str]) -> str:
    subject = _names(row["materials"], materials)
    products = _names(row["forms"], forms)
    if subject and products:
        return f" for {subject} ({products})"
    return f" for {subject or products}" if subject or products else ""


def _towards(row: Row, countries: Mapping[str, str]) -> str:
    if row["target"] == row["actor"]:
        return ""
    if row["target"] == "WLD":
        return " towards all countries"
    return f" towards {_names(row['target'], countries)}"


def describe(
    row: Row,
    countries: Mapping[str, str],
    materials: Mapping[str, str],
    forms: Mapping[str, str],
) -> str:
    """Actor, instrument, what, towards whom, dates and status in one line without full stop."""
    measure = row["instrument"].replace("-", " ") + _subject(row, materials, forms)
    parts = [
        f"{countries[row['actor']]}: {measure}{_towards(row, countries)}",
        f"announced {row['announced']}",
    ]
    if row["effective"]:
        parts.append(f"in effect {row['effective']}")
    ending = row["status"]
    if row["until"]:
        ending += f", end {row['until']}"
    parts.append(ending)
    return "; ".join(parts)
