"""Needs rolled forward: from the devices back to the ore, draw by draw.

The level of the base year is that of the scorecard, from the same streams. What a country needs
of a form grows with the uses it has there; a use that grows faster in the country than in the
world hands this on to everything it is made of.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from midstream.chain.estimate import Floats
from midstream.chain.normal import normal_quantile, normal_share
from midstream.chain.world import World
from midstream.evidence import Evidence
from midstream.scenarios.cellwise import Cell, Product, full
from midstream.scenarios.demand_growth import FormGrowth, GrowthReader
from midstream.scenarios.demand_mix import REST, WORLD, Mixes, mixes
from midstream.scenarios.demand_projected import Projections, along, projections
from midstream.scenarios.frame import Frame, Place
from midstream.scorecard.cells import Cells
from midstream.scorecard.draws import Draws, Parameters

#: Stream of the driver where none is given.
DRIVER = "driver/demand"
#: Largest part of world need that a leader takes out, as in the reference of the scorecard.
LEADER_MOST = 0.95
#: Years over which `outlook.need.spread` is the log-sd.
DECADE = 10


@dataclass(frozen=True, slots=True)
class FormNeed:
    """Need of one form.

    Attributes:
        form: The form.
        base: Need of the base year by country, ``nan`` where not known, each (draw,).
        need: Need by country; `WORLD` is among them.
        parts: Uses of the countries of interest: country -> use -> part of the need, (draw, year).
        starts: The same in the base year, (draw,).
    """

    form: str
    base: Mapping[str, Floats]
    need: Mapping[str, Cell]
    parts: Mapping[str, Mapping[str, Floats]]
    starts: Mapping[str, Mapping[str, Floats]]

    def of(self, country: str) -> Floats:
        """Need of a country, shape (draw, year)."""
        return full(self.need[country]).T


@dataclass(frozen=True, slots=True)
class Ground:
    """What needs rest on, whatever is drawn: two runs of one world share it.

    Attributes:
        countries: Countries of the world and leaders of its forms.
        growths: Form -> published growth.
        mixes: Mix of uses by form and country.
        projected: Needs a source projects.
    """

    countries: tuple[str, ...]
    growths: Mapping[str, FormGrowth]
    mixes: Mixes
    projected: Projections

    @classmethod
    def of(cls, evidence: Evidence, world: World, frame: Frame) -> Ground:
        """Read the tables; only the last year of the frame counts."""
        leaders = {leader for leader, _ in world.leaders.values()}
        countries = (*world.countries, *sorted(leaders - set(world.countries)))
        reader = GrowthReader(evidence, world, frame)
        growths = {form: reader.of(form) for form in world.forms}
        mixed = mixes(world, countries, growths)
        return cls(countries, growths, mixed, projections(evidence, world))


@dataclass(slots=True)
class Roller:
    """Rolls needs forward.

    Args:
        evidence: The release.
        world: The world.
        frame: Draws and years.
        driver: Demand in standard deviations around the middle, shape (draw,); ``None`` draws it.
        overrides: Parameters with a value of the user.
        detail: Countries whose uses are kept.
        ground: What needs rest on; ``None`` reads it.
    """

    evidence: Evidence
    world: World
    frame: Frame
    driver: Floats | None = None
    overrides: Mapping[str, float] = field(default_factory=dict)
    detail: Sequence[str] = ()
    ground: Ground | None = None
    countries: tuple[str, ...] = field(init=False)
    growths: Mapping[str, FormGrowth] = field(init=False)
    mixes: Mixes = field(init=False)
    projected: Projections = field(init=False)
    position: Floats = field(init=False)
    _cells: Cells = field(init=False)
    _spread: dict[str, Floats] = field(default_factory=dict)
    _relative: dict[tuple[str, str], Floats] = field(default_factory=dict)

    def __post_init__(self) -> None:
        world, frame = self.world, self.frame
        ground = self.ground or Ground.of(self.evidence, world, frame)
        self.countries, self.growths = ground.countries, ground.growths
        self.mixes, self.projected = ground.mixes, ground.projected
        driver = self.driver
        if driver is None:
            driver = normal_quantile(frame.uniform(DRIVER))
        self.position = normal_share(driver)
        parameters = Parameters(self.evidence, Draws(frame.seed, frame.draws), self.overrides)
        self._cells = Cells(world, parameters, frame.last, self.countries)

    def forms(self, wanted: Collection[str] | None = None) -> Iterator[FormNeed]:
        """Needs of the forms wanted and of all that they go into, from the devices back."""
        forms = self.world.forms if wanted is None else wanted
        return self.places({(form, country) for form in forms for country in self.countries})

    def places(self, wanted: Collection[Place]) -> Iterator[FormNeed]:
        """The same for some places, each form in the countries it is followed in."""
        behind = self._behind(wanted)
        for form in self.world.forms:
            if form in behind:
                yield self._form(form, behind[form])

    def _behind(self, wanted: Collection[Place]) -> dict[str, tuple[str, ...]]:
        """Forms that are wanted or that need follows, each with the countries it is followed in.

        The world is there without being named; without its leader it follows the leader.
        """
        found: dict[str, set[str]] = {}
        for form, place in wanted:
            country = place.removeprefix(f"{WORLD}-")
            found.setdefault(form, set()).update({country} - {WORLD})
        for form in reversed(self.world.forms):
            for use in self.mixes.world[form] if form in found else ():
                found.setdefault(use, set()).update(found[form])
        return {
            form: tuple(country for country in self.countries if country in places)
            for form, places in found.items()
        }

    def _form(self, form: str, countries: Sequence[str]) -> FormNeed:
        growth, base = self.growths[form], self._base(form, countries)
        total, uses = self._drawn(growth)
        even = _balance(self.mixes.world[form], uses, total)
        shared = np.ascontiguousarray(total.T)
        need: dict[str, Cell] = {WORLD: Product(base[WORLD], (shared,))}
        parts: dict[str, dict[str, Floats]] = {}
        starts: dict[str, dict[str, Floats]] = {}
        for country in countries:
            mixed = self._mixed(form, country, uses, total, even)
            grown = _summed(mixed, total)
            common = shared if grown is total else None
            need[country] = cell = self._need(form, country, base[country], grown, common)
            self._hand_on(form, country, base[country], cell, grown, total)
            if country in self.detail:
                weights = self.mixes.of(form, country)
                starts[country] = {use: base[country] * part for use, part in weights.items()}
                rows = {use: total * part for use, part in weights.items()} | mixed
                own = full(cell).T
                parts[country] = {use: own * row / grown for use, row in rows.items()}
        without = self._without_leader(form, need)
        return FormNeed(form, base, need | without, parts, starts)

    def _drawn(self, growth: FormGrowth) -> tuple[Floats, dict[str, Floats]]:
        """Growth of the whole need, and of its uses where they are split, (draw, year) each."""
        years, origin = self.frame.years, self.world.base_year
        total = growth.total.drawn(self.position, years, origin)
        if not growth.uses:
            return total, {}
        parts = {**growth.uses, REST: growth.rest or growth.total}
        return total, {use: part.drawn(self.position, years, origin) for use, part in parts.items()}

    def _base(self, form: str, countries: Sequence[str]) -> dict[str, Floats]:
        """Need of the base year at grade, from the streams of the scorecard."""
        found = {}
        for country in (WORLD, *countries):
            need = self._cells.need(form, country)
            if need is not None:
                found[country] = need
        return found

    def _mixed(
        self,
        form: str,
        country: str,
        uses: Mapping[str, Floats],
        total: Floats,
        even: Floats | None,
    ) -> dict[str, Floats]:
        """Growth of each use times its share; empty where all of it grows as the world does."""
        weights = self.mixes.of(form, country)
        moved = [use for use in weights if (use, country) in self._relative]
        if not uses and not moved:
            return {}
        found = {}
        for use, part in weights.items():
            grown = uses.get(use, uses[REST]) if uses else total
            row = part * grown if even is None else part * grown * even
            relative = self._relative.get((use, country))
            found[use] = row if relative is None else row * relative
        return found

    def _need(
        self, form: str, country: str, base: Floats, grown: Floats, common: Floats | None
    ) -> Cell:
        """Need of a country; as its factors where its growth is that of others."""
        rows = self.projected.get((form, country))
        frame, origin = self.frame, self.world.base_year
        if rows:
            scale = self.world.need_scale.get((form, country), 1.0)
            free = np.divide(base, scale) if scale > 0 else base
            need = along(rows, free, grown, frame.years, origin, self.position)
            return np.asarray(need * scale).T
        if common is None:
            return Product(base, (grown.T, self._own(country))).values()
        return Product(base, (common, self._own(country)))

    def _own(self, country: str) -> Floats:
        """What a country's need departs from the world's by itself, shape (year, draw)."""
        if country not in self._spread:
            width = self._cells.parameters.value("outlook.need.spread")
            normal = normal_quantile(self.frame.uniform(f"need-growth/{country}"))
            time = (np.array(self.frame.years) - self.world.base_year) / DECADE
            self._spread[country] = np.exp(time[:, None] * (width * normal))
        return self._spread[country]

    def _hand_on(
        self,
        form: str,
        country: str,
        base: Floats,
        need: Cell,
        grown: Floats,
        total: Floats,
    ) -> None:
        """Note by how much the form outgrows the world in the country, for what it is made of."""
        if (form, country) in self.projected:
            known = (np.nan_to_num(base) > 0)[:, None]
            own = np.divide(full(need).T, base[:, None], out=grown.copy(), where=known)
            self._relative[form, country] = own / total
        elif grown is not total:
            self._relative[form, country] = grown / total

    def _without_leader(self, form: str, need: Mapping[str, Cell]) -> dict[str, Cell]:
        """World need without the leader's own; a projection of it goes before."""
        leader, _ = self.world.leaders.get(form, ("", 0.0))
        if leader not in need:
            return {}
        place = f"{WORLD}-{leader}"
        total = full(need[WORLD]).T
        left = total - np.minimum(full(need[leader]).T, LEADER_MOST * total)
        rows = self.projected.get((form, place))
        if rows:
            base = self._outside(form, leader)
            grown = left / base[:, None]
            left = along(rows, base, grown, self.frame.years, self.world.base_year, self.position)
            left = np.minimum(left, total)
        return {place: np.asarray(left).T}

    def _outside(self, form: str, leader: str) -> Floats:
        base = self._base(form, (leader,))
        return np.asarray(base[WORLD] - np.minimum(base[leader], LEADER_MOST * base[WORLD]))


def _balance(
    weights: Mapping[str, float], uses: Mapping[str, Floats], total: Floats
) -> Floats | None:
    """Factor that lets the uses add up to the whole; ``None`` where there is one growth only."""
    if not uses:
        return None
    mixed = np.zeros_like(total)
    for use, part in weights.items():
        mixed += part * uses.get(use, uses[REST])
    return np.asarray(total / mixed)


def _summed(mixed: Mapping[str, Floats], total: Floats) -> Floats:
    """Growth of a place: that of the world where its uses do not differ."""
    return np.sum(list(mixed.values()), axis=0) if mixed else total
