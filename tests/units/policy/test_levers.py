"""Levers and packages on file: what they name, in what order they come, what they cost."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from midstream.answers.policy_levers import levers_answer
from midstream.errors import InputError
from midstream.evidence import Evidence, Ledger
from midstream.policy.catalogue import catalogue
from midstream.policy.choose import resolve
from midstream.policy.costs import cost, drawn_cost, ends, total_cost
from midstream.policy.frame import Lever
from midstream.policy.lever_checks import circle_of
from midstream.policy.lever_words import KINDS, words
from midstream.policy.levers import levers
from midstream.policy.packages import packages
from midstream.scenarios.frame import Frame
from midstream.study import Study
from midstream.tables_text.policy_levers import levers as as_text
from units.scenarios.changed import with_rows

FRAME = Frame(20261124, 400, 2024)
DECLARED = Path(__file__).resolve().parents[3] / "tools" / "derive" / "declared"
#: Levers taken out as if their sources were.
GONE = {"tech-jv", "acreage"}
#: Packages the question of the study needs, and two that are not of India.
WANTED = {
    "acreage-only",
    "technology-offtake",
    "magnet-scheme",
    "framework-2026",
    "recycling-scheme",
    "national-mission",
    "us-package",
    "japan-package",
}


@pytest.fixture(scope="module")
def held(evidence: Evidence) -> dict[str, Lever]:
    return dict(levers(evidence))


def changed(evidence: Evidence, table: str, row_id: str, **cells: Any) -> Evidence:
    """The release with some cells of one row changed."""
    rows = [{**row, **cells} if row["id"] == row_id else row for row in evidence.table(table).rows]
    assert rows != list(evidence.table(table).rows)
    return with_rows(evidence, **{table: rows})


class TestLevers:
    def test_every_lever_says_who_what_when(self, held: dict[str, Lever]) -> None:
        assert list(held) == sorted(held)
        for lever in held.values():
            assert lever.stages, lever.id
            assert lever.effects, lever.id
            assert {effect.lever for effect in lever.effects} == {lever.id}
            assert lever.source or lever.standing_of_fact == "assumed", lever.id

    def test_every_effect_names_a_source_or_is_assumed(self, held: dict[str, Lever]) -> None:
        effects = [effect for lever in held.values() for effect in lever.effects]
        assert {effect.standing_of_fact for effect in effects} >= {"assumed", "sourced"}
        for effect in effects:
            assert effect.source or effect.standing_of_fact == "assumed", effect.id

    def test_an_effect_acts_in_the_country_of_its_lever(self, held: dict[str, Lever]) -> None:
        (effect,) = [one for one in held["us-heavy"].effects if one.kind == "entrants"]
        assert effect.country == "USA"
        floor = next(one for one in held["jp-lynas-offtake"].effects if one.kind == "floor")
        assert floor.country == "MYS"

    def test_a_missing_cost_stays_missing(self, held: dict[str, Lever]) -> None:
        assert held["framework-terms"].cost is None
        assert held["irel-allocation"].cost is None

    def test_one_figure_stands_for_all_three(self, held: dict[str, Lever]) -> None:
        found = held["repm"].cost
        assert found is not None
        assert len(set(found)) == 1

    def test_levers_of_the_record_name_what_they_stand_for(
        self, evidence: Evidence, held: dict[str, Lever]
    ) -> None:
        for lever in held.values():
            stands_for = {one.target for one in lever.effects if one.kind == "remove"}
            assert bool(stands_for) == lever.in_base, lever.id
            assert stands_for <= set(evidence.facilities)

    def test_exclusions_hold_both_ways_or_are_said_once(self, held: dict[str, Lever]) -> None:
        for lever in held.values():
            for other in lever.excludes:
                assert other in held
                assert other not in lever.prerequisites

    def test_order_of_rows_does_not_matter(
        self, evidence: Evidence, held: dict[str, Lever]
    ) -> None:
        turned = with_rows(
            evidence,
            levers=reversed(evidence.table("levers").rows),
            lever_effects=reversed(evidence.table("lever_effects").rows),
        )
        assert dict(levers(turned)) == held

    def test_levers_whose_sources_are_left_out_leave_no_loose_ends(
        self, evidence: Evidence
    ) -> None:
        kept = [row for row in evidence.table("levers").rows if row["id"] not in GONE]
        less = with_rows(evidence, levers=kept)
        with pytest.raises(InputError, match="unknown lever"):
            levers(less)
        less.without_licences = frozenset({"a licence"})
        found = levers(less)
        assert found.keys() == levers(evidence).keys() - GONE
        assert found["tech-lines"].prerequisites == ("offtake-cfd",)
        sets = packages(less, found)
        assert "tech-jv, its sources left out" in sets["technology-offtake"].missing
        assert "acreage-only" not in sets


class TestPackages:
    def test_all_are_on_file(self, evidence: Evidence) -> None:
        found = packages(evidence)
        assert set(found) >= WANTED
        assert {found["us-package"].country, found["japan-package"].country} == {"USA", "JPN"}

    def test_what_is_not_public_adds_nothing(self, evidence: Evidence) -> None:
        choice = resolve(evidence, ["framework-2026"])
        assert choice.packages[0].missing
        kinds = {effect.kind for lever in choice.levers for effect in lever.effects}
        assert kinds == {"uncounted"}
        assert any("terms not public" in warning for warning in choice.warnings)

    def test_acreage_touches_no_processing(self, evidence: Evidence) -> None:
        forms = evidence.forms
        for lever in resolve(evidence, ["acreage-only"]).levers:
            assert lever.stages == ("C1",)
            for effect in lever.effects:
                assert not effect.form or forms[effect.form]["stage"] == "C1"

    def test_the_magnet_scheme_is_run_against_a_base_without_it(self, evidence: Evidence) -> None:
        choice = resolve(evidence, ["magnet-scheme"])
        assert [lever.id for lever in choice.levers] == ["repm"]
        assert choice.without == choice.levers
        assert resolve(evidence, ["repm"]).without == choice.without


class TestChoose:
    def test_levers_and_packages_mix_in_any_order(self, evidence: Evidence) -> None:
        one = resolve(evidence, ["delivery-unit", "recycling-scheme", "recycling"])
        other = resolve(evidence, ["recycling-scheme", "delivery-unit"])
        assert one.levers == other.levers
        assert [lever.id for lever in one.levers] == ["delivery-unit", "recycling"]
        assert one.subject == "IND"

    def test_a_package_brings_levers_of_others_under_its_own_country(
        self, evidence: Evidence
    ) -> None:
        mixed = changed(evidence, "packages", "acreage-only", levers=("acreage", "us-heavy"))
        assert resolve(mixed, ["acreage-only"]).subject == "IND"

    def test_the_country_can_be_named(self, evidence: Evidence) -> None:
        assert resolve(evidence, ["us-heavy", "recycling"], "JPN").subject == "JPN"

    def test_a_prerequisite_that_is_not_there_is_a_warning_that_mends(
        self, evidence: Evidence
    ) -> None:
        warnings = resolve(evidence, ["tech-lines"]).warnings
        assert warnings == (
            "tech-lines needs tech-jv and offtake-cfd first, which is not among the levers: add "
            "tech-jv offtake-cfd",
        )
        assert resolve(evidence, ["tech-lines", "tech-jv", "offtake-cfd"]).warnings == ()

    def test_the_base_can_hold_a_prerequisite(self, evidence: Evidence) -> None:
        assert resolve(evidence, ["repm-2"], strict=True).warnings == ()
        bare = changed(evidence, "packages", "recycling-scheme", without=("repm",))
        warnings = resolve(bare, ["repm-2", "recycling-scheme"]).warnings
        assert warnings[0].startswith("repm-2 needs repm first")

    def test_strict_refuses_what_is_a_warning_otherwise(self, evidence: Evidence) -> None:
        with pytest.raises(InputError, match="needs tech-jv first") as caught:
            resolve(evidence, ["defence-offtake"], strict=True)
        assert "add them" in caught.value.mend


class TestCosts:
    def test_rupees_are_turned_at_the_rate_of_their_year(
        self, evidence: Evidence, held: dict[str, Lever]
    ) -> None:
        lever = held["repm"]
        found, law = lever.cost, ends(evidence, lever)
        rate = next(
            row["per_usd"]
            for row in evidence.table("fx").rows
            if row["currency"] == "INR" and int(row["year"]) == lever.price_year
        )
        assert found is not None
        assert law is not None
        assert lever.price_year == evidence.parameter("capital.price-year").value
        assert law[1] == pytest.approx(found[1] / rate / 1e6)

    def test_draws_lie_between_the_ends_and_are_the_same_again(
        self, evidence: Evidence, held: dict[str, Lever]
    ) -> None:
        lever = held["tech-jv"]
        drawn, law = drawn_cost(evidence, FRAME, lever), ends(evidence, lever)
        assert drawn is not None
        assert law is not None
        assert law[0] <= drawn.min() < drawn.max() <= law[2]
        assert drawn.mean() == pytest.approx(sum(law) / 3, rel=0.02)
        again = drawn_cost(evidence, FRAME, lever)
        assert again is not None
        assert (drawn == again).all()

    def test_no_cost_is_no_number_and_has_a_lineage(
        self, evidence: Evidence, held: dict[str, Lever]
    ) -> None:
        ledger = Ledger(base=evidence.ledger)
        found = cost(evidence, FRAME, held["border-price"], ledger)
        assert (found.value, found.label) == (None, None)
        assert drawn_cost(evidence, FRAME, held["border-price"]) is None
        leaf = ledger.trace(found.lineage)["inputs"][0]
        assert leaf["note"] == "no figure on record"

    def test_a_total_names_what_has_no_figure(
        self, evidence: Evidence, held: dict[str, Lever]
    ) -> None:
        ledger = Ledger(base=evidence.ledger)
        both = [held["border-price"], held["tech-jv"]]
        total = total_cost(evidence, FRAME, both, ledger)
        alone = cost(evidence, FRAME, held["tech-jv"], ledger)
        assert total.missing == ("border-price",)
        assert total.cost.value == alone.value
        assert total_cost(evidence, FRAME, both[:1], ledger).cost.value is None

    def test_a_total_adds_draw_by_draw_in_any_order(
        self, evidence: Evidence, held: dict[str, Lever]
    ) -> None:
        ledger = Ledger(base=evidence.ledger)
        some = [held[name] for name in ("tech-jv", "repm", "delivery-unit")]
        total = total_cost(evidence, FRAME, some, ledger).cost
        assert total == total_cost(evidence, FRAME, some[::-1], ledger).cost
        drawn = [drawn_cost(evidence, FRAME, lever) for lever in some]
        parts = np.sum([part for part in drawn if part is not None], axis=0)
        assert total.value == pytest.approx(np.median(parts))

    def test_a_sourced_cost_carries_the_label_of_its_sources(
        self, evidence: Evidence, held: dict[str, Lever]
    ) -> None:
        ledger = Ledger(base=evidence.ledger)
        found = cost(evidence, FRAME, held["repm"], ledger)
        leaf = ledger["lever:repm/cost"]
        assert leaf.kind == "observation"
        assert leaf.quantity.label == evidence.label_of_sources(held["repm"].source)
        assert found.label == "modelled"
        cost(evidence, FRAME, held["tech-jv"], ledger)
        assert ledger["lever:tech-jv/cost"].kind == "assumption"


class TestCatalogue:
    def test_every_kind_has_words(self, evidence: Evidence, held: dict[str, Lever]) -> None:
        schema = evidence.schemas["lever_effects"].attribute("kind")
        assert schema is not None
        assert schema.type == f"enum({'|'.join(KINDS)})"
        for lever in held.values():
            for effect in lever.effects:
                assert words(evidence, effect), effect.id

    def test_it_can_be_narrowed_to_a_country(self, evidence: Evidence) -> None:
        ledger = Ledger(base=evidence.ledger)
        found = catalogue(evidence, FRAME, ledger, "JPN")
        assert {row.lever.country for row in found.levers} == {"JPN"}
        assert [row.package.id for row in found.packages] == ["japan-package"]
        with pytest.raises(InputError, match="unknown country 'JPP'"):
            catalogue(evidence, FRAME, ledger, "JPP")

    def test_the_answer_traces_and_prints(self, india: Study) -> None:
        answer = levers_answer(india)
        result = answer["result"]
        assert {row["id"] for row in result["packages"]} >= WANTED
        for row in result["levers"]:
            for effect in row["effects"]:
                assert effect["size"]["lineage"] in india.ledger
            assert india.ledger.trace(row["cost"]["lineage"])["inputs"]
        text = as_text(answer)
        assert "not on record" in text
        assert "framework-2026: terms not public" in text
        assert all(row["id"] in text for row in result["levers"])

    def test_a_country_without_levers_is_said(self, small: Study) -> None:
        assert levers_answer(small)["result"]["levers"]
        answer = levers_answer(small, "DEU")
        assert answer["warnings"] == ["no lever of DEU is on file"]
        assert as_text(answer) == "Note: no lever of DEU is on file"


class TestDerivation:
    def test_shipped_rows_are_the_declared_ones(self) -> None:
        """Cells the derivation does not fill from the register stand as they are declared."""
        for name, table in (("lever_words", "levers"), ("lever_effects", "lever_effects")):
            shipped = {row["id"]: row for row in rows_of(data() / f"{table}.csv")}
            declared = rows_of(DECLARED / f"{name}.csv")
            assert {row["id"] for row in declared} == set(shipped)
            carried = 0
            for row in declared:
                for column, cell in row.items():
                    carried += cell == "collected"
                    if cell != "collected" and column != "source":
                        assert shipped[row["id"]][column] == cell, (row["id"], column)
            assert carried > 20

    def test_a_collected_lever_without_words_stops_the_derivation(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        module, error = derivation(monkeypatch)
        (tmp_path / "evidence").mkdir()
        (tmp_path / "evidence" / "levers.csv").write_text("id\nnew-lever\n", encoding="utf-8")
        with pytest.raises(error, match="no row for the collected lever new-lever"):
            module.add_levers({}, tmp_path, DECLARED)

    def test_sizes_are_carried_from_the_smallest_to_the_largest(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        module, error = derivation(monkeypatch)
        row = {"id": "a", "lever": "a", **dict.fromkeys(("low", "mode", "high"), "collected")}
        sizes = {"effect_low": "-0.2", "effect_mode": "+0.5", "effect_high": "-1.0"}
        assert module._effect(row, sizes) == {**row, "low": "-1.0", "mode": "-0.2", "high": "0.5"}
        with pytest.raises(error, match="a collected size is blank"):
            module._effect(row, sizes | {"effect_low": ""})
        with pytest.raises(error, match="is not collected for a row of our own"):
            module._effect(row, None)


def data() -> Path:
    import midstream

    return Path(midstream.__file__).parent / "data"


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def derivation(monkeypatch: pytest.MonkeyPatch) -> tuple[Any, type[Exception]]:
    """The module of the derivation and its error; the scripts are a folder and not a package."""
    import importlib
    import sys

    names = ("tables", "phrases", "events_text", "registers", "levers")
    for name in names:
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.syspath_prepend(str(DECLARED.parent))
    module = importlib.import_module("levers")
    error = sys.modules["tables"].DerivationError
    for name in names:
        monkeypatch.delitem(sys.modules, name, raising=False)
    return module, error


class TestCircles:
    @pytest.mark.parametrize(
        ("needs", "circle"),
        [
            ({"a": ["b"], "b": []}, ()),
            ({"a": ["a"]}, ("a", "a")),
            ({"a": ["b"], "b": ["c"], "c": ["b"]}, ("b", "c", "b")),
            ({"a": ["b", "c"], "b": ["d"], "c": ["d"], "d": []}, ()),
        ],
    )
    def test_found(self, needs: dict[str, list[str]], circle: tuple[str, ...]) -> None:
        assert circle_of(needs) == circle
