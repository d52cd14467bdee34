"""From the draws of one cell to a form score with its lineage."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from midstream.chain.estimate import Floats
from midstream.chain.world import World
from midstream.evidence import Label, Ledger, Node, Quantity
from midstream.scorecard.cells import CellDraws, CellInputs
from midstream.scorecard.digits import Verdict, box
from midstream.scorecard.ladder import Ruler
from midstream.scorecard.result import FormScore
from midstream.scorecard.support import form_label
from midstream.scorecard.words import missing_of_form


@dataclass(frozen=True, slots=True)
class FormBuilder:
    """Turns the draws of one cell into a form score and its lineage.

    Attributes:
        world, ledger: The world, and where lineage is entered.
        horizon: Year of the trajectory.
        form, country: The cell.
        inputs, drawn, found: Its drawn inputs, its scores, what they say.
        few, ruler: Inputs and ruler of the first draws, for the label.
    """

    world: World
    ledger: Ledger
    horizon: int
    ruler: Ruler
    form: str
    country: str
    inputs: CellInputs
    few: CellInputs
    drawn: CellDraws
    found: Verdict

    def build(self) -> FormScore:
        """Make the form score and enter the lineage of each of its quantities."""
        world = self.world
        estimate = world.outputs[self.form, self.country]
        need, coverage, scale = self._need(), self._ratio("coverage"), self._ratio("scale")
        installed = self._pillar(
            "installed", self.drawn.installed, (estimate.lineage, need.lineage)
        )
        trajectory = self._pillar("trajectory", self.drawn.trajectory, self._projects())
        control = self._pillar("control", (self.drawn.control,) * 2, self._control_inputs())
        label = self._label(estimate.label, need.label)
        score = score_quantity(self.found, "score", label, self._id("form"), self.inputs.open)
        inputs = (installed.lineage, trajectory.lineage, control.lineage, "par:ladder.m0")
        formula = "1 + 4 (I m + min(cap, lambda max(0, (T - I) m))), m = m0 + (1 - m0) S"
        self._enter(score, f"Score: {self._name}", inputs, formula)
        return FormScore(
            country=self.country,
            form=self.form,
            stage=world.stages[self.form],
            score=score,
            digit=self.found.digit if not self.inputs.open else None,
            digit_low=self.found.digit_low,
            digit_high=self.found.digit_high,
            probabilities=self.found.probabilities,
            output=estimate.quantity(),
            need=need,
            world=world.world_output[self.form].quantity(),
            coverage=coverage,
            scale=scale,
            installed=installed,
            trajectory=trajectory,
            control=control,
            support=estimate.standing,
            missing=missing_of_form(world, self.form, estimate),
        )

    def _label(self, output: Label | None, need: Label | None) -> Label:
        labels: dict[str, Label | None] = {
            "output": output or "modelled",
            "need": need or "modelled",
            "control": "modelled",
            "trajectory": "modelled" if self.inputs.addition.any() else None,
        }
        return form_label(self.few, self.ruler, self.found.digit, labels) or "modelled"

    @property
    def _name(self) -> str:
        return self.world.names.cell(self.form, self.country)

    def _id(self, name: str) -> str:
        return f"f:score.{name}/{self.country}/{self.form}/{self.horizon}"

    def _enter(
        self, quantity: Quantity, title: str, inputs: tuple[str, ...], formula: str
    ) -> Quantity:
        self.ledger.add(
            Node(quantity.lineage, "formula", title, quantity, inputs=inputs, formula=formula)
        )
        return quantity

    def _need(self) -> Quantity:
        direct = self.world.direct_need.get((self.form, self.country))
        unit = self.world.units[self.form]
        label = (direct.label if direct is not None else None) or "modelled"
        uses = tuple(use.lineage for use in self.world.uses.get(self.form, ()))
        total = self.world.world_output[self.form].lineage
        inputs = (direct.lineage,) if direct is not None else (*uses, total, "par:gdp.factor")
        quantity = _spread(self.inputs.need, self.inputs.need, unit, label, self._id("need"))
        formula = "need rolled back through the recipes from downstream activity"
        return self._enter(quantity, f"Need: {self._name}", inputs, formula)

    def _ratio(self, name: str) -> Quantity:
        base = self.inputs.need if name == "coverage" else self.inputs.reference
        # Output over no need at all is not a number.
        base = np.where(base > 0, base, np.nan)
        low, high = self.inputs.low / base, self.inputs.high / base
        output = self.world.outputs[self.form, self.country].lineage
        other = (
            self._id("need") if name == "coverage" else self.world.world_output[self.form].lineage
        )
        quantity = _spread(low, high, "ratio", "modelled", self._id(name), self.inputs.open)
        words = {"coverage": "output / own need", "scale": "output / world need outside the leader"}
        title = f"{name.capitalize()}: {self._name}"
        return self._enter(quantity, title, (output, other), words[name])

    def _pillar(self, name: str, ends: tuple[Floats, Floats], inputs: tuple[str, ...]) -> Quantity:
        open_cell = self.inputs.open and name != "control"
        quantity = _spread(*ends, "ratio", "modelled", self._id(name), open_cell)
        title = f"{name.capitalize()} pillar: {self._name}"
        return self._enter(quantity, title, inputs, _PILLARS[name])

    def _projects(self) -> tuple[str, ...]:
        here = [
            plant.lineage[0]
            for plant in self.world.plants
            if plant.form == self.form and plant.country == self.country
        ]
        return (self._id("installed"), *here)

    def _control_inputs(self) -> tuple[str, ...]:
        world, place = self.world, (self.form, self.country)
        plants = [
            plant.lineage[0]
            for plant in world.plants
            if plant.form == self.form and plant.country == self.country
        ]
        fixed = (world.throttle[place], world.feed[place], world.governance[self.country])
        unknown = () if place in world.ownership else ("par:control.unknown",)
        return (*plants, *unknown, *(estimate.lineage for estimate in fixed))


_PILLARS = {
    "installed": "I = g(output / need)^w x g(output / reference)^(1 - w)",
    "trajectory": "the installed pillar on expected output, need and reference at the horizon",
    "control": "weighted geometric mean of ownership, technology, permits, feed, stability",
}


def _spread(
    low: Floats, high: Floats, unit: str, label: Label, lineage: str, empty: bool = False
) -> Quantity:
    """Quantity from draws at two ends: median over both, 10 % of the low and 90 % of the high."""
    if empty or np.isnan(low).any() or np.isnan(high).any():
        return Quantity(None, None, None, unit, None, lineage)
    middle, bottom, top = box(low, high)
    return Quantity(middle, bottom, top, unit, label, lineage)


def score_quantity(found: Verdict, unit: str, label: Label, lineage: str, empty: bool) -> Quantity:
    """Quantity of a score from its verdict; no value where the cell is open."""
    if empty:
        return Quantity(None, None, None, unit, None, lineage)
    return Quantity(found.value, found.low, found.high, unit, label, lineage)
