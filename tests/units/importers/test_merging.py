"""An import before and after it is accepted: what it says, what it writes, and what it leaves."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pytest

from midstream.answers.importing import import_answer
from midstream.errors import InputError
from midstream.evidence import Evidence
from midstream.evidence.checks import check_release
from midstream.evidence.importers import Wish, prepared
from units.importers.samples import BACI, BACI_NAME, CODES, WMD, contents, written


class Accepted(NamedTuple):
    folder: Path
    answer: dict[str, Any]


def local_copy(accepted: Accepted, tmp_path: Path) -> Path:
    return Path(shutil.copytree(accepted.folder, tmp_path / "local"))


def wish(
    tmp_path: Path, kind: str = "wmd", text: str = WMD, name: str = "", **more: object
) -> Wish:
    path = written(tmp_path / (name or f"{kind}.csv"), text)
    return Wish(kind, path, tmp_path / "local", accept=bool(more.get("accept")))


@pytest.fixture(scope="module")
def accepted(evidence: Evidence, tmp_path_factory: pytest.TempPathFactory) -> Accepted:
    """A local data folder after one import, and what the import said."""
    place = tmp_path_factory.mktemp("accepted")
    answer = import_answer(wish(place, accept=True), evidence, draws=0)["result"]
    return Accepted(place / "local", answer)


def test_nothing_is_written_before_it_is_accepted(evidence: Evidence, tmp_path: Path) -> None:
    with prepared(wish(tmp_path), evidence) as found:
        assert found.batch.rows == 6
        assert found.merged.added > 0
        assert found.merged.changed > 0
    assert [path.name for path in tmp_path.iterdir()] == ["wmd.csv"]


def test_what_is_accepted_is_a_whole_release_of_its_own(
    evidence: Evidence, accepted: Accepted
) -> None:
    answer = accepted.answer
    assert answer["written"] == str(accepted.folder)
    local = Evidence.load(accepted.folder)
    assert local.release.id == answer["data_release"]
    assert local.release.id.startswith(f"{evidence.release.id}-local-")
    assert [one.line() for one in check_release(local)] == []
    rows = [one for one in local.observations if one.source == "wmd-2026" and one.period == "2024"]
    assert {one.value for one in rows if one.country == "BOL" and one.material == "tin"} == {19000}
    assert "wmd.csv" in local.sources["wmd-2026"]["note"]


def test_the_same_file_again_changes_nothing(
    evidence: Evidence, accepted: Accepted, tmp_path: Path
) -> None:
    before = contents(local_copy(accepted, tmp_path))
    again = import_answer(wish(tmp_path, accept=True), evidence, draws=0)["result"]
    assert (again["added"], again["changed"], again["unchanged"]) == (0, 0, 6)
    assert contents(tmp_path / "local") == before


def test_a_second_import_adds_to_the_first(
    evidence: Evidence, accepted: Accepted, tmp_path: Path
) -> None:
    local_copy(accepted, tmp_path)
    more = "Mineral,Country,2022,unit\nTin,Peru,29000,metr. t\n"
    second = wish(tmp_path, text=more, name="more.csv", accept=True)
    assert import_answer(second, evidence, draws=0)["result"]["added"] == 1
    local = Evidence.load(tmp_path / "local")
    tin = {(one.country, one.period) for one in local.observations if one.material == "tin"}
    assert {("PER", "2022"), ("BOL", "2024")} <= tin


def test_conflicts_and_labels_are_named(accepted: Accepted) -> None:
    answer = accepted.answer
    china = [one for one in answer["conflicting"] if "China" in one["what"]]
    assert china[0]["says"]["wmd"] == 50000
    assert china[0]["says"]["usgs"] != 50000
    labels = {one["what"]: (one["old"], one["new"]) for one in answer["labels"]}
    assert labels["Production, Cobalt, China, Co, 2024"] == ("V1", "U")


def test_scores_that_change_are_named(evidence: Evidence, tmp_path: Path) -> None:
    text = (
        "metric,value,unit,original_unit,period,country,partner,material,form,stage,sector,"
        "entity,per_unit,basis,kind,source,origin\n"
        "production,150000,t,t,2024,IND,,magnet-rare-earths,ndfeb-magnet,C3,,,,sintered blank,"
        "reported,usgs-mcs-2025,usgs\n"
    )
    answer = import_answer(wish(tmp_path, "observations", text), evidence, draws=100)["result"]
    assert answer["added"] == 1
    changed = [one for one in answer["scores"] if (one["country"], one["stage"]) == ("IND", "C3")]
    assert changed
    assert all(one["old"] != one["new"] for one in answer["scores"])
    assert max(one["new"]["score"] - one["old"]["score"] for one in changed) > 0.5


def test_a_year_of_trade_takes_the_place_of_the_old_one(evidence: Evidence, tmp_path: Path) -> None:
    written(tmp_path / "country_codes_V202701.csv", CODES)
    asked = wish(tmp_path, "baci", BACI, BACI_NAME, accept=True)
    answer = import_answer(asked, evidence, draws=0)["result"]
    held = len(evidence.bulk.trade(2024, ["850511", "250490"]))
    assert answer["rows"] == 4
    assert answer["removed"] == held - 4
    # The other nomenclature says something else about a code that both hold.
    assert answer["conflicting"][0]["id"] == "CHN/USA/250490/2024"
    assert "value_kusd (hs92)" in answer["conflicting"][0]["says"]
    local = Evidence.load(tmp_path / "local")
    flows = {(one.exporter, one.importer): one for one in local.bulk.trade(2024, ["850511"])}
    assert {key: flow.value_kusd for key, flow in flows.items()} == {
        ("CHN", "IND"): 100.0, ("CHN", "USA"): 50.0, ("USA", "IND"): 1.0,
    }  # fmt: skip
    assert flows["CHN", "USA"].qty_t is None
    other = ["280461"]
    assert local.bulk.trade(2024, other) == evidence.bulk.trade(2024, other)
    assert "cepii-baci-202701" in local.sources
    assert BACI_NAME in local.sources["cepii-baci-202601"]["note"]


def test_a_new_edition_of_usgs_stands_beside_the_older_ones(
    evidence: Evidence, tmp_path: Path
) -> None:
    text = (
        "SOURCE,COMMODITY,COUNTRY,TYPE,UNIT_MEAS,PROD_2025,PROD_EST_ 2026\n"
        "MCS2027,Cobalt,Congo (Kinshasa),Mine production,metric tons,1000,2000\n"
    )
    asked = wish(tmp_path, "usgs-mcs", text, "MCS2027_World_Data.csv", accept=True)
    answer = import_answer(asked, evidence, draws=0)["result"]
    assert answer["added"] == 2
    assert answer["conflicting"][0]["says"]["import"] == "1000"
    local = Evidence.load(tmp_path / "local")
    newest = local.bulk.production("cobalt", "C1", "mine")
    assert {(one.country, one.period, one.value) for one in newest} == {
        ("COD", "2025", 1000.0), ("COD", "2026", 2000.0),
    }  # fmt: skip
    older = local.bulk.production("cobalt", "C1", "mine", edition=2026)
    assert len(older) == len(evidence.bulk.production("cobalt", "C1", "mine", edition=2026))


def test_governance_replaces_its_years_only(evidence: Evidence, tmp_path: Path) -> None:
    text = "code,year,indicator,estimate,stddev\nIND,2024,pv,-2.0,0.1\nIND,2025,pv,-2.1,0.1\n"
    answer = import_answer(wish(tmp_path, "wgi", text, accept=True), evidence, draws=0)["result"]
    assert (answer["added"], answer["changed"], answer["removed"]) == (1, 1, 0)
    local = Evidence.load(tmp_path / "local")
    assert local.bulk.governance(2025)["IND"].value == -2.1
    assert local.bulk.governance(2024)["CHN"] == evidence.bulk.governance(2024)["CHN"]
    file = str(tmp_path / "local" / "bulk" / "governance.parquet")
    twice = "SELECT country FROM read_parquet(?) GROUP BY country, year HAVING count(*) > 1"
    assert duckdb.execute(twice, [file]).fetchall() == []


def test_a_year_of_the_release_in_the_publishers_layout_changes_nothing(
    evidence: Evidence, tmp_path: Path
) -> None:
    held = evidence.folder.path / "bulk"
    flows = duckdb.execute(
        "SELECT exporter, importer, hs6, value_kusd, qty_t FROM read_parquet(?) "
        "WHERE \"table\" = 'hs17' AND year = 2024",
        [str(held / "trade.parquet")],
    ).fetchall()
    numbers = {
        name: n for n, name in enumerate(sorted({f[0] for f in flows} | {f[1] for f in flows}))
    }
    letters = {**{name: name for name in numbers}, "TWN": "S19"}
    written(
        tmp_path / "country_codes_V202601.csv",
        "country_code,country_iso3\n" + "".join(f"{n},{letters[k]}\n" for k, n in numbers.items()),
    )
    text = "t,i,j,k,v,q\n" + "".join(
        f"2024,{numbers[i]},{numbers[j]},{int(k)},{v!r},{'NA' if q is None else repr(q)}\n"
        for i, j, k, v, q in flows
    )
    asked = wish(tmp_path, "baci", text, "BACI_HS17_Y2024_V202601.csv")
    found = import_answer(asked, evidence, draws=0)["result"]
    counts = [found[name] for name in ("added", "changed", "removed", "unchanged")]
    assert counts == [0, 0, 0, len(flows)]


def test_a_folder_of_something_else_is_left_alone(evidence: Evidence, tmp_path: Path) -> None:
    (tmp_path / "local").mkdir()
    written(tmp_path / "local" / "letter.txt", "dear")
    with pytest.raises(InputError, match="no data folder"):
        import_answer(wish(tmp_path, accept=True), evidence, draws=0)
    assert contents(tmp_path / "local") == {"letter.txt": b"dear"}


def test_a_bad_file_leaves_the_local_folder_as_it_was(
    evidence: Evidence, accepted: Accepted, tmp_path: Path
) -> None:
    before = contents(local_copy(accepted, tmp_path))
    with pytest.raises(InputError, match="unknown unit"):
        import_answer(
            wish(tmp_path, text=WMD.replace("metr. t", "sacks"), accept=True), evidence, draws=0
        )
    assert contents(tmp_path / "local") == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["local", "wmd.csv"]


def test_an_unknown_kind_is_refused_with_the_nearest(evidence: Evidence, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="did you mean wmd"):
        import_answer(wish(tmp_path, "wmdd"), evidence, draws=0)


#: Runs an import and stops for good at a step, after it has said so.
STOPS = """
import sys, time
from pathlib import Path
import midstream.evidence.importers as importers
from midstream.evidence import Evidence

step, path, to = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])

def stop(*_):
    print("here", flush=True)
    time.sleep(60)

if step == "merging":
    importers.merge = stop
elif step == "moving":
    rename = Path.rename
    def once(self, target):
        rename(self, target)
        stop()
    Path.rename = once

with importers.prepared(importers.Wish("wmd", path, to, True), Evidence.load(check=False)) as found:
    found.accept()
"""


@pytest.mark.parametrize("step", ["merging", "moving"])
def test_an_import_that_is_killed_leaves_nothing_half_written(
    step: str, evidence: Evidence, accepted: Accepted, tmp_path: Path
) -> None:
    local = local_copy(accepted, tmp_path)
    before = contents(local)
    other = written(tmp_path / "other.csv", WMD.replace("19000", "21000"))
    arguments = [sys.executable, "-c", STOPS, step, str(other), str(local)]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"here\n"
        process.send_signal(signal.SIGKILL)
        process.wait()
    # The next start finds the old folder whole, and the next import leaves nothing else behind.
    Evidence.load(local)
    assert contents(local) == before
    again = Wish("wmd", other, local, accept=True)
    assert import_answer(again, evidence, draws=0)["result"]["changed"] == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["local", "other.csv"]
