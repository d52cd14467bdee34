"""Small bills of materials, workbooks and supply paths, made by hand."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from xml.sax.saxutils import escape

import numpy as np

from midstream.chain.estimate import Floats
from midstream.evidence import Evidence, Ledger
from midstream.shock.bill import Bill
from midstream.shock.bill_outlook import evaluate
from midstream.shock.bill_path import SupplyPath
from midstream.shock.bill_reader import parse_bill
from midstream.shock.bill_result import BillResult

HEADER = "item,form,quantity,unit,value,stock months,sole source,supplier country"
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def bill(*rows: str, evidence: Evidence, header: str = HEADER) -> Bill:
    return parse_bill("\n".join([header, *rows]).encode(), "bill.csv", evidence)


def path(
    delivered: Sequence[float] | Floats,
    price: Sequence[float] | Floats | None = None,
    *,
    form: str = "ndfeb-magnet",
    stock: float | Floats = 1.0,
    draws: int = 4,
    passed: Sequence[float] | None = None,
    actor_share: float | None = None,
) -> SupplyPath:
    """A path whose draws are all alike where one row is given."""
    table = np.atleast_2d(np.asarray(delivered, dtype=float))
    table = np.repeat(table, draws, axis=0) if len(table) == 1 else table
    prices = np.ones(table.shape) if price is None else np.asarray(price, dtype=float)
    return SupplyPath(
        form=form,
        country="IND",
        actor="CHN",
        months=tuple(range(table.shape[1])),
        delivered=table,
        price=np.broadcast_to(prices, table.shape),
        stock_months=np.broadcast_to(np.asarray(stock, dtype=float), table.shape[:1]),
        passed=None if passed is None else np.broadcast_to(np.asarray(passed, float), table.shape),
        actor_share=None if actor_share is None else np.full(len(table), actor_share),
    )


def outlook(made: Bill, on: SupplyPath, evidence: Evidence, seed: int = 1) -> BillResult:
    return evaluate(made, on, evidence, Ledger(base=evidence.ledger), seed=seed)


def cell(place: str, value: str | float | bool | None) -> str:
    if value is None:
        return f'<c r="{place}"/>'
    if isinstance(value, bool):
        return f'<c r="{place}" t="b"><v>{int(value)}</v></c>'
    if isinstance(value, str):
        return f'<c r="{place}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'
    return f'<c r="{place}"><v>{value}</v></c>'


def sheet(rows: Sequence[Sequence[str | float | bool | None]]) -> str:
    lines = []
    for number, row in enumerate(rows, start=1):
        cells = "".join(cell(f"{chr(65 + at)}{number}", value) for at, value in enumerate(row))
        lines.append(f'<row r="{number}">{cells}</row>')
    return f"<worksheet {MAIN}><sheetData>{''.join(lines)}</sheetData></worksheet>"


def workbook(
    *sheets: str, states: Sequence[str] = (), parts: dict[str, str | bytes] | None = None
) -> bytes:
    """A workbook of some sheets; `parts` adds or replaces parts of the archive."""
    listed = "".join(
        f'<sheet name="S{n}" sheetId="{n}" r:id="r{n}"'
        f' state="{states[n - 1] if states else "visible"}"/>'
        for n in range(1, len(sheets) + 1)
    )
    relations = "".join(
        f'<Relationship Id="r{n}" Type="{OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in range(1, len(sheets) + 1)
    )
    relations += f'<Relationship Id="t" Type="{OFFICE}/sharedStrings" Target="/xl/texts.xml"/>'
    book = f'<workbook {MAIN} xmlns:r="{OFFICE}"><sheets>{listed}</sheets></workbook>'
    content: dict[str, str | bytes] = {
        "xl/workbook.xml": book,
        "xl/_rels/workbook.xml.rels": (
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f"{relations}</Relationships>"
        ),
        **{f"xl/worksheets/sheet{n}.xml": text for n, text in enumerate(sheets, start=1)},
        **(parts or {}),
    }
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in content.items():
            archive.writestr(name, text)
    return stream.getvalue()
