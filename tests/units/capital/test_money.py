"""Currencies of the release, and amounts that are refused."""

from __future__ import annotations

import pytest

from midstream.capital.money import Money, enter_rate, from_dollars, money, rate_of, to_dollars
from midstream.errors import InputError
from midstream.evidence import Evidence, Ledger


def test_rates_of_the_release_have_a_node_with_source_and_days(evidence: Evidence) -> None:
    ledger = Ledger(base=evidence.ledger)
    node = ledger[enter_rate(evidence, ledger, "INR", 2025)]
    assert node.quantity.value == rate_of(evidence, "INR", 2025)
    assert node.quantity.unit == "INR per USD"
    assert node.source in evidence.sources
    assert "days" in node.note


def test_there_and_back(evidence: Evidence) -> None:
    there = to_dollars(evidence, Money(5e9, "JPY", 2024), 2024).nominal
    assert from_dollars(evidence, there, "JPY", 2024) == pytest.approx(5e9)


def test_the_basis_names_rate_and_years(evidence: Evidence) -> None:
    basis = to_dollars(evidence, Money(1e7, "INR", 2023), 2025).basis
    assert "INR" in basis
    assert "mean of 2023" in basis
    assert "USD of 2025" in basis
    assert "per USD" not in to_dollars(evidence, Money(1e7, "USD", 2023), 2025).basis


def test_a_currency_without_a_rate_is_refused(evidence: Evidence) -> None:
    with pytest.raises(InputError, match="no exchange rate of XAU") as problem:
        to_dollars(evidence, Money(1, "XAU", 2025), 2025)
    assert "INR" in problem.value.mend


def test_a_year_without_a_rate_is_refused(evidence: Evidence) -> None:
    with pytest.raises(InputError, match="no exchange rate of INR for 1950") as problem:
        to_dollars(evidence, Money(1, "INR", 1950), 2025)
    assert "2010 to 2026" in problem.value.why


@pytest.mark.parametrize(
    ("amount", "unit", "year", "words"),
    [
        (5.0, "", 2025, "without a currency"),
        (5.0, "INR crore", None, "without a year"),
        (5.0, "INR crores", 2025, "unknown word of number"),
        (float("nan"), "INR", 2025, "not a number"),
    ],
)
def test_incomplete_amounts_are_refused(
    amount: float, unit: str, year: int | None, words: str
) -> None:
    with pytest.raises(InputError) as problem:
        money(amount, unit, year)
    assert words in str(problem.value)


def test_another_rate_gives_other_dollars(evidence: Evidence) -> None:
    one = to_dollars(evidence, Money(100, "INR", 2015), 2025)
    other = to_dollars(evidence, Money(100, "INR", 2025), 2025)
    assert one.nominal > other.nominal
    assert one.real / one.nominal > 1
    assert other.real == other.nominal
