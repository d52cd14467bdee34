"""Parameters of the shock engine: laws from the parameter table, draws by named streams."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from midstream.chain.streams import generator, law_of
from midstream.errors import ModelError
from midstream.evidence import Evidence

Floats = npt.NDArray[np.float64]

PREFIX = "shock.engine."


@dataclass(frozen=True, slots=True)
class Law:
    """Distribution of one parameter.

    Attributes:
        value: Central value: the median of a lognormal, the mode of a triangle.
        kind: ``fixed``, ``lognormal`` or ``triangular``.
        low, high: Ends of a triangle.
        spread: Log standard deviation of a lognormal.
    """

    value: float
    kind: str = "fixed"
    low: float = 0.0
    high: float = 0.0
    spread: float = 0.0

    def sample(self, rng: np.random.Generator, draws: int) -> Floats:
        """Draws of the parameter, shape (draw,)."""
        if self.kind == "lognormal":
            return np.asarray(self.value * np.exp(self.spread * rng.standard_normal(draws)))
        if self.kind == "triangular":
            return _triangular(self, rng.random(draws))
        return np.full(draws, self.value)


def _triangular(law: Law, uniform: Floats) -> Floats:
    """Quantile of a triangle at uniform numbers."""
    width = law.high - law.low
    left = (law.value - law.low) / width
    below = law.low + np.sqrt(uniform * width * (law.value - law.low))
    above = law.high - np.sqrt((1 - uniform) * width * (law.high - law.value))
    return np.where(uniform < left, below, above)


@dataclass(frozen=True, slots=True)
class EngineDraws:
    """Draws of the parameters, each of shape (draw, 1).

    Attributes:
        elasticity_short, elasticity_long: Use elasticity in the first months and after years.
        elasticity_months: Months over which use moves from the one to the other.
        length_first: Months a new measure is expected to last.
        length_growth: Expected months on top for each month in force.
        stock_usable: Part of the stock its holders let go.
        leakage: Part of the blocked supply that reaches buyers at a high price.
        leakage_months: Months until it does.
        speed: Part of the gap to the forward price that the spot closes in a month.
        supply_elasticity: Elasticity of outside supply.
        jump: Log price per blocked share on the news.
        jump_months: Months over which the news fades.
        threat_months: Months over which a threat is forgotten.
        feared_cut: Cut that is feared before force.
        choke: Price ratio no use survives.
        inside: Inside over outside log price; its centre until ``inside_months`` is zero.
        inside_months: Month up to which the centre is zero.
        residual_first: Log sd of the path's own level.
        residual_growth: Log sd a month of its random walk.
        residual_dose: Blocked share at which 63 % of the residual is carried.
        credence_ban, credence_quota, credence_licence, credence_physical, credence_threat:
            Probability the market gives before force.
        inside_centre: Central value of ``inside``, a number.
        draws: Number of draws.
        seed: Seed, or ``None`` for the central values, which carry no residual.
    """

    elasticity_short: Floats
    elasticity_long: Floats
    elasticity_months: Floats
    length_first: Floats
    length_growth: Floats
    stock_usable: Floats
    leakage: Floats
    leakage_months: Floats
    speed: Floats
    supply_elasticity: Floats
    jump: Floats
    jump_months: Floats
    threat_months: Floats
    feared_cut: Floats
    choke: Floats
    inside: Floats
    inside_months: Floats
    residual_first: Floats
    residual_growth: Floats
    residual_dose: Floats
    credence_ban: Floats
    credence_quota: Floats
    credence_licence: Floats
    credence_physical: Floats
    credence_threat: Floats
    inside_centre: float
    draws: int
    seed: int | None

    def elasticity(self, age: Floats) -> Floats:
        """Use elasticity ``short + (long - short) (1 - exp(-age / months))``."""
        moved = 1 - np.exp(-age / self.elasticity_months)
        moving: Floats = (
            self.elasticity_short + (self.elasticity_long - self.elasticity_short) * moved
        )
        return moving

    def credence(self, instrument: str, month: int) -> Floats:
        """Probability of force while the measure is only announced; a threat fades."""
        chance: Floats = getattr(self, f"credence_{instrument}")
        if instrument == "threat":
            chance = chance * np.exp(-month / self.threat_months)
        return np.minimum(1.0, chance)

    def residual_path(self, months: int) -> Floats:
        """Log price noise: a level of its own and a random walk, shape (draw, month).

        Every month has a stream of its own: a longer shock begins as a shorter one does.
        """
        if self.seed is None:
            return np.zeros((self.draws, months))
        level = stream(self.seed, "residual/level").standard_normal((self.draws, 1))
        steps = [
            stream(self.seed, f"residual/walk/{month}").standard_normal(self.draws)
            for month in range(months)
        ]
        walk = np.stack(steps, axis=1) if steps else np.zeros((self.draws, 0))
        path: Floats = self.residual_first * level + self.residual_growth * walk.cumsum(axis=1)
        return path


#: Names of the parameters; an id is the prefix and the name with the first _ as a dot.
NAMES = tuple(
    field.name
    for field in fields(EngineDraws)
    if field.name not in ("inside_centre", "draws", "seed")
)


def parameter_id(name: str) -> str:
    """Id in the parameter table of an engine parameter."""
    return PREFIX + name.replace("_", ".", 1)


def stream(seed: int, name: str) -> np.random.Generator:
    """A generator of its own for a name, so that a new draw shifts no other."""
    return generator(seed, f"shock.engine/{name}")


@dataclass(frozen=True, slots=True)
class EngineParameters:
    """Laws of all parameters of the engine by name."""

    laws: Mapping[str, Law]

    def sample(self, draws: int, seed: int) -> EngineDraws:
        """Joint draws; more draws with one seed begin with the same ones."""
        values = {
            name: law.sample(stream(seed, name), draws)[:, None] for name, law in self.laws.items()
        }
        values["speed"] = np.minimum(1.0, values["speed"])
        values["leakage"] = np.minimum(1.0, values["leakage"])
        values["stock_usable"] = np.minimum(1.0, values["stock_usable"])
        return EngineDraws(
            **values, inside_centre=self.laws["inside"].value, draws=draws, seed=seed
        )

    def central(self) -> EngineDraws:
        """The central values as a single draw."""
        values = {name: np.array([[law.value]]) for name, law in self.laws.items()}
        return EngineDraws(**values, inside_centre=self.laws["inside"].value, draws=1, seed=None)

    def changed(self, **values: float) -> EngineParameters:
        """The same laws with other central values."""
        laws = dict(self.laws)
        for name, value in values.items():
            old = laws[name]
            laws[name] = Law(value, old.kind, old.low, old.high, old.spread)
        return EngineParameters(laws)


def engine_parameters(evidence: Evidence) -> EngineParameters:
    """Read the laws of the engine from the parameter table.

    Raises:
        InputError: if a parameter is missing from the table.
        ModelError: if one has a distribution the engine does not draw.
    """
    return EngineParameters({name: _law(evidence, parameter_id(name)) for name in NAMES})


def _law(evidence: Evidence, name: str) -> Law:
    quantity = evidence.parameter(name)
    text = str(evidence.parameters[name]["distribution"])
    kind, numbers = law_of(text)
    value = float(quantity.value or 0.0)
    if kind == "fixed":
        return Law(value)
    if kind == "lognormal" and len(numbers) == 1:
        return Law(value, kind, spread=numbers[0])
    if kind == "triangular" and quantity.low is not None and quantity.high is not None:
        return Law(value, kind, low=quantity.low, high=quantity.high)
    raise ModelError(f"distribution {text!r} of {name} is none the engine draws", where=name)
