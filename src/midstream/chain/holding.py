"""Who holds a cell: ownership, technology, permits, origin of feed, political stability."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from midstream.chain.estimate import Component, Estimate
from midstream.chain.naming import Names
from midstream.chain.plants import Plant
from midstream.chain.pooling import ends
from midstream.chain.world import Cell, Flow, Mix
from midstream.evidence import Evidence, Label, Ledger, Node, Quantity


def category(holder: str, country: str, dominant: str | None) -> str:
    """Category of control a holder's country falls in, seen from the country of the plant."""
    if not holder:
        return "unknown"
    if holder == country:
        return "domestic"
    return "dominant" if holder == dominant else "allied"


def mixes(
    plants: Sequence[Plant], leaders: Mapping[str, tuple[str, float]], field: str
) -> dict[Cell, Mix]:
    """Shares of a cell's capacity by category of control.

    Args:
        plants: Running plants rule where a cell has any; else its projects.
        leaders: Form -> (dominant supplier, share).
        field: ``owner`` or ``technology``.
    """
    by_cell: dict[Cell, list[Plant]] = defaultdict(list)
    for plant in plants:
        if plant.status != "cancelled":
            by_cell[plant.form, plant.country].append(plant)
    return {cell: _mix(cell, found, leaders, field) for cell, found in by_cell.items()}


def _mix(
    cell: Cell, found: Sequence[Plant], leaders: Mapping[str, tuple[str, float]], field: str
) -> Mix:
    chosen = [plant for plant in found if plant.running] or list(found)
    known = [plant.capacity for plant in chosen if plant.capacity]
    fallback = sum(known) / len(known) if known else 1.0
    dominant = leaders[cell[0]][0] if cell[0] in leaders else None
    weights: dict[str, float] = defaultdict(float)
    for plant in chosen:
        weight = plant.capacity or fallback
        weights[category(getattr(plant, field), cell[1], dominant)] += weight
    total = sum(weights.values())
    return {name: weight / total for name, weight in sorted(weights.items())}


_TITLES = {
    "throttle": "Permits",
    "governance": "Political stability from zero to one",
    "feed": "Share of feed from the dominant foreign supplier",
}


class Holding:
    """Builds the estimates of control other than ownership and technology.

    Args:
        evidence: The release.
        ledger: Where lineage is entered.
        leaders: Form -> (dominant supplier, share of world).
        names: Display names.
    """

    def __init__(
        self,
        evidence: Evidence,
        ledger: Ledger,
        leaders: Mapping[str, tuple[str, float]],
        names: Names,
    ) -> None:
        self._evidence = evidence
        self._ledger = ledger
        self._leaders = leaders
        self._names = names
        bounds = evidence.table("bounds").rows
        self._own_feed = {
            (row["form"], row["country"]): row["id"] for row in bounds if row["rule"] == "own-feed"
        }

    def throttles(self, forms: Sequence[str], countries: Sequence[str]) -> dict[Cell, Estimate]:
        """Permits by cell: the throttle on record, else the range for normal permits."""
        normal = self._evidence.parameter("control.throttle")
        stated = {(r["form"], r["country"]): r for r in self._evidence.table("throttles").rows}
        made = {}
        for form in forms:
            for country in countries:
                row = stated.get((form, country))
                part = (
                    Component(row["value"], row["low"], row["high"]) if row else _component(normal)
                )
                inputs = (row["id"],) if row else (normal.lineage,)
                made[form, country] = self._estimate("throttle", form, country, part, inputs)
        return made

    def governance(self, countries: Sequence[str]) -> dict[str, Estimate]:
        """Political stability on 0..1: ``(WGI estimate + 2.5) / 5``."""
        published = self._evidence.bulk.governance()
        unknown = self._evidence.parameter("control.governance.unknown")
        made = {}
        for country in countries:
            found = published.get(country)
            if found is None or found.value is None:
                part, inputs = _component(unknown), (unknown.lineage,)
                label: Label = "modelled"
            else:
                middle, low, high = ((end + 2.5) / 5 for end in ends(found))
                part, inputs = Component(middle, low, high), (found.lineage,)
                label = found.label or "modelled"
            made[country] = self._estimate("governance", "", country, part, inputs, label)
        return made

    def feed(
        self,
        form: str,
        country: str,
        inputs_of_form: Sequence[str],
        plants: Sequence[Plant],
        flows: Mapping[str, Sequence[Flow]],
        own_share: Mapping[Cell, float | None],
    ) -> Estimate:
        """Share of a cell's feed that comes from the dominant foreign supplier, 0..1.

        Plants' coded feed goes first; else ``(1 - own cover) x import share from the supplier``
        by trade value; else the supplier's share of world output stands for the import share.
        An ore, a form made from own feed only, or one whose dominant supplier is the country itself
        has none.
        """
        if (form, country) in self._own_feed:
            row = self._own_feed[form, country]
            return self._estimate("feed", form, country, Component(0, 0, 0), (row,))
        foreign = [f for f in inputs_of_form if f in self._leaders]
        foreign = [f for f in foreign if self._leaders[f][0] != country]
        if not inputs_of_form or (
            foreign == [] and all(f in self._leaders for f in inputs_of_form)
        ):
            return self._estimate("feed", form, country, Component(0, 0, 0), ())
        coded = self._coded(form, country, foreign, plants)
        if coded is not None:
            return coded
        if not foreign:
            unknown = self._evidence.parameter("control.feed.unknown")
            middle, low, high = (1 - end for end in ends(unknown))
            part = Component(middle, high, low)
            return self._estimate("feed", form, country, part, (unknown.lineage,))
        found = [self._traded(form, country, f, flows, own_share) for f in foreign]
        part, inputs = max(found, key=lambda item: item[0].value)
        return self._estimate("feed", form, country, part, inputs)

    def _coded(
        self, form: str, country: str, foreign: Sequence[str], plants: Sequence[Plant]
    ) -> Estimate | None:
        here = [p for p in plants if p.form == form and p.country == country and p.running]
        if not here or not all(plant.feed for plant in here):
            return None
        dominant = {self._leaders[f][0] for f in foreign}
        shares = [sum(c in dominant for c in plant.feed) / len(plant.feed) for plant in here]
        middle = sum(shares) / len(shares)
        spread = self._evidence.parameter("feed.spread.traded")
        lineage = tuple(i for plant in here for i in plant.lineage if i.startswith("fac:"))
        part = _around(middle, spread)
        return self._estimate("feed", form, country, part, (*lineage, spread.lineage))

    def _traded(
        self,
        form: str,
        country: str,
        input_form: str,
        flows: Mapping[str, Sequence[Flow]],
        own_share: Mapping[Cell, float | None],
    ) -> tuple[Component, tuple[str, ...]]:
        supplier, world_share = self._leaders[input_form]
        imports = [flow for flow in flows.get(input_form, ()) if flow.importer == country]
        total = sum(flow.value_kusd for flow in imports)
        made, ore = own_share.get((form, country)), own_share.get((input_form, country))
        cover = min(1.0, ore / made) if made and ore is not None else 0.0
        if total > 0:
            at = [flow for flow in imports if flow.exporter == supplier]
            share = sum(flow.value_kusd for flow in at) / total
            inputs = tuple(flow.lineage for flow in at)
            spread = self._evidence.parameter("feed.spread.traded")
        else:
            share, inputs = world_share, (f"f:world.leader/{input_form}",)
            spread = self._evidence.parameter("feed.spread.proxied")
        return _around((1 - cover) * share, spread), (*inputs, spread.lineage)

    def _estimate(
        self,
        name: str,
        form: str,
        country: str,
        part: Component,
        inputs: tuple[str, ...],
        label: Label = "modelled",
    ) -> Estimate:
        lineage = f"f:world.{name}/{country}/{form}".rstrip("/")
        quantity = Quantity(part.value, part.low, part.high, "ratio", label, lineage)
        place = self._names.cell(form, country) if form else self._names.country(country)
        title = f"{_TITLES[name]}: {place}"
        self._ledger.add(Node(lineage, "formula", title, quantity, inputs=inputs))
        return Estimate("ratio", "observed", (part,), part.low, part.high, label, lineage)


def _component(quantity: Quantity) -> Component:
    return Component(*ends(quantity))


def _around(middle: float, spread: Quantity) -> Component:
    """A share with a spread to both sides, kept inside 0..1."""
    half = spread.value or 0.0
    return Component(middle, max(0.0, middle - half), min(1.0, middle + half))
