"""Price bases: sets of one day, quotes of one year, what is missing."""

from __future__ import annotations

import pytest

from midstream.beneficiaries.basis import basis_of
from midstream.beneficiaries.dollars import to_dollars
from midstream.beneficiaries.entries import Entries
from midstream.errors import InputError
from midstream.evidence import Evidence, Ledger
from units.scenarios.changed import row_of, with_rows


@pytest.fixture
def entries(evidence: Evidence) -> Entries:
    return Entries(evidence, Ledger(base=evidence.ledger))


class TestSets:
    def test_all_prices_of_a_set_are_of_its_day(self, evidence: Evidence) -> None:
        days = {row["id"]: row["day"] for row in evidence.table("value_sets").rows}
        for line in evidence.table("value_prices").rows:
            if line["observation"]:
                period = evidence.observations_by_id[line["observation"]].period
            elif line["quote"]:
                period = (evidence.row_by_id("prices", line["quote"]) or {})["period"]
            else:
                continue
            assert days[line["set"]].startswith(period), line["id"]

    def test_all_prices_of_a_set_are_in_its_currency(self, evidence: Evidence) -> None:
        money = {row["id"]: row["currency"] for row in evidence.table("value_sets").rows}
        for line in evidence.table("value_prices").rows:
            if line["observation"]:
                unit = evidence.observations_by_id[line["observation"]].unit
                assert unit == f"{money[line['set']]}/kg", line["id"]

    def test_a_price_is_named_once_and_shares_sum_to_one(self, evidence: Evidence) -> None:
        shares: dict[tuple[str, str], float] = {}
        for line in evidence.table("value_prices").rows:
            given = [line["observation"], line["quote"], line["price"]]
            assert sum(one is not None for one in given) == 1, line["id"]
            key = line["set"], line["form"]
            shares[key] = shares.get(key, 0.0) + line["share"]
        assert list(shares.values()) == pytest.approx([1.0] * len(shares))

    def test_a_chain_has_one_preferred_set(self, evidence: Evidence) -> None:
        rows = evidence.table("value_sets").rows
        preferred = [row["chain"] for row in rows if row["preferred"] == "yes"]
        assert sorted(preferred) == sorted({row["chain"] for row in rows})

    def test_a_price_of_its_own_names_document_and_place(self, evidence: Evidence) -> None:
        own = [row for row in evidence.table("value_prices").rows if row["price"] is not None]
        assert own
        assert all(row["source"] and row["locator"] for row in own)

    def test_an_unknown_set_is_refused_with_those_on_record(self, entries: Entries) -> None:
        with pytest.raises(InputError, match="vs-smm-20250508"):
            basis_of(entries, "magnets-light", ["ndpr-oxide"], 2024, "vs-smm-2025058")

    def test_the_year_can_be_asked_for_in_place_of_a_set(self, entries: Entries) -> None:
        found = basis_of(entries, "magnets-light", ["ndpr-oxide"], 2024, "2024")
        assert (found.currency, found.day, found.taxed) == ("USD", "2024", False)

    @pytest.mark.parametrize("column", ["observation", "quote"])
    def test_a_quote_that_is_left_out_leaves_no_price(self, entries: Entries, column: str) -> None:
        rows = [
            {**row, "observation": None, "quote": None, column: "gone"}
            if row["form"] == "ndpr-oxide"
            else row
            for row in entries.evidence.table("value_prices").rows
        ]
        changed = Entries(with_rows(entries.evidence, value_prices=rows), entries.ledger)
        found = basis_of(changed, "magnets-light", [], 2024)
        assert "ndpr-oxide" not in found.prices
        assert "ree-metal-alloy" in found.prices


class TestYear:
    def test_yearly_means_rule_over_single_quotes(self, entries: Entries) -> None:
        found = basis_of(entries, "gallium", ["gallium-metal"], 2024)
        (part,) = found.prices["gallium-metal"].parts
        means = [
            row["price"]
            for row in entries.evidence.table("prices").rows
            if row["form"] == "gallium-metal"
            and row["period"] == "2024"
            and row["frequency"] == "annual"
        ]
        assert part.price.value in means
        assert part.price.low == min(means)
        assert part.price.high == max(means)

    def test_a_quoted_form_is_brought_to_the_scored_one(self, entries: Entries) -> None:
        found = basis_of(entries, "lithium", ["lithium-carbonate"], 2024)
        (part,) = found.prices["lithium-carbonate"].parts
        assert part.content.value == pytest.approx(0.188)
        assert "content:qf-lithium" in part.lineage

    def test_a_form_without_a_quote_of_the_year_has_no_price(self, entries: Entries) -> None:
        found = basis_of(entries, "graphite", ["flake-graphite", "anode-material"], 2024)
        assert set(found.prices) == {"flake-graphite"}

    def test_a_contract_floor_is_no_price(self, entries: Entries) -> None:
        floors = [
            row for row in entries.evidence.table("prices").rows if row["basis"] == "contract floor"
        ]
        assert floors
        changed = with_rows(entries.evidence, prices=floors)
        found = basis_of(Entries(changed, entries.ledger), "tin", [floors[0]["form"]], 2025)
        assert found.prices == {}


class TestDollars:
    def test_tax_and_rate_are_taken_out(self, entries: Entries) -> None:
        basis = basis_of(entries, "magnets-light", ["ndpr-oxide"], 2024)
        found = to_dollars(entries, basis)
        (rate,) = (
            row["per_usd"]
            for row in entries.evidence.table("fx").rows
            if row["currency"] == "CNY" and int(row["year"]) == basis.year
        )
        tax = entries.evidence.parameter("capital.price.tax").value or 0.0
        assert found.factor == pytest.approx(1 / (rate * (1 + tax)))
        assert set(found.lineage) == {f"rate:CNY/{basis.year}", "par:capital.price.tax"}

    def test_a_missing_rate_is_one_clear_error(self, entries: Entries) -> None:
        row = row_of(entries.evidence, "fx", currency="EUR", year="2025", per_usd=1.0, days=1)
        changed = Entries(with_rows(entries.evidence, fx=[row]), entries.ledger)
        basis = basis_of(changed, "magnets-light", ["ndpr-oxide"], 2024)
        with pytest.raises(InputError, match="no exchange rate of CNY for 2025"):
            to_dollars(changed, basis)
