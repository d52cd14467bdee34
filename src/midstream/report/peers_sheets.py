"""Tables of others: peers and pairs of countries, matchings and transfers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from midstream.peers.result import Peers
from midstream.report.tables import Column, Sheet, quantity_cells, quantity_columns

if TYPE_CHECKING:
    from midstream.study import Study

_COUNTRY = Column("country", "string", "Country, ISO 3166-1 alpha-3")
_SECTOR = Column("sector", "string", "Sector; mean for the mean over the sectors of the study")
_STAGE = Column("stage", "string", "Stage C1 to C4")
_LEFT = Column("left", "string", "First of the two")
_RIGHT = Column("right", "string", "Second of the two")


def peers_sheets(study: Study) -> list[Sheet]:
    """Every table on others; those on peers where the study names more than one country."""
    found = [matches(study), transfers(study)]
    if len(study.peer_countries()) > 1:
        compared = [study.peers(), study.peers(sectors=study.config.sectors)]
        found += [ranks(compared), pairs(compared)]
    return found


def ranks(compared: list[Peers]) -> Sheet:
    """One row per country, sector and stage: score, rank, distance to the next."""
    columns = (
        _COUNTRY, _SECTOR, _STAGE,
        *quantity_columns("score", "Score", "score"), *quantity_columns("rank", "Rank", "rank"),
        Column("among", "integer", "Countries compared"),
        Column("next", "string", "Country just above"),
        *quantity_columns("gap", "Points to it", "score"),
        Column("form", "string", "Form that binds the stage"),
        *quantity_columns("extra", "Output above today's at which the gap closes"),
        Column("unit", "string", "Unit of the output"),
    )  # fmt: skip
    nothing = (None,) * len(quantity_columns("x", ""))
    rows = tuple(
        (
            row.country, row.sector or "mean", row.stage, *quantity_cells(row.score),
            *quantity_cells(row.rank.quantity), row.rank.among,
            None if row.next is None else row.next.to,
            *(nothing if row.next is None else quantity_cells(row.next.gap)),
            None if row.next is None else row.next.form or None,
            *(nothing if row.next is None or row.next.extra is None
              else quantity_cells(row.next.extra)),
            None if row.next is None or row.next.extra is None else row.next.extra.unit,
        )
        for one in compared
        for row in one.rows
    )  # fmt: skip
    return Sheet("peers", "Peers on one ruler", columns, rows, ("country", "sector", "stage"))


def pairs(compared: list[Peers]) -> Sheet:
    """One row per two countries, sector and stage: who is ahead, and how likely."""
    columns = (
        _LEFT, _RIGHT, _SECTOR, _STAGE, Column("verdict", "string", "What the first is"),
        *quantity_columns("ahead", "Probability that the first is ahead", "probability"),
        *quantity_columns("behind", "Probability that the second is ahead", "probability"),
    )  # fmt: skip
    rows = tuple(
        (
            pair.left, pair.right, pair.sector or "mean", pair.stage, pair.verdict,
            *quantity_cells(pair.p_left), *quantity_cells(pair.p_right),
        )
        for one in compared
        for pair in one.pairs
    )  # fmt: skip
    key = ("left", "right", "sector", "stage")
    return Sheet("peer_pairs", "Who is ahead of whom", columns, rows, key)


def matches(study: Study) -> Sheet:
    """One row per pair of organisations on a shortlist."""
    columns = (
        Column("left", "string", "Capability of the first country"),
        Column("right", "string", "Capability of the second country"),
        Column("left_name", "string", "Organisation"),
        Column("right_name", "string", "Organisation"),
        Column("countries", "string", "The two countries"),
        Column("steps", "string", "Step they share, or steps beside each other"), _STAGE,
        *quantity_columns("weight", "Weight of the pair", "ratio"),
        *quantity_columns("frequency", "Share of draws that choose it", "probability"),
        *quantity_columns("chance", "Share by lot", "probability"),
        *quantity_columns("level_left", "Readiness level of the first that makes it firm"),
        *quantity_columns("level_right", "Readiness level of the second that makes it firm"),
        Column("why", "string", "Reason"),
        Column("unknown", "string", "What is not on record"),
    )  # fmt: skip
    rows = tuple(
        (
            pair.left.id, pair.right.id, pair.left.name, pair.right.name,
            "+".join(one.countries), pair.steps, pair.stage, *quantity_cells(pair.score),
            *quantity_cells(pair.frequency), *quantity_cells(pair.chance),
            *quantity_cells(pair.needed_left), *quantity_cells(pair.needed_right),
            pair.why, "; ".join(pair.unknown),
        )
        for one in study.matches
        for pair in one.pairs
    )  # fmt: skip
    return Sheet("matches", "Pairs of organisations", columns, rows, ("left", "right"))


def transfers(study: Study) -> Sheet:
    """One row per technology that was handed on in the focus country."""
    columns = (
        Column("giver", "string", "Capability that was handed on"),
        Column("taker", "string", "Plant that took it"),
        *quantity_columns("frequency", "Share of draws in which the rule finds it", "probability"),
        *quantity_columns("chance", "Share by lot", "probability"),
    )
    found = study.transfers() if study.matches else ()
    rows = tuple(
        (one.giver.id, one.taker.id, *quantity_cells(one.frequency), *quantity_cells(one.chance))
        for one in found
    )
    return Sheet("transfers", "Technology transfers on record", columns, rows, ("giver", "taker"))
