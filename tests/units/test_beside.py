"""Answers of a second process: the same as worked out here, taken or left as a whole."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from midstream.errors import InputError
from midstream.report.edition import build
from midstream.study import Study, load
from midstream.study.beside import beside, take, work_out
from quick_studies import SMALL

#: Small enough to be quick; it cuts a form whose chain is short.
SHOCK = """
[[shocks]]
id = "antimony"
actor = "CHN"
form = "antimony-metal"
targets = ["DEU"]
instrument = "export-ban"
depth = 0.9
months = 1
chain = "antimony"
"""


@pytest.fixture(scope="module")
def again(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Study]:
    path = tmp_path_factory.mktemp("beside") / "small.toml"
    text = SMALL.replace("\n[edition]", f"{SHOCK}\n[edition]")
    path.write_text(text, encoding="utf-8")
    return partial(load, path)


def refused() -> Study:
    raise InputError("nothing", where="here", why="a test asks for it", mend="nothing")


def test_answers_that_are_taken_are_those_worked_out_here(again: Callable[[], Study]) -> None:
    here, there = again(), again()
    take(there, work_out(again))
    assert there.shock("antimony").to_dict() == here.shock("antimony").to_dict()
    assert there.backtest().to_dict() == here.backtest().to_dict()
    mine = here.shock("antimony").price_outside[0].lineage
    assert there.ledger.trace(mine) == here.ledger.trace(mine)
    chain = here.shock("antimony").chain
    assert (there.base(chain).network.flow == here.base(chain).network.flow).all()
    assert there.base(chain).world is there.world


def test_what_a_study_has_answered_itself_stays(again: Callable[[], Study]) -> None:
    study = again()
    own = study.shock("antimony")
    take(study, work_out(again))
    assert study.shock("antimony") is own


@pytest.mark.slow
def test_an_edition_is_the_same_with_a_second_process(
    again: Callable[[], Study], tmp_path: Path
) -> None:
    alone = build(again(), tmp_path / "alone", frozenset({"tables"}))
    both = build(again(), tmp_path / "both", frozenset({"tables"}), again=again)
    assert alone.files == both.files
    for name in alone.files:
        one, other = (tmp_path / where / name for where in ("alone", "both"))
        assert one.read_bytes() == other.read_bytes(), name


def test_a_second_process_that_fails_leaves_the_work_to_the_first(
    again: Callable[[], Study],
) -> None:
    study = again()
    with beside(study, refused) as wait:
        wait()
    assert study.shock("antimony").actor == "CHN"


def test_without_a_second_process_nothing_is_taken(again: Callable[[], Study]) -> None:
    study = again()
    with beside(study, None) as wait:
        wait()
    assert not study._answers
