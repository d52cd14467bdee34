"""Commands on the years ahead and on money: keys of the interface, errors, lineage."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from midstream.answers import ahead, money
from midstream.errors import InputError
from midstream.study import Study
from midstream.tables_text import capital as capital_text
from midstream.tables_text import outlook as text
from units.test_rooms_cli import quantities

pytestmark = pytest.mark.usefixtures("kept_studies")


def resolves(study: Study, answer: Any) -> bool:
    """Whether the lineage of every quantity leads somewhere."""
    found = quantities(answer["result"])
    return bool(found) and all(one["lineage"] in study.ledger for one in found)


@pytest.mark.parametrize("name", ["india", "japan"])
class TestOutlook:
    def test_it_has_the_keys_of_the_interface(
        self, name: str, request: pytest.FixtureRequest
    ) -> None:
        study: Study = request.getfixturevalue(name)
        answer = ahead.outlook_answer(study)
        found = answer["result"]
        assert {"scenarios", "paths", "drivers", "weighted"} <= set(found)
        total = sum(one["probability"]["value"] for one in found["scenarios"])
        assert total == pytest.approx(1.0)
        keys = {"country", "form", "stage", "metric", "years", "p10", "p50", "p90"}
        assert all(keys <= set(path) for path in found["paths"])
        assert len({path["country"] for path in found["paths"]}) > 10
        assert {one["year"] for one in found["scores"]} == {2030, 2035}
        assert answer["assumptions"]
        assert resolves(study, answer)
        json.dumps(answer, allow_nan=False)
        assert found["scenarios"][0]["name"] in text.outlook(answer)

    def test_watch_lists_signals(self, name: str, request: pytest.FixtureRequest) -> None:
        study: Study = request.getfixturevalue(name)
        answer = ahead.watch_answer(study)
        keys = {"signal", "threshold", "by", "favours", "likelihood_ratio", "source"}
        assert answer["result"]
        assert all(keys <= set(one) for one in answer["result"])
        assert resolves(study, answer)
        json.dumps(answer, allow_nan=False)
        assert answer["result"][0]["id"] in text.watch(answer)


class TestCounter:
    @pytest.mark.parametrize("name", ["india", "japan"])
    def test_it_has_the_keys_of_the_interface(
        self, name: str, request: pytest.FixtureRequest
    ) -> None:
        study: Study = request.getfixturevalue(name)
        answer = ahead.counter_answer(study, "ndfeb-magnet")
        keys = {"move", "incumbent_cost", "incumbent_gain", "entrants"}
        assert all(keys <= set(move) for move in answer["result"]["moves"])
        entrants = answer["result"]["moves"][0]["entrants"]
        assert entrants
        assert all({"facility", "survival"} <= set(one) for one in entrants)
        assert all({"instrument", "smallest"} <= set(one) for one in answer["result"]["deterrence"])
        assert resolves(study, answer)
        json.dumps(answer, allow_nan=False)
        assert "against the entrants of ndfeb-magnet" in text.counter(answer)

    def test_an_unknown_entrant_is_refused_by_name(self, india: Study) -> None:
        with pytest.raises(InputError, match="no-such-plant"):
            ahead.counter_answer(india, "ndfeb-magnet", ["no-such-plant"])


class TestObserve:
    def test_what_is_seen_moves_the_odds_and_is_scored(self, india: Study, tmp_path: Path) -> None:
        answer = ahead.observe_answer(india, "s01", "3000", "2029-12-31", tmp_path)
        (step,) = answer["result"]["steps"]
        assert sum(step["after"].values()) == pytest.approx(1.0)
        assert step["after"]["stalled"] < step["before"]["stalled"]
        scored = answer["result"]["scored"]["scored"]
        assert [one["forecast"]["signal"] for one in scored] == ["s01"]
        assert "s01" in text.observed(answer)
        again = ahead.score_ledger_answer(india, tmp_path)
        assert again["result"]["scored"] == scored
        assert "s01" in text.scored(again)

    def test_a_ledger_keeps_what_it_said_first(self, india: Study, tmp_path: Path) -> None:
        ahead.score_ledger_answer(india, tmp_path)
        before = (tmp_path / "forecasts.csv").read_text()
        ahead.score_ledger_answer(india, tmp_path)
        assert (tmp_path / "forecasts.csv").read_text() == before

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (("s99", "--value", "1"), "no signal 's99'"),
            (("s01", "--value", "many"), "s01 is a figure"),
            (("s02", "--value", "3"), "s02 is a thing that happens or not"),
            (("s01", "--value", "3", "--on", "soon"), "cannot read the day"),
            (("s01", "--value", "3", "--on", "2019-01-01"), "lies before the outlook"),
        ],
    )
    def test_a_bad_observation_is_one_clear_error(
        self, run: Any, arguments: tuple[str, ...], said: str
    ) -> None:
        code, out, err = run("watch", "observe", *arguments, "--draws", "60")
        assert (code, out) == (2, "")
        assert said in err

    def test_a_broken_ledger_is_named_by_line_and_column(
        self, india: Study, tmp_path: Path
    ) -> None:
        ahead.score_ledger_answer(india, tmp_path)
        path = tmp_path / "forecasts.csv"
        lines = path.read_text().splitlines()
        cells = lines[1].replace("0.", "7.", 1)
        path.write_text("\n".join([lines[0], cells, *lines[2:]]) + "\n")
        with pytest.raises(InputError, match=r"forecasts.csv:2:probability"):
            ahead.score_ledger_answer(india, tmp_path)
        assert cells in path.read_text()


class TestCommandLine:
    def test_watch_alone_lists_and_takes_json(self, run: Any) -> None:
        code, out, _ = run("watch", "--json", "--draws", "60")
        answer = json.loads(out)
        assert code == 0
        assert answer["command"] == "watch"

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (("outlook", "--expert", "stalled"), "cannot read 'stalled'"),
            (("outlook", "--expert", "stalled=0.5", "--draws", "60"), "expert"),
            (("outlook", "--draws", "1000000"), "draws"),
            (("counter", "--form", "ndpr-oxid"), "did you mean ndpr-oxide"),
            (("counter", "--form", "ndpr-oxide", "--price", "-3"), "price"),
        ],
    )
    def test_bad_input_is_one_clear_error(
        self, run: Any, arguments: tuple[str, ...], said: str
    ) -> None:
        code, out, err = run(*arguments)
        assert (code, out) == (2, "")
        assert said in err
        assert err.count("Error:") == 1


class TestCapital:
    def test_a_plant_to_come_has_the_keys_of_the_interface(self, india: Study) -> None:
        answer = money.target_answer(india, ("IND", "ndfeb-magnet", 6000.0, 2026))
        found = answer["result"]
        keys = {"uses", "sources", "gap", "incentive_price", "npv", "irr"}
        assert keys <= set(found)
        assert answer["assumptions"]
        assert all({"instrument", "payer", "amount"} <= set(row) for row in found["sources"])
        assert resolves(india, answer)
        json.dumps(answer, allow_nan=False)
        assert "gap without support" in capital_text.capital(answer)

    def test_support_lowers_the_gap_and_a_figure_of_ones_own_counts(self, india: Study) -> None:
        place = ("IND", "ndfeb-magnet", 6000.0, 2026)
        helped = money.target_answer(india, place)["result"]["gap"]["value"]
        alone = money.target_answer(india, place, with_scheme=False)["result"]["gap"]["value"]
        dear = money.target_answer(india, place, overrides={"overrun": 2.0})["result"]["gap"]
        assert helped < alone
        assert dear["value"] > helped

    def test_gap_and_record_can_be_read(self, india: Study) -> None:
        gap = money.gap_answer(india)
        assert {row["stage"] for row in gap["result"]["stages"]} == {"C2", "C3"}
        assert "ndpr-oxide" in capital_text.gap(gap)
        record = money.record_answer(india)
        known = [one for one in quantities(record["result"]) if one["value"] is not None]
        assert all(one["lineage"] in india.ledger for one in known)
        assert "iluka-eneabba" in capital_text.record(record)

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (("plant", "no-such-plant"), "unknown facility"),
            (("plant", "iluka-eneabba", "--set", "opex"), "cannot read 'opex'"),
            (("target", "--country", "IND", "--form", "ndpr-oxide", "--capacity", "-5",
              "--year", "2026"), "capacity"),
            (("target", "--country", "IND", "--form", "li-ion-cell", "--capacity", "20",
              "--year", "2026"), "no price"),
        ],
    )  # fmt: skip
    def test_bad_input_is_one_clear_error(
        self, run: Any, arguments: tuple[str, ...], said: str
    ) -> None:
        code, out, err = run("capital", *arguments, "--draws", "50")
        assert (code, out) == (2, "")
        assert said in err
