"""One number taken apart, and what would be if one of its facts were different."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from midstream.app.settings import StudyText
from midstream.app.tasks.desk import LivePen, QuickDesk
from midstream.app.tasks.edition import environment
from midstream.app.worker import Place
from midstream.errors import InputError
from midstream.evidence.lineage import Ledger, Node
from midstream.evidence.override import with_observations
from midstream.report.figures import Cell, of_cell
from midstream.report.site.glass import entry_of, sources_of
from midstream.scorecard.result import CellScore, Scorecard
from midstream.study import open_on, read_config
from midstream.study.tracing import work_out
from midstream.terms import STAGE_ORDER

#: Levels under a number that are given with it.
DEPTH = 3
#: Draws of both runs of a what-if.
DRAWS = 200
#: Numbers given at most.
MOST = 400


def entries(place: Place, study: StudyText, lineage: str, draws: int | None) -> dict[str, Any]:
    """Give what the glass box shows of a number that stands on no page of the edition.

    Raises:
        InputError: if nobody can make it.
    """
    opened = place.study(study, draws)
    work_out(opened, lineage, place.tell)
    opened.ledger.trace(lineage, 0)
    desk = QuickDesk(opened)
    nodes = _below(opened.ledger, lineage)
    made = {name: entry_of(desk, node) for name, node in nodes.items()}
    return {"nodes": made, "sources": sources_of(desk, nodes)}


def _below(ledger: Ledger, lineage: str) -> Mapping[str, Node]:
    """The nodes some levels below one, in the order they are met."""
    found: dict[str, Node] = {}
    level = [lineage]
    for _ in range(DEPTH):
        level = [one for one in dict.fromkeys(level) if one in ledger and one not in found]
        found |= {one: ledger[one] for one in level[: MOST - len(found)]}
        level = [below for one in level if one in found for below in found[one].inputs]
    return found


def what_if(
    place: Place, study: StudyText, observation: str, value: float, draws: int | None
) -> str:
    """Score again with another figure in place of an observation's.

    The scores compared are those of the country the observation is about, or of the focus country
    where it is about none of the study. Both runs use the same draws; nothing is kept.

    Raises:
        InputError: if the observation is unknown, or cannot have that figure.
    """
    size = min(draws or DRAWS, DRAWS)
    opened = place.study(study, size)
    evidence = with_observations(opened.evidence, {observation: value})
    row = opened.evidence.observations_by_id[observation]
    if value < 0 <= row.value:
        raise _below_zero(value, opened.evidence.describe(row))
    country = row.country if row.country in opened.config.countries else opened.config.focus
    now = opened.scorecard([country], draws=size, progress=lambda share: place.tell(share / 2))
    config = read_config(study.text, study.id).model_copy(update={"draws": size})
    other = open_on(config, evidence, study.id)
    then = other.scorecard(
        [country], draws=size, progress=lambda share: place.tell((1 + share) / 2)
    )
    desk = QuickDesk(opened)
    rows = [_row(desk, now, then, country, sector) for sector in opened.config.sectors]
    pen = LivePen(desk, "/what-if", [])
    text = (
        environment()
        .get_template("what_if.html")
        .render(
            pen=pen,
            rows=[one for one in rows if _differs(one)],
            same=sum(not _differs(one) for one in rows),
            country=desk.country(country),
            draws=size,
            value=value,
            unit=row.unit,
            was=row.value,
            what=opened.evidence.describe(row),
        )
    )
    return pen.turned(text)


def _below_zero(value: float, what: str) -> InputError:
    return InputError(
        f"{value:g} is out of range",
        where="value",
        why=f"{what} is no figure that can lie below zero",
        mend="give a figure of 0 or more",
    )


def _row(
    desk: QuickDesk, now: Scorecard, then: Scorecard, country: str, sector: str
) -> dict[str, Any]:
    """The strip of a sector as it is, and as it would be."""
    return {
        "sector": desk.sector(sector),
        "now": tuple(map(of_cell, _strip(now, country, sector))),
        "then": tuple(map(of_cell, _strip(then, country, sector))),
    }


def _strip(card: Scorecard, country: str, sector: str) -> list[CellScore]:
    return [card.cell(country, sector, stage) for stage in STAGE_ORDER]


def _differs(row: Mapping[str, Any]) -> bool:
    """Whether anything a reader sees of a strip is different."""
    pairs = zip(row["now"], row["then"], strict=True)
    return any(_seen(now) != _seen(then) for now, then in pairs)


def _seen(cell: Cell) -> tuple[Any, ...]:
    score = cell.score
    return cell.text, *(
        None if x is None else round(x, 1) for x in (score.value, score.low, score.high)
    )
