"""Floors on record and what they cost their payers."""

from __future__ import annotations

import json

import numpy as np
import pytest

from midstream.capital.floor_answer import FloorAnswer, floors_on_record
from midstream.evidence import Evidence, Ledger
from units.scenarios.changed import with_rows


def answers(evidence: Evidence, **asked: int | str) -> dict[str, FloorAnswer]:
    ledger = Ledger(base=evidence.ledger)
    found = floors_on_record(evidence, ledger, 2025, draws=400, **asked)  # type: ignore[arg-type]
    return {answer.id: answer for answer in found}


def test_every_floor_with_a_plant_is_answered(evidence: Evidence) -> None:
    rows = {
        row["id"]
        for row in evidence.table("scheme_terms").rows
        if row["instrument"] in ("price-floor", "cfd")
    }
    assert set(answers(evidence)) == rows
    assert not answers(evidence, form="ndfeb-magnet")


def test_the_closed_form_checks_the_simulation(evidence: Evidence) -> None:
    for answer in answers(evidence).values():
        mean = answer.mean_present
        assert mean.low is not None
        assert mean.high is not None
        if answer.cost.contract.total is None:
            # Once in 2,000 answers the closed form lies further off than four errors.
            slack = (mean.high - mean.low) / 6
            assert answer.closed.value is not None
            assert mean.low - slack <= answer.closed.value <= mean.high + slack
        else:
            assert answer.closed.missing


def test_a_limit_on_all_that_is_paid_is_never_passed(evidence: Evidence) -> None:
    for answer in answers(evidence).values():
        total = answer.cost.contract.total
        if total is not None:
            assert (answer.cost.yearly.sum(axis=1) <= total + 0.01).all()


def test_years_begin_after_the_latest_price_and_end_with_the_contract(evidence: Evidence) -> None:
    for answer in answers(evidence).values():
        row = evidence.row_by_id("scheme_terms", answer.id)
        assert row is not None
        assert max(answer.yearly) == row["start"] + row["years"] - 1
        assert answer.years == len(answer.yearly)


def test_a_lower_floor_costs_less(evidence: Evidence) -> None:
    rows = evidence.table("scheme_terms").rows
    low = [{**row, "per_kg": row["per_kg"] * 0.7} if row["per_kg"] else row for row in rows]
    changed = answers(with_rows(evidence, scheme_terms=low))
    for name, answer in answers(evidence).items():
        assert answer.cost.contract.floor > changed[name].cost.contract.floor
        assert np.mean(answer.cost.present) > np.mean(changed[name].cost.present)


def test_the_answer_can_be_written_and_traced(evidence: Evidence) -> None:
    ledger = Ledger(base=evidence.ledger)
    for answer in floors_on_record(evidence, ledger, 2025, draws=50):
        json.dumps(answer.to_dict())
        assert "cost" not in answer.to_dict()
        reached = {node.id for node in ledger.reached([answer.present.lineage])}
        assert "par:capital.price.volatility" in reached
        assert any(name.startswith("price:") for name in reached)
        assert answer.present.value == pytest.approx(float(np.median(answer.cost.present)))
