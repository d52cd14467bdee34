"""Prices and deliveries of a chain in later years, draw by draw, through the code of the market.

Three markets run on the same behaviour in every draw: the later year as it comes, the same with
the exports of the leader cut, and today with the same cut, so that then and now can be compared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace

import numpy as np

from midstream.chain.estimate import Floats
from midstream.chain.world import World
from midstream.errors import InputError
from midstream.evidence import Evidence
from midstream.market import Equilibrium, Measures, Network, Parameters, solve
from midstream.market.compiled import MANY, kernel_can_load
from midstream.market.months import substitution_after
from midstream.scenarios.frame import Frame, Needs, Paths
from midstream.scenarios.market_inputs import ChainInputs, Pace, chain_inputs
from midstream.scenarios.market_network import RouteRules, future_network
from midstream.scenarios.market_result import Cut, FutureMarket, State, joined
from midstream.scorecard.cells import Cells
from midstream.scorecard.draws import Draws
from midstream.scorecard.draws import Parameters as Drawn
from midstream.shock.behaviour import Sampler, market_parameters
from midstream.shock.network import BalancedBase, balanced_base

#: Draws that go to a worker together.
BLOCK = 20


@dataclass(frozen=True, slots=True)
class MarketBlock:
    """Some draws of a market and all it takes to solve them anywhere; arrays only.

    Attributes:
        today: Balanced base.
        inputs: What can be made and what is wanted, by year, in the order of the years.
        calm, alarmed: Behaviour without and under a cut, with the axis of these draws.
        rules: How new makers find buyers.
        cut: Step, actor and targets as numbers, and the depth.
        leaders: Number of the leader of each step among the countries, -1 without one.
        method: Solver.
    """

    today: Network
    inputs: tuple[ChainInputs, ...]
    calm: Parameters
    alarmed: Parameters
    rules: RouteRules
    cut: tuple[int, int, tuple[int, ...], float]
    leaders: tuple[int, ...]
    method: str


def run_block(block: MarketBlock) -> State:
    """Solve the draws of a block."""
    found = []
    for draw in range(block.calm.draws or 0):
        calm, alarmed = block.calm.at(draw), block.alarmed.at(draw)
        now = _outcome(block, block.today, alarmed, _cut(block, block.today))
        years, years_cut = [], []
        for given in block.inputs:
            future = future_network(
                block.today, given.possible[draw], given.growth[draw], block.rules
            )
            none = Measures.none(future.network)
            factor = none.output_factor * future.factor[:, None]
            measures = replace(none, output_factor=factor)
            years.append(_outcome(block, future.network, calm, measures))
            cut = replace(_cut(block, future.network), output_factor=factor)
            years_cut.append(_outcome(block, future.network, alarmed, cut))
        found.append(State.of_draw(years, years_cut, now))
    return joined(found)


def _cut(block: MarketBlock, network: Network) -> Measures:
    step, actor, targets, depth = block.cut
    return Measures.none(network).with_cut(step, actor, targets, depth)


def _outcome(
    block: MarketBlock, network: Network, behaviour: Parameters, measures: Measures
) -> dict[str, Floats]:
    """Solve one market and keep what is shown of it, arrays without draws."""
    found = solve(network, behaviour, measures, method=block.method)
    wanted, bought = network.purchases, np.nan_to_num(found.purchases)
    delivered = np.divide(bought, wanted, out=np.full_like(wanted, np.nan), where=wanted > 0)
    prices = [_prices(found, step, leader) for step, leader in enumerate(block.leaders)]
    outside = np.array([_outside(wanted, bought, step, x) for step, x in enumerate(block.leaders)])
    return {
        "delivered": delivered,
        "inside": np.array([price[0] for price in prices]),
        "outside": np.array([price[1] for price in prices]),
        "unmet": outside,
        "missed": np.array(float(not np.all(found.converged))),
    }


def _prices(found: Equilibrium, step: int, leader: int) -> tuple[float, float]:
    """Producer price of the leader and of all others, over the base; ``nan`` without a maker.

    The others' is their geometric mean, weighted with output.
    """
    logs, made = found.log_price[step], found.output[step].copy()
    inside = float(np.exp(logs[leader])) if leader >= 0 and made[leader] > 0 else np.nan
    if leader >= 0:
        made[leader] = 0.0
    made = np.where(np.isfinite(logs), made, 0.0)
    if made.sum() <= 0:
        return inside, np.nan
    return inside, float(np.exp((made * np.nan_to_num(logs)).sum() / made.sum()))


def _outside(wanted: Floats, bought: Floats, step: int, leader: int) -> float:
    """Share of what is wanted outside the leader that is not bought, 0 or more."""
    others = np.arange(wanted.shape[1]) != leader
    total = wanted[step, others].sum()
    if total <= 0:
        return float("nan")
    return float(max(0.0, 1 - bought[step, others].sum() / total))


def future_market(
    evidence: Evidence,
    world: World,
    frame: Frame,
    paths: Paths,
    needs: Needs,
    chain: str,
    years: Sequence[int] = (2035,),
    draws: int | None = None,
    *,
    cut: Cut | None = None,
    incumbents: Sequence[str] = (),
    executor: Executor | None = None,
    progress: Callable[[float], None] | None = None,
) -> FutureMarket:
    """Solve a chain in later years for the first draws of an outlook.

    Args:
        evidence: The release.
        world: World of the base year.
        frame: Draws and years of the outlook.
        paths, needs: The outlook.
        chain: Id of the chain.
        years: Years of the outlook.
        draws: Number of draws; ``None`` takes the parameter ``outlook.market.draws``.
        cut: Cut of exports that is compared then and now; ``None`` takes `default_cut`.
        incumbents: Countries whose cut is looked at where no cut is named; empty for any leader.
        executor: Runs blocks of draws; none runs them one after the other.
        progress: Called with the share of draws done; may raise to stop.

    Raises:
        InputError: if the chain cannot be run, a year lies outside the outlook, or the cut names
            something that is not on the chain.
    """
    _check(frame, years, draws)
    named = () if cut is None else (cut.actor, *cut.targets)
    base = balanced_base(evidence, world, chain, named)
    cut = default_cut(evidence, base, incumbents) if cut is None else cut
    count = int(evidence.parameter("outlook.market.draws").value or 1) if draws is None else draws
    blocks, result = prepared(base, frame, paths, needs, years, min(frame.draws, count), cut)
    run = map(run_block, blocks) if executor is None else executor.map(run_block, blocks)
    found: list[State] = []
    for part in run:
        found.append(part)
        if progress is not None:
            progress(len(found) / len(blocks))
    return replace(result, state=joined(found))


def prepared(
    base: BalancedBase,
    frame: Frame,
    paths: Paths,
    needs: Needs,
    years: Sequence[int],
    count: int,
    cut: Cut,
) -> tuple[list[MarketBlock], FutureMarket]:
    """Make blocks of the first `count` draws ready, and the result they fill."""
    evidence = base.evidence
    sampler = Sampler(evidence, frame.seed, count)
    inputs = _inputs(base, frame, paths, needs, years)
    calm, alarmed = _behaviour(sampler, base.network, cut.months)
    countries, leaders = base.names.countries, _leaders(base)
    place = _place(base, cut)
    rules = RouteRules(
        *(sampler.value(f"shock.network.{name}") for name in ("home", "diagonal", "mixing"))
    )
    method = "compiled" if count >= MANY and kernel_can_load() else "reference"
    blocks = [
        MarketBlock(
            today=base.network,
            inputs=tuple(part.of(slice(first, first + BLOCK)) for part in inputs),
            calm=calm.part(slice(first, first + BLOCK)),
            alarmed=alarmed.part(slice(first, first + BLOCK)),
            rules=rules,
            cut=place,
            leaders=tuple(-1 if x is None else countries.index(x) for x in leaders),
            method=method,
        )
        for first in range(0, count, BLOCK)
    ]
    blank = State.blank(len(years), *base.network.output.shape)
    used = (*sampler.used, "par:outlook.market.pace", "par:outlook.market.pace.named")
    later = {form: tuple(_later(form, paths, needs)) for form in base.names.forms}
    result = FutureMarket(frame, base, tuple(years), leaders, cut, blank, used, later)
    return blocks, result


def _later(form: str, paths: Paths, needs: Needs) -> Iterator[str]:
    """Ids of the projects and needs of a form."""
    for project in paths.projects:
        yield from project.lineage if project.form == form else ()
    for place, lineage in zip(needs.places, needs.lineage, strict=True):
        yield from lineage if place[0] == form else ()


def default_cut(evidence: Evidence, base: BalancedBase, incumbents: Sequence[str] = ()) -> Cut:
    """Cut of a leader's exports to everyone else, at the last step that has one.

    Args:
        evidence: The release, for depth and length.
        base: Network of the chain.
        incumbents: Whose cut is meant; empty for any leader.

    Raises:
        InputError: if no step of the chain has such a leader among the nodes.
    """
    for form, leader in reversed(list(zip(base.names.forms, _leaders(base), strict=True))):
        if leader is not None and (not incumbents or leader in incumbents):
            targets = tuple(code for code in base.names.countries if code != leader)
            depth = float(evidence.parameter("outlook.market.cut").value or 0.0)
            months = float(evidence.parameter("outlook.market.months").value or 0.0)
            return Cut(form, leader, targets, depth, months)
    raise InputError(
        "nobody to cut exports",
        where=f"chain {base.route.id}",
        why=f"no step of it is led by {' or '.join(incumbents) or 'a country on record'}",
        mend="name a cut",
    )


def _inputs(
    base: BalancedBase, frame: Frame, paths: Paths, needs: Needs, years: Sequence[int]
) -> list[ChainInputs]:
    """What can be made and what is wanted in each year, all draws."""
    drawn = Drawn(base.evidence, Draws(frame.seed, frame.draws))
    cells = Cells(base.world, drawn, min(years), base.world.countries)
    pace = Pace(drawn.draw("outlook.market.pace"), drawn.draw("outlook.market.pace.named"))
    return [chain_inputs(base, cells, paths, needs, year, pace) for year in years]


def _behaviour(sampler: Sampler, network: Network, months: float) -> tuple[Parameters, Parameters]:
    """Behaviour without a cut, and under a cut that lasts some months.

    Within ten years new suppliers are qualified: buyers then change suppliers as in the long run.
    Under a cut it is the mean over its months.
    """
    steps, uses, countries = network.final_use.shape
    drawn = market_parameters(sampler, steps, uses, countries)
    ages = np.arange(0.5, max(months, 1.0), 1.0)
    mean = np.mean([substitution_after(drawn, float(age)) for age in ages], axis=0)
    long = drawn.full("substitution_long", (steps,))
    return replace(drawn, substitution=long), replace(drawn, substitution=mean)


def _leaders(base: BalancedBase) -> tuple[str | None, ...]:
    """Leader of each step, where it is a node."""
    known = [base.world.leaders.get(form, ("", 0.0))[0] for form in base.names.forms]
    return tuple(code if code in base.names.countries else None for code in known)


def _place(base: BalancedBase, cut: Cut) -> tuple[int, int, tuple[int, ...], float]:
    """The cut in numbers of the network."""
    if cut.form not in base.names.forms:
        raise InputError(
            f"no form {cut.form!r} to cut",
            where=f"chain {base.route.id}",
            why=f"its counted forms are {', '.join(base.names.forms)}",
            mend="cut one of them",
        )
    if not cut.targets:
        raise InputError("a cut without targets", "cut", "nobody would miss anything", "name some")
    targets = tuple(base.country(code) for code in cut.targets)
    return base.step(cut.form), base.country(cut.actor), targets, cut.depth


def _check(frame: Frame, years: Sequence[int], draws: int | None) -> None:
    missing = [year for year in years if year not in frame.years]
    if missing or not years:
        raise InputError(
            f"no market for {', '.join(map(str, missing)) or 'no year'}",
            where="years of the market ahead",
            why=f"the outlook runs from {frame.first + 1} to {frame.last}",
            mend="name years of the outlook",
        )
    if draws is not None and not 1 <= draws <= frame.draws:
        raise InputError(
            f"{draws} draws of the market",
            where="draws of the market ahead",
            why=f"the outlook has {frame.draws}",
            mend="take 1 to that many",
        )
