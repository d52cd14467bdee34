"""A first look is the central draw of the whole run, told in brief."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from midstream.evidence import Ledger
from midstream.shock.result import ShockResult
from midstream.shock.run import run_shock
from units.shock.real_chain import model, opened, request, shock_of

SHOWN = ("months", "price_outside", "price_inside", "deliveries", "cover", "output_lost", "winners")
LEFT_OUT = ("scarcity_price", "final_deliveries", "unmet", "peaks", "rivals")
ASKED = [
    {},
    {"targets": ("WLD",)},
    {"instrument": "tariff", "depth": 0.3},
    {"instrument": "export-quota", "targets": ("WLD",)},
    {"instrument": "threat"},
    {"instrument": "outage", "targets": ("WLD",), "notice_days": 0.0},
]


def run(*, brief: bool, **changes: Any) -> ShockResult:
    study = opened()
    place = study.evidence, study.world, Ledger(study.ledger)
    return run_shock(*place, request(**changes), model=model(), brief=brief)


@pytest.mark.parametrize("changes", ASKED)
def test_what_it_shows_is_what_a_run_of_one_draw_gives(changes: dict[str, Any]) -> None:
    look, whole = run(brief=True, **changes), run(brief=False, **changes)
    told, full = look.to_dict(), whole.to_dict()
    assert {name: told[name] for name in SHOWN} == {name: full[name] for name in SHOWN}
    assert told["similar_episodes"] == full["similar_episodes"]
    assert all(not told[name] for name in LEFT_OUT)
    assert any(full[name] for name in LEFT_OUT)


def test_it_is_the_central_draw_of_a_run_of_many() -> None:
    look, many = run(brief=True), run(brief=False, draws=4)
    for name in ("delivered", "price", "cover", "paid"):
        one, first = getattr(look.path, name)[0], getattr(many.path, name)[0]
        assert np.allclose(one, first, atol=1e-5, equal_nan=True)
    assert look.outside_draws[0] == pytest.approx(many.outside_draws[0], abs=1e-5)
    assert look.outside_draws[0] != pytest.approx(many.outside_draws[1], abs=1e-3)


def test_it_has_no_interval() -> None:
    look = run(brief=True)
    shown = [*look.price_outside, *look.cover["USA"], *(one.share for one in look.winners)]
    assert {(one.low, one.high) for one in shown} == {(None, None)}
    assert any(one.low is not None for one in run(brief=False, draws=4).price_outside)


def test_a_shock_that_was_checked_is_not_checked_again() -> None:
    study, asked = opened(), request()
    found = run_shock(
        study.evidence, study.world, Ledger(study.ledger), shock_of(asked), model=model()
    )
    assert found.to_dict() == run(brief=False).to_dict()


def test_a_study_does_not_keep_a_first_look() -> None:
    study, asked = opened(), request()
    look = study.shock(asked, brief=True)
    assert study.shock(asked, brief=True) is not look
    assert study.shock(asked).peaks
