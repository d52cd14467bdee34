"""Counter-moves as nudges over a world: flood, squeeze, licence queue, ban, export control.

A move never helps: a squeeze raises prices and so helps projects elsewhere, which is left out, so
that what is shown is what a plan has to bear. A flood, a squeeze and a queue end with the horizon,
where the outcome is read; a ban and an export control fall into construction.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from midstream.chain.estimate import Floats
from midstream.counterstrategy.sampling import Sampling
from midstream.policy.flow import Line
from midstream.policy.frame import OpenBench, Stress
from midstream.policy.others_trade import sides_of
from midstream.policy.stress_cover import Shields
from midstream.policy.stress_feed import kept_shares, lines_of, links
from midstream.policy.stress_flood import flood_of, flooded, later_entrants
from midstream.scenarios.frame import Project
from midstream.scenarios.simulated import Simulated
from midstream.scorecard.draws import Draws, Parameters

#: Standings of projects that make something already.
RUNNING = frozenset({"ramping", "operating"})


@dataclass(frozen=True, slots=True)
class Plain:
    """A world before a move.

    Attributes:
        bench: Draws, years and evidence.
        found: The run.
        lines: Chains that end in the final form.
        forms: Forms of the subject that are looked at.
        shields: What the plan holds; nothing in the world without it.
        abroad: Share of its feed from abroad that the dominant supplier sells, by form.
    """

    bench: OpenBench
    found: Simulated
    lines: tuple[Line, ...]
    forms: tuple[str, ...]
    shields: Shields
    abroad: Mapping[str, float]

    @classmethod
    def of(
        cls,
        bench: OpenBench,
        found: Simulated,
        shields: Shields,
        abroad: Mapping[str, float] | None = None,
    ) -> Plain:
        """A run, looked at in the forms of the subject's projects and all that goes into them.

        Args:
            bench: Draws, years and evidence.
            found: The run.
            shields: What the plan holds.
            abroad: As the attribute; read from trade where left out.
        """
        lines = lines_of(bench)
        made = {one.form for one in found.paths.projects if one.country == bench.subject}
        made |= {step.form for line in lines for step in line.steps}
        feed = {form for form, uses in bench.world.uses.items() if {u.output for u in uses} & made}
        forms = tuple(form for form in bench.world.forms if form in made | feed)
        read = foreign_shares(bench, lines) if abroad is None else abroad
        return cls(bench, found, lines, forms, shields, read)

    @property
    def projects(self) -> tuple[Project, ...]:
        """Projects."""
        return self.found.paths.projects

    @property
    def start(self) -> Floats:
        """Start, ``inf`` where never completed, shape (draw, project)."""
        return self.found.paths.start

    def leader(self, form: str) -> str:
        """Dominant supplier of a form; blank where there is none or it is the subject."""
        leader = self.bench.world.leaders.get(form, ("", 0.0))[0]
        return "" if leader == self.bench.subject else leader

    def hit(self, form: str = "") -> list[int]:
        """Numbers of the subject's projects a dominant supplier abroad can hit."""
        return [
            number
            for number, one in enumerate(self.projects)
            if one.country == self.bench.subject
            and one.form in self.forms
            and form in ("", one.form)
            and self.leader(one.form) not in ("", one.owner)
        ]

    def building(self) -> list[int]:
        """Numbers of those that are not yet running today."""
        return [n for n in self.hit() if self.projects[n].standing not in RUNNING]

    @property
    def sampling(self) -> Sampling:
        """Draws of the room of counter-moves, one set a draw."""
        frame = self.bench.frame
        return Sampling(self.bench.evidence, frame.seed, frame.draws, frame.draws)

    def drawn(self, name: str) -> Floats:
        """A parameter of this room, shape (draw,)."""
        frame = self.bench.frame
        parameters = Parameters(self.bench.evidence, Draws(frame.seed, frame.draws))
        return parameters.draw(f"policy.stress.{name}")

    def value(self, name: str) -> float:
        """Central value of a parameter of this room."""
        return float(self.bench.evidence.parameter(f"policy.stress.{name}").value or 0.0)

    def exposed(self, number: int) -> Floats:
        """Whether a project needs equipment of the dominant supplier, 0 or 1, shape (draw,).

        Technology on record decides; without one it is a chance, less what the plan brings in.
        """
        project, sampling = self.projects[number], self.sampling
        chance = sampling.value("ban.exposed")
        if project.technology:
            chance = 1.0 if project.technology == self.leader(project.form) else 0.0
        chance *= self.shields.needed(project)
        return (sampling.uniform(f"{project.id}/exposed") < chance).astype(float)


@dataclass(frozen=True, slots=True)
class Laid:
    """A move laid over a world.

    Attributes:
        stress: The nudge.
        chance: Chance that a project that stands without the move stands with it at the horizon,
            by id, shape (draw,); empty where the run itself tells.
        exposed: Whether a move meets a project, by id, shape (draw,); empty where it is no matter
            of chance.
        left_out: Forms with a dominant supplier abroad in which the move cannot be followed,
            because no price or no tonnes are on record.
    """

    stress: Stress
    chance: Mapping[str, Floats]
    exposed: Mapping[str, Floats]
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MoveKind:
    """A kind of counter-move.

    Attributes:
        id, name: Names.
        how: What is assumed, in words.
        lay: Lays it over a world.
        parameters: Ids of the parameters it rests on.
    """

    id: str
    name: str
    how: str
    lay: Callable[[Plain], Laid]
    parameters: tuple[str, ...]


def flood(plain: Plain) -> Laid:
    """Prices of all forms fall for some years up to the horizon."""
    bench = plain.bench
    at = bench.frame.years.index(bench.horizon)
    alive: dict[str, Floats] = {}
    slip: dict[str, Floats] = {}
    chance: dict[str, Floats] = {}
    entrants: dict[str, Floats] = {}
    left_out: list[str] = []
    for form in plain.forms:
        found = flood_of(bench, form)
        if found is None:
            left_out += [form] if plain.leader(form) else []
            continue
        entrants[form] = later_entrants(bench, found, plain.shields)
        numbers = plain.hit(form)
        members = tuple(plain.projects[number] for number in numbers)
        if not members:
            continue
        met = flooded(bench, found, members, plain.start[:, numbers], plain.shields)
        for number, project in enumerate(members):
            nerve = bench.frame.uniform(f"stress/{project.id}/nerve")
            stands = met.chance[:, :, number]
            alive[project.id] = (nerve[:, None] < stands).astype(float)
            slip[project.id] = met.slip[:, number]
            there = plain.start[:, numbers[number]] + met.slip[:, number] < bench.horizon + 1
            chance[project.id] = stands[:, at] * there
    stress = Stress("flood", "Flood", alive=alive, slip=slip, entrants=entrants)
    return Laid(stress, chance, {}, tuple(left_out))


def _withheld(plain: Plain, id: str, name: str, depth: float, years: float) -> Laid:
    """Feed the dominant supplier sells abroad stays away in the last years of the run.

    What is made of it falls to what own feed, feed under contract and the rest from abroad allow.
    """
    bench = plain.bench
    ends = bench.horizon + 1
    parts = np.clip(np.array(bench.frame.years) + 1 - (ends - years), 0.0, 1.0)
    feed = {
        form: parts * depth * share * (1 - plain.shields.stocked(form, years))
        for form, share in plain.abroad.items()
    }
    kept = kept_shares(plain.found, bench.subject, plain.lines, feed)
    return Laid(Stress(id, name, feed=feed, kept=kept), {}, {})


def foreign_shares(bench: OpenBench, lines: tuple[Line, ...]) -> dict[str, float]:
    """Share of the subject's purchases of a feed abroad that the dominant supplier sells, 0..1.

    By reported trade; where none is on file, the supplier's share of world output. Only feeds
    with a dominant supplier abroad.
    """
    world, found = bench.world, dict[str, float]()
    for feed in dict.fromkeys(feed for feed, _, _ in links(lines)):
        leader, share = world.leaders.get(feed, ("", 0.0))
        if leader in ("", bench.subject):
            continue
        sellers = sides_of(bench.evidence, world, feed, bench.subject).sellers
        found[feed] = sellers.get(leader, 0.0) if sellers else share
    return found


def squeeze(plain: Plain) -> Laid:
    """A part of exports is withheld for some years."""
    depth, years = plain.value("squeeze.depth"), plain.value("squeeze.years")
    return _withheld(plain, "squeeze", "Squeeze", depth, years)


def licence_queue(plain: Plain) -> Laid:
    """Licences let a part of exports pass for a while."""
    admitted = plain.sampling.value("queue.admitted")
    years = plain.sampling.value("queue.years")
    return _withheld(plain, "licence-queue", "Licence queue", 1 - admitted, years)


def technology_ban(plain: Plain) -> Laid:
    """Equipment and know-how are withheld: exposed projects lose odds and time."""
    sampling = plain.sampling
    taken, late = sampling.shared("ban.log-odds"), sampling.shared("ban.delay")
    log_odds: dict[str, Floats] = {}
    delay: dict[str, Floats] = {}
    met: dict[str, Floats] = {}
    for number in plain.building():
        name, exposed = plain.projects[number].id, plain.exposed(number)
        log_odds[name], delay[name], met[name] = -taken * exposed, 1 + late * exposed, exposed
    stress = Stress("technology-ban", "Technology ban", log_odds=log_odds, delay_factor=delay)
    return Laid(stress, {}, met)


def export_control(plain: Plain) -> Laid:
    """Equipment is held up while projects are being built: exposed ones start later.

    The control meets each project in its construction; the equipment comes when it is over or
    has been found elsewhere.
    """
    years = plain.drawn("control.years")
    slip: dict[str, Floats] = {}
    met: dict[str, Floats] = {}
    for number in plain.building():
        name, exposed = plain.projects[number].id, plain.exposed(number)
        slip[name], met[name] = years * exposed, exposed
    stress = Stress("export-control", "Export control during construction", slip=slip)
    return Laid(stress, {}, met)


def _names(*names: str) -> tuple[str, ...]:
    return tuple(f"par:{name}" for name in names)


MOVES: tuple[MoveKind, ...] = (
    MoveKind(
        "flood",
        "Flood",
        "the dominant supplier of each form sells below the usual price for some years that end "
        "with the horizon; floors on record and those of the plan count",
        flood,
        _names("counter.flood.cut", "counter.shown.years", "counter.buffer", "counter.patience"),
    ),
    MoveKind(
        "squeeze",
        "Squeeze",
        "a part of the dominant supplier's exports of feed stays away for some years that end "
        "with the horizon; stocks of the plan count, the higher price is left out",
        squeeze,
        _names("policy.stress.squeeze.depth", "policy.stress.squeeze.years"),
    ),
    MoveKind(
        "licence-queue",
        "Licence queue",
        "licences let a part of exports of feed pass in the last year; stocks of the plan count",
        licence_queue,
        _names("counter.queue.admitted", "counter.queue.years"),
    ),
    MoveKind(
        "technology-ban",
        "Technology ban",
        "projects that need the dominant supplier's equipment lose odds and time",
        technology_ban,
        _names("counter.ban.log-odds", "counter.ban.delay", "counter.ban.exposed"),
    ),
    MoveKind(
        "export-control",
        "Export control during construction",
        "equipment is held up while each project that needs it is being built",
        export_control,
        _names("policy.stress.control.years", "counter.ban.exposed"),
    ),
)
