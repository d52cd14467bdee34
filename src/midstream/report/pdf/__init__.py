"""The condensed edition as PDF: a cover and eleven to thirteen pages, tagged, PDF/UA-1."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from midstream.report.bibliography import Entry
from midstream.report.narrative import Narrative
from midstream.report.narrative.context import Context
from midstream.report.narrative.reckon import Reckoner
from midstream.report.numbers import Register
from midstream.report.pdf.back import sources, used
from midstream.report.pdf.capital import money
from midstream.report.pdf.chain import example
from midstream.report.pdf.compile import Setting, compile_pdf
from midstream.report.pdf.front import answer, cover, framework
from midstream.report.pdf.leverage import leverage
from midstream.report.pdf.method import method
from midstream.report.pdf.outlook import outlook
from midstream.report.pdf.policy import policy
from midstream.report.pdf.press import Press
from midstream.report.pdf.shape import holders, sectors
from midstream.report.pdf.shock import shock
from midstream.report.pdf.standing import missing, peers
from midstream.report.pdf.writer import Json, Writer
from midstream.report.theme import PRINT

if TYPE_CHECKING:
    from midstream.report.manifest import Stamp
    from midstream.study import Study

__all__ = ["Condensed", "build_condensed"]

#: Pages between the cover and the sources, in reading order.
PAGES = (
    answer, framework, method, sectors, holders, leverage, shock, money, outlook, policy, example,
    peers, missing,
)  # fmt: skip

#: A page that runs over is set again with shorter lists, at most so often.
TRIALS = 4


@dataclass(frozen=True, slots=True)
class Condensed:
    """The condensed edition.

    Attributes:
        data: The PDF.
        register: Every number shown: page id, printed text, lineage.
        structure: Words whose digits are names (ids, dates, titles of sources): page id, text.
        pages: Page id -> number of its first page, in reading order.
        entries: Sources under the numbers, in three layers.
    """

    data: bytes
    register: Register
    structure: tuple[tuple[str, str], ...]
    pages: Mapping[str, int]
    entries: tuple[Entry, ...]


def build_condensed(study: Study, narrative: Narrative, stamp: Stamp) -> Condensed:
    """Set the condensed edition.

    Args:
        study: The study.
        narrative: Its words.
        stamp: Edition, version, date and hash for cover and footer.

    Raises:
        ModelError: if the document cannot be set.
    """
    tight: dict[str, int] = {}
    for _ in range(TRIALS):
        press, data, found = _pages(study, narrative, stamp, tight)
        setting = compile_pdf(data, press.writer.drawings, stamp.date)
        over = overrun(setting)
        if not over:
            break
        tight = {**tight, **{name: tight.get(name, 0) + 1 for name in over}}
    return Condensed(
        data=setting.data,
        register=press.writer.register,
        structure=tuple(press.writer.structure),
        pages={"cover": 1, **setting.starts},
        entries=found,
    )


def overrun(setting: Setting) -> frozenset[str]:
    """Ids of the pages that take more than one sheet."""
    starts = [*setting.starts.values(), setting.pages + 1]
    return frozenset(
        name for name, start, following in zip(setting.starts, starts, starts[1:], strict=False)
        if following - start > 1
    )  # fmt: skip


def _pages(
    study: Study, narrative: Narrative, stamp: Stamp, tight: Mapping[str, int]
) -> tuple[Press, Json, tuple[Entry, ...]]:
    """Set every page as data; `tight` says how often a page was found to run over."""
    context = Context(study, study.scorecard(), Reckoner(narrative.ledger))
    press = Press(study, narrative, context, Writer(Register(), []), stamp, tight)
    front = cover(press)
    # A study without a chain has no money to tell of.
    pages = [made for made in (page(press) for page in PAGES) if made["blocks"]]
    found = used(press)
    pages.append(sources(press, found))
    return press, {**_frame(press), "cover": front, "pages": pages}, found


def _frame(press: Press) -> Json:
    """What stands on every page, and the properties of the file."""
    stamp, config = press.stamp, press.study.config
    year, month, day = (int(part) for part in stamp.date.split("-"))
    labels_key = (
        ("V", "two or more origins agree"),
        ("V1", "one"),
        ("U", "disputed"),
        ("modelled", ""),
    )
    return {
        "theme": dict(PRINT.tokens()),
        "meta": {
            "title": config.title,
            "author": "The midstream contributors",
            "description": press.narrative.answer.opening.title.plain,
            "keywords": ["critical minerals", "supply chains", "scorecard"],
            "year": year,
            "month": month,
            "day": day,
        },
        "running": config.title,
        "foot": {
            "left": (
                f"Condensed edition {stamp.number} \u00b7 v{stamp.version} \u00b7"
                f" {stamp.short_date}"
            ),
            "hash": stamp.hash,
            "labels": [{"label": label, "word": word} for label, word in labels_key],
        },
    }
