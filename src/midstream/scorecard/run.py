"""One run of the scorecard: forms, stages, sectors, national profiles."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from midstream.chain.estimate import median
from midstream.chain.world import World
from midstream.evidence import Evidence, Ledger, Node, Quantity
from midstream.scorecard.cells import CellInputs, Cells, evaluate
from midstream.scorecard.digits import verdict
from midstream.scorecard.draws import Draws, Parameters
from midstream.scorecard.forms import FormBuilder, score_quantity
from midstream.scorecard.lifting import Target, lifts, next_integer, remarks
from midstream.scorecard.profiles import STAGES, Ends, profiles
from midstream.scorecard.result import CellScore, FormScore, Scorecard
from midstream.scorecard.stages import Stack, binding_form, drawn_weights, rolled_up, stacks
from midstream.scorecard.support import stage_label
from midstream.scorecard.words import reasons_of_stage
from midstream.terms import SECTORS

#: Groups of parameters that the world and the ruler read; other rooms assume other things.
GROUPS = frozenset(
    {"anchors", "control", "electric-vehicles", "evidence", "ladder", "need", "pipeline"}
)
#: Draws used to find what lifts a score and what its label rests on.
FEW = 200
#: Score from which there is no next integer to be lifted to.
HIGHEST = 4.5


@dataclass(frozen=True, slots=True)
class Settings:
    """What a run covers.

    Attributes:
        countries: Countries to score, in order.
        ranked: Countries that ranks are taken over; empty leaves ranks out.
        sectors: Sectors to score, in order.
        horizon: Year of the trajectory.
        draws: Number of draws.
        seed: Seed.
        lifts: Countries whose lifts are solved (slow); ``None`` for all.
        overrides: Parameters held at a value instead of drawn.
    """

    countries: tuple[str, ...]
    sectors: tuple[str, ...]
    horizon: int = 2030
    draws: int = 2000
    seed: int = 1
    ranked: tuple[str, ...] = ()
    lifts: frozenset[str] | None = None
    overrides: Mapping[str, float] = field(default_factory=dict)


def score(
    evidence: Evidence,
    world: World,
    settings: Settings,
    progress: Callable[[float], None] | None = None,
) -> Scorecard:
    """Score countries, sectors and stages of a world.

    Args:
        evidence: Release with the parameter and stack tables.
        world: World to score.
        settings: What to cover.
        progress: Called with the share of work done, 0..1.

    Raises:
        InputError: if a country or sector is unknown.
    """
    return Run(evidence, world, settings, progress or _silent).result()


def _silent(_share: float) -> None:
    """Nobody watches."""


class Run:
    """State of one run: drawn cells by form and country, then everything built on them."""

    def __init__(
        self,
        evidence: Evidence,
        world: World,
        settings: Settings,
        progress: Callable[[float], None],
    ) -> None:
        self.evidence, self.world, self.settings = evidence, world, settings
        self.progress = progress
        self.ledger = Ledger(base=world.ledger)
        parameters = Parameters(evidence, Draws(settings.seed, settings.draws), settings.overrides)
        self.cells = Cells(world, parameters, settings.horizon, settings.countries)
        self.stacks = stacks(evidence)
        self.weights = {
            place: drawn_weights(parameters, stack)
            for place, stack in self.stacks.items()
            if stack.sector in settings.sectors
        }
        self.few = self.cells.ruler.first(min(FEW, settings.draws))
        self.drawn: dict[tuple[str, str], Ends] = {}
        self.inputs: dict[tuple[str, str], CellInputs] = {}
        self.forms: dict[tuple[str, str], FormScore] = {}
        self.ends: dict[tuple[str, str, str], Ends] = {}

    def result(self) -> Scorecard:
        """Run it."""
        settings = self.settings
        wanted = [f for f in reversed(self.world.forms) if self._used(f)]
        for number, country in enumerate(settings.countries):
            for form in wanted:
                self.forms[form, country] = self._form(form, country)
            self.progress(0.6 * (number + 1) / len(settings.countries))
        cells: list[CellScore] = []
        for number, country in enumerate(settings.countries):
            cells += self._lifted(
                [
                    self._cell(country, self.stacks[sector, stage])
                    for sector in settings.sectors
                    for stage in STAGES
                ]
            )
            self.progress(0.6 + 0.4 * (number + 1) / len(settings.countries))
        return Scorecard(
            horizon=settings.horizon,
            draws=settings.draws,
            seed=settings.seed,
            cells=tuple(cells),
            form_scores=tuple(self.forms.values()),
            profiles=profiles(
                cells, self.ends, settings.ranked, self.few.threshold, self.ledger, settings.horizon
            ),
            ledger=self.ledger,
            assumptions=tuple(
                sorted(
                    row["id"]
                    for row in self.evidence.parameters.values()
                    if row["kind"] == "assumed" and row["group"] in GROUPS
                )
            ),
        )

    def _used(self, form: str) -> bool:
        return any(form in self.stacks[place].forms for place in self.weights)

    # -- forms ---------------------------------------------------------------------------------

    def _form(self, form: str, country: str) -> FormScore:
        inputs = self.cells.inputs(form, country)
        drawn = evaluate(inputs, self.cells.ruler)
        few = _first(inputs, FEW)
        self.inputs[form, country] = few
        self.drawn[form, country] = (drawn.low, drawn.high)
        found = verdict(drawn.low, drawn.high, self.cells.ruler.threshold)
        return FormBuilder(
            world=self.world,
            ledger=self.ledger,
            horizon=self.settings.horizon,
            ruler=self.few,
            form=form,
            country=country,
            inputs=inputs,
            few=few,
            drawn=drawn,
            found=found,
        ).build()

    # -- stages --------------------------------------------------------------------------------

    def _cell(self, country: str, stack: Stack) -> CellScore:
        weights = self.weights[stack.sector, stack.stage]
        parts = [self.drawn[form, country] for form in stack.forms]
        ruler = self.cells.ruler
        low = rolled_up(ruler, weights, [part[0] for part in parts])
        high = rolled_up(ruler, weights, [part[1] for part in parts])
        self.ends[country, stack.sector, stack.stage] = low, high
        found = verdict(low, high, ruler.threshold)
        scores = [self.forms[form, country] for form in stack.forms]
        few = [(part[0][:FEW], part[1][:FEW]) for part in parts]
        label = stage_label(
            self.few, weights[:FEW], few, [s.score.label for s in scores], found.digit
        )
        lineage = f"f:score.stage/{country}/{stack.sector}/{stack.stage}/{self.settings.horizon}"
        empty = all(part.score.missing for part in scores)
        score = score_quantity(found, "score", label or "modelled", lineage, empty)
        medians = {form: median(np.add(*self.drawn[form, country])) for form in stack.forms}
        binding = binding_form(stack, medians)
        self._enter(score, self._title(country, stack), scores, stack)
        order = sorted(range(len(scores)), key=lambda i: (stack.forms[i] != binding, i))
        ordered = tuple(scores[i] for i in order)
        return CellScore(
            country=country,
            sector=stack.sector,
            stage=stack.stage,
            score=score,
            digit=found.digit if not empty else None,
            digit_low=found.digit_low,
            digit_high=found.digit_high,
            p_digit=found.p_digit,
            pillars=self._pillars(country, binding),
            forms=ordered,
            weights=tuple(stack.weights[i] for i in order),
            reasons=reasons_of_stage(self.world, ordered),
            missing=tuple(dict.fromkeys(s.missing for s in scores if s.missing)),
        )

    def _title(self, country: str, stack: Stack) -> str:
        return f"Score: {SECTORS[stack.sector]} {stack.stage}, {self.world.names.country(country)}"

    def _pillars(self, country: str, binding: str) -> dict[str, Quantity]:
        form = self.forms[binding, country]
        return {
            "installed": form.installed,
            "trajectory": form.trajectory,
            "control": form.control,
        }

    def _lifted(self, cells: Sequence[CellScore]) -> list[CellScore]:
        """Cells with what would lift those that can be lifted, solved side by side."""
        asked = [number for number, cell in enumerate(cells) if self._liftable(cell)]
        targets = [self._target(cells[number]) for number in asked]
        done = list(cells)
        for number, target, lift in zip(asked, targets, lifts(targets), strict=True):
            cell = cells[number]
            form, lineage = cell.forms[0], cell.score.lineage
            name, unit = self.world.names.form(form.form), self.world.units[form.form]
            made = remarks(target, lift, name, unit, form.output, lineage)
            for remark in made:
                if remark.flips_at is not None:
                    self._enter_lift(remark.flips_at, name, lineage)
            done[number] = replace(cell, lift=tuple(made))
        return done

    def _liftable(self, cell: CellScore) -> bool:
        wanted = self.settings.lifts
        value = cell.score.value
        if value is None or value >= HIGHEST or (wanted is not None and cell.country not in wanted):
            return False
        return not self.inputs[cell.forms[0].form, cell.country].open

    def _target(self, cell: CellScore) -> Target:
        stack = self.stacks[cell.sector, cell.stage]
        aim = next_integer(cell.digit, cell.score.value or 0.0, self.few.threshold)
        return self.target(cell.country, stack, cell.forms[0].form, *aim)

    def target(self, country: str, stack: Stack, binding: str, aim: float, share: float) -> Target:
        """Give a stage of a country as a function of the form that binds, on the first draws.

        Args:
            country, stack, binding: The cell and its form.
            aim: Score the stage is to come within half a point of.
            share: Share of draws that has to reach it.
        """
        drawn = [self.drawn[form, country] for form in stack.forms]
        return Target(
            ruler=self.few,
            inputs=self.inputs[binding, country],
            ends=np.array([[part[end][:FEW] for part in drawn] for end in (0, 1)]),
            place=stack.forms.index(binding),
            weights=self.weights[stack.sector, stack.stage][:FEW],
            aim=aim,
            share=share,
            full=self.cells.full_addition(binding, country)[:FEW],
        )

    def _enter_lift(self, flips: Quantity, name: str, lineage: str) -> None:
        title = f"{name}: output at which the score reaches the next integer"
        formula = "bisection on output until the median of the stage reaches the next integer"
        self.ledger.add(
            Node(flips.lineage, "formula", title, flips, inputs=(lineage,), formula=formula)
        )

    def _enter(self, score: Quantity, title: str, parts: Sequence[FormScore], stack: Stack) -> None:
        inputs = (*(part.score.lineage for part in parts), "par:stage.power")
        formula = "power mean of the form scores with the weights of the stack"
        weights = ", ".join(
            f"{form} {weight:g}" for form, weight in zip(stack.forms, stack.weights, strict=True)
        )
        node = Node(
            score.lineage, "formula", title, score, None, inputs, formula, f"weights: {weights}"
        )
        self.ledger.add(node)


def _first(inputs: CellInputs, size: int) -> CellInputs:
    """The first draws of a cell."""
    return CellInputs(
        low=(low := inputs.low[:size]),
        high=low if inputs.high is inputs.low else inputs.high[:size],
        need=inputs.need[:size],
        reference=inputs.reference[:size],
        addition=inputs.addition[:size],
        retention=inputs.retention[:size],
        growth=inputs.growth[:size],
        components=inputs.components[:, :size],
        open=inputs.open,
    )
