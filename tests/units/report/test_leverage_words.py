"""Words of leverage and dependence: they state what was computed and turn with it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from midstream.dependency.leverage import Leverage, Row
from midstream.dependency.thesis import Thesis, Verdict
from midstream.evidence.quantity import Quantity
from midstream.report.figures import Line
from midstream.report.narrative.context import Context
from midstream.report.narrative.leverage import (
    chain_findings,
    leverage_opening,
    thesis_findings,
)
from midstream.report.narrative.leverage_rows import (
    chain_rows,
    cut_rows,
    holders_of,
    main_chain,
    shared_forms,
    shared_grid,
    steps_of,
)
from midstream.report.narrative.risk import series_line, shared_findings
from midstream.report.narrative.words import words_in
from midstream.study import Study


@pytest.fixture(scope="module")
def context(india: Study) -> Context:
    return Context.of(india)


@pytest.fixture(scope="module")
def tested(india: Study) -> Thesis:
    found = india.thesis()
    assert found is not None
    return found


@pytest.fixture(scope="module")
def held(india: Study) -> Leverage:
    chain = main_chain(india)
    assert chain is not None
    return india.leverage(chain)


def counted(found: Thesis, verdict: Verdict, yes: int, no: int) -> Thesis:
    """The same test with other answers."""
    numbers = {"yes": yes, "no": no, "undetermined": len(found.chains) - yes - no}
    counts = {
        name: replace(quantity, value=float(numbers[name]))
        for name, quantity in found.counts.items()
    }
    return replace(found, verdict=verdict, counts=counts)


@pytest.mark.parametrize(
    ("verdict", "yes", "no", "words"),
    [
        ("yes", 11, 1, "leverage sits in the middle: so say eleven"),
        ("no", 1, 12, "does not sit in the middle: an end outweighs it in twelve"),
        ("undetermined", 6, 5, "the middle holds China\u2019s leverage in six"),
    ],
)
def test_the_opening_states_the_answer(
    context: Context,
    tested: Thesis,
    monkeypatch: pytest.MonkeyPatch,
    verdict: Verdict,
    yes: int,
    no: int,
    words: str,
) -> None:
    changed = counted(tested, verdict, yes, no)
    monkeypatch.setattr(context.study, "thesis", lambda: changed)
    title = leverage_opening(context).title
    assert words in title.plain
    assert words_in(title) <= 20


def test_the_lede_says_what_loss_alone_would_say(
    context: Context, tested: Thesis, monkeypatch: pytest.MonkeyPatch
) -> None:
    same = replace(tested, verdict="no", by_loss="no")
    other = replace(tested, verdict="no", by_loss="yes")
    for found, said in ((same, False), (other, True)):
        monkeypatch.setattr(context.study, "thesis", lambda found=found: found)
        assert ("only what is lost" in leverage_opening(context).lede.plain) is said


def test_a_study_without_an_incumbent_says_that_nothing_was_tested(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(context.study, "thesis", lambda: None)
    assert "No chain has the evidence" in leverage_opening(context).title.plain
    assert thesis_findings(context) == ()
    assert chain_findings(context) == ()


def test_open_chains_are_named_and_counted(
    context: Context, tested: Thesis, monkeypatch: pytest.MonkeyPatch
) -> None:
    def findings(found: Thesis) -> dict[str, str]:
        monkeypatch.setattr(context.study, "thesis", lambda: found)
        return {one.id: one.text.plain for one in thesis_findings(context)}

    settled = tuple(replace(one, verdict="yes") for one in tested.chains)
    assert "open" not in findings(replace(tested, chains=settled))
    first = replace(settled[0], verdict="undetermined", by_loss="yes")
    said = findings(replace(tested, chains=(first, *settled[1:])))["open"]
    assert said.startswith("One chain stays open")
    assert "in one of them more is lost in the middle" in said.lower()
    against = replace(settled[0], verdict="no")
    said = findings(replace(tested, chains=(against, *settled[1:])))["against"]
    assert said.startswith("One chain says no")


def test_the_strongest_hold_follows_the_numbers(
    context: Context, tested: Thesis, monkeypatch: pytest.MonkeyPatch
) -> None:
    last = tested.chains[-1]
    stage = next(iter(last.stages))
    huge = Quantity(99.0, 90.0, 110.0, "year", "modelled", last.stages[stage].lineage)
    changed = (*tested.chains[:-1], replace(last, stages={**last.stages, stage: huge}))
    monkeypatch.setattr(context.study, "thesis", lambda: replace(tested, chains=changed))
    said = thesis_findings(context)[0].text.plain
    assert last.name.lower() in said.lower()
    assert "99 years" in said
    assert chain_rows(replace(tested, chains=changed))[0].id == last.chain


def test_the_cut_is_named_where_least_is_left(
    context: Context, tested: Thesis, held: Leverage, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = steps_of(held, tested.holder)
    for target in (steps[0], steps[-1]):
        changed = replace(held, rows=tuple(_emptied(row, target) for row in held.rows))
        monkeypatch.setattr(context.study, "leverage", lambda _chain, found=changed: found)
        said = {one.id: one.text.plain for one in chain_findings(context)}["cut"]
        assert context.form_name(target.form) in said
        assert "leave 0.1%" in said


def _emptied(row: Row, target: Row) -> Row:
    if row is not target:
        return row
    left = Quantity(0.001, 0.0005, 0.002, "ratio", "modelled", row.min_cut_share.lineage)
    return replace(row, min_cut_share=left)


def test_rows_of_the_figures_are_ordered(held: Leverage, tested: Thesis) -> None:
    rows = chain_rows(tested)
    tops = [max(q.value or 0.0 for q in row.stages.values()) for row in rows]
    assert tops == sorted(tops, reverse=True)
    assert [row.stage for row in steps_of(held, tested.holder)] == sorted(
        row.stage for row in steps_of(held, tested.holder)
    )
    shapley = [row.shapley.value or 0.0 for row in holders_of(held)]
    assert shapley == sorted(shapley, reverse=True)
    cuts = cut_rows(held, tested.holder, str, str)
    assert all("ROW" not in row.cut for row in cuts)


def test_shared_forms_serve_several_sectors(context: Context) -> None:
    found = context.study.shared()
    kept = shared_forms(found)
    grid = shared_grid(found, context.reckoner.ledger, str, str)
    assert [row.id for row in grid.rows] == kept
    for row in grid.rows:
        assert row.total is not None
        served = sum(1 for form, _ in grid.values if form == row.id)
        assert row.total.value == served >= 3
        assert row.total.lineage in context.reckoner.ledger
    most = max(row.total.value or 0.0 for row in grid.rows if row.total is not None)
    marked = {row.id for row in grid.rows if row.shared}
    assert marked == {r.id for r in grid.rows if r.total is not None and r.total.value == most}


def test_the_worth_of_a_plant_is_told_against_the_best_single_sector(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = context.study.shared()
    best = found.build_once[0]
    doubled = replace(best, value=replace(best.value, value=2 * (best.single.value or 0.0)))
    changed = replace(found, build_once=(doubled, *found.build_once[1:]))
    monkeypatch.setattr(context.study, "shared", lambda: changed)
    said = {one.id: one.text.plain for one in shared_findings(context)}["build-once"]
    assert "worth 2.0 times" in said


@pytest.mark.parametrize(("last", "verb"), [(0.9, "rose"), (0.1, "fell"), (0.51, "hardly moved")])
def test_a_series_says_which_way_it_went(last: float, verb: str) -> None:
    points = {
        year: Quantity(value, None, None, "index", "V1", f"o:{year}")
        for year, value in ((2000, 0.5), (2010, 0.6), (2020, last))
    }
    said = series_line(Line("a", "Cobalt", points, "output")).plain
    assert verb in said
    assert "in 2000" in said
    assert "in 2020" in said
