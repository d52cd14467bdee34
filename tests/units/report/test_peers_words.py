"""Pages on peers and matching: words that follow the figures, numbers that lead somewhere."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest

from midstream.peers.result import PeerRow
from midstream.report.narrative import matching as pairs_words
from midstream.report.narrative import peers as words
from midstream.report.narrative.context import Context
from midstream.report.numbers import Sentence, Shown
from midstream.report.peers_sheets import matches, peers_sheets, ranks
from midstream.study import Study


@pytest.fixture
def context(india: Study) -> Context:
    return Context.of(india)


def lineages(text: Sentence) -> list[str]:
    return [part.quantity.lineage for part in text.parts if isinstance(part, Shown)]


def middle(context: Context, **changed: tuple[str, ...]) -> list[PeerRow]:
    """Rows of the focus at the two middle stages, with others ahead or not."""
    found = context.study.peers()
    rows = [found.row(context.focus, stage) for stage in words.MIDDLE]
    return [replace(row, behind=changed[row.stage], not_separable=(), ahead_of=()) for row in rows]


class TestTitle:
    @pytest.mark.parametrize(
        ("ahead", "title"),
        [
            ({"C2": ("CHN",), "C3": ("CHN",)}, "in refining and advanced materials China is ahead"),
            ({"C2": ("CHN", "JPN"), "C3": ("JPN",)}, "in refining and advanced materials Japan is"),
            ({"C2": (), "C3": ("CHN", "JPN")}, "in advanced materials China and Japan are ahead"),
            ({"C2": ("CHN",), "C3": ("JPN",)}, "in refining China is ahead of India"),
            ({"C2": (), "C3": ()}, "no peer is clearly ahead of India in refining or advanced"),
        ],
    )
    def test_it_names_who_is_ahead_where(
        self, context: Context, ahead: dict[str, tuple[str, ...]], title: str
    ) -> None:
        assert words._title(context, middle(context, **ahead)).plain.startswith(title)

    def test_it_is_short_and_traced(self, context: Context) -> None:
        for opening in (words.standing_opening(context), pairs_words.match_opening(context)):
            assert len(opening.title.plain.split()) <= 20
            found = lineages(opening.title)
            assert found
            assert all(one in context.reckoner.ledger for one in found)


@pytest.mark.parametrize("name", ["india", "japan"])
def test_every_number_of_the_words_leads_somewhere(
    name: str, request: pytest.FixtureRequest
) -> None:
    context = Context.of(request.getfixturevalue(name))
    found = [
        *words.standing_findings(context),
        *words.next_findings(context),
        *words.leader_findings(context),
        *pairs_words.match_findings(context),
    ]
    assert len({one.id for one in found}) == len(found) > 8
    for finding in found:
        assert finding.text.plain.endswith(".")
        assert ".." not in finding.text.plain
        assert lineages(finding.text)
        assert all(one in context.reckoner.ledger for one in lineages(finding.text))


def test_each_stage_says_its_rank_and_who_is_who(context: Context) -> None:
    found = context.study.peers()
    for finding in words.standing_findings(context):
        row = found.row(context.focus, finding.id.removeprefix("peers/"))
        assert f"ranks {row.rank.p50} of {row.rank.among}" in finding.text.plain
        for country in row.behind:
            assert context.country_name(country) in finding.text.plain


def test_a_country_alone_gets_words_and_no_figures(small: Study) -> None:
    context = Context.of(small)
    assert words.standing_opening(context).title.plain == "Germany is compared with nobody here"
    assert words.standing_findings(context) == words.next_findings(context) == ()
    assert words.leader_findings(context) == pairs_words.match_findings(context) == ()
    assert "Germany" in pairs_words.match_opening(context).title.plain
    assert [len(sheet.rows) for sheet in peers_sheets(small)] == [0, 0]


def test_a_country_nobody_counts_has_no_rank_in_words(context: Context) -> None:
    row = context.study.peers().row(context.focus, "C2")
    unknown = replace(row, rank=replace(row.rank, p50=None))
    assert "has no rank, nobody counts it" in words._stage(context, unknown).plain


def test_sheets_hold_what_was_compared(india: Study) -> None:
    found = [india.peers(), india.peers(sectors=["rare-earth-magnets"])]
    rows = list(csv.DictReader(io.StringIO(ranks(found).csv())))
    assert {row["sector"] for row in rows} == {"mean", "rare-earth-magnets"}
    assert len(rows) == sum(len(one.rows) for one in found)
    listed = list(csv.DictReader(io.StringIO(matches(india).csv())))
    assert [row["left"] for row in listed] == [
        pair.left.id for one in india.matches for pair in one.pairs
    ]
