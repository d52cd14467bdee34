"""The database of an import: it sees one file and one folder, and little memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

#: Rows that are fetched at a time.
FETCHED = 5_000
#: Memory the database may use before it writes to its work folder.
MEMORY = "512MB"
#: Threads of the database; each holds buffers of its own.
THREADS = 2


@contextmanager
def opened(work: Path, *files: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a database in memory that can read some files, and write to one folder.

    Args:
        work: Folder for what does not fit into memory, and for results.
        files: Files it may read.
    """
    import duckdb

    connection = duckdb.connect(":memory:")
    try:
        connection.execute("SET enable_progress_bar = false")
        connection.execute(f"SET memory_limit = '{MEMORY}'")
        connection.execute(f"SET threads = {THREADS}")
        connection.execute("SET temp_directory = $work", {"work": str(work)})
        connection.execute("SET allowed_directories = [$work]", {"work": str(work)})
        connection.execute("SET allowed_paths = $files", {"files": [str(one) for one in files]})
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
        yield connection
    finally:
        connection.close()
