"""What the routes stand on: studies, lanes of work, jobs, and answers that are ready."""

from __future__ import annotations

import asyncio
import hashlib
import itertools
from collections import OrderedDict
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from midstream.app import nursery
from midstream.app.failures import refuse
from midstream.app.lanes import Job, Lane, value_of
from midstream.app.settings import Settings, StudyText
from midstream.app.worker import Outcome
from midstream.terms import suggestion

#: Processes for quick jobs; they share the memory of the one they are forked from.
QUICK = 2


#: Ends when who asked has left.
Gone = Callable[[], Coroutine[Any, Any, object]]


@dataclass(frozen=True, slots=True)
class Ready:
    """An answer that is ready to be sent.

    Attributes:
        body: Its bytes.
        kind: Media type.
        tag: Entity tag.
        last_total: Rows of the whole list, where it is a page of one.
    """

    body: bytes
    kind: str
    tag: str
    last_total: int | None = None


def ready(body: bytes, kind: str, total: int | None = None) -> Ready:
    """Make an answer with its tag."""
    return Ready(body, kind, f'"{hashlib.sha256(body).hexdigest()[:24]}"', total)


class Kept:
    """Answers by what was asked, up to a number of bytes; the least used goes first."""

    def __init__(self, most: int) -> None:
        self.most, self.size = most, 0
        self._held: OrderedDict[object, Ready] = OrderedDict()

    def get(self, key: object) -> Ready | None:
        """Give an answer, if it is there."""
        found = self._held.get(key)
        if found is not None:
            self._held.move_to_end(key)
        return found

    def put(self, key: object, answer: Ready) -> None:
        """Keep an answer."""
        old = self._held.pop(key, None)
        self.size += len(answer.body) - (len(old.body) if old else 0)
        self._held[key] = answer
        while self.size > self.most and len(self._held) > 1:
            _, gone = self._held.popitem(last=False)
            self.size -= len(gone.body)


class Service:
    """Everything the routes share."""

    def __init__(self, settings: Settings) -> None:
        limits = settings.limits
        self.settings, self.limits = settings, limits
        self.studies: OrderedDict[str, StudyText] = OrderedDict(
            (one.id, one) for one in settings.studies
        )
        self.kept = Kept(limits.cache_bytes)
        self.jobs: OrderedDict[str, Job] = OrderedDict()
        self.lanes = {
            "quick": Lane("quick", QUICK, limits.quick_seconds, limits.waiting),
            "slow": Lane("slow", 1, limits.slow_seconds, limits.waiting),
        }
        self._numbers = itertools.count(1)
        self._same: dict[object, Job] = {}

    def start(self) -> None:
        """Begin to work."""
        if self.settings.warm:
            nursery.announce(self.study(""))
        for lane in self.lanes.values():
            lane.start()

    async def close(self) -> None:
        """Stop working."""
        for lane in self.lanes.values():
            await lane.close()

    def study(self, name: str) -> StudyText:
        """Give a study by name, the first where no name is given.

        Raises:
            ServedError: 404 if there is none.
        """
        if not name:
            return next(iter(self.studies.values()))
        if name not in self.studies:
            listed = ", ".join(one.id for one in self.studies.values() if not one.own)
            mend = suggestion(name, list(self.studies)) or "name one of them"
            raise refuse(404, f"no study {name!r}", "study", f"served are {listed}", mend)
        return self.studies[name]

    def bring(self, text: StudyText) -> None:
        """Keep a study of a reader in memory; the oldest of them goes when there are too many."""
        own = [one.id for one in self.studies.values() if one.own and one.id != text.id]
        while len(own) >= self.limits.studies:
            del self.studies[own.pop(0)]
        self.studies[text.id] = text

    def job(self, client: str, lane: str, task: str, *values: Any, kind: str = "") -> Job:
        """Hand in a job, for one more reader; the same job that is not done yet is given again.

        Raises:
            ServedError: 429 if the client has too many waiting.
        """
        key = (lane, task, repr(values))
        known = self._same.get(key)
        if known is not None and not known.done.done():
            known.readers += 1
            return known
        seed = f"{next(self._numbers)}/{id(self)}/{key}"
        name = hashlib.sha256(seed.encode()).hexdigest()[:20]
        done: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        job = Job(name, client, task, values, done, kind, readers=1)
        self.lanes[lane].add(job)
        done.add_done_callback(lambda _: self._end(key, job))
        self._same[key] = self.jobs[name] = job
        while len(self.jobs) > self.limits.jobs:
            self.jobs.popitem(last=False)
        return job

    def _end(self, key: object, job: Job) -> None:
        """Forget a job whose address nobody was given, and the oldest outcomes beyond the limit."""
        self._same.pop(key, None)
        if not job.told:
            self.jobs.pop(job.id, None)
        sizes = {one.id: one.size for one in self.jobs.values()}
        over = sum(sizes.values()) - self.limits.outcome_bytes
        for name, size in sizes.items():
            if over <= 0:
                break
            if size and name != job.id:
                del self.jobs[name]
                over -= size

    async def value(
        self, client: str, lane: str, task: str, *values: Any, gone: Gone | None = None
    ) -> Any:
        """Have a job done and give its value.

        Args:
            client, lane, task, values: As in `job`.
            gone: Ends when the reader has left; a job nobody waits for is then not begun.

        Raises:
            ServedError: the error of the job.
        """
        job = self.job(client, lane, task, *values)
        leaving = asyncio.ensure_future(asyncio.Event().wait() if gone is None else gone())
        try:
            await asyncio.wait((job.done, leaving), return_when=asyncio.FIRST_COMPLETED)
        finally:
            leaving.cancel()
            job.leave()
        if not job.done.done():
            raise refuse(
                409, "the reader has left", task, "another look was asked for", "ask again"
            )
        return value_of(job.done.result())

    def known_job(self, name: str) -> Job:
        """Give a job by name.

        Raises:
            ServedError: 404 if there is none.
        """
        if name not in self.jobs:
            why = f"the last {self.limits.jobs} jobs are remembered"
            raise refuse(404, f"no job {name!r}", "job", why, "ask again for what it was to give")
        return self.jobs[name]
