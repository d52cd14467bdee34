"""The monthly path of one restricted stage: price outside and inside, stock, use, deliveries.

The world outside the restricting country is one buyer. Quantities are months of base outside
use, prices are ratios to the three months before the announcement, month 0 is the announcement.
Arrays have the shape (draw, month).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from midstream.errors import InputError
from midstream.shock.engine_parameters import EngineDraws, EngineParameters, Floats

Instrument = Literal["ban", "quota", "licence", "physical", "threat"]

#: Instruments the engine knows; a tariff is a wedge on the price and is the market's business.
INSTRUMENTS: tuple[Instrument, ...] = ("ban", "quota", "licence", "physical", "threat")
#: Quantiles of an exponential length that carry a third of the weight each.
_LENGTHS = np.array([0.18, 0.69, 1.79])
#: Halvings of the bracket of the forward price: the bracket is 4 wide, the answer good to 1e-8.
_HALVINGS = 28


@dataclass(frozen=True, slots=True)
class ShockInputs:
    """What is known about one shock.

    Attributes:
        instrument: Class of the measure; a threat is never in force.
        outside_share: Share of outside use the restricting country supplies, 0..1; a number or
            an array of shape (draw,).
        stock_cover: Stocks outside, months of use; a number or shape (draw,).
        spare_capacity: Spare outside capacity over outside output; a number or shape (draw,).
        pass_ratio: Exports over base exports by month; shape (month,) or (draw, month). May be
            above 1 (front-loading before force).
        month_of_force: First month in force; months before it are notice.
        announced_length: Length in months if one was announced.
        announced_cut: Cut the market fears before the measure is in force, 0..1; ``None`` takes
            the parameter.
    """

    instrument: Instrument
    outside_share: float | Floats
    stock_cover: float | Floats
    spare_capacity: float | Floats
    pass_ratio: Floats
    month_of_force: int = 0
    announced_length: float | None = None
    announced_cut: float | None = None


@dataclass(frozen=True, slots=True)
class ShockPath:
    """Paths of a shock; every array has the shape (draw, month).

    Attributes:
        effect: Log price outside that the shock explains.
        residual: Log price noise around it, of the size seen on episodes left out of the fit;
            zero where nothing is cut or threatened.
        price_outside, price_inside: Price ratios, residual included.
        expected_pass: Pass ratio buyers expect.
        stock: Stock at the end of the month, months of base use.
        cover: Stock over the use of the month, months.
        use: Use, of base use.
        delivered: Arrivals from the restricting country, other supply and leakage, of base use.
        leakage: Part of it that reaches buyers round the measure.
        unmet: Use that neither deliveries nor stock could serve, of base use.
    """

    effect: Floats
    residual: Floats
    price_outside: Floats
    price_inside: Floats
    expected_pass: Floats
    stock: Floats
    cover: Floats
    use: Floats
    delivered: Floats
    leakage: Floats
    unmet: Floats

    def fan(self, name: str) -> Floats:
        """10th, 50th and 90th percentile of one of the arrays, shape (3, month)."""
        quantiles: Floats = np.quantile(getattr(self, name), [0.1, 0.5, 0.9], axis=0)
        return quantiles


@dataclass(frozen=True, slots=True)
class _Shock:
    """Inputs as columns, shape (draw, 1), and the pass ratio, shape (draw, month)."""

    share: Floats
    stock: Floats
    spare: Floats
    passed: Floats
    force: int
    instrument: Instrument
    length: float | None
    feared: Floats

    def in_force(self, month: int) -> bool:
        return self.instrument != "threat" and month >= self.force


def simulate(
    inputs: ShockInputs, parameters: EngineParameters, draws: int = 500, seed: int = 0
) -> ShockPath:
    """Simulate a shock over joint draws of the parameters.

    Args:
        inputs: The shock; arrays in it must have one entry a draw.
        parameters: Laws of the parameters, from `engine_parameters`.
        draws: Number of draws, 1 or more. The first draws of a longer run are those of a
            shorter one with the same seed.
        seed: Seed of all streams.

    Returns:
        Paths of shape (draw, month), as many months as the pass ratio has.

    Raises:
        InputError: if an input is out of its range.
    """
    sampled = parameters.sample(draws, seed)
    return _run(inputs, sampled)


def central(inputs: ShockInputs, parameters: EngineParameters) -> ShockPath:
    """The path at the central values, without residual; shape (1, month)."""
    return _run(inputs, parameters.central())


def _run(inputs: ShockInputs, sampled: EngineDraws) -> ShockPath:
    shock = _columns(inputs, sampled)
    draws, months = shock.passed.shape
    names = ("effect", "expected_pass", "stock", "use", "delivered", "leakage", "unmet")
    paths = {name: np.zeros((draws, months)) for name in names}
    state = _State(np.zeros((draws, 1)), np.ones((draws, 1)), shock.stock.copy())
    for month in range(months):
        _step(shock, sampled, state, month, paths)
    return _path(shock, sampled, paths)


@dataclass(slots=True)
class _State:
    """What one month hands to the next, each of shape (draw, 1)."""

    scarcity: Floats
    expected: Floats
    stock: Floats


def _step(
    shock: _Shock, sampled: EngineDraws, state: _State, month: int, paths: dict[str, Floats]
) -> None:
    """Move the state by one month and record it."""
    age = float(max(0, month - shock.force)) if shock.in_force(month) else 0.0
    passed = shock.passed[:, month : month + 1]
    weight = np.ones((1, 1))
    if shock.in_force(month):
        state.expected = np.minimum(1.0, 0.5 * state.expected + 0.5 * passed)
        expected = state.expected
    else:
        weight = sampled.credence(shock.instrument, month)
        expected = 1.0 - shock.feared
    forward = weight * _forward_price(shock, sampled, state.stock, expected, passed, month)
    state.scarcity = state.scarcity + sampled.speed * (forward - state.scarcity)
    blocked = np.maximum(0.0, shock.share * (1 - expected) - shock.spare * (1 - shock.share))
    news = weight * sampled.jump * blocked * np.exp(-age / sampled.jump_months)
    effect = np.maximum(state.scarcity, news)
    flows = _flows(shock, sampled, effect, passed, age)
    _settle(state, flows)
    recorded = {"effect": effect, "expected_pass": weight * expected + (1 - weight)}
    for name, values in (recorded | flows | {"stock": state.stock}).items():
        paths[name][:, month : month + 1] = values


def expected_length(
    age: float, month: int, announced: float | None, first: Floats, growth: Floats
) -> Floats:
    """Months a measure is expected to last on: ``first + growth age``, cut by an announced end.

    Args:
        age: Months since force.
        month: Months since the announcement.
        announced: Announced length in months, or ``None``.
        first, growth: Parameters, shape (draw, 1).
    """
    length = first + growth * age
    if announced is not None and month <= announced:
        length = np.maximum(first, np.minimum(length, announced - month + first))
    return length


def _forward_price(
    shock: _Shock, sampled: EngineDraws, stock: Floats, expected: Floats, passed: Floats, month: int
) -> Floats:
    """Log price at which stock lasts to the expected end, mean over three lengths.

    Solves ``h (use(x) - supply(x) - share E - leakage(x)) = usable stock + front-loading`` for
    ``x`` in 0..ln(choke); the left side falls with x, so halving finds the one root.
    """
    age = float(max(0, month - shock.force)) if shock.in_force(month) else 0.0
    length = expected_length(age, month, shock.length, sampled.length_first, sampled.length_growth)
    lengths = length * _LENGTHS
    elasticity = sampled.elasticity(age + lengths / 2)
    ready = 1 - np.exp(-(age + lengths / 2) / sampled.leakage_months)
    leak = shock.share * (1 - expected) * sampled.leakage * ready
    front = np.zeros_like(passed)
    if not shock.in_force(month):
        front = np.maximum(0.0, shock.share * (passed - 1))
    cover = (sampled.stock_usable * stock + front) / lengths

    def gap(price: Floats) -> Floats:
        supply = (1 - shock.share) * np.minimum(
            np.exp(sampled.supply_elasticity * price), 1 + shock.spare
        )
        met = supply + shock.share * expected + leak * (1 - np.exp(-price)) + cover
        missing: Floats = np.exp(-elasticity * price) - met
        return missing

    low = np.zeros_like(lengths)
    high = low + np.log(sampled.choke)
    tight = gap(low) > 0
    if not tight.any():
        # Nobody goes short at the base price.
        return np.zeros((len(lengths), 1))
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        short = gap(middle) > 0
        low, high = np.where(short, middle, low), np.where(short, high, middle)
    root: Floats = np.where(tight, (low + high) / 2, 0.0).mean(axis=1, keepdims=True)
    return root


def _flows(
    shock: _Shock, sampled: EngineDraws, effect: Floats, passed: Floats, age: float
) -> dict[str, Floats]:
    """Use, leakage and arrivals of a month at its price, of base use."""
    use = np.exp(-sampled.elasticity(np.asarray(age)) * effect)
    supply = (1 - shock.share) * np.minimum(
        np.exp(sampled.supply_elasticity * effect), 1 + shock.spare
    )
    # Nobody goes round a measure that is not there: leakage grows with the gain in price.
    ready = 1 - np.exp(-age / sampled.leakage_months)
    cut = np.maximum(0.0, 1 - passed)
    leak = shock.share * cut * sampled.leakage * ready * (1 - np.exp(-effect))
    return {"use": use, "leakage": leak, "delivered": shock.share * passed + supply + leak}


def _settle(state: _State, flows: dict[str, Floats]) -> None:
    """Stock after the month; what it cannot give is unmet use."""
    left = state.stock + flows["delivered"] - flows["use"]
    flows["unmet"] = np.maximum(0.0, -left)
    flows["use"] = flows["use"] - flows["unmet"]
    state.stock = np.maximum(0.0, left)


def _path(shock: _Shock, sampled: EngineDraws, paths: dict[str, Floats]) -> ShockPath:
    """Add prices with their residual and the months of cover."""
    effect = paths["effect"]
    months = np.arange(effect.shape[1])
    residual = sampled.residual_path(effect.shape[1]) * _exposure(shock, sampled, effect)
    outside = effect + residual
    # In the first months the inside price is as likely to fall as to rise.
    early = np.where(months <= sampled.inside_months, sampled.inside_centre, 0.0)
    inside = (sampled.inside - early) * outside
    use = np.maximum(paths["use"], np.finfo(float).tiny)
    return ShockPath(
        residual=residual,
        price_outside=np.exp(outside),
        price_inside=np.exp(inside),
        cover=paths["stock"] / use,
        **paths,
    )


def _exposure(shock: _Shock, sampled: EngineDraws, effect: Floats) -> Floats:
    """How much of the residual a month carries, 0..1: none while nothing is cut or feared.

    ``1 - exp(-dose / scale)`` with the dose the largest blocked part of outside supply so far
    or the price effect, whichever is larger; continuous in the depth of the cut.
    """
    blocked = shock.share * np.maximum(0.0, 1 - shock.passed)
    dose = np.maximum.accumulate(np.maximum(blocked, effect), axis=1)
    exposure: Floats = 1 - np.exp(-dose / sampled.residual_dose)
    return exposure


def licence_curve(
    months: int, force: int, lag: Floats, delay: Floats, low: Floats, high: Floats
) -> Floats:
    """Pass ratio of a licence regime by month, also the path of a lifting.

    ``low + (high - low) (1 - exp(-(t - force - lag) / delay))`` after ``force + lag``, ``low``
    from force to then, 1 before force.

    Args:
        months: Number of months.
        force: First month in force.
        lag: Months without licences, shape (draw,).
        delay: Time constant of the recovery in months, shape (draw,).
        low: Pass ratio right after force, shape (draw,).
        high: Pass ratio the regime settles at, shape (draw,).

    Returns:
        Pass ratios, shape (draw, month).
    """
    after = np.arange(months)[None, :] - force - np.atleast_1d(lag)[:, None]
    rise = 1 - np.exp(-np.maximum(after, 0.0) / np.atleast_1d(delay)[:, None])
    floor, top = np.atleast_1d(low)[:, None], np.atleast_1d(high)[:, None]
    curve: Floats = np.where(np.arange(months) < force, 1.0, floor + (top - floor) * rise)
    return curve


def _columns(inputs: ShockInputs, sampled: EngineDraws) -> _Shock:
    """Check the inputs and give them as columns over the draws."""
    _check(inputs)
    draws = sampled.draws
    passed = np.broadcast_to(np.asarray(inputs.pass_ratio, dtype=float), (draws, _months(inputs)))
    feared = sampled.feared_cut if inputs.announced_cut is None else inputs.announced_cut
    return _Shock(
        _column(inputs.outside_share, draws),
        _column(inputs.stock_cover, draws),
        _column(inputs.spare_capacity, draws),
        passed,
        inputs.month_of_force,
        inputs.instrument,
        inputs.announced_length,
        _column(feared, draws),
    )


def _months(inputs: ShockInputs) -> int:
    return int(np.asarray(inputs.pass_ratio).shape[-1])


def _column(value: float | Floats, draws: int) -> Floats:
    column: Floats = np.broadcast_to(np.asarray(value, dtype=float).reshape(-1, 1), (draws, 1))
    return column


def _check(inputs: ShockInputs) -> None:
    """Refuse what no shock can have."""
    cut = 0.0 if inputs.announced_cut is None else inputs.announced_cut
    ranges = (
        ("outside_share", inputs.outside_share, 0.0, 1.0),
        ("stock_cover", inputs.stock_cover, 0.0, np.inf),
        ("spare_capacity", inputs.spare_capacity, 0.0, np.inf),
        ("pass_ratio", inputs.pass_ratio, 0.0, np.inf),
        ("announced_cut", cut, 0.0, 1.0),
        ("month_of_force", float(inputs.month_of_force), 0.0, np.inf),
    )
    for name, value, low, high in ranges:
        array = np.asarray(value, dtype=float)
        if array.size == 0 or not bool(np.all((array >= low) & (array <= high))):
            raise InputError(
                f"{name} out of range",
                where="shock inputs",
                why=f"it must have a value and lie in {low:g}..{high:g}",
                mend="give shares and cuts as parts of one and months from 0",
            )
    if inputs.instrument not in INSTRUMENTS:
        raise InputError(
            f"no instrument {inputs.instrument!r}",
            where="shock inputs",
            why=f"the engine knows {', '.join(INSTRUMENTS)}",
            mend="take one of them",
        )
