"""The counterstrategy on the shipped evidence: results follow their inputs, errors say why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any

import pytest

from midstream.chain.change import CapacityChange, CostChange, OwnershipChange, PriceSupport
from midstream.counterstrategy.costs import Costs, costs_by_ratio
from midstream.counterstrategy.counter import counter
from midstream.counterstrategy.entrants import chosen, entrants
from midstream.counterstrategy.history import history, survivors
from midstream.counterstrategy.incumbent import incumbent_of, yearly_prices
from midstream.counterstrategy.moves import flood, grid, licence_queue, squeeze
from midstream.counterstrategy.result import Counter
from midstream.counterstrategy.sampling import Sampling
from midstream.errors import InputError
from midstream.evidence import Evidence, Ledger, Quantity
from midstream.study import Study

DRAWS = 200
OXIDE = "ndpr-oxide"


@pytest.fixture(scope="module")
def traced(study: Study) -> tuple[Counter, Ledger]:
    ledger = Ledger(base=study.world.ledger)
    found = counter(study.evidence, study.world, OXIDE, focus="IND", draws=DRAWS, ledger=ledger)
    return found, ledger


@pytest.fixture(scope="module")
def result(traced: tuple[Counter, Ledger]) -> Counter:
    return traced[0]


def quantities(value: Any) -> Iterator[Quantity]:
    if isinstance(value, Quantity):
        yield value
    elif isinstance(value, tuple):
        for part in value:
            yield from quantities(part)
    elif is_dataclass(value):
        for one in fields(value):
            yield from quantities(getattr(value, one.name))


class TestAnswer:
    def test_every_number_leads_to_leaves(self, traced: tuple[Counter, Ledger]) -> None:
        found, ledger = traced
        shown = [one for one in quantities(found) if one.value is not None]
        assert len(shown) > 500
        for one in shown:
            node = ledger[one.lineage]
            assert node.quantity == one
            assert all(name in ledger for name in node.inputs), node
            if one.low is not None and one.high is not None:
                assert one.low <= one.value <= one.high

    def test_moves_are_valued_and_followed(self, result: Counter) -> None:
        kinds = {row.move.kind for row in result.moves}
        assert kinds == {"flood", "squeeze", "licence-queue", "technology-ban", "talent-limit"}
        for row in result.moves:
            gain, cost = row.incumbent_gain.value or 0.0, row.incumbent_cost.value or 0.0
            assert row.payoff.value == pytest.approx(gain - cost)
            assert {one.facility for one in row.entrants} == {
                one.facility for one in result.entrants
            }

    def test_deeper_floods_keep_more_out(self, result: Counter) -> None:
        floods = [row for row in result.moves if row.move.kind == "flood"]
        prices = [row.move.price for row in floods]
        assert prices == sorted(prices, reverse=True)
        out = [row.out.value for row in floods]
        assert out == sorted(out)
        assert out[-1] > out[0]

    def test_cover_on_record_keeps_a_plant(self, result: Counter) -> None:
        covered = {row.facility for row in result.entrants if row.covered.value == 100}
        assert covered
        for row in result.moves:
            for one in row.entrants:
                if one.facility in covered:
                    assert one.survival.value == 1

    def test_headline_spans_the_objectives(self, result: Counter) -> None:
        for row in result.deterrence:
            doses = [
                one.smallest.value
                for one in result.sensitivity
                if one.instrument == row.instrument and one.smallest.value is not None
            ]
            assert row.smallest.low == min(doses)
            if row.smallest.high is not None:
                assert row.smallest.high == max(doses)

    def test_incentive_appears_at_the_threshold(self, result: Counter) -> None:
        for row in result.thresholds:
            least = row.strategic_value.value
            assert least is not None
            for one in result.payoffs:
                if one.kind == "flood" and one.home_weight.value == row.home_weight.value:
                    above = (one.strategic_value.value or 0.0) > least
                    assert above == ((one.payoff.value or 0.0) > 0)

    def test_same_seed_same_answer(self, study: Study, result: Counter) -> None:
        again = counter(study.evidence, study.world, OXIDE, focus="IND", draws=DRAWS, check=False)
        assert replace(again, second_route=result.second_route) == result

    def test_second_route_agrees_in_direction(self, result: Counter) -> None:
        route = result.second_route
        assert route is not None
        assert route.market is not None
        assert (route.closed_form.value or 0) > 1
        assert (route.market.value or 0) > 1

    def test_curves_end_with_the_exits(self, result: Counter) -> None:
        every = result.curves[0]
        assert every.facility == ""
        first, last = every.survival[0].value, every.survival[-1].value
        assert first is not None
        assert last is not None
        assert min(one.value or 0 for one in every.survival) < min(first, last) + 1e-9

    def test_moves_of_ones_own(self, study: Study) -> None:
        own = (flood(30, 2), squeeze(0.1, 0.5))
        found = counter(study.evidence, study.world, OXIDE, moves=own, draws=50, check=False)
        assert [row.move for row in found.moves[-2:]] == list(own)
        assert found.second_route is None

    def test_another_country_and_form(self, japan: Study) -> None:
        found = counter(
            japan.evidence, japan.world, "ndfeb-magnet", focus="JPN", draws=50, check=False
        )
        assert found.incumbent == "CHN"
        assert any("no entrant" in words for words in found.warnings)


class TestInputs:
    def test_price_moves_the_answer(self, study: Study, result: Counter) -> None:
        dear = counter(study.evidence, study.world, OXIDE, price=120, draws=DRAWS, check=False)
        assert dear.price.value == 120
        loss = [row.incumbent_cost.value for row in dear.moves if row.move.kind == "flood"]
        before = [row.incumbent_cost.value for row in result.moves if row.move.kind == "flood"]
        assert loss[0] > before[0]

    def test_a_plant_more_shifts_no_other(self, study: Study) -> None:
        change = CapacityChange("new-plant", OXIDE, "IND", 2000, 2028, "announced")
        world = study.world.apply(change)
        before = {one.facility: one for one in entrants(study.evidence, study.world, OXIDE)}
        after = {one.facility: one for one in entrants(study.evidence, world, OXIDE)}
        assert set(after) - set(before) == {"new-plant"}
        for name, one in before.items():
            for array in ("cash", "incentive", "buffer"):
                assert (getattr(one, array) == getattr(after[name], array)).all()

    def test_a_floor_of_a_lever_keeps_plants(self, study: Study, result: Counter) -> None:
        world = study.world.apply(PriceSupport(OXIDE, 150))
        found = counter(study.evidence, world, OXIDE, draws=DRAWS, check=False)
        for row, before in zip(found.moves, result.moves, strict=True):
            if row.move.kind == "flood":
                assert (row.out.value or 0) < (before.out.value or 0)
                assert (row.payoff.value or 0) <= (before.payoff.value or 0)

    def test_dearer_plants_die_sooner(self, study: Study, result: Counter) -> None:
        world = study.world.apply(CostChange(OXIDE, "IND", 1.3))
        found = counter(study.evidence, world, OXIDE, focus="IND", draws=DRAWS, check=False)
        for row, before in zip(found.moves, result.moves, strict=True):
            assert (row.out_focus.value or 0) >= (before.out_focus.value or 0)
        assert found.moves[0].out_focus != result.moves[0].out_focus

    def test_costs_of_a_model_of_ones_own(self, study: Study, result: Counter) -> None:
        def cheap(*given: Any) -> Costs:
            one = costs_by_ratio(*given)
            return replace(one, cash=one.cash / 2, fixed=one.fixed / 2, basis="archetype")

        found = counter(study.evidence, study.world, OXIDE, draws=DRAWS, costs=cheap, check=False)
        assert not any("assumed ratios" in words for words in found.warnings)
        assert (found.moves[2].out.value or 0) < (result.moves[2].out.value or 0)

    def test_named_entrants_only(self, study: Study) -> None:
        names = ["irel-aluva", "lynas-lamp-lree"]
        found = entrants(study.evidence, study.world, OXIDE, names=names, draws=20)
        assert [one.facility for one in found] == names

    def test_plants_of_the_incumbent_are_no_entrants(self, study: Study) -> None:
        plants = chosen(study.world, OXIDE, "CHN")
        assert plants
        assert all("CHN" not in (plant.country, plant.owner) for plant in plants)

    def test_floor_on_record_is_read(self, study: Study) -> None:
        found = {one.facility: one for one in entrants(study.evidence, study.world, OXIDE)}
        rows = {row["facility"]: row for row in study.evidence.table("cover_terms").rows}
        for name in set(found) & set(rows):
            assert found[name].floor == rows[name]["floor"]
            assert found[name].covered > 0

    def test_price_and_cost_follow_the_evidence(self, study: Study) -> None:
        sampling = Sampling.of(study.evidence, 50, 1)
        ledger = Ledger(base=study.world.ledger)
        found = incumbent_of(study.evidence, study.world, OXIDE, "", sampling, ledger)
        newest = yearly_prices(study.evidence, OXIDE)[-1]
        assert found.reference == newest.value
        row = study.evidence.table("incumbent_costs").rows[0]
        assert row["form"] == OXIDE
        assert row["low"] <= found.cost.min() <= found.cost.max() <= row["high"]

    def test_price_of_a_form_quoted_by_another(self, study: Study) -> None:
        metal = yearly_prices(study.evidence, "nickel-metal")
        assert yearly_prices(study.evidence, "nickel-sulphate") == metal
        salt = yearly_prices(study.evidence, "lithium-carbonate")
        rows = [row for row in study.evidence.table("prices").rows if row["id"] == "px-0319"]
        assert salt[-1].value == pytest.approx(rows[0]["price"] / 1000 / 0.188)


class TestErrors:
    @pytest.mark.parametrize(
        ("given", "words"),
        [
            ({"form": "ndpr-oxid"}, "did you mean ndpr-oxide"),
            ({"form": "polysilicon"}, "needs tonnes"),
            ({"form": "aircraft"}, "no incumbent"),
            ({"form": "anode-material"}, "no price"),
            ({"form": "nickel-sulphate"}, "no plant outside"),
            ({"form": OXIDE, "incumbent": "IND"}, "dominant supplier is China"),
            ({"form": OXIDE, "focus": "INDIA"}, "unknown country"),
            ({"form": OXIDE, "price": -1.0}, "above zero"),
            ({"form": OXIDE, "draws": 0}, "at least one"),
            ({"form": OXIDE, "seed": -1}, "whole number"),
            ({"form": OXIDE, "entrants": ["irel-alva"]}, "did you mean irel-aluva"),
            ({"form": OXIDE, "entrants": ["cnre-huamei"]}, "incumbent's own"),
            ({"form": OXIDE, "entrants": ["molycorp-mountain-pass"]}, "cancelled"),
            ({"form": OXIDE, "entrants": ["toyotsu-vizag"]}, "capacity is not on record"),
        ],
    )
    def test_said_clearly(self, study: Study, given: dict[str, Any], words: str) -> None:
        with pytest.raises(InputError, match=words):
            counter(study.evidence, study.world, **given)

    @pytest.mark.parametrize(
        ("make", "words"),
        [
            (lambda: flood(-1, 2), "price is 0 or more"),
            (lambda: flood(40, 0), "longer than no time"),
            (lambda: squeeze(1.2, 1), "share of exports"),
            (lambda: licence_queue(-0.1, 1), "share of exports"),
            (lambda: replace(flood(40, 1), kind="floood"), "did you mean flood"),
        ],
    )
    def test_moves(self, make: Any, words: str) -> None:
        with pytest.raises(InputError, match=words):
            make()

    def test_grid_follows_its_parameters(self, evidence: Evidence) -> None:
        moves = grid(evidence, 100)
        floods = [move for move in moves if move.kind == "flood"]
        deepest = evidence.parameter("counter.grid.cut.deepest").value or 0.0
        longest = evidence.parameter("counter.grid.years").value or 0.0
        assert min(move.price or 0 for move in floods) == pytest.approx(100 * (1 - deepest))
        assert max(move.years for move in floods) == longest
        assert len({move.id for move in moves}) == len(moves)


class TestHistory:
    def test_moves_of_a_form(self, evidence: Evidence) -> None:
        found = history(evidence, "CHN", OXIDE)
        assert [one.start for one in found] == sorted(one.start for one in found)
        assert {one.kind for one in found} >= {"flood", "squeeze", "technology-ban"}
        assert all(OXIDE in one.forms and one.actor == "CHN" for one in found)

    def test_depth_of_a_flood_is_the_fall_between_two_prices(self, evidence: Evidence) -> None:
        prices = {row["id"]: row["price"] for row in evidence.table("prices").rows}
        rows = {row["id"]: row for row in evidence.table("incumbent_moves").rows}
        for one in history(evidence):
            row = rows[one.id]
            if row["price_before"]:
                after, before = prices[row["price_after"]], prices[row["price_before"]]
                assert one.depth.value == pytest.approx(100 * (1 - after / before))

    def test_two_prices_are_of_one_kind(self, evidence: Evidence) -> None:
        prices = {row["id"]: row for row in evidence.table("prices").rows}
        for row in evidence.table("incumbent_moves").rows:
            if row["price_before"]:
                before, after = prices[row["price_before"]], prices[row["price_after"]]
                for column in ("form", "market", "unit", "currency"):
                    assert before[column] == after[column], row["id"]

    def test_survivors_are_counted(self, evidence: Evidence) -> None:
        rows = evidence.table("hard_times").rows
        alive = sum(row["outcome"] != "closed" for row in rows)
        found = survivors(evidence, Ledger(base=evidence.ledger))
        assert found.value == pytest.approx((alive + 0.5) / (len(rows) + 1))
        assert found.low < found.value < found.high  # type: ignore[operator]

    def test_unknown(self, evidence: Evidence) -> None:
        with pytest.raises(InputError, match="unknown form"):
            history(evidence, "CHN", "ndpr-oxid")


def test_ownership_of_a_cell_does_not_change_who_its_plants_are(study: Study) -> None:
    world = study.world.apply(OwnershipChange(OXIDE, "IND", "domestic"))
    assert chosen(world, OXIDE, "CHN") == chosen(study.world, OXIDE, "CHN")
