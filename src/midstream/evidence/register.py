"""The source register: one entry per document, found by its id or by an old alias."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from midstream.evidence.tables import Row


class SourceRegister(Mapping[str, Row]):
    """Rows of the sources table by id; look-ups resolve aliases, listing does not."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._rows = {row["id"]: row for row in rows}
        self._alias = {alias: row["id"] for row in self.rows for alias in row["aliases"]}

    @property
    def rows(self) -> tuple[Row, ...]:
        """All rows in the order of the table."""
        return tuple(self._rows.values())

    def __getitem__(self, name: str) -> Row:
        if name in self._rows:
            return self._rows[name]
        return self._rows[self._alias[name]]

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)
