"""The chances a plan counts for in the scorecard are those of the reference classes."""

from __future__ import annotations

import numpy as np
import pytest

from midstream.chain.streams import law_of, quantiles
from midstream.evidence import Evidence
from midstream.scenarios.reference import posterior

UNIFORM = np.linspace(0.005, 0.995, 199)


@pytest.mark.parametrize("standing", ["announced", "funded", "construction", "slot"])
def test_the_scorecard_draws_completions_from_the_posterior(
    evidence: Evidence, standing: str
) -> None:
    row = evidence.parameters[f"completion.{standing}"]
    drawn = quantiles(row["distribution"], row["value"], row["low"], row["high"], UNIFORM)
    here = posterior(evidence, 4000, 1).of(standing, "IND")
    for share in (0.1, 0.5, 0.9):
        assert np.quantile(drawn, share) == pytest.approx(np.quantile(here, share), abs=0.05)
    assert row["kind"] == "derived"


def test_the_delay_of_the_scorecard_is_that_of_the_posterior(evidence: Evidence) -> None:
    found = posterior(evidence, 4000, 1)
    rng = np.random.default_rng(3)
    late = np.exp(found.delay_mu + found.delay_sigma * rng.standard_normal(4000))
    # A plant on time is up to a quarter of a year late.
    seen = np.where(rng.random(4000) < found.on_time, 3.0 * rng.random(4000), late)
    row = evidence.parameters["delay.months"]
    (spread,) = law_of(row["distribution"])[1]
    assert np.median(seen) == pytest.approx(row["value"], rel=0.25)
    long = row["value"] * np.exp(1.2816 * spread)
    assert np.quantile(seen, 0.9) == pytest.approx(long, rel=0.25)
