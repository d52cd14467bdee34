"""What the figures and tables of the chapter on value show, taken from the room of value."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from midstream.beneficiaries.beside import BesideRow
from midstream.beneficiaries.companies import Company
from midstream.beneficiaries.gains import Effects, Gain
from midstream.beneficiaries.result import ChainValue, PlaceRow, StageRow
from midstream.report.narrative.leverage_rows import main_chain

if TYPE_CHECKING:
    from midstream.study import Study
    from midstream.study.value import Capture

#: Levers shown with what they bring to companies.
MOST_LEVERS = 6
#: Countries shown by place and owner, beside the focus country and its partners.
MOST_PLACES = 5


@dataclass(frozen=True, slots=True)
class LeverGains:
    """What one lever brings to companies.

    Attributes:
        id, name: The lever.
        effects: Gains by company, and the effects without a figure for anybody.
    """

    id: str
    name: str
    effects: Effects

    @property
    def told(self) -> tuple[Gain, ...]:
        """Gains with a number in them."""
        return tuple(gain for gain in self.effects.gains if _has_number(gain))


def main_capture(study: Study) -> Capture | None:
    """Who captures the value of the main chain; ``None`` without a chain or without a price."""
    chain = main_chain(study)
    found = None if chain is None else study.capture(chain)
    return found if found is not None and found.value.stages else None


def told_chains(study: Study) -> tuple[ChainValue, ...]:
    """Value along the chains of the study, the main one first; those without a price stay out."""
    main = main_chain(study)
    names = dict.fromkeys((*(() if main is None else (main,)), *study.config.chains))
    found = (study.chain_value(chain) for chain in names)
    return tuple(one for one in found if one.stages)


def lever_names(study: Study) -> tuple[str, ...]:
    """Levers of the packages of the study, else those of its focus country; in order, each once."""
    levers = study.evidence.table("levers").rows
    packages = {row["id"]: row for row in study.evidence.table("packages").rows}
    named = [name for one in study.config.packages for name in packages[one]["levers"] or ()]
    own = [row["id"] for row in levers if row["country"] == study.config.focus]
    return tuple(dict.fromkeys(named or own))


def lever_gains(study: Study) -> tuple[LeverGains, ...]:
    """What each of those levers brings to companies, worked out lever by lever."""
    names = {row["id"]: str(row["name"]) for row in study.evidence.table("levers").rows}
    return tuple(
        LeverGains(one, names[one], study.capture_companies([one])) for one in lever_names(study)
    )


def top_stage(found: ChainValue) -> StageRow:
    """The row of the chain with most value; rows without a value come last."""
    return max(found.stages, key=lambda row: row.added.value or 0.0)


def beside_of(found: Capture, form: str) -> BesideRow | None:
    """Value beside leverage at a step, where both columns are there."""
    rows = () if found.beside is None else found.beside.rows
    return next((row for row in rows if row.form == form), None)


def place_of(rows: Iterable[PlaceRow], country: str) -> PlaceRow | None:
    """Row of a country, ``None`` where it holds nothing on record."""
    return next((row for row in rows if row.place == country), None)


def told_places(study: Study, found: ChainValue) -> list[str]:
    """Largest holders by location or owner, focus and partners, the rows that name nobody last."""
    rows = {row.place: row for row in (*found.owners, *found.locations)}
    size = {one: max(_size(found.locations, one), _size(found.owners, one)) for one in rows}
    known = [one for one in rows if one in study.evidence.countries]
    largest = sorted(known, key=lambda one: (-size[one], one))[:MOST_PLACES]
    asked = [one for one in (study.config.focus, *study.config.partners) if one in known]
    kept = sorted({*largest, *asked}, key=lambda one: (-size[one], one))
    return [*kept, *(one for one in rows if one not in known)]


def named_only(effects: Effects) -> tuple[Company, ...]:
    """Companies on file without a capacity on record."""
    return tuple(company for company in effects.companies if company.why)


def _size(rows: Iterable[PlaceRow], place: str) -> float:
    row = place_of(rows, place)
    return 0.0 if row is None else row.share.value or row.share.high or 0.0


def _has_number(gain: Gain) -> bool:
    found = (gain.supply, gain.profit, gain.security, gain.money)
    return any(one.value is not None or one.high is not None for one in found)
