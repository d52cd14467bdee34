"""Parquet tables of the package, written through DuckDB, sorted for compression."""

from __future__ import annotations

from pathlib import Path

import duckdb

from tables import DerivationError

# Each query reads the files of the source folder by the names of FILES and
# must end in a total order, so that a second run writes the same bytes.
FILES = {
    "usgs": "usgs_mcs_world.parquet",
    "hs17_2024": "baci_hs17_2024.parquet",
    "hs17_2022": "baci_hs17_2022.parquet",
    "hs92": "baci_hs92_1995_2024.parquet",
    "leading_flows": "baci_leading_flows_2002_2024.parquet",
    "wgi": "wgi_political_stability.parquet",
    "mean6": "wgi_mean6_latest.csv",
    "gdp": "gdp_current_usd.csv.gz",
    "iea_supply": "iea_supply_by_country.csv",
    "iea_demand": "iea_demand.csv.gz",
}

QUERIES = {
    "production": """
        SELECT source,
               CAST(regexp_extract(source, 'mcs-([0-9]{4})', 1) AS SMALLINT) AS edition,
               material,
               CASE WHEN unnamed THEN 'C1' WHEN step = 'pigment' THEN 'C2' ELSE stage END AS stage,
               CASE WHEN unnamed THEN 'mine' ELSE step END AS step,
               CASE WHEN unnamed THEN 'Mine production' ELSE form END AS form_published,
               CAST(headline AS BOOLEAN) AS headline,
               CASE WHEN country = '' THEN 'ROW' ELSE country END AS country,
               CAST(year AS SMALLINT) AS year, metric, value_si,
               nullif(unit_si, '') AS unit_si, nullif(flag, '') AS flag
        FROM (SELECT *, material = 'fluorspar' AND form = '' AS unnamed FROM usgs)
        ORDER BY material, metric, step, form_published, source, year, country, value_si, flag
    """,
    "iea_supply": """
        SELECT source, material, material_iea, stage, country, CAST(year AS SMALLINT) AS year,
               CASE WHEN status LIKE 'base case%' THEN 'projection' ELSE 'estimate' END AS status,
               round(CAST(value AS DOUBLE) * 1000, 3) AS value_si, 't' AS unit_si
        FROM iea_supply
        ORDER BY material, stage, country, year
    """,
    "iea_demand": """
        SELECT source, material, material_iea, kind, technology, scenario,
               CAST(year AS SMALLINT) AS year,
               round(CAST(value AS DOUBLE) * 1000, 3) AS value_si, 't' AS unit_si
        FROM iea_demand
        ORDER BY material_iea, kind, technology, scenario, year, value_si
    """,
    "trade": """
        WITH whole AS (
            SELECT 'hs17' AS "table", year, exporter, importer, hs6, value_kusd, qty_t
            FROM hs17_2024
            UNION ALL
            SELECT 'hs17', year, exporter, importer, hs6, value_kusd, qty_t FROM hs17_2022
            UNION ALL
            SELECT 'hs92', year, exporter, importer, hs6, value_kusd, qty_t FROM hs92
        ), held AS (SELECT DISTINCT hs6, year FROM whole), complete AS (
            FROM whole
            UNION ALL
            SELECT 'leading', year, exporter, importer, hs6, value_kusd, qty_t
            FROM leading_flows ANTI JOIN held USING (hs6, year)
        )
        SELECT "table", CAST(year AS SMALLINT) AS year, exporter, importer, hs6,
               round(value_kusd, 3)::DOUBLE AS value_kusd, round(qty_t, 3)::DOUBLE AS qty_t
        FROM complete
        ORDER BY "table", hs6, exporter, importer, year
    """,
    "governance": """
        SELECT country, CAST(year AS SMALLINT) AS year, estimate, stderr, percentile,
               risk_0_1 AS risk
        FROM wgi WHERE estimate IS NOT NULL
        ORDER BY country, year
    """,
    "governance_mean6": """
        SELECT country, CAST(wgi_mean6 AS DOUBLE) AS mean6 FROM mean6 ORDER BY country
    """,
    "gdp": """
        SELECT country, CAST(year AS SMALLINT) AS year, CAST(gdp_usd_current AS DOUBLE) AS usd
        FROM gdp ORDER BY country, year
    """,
}


def open_sources(folder: Path) -> duckdb.DuckDBPyConnection:
    """A connection with one view per file of FILES; text stays text (Namibia is NAM)."""
    connection = duckdb.connect()
    connection.execute("SET threads = 1")
    connection.execute("SET enable_progress_bar = false")
    connection.execute("SET preserve_insertion_order = true")
    for name, file in FILES.items():
        path = folder / file
        if not path.is_file():
            raise DerivationError(f"{file} is missing in {folder}")
        literal = "'" + str(path).replace("'", "''") + "'"
        reader = f"read_csv({literal}, header = true, all_varchar = true, nullstr = '')"
        if file.endswith(".parquet"):
            reader = f"read_parquet({literal})"
        connection.execute(f"CREATE VIEW {name} AS SELECT * FROM {reader}")
    return connection


def write_parquet(connection: duckdb.DuckDBPyConnection, name: str, target: Path) -> int:
    """Write one bulk table; returns its number of rows."""
    draft = target.with_name(target.name + ".part")
    literal = str(draft).replace("'", "''")
    connection.execute(
        f"COPY ({QUERIES[name]}) TO '{literal}' "
        "(FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 19, "
        "ROW_GROUP_SIZE 122880)"
    )
    draft.replace(target)
    found = connection.execute(f"SELECT count(*) FROM read_parquet('{target}')").fetchone()
    return int(found[0]) if found else 0


def write_bulk(folder: Path, out: Path) -> dict[str, int]:
    """Write all bulk tables into out; returns rows per table."""
    out.mkdir(parents=True, exist_ok=True)
    connection = open_sources(folder)
    try:
        return {name: write_parquet(connection, name, out / f"{name}.parquet") for name in QUERIES}
    finally:
        connection.close()
