"""The gap by stage: sums, lists of what is left out, refusals, and the room's own engine."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest

from midstream.capital.gap import by_stage
from midstream.capital.gap_result import StageGap
from midstream.chain.estimate import Floats
from midstream.errors import InputError
from midstream.evidence import Evidence, Ledger
from midstream.study import Study
from units.capital.by_hand import ByHand

DRAWS = 40
FORMS = ("ndpr-oxide", "ndfeb-magnet", "dy-tb-oxide")


def years_of(*figures: float) -> Floats:
    return np.tile(np.array(figures, dtype=float), (DRAWS, 1))


def gap_of(
    study: Study, evidence: Evidence, engine: ByHand | None = None, **changed: Any
) -> StageGap:
    asked: dict[str, Any] = {
        "country": "IND",
        "forms": FORMS,
        "years": (2030, 2035),
        "need": {form: years_of(100, 300) for form in FORMS},
        "output": {form: years_of(20, 50) for form in FORMS},
        "draws": DRAWS,
        "ledger": Ledger(base=evidence.ledger),
        "funding": engine or ByHand(DRAWS),
    }
    return by_stage(evidence, study.world, **{**asked, **changed})


def test_rows_hold_need_build_uses_layers_and_gap(study: Study, evidence: Evidence) -> None:
    ledger = Ledger(base=evidence.ledger)
    engine = ByHand(DRAWS, use={"ndpr-oxide": 0.5})
    found = gap_of(study, evidence, engine, ledger=ledger)
    row = found.row("ndpr-oxide", 2035)
    assert row is not None
    assert (row.need.value, row.output.value, row.build.value) == (300, 50, 500)
    assert (row.uses.value, row.gap.value) == (50_000, 25_000)
    assert row.closed.value == 0
    assert [one.amount.value for one in row.paid] == [0, 25_000]
    assert ledger[row.gap.lineage].quantity == row.gap
    assert row.to_dict()["gap"]["value"] == 25_000


def test_stages_are_sums_of_their_forms_in_each_draw(study: Study, evidence: Evidence) -> None:
    found = gap_of(study, evidence)
    for stage in found.stages:
        rows = [row for row in found.rows if (row.stage, row.year) == (stage.stage, stage.year)]
        assert tuple(row.form for row in rows) == stage.forms
        whole = np.sum([row.draws["gap"] for row in rows], axis=0)
        assert stage.draws["gap"] == pytest.approx(whole)
        paid = sum(one.amount.value or 0.0 for one in stage.paid)
        assert paid + (stage.gap.value or 0.0) == pytest.approx(stage.uses.value)


def test_forms_that_cannot_be_priced_are_listed(study: Study, evidence: Evidence) -> None:
    found = gap_of(study, evidence, ByHand(DRAWS, refused=frozenset({"dy-tb-oxide"})))
    (left,) = found.unpriced
    assert (left.form, left.stage) == ("dy-tb-oxide", "C2")
    assert left.what == "no running cost is on record"
    stage = next(one for one in found.stages if one.stage == "C2")
    assert stage.left_out == ("dy-tb-oxide",)
    assert any("leave out dy-tb-oxide" in warning for warning in found.warnings)


def test_a_need_that_is_not_known_is_no_need_of_nil(study: Study, evidence: Evidence) -> None:
    need = {"ndpr-oxide": years_of(100, 300), "ndfeb-magnet": years_of(np.nan, np.nan)}
    found = gap_of(study, evidence, need=need)
    left = {one.form: one.what for one in found.unpriced}
    assert left == {
        "ndfeb-magnet": "the need of ndfeb-magnet is not known",
        "dy-tb-oxide": "the need of dy-tb-oxide is not known",
    }


def test_open_draws_are_left_out_and_counted(study: Study, evidence: Evidence) -> None:
    need = years_of(100, 300)
    need[:5, 1] = np.nan
    found = gap_of(study, evidence, forms=["ndpr-oxide"], need={"ndpr-oxide": need})
    assert any("open in 5 draws" in warning for warning in found.warnings)
    row = found.row("ndpr-oxide", 2035)
    assert row is not None
    assert row.build.value == 250


def test_nothing_to_build_needs_no_money(study: Study, evidence: Evidence) -> None:
    found = gap_of(study, evidence, output={form: years_of(400, 400) for form in FORMS})
    for row in found.rows:
        assert (row.build.value, row.uses.value, row.gap.value) == (0, 0, 0)
        assert row.closed.value == 1
        assert row.unit == "t/yr"


def test_who_could_pay_is_listed_and_not_allocated(study: Study, evidence: Evidence) -> None:
    found = gap_of(study, evidence)
    assert set(found.could) == set(FORMS)
    assert any(one.id == "ind-repm" for one in found.could["ndfeb-magnet"])
    assert found.row("ndfeb-magnet", 2035).gap.value == 12_500  # type: ignore[union-attr]


def test_lineage_holds_what_the_arrays_rest_on(study: Study, evidence: Evidence) -> None:
    ledger = Ledger(base=evidence.ledger)
    inputs = {"ndpr-oxide": ["par:capital.tenor"]}
    found = gap_of(study, evidence, ledger=ledger, inputs=inputs)
    row = found.row("ndpr-oxide", 2030)
    assert row is not None
    assert "par:capital.tenor" in ledger[row.gap.lineage].inputs
    stage = found.stages[0]
    reached = {node.id for node in ledger.reached([stage.gap.lineage])}
    assert row.gap.lineage in reached


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"years": (2035, 2030)}, "years 2035, 2030"),
        ({"years": ()}, "years without one"),
        ({"country": "INDIA"}, "unknown country 'INDIA'"),
        ({"forms": ["magnets"]}, "unknown form 'magnets'"),
        ({"need": {"ndpr-oxide": np.zeros((3, 2))}}, r"has the shape \(3, 2\)"),
    ],
)
def test_requests_that_make_no_sense_are_refused(
    study: Study, evidence: Evidence, changed: dict[str, Any], words: str
) -> None:
    with pytest.raises(InputError, match=words):
        gap_of(study, evidence, **changed)


@pytest.fixture(scope="module")
def asked() -> dict[str, Any]:
    draws = 2000
    spread = np.random.default_rng(1).triangular(0.6, 1.0, 1.5, (draws, 1))
    need = {
        "ndpr-oxide": spread * np.array([[1900.0, 3170.0]]),
        "ndfeb-magnet": spread * np.array([[5700.0, 9500.0]]),
    }
    output = {form: values * 0.15 for form, values in need.items()}
    return {"years": (2030, 2035), "need": need, "output": output, "draws": draws}


def real(study: Study, evidence: Evidence, asked: dict[str, Any], **changed: Any) -> StageGap:
    given = {"country": "IND", "forms": ("ndpr-oxide", "ndfeb-magnet"), **asked, **changed}
    given.setdefault("ledger", Ledger(base=evidence.ledger))
    return by_stage(evidence, study.world, **given)


def test_the_engine_of_the_room_balances(
    study: Study, evidence: Evidence, asked: dict[str, Any]
) -> None:
    ledger = Ledger(base=evidence.ledger)
    found = real(study, evidence, asked, ledger=ledger)
    assert found.unpriced == ()
    assert found.assumptions
    for row in found.rows:
        assert (row.gap.low or 0) <= (row.gap.value or 0) <= (row.gap.high or 0)
        assert np.all(row.draws["gap"] >= 0)
        assert np.all(row.draws["gap"] <= row.draws["uses"] * (1 + 1e-9))
        assert ledger.reached([row.gap.lineage])
    assert {one.payer for row in found.rows for one in row.paid} >= {"market"}
    assert any("counted in full" in warning for warning in found.warnings)


def test_support_never_widens_the_gap_of_the_room(
    study: Study, evidence: Evidence, asked: dict[str, Any]
) -> None:
    with_it = real(study, evidence, asked)
    without = real(study, evidence, asked, with_scheme=False)
    for row in with_it.rows:
        other = without.row(row.form, row.year)
        assert other is not None
        assert np.all(row.draws["gap"] <= other.draws["gap"] + 1)
        assert row.draws["uses"] == pytest.approx(other.draws["uses"])
    magnet = with_it.row("ndfeb-magnet", 2035)
    assert magnet is not None
    assert any(one.payer_kind == "state" for one in magnet.paid)
    assert magnet.gap.value < without.row("ndfeb-magnet", 2035).gap.value  # type: ignore[union-attr, operator]


def test_a_dearer_product_narrows_the_gap_and_needs_a_price_where_none_is_on_record(
    study: Study, evidence: Evidence, asked: dict[str, Any]
) -> None:
    low, high = (
        real(study, evidence, asked, price={"ndpr-oxide": price}).row("ndpr-oxide", 2035)
        for price in (60.0, 120.0)
    )
    assert low is not None
    assert high is not None
    assert (high.gap.value or 0) < (low.gap.value or 0)


def test_two_thousand_draws_take_less_than_a_second(
    study: Study, evidence: Evidence, asked: dict[str, Any]
) -> None:
    real(study, evidence, asked)
    start = time.process_time()
    real(study, evidence, asked)
    assert time.process_time() - start < 1.0


def test_the_same_seed_gives_the_same_gap(
    study: Study, evidence: Evidence, asked: dict[str, Any]
) -> None:
    first, again = (real(study, evidence, asked).to_dict() for _ in range(2))
    assert first == again
    other = real(study, evidence, asked, seed=2).to_dict()
    assert first != other


def test_every_number_leads_back_to_nodes_that_exist(
    study: Study, evidence: Evidence, asked: dict[str, Any]
) -> None:
    ledger = Ledger(base=evidence.ledger)
    real(study, evidence, asked, ledger=ledger)
    reached = ledger.reached(list(ledger.nodes))
    lost = {name for node in reached for name in node.inputs if name not in ledger}
    assert lost == set()
    names = {node.id for node in reached}
    assert any(name.startswith("arch:") for name in names)
    assert any(name.startswith("f:capital.price/") for name in names)
    bare = [
        node.id
        for node in reached
        if node.id.startswith(("f:capital.gap.gap", "f:capital.gap.uses")) and not node.inputs
    ]
    assert bare == []


def test_a_form_without_a_running_cost_is_priced_once_it_is_given(
    study: Study, evidence: Evidence
) -> None:
    form = "anode-material"
    asked: dict[str, Any] = {
        "years": (2035,),
        "need": {form: np.full((DRAWS, 1), 1000.0)},
        "output": {form: np.zeros((DRAWS, 1))},
        "draws": DRAWS,
        "forms": (form,),
    }
    (left,) = real(study, evidence, asked).unpriced
    assert "--set opex" in left.mend
    given = {form: {"opex": 4.0, "feed": 1.0}}
    found = real(study, evidence, asked, overrides=given, price=12.0)
    assert found.unpriced == ()
    (row,) = found.rows
    dearer = real(study, evidence, asked, overrides={form: {"opex": 8.0, "feed": 1.0}}, price=12.0)
    assert np.all(dearer.rows[0].draws["gap"] >= row.draws["gap"] - 1e-6)
    assert (dearer.rows[0].gap.value or 0) > (row.gap.value or 0)
