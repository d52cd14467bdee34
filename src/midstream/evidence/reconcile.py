"""Checks that hold one table against another: totals, shares, two publishers of one series."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

from midstream.evidence.bulk import TRADE_TABLES
from midstream.evidence.checks import CHECKS, Check, finding
from midstream.evidence.findings import Finding
from midstream.evidence.folder import BULK_PREFIX, SHIPPED, read_folder
from midstream.evidence.labels import Fact
from midstream.evidence.observations import Observation
from midstream.evidence.relations import check_relations
from midstream.evidence.store import Evidence

#: Countries may miss the published world line by this much (relative): it is rounded.
WORLD_GAP = 0.05
#: Shares of one source over all countries may exceed the whole by this much (points).
SHARE_SUM = 3.0
#: Two publishers of one national series may differ by this much (relative).
PUBLISHER_GAP = 0.25
#: The two codings of one year of trade may differ by this much in a code's world total.
CODING_GAP = 0.10

_SHARE_METRICS = ("share_of_world_production", "share_of_world_refining")
_AGGREGATES = frozenset({"WLD", "ROW", "EUU"})
#: Series that two publishers give on one basis, so that they may be compared.
_COMMON_SERIES = (("cobalt", "C1"), ("copper", "C1"), ("lithium", "C1"), ("nickel", "C1"))


def check_world_totals(evidence: Evidence) -> Iterable[Finding]:
    """Countries add up to the published world line, where there is one."""
    sql = f"""
        SELECT source, material, stage, form_published, metric, year,
               sum(value_si) FILTER (country <> 'WLD') AS countries,
               max(value_si) FILTER (country = 'WLD') AS world
        FROM read_parquet($file)
        WHERE headline AND metric IN ('production', 'capacity')
        GROUP BY ALL HAVING world > 0 AND abs(countries - world) / world > {WORLD_GAP}
        ORDER BY ALL
    """
    for source, material, stage, form, metric, year, countries, world in evidence.bulk.rows(
        sql, "production"
    ):
        text = (
            f"{source}, {material} {stage}, {form}, {year}: countries sum to {countries:,.0f}, "
            f"the world line is {world:,.0f}"
        )
        yield _bulk_finding("world-totals", "production", text, f"{metric} {material} {year}")


def _bulk_finding(check: str, table: str, text: str, row_id: str | None) -> Finding:
    return Finding(check, "warning", f"bulk/{table}.parquet", None, row_id, text)


def check_shares_against_tonnes(evidence: Evidence) -> Iterable[Finding]:
    """A share of world output is the country's tonnes over the world's, within tolerance."""
    tonnes = {_place(fact): fact for fact in evidence.facts("production", kind_group="observed")}
    for metric in _SHARE_METRICS:
        tolerance = evidence.metrics[metric]["tolerance"]
        for fact in evidence.facts(metric, kind_group="observed"):
            place = _place(fact)
            world, own = tonnes.get(("WLD", *place[1:])), tonnes.get(place)
            if not world or not own or not world.quantity.value:
                continue
            share = 100 * (own.quantity.value or 0.0) / world.quantity.value
            stated = fact.quantity.value or 0.0
            if abs(share - stated) > tolerance:
                text = f"{stated:.1f} % stated, {share:.1f} % from tonnes"
                yield _fact_finding(evidence, "shares-against-tonnes", fact, text)


def _place(fact: Fact) -> tuple[str | None, ...]:
    columns = ("country", "material", "form", "stage", "period", "basis", "entity")
    return tuple(fact.key[column] for column in columns)


def _fact_finding(evidence: Evidence, check: str, fact: Fact, text: str) -> Finding:
    first = fact.observations[0]
    return finding(
        check,
        "warning",
        evidence.table("observations"),
        evidence.row_index[first.id],
        "value",
        f"{text} ({evidence.describe(first)})",
    )


def check_share_sums(evidence: Evidence) -> Iterable[Finding]:
    """Shares of one source over all countries do not exceed the whole."""
    groups: defaultdict[tuple[str | None, ...], list[Observation]] = defaultdict(list)
    for row in evidence.observations:
        if row.metric in _SHARE_METRICS and row.country not in _AGGREGATES and row.country:
            parts = (row.form, row.stage, row.entity, row.basis, row.kind, row.source)
            groups[row.metric, row.period, row.material, *parts].append(row)
    table = evidence.table("observations")
    for rows in groups.values():
        total = sum(row.value for row in rows)
        if total > 100 + SHARE_SUM:
            text = f"{len(rows)} countries of {rows[0].source} sum to {total:.0f} %"
            index = evidence.row_index[rows[0].id]
            yield finding("share-sums", "warning", table, index, "value", text)


def check_two_publishers(evidence: Evidence) -> Iterable[Finding]:
    """Two publishers of one national series are close: mine output by USGS and by the IEA."""
    for material, stage in _COMMON_SERIES:
        theirs = {
            (row.country, row.period): row
            for row in evidence.bulk.iea_supply(material, stage)
            if row.kind == "estimate" and row.country not in _AGGREGATES
        }
        for row in evidence.bulk.production(material, stage, "mine"):
            other = theirs.get((row.country, row.period))
            if other is None or not row.value + other.value:
                continue
            gap = 2 * abs(row.value - other.value) / (row.value + other.value)
            if gap > PUBLISHER_GAP:
                text = (
                    f"{material} {stage}, {row.country} {row.period}: USGS {row.value:,.0f} t, "
                    f"IEA {other.value:,.0f} t"
                )
                yield _bulk_finding("two-publishers", "production", text, row.id)


def check_two_codings(evidence: Evidence) -> Iterable[Finding]:
    """World trade of a code is close in both codings of a year."""
    sql = f"""
        SELECT hs6, year, sum(value_kusd) FILTER ("table" = 'hs17') AS new,
               sum(value_kusd) FILTER ("table" = 'hs92') AS old
        FROM read_parquet($file) WHERE "table" IN ('hs17', 'hs92') AND year IN (2022, 2024)
        GROUP BY ALL HAVING new > 0 AND old > 0
        AND 2 * abs(new - old) / (new + old) > {CODING_GAP} ORDER BY ALL
    """
    for code, year, new, old in evidence.bulk.rows(sql, "trade"):
        text = f"HS {code} in {year}: USD {new / 1000:,.0f} m in hs17, {old / 1000:,.0f} m in hs92"
        yield _bulk_finding("two-codings", "trade", text, f"{code} {year}")


_BULK_KEYS: Mapping[str, str] = {
    "trade": '"table", year, exporter, importer, hs6',
    "governance": "country, year",
    "gdp": "country, year",
    "iea_supply": "material_iea, stage, country, year",
    "iea_demand": "material_iea, kind, technology, scenario, year",
}


def check_bulk_tables(evidence: Evidence) -> Iterable[Finding]:
    """Bulk tables have the columns of their attribute table, known words and single keys."""
    for name, schema in evidence.schemas.items():
        table = name.removeprefix(BULK_PREFIX)
        path = evidence.folder.path / "bulk" / f"{table}.parquet"
        if name == table or not path.is_file():
            continue
        sql = "SELECT column_name FROM (DESCRIBE SELECT * FROM read_parquet($file))"
        held = {row[0] for row in evidence.bulk.rows(sql, table)}
        for column in sorted(held.symmetric_difference(schema.fields)):
            text = f"column {column} is in the file or in the attribute table, not in both"
            yield Finding("bulk-tables", "error", f"bulk/{path.name}", None, None, text, column)
        yield from _bulk_orphans(evidence, table, held)
        if table in _BULK_KEYS:
            yield from _bulk_duplicates(evidence, table)


def _bulk_orphans(evidence: Evidence, table: str, held: set[str]) -> Iterable[Finding]:
    for attribute in evidence.schemas[BULK_PREFIX + table].attributes:
        if not attribute.refers or attribute.field not in held:
            continue
        known = evidence.folder.vocabulary(*attribute.refers)
        sql = f'SELECT DISTINCT "{attribute.field}" AS word FROM read_parquet($file) ORDER BY word'
        for (word,) in evidence.bulk.rows(sql, table):
            if word is not None and word not in known:
                text = f"{word!r} is not in {attribute.refers[0]}.csv; add it or recode the rows"
                yield Finding(
                    "bulk-tables",
                    "error",
                    f"bulk/{table}.parquet",
                    None,
                    str(word),
                    text,
                    attribute.field,
                )


def _bulk_duplicates(evidence: Evidence, table: str) -> Iterable[Finding]:
    key = _BULK_KEYS[table]
    sql = (
        f"SELECT {key}, count(*) AS n FROM read_parquet($file) GROUP BY ALL HAVING n > 1 "
        "ORDER BY ALL LIMIT 20"
    )
    for row in evidence.bulk.rows(sql, table):
        text = f"{row[-1]} rows of {key.replace(chr(34), '')} = {', '.join(map(str, row[:-1]))}"
        yield Finding("bulk-tables", "error", f"bulk/{table}.parquet", None, None, text)


def check_trade_codes(evidence: Evidence) -> Iterable[Finding]:
    """Every traded code is in the concordance."""
    known = {row["hs6"] for row in evidence.table("hs_concordance").rows}
    for table in TRADE_TABLES:
        sql = 'SELECT DISTINCT hs6 FROM read_parquet($file) WHERE "table" = $table ORDER BY hs6'
        for (code,) in evidence.bulk.rows(sql, "trade", table=table):
            if code not in known:
                text = f"HS {code} of {table} has no row in hs_concordance.csv; add it"
                yield Finding("trade-codes", "error", "bulk/trade.parquet", None, code, text)


RECONCILIATIONS: tuple[Check, ...] = (
    check_world_totals,
    check_shares_against_tonnes,
    check_share_sums,
    check_two_publishers,
    check_two_codings,
    check_bulk_tables,
    check_trade_codes,
)


def check_evidence(evidence: Evidence) -> list[Finding]:
    """Run every check on a release that could be loaded.

    Returns:
        All findings, errors first, then by check, file and row.
    """
    found = [*evidence.folder.problems, *check_relations(evidence.folder)]
    for check in (*CHECKS, *RECONCILIATIONS):
        found += check(evidence)
    return sorted(
        found, key=lambda f: (f.severity, f.check, f.file, f.row or 0, f.id or "", f.message)
    )


def check_folder(path: Path | None = None) -> list[Finding]:
    """Check a data folder, whether or not it can be loaded.

    Args:
        path: The folder; the shipped release by default.

    Returns:
        Findings of all checks; only those of reading and of references if they hold errors.

    Raises:
        EvidenceError: if the folder is missing.
    """
    folder = read_folder(path or SHIPPED)
    problems = [*folder.problems, *check_relations(folder)]
    if problems:
        return problems
    return check_evidence(Evidence(folder))
