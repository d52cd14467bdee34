"""The thesis test: does a holder's leverage sit in the middle two stages of the chain?

Published rule, fixed before any result: a chain says yes where the leverage at C2 or C3 exceeds
that at C1 and C4 in at least ``thesis.threshold`` of the draws at both ends of the evidence, no
where it does so in at most one less the threshold at both ends, and is undetermined otherwise.
The overall answer applies the same threshold to the share of chains.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from midstream.chain.estimate import Floats
from midstream.chain.routes import Route, routes
from midstream.chain.world import World
from midstream.dependency.graph import StageGraph, stage_graph
from midstream.dependency.leverage import ENDS, check_holder, interval
from midstream.dependency.records import Recorder
from midstream.dependency.streams import Streams
from midstream.dependency.withholding import Replacement, step_leverage
from midstream.errors import InputError
from midstream.evidence import Evidence, Label, Ledger, Node, Quantity
from midstream.terms import STAGE_ORDER

Verdict = Literal["yes", "no", "undetermined"]
#: Least share of draws with leverage at the ends for a margin to be given.
_USUAL = 0.5
_MIDDLE, _ENDS = ("C2", "C3"), ("C1", "C4")
#: Questions put to each chain: name -> (stages that should exceed, stages to be exceeded).
QUESTIONS = {
    "c2_over_c1": (("C2",), ("C1",)),
    "c3_over_c1": (("C3",), ("C1",)),
    "middle_over_ends": (_MIDDLE, _ENDS),
}


@dataclass(frozen=True, slots=True)
class ChainThesis:
    """The test on one chain.

    Attributes:
        chain, name: Which.
        stages: Stage -> leverage, in years of world need; that of its strongest step.
        losses: Stage -> share of world need lost, without time.
        probabilities: Question -> probability, the lower of both ends as low, the higher as high;
            ``None`` where a stage it asks about has no evidence.
        margin: Leverage of the middle over that of the ends, draw by draw: how many times longer
            the ends would have to take to replace for the answer to turn. No value where most
            draws have no leverage at the ends.
        verdict: Answer by leverage.
        by_loss: Answer by loss alone, as if all stages took the same time to replace.
        strict: Answer by leverage if no feed of other uses can be turned to the chain.
    """

    chain: str
    name: str
    stages: dict[str, Quantity]
    losses: dict[str, Quantity]
    probabilities: dict[str, Quantity | None]
    margin: Quantity
    verdict: Verdict
    by_loss: Verdict
    strict: Verdict

    def to_dict(self) -> dict[str, Any]:
        """Give it as JSON."""
        return {
            "chain": self.chain,
            "name": self.name,
            "stages": {stage: q.to_dict() for stage, q in self.stages.items()},
            "losses": {stage: q.to_dict() for stage, q in self.losses.items()},
            "probabilities": {
                name: None if q is None else q.to_dict() for name, q in self.probabilities.items()
            },
            "margin": self.margin.to_dict(),
            "verdict": self.verdict,
            "by_loss": self.by_loss,
            "strict": self.strict,
        }


@dataclass(frozen=True)
class Thesis:
    """The test on all chains of a holder.

    Attributes:
        holder: Whose leverage.
        chains: Chains that could be tested, in the order of the table.
        untested: Chains that could not, with the reason.
        counts: Verdict -> number of chains, by leverage.
        verdict: Overall answer by leverage.
        by_loss, strict: The same by loss alone, and without diverted feed.
        threshold: The probability the rule asks for.
        ledger: Lineage on top of the world's.
    """

    holder: str
    chains: tuple[ChainThesis, ...]
    untested: dict[str, str]
    counts: dict[Verdict, Quantity]
    verdict: Verdict
    by_loss: Verdict
    strict: Verdict
    threshold: Quantity
    ledger: Ledger = field(repr=False)

    def to_dict(self) -> dict[str, Any]:
        """Give it as JSON."""
        return {
            "holder": self.holder,
            "verdict": self.verdict,
            "by_loss": self.by_loss,
            "strict": self.strict,
            "counts": {name: q.to_dict() for name, q in self.counts.items()},
            "threshold": self.threshold.to_dict(),
            "chains": [chain.to_dict() for chain in self.chains],
            "untested": self.untested,
        }


def thesis(
    evidence: Evidence,
    world: World,
    holder: str = "CHN",
    chains: Iterable[str] | None = None,
    draws: int = 2000,
    seed: int = 1,
) -> Thesis:
    """Test a holder on every chain with evidence at a middle stage and at an end of the chain.

    Args:
        evidence: The release.
        world: The world.
        holder: Country.
        chains: Chains to test; all on file by default.
        draws, seed: Monte Carlo.

    Raises:
        InputError: if the holder or a chain is unknown.
    """
    lines = routes(evidence, world)
    chosen = _chosen(lines, chains)
    check_holder(evidence, world, chosen, holder)
    streams = Streams(evidence, draws, seed)
    ledger = Ledger(base=world.ledger)
    tested, untested = [], {}
    for line in chosen:
        reason = untestable(world, line, holder)
        if reason:
            untested[line.id] = reason
            continue
        tested.append(_Test(evidence, world, line, holder, streams, ledger).result())
    threshold = evidence.parameter("thesis.threshold")
    least = float(threshold.value or 0.0)
    verdicts = [[getattr(c, name) for c in tested] for name in ("verdict", "by_loss", "strict")]
    counts = _counts(holder, verdicts[0], tested, threshold, ledger)
    answer, by_loss, strict = (summed(found, least) for found in verdicts)
    return Thesis(
        holder, tuple(tested), untested, counts, answer, by_loss, strict, threshold, ledger
    )


def _chosen(lines: dict[str, Route], chains: Iterable[str] | None) -> list[Route]:
    wanted = list(lines) if chains is None else list(chains)
    unknown = [name for name in wanted if name not in lines]
    if unknown:
        raise InputError(
            f"no chain {unknown[0]!r}",
            where="--chain",
            why=f"the chains on file are {', '.join(lines)}",
            mend="name some of them",
        )
    # The order of the table, so that the order in which chains are named changes nothing.
    return [line for name, line in lines.items() if name in wanted]


def untestable(world: World, line: Route, holder: str) -> str:
    """Say why a chain cannot be tested; blank where it can."""
    stages = {step.stage for step in line.counted}
    if not stages & set(_MIDDLE):
        return "no middle stage with evidence"
    if not stages & set(_ENDS):
        return "no end of the chain with evidence"
    makes = [world.outputs.get((step.form, holder)) for step in line.counted]
    if not any(estimate is not None and estimate.value for estimate in makes):
        return "no output of the holder on record"
    return ""


def verdict(low: float, high: float, threshold: float) -> Verdict:
    """Answer from the probabilities at both ends of the evidence."""
    if min(low, high) >= threshold:
        return "yes"
    return "no" if 1 - max(low, high) >= threshold else "undetermined"


def summed(verdicts: Sequence[Verdict], threshold: float) -> Verdict:
    """Overall answer: the share of chains that say yes, or no, against the threshold."""
    if not verdicts:
        return "undetermined"
    yes, no = (verdicts.count(name) / len(verdicts) for name in ("yes", "no"))
    if yes >= threshold:
        return "yes"
    return "no" if no >= threshold else "undetermined"


def by_stage(graph: StageGraph, values: Floats) -> dict[str, Floats]:
    """The strongest step of each stage, draw by draw.

    Args:
        graph: The graph.
        values: One value a step, shape (draw, step).
    """
    stages = np.array(graph.stages)
    return {
        stage: values[:, stages == stage].max(axis=1)
        for stage in STAGE_ORDER
        if (stages == stage).any()
    }


def exceeds(values: dict[str, Floats], over: Sequence[str], under: Sequence[str]) -> float | None:
    """Probability that the strongest of some stages exceeds the strongest of others.

    ``None`` where none of the stages on one side has evidence.
    """
    sides = [[values[s] for s in stages if s in values] for stages in (over, under)]
    if not sides[0] or not sides[1]:
        return None
    return float((np.max(sides[0], axis=0) > np.max(sides[1], axis=0)).mean())


def middle_over_ends(values: dict[str, Floats]) -> Floats:
    """Strongest middle stage over strongest end, by draw; ``nan`` where the ends have none."""
    middle, ends = (
        np.max([values[stage] for stage in stages if stage in values], axis=0)
        for stages in (_MIDDLE, _ENDS)
    )
    return np.asarray(np.where(ends > 0, middle / np.where(ends > 0, ends, 1.0), np.nan))


class _Test:
    """The test of one chain: arrays of both ends, then numbers with lineage."""

    def __init__(
        self,
        evidence: Evidence,
        world: World,
        line: Route,
        holder: str,
        streams: Streams,
        ledger: Ledger,
    ) -> None:
        self.line, self.holder, self.world, self.ledger = line, holder, world, ledger
        self.threshold = float(evidence.parameter("thesis.threshold").value or 0.0)
        coming = Replacement.of(world, line, streams)
        self.recorder = Recorder(evidence, world, line, coming)
        graphs = [stage_graph(world, line, streams, end, holder) for end in ENDS]
        self.years, self.losses = self._ends(graphs, coming)
        self.strict, _ = self._ends([graph.strict() for graph in graphs], coming)

    def _ends(
        self, graphs: Sequence[StageGraph], coming: Replacement
    ) -> tuple[list[dict[str, Floats]], list[dict[str, Floats]]]:
        years, losses = [], []
        for graph in graphs:
            column = graph.countries.index(self.holder)
            left, lost = step_leverage(graph, (column,), coming)
            years.append(by_stage(graph, lost[:, :, 0]))
            losses.append(by_stage(graph, 1 - left[:, :, 0]))
        return years, losses

    def result(self) -> ChainThesis:
        return ChainThesis(
            chain=self.line.id,
            name=self.line.name,
            stages=self._quantities("leverage", self.years),
            losses=self._quantities("loss", self.losses),
            probabilities={name: self._probability(name) for name in QUESTIONS},
            margin=self._margin(),
            verdict=self._verdict(self.years),
            by_loss=self._verdict(self.losses),
            strict=self._verdict(self.strict),
        )

    def _verdict(self, ends: Sequence[dict[str, Floats]]) -> Verdict:
        found = [exceeds(values, *QUESTIONS["middle_over_ends"]) for values in ends]
        low, high = (0.0 if value is None else value for value in found)
        return verdict(low, high, self.threshold)

    def _quantities(self, measure: str, ends: list[dict[str, Floats]]) -> dict[str, Quantity]:
        made = {}
        for stage in ends[0]:
            numbers = interval(ends[0][stage], ends[1][stage], known=self._known(stage))
            lineage = f"f:dependency.stage-{measure}/{self.holder}/{stage}/{self.line.id}"
            made[stage] = self.recorder.stage(measure, self.holder, stage, numbers, lineage)
        self.ledger.nodes.update(self.recorder.ledger.nodes)
        return made

    def _known(self, stage: str) -> bool:
        forms = [step.form for step in self.line.counted if step.stage == stage]
        found = [self.world.outputs.get((form, self.holder)) for form in forms]
        return any(estimate is not None and estimate.value is not None for estimate in found)

    def _margin(self) -> Quantity:
        ratios = [middle_over_ends(values) for values in self.years]
        if np.isfinite(ratios[0]).mean() < _USUAL:
            ratios = [np.full(part.shape, np.nan) for part in ratios]
        value, low, high = interval(ratios[0], ratios[1], known=True)
        lineage = f"f:dependency.margin/{self.holder}/{self.line.id}"
        label: Label | None = None if value is None else "modelled"
        quantity = Quantity(value, low, high, "ratio", label, lineage)
        self._enter(quantity, "Leverage of the middle over that of the ends", "ratio by draw")
        return quantity

    def _enter(self, quantity: Quantity, words: str, formula: str, note: str = "") -> None:
        inputs = tuple(
            f"f:dependency.stage-leverage/{self.holder}/{stage}/{self.line.id}"
            for stage in self.years[0]
        )
        title = f"{words}: {self.world.names.country(self.holder)}, {self.line.name}"
        lineage = quantity.lineage
        node = Node(lineage, "formula", title, quantity, inputs=inputs, formula=formula, note=note)
        self.ledger.add(node)

    def _probability(self, question: str) -> Quantity | None:
        over, under = QUESTIONS[question]
        ends = [exceeds(values, over, under) for values in self.years]
        if ends[0] is None or ends[1] is None:
            return None
        lineage = f"f:dependency.thesis/{question}/{self.holder}/{self.line.id}"
        low, high = sorted((ends[0], ends[1]))
        quantity = Quantity(ends[0], low, high, "probability", "modelled", lineage)
        words = f"Leverage at {' or '.join(over)} exceeds that at {' and '.join(under)}"
        note = "low and high are the probabilities at the two ends of the evidence"
        self._enter(quantity, words, "share of draws", note)
        return quantity


def _counts(
    holder: str,
    verdicts: Sequence[Verdict],
    tested: Sequence[ChainThesis],
    threshold: Quantity,
    ledger: Ledger,
) -> dict[Verdict, Quantity]:
    inputs = [c.probabilities["middle_over_ends"] for c in tested]
    lineages = (*(q.lineage for q in inputs if q is not None), threshold.lineage)
    names: tuple[Verdict, ...] = ("yes", "no", "undetermined")
    counts = {}
    for name in names:
        lineage = f"f:dependency.thesis-count/{name}/{holder}"
        quantity = Quantity(float(verdicts.count(name)), None, None, "count", "modelled", lineage)
        title = f"Chains in which leverage sits in the middle: {name}"
        ledger.add(
            Node(lineage, "formula", title, quantity, inputs=lineages, formula="number of chains")
        )
        counts[name] = quantity
    return counts
