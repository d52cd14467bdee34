"""What the years ahead rest on, and stacks on record: rows, lineage, the way from an id back."""

from __future__ import annotations

from pathlib import Path

import pytest

from midstream.answers import ahead
from midstream.study import Study, load
from midstream.study.tracing import work_out
from midstream.tables_text import outlook as text
from units.test_rooms_cli import quantities


def test_the_answer_behind_an_outlook_is_traced(india: Study) -> None:
    answer = ahead.outlook_answer(india, behind=True)
    found = answer["result"]
    assert {"need_by_use", "recovered", "schemes", "market", "limits", "not_checked"} <= set(found)
    assert all(one["lineage"] in india.ledger for one in quantities(found))
    assert {one["country"] for one in found["limits"]} == {"IND"}
    assert all(0 <= one["share"]["value"] <= 100 for one in found["limits"])
    assert "spent magnets" in text.outlook(answer)
    steps = [one["form"] for one in found["market"]["steps"]]
    assert steps == ["ree-ore", "ndpr-oxide", "ree-metal-alloy", "ndfeb-magnet"]


def test_a_cut_is_felt_where_it_falls(india: Study) -> None:
    market = india.market_ahead()
    assert market is not None
    rows = market.deliveries(india.ledger, ("IND",))
    (row,) = [row for row in rows if row.form == market.cut.form]
    assert (row.cut_delivered.value or 0) < (row.delivered.value or 0)


def test_a_study_without_a_chain_has_no_market(small: Study) -> None:
    answer = ahead.outlook_answer(small, behind=True)
    assert answer["result"]["market"] is None
    assert small.market_ahead() is None
    assert text.outlook(answer)


def test_needs_by_use_add_up(india: Study) -> None:
    rows = [one for one in india.sector_needs() if one.basis == "part of the need"]
    form = [one for one in rows if one.form == "ndfeb-magnet"]
    base = sum(one.need[0].value or 0.0 for one in form)
    need = india.outlook().path("IND", "ndfeb-magnet", "need")
    assert need is not None
    last = sum(one.need[-1].value or 0.0 for one in form)
    assert base < last
    # Medians of parts do not add up to the median of the sum, but come near it.
    assert last == pytest.approx(need.points[-1].value, rel=0.15)


def test_the_engine_stands_beside_every_stack_or_says_why_not(india: Study) -> None:
    found = india.stacks_beside()
    assert [one.real.facility for one in found] == [one.facility for one in india.real_stacks()]
    assert all(bool(one.why_not) == (one.model is None) for one in found)
    shown = [quantity for one in found for row in one.rows for quantity in (row.real, row.model)]
    assert shown
    assert all(one.lineage in india.ledger for one in shown)
    companies = india.company_stacks()
    known = {one.company: one.known.value for one in companies}
    assert len(known) == len(companies)
    assert {plant.facility for one in companies for plant in one.plants} == {
        one.facility for one in india.real_stacks()
    }


def test_floors_on_record_cost_more_the_higher_they_are(india: Study) -> None:
    floors = india.floors()
    assert floors
    assert all(one.present.lineage in india.ledger for one in floors)
    for one in floors:
        assert (one.floor.value or 0) > (one.start_price.value or 0)
        assert (one.present.value or 0) > 0


LINEAGES = (
    "f:reference.schemes/mean",
    "f:capital.total/IND-ndpr-oxide-2600-2026",
    "f:capital.total/mp-10x",
    "f:capital.record.known/mp-10x/2025",
    "f:capital.floor.present/st-usa-mp-floor",
    "f:counter.cost/ndpr-oxide",
    "scheme-share:ind-pli-acc",
    "f:outlook.use-need/IND/ndfeb-magnet/robot/2035",
)


@pytest.fixture
def fresh(quick_file: Path) -> Study:
    """The quick study opened again, with nothing worked out."""
    return load(quick_file)


@pytest.mark.parametrize("lineage", LINEAGES)
def test_numbers_of_the_later_rooms_open_by_their_id(fresh: Study, lineage: str) -> None:
    assert lineage not in fresh.ledger
    work_out(fresh, lineage)
    assert fresh.ledger.trace(lineage)["id"] == lineage


def test_an_id_of_no_room_stays_unknown(fresh: Study) -> None:
    work_out(fresh, "f:nothing/at/all")
    assert "f:nothing/at/all" not in fresh.ledger
