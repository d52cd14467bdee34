"""Reading CSV files: places of errors, limits, odd but valid files."""

from __future__ import annotations

from pathlib import Path

import pytest

from midstream.errors import InputError
from midstream.evidence import tables
from midstream.evidence.tables import Table, parse_csv, read_csv


def test_a_byte_order_mark_and_windows_line_ends_are_fine() -> None:
    raw = parse_csv("\ufeffid,name\r\na,A\r\n".encode(), "t.csv")
    assert raw.header == ("id", "name")
    assert raw.rows == [["a", "A"]]


def test_lines_are_counted_through_blank_lines_and_long_cells() -> None:
    raw = parse_csv(b'id,name\n\na,"two\nlines"\nb,B\n', "t.csv")
    assert raw.lines == [3, 5]


def test_a_cell_above_the_limit_is_refused_with_its_place() -> None:
    data = ("id,name\na," + "x" * (tables.MAX_CELL + 1)).encode()
    with pytest.raises(InputError, match="a cell of") as caught:
        parse_csv(data, "t.csv")
    assert caught.value.where == "t.csv:2:2"


def test_a_cell_above_the_limit_of_the_reader_is_refused_too() -> None:
    data = ("id,name\na," + "x" * 200_000).encode()
    with pytest.raises(InputError) as caught:
        parse_csv(data, "t.csv")
    assert caught.value.where.startswith("t.csv:2")


def test_a_file_above_the_limit_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "t.csv"
    path.write_text("id\na\n", encoding="utf-8")
    monkeypatch.setattr(tables, "MAX_BYTES", 3)
    with pytest.raises(InputError, match="5 bytes are too many"):
        read_csv(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"gone\.csv: cannot be read"):
        read_csv(tmp_path / "gone.csv")


def test_a_column_without_a_name_is_refused() -> None:
    with pytest.raises(InputError, match="a column without a name") as caught:
        parse_csv(b"id,,name\n", "t.csv")
    assert caught.value.where == "t.csv:1:2"


def test_a_table_names_places_of_its_rows() -> None:
    table = Table("t", "t.csv", ({"id": "a"},), (7,))
    assert table.place(0) == "t.csv:7"
    assert table.place(0, "id") == "t.csv:7:id"
    assert list(table) == [{"id": "a"}]
    assert len(table) == 1
