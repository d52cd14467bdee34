"""Price cases from the price record."""

from __future__ import annotations

from typing import Any

import pytest

from midstream.capital.prices import given_price, price_record
from midstream.errors import InputError
from midstream.evidence import Evidence, Ledger, Row
from units.scenarios.changed import row_of, with_rows

FORM = "ndpr-oxide"


def quote(evidence: Evidence, number: int, **cells: Any) -> Row:
    fixed = {
        "id": f"q-{number}",
        "form": FORM,
        "market": "FOB China",
        "frequency": "annual",
        "basis": "annual average",
        "currency": "USD",
        "unit": "kg",
        "source": ("usgs-mcs-2026-data",),
    }
    return row_of(evidence, "prices", **{**fixed, **cells})


def record(evidence: Evidence, *quotes: dict[str, Any], price_year: int = 2025) -> Any:
    rows = [quote(evidence, number, **cells) for number, cells in enumerate(quotes)]
    changed = with_rows(evidence, prices=rows)
    return price_record(changed, Ledger(base=evidence.ledger), FORM, price_year)


def values(found: Any) -> dict[str, float]:
    return {case.name: case.value for case in found.cases}


def test_the_base_is_the_latest_yearly_mean(evidence: Evidence) -> None:
    found = record(
        evidence,
        {"period": "2024", "price": 50.0},
        {"period": "2025", "price": 60.0},
        {"period": "2025-09", "price": 90.0, "frequency": "point"},
    )
    assert values(found)["base"] == pytest.approx(60)
    assert "latest" not in values(found)


def test_a_younger_quote_is_a_case_of_its_own(evidence: Evidence) -> None:
    found = record(
        evidence,
        {"period": "2024", "price": 50.0},
        {"period": "2025-02", "price": 99.0, "frequency": "point"},
    )
    assert values(found)["latest"] == pytest.approx(99)
    assert values(found)["low"] <= values(found)["base"] <= values(found)["high"]


@pytest.mark.parametrize(
    ("unit", "price", "per_kg"),
    [("t", 70000.0, 70.0), ("lb", 10.0, 22.0462), ("oz t", 1.0, 32.1507)],
)
def test_units_become_kg(evidence: Evidence, unit: str, price: float, per_kg: float) -> None:
    found = record(evidence, {"period": "2025", "price": price, "unit": unit})
    assert values(found)["base"] == pytest.approx(per_kg, rel=1e-5)


def test_tax_is_taken_out_of_chinese_quotes_in_their_currency(evidence: Evidence) -> None:
    quoted = {"period": "2025", "price": 720.0, "currency": "CNY"}
    abroad = record(evidence, {**quoted, "market": "Europe"})
    home = record(evidence, {**quoted, "market": "China domestic"})
    in_dollars = record(evidence, {**quoted, "currency": "USD", "market": "China domestic"})
    tax = 1 + (evidence.parameter("capital.price.tax").value or 0)
    assert values(home)["base"] == pytest.approx(values(abroad)["base"] / tax)
    assert values(in_dollars)["base"] == pytest.approx(720)
    assert "CNY" in home.rates
    assert not in_dollars.rates


def test_other_years_are_brought_to_the_price_year(evidence: Evidence) -> None:
    found = record(evidence, {"period": "2015", "price": 50.0})
    assert values(found)["base"] > 60


def test_peaks_and_contract_floors_are_no_yearly_means(evidence: Evidence) -> None:
    found = record(
        evidence,
        {"period": "2025", "price": 60.0},
        {"period": "2025", "price": 300.0, "basis": "peak in the year"},
        {"period": "2025", "price": 110.0, "basis": "contract floor"},
    )
    assert values(found)["base"] == pytest.approx(60)


def test_every_case_traces_to_sources(evidence: Evidence) -> None:
    ledger = Ledger(base=evidence.ledger)
    found = price_record(evidence, ledger, FORM, 2025)
    for case in found.cases:
        reached = ledger.reached([case.price.lineage])
        assert any(node.source for node in reached), case.name
    assert found.case("base").value in [year.price for year in found.years]
    with pytest.raises(InputError, match="no price case"):
        found.case("middle")


def test_a_form_without_a_price_is_refused_with_the_option_that_gives_one(
    evidence: Evidence,
) -> None:
    with pytest.raises(InputError, match="--price"):
        price_record(evidence, Ledger(), "li-ion-cell", 2025)


def test_a_price_of_nothing_is_refused() -> None:
    assert given_price(Ledger(), FORM, 80.0).value == 80
    with pytest.raises(InputError, match="above 0"):
        given_price(Ledger(), FORM, 0.0)
