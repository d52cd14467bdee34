"""Concentration by form, product, code and year; N-1 of every form."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from midstream.chain.shares import holders
from midstream.chain.world import World
from midstream.dependency.concentration import Concentration, belongs, concentration
from midstream.dependency.governance import risk_of, risks
from midstream.dependency.redundancy import redundancy
from midstream.errors import InputError
from midstream.evidence import Evidence, Ledger
from midstream.study import Study
from units.chain.toy import chain_tables, toy, toy_world


def found(study: Study, material: str | None = None, **asked: bool) -> list[Concentration]:
    return concentration(study.evidence, study.world, Ledger(base=study.ledger), material, **asked)


@pytest.fixture(scope="module")
def every(study: Study) -> list[Concentration]:
    return found(study, series=True)


def small(folder: Path, output: Mapping[str, float], world: float) -> tuple[Evidence, World]:
    figures = {**output, "WLD": world}
    rows = [{"form": "ree-ore", "country": c, "value": v} for c, v in figures.items()]
    evidence = toy(folder, {**chain_tables(), "observations": rows})
    return evidence, toy_world(evidence)


def test_the_base_year_is_that_of_the_holders(study: Study) -> None:
    records = {record.form: record for record in found(study)}
    for part in holders(study.world, Ledger(base=study.ledger)):
        assert records[part.form].hhi == part.hhi
        assert records[part.form].leader == part.leader
    assert {record.series for record in records.values()} == {"world"}


def test_series_come_with_a_material_or_on_demand(study: Study, every: list[Concentration]) -> None:
    named = found(study, "tungsten")
    assert {record.series for record in named} >= {"world", "usgs", "trade"}
    assert {record.series for record in found(study, "tungsten", series=False)} == {"world"}
    assert {record.series for record in every} == {"world", "usgs", "iea", "trade"}
    assert named == [record for record in every if record.material == "tungsten"]


def test_trade_is_a_long_series_and_flagged_as_a_proxy(every: list[Concentration]) -> None:
    trade = [r for r in every if (r.series, r.material) == ("trade", "tungsten")]
    years = sorted({record.year for record in trade})
    assert years[0] <= 1996
    assert years[-1] == 2024
    assert all(record.proxy == (record.series == "trade") for record in every)


def test_each_year_of_production_comes_from_one_edition(every: list[Concentration]) -> None:
    places = [
        (record.stage, record.year, record.product)
        for record in every
        if (record.series, record.material) == ("usgs", "cobalt")
    ]
    assert len(places) == len(set(places))
    assert len({year for _, year, _ in places}) >= 4


def test_every_record_is_ordered_and_traceable(study: Study) -> None:
    ledger = Ledger(base=study.ledger)
    for record in concentration(study.evidence, study.world, ledger, "rare-earths"):
        for part in (record.hhi, record.weighted):
            assert part.low is not None
            assert part.high is not None
            assert 0 <= part.low <= part.high <= 1 + 1e-9
            assert ledger[part.lineage].inputs
        assert record.weighted.low <= record.hhi.low + 1e-12
        for part in (record.hhi, record.weighted, record.leader_share, record.rest):
            assert all(name in ledger for name in ledger[part.lineage].inputs)
        assert set(record.to_dict()) >= {"material", "form", "stage", "year", "hhi", "leader"}


def test_an_unknown_material_is_refused_with_the_nearest(study: Study) -> None:
    for call in (concentration, redundancy):
        with pytest.raises(InputError, match="tungsten"):
            call(study.evidence, study.world, Ledger(base=study.ledger), "tungstn")


def test_a_material_holds_its_parts(evidence: Evidence) -> None:
    assert belongs(evidence, "neodymium", "rare-earths")
    assert belongs(evidence, "rare-earths", None)
    assert not belongs(evidence, "rare-earths", "neodymium")


def test_risk_turns_stability_round() -> None:
    assert (risk_of(2.5), risk_of(0), risk_of(-2.5)) == (0, 0.5, 1)
    assert (risk_of(3), risk_of(-3)) == (0, 1)


def test_governance_before_its_record_is_missing(study: Study) -> None:
    ledger = Ledger(base=study.ledger)
    assert risks(study.evidence, 1995, ledger) == {}
    latest = risks(study.evidence, 2024, ledger)
    assert risks(study.evidence, 2030, ledger).keys() == latest.keys()
    assert all(q.low <= q.value <= q.high for q in latest.values())


def test_n_minus_1_has_all_forms_and_readings(study: Study) -> None:
    ledger = Ledger(base=study.ledger)
    records = redundancy(study.evidence, study.world, ledger, "copper")
    assert {record.form for record in records} >= {"copper-ore", "copper-cathode"}
    for record in records:
        for one, other in (
            (record.n_minus_1_global.value, record.n_minus_1_rest.value),
            (record.n_minus_1_global.low, record.n_minus_1_rest.low),
            (record.n_minus_1_global.high, record.n_minus_1_rest.high),
        ):
            if other is not None:
                assert one is not None
                assert one <= other + 1e-12
        shown = record.to_dict()
        for name in ("n_minus_1_global", "n_minus_1_rest", "n_minus_1_exports", "export_share"):
            assert shown[name]["lineage"] in ledger
    ore = next(record for record in records if record.form == "copper-ore")
    assert ore.export_share.value is not None
    assert ore.n_minus_1_exports.value == pytest.approx(1 / (1 - ore.export_share.value))


def test_n_minus_1_of_exports_is_missing_without_a_code(study: Study) -> None:
    records = redundancy(study.evidence, study.world, Ledger(base=study.ledger), "gallium")
    metal = next(record for record in records if record.form == "gallium-metal")
    assert metal.n_minus_1_exports.value is None
    assert metal.n_minus_1_exports.label is None


def test_n_minus_1_falls_when_the_leader_makes_more(tmp_path: Path) -> None:
    values = []
    for amount in (500.0, 800.0):
        evidence, world = small(tmp_path / str(amount), {"CHN": amount, "USA": 200}, amount + 200)
        (record,) = [
            r for r in redundancy(evidence, world, Ledger(base=world.ledger)) if r.form == "ree-ore"
        ]
        assert record.leader == "CHN"
        values.append(record.n_minus_1_global.value)
    assert values[0] is not None
    assert values[1] is not None
    assert values[1] < values[0]


def test_concentration_follows_the_outputs(tmp_path: Path) -> None:
    values = []
    for amount in (500.0, 800.0):
        evidence, world = small(tmp_path / str(amount), {"CHN": amount, "USA": 200}, 1000)
        (record,) = [
            r
            for r in concentration(evidence, world, Ledger(base=world.ledger))
            if r.form == "ree-ore"
        ]
        values.append((record.hhi.value, record.hhi.high))
        # stability 0 everywhere is a risk of one half
        assert record.weighted.value == pytest.approx(record.hhi.value / 2)
    assert values[0] == pytest.approx((0.29, 0.38))
    assert values[1] == pytest.approx((0.68, 0.68))
