"""Input–output tables of the user: reading, Leontief by hand, pymrio where it is asked for."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

from midstream.answers import value as answers
from midstream.beneficiaries.mrio import InputOutput, read_table, value_added_in
from midstream.errors import InputError
from midstream.study import Study
from midstream.tables_text import value as text

Z = "country,sector,a,b\nAAA,ore,0,30\nBBB,magnet,0,0\n"
Y = "country,sector,home,abroad\nAAA,ore,5,5\nBBB,magnet,60,40\n"
VA = "country,sector,value_added\nAAA,ore,40\nBBB,magnet,70\n"


def write(folder: Path, **files: str) -> Path:
    for name, content in {"Z": Z, "Y": Y, "VA": VA, **files}.items():
        (folder / f"{name}.csv").write_text(content, encoding="utf-8")
    return folder


def test_a_table_by_hand(tmp_path: Path) -> None:
    table = read_table(write(tmp_path))
    found = value_added_in(table, "magnet")
    # A magnet of 100 buys ore for 30, which is all value added.
    assert found == pytest.approx([30.0, 70.0])


def test_an_input_of_an_input_is_followed() -> None:
    flows = np.array([[0.0, 10.0, 0.0], [0.0, 0.0, 40.0], [0.0, 0.0, 0.0]])
    demand = np.array([0.0, 0.0, 100.0])
    added = np.array([10.0, 30.0, 60.0])
    table = InputOutput((("A", "ore"), ("B", "oxide"), ("C", "magnet")), flows, demand, added)
    assert value_added_in(table, "magnet") == pytest.approx([10.0, 30.0, 60.0])


def test_one_country_only(tmp_path: Path) -> None:
    table = read_table(write(tmp_path))
    assert value_added_in(table, "magnet", "BBB").sum() == pytest.approx(100.0)
    with pytest.raises(InputError, match="--country"):
        value_added_in(table, "magnet", "AAA")


def test_an_unknown_product_is_suggested(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="did you mean magnet"):
        value_added_in(read_table(write(tmp_path)), "magnets")


def test_the_command_answers(tmp_path: Path, study: Study) -> None:
    answer = answers.embodied_answer(study, write(tmp_path), "magnet")
    assert answer["result"]["by_country"] == pytest.approx({"AAA": 30.0, "BBB": 70.0})
    assert "ore" in text.embodied(answer)
    lineages = [row["value"]["lineage"] for row in answer["result"]["rows"]]
    assert all(one in study.ledger for one in lineages)


@pytest.mark.parametrize(
    ("files", "part"),
    [
        ({"Z": "country,sector,a\nAAA,ore,0\nBBB,magnet,0\n"}, "one column for each row"),
        ({"Z": "a,b\n1,2\n"}, "does not begin with"),
        ({"Y": "country,sector,home\nAAA,ore,10\nBBB,magnet,lots\n"}, "line 3 holds 'lots'"),
        ({"Y": "country,sector,home\nAAA,ore\nBBB,magnet,1\n"}, "line 2 has 2 cells"),
        ({"VA": "country,sector,v\nAAA,ore,40\nBBB,steel,70\n"}, "not those of Z.csv"),
        ({"VA": "country,sector,v\nAAA,ore,40\nBBB,magnet,71\n"}, "sells 100 but buys and adds"),
        ({"VA": "country,sector,v,w\nAAA,ore,40,0\nBBB,magnet,70,0\n"}, "2 columns"),
        ({"Z": ""}, "does not begin with"),
    ],
)
def test_a_bad_file_is_one_clear_error(tmp_path: Path, files: dict[str, str], part: str) -> None:
    with pytest.raises(InputError, match=part):
        read_table(write(tmp_path, **files))


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "Z.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="UTF-8"):
        read_table(tmp_path)


def test_a_missing_file_and_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no folder"):
        read_table(tmp_path / "nowhere")
    with pytest.raises(InputError, match=r"Z\.csv"):
        read_table(tmp_path)


class TestPymrio:
    def test_without_pymrio_its_folder_is_refused(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "file_parameters.json").write_text("{}", encoding="utf-8")
        monkeypatch.setitem(sys.modules, "pymrio", None)
        with pytest.raises(InputError, match="needs pymrio"):
            read_table(tmp_path)

    def test_with_pymrio_the_table_is_taken_over(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "file_parameters.json").write_text("{}", encoding="utf-8")

        class Grid(np.ndarray):
            index = (("AAA", "ore"), ("BBB", "magnet"))

        flows = np.array([[0.0, 30.0], [0.0, 0.0]]).view(Grid)
        system = SimpleNamespace(Z=flows, Y=np.array([[5.0, 5.0], [60.0, 40.0]]))
        module = ModuleType("pymrio")
        module.__dict__["load_all"] = lambda _folder: system
        monkeypatch.setitem(sys.modules, "pymrio", module)
        table = read_table(tmp_path)
        assert table.sectors == (("AAA", "ore"), ("BBB", "magnet"))
        assert value_added_in(table, "magnet") == pytest.approx([30.0, 70.0])
