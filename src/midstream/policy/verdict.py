"""The published rule of the middle test: PASS, PARTIAL, FAIL or UNDETERMINED.

PASS          P(both stages of the middle gain at least delta) >= share, sovereign flow rises
FAIL          P(a stage gains at least delta) <= fail for both stages
PARTIAL       exactly one stage gains at least delta with P >= share
UNDETERMINED  anything else, or the two ends of the evidence box differ
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from midstream.chain.estimate import Floats
from midstream.evidence import Evidence
from midstream.policy.frame import STAGES, Outcome

PASS, PARTIAL, FAIL, UNDETERMINED = "PASS", "PARTIAL", "FAIL", "UNDETERMINED"
#: The middle.
MIDDLE = tuple(STAGES.index(stage) for stage in ("C2", "C3"))
#: Differences of scores below this are rounding.
ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Rule:
    """Thresholds of the rule.

    Attributes:
        delta: Points a stage has to gain, > 0.
        share: Probability that counts as reached.
        fail: Probability up to which a gain counts as absent.
    """

    delta: float
    share: float
    fail: float

    @classmethod
    def of(cls, evidence: Evidence, delta: float | None = None) -> Rule:
        """Read the thresholds of the parameter table."""

        def value(name: str) -> float:
            return float(evidence.parameter(f"policy.{name}").value or 0.0)

        stated = value("delta") if delta is None else delta
        return cls(stated, value("pass"), value("fail"))


@dataclass(frozen=True, slots=True)
class End:
    """What the rule says at one end of the evidence box.

    Attributes:
        verdict: Class.
        both: P(both stages gain at least delta); ``nan`` where a score is missing.
        c2, c3: The same for each stage.
    """

    verdict: str
    both: float
    c2: float
    c3: float


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the rule says.

    Attributes:
        verdict: Class that holds at both ends of the box, else UNDETERMINED.
        low, high: What it says at each end.
        rises: Whether the mean sovereign flow rises; ``None`` where it is not known.
        rule: Thresholds.
    """

    verdict: str
    low: End
    high: End
    rises: bool | None
    rule: Rule


def gains(base: Outcome, outcome: Outcome) -> tuple[Floats, Floats]:
    """Change of the scores at both ends of the box, shape (draw, stage) each."""
    return outcome.low - base.low, outcome.high - base.high


def judged(base: Outcome, outcome: Outcome, rule: Rule) -> Judgement:
    """Apply the rule to two worlds on the same draws."""
    rises = _rises(base, outcome)
    low, high = (classified(gain, rises, rule) for gain in gains(base, outcome))
    verdict = low.verdict if low.verdict == high.verdict else UNDETERMINED
    return Judgement(verdict, low, high, rises, rule)


def classified(gain: Floats, rises: bool | None, rule: Rule) -> End:
    """Apply the rule at one end of the box.

    Args:
        gain: Change of the scores, shape (draw, stage).
        rises: Whether the sovereign flow rises.
        rule: Thresholds.
    """
    middle = gain[:, MIDDLE]
    if np.isnan(middle).any():
        return End(UNDETERMINED, float("nan"), float("nan"), float("nan"))
    there = middle >= rule.delta - ROUNDING
    both, (c2, c3) = float(there.all(axis=1).mean()), there.mean(axis=0).tolist()
    return End(_class(both, c2, c3, rises, rule), both, c2, c3)


def _class(both: float, c2: float, c3: float, rises: bool | None, rule: Rule) -> str:
    if both >= rule.share and rises:
        return PASS
    if c2 <= rule.fail and c3 <= rule.fail:
        return FAIL
    if (c2 >= rule.share) != (c3 >= rule.share):
        return PARTIAL
    return UNDETERMINED


def _rises(base: Outcome, outcome: Outcome) -> bool | None:
    change = outcome.sovereign - base.sovereign
    if np.isnan(change).any():
        return None
    return bool(change.mean() > 0)
