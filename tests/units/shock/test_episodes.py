"""Episodes: the shipped tables, and a user's file with everything that can be wrong in it."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import pytest

from midstream.errors import InputError
from midstream.evidence import Evidence
from midstream.shock.episode import Episode, read_episodes, shipped_episodes
from midstream.shock.rivals import mean_cut

HEADER = [
    "episode",
    "set",
    "material",
    "stage",
    "instrument_class",
    "month_of_force",
    "supply_share",
    "stock_cover_months",
    "spare_capacity",
    "announced_length_months",
    "pass_ratio",
    "observed_peak_month",
    "observed_peak_ratio",
    "observed_prices",
    "null_case",
    "note",
    "price_source",
    "volume_source",
    "label",
]
GOOD = {
    "episode": "Example 2030",
    "set": "later",
    "material": "gallium",
    "stage": "C2",
    "instrument_class": "licence",
    "month_of_force": "1",
    "supply_share": "0.8",
    "stock_cover_months": "2.5",
    "spare_capacity": "0.1",
    "pass_ratio": "1;0.2;0.2;0.4",
    "observed_peak_month": "3",
    "observed_peak_ratio": "1.5",
    "observed_prices": "1:1.2;3:1.5",
    "null_case": "0",
}


def written(folder: Path, *rows: dict[str, str], header: list[str] | None = None) -> Path:
    path = folder / "others.csv"
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, header or HEADER, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.fixture(scope="module")
def shipped(evidence: Evidence) -> dict[str, Episode]:
    return {one.id: one for one in shipped_episodes(evidence)}


class TestShipped:
    def test_every_input_has_a_record_and_a_cluster(
        self, evidence: Evidence, shipped: dict[str, Episode]
    ) -> None:
        ids = [row["id"] for row in evidence.table("episodes").rows]
        assert list(shipped) == ids
        assert all(one.cluster and one.pass_ratio for one in shipped.values())

    def test_checks_agree_with_the_mean_cut(
        self, evidence: Evidence, shipped: dict[str, Episode]
    ) -> None:
        for row in evidence.table("episode_checks").rows:
            assert mean_cut(shipped[row["id"]]) == pytest.approx(row["mean_cut"], abs=2e-3)

    def test_null_cases_count_as_no_change(self, shipped: dict[str, Episode]) -> None:
        for one in shipped.values():
            assert one.observed >= 0
            if one.null_case:
                assert one.observed == 0
                assert one.window == 18
            else:
                assert one.observed == pytest.approx(max(0.0, math.log(one.peak_ratio or 1)))
                assert one.window == one.peak_month

    def test_linked_shocks_share_a_cluster(self, shipped: dict[str, Episode]) -> None:
        assert shipped["gallium-2023"].cluster == shipped["germanium-2023"].cluster
        assert shipped["nickel-ban-2014"].cluster == shipped["bauxite-idn-2014"].cluster

    def test_listed_materials_are_marked(self, shipped: dict[str, Episode]) -> None:
        assert shipped["nickel-ban-2014"].exchange
        assert not shipped["gallium-2023"].exchange


class TestFile:
    def test_a_whole_row(self, tmp_path: Path, evidence: Evidence) -> None:
        (one,) = read_episodes(written(tmp_path, GOOD), evidence)
        assert one.name == one.cluster == "Example 2030"
        assert one.pass_ratio == (1, 0.2, 0.2, 0.4)
        assert one.prices == ((1, 1.2), (3, 1.5))
        assert one.observed == pytest.approx(math.log(1.5))
        assert one.peak_short == 1.5
        assert not one.exchange

    def test_only_what_is_needed(self, tmp_path: Path, evidence: Evidence) -> None:
        bare = {
            name: GOOD[name]
            for name in ("episode", "material", "stage", "instrument_class", "supply_share")
        }
        bare |= {"pass_ratio": "0.5", "null_case": "1"}
        (one,) = read_episodes(written(tmp_path, bare), evidence)
        assert one.null_case
        assert one.stock_cover is None
        assert one.spare_capacity is None
        assert one.observed == 0
        assert one.month_of_force == 0

    def test_extra_columns_are_passed_over(self, tmp_path: Path, evidence: Evidence) -> None:
        path = written(tmp_path, GOOD | {"mood": "grim"}, header=[*HEADER, "mood"])
        assert len(read_episodes(path, evidence)) == 1

    def test_a_cluster_column_links(self, tmp_path: Path, evidence: Evidence) -> None:
        rows = [GOOD | {"cluster": "x"}, GOOD | {"episode": "Another", "cluster": "x"}]
        first, second = read_episodes(
            written(tmp_path, *rows, header=[*HEADER, "cluster"]), evidence
        )
        assert first.cluster == second.cluster == "x"

    def test_the_largest_price_stands_for_a_blank_peak(
        self, tmp_path: Path, evidence: Evidence
    ) -> None:
        row = GOOD | {"observed_peak_ratio": "", "observed_peak_month": ""}
        (one,) = read_episodes(written(tmp_path, row), evidence)
        assert (one.peak_month, one.peak_ratio) == (3, 1.5)

    def test_a_note_says_that_it_is_confounded(self, tmp_path: Path, evidence: Evidence) -> None:
        (one,) = read_episodes(written(tmp_path, GOOD | {"note": "CONFOUNDED: war"}), evidence)
        assert one.confounded

    @pytest.mark.parametrize(
        ("column", "text"),
        [
            ("supply_share", "80"),
            ("supply_share", ""),
            ("supply_share", "nan"),
            ("stage", "C9"),
            ("stage", ""),
            ("instrument_class", "decree"),
            ("pass_ratio", ""),
            ("pass_ratio", "1;x"),
            ("pass_ratio", "1;-0.2"),
            ("month_of_force", "1.5"),
            ("month_of_force", "-1"),
            ("stock_cover_months", "-2"),
            ("null_case", "perhaps"),
            ("observed_prices", "3-1.2"),
            ("observed_prices", "3:0"),
            ("observed_peak_ratio", "0"),
            ("material", ""),
            ("episode", ""),
        ],
    )
    def test_a_bad_cell_is_named(
        self, tmp_path: Path, evidence: Evidence, column: str, text: str
    ) -> None:
        path = written(tmp_path, GOOD, GOOD | {"episode": "Second", column: text})
        with pytest.raises(InputError) as caught:
            read_episodes(path, evidence)
        assert caught.value.where == f"others.csv:3:{column}"

    def test_no_peak_at_all(self, tmp_path: Path, evidence: Evidence) -> None:
        row = GOOD | {"observed_peak_ratio": "", "observed_prices": ""}
        with pytest.raises(InputError, match="observed_peak_ratio"):
            read_episodes(written(tmp_path, row), evidence)

    def test_a_name_twice(self, tmp_path: Path, evidence: Evidence) -> None:
        with pytest.raises(InputError, match=r"others.csv:3:episode.*twice"):
            read_episodes(written(tmp_path, GOOD, GOOD), evidence)

    def test_a_missing_column(self, tmp_path: Path, evidence: Evidence) -> None:
        header = [name for name in HEADER if name != "pass_ratio"]
        with pytest.raises(InputError, match="no column pass_ratio"):
            read_episodes(written(tmp_path, GOOD, header=header), evidence)

    def test_no_rows_and_no_file(self, tmp_path: Path, evidence: Evidence) -> None:
        with pytest.raises(InputError, match="no rows"):
            read_episodes(written(tmp_path), evidence)
        with pytest.raises(InputError, match="no file"):
            read_episodes(tmp_path / "absent.csv", evidence)
        with pytest.raises(InputError, match="no file"):
            read_episodes(tmp_path, evidence)
