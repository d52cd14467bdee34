"""The market of a later year on a chain of the shipped release."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from copy import copy
from dataclasses import fields, replace

import numpy as np
import pytest

from midstream.errors import InputError
from midstream.evidence import Ledger
from midstream.scenarios import market as module
from midstream.scenarios.frame import Frame, Paths
from midstream.scenarios.market import Cut, default_cut, future_market
from midstream.scenarios.market_result import FutureMarket
from midstream.shock.network import balanced_base
from midstream.study import Study
from units.scenarios.still import cells_of, project, still_needs, still_paths

FRAME = Frame(3, 8, 2024)
CHAIN, FORM = "gallium", "gallium-metal"
CUT = Cut(FORM, "CHN", ("IND", "USA", "JPN"), 0.9, 9)


def solved(study: Study, plants: Paths | None = None, growth: float = 1.0, **changed: object):
    cells = cells_of(study.evidence, study.world, FRAME)
    given = {"chain": CHAIN, "draws": 4, "cut": CUT} | changed
    return future_market(
        study.evidence,
        study.world,
        FRAME,
        plants or still_paths(cells, FRAME),
        still_needs(cells, FRAME, growth),
        **given,
    )


@pytest.fixture(scope="module")
def plain(study: Study) -> FutureMarket:
    return solved(study)


def same(one: FutureMarket, other: FutureMarket, draws: int) -> bool:
    return all(
        np.array_equal(
            getattr(one.state, part.name)[:draws],
            getattr(other.state, part.name)[:draws],
            equal_nan=True,
        )
        for part in fields(one.state)
    )


def test_a_year_like_today_has_todays_prices(plain: FutureMarket) -> None:
    assert plain.draws == 4
    assert plain.unconverged == ()
    state = plain.state
    assert state.outside == pytest.approx(np.ones_like(state.outside), abs=1e-6)
    assert np.nan_to_num(state.delivered, nan=1.0) == pytest.approx(1, abs=1e-6)
    for name in ("inside", "outside", "unmet", "delivered"):
        then = getattr(state, f"cut_{name}")[:, 0]
        assert then == pytest.approx(getattr(state, f"now_{name}"), rel=1e-4, abs=1e-6, nan_ok=True)


def test_the_cut_takes_from_its_targets(plain: FutureMarket) -> None:
    for country in CUT.targets:
        assert (plain.delivered(FORM, country, 2035, "cut") < 0.97).all(), country
    assert (plain.state.cut_outside[:, 0, plain.forms.index(FORM)] > 1).all()


def test_growing_use_raises_prices_where_plants_do_not_follow(study: Study) -> None:
    held = {"outlook.market.pace": 0.0, "outlook.market.pace.named": 0.0}
    evidence = replaced(study, held)
    cells = cells_of(evidence, study.world, FRAME)
    paths = still_paths(cells, FRAME)
    prices = []
    for growth in (1.0, 1.03, 1.06):
        needs = still_needs(cells, FRAME, growth)
        found = future_market(evidence, study.world, FRAME, paths, needs, CHAIN, draws=2, cut=CUT)
        prices.append(found.state.outside[:, 0])
        assert (found.state.delivered[:, 0] <= 1 + 1e-6)[
            ~np.isnan(found.state.delivered[:, 0])
        ].all()
    assert (prices[0] < prices[1]).all()
    assert (prices[1] < prices[2]).all()


def replaced(study: Study, held: dict[str, float]):
    """The release with some parameters held at a value."""
    evidence = copy(study.evidence)
    rows = dict(evidence.parameters)
    for name, value in held.items():
        rows[name] = rows[name] | {"value": value, "distribution": "fixed"}
    evidence.__dict__["parameters"] = rows
    return evidence


def test_a_plant_outside_the_leader_softens_the_cut(study: Study, plain: FutureMarket) -> None:
    cells = cells_of(study.evidence, study.world, FRAME)
    plant = project("new", FORM, "USA", 300)
    found = solved(study, still_paths(cells, FRAME, [(plant, 2028.0)]))
    for country in ("USA", "IND"):
        then = found.delivered(FORM, country, 2035, "cut")
        assert (then > plain.delivered(FORM, country, 2035, "cut")).all()
        now = found.delivered(FORM, country, 2035, "now")
        assert np.array_equal(now, plain.delivered(FORM, country, 2035, "now"))


def test_neither_workers_nor_the_number_of_draws_changes_a_draw(
    study: Study, plain: FutureMarket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BLOCK", 2)
    with ThreadPoolExecutor(2) as executor:
        assert same(solved(study, executor=executor), plain, 4)
    assert same(solved(study, draws=3), plain, 3)


def test_quantities_and_deliveries_have_lineage(study: Study, plain: FutureMarket) -> None:
    ledger = Ledger(base=study.world.ledger)
    rows = plain.quantities(ledger)
    assert [row.form for row in rows] == list(plain.forms)
    deliveries = plain.deliveries(ledger, ("IND", "XXX"))
    assert {row.country for row in deliveries} == {"IND"}
    row = next(row for row in deliveries if row.form == FORM)
    for quantity in (row.delivered, row.cut_delivered, row.now_delivered, row.gain):
        assert quantity.label == "modelled"
        assert all(lineage in ledger for lineage in ledger[quantity.lineage].inputs)
        assert ledger[quantity.lineage].inputs
    assert study.world.world_output[FORM].lineage in ledger[row.delivered.lineage].inputs
    plainly = plain.to_dict(ledger, ("IND",))
    assert plainly["draws"] == 4
    assert plainly["deliveries"][0]["gain"]["unit"] == "share"


def test_the_default_cut_is_that_of_an_incumbent(study: Study) -> None:
    base = balanced_base(study.evidence, study.world, CHAIN)
    cut = default_cut(study.evidence, base, ("CHN",))
    assert cut.actor == "CHN"
    assert study.world.leaders[cut.form][0] == "CHN"
    assert "CHN" not in cut.targets
    assert default_cut(study.evidence, base).form == base.names.forms[-1]
    with pytest.raises(InputError, match="nobody to cut"):
        default_cut(study.evidence, base, ("IND",))


def test_bad_input_is_told(study: Study) -> None:
    with pytest.raises(InputError, match="no market for 2050"):
        solved(study, years=(2050,))
    with pytest.raises(InputError, match="9 draws"):
        solved(study, draws=9)
    with pytest.raises(InputError, match="no form 'ev'"):
        solved(study, cut=replace(CUT, form="ev"))
    with pytest.raises(InputError, match="without targets"):
        solved(study, cut=replace(CUT, targets=()))
    with pytest.raises(InputError, match="no chain"):
        solved(study, chain="nothing")
