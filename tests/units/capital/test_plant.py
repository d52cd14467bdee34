"""The answer on one plant: sums, inputs that move it, lineage, refusals."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from midstream.capital.plant import plant, target_plant
from midstream.capital.result import PlantCapital
from midstream.chain.baseline import Scope, baseline
from midstream.chain.world import World
from midstream.errors import InputError
from midstream.evidence import Evidence, Ledger, Quantity

MAGNET, OXIDE, CELL = "ndfeb-magnet", "ndpr-oxide", "li-ion-cell"
DRAWS = 100


@pytest.fixture(scope="module")
def world(evidence: Evidence) -> World:
    return baseline(evidence, Scope(("IND", "JPN", "CHN", "AUS"), 2024))


@pytest.fixture(scope="module")
def magnets(evidence: Evidence, world: World) -> PlantCapital:
    return target(evidence, world, country="IND")


def target(evidence: Evidence, world: World, **changed: Any) -> PlantCapital:
    asked = {"country": "JPN", "form": MAGNET, "capacity": 1000.0, "year": 2027, "draws": DRAWS}
    asked |= changed
    place = [asked.pop(name) for name in ("country", "form", "capacity", "year")]
    return target_plant(evidence, world, *place, **asked)


def middle(quantity: Quantity) -> float:
    assert quantity.value is not None
    return quantity.value


def test_layers_and_gap_are_the_uses_in_every_draw(magnets: PlantCapital) -> None:
    total, gap = magnets.draws["uses"], magnets.draws["gap"]
    assert (gap >= 0).all()
    assert (gap <= total + 0.005).all()
    assert (magnets.draws["gap_without"] >= gap - 0.005).all()
    assert middle(magnets.total) == pytest.approx(float(np.median(total)))


def test_means_of_sources_and_uses_balance_to_the_cent(magnets: PlantCapital) -> None:
    uses = sum(middle(row.mean) for row in magnets.uses if row.mean)
    sources = sum(middle(row.mean) for row in magnets.sources if row.mean)
    assert uses == pytest.approx(middle(magnets.total_mean), abs=0.01)
    assert sources + middle(magnets.gap_mean) == pytest.approx(uses, abs=0.01)
    assert any(row.mean is None for row in magnets.sources if row.money == "operation")


def test_the_answer_can_be_written_and_holds_the_keys_of_the_interface(
    magnets: PlantCapital,
) -> None:
    found = magnets.to_dict()
    json.dumps(found)
    keys = {"uses", "sources", "gap", "incentive_price", "npv", "irr", "assumptions"}
    assert keys <= set(found)
    assert {"instrument", "payer", "amount"} <= set(found["sources"][0])
    assert "draws" not in found


def test_every_quantity_is_modelled_and_traces_to_a_source(
    evidence: Evidence, world: World
) -> None:
    ledger = Ledger(base=evidence.ledger)
    found = target(evidence, world, country="IND", ledger=ledger)
    quantities = [found.gap, found.total, found.incentive_price, found.npv, found.product_price]
    quantities += [row.amount for row in (*found.uses, *found.sources)]
    quantities += [row.per_kg for row in found.sources if row.per_kg]
    quantities += [case.gap for case in found.price_cases]
    for quantity in quantities:
        assert quantity.label == "modelled"
        assert any(node.source for node in ledger.reached([quantity.lineage])), quantity.lineage
    reached = {node.id for node in ledger.reached([found.gap.lineage])}
    assert set(found.assumptions) - reached <= {
        "par:capital.payer.rate",
        "par:capital.price.window",
        "par:capital.price.tax",
    }


def test_support_closes_part_of_the_gap_and_can_be_left_out(
    evidence: Evidence, world: World, magnets: PlantCapital
) -> None:
    alone = target(evidence, world, country="IND", with_scheme=False)
    assert middle(magnets.gap) < middle(magnets.gap_without_scheme)
    assert middle(alone.gap) == pytest.approx(middle(alone.gap_without_scheme))
    assert middle(alone.gap) == pytest.approx(middle(magnets.gap_without_scheme))
    assert middle(alone.incentive_price) > middle(magnets.incentive_price)
    payers = {row.payer for row in magnets.sources}
    assert len(payers) > len({row.payer for row in alone.sources})


def test_support_hangs_on_where_the_plant_stands(evidence: Evidence, world: World) -> None:
    abroad = target(evidence, world, country="JPN")
    assert middle(abroad.gap) == pytest.approx(middle(abroad.gap_without_scheme))
    assert {row.payer for row in abroad.sources} == {"market"}


def test_a_higher_price_narrows_the_gap_and_feeds_the_returns(
    evidence: Evidence, world: World
) -> None:
    poor, rich = (target(evidence, world, form=OXIDE, price=price) for price in (60.0, 110.0))
    assert middle(rich.gap) < middle(poor.gap)
    assert middle(rich.npv) > middle(poor.npv)
    assert middle(rich.irr) > middle(poor.irr)
    assert middle(rich.incentive_price) == pytest.approx(middle(poor.incentive_price))
    assert rich.price_cases[0].name == "given"


def test_at_its_incentive_price_a_plant_has_no_gap(evidence: Evidence, world: World) -> None:
    one = target(evidence, world, form=OXIDE, draws=1)
    at = target(evidence, world, form=OXIDE, draws=1, price=middle(one.incentive_price))
    assert middle(at.gap) == pytest.approx(0, abs=0.01)


def test_the_gap_is_shown_at_every_price_of_the_record(magnets: PlantCapital) -> None:
    cases = {case.name: case for case in magnets.price_cases}
    assert {"low", "base", "high"} <= set(cases)
    assert middle(cases["low"].gap) >= middle(cases["base"].gap) >= middle(cases["high"].gap)
    assert middle(cases["base"].gap) == pytest.approx(middle(magnets.gap))
    assert magnets.price == cases["base"].price
    assert magnets.price_form == OXIDE
    assert "without value-added tax" in magnets.price_basis
    assert str(magnets.price_year) in magnets.price_basis


def test_twice_the_plant_without_support_is_twice_the_gap(evidence: Evidence, world: World) -> None:
    one = target(evidence, world, form=OXIDE)
    two = target(evidence, world, form=OXIDE, capacity=2000.0)
    # The streams of a plant to come hang on what it is, not on its size.
    assert middle(two.total) == pytest.approx(2 * middle(one.total))
    assert middle(two.gap) == pytest.approx(2 * middle(one.gap))


def test_a_scheme_pays_for_its_capacity_only(evidence: Evidence, world: World) -> None:
    def aid(capacity: float) -> float:
        found = target(evidence, world, country="IND", capacity=capacity)
        rows = [row for row in found.sources if row.instrument == "capex-subsidy"]
        return max(rows[0].amount.high or 0.0, middle(rows[0].amount))

    assert aid(12000) == pytest.approx(aid(6000), rel=0.05)


def test_terms_of_money_move_the_gap(evidence: Evidence, world: World) -> None:
    from midstream.capital.conditions import Terms

    dear = Terms.of(evidence, equity_rate=0.25)
    found = target(evidence, world, form=OXIDE, terms=dear)
    assert middle(found.gap) > middle(target(evidence, world, form=OXIDE).gap)
    assert not any(name.startswith("par:capital.equity") for name in found.assumptions)


def test_a_plant_of_the_register(evidence: Evidence, world: World) -> None:
    found = plant(evidence, world, "iluka-eneabba", draws=DRAWS)
    assert found.name == evidence.facilities["iluka-eneabba"]["name"]
    assert found.country == "AUS"
    recorded = [row for row in found.sources if row.payer != "market"]
    assert recorded
    assert all(row.per_kg is not None for row in found.sources)


def test_a_given_price_serves_a_form_without_a_record(evidence: Evidence, world: World) -> None:
    with pytest.raises(InputError, match="--price"):
        target(evidence, world, form=CELL, capacity=10.0)
    with pytest.raises(InputError, match="opex"):
        target(evidence, world, form=CELL, capacity=10.0, price=9e7)
    given = {"opex": 6e7}
    found = target(evidence, world, form=CELL, capacity=10.0, price=9e7, overrides=given)
    assert found.price.unit == found.incentive_price.unit == "USD/GWh"
    assert [case.name for case in found.price_cases] == ["given"]


def test_unknown_names_are_refused_with_the_nearest(evidence: Evidence, world: World) -> None:
    with pytest.raises(InputError, match="iluka-eneaba") as problem:
        plant(evidence, world, "iluka-eneaba")
    assert "iluka-eneabba" in problem.value.mend
    with pytest.raises(InputError, match="ndfeb-magnets"):
        target(evidence, world, form="ndfeb-magnets")


@pytest.mark.parametrize("capacity", [0.0, -5.0])
def test_a_plant_of_no_size_is_refused(evidence: Evidence, world: World, capacity: float) -> None:
    with pytest.raises(InputError, match="capacity"):
        target(evidence, world, capacity=capacity)


def test_the_answer_does_not_hang_on_what_was_asked_before(
    evidence: Evidence, world: World
) -> None:
    first = target(evidence, world)
    target(evidence, world, form=OXIDE)
    again = target(evidence, world)
    assert np.array_equal(first.draws["gap"], again.draws["gap"])
    other = target(evidence, world, seed=2)
    assert not np.array_equal(first.draws["gap"], other.draws["gap"])
