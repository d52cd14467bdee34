"""Small outcomes made by hand: one form in one country, and a frame of few draws."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from midstream.chain.estimate import Floats
from midstream.scenarios.frame import Frame, Needs, Paths, Project
from midstream.scenarios.regions_met import Outcome, Plants

FORM, HOME, AWAY, LEADER = "ndfeb-magnet", "IND", "USA", "CHN"


def project(name: str, *, facility: str = "", country: str = HOME, **parts: object) -> Project:
    """A project with what a test does not care about filled in."""
    given: dict[str, object] = {
        "form": FORM,
        "region": "",
        "capacity": 100.0,
        "low": 100.0,
        "high": 100.0,
        "standing": "funded",
        "plan": 2028.0,
        "owner": "",
        "technology": "",
        "completion": None,
        "lineage": (),
    }
    return Project(id=name, facility=facility, country=country, **(given | parts))  # type: ignore[arg-type]


def outcome(
    home: Sequence[float],
    need: Sequence[float],
    *,
    away: float = 0.0,
    leader: float = 0.0,
    unnamed: float = 0.0,
    projects: Sequence[Project] = (),
    complete: Floats | None = None,
    start: Floats | None = None,
    plants: Plants | None = None,
    incumbents: tuple[str, ...] = (LEADER,),
) -> Outcome:
    """An outcome of one year with given output (and twice that capacity) at home by draw."""
    draws = len(home)
    frame = Frame(1, draws, 2034, 2035)
    output = np.zeros((draws, 1, 3))
    output[:, 0, 0], output[:, 0, 1], output[:, 0, 2] = home, away, leader
    blank = np.zeros((draws, len(projects)))
    paths = Paths(
        frame=frame,
        places=((FORM, HOME), (FORM, AWAY), (FORM, LEADER)),
        projects=tuple(projects),
        capacity=2 * output,
        output=output,
        base=output,
        complete=blank.astype(bool) if complete is None else complete.astype(bool),
        start=blank + np.inf if start is None else start,
        counted=np.ones(3, dtype=bool),
    )
    needs = Needs(frame, ((FORM, HOME),), np.asarray(need, float)[:, None, None], ((),))
    return Outcome(
        focus=HOME,
        incumbents=incumbents,
        year=2035,
        paths=paths,
        needs=needs,
        projects=projects,
        unnamed={FORM: unnamed},
        plants=plants or Plants({}, {}, {}),
    )
