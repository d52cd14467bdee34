"""The page on value: words follow the shares and the leverage, figures and tables agree."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from midstream.evidence import Quantity
from midstream.report.figures.figure import Figure
from midstream.report.figures.value import PlaceLine, StepLine, value_beside, value_places
from midstream.report.narrative import value as words
from midstream.report.narrative.context import Context
from midstream.report.narrative.types import Narrative
from midstream.report.narrative.value_rows import (
    MOST_PLACES,
    lever_gains,
    lever_names,
    main_capture,
    named_only,
    told_chains,
    told_places,
    top_stage,
)
from midstream.report.numbers import Register, Sentence, Shown
from midstream.report.site.build import shared, write_page
from midstream.report.site.desk import Desk
from midstream.report.site.page import Page, environment
from midstream.report.site.value import MEASURES, NONE, value_pages
from midstream.report.tables import Sheet
from midstream.report.theme import LIGHT
from midstream.report.value_sheets import value_sheets
from midstream.study import Study
from midstream.study.value import Capture
from units.report.chart_samples import TEXTS, made_up
from units.report.test_figures import untraced
from units.report.test_site import Crawler, crawl

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def context(india: Study) -> Context:
    return Context.of(india)


@pytest.fixture
def found(india: Study) -> Capture:
    capture = main_capture(india)
    assert capture is not None
    return capture


def lineages(text: Sentence) -> list[str]:
    return [part.quantity.lineage for part in text.parts if isinstance(part, Shown)]


def with_leverage(found: Capture, ends: dict[str, tuple[float, float, float]]) -> Capture:
    """The same capture with other leverage: form -> value, low, high."""
    assert found.beside is not None
    rows = tuple(
        replace(
            row,
            leverage=None if row.form not in ends else
            Quantity(*ends[row.form], "year", "modelled", "f:made-up"),
        )
        for row in found.beside.rows
    )  # fmt: skip
    return replace(found, beside=replace(found.beside, rows=rows))


def with_share(found: Capture, form: str, share: float) -> Capture:
    """The same capture with another share, and value, of one step."""
    stages = tuple(
        row if row.forms != (form,) else replace(
            row, share=replace(row.share, value=share), added=replace(row.added, value=share * 100)
        )
        for row in found.value.stages
    )  # fmt: skip
    return replace(found, value=replace(found.value, stages=stages))


@pytest.mark.parametrize("name", ["india", "japan"])
def test_words_are_short_and_every_number_leads_somewhere(
    name: str, request: pytest.FixtureRequest
) -> None:
    context = Context.of(request.getfixturevalue(name))
    opening = words.value_openings(context)["value"]
    chapters = words.value_chapters(context)
    assert len(opening.title.plain.split()) <= 20
    texts = [one.text for each in chapters.values() for one in each]
    ids = [one.id for each in chapters.values() for one in each]
    assert len(set(ids)) == len(ids) > 5
    for text in (opening.title, opening.lede, *texts):
        assert lineages(text)
        assert all(one in context.reckoner.ledger for one in lineages(text))
    assert all(text.plain.endswith(".") and ".." not in text.plain for text in texts)


class TestTitle:
    def test_it_names_the_step_with_most_value(self, context: Context, found: Capture) -> None:
        other = found.value.stages[1].forms[0]
        name = context.form_name(other)
        assert not words.value_title(context, found).plain.startswith(name)
        changed = words.value_title(context, with_share(found, other, 90.0))
        assert changed.plain.startswith((f"{name} holds 90%", f"{name} most likely holds 90%"))

    def test_doubt_is_said(self, context: Context, found: Capture) -> None:
        assert found.beside is not None
        rows = tuple(
            replace(row, most_value=replace(row.most_value, value=0.6)) for row in found.beside.rows
        )
        unsure = replace(found, beside=replace(found.beside, rows=rows))
        assert "most likely holds" in words.value_title(context, unsure).plain

    def test_a_focus_without_output_captures_nothing_on_record(
        self, context: Context, found: Capture
    ) -> None:
        left = tuple(row for row in found.value.locations if row.place != context.focus)
        without = replace(found, value=replace(found.value, locations=left))
        assert "captures nothing on record" in words.value_title(context, without).plain

    def test_less_leverage_than_value_is_a_but(self, context: Context, found: Capture) -> None:
        top = top_stage(found.value)
        assert found.beside is not None
        for share, word in ((1.0, "but"), (99.0, "and")):
            rows = tuple(
                replace(row, leverage_share=replace(row.leverage_share, value=share))
                if (row.form,) == top.forms else row
                for row in found.beside.rows
            )  # fmt: skip
            changed = replace(found, beside=replace(found.beside, rows=rows))
            assert f" {word} " in words.value_title(context, changed).plain


class TestBeside:
    def test_clear_leverage_elsewhere_is_told_apart(self, context: Context, found: Capture) -> None:
        top, other = top_stage(found.value).forms[0], found.value.stages[-1].forms[0]
        apart = with_leverage(found, {top: (1.0, 0.5, 1.5), other: (9.0, 8.0, 9.5)})
        title = words.beside_title(context, apart).plain
        assert title.endswith(f", most leverage at {context.form_name(other)}")

    def test_clear_leverage_at_the_same_step(self, context: Context, found: Capture) -> None:
        top, other = top_stage(found.value).forms[0], found.value.stages[-1].forms[0]
        same = with_leverage(found, {other: (1.0, 0.5, 1.5), top: (9.0, 8.0, 9.5)})
        assert words.beside_title(context, same).plain.endswith("and most leverage too")

    def test_intervals_that_overlap_are_not_told_apart(
        self, context: Context, found: Capture
    ) -> None:
        top, other = top_stage(found.value).forms[0], found.value.stages[-1].forms[0]
        ends = {top: (5.0, 2.0, 8.5), other: (9.0, 8.0, 9.5)}
        level = with_leverage(found, ends)
        assert words.beside_title(context, level).plain.endswith("no step stands out by leverage")
        third = with_leverage(found, {**ends, found.value.stages[1].forms[0]: (0.5, 0.2, 0.8)})
        title = words.beside_title(context, third).plain
        assert title.endswith(f"; most leverage there, or at {context.form_name(other)}")
        assert "do not tell it from" in words._beside(context, level).plain

    def test_without_leverage_only_value_is_told(self, context: Context, found: Capture) -> None:
        assert words.beside_title(context, replace(found, beside=None)).plain.startswith("Most val")
        assert words._beside(context, replace(found, beside=None)).parts == ()


def test_a_change_over_time_says_whether_intervals_overlap(
    context: Context, found: Capture
) -> None:
    own = next(row for row in found.domestic if row.country == context.focus)
    assert own.now.value is not None
    high = own.now.value * 50
    far = replace(own, then=replace(own.then, value=high, low=high * 0.9, high=high * 1.1))
    near = replace(own, then=own.now)
    assert "intervals overlap" not in words._domestic(context, [far]).plain
    assert "intervals overlap" in words._domestic(context, [near]).plain


def test_a_study_without_a_chain_has_no_page(small: Study) -> None:
    context = Context.of(small)
    assert words.value_openings(context) == {}
    assert set(words.value_chapters(context).values()) == {()}
    assert value_sheets(small) == []
    assert value_pages(Desk(small, cast(Narrative, SimpleNamespace()), "hash")) == []


class TestRows:
    def test_levers_are_those_of_the_packages(self, india: Study, japan: Study) -> None:
        rows = {row["id"]: row for row in india.evidence.table("packages").rows}
        for study in (india, japan):
            assert study.config.packages
            named = [one for name in study.config.packages for one in rows[name]["levers"]]
            assert list(lever_names(study)) == list(dict.fromkeys(named))

    def test_every_lever_has_a_gain_or_a_reason(self, india: Study) -> None:
        for lever in lever_gains(india):
            assert lever.told or lever.effects.silent

    def test_companies_without_capacity_stay_named(self, india: Study) -> None:
        effects = lever_gains(india)[0].effects
        assert {one.id for one in named_only(effects)} == {
            one.id for one in effects.companies if not one.holdings
        }

    def test_the_focus_and_its_partners_are_shown(self, india: Study, found: Capture) -> None:
        shown = told_places(india, found.value)
        on_record = {row.place for row in (*found.value.locations, *found.value.owners)}
        assert len(shown) > MOST_PLACES
        for country in (india.config.focus, *india.config.partners):
            assert (country in shown) == (country in on_record)


@pytest.fixture(scope="module")
def sheets(india: Study) -> dict[str, Sheet]:
    return {sheet.name: sheet for sheet in value_sheets(india)}


class TestSheets:
    def rows(self, sheet: Sheet) -> list[dict[str, Any]]:
        names = [column.name for column in sheet.columns]
        return [dict(zip(names, row, strict=True)) for row in sheet.rows]

    def test_keys_tell_rows_apart_and_they_can_be_written(self, sheets: dict[str, Sheet]) -> None:
        assert len(sheets) == 5
        for sheet in sheets.values():
            rows = self.rows(sheet)
            keys = {tuple(row[name] for name in sheet.key) for row in rows}
            assert sheet.key
            assert len(keys) == len(rows)
            assert sheet.csv().count("\n") > len(rows)

    def test_steps_and_places_add_up_to_the_price(
        self, india: Study, sheets: dict[str, Sheet]
    ) -> None:
        for chain in told_chains(india):
            price = (chain.final.value or 0.0) - (chain.outside.value or 0.0)
            rows = [r for r in self.rows(sheets["value_added"]) if r["chain"] == chain.route.id]
            assert sum(r["added"] or 0.0 for r in rows) == pytest.approx(price)
            assert all((r["added"] is None) == (r["why"] is not None) for r in rows)
            for by in ("location", "ownership"):
                told = [
                    r["value"] or 0.0
                    for r in self.rows(sheets["value_places"])
                    if (r["chain"], r["by"]) == (chain.route.id, by)
                ]
                assert sum(told) == pytest.approx(price)

    def test_a_missing_figure_is_blank(self, sheets: dict[str, Sheet], found: Capture) -> None:
        rows = self.rows(sheets["value_domestic"])
        blank = {(r["country"], r["forms"]) for r in rows if r["value"] is None and r["forms"]}
        for row in found.domestic:
            told = {one.forms[-1] for one in row.steps}
            assert all((row.country, one) in blank for one in row.missing if one in told)


def step_lines() -> list[StepLine]:
    return [
        StepLine("C1", "Ore", made_up(60.0, 0.2, "%"), made_up(120.0, 0.2, "CNY/kg"),
                 made_up(6.0, 0.4, "year"), "China"),
        StepLine("C2", "Oxide of a very long name indeed", None, None, None, ""),
        StepLine("C3", "Magnets", made_up(-4.0, 0.5, "%"), made_up(-8.0, 0.5, "CNY/kg"),
                 made_up(2.0, None, "year"), "Japan"),
    ]  # fmt: skip


def place_lines() -> list[PlaceLine]:
    return [
        PlaceLine("China", made_up(78.0, 0.2, "%"), made_up(70.0, 0.1, "%"), "ink"),
        PlaceLine("India", made_up(0.5, 0.2, "%"), None, "teal"),
        PlaceLine("Owners not on record", None, Quantity(None, 2.0, 9.0, "%", None, "f:made-up")),
    ]


FIGURES = [
    value_beside("value-leverage", step_lines(), *TEXTS),
    value_places("value-places", place_lines(), *TEXTS),
]


@pytest.mark.parametrize("width", [312, 440, 690, 860])
@pytest.mark.parametrize("figure", FIGURES, ids=[figure.id for figure in FIGURES])
def test_figures_are_traced_and_stay_inside(figure: Figure, width: int) -> None:
    svg = figure.svg(LIGHT, width=width)
    assert untraced(svg) == []
    root = ET.fromstring(svg)
    wide, high = float(root.get("width", "0")), float(root.get("height", "0"))
    for shape in root.iter(f"{SVG}rect"):
        assert float(shape.get("x", "0")) + float(shape.get("width", "0")) <= wide + 1
        assert float(shape.get("y", "0")) + float(shape.get("height", "0")) <= high + 1
    for shape in root.iter(f"{SVG}circle"):
        assert 0 <= float(shape.get("cx", "0")) - 4 <= wide
    assert all(len(row) == len(figure.columns) for row in figure.rows)
    assert figure.alt.startswith(figure.title.plain)


def test_what_is_missing_is_said_and_the_largest_is_marked() -> None:
    svg = FIGURES[0].svg(LIGHT)
    assert "no value of its own" in svg
    assert "no leverage is known" in svg
    ore = value_beside("v", step_lines()[:1], *TEXTS).svg(LIGHT)
    assert LIGHT.colour("accent") in ore
    assert svg.count(LIGHT.colour("accent")) == ore.count(LIGHT.colour("accent"))


@pytest.fixture(scope="module", params=["india", "japan"])
def page(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The page of a study as it is written, with the ledger behind it and its context."""
    study: Study = request.getfixturevalue(request.param)
    context = Context.of(study)
    narrative = SimpleNamespace(
        ledger=context.reckoner.ledger,
        openings=words.value_openings(context),
        chapters=words.value_chapters(context),
    )
    desk = Desk(study, cast(Narrative, narrative), "hash")
    (made,) = value_pages(desk)
    folder = tmp_path_factory.mktemp(request.param)
    site = shared(desk, [made, Page("money.html", "", "", ""), Page("leverage.html", "", "", "")])
    written = write_page(folder, made, desk, site, environment(), Register())
    return SimpleNamespace(made=made, ledger=narrative.ledger, files=written)


@pytest.fixture(scope="module")
def crawled(page: Any) -> Crawler:
    html: Path = page.files[0]
    return crawl(html)


class TestPage:
    def test_every_digit_is_traced_and_leads_somewhere(self, page: Any, crawled: Crawler) -> None:
        assert crawled.untraced == []
        assert crawled.lineages
        assert all(one in page.ledger for one in crawled.lineages)

    def test_headings_and_anchors_are_in_order(self, crawled: Crawler) -> None:
        assert crawled.headings[0] == 1
        assert all(after - before <= 1 for before, after in pairwise(crawled.headings))
        anchors = [link[1:] for link in crawled.links if link.startswith("#")]
        assert set(anchors) <= set(crawled.ids)
        assert len(crawled.ids) == len(set(crawled.ids))

    def test_tables_of_levers_leave_out_empty_columns_and_like_rows(self, page: Any) -> None:
        levers = page.made.context["levers"]
        assert levers
        for lever in levers:
            printed = [
                (row["who"], row["form"], *(cell.plain for _, cell in row["cells"]))
                for row in lever["rows"]
            ]
            assert len(set(printed)) == len(printed)
            assert set(lever["measures"]) <= set(MEASURES)
            for place in range(len(lever["measures"])):
                assert any(row["cells"][place][1].plain != NONE for row in lever["rows"])

    def test_a_chain_with_one_price_has_no_share_by_step(self, page: Any) -> None:
        shown = page.made.context["chains"]
        single = [one for one in shown if one["share"] is None]
        assert 0 < len(single) < len(shown)
