"""Money of one year in the money of another."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from midstream.capital.price_index import PriceIndex
from midstream.errors import InputError
from midstream.evidence import Evidence

years = st.integers(2000, 2009)
levels = st.lists(st.floats(1, 1000), min_size=10, max_size=10)


def index(values: list[float]) -> PriceIndex:
    return PriceIndex("USD", "2000", dict(zip(range(2000, 2010), values, strict=True)), ("a",))


@given(levels, years, years, years)
def test_going_by_way_of_a_third_year_changes_nothing(
    values: list[float], start: int, middle: int, end: int
) -> None:
    made = index(values)
    detour = made.factor(start, middle) * made.factor(middle, end)
    assert detour == pytest.approx(made.factor(start, end))


@given(levels, years, years, st.floats(0.1, 10))
def test_another_base_changes_nothing(
    values: list[float], start: int, end: int, scale: float
) -> None:
    rebased = index([value * scale for value in values])
    assert rebased.factor(start, end) == pytest.approx(index(values).factor(start, end))


def test_money_of_a_cheaper_year_is_worth_more() -> None:
    assert index([50.0] + [100.0] * 9).factor(2000, 2009) == 2


def test_a_year_without_level_is_refused_and_says_what_there_is() -> None:
    with pytest.raises(InputError, match="2010") as caught:
        index([1.0] * 10).factor(2010, 2005)
    assert "from 2000 to 2009" in str(caught.value)


def test_the_same_year_needs_no_level() -> None:
    made = index([1.0] * 10)
    assert made.factor(2031, 2031) == 1
    assert made.remark(2031, 2031) is None


def test_a_remark_names_the_years_without_level() -> None:
    made = index([1.0] * 10)
    assert made.remark(2001, 2002) is None
    assert "for 2010 and 2031" in str(made.remark(2010, 2031))


def test_the_index_on_record_covers_the_rates_of_exchange(evidence: Evidence) -> None:
    made = PriceIndex.of(evidence)
    rates = {int(row["year"]) for row in evidence.table("fx").rows}
    first, last = made.years
    assert first <= min(rates)
    assert last >= max(rates) - 1
    assert all(name in evidence.sources for name in made.sources)


def test_a_currency_without_index_is_refused(evidence: Evidence) -> None:
    with pytest.raises(InputError, match="no price index of INR"):
        PriceIndex.of(evidence, "INR")
