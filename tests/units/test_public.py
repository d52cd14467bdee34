"""What Python users hold in their hands: names, tables of results, one line of repr, errors."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import midstream
from midstream.answers import shock_answer
from midstream.answers.ahead import counter_answer
from midstream.answers.bench import INSIDE, ONCE, PROGRAMS, bench_answer
from midstream.study import Study
from midstream.tables_text import number


def test_a_scorecard_becomes_what_its_command_gives(small: Study) -> None:
    card = small.score(["CHN"])
    assert card is small.scorecard(["CHN"])
    assert card.to_dict() == [cell.to_dict() for cell in card.cells]
    json.dumps(card.to_dict(), allow_nan=False)


def test_a_table_has_a_row_for_each_entry_and_blanks_stay_blank(small: Study) -> None:
    card = small.scorecard()
    table = midstream.frame(card)
    assert table.columns[:6] == ["country", "sector", "stage", "score", "score_low", "score_high"]
    rows = table.project("country, stage, score, score_lineage").fetchall()
    assert rows == [
        (cell.country, cell.stage, cell.score.value, cell.score.lineage) for cell in card.cells
    ]
    missing = midstream.Quantity(None, None, None, "t", None, "f:none")
    assert midstream.frame([missing]).project("value").fetchall() == [(None,)]


def test_any_result_becomes_a_table(small: Study) -> None:
    asked = midstream.ShockRequest("CHN", "ndfeb-magnet", ("WLD",), "export-ban", draws=1)
    run = small.shock(asked)
    table = midstream.frame(run)
    leaked = table.filter("path = 'leaked'").project("value, unit, lineage").fetchall()
    assert leaked == [(run.leaked.value, run.leaked.unit, run.leaked.lineage)]
    assert shock_answer(small, asked)["result"] == run.to_dict()
    found = small.concentration()
    assert len(midstream.frame(found).fetchall()) == len(found)
    assert midstream.frame([]).fetchall() == []


def test_a_counterstrategy_becomes_what_its_command_gives(india: Study) -> None:
    found = india.counter("ndpr-oxide", draws=20)
    assert counter_answer(india, "ndpr-oxide", draws=20)["result"] == found.to_dict()
    assert {"moves", "deterrence", "entrants"} <= found.to_dict().keys()
    assert "warnings" not in found.to_dict()


def test_nothing_large_is_printed_in_full(small: Study) -> None:
    shown = [small, small.evidence, small.world, small.scorecard(), small.ledger]
    for one, name in zip(shown, ("Study", "Evidence", "World", "Scorecard", "Ledger"), strict=True):
        text = repr(one)
        assert text.startswith(f"{name}(")
        assert len(text) < 200
    assert "'small'" in repr(small)
    assert small.evidence.release.id in repr(small)


def test_a_restriction_names_countries_of_the_world(small: Study) -> None:
    for exporter, importers in (("CNH", ()), ("CHN", ("DEU", "GER"))):
        change = midstream.FlowRestriction("ndfeb-magnet", exporter, importers, 0.5)
        with pytest.raises(midstream.InputError, match=r"unknown '(CNH|GER)'"):
            small.world.apply(change)
    small.world.apply(midstream.FlowRestriction("ndfeb-magnet", "CHN", ("DEU",), 0.5))


@given(st.floats(-1e14, 1e14), st.integers(2, 6))
def test_a_large_number_is_printed_in_full(value: float, digits: int) -> None:
    text = number(value, digits)
    assert "e+" not in text
    assert float(text.replace(",", "")) == pytest.approx(value, rel=0.5 * 10 ** (1 - digits))


def test_a_large_number_has_its_thousands_parted() -> None:
    assert [number(one) for one in (1190, 897.4, 0.0004, 12_345_678, 0)] == [
        "1,190", "897", "0.0004", "12,300,000", "0",
    ]  # fmt: skip


def test_one_thing_is_timed_beside_the_yardstick(small: Study) -> None:
    answer = bench_answer(lambda: small, "look", repeats=2)
    rows = answer["result"]
    assert [row["name"] for row in rows] == ["yardstick", "look"]
    assert rows[0]["ratio"] == 1
    assert rows[1]["ratio"] == pytest.approx(rows[1]["seconds"] / rows[0]["seconds"])
    assert (rows[0]["repeats"], rows[1]["repeats"]) == (4, 2)
    with pytest.raises(midstream.InputError, match="did you mean look"):
        bench_answer(lambda: small, "lok")
    assert set(ONCE) <= set(INSIDE)
    assert not set(INSIDE) & set(PROGRAMS)


def test_studies_are_listed_as_json(run: Any) -> None:
    found = json.loads(run("studies", "--json").out)
    assert [row["id"] for row in found["result"]] == ["india-us", "japan"]
    assert found["command"] == "studies"


def test_a_port_that_is_taken_is_one_clear_error(run: Any) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        code, out, err = run("serve", "--port", port)
    assert (code, out) == (2, "")
    assert f"cannot listen on port {port}" in err
    assert "name another port" in err


def test_one_word_alone_is_a_list_of_one(small: Study, india: Study) -> None:
    assert small.score("CHN", "wind") is small.score(["CHN"], ["wind"])
    asked = midstream.ShockRequest("CHN", "ndfeb-magnet", "DEU", "export-ban", draws=1)
    assert asked.targets == ("DEU",)
    assert india.policy_choice("recycling") == india.policy_choice(["recycling"])
    with pytest.raises(midstream.InputError, match="unknown country 'GER'"):
        small.score("GER")
    with pytest.raises(midstream.InputError, match="IND is not two countries"):
        india.match("IND")


def test_a_path_may_be_text(small: Study, tmp_path: Path) -> None:
    out = str(tmp_path / "edition")
    built = midstream.build(small, out, only={"tables"})
    assert built.folder == Path(out)
    assert midstream.verify(out) == []
    with pytest.raises(midstream.InputError, match="no manifest"):
        midstream.verify(str(tmp_path))
    with pytest.raises(midstream.EvidenceError, match="no such data folder"):
        midstream.load("india-us", data="none")


def test_a_score_takes_a_draw(small: Study) -> None:
    for draws in (0, -1):
        with pytest.raises(midstream.InputError, match="draws"):
            small.score(draws=draws)
