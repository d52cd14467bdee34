"""Templates: empty tables to fill in, and the rows of a local data folder in the same shape.

A template of a register has the columns of its attribute table. Filled and imported, it comes back
from the local data folder cell by cell as it was written.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence

from midstream.errors import InputError
from midstream.evidence.importers.registers import REGISTERS
from midstream.evidence.store import Evidence
from midstream.evidence.tables import read_csv
from midstream.terms import suggestion

#: A bill of materials is no register: it is read by a shock run and never kept.
BILL = "bill"
BILL_COLUMNS: Mapping[str, str] = {
    "item": "Name of the item; needed.",
    "form": "Id or name of a form, or a customs code.",
    "hs": "Customs code of six digits or more, where form is blank.",
    "quantity": "Use in a year.",
    "unit": "Unit of the quantity: t, kg, g, pieces.",
    "value": "Value of a year's use.",
    "currency": "ISO 4217 code; USD where blank.",
    "stock_months": "Stock in months of use.",
    "sole_source": "yes or no.",
    "supplier_country": "ISO 3166 code in three letters, or the name.",
}

#: Templates there are.
TEMPLATES: tuple[str, ...] = (*REGISTERS, BILL)


def template_columns(name: str, evidence: Evidence) -> list[dict[str, object]]:
    """Give the columns of a template: name, type, whether it is needed, meaning.

    Raises:
        InputError: if there is no such template, with the nearest.
    """
    if name not in TEMPLATES:
        raise InputError(
            f"no template {name!r}",
            where="NAME",
            why=f"there are templates of {', '.join(TEMPLATES)}",
            mend=suggestion(name, TEMPLATES) or "name one of them",
        )
    if name == BILL:
        return [
            {"column": column, "type": "str", "needed": column == "item", "meaning": meaning}
            for column, meaning in BILL_COLUMNS.items()
        ]
    optional = ("id",) if name == "observations" else ()
    return [
        {
            "column": one.field,
            "type": one.type,
            "needed": one.required and one.field not in optional,
            "meaning": one.description,
        }
        for one in evidence.schemas[name].attributes
    ]


def template_text(name: str, evidence: Evidence, rows: Sequence[Mapping[str, str]] = ()) -> str:
    """Give a template as CSV: its header row, and rows if there are some."""
    columns = [str(one["column"]) for one in template_columns(name, evidence)]
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def filled(name: str, local: Evidence, release: Evidence) -> list[dict[str, str]]:
    """Give the rows of a register that a local data folder adds to a release, or changes.

    Raises:
        InputError: if the template is no register.
    """
    if name not in REGISTERS:
        raise InputError(
            f"a data folder holds no {name}",
            where="--filled",
            why="only rows of registers are kept",
            mend=f"name one of {', '.join(REGISTERS)}",
        )
    raw = read_csv(local.folder.path / f"{name}.csv")
    known = read_csv(release.folder.path / f"{name}.csv")
    before = {tuple(cells) for cells in known.rows}
    return [
        dict(zip(raw.header, cells, strict=True))
        for cells in raw.rows
        if tuple(cells) not in before
    ]
