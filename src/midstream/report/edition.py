"""An edition: study, data release and code version become a folder of files and a manifest."""

from __future__ import annotations

from collections.abc import Callable, Set
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from midstream.errors import InputError
from midstream.report import sheets
from midstream.report.bibliography import bibtex, csl_json, entries
from midstream.report.counter_sheets import counter_sheets
from midstream.report.crate import write_crate
from midstream.report.grounds_sheets import grounds_sheets
from midstream.report.leverage_sheets import leverage_sheets
from midstream.report.manifest import Stamp, inputs, stamp, write_manifest
from midstream.report.money_sheets import money_sheets
from midstream.report.narrative import Narrative, narrate
from midstream.report.narrative.leverage_rows import main_chain, risks
from midstream.report.narrative.outlook_rows import scores_ahead
from midstream.report.narrative.policy_rows import asked
from midstream.report.numbers import Register
from midstream.report.outlook_sheets import outlook_sheets, write_ahead
from midstream.report.pdf import build_condensed
from midstream.report.peers_sheets import peers_sheets
from midstream.report.policy_sheets import policy_sheets
from midstream.report.shock_sheets import shock_sheets
from midstream.report.site import build_site
from midstream.report.swap import swapped
from midstream.report.tables import Sheet, write_tables
from midstream.report.value_sheets import value_sheets
from midstream.report.workbook import NAME as WORKBOOK
from midstream.report.workbook import build_workbook, cover_of
from midstream.study.beside import Other, beside

if TYPE_CHECKING:
    from midstream.study import Study

#: Told what is being done and which share of the work is done.
Progress = Callable[[str, float], None]

#: Parts of an edition that can be built on their own.
PARTS = ("site", "condensed", "tables", "workbook")

#: Answer that stands for all that the words of an edition ask for.
EVERYTHING = "edition"

#: Parts that the interface names and this version does not make yet.
LATER = {"complete": "the complete report"}


@dataclass(frozen=True, slots=True)
class Edition:
    """What was built.

    Attributes:
        folder: Where it stands.
        files: Paths in the folder, sorted, the manifest included.
        hash: Hash over the inputs, as printed in footers.
        manifest_hash: SHA-256 of the manifest.
    """

    folder: Path
    files: tuple[str, ...]
    hash: str
    manifest_hash: str


def build(
    study: Study,
    out: str | Path,
    only: Set[str] | None = None,
    progress: Progress | None = None,
    again: Callable[[], Study] | None = None,
) -> Edition:
    """Build an edition.

    The files are made in a folder beside `out` and take its place in one step at the end; a
    build that fails or is stopped leaves the old edition as it was.

    Args:
        study: What to build.
        out: Folder of the edition; an edition that stands there is replaced.
        only: Parts to build: ``site``, ``condensed``, ``tables``, ``workbook``; all
            where left out.
        progress: Told what is being done.
        again: Opens the same study in a second process, which works out its shocks meanwhile; a
            plain function of a module or a `functools.partial` of one, as it has to travel there.
            None does everything in this process. The files are the same either way.

    Raises:
        InputError: if a part is unknown or not part of this version, or `out` holds files that
            are no edition.
    """
    out, parts = Path(out), chosen(only)
    tell = progress or (lambda _what, _share: None)
    with swapped(out) as folder:
        maker = _Maker(study, folder, parts, tell, again)
        manifest_hash = maker.make()
        files = sorted(
            path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
        )
    tell("done", 1.0)
    return Edition(out, tuple(files), maker.stamp.hash, manifest_hash)


def chosen(only: Set[str] | None) -> frozenset[str]:
    """Check the parts asked for.

    Raises:
        InputError: naming the first that cannot be built.
    """
    for part in sorted(only or ()):
        if part in LATER:
            raise InputError(
                f"{LATER[part]} is not part of this version",
                where="--only",
                why="it comes with a later version of midstream; the site holds what it will hold",
                mend=f"ask for {', '.join(PARTS)}",
            )
        if part not in PARTS:
            raise InputError(
                f"no part {part!r}",
                where="--only",
                why="an edition has parts of fixed names",
                mend=f"ask for {', '.join(PARTS)}",
            )
    return frozenset(only or PARTS)


def dependence(study: Study) -> None:
    """Ask a study who depends on whom, as the words will."""
    chain = main_chain(study)
    if chain is not None:
        risks(study, chain)
    study.concentration_series()


class _Maker:
    """Makes the files of one edition in one folder."""

    def __init__(
        self,
        study: Study,
        folder: Path,
        parts: frozenset[str],
        tell: Progress,
        again: Callable[[], Study] | None,
    ) -> None:
        self.study, self.folder, self.parts, self.tell = study, folder, parts, tell
        # What an earlier edition of the same inputs has asked for is at hand.
        self.again = None if study.keep and study.keep.holds(EVERYTHING) else again
        self.made_from: dict[str, Any] = inputs(study)
        self.stamp: Stamp = stamp(study, self.made_from)
        self.registers: list[tuple[str, Register]] = []

    def make(self) -> str:
        """Make every part, then the metadata; gives the hash of the manifest."""
        with beside(self.study, self.again, asked) as other:
            self._answers(other)
            narrative = self._parts(other)
        self.tell("manifest", 0.97)
        if "tables" in self.parts:
            finding = narrative.answer.opening.title.plain
            write_crate(self.folder, self.study, self.stamp, finding)
        return write_manifest(self.folder, self.study, self.made_from)

    def _parts(self, other: Other) -> Narrative:
        """Make every part that is asked for; the workbook in the other process meanwhile."""
        self.tell("words", 0.6)
        narrative = narrate(self.study)
        found = self._sheets(narrative) if self.parts & {"tables", "workbook"} else []
        workbook = self._workbook(other, narrative, found) if "workbook" in self.parts else None
        self.study.once(EVERYTHING, lambda: True)
        if "site" in self.parts:
            self._site(narrative)
        if "condensed" in self.parts:
            self._condensed(narrative)
        if "tables" in self.parts:
            self.tell("tables", 0.9)
            self._tables(narrative, found)
        if workbook is not None:
            self.tell("workbook", 0.95)
            (self.folder / WORKBOOK).write_bytes(workbook())
        return narrative

    def _answers(self, other: Other) -> None:
        """Have the study work out what takes long, before words are made of it."""
        study = self.study
        self.tell("scores", 0.0)
        study.scorecard(progress=lambda share: self.tell("scores", 0.6 * share))
        if self.again is not None:
            # Asked for again by the words and tables, which get what is kept.
            study.outlook()
            study.market_ahead()
            dependence(study)
            study.forecasts()
            other.take()

    def _site(self, narrative: Narrative) -> None:
        register = Register()
        build_site(
            self.study,
            narrative,
            self.folder,
            register,
            lambda what: self.tell(what, 0.7),
            edition_hash=self.stamp.hash,
            report="condensed.pdf" if "condensed" in self.parts else None,
        )
        self.registers.append(("site", register))

    def _condensed(self, narrative: Narrative) -> None:
        self.tell("condensed report", 0.85)
        made = build_condensed(self.study, narrative, self.stamp)
        (self.folder / "condensed.pdf").write_bytes(made.data)
        self.registers.append(("condensed", made.register))

    def _sheets(self, narrative: Narrative) -> list[Sheet]:
        """Lay out the tables, all but those that tell where the numbers of the pages come from."""
        card, study = self.study.scorecard(), self.study
        return [
            sheets.scores(card), sheets.form_scores(card), sheets.pillars(card),
            sheets.profiles(card), sheets.hollow(card), sheets.ranks(card), sheets.holders(study),
            sheets.concentration(study), sheets.form_balance(study), sheets.trade_balance(study),
            sheets.parameters(study), sheets.missing(narrative),
            *leverage_sheets(study, narrative.risks),
            *shock_sheets(study, narrative.cases, narrative.record, narrative.ledger),
            *outlook_sheets(narrative.outlook, study.watch(), scores_ahead(study)),
            *grounds_sheets(study, narrative.ledger),
            *money_sheets(study, narrative.capital), *counter_sheets(narrative.counters),
            *policy_sheets(narrative.policies),
            *peers_sheets(study), *value_sheets(study),
        ]  # fmt: skip

    def _workbook(
        self, other: Other, narrative: Narrative, found: list[Sheet]
    ) -> Callable[[], bytes]:
        lineages = list(dict.fromkeys(sheets.lineages_of(found)))
        used = entries(self.study.evidence.sources.rows, narrative.ledger, lineages)
        cover = cover_of(self.study, narrative.answer.opening.title.plain, self.stamp)
        return other.have(build_workbook, cover, found, sheets.sources(used))

    def _tables(self, narrative: Narrative, found: list[Sheet]) -> None:
        if self.registers:
            found = [*found, sheets.numbers(self.registers)]
        self._with_lineage(narrative, found)
        write_ahead(self.study, self.folder)

    def _with_lineage(self, narrative: Narrative, found: list[Sheet]) -> None:
        ledger = narrative.ledger
        shown = [lineage for _, register in self.registers for _, _, lineage in register.rows]
        lineages = list(dict.fromkeys([*shown, *sheets.lineages_of(found)]))
        used = entries(self.study.evidence.sources.rows, ledger, shown or lineages)
        nodes = ledger.reached(lineages)
        every = [*found, sheets.facts(nodes), sheets.lineage(nodes), sheets.sources(used)]
        write_tables(self.folder / "tables", every, self.study, self.stamp, used)
        (self.folder / "bibliography.bib").write_text(bibtex(used), encoding="utf-8")
        (self.folder / "bibliography.json").write_text(csl_json(used), encoding="utf-8")
