"""Runs the golden cases of projects and reference classes; one test per case of the TOML files."""

from __future__ import annotations

import math
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from midstream.evidence import Evidence
from midstream.scenarios.cases import NO_GROUP, Case
from midstream.scenarios.frame import Frame, Project
from midstream.scenarios.pipeline import simulate
from midstream.scenarios.pipeline_starts import course
from midstream.scenarios.reference import Classes, Priors, posterior_from
from midstream.scorecard.draws import Draws, Parameters
from midstream.study import Study

FOLDER = Path(__file__).parent / "scenarios"
DRAWS = 1000
PLACE = ("gallium-metal", "KAZ")
HELD = {
    "utilisation": 0.7,
    "pipeline.ramp": 2.0,
    "pipeline.top.chance": 0.0,
    "retention": 1.0,
    "ramping.share": 0.4,
    "pipeline.entrants.level": 0.0,
}


def cases(name: str) -> list[Any]:
    content = tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    return [pytest.param(case, id=case["name"]) for case in content["case"]]


def laws(completion: dict[str, float], on_time: float, months: float, spread: float) -> Classes:
    """Classes that are known, the same in every draw and country."""
    same = np.ones(DRAWS)
    found = {"funded": 0.7, "ramping": 0.85, "cancelled": 0.0, **completion}
    sample = posterior_from([], Priors((1, 1), (1, 1), (1, 1), (1, 1), (1, 1), 0, 0), 10, 1)
    return Classes(
        completion={name: value * same for name, value in found.items()},
        on_time=on_time * same,
        delay_mu=math.log(months) * same,
        delay_sigma=spread * same,
        completion_shift={NO_GROUP: 0 * same},
        delay_shift={NO_GROUP: 0 * same},
        groups={},
        sample=sample,
        award=same,
        cases=(),
    )


def project(**fields: Any) -> Project:
    given = {"id": "new", "facility": "", "region": "", "standing": "funded", "plan": 2029.0}
    given |= {"form": PLACE[0], "country": PLACE[1], "owner": "", "technology": ""}
    given |= {"capacity": 100.0, "completion": None, "lineage": ()} | fields
    capacity = float(given.pop("capacity"))
    return Project(capacity=capacity, low=capacity, high=capacity, **given)


@pytest.mark.parametrize("case", cases("pipeline-course"))
def test_course(study: Study, case: dict[str, Any]) -> None:
    fields = dict(case["project"])
    if not fields.pop("by_class", False):
        fields.setdefault("completion", 1.0)
    frame = Frame(1, DRAWS, study.world.base_year)
    alive = np.ones((DRAWS, len(frame.years), 1))
    for year, share in case.get("alive", {}).items():
        alive[:, frame.years.index(int(year)), 0] = share
    # A spread of nearly nothing makes every late project late by the same months.
    on_time, months = case.get("on_time", 1.0), case.get("months", 1)
    paths = simulate(
        frame,
        study.world,
        study.evidence,
        [project(**fields)],
        laws(case.get("classes", {}), on_time, months, 1e-12),
        log_odds=np.full((DRAWS, 1), case.get("log_odds", 0.0)),
        delay_factor=np.full((DRAWS, 1), case.get("delay_factor", 1.0)),
        alive=alive,
        overrides=HELD | case.get("hold", {}),
        places=[PLACE],
    )
    for metric in ("output", "capacity"):
        for year, value in case[metric].items():
            found = getattr(paths, metric)[:, paths.year(int(year)), 0]
            assert found == pytest.approx(np.full(DRAWS, float(value)), abs=1e-6), (metric, year)
    if "share_complete" in case:
        assert paths.complete.mean() == pytest.approx(case["share_complete"], abs=1 / DRAWS)


@pytest.mark.parametrize("case", cases("pipeline-overdue"))
def test_overdue(evidence: Evidence, case: dict[str, Any]) -> None:
    frame = Frame(1, DRAWS, 2024)
    parameters = Parameters(evidence, Draws(frame.seed, frame.draws), HELD)
    standing = case.get("standing", "funded")
    one = project(plan=case["plan"], standing=standing, completion=case.get("completion"))
    found = course(frame, parameters, laws({}, 0.3, 12, 1.0), one, case["release"])
    assert found.complete.mean() == pytest.approx(case["share_complete"], abs=1.5 / DRAWS)
    starts = found.start[found.complete]
    assert starts.min() >= case["earliest"] - 1e-9
    assert np.isinf(found.start[~found.complete]).all()


@pytest.mark.parametrize("case", cases("pipeline-posterior"))
def test_posterior(case: dict[str, Any]) -> None:
    announced, funded = ((1.5, 3.0), (3000.0, 1.0))
    if case["kind"] == "funded":
        announced, funded = ((1.0, 3000.0), (3.0, 1.5))
    priors = Priors(announced, funded, (1.5, 3.0), (18.0, 0.5), (0.8, 0.3), 0.0, 0.0)
    found = [
        Case(f"{outcome}-{number}", case["kind"], NO_GROUP, outcome, float(months))
        for outcome, months, count in case["cases"]
        for number in range(count)
    ]
    sample = posterior_from(found, priors, 100_000, 7)
    assert sample.mean(sample.of(case["kind"])) == pytest.approx(case["completion"], abs=0.008)
    assert sample.mean(sample.on_time) == pytest.approx(case["on_time"], abs=0.008)
