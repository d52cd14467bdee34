"""One server for all tests of the explorer: a small study, few draws, pages made once."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from midstream.app.settings import Limits, Settings, StudyText
from quick_studies import SMALL
from served_study import Served, run


@pytest.fixture(scope="session")
def served() -> Iterator[Served]:
    """The small study, served; its pages are there."""
    limits = Limits(
        body_bytes=200_000, study_bytes=8_000, import_bytes=400_000, rate=(5000.0, 5000.0)
    )
    small = StudyText("small", "Wind in two countries", SMALL)
    for one in run(Settings((small,), limits=limits, draws=100, warm=False)):
        while "is being worked out" in one.client.get("/").text:
            time.sleep(0.25)
        yield one
