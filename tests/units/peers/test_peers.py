"""Peers in a study: keys of the interface, words, errors, lineage."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from midstream.answers.peers import peers_answer
from midstream.errors import InputError
from midstream.evidence import Ledger, Quantity
from midstream.peers.compare import Request, compare
from midstream.scorecard.result import Scorecard
from midstream.scorecard.run import Run, Settings
from midstream.study import Study, load
from midstream.study.tracing import work_out
from midstream.tables_text import peers as text
from units.test_rooms_cli import quantities

SECTOR = "rare-earth-magnets"


@pytest.mark.parametrize("name", ["india", "japan"])
class TestAnswer:
    def test_it_has_the_keys_of_the_interface(
        self, name: str, request: pytest.FixtureRequest
    ) -> None:
        study: Study = request.getfixturevalue(name)
        answer = peers_answer(study, sectors=[SECTOR])
        rows = answer["result"]["rows"]
        assert {"country", "stage", "score", "rank"} <= set(rows[0])
        assert {"p50", "low", "high"} <= set(rows[0]["rank"])
        compared = study.peer_countries()
        assert compared[0] == study.config.focus
        assert len(rows) == 4 * len(compared)
        assert len(answer["result"]["pairs"]) == 4 * len(compared) * (len(compared) - 1) // 2
        assert "peers.ahead" in answer["assumptions"]
        assert all(one["lineage"] in study.ledger for one in quantities(answer["result"]))
        json.dumps(answer, allow_nan=False)
        printed = text.peers(answer)
        assert f"{SECTOR} C2" in printed
        assert "points below" in printed

    def test_without_a_sector_it_shows_the_national_scores(
        self, name: str, request: pytest.FixtureRequest
    ) -> None:
        study: Study = request.getfixturevalue(name)
        found = study.peers()
        assert len(found.rows) == 4 * len(found.countries)
        assert {row.sector for row in found.rows} == {""}
        assert found.differences == ()
        card = study.scorecard()
        for row in found.rows:
            assert row.score == card.profile(row.country).stages[row.stage]
        assert "mean over sectors C3" in text.peers(peers_answer(study))

    def test_the_leader_is_compared_with_the_focus(
        self, name: str, request: pytest.FixtureRequest
    ) -> None:
        study: Study = request.getfixturevalue(name)
        found = study.peers(sectors=[SECTOR], stages=["C2"])
        (one,) = found.differences
        assert (one.country, one.stage) == (study.config.focus, "C2")
        best = max(found.rows, key=lambda row: row.score.value or 0.0)
        assert one.leader == best.country
        points = [aspect.points.value or 0.0 for aspect in one.aspects if aspect.points]
        assert points == sorted(points, reverse=True)
        assert points[0] > 0


def test_scores_are_those_of_the_scorecard(india: Study) -> None:
    found = india.peers(sectors=[SECTOR])
    card = india.scorecard()
    for row in found.rows:
        assert row.score == card.cell(row.country, SECTOR, row.stage).score


def test_a_study_without_peers_compares_two_countries_that_are_named(small: Study) -> None:
    with pytest.raises(InputError, match="nobody to compare DEU with") as caught:
        small.peers()
    assert "DEU CHN" in str(caught.value)
    found = small.peers(["DEU", "CHN"], ["wind"])
    assert {row.country for row in found.rows} == {"DEU", "CHN"}
    assert found.row("CHN", "C4", "wind").rank.p50 == 1


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"countries": ["IND", "CHM"]}, "did you mean CHN"),
        ({"sectors": ["battery"]}, "did you mean batteries"),
        ({"stages": ["C7"]}, "unknown stage 'C7'"),
        ({"horizon": 1990}, "has to lie after the base year"),
        ({"countries": ["IND", "IND"]}, "nobody to compare IND with"),
    ],
)
def test_bad_input_gives_one_clear_error(study: Study, asked: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        peers_answer(study, **asked)


def test_a_country_nobody_has_evidence_on_has_a_range_and_no_rank(study: Study) -> None:
    countries = ("IND", "CHN", "KOR")
    settings = Settings(countries, (SECTOR,), draws=100, seed=1, lifts=frozenset())
    run = Run(study.evidence, study.world, settings, lambda _: None)
    card = run.result()
    request = Request(countries, (SECTOR,), ("C3",), "IND")
    before = compare(run, card, request, Ledger())
    size = run.settings.draws
    run.ends["KOR", SECTOR, "C3"] = np.full(size, 1.0), np.full(size, 5.0)
    found = compare(run, _without(card, "KOR"), request, Ledger())
    row = found.row("KOR", "C3", SECTOR)
    assert (row.rank.p50, row.rank.quantity.value, row.next) == (None, None, None)
    assert (row.rank.low, row.rank.high) == (1, 3)
    assert not row.ahead_of
    assert found.warnings
    pair = found.pair("IND", "KOR", "C3", SECTOR)
    assert (pair.p_left.value, pair.p_left.low, pair.p_left.high) == (None, 0.0, 1.0)
    assert pair.verdict == "not separable"
    assert found.pair("IND", "CHN", "C3", SECTOR) == before.pair("IND", "CHN", "C3", SECTOR)
    assert found.row("IND", "C3", SECTOR).rank.p50 == 2
    json.dumps(found.to_dict(), allow_nan=False)
    answer: Any = {"result": found.to_dict(), "warnings": found.warnings}
    assert "? [1 to 3]" in text.peers(answer)


def _without(card: Scorecard, country: str) -> Scorecard:
    """A scorecard on which nobody counts a country."""
    nothing = Quantity(None, None, None, "score", None, f"f:score.stage/{country}")
    cells = [
        replace(cell, score=nothing) if cell.country == country else cell for cell in card.cells
    ]
    return replace(card, cells=tuple(cells))


def test_a_later_horizon_changes_the_comparison(study: Study) -> None:
    now, later = (study.peers(sectors=[SECTOR], horizon=year) for year in (2030, 2035))
    assert [row.score for row in now.rows] != [row.score for row in later.rows]
    assert later.rows[0].rank.quantity.lineage.endswith("/2035")


def test_a_number_can_be_opened_on_its_own(study: Study) -> None:
    found = study.peers(("IND", "JPN", "CHN"), (SECTOR,))
    shown = [found.rows[0].rank.quantity, found.pairs[0].p_left]
    shown += [row.next.gap for row in found.rows if row.next is not None]
    shown += [one.own for one in found.differences[1].aspects]
    fresh = load("india-us")
    for quantity in (shown[0], shown[1], shown[2], shown[-1]):
        work_out(fresh, quantity.lineage)
        tree = fresh.ledger.trace(quantity.lineage, depth=1)
        assert tree["inputs"] or quantity.missing
