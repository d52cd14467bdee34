"""How numbers are printed: signs beside dashes, spans of time, units, names of things."""

from __future__ import annotations

import datetime
from dataclasses import replace

import pytest

from midstream.evidence.quantity import Quantity
from midstream.report.narrative.shock import times, times_span
from midstream.report.narrative.words import day, lowered, traced
from midstream.report.numbers import (
    Sentence,
    Shown,
    amount_text,
    is_range,
    number_text,
    say,
    show,
    spanned,
    with_unit,
)
from midstream.report.site.desk import Desk
from midstream.report.site.glass import shortened
from midstream.report.svg import STRUCTURE


def of(value: float | None, low: float | None, high: float | None, unit: str) -> Quantity:
    return Quantity(value, low, high, unit, "modelled", "f:x")


@pytest.mark.parametrize(
    ("quantity", "style", "text"),
    [
        (of(-0.13, -0.29, -0.019, "share"), "percents", "\u221229 to \u22121.9%"),
        (of(4.2, -5.1, 11, "%"), "range", "\u22125.1 to 11%"),
        (of(0.3, 0.1, 0.4, "share"), "percents", "10\u201340%"),
        (of(0.325, 0.1, 1.01, "% of world"), "value", "0.325% of world"),
        (of(4.98, 3, 7, "year"), "value", "5.0 years"),
        (of(9, None, None, "month"), "value", "9 months"),
    ],
)
def test_signs_and_units(quantity: Quantity, style: str, text: str) -> None:
    assert show(quantity, style).plain == text


def test_a_number_keeps_its_unit_where_the_words_that_held_it_are_left_out() -> None:
    months = of(14, 8, 20, "month")
    assert with_unit(Shown(months, "14")).plain == "14 months"
    assert with_unit(Shown(months, "fourteen")).plain == "fourteen"
    assert with_unit(Shown(of(0.3, None, None, "ratio"), "0.30")).plain == "0.30"
    chance = of(0.5, 0, 1, "probability")
    assert spanned(Shown(chance, "0")).plain == "0\u2013100%"
    assert spanned(Shown(replace(chance, low=None), "50", "%")).plain == "50%"
    assert is_range(show(months, "range"))
    assert not is_range(show(months))
    assert amount_text(2.89, "month") == "2.9 months"
    assert amount_text(60, "day") == "60 days"


def test_the_interval_of_a_ratio_has_the_digits_of_the_ratio() -> None:
    peak = of(2.306, 1.52, 14.3, "ratio")
    assert (times(peak).text, times_span(peak).text) == ("2.3", "1.5\u201314")
    assert number_text(2.306, "ratio") == "2.31"


def test_dates_and_codes_are_words() -> None:
    assert day(datetime.date(2027, 3, 31)) == "31 March 2027"
    assert day(datetime.date(2028, 12, 31)) == "the end of 2028"
    assert STRUCTURE.sub("", "SMM, 8 May 2025, grade 40M, 10X, Phase 2") == "SMM,  , grade , , "
    assert STRUCTURE.sub("", "8 plants") == "8 plants"


def test_a_minus_is_a_minus_and_a_hyphen_stays_one() -> None:
    quantity = of(-0.5, -1, -0.2, "year")
    assert traced("-0.5 [-1 to -0.2] years", quantity).plain == (
        "\u22120.5 [\u22121 to \u22120.2] years"
    )
    assert traced("lots of 10-15", quantity).plain == "lots of 10-15"


def test_a_plant_is_named_without_its_size() -> None:
    assert Desk.called("Vulcan Elements 10 kt magnet plant, Benson NC") == (
        "Vulcan Elements magnet plant"
    )
    assert Desk.called("10X magnet facility (Northlake, Texas)") == "10X magnet facility"
    assert Desk.called("White Mesa Mill Phase 2") == "White Mesa Mill Phase 2"
    assert Desk.called("Line 7 of the works") == "Line of the works"


def test_a_name_is_cut_at_a_word() -> None:
    assert shortened("Austrian Federal Ministry of Finance") == "Austrian Federal\u2026"
    assert shortened("Mining Weekly") == "Mining Weekly"


def test_a_sentence_behind_a_colon_begins_small() -> None:
    assert lowered(Sentence(("Most likely weakest",))).plain == "most likely weakest"
    assert lowered(Sentence(("NdPr oxide",))).plain == "NdPr oxide"
    counted = say("{n} stages", n=of(2, None, None, "stages"))
    assert lowered(counted) == counted
