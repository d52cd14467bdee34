"""What the routes stand on: studies, lanes of work, jobs, and answers that are ready."""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import secrets
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
    """Answers by what was asked, up to a number of bytes; the least used goes first.

    What was asked counts as well: it may be longer than its answer.
    """

    def __init__(self, most: int) -> None:
        self.most, self.size = most, 0
        self._held: OrderedDict[object, tuple[Ready, int]] = OrderedDict()

    def get(self, key: object) -> Ready | None:
        """Give an answer, if it is there."""
        found = self._held.get(key)
        if found is None:
            return None
        self._held.move_to_end(key)
        return found[0]

    def put(self, key: object, answer: Ready) -> None:
        """Keep an answer."""
        _, old = self._held.pop(key, (None, 0))
        size = len(answer.body) + len(repr(key))
        self.size += size - old
        self._held[key] = answer, size
        while self.size > self.most and len(self._held) > 1:
            _, (_, gone) = self._held.popitem(last=False)
            self.size -= gone


@dataclass
class Address:
    """An address of a job, as one client was given it.

    Attributes:
        name: Nobody can guess it.
        job: The job; others who asked the same have addresses of their own.
        client: Who was given it.
        holds: Whether the job is done for this client as long as it does not leave.
        left: Whether the client has stopped it.
    """

    name: str
    job: Job
    client: str
    holds: bool
    left: bool = False

    @property
    def state(self) -> str:
        """How far the job is, for this client."""
        return "stopped" if self.left and self.job.state != "done" else self.job.state

    def leave(self) -> None:
        """Stop waiting: the job goes on if anybody else waits for it."""
        if self.holds and not self.left:
            self.left = True
            self.job.leave(told=True)


class Service:
    """Everything the routes share."""

    def __init__(self, settings: Settings) -> None:
        limits = settings.limits
        self.settings, self.limits = settings, limits
        self.studies: OrderedDict[str, StudyText] = OrderedDict(
            (one.id, one) for one in settings.studies
        )
        self.kept = Kept(limits.cache_bytes)
        #: Jobs that are not done, and the addresses that were given out.
        self.jobs: OrderedDict[str, Job] = OrderedDict()
        self.addresses: OrderedDict[str, Address] = OrderedDict()
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
            ServedError: 429 if the client, or all clients together, have too many waiting.
        """
        # What is asked may be long: a mark of it tells jobs apart as well.
        key = (lane, task, hashlib.sha256(repr(values).encode()).digest())
        known = self._same.get(key)
        if known is not None and not known.done.done():
            known.readers += 1
            return known
        self._room(values)
        done: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        job = Job(str(next(self._numbers)), client, task, values, done, kind, readers=1)
        self.lanes[lane].add(job)
        done.add_done_callback(lambda _: self._end(key, job))
        self._same[key] = self.jobs[job.id] = job
        return job

    def _room(self, values: tuple[Any, ...]) -> None:
        """See that there is room for one more job."""
        limits = self.limits
        held = weight(values) + sum(weight(one.values) for one in self.jobs.values())
        if len(self.jobs) >= limits.jobs or held > limits.waiting_bytes:
            raise refuse(
                429,
                "the server has too much to do",
                why=f"{len(self.jobs)} jobs with {held:,} bytes wait or are worked on",
                mend="wait a moment",
            )

    def _end(self, key: object, job: Job) -> None:
        """Forget a job, whose outcome stays with its addresses, and the oldest outcomes of all."""
        self._same.pop(key, None)
        self.jobs.pop(job.id, None)
        sizes = {one.job.id: one.job.size for one in self.addresses.values()}
        over = sum(sizes.values()) - self.limits.outcome_bytes
        for name, address in list(self.addresses.items()):
            if over <= 0:
                break
            size = sizes[address.job.id]
            if size and address.job is not job:
                del self.addresses[name]
                over -= size
                sizes[address.job.id] = 0

    def address(self, job: Job, client: str, *, holds: bool = True) -> Address:
        """Give a client an address of a job; its outcome is kept for who asks there.

        Args:
            job: The job.
            client: Who asks; a client has one address of a job.
            holds: Whether the client is a reader of the job, whom its address stands for from now
                on; else it may look how far the job is, and stops nothing.
        """
        for known in self.addresses.values():
            if known.job is job and known.client == client and not known.left:
                job.readers -= int(holds)
                return known
        made = Address(secrets.token_hex(10), job, client, holds)
        self.addresses[made.name] = made
        while len(self.addresses) > self.limits.jobs:
            done = (name for name, one in self.addresses.items() if one.job.done.done())
            del self.addresses[next(done, next(iter(self.addresses)))]
        return made

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

    def known(self, name: str) -> Address:
        """Give an address of a job by its name.

        Raises:
            ServedError: 404 if there is none, or its client has stopped it.
        """
        if name not in self.addresses:
            why = f"the last {self.limits.jobs} jobs are remembered"
            raise refuse(404, f"no job {name!r}", "job", why, "ask again for what it was to give")
        if self.addresses[name].left:
            raise refuse(
                404, "the job was stopped", "job", mend="ask again if you want it after all"
            )
        return self.addresses[name]


def weight(values: tuple[Any, ...]) -> int:
    """Bytes of the files and texts that a job is handed."""
    return sum(len(one) for one in values if isinstance(one, bytes | str))
