"""Checks of one data release: each function looks at one thing and reports all it finds.

Errors block a release. Warnings are what an honest table looks like: conflicts between
origins, stale rows, corrections still open. They are counted and shown, not hidden.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from midstream.errors import InputError
from midstream.evidence import units
from midstream.evidence.findings import Finding, Severity
from midstream.evidence.labels import Fact
from midstream.evidence.observations import Observation
from midstream.evidence.periods import span
from midstream.evidence.relations import allowed_units
from midstream.evidence.store import Evidence
from midstream.evidence.tables import Table

Check = Callable[[Evidence], Iterable[Finding]]

#: Rounding that is let pass between a published and a converted figure (relative).
ROUNDING = 0.005
#: A facility status older than this many months is shown as stale.
STALE_MONTHS = 18
#: Statuses that do not age.
FINAL_STATUSES = frozenset({"cancelled"})

_RANGE = re.compile(r"(-?[\d.]+)\s*-\s*(-?[\d.]+)")


def finding(
    check: str, severity: Severity, table: Table, index: int, column: str, message: str
) -> Finding:
    """Make a finding about a row by its position in a table."""
    row_id = table.rows[index].get("id")
    return Finding(check, severity, table.file, table.lines[index], row_id, message, column)


def check_published_values(evidence: Evidence) -> Iterable[Finding]:
    """The canonical value of an observation is its published value in other units."""
    table = evidence.table("observations")
    for index, row in enumerate(evidence.observations):
        try:
            factor = units.published_factor(row)
        except InputError as error:
            text = f"{error.what}; {error.why}. To mend it: {error.mend}"
            yield finding("published-values", "warning", table, index, "original_unit", text)
            continue
        problem = _converted(row, factor)
        if problem:
            severity: Severity = "warning" if problem.startswith("the sign") else "error"
            yield finding("published-values", severity, table, index, "value", problem)


def _converted(row: Observation, factor: float) -> str:
    """Say how a value differs from its published form; empty if it does not."""
    published = row.original_value or ""
    unit = row.original_unit
    ends = _RANGE.fullmatch(published)
    if ends:
        low, high = sorted(float(end) * factor for end in ends.groups())
        if low * (1 - ROUNDING) <= row.value <= high * (1 + ROUNDING):
            return ""
        return f"{row.value:g} {row.unit} lies outside the published {published} {unit}"
    try:
        expected = float(published) * factor
    except ValueError:
        return ""
    if abs(expected - row.value) <= ROUNDING * abs(expected):
        return ""
    if abs(expected + row.value) <= ROUNDING * abs(expected):
        return f"the sign of {row.value:g} {row.unit} is not that of {published} {unit}"
    return f"{row.value:g} {row.unit} is not {published} {unit} (that is {expected:g}); mend one"


def check_unit_words(evidence: Evidence) -> Iterable[Finding]:
    """Every unit that metrics and measured registers use has a definition."""
    for table in (evidence.table("metrics"), *_measured(evidence)):
        for index, row in enumerate(table.rows):
            listed = allowed_units(row) if table.name == "metrics" else (row["unit"] or "",)
            for unit in listed:
                problem = _unit_problem(unit)
                if problem:
                    yield finding("unit-words", "warning", table, index, "unit", problem)


def _measured(evidence: Evidence) -> list[Table]:
    names = ("facilities", "intensities", "demand_projections", "prices")
    return [evidence.table(name) for name in names if name in evidence.folder.tables]


def _unit_problem(unit: str) -> str:
    if unit in ("", "*"):
        return ""
    try:
        units.quantity(unit)
    except InputError as error:
        return f"{error.what}; {error.mend}"
    return ""


def check_conflicts(evidence: Evidence) -> Iterable[Finding]:
    """Counting origins of one key agree; where none do, or one differs, both sides are shown."""
    for fact in evidence.facts():
        if fact.agreement == "conflict":
            yield _about(evidence, "conflicts", fact, "no two origins agree: ")
        elif fact.disputed:
            yield _about(evidence, "disputed", fact, "an origin differs from those that agree: ")


def check_support(evidence: Evidence) -> Iterable[Finding]:
    """Facts rest on more than tertiary sources."""
    for fact in evidence.facts():
        if fact.quantity.label == "U" and fact.agreement == "single":
            yield _about(evidence, "tertiary-only", fact, "only tertiary support: ")


def _about(evidence: Evidence, check: str, fact: Fact, head: str) -> Finding:
    """Make a warning about a fact, placed at its first row."""
    table = evidence.table("observations")
    first = fact.observations[0]
    index = evidence.row_index[first.id]
    says = "; ".join(f"{o.origin} {o.value:g}" for o in fact.origins)
    text = f"{head}{says} {fact.quantity.unit} ({evidence.describe(first)})"
    return finding(check, "warning", table, index, "value", text)


def check_share_bounds(evidence: Evidence) -> Iterable[Finding]:
    """Shares of a whole lie between 0 and 100."""
    table = evidence.table("observations")
    for index, row in enumerate(evidence.observations):
        is_share = evidence.metrics[row.metric]["aggregation"] == "share"
        if is_share and not 0 <= row.value <= 100:
            text = f"{row.value:g} % of a whole; shares lie between 0 and 100"
            yield finding("share-bounds", "error", table, index, "value", text)


def check_periods(evidence: Evidence) -> Iterable[Finding]:
    """Nothing is reported, or stands as capacity, before it has happened."""
    table = evidence.table("observations")
    for index, row in enumerate(evidence.observations):
        if row.kind != "reported" or not row.vintage or row.vintage[:4] >= row.period[:4]:
            continue
        what = "a plan stored as capacity?" if row.metric == "capacity" else "a forecast?"
        text = f"period {row.period} lies after the source of {row.vintage}; {what}"
        yield finding("periods", "warning", table, index, "period", text)


def check_stale_status(evidence: Evidence) -> Iterable[Finding]:
    """The status of a facility was confirmed within eighteen months of the release."""
    table = evidence.table("facilities")
    closing, _ = span(evidence.release.closing_date[:7])
    for index, row in enumerate(table.rows):
        months = closing - span(row["status_date"][:7])[0]
        if months > STALE_MONTHS and row["status"] not in FINAL_STATUSES:
            text = f"{row['status']} was last confirmed {months} months before the release"
            yield finding("stale-status", "warning", table, index, "status_date", text)


def check_facility_units(evidence: Evidence) -> Iterable[Finding]:
    """A capacity has a unit."""
    table = evidence.table("facilities")
    for index, row in enumerate(table.rows):
        if row["capacity"] is not None and row["unit"] is None:
            text = f"capacity {row['capacity']:g} without a unit; say what is counted"
            yield finding("facility-units", "error", table, index, "unit", text)


def check_source_addresses(evidence: Evidence) -> Iterable[Finding]:
    """Every source has an address."""
    table = evidence.table("sources")
    for index, row in enumerate(table.rows):
        if row["url"] is None:
            text = "no address; a reader cannot look it up"
            yield finding("source-addresses", "warning", table, index, "url", text)


def check_open_corrections(evidence: Evidence) -> Iterable[Finding]:
    """No correction is open."""
    table = evidence.table("corrections")
    for index, row in enumerate(table.rows):
        if row["status"] == "open":
            text = f"{row['table']} {row['row']}, {row['field']}: {row['why']}"
            yield finding("open-corrections", "warning", table, index, "status", text)


def check_applied_corrections(evidence: Evidence) -> Iterable[Finding]:
    """The table still holds what an applied correction put there."""
    corrections = evidence.table("corrections")
    last: dict[tuple[str, str, str], int] = {}
    for index, row in enumerate(corrections.rows):
        if row["status"] == "applied":
            last[row["table"], row["row"], row["field"]] = index
    for (name, row_id, field), index in last.items():
        if name not in evidence.folder.tables:
            continue
        target = evidence.row_by_id(name, row_id)
        if target is None or field not in target:
            continue
        held, wanted = _as_text(target[field]), corrections.rows[index]["now"] or ""
        if not _same(held, wanted):
            text = f"{name} {row_id} holds {held!r} in {field}, not {wanted!r}; apply it again"
            yield finding("applied-corrections", "error", corrections, index, "now", text)


def _as_text(value: Any) -> str:
    if isinstance(value, tuple):
        return ";".join(map(str, value))
    return "" if value is None else str(value)


def _same(held: str, wanted: str) -> bool:
    if held == wanted:
        return True
    try:
        return float(held) == float(wanted)
    except ValueError:
        return False


def check_release(evidence: Evidence) -> Iterable[Finding]:
    """The release declares the rows it has, and the checksums of its bulk tables."""
    for name, rows in evidence.release.rows.items():
        table = evidence.folder.tables.get(name)
        held = len(table) if table else 0
        if held != rows:
            text = f"{name} has {held} rows, the release declares {rows}; derive it again"
            yield Finding("release", "error", "release.toml", None, name, text, "rows")
    yield from _bulk_checksums(evidence)


def _bulk_checksums(evidence: Evidence) -> Iterable[Finding]:
    if "bulk_tables" not in evidence.folder.tables:
        return
    table = evidence.table("bulk_tables")
    for index, row in enumerate(table.rows):
        path = evidence.folder.path / "bulk" / f"{row['table']}.parquet"
        if not path.is_file():
            yield finding("release", "error", table, index, "table", f"{path.name} is missing")
        elif hashlib.sha256(path.read_bytes()).hexdigest() != row["sha256"]:
            text = f"{path.name} is not the file that was released; copy it again"
            yield finding("release", "error", table, index, "sha256", text)


def check_stack_weights(evidence: Evidence) -> Iterable[Finding]:
    """Weights of a sector and stage sum to one."""
    if "stacks" not in evidence.folder.tables:
        return
    table = evidence.table("stacks")
    sums: dict[tuple[str, str], float] = {}
    first: dict[tuple[str, str], int] = {}
    for index, row in enumerate(table.rows):
        place = (row["sector"], row["stage"])
        sums[place] = sums.get(place, 0.0) + row["weight"]
        first.setdefault(place, index)
    for place, total in sums.items():
        if abs(total - 1) > ROUNDING:
            text = f"weights of {place[0]} {place[1]} sum to {total:g}; they must sum to 1"
            yield finding("stack-weights", "error", table, first[place], "weight", text)


#: Checks of single rows and facts; those that compare tables are in `reconcile`.
CHECKS: tuple[Check, ...] = (
    check_published_values,
    check_unit_words,
    check_conflicts,
    check_support,
    check_share_bounds,
    check_periods,
    check_stale_status,
    check_facility_units,
    check_source_addresses,
    check_open_corrections,
    check_applied_corrections,
    check_release,
    check_stack_weights,
)


def counts(findings: Iterable[Finding]) -> Mapping[str, Any]:
    """Count findings by severity, and by check and severity."""
    total = {"error": 0, "warning": 0}
    by_check: dict[str, dict[str, int]] = {}
    for item in findings:
        total[item.severity] += 1
        of_check = by_check.setdefault(item.check, {"error": 0, "warning": 0})
        of_check[item.severity] += 1
    return {**total, "by_check": dict(sorted(by_check.items()))}
