"""The pieces of prose an edition is made of; every number in them is a quantity."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from midstream.evidence.lineage import Ledger
from midstream.evidence.quantity import Label
from midstream.report.numbers import Sentence, Shown
from midstream.scorecard.result import CellScore

if TYPE_CHECKING:
    from midstream.capital.result import PlantCapital
    from midstream.counterstrategy.result import Counter
    from midstream.dependency.lockin import LockIn
    from midstream.report.narrative.backtest import Record
    from midstream.report.narrative.leverage_rows import Risks
    from midstream.report.narrative.policy_rows import Policies
    from midstream.report.narrative.shock_rows import Case
    from midstream.scenarios.result import Outlook

Verdict = Literal["supported", "refuted", "undetermined"]


@dataclass(frozen=True, slots=True)
class Opening:
    """Head of a page: a kicker (plain words), a title that states a finding, and a lede."""

    kicker: str
    title: Sentence
    lede: Sentence


@dataclass(frozen=True, slots=True)
class StageLine:
    """One stage of the hero strip.

    Attributes:
        stage, name: Code and name of the stage.
        cell: The score behind it.
        digit: Integer, or the range the evidence allows, or ``?`` where there is no evidence.
        word: Reading of the digit ("nascent"), or what stands in its place.
        interval: The 80% interval, ``None`` where there is none.
        binds: Whether this is the weakest stage of the strip.
        focus: One fact for the focus country.
        holder: One fact for whoever holds the stage.
    """

    stage: str
    name: str
    cell: CellScore
    digit: Shown
    word: str
    interval: Shown | None
    binds: bool
    focus: Sentence
    holder: Sentence


@dataclass(frozen=True, slots=True)
class KeyNumber:
    """One of the three numbers of the answer page: position, dependence or money."""

    kind: str
    shown: Shown
    text: Sentence


@dataclass(frozen=True, slots=True)
class Change:
    """What would lift one stage by one digit."""

    stage: str
    name: str
    what: Sentence
    before: Shown
    after: Shown | None


@dataclass(frozen=True, slots=True)
class Turn:
    """Something that would change the verdict on a policy.

    Attributes:
        whose: The policy, as it is called inside a sentence.
        what: What it takes.
        before, after: Verdict now and then; ``after`` is blank where it cannot be told.
    """

    whose: str
    what: Sentence
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Surety:
    """How sure a page is: one sentence and the count of its figures by label."""

    text: Sentence
    counts: tuple[tuple[Label, Shown], ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer page.

    Attributes:
        opening: The answer to the question of the study.
        basis: How sure its title is; empty where the title states no test.
        strip: The worked sector, stage by stage.
        strip_title, strip_lede, strip_source: What the strip shows, how it reads with the verdict
            on the hollow middle, and from whom.
        key_numbers: Three numbers of different kind.
        turns: What would change the verdict on the package of the study's title.
        changes: What would lift each stage.
        surety: How sure the page is.
    """

    opening: Opening
    basis: Sentence
    strip: tuple[StageLine, ...]
    strip_title: Sentence
    strip_lede: Sentence
    strip_source: Sentence
    key_numbers: tuple[KeyNumber, ...]
    turns: tuple[Turn, ...]
    changes: tuple[Change, ...]
    surety: Surety


@dataclass(frozen=True, slots=True)
class Comparison:
    """One stage of the worked example: our score beside the published one.

    Attributes:
        stage, name: Code and name of the stage.
        cell: Our score.
        ours, published: As printed; ``published`` is ``None`` where the study states none.
        agrees: Whether the published digit lies in the range our evidence allows.
        why: Sentences that explain the difference from the evidence.
    """

    stage: str
    name: str
    cell: CellScore
    ours: Shown
    published: Shown | None
    agrees: bool
    why: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Gap:
    """A missing fact and the open cells it would settle."""

    country: str
    form: str
    stage: str
    what: Sentence
    cells: tuple[tuple[str, str, str], ...]
    settles: Shown


@dataclass(frozen=True, slots=True)
class Hollow:
    """The hollow-middle test for one country."""

    country: str
    verdict: Verdict
    text: Sentence


@dataclass(frozen=True, slots=True)
class Finding:
    """A sentence with the id of what it speaks about."""

    id: str
    text: Sentence


@dataclass(frozen=True, slots=True)
class Narrative:
    """All words of one edition.

    Attributes:
        ledger: Lineage of every number in the words; stands on the ledger of the study.
        answer: The answer page.
        openings: Page id -> kicker, title, lede. Ids: ``framework``, ``method``, ``sectors``,
            ``countries``, ``holders``, ``leverage``, ``shock``, ``example``, ``peers``,
            ``missing``, ``outlook``, ``grounds``, ``money``, ``sources``, ``evidence``,
            ``assumptions``, ``standing``, ``match``; ``value`` where a chain has
            prices.
        sectors: Sector -> one line about the focus country.
        sector_findings: What the sectors of the focus country have in common.
        countries: Country -> one line.
        hollow: Country -> the hollow-middle test.
        concentration: Findings on who holds the stages, the strongest first.
        ranks: Stage -> one line on the rank of the focus country.
        example: The worked example by stage; empty where the study has none.
        gaps: Missing facts, those that would settle most first.
        chapters: Findings by part of a chapter: ``thesis``, ``chain``, ``hold``, ``shared``,
            ``risk``, ``series``, ``record``, ``shock/ID`` for each shock of the study, and
            ``outlook/odds``, ``made``, ``moves``, ``leads``, ``scores``, ``grounds``, and
            ``capital/FORM`` and ``counter/FORM`` for the forms of the middle; ``peers/standing``,
            ``next``, ``leader``, ``match/words``, and ``policy/verdicts``, ``flips``, ``facts``,
            ``plan``, ``road``, ``others`` where the study tests packages; ``value/words`` and
            ``value/companies``, empty where no chain has prices.
        risks: Supply risk by method and importer, in the material of the main chain.
        locked: Lock-in of the importers at the steps of the main chain.
        cases: Shocks of the study with what their runs gave.
        record: The model and its rivals on the episodes of the past.
        outlook: The years ahead of the focus country.
        capital: Stacks of plants to come, from the ore on.
        counters: The incumbent's moves against each form of the middle.
        policies: Packages tested, the plan, who else is touched.
    """

    ledger: Ledger
    answer: Answer
    openings: Mapping[str, Opening]
    sectors: Mapping[str, Sentence]
    sector_findings: tuple[Finding, ...]
    countries: Mapping[str, Sentence]
    hollow: Mapping[str, Hollow]
    concentration: tuple[Finding, ...]
    ranks: Mapping[str, Sentence]
    example: tuple[Comparison, ...]
    gaps: tuple[Gap, ...]
    chapters: Mapping[str, tuple[Finding, ...]]
    risks: Risks
    locked: tuple[LockIn, ...]
    cases: tuple[Case, ...]
    record: Record
    outlook: Outlook
    capital: tuple[PlantCapital, ...]
    counters: tuple[Counter, ...]
    policies: Policies

    def sentences(self) -> Iterator[Sentence]:
        """Give every sentence of the narrative, in reading order."""
        for opening in (self.answer.opening, *self.openings.values()):
            yield from (opening.title, opening.lede)
        for line in self.answer.strip:
            yield from (line.focus, line.holder)
        yield from (self.answer.strip_title, self.answer.strip_lede, self.answer.strip_source)
        yield from (number.text for number in self.answer.key_numbers)
        yield from (turn.what for turn in self.answer.turns)
        yield from (change.what for change in self.answer.changes)
        yield self.answer.surety.text
        yield from self.sectors.values()
        yield from (finding.text for finding in self.sector_findings)
        yield from self.countries.values()
        yield from (hollow.text for hollow in self.hollow.values())
        yield from (finding.text for finding in self.concentration)
        yield from self.ranks.values()
        for comparison in self.example:
            yield from comparison.why
        yield from (gap.what for gap in self.gaps)
        for findings in self.chapters.values():
            yield from (finding.text for finding in findings)
