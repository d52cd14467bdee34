"""Rows of the answer, made from the arrays of the room."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from midstream.chain.estimate import Floats
from midstream.counterstrategy.deterrence import Deterrent, Instrument
from midstream.counterstrategy.entrants import Entrant
from midstream.counterstrategy.field import Field
from midstream.counterstrategy.incumbent import Incumbent
from midstream.counterstrategy.moves import KINDS, Move
from midstream.counterstrategy.payoff import Outcome, outcome
from midstream.counterstrategy.response import Response
from midstream.counterstrategy.result import (
    Curve,
    DeterrentRow,
    EntrantRow,
    MoveRow,
    PayoffRow,
    SurvivalRow,
    ThresholdRow,
)
from midstream.counterstrategy.survival import Standing, started
from midstream.counterstrategy.telling import Teller
from midstream.evidence import Quantity

if TYPE_CHECKING:
    from midstream.counterstrategy.counter import Table

#: Instrument -> unit of its dose.
_UNITS: dict[Instrument, str] = {
    "floor": "USD/kg",
    "cover": "%",
    "buffer": "month",
    "stock": "month",
}
_WEIGHTS = ("par:counter.lambda.middle",)
_VALUES = ("par:counter.theta.middle", "par:counter.theta.high", "par:counter.theta.highest")
_SURVIVAL = "1[cash > u] P(patience > u), covered plants kept; projects start where e >= P*"
_RULES = (
    "par:counter.buffer",
    "par:counter.patience",
    "par:counter.commitment",
    "par:counter.relief",
    "par:counter.outlook",
)


def entrant_rows(teller: Teller, field: Field) -> tuple[EntrantRow, ...]:
    """Entrants as the model sees them."""
    return tuple(_entrant_row(teller, one) for one in field.entrants)


def _entrant_row(teller: Teller, one: Entrant) -> EntrantRow:
    def told(what: str, title: str, value: float | None, unit: str) -> Quantity:
        name = f"{what}/{one.facility}"
        return teller.known(value, unit, name, f"{title}: {one.name}", "on record", one.lineage)

    def drawn(what: str, title: str, draws: Floats, unit: str) -> Quantity:
        name = f"{what}/{one.facility}"
        return teller.drawn(draws, unit, name, f"{title}: {one.name}", one.lineage)

    return EntrantRow(
        facility=one.facility,
        name=one.name,
        country=one.country,
        status=one.status,
        built=one.built,
        capacity=told("capacity", "Nameplate", one.capacity, "t/yr"),
        cost=drawn("entrant-cost", "Cash cost and debt", one.cash + one.fixed, "USD/kg"),
        incentive=drawn("incentive", "Incentive price", one.incentive, "USD/kg"),
        covered=told("covered", "Covered share", 100 * one.covered, "%"),
        floor=told("floor", "Floor price", one.floor, "USD/kg"),
        buffer=drawn("buffer", "Cash", one.buffer, "month"),
        supported=bool(one.relief.any()),
        basis=one.basis,
    )


def move_row(table: Table, move: Move, pair: tuple[float, float]) -> MoveRow:
    """One move under one objective."""
    field, home = table.field, table.field.of(table.focus)
    one = outcome(move, field, table.game)
    living = table.survival(move, math.ceil(move.years))[:, -1]
    gone, capacity = (1 - living) * field.capacity, field.capacity
    cost, gain, payoff, pays = _valued(table, one, pair)
    own = f"Nameplate kept out, {table.focus}"
    return MoveRow(
        move=move,
        label=move.label,
        incumbent_cost=cost,
        incumbent_gain=gain,
        payoff=payoff,
        pays=pays,
        entrants=_survivals(table, move, living),
        out=_out(table, gone, capacity, f"out/{move.id}", "Nameplate kept out"),
        out_focus=_out(table, gone[:, home], capacity[home], f"out/{table.focus}/{move.id}", own),
    )


def _valued(
    table: Table, one: Outcome, pair: tuple[float, float]
) -> tuple[Quantity, Quantity, Quantity, Quantity]:
    """Cost, gain, payoff and the chance that it is above zero."""
    teller, ids, label = table.teller, table.incumbent.lineage, one.move.label
    at, payoff = one.move.id, one.payoff(*pair)
    cost = "(P - P_n) Q (1 - lambda (1 - x)) a year, and what the move brings in"
    gain = "margin x output kept out + theta x share kept out, discounted"
    used = (*ids, *_WEIGHTS, _VALUES[0])
    wins = (payoff > 0).astype(float)
    return (
        teller.money(one.cost(*pair), f"move-cost/{at}", f"Cost: {label}", cost, *used),
        teller.money(one.gain(pair[1]), f"move-gain/{at}", f"Gain: {label}", gain, *used),
        teller.money(payoff, f"move-payoff/{at}", f"Payoff: {label}", "gain - cost", *used),
        teller.chance(wins, f"move-pays/{at}", f"Pays: {label}", "share of draws", used),
    )


def _survivals(table: Table, move: Move, living: Floats) -> tuple[SurvivalRow, ...]:
    field, game = table.field, table.game
    usual = Standing.of(field, game.before).after(move.years)
    usual = np.where(field.built, usual, started(field, game.before, game.behaviour.equipment))
    rows = []
    for number, one in enumerate(field.entrants):
        ids = (*one.lineage, table.incumbent.price.lineage, *_RULES)
        at = f"{one.facility}/{move.id}"
        title = f"{one.name}: {move.label}"
        rows.append(
            SurvivalRow(
                one.facility,
                table.teller.chance(
                    living[:, number], f"survival/{at}", f"Survival of {title}", _SURVIVAL, ids
                ),
                table.teller.chance(
                    usual[:, number], f"without/{at}", f"Without the move, {title}", _SURVIVAL, ids
                ),
            )
        )
    return tuple(rows)


def _out(table: Table, gone: Floats, capacity: Floats, name: str, title: str) -> Quantity:
    total = float(capacity.sum())
    if total <= 0:
        return table.teller.known(None, "%", name, title, "no entrant of the country")
    ids = [lineage for one in table.field.entrants for lineage in one.lineage]
    how = "sum of nameplate x (1 - survival) / nameplate"
    return table.teller.chance(gone.sum(axis=1) / total, name, title, how, ids, 100.0)


def objective_of(teller: Teller, pair: tuple[float, float]) -> tuple[Quantity, Quantity]:
    """Lambda and theta as quantities."""
    at = f"{pair[0]:g}-{pair[1]:.4g}"
    return (
        teller.known(pair[0], "ratio", f"lambda/{at}", "Weight of home users", "assumed", _WEIGHTS),
        teller.known(
            pair[1],
            "USD million/yr",
            f"theta/{at}",
            "Value of keeping entrants out",
            "assumed part x yearly sales",
            _VALUES,
        ),
    )


def payoff_rows(teller: Teller, incumbent: Incumbent, response: Response) -> tuple[PayoffRow, ...]:
    """The best move of every kind under every objective."""
    rows = []
    for number, pair in enumerate(response.objectives):
        weight, value = objective_of(teller, pair)
        winner = response.best(number)
        for kind in KINDS:
            at = [index for index, move in enumerate(response.moves) if move.kind == kind]
            if not at:
                continue
            best = max(at, key=lambda index: (response.expected[number, index], -index))
            label = response.moves[best].label
            name = f"{pair[0]:g}-{pair[1]:.4g}/{kind}"
            draws = response.outcomes[best].payoff(*pair)
            payoff = teller.money(
                draws, f"payoff/{name}", f"Payoff: {label}", "gain - cost", *incumbent.lineage
            )
            pays = teller.chance(
                (draws > 0).astype(float),
                f"pays/{name}",
                f"Pays: {label}",
                "share of draws",
                incumbent.lineage,
            )
            rows.append(PayoffRow(weight, value, kind, label, payoff, pays, best == winner))
    return tuple(rows)


def threshold_rows(
    teller: Teller, incumbent: Incumbent, response: Response
) -> tuple[ThresholdRow, ...]:
    """Smallest strategic value at which the moves that close plants pay, by weight of home."""
    rows = []
    weights = dict.fromkeys(pair[0] for pair in response.objectives)
    for weight in weights:
        shown = objective_of(teller, (weight, 0.0))[0]
        theta = response.break_even(weight, "flood")
        share = None if theta is None else 100 * theta / incumbent.revenue
        how = "min over floods of E[cost - sales] / E[years kept out]"
        ids = incumbent.lineage
        name = f"{weight:g}/flood"
        rows.append(
            ThresholdRow(
                shown,
                "flood",
                teller.known(
                    theta,
                    "USD million/yr",
                    f"threshold/{name}",
                    "Theta at which a flood pays",
                    how,
                    ids,
                ),
                teller.known(
                    share, "%", f"threshold-share/{name}", "The same over yearly sales", how, ids
                ),
            )
        )
    return tuple(rows)


def deterrent_rows(
    teller: Teller, incumbent: Incumbent, field: Field, found: tuple[Deterrent, ...]
) -> tuple[DeterrentRow, ...]:
    """One row per instrument and objective."""
    ids = tuple(
        dict.fromkeys(
            (*incumbent.lineage, *(name for one in field.entrants for name in one.lineage), *_RULES)
        )
    )
    rows = []
    for one in found:
        pair = (one.home_weight, one.strategic_value)
        weight, value = objective_of(teller, pair)
        scale = 100.0 if one.instrument == "cover" else 1.0
        name = f"{one.instrument}/{pair[0]:g}-{pair[1]:.4g}"
        unit = _UNITS[one.instrument]
        how = "smallest dose at which no move has a mean payoff above zero"
        smallest = None if one.smallest is None else one.smallest * scale
        rows.append(
            DeterrentRow(
                instrument=one.instrument,
                against=one.against,
                home_weight=weight,
                strategic_value=value,
                smallest=teller.known(
                    smallest, unit, f"deterrent/{name}", f"Smallest {one.instrument}", how, ids
                ),
                enough=one.smallest is not None,
                limit=teller.known(
                    one.limit * scale, unit, f"limit/{one.instrument}", "Limit looked at", "assumed"
                ),
                temptation=teller.known(
                    one.temptation, "USD million", f"temptation/{name}", "Highest payoff", how, ids
                ),
            )
        )
    return tuple(rows)


def headline_rows(teller: Teller, rows: tuple[DeterrentRow, ...]) -> tuple[DeterrentRow, ...]:
    """One row per instrument: the dose for the objective that tempts most, spanning all.

    The ends of ``smallest`` are the least and the largest dose over the objectives; the upper end
    is missing where an objective exists that no dose within the limit answers.
    """
    found = []
    for instrument in dict.fromkeys(row.instrument for row in rows):
        same = [row for row in rows if row.instrument == instrument]
        top = max(same, key=lambda row: row.temptation.value or 0.0)
        doses = [row.smallest.value for row in same]
        known = [dose for dose in doses if dose is not None]
        smallest = teller.known(
            top.smallest.value,
            top.smallest.unit,
            f"deterrent/{instrument}",
            f"Smallest {instrument} for the objective that tempts most",
            "dose at the most tempting objective; ends over all objectives",
            [row.smallest.lineage for row in same],
            min(known, default=None),
            max(known) if len(known) == len(doses) else None,
        )
        found.append(
            DeterrentRow(
                instrument=instrument,
                against=top.against,
                home_weight=top.home_weight,
                strategic_value=top.strategic_value,
                smallest=smallest,
                enough=top.enough,
                limit=top.limit,
                temptation=top.temptation,
            )
        )
    return tuple(found)


def curve_rows(table: Table, move: Move) -> tuple[Curve, ...]:
    """Survival year by year: all entrants, the focus country, then each entrant."""
    field, last = table.field, round(table.sampling.value("curve.years"))
    living = table.survival(move, last)
    everyone = np.ones(len(field.entrants), dtype=bool)
    groups = [("all", "All entrants, by nameplate", everyone)]
    home = field.of(table.focus)
    if home.any():
        name = f"{table.world.names.country(table.focus)}, by nameplate"
        groups.append(("focus", name, home))
    curves = [
        _curve(
            table,
            "",
            name,
            living[:, :, members] @ (field.capacity[members] / field.capacity[members].sum()),
            f"{key}/{move.id}",
            [lineage for one in field.entrants for lineage in one.lineage],
        )
        for key, name, members in groups
    ]
    for number, one in enumerate(field.entrants):
        path = living[:, :, number]
        at = f"{one.facility}/{move.id}"
        curves.append(_curve(table, one.facility, one.name, path, at, one.lineage))
    return tuple(curves)


def _curve(
    table: Table, facility: str, name: str, path: Floats, at: str, ids: tuple[str, ...] | list[str]
) -> Curve:
    years = tuple(range(1, path.shape[1] + 1))
    points = tuple(
        table.teller.chance(
            path[:, year - 1],
            f"curve/{at}/{year}",
            f"Alive after year {year}: {name}",
            _SURVIVAL,
            (*ids, table.incumbent.price.lineage, *_RULES),
        )
        for year in years
    )
    return Curve(facility, name, years, points)
