"""Published break-even prices beside the engine's: ranges, verdicts and what moves them."""

from __future__ import annotations

import numpy as np
import pytest

from midstream.capital.breakeven import check, distance_of
from midstream.capital.breakeven_published import published
from midstream.chain.estimate import Floats
from midstream.errors import InputError
from midstream.evidence import Evidence, Ledger
from midstream.study import Study
from units.scenarios.changed import with_rows


def flat(price: float) -> object:
    def incentive(_country: str, _form: str) -> Floats:
        return np.full(50, price)

    return incentive


def test_ranges_of_the_record_are_in_money_of_one_year(evidence: Evidence) -> None:
    ledger = Ledger(base=evidence.ledger)
    found = published(evidence, ledger, 2025)
    kinds = {one.kind for one in found}
    assert kinds == {"analyst", "floor"}
    for one in found:
        low, high = one.ends
        assert low <= (one.real.value or 0) <= high
        assert ledger[one.real.lineage].inputs[0] == one.price.lineage
        assert one.sources
    of_2022 = next(one for one in found if one.year == 2022)
    assert (of_2022.real.value or 0) > (of_2022.price.value or 0)


def test_a_single_figure_gets_the_tolerance_of_its_metric(evidence: Evidence) -> None:
    found = published(evidence, Ledger(base=evidence.ledger), 2022)
    single = next(one for one in found if one.year == 2022)
    width = float(evidence.metrics["incentive_price"]["tolerance"])
    assert single.ends == pytest.approx((150 * (1 - width), 150 * (1 + width)))


def test_a_floor_follows_its_row(evidence: Evidence) -> None:
    rows = [
        {**row, "per_kg": row["per_kg"] * 2} if row["id"] == "st-usa-mp-floor" else row
        for row in evidence.table("scheme_terms").rows
    ]
    changed = with_rows(evidence, scheme_terms=rows)
    found = {one.id: one for one in published(changed, Ledger(base=evidence.ledger), 2025)}
    assert found["st-usa-mp-floor"].ends == (220.0, 220.0)


@pytest.mark.parametrize(
    ("price", "verdicts"),
    [(1.0, {"below"}), (1e6, {"above"}), (110.0, {"inside", "below", "above"})],
)
def test_the_verdict_follows_the_price(
    study: Study, evidence: Evidence, price: float, verdicts: set[str]
) -> None:
    found = check(
        evidence,
        study.world,
        Ledger(base=evidence.ledger),
        ["IND"],
        incentive=flat(price),  # type: ignore[arg-type]
    )
    assert {row.verdict for row in found.rows} == verdicts
    assert sum(found.counts().values()) == len(found.rows)
    assert all((row.distance.value == 0) == (row.verdict == "inside") for row in found.rows)
    floors = [row for row in found.rows if row.published.kind == "floor"]
    assert {row.overlap for row in floors} == {price == 110.0}


def test_draws_without_a_price_count_as_high(study: Study, evidence: Evidence) -> None:
    def mostly(_country: str, _form: str) -> Floats:
        return np.where(np.arange(100) < 20, 100.0, np.nan)

    ledger = Ledger(base=evidence.ledger)
    found = check(evidence, study.world, ledger, ["IND"], incentive=mostly)
    assert {row.verdict for row in found.rows} == {"no price"}
    assert all(row.model.value is None and row.model.low == 100 for row in found.rows)
    assert all(row.distance.missing for row in found.rows)


def test_what_cannot_be_compared_is_listed_with_its_reason(
    study: Study, evidence: Evidence
) -> None:
    def refuses(_country: str, _form: str) -> Floats:
        raise InputError("no archetype", where="x", why="y", mend="z")

    ledger = Ledger(base=evidence.ledger)
    found = check(evidence, study.world, ledger, ["IND", "USA"], incentive=refuses)
    assert found.rows == ()
    reasons = {why for _, why in found.unmatched}
    assert reasons == {"it names no form", "IND: no archetype", "USA: no archetype"}
    assert found.to_dict()["rows"] == []


def test_the_engine_prices_plants_without_support(study: Study, evidence: Evidence) -> None:
    ledger = Ledger(base=evidence.ledger)
    found = check(evidence, study.world, ledger, ["IND"], draws=60, seed=3)
    assert found.rows
    for row in found.rows:
        assert row.model.label == "modelled"
        assert ledger[row.model.lineage].quantity == row.model
        assert row.to_dict()["verdict"] == row.verdict


def test_an_unknown_country_is_refused(study: Study, evidence: Evidence) -> None:
    with pytest.raises(InputError, match="unknown country 'INDIA'"):
        check(evidence, study.world, Ledger(base=evidence.ledger), ["INDIA"])


def test_distance_is_to_the_nearest_end() -> None:
    assert distance_of(50, 100, 200) == pytest.approx(-50)
    assert distance_of(250, 100, 200) == pytest.approx(25)
    assert distance_of(150, 100, 200) == 0
