"""Reads a bill of materials (CSV or XLSX): any bytes give items or one error with its place."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from midstream.errors import InputError
from midstream.evidence import Evidence
from midstream.evidence.spreadsheet import encrypted
from midstream.shock import bill_cells as cells
from midstream.shock.bill import Bill, Item, Limits, Line, check_size, filled, refuse
from midstream.shock.bill_cells import Place
from midstream.shock.bill_forms import FormBook, Match
from midstream.shock.bill_header import HEADERS, Header, column_of, read_header
from midstream.shock.bill_text import decode, delimiter, text_lines
from midstream.shock.bill_workbook import open_workbook
from midstream.terms import suggestion

_TOTALS = frozenset({"total", "totals", "grand total", "sum", "subtotal"})
_TURNS = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})
_ZIP, _OLE, _PDF = b"PK", b"\xd0\xcf\x11\xe0", b"%PDF"


def read_bill(path: Path, evidence: Evidence) -> Bill:
    """Read a bill of materials from disk.

    Args:
        path: A CSV or XLSX file; its content decides which, not its name.
        evidence: The release; gives forms, codes, currencies, countries and limits.

    Raises:
        InputError: one error with ``file:line:column`` for the first thing that is wrong.
    """
    limit = Limits.of(evidence).bytes
    try:
        if not path.is_file():
            raise refuse(
                path.name, "no such file", "a bill is a CSV or XLSX file", "check the path"
            )
        with path.open("rb") as stream:
            data = stream.read(limit + 1)
    except OSError as error:
        raise refuse(
            path.name,
            f"cannot be read ({error.strerror})",
            "a bill is a CSV or XLSX file",
            "check the path and its permissions",
        ) from None
    return parse_bill(data, path.name, evidence)


def parse_bill(data: bytes, file: str, evidence: Evidence) -> Bill:
    """Read a bill of materials from its bytes; see `read_bill`.

    Raises:
        InputError: one error with ``file:line:column`` for the first thing that is wrong.
    """
    limits = Limits.of(evidence)
    if len(data) > limits.bytes:
        raise refuse(
            f"{file}:1:1",
            f"more than {limits.bytes:,} bytes",
            "larger bills are not read",
            "split the file or leave out columns that are not needed",
        )
    reader = _Reader(evidence, file, limits)
    items = reader.items(_source(data, file, limits, reader))
    return Bill(file, tuple(items), tuple(reader.notes))


def _source(data: bytes, file: str, limits: Limits, reader: _Reader) -> Iterator[Line]:
    if data.startswith(_ZIP):
        sheet = open_workbook(data, file, limits)
        if sheet.others:
            reader.notes.append(
                f"only the sheet {sheet.name!r} is read, not {', '.join(map(repr, sheet.others))}"
            )
        return sheet.lines
    if data.startswith(_OLE):
        raise _old_workbook(data, file)
    if data.startswith(_PDF):
        raise refuse(f"{file}:1:1", "a PDF file", "a PDF holds no table", "export CSV or XLSX")
    text, guessed = decode(data, file)
    if guessed:
        reader.notes.append(f"the text has no byte-order mark and was read as {guessed}")
    parts = delimiter(text, lambda cell: column_of(cell) is not None)
    reader.comma_parts = parts != ";"
    reader.ragged = True
    return text_lines(text, file, parts)


def _old_workbook(data: bytes, file: str) -> InputError:
    if "EncryptedPackage".encode("utf-16-le") in data:
        return encrypted(file)
    return refuse(
        f"{file}:1:1",
        "an old workbook (.xls)",
        "only .xlsx workbooks and text files are read",
        "save it as XLSX or CSV",
    )


def _controls(sign: str) -> bool:
    """Whether a sign could act on a terminal or turn the direction of what follows."""
    if sign < "\x7f" and sign >= " ":
        return False
    turns = unicodedata.bidirectional(sign) in _TURNS
    return turns or (unicodedata.category(sign) in ("Cc", "Cs") and sign not in "\t\r\n")


@dataclass(slots=True)
class _Row:
    """Cells of a row by column."""

    file: str
    line: Line
    places: Mapping[str, int]

    def get(self, column: str) -> str:
        index = self.places.get(column)
        if index is None or index >= len(self.line.cells):
            return ""
        return " ".join(self.line.cells[index].split())

    def place(self, column: str) -> Place:
        where = f"{self.file}:{self.line.number}:{self.places.get(column, 0) + 1}"
        return Place(where, column)


@dataclass
class _Reader:
    """Turns lines into items.

    Attributes:
        comma_parts: Whether commas may part thousands.
        ragged: Whether a line shorter than the header is an error (text) or normal (workbook).
    """

    evidence: Evidence
    file: str
    limits: Limits
    notes: list[str] = field(default_factory=list)
    comma_parts: bool = True
    ragged: bool = False
    header_currency: str = ""

    def items(self, lines: Iterator[Line]) -> list[Item]:
        """Read all items.

        Raises:
            InputError: for the first thing that is wrong.
        """
        header = next(lines, None)
        if header is None:
            raise self._empty(1, "the file is empty")
        places = self._header(header).places
        forms = FormBook(self.evidence)
        items: list[Item] = []
        seen: dict[tuple[str, str | None], int] = {}
        for line in lines:
            self._check(line, header, len(items))
            item = self._item(_Row(self.file, line, places), forms)
            first = seen.setdefault((item.name.casefold(), item.supplier), item.row)
            if first != item.row:
                raise self._twice(item, first, places)
            items.append(item)
        if not items:
            raise self._empty(header.number + 1, "a header without rows")
        return items

    def _empty(self, line: int, what: str) -> InputError:
        return refuse(
            f"{self.file}:{line}:1",
            what,
            "a bill needs a header and one row per item",
            f"write the names of the columns first: {', '.join(HEADERS)}",
        )

    def _twice(self, item: Item, first: int, places: Mapping[str, int]) -> InputError:
        return refuse(
            f"{self.file}:{item.row}:{places['item'] + 1}",
            f"the item {item.name[:40]!r} stands on line {first} already",
            "it would be counted twice",
            "add the quantities up, name the items apart, or give each its supplier country",
        )

    def _header(self, line: Line) -> Header:
        check_size(line, self.file, self.limits)
        self._no_control(line)
        header = read_header(line, self.file)
        currency, index = header.currency
        if currency:
            where = f"{self.file}:{line.number}:{index + 1}"
            self.header_currency = self._currency(currency, where)
        if header.left:
            self.notes.append(f"columns that were not read: {', '.join(map(repr, header.left))}")
        return header

    def _check(self, line: Line, header: Line, rows: int) -> None:
        check_size(line, self.file, self.limits)
        if rows >= self.limits.rows:
            raise refuse(
                f"{self.file}:{line.number}:1",
                f"more than {self.limits.rows:,} rows",
                "longer bills are not read",
                "split the file or leave out items without a form",
            )
        width = filled(header.cells)
        short = self.ragged and len(line.cells) < width
        if short or filled(line.cells) > len(header.cells):
            raise refuse(
                f"{self.file}:{line.number}:{min(len(line.cells), len(header.cells)) + 1}",
                f"{len(line.cells)} cells where the header has {width}",
                "cells would slip into the wrong columns",
                "quote cells that hold a delimiter, or add the missing ones",
            )
        self._no_control(line)

    def _no_control(self, line: Line) -> None:
        for column, cell in enumerate(line.cells, start=1):
            for sign in cell:
                if _controls(sign):
                    raise refuse(
                        f"{self.file}:{line.number}:{column}",
                        f"the control character U+{ord(sign):04X}",
                        "it is no text, and a terminal could act on it",
                        "type the cell anew",
                    )

    def _item(self, row: _Row, forms: FormBook) -> Item:
        match = self._form(row, forms)
        quantity, unit = self._quantity(row)
        value = self._number(row, "value")
        currency = row.get("currency")
        if currency:
            currency = self._currency(currency, row.place("currency").where)
        sole = row.get("sole_source")
        return Item(
            row=row.line.number,
            name=self._name(row),
            written=row.get("form") or row.get("hs"),
            form=match.form,
            loose=match.loose,
            reason=match.reason,
            quantity=quantity,
            unit=unit,
            value=value,
            currency=currency or self.header_currency or "USD",
            stock_months=self._stock(row, quantity, unit),
            sole_source=cells.flag(sole, row.place("sole_source")) if sole else None,
            supplier=self._supplier(row),
        )

    def _name(self, row: _Row) -> str:
        name = row.get("item")
        if not name or name.casefold().rstrip(":") in _TOTALS:
            raise refuse(
                row.place("item").where,
                f"a row of totals ({name})" if name else "a row without the name of its item",
                "each row is one item",
                "take the row out" if name else "name the item",
            )
        return name

    def _form(self, row: _Row, forms: FormBook) -> Match:
        for column, look in (("form", forms.named), ("hs", forms.coded)):
            text = row.get(column)
            if not text:
                continue
            found = look(text)
            if isinstance(found, str):
                noun = "form" if column == "form" else "customs code"
                where = row.place(column).where
                raise refuse(where, f"unknown {noun} {text[:40]!r}", "it is not on file", found)
            return found
        return Match(None, reason="neither a form nor a customs code is given")

    def _number(self, row: _Row, column: str) -> float | None:
        text = row.get(column)
        if not text:
            return None
        return cells.number(text, row.place(column), self.limits, self.comma_parts)

    def _quantity(self, row: _Row) -> tuple[float | None, str | None]:
        text = row.get("unit")
        unit = cells.unit(text, row.place("unit")) if text else None
        quantity = self._number(row, "quantity")
        if quantity == 0:
            raise refuse(
                row.place("quantity").where,
                "a quantity of 0",
                "an item that is not used stops nothing",
                "take the row out, or leave the cell blank where the quantity is not known",
            )
        return quantity, unit

    def _stock(self, row: _Row, use: float | None, unit: str | None) -> float | None:
        months, written = self._number(row, "stock_months"), row.get("stock_quantity")
        column = "stock_months" if months is not None else "stock_quantity"
        if months is not None and written:
            raise refuse(
                row.place("stock_quantity").where,
                "the stock is given twice",
                "the two could differ",
                "leave stock_months or stock_quantity blank",
            )
        if months is None and written:
            months = self._stock_of(row, written, use, unit)
        if months is not None and months > self.limits.stock:
            raise refuse(
                row.place(column).where,
                f"a stock of {months:,.0f} months",
                f"stocks above {self.limits.stock:,.0f} months of use are taken for slips",
                "check the units of the quantity and of the stock",
            )
        return months

    def _stock_of(
        self, row: _Row, written: str, use: float | None, unit: str | None
    ) -> float | None:
        place = row.place("stock_quantity")
        own = row.get("stock_unit")
        text = f"{written} {own}" if own else written
        months = cells.months_of(text, place, self.limits, self.comma_parts)
        if months is not None:
            return months
        stock, its_unit = cells.amount(text, place, self.limits, self.comma_parts)
        if use is None or (its_unit and unit is None):
            what = f"a stock without a {'quantity' if use is None else 'unit of the quantity'}"
            mend = "give the quantity with its unit, or the stock in stock_months"
            raise refuse(place.where, what, "its length in months is not known", mend)
        try:
            return cells.stock_months(stock, its_unit or unit or "", use, unit or "")
        except InputError as error:
            raise refuse(
                place.where,
                f"the stock cannot be compared with the quantity ({error.what})",
                error.why,
                "write both in one unit, or the stock in stock_months",
            ) from None

    @cached_property
    def _currencies(self) -> frozenset[str]:
        return frozenset({"USD", *(row["currency"] for row in self.evidence.table("fx").rows)})

    @cached_property
    def _countries(self) -> dict[str, str]:
        """Codes of countries by name in lower case and by themselves."""
        rows = [row for row in self.evidence.countries.values() if row["kind"] == "country"]
        named = {row["name"].casefold(): row["id"] for row in rows}
        return named | {row["id"].casefold(): row["id"] for row in rows}

    def _currency(self, text: str, where: str) -> str:
        known, code = self._currencies, text.strip().upper()
        if code not in known:
            hint = suggestion(code, known) or f"use one of: {', '.join(sorted(known))}"
            why = "no exchange rate is on file for it"
            raise refuse(where, f"unknown currency {text[:20]!r}", why, hint)
        return code

    def _supplier(self, row: _Row) -> str | None:
        text = row.get("supplier")
        if not text:
            return None
        code = self._countries.get(text.casefold())
        if code is None:
            countries = self.evidence.countries
            names = {key: r["name"] or "" for key, r in countries.items()}
            short = next((key for key, r in countries.items() if r["iso2"] == text.upper()), None)
            hint = f"did you mean {short}?" if short else suggestion(text, names)
            where = row.place("supplier").where
            why = "suppliers are countries in three letters (ISO 3166)"
            raise refuse(where, f"unknown country {text[:40]!r}", why, hint or "such as CHN")
        return code
