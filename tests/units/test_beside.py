"""Answers of a second process: the same as worked out here, taken or left as a whole."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from midstream.errors import InputError
from midstream.market import solve
from midstream.market.compiled import kernel_loaded
from midstream.report import edition
from midstream.study import Study
from midstream.study.beside import Answers, beside, take, work_out
from quick_studies import SMALL, frugal
from units.market.networks import drawn_network, drawn_parameters

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
    return partial(opened, path)


def opened(path: Path) -> Study:
    """Open the study where the kernel is loaded, as an edition has it in both processes.

    Few draws are solved by the reference where it is not, to other last digits.
    """
    if not kernel_loaded():
        network = drawn_network(1)
        solve(network, drawn_parameters(network, 1), method="compiled")
    return frugal(path)


def refused() -> Study:
    raise InputError("nothing", where="here", why="a test asks for it", mend="nothing")


@pytest.fixture(scope="module")
def found(again: Callable[[], Study]) -> Answers:
    return work_out(again)


def test_answers_that_are_taken_are_those_worked_out_here(
    again: Callable[[], Study], found: Answers
) -> None:
    here, there = again(), again()
    take(there, found)
    assert there.shock("antimony").to_dict() == here.shock("antimony").to_dict()
    assert there.backtest().to_dict() == here.backtest().to_dict()
    mine = here.shock("antimony").price_outside[0].lineage
    assert there.ledger.trace(mine) == here.ledger.trace(mine)
    chain = here.shock("antimony").chain
    assert (there.base(chain).network.flow == here.base(chain).network.flow).all()
    assert there.base(chain).world is there.world


def test_what_a_study_has_answered_itself_stays(again: Callable[[], Study], found: Answers) -> None:
    study = again()
    own = study.shock("antimony")
    take(study, found)
    assert study.shock("antimony") is own


def ends_elsewhere(home: int) -> int:
    """Give the process it runs in; any but `home` is ended at once."""
    if os.getpid() != home:
        os._exit(1)
    return home


class StopHereError(Exception):
    """Raised where the words of an edition would begin."""


def test_an_edition_asks_a_second_process(
    again: Callable[[], Study], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(_: Study) -> None:
        raise StopHereError

    study, here = again(), again()
    monkeypatch.setattr(edition, "narrate", stop)
    monkeypatch.setattr(Study, "shock", None)
    with pytest.raises(StopHereError):
        edition.build(study, tmp_path / "both", again=again)
    monkeypatch.undo()
    kept = study.shock("antimony")
    assert any(answer is kept for answer in study._answers.values())
    assert kept.to_dict() == here.shock("antimony").to_dict()


def test_a_second_process_that_fails_leaves_the_work_to_the_first(
    again: Callable[[], Study],
) -> None:
    study = again()
    with beside(study, refused) as other:
        other.take()
    assert study.shock("antimony").actor == "CHN"


def test_without_a_second_process_nothing_is_taken(again: Callable[[], Study]) -> None:
    study = again()
    with beside(study, None) as other:
        other.take()
    assert not study._answers


def test_what_is_made_there_is_what_is_made_here(again: Callable[[], Study]) -> None:
    with beside(again(), refused) as other, beside(again(), None) as alone:
        there, here = other.have(divmod, 7, 2), alone.have(divmod, 7, 2)
        assert there() == here() == (3, 1)


def test_work_is_done_here_where_the_second_process_breaks_off(
    again: Callable[[], Study],
) -> None:
    here = os.getpid()
    with beside(again(), refused) as other:
        gone = other.have(ends_elsewhere, here)
        assert gone() == here
        after = other.have(ends_elsewhere, here)
        assert after() == here
