"""Effects of levers as they act, and the projects they speak of, add or change."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from midstream.chain.estimate import Floats, triangular
from midstream.chain.holding import category
from midstream.policy.frame import Lever, LeverEffect
from midstream.policy.ground import Ground
from midstream.scenarios import drivers as driving
from midstream.scenarios.frame import Frame, Place, Project
from midstream.scenarios.outlook_future import CounterEffects

#: A smaller multiple of a stated effect is nothing.
LEAST = 1e-9
#: Kinds that change a run; floors and buffers only tell under a stress test.
ACTING = frozenset(
    {
        "driver", "entrants", "completion", "delay", "project", "remove", "feed", "recycled",
        "technology", "ownership", "demand", "retain",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Acting:
    """An effect as it acts in a world.

    Attributes:
        effect: The effect.
        size: Its drawn size times its scale, shape (draw,); ones where it has no law.
        scale: Multiple of the stated effect.
        since: Year from which it acts.
        country: Where.
    """

    effect: LeverEffect
    size: Floats
    scale: float
    since: float
    country: str


def drawn_size(frame: Frame, effect: LeverEffect) -> Floats:
    """Draw the stated size of an effect, shape (draw,); ones where it has no law."""
    if effect.low is None or effect.mode is None or effect.high is None:
        return np.ones(frame.draws)
    uniform = frame.uniform(f"lever/{effect.id}")
    return triangular(uniform, effect.low, effect.mode, effect.high)


def acting(
    frame: Frame,
    subject: str,
    levers: Sequence[Lever],
    scale: Mapping[str, float],
    starts: Mapping[str, float],
) -> tuple[Acting, ...]:
    """Effects of some levers, in the order of the levers.

    What the record holds for a lever is there already: such a lever adds nothing of its own.
    """
    found = []
    for lever in levers:
        if lever.in_base:
            continue
        factor = scale.get(lever.id, 1.0)
        since = starts.get(lever.id, lever.start) + lever.lag
        for effect in lever.effects:
            if effect.kind in ACTING and effect.kind != "remove" and factor > LEAST:
                size = factor * drawn_size(frame, effect)
                place = effect.country or subject
                found.append(Acting(effect, size, factor, since, place))
    return tuple(found)


#: Ids of projects that levers add start with this.
PREFIX = "lever/"


def project_id(effect: LeverEffect) -> str:
    """Id of the project that an effect adds, where it adds one."""
    return f"{PREFIX}{effect.id}"


def project_of(act: Acting, release: float) -> Project:
    """The project that an effect adds, of domestic owners; its target names the technology.

    It is promised for the year the effect acts from, and not before the release: a plant that a
    lever brings is not overdue.
    """
    effect = act.effect
    ends = [act.scale * (end or 0.0) for end in (effect.low, effect.mode, effect.high)]
    return Project(
        id=project_id(effect),
        facility="",
        form=effect.form,
        country=act.country,
        region="",
        capacity=ends[1],
        low=ends[0],
        high=ends[2],
        standing=effect.standing or "announced",
        plan=max(act.since, release),
        owner=act.country,
        technology=effect.target or act.country,
        completion=None,
        lineage=(effect.id,),
    )


def fits(act: Acting, project: Project) -> bool:
    """Whether an effect speaks of a project."""
    effect = act.effect
    return (
        project.country == act.country
        and effect.form in ("", project.form)
        and effect.standing in ("", project.standing)
    )


def reaches(act: Acting, project: Project) -> bool:
    """Whether an effect on odds or dates speaks of a project, or of a facility by name."""
    named = act.effect.target if act.effect.kind != "driver" else ""
    return fits(act, project) and named in ("", project.facility, project.id)


def at_place(act: Acting, place: Place) -> bool:
    """Whether an effect speaks of later entrants of a cell; standings are of projects."""
    return act.effect.form in ("", place[0]) and place[1] == act.country


def driven(effect: driving.Effect, form: str, standing: str) -> bool:
    """Whether an effect of a driver speaks of projects of a form and standing."""
    stands = not effect.standings or standing in effect.standings
    return stands and (not effect.forms or form in effect.forms)


def held_by(effect: LeverEffect, projects: Sequence[Project], subject: str) -> list[int]:
    """Numbers of the projects of the record that an effect of the kind ``remove`` stands for."""
    if effect.kind != "remove":
        return []
    country = effect.country or subject
    return [
        number
        for number, one in enumerate(projects)
        if effect.target in (one.facility, one.id)
        or (
            not effect.target
            and one.country == country
            and effect.form == one.form
            and effect.standing in ("", one.standing)
            and not one.id.startswith(PREFIX)
        )
    ]


def holder(ground: Ground, act: Acting, project: Project) -> str:
    """Country that holds a project once a lever acts: of the category or country named."""
    wanted, leaders = act.effect.target, ground.world.leaders
    dominant = leaders[project.form][0] if project.form in leaders else None
    kinds: Mapping[str, Callable[[], str]] = {
        "domestic": lambda: project.country,
        "dominant": lambda: dominant or "",
        "unknown": lambda: "",
        "allied": lambda: _ally(ground, project, dominant),
    }
    return kinds[wanted]() if wanted in kinds else wanted


def _ally(ground: Ground, project: Project, dominant: str | None) -> str:
    """Any country whose category is allied, seen from a project."""
    return next(
        (
            country
            for country in ground.world.countries
            if category(country, project.country, dominant) == "allied"
        ),
        "",
    )


@dataclass(frozen=True, slots=True)
class Joined:
    """Counter-moves on the projects of the record and on those that levers add."""

    alive: Floats
    log_odds: Floats
    delay_factor: Floats
    assumptions: tuple[str, ...]

    @classmethod
    def of(cls, first: object, second: object) -> Joined:
        """Put them side by side on the project axis."""

        def joined(name: str) -> Floats:
            return np.concatenate([getattr(first, name), getattr(second, name)], axis=-1)

        assumed = dict.fromkeys((*_names(first), *_names(second)))
        return cls(joined("alive"), joined("log_odds"), joined("delay_factor"), tuple(assumed))

    @classmethod
    def standing(cls, effects: CounterEffects, alive: Floats) -> Joined:
        """The same moves with other shares of output kept."""
        return cls(alive, effects.log_odds, effects.delay_factor, tuple(effects.assumptions))


def _names(effects: object) -> tuple[str, ...]:
    found: tuple[str, ...] = getattr(effects, "assumptions", ())
    return found
