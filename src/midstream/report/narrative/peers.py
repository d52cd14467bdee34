"""The country against its peers in words: who is ahead, who cannot be told apart, what is next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from midstream.peers.result import PeerRow, Peers
from midstream.report.narrative.context import Context
from midstream.report.narrative.types import Finding, Opening
from midstream.report.narrative.words import (
    capital,
    counted,
    joined,
    listed,
    noun,
    remark,
    started,
)
from midstream.report.numbers import EN_DASH, Sentence, Shown, say, show
from midstream.terms import STAGE_ORDER, with_article

#: Stages a title speaks about.
MIDDLE = ("C2", "C3")
#: Differences told, those with most points first.
MOST_ASPECTS = 2
#: Points below which a difference is not told.
LEAST_POINTS = 0.05


def compared(context: Context) -> Peers | None:
    """Focus, partners and peers over the mean of the sectors; ``None`` for a country alone."""
    if len(context.study.peer_countries()) < 2:
        return None
    return context.study.peers()


def in_sector(context: Context) -> Peers | None:
    """The same in the sector the study works through."""
    if len(context.study.peer_countries()) < 2:
        return None
    return context.study.peers(sectors=[context.sector])


def standing_opening(context: Context) -> Opening:
    """Head of the page: who is ahead in the middle, and how many cannot be told apart."""
    kicker = "Against its peers"
    found = compared(context)
    if found is None:
        title = say("{c} is compared with nobody here", c=context.country)
        return Opening(kicker, started(title), Sentence(("The study names no partner or peer.",)))
    rows = [found.row(context.focus, stage) for stage in MIDDLE]
    lede = Sentence(
        (
            "One is called ahead only if that holds in nine draws of ten with its evidence at its"
            " worst and the other\u2019s at its best. All else is not told apart.",
        )
    )
    return Opening(kicker, started(_title(context, rows)), lede)


def _title(context: Context, rows: Sequence[PeerRow]) -> Sentence:
    level = [one for one in rows[0].not_separable if one in rows[1].not_separable]
    inputs = [row.rank.quantity.lineage for row in rows]
    n, m = (
        context.reckoner.count(f"standing/{name}", found, words, inputs)
        for name, found, words in (
            ("level", level, "Peers that cannot be told apart in the middle"),
            ("peers", _others(rows[0]), "Peers compared"),
        )
    )
    first, second = counted(n, m)
    tail = say("; {n} of {m} peers cannot be told apart from it", n=first, m=second)
    return _ahead(context, rows) + tail


def _ahead(context: Context, rows: Sequence[PeerRow]) -> Sentence:
    """Who is ahead at both stages of the middle, else at the one where anybody is."""
    both = [one for one in rows[0].behind if one in rows[1].behind]
    somewhere = [row for row in rows if row.behind]
    if not somewhere:
        middle = listed([noun(row.stage) for row in rows], "or")
        return say("no peer is clearly ahead of {c} in {s}", c=context.country, s=middle)
    where = rows if both else somewhere[:1]
    ahead = both or somewhere[0].behind
    return say(
        "in {s} {n} {v} ahead of {c}",
        s=listed([noun(row.stage) for row in where]),
        n=_names(context, ahead),
        v="is" if len(ahead) == 1 else "are",
        c=context.country,
    )


def _others(row: PeerRow) -> tuple[str, ...]:
    return (*row.ahead_of, *row.behind, *row.not_separable)


def standing_findings(context: Context) -> tuple[Finding, ...]:
    """One finding a stage on the national scores."""
    found = compared(context)
    if found is None:
        return ()
    return tuple(
        Finding(f"peers/{stage}", _stage(context, found.row(context.focus, stage)))
        for stage in STAGE_ORDER
    )


def _stage(context: Context, row: PeerRow) -> Sentence:
    parts = [
        Sentence((f"{verb} {_names(context, found)}",))
        for verb, found in (
            ("ahead of", row.ahead_of),
            ("behind", row.behind),
            ("not to be told apart from", row.not_separable),
        )
        if found
    ]
    head = _rank(context, row)
    return started(head + Sentence(("; it is ",)) + joined(parts) + Sentence((".",)))


def _rank(context: Context, row: PeerRow) -> Sentence:
    stage, rank = capital(noun(row.stage)), row.rank
    if rank.p50 is None:
        return say("{s}: {c} has no rank, nobody counts it", s=stage, c=context.country)
    among = context.reckoner.count(
        f"standing/among/{row.stage}", _all(row), "Countries compared", [rank.quantity.lineage]
    )
    return say(
        "{s}: {c} most likely ranks {n} of {m}, in the range {r}",
        s=stage,
        c=context.country,
        n=Shown(rank.quantity, str(rank.p50)),
        m=Shown(among, f"{among.value:.0f}"),
        r=rank_range(row),
    )


def _all(row: PeerRow) -> tuple[str, ...]:
    return (row.country, *_others(row))


def rank_range(row: PeerRow) -> Shown:
    """Range of a rank as it is printed."""
    rank = row.rank
    ends = f"{rank.low}{EN_DASH}{rank.high}" if rank.low != rank.high else str(rank.low)
    return Shown(rank.quantity, ends)


def _names(context: Context, countries: Sequence[str]) -> str:
    return listed([context.country_name(one) for one in countries])


def articles(names: Sequence[str]) -> dict[str, str]:
    """Names of countries as a sentence calls them: ``the United States``."""
    return {name: with_article(name) for name in names}


def next_findings(context: Context) -> tuple[Finding, ...]:
    """What would close the gap to the next country in the sector of the study, stage by stage."""
    found = in_sector(context)
    if found is None:
        return ()
    return tuple(_next(context, found))


def _next(context: Context, found: Peers) -> Iterator[Finding]:
    for stage in STAGE_ORDER:
        row = found.row(context.focus, stage, context.sector)
        if row.next is not None:
            names = articles([context.study.name("country", row.next.to)])
            text = remark(row.next.words, row.next.gap, names)
            head = say("{s}: {c} is ", s=capital(noun(stage)), c=context.country)
            yield Finding(f"peers/next/{stage}", head + text + Sentence((".",)))


def leader_findings(context: Context) -> tuple[Finding, ...]:
    """What the leader of each stage does differently, the largest difference first."""
    found = in_sector(context)
    if found is None:
        return ()
    made = []
    for one in found.differences:
        aspects = [
            aspect
            for aspect in one.aspects
            if aspect.points is not None and (aspect.points.value or 0.0) >= LEAST_POINTS
        ][:MOST_ASPECTS]
        if not aspects:
            continue
        parts = [
            say("{name} ({p} points)", name=ASPECTS[a.aspect], p=show(a.points))
            for a in aspects
            if a.points is not None
        ]
        text = say(
            "{s}: {leader} leads; what weighs most in {form} is ",
            s=capital(noun(one.stage)),
            leader=context.country_name(one.leader),
            form=context.form_name(one.form),
        )
        text = text + joined(parts) + Sentence((".",))
        made.append(Finding(f"peers/leader/{one.stage}", started(text)))
    return tuple(made)


#: What the leader does differently, in prose.
ASPECTS = {
    "installed": "what stands",
    "trajectory": "what is under way",
    "ownership": "who owns the plants",
    "technology": "whose technology they run on",
    "throttle": "permits",
    "feed": "where feed comes from",
    "governance": "governance",
    "plants-running": "plants that run",
    "plants-coming": "plants under way",
}
