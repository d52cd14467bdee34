"""A bench with round numbers, levers and runs of its own, for tests of stress, flips and facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from midstream.chain.estimate import Floats
from midstream.chain.routes import Step
from midstream.chain.streams import stratified
from midstream.chain.world import World
from midstream.evidence import Evidence, Ledger
from midstream.policy.bench import Bench
from midstream.policy.choose import resolve
from midstream.policy.flow import Line
from midstream.policy.frame import STAGES, Choice, Lever, LeverEffect, OpenBench, Outcome, Stress
from midstream.policy.ground import Asked
from midstream.policy.verdict import Rule, judged
from midstream.scenarios.frame import Frame, Needs, Paths, Project
from midstream.scenarios.limits import Limited
from midstream.scenarios.nudge import Nudge
from midstream.scenarios.simulated import Simulated
from midstream.study import Study

SUBJECT, FORM = "IND", "ndpr-oxide"
YEARS = Frame(1, 1, 2024).years


def effect(id: str = "effect", **changed: Any) -> LeverEffect:
    """An effect on completion of size 1."""
    given: dict[str, Any] = {
        "lever": "lever",
        "kind": "completion",
        "target": "",
        "form": "",
        "country": "",
        "standing": "",
        "low": 1.0,
        "mode": 1.0,
        "high": 1.0,
        "unit": "log-odds",
        "source": (),
        "standing_of_fact": "assumed",
    }
    if "mode" in changed:
        given |= {"low": changed["mode"], "high": changed["mode"]}
    return LeverEffect(id=id, **{**given, **changed})


def lever(id: str = "lever", *effects: LeverEffect, **changed: Any) -> Lever:
    """A lever of India."""
    given: dict[str, Any] = {
        "name": f"Lever {id}",
        "country": SUBJECT,
        "stages": ("C2",),
        "forms": (FORM,),
        "payers": (),
        "instrument": "",
        "cost": None,
        "currency": "USD",
        "price_year": 2025,
        "start": 2026.0,
        "lag": 0.0,
        "prerequisites": (),
        "excludes": (),
        "in_base": False,
        "source": (),
        "standing_of_fact": "assumed",
        "note": "",
    }
    return Lever(id=id, effects=effects, **{**given, **changed})


def choice(*levers: Lever) -> Choice:
    """A choice of India against the base as it is."""
    return Choice(levers, (), SUBJECT)


def project(id: str = "line", **changed: Any) -> Project:
    """A funded project of 1,000 t of NdPr oxide in India."""
    given: dict[str, Any] = {
        "facility": "",
        "form": FORM,
        "country": SUBJECT,
        "region": "",
        "capacity": 1000.0,
        "low": 1000.0,
        "high": 1000.0,
        "standing": "funded",
        "plan": 2028.0,
        "owner": SUBJECT,
        "technology": "",
        "completion": None,
        "lineage": (),
    }
    return Project(id=id, **{**given, **changed})


def run(
    outputs: Mapping[tuple[str, str], float] | None = None,
    projects: Sequence[Project] = (),
    start: Floats | None = None,
    needs: Mapping[tuple[str, str], float] | None = None,
    draws: int = 1,
    nudge: Nudge | None = None,
) -> Simulated:
    """A run in which every place makes the same in every year and draw."""
    frame, made, wanted = Frame(1, draws, 2024), outputs or {}, needs or {}
    shape = (draws, len(frame.years))

    def filled(values: Mapping[tuple[str, str], float]) -> Floats:
        return np.broadcast_to(np.array(list(values.values())), (*shape, len(values))).copy()

    starts = np.full((draws, len(projects)), 2028.0) if start is None else start
    paths = Paths(
        frame=frame,
        places=tuple(made),
        projects=tuple(projects),
        capacity=filled(made),
        output=filled(made),
        base=filled(made),
        complete=np.isfinite(starts),
        start=starts,
        counted=np.ones(len(made), dtype=bool),
    )
    need = Needs(frame, tuple(wanted), filled(wanted), ((),) * len(wanted))
    return Simulated(need, Limited(paths, (), ()), nudge=nudge or Nudge())


def line(*steps: tuple[str, float], draws: int = 1) -> Line:
    """A chain of forms with units of each in one of the final form."""
    made = tuple(Step(form, "", "t/yr", None, None, ()) for form, _ in steps)
    amounts = np.array([[amount] * draws for _, amount in steps])
    return Line("made", made, amounts, {})


@dataclass
class MadeBench:
    """A stage gains ``scale x mode x (.5 + u)`` by a lever that names it, u even on 0..1.

    C2 and C3 share ``u``. A lever that starts ``d`` years later than 2026 does ``1 - d / 10`` of
    it; log-odds on a project ``line`` are added to the gain of C2 as they are. The sovereign flow
    is ten times the gain of C2 over what is there already.
    """

    evidence: Evidence
    world: World
    size: int = 400
    chain: str = ""
    runs: Mapping[str, Simulated] = field(default_factory=dict)
    subject: str = SUBJECT
    horizon: int = 2035
    sector: str = "rare-earth-magnets"

    def __post_init__(self) -> None:
        self.ledger = Ledger(base=self.world.ledger)
        self.frame = Frame(1, self.size, 2024)

    @property
    def draws(self) -> int:
        return self.size

    @property
    def spread(self) -> Floats:
        return 0.5 + stratified(1, "made", self.size)

    def outcome(
        self,
        levers: Sequence[Lever],
        *_: Any,
        scale: Mapping[str, float] | None = None,
        starts: Mapping[str, float] | None = None,
        stress: Stress | None = None,
        **__: Any,
    ) -> Outcome:
        score = np.full((self.size, len(STAGES)), 2.0)
        for one in levers:
            late = max(0.0, (starts or {}).get(one.id, one.start) - 2026.0)
            left = (scale or {}).get(one.id, 1.0) * max(0.0, 1 - late / 10)
            for part in one.effects:
                if part.kind == "completion":
                    gain = left * (part.mode or 0.0) * self.spread
                    score[:, STAGES.index(part.target)] += gain
        if stress is not None and levers:
            score[:, 1] += stress.log_odds.get("line", 0.0)
        flow = 10 * (score[:, 1] + score[:, 2])
        names = tuple(one.id for one in levers)
        return Outcome(names, score, score, score, flow, flow, flow, flow, flow, score)

    def future(self, levers: Sequence[Lever], *_: Any, **__: Any) -> Simulated:
        default = run(projects=self.projects(levers), draws=self.size)
        return self.runs.get("plan" if levers else "base", default)

    def projects(self, levers: Sequence[Lever], *_: Any) -> tuple[Project, ...]:
        return (project("line"),) if any(one.id == "lines" for one in levers) else ()

    def sizes(self, lever: Lever) -> Mapping[str, Floats]:
        return {one.id: self.spread * (one.mode or 0.0) for one in lever.effects}

    def verdict(self, base: Outcome, outcome: Outcome, delta: float | None = None) -> str:
        return judged(base, outcome, Rule.of(self.evidence, delta)).verdict


def real(
    study: Study, *names: str, subject: str = SUBJECT, draws: int = 60
) -> tuple[OpenBench, Choice]:
    """The real bench of a study with few draws, and a choice of levers and packages on file."""
    config = study.config
    chains, incumbents = tuple(config.chains), tuple(config.incumbents)
    asked = Asked(subject, "rare-earth-magnets", chains, incumbents, draws, 1)
    bench = Bench(study.evidence, study.world, asked, Ledger(base=study.ledger))
    chosen = resolve(study.evidence, names) if names else Choice((), (), subject)
    return bench, chosen
