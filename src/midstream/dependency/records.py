"""Lineage of leverage: every number with its formula, its estimates and its assumptions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from midstream.chain.readings import WORLD
from midstream.chain.routes import Route
from midstream.chain.world import World
from midstream.dependency.replace import PARAMETERS
from midstream.dependency.withholding import Replacement
from midstream.evidence import Evidence, Label, Ledger, Node, Quantity

#: Measure -> (name, unit, formula).
FORMULAS: Mapping[str, tuple[str, str, str]] = {
    "shapley": (
        "Shapley value of the flow",
        "ratio",
        "mean over all orders of the flow that joining adds",
    ),
    "min_cut_share": (
        "Flow left when withheld",
        "ratio",
        "min(1, min over steps of the capacity left) over world need",
    ),
    "extraction_loss": (
        "Output lost by hypothetical extraction",
        "ratio",
        "1'(x - x') / 1'x, x = (I - A)^-1 y",
    ),
    "n_minus_1_global": ("Supply without the holder over world need", "ratio", "(S - S1) / D"),
    "n_minus_1_rest": (
        "Supply without the holder over need outside it",
        "ratio",
        "(S - S1) / (D - D1)",
    ),
    "loss": ("World need not delivered when withheld", "ratio", "1 - flow left"),
    "replace_years": ("Mean time a lost unit stays lost", "year", "leverage / loss, by draw"),
    "leverage": (
        "Leverage: loss times time to replace",
        "year",
        "integral of max(0, loss - what has come in) over time",
    ),
    "cut": ("Probability that this step is the cut", "probability", "share of draws"),
}
_ROUNDING = 1e-12
_NEEDS = ("par:gdp.factor", "par:gdp.form", "par:need.activity")


class Recorder:
    """Enters the numbers of one chain into a ledger on top of the world's.

    Args:
        evidence: The release.
        world: The world.
        line: The chain.
        coming: What can come in at each step.
    """

    def __init__(self, evidence: Evidence, world: World, line: Route, coming: Replacement) -> None:
        self.evidence = evidence
        self.world = world
        self.line = line
        self.coming = coming
        self.ledger = Ledger(base=world.ledger)
        self._named: dict[str, list[str]] = {}
        self._plants = {plant.id: plant.lineage for plant in world.plants}
        self._leaves()

    def _leaves(self) -> None:
        """Enter the rows of the chain table that state an amount of their own."""
        for row in self.evidence.table("chain_steps").rows:
            if row["chain"] != self.line.id or row["per_next"] is None:
                continue
            sources = row["source"] or ()
            label = self.evidence.label_of_sources(sources) if sources else "modelled"
            quantity = Quantity(
                row["per_next"],
                row["per_next_low"],
                row["per_next_high"],
                "factor",
                label,
                row["id"],
            )
            name = f"Amount per unit of the next step: {self.world.names.form(row['form'])}"
            source = ";".join(sources) or None
            self.ledger.add(
                Node(row["id"], "assumption", name, quantity, source=source, note=row["note"] or "")
            )

    def quantity(
        self,
        measure: str,
        holder: str,
        step: int,
        numbers: Sequence[float | None],
        note: str = "",
    ) -> Quantity:
        """Enter one measure of one row; the step after the last stands for all steps."""
        value, low, high = numbers
        steps = self.line.counted
        place = steps[step].form if step < len(steps) else "all"
        lineage = f"f:dependency.{measure.replace('_', '-')}/{holder}/{place}/{self.line.id}"
        name, unit, formula = FORMULAS[measure]
        title = f"{name}: {self._where(holder, step)}"
        label: Label | None = None if value is None else "modelled"
        quantity = Quantity(value, low, high, unit, label, lineage)
        self.ledger.add(
            Node(
                lineage,
                "formula",
                title,
                quantity,
                inputs=self._inputs(measure, step),
                formula=formula,
                note=note,
            )
        )
        return quantity

    def stage(
        self,
        measure: str,
        holder: str,
        stage: str,
        numbers: Sequence[float | None],
        lineage: str,
    ) -> Quantity:
        """Enter a measure of a stage: that of its strongest step."""
        value, low, high = numbers
        name, unit, formula = FORMULAS[measure]
        label: Label | None = None if value is None else "modelled"
        quantity = Quantity(value, low, high, unit, label, lineage)
        places = [i for i, step in enumerate(self.line.counted) if step.stage == stage]
        inputs = dict.fromkeys(i for place in places for i in self._inputs(measure, place))
        country = self.world.names.country(holder)
        title = f"{name}: {country}, {stage} of {self.line.name}"
        formula = f"{formula}; the strongest step of the stage, by draw"
        node = Node(lineage, "formula", title, quantity, inputs=tuple(inputs), formula=formula)
        self.ledger.add(node)
        return quantity

    def residuals(self, values: Sequence[float | None]) -> tuple[Quantity, ...]:
        """Enter what the amounts on record leave over between steps."""
        found = []
        for step, value in enumerate(values):
            # A balance that an amount was taken from closes but for rounding.
            value = 0.0 if value is not None and abs(value) < _ROUNDING else value
            one, other = self.line.counted[step], self.line.counted[step + 1]
            lineage = f"f:dependency.residual/{one.form}/{self.line.id}"
            known: Label | None = None if value is None else "modelled"
            quantity = Quantity(value, None, None, "ratio", known, lineage)
            names = self.world.names
            totals = tuple(self.world.world_output[part.form].lineage for part in (one, other))
            title = f"Feed over need: {names.form(one.form)} for {names.form(other.form)}"
            formula = "passed on x world output / (amount per unit x output of the next step) - 1"
            inputs = (*totals, *self._known(one.lineage))
            self.ledger.add(
                Node(lineage, "formula", title, quantity, inputs=inputs, formula=formula)
            )
            found.append(quantity)
        return tuple(found)

    def inputs_of_flow(self) -> tuple[str, ...]:
        """Estimates and assumptions behind a flow through the whole chain."""
        return self._inputs("loss", len(self.line.counted))

    def _where(self, holder: str, step: int) -> str:
        steps = self.line.counted
        if step < len(steps):
            return f"{self.world.names.cell(steps[step].form, holder)}"
        return f"{self.world.names.country(holder)}, all of {self.line.name}"

    def _inputs(self, measure: str, step: int) -> tuple[str, ...]:
        """Estimates and assumptions behind a measure.

        A flow depends on every step; the shares of one step are enough for the others.
        """
        steps = self.line.counted
        local = measure in ("n_minus_1_global", "n_minus_1_rest") and step < len(steps)
        chosen = steps[step : step + 1] if local else steps
        inputs = [i for part in chosen for i in self._estimates(part.form)]
        if measure in ("shapley", "min_cut_share", "loss", "replace_years", "leverage", "cut"):
            inputs += ["par:leverage.diversion", *self._known(i for s in chosen for i in s.lineage)]
        if measure == "n_minus_1_rest":
            inputs += _NEEDS
        if measure in ("replace_years", "leverage"):
            inputs += self._replacing(step)
        return tuple(dict.fromkeys(inputs))

    def _estimates(self, form: str) -> list[str]:
        if form not in self._named:
            self._named[form] = sorted(
                estimate.lineage
                for (name, country), estimate in self.world.outputs.items()
                if name == form and country != WORLD and estimate.value
            )
        return [self.world.world_output[form].lineage, *self._named[form]]

    def _replacing(self, step: int) -> list[str]:
        steps = self.line.counted
        places = [step] if step < len(steps) else list(range(len(steps)))
        found = [f"par:{name}" for name in PARAMETERS]
        for place in places:
            found.append(f"par:lead.new.{steps[place].stage}")
            for name in self.coming.steps[place].plants:
                found += self._known(self._plants[name])
        return found

    def _known(self, lineages: Iterable[str]) -> list[str]:
        return [name for name in lineages if name in self.ledger]
