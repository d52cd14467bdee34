"""What a plant of a form costs, how long it is built and how it starts: archetypes.

Figures and sources are carried over; names, units, the year of the money and remarks are declared
rows of our own, one for each collected row.
"""

from __future__ import annotations

from pathlib import Path

from registers import Tables
from tables import DerivationError, Row, by_columns, read_rows

#: Figures that are carried over as they are.
FIGURES = (
    "capex_low",
    "capex_mode",
    "capex_high",
    "build_years",
    "overrun_low",
    "overrun_mode",
    "overrun_high",
    "ramp_years",
    "utilisation_alpha",
    "utilisation_beta",
    "opex_low",
    "opex_mode",
    "opex_high",
    "yield",
)


def add_capital(tables: Tables, folder: Path, declared: Path) -> None:
    """Add the table of archetypes."""
    collected = {
        (row["form"], row["variant"]): row
        for row in read_rows(folder / "evidence" / "archetypes.csv")
    }
    words = read_rows(declared / "archetype_words.csv")
    named = {(row["form"], row["variant"]) for row in words}
    if set(collected) != named:
        lost = sorted(set(collected) ^ named)[0]
        raise DerivationError(f"archetypes.csv and archetype_words.csv differ in {lost}")
    rows = [_archetype(row, collected[row["form"], row["variant"]]) for row in words]
    tables["archetypes"] = by_columns(rows, "id")


def _archetype(words: Row, collected: Row) -> Row:
    """Figures as collected; a row with one cost has it as its mode."""
    currency = collected["capex_currency"]
    if currency and not collected["capex_unit"].startswith(currency):
        raise DerivationError(f"archetypes.csv: currency of {words['id']} is not that of its unit")
    return {name: collected[name] for name in FIGURES} | {
        "id": words["id"],
        "form": words["shipped_form"],
        "variant": words["shipped_variant"],
        "preferred": words["preferred"],
        "unit": words["unit"],
        "product_unit": words["product_unit"],
        "per_year": words["per_year"],
        "kg_per_unit": words["kg_per_unit"],
        "capex_currency": collected["capex_currency"],
        "capex_year": words["year"],
        "price_rule": words["rule"],
        "price_form": words["price_form"],
        "kind": words["standing"],
        "source": collected["sources"],
        "note": words["note"],
    }
