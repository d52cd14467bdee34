"""Attribute tables: types, defaults, and their own mistakes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from midstream.errors import InputError
from midstream.evidence.folder import SHIPPED
from midstream.evidence.schema import converter, read_schema, type_table
from midstream.evidence.tables import parse_csv

HEAD = "field,type,unit,default,required,refers,description\n"


def schema_of(tmp_path: Path, *lines: str) -> Any:
    path = tmp_path / "t.csv"
    path.write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8")
    return read_schema(path)


@pytest.mark.parametrize(
    ("type_", "cell", "value"),
    [
        ("float", "-1.5e3", -1500.0),
        ("float", ".5", 0.5),
        ("int", "-7", -7),
        ("bool", "Yes", True),
        ("bool", "0", False),
        ("date", "2024-02", "2024-02"),
        ("period", "2024-Q3", "2024-Q3"),
        ("period", "2020-2023", "2020-2023"),
        ("id", "s&p:global/1.2", "s&p:global/1.2"),
        ("enum(a|b c)", "b c", "b c"),
        ("list(float)", "1; 2;", (1.0, 2.0)),
    ],
)
def test_cells_become_values(type_: str, cell: str, value: object) -> None:
    assert converter(type_)[0](cell) == value


@pytest.mark.parametrize(
    ("type_", "cell"),
    [
        ("float", "1,5"),
        ("float", "inf"),
        ("float", "9" * 400),
        ("float", "\u0661"),
        ("int", "1.0"),
        ("int", "9" * 30),
        ("bool", "perhaps"),
        ("date", "2024-13"),
        ("date", "24-01-01"),
        ("period", "2024-Q5"),
        ("period", "3024"),
        ("id", "two words"),
        ("enum(a|b)", "c"),
        ("list(int)", "1;x"),
    ],
)
def test_wrong_cells_are_refused_with_a_reason(type_: str, cell: str) -> None:
    with pytest.raises(ValueError, match=r"^is "):
        converter(type_)[0](cell)


def test_a_blank_takes_the_default_and_blank_lists_are_empty(tmp_path: Path) -> None:
    schema = schema_of(
        tmp_path,
        "id,id,,,yes,,Name.",
        "n,int,,3,yes,,Number.",
        "xs,list(str),,,no,,Words.",
        "note,str,,,no,,Note.",
    )
    table, problems = type_table(parse_csv(b"id,n,xs,note\na,,, \n", "t.csv"), schema)
    assert problems == []
    assert table.rows == ({"id": "a", "n": 3, "xs": (), "note": None},)


def test_an_optional_column_may_be_missing(tmp_path: Path) -> None:
    schema = schema_of(tmp_path, "id,id,,,yes,,Name.", "xs,list(str),,,no,,Words.")
    table, problems = type_table(parse_csv(b"id\na\n", "t.csv"), schema)
    assert problems == []
    assert table.rows == ({"id": "a", "xs": ()},)


def test_every_problem_of_a_table_is_reported_not_the_first(tmp_path: Path) -> None:
    schema = schema_of(tmp_path, "id,id,,,yes,,Name.", "n,int,,,yes,,Number.")
    raw = parse_csv(b"id,n\na,x\nb,\nc d,1\n", "t.csv")
    _, problems = type_table(raw, schema)
    assert [problem.place for problem in problems] == ["t.csv:4:id", "t.csv:2:n", "t.csv:3:n"]
    assert problems[1].id == "a"


def test_an_unknown_type_is_refused_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="'flot' is no known type; did you mean float") as caught:
        schema_of(tmp_path, "n,flot,,,yes,,Number.")
    assert caught.value.where == "schema/t.csv:2:type"


def test_a_list_of_lists_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is a list of lists"):
        schema_of(tmp_path, "n,list(list(int)),,,yes,,Number.")


def test_an_attribute_table_without_a_column_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("field,type\nid,id\n", encoding="utf-8")
    with pytest.raises(InputError, match="column 'unit' is missing"):
        read_schema(path)


@pytest.mark.parametrize("path", sorted((SHIPPED / "schema").glob("*.csv")), ids=lambda p: p.stem)
def test_shipped_attribute_tables_describe_every_field(path: Path) -> None:
    schema = read_schema(path)
    assert schema.attributes
    assert all(attribute.description for attribute in schema.attributes)
    assert schema.attribute(schema.fields[0]) is schema.attributes[0]
    assert schema.attribute("no such field") is None
