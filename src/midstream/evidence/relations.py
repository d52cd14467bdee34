"""Checks across rows and tables that every data folder must pass before it is used."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from midstream.evidence.findings import Finding
from midstream.evidence.folder import BULK_PREFIX, Folder
from midstream.evidence.observations import KEY_COLUMNS
from midstream.evidence.schema import Attribute
from midstream.evidence.tables import Table
from midstream.terms import SECTORS, suggestion

FolderCheck = Callable[[Folder], Iterable[Finding]]


def check_tables(folder: Folder) -> Iterable[Finding]:
    """Every CSV file has an attribute table, and the other way round."""
    for file in sorted(folder.path.glob("*.csv")):
        if file.stem not in folder.schemas:
            text = f"no attribute table schema/{file.name}; write one or remove the file"
            yield Finding("tables", "error", file.name, None, None, text)
    for name in folder.schemas:
        is_bulk = (folder.path / "bulk" / f"{name.removeprefix(BULK_PREFIX)}.parquet").is_file()
        if not (folder.path / f"{name}.csv").is_file() and not is_bulk:
            text = f"schema/{name}.csv describes a table that is not there; add or remove it"
            yield Finding("tables", "error", f"{name}.csv", None, None, text)


def check_duplicate_ids(folder: Folder) -> Iterable[Finding]:
    """No id stands twice in a table."""
    for table in folder.tables.values():
        first: dict[str, int] = {}
        for line, row in zip(table.lines, table.rows, strict=True):
            row_id = row.get("id")
            if not row_id:
                continue
            if row_id in first:
                text = f"the id also stands in row {first[row_id]}; ids name one row"
                yield Finding("duplicate-ids", "error", table.file, line, row_id, text, "id")
            first.setdefault(row_id, line)


def check_orphans(folder: Folder) -> Iterable[Finding]:
    """Every reference leads to a row of the table it refers to."""
    known: dict[tuple[str, str], Mapping[str, str]] = {}
    for name, table in folder.tables.items():
        for attribute in folder.schemas[name].attributes:
            refers = attribute.refers
            if not refers or refers[0] not in folder.tables:
                continue
            if refers not in known:
                known[refers] = referable(folder, *refers)
            yield from _orphans(table, attribute, known[refers])


def referable(folder: Folder, table: str, column: str) -> Mapping[str, str]:
    """Give every value a reference may hold: the column's values and their aliases."""
    values = dict(folder.vocabulary(table, column))
    for row in folder.tables[table].rows:
        for alias in row.get("aliases") or ():
            values.setdefault(alias, row.get("name") or "")
    return values


def _orphans(table: Table, attribute: Attribute, known: Mapping[str, str]) -> Iterable[Finding]:
    field = attribute.field
    for index, row in enumerate(table.rows):
        value = row[field]
        for part in value if attribute.is_list else (value,):
            if part is not None and part not in known:
                yield _orphan(table, index, attribute, part, known)


def _orphan(
    table: Table, index: int, attribute: Attribute, value: str, known: Mapping[str, str]
) -> Finding:
    target = attribute.refers[0] if attribute.refers else ""
    hint = suggestion(value, known) or f"add it to {target}.csv or mend the cell"
    text = f"{value!r} is not in {target}.csv; {hint}"
    row_id = table.rows[index].get("id")
    line = table.lines[index]
    return Finding("orphans", "error", table.file, line, row_id, text, attribute.field)


def check_sectors(folder: Folder) -> Iterable[Finding]:
    """Sectors are those of the house, in every table that has such a column."""
    for table in folder.tables.values():
        if table.rows and "sector" not in table.rows[0]:
            continue
        for line, row in zip(table.lines, table.rows, strict=True):
            sector = row["sector"]
            if sector is not None and sector not in SECTORS:
                text = f"{sector!r} is no sector; {suggestion(sector, SECTORS)}".rstrip("; ")
                yield Finding("sectors", "error", table.file, line, row.get("id"), text, "sector")


def check_duplicate_observations(folder: Folder) -> Iterable[Finding]:
    """One source gives one number per key, kind and origin."""
    table = folder.tables.get("observations")
    if table is None:
        return
    first: dict[tuple[object, ...], int] = {}
    columns = (*KEY_COLUMNS, "kind", "source", "origin")
    for line, row in zip(table.lines, table.rows, strict=True):
        key = tuple(row[column] for column in columns)
        if key in first:
            text = (
                f"the key stands in row {first[key]} already, from the same source; "
                "remove one, or tell them apart by basis or entity"
            )
            yield Finding("duplicate-keys", "error", table.file, line, row["id"], text)
        first.setdefault(key, line)


def allowed_units(metric: Mapping[str, object]) -> tuple[str, ...]:
    """Give the units a metric may carry; ``*`` stands for any."""
    listed = metric.get("units") or ()
    parts = listed if isinstance(listed, tuple) else (str(listed),)
    return tuple(unit.strip() for part in parts for unit in str(part).split("|"))


def check_observation_units(folder: Folder) -> Iterable[Finding]:
    """Each observation carries a unit of its metric."""
    table, metrics = folder.tables.get("observations"), folder.tables.get("metrics")
    if table is None or metrics is None:
        return
    allowed = {row["id"]: allowed_units(row) for row in metrics.rows}
    for line, row in zip(table.lines, table.rows, strict=True):
        units = allowed.get(row["metric"], ("*",))
        if row["unit"] and row["unit"] not in units and "*" not in units:
            hint = suggestion(row["unit"], units) or "convert the value"
            text = (
                f"{row['unit']!r} is no unit of {row['metric']} "
                f"(it takes {', '.join(units)}); {hint}"
            )
            yield Finding("units", "error", table.file, line, row["id"], text, "unit")


def check_ranges(folder: Folder) -> Iterable[Finding]:
    """Low, value and high are in order wherever a table has the three."""
    for table in folder.tables.values():
        middle = next(
            (name for name in ("value", "mid") if table.rows and name in table.rows[0]), ""
        )
        if not middle or "low" not in table.rows[0]:
            continue
        for line, row in zip(table.lines, table.rows, strict=True):
            ends = [row[name] for name in ("low", middle, "high") if row[name] is not None]
            if ends != sorted(ends):
                text = f"low, {middle} and high are {ends}; they must not decrease"
                yield Finding("ranges", "error", table.file, line, row.get("id"), text, middle)


def check_recipes(folder: Folder) -> Iterable[Finding]:
    """No form is needed to make itself; the row that closes a circle is named."""
    table = folder.tables.get("recipes")
    if table is None:
        return
    goes_into: dict[str, list[str]] = {}
    for line, row in zip(table.lines, table.rows, strict=True):
        needed, made = row["input"], row["output"]
        way = _way(goes_into, made, needed)
        if way:
            circle = " -> ".join((needed, *way))
            text = f"recipes run in a circle: {circle}; take one out or name another input"
            yield Finding("recipes", "error", table.file, line, row["id"], text, "input")
        else:
            goes_into.setdefault(needed, []).append(made)


def _way(goes_into: Mapping[str, list[str]], start: str, end: str) -> tuple[str, ...]:
    """Give a way from one form to another along recipes; empty if there is none."""
    ways: list[tuple[str, ...]] = [(start,)]
    seen = {start}
    while ways:
        way = ways.pop()
        if way[-1] == end:
            return way
        for form in goes_into.get(way[-1], ()):
            if form not in seen:
                seen.add(form)
                ways.append((*way, form))
    return ()


#: Checks that a folder must pass to be loaded.
RELATIONS: tuple[FolderCheck, ...] = (
    check_tables,
    check_duplicate_ids,
    check_orphans,
    check_sectors,
    check_duplicate_observations,
    check_observation_units,
    check_ranges,
    check_recipes,
)


def check_relations(folder: Folder) -> list[Finding]:
    """Run every check of `RELATIONS`; gives all findings."""
    return [finding for check in RELATIONS for finding in check(folder)]
