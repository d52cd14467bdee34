"""The record in words and rows: every episode beside the model and its rivals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp
from typing import TYPE_CHECKING, Any

import numpy as np

from midstream.evidence.lineage import Kind, Ledger, Node
from midstream.evidence.quantity import Quantity
from midstream.report.figures import Rival, Trial
from midstream.report.narrative.context import Context
from midstream.report.narrative.types import Finding
from midstream.report.narrative.words import counted, started
from midstream.report.numbers import Sentence, Shown, say, show
from midstream.shock.peaks import PREDICTORS

if TYPE_CHECKING:
    from midstream.shock.backtest import Backtest, Scored
    from midstream.shock.episode import Episode

#: How each predictor is called.
NAMES = {
    "model": "model",
    "no_change": "no change",
    "static": "static elasticity, refitted",
    "share_rule": "share rule, as given",
    "refitted_share_rule": "share rule, refitted",
    "capped_share_rule": "share rule with a cap, refitted",
}

#: A lead of fewer standard errors than this is not called clear of chance.
CLEAR = 2.0


@dataclass(frozen=True)
class Record:
    """The backtest ready to be shown.

    Attributes:
        found: What was computed.
        trials: Episodes with observed, model and best rival as price ratios.
        rivals: Predictors with mean and median error.
        lead: Mean error of the best rival less the model's; the interval is one standard error.
        coverage: Share of episodes inside the band.
    """

    found: Backtest
    trials: tuple[Trial, ...]
    rivals: tuple[Rival, ...]
    lead: Quantity
    coverage: Quantity

    @property
    def best(self) -> str:
        """The best rival in words."""
        return NAMES[self.found.best_rival]


def record(context: Context, found: Backtest) -> Record:
    """Enter the numbers of a backtest and give them as quantities."""
    ledger = context.reckoner.ledger
    rows = {str(row["id"]): row for row in context.rows("episodes")}
    entered = _Entered(context, found, ledger, rows)
    trials = tuple(entered.trial(index) for index in range(len(found.episodes)))
    inputs = tuple(q.lineage for one in trials for q in (one.observed, one.model))
    rivals = tuple(_rival(name, found.main, inputs, ledger) for name in PREDICTORS)
    mean, error = found.lead()
    spread = (mean - error, mean + error) if np.isfinite(error) else (None, None)
    lead = _enter(
        ledger, "lead", (mean, *spread), "log ratio", "Lead of the model over the best rival",
        inputs, "mean error of the best refitted rival less the model's; interval: standard error",
    )  # fmt: skip
    covered = float(found.covered.mean())
    coverage = _enter(
        ledger, "coverage", (covered, None, None), "share", "Episodes inside the band of the model",
        inputs, "share of episodes whose observed peak lies in the band",
    )  # fmt: skip
    return Record(found, trials, rivals, lead, coverage)


@dataclass(frozen=True, slots=True)
class _Entered:
    """Enters the numbers of the episodes."""

    context: Context
    found: Backtest
    ledger: Ledger
    rows: Mapping[str, Mapping[str, Any]]

    def trial(self, index: int) -> Trial:
        episode, main = self.found.episodes[index], self.found.main
        model = (main.logs["model"][index], main.low[index], main.high[index])
        rival = float(exp(main.logs[self.found.best_rival][index]))
        name = self._name(episode)
        return Trial(
            episode.id,
            name,
            self._observed(episode, float(main.observed[index])),
            _enter(
                self.ledger, f"model/{episode.id}", tuple(float(exp(x)) for x in model), "ratio",
                f"Peak price by the model: {name}", self._inputs(episode),
                "fitted without this episode and those linked to it",
            ),
            _enter(
                self.ledger, f"rival/{episode.id}", (rival, None, None), "ratio",
                f"Peak price by the best rival: {name}", self._inputs(episode),
                f"{NAMES[self.found.best_rival]}, in the same folds",
            ),
            episode.null_case,
        )  # fmt: skip

    def _name(self, episode: Episode) -> str:
        row = self.rows.get(episode.id)
        return str(row["name"] if row else episode.name).split(",")[0]

    def _inputs(self, episode: Episode) -> tuple[str, ...]:
        return (f"f:report.backtest/observed/{episode.id}",)

    def _observed(self, episode: Episode, log: float) -> Quantity:
        """The observed peak; that of a null case counts as no change."""
        row = self.rows.get(episode.id, {})
        sources = tuple(str(one) for one in row.get("source") or ())
        lineage = f"f:report.backtest/observed/{episode.id}"
        label = self.context.study.evidence.label_of_sources(sources) if sources else "modelled"
        quantity = Quantity(float(exp(log)), None, None, "ratio", label, lineage)
        note = (
            "a threat that never came into force counts as no change" if episode.null_case else ""
        )
        title = f"Observed peak price over the level before: {self._name(episode)}"
        kind: Kind = "observation" if sources else "formula"
        self.ledger.add(
            Node(lineage, kind, title, quantity, source=";".join(sources) or None, note=note)
        )
        return quantity


def _enter(
    ledger: Ledger,
    place: str,
    numbers: tuple[float | None, ...],
    unit: str,
    title: str,
    inputs: Sequence[str],
    formula: str,
) -> Quantity:
    value, low, high = numbers
    lineage = f"f:report.backtest/{place}"
    quantity = Quantity(value, low, high, unit, "modelled", lineage)
    ledger.add(Node(lineage, "formula", title, quantity, inputs=tuple(inputs), formula=formula))
    return quantity


def _rival(name: str, scored: Scored, inputs: Sequence[str], ledger: Ledger) -> Rival:
    errors = scored.errors(name)
    made = [
        _enter(
            ledger, f"{kind}/{name}", (float(of(errors)), None, None), "log ratio",
            f"{kind.capitalize()} error of the log peak: {NAMES[name]}", inputs,
            f"{kind} over episodes of |predicted log peak - observed log peak|",
        )
        for kind, of in (("mean", np.mean), ("median", np.median))
    ]  # fmt: skip
    return Rival(NAMES[name], made[0], made[1], name == "model")


def record_title(found: Record) -> Sentence:
    """Whether the model beats the best rival, and whether by more than chance."""
    value, low, high = found.lead.value or 0.0, found.lead.low, found.lead.high
    errors = {one.name: one.mean for one in found.rivals}
    slots: dict[str, Quantity | str] = {
        "ours": errors["model"], "theirs": errors[found.best], "rival": found.best,
    }  # fmt: skip
    if value <= 0:
        return say("On the record the model does not beat the {rival}: {ours} against {theirs}",
                   **slots)  # fmt: skip
    error = (high - low) / 2 if low is not None and high is not None else 0.0
    clear = value > CLEAR * error
    tail = "" if clear else ", a lead that chance could give"
    return say("On the record the model errs by {ours}, the {rival} by {theirs}{tail}",
               **slots, tail=tail)  # fmt: skip


#: What the errors of the record cannot show; the scores stand in the log of decision 13.
_TRIED = (
    "The form was picked from many tried on these episodes, whose outcomes were known; picked"
    " anew within each fit, most of that lead goes."
)


def record_findings(context: Context, found: Record) -> tuple[Finding, ...]:
    """How large the lead is, how honest the band, where it fails, and what threats do."""
    inside = [one for one in found.trials if not one.missed]
    n = context.reckoner.count("backtest/inside", inside, "Episodes inside the band",
                               [one.model.lineage for one in inside])  # fmt: skip
    m = context.reckoner.count("backtest/all", found.trials, "Episodes of the record",
                               [one.model.lineage for one in found.trials])  # fmt: skip
    findings = [
        Finding("lead", _lead(found)),
        Finding("tried", Sentence((_TRIED,))),
        Finding(
            "band",
            started(
                say(
                    "the band that should hold four in five holds {n} of {m} ({c:percent}).",
                    n=counted(n, m)[0], m=counted(n, m)[1], c=found.coverage,
                )
            ),
        ),
    ]  # fmt: skip
    missed = [one for one in found.trials if one.missed]
    if missed:
        worst = max(missed, key=_distance)
        text = say(
            "It misses most in {name}: {o} times seen, {m} times expected ({r}).",
            name=worst.name, o=_times(worst.observed), m=_times(worst.model),
            r=show(worst.model, "range"),
        )  # fmt: skip
        findings.append(Finding("miss", text))
    findings += _threats(context, found)
    return tuple(findings)


def _distance(trial: Trial) -> float:
    observed, model = trial.observed.value or 1.0, trial.model.value or 1.0
    return max(observed / model, model / observed)


def _times(quantity: Quantity) -> Shown:
    return Shown(quantity, f"{quantity.value or 0.0:.1f}")


def _lead(found: Record) -> Sentence:
    lead = found.lead
    error = (lead.high - lead.low) / 2 if lead.low is not None and lead.high is not None else None
    head = say(
        "Each episode is predicted by a fit that has not seen it nor those linked to it; the lead"
        " over the best rival, the {rival}, is {lead} in the mean error of the logarithm",
        rival=found.best,
        lead=show(lead),
    )
    if error is None:
        return head + Sentence((".",))
    return head + say(", with a standard error of {e}.", e=Shown(lead, f"{error:.2f}"))


def _threats(context: Context, found: Record) -> list[Finding]:
    nulls = [one for one in found.trials if one.null]
    if not nulls:
        return []
    false = [one for one in nulls if one.missed]
    n = context.reckoner.count("backtest/false", false, "Threats outside the band",
                               [one.model.lineage for one in nulls])  # fmt: skip
    m = context.reckoner.count("backtest/nulls", nulls, "Threats and events without effect",
                               [one.model.lineage for one in nulls])  # fmt: skip
    text = say(
        "of {m} threats and events without effect {n} {lie} outside the band: there the model sees"
        " a rise where none came.",
        n=counted(n, m)[0], m=counted(n, m)[1], lie="lies" if len(false) == 1 else "lie",
    )  # fmt: skip
    return [Finding("threats", started(text))]
