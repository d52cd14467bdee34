"""Rows of signals: what is carried over from the register, and what stops the derivation."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

DERIVE = Path(__file__).resolve().parents[3] / "tools" / "derive"
COLLECTED = {
    "id": "s1", "threshold": ">=2,400 t/yr", "date": "2029-12-31", "observation_error": "sd 15%",
    "sources": "a;b",
}  # fmt: skip
WORDS = {
    "id": "s1", "indicator": "x", "threshold": "collected", "by": "collected",
    "error": "collected", "false_positive": "", "source": "collected", "note": "own",
}  # fmt: skip


@pytest.fixture
def signals(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The module of the derivation, which is a script folder and not a package."""
    before = dict(sys.modules)
    monkeypatch.syspath_prepend(str(DERIVE))
    yield __import__("signals")
    for name in set(sys.modules) - set(before):
        if str(getattr(sys.modules[name], "__file__", "")).startswith(str(DERIVE)):
            del sys.modules[name]


def put(folder: Path, collected: dict[str, str], words: dict[str, str]) -> None:
    for path, row in (
        (folder / "evidence" / "signals.csv", collected),
        (folder / "signal_words.csv", words),
    ):
        path.parent.mkdir(exist_ok=True)
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(row), lineterminator="\n")
            writer.writeheader()
            writer.writerow(row)


def derived(signals: ModuleType, folder: Path) -> dict[str, str]:
    tables: dict[str, list[dict[str, str]]] = {}
    signals.add_signals(tables, folder, folder)
    (row,) = tables["signals"]
    return row


def test_figures_are_carried_over_and_words_are_ours(signals: ModuleType, tmp_path: Path) -> None:
    put(tmp_path, COLLECTED, WORDS)
    row = derived(signals, tmp_path)
    assert (row["threshold"], row["by"], row["error"]) == ("2400", "2029-12-31", "0.15")
    assert (row["source"], row["note"], row["false_positive"]) == ("a;b", "own", "")


def test_a_changed_register_changes_the_row(signals: ModuleType, tmp_path: Path) -> None:
    put(tmp_path, COLLECTED | {"threshold": ">=3,000.5 t", "date": "2030-06-30"}, WORDS)
    row = derived(signals, tmp_path)
    assert (row["threshold"], row["by"]) == ("3000.5", "2030-06-30")


@pytest.mark.parametrize(
    ("collected", "words", "why"),
    [
        ({"observation_error": "none"}, {}, "s1:error: nothing collected"),
        ({}, {"false_positive": "collected"}, "s1:false_positive: nothing collected"),
        ({"id": "s2"}, {}, "is not in both registers"),
    ],
)
def test_a_gap_stops_the_derivation(
    signals: ModuleType,
    tmp_path: Path,
    collected: dict[str, str],
    words: dict[str, str],
    why: str,
) -> None:
    put(tmp_path, COLLECTED | collected, WORDS | words)
    with pytest.raises(signals.DerivationError, match=why):
        derived(signals, tmp_path)
