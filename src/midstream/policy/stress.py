"""Stress: what the incumbent's counter-moves and an export control leave of a plan.

Each move is laid over the world with the plan and over the one without, on the same draws. It is
a sensitivity to moves that are assumed, never a forecast of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from midstream.chain.estimate import Floats
from midstream.chain.routes import routes
from midstream.evidence import Quantity
from midstream.policy.frame import Choice, OpenBench, Outcome
from midstream.policy.stress_cover import Shields, funded
from midstream.policy.stress_moves import MOVES, Laid, MoveKind, Plain
from midstream.policy.stress_telling import Teller, gain_quantity, stage_gains
from midstream.policy.worth_inputs import rests_on
from midstream.scenarios.frame import Project

#: Stages whose change is told.
MIDDLE = ("C2", "C3")
MONTHS_A_YEAR = 12


@dataclass(frozen=True, slots=True)
class Slip:
    """A project that an export control holds up.

    Attributes:
        project, form: Which.
        met: Share of draws in which it needs the equipment that is withheld.
        months: Months it starts later where it is met.
    """

    project: str
    form: str
    met: Quantity
    months: Quantity

    def to_dict(self) -> dict[str, Any]:
        """Give the row as JSON."""
        return {
            "project": self.project,
            "form": self.form,
            "met": self.met.to_dict(),
            "months": self.months.to_dict(),
        }


@dataclass(frozen=True, slots=True)
class Stressed:
    """A plan under one move.

    Attributes:
        id, name: The move.
        how: What is assumed, in words.
        verdict: Verdict where the move is laid over both worlds.
        changed: Whether that is another verdict than without the move.
        delta: Change of the C2 and C3 scores by the plan under the move.
        survival: Share of the tonnage the plan funds and would have at the horizon that is still
            there; no value where it funds nothing that stands.
        deliverable: Sovereign final form with the plan under the move, t a year.
        lost: The same without the move less with it.
        slips: Projects held up, under an export control.
        left_out: Forms in which the move cannot be followed: no price or tonnes on record.
        assumptions: Lineage ids of the parameters it rests on.
    """

    id: str
    name: str
    how: str
    verdict: str
    changed: bool
    delta: dict[str, Quantity]
    survival: Quantity
    deliverable: Quantity
    lost: Quantity
    slips: tuple[Slip, ...] = ()
    left_out: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Give the row as JSON."""
        return {
            "id": self.id,
            "name": self.name,
            "how": self.how,
            "verdict": self.verdict,
            "changed": self.changed,
            "delta": {stage: change.to_dict() for stage, change in self.delta.items()},
            "survival": self.survival.to_dict(),
            "deliverable": self.deliverable.to_dict(),
            "lost": self.lost.to_dict(),
            "slips": [one.to_dict() for one in self.slips],
            "left_out": list(self.left_out),
            "assumptions": list(self.assumptions),
        }


def stresses(
    bench: OpenBench, choice: Choice, moves: tuple[MoveKind, ...] = MOVES
) -> tuple[Stressed, ...]:
    """Run a plan again under each counter-move.

    Args:
        bench: Runs worlds.
        choice: The plan.
        moves: Moves, in the order of the answer.

    Returns:
        One row a move; empty where no form of the subject has a dominant supplier abroad.
    """
    tester = _Tester.of(bench, choice)
    if not any(tester.plain.leader(form) for form in tester.plain.forms):
        return ()
    return tuple(tester.row(move) for move in moves)


def survival_under_flood(
    bench: OpenBench, choice: Choice, scale: Mapping[str, float] | None = None
) -> Floats | None:
    """Share of the tonnage a plan funds that stands through a flood, shape (draw,).

    Starts are those of the plan as stated; only what shields it is scaled.

    Args:
        bench: Runs worlds.
        choice: The plan.
        scale: Lever -> multiple of its floors and stocks.

    Returns:
        The share, by draw; ``None`` where the plan funds nothing that stands at the horizon.
    """
    tester = _Tester.of(bench, choice, scale, {})
    laid = MOVES[0].lay(tester.plain)
    return tester.share_left(laid)


@dataclass(frozen=True, slots=True)
class _Tester:
    """The plan, its worlds before a move, and what it funds.

    Attributes:
        plain, plain_base: World with the plan and without.
        chosen: Projects the plan funds, shape (project,).
        base, plan: Outcomes without a move.
        unit: Unit of the final form of the chain.
    """

    bench: OpenBench
    choice: Choice
    teller: Teller
    plain: Plain
    plain_base: Plain
    chosen: NDArray[np.bool_]
    base: Outcome
    plan: Outcome
    unit: str

    @classmethod
    def of(
        cls,
        bench: OpenBench,
        choice: Choice,
        scale: Mapping[str, float] | None = None,
        abroad: Mapping[str, float] | None = None,
    ) -> _Tester:
        covered = float(bench.evidence.parameter("policy.stress.covered").value or 0.0)
        with_plan = bench.future(choice.levers, choice.without)
        held = Shields.of(choice, covered, scale)
        plain = Plain.of(bench, with_plan, held, abroad)
        without = bench.future((), choice.without)
        plain_base = replace(plain, found=without, shields=Shields(choice.subject))
        before = frozenset(one.id for one in plain_base.projects)
        return cls(
            bench=bench,
            choice=choice,
            teller=Teller.of(bench, choice),
            plain=plain,
            plain_base=plain_base,
            chosen=funded(choice.levers, plain.projects, before, choice.subject, plain.forms),
            base=bench.outcome((), choice.without),
            plan=bench.outcome(choice.levers, choice.without),
            unit=_unit(bench),
        )

    def row(self, move: MoveKind) -> Stressed:
        """Lay one move over both worlds."""
        bench, choice, teller = self.bench, self.choice, self.teller
        laid, laid_base = move.lay(self.plain), move.lay(self.plain_base)
        plan = bench.outcome(choice.levers, choice.without, stress=laid.stress)
        base = bench.outcome((), choice.without, stress=laid_base.stress)
        verdict = bench.verdict(base, plan)
        ids = move.parameters
        return Stressed(
            id=move.id,
            name=move.name,
            how=move.how,
            verdict=verdict,
            changed=verdict != bench.verdict(self.base, self.plan),
            delta={
                stage: gain_quantity(
                    teller,
                    stage_gains(base, plan, stage),
                    f"stress/{move.id}/delta/{stage}",
                    f"Change of the {stage} score under a move: {move.name}",
                    ids,
                )
                for stage in MIDDLE
            },
            survival=self._survival(move, laid),
            deliverable=self._tonnes(
                plan.sovereign, move, "deliverable", "Deliverable under a move"
            ),
            lost=self._tonnes(
                self.plan.sovereign - plan.sovereign, move, "lost", "Deliverable lost to a move"
            ),
            slips=self._slips(move, laid),
            left_out=laid.left_out,
            assumptions=move.parameters,
        )

    def _tonnes(self, draws: Floats, move: MoveKind, name: str, title: str) -> Quantity:
        how = "final form from own feed all the way, by draw"
        return self.teller.drawn(
            draws,
            self.unit,
            f"stress/{move.id}/{name}",
            f"{title}: {move.name}",
            how,
            move.parameters,
        )

    def _survival(self, move: MoveKind, laid: Laid) -> Quantity:
        name = f"stress/{move.id}/survival"
        title = f"Share of the plan's tonnage that is left: {move.name}"
        how = "tonnage that stands with the move over tonnage that stands without it"
        share = self.share_left(laid)
        if share is None:
            return self.teller.known(None, "share", name, title, how, move.parameters)
        return self.teller.drawn(share, "share", name, title, how, move.parameters)

    def share_left(self, laid: Laid) -> Floats | None:
        """Share of the funded tonnage standing at the horizon that a move leaves, (draw,).

        Draws in which nothing stands are left out, and forms in which it cannot be followed.
        """
        plain = self.plain
        told = np.array([one.form not in laid.left_out for one in plain.projects], dtype=bool)
        size = np.array([one.capacity for one in plain.projects]) * (self.chosen & told)
        stands = (plain.start < self.bench.horizon + 1) * size
        total = stands.sum(axis=1)
        if not (total > 0).any():
            return None
        left = stands * self._chance(laid)
        there = total > 0
        return np.asarray(left.sum(axis=1)[there] / total[there])

    def _chance(self, laid: Laid) -> Floats:
        """Chance that a project stands under a move, shape (draw, project)."""
        plain = self.plain
        if laid.chance:
            ones = np.ones(self.bench.draws)
            return np.stack([laid.chance.get(one.id, ones) for one in plain.projects], axis=1)
        if not (laid.stress.log_odds or laid.stress.delay_factor or laid.stress.slip):
            return np.ones_like(plain.start)
        levers, without = self.choice.levers, self.choice.without
        paths = self.bench.future(levers, without, stress=laid.stress).paths
        return np.asarray(paths.start < self.bench.horizon + 1, dtype=float)

    def _slips(self, move: MoveKind, laid: Laid) -> tuple[Slip, ...]:
        """Projects that start later by a move that adds years."""
        if not laid.stress.slip or not laid.exposed:
            return ()
        found = [one for one in self.plain.projects if laid.exposed.get(one.id) is not None]
        return tuple(self._slip(move, laid, one) for one in found if laid.exposed[one.id].any())

    def _slip(self, move: MoveKind, laid: Laid, project: Project) -> Slip:
        met = laid.exposed[project.id]
        stem, named = f"stress/{move.id}/{project.id}", self.bench.world.names.form(project.form)
        share = self.teller.known(
            float(met.mean()),
            "share",
            f"{stem}/met",
            f"Draws in which a project needs equipment that is withheld: {project.id}, {named}",
            "share of draws",
            (*rests_on(project), *move.parameters),
        )
        months = self.teller.drawn(
            MONTHS_A_YEAR * laid.stress.slip[project.id][met > 0],
            "month",
            f"{stem}/months",
            f"Months a project starts later: {project.id}, {named}",
            "mean over the draws in which it is met",
            (*rests_on(project), *move.parameters),
        )
        return Slip(project.id, project.form, share, months)


def _unit(bench: OpenBench) -> str:
    """Unit of the final form of the chain."""
    found = routes(bench.evidence, bench.world).get(bench.chain)
    return found.counted[-1].unit if found and found.counted else "t/yr"
