"""Form-level cells: the drawn inputs of the ruler for one country and form."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from midstream.chain.estimate import Component, Floats
from midstream.chain.needs import NeedRanges, Shares, need_shares
from midstream.chain.normal import normal_share
from midstream.chain.plants import Plant
from midstream.chain.pooling import ends
from midstream.chain.streams import law_of
from midstream.chain.world import Mix, World
from midstream.scorecard.draws import Draws, Parameters
from midstream.scorecard.ladder import CONTROLS, Ruler


@dataclass(frozen=True, slots=True)
class CellInputs:
    """Drawn inputs of one cell; arrays of shape (draw,), components (5, draw).

    ``low`` and ``high`` are the output at the two ends of the evidence box; ``addition`` is what
    the projects add by the horizon; ``growth`` the growth of need and reference until then.
    """

    low: Floats
    high: Floats
    need: Floats
    reference: Floats
    addition: Floats
    retention: Floats
    growth: Floats
    components: Floats
    open: bool

    @property
    def counted(self) -> bool:
        """Whether the output is on record, so that both ends are one."""
        return self.high is self.low and not self.open

    def with_output(self, amount: float) -> CellInputs:
        """The cell with some output more; where nobody counts it, with just that output."""
        low = self.low + amount if self.counted else np.full_like(self.low, amount)
        return replace(self, low=low, high=low, open=False)


@dataclass(frozen=True, slots=True)
class CellDraws:
    """Drawn pillars and scores of one cell at both ends of the evidence box."""

    installed: tuple[Floats, Floats]
    trajectory: tuple[Floats, Floats]
    control: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True, slots=True)
class Point:
    """Output at both ends of the evidence box, need and reference at one time, shape (draw,)."""

    low: Floats
    high: Floats
    need: Floats
    reference: Floats


def evaluate(inputs: CellInputs, ruler: Ruler) -> CellDraws:
    """Apply the ruler at both ends. An open cell runs from 1 to 5."""
    low = inputs.low * inputs.retention + inputs.addition
    same = inputs.low is inputs.high
    later = Point(
        low=low,
        high=low if same else inputs.high * inputs.retention + inputs.addition,
        need=inputs.need * inputs.growth,
        reference=inputs.reference * inputs.growth,
    )
    now = Point(inputs.low, inputs.high, inputs.need, inputs.reference)
    return judged(now, later, ruler.control(inputs.components), ruler, inputs.open)


def judged(
    now: Point, later: Point, control: Floats, ruler: Ruler, open_cell: bool = False
) -> CellDraws:
    """Apply the ruler to a state and what is under way at both ends of the evidence box.

    Args:
        now: What stands; where ``high`` is the same array as ``low``, both ends are one.
        later: What the trajectory leads to; `now` itself where nothing lies ahead.
        control: Control pillar, shape (draw,).
        ruler: The ruler.
        open_cell: Whether nobody counts the output; the score then runs from 1 to 5.
    """
    installed, trajectory, scores = [], [], []
    same = now.low is now.high
    ends = ((now.low, later.low),) if same else ((now.low, later.low), (now.high, later.high))
    for output, ahead in ends:
        stands = ruler.installed(output, now.need, now.reference)
        installed.append(stands)
        trajectory.append(
            stands if later is now else ruler.installed(ahead, later.need, later.reference)
        )
        scores.append(ruler.score(installed[-1], trajectory[-1], control))
    if same:
        installed, trajectory, scores = installed * 2, trajectory * 2, scores * 2
    if open_cell:
        scores = [np.ones_like(scores[0]), np.full_like(scores[1], 5.0)]
    return CellDraws((installed[0], installed[1]), (trajectory[0], trajectory[1]), control, *scores)


@dataclass(slots=True)
class Cells:
    """Makes cell inputs from a world.

    Args:
        world: The world.
        parameters: Drawn parameters; their draws are the draws of the cells.
        horizon: Year of the trajectory.
        countries: Countries whose cells will be asked for.
    """

    world: World
    parameters: Parameters
    horizon: int
    countries: tuple[str, ...]
    ruler: Ruler = field(init=False)
    shares: Shares = field(init=False)
    _columns: dict[str, int] = field(init=False)
    _worlds: dict[str, tuple[Floats, Floats]] = field(default_factory=dict)
    _stability: dict[str, Floats] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.ruler = Ruler.draw(self.parameters)
        leaders = {leader for leader, _ in self.world.leaders.values()}
        known = [*self.countries, *sorted(leaders - set(self.countries))]
        self._columns = {country: column for column, country in enumerate(known)}
        self.shares = self._shares(tuple(known))

    def _shares(self, countries: tuple[str, ...]) -> Shares:
        """Need of each form; runs of one world on the same draws share it."""
        ranges = NeedRanges(
            gdp=_component(self.parameters, "gdp.factor"),
            form=self.parameters.value("gdp.form"),
            activity=_component(self.parameters, "need.activity"),
        )
        world, draws = self.world, self.draws
        return world.drawn(
            (draws.seed, draws.size, countries, ranges),
            lambda: need_shares(world, countries, draws.uniform, ranges, world.need_scale),
        )

    @property
    def draws(self) -> Draws:
        """The draws behind the cells."""
        return self.parameters.draws

    def inputs(self, form: str, country: str, projects: bool = True) -> CellInputs:
        """Drawn inputs of one cell.

        Args:
            form, country: The cell.
            projects: Whether to add what projects bring by the horizon.
        """
        world_total, reference_others = self._world(form)
        leader = self.world.leaders.get(form, ("", 0.0))[0]
        estimate = self.world.outputs[form, country]
        grade = self.grade(form, country)
        low = self.draws.estimate(estimate, "output", "low") * grade
        settled = bool(estimate.components)
        high = low if settled else self.draws.estimate(estimate, "output", "high") * grade
        years = self._years()
        addition = self._addition(form, country) if projects else np.zeros(self.draws.size)
        return CellInputs(
            low=low,
            high=high,
            need=self.shares[form][:, self._columns[country]] * world_total,
            reference=world_total if country == leader else reference_others,
            addition=addition * grade,
            retention=self.parameters.draw("retention") ** years,
            growth=self.growth(form),
            components=self.components(form, country),
            open=estimate.standing == "open" or self.world.world_output[form].standing == "open",
        )

    def grade(self, form: str, country: str) -> Floats:
        """Share of the output of a cell that meets the grade of the sectors, shape (draw,)."""
        return self.draws.between(self.world.grade[form], f"grade/{form}/{country}")

    def growth(self, form: str) -> Floats:
        """Growth of need and reference from the base year to the horizon, shape (draw,)."""
        growth = _log_between(self.world.growth[form], self.draws.kept(f"growth/{form}"))
        return np.asarray(growth ** self._years())

    def need(self, form: str, country: str) -> Floats | None:
        """Need today, or world need for ``WLD``, (draw,); ``None`` for an unknown country."""
        total, _ = self._world(form)
        if country == "WLD":
            return total
        column = self._columns.get(country)
        return None if column is None else np.asarray(self.shares[form][:, column] * total)

    def _years(self) -> float:
        """Time to the horizon over the time to 2030, for which growth and retention are given."""
        return (self.horizon - self.world.base_year) / (2030 - self.world.base_year)

    def components(self, form: str, country: str) -> Floats:
        """Components of control, shape (5, draw), in the order of `CONTROLS`."""
        place = (form, country)
        feed = 1 - self.draws.estimate(self.world.feed[place], "feed", "low")
        drawn = {
            "ownership": self._mix(self.world.ownership.get(place), form, country, "ownership"),
            "technology": self._mix(self.world.technology.get(place), form, country, "technology"),
            "throttle": self.draws.estimate(self.world.throttle[place], "throttle", "low"),
            "feed": feed,
            "governance": self._governance(country),
        }
        return np.stack([drawn[name] for name in CONTROLS])

    def _governance(self, country: str) -> Floats:
        """Political stability of a country, the same draws for all its cells."""
        if country not in self._stability:
            found = self.world.governance[country]
            self._stability[country] = self.draws.estimate(found, "governance", "low")
        return self._stability[country]

    def _mix(self, mix: Mix | None, form: str, country: str, name: str) -> Floats:
        parts = mix or {"unknown": 1.0}
        total = np.zeros(self.draws.size)
        for category, weight in parts.items():
            total += weight * self.category(category, form, country, name)
        return total

    def category(self, category: str, form: str, country: str, name: str) -> Floats:
        """Value of a category of control in a cell, shape (draw,).

        Args:
            category: domestic, joint, allied, dominant or unknown.
            form, country: The cell.
            name: ``ownership`` or ``technology``.
        """
        if category != "unknown":
            return self.parameters.draw(f"control.{category}")
        leader = self.world.leaders.get(form, ("", 0.0))[0]
        kind = "control.unknown.leader" if leader == country else "control.unknown"
        return self.parameters.draw(kind, f"unknown/{name}/{form}/{country}")

    def _world(self, form: str) -> tuple[Floats, Floats]:
        """World need at grade, and the reference of everyone but the leader."""
        if form not in self._worlds:
            world = self.world.world_output[form]
            grade = self.grade(form, "WLD")
            total = self.draws.estimate(world, "world", "low") * grade
            total = np.maximum(total, 1e-12)
            self._worlds[form] = total, self._reference(form, total)
        return self._worlds[form]

    def _reference(self, form: str, total: Floats) -> Floats:
        if form not in self.world.leaders:
            return total
        leader, _ = self.world.leaders[form]
        return self.reference(form, total, self.shares[form][:, self._columns[leader]] * total)

    def reference(self, form: str, total: Floats, leader_need: Floats) -> Floats:
        """Reference of everyone but the leader of a form, shape (draw,).

        Args:
            form: The form.
            total: World need, shape (draw,).
            leader_need: Need of the leader; where it is ``nan`` its share of output stands for it.
        """
        if form not in self.world.leaders:
            return total
        _, share = self.world.leaders[form]
        known = np.where(np.isnan(leader_need), share * total, leader_need)
        return self.ruler.reference(total, np.full(self.draws.size, share), known)

    def _addition(self, form: str, country: str) -> Floats:
        """Expected output of projects at the horizon, before grade."""
        total = np.zeros(self.draws.size)
        for plant in self.world.plants:
            here = plant.form == form and plant.country == country
            if here and plant.capacity and plant.status != "operating":
                total += self._project(plant)
        return total

    def full_addition(self, form: str, country: str) -> Floats:
        """Output of the projects of a cell if all are complete and at full output."""
        total = np.zeros(self.draws.size)
        for plant in self.world.plants:
            here = plant.form == form and plant.country == country
            if here and plant.capacity and plant.status not in ("operating", "cancelled"):
                total += plant.capacity * self.parameters.draw(
                    "utilisation", f"utilisation/{plant.id}"
                )
        return total

    def _project(self, plant: Plant) -> Floats:
        """``capacity x utilisation x P(complete) x P(delay <= time left) x ramp``."""
        draw = self.parameters.draw
        start = np.full(self.draws.size, plant.start or 0.0)
        if plant.start is None:
            start = self.world.base_year + draw("start.unknown", f"start/{plant.id}")
        left = np.maximum(0.0, self.horizon - start)
        months, spread = self.parameters.value("delay.months"), _log_sd(self.parameters)
        with np.errstate(divide="ignore"):
            in_time = normal_share((np.log(left * 12) - np.log(months)) / spread)
        ramp = np.clip((left - months / 12) / self.parameters.value("ramp.years"), 0.15, 1.0)
        share = ramp * in_time
        if plant.status == "ramping":
            share = np.maximum(0.0, 1.0 - draw("ramping.share")) * ramp
        completion = plant.completion
        done = (
            np.full(self.draws.size, completion)
            if completion is not None
            else draw(f"completion.{plant.status}", f"completion/{plant.id}")
        )
        size = _log_between(_size(plant), self.draws.uniform(f"capacity/{plant.id}"))
        used = draw("utilisation", f"utilisation/{plant.id}")
        return np.asarray(size * used * done * share)


def _size(plant: Plant) -> Component:
    capacity = plant.capacity or 0.0
    return Component(capacity, min(plant.low, capacity), max(plant.high, capacity))


def _component(parameters: Parameters, name: str) -> Component:
    if name in parameters.overrides:
        value = parameters.overrides[name]
        return Component(value, value, value)
    return Component(*ends(parameters.evidence.parameter(name)))


def _log_sd(parameters: Parameters) -> float:
    _, numbers = law_of(parameters.evidence.parameters["delay.months"]["distribution"])
    return numbers[0]


def _log_between(part: Component, uniform: Floats) -> Floats:
    if part.low <= 0 or part.low == part.high:
        return part.low + (part.high - part.low) * uniform
    return np.asarray(part.low * (part.high / part.low) ** uniform)
