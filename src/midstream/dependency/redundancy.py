"""N-1: what is left of a form without its largest holder, in three readings.

* global: ``(S - S1) / D`` of world need;
* rest of the world: ``(S - S1) / (D - D1)`` of the need outside the holder;
* exports: the exports of others have to grow by ``1 / (1 - f)`` to replace those of the holder,
  f its share of world exports.

World need D is world output S of the base year: stocks are not on record.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from midstream.chain.estimate import Component, Floats
from midstream.chain.needs import NeedRanges, need_shares
from midstream.chain.readings import WORLD
from midstream.chain.shares import StageShares, holders
from midstream.chain.world import World
from midstream.dependency.concentration import belongs, material_of
from midstream.dependency.streams import Streams
from midstream.evidence import Evidence, Label, Ledger, Node, Quantity
from midstream.evidence.vocabulary import known

#: Draws; as many as leverage takes by default, so that its N-1 of a holder is this one.
DRAWS = 2000
_NEEDS = ("par:gdp.factor", "par:gdp.form", "par:need.activity")


def left_globally(share: Floats) -> Floats:
    """``(S - S1) / D`` with D = S.

    Args:
        share: Share of the holder in world output, 0..1.
    """
    return 1 - share


def left_for_others(share: Floats, need: Floats) -> Floats:
    """``(S - S1) / (D - D1)``; ``nan`` where the holder is all of the need or it is not known.

    Args:
        share: Share of the holder in world output, 0..1.
        need: Share of the holder in world need, 0..1, same shape.
    """
    outside = 1 - need
    return np.where(outside > 0, (1 - share) / np.where(outside > 0, outside, 1.0), np.nan)


def growth_of_exports(share: float) -> float | None:
    """Factor by which others' exports have to grow, ``1 / (1 - f)``; none where they have none.

    Args:
        share: Share of the holder in world exports f, 0..1.
    """
    return 1 / (1 - share) if share < 1 else None


@dataclass(frozen=True, slots=True)
class Redundancy:
    """What is left of a form without its largest holder.

    Attributes:
        material, form, stage, year: Place.
        leader: Largest holder.
        n_minus_1_global: Supply of others over world need.
        n_minus_1_rest: Supply of others over need outside the holder.
        export_share: Share of the holder in world exports, by value.
        n_minus_1_exports: Factor by which exports of others have to grow to replace the holder's.
    """

    material: str
    form: str
    stage: str
    year: int
    leader: str
    n_minus_1_global: Quantity
    n_minus_1_rest: Quantity
    export_share: Quantity
    n_minus_1_exports: Quantity

    def to_dict(self) -> dict[str, Any]:
        """Give the record as a JSON object."""
        found: dict[str, Any] = {
            name: getattr(self, name) for name in ("material", "form", "stage", "year", "leader")
        }
        names = ("n_minus_1_global", "n_minus_1_rest", "export_share", "n_minus_1_exports")
        return found | {name: getattr(self, name).to_dict() for name in names}


def redundancy(
    evidence: Evidence, world: World, ledger: Ledger, material: str | None = None, *, seed: int = 1
) -> list[Redundancy]:
    """Give N-1 of every form with a known world output.

    Args:
        evidence: The release.
        world: The world of the base year.
        ledger: Where lineage is entered; stands on the world's.
        material: Only this material and its parts.
        seed: Seed of the draws behind the intervals.

    Raises:
        InputError: if the material is unknown, with the nearest.
    """
    if material is not None:
        known(material, evidence.vocabulary("material") or {}, "material")
    chosen = [
        part
        for part in holders(world, ledger)
        if belongs(evidence, material_of(evidence, part.form), material)
    ]
    if not chosen:
        return []
    streams = Streams(evidence, DRAWS, seed)
    leaders = tuple(dict.fromkeys(part.leader for part in chosen))
    needs = need_shares(world, leaders, streams.plain, _ranges(streams), world.need_scale)
    return [
        _record(
            evidence, world, ledger, part, streams, needs[part.form][:, leaders.index(part.leader)]
        )
        for part in chosen
    ]


def _record(
    evidence: Evidence,
    world: World,
    ledger: Ledger,
    part: StageShares,
    streams: Streams,
    need: Floats,
) -> Redundancy:
    share = leader_draws(world, part, streams)
    outputs = [world.world_output[part.form].lineage, *(q.lineage for _, q in part.shares)]
    entered = _Entry(ledger, part, world.names.cell(part.form, part.leader))
    exports, flows = _export_share(world, part)
    growth = None if exports is None else growth_of_exports(exports)
    return Redundancy(
        material=material_of(evidence, part.form),
        form=part.form,
        stage=part.stage,
        year=part.year,
        leader=part.leader,
        n_minus_1_global=entered.add("n-1-global", _interval(left_globally(share)), outputs),
        n_minus_1_rest=entered.add(
            "n-1-rest", _interval(left_for_others(share, need)), [*outputs, *_NEEDS]
        ),
        export_share=entered.add("export-share", (exports, None, None), flows),
        n_minus_1_exports=entered.add("n-1-exports", (growth, None, None), flows),
    )


def leader_draws(world: World, part: StageShares, streams: Streams) -> Floats:
    """Draws of the largest holder's share of world output, 0..1, shape (draw,).

    What nobody names moves with what is named, so that a level that is off for all countries
    alike does not turn into a share.
    """
    named = sorted({country for country, _ in part.shares} - {WORLD})
    drawn = {
        country: streams.estimate(world.outputs[part.form, country], "low") for country in named
    }
    counted = sum((share.value or 0.0) / 100 for _, share in part.shares)
    return np.asarray(drawn[part.leader] * counted / np.sum(list(drawn.values()), axis=0))


def _export_share(world: World, part: StageShares) -> tuple[float | None, list[str]]:
    """Share of the leader in world exports by value, with the flows behind it."""
    flows = [flow for flow in world.flows.get(part.form, ()) if flow.exporter != flow.importer]
    total = sum(flow.value_kusd for flow in flows)
    if total <= 0:
        return None, []
    own = [flow for flow in flows if flow.exporter == part.leader]
    return sum(flow.value_kusd for flow in own) / total, [flow.lineage for flow in flows]


def _interval(draws: Floats) -> tuple[float | None, float | None, float | None]:
    """Median and 80 % interval of the draws that exist; nothing where fewer than half do."""
    kept = draws[np.isfinite(draws)]
    if 2 * kept.size < draws.size:
        return None, None, None
    value, low, high = (float(np.quantile(kept, at)) for at in (0.5, 0.1, 0.9))
    return value, low, high


_WORDS = {
    "n-1-global": ("Supply without the largest holder", "ratio", "(S - S1) / D, D = S"),
    "n-1-rest": ("The same over need outside it", "ratio", "(S - S1) / (D - D1), D = S"),
    "export-share": ("Share of world exports", "ratio", "exports of the holder / world exports"),
    "n-1-exports": ("Growth of others' exports that replaces it", "factor", "1 / (1 - f)"),
}


@dataclass(frozen=True, slots=True)
class _Entry:
    """Enters the quantities of one form."""

    ledger: Ledger
    part: StageShares
    place: str

    def add(
        self,
        measure: str,
        ends: tuple[float | None, float | None, float | None],
        inputs: Iterable[str],
    ) -> Quantity:
        words, unit, formula = _WORDS[measure]
        lineage = f"f:dependency.{measure}/{self.part.leader}/{self.part.form}/{self.part.year}"
        label: Label | None = None if ends[0] is None else "modelled"
        quantity = Quantity(*ends, unit, label, lineage)
        named: Sequence[str] = tuple(dict.fromkeys(inputs))
        title = f"{words}: {self.place}"
        self.ledger.add(
            Node(lineage, "formula", title, quantity, inputs=tuple(named), formula=formula)
        )
        return quantity


def _ranges(streams: Streams) -> NeedRanges:
    """Ranges of the proxies of need, from the parameter table."""
    return NeedRanges(
        gdp=_component(streams.evidence.parameter("gdp.factor")),
        form=streams.value("gdp.form"),
        activity=_component(streams.evidence.parameter("need.activity")),
    )


def _component(quantity: Quantity) -> Component:
    value = float(quantity.value or 0.0)
    low = value if quantity.low is None else quantity.low
    return Component(value, low, value if quantity.high is None else quantity.high)
