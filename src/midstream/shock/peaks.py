"""Peak of a shock that has not happened: the form and its rivals, fitted on all episodes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from midstream.evidence import Evidence, Ledger, Node, Quantity
from midstream.shock.engine import Instrument, ShockInputs, ShockPath, central
from midstream.shock.engine_parameters import EngineParameters, Floats
from midstream.shock.episode import Episode, exchange_listed, shipped_episodes
from midstream.shock.fit import LeftOut, Trained, leave_out, predict, train
from midstream.shock.forms import FormPrior, PriorSample, exposures, form_prior, prior_sample
from midstream.shock.rivals import FittedRivals, blocked_shares, fit_rivals

PREDICTORS = (
    "model",
    "no_change",
    "static",
    "share_rule",
    "refitted_share_rule",
    "capped_share_rule",
)


@dataclass(frozen=True, slots=True)
class PeakForecast:
    """Log peak price of one shock.

    Attributes:
        episode: The shock.
        model, low, high: Median and 80 % band of the form.
        rivals: Log peaks by rival.
    """

    episode: Episode
    model: float
    low: float
    high: float
    rivals: dict[str, float]

    def quantities(self, ledger: Ledger) -> dict[str, Quantity]:
        """Peak price ratios by predictor as quantities, entered in a ledger; all modelled."""
        found = {}
        for name in PREDICTORS:
            log = self.model if name == "model" else self.rivals[name]
            band = (float(np.exp(self.low)), float(np.exp(self.high))) if name == "model" else None
            lineage = f"f:shock.peak/{self.episode.id}/{name}"
            low, high = band or (None, None)
            quantity = Quantity(float(np.exp(log)), low, high, "ratio", "modelled", lineage)
            inputs = _INPUTS if name == "model" else ()
            title = (
                f"Peak price over the level before: {self.episode.name}, {name.replace('_', ' ')}"
            )
            ledger.add(
                Node(lineage, "formula", title, quantity, inputs=inputs, formula=_FORMULAS[name])
            )
            found[name] = quantity
        return found


_INPUTS = tuple(
    f"par:shock.peak.{name}"
    for name in (
        "amplitude",
        "amplitude.spread",
        "scale",
        "scale.spread",
        "stage.spread",
        "exchange.spread",
        "months",
    )
)
_FORMULAS = {
    "model": "exp(amplitude exp(stage + exchange) (1 - exp(-dose / scale)))",
    "no_change": "1",
    "static": "(1 - share x mean cut)^(-1 / elasticity)",
    "share_rule": "exp(given slope x share x mean cut)",
    "refitted_share_rule": "exp(slope x share x mean cut)",
    "capped_share_rule": "exp(min(cap, slope x share x mean cut))",
}


def scenario_episode(
    evidence: Evidence,
    name: str,
    material: str,
    stage: str,
    instrument: Instrument,
    supply_share: float,
    pass_ratio: Sequence[float],
    month_of_force: int = 0,
    stock_cover: float | None = None,
    announced_length: float | None = None,
) -> Episode:
    """Give a shock that has not happened as an episode without an outcome."""
    return Episode(
        id=name,
        name=name,
        cluster=name,
        material=material,
        stage=stage,
        instrument=instrument,
        month_of_force=month_of_force,
        supply_share=supply_share,
        stock_cover=stock_cover,
        spare_capacity=None,
        announced_length=announced_length,
        pass_ratio=tuple(pass_ratio),
        peak_month=None,
        peak_ratio=None,
        prices=(),
        null_case=False,
        exchange=material in exchange_listed(evidence),
    )


@dataclass(frozen=True, slots=True)
class Setting:
    """Assumed numbers of a fit.

    Attributes:
        prior: Prior of the form.
        given_slope: Slope of the share rule as published.
        dose_scale: Dose at which most of an error is carried.
        stock, spare: What the engine takes where an episode states nothing.
    """

    prior: FormPrior
    given_slope: float
    dose_scale: float
    stock: float
    spare: float

    @classmethod
    def read(cls, evidence: Evidence) -> Setting:
        """Read them from the parameter table."""

        def value(name: str) -> float:
            return float(evidence.parameter(name).value or 0.0)

        return cls(
            form_prior(evidence),
            value("shock.rule.slope"),
            value("shock.engine.residual.dose"),
            value("shock.unknown.stock"),
            value("shock.unknown.spare"),
        )


@dataclass(frozen=True, slots=True)
class PeakModel:
    """The form and its rivals, fitted on all shipped episodes; keep it to ask often.

    Attributes:
        trained, left: The fit and its refits without one cluster each.
        rivals: The refitted rivals.
        setting: Assumed numbers of the fit.
    """

    trained: Trained
    left: LeftOut
    rivals: FittedRivals
    setting: Setting

    @classmethod
    def fit(cls, evidence: Evidence) -> PeakModel:
        """Fit on the episodes of a release."""
        known, setting = shipped_episodes(evidence), Setting.read(evidence)
        observed = np.array([episode.observed for episode in known])
        clusters = [episode.cluster for episode in known]
        prior = setting.prior
        used = range(len(known))
        trained = train(prior_sample(known, prior), observed, clusters, used, prior.kept)
        left = leave_out(trained, exposures(known, prior, setting.dose_scale))
        return cls(trained, left, rivals_on(known, observed, used, setting), setting)

    def forecast(self, targets: Sequence[Episode]) -> tuple[PeakForecast, ...]:
        """Predict the peaks of some shocks; no outcome of theirs is looked at."""
        prior = self.setting.prior
        sample = PriorSample(prior_sample(targets, prior).predictions[self.trained.points])
        exposure = exposures(targets, prior, self.setting.dose_scale)
        places = range(len(targets))
        predicted = predict(self.trained, self.left, sample, places, exposure)
        logs = self.rivals.predict(blocked_shares(targets))
        return tuple(
            PeakForecast(
                episode,
                float(predicted.middle[index]),
                float(predicted.low[index]),
                float(predicted.high[index]),
                {name: float(values[index]) for name, values in logs.items()},
            )
            for index, episode in enumerate(targets)
        )


def forecast(evidence: Evidence, targets: Sequence[Episode]) -> tuple[PeakForecast, ...]:
    """Predict the peaks of some shocks from a fit on all shipped episodes."""
    return PeakModel.fit(evidence).forecast(targets)


def rivals_on(
    episodes: Sequence[Episode], observed: Floats, used: Sequence[int], setting: Setting
) -> FittedRivals:
    """Refit the rivals on the episodes at `used`."""
    blocked = blocked_shares(episodes)
    return fit_rivals(blocked[list(used)], observed[list(used)], setting.given_slope)


def engine_path(episode: Episode, parameters: EngineParameters, setting: Setting) -> ShockPath:
    """Path of the monthly engine for an episode at the central values, shape (1, month)."""
    stock, spare = episode.stock_cover, episode.spare_capacity
    inputs = ShockInputs(
        episode.instrument,
        episode.supply_share,
        setting.stock if stock is None else stock,
        setting.spare if spare is None else spare,
        np.asarray(episode.pass_ratio),
        episode.month_of_force,
        episode.announced_length,
    )
    return central(inputs, parameters)
