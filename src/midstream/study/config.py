"""The study file: what it may say, checked against the evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from midstream.errors import InputError
from midstream.evidence import Evidence, Ledger, Node, Quantity
from midstream.terms import SECTORS, suggestion

Stage = Literal["C1", "C2", "C3", "C4"]


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class EditionConfig(_Strict):
    """Number and date that stand on an edition; the date is data, never today's."""

    number: str
    date: date


class PublishedConfig(_Strict):
    """A sector to work through, and a published row of scores to stand beside ours."""

    sector: str
    source: str = ""
    published: dict[Stage, int] = Field(default_factory=dict)


class KeyNumberConfig(_Strict):
    """A key number of the answer page: its kind, its rule and what the rule speaks about."""

    kind: str
    rule: str
    form: str = ""
    scheme: str = ""


class ShockConfig(_Strict):
    """An export control the study looks at.

    Attributes:
        id: Name within the study.
        actor, form, targets: Who withholds what from whom; ``WLD`` is everybody else.
        instrument: Instrument, such as ``export-licence``.
        depth: Share of the flow withheld, 0..1.
        months, notice_days: How long it lasts, and the warning before it.
        chain: Chain the form is looked at in, where it stands in more than one.
    """

    id: str
    actor: str
    form: str
    targets: list[str] = Field(min_length=1)
    instrument: str
    depth: float = Field(default=1.0, ge=0, le=1)
    months: int = Field(default=12, ge=1)
    notice_days: int = Field(default=0, ge=0)
    chain: str = ""


class PlanConfig(_Strict):
    """The budget a portfolio of levers is looked for under.

    Attributes:
        budget: Whole budget.
        currency: Its money, such as ``USD million`` or ``INR crore``, of the price year of costs.
        by: Year of the outcome; the horizon of the policy room where left out.
    """

    budget: float = Field(gt=0)
    currency: str = "USD million"
    by: int | None = None


def keys() -> tuple[str, ...]:
    """Every key a study file may have, at any place."""
    rooms = _Strict.__subclasses__()
    return tuple(dict.fromkeys(name for one in rooms for name in one.model_fields))


class StudyConfig(_Strict):
    """The study file.

    Attributes:
        id, title, question: Names; the id is the folder an edition goes to by default.
        focus: Country the study is about.
        partners, incumbents, peers: Countries beside it.
        countries: All countries that are scored.
        sectors: Sectors that are scored; all fourteen where left out.
        base_year, horizon: Years.
        draws, seed: Monte Carlo.
        chains: Chains shown in detail, the first one first; every chain on file is computed.
        shocks: Export controls the study looks at.
        packages: Deals and schemes the study tests, the one its title asks about first.
        plan: Budget of the portfolio; none where left out.
        assumptions: Parameter id -> value in place of the release's, within its stated range.
    """

    id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")
    title: str
    question: str
    focus: str
    partners: list[str]
    incumbents: list[str]
    peers: list[str]
    countries: list[str] = Field(min_length=1)
    sectors: list[str] = Field(default_factory=lambda: list(SECTORS), min_length=1)
    base_year: int = Field(ge=2000, le=2100)
    horizon: int = Field(ge=2000, le=2100)
    draws: int = Field(default=2000, ge=100, le=100_000)
    seed: int = Field(default=1, ge=0)
    edition: EditionConfig
    worked_example: PublishedConfig | None = None
    key_numbers: list[KeyNumberConfig] = Field(default_factory=list)
    chains: list[str] = Field(default_factory=list)
    shocks: list[ShockConfig] = Field(default_factory=list)
    packages: list[str] = Field(default_factory=list)
    plan: PlanConfig | None = None
    assumptions: dict[str, float] = Field(default_factory=dict)


class WorkedExample:
    """The worked example of a study: a sector and the published row as quantities."""

    def __init__(self, sector: str, published: Mapping[str, Quantity]) -> None:
        self.sector = sector
        self.published = published


class OpenConfig:
    """A study file, checked against the evidence, as the rest of the program reads it."""

    def __init__(self, config: StudyConfig, ledger: Ledger) -> None:
        self.id, self.title, self.question = config.id, config.title, config.question
        self.focus = config.focus
        self.partners = tuple(config.partners)
        self.incumbents = tuple(config.incumbents)
        self.peers = tuple(config.peers)
        self.countries = tuple(config.countries)
        self.sectors = tuple(config.sectors)
        self.base_year, self.horizon = config.base_year, config.horizon
        self.draws, self.seed = config.draws, config.seed
        self.edition = config.edition
        self.key_numbers: tuple[Mapping[str, Any], ...] = tuple(
            {name: value for name, value in entry.model_dump().items() if value}
            for entry in config.key_numbers
        )
        self.worked_example = _worked(config, ledger)
        self.chains = tuple(config.chains)
        self.shocks = tuple(config.shocks)
        self.packages, self.plan = tuple(config.packages), config.plan
        self.assumptions: Mapping[str, float] = dict(sorted(config.assumptions.items()))


def _worked(config: StudyConfig, ledger: Ledger) -> WorkedExample | None:
    if config.worked_example is None:
        return None
    published: dict[str, Quantity] = {}
    for stage, value in config.worked_example.published.items():
        lineage = f"study:{config.id}/published/{stage}"
        quantity = Quantity(float(value), None, None, "score", "U", lineage)
        title = f"Published score, {config.worked_example.sector} {stage}"
        source = config.worked_example.source or None
        ledger.add(Node(lineage, "observation", title, quantity, source=source))
        published[stage] = quantity
    return WorkedExample(config.worked_example.sector, published)


def check_config(config: StudyConfig, evidence: Evidence, where: str) -> None:
    """Check that every country and sector a study names exists.

    Raises:
        InputError: naming the first that does not.
    """
    countries = {code for code, row in evidence.countries.items() if row["kind"] == "country"}
    named = [config.focus, *config.partners, *config.incumbents, *config.peers]
    known((*config.countries, *named), tuple(sorted(countries)), "country", where)
    for name in ("countries", "sectors", "partners", "incumbents", "peers", "chains", "packages"):
        _once(getattr(config, name), f"{where}: {name}")
    _among(named, config.countries, where)
    known(config.sectors, tuple(SECTORS), "sector", where)
    known(config.chains, tuple(row["id"] for row in evidence.table("chains").rows), "chain", where)
    packages = tuple(row["id"] for row in evidence.folder.table("packages").rows)
    known(config.packages, packages, "package", f"{where}: packages")
    for shock in config.shocks:
        parties = [shock.actor, *(target for target in shock.targets if target != "WLD")]
        known(parties, tuple(sorted(countries)), "country", f"{where}: shocks.{shock.id}")
        known([shock.form], tuple(evidence.forms), "form", f"{where}: shocks.{shock.id}")
    if config.worked_example is not None:
        known([config.worked_example.sector], config.sectors, "sector", where)


def _once(words: Sequence[str], where: str) -> None:
    twice = next((word for word in words if words.count(word) > 1), None)
    if twice is not None:
        raise InputError(
            f"{twice} is named twice",
            where=where,
            why="it would count twice in means and ranks",
            mend="name it once",
        )


def _among(named: Sequence[str], countries: Sequence[str], where: str) -> None:
    """Check that focus, partners, incumbents and peers are scored."""
    missing = [one for one in dict.fromkeys(named) if one not in countries]
    if missing:
        raise InputError(
            f"{', '.join(missing)} not among the countries of the study",
            where=f"{where}: countries",
            why="focus, partners, incumbents and peers are scored beside the others",
            mend=f"add {', '.join(missing)} to countries",
        )


def known(words: Sequence[str], vocabulary: Sequence[str], kind: str, where: str) -> None:
    """Check names against a vocabulary.

    Raises:
        InputError: naming the first unknown word and the nearest that exists.
    """
    for word in words:
        if word not in vocabulary:
            raise InputError(
                f"unknown {kind} {word!r}",
                where=where,
                why=f"no {kind} of that name is known here",
                mend=suggestion(word, vocabulary) or f"use one of {', '.join(vocabulary[:20])}",
            )


def horizon_of(asked: int, base_year: int) -> int:
    """Check the year of a trajectory.

    Raises:
        InputError: if it does not lie within thirty years after the base year.
    """
    if not base_year < asked <= base_year + 30:
        raise InputError(
            f"horizon {asked}",
            where="--horizon",
            why=f"it has to lie after the base year {base_year}, within thirty years",
            mend="take a later year, such as 2030 or 2035",
        )
    return asked
