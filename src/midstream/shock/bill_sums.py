"""Sums over the items of a bill, the order of items and helps, and what a reader has to know."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from midstream.chain.estimate import Floats
from midstream.evidence import Quantity
from midstream.shock.bill import Item
from midstream.shock.bill_forms import Relation
from midstream.shock.bill_item import HELPS
from midstream.shock.bill_path import Bridge, SupplyPath
from midstream.shock.bill_records import Recorder, mean_spread, spread
from midstream.shock.bill_result import Help, ItemOutlook, Standing

MONTHS_A_YEAR = 12.0


@dataclass(slots=True)
class Sums:
    """Sums over items by draw, in the currency of the bill.

    Attributes:
        recorder: Enters them.
        path: The run of the form that is cut.
        extra, missing: Costs, shape (draw,).
        stopped: Value of a year's use of the items that stop, shape (draw,).
        saved: Money saved by help, shape (draw,) each.
        value: Value of a year's use of all items.
        priced, hit: Lineage of all values, and of the values of items that are hit.
        unpriced: Items that are hit and have no value.
        assumed, held, sole: Numbers of items whose stock is not given, that hold the form, and
            that have one supplier which sits, or may sit, in the country that cuts.
    """

    recorder: Recorder
    path: SupplyPath
    extra: Floats
    missing: Floats
    stopped: Floats
    saved: dict[str, Floats]
    value: float = 0.0
    priced: list[str] = field(default_factory=list)
    hit: list[str] = field(default_factory=list)
    unpriced: list[str] = field(default_factory=list)
    assumed: int = 0
    held: int = 0
    sole: int = 0

    @classmethod
    def over(cls, recorder: Recorder, path: SupplyPath) -> Sums:
        """Start from nothing."""
        extra, missing, stopped = np.zeros((3, path.draws))
        saved = {name: np.zeros(path.draws) for name in HELPS}
        return cls(recorder, path, extra, missing, stopped, saved)

    def id(self, measure: str, row: int | str) -> str:
        """Lineage id of a number of the bill."""
        return f"f:shock.bill.{measure}/{self.path.form}/{self.path.country}/{row}"

    def count(
        self, item: Item, relation: Relation, value: float | None, lineage: tuple[str, ...]
    ) -> None:
        """Count an item that is hit."""
        self.assumed += item.stock_months is None
        self.held += relation == "holds"
        self.sole += bool(item.sole_source) and item.supplier in (None, self.path.actor)
        if value is None:
            self.unpriced.append(item.name)
        else:
            self.hit += lineage

    def add(self, value: float, run: Bridge, extra: Floats, missing: Floats) -> None:
        """Add an item that is hit and has a value; costs are in months of spend."""
        self.extra += extra * value / MONTHS_A_YEAR
        self.missing += missing * value / MONTHS_A_YEAR
        self.stopped += np.isfinite(run.stop) * value

    def whole_value(self) -> Quantity:
        """Value of a year's use over all items that have one."""
        unit, lineage = f"{self.recorder.currency}/yr", self.id("value", "sum")
        quantity = Quantity(None, None, None, unit, None, lineage)
        if self.priced:
            quantity = Quantity(self.value, None, None, unit, "modelled", lineage)
        title = "Value of a year's use, all items with a value"
        return self.recorder.enter(quantity, title, self.priced, "sum of the values")

    def at_risk(self) -> Quantity:
        """Share of the value that lies in items that stop, in %."""
        lineage = self.id("at-risk", "sum")
        quantity = Quantity(None, None, None, "%", None, lineage)
        if self.value > 0:
            quantity = spread(100 * self.stopped / self.value, "%", lineage)
        formula = "value of the items that stop / value of all items, by draw"
        inputs = (*self.priced, *self.hit)
        return self.recorder.enter(quantity, "Share of value at risk", inputs, formula)

    def total(self, measure: str, draws: Floats) -> Quantity:
        """Sum of a cost; no value where items are hit and none of them has a value."""
        lineage, currency = self.id(measure, "sum"), self.recorder.currency
        quantity = spread(draws, currency, lineage)
        if not self.hit and self.unpriced:
            quantity = Quantity(None, None, None, currency, None, lineage)
        title = f"All items: {measure} cost"
        return self.recorder.enter(quantity, title, self.hit, "sum over the items, by draw")

    def helps(self) -> tuple[Help, ...]:
        """What each help saves over the whole bill, the largest saving first."""
        if not self.hit:
            return ()
        made = []
        for help_id, (name, parameter) in HELPS.items():
            lineage = self.id(f"{help_id}.money", "sum")
            saved = mean_spread(self.saved[help_id], self.recorder.currency, lineage)
            inputs = (*self.hit, f"par:{parameter}")
            self.recorder.enter(saved, f"Saved by {name}, all items", inputs, "sum over the items")
            made.append(Help(help_id, name, None, saved))
        return tuple(sorted(made, key=usefulness))

    def notes(self) -> tuple[str, ...]:
        """Sentences on what was assumed; they name no number."""
        known = (
            (self.assumed, "where no stock is given, the stock of the run stands in for it"),
            (self.held, "items that hold the form are taken to be made with it for the most part"),
            (self.sole, self._only_suppliers()),
            (len(self.unpriced), "items without a value are in no sum of money"),
        )
        return tuple(words for count, words in known if count)

    def _only_suppliers(self) -> str:
        """What is done with an item whose only supplier sits, or may sit, where the cut is."""
        if self.path.passed is None:
            return (
                "the run does not tell apart what the cutting country still ships: an only "
                "supplier there is taken to deliver what the country gets on average"
            )
        return "an only supplier whose country is not given may sit in the one that cuts"


def outlook(item: Item, standing: Standing, reason: str) -> ItemOutlook:
    """Give an item that is not hit."""
    return ItemOutlook(item.row, item.name, item.written, item.form, standing, reason=reason)


def doubts(item: Item, relation: Relation) -> str:
    """Say what makes the match of an item uncertain; blank where nothing does."""
    if relation != "may-be" and not item.loose:
        return item.reason
    words = "it may be another good of the same name or code: name the form to be sure"
    return f"{item.reason}; {words}" if item.reason else words


def earliest(item: ItemOutlook) -> tuple[float, float, int]:
    """Order of items: the earliest median stop, then the most likely, then the row."""
    median = item.stop.value if item.stop is not None else None
    likely = (item.stops.value if item.stops is not None else None) or 0.0
    return (math.inf if median is None else median, -likely, item.row)


def usefulness(one: Help) -> tuple[bool, float, float]:
    """Order of helps: what is available first, then by months gained, then by money."""
    months = (one.months.value if one.months is not None else None) or 0.0
    money = (one.money.value if one.money is not None else None) or 0.0
    return (bool(one.reason), -months, -money)
