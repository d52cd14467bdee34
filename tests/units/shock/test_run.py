"""A whole run: keys, lineage, what changes when its inputs change."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from midstream.evidence import Ledger
from midstream.shock.behaviour import Sampler
from midstream.shock.computed import Run
from midstream.shock.notes import notes_on
from midstream.shock.prices import prices
from midstream.shock.result import ShockResult
from midstream.shock.run import follow, prepare, run_shock
from units.shock.real_chain import TARGETS, model, opened, request, shock_of

PUBLISHED = (
    "months",
    "price_outside",
    "price_inside",
    "deliveries",
    "cover",
    "output_lost",
    "winners",
    "rivals",
    "similar_episodes",
)


def run(ledger: Ledger | None = None, **changes: Any) -> ShockResult:
    study = opened()
    ledger = Ledger(study.ledger) if ledger is None else ledger
    return run_shock(study.evidence, study.world, ledger, request(**changes), model=model())


def quantities(value: Any) -> list[dict[str, Any]]:
    """Every quantity inside a JSON object."""
    if isinstance(value, dict):
        if set(value) == {"value", "low", "high", "unit", "label", "lineage"}:
            return [value]
        return [found for part in value.values() for found in quantities(part)]
    if isinstance(value, list):
        return [found for part in value for found in quantities(part)]
    return []


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    return Ledger(opened().ledger)


@pytest.fixture(scope="module")
def result(ledger: Ledger) -> ShockResult:
    return run(ledger, draws=2)


def test_the_published_keys_are_there(result: ShockResult) -> None:
    told = result.to_dict()
    assert set(PUBLISHED) <= set(told)
    assert json.loads(json.dumps(told)) == told
    assert len(told["months"]) == len(told["price_outside"]) == len(told["price_inside"])
    assert set(told["deliveries"]) == {"JPN", "USA", "CHN"}
    assert {"country", "sector", "value_added"} <= set(told["output_lost"][0])
    assert len(told["similar_episodes"]) == 3


def test_every_number_has_a_lineage_down_to_leaves(result: ShockResult, ledger: Ledger) -> None:
    found = quantities(result.to_dict())
    assert len(found) > 100
    for quantity in found:
        assert quantity["lineage"] in ledger, quantity["lineage"]
        if quantity["value"] is not None and quantity["lineage"].startswith("f:shock"):
            assert quantity["label"] in ("modelled", "V", "V1", "U")
    root = ledger.trace(result.price_outside[0].lineage)["inputs"][0]
    kinds = {part["id"].partition(":")[0] for part in root["inputs"]}
    assert {"par", "f", "bulk"} <= kinds


def test_intervals_hold_the_median(result: ShockResult) -> None:
    for quantity in quantities(result.to_dict()):
        if quantity["lineage"].startswith("f:shock.delivered"):
            assert quantity["low"] <= quantity["value"] <= quantity["high"]


def test_the_price_users_react_to_rises_with_the_depth(result: ShockResult) -> None:
    mild = run(depth=0.4)
    assert result.scarcity_price["USA"][0].value > mild.scarcity_price["USA"][0].value > 1
    assert result.scarcity_price["CHN"][0].value < 1


def test_a_deeper_cut_never_lowers_the_price_outside() -> None:
    """A full ban leaves no dear licence to pay for, and is dearer all the same."""
    paths = [run(depth=depth).price_outside for depth in (0.4, 0.9, 1.0)]
    for mild, deep in pairwise(paths):
        assert all(one.value <= two.value for one, two in zip(mild[:2], deep[:2], strict=True))
        assert deep[0].value > 1.05 * mild[0].value


def test_the_price_outside_is_that_users_react_to() -> None:
    told = run(depth=1.0, targets=("USA",))
    assert [one.value for one in told.price_outside] == pytest.approx(
        [one.value for one in told.scarcity_price["USA"]]
    )


def test_what_others_make_of_an_outage_is_part_of_what_the_actor_no_longer_makes() -> None:
    """Whoever is named as target: an outage stops the plant for everyone."""
    told = run(instrument="outage", depth=1.0, targets=("JPN",))
    assert 0 < (told.relocation.value or 0) <= 100


def test_a_loss_nobody_can_count_is_said_not_zero() -> None:
    """South Korea buys Chinese graphite, and no maker of anodes there is on record."""
    study = opened()
    asked = request(form="spherical-graphite", targets=("KOR",), months=2, chain="graphite")
    told = run_shock(study.evidence, study.world, Ledger(study.ledger), asked)
    assert told.deliveries["KOR"][0].value < 0.5
    assert not [one for one in told.output_lost if one.country == "KOR"]
    assert any(
        note.startswith("South Korea: buys") and "not nothing" in note for note in told.notes
    )


def test_a_longer_measure_begins_like_a_shorter_one() -> None:
    short, long = (run(targets=("WLD",), months=months, draws=3) for months in (2, 4))
    pairs = zip(short.price_outside[:1], long.price_outside[:1], strict=True)
    assert all(one.value == pytest.approx(two.value, rel=1e-9) for one, two in pairs)


def test_the_assumptions_are_named(result: ShockResult) -> None:
    named = {quantity.lineage for quantity in result.assumptions}
    assert {"par:market.leakage", "par:market.thrift", "par:shock.recovery"} <= named


def test_a_run_depends_on_the_world() -> None:
    study = opened()
    outputs = dict(study.world.outputs)
    place = "antimony-metal", "CHN"
    outputs[place] = outputs[place].scaled(0.6, "f:test/less")
    study.ledger.add(replace(study.ledger[study.world.outputs[place].lineage], id="f:test/less"))
    other = replace(study.world, outputs=outputs)
    told = run_shock(study.evidence, other, Ledger(study.ledger), request())
    before = run()
    assert abs(told.deliveries["USA"][0].value - before.deliveries["USA"][0].value) > 0.005
    assert told.rivals["share_rule"].value < before.rivals["share_rule"].value


def test_a_threat_delivers_as_before_and_still_has_a_price() -> None:
    told = run(instrument="threat")
    for quantity in told.deliveries["USA"]:
        assert quantity.value == pytest.approx(1, abs=1e-4)
    assert told.price_outside[0].value is not None
    assert told.leaked.value is None


def test_an_outage_hits_the_actor_too() -> None:
    told = run(instrument="outage", depth=0.5, targets=("WLD",))
    assert told.deliveries["CHN"][0].value < 0.9
    assert told.targets == ("WLD",)


def test_a_target_that_buys_nothing_is_named() -> None:
    study = opened()
    asked = request(form="dy-tb-oxide", targets=("USA",), months=1)
    told = run_shock(study.evidence, study.world, Ledger(study.ledger), asked)
    assert {one.value for one in told.deliveries["USA"]} == {None}
    assert any(note.startswith("United States") and "no purchases" in note for note in told.notes)


def test_a_single_draw_is_the_central_path() -> None:
    one = run(targets=("WLD",))
    assert one.price_outside[0].low is None
    # Without noise the price never falls below the months before.
    assert min(quantity.value for quantity in one.price_outside) >= 1 - 1e-9


def test_a_tariff_has_no_rent_and_no_record() -> None:
    told = run(instrument="tariff", depth=0.5)
    assert told.similar_episodes == ()
    assert "market" in told.peaks
    assert told.price_outside[0].value > 1
    assert not [gain for gain in told.winners if gain.way == "licence holder"]


def test_notice_lets_buyers_stock_up() -> None:
    before = run(notice_days=45, months=1)
    sudden = run(months=1)
    assert before.cover["USA"][0].value > sudden.cover["USA"][0].value
    assert before.deliveries["USA"][0].value == pytest.approx(1, abs=0.02)
    assert before.deliveries["USA"][1].value < 0.95


def test_an_expected_shock_finds_fuller_stocks() -> None:
    assert run(surprise=False).cover["USA"][0].value > run().cover["USA"][0].value


def test_licences_let_more_pass_where_they_are_said_to() -> None:
    shut = run(instrument="export-licence", months=8, pass_rates={"USA": 0.2, "JPN": 0.2})
    open_ = run(instrument="export-licence", months=8, pass_rates={"USA": 1.0, "JPN": 0.2})
    assert open_.deliveries["USA"][6].value > shut.deliveries["USA"][6].value


def test_a_quota_on_everyone_is_one_cap() -> None:
    told = run(instrument="export-quota", depth=0.5, targets=("WLD",))
    assert told.deliveries["USA"][0].value < 1
    assert told.leaked.value is None


def test_progress_is_told_and_may_stop() -> None:
    study, seen = opened(), []
    run_shock(
        study.evidence,
        study.world,
        Ledger(study.ledger),
        request(draws=2),
        progress=seen.append,
        model=model(),
    )
    assert seen == [0.5, 1.0]

    class StopError(Exception):
        pass

    def stop(_: float) -> None:
        raise StopError

    with pytest.raises(StopError):
        run_shock(
            study.evidence,
            study.world,
            Ledger(study.ledger),
            request(),
            progress=stop,
            model=model(),
        )


def test_a_bill_is_evaluated_on_the_result() -> None:
    study = opened()
    told = run_shock(
        study.evidence,
        study.world,
        Ledger(study.ledger),
        request(),
        bill=lambda result: {"months": len(result.months)},
        model=model(),
    )
    assert told.to_dict()["bill"] == {"months": 14}


def test_a_model_serves_only_its_own_shocks() -> None:
    served = model()
    assert served.serves(shock_of(request(targets=TARGETS)))
    assert not served.serves(shock_of(request(seed=2)))
    assert not served.serves(shock_of(request(form="flake-graphite")))
    assert not served.serves(shock_of(request(targets=("FJI",))))
    study = opened()
    other = prepare(study.evidence, study.world, shock_of(request(targets=("FJI",))))
    assert "FJI" in other.base.names.countries
    assert np.isfinite(other.base.network.flow).all()


def test_notes_say_what_is_assumed_and_what_is_missing() -> None:
    study = opened()
    told = run_shock(
        study.evidence,
        study.world,
        Ledger(study.ledger),
        request(form="tin-metal", targets=("USA",), months=1),
    )
    assert any("gravity" in note for note in told.notes)
    assert any("Nobody counts" in note for note in told.notes)
    assert told.priors == {"tin-ore": "trade", "tin-metal": "gravity"}


def test_value_added_and_money_are_given_where_they_are_on_record() -> None:
    study = opened()
    told = run_shock(
        study.evidence,
        study.world,
        Ledger(study.ledger),
        request(form="ndfeb-magnet", targets=("IND",), depth=0.9, months=4),
    )
    known = {(lost.country, lost.sector): lost for lost in told.output_lost}
    electronics = known["IND", "electronics"]
    per_month = electronics.value_added.value / electronics.months.value
    other = run(months=4).output_lost[0]
    assert per_month > 0
    assert other.value_added.value is None
    assert other.value_added.label is None
    rents = [gain for gain in told.winners if gain.way == "licence holder"]
    assert rents[0].money.value > 0
    assert rents[0].money.unit == "USD million"


def test_unconverged_draws_are_told() -> None:
    study, shock = opened(), shock_of(request())
    sampler = Sampler(study.evidence, 1, 1)
    market = follow(model(), shock, sampler, 2)
    path = replace(market.path, unconverged=np.array([2.0]))
    ready = model()
    price = prices(sampler, ready.base, market.networks, market.given, shock, path, ready.laws)
    computed = Run(
        study.evidence, ready.base, shock, sampler, path, price, (), None, ready.peaks, ready.record
    )
    assert any(note.startswith("1 of 1 draws") for note in notes_on(computed))
