"""Answers kept between runs: the same as worked out, traced to the end, never out of date."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from midstream.evidence.folder import SHIPPED
from midstream.scorecard.result import Scorecard
from midstream.study import Study, kept, load
from quick_studies import LEVERS


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "answers"
    monkeypatch.setenv(kept.SETTING, str(folder))
    return folder


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "levers.toml"
    path.write_text(LEVERS, encoding="utf-8")
    return path


class Alike(str):
    """A question that is written like another one."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'alike'"


def opened(file: Path) -> Study:
    return load(file, keep=True)


def files(store: Path) -> list[Path]:
    return sorted(store.glob("*/*.answer"))


def lineages(value: object) -> Iterator[str]:
    """Every lineage id in an answer that is written as JSON."""
    for found in re.finditer(r'"lineage": "([^"]+)"', json.dumps(value)):
        yield found[1]


@pytest.mark.usefixtures("store")
def test_a_second_run_is_given_what_the_first_has_worked_out(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = opened(file)
    cards = [first.scorecard(), first.scorecard(["IND"], draws=50)]
    market, watch = first.market_ahead("magnets-light", draws=2), first.watch(draws=50)
    monkeypatch.setattr(Study, "scored", None)
    second = opened(file)
    assert [second.scorecard(), second.scorecard(["IND"], draws=50)] == cards
    again = second.market_ahead("magnets-light", draws=2)
    told = again.to_dict(second.ledger, ("IND",))
    assert told == market.to_dict(first.ledger, ("IND",))
    assert [row.signal for row in second.watch(draws=50)] == [row.signal for row in watch]
    shown = [cell.score.lineage for card in cards for cell in card.cells]
    for lineage in (*shown, *lineages(told)):
        assert second.ledger.trace(lineage) == first.ledger.trace(lineage)


@pytest.mark.usefixtures("store")
def test_large_arrays_are_mapped_and_cannot_be_changed(file: Path) -> None:
    made = opened(file).outlook(draws=50)
    found = opened(file).outlook(draws=50)
    assert (found.state.paths.output == made.state.paths.output).all()
    with pytest.raises(ValueError, match="read-only"):
        found.state.paths.output[:, :, 0][0] = 0.0


def test_what_is_asked_otherwise_is_made(store: Path, file: Path) -> None:
    opened(file).scorecard(["IND"], draws=50)
    second = opened(file)
    other = second.scorecard(["IND"], draws=60)
    assert other.draws == 60
    assert len(files(store)) == 2


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize("what", ["study", "table", "code", "licences"])
def test_what_changes_an_input_leads_elsewhere(
    what: str, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "data"
    shutil.copytree(SHIPPED, data)

    def name(*licences: str) -> str:
        study = load(file, data=data, without_licences=frozenset(licences), keep=True)
        assert study.keep is not None
        assert study.keep.folder is not None
        return study.keep.folder.name

    before = name()
    assert name() == before
    if what == "study":
        file.write_text(LEVERS.replace("seed = 1", "seed = 2"), encoding="utf-8")
    elif what == "table":
        table = data / "parameters.csv"
        text = table.read_text("utf-8")
        changed = re.sub(r"(?m)^(shock\.draws,.*?)200", r"\g<1>201", text, count=1)
        assert changed != text
        table.write_text(changed, encoding="utf-8")
    elif what == "code":
        more = tmp_path / "more.py"
        more.write_text("", encoding="utf-8")
        sources = [*kept._sources(), more]
        monkeypatch.setattr(kept, "_sources", lambda: sources)
    assert name(*(["unclear"] if what == "licences" else [])) != before


@pytest.mark.usefixtures("store")
def test_an_answer_of_code_that_was_touched_meanwhile_is_not_kept(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = opened(file)
    assert study.keep is not None
    assert study.keep.answer(("watch", 1), lambda: 1) == 1
    monkeypatch.setattr(kept, "_signature", tuple)
    assert study.keep.answer(("watch", 2), lambda: 2) == 2
    assert study.keep.holds(("watch", 1))
    assert not study.keep.holds(("watch", 2))


@pytest.mark.parametrize("damage", [b"", b"no answer at all", b"midstream answer 1\n\x00\x01"])
def test_a_damaged_file_is_made_again(store: Path, file: Path, damage: bytes) -> None:
    made = opened(file).scorecard(["IND"], draws=50)
    (path,) = files(store)
    whole = path.read_bytes()
    path.write_bytes(damage or whole[:-200])
    again = opened(file).scorecard(["IND"], draws=50)
    assert again == made
    assert opened(file).keep is not None
    assert len(path.read_bytes()) == len(whole)


@pytest.mark.usefixtures("store")
def test_two_questions_written_alike_are_told_apart(file: Path) -> None:
    study = opened(file)
    assert study.keep is not None
    assert study.keep.answer(("watch", "alike"), lambda: 1) == 1
    assert study.keep.answer(("watch", Alike("other")), lambda: 2) == 2


def test_what_holds_a_bench_is_not_kept(store: Path, file: Path) -> None:
    study = opened(file)
    assert study.once(("policy bench", 1), lambda: 1) == 1
    assert not files(store)


@pytest.mark.skipif(os.name != "posix", reason="rights of files are those of POSIX")
def test_a_folder_others_can_write_to_is_not_used(store: Path, file: Path) -> None:
    store.mkdir()
    store.chmod(0o777)
    opened(file).scorecard(["IND"], draws=50)
    assert not files(store)


def test_nothing_is_kept_unless_asked(
    store: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(file).scorecard(["IND"], draws=50)
    monkeypatch.setenv(kept.SETTING, "off")
    opened(file).scorecard(["IND"], draws=50)
    assert kept.root() is None
    assert not store.exists()


def test_the_folder_is_that_of_the_user(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv(kept.SETTING, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert kept.root() == tmp_path / "midstream" / "answers"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert kept.root() == tmp_path / ".cache" / "midstream" / "answers"


def test_folders_used_longest_ago_go_first(
    store: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = store / "old"
    old.mkdir(parents=True, mode=0o700)
    (old / "a.answer").write_bytes(bytes(10))
    os.utime(old, (1, 1))
    study = opened(file)
    assert study.keep is not None
    assert study.keep.folder is not None
    assert old.is_dir()
    monkeypatch.setattr(kept, "MOST", 5)
    opened(file).scorecard(["IND"], draws=50)
    assert not old.exists()
    assert files(store)


@pytest.mark.usefixtures("store")
def test_a_card_that_is_given_again_is_a_card(file: Path) -> None:
    opened(file).scorecard()
    card = opened(file).scorecard()
    assert isinstance(card, Scorecard)
    assert card.cell("IND", "rare-earth-magnets", "C3").score.lineage in card.ledger
