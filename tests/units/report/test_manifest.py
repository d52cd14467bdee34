"""Manifest, comparison of editions, and the swap of folders."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from midstream.errors import InputError
from midstream.report.compare import diff
from midstream.report.edition import Edition, build, chosen
from midstream.report.manifest import (
    Stamp,
    edition_hash,
    hint,
    inputs,
    read_manifest,
    stamp,
    verify,
    write_manifest,
)
from midstream.report.swap import swapped
from midstream.study import Study

QUICK = frozenset({"condensed", "tables"})


@pytest.fixture
def folder(india: Study, tmp_path: Path) -> Path:
    """A small folder with a manifest."""
    (tmp_path / "sub").mkdir()
    (tmp_path / "a.txt").write_text("one", encoding="utf-8")
    (tmp_path / "sub" / "b.txt").write_text("two", encoding="utf-8")
    write_manifest(tmp_path, india, inputs(india))
    return tmp_path


def kinds(folder: Path) -> list[tuple[str, str]]:
    return [(one.kind, one.path) for one in verify(folder)]


def rewritten(folder: Path, change: Callable[[dict[str, Any]], None]) -> None:
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text("utf-8"))
    change(manifest)
    path.write_text(json.dumps(manifest), encoding="utf-8")


# verify


def test_a_folder_as_built_has_no_difference(folder: Path) -> None:
    assert verify(folder) == []


def test_a_flipped_byte_is_found(folder: Path) -> None:
    (folder / "a.txt").write_text("onf", encoding="utf-8")
    assert kinds(folder) == [("changed", "a.txt")]


def test_a_longer_file_is_found(folder: Path) -> None:
    (folder / "a.txt").write_text("one more", encoding="utf-8")
    assert verify(folder)[0].line() == "changed: a.txt (3 bytes expected, 8 found)"


def test_added_and_missing_files_are_found(folder: Path) -> None:
    (folder / "sub" / "b.txt").unlink()
    (folder / "c.txt").write_text("three", encoding="utf-8")
    assert kinds(folder) == [("missing", "sub/b.txt"), ("added", "c.txt")]


def test_a_changed_input_is_found(folder: Path) -> None:
    rewritten(folder, lambda manifest: manifest["inputs"].update(seed=7))
    assert kinds(folder) == [("changed", "manifest.json")]


@pytest.mark.parametrize("path", ["../outside", "/etc/hostname", "a/../../b", "", "x\\..\\y"])
def test_a_path_that_leaves_the_folder_is_not_opened(folder: Path, path: str) -> None:
    record = {"path": path, "bytes": 1, "sha256": "0"}
    rewritten(folder, lambda manifest: manifest["files"].append(record))
    assert ("unsafe", path) in kinds(folder)


def test_a_link_that_leaves_the_folder_is_not_opened(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside") / "secret"
    outside.write_text("secret", encoding="utf-8")
    (folder / "a.txt").unlink()
    (folder / "a.txt").symlink_to(outside)
    assert ("unsafe", "a.txt") in kinds(folder)


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "{}", '{"format": "midstream-manifest/1"}', '{"format": "other"}', "\xff"],
)
def test_a_broken_manifest_is_one_clear_error(tmp_path: Path, text: str) -> None:
    (tmp_path / "manifest.json").write_bytes(text.encode("latin-1"))
    with pytest.raises(InputError) as caught:
        verify(tmp_path)
    assert caught.value.where == "manifest.json"


def test_a_broken_record_is_named(folder: Path) -> None:
    rewritten(folder, lambda manifest: manifest["files"].append({"path": 3}))
    with pytest.raises(InputError, match=r"files\[2\]"):
        verify(folder)


def test_a_folder_without_manifest_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no manifest"):
        verify(tmp_path)


def test_the_hint_names_the_command(folder: Path) -> None:
    assert "midstream build india-us" in hint(folder)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"study": "solar-pacific"}, "midstream build solar-pacific.toml"),
        ({"data_release": "2026.11-local-6219db13"}, "midstream build india-us --data FOLDER"),
    ],
)
def test_the_hint_names_what_is_not_shipped_by_its_file(
    folder: Path, changed: dict[str, str], words: str
) -> None:
    rewritten(folder, lambda manifest: manifest.update(changed))
    assert words in hint(folder)


# inputs


def test_the_hash_follows_the_inputs(india: Study, japan: Study) -> None:
    made_from = inputs(india)
    assert edition_hash(made_from) == edition_hash(json.loads(json.dumps(made_from)))
    assert edition_hash(made_from) != edition_hash({**made_from, "draws": 1})
    assert edition_hash(made_from) != edition_hash(inputs(japan))
    assert stamp(india).hash == edition_hash(made_from)[:12]


def test_every_table_of_the_release_is_an_input(india: Study) -> None:
    tables = inputs(india)["tables"]
    assert {"observations.csv", "parameters.csv", "bulk/trade.parquet", "release.toml"} <= set(
        tables
    )
    data = (india.evidence.folder.path / "parameters.csv").read_bytes()
    assert tables["parameters.csv"] == hashlib.sha256(data).hexdigest()


def test_dates_are_those_of_the_study() -> None:
    made = Stamp("2026.11", "2026-11-04", "0.1.0", "abc")
    assert (made.long_date, made.short_date) == ("4 November 2026", "4 Nov 2026")


# an edition


def test_an_edition_verifies(edition: Edition) -> None:
    assert verify(edition.folder) == []
    data = (edition.folder / "manifest.json").read_bytes()
    assert edition.manifest_hash == hashlib.sha256(data).hexdigest()
    names = {
        path.relative_to(edition.folder).as_posix()
        for path in edition.folder.rglob("*")
        if path.is_file()
    }
    assert set(edition.files) == names


def test_two_editions_are_the_same_bytes(edition: Edition, india: Study, tmp_path: Path) -> None:
    again = build(india, tmp_path / "again", QUICK)
    assert again.manifest_hash == edition.manifest_hash
    assert diff(edition.folder, again.folder) == []


def test_a_manifest_holds_no_clock(edition: Edition) -> None:
    manifest = read_manifest(edition.folder)
    assert manifest["date"] == "2026-11-24"
    assert not {"created", "time", "built", "python", "host"} & set(manifest)


def test_progress_is_told(small: Study, tmp_path: Path) -> None:
    told: list[tuple[str, float]] = []
    build(
        small,
        tmp_path / "out",
        frozenset({"tables"}),
        lambda what, share: told.append((what, share)),
    )
    assert told[-1] == ("done", 1.0)
    shares = [share for _, share in told]
    assert shares == sorted(shares)


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ("complete", "not part of this version"),
        ("poster", "no part 'poster'"),
    ],
)
def test_parts_that_cannot_be_built_are_refused(part: str, words: str) -> None:
    with pytest.raises(InputError, match=words) as caught:
        chosen(frozenset({"tables", part}))
    assert "site, condensed, tables" in caught.value.mend


# comparison


def edited(folder: Path, table: str, old: str, new: str) -> None:
    """Change a piece of a table of a copy."""
    path = folder / "tables" / f"{table}.csv"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.fixture
def copy(edition: Edition, tmp_path: Path) -> Path:
    import shutil

    return Path(shutil.copytree(edition.folder, tmp_path / "copy"))


def first_row(folder: Path, table: str) -> dict[str, str]:
    import csv

    with (folder / "tables" / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return next(iter(csv.DictReader(file)))


def test_a_changed_figure_is_found_with_its_cause(edition: Edition, copy: Path) -> None:
    row = first_row(copy, "scores")
    edited(copy, "scores", f",{row['score']},", ",4.75,")
    changed = leaf_under(copy, row["score_lineage"])
    edited(copy, "lineage", f"{changed},", f"{changed}x,")
    found = diff(edition.folder, copy)
    place = "/".join(row[name] for name in ("country", "sector", "stage"))
    assert [one.id for one in found] == [f"scores/{place}/score"]
    assert found[0].to_dict()["new"] == "4.75"
    assert any(changed in cause for cause in found[0].causes)


@pytest.mark.parametrize(
    ("table", "field"),
    [("shock_peaks", "peak"), ("outlook_scenarios", "probability_high"), ("policy_tests", "value")],
)
def test_figures_of_every_room_are_compared(
    edition: Edition, copy: Path, table: str, field: str
) -> None:
    value = first_row(copy, table)[field]
    edited(copy, table, f",{value},", ",47.11,")
    assert any(one.table == table and one.new == "47.11" for one in diff(edition.folder, copy))


def leaf_under(folder: Path, lineage: str) -> str:
    """An input under a lineage id."""
    import csv

    with (folder / "tables" / "lineage.csv").open(encoding="utf-8", newline="") as file:
        nodes = {row["id"]: row for row in csv.DictReader(file)}
    waiting = [lineage]
    while waiting:
        node = nodes[waiting.pop()]
        if node["kind"] != "formula":
            return node["id"]
        waiting += node["inputs"].split()
    raise AssertionError(lineage)


def test_a_changed_setting_is_a_cause(edition: Edition, copy: Path) -> None:
    row = first_row(copy, "scores")
    edited(copy, "scores", f",{row['score']},", ",4.75,")
    rewritten(copy, lambda manifest: manifest["inputs"].update(seed=7))
    assert diff(edition.folder, copy)[0].causes == ("seed: 20261124 to 7",)


def test_a_row_that_is_gone_is_found(edition: Edition, copy: Path) -> None:
    path = copy / "tables" / "ranks.csv"
    lines = path.read_text("utf-8").splitlines(keepends=True)
    path.write_text("".join([*lines[:1], *lines[2:]]), encoding="utf-8")
    found = diff(edition.folder, copy)
    assert {one.field for one in found} == {"rank", "rank_low", "rank_high"}
    assert all(one.new is None for one in found)


def test_an_edition_without_tables_cannot_be_compared(edition: Edition, folder: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        diff(edition.folder, folder)


# the swap


def test_the_new_folder_takes_the_place_of_the_old(folder: Path) -> None:
    with swapped(folder) as made:
        (made / "new.txt").write_text("new", encoding="utf-8")
        assert (folder / "a.txt").exists()
    assert [path.name for path in folder.iterdir()] == ["new.txt"]
    assert list(folder.parent.glob(f".{folder.name}.*")) == []


def test_a_failed_build_leaves_the_old_edition(folder: Path) -> None:
    def fail() -> None:
        with swapped(folder) as made:
            (made / "half.txt").write_text("half", encoding="utf-8")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert verify(folder) == []
    assert list(folder.parent.glob(f".{folder.name}.*")) == []


def test_a_folder_that_is_no_edition_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match="no edition"), swapped(tmp_path):
        pytest.fail("the block must not run")
    assert (tmp_path / "thesis.txt").exists()


def test_a_file_in_the_way_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "out"
    path.write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match="a file stands"), swapped(path):
        pytest.fail("the block must not run")


def dead_process() -> int:
    """Id of a process that no longer runs."""
    done = subprocess.Popen([sys.executable, "-c", ""])
    done.wait()
    return done.pid


def test_what_dead_builds_left_is_cleared(tmp_path: Path) -> None:
    out, gone = tmp_path / "out", dead_process()
    (tmp_path / f".out.building-{gone}").mkdir()
    (tmp_path / f".out.building-{os.getppid()}").mkdir()
    with swapped(out) as made:
        (made / "new.txt").write_text("new", encoding="utf-8")
    assert not (tmp_path / f".out.building-{gone}").exists()
    assert (tmp_path / f".out.building-{os.getppid()}").exists()


def test_an_edition_lost_between_two_moves_is_put_back(tmp_path: Path) -> None:
    old = tmp_path / f".out.old-{dead_process()}"
    old.mkdir()
    (old / "manifest.json").write_text("{}", encoding="utf-8")
    with pytest.raises(RuntimeError), swapped(tmp_path / "out"):
        raise RuntimeError
    assert (tmp_path / "out" / "manifest.json").exists()
