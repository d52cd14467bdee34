"""The answer of a shock run, with its published form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from midstream.chain.estimate import Floats
from midstream.evidence import Quantity
from midstream.shock.calibrate import Nodes
from midstream.shock.path import NetworkPath

Series = tuple[Quantity, ...]


@dataclass(frozen=True, slots=True)
class OutputLost:
    """Output a sector of a country loses.

    Attributes:
        country, sector: Place.
        forms: Forms whose lack it is.
        months: Months of the sector's output lost over the path.
        peak: Largest share of a month's output lost.
        value_added: Value added at risk; no value where none is on record.
    """

    country: str
    sector: str
    forms: tuple[str, ...]
    months: Quantity
    peak: Quantity
    value_added: Quantity


@dataclass(frozen=True, slots=True)
class Gain:
    """What a country gains.

    Attributes:
        country, form, way: Who gains on what, and how.
        share: Gain over the world's yearly sales of the form at base prices.
        money: The same in million USD; no value where no price is on record.
    """

    country: str
    form: str
    way: str
    share: Quantity
    money: Quantity


@dataclass(frozen=True)
class ShockResult:
    """A shock run.

    Attributes:
        chain, form, final_form, stage, actor, instrument, targets, countries: What was run;
            ``countries`` are those shown, targets first.
        depth: Depth as asked.
        months: Months since the announcement.
        price_outside: Price to those who are cut off (all outside where everyone is), ratio to
            the months before.
        price_inside: Price in the restricting country.
        scarcity_price: By country, the effective price its users react to in the market, the
            cost of lost suppliers in it; no value where it is cut off from all.
        deliveries: By country, deliveries of the cut form over base.
        final_deliveries: By country, the same of the last form of the chain.
        cover: By country, months of base use left in usable stocks of the cut form.
        output_lost: Sectors that lose output.
        winners: Who gains.
        unmet: By country, final use of the last form that is not met, mean over the months in
            force.
        leaked: Share of what is blocked that came round through third countries.
        relocation: Rise of other makers' output over what the actor's exports fell by.
        peaks: Largest price outside by predictor; the rule first, the engine beside it.
        rivals: Log of the peak price by predictor.
        similar_episodes: Nearest episodes on record and what happened.
        assumptions: Parameters the run rests on.
        priors: By form ``trade`` or ``gravity``: whether trade is on file.
        unconverged: Draws with months whose solve missed its tolerance.
        notes: Sentences a reader has to know.
        bill: Evaluation of a bill of materials, where one was given.
        path: Arrays of all draws, for further use.
        outside_draws: Draws of the price outside, shape (draw, month).
        passed_draws: Share of what is aimed at that still passes, same shape.
        actor_shares: Share of each country's purchases the actor supplied, shape (country,).
        nodes: Names of the axes of the path.
        uncounted: Targets that buy the form and of whose use nothing is on record: what they lose
            is not known; a note names them.
    """

    chain: str
    form: str
    final_form: str
    stage: str
    actor: str
    instrument: str
    targets: tuple[str, ...]
    countries: tuple[str, ...]
    depth: Quantity
    months: tuple[int, ...]
    price_outside: Series
    price_inside: Series
    scarcity_price: Mapping[str, Series]
    deliveries: Mapping[str, Series]
    final_deliveries: Mapping[str, Series]
    cover: Mapping[str, Series]
    output_lost: tuple[OutputLost, ...]
    winners: tuple[Gain, ...]
    unmet: Mapping[str, Quantity]
    leaked: Quantity
    relocation: Quantity
    peaks: Mapping[str, Quantity]
    rivals: Mapping[str, Quantity]
    similar_episodes: tuple[Mapping[str, Any], ...]
    assumptions: tuple[Quantity, ...]
    priors: Mapping[str, str]
    unconverged: tuple[int, ...]
    notes: tuple[str, ...]
    path: NetworkPath = field(repr=False)
    outside_draws: Floats = field(repr=False)
    passed_draws: Floats = field(repr=False)
    actor_shares: Floats = field(repr=False)
    nodes: Nodes = field(repr=False)
    bill: Mapping[str, Any] | None = None
    uncounted: tuple[str, ...] = ()

    def with_bill(self, bill: Mapping[str, Any]) -> ShockResult:
        """Give the same run with the evaluation of a bill of materials."""
        return replace(self, bill=bill)

    def to_dict(self) -> dict[str, Any]:
        """Give the run as the JSON object of the public interface."""
        plain = {
            name: getattr(self, name)
            for name in (
                "chain",
                "form",
                "final_form",
                "stage",
                "actor",
                "instrument",
                "targets",
                "countries",
                "depth",
                "months",
                "price_outside",
                "price_inside",
                "scarcity_price",
                "deliveries",
                "final_deliveries",
                "cover",
                "output_lost",
                "winners",
                "unmet",
                "leaked",
                "relocation",
                "peaks",
                "rivals",
                "similar_episodes",
                "assumptions",
                "priors",
                "unconverged",
                "notes",
            )
        }
        if self.bill is not None:
            plain["bill"] = self.bill
        return {name: _plain(value) for name, value in plain.items()}


def _plain(value: Any) -> Any:
    """Turn quantities and records into plain JSON values."""
    if isinstance(value, Quantity):
        return value.to_dict()
    if isinstance(value, (OutputLost, Gain)):
        return {name: _plain(getattr(value, name)) for name in value.__slots__}
    if isinstance(value, Mapping):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, (tuple, list)):
        return [_plain(part) for part in value]
    return value
