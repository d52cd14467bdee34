"""Delimited text into lines of cells: any bytes give lines or one error with its place."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from typing import Any

from midstream.shock.bill import Line, refuse

#: Characters that part the cells of a line, in the order in which they are tried.
DELIMITERS = (",", ";", "\t")

_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))


def decode(data: bytes, file: str) -> tuple[str, str]:
    """Turn bytes into text.

    A byte-order mark decides; without one UTF-16 is told by its zero bytes, else UTF-8 is tried,
    else Windows-1252, which holds Latin-1.

    Returns:
        The text without its mark, and the encoding where it was guessed, else blank.

    Raises:
        InputError: with ``file:line:column`` of the first byte that is no text.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _decoded(data[len(mark) :], encoding, file), ""
    if b"\0" in data:
        # Plain letters in UTF-16 have their zero byte first (big end) or second.
        big = data[0::2].count(0) > data[1::2].count(0)
        return _decoded(data, "utf-16-be" if big else "utf-16-le", file), "UTF-16"
    try:
        return data.decode("utf-8"), ""
    except UnicodeDecodeError:
        return _decoded(data, "cp1252", file), "Windows-1252"


def _decoded(data: bytes, encoding: str, file: str) -> str:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        before = data[: error.start].decode(encoding, "replace")
        raise _no_text(before, file, f"byte {data[error.start]:#04x} is no text") from None
    if "\0" in text:
        raise _no_text(text[: text.index("\0")], file, "a NUL character")
    return text


def _no_text(before: str, file: str, what: str) -> Exception:
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    return refuse(
        f"{file}:{line}:{column}",
        what,
        "a bill is text in UTF-8, UTF-16 or Windows-1252, or a workbook (.xlsx)",
        "save the file again as CSV UTF-8 or as XLSX",
    )


def delimiter(text: str, known: Callable[[str], bool]) -> str:
    """Choose what parts the cells: what gives the header the most names that are known.

    Args:
        text: The whole text, or its beginning.
        known: Whether a cell is the name of a column.
    """
    stripped = text.lstrip("\r\n \t;,")
    if stripped[:4].lower() == "sep=" and stripped[4:5] in DELIMITERS:
        return stripped[4]
    first = next((line for line in text.splitlines() if line.strip(" \t;,")), "")

    def score(candidate: str) -> tuple[int, int]:
        cells = [cell.strip().strip('"') for cell in first.split(candidate)]
        return sum(map(known, cells)), len(cells)

    return max(DELIMITERS, key=score)


def text_lines(text: str, file: str, parts: str) -> Iterator[Line]:
    """Yield the lines of a text that have something in them.

    Args:
        text: The text.
        file: Name for messages.
        parts: What parts the cells.

    Raises:
        InputError: where a line cannot be split.
    """
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=parts, strict=True)
    while True:
        start = reader.line_num + 1
        cells = _next(reader, file, start)
        if cells is None:
            return
        if start == 1 and len(cells) <= 2 and cells and cells[0].lower().startswith("sep="):
            continue
        if any(cell.strip() for cell in cells):
            yield Line(start, cells)


def _next(reader: Any, file: str, line: int) -> list[str] | None:
    try:
        cells: list[str] = next(reader)
    except StopIteration:
        return None
    except csv.Error as error:
        raise refuse(
            f"{file}:{line}:1",
            f"the row cannot be split into cells ({error})",
            "most often a quotation mark is not closed or not doubled",
            'put cells with a delimiter or quotes into "..." and double the quotes inside',
        ) from None
    return cells
