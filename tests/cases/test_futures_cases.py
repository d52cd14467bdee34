"""Runs the golden cases of scenarios and odds; one test per case of the TOML files."""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from midstream.chain.normal import normal_quantile
from midstream.errors import InputError
from midstream.scenarios.discovery import Peeling, box
from midstream.scenarios.drivers import elicited
from midstream.scenarios.flip import Runs, flip
from midstream.scenarios.odds import first_order
from midstream.scenarios.outlook_interval import widened
from midstream.scenarios.override import effective, overridden
from midstream.scenarios.regions import Comparison, Condition, Rule, region
from midstream.scenarios.sobol import total
from midstream.scenarios.weighted import by_scenario, spread

FOLDER = Path(__file__).parent / "scenarios"
ROLES = {"v": "at-volume", "s": "scale", "r": "reach", "b": "breakthrough"}
RULES = (
    Rule("stalled", "Stalled", 0, {}),
    Rule("conservative", "Conservative", 1, {"at-volume": 1}),
    Rule("accelerated", "Accelerated", 2, {"scale": 2}),
    Rule("breakthrough", "Breakthrough", 3, {"scale": 2, "reach": 1}, breakthrough=True),
)
DRAWS = 40_000


def cases(name: str) -> list[Any]:
    content = tomllib.loads((FOLDER / f"futures-{name}.toml").read_text(encoding="utf-8"))
    return [pytest.param(case, id=case["name"]) for case in content["case"]]


def uniform(seed: int) -> Any:
    rng = np.random.default_rng(seed)
    return (rng.permutation(DRAWS) + 0.5) / DRAWS


OUTCOMES: dict[str, Callable[[Mapping[str, Any]], Any]] = {
    "x": lambda of: of["x"],
    "z": lambda of: of["z"],
    "x + z": lambda of: of["x"] + of["z"],
    "x * z": lambda of: of["x"] * of["z"],
    "x > 0": lambda of: of["x"] > 0,
    "x > 0.8": lambda of: of["x"] > 0.8,
    "x > 2": lambda of: of["x"] > 2,
    "x > -1": lambda of: of["x"] > -1,
    "luck > 0.7": lambda of: of["luck"] > 0.7,
    "(x > 0) & (z > 0)": lambda of: (of["x"] > 0) & (of["z"] > 0),
    "(x > 0.6) & (z > 0.6)": lambda of: (of["x"] > 0.6) & (of["z"] > 0.6),
}


@pytest.mark.parametrize("case", cases("regions"))
def test_region(case: dict[str, Any]) -> None:
    names = [
        n for n in ("v1", "v2", "s1", "s2", "r1", "r2", "b1") if n not in case.get("without", [])
    ]
    one = Comparison("id", "form", "output", "absolute", 1.0, "t")
    conditions = [Condition(name, ROLES[name[0]], (one,), name) for name in names]
    met = np.array([[name in case["holds"] for name in names]])
    assert region(met, conditions, RULES).tolist() == [case["region"]]


@pytest.mark.parametrize("case", cases("override"))
def test_override(case: dict[str, Any]) -> None:
    names = ("first", "second")
    found = np.repeat(np.arange(2), case["draws"])
    experts = dict(zip(names, case["experts"], strict=True))
    if "error" in case:
        with pytest.raises(InputError, match=re.escape(case["error"])):
            overridden(found, names, experts, least=50)
        return
    weights = overridden(found, names, experts, least=50)
    for rank, count in enumerate(case["draws"]):
        if count:
            assert weights[found == rank] == pytest.approx(case["weights"][rank], rel=1e-6)
    assert effective(weights) == pytest.approx(case["effective"])


@pytest.mark.parametrize("case", cases("odds"))
def test_indices(case: dict[str, Any]) -> None:
    x, z, again = (normal_quantile(uniform(seed)) for seed in (1, 2, 3))
    outcome = OUTCOMES[case["outcome"]]({"x": x, "z": z}).astype(float)
    redrawn = OUTCOMES[case["outcome"]]({"x": again, "z": z}).astype(float)
    assert first_order(x, outcome) == pytest.approx(case["first"], abs=0.03)
    assert total(outcome, redrawn) == pytest.approx(case["total"], abs=0.03)


@pytest.mark.parametrize("case", cases("flip"))
def test_flip(case: dict[str, Any]) -> None:
    values = np.stack([normal_quantile(uniform(1)), 2 * normal_quantile(uniform(2))])
    runs = Runs((1.0, 2.0), values, (values > case["threshold"]).astype(np.int64), 2)
    found = flip(runs.odds, case["limit"])
    if "shift" not in case:
        assert found is None
        return
    assert found is not None
    assert found.shift == pytest.approx(case["shift"], abs=0.02)
    assert found.leader == case["leader"]


@pytest.mark.parametrize("case", cases("weighted"))
def test_weighted(case: dict[str, Any]) -> None:
    values, weights = np.array(case["values"]), np.array(case["weights"])
    whole = spread(values, weights)
    if "mean" in case:
        assert whole is not None
        assert whole.mean == pytest.approx(case["mean"])
        assert [whole.low, whole.middle, whole.high] == case["spread"]
    else:
        assert whole is None
    parts = by_scenario(values, np.array(case["region"]), weights, 2)
    means = [part.mean for _, part in parts if part is not None]
    assert means == pytest.approx(case["within"])
    assert sum(probability for probability, _ in parts) == pytest.approx(1)


@pytest.mark.parametrize("case", cases("interval"))
def test_interval(case: dict[str, Any]) -> None:
    groups = np.array(case["groups"], dtype=float)
    found = widened(case["probability"], case["draws"], groups, case["size"])
    assert found == pytest.approx(case["interval"], abs=1e-3)


@pytest.mark.parametrize("case", cases("elicited"))
def test_elicited(case: dict[str, Any]) -> None:
    points = tuple(case["points"])
    if "error" in case:
        with pytest.raises(InputError, match=case["error"]):
            elicited(np.zeros(1), points)
        return
    assert elicited(np.array([case["normal"]]), points)[0] == pytest.approx(case["value"])


@pytest.mark.parametrize("case", cases("box"))
def test_box(case: dict[str, Any]) -> None:
    x, z, luck = (uniform(seed) for seed in (1, 2, 3))
    outcome = OUTCOMES[case["outcome"]]({"x": x, "z": z, "luck": luck})
    peeling = Peeling(share=0.05, mass=0.03, coverage=0.5, given_back=0.05, lift=1.25)
    found = box(np.stack([x, z], axis=1), ("x", "z"), outcome, peeling)
    if "bounded" not in case:
        assert found is None
        return
    assert found is not None
    assert sorted(bound.name for bound in found.bounds) == case["bounded"]
    for name in ("density", "coverage"):
        if name in case:
            assert getattr(found, name) == pytest.approx(case[name], abs=0.06)
    if "low" in case:
        low = found.bounds[0].low
        assert low is not None
        assert low == pytest.approx(case["low"], abs=0.03)
        assert not math.isnan(found.mass)
