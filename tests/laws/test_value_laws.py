"""Laws of value added: sums, scaling, order, transfers, input–output tables."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from midstream.beneficiaries.added import Line, placed, value_added
from midstream.beneficiaries.chain_value import chain_value
from midstream.beneficiaries.entries import Draws, Entries
from midstream.beneficiaries.gains import Push, gains, logistic
from midstream.beneficiaries.mrio import InputOutput, value_added_in
from midstream.beneficiaries.places import locations, owners
from midstream.chain.change import OwnershipChange
from midstream.chain.estimate import Floats
from midstream.evidence import Evidence, Ledger
from midstream.study import Study
from units.beneficiaries.value_by_hand import NO_TERMS, holding, priced

NUMBERS = st.floats(0.01, 1000, allow_nan=False)


def row(numbers: list[float]) -> Floats:
    return np.array(numbers, dtype=float)


@st.composite
def lines(draw: st.DrawFn) -> Line:
    """A line of two to five steps in which prices and amounts may be missing."""
    count = draw(st.integers(2, 5))
    width = 3

    def array() -> Floats:
        return row(draw(st.lists(NUMBERS, min_size=width, max_size=width)))

    prices = [array() if draw(st.booleans()) else None for _ in range(count)]
    prices[draw(st.integers(0, count - 1))] = array()
    amounts = [array() if draw(st.integers(0, 3)) else None for _ in range(count - 1)]
    outside = [array() if draw(st.booleans()) else np.zeros(width) for _ in range(count)]
    return Line(tuple(prices), tuple(amounts), tuple(outside))


@given(line=lines())
def test_value_added_and_outside_inputs_sum_to_the_final_price(line: Line) -> None:
    found = value_added(line)
    assert found.final is not None
    total = sum(block.added + block.outside for block in found.blocks)
    scale = max(1.0, *(float(np.abs(block.added).max()) for block in found.blocks))
    assert np.abs(total - found.final).max() <= 1e-9 * scale


@given(line=lines())
def test_every_step_is_in_one_block_or_open(line: Line) -> None:
    found = value_added(line)
    inside = [step for b in found.blocks for step in range(b.first, b.last + 1)]
    assert sorted([*inside, *found.open]) == list(range(len(line.prices)))
    assert all(line.prices[block.last] is not None for block in found.blocks)


@given(line=lines(), factor=st.floats(0.01, 100))
def test_another_currency_scales_all_and_leaves_shares(line: Line, factor: float) -> None:
    prices = tuple(None if one is None else one * factor for one in line.prices)
    other = Line(prices, line.amounts, tuple(one * factor for one in line.outside))
    for one, more in zip(value_added(line).blocks, value_added(other).blocks, strict=True):
        assert more.added == pytest.approx(one.added * factor, rel=1e-6, abs=1e-6 * factor)


@given(line=lines(), more=NUMBERS)
def test_a_dearer_input_moves_value_upstream_and_leaves_the_sum(line: Line, more: float) -> None:
    before = value_added(line)
    if len(before.blocks) < 2:
        return
    step = before.blocks[0].last
    prices = [
        one if number != step or one is None else one + more
        for number, one in enumerate(line.prices)
    ]
    after = value_added(Line(tuple(prices), line.amounts, line.outside))
    assert (after.blocks[0].added >= before.blocks[0].added).all()
    assert (after.blocks[1].added <= before.blocks[1].added).all()
    assert after.final == pytest.approx(before.final)


@given(line=lines(), data=st.data())
def test_places_sum_to_the_value_of_what_can_be_placed(line: Line, data: st.DataObject) -> None:
    found = value_added(line)
    width = found.blocks[0].added.shape[0]
    shares: list[Floats | None] = []
    for _ in found.blocks:
        weights = np.array(data.draw(st.lists(NUMBERS, min_size=3, max_size=3)))
        shares.append(np.tile((weights / weights.sum())[:, None], (1, width)))
    total = placed(found.blocks, shares).sum(axis=0)
    scale = max(1.0, *(float(np.abs(block.added).max()) for block in found.blocks))
    assert np.abs(total - sum(b.added for b in found.blocks)).max() <= 1e-9 * scale


class TestChains:
    def test_stage_place_and_owner_sum_alike_on_every_chain(self, study: Study) -> None:
        valued = 0
        for chain in study.routes:
            found = study.chain_value(chain)
            if not found.stages:
                assert found.final.value is None
                continue
            valued += 1
            final, outside = found.final.value or 0.0, found.outside.value or 0.0
            stages = sum(one.added.value or 0.0 for one in found.stages)
            assert stages + outside == pytest.approx(final, abs=1e-9)
            for rows in (found.locations, found.owners):
                total = sum(one.value.value or 0.0 for one in rows)
                assert total == pytest.approx(final - outside, abs=1e-9)
        assert valued >= 10

    @pytest.mark.parametrize("form", ["ree-ore", "ndpr-oxide", "gallium-metal"])
    def test_shares_of_places_and_owners_sum_to_one(self, study: Study, form: str) -> None:
        draws = Draws(50, 3)
        located = locations(study.world, form, draws)
        assert located is not None
        assert located.values.sum(axis=0) == pytest.approx(np.ones(51), abs=1e-9)
        owned = owners(study.world, form, located)
        assert owned.values.sum(axis=0) == pytest.approx(np.ones(51), abs=1e-9)
        assert (owned.values >= 0).all()

    def test_owners_move_value_and_leave_location(self, study: Study) -> None:
        change = OwnershipChange("ndpr-oxide", "CHN", "unknown")
        evidence, world = study.evidence, study.world.apply(change)
        ledger = Ledger(base=study.ledger)
        found = chain_value(evidence, world, "magnets-light", draws=20, seed=1, ledger=ledger)
        before = chain_value(
            evidence, study.world, "magnets-light", draws=20, seed=1, ledger=ledger
        )
        assert [r.to_dict() for r in found.locations] == [r.to_dict() for r in before.locations]
        held = {r.place: r.value.value for r in found.owners}
        was = {r.place: r.value.value for r in before.owners}
        assert (held["CHN"] or 0) < (was["CHN"] or 0)
        assert (held["?"] or 0) > (was["?"] or 0)

    def test_one_seed_one_answer_and_another_seed_the_same_value(self, study: Study) -> None:
        place = (study.evidence, study.world, "magnets-light")
        one, again, other = (
            chain_value(*place, draws=40, seed=seed, ledger=Ledger(base=study.ledger)).to_dict()
            for seed in (5, 5, 6)
        )
        assert one == again
        assert one != other
        assert one["stages"][0]["added"]["value"] == other["stages"][0]["added"]["value"]


class TestCompanies:
    @settings(max_examples=40)
    @given(
        outputs=st.lists(st.floats(0.1, 1e4), min_size=1, max_size=6),
        amount=st.floats(0.01, 1e5),
    )
    def test_a_pure_transfer_sums_to_its_cost(
        self, evidence: Evidence, study: Study, outputs: list[float], amount: float
    ) -> None:
        entries = Entries(evidence, Ledger(base=study.ledger))
        held = [holding(f"co-{i}", "ndpr-oxide", "IND", one) for i, one in enumerate(outputs)]
        held.append(holding("", "ndpr-oxide", "IND", 5.0))
        held.append(holding("co-abroad", "ndpr-oxide", "USA", 50.0))
        push = priced("money", amount)
        found = gains(entries, study.world, push, held, NO_TERMS)
        assert sum(one.money.value or 0.0 for one in found) == pytest.approx(amount, rel=1e-9)
        assert "co-abroad" not in {one.company for one in found}

    @settings(max_examples=40)
    @given(outputs=st.lists(st.floats(0.1, 1e4), min_size=1, max_size=6), extra=st.floats(0.1, 1e4))
    def test_new_supply_is_shared_without_loss(
        self, evidence: Evidence, study: Study, outputs: list[float], extra: float
    ) -> None:
        entries = Entries(evidence, Ledger(base=study.ledger))
        held = [holding(f"co-{i}", "ndpr-oxide", "IND", one) for i, one in enumerate(outputs)]
        found = gains(entries, study.world, priced("supply", extra), held, NO_TERMS)
        assert sum(one.supply.value or 0.0 for one in found) == pytest.approx(extra, rel=1e-9)
        parts = [one.supply.value or 0.0 for one in found]
        assert np.argsort(parts, kind="stable").tolist() == np.argsort(
            outputs, kind="stable"
        ).tolist() or len(set(outputs)) < len(outputs)

    @given(probability=st.floats(0.01, 0.99), shift=st.floats(-4, 4))
    def test_odds_stay_probabilities_and_rise_with_the_shift(
        self, probability: float, shift: float
    ) -> None:
        moved = logistic(probability, shift)
        assert 0 < moved < 1
        assert (moved - probability) * shift >= -1e-12
        assert logistic(moved, -shift) == pytest.approx(probability)

    def test_a_push_without_size_brings_nothing(self, evidence: Evidence, study: Study) -> None:
        entries = Entries(evidence, Ledger(base=study.ledger))
        push = Push("x", "x", "supply", "ndpr-oxide", "IND", "", "", None, "t", "")
        held = [holding("co-a", "ndpr-oxide", "IND", 1.0)]
        assert gains(entries, study.world, push, held, NO_TERMS) == ()


@st.composite
def tables(draw: st.DrawFn) -> InputOutput:
    """A balanced table of two to four sectors; value added is what is left of output."""
    count = draw(st.integers(2, 4))
    small = st.floats(0, 10)
    flows = np.array([[draw(small) for _ in range(count)] for _ in range(count)])
    demand = np.array([draw(st.floats(40.0, 100)) for _ in range(count)])
    output = flows.sum(axis=1) + demand
    sectors = tuple((f"C{i % 2}", f"s{i}") for i in range(count))
    return InputOutput(sectors, flows, demand, output - flows.sum(axis=0))


@given(table=tables())
def test_value_added_sums_to_the_final_demand(table: InputOutput) -> None:
    for number, (_, product) in enumerate(table.sectors):
        found = value_added_in(table, product)
        assert found.sum() == pytest.approx(table.demand[number], rel=1e-9)


@given(table=tables())
def test_all_products_together_give_all_value_added(table: InputOutput) -> None:
    total: Any = sum(value_added_in(table, product) for _, product in table.sectors)
    assert total == pytest.approx(table.added, rel=1e-7)
