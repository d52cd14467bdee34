"""Counter-moves as chance in an outlook."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest

from midstream.counterstrategy.driver import CounterEffects, effects, floods
from midstream.counterstrategy.sampling import Sampling
from midstream.errors import InputError
from midstream.evidence import Evidence
from midstream.study import Study

YEARS = tuple(range(2025, 2036))
DRAWS = 400


@dataclass(frozen=True)
class Planned:
    id: str
    facility: str = ""
    form: str = "ndpr-oxide"
    country: str = "IND"
    capacity: float = 1000.0
    standing: str = "announced"
    plan: float | None = 2029.0
    owner: str = "IND"
    technology: str = ""


PROJECTS = (
    Planned("one"),
    Planned("two", standing="ramping", plan=2025.0),
    Planned("own", country="CHN", owner="CHN"),
    Planned("owned", owner="CHN"),
    Planned("covered", facility="mp-10x", form="ndfeb-magnet", country="USA", owner="USA"),
    Planned("car", form="ev"),
    Planned("licensed", technology="JPN"),
)


@pytest.fixture(scope="module")
def found(study: Study) -> CounterEffects:
    return effects(study.evidence, 1, DRAWS, YEARS, PROJECTS, world=study.world)


def test_shapes_and_range(found: CounterEffects) -> None:
    assert found.alive.shape == (DRAWS, len(YEARS), len(PROJECTS))
    assert found.log_odds.shape == found.delay_factor.shape == (DRAWS, len(PROJECTS))
    assert set(np.unique(found.alive)) == {0.0, 1.0}
    assert (found.delay_factor >= 1).all()


def test_projects_of_the_incumbent_and_of_other_forms_are_left_alone(
    found: CounterEffects,
) -> None:
    for number in (2, 3, 5):
        assert found.alive[:, :, number].all()
        assert not found.log_odds[:, number].any()
        assert (found.delay_factor[:, number] == 1).all()


def test_entrants_are_hit(found: CounterEffects) -> None:
    assert found.alive[:, :, 0].mean() < 1
    assert found.alive[:, :, 1].mean() < 1


def test_guaranteed_plant_stays(found: CounterEffects) -> None:
    assert found.alive[:, :, 4].all()


def test_technology_of_others_escapes_the_ban(found: CounterEffects) -> None:
    assert (found.delay_factor[:, 6] == 1).all()
    assert (found.log_odds[:, 6] >= 0).all()
    exposed = found.delay_factor[:, 0] > 1
    assert 0 < exposed.mean() < 1
    assert found.log_odds[exposed, 0].mean() < found.log_odds[~exposed, 0].mean()


def test_running_plants_have_no_odds_to_lose(found: CounterEffects) -> None:
    assert not found.log_odds[:, 1].any()


def test_another_project_shifts_nothing(study: Study, found: CounterEffects) -> None:
    some = PROJECTS[::-1][:-1]
    fewer = effects(study.evidence, 1, DRAWS, YEARS, some, world=study.world)
    assert (fewer.alive[:, :, ::-1] == found.alive[:, :, 1:]).all()
    assert (fewer.log_odds[:, ::-1] == found.log_odds[:, 1:]).all()


def test_the_same_in_the_same_years(study: Study, found: CounterEffects) -> None:
    again = effects(study.evidence, 1, DRAWS, YEARS, PROJECTS, world=study.world)
    assert (again.alive == found.alive).all()
    shorter = effects(study.evidence, 1, DRAWS, YEARS[:5], PROJECTS[1:2], world=study.world)
    assert (shorter.alive[:, :, 0] == found.alive[:, :5, 1]).all()


def test_a_later_plan_is_hit_later(study: Study) -> None:
    late = (Planned("one", plan=2034.0), replace(PROJECTS[0], id="one", plan=2029.0))
    first, second = (
        effects(study.evidence, 1, DRAWS, YEARS, (one,), world=study.world).alive[:, :, 0]
        for one in late
    )
    # A flood that is over when the later project decides puts off the earlier one only.
    assert first[:, -1].mean() < second[:, -1].mean()


def test_no_move_on_record_no_effect(study: Study) -> None:
    wafers = (Planned("wafer", form="silicon-wafer", country="IND"),)
    made = effects(study.evidence, 1, 50, YEARS, wafers, world=study.world)
    assert made.alive.all()
    assert "silicon-wafer" not in made.forms


def test_floods_come_at_their_rate_and_do_not_overlap(evidence: Evidence) -> None:
    sampling = Sampling(evidence, 1, 4000, 4000)
    waves = floods("ndpr-oxide", 12, sampling)
    rate = sampling.value("rate.floods")
    assert waves.started[:, 0].mean() == pytest.approx(1 - np.exp(-rate), abs=1e-3)
    assert (waves.cut[waves.left > 0] > 0).all()
    assert not waves.cut[waves.left == 0].any()
    low, high = (evidence.parameters["counter.flood.years"][end] for end in ("low", "high"))
    assert low <= waves.left[waves.started].min() <= waves.left[waves.started].max() <= high
    going = waves.left[:, :-1] > 1
    assert not waves.started[:, 1:][going].any()


def test_no_year(study: Study) -> None:
    with pytest.raises(InputError, match="no year"):
        effects(study.evidence, 1, 10, (), PROJECTS, world=study.world)
