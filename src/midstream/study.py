"""A study: the one place where evidence, world and scores are put together.

A study is a TOML file that names whom and what to look at. It holds no number from the world
apart from published scores it wants to stand beside, which name their source.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from midstream import __version__
from midstream.chain.balance import (
    CountryBalance,
    FormBalance,
    country_balances,
    form_balances,
)
from midstream.chain.baseline import Scope, baseline
from midstream.chain.shares import StageShares, holders
from midstream.chain.world import World
from midstream.errors import InputError
from midstream.evidence import Evidence, Ledger, Node, Quantity
from midstream.scorecard.result import Scorecard
from midstream.scorecard.run import Settings, score
from midstream.terms import SECTORS, STAGES, suggestion

Stage = Literal["C1", "C2", "C3", "C4"]
Progress = Callable[[float], None]


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


class StudyConfig(_Strict):
    """The study file.

    Attributes:
        id, title, question: Names.
        focus: Country the study is about.
        partners, incumbents, peers: Countries beside it.
        countries: All countries that are scored.
        sectors: Sectors that are scored; all fourteen where left out.
        base_year, horizon: Years.
        draws, seed: Monte Carlo.
    """

    id: str
    title: str
    question: str
    focus: str
    partners: list[str]
    incumbents: list[str]
    peers: list[str]
    countries: list[str] = Field(min_length=1)
    sectors: list[str] = Field(default_factory=lambda: list(SECTORS))
    base_year: int = Field(ge=2000, le=2100)
    horizon: int = Field(ge=2000, le=2100)
    draws: int = Field(default=2000, ge=100, le=100_000)
    seed: int = Field(default=1, ge=0)
    edition: EditionConfig
    worked_example: PublishedConfig | None = None
    key_numbers: list[KeyNumberConfig] = Field(default_factory=list)


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


class Study:
    """A study opened on a data release; world and scores are made on first use and kept.

    Attributes:
        config: The study file, checked.
        evidence: The data release.
        ledger: Lineage of everything the study shows.
    """

    def __init__(self, config: StudyConfig, evidence: Evidence, where: str) -> None:
        _check(config, evidence, where)
        self.evidence = evidence
        self.ledger = Ledger(base=evidence.ledger)
        self.config = OpenConfig(config, self.ledger)
        self.version = __version__
        self._cards: dict[tuple[object, ...], Scorecard] = {}

    @property
    def data_release(self) -> str:
        """Id of the data release."""
        return self.evidence.release.id

    @cached_property
    def world(self) -> World:
        """The base-year world of the study."""
        world = baseline(self.evidence, Scope(self.config.countries, self.config.base_year))
        self.ledger.nodes.update(world.ledger.nodes)
        return world

    def scorecard(
        self,
        countries: Sequence[str] | None = None,
        sectors: Sequence[str] | None = None,
        horizon: int | None = None,
        *,
        draws: int | None = None,
        seed: int | None = None,
        world: World | None = None,
        progress: Progress | None = None,
    ) -> Scorecard:
        """Score the study; without arguments all its countries, with ranks.

        Args:
            countries: Countries to score; the study's by default. A part of them leaves ranks out.
            sectors: Sectors to score; the study's by default.
            horizon: Year of the trajectory; the study's by default.
            draws, seed: Monte Carlo; the study's by default.
            world: A changed world to score in place of the baseline.
            progress: Called with the share of work done.

        Raises:
            InputError: if a country or sector is not of the study.
        """
        config = self.config
        chosen = tuple(countries) if countries else config.countries
        wanted = tuple(sectors) if sectors else config.sectors
        _known(chosen, config.countries, "country", "this study")
        _known(wanted, config.sectors, "sector", "this study")
        year = horizon or config.horizon
        if not config.base_year < year <= config.base_year + 30:
            raise InputError(
                f"horizon {year}",
                where="--horizon",
                why=f"it has to lie after the base year {config.base_year}, within thirty years",
                mend="take a later year, such as 2030 or 2035",
            )
        settings = Settings(
            countries=chosen,
            sectors=wanted,
            horizon=year,
            draws=draws or config.draws,
            seed=config.seed if seed is None else seed,
            ranked=chosen if chosen == config.countries else (),
        )
        key = (settings.countries, settings.sectors, year, settings.draws, settings.seed)
        if world is not None:
            return score(self.evidence, world, settings, progress)
        if key not in self._cards:
            card = score(self.evidence, self.world, settings, progress)
            self.ledger.nodes.update(card.ledger.nodes)
            self._cards[key] = card
        return self._cards[key]

    def holders(self) -> tuple[StageShares, ...]:
        """Who holds each form, from the world of the study."""
        return self._holders

    @cached_property
    def _holders(self) -> tuple[StageShares, ...]:
        return holders(self.world, self.ledger)

    @cached_property
    def balances(self) -> tuple[tuple[FormBalance, ...], tuple[CountryBalance, ...]]:
        """Mass balances of the world, by form and by country, residuals declared."""
        return form_balances(self.world, self.ledger), country_balances(self.world, self.ledger)

    def name(self, kind: str, id: str) -> str:
        """Display name of a country, sector, form, material or stage."""
        if kind == "sector":
            return SECTORS[id]
        if kind == "stage":
            return STAGES[id].name
        if kind == "form" and id in self._short:
            return self._short[id]
        registers = {
            "country": self.evidence.countries,
            "form": self.evidence.forms,
            "material": self.evidence.materials,
        }
        return str(registers[kind][id]["name"])

    @cached_property
    def _short(self) -> dict[str, str]:
        return {row["form"]: row["name"] for row in self.evidence.table("scored_forms").rows}


def load(
    study: str | Path = "india-us",
    *,
    data: Path | None = None,
    without_licences: frozenset[str] = frozenset(),
    seed: int | None = None,
    check: bool = False,
) -> Study:
    """Open a study.

    Args:
        study: Name of a shipped study, or path of a study file.
        data: A data folder in place of the shipped release (it is then checked in full).
        without_licences: Licences whose sources are left out.
        seed: Seed of the draws in place of the study's.
        check: Whether to check the shipped release in full as well.

    Raises:
        InputError: if the file cannot be read or names something unknown.
    """
    text, where = _read(study)
    config = _parsed(text, where)
    if seed is not None:
        config = config.model_copy(update={"seed": seed})
    evidence = Evidence.load(
        data, without_licences=without_licences, check=check or data is not None
    )
    return Study(config, evidence, where)


def shipped() -> dict[str, str]:
    """Names and titles of the studies that ship with the package."""
    found = {}
    for entry in sorted(resources.files("midstream.studies").iterdir(), key=lambda e: e.name):
        if entry.name.endswith(".toml"):
            name = entry.name.removesuffix(".toml")
            found[name] = _parsed(entry.read_text("utf-8"), entry.name).title
    return found


def _read(study: str | Path) -> tuple[str, str]:
    name = str(study)
    if not name.endswith(".toml"):
        names = list(shipped())
        if name not in names:
            raise InputError(
                f"no study {name!r}",
                where="--study",
                why=f"the studies that ship are {', '.join(names)}",
                mend=suggestion(name, names) or "name one of them or give the path of a .toml file",
            )
        return resources.files("midstream.studies").joinpath(f"{name}.toml").read_text(
            "utf-8"
        ), name
    path = Path(name)
    try:
        return path.read_text("utf-8"), name
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            "the study file cannot be read",
            where=name,
            why=str(error),
            mend="check the path and that the file is UTF-8 text",
        ) from error


def _parsed(text: str, where: str) -> StudyConfig:
    try:
        return StudyConfig.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise InputError(
            "the study file is not TOML", where=where, why=str(error), mend="correct that line"
        ) from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise InputError(
            f"{place}: {first['msg']}",
            where=where,
            why=f"the study file has {error.error_count()} such problems",
            mend="compare it with a study that ships with the package",
        ) from error


def _check(config: StudyConfig, evidence: Evidence, where: str) -> None:
    """Every country and sector a study names has to exist."""
    countries = {code for code, row in evidence.countries.items() if row["kind"] == "country"}
    named = [config.focus, *config.partners, *config.incumbents, *config.peers]
    _known((*config.countries, *named), tuple(sorted(countries)), "country", where)
    _known(named, config.countries, "country", f"{where}: countries")
    _known(config.sectors, tuple(SECTORS), "sector", where)
    if config.worked_example is not None:
        _known([config.worked_example.sector], config.sectors, "sector", where)


def _known(words: Sequence[str], vocabulary: Sequence[str], kind: str, where: str) -> None:
    for word in words:
        if word not in vocabulary:
            raise InputError(
                f"unknown {kind} {word!r}",
                where=where,
                why=f"no {kind} of that name is known here",
                mend=suggestion(word, vocabulary) or f"use one of {', '.join(vocabulary[:20])}",
            )
