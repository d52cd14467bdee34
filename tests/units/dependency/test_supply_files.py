"""The reader of tidy supply files: any bytes give arrays or one clear error."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from midstream.dependency import supply_files
from midstream.dependency.supply_arrays import SupplyArrays
from midstream.dependency.supply_files import SupplyFiles
from midstream.dependency.supply_risk import files_of
from midstream.errors import InputError

GOOD = {
    "production": "country,material,year,quantity_t\nA,ore,2024,80\nB,ore,2024,20\n",
    "trade": "exporter,importer,material,year,quantity_t,value_kusd\nA,B,ore,2024,5,10\n",
    "governance": "country,year,risk\nA,2024,.5\nB,2024,.2\n",
}


def files(folder: Path, **changed: str | bytes) -> SupplyFiles:
    for name, text in {**GOOD, **changed}.items():
        content = text if isinstance(text, bytes) else text.encode()
        (folder / f"{name}.csv").write_bytes(content)
    return SupplyFiles(*(folder / f"{name}.csv" for name in GOOD))


def read(folder: Path, **changed: str | bytes) -> SupplyArrays:
    return files(folder, **changed).read()


def test_rows_become_arrays(tmp_path: Path) -> None:
    arrays = read(tmp_path)
    assert arrays.places == (("ore", 2024),)
    assert arrays.countries == ("A", "B")
    assert arrays.production.tolist() == [[80, 20]]
    assert arrays.risk.tolist() == [[0.5, 0.2]]
    assert (arrays.exporter.tolist(), arrays.importer.tolist()) == ([0], [1])
    assert (arrays.quantity.tolist(), arrays.value.tolist()) == ([5], [10])


def test_columns_may_stand_in_any_order(tmp_path: Path) -> None:
    turned = "risk,year,country\n.5,2024,A\n.2,2024,B\n"
    assert read(tmp_path, governance=turned).risk.tolist() == [[0.5, 0.2]]


def test_a_byte_order_mark_and_windows_lines_do_no_harm(tmp_path: Path) -> None:
    marked = b"\xef\xbb\xbf" + GOOD["production"].replace("\n", "\r\n").encode()
    assert read(tmp_path, production=marked).production.tolist() == [[80, 20]]


def test_blank_figures_stay_missing(tmp_path: Path) -> None:
    arrays = read(
        tmp_path,
        production="country,material,year,quantity_t\nA,ore,2024,\nB,ore,2024,20\n",
        trade="exporter,importer,material,year,quantity_t,value_kusd\nA,B,ore,2024,,\n",
        governance="country,year,risk\nA,2024,\n",
    )
    assert np.isnan(arrays.production[0, 0])
    assert (arrays.production_low[0, 0], arrays.production_high[0, 0]) == (0, np.inf)
    assert np.isnan([arrays.quantity[0], arrays.value[0], arrays.risk[0, 0]]).all()


def test_labels_are_free(tmp_path: Path) -> None:
    names = {name: text.replace("A,", '"Côte d\'Ivoire, south",') for name, text in GOOD.items()}
    assert "Côte d'Ivoire, south" in read(tmp_path, **names).countries


HEAD = {name: text.splitlines()[0] for name, text in GOOD.items()}
BROKEN = [
    ("production", "country,material,year\nA,ore,2024\n", "production.csv:1:4", "quantity_t"),
    ("trade", "exporter,importer,material,year,quantity_t\n", "trade.csv:1:6", "value_kusd"),
    ("governance", "country,year,risk,wgi\nA,2024,.5,1\n", "governance.csv:1:4", "wgi"),
    ("production", "Country,material,year,quantity_t\n", "production.csv:1:1", "Country"),
    ("production", HEAD["production"] + "\nA,ore,2024,-1\n", "production.csv:2:4", "negative"),
    ("trade", HEAD["trade"] + "\nA,B,ore,2024,1,-2\n", "trade.csv:2:6", "negative"),
    ("production", HEAD["production"] + "\nA,ore,2024,1t\n", "production.csv:2:4", "no number"),
    ("production", HEAD["production"] + "\nA,ore,2024,1_0\n", "production.csv:2:4", "no number"),
    ("trade", HEAD["trade"] + "\nA,B,ore,2024,inf,2\n", "trade.csv:2:5", "no number"),
    ("trade", HEAD["trade"] + "\nA,B,ore,2024,nan,2\n", "trade.csv:2:5", "no number"),
    ("production", HEAD["production"] + "\nA,ore,24,1\n", "production.csv:2:3", "year"),
    ("trade", HEAD["trade"] + "\nA,B,ore,2024.0,1,2\n", "trade.csv:2:4", "year"),
    ("governance", HEAD["governance"] + "\nA,,.5\n", "governance.csv:2:2", "year"),
    ("governance", HEAD["governance"] + "\nA,2024,1.2\n", "governance.csv:2:3", "risk"),
    ("governance", HEAD["governance"] + "\nA,2024,-.2\n", "governance.csv:2:3", "risk"),
    ("production", HEAD["production"] + "\n,ore,2024,1\n", "production.csv:2:1", "blank"),
    ("trade", HEAD["trade"] + "\nA, ,ore,2024,1,2\n", "trade.csv:2:2", "blank"),
    ("governance", HEAD["governance"] + f"\n{'x' * 101},2024,.5\n", "governance.csv:2:1", "101"),
    (
        "production",
        HEAD["production"] + "\nA,ore,2024,1\nB,ore,2024,1\nA,ore,2024,2\n",
        "production.csv:4:1",
        "second row",
    ),
    ("trade", GOOD["trade"] + "A,B,ore,2024,1,1\n", "trade.csv:3:1", "second row"),
    ("governance", GOOD["governance"] + "A,2024,.1\n", "governance.csv:4:1", "second row"),
    ("production", HEAD["production"] + "\n", "production.csv:2:1", "no row"),
    ("production", "", "production.csv:1:1", "empty"),
    ("trade", HEAD["trade"] + "\nA,B,ore\n", "trade.csv:2", "3"),
    ("trade", b"exporter\xff\n", "trade.csv:1:9", "UTF-8"),
    ("governance", "country,year,risk\n".encode("utf-16"), "governance.csv:1:1", "UTF-8"),
]


@pytest.mark.parametrize(("name", "text", "where", "word"), BROKEN)
def test_what_is_broken_is_named_with_its_place(
    tmp_path: Path, name: str, text: str | bytes, where: str, word: str
) -> None:
    with pytest.raises(InputError) as found:
        read(tmp_path, **{name: text})
    assert found.value.where.startswith(where)
    assert word in str(found.value)
    assert found.value.why
    assert found.value.mend


def test_too_many_rows_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supply_files, "MAX_ROWS", 1)
    with pytest.raises(InputError, match="2 rows"):
        read(tmp_path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    three = files(tmp_path)
    three.trade.unlink()
    with pytest.raises(InputError, match=r"trade\.csv"):
        three.read()


def test_all_three_files_or_none(tmp_path: Path) -> None:
    assert files_of(None, None, None) is None
    assert isinstance(files_of(tmp_path, tmp_path, tmp_path), SupplyFiles)
    with pytest.raises(InputError, match="--trade and --governance"):
        files_of(tmp_path, None, None)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_give_arrays_or_one_error(tmp_path: Path, content: bytes) -> None:
    for name in GOOD:
        try:
            arrays = read(tmp_path, **{name: content})
        except InputError as error:
            assert error.where.startswith(name)  # noqa: PT017
        else:
            assert isinstance(arrays, SupplyArrays)
