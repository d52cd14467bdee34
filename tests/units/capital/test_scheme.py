"""Support by right and money on record as instruments."""

from __future__ import annotations

from typing import Any

import pytest

from midstream.capital.funding import KINDS, Instrument, check_instruments
from midstream.capital.money import Money, to_dollars
from midstream.capital.scheme import (
    contract_of,
    covered_schemes,
    kind_of,
    rank_of,
    recorded_support,
    scheme_support,
    support,
    terms_of,
)
from midstream.errors import InputError
from midstream.evidence import Evidence, Ledger
from units.scenarios.changed import row_of, with_rows

MAGNET, OXIDE = "ndfeb-magnet", "ndpr-oxide"


def ledger_of(evidence: Evidence) -> Ledger:
    return Ledger(base=evidence.ledger)


def one_term(evidence: Evidence, **cells: Any) -> Evidence:
    fixed = {
        "id": "t",
        "country": "JPN",
        "form": OXIDE,
        "payer": "Treasury",
        "payer_country": "JPN",
        "currency": "USD",
        "year": 2025,
        "status": "in force",
        "source": ("usgs-mcs-2026-data",),
    }
    return with_rows(
        evidence, scheme_terms=[row_of(evidence, "scheme_terms", **{**fixed, **cells})]
    )


def made(evidence: Evidence, size: float = 500.0, **cells: Any) -> Instrument:
    changed = one_term(evidence, **cells)
    found = scheme_support(changed, ledger_of(evidence), OXIDE, "JPN", size, 2025)
    return found.instruments[0]


def test_the_table_holds_every_kind_in_the_order_of_the_stack(evidence: Evidence) -> None:
    kinds = sorted(KINDS, key=lambda kind: rank_of(evidence, kind))
    assert tuple(kinds) == KINDS
    assert {row["id"] for row in evidence.table("instruments").rows} == set(KINDS)


def test_every_recorded_layer_has_a_kind(evidence: Evidence) -> None:
    names = {row["instrument"] for row in evidence.table("financing").rows}
    assert {kind_of(evidence, name) for name in names} <= set(KINDS)
    with pytest.raises(InputError, match="lottery"):
        kind_of(evidence, "lottery")
    with pytest.raises(InputError, match="unknown instrument 'grants'"):
        rank_of(evidence, "grants")


def test_a_plant_has_its_part_of_an_amount_and_never_more_than_all(evidence: Evidence) -> None:
    cells = {"instrument": "grant", "amount": 1e8, "capacity": 1000.0}
    assert made(evidence, 250, **cells).amount == pytest.approx(2.5e7)
    assert made(evidence, 4000, **cells).amount == pytest.approx(1e8)
    assert made(evidence, 4000, instrument="grant", amount=1e8).amount == pytest.approx(1e8)


def test_an_amount_beside_a_share_is_a_limit(evidence: Evidence) -> None:
    found = made(evidence, instrument="capex-subsidy", share_pct=15.0, amount=1e8)
    assert (found.share, found.cap, found.amount) == (0.15, 1e8, None)


def test_an_amount_on_output_is_a_limit(evidence: Evidence) -> None:
    found = made(evidence, instrument="sales-incentive", share_pct=40.0, amount=1e8, per_kg=5.0)
    assert (found.share, found.cap, found.per_kg) == (0.4, 1e8, 5.0)


def test_a_floor_on_part_of_the_output(evidence: Evidence) -> None:
    cells = {"instrument": "price-floor", "per_kg": 110.0, "years": 5.0, "volume": 100.0}
    assert made(evidence, 500, **cells).share == pytest.approx(0.2)
    assert made(evidence, 50, **cells).share == 1


def test_money_of_another_currency_and_year_is_turned(evidence: Evidence) -> None:
    found = made(evidence, instrument="grant", amount=1e9, currency="JPY", year=2020)
    assert found.amount == pytest.approx(to_dollars(evidence, Money(1e9, "JPY", 2020), 2025).real)


def test_support_without_a_rate_is_refused(evidence: Evidence) -> None:
    with pytest.raises(InputError, match="no exchange rate of XAU"):
        made(evidence, instrument="grant", amount=1e9, currency="XAU")
    with pytest.raises(InputError, match="without a currency"):
        made(evidence, instrument="grant", amount=1e9, currency=None)


def test_what_is_only_announced_is_named_and_left_out(evidence: Evidence) -> None:
    changed = one_term(evidence, instrument="grant", amount=1e9, status="announced")
    found = scheme_support(changed, ledger_of(evidence), OXIDE, "JPN", 10, 2025)
    assert not found.instruments
    assert found.remarks == ("Treasury: grant is only announced",)


def test_terms_are_for_the_form_and_country_or_for_one_plant(evidence: Evidence) -> None:
    changed = one_term(evidence, instrument="grant", amount=1e9)
    assert len(terms_of(changed, OXIDE, "JPN")) == 1
    assert not terms_of(changed, OXIDE, "KOR")
    assert not terms_of(changed, MAGNET, "JPN")
    own = one_term(evidence, instrument="grant", amount=1e9, facility="iluka-eneabba")
    assert not terms_of(own, OXIDE, "JPN")
    assert len(terms_of(own, OXIDE, "AUS", "iluka-eneabba")) == 1


def test_a_plants_own_award_stands_in_place_of_the_scheme(evidence: Evidence) -> None:
    fixed = {"country": "AUS", "form": OXIDE, "instrument": "grant", "scheme": "usa-vault"}
    general = row_of(evidence, "scheme_terms", id="a", **fixed)
    own = row_of(evidence, "scheme_terms", id="b", facility="iluka-eneabba", **fixed)
    loan = row_of(evidence, "scheme_terms", id="c", **{**fixed, "instrument": "tax-credit"})
    changed = with_rows(evidence, scheme_terms=[general, own, loan])
    assert [row["id"] for row in terms_of(changed, OXIDE, "AUS")] == ["a", "c"]
    assert [row["id"] for row in terms_of(changed, OXIDE, "AUS", "iluka-eneabba")] == ["b", "c"]


def test_the_release_gives_instruments_that_can_be_used(evidence: Evidence) -> None:
    ledger = ledger_of(evidence)
    for row in evidence.table("scheme_terms").rows:
        found = support(
            evidence, ledger, row["form"], row["country"], 1000.0, 2025, row["facility"] or ""
        )
        check_instruments(found.instruments)
        for one in found.instruments:
            assert any(node.source for node in ledger.reached(one.lineage)), row["id"]
    for facility in evidence.facilities.values():
        found = recorded_support(evidence, ledger, facility["id"], 2025)
        assert all(one.amount is not None or one.share is not None for one in found.instruments)


def test_a_scheme_that_counts_by_right_is_not_counted_as_money_on_record(
    evidence: Evidence,
) -> None:
    ledger = ledger_of(evidence)
    row = evidence.facilities["repm-slots"]
    covered = covered_schemes(evidence, row["form"], row["country"], row["id"])
    assert covered
    both = support(evidence, ledger, row["form"], row["country"], 6000, 2025, row["id"])
    kinds = [one.kind for one in both.instruments]
    assert len(kinds) == len(set(kinds))
    twice = recorded_support(evidence, ledger, row["id"], 2025)
    assert twice.instruments


def test_money_of_the_company_or_of_the_past_is_no_layer(evidence: Evidence) -> None:
    layer = {"id": "f", "facility": "iluka-eneabba", "instrument": "grant", "payer": "A"}
    money = {"amount": 5e6, "currency": "USD", "year": "2025", "source": ("usgs-mcs-2026-data",)}
    row = row_of(evidence, "financing", **layer, **money, status="committed")
    scope = row_of(evidence, "financing_scopes", id="s", financing="f", scope="company")
    counted = with_rows(evidence, financing=[row], financing_scopes=[])
    left = with_rows(evidence, financing=[row], financing_scopes=[scope])
    ledger = ledger_of(evidence)
    found = recorded_support(counted, ledger, "iluka-eneabba", 2025)
    assert [one.amount for one in found.instruments] == [5e6]
    none = recorded_support(left, ledger, "iluka-eneabba", 2025)
    assert not none.instruments
    assert "whole company" in none.remarks[0]


def test_a_floor_on_record_is_a_contract(evidence: Evidence) -> None:
    rows = {row["id"]: row for row in evidence.table("scheme_terms").rows}
    row = rows["st-jpn-lynas-floor"]
    contract = contract_of(evidence, row, 1e9, row["year"])
    assert contract.floor == row["per_kg"]
    assert contract.volume == row["volume"] * 1000
    assert contract.share == row["upside_pct"] / 100
    assert contract.cap == row["upside_cap"]
    assert contract_of(evidence, row, 1e3, row["year"]).volume == 1e3
    with pytest.raises(InputError, match="no price floor"):
        contract_of(evidence, rows["st-ind-repm-capex"], 1e6, 2025)


def test_a_contract_for_difference_pays_both_ways(evidence: Evidence) -> None:
    changed = one_term(evidence, instrument="cfd", per_kg=90.0, years=10.0)
    row = changed.table("scheme_terms").rows[0]
    assert contract_of(evidence, row, 1e6, 2025).share == 1
