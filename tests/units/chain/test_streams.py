"""Streams by name, and the laws of the parameter table."""

from __future__ import annotations

import numpy as np
import pytest

from midstream.chain.streams import generator, law_of, quantiles, stratified
from midstream.errors import InputError
from midstream.evidence import Evidence

MIDDLE = np.array([0.1, 0.5, 0.9])


@pytest.mark.parametrize(
    ("law", "low", "high", "expected"),
    [
        ("fixed", None, None, [2, 2, 2]),
        ("lognormal(0.4)", None, None, [2 * np.exp(-0.51262), 2, 2 * np.exp(0.51262)]),
        ("uniform", 1.0, 3.0, [1.2, 2, 2.8]),
        ("loguniform", 1.0, 4.0, [4**0.1, 2, 4**0.9]),
        # One corner at the mode, sides of equal length: 1 + sqrt(.1 x 2 x 1).
        ("triangular", 1.0, 3.0, [1 + np.sqrt(0.2), 2, 3 - np.sqrt(0.2)]),
        # beta(2,1) has the distribution x^2.
        ("beta(2,1)", None, None, [np.sqrt(0.1), np.sqrt(0.5), np.sqrt(0.9)]),
    ],
)
def test_quantiles(law: str, low: float | None, high: float | None, expected: list[float]) -> None:
    assert quantiles(law, 2.0, low, high, MIDDLE).tolist() == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("law", ["uniform", "triangular", "cauchy(1)"])
def test_a_law_that_cannot_be_drawn_is_refused(law: str) -> None:
    with pytest.raises(InputError):
        quantiles(law, 2.0, None if law != "cauchy(1)" else 1.0, 3.0, MIDDLE)


def test_a_stream_depends_on_its_name_and_seed_alone() -> None:
    first = stratified(7, "a", 50)
    generator(7, "b").random(3)
    assert np.array_equal(stratified(7, "a", 50), first)
    assert not np.array_equal(stratified(7, "b", 50), first)
    assert not np.array_equal(stratified(8, "a", 50), first)


def test_strata_hold_one_number_each() -> None:
    assert sorted((stratified(3, "a", 40) * 40).astype(int)) == list(range(40))


def test_a_negative_seed_is_refused() -> None:
    with pytest.raises(InputError, match="--seed"):
        generator(-1, "a")


def test_every_law_on_file_can_be_drawn(evidence: Evidence) -> None:
    for row in evidence.table("parameters").rows:
        if law_of(row["distribution"])[0] != "dirichlet":
            drawn = quantiles(row["distribution"], row["value"], row["low"], row["high"], MIDDLE)
            assert (np.diff(drawn) >= 0).all(), row["id"]
