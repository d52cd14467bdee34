"""Results as tables of a database, which every tool for tables reads."""

from __future__ import annotations

from typing import Any

import duckdb

from midstream.evidence.parquet import fill
from midstream.evidence.plain import published
from midstream.rows import table_rows


def frame(result: Any) -> duckdb.DuckDBPyRelation:
    """Lay a result out as a table.

    A list, and a scorecard, give a row an entry, the parts of a quantity side by side under the
    name of the field (``score``, ``score_low``, ``score_lineage``); any other result gives a row
    for each of its values, with the path that leads to it. What is missing stays missing.

    Args:
        result: What a method of a study gives, a list of such, or the ``result`` of an answer.

    Returns:
        A relation of DuckDB: ``columns``, ``fetchall()``, ``filter("score > 2")``,
        ``write_parquet(path)``, ``write_csv(path)``; ``df()`` and ``arrow()`` where pandas and
        pyarrow are there.
    """
    rows = list(table_rows(published(result)))
    names = list(dict.fromkeys(name for row in rows for name in row)) or ["empty"]
    connection = duckdb.connect()
    fill(connection, names, [[row.get(name) for name in names] for row in rows])
    return connection.table("answer")
