"""Quantities with lineage and words of a matching."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from midstream.collaboration.register import Organisation, Step
from midstream.collaboration.result import Moved
from midstream.evidence import Label, Ledger, Node, Quantity
from midstream.terms import STAGES, with_article

WEIGHT = "need of the weaker stage x fit of steps x root of the higher readiness"
PARAMETERS = tuple(f"par:match.{name}" for name in ("same", "beside", "base", "early", "readiness"))


@dataclass(frozen=True, slots=True)
class Teller:
    """Makes the quantities of one matching and enters their nodes.

    Attributes:
        ledger: Where nodes are entered.
        place: Part of lineage ids that tells matchings apart.
        scores: (country, stage) -> lineage id of its score.
        names: Names of countries.
    """

    ledger: Ledger
    place: str
    scores: Mapping[tuple[str, str], str]
    names: Mapping[str, str]

    def score(
        self, left: Organisation, right: Organisation, value: float, low: float, high: float
    ) -> Quantity:
        """Weight of a pair: median and 80 % interval over draws."""
        found = (float(value), float(low), float(high))
        return self._tell("score", left, right, found, "ratio", "weight of the pair", WEIGHT)

    def frequency(
        self, left: Organisation, right: Organisation, value: float, low: float, high: float
    ) -> Quantity:
        """Share of draws in which a pair is chosen."""
        found = (value, min(float(low), value), max(float(high), value))
        formula = "maximum-weight matching by draw; the interval lies between sets of weights"
        title = "how often the pair is chosen"
        return self._tell("frequency", left, right, found, "probability", title, formula)

    def chance(self, left: Organisation, right: Organisation, size: int) -> Quantity:
        """Chance of a pair if organisations were matched by lot."""
        share = 1.0 / size
        formula = "one over the number of organisations of the larger side"
        found = (share, share, share)
        return self._tell("chance", left, right, found, "probability", "chance by lot", formula)

    def needed(
        self, left: Organisation, right: Organisation, side: str, level: int | None
    ) -> Quantity:
        """Readiness level of one side at which the pair is firm."""
        one = left if side == "left" else right
        value = None if level is None else float(level)
        formula = "lowest level at which the pair is chosen often enough to be firm"
        title = f"readiness needed of {one.name}"
        # Named by the organisation, so that the order of the two countries does not matter.
        name = f"needed/{one.id}"
        return self._tell(name, left, right, (value, value, value), "level", title, formula)

    def _tell(
        self,
        name: str,
        left: Organisation,
        right: Organisation,
        numbers: tuple[float | None, float | None, float | None],
        unit: str,
        title: str,
        formula: str,
    ) -> Quantity:
        one, other = sorted((left, right), key=lambda side: side.id)
        lineage = f"f:match.{name}/{one.id}/{other.id}/{self.place}"
        label: Label | None = None if numbers[0] is None else "modelled"
        found = Quantity(*numbers, unit, label, lineage)
        scores = tuple(self.scores[side.country, side.stage] for side in (one, other))
        inputs = tuple(dict.fromkeys((*scores, one.lineage, other.lineage, *PARAMETERS)))
        head = f"{one.name} with {other.name}: {title}"
        self.ledger.add(Node(lineage, "formula", head, found, None, inputs, formula))
        return found


def steps_of(left: Organisation, right: Organisation, steps: Mapping[str, Step]) -> str:
    """The step a pair shares, or the two beside each other, in words."""
    shared = [step for step in left.steps if step in right.steps]
    if shared:
        return " and ".join(sorted(steps[step].name for step in shared))
    one, other = _beside(left, right, steps)
    return f"{steps[one].name} beside {steps[other].name}"


def _beside(left: Organisation, right: Organisation, steps: Mapping[str, Step]) -> tuple[str, str]:
    """First two steps of a pair that stand beside each other."""
    found = [
        (one, other) for one in left.steps for other in right.steps if other in steps[one].beside
    ]
    return min(found)


def reason(
    left: Organisation,
    right: Organisation,
    side: Organisation,
    steps: Mapping[str, Step],
    names: Mapping[str, str],
) -> str:
    """Why a pair: steps, the weak stage, what is known of readiness."""
    shared = steps_of(left, right, steps)
    if set(left.steps) & set(right.steps):
        first = f"Both work on {shared}"
    else:
        one, other = _beside(left, right, steps)
        first = f"{left.name} works on {steps[one].name}, {right.name} on {steps[other].name}"
    stage = STAGES[side.stage].name.lower()
    country = with_article(names.get(side.country, side.country))
    return f"{first}. The weaker stage is {stage} in {country}. {_readiness(left, right)}."


def _readiness(left: Organisation, right: Organisation) -> str:
    known = [one.name for one in (left, right) if one.level is not None]
    if len(known) == len((left, right)):
        return "Readiness of both is on record"
    if known:
        return f"Readiness is on record for {known[0]} alone"
    return "Readiness of neither is on record"


def unknown_of(left: Organisation, right: Organisation, moves: Moved | None) -> tuple[str, ...]:
    """What is not known about a pair, in words."""
    made = [f"readiness of {one.name}" for one in (left, right) if one.level is None]
    made += [f"which form {one.name} works on" for one in (left, right) if not one.form]
    if moves is None:
        made.append("what the pair would move: no form of its steps is scored here")
    elif moves.output.missing:
        made.append(f"output of {moves.form} in {moves.country}")
    made.append("who owns the technology and on which terms it may be shared")
    return tuple(dict.fromkeys(made))
