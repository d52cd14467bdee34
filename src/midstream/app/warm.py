"""Imported in the process that workers are forked from: opens what all of them need.

Release, templates, the compiled kernel and the study named by `nursery.announce`, with the first
look of each tool taken once. A study that cannot be opened is left to who asks for it.
"""

from __future__ import annotations

from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.sharedctypes import Value

from midstream.app import nursery
from midstream.app.settings import StudyText
from midstream.app.tasks import desk, edition, policy, shock, tools, trace
from midstream.app.worker import Place
from midstream.errors import MidstreamError
from midstream.market.compiled import kernel_can_load, kernel_folder

__all__ = ["desk", "edition", "policy", "shock", "tools", "trace"]


def place() -> Place:
    """Make a place to work at that nobody follows or stops."""
    return Place(Value("d", 0.0, lock=False), Value("i", 0, lock=False), quick=True)


def look(study: StudyText) -> None:
    """Take the first look of each tool."""
    here = place()
    with suppress(MidstreamError):
        shock.warm(here, study)
        policy.warm(here, study)
        nursery.opened[study] = here.study(study)


def compile_apart(study: StudyText) -> None:
    """Compile the kernel in a process of its own, which takes the compiler's memory with it."""
    child = get_context("fork").Process(target=look, args=(study,))
    child.start()
    child.join()


_study = nursery.announced()
if _study is not None:
    if nursery.forks() and kernel_can_load() and not kernel_folder().exists():
        compile_apart(_study)
    look(_study)
nursery.release()
nursery.settle()
