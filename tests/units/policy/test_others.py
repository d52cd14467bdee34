"""Second-order effects: sellers, buyers, makers, and what a lever keeps at home."""

from __future__ import annotations

import pytest

from midstream.policy.others import Other, others
from midstream.policy.others_trade import sides_of
from midstream.study import Study
from units.policy.stress_made import SUBJECT, MadeBench, choice, lever, real, run

FORM, STEP = "ndpr-oxide", "ndfeb-magnet"


def made(study: Study, before: float, after: float, oxide: float = 0.0) -> tuple[Other, ...]:
    """A bench on which a plan lifts the magnets of India from one output to another."""
    need = {(STEP, SUBJECT): 1000.0, (STEP, "JPN"): 20_000.0}
    bench = MadeBench(study.evidence, study.world, size=2, chain="magnets-light")
    cells = [{(STEP, SUBJECT): made, (FORM, SUBJECT): oxide} for made in (before, after)]
    bench.runs = {
        name: run(cell, needs=need, draws=2)
        for name, cell in zip(("base", "plan"), cells, strict=True)
    }
    return others(bench, choice(lever("jv"))).rows


def test_makers_abroad_lose_what_is_made_at_home(study: Study) -> None:
    rows = [row for row in made(study, 0.0, 400.0) if row.form == STEP]
    sellers = [row for row in rows if row.role == "seller"]
    assert {row.effect for row in sellers} == {"loses"}
    assert sellers[0].country == "CHN"
    share = sides_of(study.evidence, study.world, STEP, SUBJECT).sellers["CHN"]
    assert sellers[0].change.value == pytest.approx(-400 * share)
    assert sellers[0].chance.value == 1.0


def test_buyers_can_have_what_is_freed(study: Study) -> None:
    rows = [row for row in made(study, 0.0, 400.0) if row.form == STEP]
    (japan,) = (row for row in rows if row.role == "buyer" and row.country == "JPN")
    share = sides_of(study.evidence, study.world, STEP, SUBJECT).buyers["JPN"]
    assert japan.effect == "gains"
    assert japan.change.value == pytest.approx(400 * share)
    assert japan.coverage.value == pytest.approx(400 * share / 20_000)


def test_feed_for_it_is_bought_away_from_others(study: Study) -> None:
    rows = [row for row in made(study, 0.0, 400.0) if row.form == FORM]
    assert {row.effect for row in rows if row.role == "seller"} == {"gains"}
    assert {row.effect for row in rows if row.role == "buyer"} == {"loses"}


def test_own_feed_leaves_the_feed_of_others_alone_or_less(study: Study) -> None:
    """Oxide that was sold is used at home: buyers lose it, nobody sells more."""
    rows = [row for row in made(study, 0.0, 400.0, oxide=1000.0) if row.form == FORM]
    assert not [row for row in rows if row.role == "seller"]
    assert {row.effect for row in rows if row.role == "buyer"} == {"loses"}


def test_more_than_is_needed_is_sold(study: Study) -> None:
    rows = [row for row in made(study, 1000.0, 1500.0) if row.form == STEP]
    assert not [row for row in rows if row.role == "seller"]
    assert {row.effect for row in rows if row.role == "buyer"} == {"gains"}


def test_a_lever_that_keeps_oxide_at_home_takes_it_from_its_buyer(study: Study) -> None:
    rows = others(*real(study, "irel-allocation")).rows
    (japan,) = (row for row in rows if row.country == "JPN")
    sold = sides_of(study.evidence, study.world, FORM, SUBJECT).sold["JPN"]
    assert (japan.role, japan.effect) == ("buyer", "loses")
    assert -sold <= (japan.change.value or 0.0) < 0


def test_a_sector_without_a_chain_says_so(study: Study) -> None:
    bench = MadeBench(study.evidence, study.world)
    found = others(bench, choice(lever("jv")))
    assert (found.rows, len(found.notes)) == ((), 1)


def test_shares_of_trade_sum_to_one(study: Study) -> None:
    sides = sides_of(study.evidence, study.world, STEP, SUBJECT)
    assert sum(sides.sellers.values()) == pytest.approx(1)
    assert sum(sides.buyers.values()) == pytest.approx(1)
    assert SUBJECT not in sides.sellers
    assert SUBJECT not in sides.buyers


def test_trade_that_is_not_on_file_names_nobody(study: Study) -> None:
    sides = sides_of(study.evidence, study.world, "ree-ore", SUBJECT)
    assert sides.sellers == {}
    assert any("not on file" in note for note in sides.notes)
