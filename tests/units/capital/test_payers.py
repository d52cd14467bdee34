"""Who pays today and who could, on the release and on changed rows."""

from __future__ import annotations

import pytest

from midstream.capital.payers import PayerMatrix, matrix
from midstream.capital.payers_could import could
from midstream.capital.payers_kind import payer_kinds, public_part
from midstream.capital.records_read import Reader
from midstream.errors import InputError
from midstream.evidence import Evidence, Ledger
from units.scenarios.changed import with_rows


@pytest.fixture(scope="module")
def ledger(evidence: Evidence) -> Ledger:
    return Ledger(base=evidence.ledger)


@pytest.fixture(scope="module")
def whole(evidence: Evidence, ledger: Ledger) -> PayerMatrix:
    return matrix(evidence, ledger)


def test_every_row_is_in_one_cell(evidence: Evidence, whole: PayerMatrix) -> None:
    kinds = payer_kinds(evidence)
    rows = [row for row in evidence.table("financing").rows if kinds[row["payer"]] != "open"]
    assert whole.rows == len(rows)
    assert sum(cell.rows for cell in (*whole.plants, *whole.outlays)) == len(rows)
    blank = sum(cell.without_amount for cell in (*whole.plants, *whole.outlays))
    assert blank == whole.without_amount > 0


def test_sums_are_those_of_the_layers(
    evidence: Evidence, ledger: Ledger, whole: PayerMatrix
) -> None:
    reader = Reader.of(evidence, ledger)
    layers = reader.layers(evidence.table("financing").rows)
    plants = sum(layer.real.value or 0 for layer in layers if layer.facility)
    assert sum(cell.total.value or 0 for cell in whole.plants) == pytest.approx(plants)


def test_outlays_stay_apart_from_plants(whole: PayerMatrix) -> None:
    assert all(cell.facilities for cell in whole.plants)
    assert all(not cell.facilities and cell.schemes for cell in whole.outlays)


def test_a_cell_without_amounts_has_no_sum(whole: PayerMatrix) -> None:
    buyers = [cell for cell in whole.plants if cell.kind == "buyer"]
    assert buyers
    for cell in buyers:
        assert cell.total.missing
        assert cell.years is None
        assert cell.without_amount == cell.rows


def test_standings_sum_to_the_total(whole: PayerMatrix) -> None:
    for cell in whole.plants:
        parts = sum(one.value or 0.0 for one in cell.by_status.values())
        assert parts == pytest.approx(cell.total.value or 0.0)


def test_only_what_was_asked_for_counts(evidence: Evidence, ledger: Ledger) -> None:
    found = matrix(evidence, ledger, country="IND", forms=["ndfeb-magnet"])
    names = {name for cell in found.plants for name in cell.facilities}
    assert names == {"repm-slots"}
    stage = matrix(evidence, ledger, stage="C2")
    held = {row["id"]: row for row in evidence.table("facilities").rows}
    assert {held[name]["stage"] for cell in stage.plants for name in cell.facilities} == {"C2"}


def test_every_cell_resolves(whole: PayerMatrix, ledger: Ledger) -> None:
    for cell in whole.plants:
        assert cell.total.lineage in ledger
        assert cell.to_dict()["total"] == cell.total.to_dict()
    assert whole.to_dict()["rows_without_amount"] == whole.without_amount


def test_unknown_words_are_refused(evidence: Evidence, ledger: Ledger) -> None:
    with pytest.raises(InputError, match="unknown country 'IDN2'"):
        matrix(evidence, ledger, country="IDN2")
    with pytest.raises(InputError, match="unknown form 'ndfeb-magnets'"):
        could(evidence, ledger, "IND", "ndfeb-magnets")


def test_what_is_paid_out_lowers_what_a_scheme_can_still_pay(
    evidence: Evidence, ledger: Ledger
) -> None:
    before = could(evidence, ledger, "IND", "li-ion-cell")[0]
    assert before.id == "ind-pli-acc"
    rows = [
        {**row, "disbursed": row["outlay"] / 4} if row["id"] == "ind-pli-acc" else row
        for row in evidence.table("schemes").rows
    ]
    after = could(with_rows(evidence, schemes=rows), Ledger(), "IND", "li-ion-cell")[0]
    assert after.amount.value == pytest.approx(0.75 * (before.amount.value or 0))


def test_payments_that_are_not_on_record_leave_an_upper_end(
    evidence: Evidence, ledger: Ledger
) -> None:
    scheme = next(
        one for one in could(evidence, ledger, "IND", "ndfeb-magnet") if one.id == "ind-repm"
    )
    assert scheme.amount.value is None
    assert scheme.amount.high
    assert scheme.nearness == "same form"
    assert "at most" in scheme.words


def test_schemes_that_are_not_in_force_do_not_pay(evidence: Evidence, ledger: Ledger) -> None:
    rows = [{**row, "status": "ended"} for row in evidence.table("schemes").rows]
    found = could(with_rows(evidence, schemes=rows), ledger, "IND", "ndfeb-magnet")
    assert {one.basis for one in found} == {"precedent"}


def test_precedents_are_payers_outside_their_own_country(
    evidence: Evidence, ledger: Ledger
) -> None:
    found = could(evidence, ledger, "IND", "ndfeb-magnet")
    precedents = [one for one in found if one.basis == "precedent"]
    assert [one.payer for one in precedents] == ["Export Development Canada"]
    at_home = could(evidence, ledger, "CAN", "ndfeb-magnet")
    assert "Export Development Canada" not in {one.payer for one in at_home}


def test_nearest_and_largest_first(evidence: Evidence, ledger: Ledger) -> None:
    found = could(evidence, ledger, "IND", "ndpr-oxide")
    order = {"same form": 0, "same stage": 1, "any stage": 2}
    for basis in ("scheme", "precedent"):
        ranks = [order[one.nearness] for one in found if one.basis == basis]
        assert ranks == sorted(ranks)
        near = [one for one in found if one.basis == basis and one.nearness == "same form"]
        amounts = [one.amount.value or one.amount.high or 0 for one in near]
        assert amounts == sorted(amounts, reverse=True)


@pytest.mark.parametrize(
    ("kind", "part"),
    [("state", (1, 1)), ("export-credit", (1, 1)), ("mixed", (0, 1)), ("sponsor", (0, 0))],
)
def test_public_part(kind: str, part: tuple[float, float]) -> None:
    assert public_part(kind) == part
