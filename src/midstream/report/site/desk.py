"""Everything the pages of one edition are made from, looked up once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from midstream.chain.shares import StageShares
from midstream.evidence.labels import Fact, key_id
from midstream.evidence.lineage import Ledger
from midstream.report.bibliography import sources_below
from midstream.report.figures import Cell, Reader, of_cell
from midstream.report.narrative import Narrative
from midstream.report.narrative.context import Context
from midstream.report.numbers import Sentence
from midstream.report.svg import STRUCTURE
from midstream.scorecard.result import CellScore, Scorecard
from midstream.terms import STAGE_ORDER, STAGES, Stage

if TYPE_CHECKING:
    from midstream.study import Study

_DIGIT = re.compile(r"\d")
_BRACKET = re.compile(r" \([^)]*\)")
_AMOUNT = re.compile(r"\b\d[\d,.]* ?(?:kt|t|nm|MW|GW|GWh)\b")
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9-]{2,}")

#: Publishers named under a figure before "and others".
_NAMED = 4


@dataclass(frozen=True)
class Desk:
    """A study, its words, and the look-ups the pages share.

    Attributes:
        study, narrative: The study and its words.
        edition_hash: Hash over the tables and the data of the edition.
        report: Path of the report from the folder of the site, ``None`` where there is none.
    """

    study: Study
    narrative: Narrative
    edition_hash: str
    report: str | None = "condensed.pdf"
    _known: dict[str, frozenset[str]] = field(default_factory=dict, repr=False)

    @cached_property
    def card(self) -> Scorecard:
        """The scores."""
        return self.study.scorecard()

    @property
    def ledger(self) -> Ledger:
        """Where every number of the site resolves."""
        return self.narrative.ledger

    @property
    def focus(self) -> str:
        """ISO-3 code of the focus country."""
        return self.study.config.focus

    @cached_property
    def countries(self) -> tuple[str, ...]:
        """Countries with a profile, the focus country first, then by name."""
        found = {profile.country for profile in self.card.profiles}
        return tuple(sorted(found, key=lambda one: (one != self.focus, self.country(one))))

    @cached_property
    def sectors(self) -> tuple[str, ...]:
        """Sectors with scores, in the order of the study."""
        scored = {cell.sector for cell in self.card.cells}
        return tuple(sector for sector in self.study.config.sectors if sector in scored)

    @cached_property
    def example(self) -> str:
        """The sector of the worked example, or the first of the study."""
        worked = self.study.config.worked_example
        return worked.sector if worked is not None else self.sectors[0]

    def country(self, country: str) -> str:
        """Display name of a country."""
        return self.study.name("country", country)

    def country_or_rest(self, country: str) -> str:
        """Display name of a country, or of the node that stands for all others."""
        known = country in self.study.evidence.countries
        return self.country(country) if known else "all others"

    @staticmethod
    def called(name: str) -> str:
        """Name of a plant without remarks and amounts, for the labels of a chart."""
        plain = _BRACKET.sub("", name).split(",")[0]
        words = _AMOUNT.sub("", plain).split()
        if not _DIGIT.search(STRUCTURE.sub("", " ".join(words))):
            return " ".join(words)
        return " ".join(word for word in words if not _DIGIT.search(word))

    def lever(self, lever: str) -> str:
        """Name of a lever on file; an unknown id stands for itself."""
        row = self.study.evidence.row_by_id("levers", lever)
        return str(row["name"]) if row else lever

    def sector(self, sector: str) -> str:
        """Display name of a sector."""
        return self.study.name("sector", sector)

    def form(self, form: str) -> str:
        """Display name of a form, without the remark in brackets some names carry."""
        return self.study.name("form", form).split(" (")[0]

    def facts_under(self, lineages: Iterable[str]) -> list[Fact]:
        """Give the facts whose observations stand under some numbers, each once."""
        evidence = self.study.evidence
        seen: dict[str, None] = {}
        waiting, keys = list(lineages), dict[str, None]()
        while waiting:
            lineage = waiting.pop()
            if lineage in seen or lineage not in self.ledger:
                continue
            seen[lineage] = None
            waiting += self.ledger[lineage].inputs
            if lineage in evidence.observations_by_id:
                keys[key_id(evidence.observations_by_id[lineage].key)] = None
        return [evidence.fact_by_id(key) for key in keys]

    def named(self, text: str) -> str:
        """Put names in place of the ids of countries, sectors and forms in a line of the ledger."""
        if self._names.keys().isdisjoint(_WORD.findall(text)):
            return text
        return _WORD.sub(lambda word: self._names.get(word.group(), word.group()), text)

    @cached_property
    def _names(self) -> dict[str, str]:
        forms = {one.form for one in self.card.form_scores}
        names = {form: self.form(form) for form in forms if "-" in form}
        names |= {sector: self.sector(sector) for sector in self.sectors if "-" in sector}
        countries = self.study.evidence.countries
        return names | {code: str(row["name"]) for code, row in countries.items()}

    @cached_property
    def _context(self) -> Context:
        return Context.of(self.study, self.card)

    def remark(self, text: str, cell: CellScore) -> Sentence:
        """Turn what the scorecard says about a cell into a sentence that keeps its numbers."""
        return self._context.remark(text, cell)

    @property
    def stages(self) -> tuple[Stage, ...]:
        """The four stages in order."""
        return tuple(STAGES[stage] for stage in STAGE_ORDER)

    @cached_property
    def _cells(self) -> Mapping[tuple[str, str, str], CellScore]:
        return {(cell.country, cell.sector, cell.stage): cell for cell in self.card.cells}

    def cells(self, country: str, sector: str) -> tuple[CellScore, ...]:
        """The four scores of a country in a sector."""
        return tuple(self._cells[country, sector, stage] for stage in STAGE_ORDER)

    def strip(self, country: str, sector: str) -> tuple[Cell, ...]:
        """The four cells of a country in a sector, ready to draw."""
        return tuple(of_cell(cell) for cell in self.cells(country, sector))

    @cached_property
    def shares(self) -> Mapping[str, StageShares]:
        """Who holds each form, for forms with a share on record."""
        return {one.form: one for one in self.study.holders() if one.leader_share.value is not None}

    def chain_shares(self, sector: str) -> list[StageShares]:
        """Who holds the forms of a sector for the focus country, by stage, binding form first."""
        found: dict[str, StageShares] = {}
        for cell in self.cells(self.focus, sector):
            for form in cell.forms:
                if form.form in self.shares:
                    found.setdefault(form.form, self.shares[form.form])
        return sorted(found.values(), key=lambda one: one.stage)

    def holder_of(self, cell: CellScore) -> StageShares | None:
        """Who holds the stage of a cell: its first form with shares on record."""
        return next((self.shares[f.form] for f in cell.forms if f.form in self.shares), None)

    @cached_property
    def reader(self) -> Reader:
        """How holder figures name and colour countries and forms."""
        return Reader(self.country, self.form, self.focus, frozenset(self.study.config.incumbents))

    def rows(self, table: str) -> Sequence[Mapping[str, Any]]:
        """Rows of an evidence table."""
        return self.study.evidence.table(table).rows

    @cached_property
    def sources(self) -> Mapping[str, Mapping[str, Any]]:
        """Rows of the source register by id."""
        return {str(row["id"]): row for row in self.rows("sources")}

    def source_line(self, lineages: Iterable[str], head: str) -> Sentence:
        """Name the publishers a figure leans on most, for the line under it."""
        uses: Counter[str] = Counter()
        for lineage in lineages:
            for source in sources_below(self.ledger, lineage, self._known):
                publisher = str(self.sources.get(source, {}).get("publisher") or "")
                uses[publisher] += 1 if publisher else 0
        ranked = sorted(uses.items(), key=lambda pair: (-pair[1], pair[0]))
        names = [name for name, count in ranked if count]
        tail = " and others" if len(names) > _NAMED else ""
        who = f" Sources: {'; '.join(names[:_NAMED])}{tail}." if names else ""
        return Sentence((f"{head} Edition {self.edition}.{who}",))

    @property
    def edition(self) -> str:
        """Number of the edition."""
        return str(self.study.config.edition.number)

    @property
    def page_country(self) -> str:
        """Name of the focus country."""
        return self.country(self.focus)
