"""What lifts a stage: solved side by side, the same as one by one and as the scores themselves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from midstream.scorecard.cells import CellInputs, evaluate
from midstream.scorecard.ladder import CONTROLS
from midstream.scorecard.lifting import HALF, Target, lifts
from midstream.scorecard.run import Run, Settings
from midstream.scorecard.stages import rolled_up
from units.chain.toy import COUNTRIES, SECTOR, chain_tables, toy, toy_world


@pytest.fixture(scope="module")
def targets(tmp_path_factory: pytest.TempPathFactory) -> list[Target]:
    """Every stage of the toy chain, as a function of each of its forms, at several aims."""
    evidence = toy(tmp_path_factory.mktemp("toy"), chain_tables())
    settings = Settings(COUNTRIES, (SECTOR,), draws=100, lifts=frozenset())
    run = Run(evidence, toy_world(evidence), settings, lambda _: None)
    run.result()
    return [
        run.target(country, stack, form, aim, share)
        for country in COUNTRIES
        for stack in run.stacks.values()
        for form in stack.forms
        for aim, share in ((1.9, HALF), (2.0, 0.8), (3.0, HALF), (5.4, HALF))
        if not run.inputs[form, country].open
    ]


def scored(target: Target, inputs: CellInputs) -> bool:
    """The aim read off the scores of the whole stage."""
    made, ends = evaluate(inputs, target.ruler), []
    for end, own in enumerate((made.low, made.high)):
        parts = list(target.ends[end])
        parts[target.place] = own
        ends.append(rolled_up(target.ruler, target.weights, parts))
    scores = (ends[0] + ends[1]) / 2 if target.share == HALF else ends[0]
    return bool((scores >= target.aim - 0.5).mean() >= target.share)


def test_side_by_side_is_one_by_one(targets: list[Target]) -> None:
    assert lifts(targets) == [lift for target in targets for lift in lifts([target])]
    assert lifts([]) == []


def test_the_output_named_is_the_least_that_lifts(targets: list[Target]) -> None:
    found = lifts(targets)
    assert {lift.output is None for lift in found} == {True, False}
    for target, lift in zip(targets, found, strict=True):
        most = float(np.median(target.inputs.reference))
        assert scored(target, target.inputs.with_output(most)) == (lift.output is not None)
        if lift.output is not None:
            assert scored(target, target.inputs.with_output(lift.output * 1.001))
            if lift.output > most * 1.001e-4:
                assert not scored(target, target.inputs.with_output(lift.output * 0.95))


def test_the_levers_named_are_those_that_lift(targets: list[Target]) -> None:
    found = lifts(targets)
    assert any(lift.levers for lift in found)
    for target, lift in zip(targets, found, strict=True):
        assert lift.levers == pulled(target)


def pulled(target: Target) -> tuple[str, ...]:
    trials = {"completion": replace(target.inputs, addition=target.full)}
    for lever, component in (
        ("feed", "feed"),
        ("licence", "technology"),
        ("throttle", "throttle"),
        ("ownership", "ownership"),
    ):
        components = target.inputs.components.copy()
        components[CONTROLS.index(component)] = 1.0
        trials[lever] = replace(target.inputs, components=components)
    for inputs in trials.values():
        assert target.reached(inputs) == scored(target, inputs)
    return tuple(lever for lever, inputs in trials.items() if scored(target, inputs))
