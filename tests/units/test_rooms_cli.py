"""Commands of the dependency and shock rooms: keys of the interface, errors, lineage."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from midstream import answers
from midstream.errors import InputError
from midstream.shock.instruments import ShockRequest
from midstream.study import Study, load
from midstream.tables_text import dependency, shock

pytestmark = pytest.mark.usefixtures("kept_studies")
QUANTITY = {"value", "low", "high", "unit", "label", "lineage"}
REQUEST = ShockRequest(
    "CHN", "ndfeb-magnet", ("IND", "JPN"), "export-ban", depth=0.9, months=4, draws=8,
    seed=20261124, chain="magnets-light",
)  # fmt: skip
RUN = (
    "shock", "run", "--actor", "CHN", "--form", "ndfeb-magnet", "--target", "IND",
    "--target", "JPN", "--instrument", "export-ban", "--depth", "0.9", "--months", "4",
    "--draws", "8", "--chain", "magnets-light",
)  # fmt: skip
SMALL_FILES = {
    "production": "country,material,year,quantity_t\nA,tin,2020,60\nB,tin,2020,40\n",
    "trade": (
        "exporter,importer,material,year,quantity_t,value_kusd\n"
        "A,C,tin,2020,30,300\nB,C,tin,2020,10,100\n"
    ),
    "governance": "country,year,risk\nA,2020,0.8\nB,2020,0.2\nC,2020,0.1\n",
}


def quantities(value: Any) -> list[dict[str, Any]]:
    """Every quantity in a document."""
    if isinstance(value, dict):
        if set(value) == QUANTITY:
            return [value]
        return [one for part in value.values() for one in quantities(part)]
    if isinstance(value, list):
        return [one for part in value for one in quantities(part)]
    return []


class TestDependency:
    def test_concentration_has_the_keys_of_the_interface(self, study: Study) -> None:
        answer = answers.concentration_answer(study, "gallium")
        keys = {"material", "form", "stage", "year", "hhi", "leader", "leader_share"}
        assert all(keys <= set(one) for one in answer["result"])
        assert {one["series"] for one in answer["result"]} > {"world"}
        assert "CHN" in dependency.concentrations(answer)

    def test_leverage_is_a_list_with_the_cut_in_every_row(self, study: Study) -> None:
        answer = answers.leverage_answer(study, "gallium", "CHN")
        keys = {
            "holder", "stage", "shapley", "min_cut_share", "extraction_loss",
            "n_minus_1_global", "n_minus_1_rest", "cut", "leverage",
        }  # fmt: skip
        assert all(keys <= set(one) for one in answer["result"])
        assert "gallium-metal" in dependency.leverages(answer)
        assert "lead.new.C2" in answer["assumptions"]
        assert not any(one.startswith("shock.") for one in answer["assumptions"])

    def test_shared_is_a_matrix_of_sectors_by_forms(self, study: Study) -> None:
        result = answers.shared_answer(study)["result"]
        assert len(result["matrix"]) == len(result["sectors"])
        assert {len(row) for row in result["matrix"]} == {len(result["forms"])}
        assert all({"form", "sectors", "value"} <= set(one) for one in result["build_once"])
        assert "ndfeb-magnet" in dependency.shared(answers.shared_answer(study))

    def test_the_thesis_says_yes_no_or_undetermined(self, study: Study) -> None:
        answer = answers.thesis_answer(study)
        assert answer["result"]["verdict"] in ("yes", "no", "undetermined")
        assert answer["result"]["holder"] == study.config.incumbents[0]
        assert "over all chains" in dependency.thesis(answer)

    def test_a_study_without_an_incumbent_asks_for_a_holder(self, small: Study) -> None:
        with pytest.raises(InputError, match="--holder CHN"):
            answers.thesis_answer(small)

    def test_supply_risk_from_files_follows_the_formula(self, run: Any, tmp_path: Path) -> None:
        paths = []
        for name, text in SMALL_FILES.items():
            (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
            paths += [f"--{name}", str(tmp_path / f"{name}.csv")]
        asked = ("--method", "geopolrisk", "--importer", "C", "--json")
        code, out, _ = run("dependency", "supply-risk", *asked, *paths)
        assert code == 0
        (found,) = json.loads(out)["result"]
        assert found["hhi"]["value"] == pytest.approx(0.6**2 + 0.4**2)
        assert found["import_risk"]["value"] == pytest.approx((30 * 0.8 + 10 * 0.2) / 40)
        assert found["score"]["value"] == pytest.approx(0.52 * 0.65)

    def test_two_files_of_three_are_refused(self, run: Any, tmp_path: Path) -> None:
        (tmp_path / "p.csv").write_text(SMALL_FILES["production"], encoding="utf-8")
        asked = ("--method", "geopolrisk", "--importer", "C")
        code, out, err = run(
            "dependency", "supply-risk", *asked, "--production", str(tmp_path / "p.csv")
        )
        assert (code, out) == (2, "")
        assert "--trade and --governance not given" in err

    @pytest.mark.parametrize(
        ("arguments", "says"),
        [
            (("leverage", "--chain", "galium"), "gallium"),
            (("leverage", "--chain", "tungsten"), "Tungsten apt"),
            (("leverage", "--chain", "gallium", "--holder", "CHX"), "CHN"),
            (("supply-risk", "--method", "geopol", "--importer", "IND"), "geopolrisk"),
            (("concentration", "--material", "galium"), "gallium"),
        ],
    )
    def test_unknown_words_get_the_nearest(
        self, run: Any, arguments: tuple[str, ...], says: str
    ) -> None:
        code, out, err = run("dependency", *arguments)
        assert (code, out) == (2, "")
        assert err.count("Error: ") == 1
        assert says in err


class TestShock:
    def test_a_run_has_the_keys_of_the_interface_and_every_number_a_lineage(self, run: Any) -> None:
        code, out, _ = run(*RUN, "--json")
        assert code == 0
        answer = json.loads(out)
        result = answer["result"]
        keys = {
            "months", "price_outside", "price_inside", "deliveries", "cover", "output_lost",
            "winners", "rivals", "similar_episodes",
        }  # fmt: skip
        assert keys <= set(result)
        assert len(result["price_outside"]) == len(result["months"])
        assert {"IND", "JPN"} <= set(result["deliveries"])
        assert len(result["similar_episodes"]) == 3
        assert answer["assumptions"]
        assert all(one["lineage"] for one in quantities(result))

    def test_a_run_prints_paths_losses_and_record(self, study: Study) -> None:
        out = shock.shock(answers.shock_answer(study, REQUEST))
        for words in ("price outside", "to IND", "months of output lost", "like it in history"):
            assert words in out

    def test_its_numbers_open_from_the_terminal(self, run: Any) -> None:
        code, out, _ = run(*RUN, "--json")
        assert code == 0
        lineage = json.loads(out)["result"]["deliveries"]["IND"][1]["lineage"]
        code, out, _ = run("evidence", "trace", lineage, "--json")
        assert code == 0
        assert json.loads(out)["result"]["id"] == lineage

    def test_a_bill_is_evaluated_for_the_buyers_of_a_country(
        self, study: Study, tmp_path: Path
    ) -> None:
        bill = tmp_path / "bill.csv"
        bill.write_text(
            "item,form,annual quantity,unit,annual value,stock months,sole source\n"
            "rotor,ndfeb-magnet,10,t,600000,1,yes\n",
            encoding="utf-8",
        )
        before = bill.read_bytes()
        answer = answers.shock_answer(study, REQUEST, bill)
        (item,) = answer["result"]["bill"]["items"]
        assert item["standing"] == "hit"
        assert "rotor" in shock.shock(answers.shock_answer(study, REQUEST, bill, "JPN"))
        assert bill.read_bytes() == before

    def test_a_broken_bill_stops_the_run(self, run: Any, tmp_path: Path) -> None:
        bill = tmp_path / "bill.csv"
        bill.write_text("item,form,annual quantity,unit\nrotor,ndfeb-magnet,many,t\n", "utf-8")
        code, out, err = run(*RUN, "--bom", str(bill))
        assert (code, out) == (2, "")
        assert err.count("Error: ") == 1
        assert "bill.csv:2:" in err

    @pytest.mark.parametrize(
        ("field", "value", "says"),
        [
            ("actor", "CHX", "--actor"),
            ("targets", ("IND", "CHN"), "both actor and target"),
            ("depth", 1.9, "--depth"),
            ("months", -4, "--months"),
            ("draws", 1_000_000, "--draws"),
            ("instrument", "ban", "--instrument"),
            ("form", "ndfeb-magnets", "ndfeb-magnet"),
            ("chain", "graphite", "anode-material"),
            ("notice_days", -1.0, "--notice-days"),
        ],
    )
    def test_a_request_that_cannot_be_run_says_why(
        self, study: Study, field: str, value: object, says: str
    ) -> None:
        with pytest.raises(InputError, match=says):
            answers.shock_answer(study, replace(REQUEST, **{field: value}))

    def test_the_command_line_stops_with_one_error(self, run: Any) -> None:
        code, out, err = run(*("1.9" if part == "0.9" else part for part in RUN))
        assert (code, out) == (2, "")
        assert err.count("Error: ") == 1
        assert "--depth" in err

    def test_the_backtest_has_one_entry_per_predictor(self, study: Study) -> None:
        answer = answers.backtest_answer(study)
        found = answer["result"]
        names = {
            "model", "no_change", "static", "share_rule", "refitted_share_rule",
            "capped_share_rule",
        }  # fmt: skip
        assert set(found["mean_abs_log_error"]) == set(found["median_abs_log_error"]) == names
        assert 0 <= found["coverage_80"] <= 1
        assert "shock.peak.scale" in answer["assumptions"]
        assert len(found["episodes"]) == 46
        assert "capped share rule" in shock.backtest(answer)

    def test_a_file_of_episodes_is_scored_from_the_shipped_fit(
        self, run: Any, tmp_path: Path, study: Study
    ) -> None:
        rows = study.evidence.table("episode_inputs").rows
        file = tmp_path / "others.csv"
        file.write_text(
            "episode,set,material,stage,instrument_class,month_of_force,supply_share,"
            "stock_cover_months,spare_capacity,announced_length_months,pass_ratio,"
            "observed_peak_month,observed_peak_ratio,observed_prices,null_case\n"
            "Somewhere 2001,blind,tin,C2,ban,0,0.5,3,0.1,,0.2;0.2;0.2;0.2,3,1.5,,0\n",
            encoding="utf-8",
        )
        code, out, err = run("shock", "backtest", "--episodes", str(file), "--json")
        assert code == 0, err
        (found,) = json.loads(out)["result"]["episodes"]
        assert found["observed_log_ratio"] == pytest.approx(0.405465)
        assert found["low"] <= found["model"] <= found["high"]
        assert len(rows) == 46


@pytest.mark.parametrize(
    "lineage",
    [
        "f:dependency.leverage/CHN/ndpr-oxide/magnets-light",
        "f:dependency.build-once/ndfeb-magnet",
        "f:dependency.lock-in/IND/MDG/flake-graphite",
        "f:dependency.score/eu/IND/acid-grade-fluorspar/2024",
        "f:shock.balanced/AUS/CHN/ree-ore",
    ],
)
def test_numbers_of_the_rooms_can_be_traced(study: Study, lineage: str) -> None:
    tree = answers.evidence_trace(study, lineage)["result"]
    assert tree["id"] == lineage
    assert tree["inputs"]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('"gallium"]', '"galium"]', "unknown chain 'galium'"),
        ('form = "dy-tb-oxide"', 'form = "dy-oxide"', "unknown form 'dy-oxide'"),
        ('targets = ["IND", "USA", "JPN"]', 'targets = ["IND", "UK"]', "unknown country 'UK'"),
        ("depth = 0.9", "depth = 9.0", "shocks.0.depth"),
    ],
)
def test_a_study_names_only_chains_and_shocks_that_exist(
    tmp_path: Path, old: str, new: str, says: str
) -> None:
    text = files("midstream.studies").joinpath("india-us.toml").read_text("utf-8")
    assert old in text
    path = tmp_path / "study.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError, match=says):
        load(path)


def test_a_shock_of_a_study_is_asked_for_by_name(study: Study) -> None:
    assert study.case("magnets").form == "ndfeb-magnet"
    assert study.case("magnets").chain == "magnets-light"
    with pytest.raises(InputError, match="its shocks are magnets, heavy-oxide"):
        study.case("magnet")


def test_chains_the_study_shows_come_first(study: Study) -> None:
    assert tuple(study.routes)[: len(study.config.chains)] == study.config.chains
    assert len(study.routes) == len(study.evidence.table("chains").rows)
