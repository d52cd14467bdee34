"""Laws of the market, on networks drawn at random.

Not laws, though they sound like it (each was tried on thousands of networks):
- "A wider ban never raises the supply of an old target": freed goods go to countries that are not
  cut, who leave other suppliers' goods to the old target. About one case in eight.
- "A deeper cut of several targets never raises what any of them gets": the same way, one in
  twenty-five. It holds for a single target, and for the exporter's sales to all of them.
- "A cut never raises the exporter's own price": it does where the cut form feeds the exporter's
  own makers, who gain customers abroad. It holds at the last step.
- "More capacity never lowers anybody's output" and "leaks help every target": others compete.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from midstream.market import (
    Basket,
    Measures,
    Network,
    Parameters,
    solve,
    solve_basket,
    solve_draws,
    solve_months,
)
from midstream.market.compiled import kernel_can_load
from units.market.networks import (
    drawn_network,
    drawn_parameters,
    largest,
    others,
    sample_parameters,
)

#: Differences that a residual of 1e-11 can leave behind.
CLOSE = 1e-7

seeds = st.integers(0, 2**31 - 1)
depths = st.floats(0.0, 1.0)
sized = st.tuples(st.integers(1, 4), st.integers(3, 9), st.integers(1, 2))
few = settings(max_examples=25)


def market(seed: int, size: tuple[int, int, int]) -> tuple[Network, Parameters]:
    network = drawn_network(seed, *size)
    return network, drawn_parameters(network, seed)


def solved(network: Network, parameters: Parameters, measures: Measures):
    found = solve(network, parameters, measures, tolerance=1e-11, method="reference")
    # A market may have no equilibrium at all; none of 20,000 tried was left, and `test_compiled`
    # keeps watch.
    assume(found.converged)
    return found


def customers(network: Network, step: int) -> tuple[int, list[int]]:
    """The largest maker of a step and the countries abroad that buy from it."""
    exporter = largest(network, step)
    return exporter, [to for to in others(network, exporter) if network.flow[step, exporter, to]]


@few
@given(seeds, sized)
def test_without_measures_the_base_stays(seed, size):
    network, parameters = market(seed, size)
    found = solved(network, parameters, Measures.none(network))
    made = network.output > 0
    assert np.abs(found.log_price[made]).max() < 1e-9
    assert np.abs(found.flow - network.flow).max() < 1e-9 * network.flow.max()
    assert not found.licence_rent.any()
    assert not found.leaked.any()
    assert np.nanmax(np.abs(found.unmet)) < 1e-9


@few
@given(seeds, sized, depths, st.sampled_from([0.0, 0.25]))
def test_every_tonne_made_is_sold_and_used(seed, size, depth, leak):
    network, parameters = market(seed, size)
    exporter, targets = customers(network, 0)
    measures = Measures.none(network).with_cut(0, exporter, targets[::2], depth)
    found = solved(network, replace(parameters, leakage_share=leak), measures)
    moved = found.flow + found.leaked
    assert np.allclose(moved.sum(axis=2), found.output, rtol=1e-9, atol=1e-12)
    assert np.allclose(moved.sum(axis=1), found.purchases, rtol=1e-9, atol=1e-12)
    feed = found.purchases - found.final_use.sum(axis=1)
    made = network.output[1:] > 0
    need = found.output[1:] * network.input_use[:-1]
    assert np.allclose((feed[:-1] * network.output[1:])[made], need[made], rtol=1e-8, atol=1e-10)


@few
@given(seeds, sized, depths)
def test_capped_flows_stay_below_their_caps_and_pay_rent_only_at_them(seed, size, depth):
    network, parameters = market(seed, size)
    exporter, targets = customers(network, 0)
    measures = Measures.none(network).with_cut(0, exporter, targets, depth)
    found = solved(network, parameters, measures)
    for to in targets if 0 < depth < 1 - 1e-6 else ():
        cap = (1 - depth) * network.flow[0, exporter, to]
        sent, rent = found.flow[0, exporter, to], found.licence_rent[0, exporter, to]
        assert sent <= cap * (1 + 1e-9)
        assert rent >= 0
        if sent < cap * (1 - 1e-6):
            assert rent < 1e-6
    assert found.licence_rent[0, others(network, exporter)].max() == 0


@few
@given(seeds, sized, depths, depths, st.sampled_from([0.0, 0.25]), st.data())
def test_a_deeper_cut_never_raises_what_the_target_gets(seed, size, one, other, leak, data):
    network, parameters = market(seed, size)
    parameters = replace(parameters, leakage_share=leak)
    step = data.draw(st.integers(0, size[0] - 1))
    exporter, targets = customers(network, step)
    target = [data.draw(st.sampled_from(targets))] if targets else []
    shallow, deep = (
        solved(network, parameters, Measures.none(network).with_cut(step, exporter, target, depth))
        for depth in sorted((one, other))
    )
    for to in target:
        assert deep.delivered[step, to] <= shallow.delivered[step, to] + CLOSE
        assert shallow.delivered[step, to] <= 1 + CLOSE


@few
@given(seeds, sized, depths, depths)
def test_a_deeper_cut_of_everybody_never_raises_what_they_get_together(seed, size, one, other):
    network, parameters = market(seed, size)
    exporter, targets = customers(network, 0)
    shallow, deep = (
        solved(network, parameters, Measures.none(network).with_cut(0, exporter, targets, depth))
        for depth in sorted((one, other))
    )
    whole = network.purchases[0, targets].sum() or 1.0
    assert deep.purchases[0, targets].sum() <= shallow.purchases[0, targets].sum() + CLOSE * whole
    assert deep.flow[0, exporter, targets].sum() <= (
        shallow.flow[0, exporter, targets].sum() + CLOSE * whole
    )


@few
@given(seeds, sized)
def test_a_wider_ban(seed, size):
    """It never raises the sum the wider set gets, sales to it, the price, or the new target."""
    network, parameters = market(seed, size)
    step = size[0] - 1
    exporter, targets = customers(network, step)
    if len(targets) < 2:
        return
    narrow, wide = (
        solved(network, parameters, Measures.none(network).with_cut(step, exporter, some, 1.0))
        for some in (targets[:-1], targets)
    )
    whole = network.purchases[step, targets].sum()
    sums = [found.purchases[step, targets].sum() for found in (narrow, wide)]
    sales = [found.flow[step, exporter, targets].sum() for found in (narrow, wide)]
    prices = [np.nan_to_num(found.log_price[step, exporter], nan=-99.0) for found in (narrow, wide)]
    assert sums[1] <= sums[0] + CLOSE * whole
    assert sales[1] <= sales[0] + CLOSE * whole
    assert prices[1] <= prices[0] + CLOSE
    assert wide.delivered[step, targets[-1]] <= narrow.delivered[step, targets[-1]] + CLOSE


@few
@given(seeds, sized, depths, depths)
def test_a_tighter_quota_never_raises_exports(seed, size, one, other):
    network, parameters = market(seed, size)
    exporter, targets = customers(network, 0)
    tight, loose = (
        solved(network, parameters, Measures.none(network).with_quota(0, exporter, share))
        for share in sorted((max(one, 0.01), max(other, 0.01)))
    )
    sent = network.flow[0, exporter, targets].sum()
    tight_sent, loose_sent = (f.flow[0, exporter, targets].sum() for f in (tight, loose))
    assert tight_sent <= loose_sent + CLOSE * sent
    assert loose_sent <= max(one, other, 0.01) * sent * (1 + 1e-9)


@few
@given(seeds, sized, st.floats(0.05, 0.95))
def test_a_total_quota_equals_the_caps_it_leads_to(seed, size, share):
    network, parameters = market(seed, size)
    exporter, targets = customers(network, 0)
    quota = solved(network, parameters, Measures.none(network).with_quota(0, exporter, share))
    caps = Measures.none(network).flow_cap.copy()
    for to in targets:
        caps[0, exporter, to] = quota.flow[0, exporter, to] / network.flow[0, exporter, to]
    each = solved(network, parameters, replace(Measures.none(network), flow_cap=caps))
    assert np.allclose(each.flow, quota.flow, rtol=1e-6, atol=1e-8 * network.flow.max())
    rents = quota.licence_rent[0, exporter, targets]
    assert np.allclose(rents, rents[:1], rtol=1e-12)


@few
@given(seeds, sized, depths, depths)
def test_a_deeper_outage_never_raises_output(seed, size, one, other):
    network, parameters = market(seed, size)
    maker = largest(network, 0)
    shallow, deep = (
        solved(network, parameters, Measures.none(network).with_outage(0, maker, depth))
        for depth in sorted((one, other))
    )
    world = network.output[0].sum()
    assert deep.output[0, maker] <= shallow.output[0, maker] + CLOSE * world
    assert deep.output[0].sum() <= shallow.output[0].sum() + CLOSE * world


@few
@given(seeds, sized, st.floats(0.0, 2.0))
def test_a_tariff_never_raises_sales_and_one_of_nothing_does_nothing(seed, size, rate):
    network, parameters = market(seed, size)
    exporter, targets = customers(network, 0)
    none = Measures.none(network)
    found = solved(network, parameters, none.with_tariff(0, exporter, targets, rate))
    sent = network.flow[0, exporter, targets].sum()
    assert found.flow[0, exporter, targets].sum() <= sent * (1 + CLOSE)
    if rate == 0:
        assert np.allclose(found.flow, network.flow, rtol=1e-9, atol=0)


@few
@given(seeds, sized, st.floats(1.0, 2.0))
def test_growing_demand_never_lowers_prices_of_its_step(seed, size, growth):
    network, parameters = market(seed, size)
    last = size[0] - 1
    found = solved(network, parameters, Measures.none(network).with_demand(last, growth))
    assert np.nanmin(found.log_price[last]) >= -CLOSE


@few
@given(seeds, sized, depths, st.randoms(use_true_random=False))
def test_the_order_of_countries_does_not_matter(seed, size, depth, shuffler):
    network, parameters = market(seed, size)
    parameters = replace(parameters, leakage_share=0.25)
    exporter, targets = customers(network, 0)
    order = list(range(size[1]))
    shuffler.shuffle(order)
    moved = Network(
        network.output[:, order],
        network.flow[:, order][:, :, order],
        network.input_use[:, order],
        network.final_use[:, :, order],
    )
    there = replace(parameters, capacity=np.asarray(parameters.capacity)[:, order])
    plain = Measures.none(network).with_cut(0, exporter, targets[:2], depth)
    named = [order.index(to) for to in targets[:2]]
    other = Measures.none(moved).with_cut(0, order.index(exporter), named, depth)
    one, two = solved(network, parameters, plain), solved(moved, there, other)
    assert np.allclose(one.output[:, order], two.output, rtol=1e-7, atol=1e-9)
    assert np.allclose(one.flow[:, order][:, :, order], two.flow, rtol=1e-7, atol=1e-8)


@few
@given(seeds, sized, depths, st.floats(1e-3, 1e3))
def test_scaling_all_tonnages_leaves_shares_and_prices(seed, size, depth, scale):
    network, parameters = market(seed, size)
    exporter, targets = customers(network, 0)
    larger = Network(
        network.output * scale,
        network.flow * scale,
        network.input_use * scale,
        network.final_use * scale,
    )
    cut = Measures.none(network).with_cut(0, exporter, targets[:2], depth)
    one, two = solved(network, parameters, cut), solved(larger, parameters, cut)
    assert np.allclose(one.delivered, two.delivered, rtol=1e-7, atol=1e-9, equal_nan=True)
    assert np.allclose(one.log_price, two.log_price, atol=1e-7, equal_nan=True)


@few
@given(seeds, sized, st.floats(0.05, 0.95))
def test_a_little_more_depth_changes_little(seed, size, depth):
    network, parameters = market(seed, size)
    exporter, targets = customers(network, 0)
    none = Measures.none(network)
    one, two = (
        solved(network, parameters, none.with_cut(0, exporter, targets[:2], at))
        for at in (depth, depth + 1e-6)
    )
    gap = np.nanmax(np.abs(one.delivered - two.delivered))
    assert gap < 1e-3


@few
@given(seeds, sized, st.sampled_from([0.0, 0.25]))
def test_a_cut_of_nearly_all_comes_to_the_ban(seed, size, leak):
    network, parameters = market(seed, size)
    parameters = replace(parameters, leakage_share=leak)
    exporter, targets = customers(network, 0)
    none = Measures.none(network)
    ban = solved(network, parameters, none.with_cut(0, exporter, targets[:1], 1.0))
    far, near = (
        solved(network, parameters, none.with_cut(0, exporter, targets[:1], 1 - left))
        for left in (1e-2, 1e-5)
    )
    gaps = [np.nanmax(np.abs(found.delivered - ban.delivered)) for found in (far, near)]
    assert gaps[1] < 1e-2
    assert gaps[1] <= gaps[0] + CLOSE


@pytest.mark.skipif(not kernel_can_load(), reason="numba is not installed")
@few
@given(seeds, sized, st.floats(0.01, 1.0), st.sampled_from([0.0, 0.25]), st.sampled_from("cqto"))
def test_compiled_and_reference_agree(seed, size, depth, leak, kind):
    network, parameters = market(seed, size)
    parameters = replace(parameters, leakage_share=leak)
    exporter, targets = customers(network, 0)
    none = Measures.none(network)
    measures = {
        "c": none.with_cut(0, exporter, targets[::2], depth),
        "q": none.with_quota(0, exporter, depth).with_cut(0, exporter, targets[:1], depth),
        "t": none.with_tariff(0, exporter, targets, 2 * depth),
        "o": none.with_outage(size[0] - 1, largest(network, size[0] - 1), depth),
    }[kind]
    one, two = (
        solve(network, parameters, measures, tolerance=1e-12, method=method)
        for method in ("reference", "compiled")
    )
    # Where a cap is nearly a ban, rounding alone is more than the tolerance asked for.
    assume(max(one.residual, two.residual) < 1e-10)
    for name in ("log_price", "delivered", "unmet"):
        close = np.isclose(getattr(one, name), getattr(two, name), 0, 1e-8, equal_nan=True)
        assert close.all(), name
    for name in ("output", "flow", "leaked", "purchases"):
        gap = np.abs(getattr(one, name) - getattr(two, name)).max()
        assert gap <= 1e-8 * network.flow.max(), name


@settings(max_examples=8)
@given(seeds, st.integers(1, 40), st.integers(1, 4))
def test_workers_do_not_matter(seed, draws, workers):
    from concurrent.futures import ThreadPoolExecutor

    network = drawn_network(seed, 2, 4)
    sample = partial(sample_parameters, network)
    alone = solve_draws(network, sample, draws=draws, seed=seed, block=7)
    with ThreadPoolExecutor(workers) as pool:
        there = solve_draws(network, sample, draws=draws, seed=seed, block=7, executor=pool)
    for name, array in alone.values.items():
        assert np.array_equal(array, there.values[name], equal_nan=True)


@settings(max_examples=15)
@given(seeds, depths, st.integers(1, 6))
def test_stocks_stay_between_nothing_and_their_goal(seed, depth, long):
    network = drawn_network(seed, 2, 5)
    parameters = monthly(network, seed)
    exporter, targets = customers(network, 0)
    cut = Measures.none(network).with_cut(0, exporter, targets[:2], depth)
    months = [cut] * long + [Measures.none(network)] * 3
    path = solve_months(network, parameters, months, remaining=[3.0] * len(months))
    goal = np.where(network.purchases > 0, np.asarray(parameters.stock_months), 0.0)
    assert (path.stock >= -1e-9).all()
    assert (path.stock <= goal + 1e-9).all()
    steps = np.diff(np.concatenate([goal[None], path.stock]), axis=0)
    assert np.allclose(steps, -path.release, atol=1e-12)
    assert np.nanmin(path.available) >= 0
    assert (np.diff(path.stock[long:], axis=0) >= -1e-12).all()


@settings(max_examples=15)
@given(seeds, st.integers(1, 5))
def test_months_without_measures_are_the_base(seed, long):
    network = drawn_network(seed, 2, 5)
    quiet = [Measures.none(network)] * long
    path = solve_months(network, monthly(network, seed), quiet, remaining=[3.0] * long)
    assert np.nanmax(np.abs(path.available - 1)) < 1e-9
    assert not path.release.any()


def monthly(network: Network, seed: int) -> Parameters:
    steps = network.output.shape[0]
    return drawn_parameters(
        network,
        seed,
        substitution_short=np.full(steps, 0.7),
        substitution_long=np.full(steps, 4.0),
        qualification_months=12.0,
        usable_stock=0.5,
        refill_months=6.0,
        stock_months=np.full(network.output.shape, 2.0),
    )


@st.composite
def baskets(draw: st.DrawFn) -> Basket:
    elements, ores = draw(st.integers(2, 6)), draw(st.integers(1, 3))
    rng = np.random.default_rng(draw(seeds))
    content = rng.dirichlet(np.ones(elements), ores).T * 0.9
    ore, recovery = rng.lognormal(3, 1, ores), rng.uniform(0.5, 1, elements)
    price = rng.lognormal(2, 1.5, elements)
    won = recovery * (content @ ore)
    surplus = rng.random(elements) < 0.4
    return Basket(
        ore=ore,
        content=content,
        recovery=recovery,
        price=price,
        separation_cost=price * rng.uniform(0, 0.5, elements),
        use=won * np.where(surplus, rng.uniform(0.2, 0.9, elements), 1.0),
        floor=price * np.where(surplus, 1.0, rng.uniform(0.1, 1.0, elements)),
        supply_elasticity=rng.uniform(0.1, 1.5, ores),
        capacity=rng.uniform(1.0, 1.5, ores),
        demand_elasticity=rng.uniform(0.2, 1.2, elements),
        choke_price=rng.uniform(2, 10, elements),
    )


@few
@given(baskets(), st.floats(0.3, 3.0), st.floats(0.2, 1.5))
def test_a_basket_clears_or_rests_on_its_floors(basket, growth, ceiling):
    capacity = ceiling * np.asarray(basket.capacity)
    found = solve_basket(basket, capacity=capacity, demand_factor=growth)
    scale = basket.won.max()
    assert (found.use <= found.supply + 1e-7 * scale).all()
    assert (found.producer_price >= basket.floor * (1 - 1e-7)).all()
    above = found.producer_price > basket.floor * (1 + 1e-5)
    assert (found.surplus[above] <= 1e-5 * scale).all()
    assert np.allclose(found.supply, basket.recovered @ found.ore)
    assert (found.ore <= capacity * basket.ore * (1 + 1e-12)).all()


@few
@given(baskets())
def test_a_basket_without_change_is_its_base(basket):
    found = solve_basket(basket)
    assert np.allclose(found.price, basket.price, rtol=1e-8)
    assert np.allclose(found.use, basket.use, rtol=1e-8)


@few
@given(baskets(), st.floats(0.1, 1.2), st.floats(0.1, 1.2))
def test_a_tighter_weight_quota_never_lowers_its_rent(basket, one, other):
    total = basket.use.sum()
    tight, loose = (
        solve_basket(basket, weight_quota=share * total) for share in sorted((one, other))
    )
    assert tight.rent >= loose.rent - 1e-6 * basket.price.mean()
    for found, share in ((tight, min(one, other)), (loose, max(one, other))):
        assert found.use.sum() <= share * total * (1 + 1e-7)
        assert np.allclose(found.price - found.producer_price, found.rent)
        if found.use.sum() < share * total * (1 - 1e-5):
            assert found.rent <= 1e-5 * basket.price.mean()
