"""Small files of publishers, a release that imports can be tried on, workbooks made by hand."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import openpyxl

WMD = """Mineral,Country,Country_Code,Country_ISO,2023,2024,unit,data_source
Cobalt,China,156,CHN,2000,50000,metr. t,e
Cobalt,Congo D.R.,180,COD,170000,220000,metr. t,r
Tin,Bolivia,68,BOL,18000,19000,metr. t,r
"""

CODES = """country_code,country_name,country_iso2,country_iso3
156,China,CN,CHN
490,"Other Asia, nes",,S19
699,India,IN,IND
842,USA,US,USA
"""

BACI_NAME = "BACI_HS17_Y2024_V202701.csv"
BACI = """t,i,j,k,v,q
2024,156,699,850511,100.0,10.0
2024,156,842,850511,50.0,NA
2024,842,699,850511,1.0,0.5
2024,156,842,250490,999.0,9.0
"""


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def workbook(path: Path, sheets: dict[str, Sequence[Sequence[object]]]) -> Path:
    """Write a workbook with some sheets of plain cells."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        page = book.create_sheet(name)
        for row in rows:
            page.append(list(row))
    book.save(path)
    return path


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder with its bytes."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
