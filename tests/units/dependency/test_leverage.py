"""Leverage of holders: rows by hand, what moves them, lineage, errors, lead times, lock-in."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from midstream.chain.change import CapacityChange, OutputChange
from midstream.chain.world import Flow, World
from midstream.dependency.leverage import ALL, MEASURES, Leverage, Row, interval, leverage
from midstream.dependency.lockin import lock_ins
from midstream.dependency.replace import additions, promised_leads
from midstream.dependency.streams import Streams
from midstream.errors import InputError
from midstream.evidence import Evidence, Ledger, Quantity
from midstream.study import Study
from units.dependency.chains_toy import CHAIN, chain_evidence, exact_evidence, opened


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Evidence:
    return exact_evidence(tmp_path_factory.mktemp("leverage") / "data")


@pytest.fixture(scope="module")
def world(toy: Evidence) -> World:
    return opened(toy)


@pytest.fixture(scope="module")
def found(toy: Evidence, world: World) -> Leverage:
    return leverage(toy, world, CHAIN, draws=20)


def row(found: Leverage, holder: str, form: str = "") -> Row:
    return next(r for r in found.rows if r.holder == holder and r.form == form)


def test_rows_are_right_by_hand(found: Leverage) -> None:
    oxide = row(found, "CHN", "ndpr-oxide")
    assert oxide.min_cut_share.value == pytest.approx(0.2)
    assert oxide.loss.value == pytest.approx(0.8)
    # new plants after 5 years add .1 a year: .8 x 5 + .8^2 / .2
    assert oxide.leverage.value == pytest.approx(7.2)
    assert oxide.replace_years.value == pytest.approx(9.0)
    assert oxide.n_minus_1_global.value == pytest.approx(0.2)
    # two of four steps lose .8: the oxide and the ore it buys
    assert oxide.extraction_loss.value == pytest.approx(0.4)
    assert oxide.cut.form == "ndpr-oxide"
    assert oxide.cut.countries == ("JPN", "IND", "ROW")


def test_all_steps_together_take_the_worst(found: Leverage) -> None:
    whole = row(found, "CHN")
    assert whole.stage == ALL
    assert whole.loss.value == pytest.approx(0.8)
    assert whole.leverage.value == pytest.approx(7.2)
    # what is left: .4 at the cars, .2 of their magnets, .2 of their oxide, half of its ore
    assert whole.extraction_loss.value == pytest.approx(1 - (0.4 + 0.08 + 0.016 + 0.008) / 4)


def test_a_small_holder_has_no_row(found: Leverage) -> None:
    # India makes .5 % of magnets, below the floor of one per cent
    forms = {r.form for r in found.rows if r.holder == "IND"}
    assert forms == {"ree-ore", "ndpr-oxide", "ev", ""}


def test_the_holder_asked_about_has_every_row(toy: Evidence, world: World) -> None:
    rows = leverage(toy, world, CHAIN, "JPN", draws=20).rows
    assert [r.form for r in rows] == ["ree-ore", "ndpr-oxide", "ndfeb-magnet", "ev", ""]


def test_an_output_nobody_counts_has_an_interval_and_no_value(toy: Evidence, world: World) -> None:
    oxide = row(leverage(toy, world, CHAIN, "USA", draws=20), "USA", "ndpr-oxide")
    assert oxide.loss.value is None
    assert oxide.loss.label is None
    assert oxide.loss.low == pytest.approx(0.0)
    assert oxide.loss.high is not None
    assert oxide.loss.high > 0.0


def test_a_holder_that_loses_output_loses_leverage(toy: Evidence, world: World) -> None:
    halved = world.apply(OutputChange("ndpr-oxide", "CHN", 0.5))
    before = row(leverage(toy, world, CHAIN, draws=20), "CHN", "ndpr-oxide")
    after = row(leverage(toy, halved, CHAIN, draws=20), "CHN", "ndpr-oxide")
    for name in ("loss", "leverage", "shapley", "extraction_loss"):
        assert getattr(after, name).value < getattr(before, name).value, name


def test_a_plant_elsewhere_shortens_the_loss_and_an_own_one_does_not(
    toy: Evidence, world: World
) -> None:
    def years(country: str) -> float:
        plant = CapacityChange("new", "ndpr-oxide", country, 200, 2027, completion=1.0)
        changed = leverage(toy, world.apply(plant), CHAIN, draws=20)
        return row(changed, "CHN", "ndpr-oxide").leverage.value or 0.0

    before = row(leverage(toy, world, CHAIN, draws=20), "CHN", "ndpr-oxide").leverage.value
    assert years("USA") < years("CHN")
    assert years("CHN") == pytest.approx(before)


def test_lead_times_move_leverage_and_not_the_loss(tmp_path: Path) -> None:
    def oxide(name: str, years: float) -> Row:
        evidence = exact_evidence(tmp_path / name, **{"lead.new.C2": years})
        return row(leverage(evidence, opened(evidence), CHAIN, draws=20), "CHN", "ndpr-oxide")

    quick, slow = oxide("quick", 2), oxide("slow", 8)
    assert quick.loss.value == slow.loss.value
    assert slow.leverage.value == pytest.approx((quick.leverage.value or 0) + 0.8 * 6)


def test_the_seed_fixes_the_draws_and_the_chain_order_of_calls_does_not(tmp_path: Path) -> None:
    evidence = chain_evidence(tmp_path / "data")
    made = opened(evidence)
    one, again = (leverage(evidence, made, CHAIN, draws=30, seed=3).to_dict() for _ in range(2))
    other = leverage(evidence, made, CHAIN, draws=30, seed=4).to_dict()
    assert one == again
    assert one != other


def test_every_number_traces_to_evidence_and_assumptions(found: Leverage) -> None:
    numbers = [getattr(r, name) for r in found.rows for name in MEASURES]
    for number in [*numbers, *found.residuals]:
        assert isinstance(number, Quantity)
        assert number.lineage in found.ledger
    for node in found.ledger.nodes.values():
        missing = [name for name in node.inputs if name not in found.ledger]
        assert not missing, f"{node.id}: {missing}"
    years = found.ledger[row(found, "CHN", "ndpr-oxide").leverage.lineage]
    assert "par:lead.new.C2" in years.inputs
    assert any(name.startswith("f:world.output/CHN/ndpr-oxide") for name in years.inputs)
    share = found.ledger[row(found, "CHN", "ndpr-oxide").n_minus_1_global.lineage]
    assert not any("ree-ore" in name for name in share.inputs)


def test_the_dictionary_holds_the_public_keys(found: Leverage) -> None:
    given = found.to_dict()
    keys = {"holder", "stage", "shapley", "min_cut_share", "extraction_loss"}
    keys |= {"n_minus_1_global", "n_minus_1_rest", "loss", "replace_years", "leverage", "cut"}
    assert keys <= set(given["rows"][0])
    holders = {r.holder for r in found.rows}
    assert {cut["holder"] for cut in given["cut"]} == holders


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"chain": "toy-magnet"}, "toy-magnets"),
        ({"holder": "China"}, "CHN"),
        ({"holder": "BEL"}, "holds nothing"),
        ({"draws": 0}, "draws"),
        ({"draws": 10_000_000}, "draws"),
        ({"seed": -1}, "seed"),
    ],
)
def test_bad_input_is_one_clear_error(
    toy: Evidence, world: World, arguments: dict[str, object], said: str
) -> None:
    wanted = {"chain": CHAIN, "draws": 10, **arguments}
    with pytest.raises(InputError, match=said):
        leverage(toy, world, **wanted)


def test_promised_leads_come_from_facilities_where_three_name_a_start(study: Study) -> None:
    leads = promised_leads(study.evidence, "C2")
    assumed = study.evidence.parameter("lead.announced").value
    assert 0 < leads["announced"] != assumed
    # Only one idle refinery names a start, if any: the assumption stands.
    assert leads["idle"] == study.evidence.parameter("lead.idle").value


def test_a_plant_without_a_capacity_is_named_and_adds_nothing(study: Study) -> None:
    coming = additions(study.world, "dy-tb-oxide", Streams(study.evidence, 5, 1))
    assert "reelement-marion" in coming.unsized
    assert "reelement-marion" not in coming.plants


def test_a_part_of_the_world_moves_only_its_own_chain(study: Study) -> None:
    evidence, made = study.evidence, study.world
    halved = made.apply(OutputChange("gallium-metal", "CHN", 0.5))
    for chain, moves in (("gallium", True), ("antimony", False)):
        before = leverage(evidence, made, chain, "CHN", draws=100)
        after = leverage(evidence, halved, chain, "CHN", draws=100)
        losses = [[r.loss.value for r in result.rows] for result in (before, after)]
        assert (losses[0] != losses[1]) == moves, chain


def test_a_project_arrives_after_start_delay_and_half_its_ramp(tmp_path: Path) -> None:
    known = {"delay.months": 12, "ramp.years": 2, "utilisation": 0.7, "completion.construction": 1}
    evidence = exact_evidence(tmp_path / "data", **known)
    made = opened(evidence)
    coming = additions(made, "ndfeb-magnet", Streams(evidence, 3, 1))
    # start in the middle of 2026, before the release: a year of delay and one of ramp are left
    assert coming.plants == ("line",)
    assert coming.arrival[:, 0] == pytest.approx([2.0] * 3)
    assert coming.amount[:, 0] == pytest.approx([100 * 0.7 / 1000] * 3)


def test_supply_over_need_outside_the_holder_by_hand(tmp_path: Path) -> None:
    evidence = exact_evidence(tmp_path / "data", **{"gdp.factor": 1, "gdp.form": 0})
    car = row(leverage(evidence, opened(evidence), CHAIN, draws=5), "CHN", "ev")
    # .4 of cars are made outside China, .8 of world GDP lies there
    assert car.n_minus_1_rest.value == pytest.approx(0.4 / 0.8)


def test_the_value_is_the_low_end_and_the_interval_spans_both() -> None:
    low, high = np.linspace(0, 1, 11), np.linspace(2, 3, 11)
    assert interval(low, high, known=True) == pytest.approx((0.5, 0.1, 2.9))
    assert interval(high, low, known=True) == pytest.approx((2.5, 0.1, 2.9))
    value, *ends = interval(low, high, known=False)
    assert value is None
    assert ends == pytest.approx([0.1, 2.9])
    nothing = np.full(3, np.nan)
    assert interval(nothing, high, known=True) == (None, None, None)


def test_a_loss_that_rarely_happens_has_no_usual_length(study: Study) -> None:
    # Two per cent of bauxite feed all gallium: what is turned from alumina makes up for China's.
    rows = leverage(study.evidence, study.world, "gallium", "CHN", draws=200).rows
    ore = next(r for r in rows if r.form == "bauxite")
    assert ore.loss.value == 0.0
    assert ore.replace_years.value is None
    assert ore.cut.form == ""


def test_lock_in_by_hand(world: World) -> None:
    flows = {
        "ndpr-oxide": (
            Flow("CHN", "IND", 5.0, 60.0, "bulk:a"),
            Flow("JPN", "IND", 5.0, 40.0, "bulk:b"),
            Flow("CHN", "USA", 3.0, None, "bulk:c"),
            Flow("JPN", "USA", 1.0, 9.0, "bulk:d"),
        )
    }
    ledger = Ledger()
    traded = world.with_parts(flows=flows)
    held = {lock.importer: lock for lock in lock_ins(traded, "ndpr-oxide", ledger)}
    assert set(held) == {"IND", "USA"}
    assert held["IND"].leader == "CHN"
    assert held["IND"].by == "quantity"
    assert held["IND"].lock_in.value == pytest.approx(0.6 * np.sqrt(0.36 + 0.16))
    # One weight is missing, so that shares are of value.
    assert held["USA"].by == "value"
    assert held["USA"].leader_share.value == pytest.approx(0.75)
    japan = lock_ins(traded, "ndpr-oxide", ledger, ["IND"], leader="JPN")[0]
    assert japan.leader_share.value == pytest.approx(0.4)
    assert japan.to_dict()["lock_in"]["lineage"] in ledger


def test_lock_in_without_a_code_is_refused(world: World) -> None:
    with pytest.raises(InputError, match="no trade"):
        lock_ins(world, "ev", Ledger())
