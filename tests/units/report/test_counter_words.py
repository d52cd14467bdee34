"""Words, page and tables of the counterstrategy: they follow the numbers of the room."""

from __future__ import annotations

import csv
import html
import io
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest

from midstream.counterstrategy.result import Counter, EntrantRow, MoveRow
from midstream.evidence.quantity import Quantity
from midstream.report.counter_sheets import counter_sheets
from midstream.report.figures.figure import Figure
from midstream.report.narrative import Narrative
from midstream.report.narrative.context import Context
from midstream.report.narrative.counter import (
    counter_findings,
    counter_opening,
    counter_title,
)
from midstream.report.narrative.counter_rows import (
    STANDINGS,
    deepest,
    group_series,
    half_shut,
    left,
    standing,
    tempting,
)
from midstream.report.narrative.words import words_in
from midstream.report.numbers import Register, Sentence, Shown
from midstream.report.site.build import shared, write_page
from midstream.report.site.counter import (
    counter_page,
    curves_figure,
    payoff_figure,
    spread,
)
from midstream.report.site.desk import Desk
from midstream.report.site.page import Page, environment
from midstream.report.svg import STRUCTURE
from midstream.report.tables import Sheet
from midstream.report.theme import LIGHT
from midstream.study import Study
from units.report.test_figures import untraced

FORM = "ndpr-oxide"


@pytest.fixture(scope="module")
def context(india: Study) -> Context:
    return Context.of(india)


@pytest.fixture(scope="module")
def one(india: Study) -> Counter:
    return next(found for found in india.counters if found.form == FORM)


def of(quantity: Quantity, value: float | None, **ends: float | None) -> Quantity:
    """A quantity with another value; without ends it has none."""
    label = "modelled" if quantity.label is None and value is not None else quantity.label
    low, high = ends.get("low"), ends.get("high")
    return replace(quantity, value=value, low=low, high=high, label=label)


def moved(one: Counter, change: Callable[[MoveRow], MoveRow]) -> Counter:
    return replace(one, moves=tuple(change(row) for row in one.moves))


def peopled(one: Counter, change: Callable[[EntrantRow], EntrantRow]) -> Counter:
    return replace(one, entrants=tuple(change(row) for row in one.entrants))


def paying(one: Counter, kind: str, payoff: float) -> Counter:
    """The same with another payoff of every move of a kind."""
    return moved(
        one,
        lambda row: replace(row, payoff=of(row.payoff, payoff)) if row.move.kind == kind else row,
    )


def told(context: Context, one: Counter) -> dict[str, str]:
    return {
        found.id.rpartition("/")[2]: found.text.plain for found in counter_findings(context, one)
    }


def bare_digits(sentence: Sentence) -> list[str]:
    return [
        part
        for part in sentence.parts
        if isinstance(part, str) and re.search(r"\d", STRUCTURE.sub("", part))
    ]


def test_titles_fit_and_every_number_is_traced(india: Study, japan: Study) -> None:
    for study in (india, japan):
        context = Context.of(study)
        assert study.counters
        for found in study.counters:
            opening = counter_opening(context, [found])
            assert words_in(opening.title) <= 20
            sentences = [opening.title, opening.lede]
            sentences += [finding.text for finding in counter_findings(context, found)]
            for sentence in sentences:
                assert bare_digits(sentence) == []
                for part in sentence.parts:
                    if isinstance(part, Shown):
                        assert part.quantity.lineage in context.reckoner.ledger


def test_a_study_without_counters_says_so(context: Context) -> None:
    assert "no answer of an incumbent" in counter_opening(context, ()).title.plain


# the title


def test_the_title_turns_with_the_sign_of_the_payoff(context: Context, one: Counter) -> None:
    assert "costs China 2,500 million USD net" in counter_title(
        context, paying(one, "flood", -2500.0)
    ).plain.replace("\u00a0", " ")
    assert (
        "pays China 700 million USD net"
        in counter_title(context, paying(one, "flood", 700.0)).plain
    )


def test_the_title_counts_what_the_focus_country_keeps(context: Context, one: Counter) -> None:
    def kept(survival: float, without: float) -> str:
        def change(row: MoveRow) -> MoveRow:
            chances = tuple(
                replace(
                    entrant,
                    survival=of(entrant.survival, survival),
                    without=of(entrant.without, without),
                )
                for entrant in row.entrants
            )
            return replace(row, entrants=chances)

        return counter_title(context, moved(one, change)).plain

    assert kept(0.25, 0.75).endswith("leaves 25% of India\u2019s capacity for NdPr oxide, not 75%")
    assert kept(0.5, 0.5).endswith("leaves 50% of India\u2019s capacity for NdPr oxide")


def test_without_a_plant_of_its_own_all_entrants_are_counted(
    context: Context, one: Counter
) -> None:
    row = deepest(one)
    assert row is not None
    other = moved(one, lambda r: replace(r, out_focus=of(r.out_focus, None)))
    assert "of entrants\u2019 capacity" in counter_title(context, other).plain
    own, every = left(context, one, row), left(context, one, row, all_of_them=True)
    assert own[0].value != every[0].value
    assert every[0].value == pytest.approx(1 - (row.out.value or 0.0) / 100)


def test_a_form_without_a_price_attack_has_a_title(context: Context, one: Counter) -> None:
    rows = tuple(row for row in one.moves if row.move.kind != "flood")
    dry = replace(one, moves=rows)
    assert counter_title(context, dry).plain == "China has no price attack to make on NdPr oxide"
    assert {"flood", "survivors"} & set(told(context, dry)) == set()


# the findings


def test_the_most_tempting_and_the_cheapest_move_are_found(context: Context, one: Counter) -> None:
    cheap = moved(
        one,
        lambda row: (
            replace(row, incumbent_cost=of(row.incumbent_cost, 0.5))
            if row.move.kind == "technology-ban"
            else row
        ),
    )
    words = told(context, paying(cheap, "licence-queue", 9e4))["moves"]
    assert "gains most from this: licences for 25% of exports" in words
    assert "the cheapest move (equipment and know-how withheld" in words
    assert "costs 0.5 million USD" in words
    none = moved(one, lambda row: replace(row, payoff=of(row.payoff, -1.0)))
    assert "no move pays China" in told(context, none)["moves"]
    assert "What tempts" not in counter_opening(context, [none]).lede.plain


def test_what_comes_back_is_told_from_the_curve(context: Context, one: Counter) -> None:
    def ending(value: float) -> str:
        curves = tuple(
            replace(curve, survival=(*curve.survival[:-1], of(curve.survival[-1], value)))
            for curve in one.curves
        )
        return told(context, replace(one, curves=curves))["flood"]

    assert "Much of it is delay" in ending(0.9)
    assert "and 90% ten years after its start" in ending(0.9)
    assert "Little of it comes back" in ending(0.05)


def test_entrants_are_grouped_by_what_they_lean_on(context: Context, one: Counter) -> None:
    words = told(context, one)["survivors"]
    assert all(STANDINGS[standing(row)] in words for row in one.entrants)
    bare = peopled(
        one, lambda row: replace(row, covered=of(row.covered, 0.0), supported=False, built=True)
    )
    words = told(context, bare)["survivors"]
    assert STANDINGS["bare"] in words
    assert STANDINGS["floor"] not in words
    covered = peopled(one, lambda row: replace(row, covered=of(row.covered, 100.0)))
    words = told(context, covered)["survivors"]
    assert STANDINGS["floor"] in words
    assert "fall first" not in words


def test_the_year_in_which_half_is_shut_follows_the_curves(context: Context, one: Counter) -> None:
    def falling(year: int) -> Counter:
        curves = tuple(
            replace(
                curve,
                survival=tuple(
                    of(q, 0.1 if at >= year else 0.9)
                    for at, q in zip(curve.years, curve.survival, strict=True)
                ),
            )
            for curve in one.curves
        )
        return replace(one, curves=curves)

    assert "shut by the end of year three" in told(context, falling(3))["survivors"]
    assert "shut by the end of year five" in told(context, falling(5))["survivors"]
    assert "shut" not in told(context, falling(99))["survivors"]
    members = [row for row in one.entrants if standing(row) == "bare"]
    series = group_series(context, falling(4), "bare", members)
    assert [q.value for q in series[:4]] == pytest.approx([0.9, 0.9, 0.9, 0.1])
    assert half_shut(series, one.curves[0].years) == 4


def test_thresholds_and_aims_are_told(context: Context, one: Counter) -> None:
    def worth(value: float | None) -> str:
        rows = tuple(
            replace(row, strategic_value=of(row.strategic_value, value)) for row in one.thresholds
        )
        return told(context, replace(one, thresholds=rows))["threshold"]

    assert "once a year without entrants is worth 4,320 million USD" in worth(4320.0)
    assert "can pay China in money alone" in worth(0.0)
    assert "At no value of a year without entrants does a price attack pay" in worth(None)
    never = replace(one, payoffs=tuple(replace(row, best=False) for row in one.payoffs))
    words = told(context, never)["threshold"]
    assert re.search(r"Of (\w+) aims looked at, best are doing nothing under \1\.", words)


def test_a_squeeze_that_invites_nobody_is_not_said_to(context: Context, one: Counter) -> None:
    assert "But it lets entrants in" in told(context, paying(one, "squeeze", 9e4))["squeeze"]

    def change(row: MoveRow) -> MoveRow:
        chances = tuple(replace(e, survival=of(e.survival, 0.0)) for e in row.entrants)
        return replace(row, entrants=chances, payoff=of(row.payoff, -5.0))

    words = told(context, moved(one, change))["squeeze"]
    assert "does not pay" in words
    assert "It lets nobody in: 0% of all" in words


def test_doses_that_are_enough_and_those_that_are_not(context: Context, one: Counter) -> None:
    def dosed(*enough: str) -> str:
        rows = tuple(
            replace(
                row,
                enough=row.instrument in enough,
                smallest=of(row.smallest, 7.0),
                limit=of(row.limit, 60.0),
            )
            for row in one.deterrence
        )
        return told(context, replace(one, deterrence=rows))["deter"]

    words = dosed("buffer", "stock")
    assert "cash for 7 months in every entrant (against price attacks)" in words
    assert "no floor up to 60 USD/kg and no cover up to 60% is" in words
    assert "none acts on bans on equipment and know-how and limits on experts" in words
    assert "no single instrument is enough" in dosed()


def test_aims_that_need_no_floor_are_counted(context: Context, one: Counter) -> None:
    def needing(value: float) -> str:
        rows = tuple(replace(row, smallest=of(row.smallest, value)) for row in one.sensitivity)
        return told(context, replace(one, sensitivity=rows))["deter"]

    assert "Under twelve of twelve aims no floor is needed" in needing(0.0)
    assert "is needed" not in needing(3.0)


def test_the_record_is_told_with_its_intent(context: Context, one: Counter) -> None:
    words = told(context, one)["past"]
    assert "(intent disputed)" in words
    assert "no proof of intent" in words
    empty = replace(one, history=(), survivors=of(one.survivors, None))
    assert "past" not in told(context, empty)
    record = told(context, replace(one, survivors=of(one.survivors, 0.31, low=0.2, high=0.4)))
    assert "31% (20\u201340%) lived on" in record["past"]


@pytest.mark.parametrize(
    ("market", "words"),
    [
        ((3.0, 2.9, 3.1), "gives clearly more"),
        ((1.1, 1.0, 1.2), "gives clearly less"),
        ((2.0, 1.5, 2.5), "the intervals overlap"),
    ],
)
def test_the_second_route_is_judged_by_the_intervals(
    context: Context, one: Counter, market: tuple[float, float, float], words: str
) -> None:
    assert one.second_route is not None
    assert one.second_route.market is not None
    value, low, high = market
    route = replace(
        one.second_route,
        closed_form=of(one.second_route.closed_form, 1.8, low=1.6, high=2.0),
        market=of(one.second_route.market, value, low=low, high=high),
    )
    assert words in told(context, replace(one, second_route=route))["route"]
    alone = replace(one, second_route=replace(route, market=None))
    assert "route" not in told(context, alone)


# the page


def desk_of(study: Study, counters: tuple[Counter, ...]) -> Desk:
    context = Context.of(study)
    words = SimpleNamespace(
        ledger=context.reckoner.ledger,
        counters=counters,
        openings={"counter": counter_opening(context, counters)},
        chapters={f"counter/{one.form}": counter_findings(context, one) for one in counters},
    )
    return Desk(study, cast("Narrative", words), "abc")


def figures(desk: Desk, one: Counter) -> list[Figure]:
    return [curves_figure(desk, one), payoff_figure(desk, one)]


def test_figures_are_traced_legible_and_have_twins(india: Study, one: Counter) -> None:
    desk = desk_of(india, india.counters)
    for figure in figures(desk, one):
        for width in (320, 690, 780):
            svg = figure.svg(LIGHT, width=width)
            assert untraced(svg) == []
            assert ET.fromstring(svg).get("width") == str(width)
            assert min(map(float, re.findall(r'font-size="([\d.]+)"', svg))) >= 11
        assert all(shown.quantity.lineage in desk.ledger for shown in figure.numbers)
        assert len({len(row) for row in figure.rows} | {len(figure.columns)}) == 1
        assert len({len(row) for row in csv.reader(io.StringIO(figure.csv()))}) == 1


def test_the_title_of_the_payoffs_follows_them(india: Study, one: Counter) -> None:
    desk = desk_of(india, india.counters)

    def title(flood: float, squeeze: float) -> str:
        changed = paying(paying(paying(one, "flood", flood), "squeeze", squeeze),
                         "licence-queue", squeeze)  # fmt: skip
        return payoff_figure(desk, changed).title.plain

    assert title(-1, 1) == "Withholding exports pays China; no price attack does"
    assert title(1, -1) == "A price attack pays China; withholding exports does not"
    assert title(1, 1).startswith("Both")
    assert title(-1, -1).startswith("Neither")


def test_the_marked_move_is_the_most_tempting(india: Study, one: Counter) -> None:
    changed = paying(one, "talent-limit", 1e6)
    assert tempting(changed).move.kind == "talent-limit"
    context: dict[str, Any] = dict(counter_page(desk_of(india, (changed,))).context)
    moves = context["cases"][0]["moves"]
    assert [move["row"].move.kind for move in moves if move["best"]] == ["talent-limit"]


def test_the_page_shows_every_move_aim_entrant_and_past_move(india: Study, tmp_path: Any) -> None:
    desk, register = desk_of(india, india.counters), Register()
    page = counter_page(desk)
    pages = [page, *(Page(name, "", "", "") for name in ("index.html", "sources.html"))]
    write_page(tmp_path, page, desk, shared(desk, pages), environment(), register)
    text = (tmp_path / "counter.html").read_text("utf-8")
    for found in india.counters:
        for entrant in found.entrants:
            assert html.escape(entrant.name) in text
        for past in found.history:
            assert past.outcome[1:] in text
        assert text.count(f'aria-label="Payoff by aim: {desk.form(found.form)}"') == 1
    assert text.count("<strong>") == sum(row.best for c in india.counters for row in c.payoffs)
    assert "par:" not in text.split("<details")[-1]
    assert all(lineage in desk.ledger for _, _, lineage in register.rows)


def test_an_interval_below_zero_is_written_in_words(one: Counter) -> None:
    below = of(one.price, -5.0, low=-7.0, high=-3.0)
    assert spread(below).plain == "\u22127 to \u22123"
    assert spread(of(one.price, 5.0, low=3.0, high=7.0)).plain == "3\u20137"


# the tables


def sheet_of(found: list[Sheet], name: str) -> Sheet:
    return next(sheet for sheet in found if sheet.name == name)


def test_tables_hold_every_row_and_tell_them_apart(india: Study) -> None:
    found = india.counters
    sheets = counter_sheets(found)
    assert len({sheet.name for sheet in sheets}) == len(sheets)
    sizes = {
        "counter_moves": sum(len(one.moves) for one in found),
        "counter_entrants": sum(len(one.entrants) for one in found),
        "counter_payoffs": sum(len(one.payoffs) for one in found),
        "counter_deterrence": sum(len(one.deterrence) for one in found),
        "counter_sensitivity": sum(len(one.sensitivity) for one in found),
        "incumbent_history": len({row.id for one in found for row in one.history}),
    }
    for name, size in sizes.items():
        assert len(sheet_of(sheets, name).rows) == size > 0
    for sheet in sheets:
        names = [column.name for column in sheet.columns]
        keys = [tuple(row[names.index(part)] for part in sheet.key) for row in sheet.rows]
        assert len(set(keys)) == len(keys), sheet.name
        assert all(len(row) == len(names) for row in sheet.rows)
        read = list(csv.DictReader(io.StringIO(sheet.csv())))
        assert len(read) == len(sheet.rows)


def test_tables_follow_the_numbers(one: Counter) -> None:
    changed = paying(one, "flood", 123.25)
    (row, *_) = csv.DictReader(
        io.StringIO(sheet_of(counter_sheets([changed]), "counter_moves").csv())
    )
    assert row["kind"] == "flood"
    assert float(row["payoff"]) == 123.25
    nothing = sheet_of(counter_sheets([replace(one, entrants=())]), "counter_entrants")
    assert nothing.rows == ()


def test_tables_of_nothing_are_empty() -> None:
    assert all(sheet.rows == () for sheet in counter_sheets([]))
