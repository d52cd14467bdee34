"""Imported in the process that workers are forked from: opens what all of them need.

Release, templates, the compiled kernel and the study named by `nursery.announce`, with the first
look of each tool taken once. A study that cannot be opened is left to who asks for it.
"""

from __future__ import annotations

from contextlib import suppress
from multiprocessing.sharedctypes import Value

from midstream.app import nursery
from midstream.app.tasks import desk, edition, policy, shock, tools, trace
from midstream.app.worker import Place
from midstream.errors import MidstreamError

__all__ = ["desk", "edition", "policy", "shock", "tools", "trace"]

nursery.release()
study = nursery.announced()
if study is not None:
    with suppress(MidstreamError):
        place = Place(Value("d", 0.0, lock=False), Value("i", 0, lock=False), quick=True)
        shock.warm(place, study)
        policy.warm(place, study)
        nursery.opened[study] = place.study(study)
nursery.settle()
