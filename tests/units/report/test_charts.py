"""Charts of leverage and shocks: what they draw follows from the numbers, gaps stay gaps."""

from __future__ import annotations

import csv
import io
import re
import xml.etree.ElementTree as ET
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from midstream.evidence.quantity import Quantity
from midstream.report.figures.arcs import arcs
from midstream.report.figures.axes import Months, Scale, keep_apart, runs, tick_text
from midstream.report.figures.backtest import backtest, ranked, rivals
from midstream.report.figures.chances import Chance, chances
from midstream.report.figures.fan import Record, fan, missed
from midstream.report.figures.figure import Figure
from midstream.report.figures.leverage import ChainRow, leverage_by_stage, what_is_left
from midstream.report.figures.matrix import shared_matrix
from midstream.report.figures.months import Axes, Panel, deliveries, lowest
from midstream.report.figures.pathways import pathways
from midstream.report.figures.ranges import Group, Span, ranges
from midstream.report.figures.series import Line, yearly
from midstream.report.figures.tornado import Swing, tornado
from midstream.report.numbers import Sentence, Shown
from midstream.report.svg import Type
from midstream.report.theme import DARK, LIGHT, LIVE, PRINT
from units.report.chart_samples import (
    TEXTS,
    chains,
    cuts,
    fan_data,
    flows,
    grid,
    lines,
    made_up,
    panels,
    predictors,
    samples,
    trials,
)
from units.report.future_samples import future_samples, pathway, share
from units.report.test_figures import untraced

SVG = "{http://www.w3.org/2000/svg}"
FIGURES = [*samples(), *future_samples()]
WIDTHS = (320, 440, 690, 860)
by_id = pytest.mark.parametrize("figure", FIGURES, ids=[figure.id for figure in FIGURES])
by_width = pytest.mark.parametrize("width", WIDTHS)


def colours(figure: Figure, words: str, width: int | None = None) -> set[str]:
    """Colours of the texts that hold some words."""
    root = ET.fromstring(figure.svg(LIGHT, width=width))
    return {
        str(text.get("fill"))
        for text in root.iter(f"{SVG}text")
        if words in "".join(text.itertext())
    }


@by_id
@by_width
@pytest.mark.parametrize("standalone", [False, True], ids=["inline", "standalone"])
def test_every_digit_drawn_is_traced_or_structure(
    figure: Figure, width: int, standalone: bool
) -> None:
    assert untraced(figure.svg(LIGHT, standalone, width)) == []


@by_id
@by_width
def test_everything_drawn_stays_inside_and_is_legible(figure: Figure, width: int) -> None:
    svg = figure.svg(LIGHT, width=width)
    root = ET.fromstring(svg)
    wide, high = float(root.get("width", "0")), float(root.get("height", "0"))
    assert wide == width
    for shape in root.iter(f"{SVG}rect"):
        x, y = float(shape.get("x", "0")), float(shape.get("y", "0"))
        assert x + float(shape.get("width", "0")) <= wide + 1
        assert y + float(shape.get("height", "0")) <= high + 1
    for shape in root.iter(f"{SVG}circle"):
        assert 0 <= float(shape.get("cx", "0")) <= wide
        assert 0 <= float(shape.get("cy", "0")) <= high
    assert min(map(float, re.findall(r'font-size="([\d.]+)"', svg))) >= 11


@by_id
def test_numbers_drawn_are_those_registered(figure: Figure) -> None:
    drawn = re.findall(r'data-lineage="([^"]+)"', figure.svg(PRINT))
    assert drawn == [shown.quantity.lineage for shown in figure.numbers]
    assert drawn or figure.id == "arcs"


@by_id
def test_a_figure_speaks_and_has_a_twin(figure: Figure) -> None:
    assert figure.alt.startswith(figure.title.plain)
    assert len(figure.alt) > len(figure.title.plain) + 10
    assert all(len(row) == len(figure.columns) for row in figure.rows)
    rows = list(csv.reader(io.StringIO(figure.csv())))
    assert len({len(row) for row in rows}) == 1
    assert any("lineage" in name for name in rows[0])


@by_id
def test_a_drawing_follows_its_theme(figure: Figure) -> None:
    assert not re.search(r"#[0-9A-Fa-f]{6}", figure.svg(LIVE))
    assert figure.svg(LIGHT, standalone=True) != figure.svg(DARK, standalone=True)


def test_a_miss_is_marked_only_where_the_band_fails() -> None:
    inside, outside = fan_data(1.3), fan_data(3.2)
    assert [missed(inside, r) for r in inside.records] == [True, False, False]
    assert [missed(outside, r) for r in outside.records] == [True, False, True]
    drawn = [fan("f", data, *TEXTS).svg(LIGHT).count(">missed<") for data in (inside, outside)]
    assert drawn == [1, 2]
    assert not missed(inside, Record(99, made_up(50.0)))
    assert not missed(inside, Record(3, made_up(None)))


def test_a_fan_names_its_events_without_laying_one_on_another() -> None:
    for width in WIDTHS:
        root = ET.fromstring(fan("f", fan_data(), *TEXTS).svg(LIGHT, width=width))
        texts = {"".join(t.itertext()): t for t in root.iter(f"{SVG}text")}
        places = {
            (round(float(texts[name].get("x", "0"))), texts[name].get("y"))
            for name in ("announced", "in force", "ends")
        }
        assert len(places) == 3


def texts_of(figure: Figure, width: int | None = None) -> dict[str, ET.Element]:
    """Texts of a drawing by their words."""
    root = ET.fromstring(figure.svg(LIGHT, width=width))
    return {"".join(text.itertext()): text for text in root.iter(f"{SVG}text")}


def at(text: ET.Element) -> tuple[float, float]:
    return float(text.get("x", "0")), float(text.get("y", "0"))


def test_scores_stand_on_the_ruler_and_parts_are_told_in_per_cent() -> None:
    def drawn(unit: str, value: float, name: str = "China") -> dict[str, ET.Element]:
        quantity = Quantity(value, value * 0.8, value * 1.1, unit, "modelled", "f:x")
        group = Group("C1", "", (Span(name, quantity),))
        return texts_of(ranges("r", [group], "Score", *TEXTS))

    scores = drawn("score", 2.0)
    assert {"1", "3", "5"} <= set(scores)
    assert not {"0", "6"} & set(scores)
    assert {"0%", "20%", "21%"} <= set(drawn("share", 0.21))
    long = drawn("%", 40.0, "Mountain Pass heavy rare earth separation")
    assert at(long["0"])[0] > 230 > at(drawn("%", 40.0)["0"])[0]


def test_a_level_is_named_beside_the_lines_not_on_them() -> None:
    path = pathway("magnets", 4000.0, level=4600.0)
    drawn = texts_of(pathways("p", [path], "Output", *TEXTS))
    name = next(text for words, text in drawn.items() if words.startswith("scheme target"))
    # The need crosses the level at the left, so the name stands at the right.
    assert at(name)[0] > at(drawn["2029"])[0]


def test_odds_are_printed_as_the_text_prints_them() -> None:
    told = Shown(share(0.001, None), "under 1", "%")
    rare = Chance("Breakthrough", Sentence(("all of it",)), share(0.001, None), told=told)
    for width in (320, 780):
        drawn = texts_of(chances("c", [rare], *TEXTS), width)
        assert "under 1%" in drawn
        edge = at(drawn["100%"])[0] + Type(12).width("100%") / 2
        assert edge <= width
        x, wide = at(drawn["under 1%"])[0], Type(22, 600, family="serif").width("under 1%")
        assert (x if width == 320 else x - wide) >= 0


def test_the_names_of_drivers_stand_beside_their_bars() -> None:
    swing = Swing("Need", share(0.031, None, "a"), share(0.045, None, "b"))
    figure = tornado("t", [swing], share(0.04), "odds", *TEXTS)
    wide, narrow = texts_of(figure, 780), texts_of(figure, 320)
    assert at(wide["Need"])[0] == at(narrow["Need"])[0] == 0
    assert abs(at(wide["Need"])[1] - at(wide["3.1%"])[1]) < 4
    assert at(narrow["Need"])[1] < at(narrow["3.1%"])[1] - 10


def test_brackets_do_not_cut_thin_bars_off() -> None:
    axes = Axes(Months(0, 20), "Deliveries", "Cover", "months")
    bars = tuple(made_up(0.8, 0.2) for _ in range(20))
    figure = deliveries("d", [Panel("India", bars)] * 4, axes, *TEXTS)
    halo = f'stroke="{LIGHT.paper}" stroke-width="2.6"'
    assert halo not in figure.svg(LIGHT, width=780)
    assert halo in deliveries("d", [Panel("India", bars)], axes, *TEXTS).svg(LIGHT, width=780)


def test_a_month_without_a_report_is_hatched_not_zero() -> None:
    axes = Axes(Months(-2, 14), "Deliveries", "Cover", "months")
    figure = deliveries("d", panels(), axes, *TEXTS)
    assert "no evidence" in [getattr(row[2], "plain", "") for row in figure.rows]
    assert figure.svg(LIGHT).count("<path transform") == 2
    assert lowest([made_up(None), made_up(3.0), made_up(3.0)]) == 1
    assert lowest([made_up(None)]) is None


def test_the_stage_with_most_leverage_is_the_one_marked() -> None:
    row = chains()[0]
    assert row.most == "C3"
    changed = ChainRow(
        row.id, row.name, {**row.stages, "C1": made_up(9.0, 0.1, "year")}, row.answer
    )
    assert changed.most == "C1"
    accent = [colours(leverage_by_stage("l", [one], *TEXTS), "9") for one in (changed,)]
    assert LIGHT.accent in accent[0]
    assert ChainRow("a", "A", {"C2": made_up(1.0)}).most is None


def test_an_answer_is_said_by_shape_and_word() -> None:
    figure = leverage_by_stage("l", chains(), *TEXTS)
    words = "".join(ET.fromstring(figure.svg(LIGHT)).itertext())
    for answer in ("yes", "no", "undetermined", "not tested"):
        assert answer in words
    assert "?" in words


def test_the_deepest_cut_is_marked_and_missing_evidence_is_said() -> None:
    figure = what_is_left("c", cuts(), *TEXTS)
    assert colours(figure, "9%") >= {LIGHT.accent}
    assert LIGHT.accent not in colours(figure, "39%")
    assert "no evidence" in figure.svg(LIGHT)


def test_a_matrix_becomes_a_list_where_it_does_not_fit() -> None:
    figure = shared_matrix("m", grid(), *TEXTS)
    assert "rotate" in figure.svg(LIGHT, width=860)
    narrow = figure.svg(LIGHT, width=320)
    assert "rotate" not in narrow
    for shown in figure.numbers:
        if "/b/" in shown.quantity.lineage:
            assert f'data-lineage="{shown.quantity.lineage}"' in narrow
    assert colours(figure, "NdPr oxide") == {LIGHT.accent}


def test_larger_values_are_darker() -> None:
    figure = shared_matrix("m", grid(3), *TEXTS)
    root = ET.fromstring(figure.svg(LIGHT))
    fills = [LIGHT.fill1, LIGHT.fill2, LIGHT.fill3, LIGHT.fill4, LIGHT.fill5]
    shapes = [e for e in root.iter() if e.tag in {f"{SVG}rect", f"{SVG}text"}]
    found = sorted(
        (float("".join(text.itertext()).rstrip("%")), fills.index(str(rect.get("fill"))))
        for rect, text in pairwise(shapes)
        if rect.tag == f"{SVG}rect" and rect.get("fill") in fills and text.tag == f"{SVG}text"
    )
    assert len(found) > 5
    assert [level for _, level in found] == sorted(level for _, level in found)


def test_a_backtest_marks_misses_and_keeps_threats_apart() -> None:
    real, nulls = ranked(trials())
    assert [t.observed.value for t in real] == sorted(
        (t.observed.value or 0.0 for t in real), reverse=True
    )
    assert [t.name for t in nulls] == ["Tin 2021", "Silver 2019"]
    figure = backtest("b", trials(), "rule", *TEXTS)
    assert colours(figure, "Graphite 2023") == {LIGHT.accent}
    assert colours(figure, "Gallium 2023") == {LIGHT.ink}
    assert figure.alt.endswith("Missed: Rare earths 2010, Graphite 2023.")


def test_rivals_are_ranked_by_error_whoever_wins() -> None:
    figure = rivals("r", predictors(), *TEXTS)
    assert [row[0] for row in figure.rows][:2] == ["refitted share rule", "model"]
    assert figure.rows[-1][0] == "static"
    assert "not computed" in figure.svg(LIGHT)


def test_a_gap_in_a_series_stays_a_gap() -> None:
    figure = yearly("s", lines(), *TEXTS)
    whole = Line("b", "Cobalt", {y: made_up(0.5, None, "index") for y in range(2004, 2025)})
    gap = Line("b", "Cobalt", {**whole.points, 2010: made_up(None)})
    paths = [
        len(re.findall(r'<path d="M[^Z"]*" fill="none"', yearly("s", [one], *TEXTS).svg(LIGHT)))
        for one in (whole, gap)
    ]
    assert paths == [1, 2]
    assert "Cobalt, refined" in "".join(ET.fromstring(figure.svg(LIGHT)).itertext())


def test_flows_without_a_report_stand_apart_and_exclusions_are_named() -> None:
    figure = arcs("a", flows(), *TEXTS)
    words = "".join(ET.fromstring(figure.svg(LIGHT)).itertext())
    assert "(excluded)" in words
    assert sum(row[2] == "not on record" for row in figure.rows) == 2
    assert sum("unit value" in getattr(row[4], "plain", "") for row in figure.rows) == 1


@given(st.lists(st.floats(0, 300), min_size=1, max_size=8))
def test_labels_stand_apart_in_their_order(places: list[float]) -> None:
    moved = keep_apart(places, 15, 0, 300)
    order = sorted(range(len(places)), key=lambda i: places[i])
    ranked_places = [moved[i] for i in order]
    assert all(b - a >= 15 - 1e-6 for a, b in pairwise(ranked_places))
    assert all(-1e-6 <= place <= 300 + 1e-6 for place in moved)


@given(st.lists(st.floats(1e-3, 1e6), min_size=1, max_size=9), st.booleans())
def test_a_scale_keeps_order_and_its_ticks_inside(values: list[float], log: bool) -> None:
    scale = Scale.logarithmic(values, 10, 400) if log else Scale.linear(values, 10, 400, zero=True)
    places = [scale.at(value) for value in sorted(values)]
    assert places == sorted(places)
    assert all(10 - 1e-6 <= place <= 400 + 1e-6 for place in places)
    assert all(10 - 1e-3 <= scale.at(tick) <= 400 + 1e-3 for tick in scale.ticks())
    if not log:
        assert scale.low <= 0


def test_a_scale_of_one_value_has_ends() -> None:
    for scale in (
        Scale.linear([], 0, 10),
        Scale.logarithmic([], 0, 10),
        Scale.linear([5, 5], 0, 1),
    ):
        assert scale.high > scale.low
        assert scale.ticks()


def test_months_are_named_by_calendar_or_counted() -> None:
    assert Months(-1, 4, (2023, 1)).name(-1) == "Dec 2022"
    assert Months(0, 4).name(3) == "M3"
    counted = [text for _, text in Months(-2, 14).ticks(200)]
    assert counted == ["0", "3", "6", "9"]
    calendar = [text for _, text in Months(-1, 16, (2023, 8)).ticks(300)]
    assert calendar == ["Jul 2023", "Jan 2024", "Jul"]
    assert tick_text(0.30000000000000004) == "0.3"
    assert runs([False, True, True, False, True]) == [range(1, 3), range(4, 5)]
