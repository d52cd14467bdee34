"""Units: words, readings of published units, errors."""

from __future__ import annotations

import pytest

from midstream.errors import InputError
from midstream.evidence import units
from units.evidence.rows import observation


@pytest.mark.parametrize(
    ("text", "basis"),
    [
        ("t REO/yr", "REO"),
        ("t TREO", "REO"),
        ("REO, compounds and metals", "REO"),
        ("magnet-REE, STEPS", "magnet-REE"),
        ("gross weight", None),
        ("% of TREO", None),
        (None, None),
    ],
)
def test_the_content_a_text_names(text: str | None, basis: str | None) -> None:
    assert units.content(text) == basis


def test_stoichiometry_of_lithium_oxide() -> None:
    assert units.BASIS_FACTORS["Li2O", "Li"] == pytest.approx(0.46457, abs=5e-5)


def test_a_capital_cost_per_yearly_tonne_is_no_price() -> None:
    with pytest.raises(InputError, match="they measure different things"):
        units.factor("USD per t/yr", "USD/t")


def test_numbers_in_a_denominator_count() -> None:
    assert units.factor("kg/100 kW", "kg/MW") == pytest.approx(10)


def test_a_figure_a_day_is_taken_over_the_year() -> None:
    row = observation(value=0, unit="t", original_unit="kg/day")
    assert units.published_factor(row) == pytest.approx(0.365)


def test_capacity_without_a_period_is_per_year() -> None:
    row = observation(value=0, unit="GWh/yr", original_unit="GWh")
    assert units.published_factor(row) == pytest.approx(1)


def test_units_that_do_not_fit_name_what_was_published() -> None:
    row = observation(value=0, unit="t", original_unit="USD million")
    with pytest.raises(InputError, match="'USD million' cannot be turned into 't'"):
        units.published_factor(row)
