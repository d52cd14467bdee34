"""Country codes in numbers, which trade files use: resolved by the publisher's own list."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from midstream.errors import InputError
from midstream.evidence.importers.batch import Finder, Task, country_finder
from midstream.evidence.importers.files import CsvFile, Record
from midstream.evidence.importers.text import open_text

#: Names of the columns of a list of codes: number, three letters.
_NUMBERS = ("country_code", "code", "numeric", "reporterCode", "id")
_LETTERS = ("country_iso3", "iso3", "iso_3digit_alpha", "reporterCodeIsoAlpha3")


def country_codes(task: Task) -> dict[str, str]:
    """Read the list of country codes of a trade file: number to country.

    Codes of areas that no country of the register stands for are left out of the list; a flow that
    has one is refused where it stands.

    Raises:
        InputError: if there is no list, or it lacks a column.
    """
    path = task.codes or _beside(task.path)
    file = CsvFile(open_text(path, task.work, "cp1252"), task.work)
    number = _column(file, _NUMBERS)
    letters = _column(file, _LETTERS)
    find = country_finder(task.evidence)
    return dict(_pairs(file.records(), number, letters, find))


def _pairs(
    records: Iterator[Record], number: str, letters: str, find: Finder
) -> Iterator[tuple[str, str]]:
    for record in records:
        if record[letters]:
            try:
                country = find(record, letters)
            except InputError:
                continue
            yield record[number].lstrip("0") or "0", country
            yield record[number], country


def _column(file: CsvFile, names: tuple[str, ...]) -> str:
    found = next((name for name in names if name in file.header), "")
    if not found:
        file.require(names[:1])
    return found


def _beside(path: Path) -> Path:
    found = sorted(path.parent.glob("country_codes*.csv"))
    if found:
        return found[-1]
    raise InputError(
        "the list of country codes is missing",
        where=path.name,
        why="countries are numbers in this file, which differ between publishers",
        mend="put the publisher's country_codes_V....csv beside it, or name one with --codes",
    )
