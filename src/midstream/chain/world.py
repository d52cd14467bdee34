"""The World: the physical network of a mineral chain in one year, with what is missing.

Named dimensions are form, country and partner; every number is an estimate with its lineage.
A world is immutable: a `midstream.chain.change.Change` gives a new one.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import WeakValueDictionary

import numpy as np
from numpy.typing import NDArray

from midstream.chain.estimate import Component, Estimate, Floats
from midstream.chain.naming import Names
from midstream.chain.plants import Plant
from midstream.chain.recipes import Use
from midstream.evidence import Ledger

if TYPE_CHECKING:
    from midstream.chain.change import Change

Cell = tuple[str, str]
#: What is drawn from a world; can be referred to weakly.
Drawn = TypeVar("Drawn")

#: Category of control -> share of the cell's capacity in it. Categories: domestic, joint,
#: allied, dominant, unknown.
Mix = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Flow:
    """Trade of one form between two countries in one year.

    Attributes:
        exporter, importer: ISO-3 codes.
        value_kusd: Thousand USD, FOB.
        quantity_t: Tonnes, ``None`` where the quantity is not reported.
        lineage: Id of the trade row(s).
    """

    exporter: str
    importer: str
    value_kusd: float
    quantity_t: float | None
    lineage: str


@dataclass(frozen=True)
class World:
    """A base year of the network, or what a change makes of it.

    Attributes:
        base_year: Year.
        forms: Scored forms, from the device back to the ore.
        countries: Countries of the study.
        stages: Form -> stage.
        units: Form -> unit.
        names: Display names of forms and countries.
        world_output: Form -> estimate of world output.
        outputs: (form, country) -> estimate of output.
        uses: Form -> its uses.
        activity: (C4 form, country) -> estimate of the country's share of world activity, 0..1;
            only where it is on record.
        direct_need: (form, country) -> estimate of need in the form's unit, where on record.
        gdp_share: Country -> share of world GDP, ``nan`` where not on record.
        need_scale: (form, country) -> factor on need (demand changes); 1 where absent.
        plants: Plants and projects.
        flows: Form -> trade of the base year.
        prices: Form -> estimate of its price.
        price_floor: Form -> floor price a change has put in place.
        cost_scale: (form, country) -> factor on cost; 1 where absent.
        ownership, technology: (form, country) -> mix of control categories.
        throttle: (form, country) -> estimate of permits, 0..1.
        feed: (form, country) -> share of feed from the dominant foreign supplier, 0..1.
        governance: Country -> estimate of political stability on 0..1.
        growth: Form -> world need at 2030 over the base year.
        grade: Form -> share of output that meets the sectors' grade.
        leaders: Form -> largest producer and its share, where known.
        trade_content: Form -> form units per tonne traded, where goods and form are the same.
        ledger: Lineage of all of it.
    """

    base_year: int
    forms: tuple[str, ...]
    countries: tuple[str, ...]
    stages: Mapping[str, str]
    units: Mapping[str, str]
    names: Names
    world_output: Mapping[str, Estimate]
    outputs: Mapping[Cell, Estimate]
    uses: Mapping[str, tuple[Use, ...]]
    activity: Mapping[Cell, Estimate]
    direct_need: Mapping[Cell, Estimate]
    gdp_share: Mapping[str, float]
    plants: tuple[Plant, ...]
    flows: Mapping[str, tuple[Flow, ...]]
    prices: Mapping[str, Estimate]
    ownership: Mapping[Cell, Mix]
    technology: Mapping[Cell, Mix]
    throttle: Mapping[Cell, Estimate]
    feed: Mapping[Cell, Estimate]
    governance: Mapping[str, Estimate]
    growth: Mapping[str, Component]
    grade: Mapping[str, Component]
    leaders: Mapping[str, tuple[str, float]]
    trade_content: Mapping[str, float]
    ledger: Ledger
    need_scale: Mapping[Cell, float] = field(default_factory=dict)
    price_floor: Mapping[str, float] = field(default_factory=dict)
    cost_scale: Mapping[Cell, float] = field(default_factory=dict)
    _drawn: WeakValueDictionary[Hashable, Any] = field(
        default_factory=WeakValueDictionary, init=False, repr=False, compare=False
    )

    def __repr__(self) -> str:
        """Say in one line what it is; all of it would fill a screen a thousand times."""
        made = sum(estimate.known for estimate in self.outputs.values())
        return (
            f"World(base_year={self.base_year}, forms={len(self.forms)},"
            f" countries={len(self.countries)}, outputs_on_record={made},"
            f" plants={len(self.plants)})"
        )

    def drawn(self, key: Hashable, draw: Callable[[], Drawn]) -> Drawn:
        """Give what is drawn from this world, the same object for as long as somebody holds it.

        Args:
            key: All that it depends on besides the world.
            draw: Draws it.
        """
        found: Drawn | None = self._drawn.get(key)
        if found is None:
            found = self._drawn[key] = draw()
        return found

    def array(self, name: str = "output") -> Floats:
        """Central values as an array of shape (form, country); ``nan`` where missing.

        Args:
            name: ``output`` (form's unit) or ``capacity`` (running plants on record).
        """
        values = np.full((len(self.forms), len(self.countries)), np.nan)
        for row, form in enumerate(self.forms):
            for column, country in enumerate(self.countries):
                value = self._central(name, form, country)
                if value is not None:
                    values[row, column] = value
        return values

    def _central(self, name: str, form: str, country: str) -> float | None:
        if name == "output":
            return self.outputs[form, country].value
        known = [
            plant.capacity
            for plant in self.plants
            if plant.form == form and plant.country == country and plant.running
        ]
        amounts = [capacity for capacity in known if capacity is not None]
        return sum(amounts) if amounts else None

    @property
    def missing(self) -> NDArray[np.bool_]:
        """Mask of cells whose output nobody counts, shape (form, country)."""
        return np.array(
            [[not self.outputs[f, c].known for c in self.countries] for f in self.forms]
        )

    def apply(self, *changes: Change) -> World:
        """Give the world after some changes, in their order; this world stays as it is."""
        world = self
        for change in changes:
            world = change.apply(world)
        return world

    def with_parts(self, **parts: Any) -> World:
        """Give a copy with some parts replaced and a ledger of its own on top of this one."""
        parts.setdefault("ledger", Ledger(base=self.ledger))
        return replace(self, **parts)
