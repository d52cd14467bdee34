"""Laws of the importers: any bytes give rows or one typed error; order and units do not matter."""

from __future__ import annotations

import contextlib
import csv
import io
import string
import tempfile
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from midstream.errors import InputError
from midstream.evidence import Evidence
from midstream.evidence.importers import KINDS, read
from midstream.evidence.importers.batch import Batch, Task

#: A valid file of each kind; a year of one flow, one figure, one plant.
VALID = {
    "usgs-mcs": "SOURCE,COMMODITY,COUNTRY,TYPE,UNIT_MEAS,PROD_2025,PROD_EST_2026,RESERVES_2026\n"
    "MCS2027,Cobalt,Cuba,Mine production,metric tons,5,6,7\n",
    "baci": "t,i,j,k,v,q\n2023,156,699,850511,12.5,3.1\n2023,699,156,850511,1,NA\n",
    "comtrade": "period,reporterISO,partnerISO,flowCode,cmdCode,primaryValue,netWgt\n"
    "2024,IND,CHN,M,850511,1000,20\n",
    "wmd": "Mineral,Country,Country_ISO,2023,2024,unit,data_source\nTin,Peru,PER,5,6,metr. t,r\n",
    "bgs": "country_iso3_code,bgs_commodity_trans,bgs_sub_commodity_trans,"
    "bgs_statistic_type_trans,year,units,quantity,sdmx_code\n"
    'PER,"tin, mine",,Production,2023-01-01,tonnes (metal content),5,A\n',
    "wgi": "code,year,indicator,estimate,stddev\nIND,2024,pv,-0.5,0.2\n",
    "facilities": "id,name,country,stage,material,form,status,status_date,source\n"
    "plant-a,Plant A,IND,C3,rare-earths,ndfeb-magnet,operating,2026-01,usgs-mcs-2025\n",
    "observations": "metric,value,unit,original_unit,period,country,partner,material,form,stage,"
    "sector,entity,per_unit,basis,kind,source,origin\n"
    "production,5,t,t,2024,IND,,cobalt,,C1,,,,Co,reported,usgs-mcs-2025,usgs\n",
    "sources": "id,title,publisher,origin_class,kind,layer,licence,retrieved\n"
    "own-1,Own,Us,company,company,1,cited facts,2026-01-01\n",
    "origins": "id,name,class,independent\nus,Us,company,yes\n",
}
NAMES = {"baci": "BACI_HS17_Y2023_V202601.csv", "usgs-mcs": "MCS2027_World_Data.csv"}
CODES = "country_code,country_iso3\n156,CHN\n699,IND\n"
LAW = settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
#: Cells that files have held, or that somebody may put there.
ODD = st.sampled_from(
    ["", "NA", "-", "\N{EM DASH}", "1e400", "-1", "=1+1", "NaN", "inf", "0x10", '"', "W00", "\x0b"]
) | st.text(string.printable, max_size=8)


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as place:
        yield Path(place)


def imported(kind: str, data: bytes, evidence: Evidence, folder: Path, name: str = "") -> Batch:
    with tempfile.TemporaryDirectory(dir=folder) as place:
        path = Path(place) / (name or NAMES.get(kind, f"{kind}.csv"))
        path.write_bytes(data)
        (path.parent / "country_codes_V202601.csv").write_text(CODES, encoding="utf-8")
        work = path.parent / "work"
        work.mkdir()
        return read(Task(path, work, evidence), kind)


def rows_or_error(kind: str, data: bytes, evidence: Evidence, folder: Path, name: str = "") -> None:
    with contextlib.suppress(InputError):
        assert imported(kind, data, evidence, folder, name).rows > 0


def test_every_kind_has_a_valid_file(evidence: Evidence, folder: Path) -> None:
    assert set(VALID) == set(KINDS)
    for kind, text in VALID.items():
        assert imported(kind, text.encode(), evidence, folder).rows > 0, kind


@LAW
@given(kind=st.sampled_from(KINDS), data=st.binary(max_size=200))
@example(kind="comtrade", data=b"[" * 100_000)
@example(kind="comtrade", data=b'{"data": [' + b"9" * 5_000 + b"]}")
@example(kind="wmd", data=b"Mineral,Country,2024,unit\r\n\r")
@example(kind="wgi", data=b"\xff\xfec\0o\0d\0e\0")
def test_any_bytes_give_rows_or_one_typed_error(
    kind: str, data: bytes, evidence: Evidence, folder: Path
) -> None:
    rows_or_error(kind, data, evidence, folder)


@LAW
@given(kind=st.sampled_from(KINDS), place=st.integers(0, 400), byte=st.binary(max_size=2))
def test_a_valid_file_with_other_bytes_in_it_gives_rows_or_one_typed_error(
    kind: str, place: int, byte: bytes, evidence: Evidence, folder: Path
) -> None:
    data = VALID[kind].encode()
    place %= len(data)
    rows_or_error(kind, data[:place] + byte + data[place + 1 :], evidence, folder)


@LAW
@given(kind=st.sampled_from(KINDS), column=st.integers(0, 16), cell=ODD)
def test_an_odd_cell_gives_rows_or_one_typed_error(
    kind: str, column: int, cell: str, evidence: Evidence, folder: Path
) -> None:
    rows = list(csv.reader(io.StringIO(VALID[kind])))
    rows[1][column % len(rows[1])] = cell
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    rows_or_error(kind, out.getvalue().encode(), evidence, folder)


@LAW
@given(kind=st.sampled_from(["wmd", "wgi"]), data=st.binary(max_size=400))
def test_any_bytes_in_a_workbook_give_one_typed_error(
    kind: str, data: bytes, evidence: Evidence, folder: Path
) -> None:
    with pytest.raises(InputError):
        imported(kind, b"PK\x03\x04" + data, evidence, folder, "book.xlsx")


FLOWS = st.lists(
    st.tuples(st.sampled_from(["CHN", "JPN", "USA"]), st.sampled_from(["M", "X"])),
    min_size=1,
    max_size=6,
    unique=True,
)


@LAW
@given(flows=FLOWS, seed=st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter_and_repetitions_do_not_count(
    flows: list[tuple[str, str]], seed: Random, evidence: Evidence, folder: Path
) -> None:
    head = "period,reporterISO,partnerISO,flowCode,cmdCode,primaryValue\n"
    lines = [f"2024,IND,{who},{way},850511,{n + 1}\n" for n, (who, way) in enumerate(flows)]
    mixed = [*lines, *lines]
    seed.shuffle(mixed)
    one = imported("comtrade", (head + "".join(lines)).encode(), evidence, folder)
    other = imported("comtrade", (head + "".join(mixed)).encode(), evidence, folder)

    def written(batch: Batch) -> list[tuple[str, ...]]:
        return sorted(tuple(row.values()) for row in batch.registers["observations"])

    assert written(one) == written(other)


@LAW
@given(tonnes=st.floats(0.001, 1e9))
def test_kilograms_and_tonnes_say_the_same(tonnes: float, evidence: Evidence, folder: Path) -> None:
    def value(figure: float, unit: str) -> float:
        text = f"Mineral,Country,2024,unit\nTin,Peru,{figure:.17g},{unit}\n"
        batch = imported("wmd", text.encode(), evidence, folder)
        return float(batch.registers["observations"][0]["value"])

    assert value(tonnes * 1000, "kg") == pytest.approx(value(tonnes, "metr. t"), rel=1e-8)
