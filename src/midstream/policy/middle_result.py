"""What the middle test says, as quantities and as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from midstream.evidence import Quantity
from midstream.policy.flip import Flip
from midstream.policy.frame import Choice
from midstream.policy.stress import Stressed
from midstream.policy.verdict import Rule
from midstream.policy.worth import Fact


@dataclass(frozen=True, slots=True)
class Both:
    """A figure in both worlds, and its change on the same draws.

    Attributes:
        without, planned: Without and with the policy.
        change: The second less the first, draw by draw.
    """

    without: Quantity
    planned: Quantity
    change: Quantity

    def to_dict(self) -> dict[str, Any]:
        """Give the figure as JSON."""
        return {
            "without": self.without.to_dict(),
            "with": self.planned.to_dict(),
            "change": self.change.to_dict(),
        }


@dataclass(frozen=True, slots=True)
class ScoreAhead:
    """Score of a stage in a year in both worlds.

    Attributes:
        stage, year: Place.
        figures: Scores and their change.
    """

    stage: str
    year: int
    figures: Both

    def to_dict(self) -> dict[str, Any]:
        """Give the row as JSON."""
        return {"stage": self.stage, "year": self.year, **self.figures.to_dict()}


@dataclass(frozen=True, slots=True)
class ChainFlow:
    """What a chain delivers of its final form in both worlds.

    Attributes:
        chain, final: The chain and its final form.
        sovereign, allied: From own feed, and with feed outside the dominant supplier.
    """

    chain: str
    final: str
    sovereign: Both
    allied: Both

    def to_dict(self) -> dict[str, Any]:
        """Give the row as JSON."""
        return {
            "chain": self.chain,
            "final_form": self.final,
            "deliverable": self.sovereign.to_dict(),
            "allied": self.allied.to_dict(),
        }


@dataclass(frozen=True, slots=True)
class CutShare:
    """How often a step of the chain limits the sovereign flow: share of draws.

    Attributes:
        form, stage: The step.
        without, planned: Without and with the policy.
    """

    form: str
    stage: str
    without: Quantity
    planned: Quantity

    def to_dict(self) -> dict[str, Any]:
        """Give the row as JSON."""
        return {
            "form": self.form,
            "stage": self.stage,
            "without": self.without.to_dict(),
            "with": self.planned.to_dict(),
        }


@dataclass(frozen=True, slots=True)
class Price:
    """What a gain costs.

    Attributes:
        cost: Cost over the mean gain; no value where there is none.
        reason: Why there is no value; blank where there is one.
    """

    cost: Quantity
    reason: str

    def to_dict(self) -> dict[str, Any]:
        """Give the price as JSON."""
        return {"cost": self.cost.to_dict(), "reason": self.reason}


@dataclass(frozen=True, slots=True)
class LeverSaid:
    """A lever of the test in words.

    Attributes:
        id, name: Names.
        start: Year it starts.
        acts_from: Year it acts from.
        in_base: Whether the record holds it.
        effects: What it does.
    """

    id: str
    name: str
    start: float
    acts_from: float
    in_base: bool
    effects: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Give the lever as JSON."""
        return {
            "id": self.id,
            "name": self.name,
            "start": self.start,
            "acts_from": self.acts_from,
            "in_base": self.in_base,
            "effects": list(self.effects),
        }


@dataclass(frozen=True, slots=True)
class Middle:
    """Whether a policy moves the middle.

    Attributes:
        choice: Levers, base and subject.
        sector, chain, final: What is looked at; the chain and its final form may be blank.
        horizon, draws: Year and number of draws.
        rule: Thresholds of the verdict.
        verdict: PASS, PARTIAL, FAIL or UNDETERMINED.
        rises: Whether the sovereign flow rises; ``None`` where it is not known.
        delta: Stage -> change of its score.
        probabilities: ``both``, ``C2`` and ``C3`` -> probability of a gain of at least delta;
            low and high are the two ends of the evidence box.
        scores: Scores by stage and year.
        coverage, dependence: Stage -> own output over own need, and share met from abroad.
        flow: ``sovereign``, ``allied`` and ``capacity`` -> final form in a year.
        chains: What every chain that ends in the sector delivers, the main one first.
        cut: How often each step limits the sovereign flow.
        value: Domestic value added.
        cost: Cost of the levers, USD million.
        cost_missing: Levers without a cost on record.
        cost_per_point: Cost per point gained at C2 and C3 together.
        stage_costs: The same at each of the two.
        cost_per_unit: Cost per unit a year of final form more from own feed.
        levers: Levers in words.
        warnings: What a reader has to know.
        assumptions: Ids of the assumptions of the rule.
        flips, stresses, facts: Where the verdict changes, what counter-moves leave, what to check.
    """

    choice: Choice
    sector: str
    chain: str
    final: str
    horizon: int
    draws: int
    rule: Rule
    verdict: str
    rises: bool | None
    delta: Mapping[str, Quantity]
    probabilities: Mapping[str, Quantity]
    scores: tuple[ScoreAhead, ...]
    coverage: Mapping[str, Both]
    dependence: Mapping[str, Both]
    flow: Mapping[str, Both]
    chains: tuple[ChainFlow, ...]
    cut: tuple[CutShare, ...]
    value: Both
    cost: Quantity
    cost_missing: tuple[str, ...]
    cost_per_point: Price
    stage_costs: Mapping[str, Price]
    cost_per_unit: Price
    levers: tuple[LeverSaid, ...]
    warnings: tuple[str, ...]
    assumptions: tuple[str, ...]
    flips: tuple[Flip, ...] = ()
    stresses: tuple[Stressed, ...] = ()
    facts: tuple[Fact, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Give the test as the public interface has it."""
        return {
            "verdict": self.verdict,
            "subject": self.choice.subject,
            "sector": self.sector,
            "chain": self.chain or None,
            "final_form": self.final or None,
            "horizon": self.horizon,
            "draws": self.draws,
            "packages": [package.id for package in self.choice.packages],
            "levers": [lever.to_dict() for lever in self.levers],
            "base_without": [lever.id for lever in self.choice.without],
            "rule": {
                "delta": self.rule.delta,
                "pass": self.rule.share,
                "fail": self.rule.fail,
                "sovereign_flow_rises": self.rises,
            },
            "delta": _told(self.delta),
            "probabilities": _told(self.probabilities),
            "scores": [row.to_dict() for row in self.scores],
            "coverage": _told(self.coverage),
            "import_dependence": _told(self.dependence),
            **self._flows(),
            "domestic_value": self.value.planned.to_dict(),
            "domestic_value_without": self.value.without.to_dict(),
            "domestic_value_change": self.value.change.to_dict(),
            **self._costs(),
            "flip": [flip.words for flip in self.flips],
            "flips": [flip.to_dict() for flip in self.flips],
            "stress": [row.to_dict() for row in self.stresses],
            "next_fact": [fact.to_dict() for fact in self.facts],
        }

    def _flows(self) -> dict[str, Any]:
        own, allied = self.flow["sovereign"], self.flow["allied"]
        return {
            "deliverable": own.planned.to_dict(),
            "deliverable_without": own.without.to_dict(),
            "deliverable_change": own.change.to_dict(),
            "allied": allied.to_dict(),
            "capacity": self.flow["capacity"].to_dict(),
            "chains": [row.to_dict() for row in self.chains],
            "cut": [row.to_dict() for row in self.cut],
        }

    def _costs(self) -> dict[str, Any]:
        return {
            "cost": self.cost.to_dict(),
            "cost_missing": list(self.cost_missing),
            "cost_per_point": self.cost_per_point.cost.to_dict(),
            "cost_per_point_reason": self.cost_per_point.reason,
            "cost_per_point_by_stage": _told(self.stage_costs),
            "cost_per_unit": self.cost_per_unit.to_dict(),
        }


def _told(rows: Mapping[str, Quantity | Both | Price]) -> dict[str, Any]:
    return {name: row.to_dict() for name, row in rows.items()}
