"""The words of the house."""

from __future__ import annotations

from midstream.terms import SCORE_WORDS, SECTORS, STAGE_ORDER, STAGES, nearest, suggestion


def test_four_stages_in_the_order_of_the_chain() -> None:
    assert tuple(STAGES) == STAGE_ORDER == ("C1", "C2", "C3", "C4")
    assert all(stage.id == name for name, stage in STAGES.items())


def test_five_words_for_scores() -> None:
    assert list(SCORE_WORDS) == [1, 2, 3, 4, 5]
    assert SCORE_WORDS[1] == "near zero"
    assert SCORE_WORDS[5] == "leading"


def test_fourteen_sectors() -> None:
    assert len(SECTORS) == 14


def test_the_nearest_word_is_found_by_id_name_and_part() -> None:
    countries = {"IND": "India", "IDN": "Indonesia", "CHN": "China"}
    assert nearest("india", countries)[0] == "IND"
    assert nearest("indonesa", countries)[0] == "IDN"
    assert "ndfeb-magnet" in nearest("magnet", ["ndfeb-magnet", "ree-ore"])
    assert nearest("xyz", countries) == ()


def test_a_suggestion_is_half_a_sentence_or_nothing() -> None:
    assert suggestion("rare-earth", ["rare-earths"]) == "did you mean rare-earths?"
    assert suggestion("qqqq", ["rare-earths"]) == ""
