"""A shock on the real network: request in, answer out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

import numpy as np

from midstream.chain.estimate import Floats
from midstream.chain.world import World
from midstream.evidence import Evidence, Ledger
from midstream.market import Equilibrium, Network, Parameters
from midstream.shock.answer import answer
from midstream.shock.behaviour import Sampler, market_parameters, stocked
from midstream.shock.computed import OnRecord, Run
from midstream.shock.engine_parameters import EngineParameters, engine_parameters
from midstream.shock.instruments import Shock, ShockRequest, checked
from midstream.shock.monthly import network_path
from midstream.shock.network import BalancedBase, balanced_base, sampled_networks
from midstream.shock.path import NetworkPath, pairs_of
from midstream.shock.peaks import PeakModel
from midstream.shock.prices import Prices, prices, size_of_gains
from midstream.shock.result import ShockResult
from midstream.shock.scenario import (
    Scenario,
    bought_ahead,
    built_before,
    horizon_of,
    scenarios,
)
from midstream.shock.winners import Winner, makers, passers

Progress = Callable[[float], None]
#: A bill of materials is evaluated by what the caller hands in: result -> JSON object.
Bill = Callable[[ShockResult], Mapping[str, object]]


#: Numbers of draws whose streams are kept.
KEPT = 3


@dataclass(frozen=True, slots=True)
class Third:
    """What third hands gain, and the share of what is blocked that comes round."""

    winners: tuple[Winner, ...]
    leaked: Floats | None


@dataclass(frozen=True, slots=True)
class ShockModel:
    """A chain made ready for shocks; keep it to ask several questions of one chain quickly.

    Attributes:
        base: The balanced base.
        networks: Networks drawn from the evidence, the central one first.
        seed: Seed they were drawn with.
        peaks: The form for peaks and its rivals, fitted on the episodes on record.
        evidence: The release all this is from.
        record: What is on record beside a run.
        laws: Laws of the monthly engine.
        drawn: Streams drawn so far, by number of draws.
    """

    base: BalancedBase
    networks: tuple[Network, ...]
    seed: int
    peaks: PeakModel
    evidence: Evidence
    record: OnRecord
    laws: EngineParameters
    drawn: dict[int, dict[str, Floats]] = field(default_factory=dict)

    def sampler(self, draws: int) -> Sampler:
        """Draws of the parameters; what a run before has drawn is not drawn again."""
        if draws not in self.drawn:
            while len(self.drawn) >= KEPT:
                self.drawn.pop(next(iter(self.drawn)))
            self.drawn[draws] = {}
        return Sampler(self.evidence, self.seed, draws, known=self.drawn[draws])

    def packed(self) -> PackedModel:
        """What can travel to another process that has the same release open."""
        base = {
            one.name: getattr(self.base, one.name)
            for one in fields(self.base)
            if one.name not in ("world", "evidence")
        }
        return PackedModel(base, self.networks, self.seed, self.peaks)

    def serves(self, shock: Shock) -> bool:
        """Whether a shock can be run on it."""
        named = {shock.request.actor, *shock.targets}
        return (
            self.base.route.id == shock.route.id
            and named <= set(self.base.names.countries)
            and self.seed == shock.request.seed
        )


@dataclass(frozen=True, slots=True)
class PackedModel:
    """A chain made ready, without the world and the release it stands on.

    Attributes:
        base: Fields of the balanced base.
        networks, seed, peaks: As in `ShockModel`.
    """

    base: Mapping[str, Any]
    networks: tuple[Network, ...]
    seed: int
    peaks: PeakModel

    def unpacked(self, evidence: Evidence, world: World) -> ShockModel:
        """Put it back on a world and its release."""
        base = BalancedBase(**self.base, world=world, evidence=evidence)
        record, laws = OnRecord.read(evidence), engine_parameters(evidence)
        return ShockModel(base, self.networks, self.seed, self.peaks, evidence, record, laws)


def prepare(evidence: Evidence, world: World, shock: Shock) -> ShockModel:
    """Calibrate the networks of a chain for a shock."""
    named = (shock.request.actor, *shock.targets)
    base = balanced_base(evidence, world, shock.route.id, named)
    count = int(evidence.parameter("market.networks").value or 1)
    seed = shock.request.seed
    networks = sampled_networks(evidence, base, count, seed)
    peaks, record = PeakModel.fit(evidence), OnRecord.read(evidence)
    laws = engine_parameters(evidence)
    return ShockModel(base, networks, seed, peaks, evidence, record, laws)


def run_shock(
    evidence: Evidence,
    world: World,
    ledger: Ledger,
    request: ShockRequest | Shock,
    bill: Bill | None = None,
    progress: Progress | None = None,
    model: ShockModel | None = None,
    *,
    brief: bool = False,
) -> ShockResult:
    """Run a shock.

    Args:
        evidence: The release.
        world: The world.
        ledger: Where the lineage of the answer is entered.
        request: What is asked, or what has been checked already.
        bill: Evaluates a bill of materials on the result.
        progress: Called with the share of work done; may raise to stop.
        model: A chain made ready by `prepare`; made anew where it does not serve.
        brief: Whether what is compared and told beside the run is left out, see `answer`.

    Raises:
        InputError: if the request cannot be run, naming the option.
    """
    shock = request if isinstance(request, Shock) else checked(evidence, world, request)
    if model is None or model.evidence is not evidence or not model.serves(shock):
        model = prepare(evidence, world, shock)
    sampler = model.sampler(shock.draws)
    horizon = horizon_of(shock, sampler.value("shock.recovery"))
    market = follow(model, shock, sampler, horizon, progress)
    networks, given, path = market.networks, market.given, market.path
    engine = None if brief and shock.targeted else model.laws
    price = prices(sampler, model.base, networks, given, shock, path, engine)
    run = Run(
        evidence=evidence,
        base=model.base,
        shock=shock,
        sampler=sampler,
        path=path,
        prices=price,
        gains=_gains(model, shock, market, price, sampler),
        leaked=market.third.leaked,
        peaks=model.peaks,
        record=model.record,
        brief=brief,
    )
    result = answer(run, ledger)
    return result if bill is None else result.with_bill(bill(result))


def _gains(
    model: ShockModel, shock: Shock, market: Followed, price: Prices, sampler: Sampler
) -> tuple[Winner, ...]:
    """Gains of everybody; those on the form that is cut are of the size of the prices shown."""
    cost = market.parameters.full("cost_share", market.networks[0].output.shape[:1])
    actor, form = shock.request.actor, shock.request.form
    choke = sampler.value("shock.engine.choke")
    own = makers(model.base.names, market.path, cost, actor, shock.step, choke)
    size = size_of_gains(price)
    return tuple(
        replace(gain, gain=size * gain.gain) if gain.form == form else gain
        for gain in (*own, *market.third.winners)
    )


@dataclass(frozen=True, slots=True)
class Followed:
    """What the market did.

    Attributes:
        networks, given: Networks of the evidence with what each is given.
        parameters: Behaviour, all draws.
        path: Path of all draws.
        third: What passed through third hands.
    """

    networks: tuple[Network, ...]
    given: tuple[Scenario, ...]
    parameters: Parameters
    path: NetworkPath
    third: Third


def follow(
    model: ShockModel,
    shock: Shock,
    sampler: Sampler,
    horizon: int,
    progress: Progress | None = None,
) -> Followed:
    """Run the market of a shock month by month; draw ``d`` stands on network ``d mod count``.

    Args:
        model: The chain.
        shock: The shock.
        sampler: Draws.
        horizon: Months.
        progress: Called with the share of work done.
    """
    networks = model.networks[: min(shock.draws, len(model.networks))]
    one_each = Sampler(sampler.evidence, sampler.seed, len(networks), sampler.used)
    given = scenarios(one_each, model.base, networks, shock, horizon)
    steps, uses, countries = networks[0].final_use.shape
    parameters = market_parameters(sampler, steps, uses, countries)
    ahead = bought_ahead(sampler, shock) + built_before(sampler, shock)
    threshold = sampler.value("market.stock.start")
    pairs, looks = pairs_of(networks), []
    # Each part is written where it stands, so that no two paths of all draws are held.
    path = NetworkPath.room(shock.draws, len(given[0].measures), networks[0], pairs)
    for number, (network, scenario) in enumerate(zip(networks, given, strict=True)):
        mine = slice(number, None, len(networks))
        look = _Look(model.base, shock)
        part = network_path(
            network,
            stocked(parameters.part(mine), shock.step, ahead[mine, None] * scenario.share),
            scenario.measures,
            scenario.remaining,
            threshold,
            look,
            step=shock.step,
            draws=shock.draws,
            pairs=pairs,
        )
        path.put(mine, part)
        looks.append(look)
        if progress is not None:
            progress((number + 1) / len(networks))
    return Followed(networks, given, parameters, path, _third(looks, shock.draws))


@dataclass(slots=True)
class _Look:
    """Looks at the last month in force, for what passes through third hands."""

    base: BalancedBase
    shock: Shock
    winners: tuple[Winner, ...] = ()
    leaked: Floats | None = None

    def __call__(self, month: int, state: Equilibrium) -> None:
        last = int(np.ceil(self.shock.start + self.shock.months - 0.5)) - 1
        if month != max(0, last):
            return
        self.winners = tuple(passers(self.base.names, state, self.shock.months, self.shock.step))
        self.leaked = leaked_share(state, self.shock.step)


def leaked_share(state: Equilibrium, step: int) -> Floats:
    """What comes round over what is blocked, shape (draw,); ``nan`` where nothing is blocked."""
    flow = state.problem.network.flow[step]
    cap = np.minimum(1.0, state.problem.measures.flow_cap[step])
    blocked = float((flow * (1.0 - cap)).sum())
    round_about = state.leaked[:, step].sum(axis=(1, 2))
    return round_about / blocked if blocked > 0 else np.full(len(round_about), np.nan)


def _third(looks: list[_Look], draws: int) -> Third:
    """Join what groups of draws saw, country by country."""
    order = [np.arange(draws)[number :: len(looks)] for number in range(len(looks))]
    place = np.argsort(np.concatenate(order))
    lists = [look.winners for look in looks]
    winners = [
        replace(ones[0], gain=np.concatenate([one.gain for one in ones])[place])
        for ones in zip(*lists, strict=True)
    ]
    leaked = [look.leaked for look in looks if look.leaked is not None]
    return Third(tuple(winners), np.concatenate(leaked)[place] if leaked else None)
