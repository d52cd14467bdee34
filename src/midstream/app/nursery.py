"""Where worker processes come from: a process that is warm once, and is forked for each of them.

A worker shares every page of memory with it until one of them writes there, and begins at once.
On systems other than Linux each worker begins anew and warms itself when it is asked.
"""

from __future__ import annotations

import gc
import os
import platform
from functools import cache
from multiprocessing import get_context
from multiprocessing.context import BaseContext
from typing import TYPE_CHECKING

from pydantic import TypeAdapter

from midstream.app.memory import give_back
from midstream.app.settings import StudyText

if TYPE_CHECKING:
    from midstream.evidence import Evidence
    from midstream.study import Study

#: Module that the process imports before it is forked for the first time.
WARM = "midstream.app.warm"
#: How it is told what study to open; a process can be handed nothing else before it is asked.
STUDY = "MIDSTREAM_WARM_STUDY"
_TEXT = TypeAdapter(StudyText)


def forks() -> bool:
    """Say whether processes can be forked: elsewhere libraries of the system do not outlive it."""
    return platform.system() == "Linux"


@cache
def context() -> BaseContext:
    """How workers begin."""
    if not forks():
        return get_context("spawn")
    made = get_context("forkserver")
    made.set_forkserver_preload([WARM])
    return made


def announce(study: StudyText) -> None:
    """Name the study the process opens; too late once the first worker has begun."""
    os.environ[STUDY] = _TEXT.dump_json(study).decode()


def announced() -> StudyText | None:
    """Give the study that was named."""
    text = os.environ.get(STUDY)
    return None if text is None else _TEXT.validate_json(text)


@cache
def release() -> Evidence:
    """The release, opened once in a process or in the one it was forked from."""
    from midstream.evidence import Evidence

    return Evidence.load(check=False)


#: Studies opened before the fork.
opened: dict[StudyText, Study] = {}


def settle() -> None:
    """Leave what there is alone from now on: a collection would write to every page of it.

    Databases are closed: the threads of one do not live on in a fork, which would wait for them.
    """
    for evidence in (release(), *(study.evidence for study in opened.values())):
        evidence.bulk.close()
    gc.collect()
    give_back()
    gc.freeze()
