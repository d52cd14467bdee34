"""Periods in months; quantities refuse what is no number; ledgers stand on each other."""

from __future__ import annotations

import math

import pytest

from midstream.errors import InputError, ModelError
from midstream.evidence import Ledger, Node, Quantity, worst_label
from midstream.evidence.periods import distance, span


@pytest.mark.parametrize(
    ("period", "months"),
    [
        ("2024", (24288, 12)),
        ("2024-03", (24290, 1)),
        ("2024-Q4", (24297, 3)),
        ("2024-H2", (24294, 6)),
        ("2020-2023", (24240, 48)),
    ],
)
def test_periods_start_and_last(period: str, months: tuple[int, int]) -> None:
    assert span(period) == months


def test_periods_of_unequal_length_are_no_neighbours() -> None:
    assert distance("2024", "2024-06") is None
    assert distance("2024-Q1", "2024-Q3") == 6


@pytest.mark.parametrize(
    ("value", "low", "high", "label"),
    [
        (math.nan, None, None, "V"),
        (1.0, -math.inf, None, "V"),
        (1.0, 2.0, 1.5, "V"),
        (1.0, None, None, None),
    ],
)
def test_a_quantity_refuses_what_is_no_number(
    value: float, low: float | None, high: float | None, label: None
) -> None:
    with pytest.raises(ModelError):
        Quantity(value, low, high, "t", label, "x")


def test_a_missing_quantity_has_no_label() -> None:
    assert Quantity(None, None, None, "t", None, "x").missing
    assert worst_label([None]) is None
    assert worst_label(["V", None, "U"]) == "U"


def test_a_ledger_falls_through_to_its_base() -> None:
    def node(name: str, *inputs: str) -> Node:
        return Node(name, "formula", name, Quantity(1.0, None, None, "t", "V", name), None, inputs)

    base = Ledger()
    base.add(node("a"))
    top = Ledger(base=base)
    top.add(node("b", "a", "gone"))
    assert list(top) == ["b", "a"]
    assert [part["id"] for part in top.trace("b")["inputs"]] == ["a"]
    with pytest.raises(KeyError):
        base["c"]
    with pytest.raises(InputError, match="no lineage 'c'"):
        top.trace("c")
