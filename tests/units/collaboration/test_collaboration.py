"""Matching in a study: keys of the interface, words, errors, the register."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from midstream.answers.peers import match_answer
from midstream.collaboration.register import of_country, organisations, steps
from midstream.collaboration.telling import reason, steps_of, unknown_of
from midstream.errors import InputError
from midstream.evidence import Evidence, Ledger
from midstream.study import Study, load
from midstream.study.tracing import work_out
from midstream.tables_text import peers as text
from units.collaboration.matching_made import made_steps, organisation
from units.data_copy import copy_data
from units.test_rooms_cli import quantities


@pytest.mark.parametrize("name", ["india", "japan"])
def test_it_has_the_keys_of_the_interface(name: str, request: pytest.FixtureRequest) -> None:
    study: Study = request.getfixturevalue(name)
    answer = match_answer(study, ("IND", "USA"))
    assert answer["result"]
    for one in answer["result"]:
        assert {"left", "right", "technology", "stage", "score", "why"} <= set(one)
        assert one["left_capability"]["country"] == "IND"
        assert one["unknown"]
        assert one["why"].endswith(".")
        level = one["left_capability"]["level"]
        assert level is None or one["readiness_needed"]["left"]["value"] is None
    shares = [one["frequency"]["value"] for one in answer["result"]]
    assert shares == sorted(shares, reverse=True)
    assert all(one["lineage"] in study.ledger for one in quantities(answer["result"]))
    assert {"match.same", "match.early"} <= set(answer["assumptions"])
    assert any("no step on record" in one for one in answer["warnings"])
    json.dumps(answer, allow_nan=False)
    printed = text.match(answer)
    assert answer["result"][0]["left"] in printed
    assert "Not known:" in printed


def test_what_a_pair_would_move_is_the_gap_of_a_scored_form(study: Study) -> None:
    found = study.match(("IND", "USA"))
    moves = [one.moves for one in found.pairs if one.moves is not None]
    assert moves
    for one in moves:
        assert one.country in ("IND", "USA")
        if one.gap.value is not None:
            assert one.need.value is not None
            assert one.output.value is not None
            assert one.gap.value == pytest.approx(max(0.0, one.need.value - one.output.value))


def test_a_sector_changes_which_stage_is_weak(study: Study) -> None:
    mean, one = study.match(("IND", "USA")), study.match(("IND", "USA"), "rare-earth-magnets")
    assert [pair.score for pair in mean.pairs] != [pair.score for pair in one.pairs]
    assert one.sector == "rare-earth-magnets"


def test_focus_and_first_partner_on_record_are_the_default(japan: Study, study: Study) -> None:
    assert japan.config.partners[0] == "AUS"
    assert japan.match().countries == ("JPN", "USA")
    assert study.match().countries == ("IND", "USA")
    with pytest.raises(InputError, match="no capability on record for Australia"):
        japan.match(("JPN", "AUS"))


@pytest.mark.parametrize(
    ("two", "words"),
    [
        (("DEU", "IND"), "IND, JPN, TWN, USA"),
        (("IND", "IND"), "name two different countries"),
        (("IND", "UAS"), "did you mean USA"),
    ],
)
def test_bad_input_gives_one_clear_error(study: Study, two: tuple[str, str], words: str) -> None:
    with pytest.raises(InputError, match=words):
        match_answer(study, two)


def test_a_study_without_partners_asks_for_two_countries(small: Study) -> None:
    with pytest.raises(InputError, match="names no partner"):
        small.match()
    with pytest.raises(InputError, match="no capability on record for Germany"):
        small.match(("DEU", "CHN"))


def test_an_unknown_sector_is_refused(study: Study) -> None:
    with pytest.raises(InputError, match="did you mean solar"):
        study.match(("IND", "USA"), "soler")


def test_a_country_without_transfers_has_none(study: Study) -> None:
    assert study.transfers("USA") == ()


def test_numbers_can_be_opened_on_their_own(study: Study) -> None:
    pair = study.match(("IND", "USA")).pairs[0]
    handed = study.transfers("IND")[0]
    fresh = load("india-us")
    for quantity in (pair.frequency, pair.needed_left, handed.frequency):
        work_out(fresh, quantity.lineage)
        assert fresh.ledger.trace(quantity.lineage, depth=1)["inputs"]


class TestRegister:
    def test_every_step_named_is_worked_on_or_made(self, evidence: Evidence) -> None:
        used = {row["step"] for row in evidence.table("capability_steps").rows}
        made = {step.id for step in steps(evidence).values() if step.facility_forms}
        assert set(steps(evidence)) <= used | made

    def test_steps_stand_beside_each_other_both_ways(self, evidence: Evidence) -> None:
        found = steps(evidence)
        for step in found.values():
            assert step.id not in step.beside
            for other in step.beside:
                assert step.id in found[other].beside

    def test_readiness_is_a_leaf_with_its_source_and_missing_stays_missing(
        self, evidence: Evidence
    ) -> None:
        ledger = Ledger(base=evidence.ledger)
        found = organisations(evidence, ledger)
        for one in found:
            node = ledger[one.lineage]
            assert node.source
            assert node.quantity.value == (None if one.level is None else float(one.level))
        assert any(one.level is None for one in found)
        assert any(not one.steps for one in found)

    def test_a_country_without_organisations_names_those_that_have(self) -> None:
        register = [organisation("one", "AAA", "oxide"), organisation("two", "BBB")]
        with pytest.raises(InputError, match="are on record for AAA only"):
            of_country(register, "BBB", {"BBB": "Beta"})

    def test_a_step_the_register_does_not_hold_is_found(self, tmp_path: Path) -> None:
        folder = copy_data(tmp_path / "data")
        file = folder / "capability_steps.csv"
        file.write_text(file.read_text("utf-8") + "ct-x,cap-01,smelting,assumed,\n", "utf-8")
        with pytest.raises(InputError, match="smelting"):
            Evidence.load(folder)


class TestWords:
    def test_a_shared_step_is_named(self) -> None:
        one, other = organisation("one", "AAA", "oxide"), organisation("two", "BBB", "oxide")
        assert steps_of(one, other, made_steps()) == "making of oxide"
        words = reason(one, other, one, made_steps(), {"AAA": "Alpha"})
        assert words.startswith("Both work on making of oxide. ")
        assert "in Alpha" in words
        assert "Readiness of neither is on record." in words

    def test_steps_beside_each_other_are_named_with_their_organisations(self) -> None:
        one = organisation("one", "AAA", "oxide", level=7)
        other = organisation("two", "BBB", "metal")
        assert steps_of(one, other, made_steps()) == "making of oxide beside making of metal"
        words = reason(one, other, other, made_steps(), {})
        assert "one works on making of oxide, two on making of metal" in words
        assert "on record for one alone" in words

    def test_what_is_not_known_is_listed(self) -> None:
        one = organisation("one", "AAA", "oxide", level=7)
        other = organisation("two", "BBB", "metal", level=8)
        said = unknown_of(one, other, None)
        assert not any(part.startswith("readiness") for part in said)
        assert any("no form of its steps is scored" in part for part in said)
        assert "Readiness of both is on record." in reason(one, other, one, made_steps(), {})
