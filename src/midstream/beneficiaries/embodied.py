"""Rows of an input–output table as quantities with lineage."""

from __future__ import annotations

from midstream.beneficiaries.entries import Entries
from midstream.beneficiaries.mrio import Embodied, InputOutput, value_added_in
from midstream.chain.estimate import Component

#: Rows below this share of the final demand are left out.
_SHOWN = 1e-9


def embodied(
    entries: Entries, table: InputOutput, name: str, product: str, country: str | None = None
) -> list[Embodied]:
    """Give the value added of every sector in the final demand for a product, largest first.

    Raises:
        InputError: if the table does not hold the product.
    """
    found = value_added_in(table, product, country)
    total = float(found.sum())
    place = f"{name}/{product}/{country or 'all'}"
    demand = Component(total, total, total)
    leaf = entries.leaf(
        f"io:{place}", f"Final demand for {product}", demand, "money of the table", (),
        "from a table of the user", assumed=True,
    )  # fmt: skip
    rows = []
    for (where, sector), value in zip(table.sectors, found.tolist(), strict=True):
        if abs(value) <= _SHOWN * abs(total):
            continue
        title = f"Value added by {sector} of {where} in final demand for {product}"
        key = f"{where}/{sector}/{place}"
        rows.append(
            Embodied(
                country=where,
                sector=sector,
                value=entries.formula(
                    f"embodied/{key}", title, (value, None, None), "money of the table", [leaf],
                    "v diag (I - A)^-1 y",
                ),
                share=entries.formula(
                    f"embodied-share/{key}", f"{title}, share", (100 * value / total, None, None),
                    "%", [leaf], "100 x value added / final demand",
                ),
            )
        )  # fmt: skip
    return sorted(rows, key=lambda row: (-(row.value.value or 0.0), row.country, row.sector))
