"""Statistical tables in Parquet, read through DuckDB on first use."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from midstream.errors import InputError
from midstream.evidence.bulk_rows import (
    BACI,
    GDP,
    PRODUCTION_COLUMNS,
    WGI,
    BulkRows,
    TradeFlow,
)
from midstream.evidence.observations import Observation
from midstream.evidence.quantity import Quantity
from midstream.evidence.tables import Row
from midstream.evidence.vocabulary import known

if TYPE_CHECKING:
    import duckdb

#: Half-width of an 80 % interval in standard errors of a normal distribution.
STANDARD_ERRORS_80 = 1.2815515655446004
#: A year is common if it covers this share of the best covered year.
COMMON_SHARE = 0.95
#: Trade tables: two complete ones, and one that drops small flows.
TRADE_TABLES = ("hs17", "hs92", "leading")

_PRODUCTION = """
    SELECT *, count(*) OVER place AS rows_of_place,
           count(*) OVER form AS rows_of_form,
           row_number() OVER (form ORDER BY value_si, flag) AS number
    FROM read_parquet($file)
    WHERE value_si IS NOT NULL AND metric = $metric
    WINDOW place AS (PARTITION BY source, material, stage, step, country, year, headline),
           form AS (PARTITION BY source, material, stage, step, country, year, headline,
                    form_published)
"""


class Bulk:
    """The bulk tables of a data folder.

    Args:
        folder: The folder ``bulk``.
        sources: Source register by id.
        without_licences: Licences whose sources are left out.

    Rows come back as observations with ids ``bulk:<source>/...``; the same id finds the row
    again in the ledger.
    """

    def __init__(
        self,
        folder: Path,
        sources: Mapping[str, Row],
        without_licences: frozenset[str] = frozenset(),
    ) -> None:
        self._folder = folder
        self._left_out = [
            name for name, row in sources.items() if row["licence"] in without_licences
        ]
        self._make = BulkRows(sources)
        self._connection: duckdb.DuckDBPyConnection | None = None
        self._touched: dict[str, Observation] = {}
        self._flows: dict[str, TradeFlow] = {}
        self._rows: dict[tuple[str, str, str], tuple[tuple[Any, ...], ...]] = {}

    def production(
        self,
        material: str | None = None,
        stage: str | None = None,
        step: str | None = None,
        year: int | None = None,
        edition: int | None = None,
        *,
        country: str | None = None,
        metric: str = "production",
        headline: bool = True,
    ) -> list[Observation]:
        """Give production (or capacity, or reserves) by country.

        Args:
            material: Material, or all.
            stage: Stage, or all.
            step: Step of the publisher: mine, refine, sponge, pigment, reserves; or all.
            year: Year, or all years of the edition.
            edition: Year of the edition; by default the newest that holds the material.
            country: Country, or all; ``WLD`` is the published world line and ``ROW`` the
                line for other countries, both are among the rows.
            metric: ``production``, ``capacity`` or ``reserves``.
            headline: Only the additive series; ``False`` adds the others. One step of a
                material can still hold several products (alumina and aluminium): they
                differ in `Observation.basis`.

        Returns:
            Observations in t or m3. Withheld and unavailable figures are not among them.
            A figure marked "more than" has it as `low`, "less than" as `high`.
        """
        wanted = {
            "material": material,
            "stage": stage,
            "step": step,
            "year": year,
            "country": country,
            "edition": edition,
            "headline": True if headline else None,
        }
        conditions, values = self._conditions(wanted)
        newest = "" if edition else "QUALIFY edition = max(edition) OVER (PARTITION BY material)"
        sql = (
            f"SELECT {PRODUCTION_COLUMNS} FROM ({_PRODUCTION}) WHERE {conditions} {newest} "
            "ORDER BY material, stage, step, form_published, country, year, edition, number"
        )
        rows = self.rows(sql, "production", metric=metric, **values)
        return [self._touch(self._make.production(row)) for row in rows]

    def iea_supply(
        self,
        material: str | None = None,
        stage: str | None = None,
        year: int | None = None,
        *,
        country: str | None = None,
    ) -> list[Observation]:
        """Give supply by country in t: an estimate for 2024, a base case afterwards.

        ``ROW`` is the rest of the world, not split. Magnet rare earths are the content of
        Nd, Pr, Dy and Tb and must not be divided by total rare-earth oxide.
        """
        wanted = {"material": material, "stage": stage, "year": year, "country": country}
        conditions, values = self._conditions(wanted)
        sql = (
            "SELECT source, material, stage, country, year, status, value_si "
            f"FROM read_parquet($file) WHERE {conditions} ORDER BY material, stage, country, year"
        )
        return [
            self._touch(self._make.supply(*row)) for row in self.rows(sql, "iea_supply", **values)
        ]

    def iea_demand(
        self,
        material: str | None = None,
        year: int | None = None,
        *,
        scenario: str | None = None,
        technology: str | None = None,
        kind: str | None = None,
    ) -> list[Observation]:
        """Give world demand in t by kind of sum, technology and scenario.

        Kinds (``total demand``, ``sector demand``, ...) are not additive with each other;
        the kind stands in `basis`, the technology in `entity`. Scenarios are not forecasts;
        ``base`` is the estimate for 2024.
        """
        wanted = {
            "material": material,
            "year": year,
            "scenario": scenario,
            "technology": technology,
            "kind": kind,
        }
        conditions, values = self._conditions(wanted)
        sql = (
            "SELECT source, material, material_iea, kind, technology, scenario, year, value_si "
            f"FROM read_parquet($file) WHERE value_si IS NOT NULL AND {conditions} "
            "ORDER BY material_iea, kind, technology, scenario, year"
        )
        return [
            self._touch(self._make.demand(*row)) for row in self.rows(sql, "iea_demand", **values)
        ]

    def trade(
        self,
        year: int,
        hs6: Sequence[str],
        table: str = "hs17",
        *,
        exporter: str | None = None,
        importer: str | None = None,
    ) -> list[TradeFlow]:
        """Give the flows of some codes in a year.

        Args:
            year: Year.
            hs6: Six-digit codes.
            table: ``hs17`` (2022 without quantities, 2024) or ``hs92`` (1995 to 2024), both
                complete; ``leading`` drops small flows. Never add across tables.
            exporter: Only this exporter.
            importer: Only this importer.

        Raises:
            InputError: if the table is unknown or does not hold the year.
        """
        known(table, TRADE_TABLES, "trade table")
        if BACI in self._left_out:
            return []
        wanted = {"table": table, "year": year, "exporter": exporter, "importer": importer}
        conditions, values = _conditions(wanted)
        sql = (
            "SELECT exporter, importer, hs6, value_kusd, qty_t FROM read_parquet($file) "
            f"WHERE {conditions} AND hs6 IN (SELECT unnest($codes)) "
            "ORDER BY hs6, exporter, importer"
        )
        rows = self.rows(sql, "trade", codes=list(hs6), **values)
        if not rows:
            # Only now, because looking the years up costs a second look at the file.
            self._check_year(table, year)
        place = f"bulk:{BACI}/{table}"
        flows = [
            TradeFlow(
                source, target, code, value, tonnes, f"{place}/{code}/{source}/{target}/{year}"
            )
            for source, target, code, value, tonnes in rows
        ]
        self._flows.update((flow.lineage, flow) for flow in flows)
        return flows

    def _check_year(self, table: str, year: int) -> None:
        years = self.trade_years(table)
        if year not in years:
            raise InputError(
                f"no year {year} in trade table {table}",
                where="trade",
                why=f"it holds {min(years)} to {max(years)} ({len(years)} years)",
                mend="choose another year, or another table",
            )

    def trade_years(self, table: str = "hs17") -> tuple[int, ...]:
        """Give the years a trade table holds."""
        sql = 'SELECT DISTINCT year FROM read_parquet($file) WHERE "table" = $table ORDER BY year'
        return tuple(row[0] for row in self.rows(sql, "trade", table=table))

    def governance(self, year: int | None = None) -> dict[str, Quantity]:
        """Give political stability by country, -2.5 (weak) to 2.5, with its 80 % interval.

        Args:
            year: Year; the newest by default.
        """
        held = self._governance
        return dict(held.get(max(held, default=0) if year is None else year, {}))

    @cached_property
    def _governance(self) -> dict[int, dict[str, Quantity]]:
        """Every year at once: lineage and series ask for one country or year at a time."""
        sql = "SELECT country, year, estimate, stderr FROM read_parquet($file) ORDER BY country"
        found: dict[int, dict[str, Quantity]] = {}
        if WGI in self._left_out:
            return found
        for country, held, estimate, stderr in self.rows(sql, "governance"):
            width = None if stderr is None else STANDARD_ERRORS_80 * stderr
            found.setdefault(held, {})[country] = Quantity(
                value=estimate,
                low=None if width is None else estimate - width,
                high=None if width is None else estimate + width,
                unit="score",
                label="V1",
                lineage=f"bulk:{WGI}/{country}/{held}",
            )
        return found

    def gdp(self, year: int | None = None) -> dict[str, Quantity]:
        """Give gross domestic product by country in current USD.

        Args:
            year: Year; by default the newest common one, that is the newest with at least
                95 % as many countries as the best covered year.
        """
        sql = """
            WITH counts AS (SELECT year, count(*) AS n FROM read_parquet($file) GROUP BY year),
            common AS (SELECT max(year) AS year FROM counts
                       WHERE n >= $share * (SELECT max(n) FROM counts))
            SELECT country, year, usd FROM read_parquet($file)
            WHERE year = coalesce($year, (SELECT year FROM common)) ORDER BY country
        """
        if GDP in self._left_out:
            return {}
        rows = self.rows(sql, "gdp", year=year, share=COMMON_SHARE)
        return {
            country: Quantity(usd, None, None, "USD", "V1", f"bulk:{GDP}/{country}/{held}")
            for country, held, usd in rows
        }

    def row(self, lineage: str) -> Observation:
        """Find a row again by its lineage id.

        Raises:
            KeyError: if there is none.
        """
        if lineage not in self._touched:
            self._find(lineage)
        return self._touched[lineage]

    def _find(self, lineage: str) -> None:
        """Read the rows around a lineage id, so that it is among the touched ones."""
        source, *parts = lineage.removeprefix("bulk:").split("/")
        if not parts or not all(parts):
            return
        if source == BACI and len(parts) == 5:
            self._find_flow(lineage, parts)
        elif source in (WGI, GDP) and parts[-1].isdigit():
            year = int(parts[-1])
            table = self.governance(year) if source == WGI else self.gdp(year)
            if parts[0] in table:
                metric = "governance" if source == WGI else "gdp"
                self._touch(self._make.quantity(table[parts[0]], source, metric, *parts))
        elif parts[0] == "supply" and len(parts) == 5:
            self.iea_supply(parts[1], parts[2], country=parts[3])
        elif parts[0] == "demand":
            self.iea_demand()
        elif len(parts) >= 5 and parts[4].isdigit():
            self._find_production(source, parts)

    def _find_production(self, source: str, parts: list[str]) -> None:
        """Read all the edition has on the material: its other rows are asked for as well."""
        step, _, metric = parts[2].partition(".")
        metric = metric or ("reserves" if step == "reserves" else "production")
        edition = re.search(r"mcs-(\d{4})", source)
        if edition:
            held = int(edition[1])
            self.production(parts[0], edition=held, metric=metric, headline=False)

    def _find_flow(self, lineage: str, parts: list[str]) -> None:
        """Look among the flows given out; else read all of the code, for its next flow too."""
        table, code, *_, year = parts
        known = lineage in self._flows or table not in TRADE_TABLES or not year.isdigit()
        if not known and int(year) in self.trade_years(table):
            self.trade(int(year), [code], table)
        if lineage in self._flows:
            self._touch(self._make.flow(self._flows[lineage], table, year))

    def _conditions(self, wanted: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
        """Give the WHERE clause of a table that names its sources, without those left out."""
        clause, values = _conditions(wanted)
        if self._left_out:
            clause += " AND source NOT IN (SELECT unnest($left_out))"
            values["left_out"] = self._left_out
        return clause, values

    def _touch(self, observation: Observation) -> Observation:
        return self._touched.setdefault(observation.id, observation)

    def rows(self, sql: str, name: str, /, **values: Any) -> tuple[tuple[Any, ...], ...]:
        """Run a query on one table; asked again, it gives the rows of the first time.

        Args:
            sql: The query; ``$file`` stands for the file of the table.
            name: Name of the table.
            values: Values of the other ``$`` names of the query.

        Raises:
            InputError: if the file is missing.
        """
        path = self._folder / f"{name}.parquet"
        if not path.is_file():
            raise InputError(
                f"the bulk table {path.name} is missing",
                where="bulk",
                why="statistics by country are read from it",
                mend="copy the folder bulk of the release beside the tables",
            )
        # The runs of a study ask the same of a release many times over.
        asked = (sql, name, repr(sorted(values.items())))
        if asked not in self._rows:
            self._connection = self._connection or _connect(self._folder)
            found = self._connection.execute(sql, {"file": str(path), **values}).fetchall()
            self._rows[asked] = tuple(found)
        return self._rows[asked]

    def close(self) -> None:
        """Let go of the database, which a fork must not hold open, and of rows it gave."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None
        self._rows.clear()


def _connect(folder: Path) -> duckdb.DuckDBPyConnection:
    """Open a database in memory that reads this one folder; one thread sums in one order."""
    import duckdb

    connection = duckdb.connect(":memory:", config={"threads": 1})
    connection.execute("SET allowed_directories = [$folder]", {"folder": str(folder)})
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return connection


def _conditions(wanted: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Give the WHERE clause of the wanted columns and its parameters."""
    values = {name: value for name, value in wanted.items() if value is not None}
    clause = " AND ".join(f'"{name}" = ${name}' for name in values)
    return clause or "true", values
