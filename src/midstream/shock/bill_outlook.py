"""Evaluates a bill of materials on a run: what stops, when, at what cost, and what helps most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from midstream.chain.estimate import Floats
from midstream.chain.naming import Names
from midstream.evidence import Evidence, Ledger, Quantity
from midstream.evidence.units import factor
from midstream.shock.behaviour import Sampler
from midstream.shock.bill import Bill, Item
from midstream.shock.bill_forms import Kinship, Relation
from midstream.shock.bill_item import HELPS, Judge, Supply, unavailable
from midstream.shock.bill_path import Bridge, SupplyPath, extra_cost, missing_cost
from midstream.shock.bill_records import Recorder, mean_spread, spread
from midstream.shock.bill_result import BillResult, Help, ItemOutlook
from midstream.shock.bill_sums import MONTHS_A_YEAR, Sums, doubts, earliest, outlook, usefulness


def evaluate(
    bill: Bill,
    path: SupplyPath,
    evidence: Evidence,
    ledger: Ledger,
    *,
    further: Mapping[str, Floats] | None = None,
    seed: int = 1,
) -> BillResult:
    """Evaluate a bill of materials on a run.

    Args:
        bill: The bill.
        path: The run of the form that is cut, in the country of the bill.
        evidence: The release.
        ledger: Where the lineage is entered.
        further: Deliveries of other forms of the run over base use, by form id, shape
            (draw, month) each.
        seed: Seed of the draws of the bill's own parameters.

    Returns:
        Every item of the bill: hit, untouched or not covered, and sums over them.
    """
    sampler = Sampler(evidence, seed, path.draws)
    recorder = Recorder(bill, evidence, ledger, bill.currency)
    path = recorder.run(path)
    judge = Judge(path, further or {}, Kinship(evidence), sampler)
    return _Evaluation(judge, recorder, Sums.over(recorder, path), Names.of(evidence)).result()


@dataclass(slots=True)
class _Evaluation:
    """The evaluation of one bill."""

    judge: Judge
    recorder: Recorder
    sums: Sums
    names: Names

    @property
    def path(self) -> SupplyPath:
        return self.judge.path

    def result(self) -> BillResult:
        items = tuple(self._item(item) for item in self.recorder.bill.items)
        stopping = [one for one in items if one.stops is not None and one.stops.value]
        months = self.path.months
        return BillResult(
            file=self.recorder.bill.file,
            form=self.path.form,
            country=self.path.country,
            actor=self.path.actor,
            months=(months[0], months[-1]),
            currency=self.recorder.currency,
            items=items,
            first=min(stopping, key=earliest, default=None),
            value=self.sums.whole_value(),
            at_risk=self.sums.at_risk(),
            extra_cost=self.sums.total("extra", self.sums.extra),
            missing_cost=self.sums.total("missing", self.sums.missing),
            helps=self.sums.helps(),
            unpriced=tuple(self.sums.unpriced),
            notes=(*self.recorder.bill.notes, *self.sums.notes()),
        )

    def _item(self, item: Item) -> ItemOutlook:
        value, lineage = self._money(item)
        if value is not None:
            self.sums.value += value
            self.sums.priced += lineage
        if item.form is None:
            return outlook(item, "not covered", item.reason)
        relation = self.judge.kinship.relation(item.form, self.path.form)
        if relation is None:
            return outlook(item, "untouched", self._apart(item.form))
        if relation == "is" and item.loose:
            relation = "may-be"
        return self._hit(item, relation, value, lineage)

    def _apart(self, form: str) -> str:
        """Say why an item of a form is not hit."""
        cut = self.names.form(self.path.form)
        steps = self.judge.kinship.steps(form, self.path.form)
        if steps is not None:
            return f"{cut} is {steps} steps before it; one step is computed"
        kinship = self.judge.kinship
        if any(kinship.steps(self.path.form, one) is not None for one in kinship.selves(form)):
            return f"it comes before {cut} in the chain"
        return f"no recipe on file leads from {cut} to it"

    def _money(self, item: Item) -> tuple[float | None, tuple[str, ...]]:
        """Value of a year's use in the currency of the bill, with its lineage."""
        if item.value is None:
            return None, ()
        rate, lineage = self.recorder.rate(item.currency)
        return item.value * rate, (*self.recorder.figures(item, ("value",)), *lineage)

    def _hit(
        self, item: Item, relation: Relation, value: float | None, money: tuple[str, ...]
    ) -> ItemOutlook:
        supply = self.judge.supply(item, relation)
        run = self.judge.run(supply)
        stock = self.recorder.figures(item, ("stock_months", "quantity"))
        lineage = (*supply.lineage, *stock, "par:bill.stop")
        extra, missing = extra_cost(run, supply.price), missing_cost(run, supply.price)
        self.sums.count(item, relation, value, (*money, *supply.lineage))
        if value is not None:
            self.sums.add(value, run, extra, missing)
        monthly = None if value is None else value / MONTHS_A_YEAR
        return ItemOutlook(
            row=item.row,
            item=item.name,
            written=item.written,
            form=item.form,
            standing="hit",
            relation=relation,
            reason=doubts(item, relation),
            stop=self._stop(item, run, lineage),
            stops=self._stops("stops", item, run, lineage),
            cover=self._cover(item, supply, stock),
            stock_assumed=supply.assumed,
            extra_cost=self._cost("extra", item, extra, monthly, (*lineage, *money)),
            missing_cost=self._cost("missing", item, missing, monthly, (*lineage, *money)),
            helps=self._helps(item, supply, run, monthly, (*lineage, *money)),
        )

    def _id(self, measure: str, row: int) -> str:
        return self.sums.id(measure, row)

    def _stop(self, item: Item, run: Bridge, inputs: Sequence[str]) -> Quantity:
        return self.recorder.enter(
            spread(self.path.months[0] + run.stop, "month", self._id("stop", item.row)),
            f"Month in which the line stops: {item.name}",
            inputs,
            "first time with an empty stock and more missing than the line can live with",
        )

    def _stops(self, measure: str, item: Item, run: Bridge, inputs: Sequence[str]) -> Quantity:
        part = float(np.mean(np.isfinite(run.stop)))
        quantity = Quantity(
            part, None, None, "probability", "modelled", self._id(measure, item.row)
        )
        name = f"Probability that the line stops: {item.name}"
        return self.recorder.enter(quantity, name, inputs, "share of draws in which it stops")

    def _cover(self, item: Item, supply: Supply, inputs: Sequence[str]) -> Quantity:
        days = supply.stock * factor("month", "day")
        return self.recorder.enter(
            spread(days, "day", self._id("cover", item.row)),
            f"Days of normal use in stock: {item.name}",
            (*self.path.lineage, *inputs) if supply.assumed else inputs,
            "stock / (use in a year / 365)",
        )

    def _cost(
        self,
        measure: str,
        item: Item,
        spend: Floats,
        monthly: float | None,
        inputs: Sequence[str],
    ) -> Quantity:
        lineage, currency = self._id(measure, item.row), self.recorder.currency
        words = {
            "extra": ("Extra cost", "value / 12 x sum over months of bought x (price - 1)"),
            "missing": ("Cost of what is missing", "value / 12 x sum of missing x price"),
        }
        name, formula = words[measure]
        if monthly is None:
            quantity = Quantity(None, None, None, currency, None, lineage)
        else:
            quantity = spread(spend * monthly, currency, lineage)
        return self.recorder.enter(quantity, f"{name}: {item.name}", inputs, formula)

    def _helps(
        self,
        item: Item,
        supply: Supply,
        run: Bridge,
        monthly: float | None,
        inputs: tuple[str, ...],
    ) -> tuple[Help, ...]:
        made = [self._help(name, item, supply, run, monthly, inputs) for name in HELPS]
        return tuple(sorted(made, key=usefulness))

    def _help(
        self,
        help_id: str,
        item: Item,
        supply: Supply,
        run: Bridge,
        monthly: float | None,
        inputs: tuple[str, ...],
    ) -> Help:
        name, parameter = HELPS[help_id]
        reason = unavailable(item, help_id)
        if reason:
            return Help(help_id, name, reason=reason)
        after = self.judge.helped(supply, help_id)
        later, saved = self.judge.gains(supply, run, after)
        basis = (*inputs, f"par:{parameter}")
        if monthly is not None:
            self.sums.saved[help_id] += saved * monthly
        return Help(
            help_id,
            name,
            self._gain(f"{help_id}.months", item, later, "month", basis),
            self._saved(help_id, item, saved, monthly, basis),
            self._stops(f"{help_id}.stops", item, after, basis),
        )

    def _gain(
        self, measure: str, item: Item, draws: Floats, unit: str, inputs: Sequence[str]
    ) -> Quantity:
        quantity = mean_spread(draws, unit, self._id(measure, item.row))
        title = f"Gain ({measure}): {item.name}"
        formula = "run with it less run without it, on the same draws; mean over the draws"
        return self.recorder.enter(quantity, title, inputs, formula)

    def _saved(
        self,
        help_id: str,
        item: Item,
        saved: Floats,
        monthly: float | None,
        inputs: Sequence[str],
    ) -> Quantity | None:
        if monthly is None:
            return None
        currency = self.recorder.currency
        return self._gain(f"{help_id}.money", item, saved * monthly, currency, inputs)
