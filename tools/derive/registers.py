"""From the collected tables to the shipped CSV tables: what each table gains or loses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from events_text import describe
from phrases import residue
from tables import DerivationError, Row, by_columns, read_rows

Tables = dict[str, list[Row]]

# Shipped table -> collected file. The id of a shipped table stays that of the file.
EVIDENCE = {
    "sources": "sources.csv",
    "origins": "origins.csv",
    "metrics": "metrics.csv",
    "materials": "materials.csv",
    "forms": "forms.csv",
    "countries": "countries.csv",
    "groups": "groups.csv",
    "observations": "observations.csv",
    "stacks": "stacks.csv",
    "intensities": "intensities.csv",
    "facilities": "facilities.csv",
    "financing": "financing.csv",
    "companies": "companies.csv",
    "schemes": "schemes.csv",
    "capabilities": "capabilities.csv",
    "events": "events.csv",
    "prices": "prices.csv",
    "fx": "fx.csv",
    "demand_projections": "demand_2035.csv",
}
STATISTICS = {"hs_concordance": "hs_concordance.csv", "trade_caveats": "trade_code_caveats.csv"}

SORT = {
    "groups": ("group", "member"),
    "fx": ("currency", "year"),
    "hs_concordance": ("hs6", "material", "form"),
    "trade_caveats": ("hs6", "material"),
}
NOTE_COLUMNS = ("note", "reason")
SOURCE_COLUMNS = ("source", "sources")
# A list of metrics.units uses the separator of all other lists.
BAR = "|"


def load_collected(folder: Path) -> Tables:
    """Read every collected table that is carried over."""
    tables = {name: read_rows(folder / "evidence" / file) for name, file in EVIDENCE.items()}
    tables |= {name: read_rows(folder / "tables" / file) for name, file in STATISTICS.items()}
    return tables


def name_projections(tables: Tables) -> None:
    """Give the demand projections ids, and move 'military' and 'WLD-CHN' into a scope column."""
    for row in tables["demand_projections"]:
        form, _, inside = row["form"].partition(" (")
        scope = inside.rstrip(")")
        if row["country"] == "WLD-CHN":
            row["country"], scope = "WLD", "outside China"
        row["form"], row["scope"] = form, scope
        words = [row["country"], form, scope.replace(" ", "-"), row["year"]]
        row["id"] = "dp-" + "-".join(word for word in words if word).lower()
        row["source"] = row.pop("sources")


def resolve_aliases(tables: Tables) -> None:
    """Write the canonical source id wherever a register names another id of the document."""
    known = {row["id"] for row in tables["sources"]}
    alias = {
        other: row["id"]
        for row in tables["sources"]
        for other in row["aliases"].split(";")
        if other
    }
    for name, rows in tables.items():
        if name == "sources" or not rows or "source" not in rows[0]:
            continue
        for row in rows:
            ids = dict.fromkeys(alias.get(one, one) for one in row["source"].split(";") if one)
            lost = [one for one in ids if one not in known]
            if lost:
                raise DerivationError(f"{name}: row {row.get('id')} names unknown source {lost[0]}")
            row["source"] = ";".join(ids)


def fill_licences(tables: Tables) -> None:
    """Sources without a stated licence are documents in which single figures were read."""
    for row in tables["sources"]:
        row["licence"] = row["licence"] or "cited facts"


def add_area_codes(tables: Tables, folder: Path) -> None:
    """Add the area codes of the bulk tables (rest of world, former countries)."""
    present = {row["id"] for row in tables["countries"]}
    kinds = {"historical": "former", "aggregate": "aggregate"}
    for row in read_rows(folder / "tables" / "countries.csv"):
        if row["iso3"] in present:
            continue
        kind = "country" if row["iso3"] == "XKX" else kinds.get(row["note"], "area")
        tables["countries"].append({**row, "id": row["iso3"], "kind": kind})


def split_feed(tables: Tables) -> None:
    """Separate the countries of the feed from the words about it."""
    codes = {row["id"] for row in tables["countries"]}
    for row in tables["facilities"]:
        text = row["feed_origin"]
        found = [code for code in re.findall(r"\b[A-Z]{3}\b", text) if code in codes]
        row["feed_origin"] = ";".join(dict.fromkeys(found))
        rest = re.sub(r"\b(" + "|".join(found) + r")\b", "", text) if found else text
        rest = re.sub(r"\(\s*\)", "", rest).strip(" ;:,")
        if rest.startswith("(") and rest.endswith(")"):
            rest = rest[1:-1]
        rest = re.sub(r"^and\b|\band$", "", rest).strip()
        row["feed_detail"] = residue(rest)


def shorten_notes(tables: Tables) -> None:
    """Keep figures, units and short phrases of notes; drop the rest."""
    for rows in tables.values():
        for row in rows:
            for column in NOTE_COLUMNS:
                if row.get(column):
                    row[column] = residue(row[column])


def replace_wording(tables: Tables, wording: Iterable[Row]) -> None:
    """Put our own wording into the cells that the wording file names; adds no rows."""
    index = {
        name: {row.get("id") or row.get("hs6", ""): row for row in rows}
        for name, rows in tables.items()
    }
    for entry in wording:
        row = index[entry["table"]].get(entry["row"])
        if row is None:
            raise DerivationError(f"wording: {entry['table']} has no row {entry['row']}")
        row[entry["field"]] = entry["text"]


def describe_events(tables: Tables) -> None:
    """Write the generated description into every event."""
    names: dict[str, Mapping[str, str]] = {
        name: {row["id"]: row["name"] for row in tables[name]}
        for name in ("countries", "materials", "forms")
    }
    for row in tables["events"]:
        row["description"] = describe(row, names["countries"], names["materials"], names["forms"])


def unify_lists(tables: Tables) -> None:
    """One list separator in all tables, and yes/no for flags."""
    for row in tables["metrics"]:
        row["units"] = row["units"].replace(BAR, ";")
    for row in tables["hs_concordance"]:
        row["tables"] = trade_tags(row["tables"])
        for column in ("in_hs1992", "in_hs2022"):
            row[column] = "yes" if row[column] == "y" else "no"


def trade_tags(files: str) -> str:
    """Names of collected trade files to the tags of the shipped trade table."""
    tags = {"baci_hs92": "hs92", "baci_hs17": "hs17", "baci_lea": "leading"}
    return ";".join(
        dict.fromkeys(
            tags[file[:9] if file[5] == "h" else file[:8]] for file in files.split(";") if file
        )
    )


def sort_tables(tables: Tables) -> None:
    """Stable order by id, or by the key columns of a table without ids."""
    for name, rows in tables.items():
        tables[name] = by_columns(rows, *SORT.get(name, ("id",)))
