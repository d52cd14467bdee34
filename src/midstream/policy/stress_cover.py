"""What a plan holds against counter-moves: floors over a share of output, stocks, technology."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from midstream.counterstrategy.field import Field
from midstream.policy.frame import Choice, Lever, LeverEffect
from midstream.scenarios.frame import Project

#: Unit of a cover that is a share of output; any other is a volume a year.
SHARE = "share"
MONTHS_A_YEAR = 12
#: Kinds of effects by which a plan stands behind projects of the record.
STANDS_BEHIND = frozenset({"completion", "delay", "floor", "cover", "remove"})
#: Kinds whose target names a facility.
NAMED = frozenset({"completion", "delay", "cover", "remove"})


@dataclass(frozen=True, slots=True)
class Floor:
    """A floor price of a lever.

    Attributes:
        effect: The effect that names the floor.
        height: USD per kg.
        share: Share of output under it, 0..1; ``None`` where a volume is named.
        volume: Output under it in units of the form a year; ``None`` where a share is named.
    """

    effect: LeverEffect
    height: float
    share: float | None
    volume: float | None

    def part(self, capacity: float) -> float:
        """Share of output covered of projects with some capacity together."""
        if self.share is not None:
            return min(1.0, self.share)
        return min(1.0, (self.volume or 0.0) / capacity) if capacity > 0 else 0.0


@dataclass(frozen=True, slots=True)
class Shields:
    """All that a plan holds against counter-moves.

    Attributes:
        subject: Country of the plan.
        floors: Floors.
        months: Months of use in stock, by form.
        technology: Effects that bring technology from elsewhere, with their sizes 0..1.
    """

    subject: str
    floors: tuple[Floor, ...] = ()
    months: Mapping[str, float] | None = None
    technology: tuple[tuple[LeverEffect, float], ...] = ()

    @classmethod
    def of(
        cls, choice: Choice, covered: float, scale: Mapping[str, float] | None = None
    ) -> Shields:
        """Read what the levers of a choice hold.

        Args:
            choice: The plan; most likely sizes are taken.
            covered: Share of output under a floor whose lever names none.
            scale: Lever -> multiple of its effect: of the share or volume under a floor, of the
                months in stock, and of the technology.
        """
        floors: list[Floor] = []
        months: dict[str, float] = {}
        technology: list[tuple[LeverEffect, float]] = []
        for lever in choice.levers:
            factor = (scale or {}).get(lever.id, 1.0)
            floors += _floors(lever, covered, factor)
            for effect in lever.effects:
                size = factor * (effect.mode or 0.0)
                if effect.kind == "buffer" and effect.country in ("", choice.subject):
                    months[effect.form] = months.get(effect.form, 0.0) + size
                elif effect.kind == "technology":
                    technology.append((effect, min(1.0, size)))
        return cls(choice.subject, tuple(floors), months, tuple(technology))

    def over(self, field: Field, projects: Sequence[Project]) -> Field:
        """Put the floors on the entrants they are meant for, beside covers on record.

        A unit of output under two floors has the higher one.

        Args:
            field: Entrants in the order of ``projects``.
            projects: Projects behind them.
        """
        for floor in self.floors:
            hit = np.array([meant(floor.effect, one, self.subject) for one in projects], dtype=bool)
            capacity = sum(
                one.capacity for one, is_hit in zip(projects, hit, strict=True) if is_hit
            )
            share = floor.part(capacity)
            if share > 0:
                field = field.with_cover(share, floor.height, hit)
        return field

    def stocked(self, form: str, years: float) -> float:
        """Share of a shortfall of some years that the stock of a form meets, 0..1."""
        held = (self.months or {}).get(form, 0.0)
        return min(1.0, held / (MONTHS_A_YEAR * years)) if years > 0 else 1.0

    def needed(self, project: Project) -> float:
        """Part of a project's need for the incumbent's technology that is left, 0..1."""
        left = 1.0
        for effect, size in self.technology:
            if meant(effect, project, self.subject):
                left *= 1 - size
        return left


def _floors(lever: Lever, covered: float, factor: float) -> list[Floor]:
    """Floors of a lever, each with the cover of the same lever and form."""
    found = []
    for effect in lever.effects:
        if effect.kind != "floor" or effect.mode is None:
            continue
        cover = next(
            (
                one
                for one in lever.effects
                if one.kind == "cover" and one.form == effect.form and one.mode is not None
            ),
            None,
        )
        share: float | None = covered * factor
        volume: float | None = None
        if cover is not None and cover.mode is not None:
            size = cover.mode * factor
            share, volume = (size, None) if cover.unit == SHARE else (None, size)
        found.append(Floor(effect, effect.mode, share, volume))
    return found


def meant(effect: LeverEffect, project: Project, subject: str) -> bool:
    """Whether an effect is meant for a project: by country, form, standing and facility."""
    named = effect.target if effect.kind in NAMED else ""
    return (
        project.country == (effect.country or subject)
        and effect.form in ("", project.form)
        and effect.standing in ("", project.standing)
        and named in ("", project.facility, project.id)
    )


def funded(
    levers: Sequence[Lever],
    projects: Sequence[Project],
    before: frozenset[str],
    subject: str,
    forms: Sequence[str],
) -> NDArray[np.bool_]:
    """Which projects a plan funds, shape (project,).

    Those it adds, and those of the subject its effects on completion, delay or price are meant
    for or that the record holds for it; where it has neither, all projects of the subject in the
    forms it aims at.

    Args:
        levers: The plan.
        projects: Projects of the world with the plan.
        before: Ids of those of the world without.
        subject: Country.
        forms: Forms that are looked at.
    """
    acting = [
        effect for lever in levers for effect in lever.effects if effect.kind in STANDS_BEHIND
    ]
    aimed = {form for lever in levers for form in lever.forms}
    own = np.array([one.country == subject and one.form in forms for one in projects], dtype=bool)
    held = np.array(
        [
            one.id not in before or any(meant(effect, one, subject) for effect in acting)
            for one in projects
        ],
        dtype=bool,
    )
    if (own & held).any():
        return np.asarray(own & held)
    return np.asarray(own & np.array([one.form in aimed for one in projects], dtype=bool))
