"""Levers and packages on file, with what they do, what they cost, who pays and what says so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from midstream.evidence import Evidence, Ledger, Quantity
from midstream.evidence.vocabulary import known
from midstream.policy.choose import counted, resolve
from midstream.policy.costs import Total, cost, price_year, total_cost
from midstream.policy.frame import Lever, LeverEffect, Package
from midstream.policy.lever_words import KINDS, size_quantity, words
from midstream.policy.levers import levers
from midstream.policy.packages import packages
from midstream.scenarios.frame import Frame


@dataclass(frozen=True, slots=True)
class EffectRow:
    """An effect for display.

    Attributes:
        effect: As on record.
        words: In one line.
        size: As stated, with its lowest and highest value.
    """

    effect: LeverEffect
    words: str
    size: Quantity

    def to_dict(self) -> dict[str, Any]:
        """Give the effect as a JSON object."""
        one = self.effect
        return {
            "id": one.id,
            "kind": one.kind,
            "kind_meaning": KINDS[one.kind],
            "target": one.target or None,
            "form": one.form or None,
            "country": one.country,
            "standing": one.standing or None,
            "size": self.size.to_dict(),
            "words": self.words,
            "standing_of_fact": one.standing_of_fact,
            "source": list(one.source),
        }


@dataclass(frozen=True, slots=True)
class LeverRow:
    """A lever for display.

    Attributes:
        lever: As on record.
        cost: USD million of the price year; without value where none is on record.
        effects: What it does.
    """

    lever: Lever
    cost: Quantity
    effects: tuple[EffectRow, ...]

    def to_dict(self) -> dict[str, Any]:
        """Give the lever as a JSON object."""
        one = self.lever
        return {
            "id": one.id,
            "name": one.name,
            "country": one.country,
            "stages": list(one.stages),
            "forms": list(one.forms),
            "instrument": one.instrument,
            "payers": list(one.payers),
            "cost": self.cost.to_dict(),
            "cost_standing": one.cost_kind or None,
            "start": one.start,
            "lag": one.lag,
            "prerequisites": list(one.prerequisites),
            "excludes": list(one.excludes),
            "in_base": one.in_base,
            "counted": counted(one),
            "effects": [effect.to_dict() for effect in self.effects],
            "standing_of_fact": one.standing_of_fact,
            "source": list(one.source),
            "note": one.note,
        }


@dataclass(frozen=True, slots=True)
class PackageRow:
    """A package for display.

    Attributes:
        package: As on record.
        total: Cost of its levers together.
        warnings: What a reader has to know of it.
    """

    package: Package
    total: Total
    warnings: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Give the package as a JSON object."""
        one = self.package
        return {
            "id": one.id,
            "name": one.name,
            "country": one.country,
            "levers": list(one.levers),
            "without": list(one.without),
            "missing": list(one.missing),
            "announced": one.announced or None,
            "status": one.status,
            "cost": self.total.cost.to_dict(),
            "cost_missing": list(self.total.missing),
            "warnings": list(self.warnings),
            "source": list(one.source),
            "note": one.note,
        }


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All levers and packages.

    Attributes:
        price_year: Year whose purchasing power the costs have.
        levers, packages: Rows in the order of their ids.
    """

    price_year: int
    levers: tuple[LeverRow, ...]
    packages: tuple[PackageRow, ...]

    def to_dict(self) -> dict[str, Any]:
        """Give the catalogue as a JSON object."""
        return {
            "price_year": self.price_year,
            "levers": [row.to_dict() for row in self.levers],
            "packages": [row.to_dict() for row in self.packages],
        }


def catalogue(evidence: Evidence, frame: Frame, ledger: Ledger, country: str = "") -> Catalogue:
    """List levers and packages with their figures; every figure enters the ledger.

    Args:
        evidence: The release.
        frame: Seed and draws, for the intervals of costs.
        ledger: Where lineage is entered.
        country: Whose levers and packages; blank takes all.

    Raises:
        InputError: if the country is unknown or a row cannot be read.
    """
    if country:
        known(country, {key: row["name"] for key, row in evidence.countries.items()}, "country")
    held = levers(evidence)
    sets = packages(evidence, held)
    rows = tuple(
        LeverRow(
            lever,
            cost(evidence, frame, lever, ledger),
            tuple(_effect(evidence, effect, ledger) for effect in lever.effects),
        )
        for lever in held.values()
        if country in ("", lever.country)
    )
    told = tuple(
        PackageRow(
            package,
            total_cost(evidence, frame, [held[name] for name in package.levers], ledger),
            resolve(evidence, [package.id]).warnings,
        )
        for package in sets.values()
        if country in ("", package.country)
    )
    return Catalogue(price_year(evidence), rows, told)


def _effect(evidence: Evidence, effect: LeverEffect, ledger: Ledger) -> EffectRow:
    return EffectRow(effect, words(evidence, effect), size_quantity(evidence, effect, ledger))
