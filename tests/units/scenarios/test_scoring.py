"""Scores, calibration and the file of resolutions."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from laws.test_signal_laws import made_forecast, made_signal
from midstream.errors import InputError
from midstream.evidence import Evidence
from midstream.scenarios import scoring
from midstream.scenarios.scoring import COLUMNS, Resolution, append, read, score, settled, shipped

TODAY = date(2031, 6, 1)


def seen(name: str, happened: bool, on: str = "2030-12-31") -> Resolution:
    return Resolution(name, "yes" if happened else "no", happened, on)


class TestScore:
    def test_means_and_skill_by_hand(self) -> None:
        ledger = [made_forecast("a", 24, 0.8), made_forecast("b", 24, 0.4)]
        card = score(ledger, [seen("a", True), seen("b", False)], TODAY)
        # (.2^2 + .4^2) / 2 = .1; the record says .5 to both: .25.
        assert card.brier == pytest.approx(0.1)
        assert card.skill == card.skill_even == pytest.approx(0.6)
        # -(ln .8 + ln .6) / 2 = .366985 over ln 2.
        assert card.logarithmic == pytest.approx(0.366985, abs=1e-6)
        assert card.skill_logarithmic == pytest.approx(0.470552, abs=1e-5)
        assert card.calibration == ()

    def test_nothing_settled_is_no_score(self) -> None:
        card = score([made_forecast("a", 24, 0.8)], [], date(2027, 1, 1))
        assert (card.brier, card.skill, card.skill_even, card.scored, card.open) == (
            None, None, None, (), ()
        )  # fmt: skip

    def test_the_first_of_two_forecasts_is_scored(self) -> None:
        ledger = [made_forecast("a", 24, 0.9), made_forecast("a", 25, 0.1)]
        card = score(ledger, [seen("a", True)], TODAY)
        assert [one.forecast.probability for one in card.scored] == [0.9]

    def test_a_moved_day_settles_each_statement_by_its_own(self) -> None:
        early = replace(made_forecast("a", 24, 0.6), id="s/a/2028", resolves_on="2028-12-31")
        late = replace(made_forecast("a", 24, 0.9), id="s/a/2030")
        card = score([early, late], [seen("a", True, "2029-05-01")], TODAY)
        assert [(one.forecast.id, one.happened) for one in card.scored] == [
            ("s/a/2028", False), ("s/a/2030", True)
        ]  # fmt: skip

    def test_calibration_counts_every_settled_forecast_once(self) -> None:
        names = [f"n{number:02d}" for number in range(30)]
        ledger = [made_forecast(name, 24, 1.0 if n < 10 else 0.25) for n, name in enumerate(names)]
        results = [seen(name, n < 15) for n, name in enumerate(names)]
        card = score(ledger, results, TODAY)
        assert [(row.low, row.high, row.count) for row in card.calibration] == [
            (0.2, 0.4, 20), (0.8, 1.0, 10)
        ]  # fmt: skip
        low, high = card.calibration
        assert (low.said, low.happened) == pytest.approx((0.25, 0.25))
        assert (high.said, high.happened, high.happened_high) == pytest.approx((1.0, 1.0, 1.0))
        assert low.happened_low < 0.25 < low.happened_high

    def test_few_forecasts_make_no_calibration(self) -> None:
        names = [f"n{number:02d}" for number in range(scoring.ENOUGH - 1)]
        ledger = [made_forecast(name, 24, 0.5) for name in names]
        assert not score(ledger, [seen(name, True) for name in names], TODAY).calibration


class TestSettled:
    def test_at_most_is_settled_by_its_very_day(self) -> None:
        signal = made_signal(comparison="le", threshold=100.0)
        assert settled(signal, 50.0, date(2029, 1, 1)) is None
        assert settled(signal, 50.0, date(2031, 1, 1)) is None
        for value, happened in ((50.0, True), (150.0, False)):
            found = settled(signal, value, signal.by)
            assert found is not None
            assert found.happened == happened

    def test_the_value_is_kept_to_the_last_digit(self) -> None:
        found = settled(made_signal(), 1234567.25, date(2029, 1, 1))
        assert found is not None
        assert found.value == "1234567.25"

    def test_a_release_gives_what_it_knows(self, evidence: Evidence) -> None:
        assert len(shipped(evidence)) == len(evidence.table(scoring.TABLE).rows)


class TestFile:
    def test_what_is_added_is_read_back(self, tmp_path: Path) -> None:
        path = tmp_path / "own" / "resolutions.csv"
        append(path, seen("a", True))
        append(path, seen("b", False))
        assert read(path) == (seen("a", True), seen("b", False))
        assert list(path.parent.iterdir()) == [path]

    def test_the_same_news_twice_is_once(self, tmp_path: Path) -> None:
        path = tmp_path / "resolutions.csv"
        append(path, seen("a", True))
        assert append(path, seen("a", True, "2031-01-01")) == (seen("a", True),)

    def test_news_that_contradicts_is_refused(self, tmp_path: Path) -> None:
        path = tmp_path / "resolutions.csv"
        append(path, seen("a", True))
        before = path.read_bytes()
        with pytest.raises(InputError, match="settled already"):
            append(path, seen("a", False))
        assert path.read_bytes() == before

    @pytest.mark.parametrize(
        ("row", "where"),
        [("a,yes,maybe,2030-12-31", "2:happened"), ("a,yes,True,2030", "2:seen_on")],
    )
    def test_a_broken_cell_is_named(self, tmp_path: Path, row: str, where: str) -> None:
        path = tmp_path / "resolutions.csv"
        path.write_text(f"{','.join(COLUMNS)}\n{row}\n", encoding="utf-8")
        with pytest.raises(InputError) as caught:
            read(path)
        assert f"resolutions.csv:{where}" in str(caught.value)

    @pytest.mark.parametrize("raw", [b"", b"x\n", b"\xff\xfe"])
    def test_another_file_is_refused(self, tmp_path: Path, raw: bytes) -> None:
        path = tmp_path / "resolutions.csv"
        path.write_bytes(raw)
        with pytest.raises(InputError, match="not a file of resolutions"):
            read(path)
