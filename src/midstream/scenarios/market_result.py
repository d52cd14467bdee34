"""Prices and deliveries in later years as arrays, and as quantities with their lineage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np

from midstream.chain.estimate import Floats
from midstream.evidence import Ledger, Node, Quantity
from midstream.scenarios.frame import Frame
from midstream.shock.network import BalancedBase


@dataclass(frozen=True, slots=True)
class Cut:
    """A cut of exports.

    Attributes:
        form: What is cut.
        actor: Who cuts.
        targets: To whom.
        depth: Part of the exports that is cut, 0..1.
        months: How long; buyers find other suppliers the better the longer it lasts.
    """

    form: str
    actor: str
    targets: tuple[str, ...]
    depth: float
    months: float


@dataclass(frozen=True, slots=True)
class State:
    """What markets of later years give, first as they come, then under the cut.

    Attributes:
        inside, outside: Producer price of the leader and of all other makers over today's, shape
            (draw, year, step); ``nan`` without such a maker.
        delivered: Purchases over what is wanted at today's price, (draw, year, step, country).
        unmet: Share of what is wanted outside the leader that is not bought, (draw, year, step).
        missed: Whether the market missed its tolerance, (draw, year).
        cut_inside, cut_outside, cut_delivered, cut_unmet, cut_missed: The same under the cut.
        now_inside, now_outside, now_delivered, now_unmet, now_missed: Today under the cut,
            without the axis of years.
    """

    inside: Floats
    outside: Floats
    delivered: Floats
    unmet: Floats
    missed: Floats
    cut_inside: Floats
    cut_outside: Floats
    cut_delivered: Floats
    cut_unmet: Floats
    cut_missed: Floats
    now_inside: Floats
    now_outside: Floats
    now_delivered: Floats
    now_unmet: Floats
    now_missed: Floats

    @classmethod
    def of_draw(
        cls,
        years: Sequence[Mapping[str, Floats]],
        cut: Sequence[Mapping[str, Floats]],
        now: Mapping[str, Floats],
    ) -> State:
        """Make the state of one draw from what its markets gave."""
        names = tuple(now)
        made = {name: np.array([one[name] for one in years])[None] for name in names}
        made |= {f"cut_{name}": np.array([one[name] for one in cut])[None] for name in names}
        return cls(**made, **{f"now_{name}": np.array(now[name])[None] for name in names})

    @classmethod
    def blank(cls, years: int, steps: int, countries: int) -> State:
        """A state without draws."""
        one = {name: np.empty((steps,)) for name in ("inside", "outside", "unmet")}
        one |= {"delivered": np.empty((steps, countries)), "missed": np.empty(())}
        empty = cls.of_draw([one] * years, [one] * years, one)
        return cls(*(getattr(empty, part.name)[:0] for part in fields(cls)))


def joined(parts: Sequence[State]) -> State:
    """Put draws behind each other."""
    names = [part.name for part in fields(State)]
    return State(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


@dataclass(frozen=True, slots=True)
class MarketRow:
    """A step of a chain in a later year.

    Attributes:
        form, stage, year, leader: Place; the leader is blank without one.
        price_inside, price_outside: Producer price of the leader and of the others over today's.
        unmet: Share of what is wanted outside the leader that is not bought.
        cut_price_outside, cut_unmet: The same under the cut.
        now_price_outside, now_unmet: Under the same cut today.
    """

    form: str
    stage: str
    year: int
    leader: str
    price_inside: Quantity
    price_outside: Quantity
    unmet: Quantity
    cut_price_outside: Quantity
    cut_unmet: Quantity
    now_price_outside: Quantity
    now_unmet: Quantity


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """Deliveries of a form to a country in a later year, as a share of what it wants.

    Attributes:
        form, country, year: Place.
        delivered: As the year comes.
        cut_delivered: Under the cut.
        now_delivered: Under the same cut today.
        gain: ``cut_delivered - now_delivered`` draw by draw.
    """

    form: str
    country: str
    year: int
    delivered: Quantity
    cut_delivered: Quantity
    now_delivered: Quantity
    gain: Quantity


@dataclass(frozen=True)
class FutureMarket:
    """A chain in later years.

    Attributes:
        frame: Draws and years of the outlook; the market has its first draws.
        base: Network of today.
        years: Years.
        leaders: Leader of each step; ``None`` without one.
        cut: The cut that is compared then and now.
        state: Arrays.
        used: Ids of the parameters behind it.
        later: Form -> ids of its projects and needs in the outlook it stands on.
    """

    frame: Frame
    base: BalancedBase = field(repr=False)
    years: tuple[int, ...]
    leaders: tuple[str | None, ...]
    cut: Cut
    state: State = field(repr=False)
    used: tuple[str, ...]
    later: Mapping[str, tuple[str, ...]] = field(repr=False)

    @property
    def draws(self) -> int:
        """Number of draws solved."""
        return len(self.state.missed)

    @property
    def forms(self) -> tuple[str, ...]:
        """Steps of the chain."""
        return self.base.names.forms

    @property
    def countries(self) -> tuple[str, ...]:
        """Nodes of the network."""
        return self.base.names.countries

    @property
    def unconverged(self) -> tuple[str, ...]:
        """Markets that missed the tolerance, as ``draw/year``, ``draw/year/cut``, ``draw/now``.

        They stay in all arrays.
        """
        found = []
        for name, suffix in (("missed", ""), ("cut_missed", "/cut")):
            for draw, year in np.argwhere(getattr(self.state, name) > 0):
                found.append(f"{draw}/{self.years[year]}{suffix}")
        return (*found, *(f"{draw}/now" for draw in np.flatnonzero(self.state.now_missed > 0)))

    def delivered(self, form: str, country: str, year: int, under: str = "") -> Floats:
        """Deliveries over what is wanted, shape (draw,).

        Args:
            form, country, year: Place.
            under: Blank as the year comes, ``cut`` under the cut, ``now`` under the cut today.
        """
        step, column = self.forms.index(form), self.countries.index(country)
        if under == "now":
            return np.asarray(self.state.now_delivered[:, step, column])
        array = self.state.cut_delivered if under == "cut" else self.state.delivered
        return np.asarray(array[:, self.years.index(year), step, column])

    def quantities(self, ledger: Ledger) -> tuple[MarketRow, ...]:
        """Give prices and unmet shares of every step and year with their lineage."""
        return tuple(
            self._row(ledger, step, year)
            for step in range(len(self.forms))
            for year in range(len(self.years))
        )

    def deliveries(self, ledger: Ledger, countries: Sequence[str]) -> tuple[DeliveryRow, ...]:
        """Give deliveries of every step and year to some countries with their lineage.

        Countries that are no node of the network, or want nothing of a form, are left out.
        """
        rows = [
            self._delivery(ledger, form, country, year)
            for form in self.forms
            for country in countries
            if country in self.countries
            for year in self.years
        ]
        return tuple(row for row in rows if row is not None)

    # -- rows ----------------------------------------------------------------------------------

    def _row(self, ledger: Ledger, step: int, at: int) -> MarketRow:
        form, year, state = self.forms[step], self.years[at], self.state
        names = {
            "inside": ("ratio", "Price of the leader over today's"),
            "outside": ("ratio", "Price outside the leader over today's"),
            "unmet": ("share", "Need outside the leader that is not served"),
        }

        def given(name: str, under: str) -> Quantity:
            array = getattr(state, f"{under}_{name}" if under else name)
            drawn = array[:, step] if under == "now" else array[:, at, step]
            unit, words = names[name]
            return self._enter(ledger, drawn, unit, words, f"{name}/{form}", year, under, form)

        return MarketRow(
            form=form,
            stage=self.base.route.counted[step].stage,
            year=year,
            leader=self.leaders[step] or "",
            price_inside=given("inside", ""),
            price_outside=given("outside", ""),
            unmet=given("unmet", ""),
            cut_price_outside=given("outside", "cut"),
            cut_unmet=given("unmet", "cut"),
            now_price_outside=given("outside", "now"),
            now_unmet=given("unmet", "now"),
        )

    def _delivery(self, ledger: Ledger, form: str, country: str, year: int) -> DeliveryRow | None:
        drawn = {under: self.delivered(form, country, year, under) for under in ("", "cut", "now")}
        if any(np.isnan(part).any() for part in drawn.values()):
            return None
        name = f"delivered/{country}/{form}"
        words = f"Deliveries over need, {self.base.world.names.country(country)}"
        plain, cut, now = (
            self._enter(ledger, part, "share", words, name, year, under, form)
            for under, part in drawn.items()
        )
        lineage = f"f:outlook.market/{self.base.route.id}/gain/{country}/{form}/{year}"
        gain = _spread(drawn["cut"] - drawn["now"], "share", lineage)
        title = f"{words}: under the cut in {year} less today's"
        inputs = (cut.lineage, now.lineage)
        ledger.add(Node(lineage, "formula", title, gain, inputs=inputs, formula="then - now"))
        return DeliveryRow(form, country, year, plain, cut, now, gain)

    def _enter(
        self,
        ledger: Ledger,
        drawn: Floats,
        unit: str,
        words: str,
        name: str,
        year: int,
        under: str,
        form: str,
    ) -> Quantity:
        when = "now" if under == "now" else str(year)
        suffix = "/cut" if under == "cut" else ""
        lineage = f"f:outlook.market/{self.base.route.id}/{name}/{when}{suffix}"
        quantity = _spread(drawn, unit, lineage)
        cut = f", exports of {self.cut.form} by {self.cut.actor} cut" if under else ""
        title = f"{words}: {self.base.world.names.form(form)}, {when}{cut}"
        known = tuple(part for part in self._inputs(form, under) if part in ledger)
        formula = "equilibrium of the chain on output possible and use wanted in the draw"
        ledger.add(Node(lineage, "formula", title, quantity, inputs=known, formula=formula))
        return quantity

    def _inputs(self, form: str, under: str) -> tuple[str, ...]:
        """Ids behind a step: its outputs, and, but for today, its projects and needs."""
        world = self.base.world
        found = [e.lineage for (f, _), e in world.outputs.items() if f == form and e.value]
        found.append(world.world_output[form].lineage)
        if under != "now":
            found.extend(self.later[form])
        return tuple(dict.fromkeys((*found, *self.used)))

    def to_dict(self, ledger: Ledger, countries: Sequence[str]) -> dict[str, Any]:
        """Give rows as JSON objects."""
        return {
            "chain": self.base.route.id,
            "draws": self.draws,
            "steps": [_plain(row) for row in self.quantities(ledger)],
            "deliveries": [_plain(row) for row in self.deliveries(ledger, countries)],
            "unconverged": list(self.unconverged),
        }


def _plain(row: MarketRow | DeliveryRow) -> dict[str, Any]:
    values = {part.name: getattr(row, part.name) for part in fields(row)}
    return {k: v.to_dict() if isinstance(v, Quantity) else v for k, v in values.items()}


def _spread(drawn: Floats, unit: str, lineage: str) -> Quantity:
    """P50 with P10 and P90; no value where a draw has none."""
    if drawn.size == 0 or np.isnan(drawn).any():
        return Quantity(None, None, None, unit, None, lineage)
    low, middle, high = (float(point) for point in np.quantile(drawn, [0.1, 0.5, 0.9]))
    return Quantity(middle, low, high, unit, "modelled", lineage)
