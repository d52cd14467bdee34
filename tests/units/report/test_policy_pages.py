"""Policies in an edition: the answer to the title, the page, the figures, the tables."""

from __future__ import annotations

import csv
import io
import re
import shutil
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from midstream.errors import InputError
from midstream.evidence import Quantity
from midstream.evidence.folder import SHIPPED
from midstream.policy.packages import packages
from midstream.report.figures import Bought, Lane, Stone, Tried, before_after, frontier, of_score
from midstream.report.figures import roadmap as road
from midstream.report.marks import VERDICT_INKS, verdict_svg
from midstream.report.narrative.context import Context
from midstream.report.narrative.policy import policy_chapters, policy_opening
from midstream.report.narrative.policy_figures import strips_figure
from midstream.report.narrative.policy_rows import Judged, Policies, called, moved, policies
from midstream.report.narrative.verdicts import does, policy_answer, policy_basis, turns
from midstream.report.narrative.words import words_in
from midstream.report.numbers import Sentence, Shown
from midstream.report.policy_sheets import policy_sheets
from midstream.report.svg import STRUCTURE
from midstream.report.theme import LIGHT
from midstream.study import Study, load

ONE = """
id = "one"
title = "Does one package move the middle?"
question = "Does it?"
focus = "IND"
partners = ["USA"]
incumbents = ["CHN"]
peers = ["CHN"]
countries = ["IND", "CHN", "USA", "JPN"]
sectors = ["rare-earth-magnets"]
base_year = 2024
horizon = 2030
draws = 100
seed = 20261124
chains = ["magnets-light"]
packages = ["framework-2026"]

[edition]
number = "2026.11"
date = 2026-11-24
"""

NOTHING = Sentence(())


@pytest.fixture(scope="module")
def context(india: Study) -> Context:
    return Context.of(india)


@pytest.fixture(scope="module")
def found(india: Study) -> Policies:
    return policies(india)


def answered(data: Path, folder: Path) -> str:
    """Headline of a study on a data folder, from the quick part of its test."""
    path = folder / "one.toml"
    path.write_text(ONE, encoding="utf-8")
    study = load(path, data=data)
    held, tested = packages(study.evidence), []
    for name in study.config.packages:
        result = study.policy_test([name], draws=120, full=False)
        tested.append(Judged(held[name], called(held[name].name), result, None))
    opening = policy_answer(Context.of(study), Policies(tuple(tested)))
    assert opening is not None
    return opening.title.plain


def test_the_answer_changes_with_terms_and_effects(tmp_path: Path) -> None:
    """Published terms turn the headline, and levers that do little turn it back."""
    data = Path(shutil.copytree(SHIPPED, tmp_path / "data"))
    change(
        data / "packages.csv", "framework-terms,,binding[^,]*,", "tech-jv;offtake-cfd;tech-lines,,,"
    )
    moved_by_terms = answered(data, tmp_path)
    change(data / "lever_effects.csv", "funded,(800,1000,1200|20,40,60),", "funded,0.8,1,1.2,")
    still = answered(data, tmp_path)
    assert "lifts refining but not advanced materials" in moved_by_terms
    assert "moves neither refining nor advanced materials" in still


def change(file: Path, pattern: str, text: str) -> None:
    """Change every match in a file; there has to be one."""
    found, count = re.subn(pattern, text, file.read_text("utf-8"))
    assert count
    file.write_text(found, encoding="utf-8")


def test_the_answer_is_one_sentence_of_twenty_words(india: Study, japan: Study) -> None:
    for study in (india, japan):
        context, found = Context.of(study), policies(study)
        opening = policy_answer(context, found)
        assert opening is not None
        assert words_in(opening.title) <= 20
        assert words_in(policy_opening(context, found).title) <= 20
        first = found.tested[0]
        basis = policy_basis(context, found)
        assert {first.found.probabilities[stage].lineage for stage in ("C2", "C3")} < {
            part.quantity.lineage for part in basis.parts if isinstance(part, Shown)
        }
        assert "in four draws of five" in basis.plain
        assert first.called in opening.title.plain
        assert does(first.called, first.found) in opening.title.plain.replace(" in Japan", "")


def test_a_study_without_packages_says_what_it_can(small: Study) -> None:
    found, context = policies(small), Context.of(small)
    assert found.title is None
    assert policy_answer(context, found) is None
    assert policy_basis(context, found) == Sentence(())
    assert turns(found) == ()
    assert policy_chapters(context, found) == {}
    assert policy_sheets(found) == []
    assert strips_figure(found, lambda _: NOTHING) is None


def test_every_number_of_the_chapters_resolves(context: Context, found: Policies) -> None:
    for findings in policy_chapters(context, found).values():
        for finding in findings:
            for part in finding.text.parts:
                if isinstance(part, Shown):
                    assert part.quantity.lineage in context.reckoner.ledger, finding.id
                else:
                    bare = STRUCTURE.sub("", part)
                    assert not re.search(r"\d", bare), finding.text.plain


def test_what_lifts_is_framed_and_nothing_else(found: Policies) -> None:
    figure = strips_figure(found, lambda _: NOTHING)
    assert figure is not None
    lifted = sum(len(moved(one.found)) for one in found.tested)
    lifted += len(moved(found.best)) if found.best is not None else 0
    framed = figure.svg(LIGHT).count(f'rx="3" fill="none" stroke="{LIGHT.accent}"')
    assert framed == lifted
    assert len(figure.rows) == len(found.tested) + (found.best is not None)


@pytest.mark.parametrize("verdict", ["PASS", "PARTIAL", "FAIL", "UNDETERMINED"])
def test_a_verdict_is_told_by_shape_and_word(verdict: str) -> None:
    image = ET.fromstring(verdict_svg(verdict, LIGHT))
    assert image.attrib["aria-label"] == verdict.lower()
    signs = {one: verdict_svg(one, LIGHT).split("viewBox")[1] for one in VERDICT_INKS}
    plain = {re.sub(r"#\w{6}", "", sign) for sign in signs.values()}
    assert len(plain) == len(VERDICT_INKS)


def test_turns_hold_back_nothing_that_is_not_public(found: Policies) -> None:
    told = turns(found)
    assert found.title is not None
    assert all(term in told[0].what.plain for term in found.title.package.missing)
    assert told[0].after == ""
    assert all(turn.before != turn.after for turn in told)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("India-US mineral framework of May 2026", "the India-US mineral framework"),
        ("Acreage alone: access to mines, no processing", "acreage alone"),
        ("Magnet scheme (REPM) alone", "the magnet scheme alone"),
        ("Japanese package: feed, separation", "the Japanese package"),
        ("Technology transfer with offtake", "technology transfer with offtake"),
    ],
)  # fmt: skip
def test_packages_are_called_by_short_names(name: str, expected: str) -> None:
    assert called(name, ("Japan", "India")) == expected


def test_a_plan_that_cannot_be_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "one.toml"
    path.write_text(f'{ONE}\n[plan]\nbudget = 1.0\ncurrency = "USD"\n', encoding="utf-8")
    study = load(path)
    monkeypatch.setattr(type(study), "policy_plan", refused)
    found = policies(study)
    assert found.plan is None
    chapters = policy_chapters(Context.of(study), found)
    assert "buys nothing" in chapters["policy/plan"][0].text.plain


def refused(*_: object, **__: object) -> None:
    raise InputError("a budget of one", where="--budget", why="it buys nothing", mend="raise it")


def test_an_unknown_package_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "one.toml"
    path.write_text(ONE.replace('"framework-2026"', '"framework-2062"'), encoding="utf-8")
    with pytest.raises(InputError, match="framework-2026"):
        load(path)


def test_sheets_hold_a_row_for_every_figure(found: Policies) -> None:
    made = {sheet.name: sheet for sheet in policy_sheets(found)}
    assert set(made) == {
        f"policy_{name}" for name in ("tests", "stress", "levers", "plan", "frontier", "roadmap")
    }
    for sheet in made.values():
        rows = list(csv.DictReader(io.StringIO(sheet.csv())))
        keys = [tuple(row[name] for name in sheet.key) for row in rows]
        assert rows
        assert len(set(keys)) == len(keys), sheet.name
    moves = [row for one in found.tested for row in one.found.stresses]
    assert len(made["policy_stress"].rows) == len(moves)


def test_figures_are_well_formed_at_every_width() -> None:
    cells = tuple(of_score(stage, number(2.4)) for stage in ("C1", "C2", "C3", "C4"))
    tried = Tried("A scheme", cells, cells, frozenset({"C2"}), {"C2": number(0.4)}, "PARTIAL")
    bought = Bought(number(900), number(700), number(0.3), ("one", "two"), True)
    stone = Stone("award", 2027, "2027-12-31", Sentence(("Signed",)), "s05")
    figures = [
        before_after("a", [tried], NOTHING, NOTHING, NOTHING),
        frontier("b", [bought], number(0.1), "value", NOTHING, NOTHING, NOTHING),
        road("c", [Lane("A lever", (stone, stone))], (2026, 2035), NOTHING, NOTHING, NOTHING),
    ]
    for figure in figures:
        for width in (312, 780):
            ET.fromstring(figure.svg(LIGHT, width=width))
        assert len(figure.columns) == len(figure.rows[0])


def number(value: float) -> Quantity:
    return Quantity(value, value * 0.9, value * 1.1, "score", "modelled", f"f:made/{value}")
