"""Leverage: what a holder of a chain can stop, and for how long.

Leverage is loss times time to replace, in years of world need. The measures beside it (flow left,
extraction, Shapley value, supply without the holder) say the same for other questions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from midstream.chain.estimate import End, Floats
from midstream.chain.routes import Route, route
from midstream.chain.world import World
from midstream.dependency.graph import REST, Flags, residuals, stage_graph
from midstream.dependency.node_values import GRID
from midstream.dependency.records import Recorder
from midstream.dependency.streams import Streams
from midstream.dependency.withholding import (
    Replacement,
    Withholding,
    needs_of,
    owned,
    withholding,
)
from midstream.errors import InputError
from midstream.evidence import Evidence, Ledger, Quantity
from midstream.terms import suggestion

#: Ends of the evidence box.
ENDS: tuple[End, End] = ("low", "high")
#: A flow from here up is all of the need; below is rounding.
FULL = 1 - 1e-9
#: Least share of draws with a loss for a time to replace to be given.
_USUAL = 0.5
#: The row of a holder who withholds at every step.
ALL = "all"
#: Measures of a row, in the order in which they are shown.
MEASURES = (
    "shapley",
    "min_cut_share",
    "extraction_loss",
    "n_minus_1_global",
    "n_minus_1_rest",
    "loss",
    "replace_years",
    "leverage",
)


@dataclass(frozen=True, slots=True)
class Cut:
    """The nodes that stop delivery when a holder withholds.

    Attributes:
        holder: Who withholds.
        stage, form: Step of the cut; blank where nothing is lost and the need itself is the cut.
        countries: Nodes left at that step, largest first; ``ROW`` is what nobody names and what
            small countries make.
        probability: Share of draws with the cut at this step.
    """

    holder: str
    stage: str
    form: str
    countries: tuple[str, ...]
    probability: float

    def to_dict(self, quantity: Quantity) -> dict[str, Any]:
        """Give the cut as JSON, its probability as a quantity."""
        return {
            "holder": self.holder,
            "stage": self.stage,
            "form": self.form,
            "countries": list(self.countries),
            "probability": quantity.to_dict(),
        }


@dataclass(frozen=True, slots=True)
class Row:
    """Leverage of one holder at one step, or at all steps together.

    Attributes:
        holder: Country.
        stage: Stage, or ``all``.
        form: Form made at the step; blank for all steps.
        shapley: What the node (for ``all``: the country) adds to the flow, mean over all orders.
        min_cut_share: Flow left over world need when the holder withholds.
        extraction_loss: Share of the chain's gross output that hangs on the node.
        n_minus_1_global: Supply without the holder over world need.
        n_minus_1_rest: Supply without the holder over need outside it.
        loss: Share of world need not delivered, one less the flow left.
        replace_years: Mean time a lost unit stays lost, in draws with a loss; no value where most
            draws have none.
        leverage: Loss times that time; for ``all`` at least this, that of the hardest step.
        cut: What stops delivery.
        cut_probability: How sure the step of the cut is.
    """

    holder: str
    stage: str
    form: str
    shapley: Quantity
    min_cut_share: Quantity
    extraction_loss: Quantity
    n_minus_1_global: Quantity
    n_minus_1_rest: Quantity
    loss: Quantity
    replace_years: Quantity
    leverage: Quantity
    cut: Cut
    cut_probability: Quantity

    def to_dict(self) -> dict[str, Any]:
        """Give the row as JSON."""
        measures = {name: getattr(self, name).to_dict() for name in MEASURES}
        cut = [self.cut.to_dict(self.cut_probability)]
        return {
            "holder": self.holder,
            "stage": self.stage,
            "form": self.form,
            **measures,
            "cut": cut,
        }


@dataclass(frozen=True)
class Leverage:
    """Leverage of the holders of a chain.

    Attributes:
        route: The chain.
        rows: By holder, then step from the ore onwards, then all steps.
        residuals: What the amounts on record leave over between consecutive steps.
        unsized: Plants to come whose capacity is not on record; they replace nothing here.
        ledger: Lineage of all of it, on top of the world's.
    """

    route: Route
    rows: tuple[Row, ...]
    residuals: tuple[Quantity, ...]
    unsized: tuple[str, ...]
    ledger: Ledger = field(repr=False)

    @property
    def cuts(self) -> tuple[Row, ...]:
        """Rows of the holders who withhold everywhere: their cuts are those of the chain."""
        return tuple(row for row in self.rows if row.stage == ALL)

    def to_dict(self) -> dict[str, Any]:
        """Give rows and cuts as JSON."""
        return {
            "chain": self.route.id,
            "rows": [row.to_dict() for row in self.rows],
            "cut": [row.cut.to_dict(row.cut_probability) for row in self.cuts],
            "residuals": [residual.to_dict() for residual in self.residuals],
            "missing": list(self.route.missing),
            "unsized": list(self.unsized),
        }


def leverage(
    evidence: Evidence,
    world: World,
    chain: str,
    holder: str | None = None,
    draws: int = 2000,
    seed: int = 1,
) -> Leverage:
    """Measure the leverage of the holders of a chain.

    Outputs nobody counts run at both ends: the value is the median at the low end (the residual
    as declared), the interval spans the 80 % intervals of both ends. A cell nobody counts has no
    value.

    Args:
        evidence: The release.
        world: The world.
        chain: Id of a chain.
        holder: One country; by default all with at least ``leverage.floor`` of a step.
        draws, seed: Monte Carlo.

    Raises:
        InputError: if the chain is unknown or lacks evidence, or the holder is unknown or makes
            nothing in the chain.
    """
    line = route(evidence, world, chain)
    if holder is not None:
        check_holder(evidence, world, [line], holder)
    streams = Streams(evidence, draws, seed)
    graphs = [stage_graph(world, line, streams, end, holder) for end in ENDS]
    alone = None if holder is None else graphs[0].countries.index(holder)
    own = owned(graphs[0], streams.value("leverage.floor"), alone)
    columns = np.flatnonzero(own.any(axis=0)).tolist() if alone is None else [alone]
    coming = Replacement.of(world, line, streams)
    holders = tuple(graphs[0].countries[column] for column in columns)
    needs = needs_of(world, line, holders, streams)
    ends = [withholding(graph, columns, own, streams, coming, needs) for graph in graphs]
    recorder = Recorder(evidence, world, line, coming)
    shown = Shown(ends[0], ends[1], recorder, own)
    unsized = tuple(name for step in coming.steps for name in step.unsized)
    left = recorder.residuals(residuals(world, line))
    return Leverage(line, shown.rows(), left, unsized, recorder.ledger)


def check_holder(evidence: Evidence, world: World, lines: Sequence[Route], holder: str) -> None:
    """Check that a holder is a country with an estimate somewhere in some chains.

    Raises:
        InputError: if it is not.
    """
    known = {code for code, row in evidence.countries.items() if row["kind"] == "country"}
    if holder not in known:
        names = {code: evidence.countries[code]["name"] for code in known}
        raise InputError(
            f"unknown country {holder!r}",
            where="--holder",
            why="a holder is a country by its three letters",
            mend=suggestion(holder, names) or "use a code such as CHN",
        )
    forms = {step.form for line in lines for step in line.counted}
    cells = [world.outputs.get((form, holder)) for form in sorted(forms)]
    if not any(cell is not None and (cell.value or cell.high) for cell in cells):
        raise InputError(
            f"{holder} holds nothing of the chain {', '.join(line.id for line in lines)}",
            where="--holder",
            why="neither an output nor a bound of it is on record at any of its steps",
            mend="leave --holder out to see who does",
        )


@dataclass(frozen=True)
class Shown:
    """Turns the arrays of both ends into rows."""

    low: Withholding
    high: Withholding
    recorder: Recorder
    own: Flags

    def rows(self) -> tuple[Row, ...]:
        """Rows by holder and step; a step where the holder makes too little has none."""
        found = []
        for place, column in enumerate(self.low.columns):
            steps = np.flatnonzero(self.own[:, column]).tolist()
            found += [self._row(step, place, column) for step in steps]
            found.append(self._row(self._steps, place, column))
        return tuple(found)

    @cached_property
    def _totals(self) -> Floats:
        return np.asarray(self.low.graph.capacity.sum(axis=2))

    @cached_property
    def _sizes(self) -> Floats:
        return np.asarray(np.median(self.low.graph.capacity, axis=0))

    @property
    def _steps(self) -> int:
        return len(self.low.graph.steps)

    def _row(self, step: int, place: int, column: int) -> Row:
        graph = self.low.graph
        everywhere = step == self._steps
        known = graph.known[:, column].any() if everywhere else graph.known[step, column]
        stage = ALL if everywhere else graph.steps[step].stage
        form = "" if everywhere else graph.steps[step].form
        holder = graph.countries[column]
        ends = [measures(end, step, place) for end in (self.low, self.high)]
        made = {
            name: self.recorder.quantity(
                name,
                holder,
                step,
                interval(ends[0][name], ends[1][name], known=bool(known)),
                self._note(name, everywhere),
            )
            for name in MEASURES
        }
        cut = self._cut(step, place, holder)
        sure = self.recorder.quantity(
            "cut", holder, step, (cut.probability, cut.probability, cut.probability)
        )
        return Row(holder, stage, form, **made, cut=cut, cut_probability=sure)

    def _note(self, measure: str, everywhere: bool) -> str:
        if measure == "shapley" and not everywhere:
            return f"exact for the flow rounded to {GRID} parts"
        if measure == "shapley" and self.low.error > 0:
            return f"from sampled orders, standard error at most {self.low.error:.4f}"
        if measure == "leverage" and everywhere:
            return "at least this: that of the step that is hardest to replace"
        return ""

    def _cut(self, step: int, place: int, holder: str) -> Cut:
        """The step that stops delivery in most draws, and who is left there."""
        graph = self.low.graph
        column = self.low.columns[place]
        held = np.zeros(self._steps)
        held[step if step < self._steps else slice(None)] = 1.0
        totals = self._totals - held * graph.capacity[:, :, column]
        tightest = np.where(totals.min(axis=1) < FULL, totals.argmin(axis=1), self._steps)
        counts = np.bincount(tightest, minlength=self._steps + 1)
        at = int(counts.argmax())
        probability = float(counts[at] / counts.sum())
        if at == self._steps:
            return Cut(holder, "", "", (), probability)
        order = np.argsort(-self._sizes[at], kind="stable").tolist()
        left = [i for i in order if self.own[at, i] and not (i == column and held[at])]
        named = [graph.countries[i] for i in left]
        part = graph.steps[at]
        return Cut(holder, part.stage, part.form, (*named, REST), probability)


def measures(ends: Withholding, step: int, place: int) -> dict[str, Floats]:
    """Draws of every measure of one row; the last step stands for all steps at once."""
    steps = len(ends.graph.steps)
    everywhere = step == steps
    share, loss = ends.share[:, :, place], ends.loss[:, step, place]
    years = ends.years[:, :, place].max(axis=1) if everywhere else ends.years[:, step, place]
    rest = ends.rest[:, :, place].min(axis=1) if everywhere else ends.rest[:, step, place]
    largest = share.max(axis=1) if everywhere else share[:, step]
    lasting = np.where(loss > 0, years / np.where(loss > 0, loss, 1.0), np.nan)
    if (loss > 0).mean() < _USUAL:
        # A loss that rarely happens has no usual length.
        lasting = np.full(loss.shape, np.nan)
    return {
        "shapley": ends.whole[:, place] if everywhere else ends.nodes[:, step, place],
        "min_cut_share": ends.left[:, step, place],
        "extraction_loss": ends.extraction[:, step, place],
        "n_minus_1_global": 1 - largest,
        "n_minus_1_rest": rest,
        "loss": loss,
        "replace_years": lasting,
        "leverage": years,
    }


def interval(low: Floats, high: Floats, *, known: bool) -> tuple[float | None, ...]:
    """Median of the low end, and the span of the 80 % intervals of both ends.

    Draws in which a measure does not exist are left out; where it exists in none there is no
    number. An output nobody counts has an interval and no value.
    """
    kept = [np.sort(part[np.isfinite(part)]) for part in (low, high)]
    if not kept[0].size:
        return None, None, None
    value = _point(kept[0], 0.5)
    bottom = min(value, *(_point(part, 0.1) for part in kept if part.size))
    top = max(value, *(_point(part, 0.9) for part in kept if part.size))
    return (value if known else None), bottom, top


def _point(ordered: Floats, probability: float) -> float:
    """Quantile of sorted draws, linear between them."""
    place = probability * (ordered.size - 1)
    below = int(place)
    above = min(below + 1, ordered.size - 1)
    share = place - below
    return float(ordered[below] * (1 - share) + ordered[above] * share)
