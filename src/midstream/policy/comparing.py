"""Two worlds side by side: their figures and changes as quantities with lineage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from midstream.chain.estimate import Floats
from midstream.evidence import Quantity
from midstream.policy.acting import ACTING
from midstream.policy.bench import Bench
from midstream.policy.flow import Flows
from midstream.policy.frame import STAGES, Choice, Lever, Outcome
from midstream.policy.middle_result import Both, ChainFlow, CutShare, Price, ScoreAhead
from midstream.policy.stress_telling import ENDS, Teller, gain_quantity, key_of, stage_gains
from midstream.policy.verdict import Judgement

#: Scores at both ends of the box, and flows by chain.
Ahead = tuple[tuple[Floats, Floats], tuple[Flows, ...]]
RULE_IDS = ("par:policy.delta", "par:policy.pass", "par:policy.fail")
FLOWS = {
    "sovereign": "final form from own feed all the way: smallest step, over its recipe",
    "allied": "the same with feed that can be had outside the dominant supplier",
    "capacity": "output of the final form whatever its feed",
}


@dataclass(frozen=True, slots=True)
class Comparison:
    """Turns two outcomes into quantities.

    Attributes:
        bench, choice: What was run.
        base, plan: Worlds without and with the policy.
        teller: Enters quantities.
        ahead: Scores in all years and every chain, without and with the policy.
    """

    bench: Bench
    choice: Choice
    base: Outcome
    plan: Outcome
    teller: Teller
    ahead: tuple[Ahead, Ahead]

    @classmethod
    def of(
        cls,
        bench: Bench,
        choice: Choice,
        base: Outcome,
        plan: Outcome,
        scale: Mapping[str, float] | None = None,
    ) -> Comparison:
        """Put two worlds side by side; the effects of the levers are in the ledger already.

        Args:
            bench, choice: What was run.
            base, plan: The two worlds.
            scale: Multiples the world with the policy was run at.
        """
        without = bench.ahead((), choice.without)
        planned = bench.ahead(choice.levers, choice.without, scale)
        return cls(bench, choice, base, plan, Teller.of(bench, choice), (without, planned))

    # -- scores --------------------------------------------------------------------------------

    def deltas(self) -> dict[str, Quantity]:
        """Change of the scores by stage, both ends of the evidence box."""
        found = {}
        for stage in STAGES:
            ends = stage_gains(self.base, self.plan, stage)
            title = f"Change of {stage} by {key_of(self.choice)}, {self.bench.horizon}"
            ids = self.bench.rests_on(stage)
            found[stage] = gain_quantity(self.teller, ends, f"delta/{stage}", title, ids)
        return found

    def probabilities(self, found: Judgement) -> dict[str, Quantity]:
        """Probability of a gain of at least delta; low and high are the ends of the box."""
        rows = {
            "both": (found.low.both, found.high.both),
            "C2": (found.low.c2, found.high.c2),
            "C3": (found.low.c3, found.high.c3),
        }
        told = {}
        for name, ends in rows.items():
            stages = ("C2", "C3") if name == "both" else (name,)
            known = all(np.isfinite(end) for end in ends)
            told[name] = self.teller.known(
                sum(ends) / 2 if known else None,
                "probability",
                f"gain/{name}",
                f"Probability that {' and '.join(stages)} gain, {self.bench.horizon}",
                "share of draws with a gain of at least delta; ends of the evidence box",
                (*RULE_IDS, *(f"f:policy.delta/{one}/{self.teller.place}" for one in stages)),
                ends if known else None,
            )
        return told

    def scores(self) -> tuple[ScoreAhead, ...]:
        """Scores by stage and year in both worlds."""
        (base, _), (plan, _) = self.ahead
        rows = []
        for row, year in enumerate(self.bench.asked.years):
            for column, stage in enumerate(STAGES):
                without, planned = (
                    tuple(end[:, row, column] for end in ends) for ends in (base, plan)
                )
                rows.append(ScoreAhead(stage, year, self._score(stage, year, without, planned)))
        return tuple(rows)

    def chains(self) -> tuple[ChainFlow, ...]:
        """What every chain that ends in the sector delivers in both worlds."""
        (_, base), (_, plan) = self.ahead
        rows = []
        for number, line in enumerate(self.bench.ground.lines):
            unit = f"{self.bench.world.units[line.final]}/yr"
            told = [
                self._both(
                    f"chain/{line.chain}/{name}",
                    (getattr(base[number], name), getattr(plan[number], name)),
                    unit,
                    FLOWS[name],
                    ("C1", "C2", "C3"),
                )
                for name in ("sovereign", "allied")
            ]
            rows.append(ChainFlow(line.chain, line.final, *told))
        return tuple(rows)

    def _score(
        self, stage: str, year: int, without: tuple[Floats, ...], planned: tuple[Floats, ...]
    ) -> Both:
        ids = self.bench.rests_on(stage)
        change = tuple(after - before for before, after in zip(without, planned, strict=True))

        def told(kind: str, ends: tuple[Floats, ...], how: str) -> Quantity:
            name = f"score-{kind}/{stage}/{year}"
            title = f"Score of {stage}, {year}: {kind} {key_of(self.choice)}"
            draws = np.stack(ends)
            if not np.isfinite(draws).all():
                return self.teller.known(None, "score", name, title, how, ids)
            low, high = np.quantile(draws, ENDS, axis=1)
            mean, span = float(draws.mean()), (float(low.min()), float(high.max()))
            return self.teller.known(mean, "score", name, title, how, ids, span)

        score = "the scorecard on output and need of the draw; mean over both ends of the box"
        return Both(
            told("without", without, score),
            told("with", planned, score),
            told("change-of", change, "score with less score without, same draws"),
        )

    # -- figures by draw -----------------------------------------------------------------------

    def stages(self, name: str, how: str) -> dict[str, Both]:
        """Coverage of need or dependence on imports, by stage."""
        base, plan = getattr(self.base, name), getattr(self.plan, name)
        return {
            stage: self._both(
                f"{name}/{stage}", (base[:, column], plan[:, column]), "ratio", how, (stage,)
            )
            for column, stage in enumerate(STAGES)
        }

    def flows(self) -> dict[str, Both]:
        """Final form that can be delivered, and capacity."""
        return {
            name: self._both(
                name,
                (getattr(self.base, name), getattr(self.plan, name)),
                self.bench.unit,
                how,
                ("C1", "C2", "C3"),
            )
            for name, how in FLOWS.items()
        }

    def value(self) -> Both:
        """Domestic value added."""
        how = "price x sovereign + (price - feed) x other output of the final form"
        ends = (self.base.value, self.plan.value)
        return self._both("value", ends, "USD million/yr", how, ("C3",), self.bench.price_ids)

    def _both(
        self,
        name: str,
        ends: tuple[Floats, Floats],
        unit: str,
        how: str,
        stages: tuple[str, ...],
        more: tuple[str, ...] = (),
    ) -> Both:
        ids = (*self.bench.rests_on(*stages), *more)
        title = f"{name.split('/')[0].capitalize()}, {self.bench.horizon}"

        def told(kind: str, draws: Floats) -> Quantity:
            words = f"{title}: {kind} {key_of(self.choice)}"
            return self.teller.drawn(draws, unit, f"{name}-{kind}", words, how, ids)

        base, plan = ends
        return Both(told("without", base), told("with", plan), told("change", plan - base))

    def cut(self) -> tuple[CutShare, ...]:
        """How often each step of the chain limits the sovereign flow."""
        rows = []
        for number, step in enumerate(self.bench.steps):
            told = [
                self.teller.known(
                    float((world.cut == number).mean()),
                    "probability",
                    f"cut-{kind}/{step.form}",
                    f"Share of draws in which {step.form} limits: {kind} {key_of(self.choice)}",
                    "share of draws in which the step is the minimum cut",
                    self.bench.rests_on(step.stage),
                )
                for kind, world in (("without", self.base), ("with", self.plan))
            ]
            rows.append(CutShare(step.form, step.stage, *told))
        return tuple(rows)

    # -- costs ---------------------------------------------------------------------------------

    def per_point(self, cost: Quantity, stage: str = "") -> Price:
        """Cost over the mean gain of a stage, or of C2 and C3 together."""
        stages = (stage,) if stage else ("C2", "C3")
        ends = [end for one in stages for end in stage_gains(self.base, self.plan, one)]
        gain = float(np.sum([end.mean() for end in ends]) / 2)
        name = f"cost-per-point/{stage or 'middle'}"
        return self._price(cost, gain, "USD million/point", name, f"point of {'+'.join(stages)}")

    def per_unit(self, cost: Quantity) -> Price:
        """Cost over the mean rise of the sovereign flow."""
        gain = float((self.plan.sovereign - self.base.sovereign).mean())
        unit = f"USD million per {self.bench.unit}" if self.bench.unit else "USD million"
        return self._price(cost, gain, unit, "cost-per-unit", "unit of sovereign final form")

    def _price(self, cost: Quantity, gain: float, unit: str, name: str, what: str) -> Price:
        title = f"Cost per {what}: {key_of(self.choice)}"
        how = "cost over mean gain; the interval is that of the cost"
        inputs = (cost.lineage,)
        reason = ""
        if cost.value is None:
            reason = "no cost is on record"
        elif not np.isfinite(gain):
            reason = "the gain is not known"
        elif gain <= 0:
            reason = "nothing is gained"
        if reason or cost.value is None:
            return Price(self.teller.known(None, unit, name, title, how, inputs), reason)
        low, high = (cost.value if end is None else end for end in (cost.low, cost.high))
        ends = (low / gain, high / gain)
        return Price(self.teller.known(cost.value / gain, unit, name, title, how, inputs, ends), "")

    # -- warnings ------------------------------------------------------------------------------

    def warnings(self, unpriced: tuple[str, ...]) -> list[str]:
        """What a reader has to know of the numbers."""
        said = list(self.bench.warnings)
        if unpriced:
            said.append(f"cost not on record of {', '.join(unpriced)}; the sum leaves them out")
        kinds = {effect.kind for lever in self.choice.levers for effect in lever.effects}
        if "retain" in kinds:
            said.append(
                "what is kept at home adds nothing here: own output counts as home feed in full"
            )
        outside = [lever.id for lever in self.choice.levers if self._elsewhere(lever)]
        if outside:
            said.append(f"nothing in this sector is touched by {', '.join(outside)}")
        if kinds and not kinds & ACTING:
            said.append("nothing these levers do is counted by the test")
        return said

    def _elsewhere(self, lever: Lever) -> bool:
        """Whether all that a lever does to forms is done to forms the sector does not rest on."""
        named = [
            one.target if one.kind == "feed" else one.form
            for one in lever.effects
            if one.kind in ACTING
        ]
        return bool(named) and all(form and form not in self.bench.ground.forms for form in named)
