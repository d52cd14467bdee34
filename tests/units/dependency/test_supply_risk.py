"""Supply risk as records: from files, from the release, with lineage and clear refusals."""

from __future__ import annotations

from pathlib import Path

import pytest

from midstream.dependency.supply_own import form_supply, material_supply
from midstream.dependency.supply_risk import METHODS, SupplyRisk, supply_risk
from midstream.errors import InputError
from midstream.evidence import Evidence, Ledger, Quantity
from midstream.study import Study
from units.dependency.test_supply_files import GOOD, files


def risks(study: Study, method: str, importer: str, **asked: object) -> list[SupplyRisk]:
    ledger = Ledger(base=study.ledger)
    return supply_risk(study.evidence, study.world, ledger, method, importer, **asked)


def quantities(record: SupplyRisk) -> list[Quantity]:
    return [record.hhi, record.import_risk, record.score, *record.parts.values()]


@pytest.mark.parametrize("method", METHODS)
def test_every_number_of_the_release_has_a_lineage_down_to_leaves(
    study: Study, method: str
) -> None:
    ledger = Ledger(base=study.ledger)
    found = supply_risk(study.evidence, study.world, ledger, method, "IND", "tungsten")
    assert found
    for record in found:
        for quantity in quantities(record):
            node = ledger[quantity.lineage]
            assert node.quantity == quantity
            assert node.formula
            assert all(name in ledger for name in node.inputs)
        assert ledger[record.score.lineage].inputs


@pytest.mark.parametrize("method", METHODS)
def test_records_have_the_keys_of_the_interface(study: Study, method: str) -> None:
    found = risks(study, method, "JPN", material="copper", year=2024)
    assert found
    for record in found:
        shown = record.to_dict()
        assert shown["importer"] == "JPN"
        assert shown["year"] == 2024
        assert {"material", "form", "stage", "hhi", "import_risk", "score"} <= set(shown)
        if record.hhi.value is not None:
            assert 0 <= record.hhi.value <= 1


def test_by_stage_a_material_has_its_forms_and_parts(study: Study) -> None:
    forms = {record.form for record in risks(study, "stage-consistent", "JPN", material="copper")}
    assert {"copper-ore", "copper-cathode"} <= forms
    parts = {r.material for r in risks(study, "stage-consistent", "JPN", material="rare-earths")}
    assert "ndpr" in parts


def test_own_data_of_a_material_span_years(study: Study) -> None:
    years = {record.year for record in risks(study, "geopolrisk", "JPN", material="tungsten")}
    assert len(years) > 1


def test_a_group_is_its_members(study: Study) -> None:
    (group,) = risks(study, "geopolrisk", "EU", material="tungsten", year=2024)
    (alias,) = risks(study, "geopolrisk", "EUU", material="tungsten", year=2024)
    (member,) = risks(study, "geopolrisk", "DEU", material="tungsten", year=2024)
    assert group.score.value == alias.score.value
    assert group.hhi == member.hhi or group.hhi.value == member.hhi.value
    assert group.import_risk.value != member.import_risk.value


def test_an_importer_outside_the_study_is_covered(study: Study) -> None:
    outside = next(c for c in ("ESP", "POL", "TUR") if c not in study.world.countries)
    found = risks(study, "stage-consistent", outside, material="copper")
    assert found
    assert all(record.score.high is not None for record in found)


def test_figures_of_a_cell_follow_its_files(study: Study, tmp_path: Path) -> None:
    before = risks(study, "stage-consistent", "B", files=files(tmp_path))[0].score.value
    more = GOOD["trade"].replace(",5,10", ",50,10")
    after = risks(study, "stage-consistent", "B", files=files(tmp_path, trade=more))[0]
    assert before is not None
    assert after.score.value is not None
    assert after.score.value > before
    calm = files(tmp_path, governance=GOOD["governance"].replace(".5", ".1"))
    softer = risks(study, "stage-consistent", "B", files=calm)[0].score.value
    assert softer is not None
    assert softer < before


def test_files_leave_a_leaf_for_each_material_and_year(study: Study, tmp_path: Path) -> None:
    ledger = Ledger(base=study.ledger)
    (record,) = supply_risk(
        study.evidence, study.world, ledger, "geopolrisk", "B", files=files(tmp_path)
    )
    assert "file:production.csv/ore/2024" in ledger[record.hhi.lineage].inputs
    inputs = ledger[record.import_risk.lineage].inputs
    assert {"file:trade.csv/ore/2024", "file:governance.csv/2024"} <= set(inputs)
    assert "by the reader" in ledger["file:trade.csv/ore/2024"].note


def test_a_group_in_files_may_carry_codes_or_names(study: Study, tmp_path: Path) -> None:
    scores = []
    for one, other in (("DEU", "FRA"), ("Germany", "France")):
        trade = GOOD["trade"] + f"A,{one},ore,2024,7,10\n{one},{other},ore,2024,2,1\n"
        (found,) = risks(study, "geopolrisk", "EU", files=files(tmp_path, trade=trade))
        scores.append(found.score.value)
    assert scores[0] == scores[1] == pytest.approx(0.68 * 7 * 0.5 / 9)


REFUSED = [
    ({"method": "geopolrisc"}, "method", "geopolrisk"),
    ({"importer": "Atlantis"}, "country", "Atlantis"),
    ({"importer": "WLD"}, "--importer", "aggregate"),
    ({"material": "copperr"}, "material", "copper"),
    ({"method": "eu", "material": "copperr"}, "material", "copper"),
    ({"material": "gallium"}, "--material", "customs code"),
    ({"method": "stage-consistent", "material": "gallium"}, "--material", "customs code"),
    ({"year": 1890}, "--year", "on record"),
    ({"method": "stage-consistent", "year": 1999}, "--year", "base year"),
    ({"trade_terms": {"CHN": -1.0}}, "trade_terms", "CHN"),
    ({"trade_terms": {"Atlantis": 1.0}}, "country", "Atlantis"),
]


@pytest.mark.parametrize(("changed", "where", "word"), REFUSED)
def test_what_is_unknown_is_refused(
    study: Study, changed: dict[str, object], where: str, word: str
) -> None:
    asked: dict[str, object] = {"method": "geopolrisk", "importer": "IND", "material": "tin"}
    asked |= changed
    method, importer = str(asked.pop("method")), str(asked.pop("importer"))
    with pytest.raises(InputError) as found:
        risks(study, method, importer, **asked)
    assert found.value.where == where
    assert word in str(found.value)


@pytest.mark.parametrize(
    ("changed", "where"),
    [
        ({"importer": "C"}, "--importer"),
        ({"material": "or"}, "material"),
        ({"year": 2023}, "--year"),
    ],
)
def test_what_the_files_do_not_hold_is_refused(
    study: Study, tmp_path: Path, changed: dict[str, object], where: str
) -> None:
    asked: dict[str, object] = {"importer": "B", **changed}
    importer = str(asked.pop("importer"))
    with pytest.raises(InputError) as found:
        risks(study, "geopolrisk", importer, files=files(tmp_path), **asked)
    assert found.value.where == where


def test_materials_and_years_without_trade_on_record_are_left_out(
    evidence: Evidence, study: Study
) -> None:
    ledger = Ledger(base=study.ledger)
    assert material_supply(evidence, ledger, "gallium").places == (), "its only code is a bundle"
    arrays = material_supply(evidence, ledger, "tungsten")
    traded = set(arrays.flow_place[arrays.quantity > 0].tolist())
    assert traded == set(range(len(arrays.places)))
    assert max(year for _, year in arrays.places) <= max(evidence.bulk.trade_years("hs92"))


def test_forms_without_measured_trade_leave_their_output_open(
    evidence: Evidence, study: Study
) -> None:
    supply = form_supply(evidence, study.world, Ledger(base=study.ledger), "rare-earths")
    assert "ndpr-oxide" in supply.notes
    assert "ndpr-oxide" not in supply.measured
    found = {r.form: r for r in risks(study, "stage-consistent", "IND", material="rare-earths")}
    oxide = found["ndpr-oxide"]
    assert oxide.score.value is None
    assert oxide.score.low == 0
    assert oxide.parts["score_of_imports"].value is not None
    assert any("284690" in note for note in oxide.stated)


def test_the_eu_method_states_what_is_not_on_record(study: Study) -> None:
    (found,) = [
        record
        for record in risks(study, "eu", "JPN", material="titanium")
        if record.form == "titanium-sponge"
    ]
    words = " ".join(found.stated)
    assert "substitution index not on record" in words
    assert "recycling input rate of titanium" in words
    assert found.score.value is not None
    wide = found.parts["score_eu_scale"].value
    assert wide == pytest.approx(10 * found.score.value)
    with_term = risks(study, "eu", "JPN", material="titanium", trade_terms={"CHN": 2.0})
    changed = next(record for record in with_term if record.form == "titanium-sponge")
    assert "trade terms not given" not in " ".join(changed.stated)
