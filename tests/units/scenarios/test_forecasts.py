"""The ledger of forecasts: what an edition writes down, and reading it back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from laws.test_signal_laws import NAMES, STATE, made_forecast, made_signal
from midstream.errors import InputError
from midstream.scenarios.forecasts import COLUMNS, first, forecasts, merge, read, text_of, write
from midstream.study import Study

MADE = ("2026-11-24", "2026.11", "1.0")


class TestMade:
    def test_an_edition_says_what_its_draws_say(self) -> None:
        record = replace(STATE, region=np.zeros_like(STATE.region))
        told = forecasts("study", [made_signal("driver")], STATE, record, 1.0, MADE)
        assert [one.signal for one in told] == ["driver", *(f"future-{name}" for name in NAMES)]
        assert told[0].id == "study/driver/2030-12-31"
        assert (told[0].made_on, told[0].data_release, told[0].version) == MADE
        share = float(STATE.weights[STATE.region == 0].sum())
        assert told[1].probability == pytest.approx(share, abs=1e-6)
        assert told[1].record_only == 1.0

    def test_what_fell_due_before_is_no_forecast(self) -> None:
        late = ("2031-01-01", *MADE[1:])
        told = forecasts("study", [made_signal("driver")], STATE, STATE, 1.0, late)
        assert [one.signal for one in told] == [f"future-{name}" for name in NAMES]

    def test_a_study_writes_its_record_beside_its_own(self, india: Study) -> None:
        told = india.forecasts()
        assert any(one.probability != one.record_only for one in told)
        futures = [one for one in told if one.signal.startswith("future-")]
        assert len(futures) == len(india.outlook().state.names)
        assert {one.resolves_on for one in futures} == {"2035-12-31"}
        assert {one.made_on for one in told} == {india.evidence.release.date}
        assert len({one.id for one in told}) == len(told)


class TestFile:
    def test_what_is_written_is_read_back(self, tmp_path: Path) -> None:
        ledger = merge([made_forecast("a", 2, 0.7), made_forecast("b", 1, 0.2)])
        path = tmp_path / "new" / "forecasts.csv"
        write(path, ledger)
        assert read(path) == ledger
        assert path.read_text(encoding="utf-8") == text_of(ledger)
        assert list(path.parent.iterdir()) == [path]

    def test_no_file_is_an_empty_ledger(self, tmp_path: Path) -> None:
        assert read(tmp_path / "forecasts.csv") == ()

    def test_a_later_edition_never_changes_what_was_said(self, tmp_path: Path) -> None:
        path = tmp_path / "forecasts.csv"
        write(path, [made_forecast("a", 1, 0.2)])
        write(path, merge(read(path), [made_forecast("a", 3, 0.7)]))
        assert [one.probability for one in read(path)] == [0.2, 0.7]
        assert [one.probability for one in first(read(path))] == [0.2]

    @pytest.mark.parametrize(
        ("column", "text", "why"),
        [
            ("probability", "1.2", "between 0 and 1"),
            ("record_only", "", "between 0 and 1"),
            ("probability", "nan", "between 0 and 1"),
            ("resolves_on", "2030-13-01", "a day is written"),
            ("made_on", "soon", "a day is written"),
        ],
    )
    def test_a_broken_cell_is_named_by_line_and_column(
        self, tmp_path: Path, column: str, text: str, why: str
    ) -> None:
        path = tmp_path / "forecasts.csv"
        cells = text_of([made_forecast("a", 1, 0.2)]).splitlines()[1].split(",")
        cells[COLUMNS.index(column)] = text
        path.write_text(f"{','.join(COLUMNS)}\n{','.join(cells)}\n", encoding="utf-8")
        with pytest.raises(InputError) as caught:
            read(path)
        assert f"forecasts.csv:2:{column}" in str(caught.value)
        assert why in str(caught.value)

    @pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "\x00\n", "id\n"])
    def test_another_file_is_no_ledger(self, tmp_path: Path, text: str) -> None:
        path = tmp_path / "forecasts.csv"
        path.write_text(text, encoding="utf-8")
        with pytest.raises(InputError, match="not a ledger"):
            read(path)

    @pytest.mark.parametrize("end", ["a,b\n", '"open'])
    def test_a_row_cut_short_is_named_by_its_line(self, tmp_path: Path, end: str) -> None:
        path = tmp_path / "forecasts.csv"
        path.write_text(f"{','.join(COLUMNS)}\n{end}", encoding="utf-8")
        with pytest.raises(InputError, match=r"forecasts.csv:2: this is not a ledger"):
            read(path)

    def test_a_file_that_is_no_text_is_named(self, tmp_path: Path) -> None:
        path = tmp_path / "forecasts.csv"
        path.write_bytes(b"\xff\xfe\x00bad")
        with pytest.raises(InputError, match="not a ledger"):
            read(path)
