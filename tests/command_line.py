"""The command line inside the process of the tests, and studies it opens once."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from midstream import cli
from midstream import study as studies
from midstream.study import Study

#: Opens a study anew.
LOAD = studies.load
#: Studies that were opened, by all that decides what they answer.
_OPENED: dict[tuple[object, ...], Study] = {}


class Answer(NamedTuple):
    """What a command left behind."""

    code: int
    out: str
    err: str


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Run the command line in this process; gives exit code, output, errors."""

    def call(*arguments: str) -> Answer:
        monkeypatch.setattr(sys, "argv", ["midstream", *arguments])
        with pytest.raises(SystemExit) as left:
            cli.main()
        captured = capsys.readouterr()
        code = left.value.code
        return Answer(code if isinstance(code, int) else 0, captured.out, captured.err)

    return call


@pytest.fixture(scope="module")
def kept_studies() -> Iterator[None]:
    """Open each shipped study once: what it has answered is there for the next command.

    A study keeps every answer under all that it was asked for, so a command gives the same as in
    a process of its own. Studies of a file or on data of your own are opened anew each time.
    """

    def once(study: Any = "india-us", **options: Any) -> Study:
        shipped = str(study) in studies.shipped() and options.get("data") is None
        key = (str(study), tuple(sorted(options.items(), key=str)))
        if not shipped:
            return LOAD(study, **options)
        if key not in _OPENED:
            _OPENED[key] = LOAD(study, **options)
        return _OPENED[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(studies, "load", once)
        yield
