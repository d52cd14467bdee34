"""Answers about capital as text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from midstream.tables_text import number, table
from midstream.tables_text.dependency import cell

MILLION = 1e6


def capital(answer: Mapping[str, Any]) -> str:
    """Uses, sources by rank, gap, prices and returns of one plant."""
    found = answer["result"]
    where = f"of {found['form']} in {found['country']}"
    head = f"{found['name']}; {found['money_basis']}"
    if found["facility"]:
        size = f"{number(found['capacity'], 6)} {found['unit']} {where}"
        head = f"{found['name']}: {size}, decided in {found['year']}; {found['money_basis']}"
    uses = [(row["name"], "", "", _million(row["amount"])) for row in found["uses"]]
    uses.append(("all uses", "", "", _million(found["total"])))
    sources = [
        (row["instrument"], row["payer"], row["money"], _million(row["amount"]))
        for row in found["sources"]
    ]
    sources.append(("gap", "nobody yet", "", _million(found["gap"])))
    sources.append(("gap without support", "", "", _million(found["gap_without_scheme"])))
    columns = ("item", "payer", "money", "million USD")
    parts = [head, table(columns, [*uses, *sources]), _prices(found), _returns(found)]
    return "\n\n".join([*parts, *(f"Note: {note}" for note in answer["warnings"])])


def _prices(found: Mapping[str, Any]) -> str:
    rows = [
        (one["name"], cell(one["price"], 3), _million(one["gap"]),
         _million(one["gap_without_scheme"]), cell(one["closed"], 2))
        for one in found["price_cases"]
    ]  # fmt: skip
    head = (f"price of {found['price_form']}", "USD/kg", "gap", "gap without support", "closed")
    return f"{table(head, rows)}\n{found['price_basis']}"


def _returns(found: Mapping[str, Any]) -> str:
    rows = [
        (
            "price of the product, " + found["product_price"]["unit"],
            cell(found["product_price"], 3),
        ),
        ("price of the product at which the gap closes", cell(found["incentive_price"], 3)),
        ("net present value, million USD", _million(found["npv"])),
        ("return of the project, %", cell(found["irr"], 3)),
        ("return of the equity, %", cell(found["equity_irr"], 3)),
    ]
    return table(("measure", "value"), rows)


def gap(answer: Mapping[str, Any]) -> str:
    """Gap by stage and year, then by form."""
    found = answer["result"]
    stages = [
        (one["stage"], str(one["year"]), _million(one["uses"]), _million(one["gap"]),
         ", ".join(one["forms"]))
        for one in found["stages"]
    ]  # fmt: skip
    rows = [
        (one["form"], str(one["year"]), cell(one["build"], 3), _million(one["uses"]),
         _million(one["gap"]), cell(one["closed"], 2))
        for one in found["rows"]
    ]  # fmt: skip
    parts = [
        table(("stage", "year", "uses, million USD", "gap, million USD", "forms"), stages),
        table(("form", "year", "to build", "uses", "gap", "closed"), rows),
    ]
    parts += [f"Not priced: {one['form']}: {one['why']}" for one in found["unpriced"]]
    return "\n\n".join([*parts, *(f"Note: {note}" for note in answer["warnings"])])


def record(answer: Mapping[str, Any]) -> str:
    """Stacks on record, payers, and published prices beside the model."""
    found = answer["result"]
    stacks = [
        (one["facility"], one["country"], one["form"], _million(one["known"]),
         cell(one["public_share"], 3))
        for one in found["stacks"]
    ]  # fmt: skip
    payers = [
        (one["payer_kind_name"], one["payer_country"] or "", one["instrument"],
         _million(one["total"]), str(one["rows"]), str(one["rows_without_amount"]))
        for one in found["payers"]["plants"]
    ]  # fmt: skip
    counted = ", ".join(f"{count} {name}" for name, count in found["breakeven"]["verdicts"].items())
    return "\n\n".join(
        (
            table(("plant", "country", "form", "million USD on record", "public, %"), stacks),
            table(("payer", "country", "instrument", "million USD", "rows", "no amount"), payers),
            f"Break-even prices of the model against published ranges: {counted}.",
        )
    )


def _million(quantity: Mapping[str, Any]) -> str:
    """An amount in USD as millions, with its interval."""
    if (
        quantity["value"] is None
        or not quantity["unit"].startswith("USD")
        or "/" in quantity["unit"]
    ):
        return cell(quantity, 3)
    ends = {name: quantity[name] for name in ("value", "low", "high")}
    scaled = {name: None if value is None else value / MILLION for name, value in ends.items()}
    return cell({**quantity, **scaled, "unit": "USD million"}, 3)
