"""The stage graph: shares, reserve, residuals, arcs along trade, and what a sink gets."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from midstream.chain.routes import route
from midstream.chain.world import Flow, World
from midstream.dependency.deliverable import deliverable
from midstream.dependency.graph import (
    REST,
    StageGraph,
    observed_arcs,
    residuals,
    stage_graph,
)
from midstream.dependency.streams import Streams
from midstream.errors import InputError
from midstream.evidence import Evidence
from midstream.study import Study
from units.chain.toy import FORMS
from units.dependency.chains_toy import CHAIN, exact_evidence, opened


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Evidence:
    return exact_evidence(tmp_path_factory.mktemp("graph") / "data")


@pytest.fixture(scope="module")
def world(toy: Evidence) -> World:
    return opened(toy)


def graph_of(evidence: Evidence, world: World, end: str = "low") -> StageGraph:
    line = route(evidence, world, CHAIN)
    return stage_graph(world, line, Streams(evidence, 10, 1), end)


def test_shares_are_output_over_world_output(toy: Evidence, world: World) -> None:
    graph = graph_of(toy, world)
    shares = dict(zip(graph.countries, graph.share[0, 0], strict=True))
    assert shares == pytest.approx({"CHN": 0.5, "USA": 0.15, "IND": 0.05, "JPN": 0.0, REST: 0.3})


def test_bounds_of_countries_share_one_residual_at_the_high_end(
    toy: Evidence, world: World
) -> None:
    low, high = graph_of(toy, world), graph_of(toy, world, "high")
    oxide = FORMS.index("ndpr-oxide")
    america = low.countries.index("USA")
    assert not low.known[oxide, america]
    assert low.share[0, oxide, america] == 0.0
    assert high.share[0, oxide, america] > 0.0
    assert high.share[0, oxide].sum() == pytest.approx(1.0)


def test_feed_of_other_uses_makes_a_reserve_where_it_may_be_turned(tmp_path: Path) -> None:
    evidence = exact_evidence(tmp_path / "data", **{"leverage.diversion": 0.5})
    world = opened(evidence)
    graph = graph_of(evidence, world)
    # .8 of the ore goes into oxide: half of the other .2 is .125 of what the chain uses
    assert graph.reserve[0] == pytest.approx([0.125, 0.5 * (1 / 0.9 - 1), 0.5, 0.0])
    assert graph.capacity[0].sum(axis=1) == pytest.approx(1 + graph.reserve[0])
    assert graph.strict().capacity == pytest.approx(graph.share)


def test_the_residual_says_what_the_amounts_leave_over(toy: Evidence, world: World) -> None:
    # ore: .8 x 1000 against 1.25 x 400; magnets: .5 x 1000 against .5 x 1000
    found = residuals(world, route(toy, world, CHAIN))
    assert found == pytest.approx((0.6, 0.2, 0.0))


def test_arcs_follow_trade_where_a_code_names_the_form(toy: Evidence, world: World) -> None:
    flows = {"ndpr-oxide": (Flow("CHN", "JPN", 5.0, 1.0, "bulk:x"),)}
    graph = graph_of(toy, world)
    arcs = observed_arcs(world.with_parts(flows=flows), graph)
    china, japan, india = (graph.countries.index(code) for code in ("CHN", "JPN", "IND"))
    assert arcs[0].all()
    assert arcs[1][china, japan]
    assert arcs[1][india, india]
    assert not arcs[1][india, japan]
    assert arcs[1][-1].all()
    assert arcs[1][:, -1].all()


def test_what_arrives_with_all_arcs_is_the_thinnest_layer_over_the_need(
    toy: Evidence, world: World
) -> None:
    found = deliverable(toy, world, CHAIN, "CHN", arcs="all")
    # .2 is left at oxide and magnet; need outside China by GDP share .2 of world
    assert found.before.value == pytest.approx(1.0)
    assert found.met.value == pytest.approx(0.2 / 0.8, rel=1e-6)
    assert {form for _, form, _ in found.cut} <= {"ndpr-oxide", "ndfeb-magnet"}
    assert all(country != "CHN" for _, _, country in found.cut)


def test_arcs_along_trade_never_deliver_more(toy: Evidence, world: World) -> None:
    # China's magnets reach China, Japan and what nobody names; America's cars wait for them.
    flows = {"ndfeb-magnet": (Flow("CHN", "JPN", 5.0, 1.0, "bulk:x"),)}
    cut_off = world.with_parts(flows=flows)
    every = deliverable(toy, cut_off, CHAIN, "USA", form="ree-ore", arcs="all")
    seen = deliverable(toy, cut_off, CHAIN, "USA", form="ree-ore", arcs="observed")
    assert every.met.value is not None
    assert seen.met.value is not None
    assert seen.met.value <= every.met.value
    assert every.before.value == pytest.approx(1.0)
    # need outside America .7; cars there: China .6, Japan .1, ...: more than enough
    assert seen.before.value == pytest.approx(1.0)


def test_an_importer_is_served_by_those_who_were_seen_to_sell_to_it(
    toy: Evidence, world: World
) -> None:
    sold = world.with_parts(flows={"ev": (Flow("CHN", "USA", 5.0, 1.0, "bulk:x"),)})

    def first(arcs: str) -> float | None:
        found = deliverable(toy, sold, CHAIN, "CHN", "USA", "ev", arcs)
        return found.met.high

    # America needs .3; cars outside China make .4, of which its own .2 and .04 reach it
    assert first("all") == pytest.approx(1.0)
    assert first("observed") == pytest.approx(0.24 / 0.3, rel=1e-6)


def test_an_importer_gets_between_last_and_first_place(toy: Evidence, world: World) -> None:
    met = deliverable(toy, world, CHAIN, "CHN", "IND", arcs="all").met
    assert met.low is not None
    assert met.value is not None
    assert met.high is not None
    assert met.low <= met.value <= met.high
    # .2 of the world's cars' worth of feed: more than India needs, less than all others do
    assert met.low == 0.0
    assert met.high == pytest.approx(1.0)
    assert met.value == pytest.approx(0.25, rel=1e-6)


def test_withholding_at_one_step_takes_no_more_than_at_all(toy: Evidence, world: World) -> None:
    one = deliverable(toy, world, CHAIN, "CHN", form="ree-ore", arcs="all").met.value
    every = deliverable(toy, world, CHAIN, "CHN", arcs="all").met.value
    assert one == pytest.approx(0.5 / 0.8, rel=1e-6)
    assert every is not None
    assert every < one


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"holder": "XXX"}, "unknown country"),
        ({"holder": "CHN", "importer": "CHN"}, "one country"),
        ({"holder": "CHN", "importer": "XXX"}, "unknown country"),
        ({"holder": "CHN", "form": "bauxite"}, "no step"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(
    toy: Evidence, world: World, arguments: dict[str, str], said: str
) -> None:
    with pytest.raises(InputError, match=said):
        deliverable(toy, world, CHAIN, **arguments)


def test_every_chain_with_evidence_makes_a_graph(study: Study) -> None:
    streams = Streams(study.evidence, 20, 1)
    for row in study.evidence.table("chains").rows:
        if row["id"] == "tungsten":
            continue
        line = route(study.evidence, study.world, row["id"])
        graph = stage_graph(study.world, line, streams, "high")
        assert np.allclose(graph.share.sum(axis=2), 1.0), row["id"]
        assert (graph.reserve >= 0).all()


def test_a_country_the_world_does_not_follow_is_bounded_by_what_nobody_names(
    toy: Evidence, world: World
) -> None:
    line = route(toy, world, CHAIN)
    ends = [stage_graph(world, line, Streams(toy, 5, 1), end, "DEU") for end in ("low", "high")]
    place = ends[0].countries.index("DEU")
    assert not ends[0].known[:, place].any()
    assert (ends[0].share[:, :, place] == 0).all()
    assert (ends[1].share[:, :, place] > 0).all()


def test_a_bound_above_the_declared_residual_widens_it_at_the_high_end(
    toy: Evidence, world: World
) -> None:
    cell = ("ndpr-oxide", "USA")
    wide = replace(world.outputs[cell], standing="bounded", low=0.0, high=300.0)
    changed = world.with_parts(outputs={**world.outputs, cell: wide})
    low, high = graph_of(toy, changed), graph_of(toy, changed, "high")
    oxide, place = FORMS.index("ndpr-oxide"), low.countries.index("USA")
    # 380 t are named and 20 t declared as rest; the bound leaves room for 300 t
    assert low.share[0, oxide, -1] == pytest.approx(20 / 400)
    assert high.share[0, oxide, place] == pytest.approx(300 / 680)
    assert high.share[0, oxide, -1] == pytest.approx(0.0)
