"""Answers of show and the census of labels."""

from __future__ import annotations

import json

import pytest

from midstream.evidence import Evidence
from midstream.evidence.query import label_census, show


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    return Evidence.load(check=False)


def test_show_has_the_keys_of_the_interface(evidence: Evidence) -> None:
    (answer,) = show(evidence, metric="price_floor", entity="mp-materials-dod")
    assert set(answer) >= {"key", "quantity", "observations", "agreement"}
    assert set(answer["quantity"]) == {"value", "low", "high", "unit", "label", "lineage"}
    row = answer["observations"][0]
    assert set(row) >= {"id", "value", "unit", "source", "origin", "layer", "locator", "period"}
    assert answer["agreement"] in ("agree", "conflict", "single")
    assert None not in answer["key"].values()
    assert json.loads(json.dumps(answer)) == answer


def test_the_census_counts_every_fact_in_every_reading(evidence: Evidence) -> None:
    census = label_census(evidence)
    facts = census["keys"]["facts"]
    assert facts == len(evidence.facts())
    for reading in ("strict", "with_slack", "without_best"):
        assert sum(census[reading].values()) == facts
    for reading in ("without_unclear", "without_unclear_with_slack"):
        assert sum(census[reading].values()) == census["keys"]["facts_without_unclear"]


def test_slack_adds_and_licences_and_best_origins_take_away(evidence: Evidence) -> None:
    census = label_census(evidence)
    assert census["with_slack"]["V"] > census["strict"]["V"] > census["without_unclear"]["V"]
    assert census["without_best"]["V"] < census["with_slack"]["V"]
