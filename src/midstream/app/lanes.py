"""Lanes of work: bounded pools of processes, in which every client gets its turn.

Quick jobs and slow ones have processes of their own, so that no slow job stands before a quick
one. Within a lane clients take turns, one job each, however many one of them has handed in.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import OrderedDict, deque
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from typing import Any

from midstream.app import nursery
from midstream.app.failures import Failure, ServedError, refuse
from midstream.app.worker import Outcome, start, there, work

#: A slow process is let go when it has had nothing to do for so long (s); its memory comes back.
IDLE = 10.0

#: The first process takes up to so long to begin (s): the one it comes from opens the release and
#: loads its kernels.
START = 180.0
#: A job that was told to stop may work on for so long (s).
GRACE = 2.0

_LOG = logging.getLogger(__name__)


@dataclass
class Job:
    """Something a client has asked for.

    Attributes:
        id: Name among jobs.
        client: Who asked.
        task, values: What is to be done.
        done: Gets the outcome.
        state: ``waiting``, ``running``, ``done`` or ``stopped``.
        kind: Media type of the value, for those who fetch it later.
        hand: Process that does it.
        begun: When it was asked for.
        readers: How many still want it.
    """

    id: str
    client: str
    task: str
    values: tuple[Any, ...]
    done: asyncio.Future[Outcome]
    kind: str = ""
    state: str = "waiting"
    hand: Hand | None = None
    begun: float = field(default_factory=time.monotonic)
    readers: int = 0

    @property
    def size(self) -> int:
        """Bytes its outcome takes; 0 before it is done."""
        value = self.done.result().value if self.state == "done" and self.done.done() else None
        parts = value if isinstance(value, tuple) else (value,)
        return sum(len(one) for one in parts if isinstance(one, bytes | str))

    @property
    def share(self) -> float:
        """Share of the work that is done."""
        if self.state == "running" and self.hand is not None:
            return float(self.hand.share.value)
        return 1.0 if self.state == "done" else 0.0

    def halt(self) -> None:
        """Stop it: at once where it waits, at the next step of its work where it runs."""
        if self.state == "running" and self.hand is not None:
            self.hand.stop.value = 1
            asyncio.get_running_loop().call_later(GRACE, self._end)
        elif self.state == "waiting":
            self.state = "stopped"
            words = Failure(what="the job was stopped")
            self.done.set_result(Outcome(None, 409, words))

    def leave(self, *, told: bool = False) -> None:
        """Take one reader away; what nobody waits for any more and has not begun is not done.

        Args:
            told: Whether the reader told it to stop; then it stops as well where it has begun.
        """
        self.readers -= 1
        if self.readers == 0 and (told or self.state == "waiting"):
            self.halt()

    def _end(self) -> None:
        """End the process of a job that does not look up from its work."""
        if self.state == "running" and self.hand is not None:
            self.hand.close()


class Hand:
    """One worker process."""

    def __init__(self, quick: bool) -> None:
        self.quick = quick
        self.share = nursery.context().Value("d", 0.0, lock=False)
        self.stop = nursery.context().Value("i", 0, lock=False)
        self._pool: ProcessPoolExecutor | None = None

    @property
    def process(self) -> int | None:
        """Id of the process; ``None`` before it begins and when it has been let go."""
        return next(iter(self._pool._processes or {}), None) if self._pool else None

    async def run(self, job: Job, seconds: float) -> Outcome:
        """Do a job; a job that takes too long, or kills its process, gives an error."""
        self.stop.value = 0
        self.share.value = 0.0
        outcome = await self._outcome(job, seconds)
        if outcome.grown:
            # What is broken, or a large job leaves behind, goes; another process begins at once.
            self.close()
        return outcome

    async def _outcome(self, job: Job, seconds: float) -> Outcome:
        try:
            if self._pool is None:
                # A process begins while others wait for it, not the server.
                self._pool = await asyncio.wait_for(asyncio.to_thread(self._begin), START)
            working = asyncio.wrap_future(self._pool.submit(work, job.task, *job.values))
        except (TimeoutError, BrokenProcessPool):
            return _failed(503, "no worker could begin", "ask again")
        # Where the server stops meanwhile, nobody hears how it ended.
        working.add_done_callback(lambda one: one.cancelled() or one.exception())
        done, _ = await asyncio.wait({working}, timeout=seconds)
        if not done:
            why = f"a job of this kind may take {seconds:g} seconds"
            return _failed(503, "the job took too long", "ask for fewer draws", why)
        error = working.exception()
        if isinstance(error, BrokenProcessPool):
            return _failed(503, "the worker broke off", "ask again, for fewer draws")
        if error is not None:
            # A fault of ours: told in the log of the server, and no end of the lane.
            _LOG.error("job %s failed", job.task, exc_info=error)
            return _failed(500, "the server made a mistake with this", "ask for something else")
        return working.result()

    def _begin(self) -> ProcessPoolExecutor:
        """Begin a process, and wait until it is there."""
        given = self.share, self.stop, self.quick
        pool = ProcessPoolExecutor(1, nursery.context(), start, given)
        pool.submit(there).result()
        return pool

    def close(self) -> None:
        """End the process, whatever it is doing."""
        pool, self._pool = self._pool, None
        if pool is None:
            return
        for process in list((pool._processes or {}).values()):
            process.kill()
        # Its queues are closed once it has seen that the process is gone, which is at once.
        pool.shutdown(wait=True, cancel_futures=True)


class Lane:
    """Jobs of one kind, done by some processes; clients take turns."""

    def __init__(self, name: str, hands: int, seconds: float, waiting: int) -> None:
        self.name, self.seconds, self.most = name, seconds, waiting
        self.hands = [Hand(name == "quick") for _ in range(hands)]
        self._queues: OrderedDict[str, deque[Job]] = OrderedDict()
        self._more = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin to take jobs."""
        self._tasks = [asyncio.create_task(self._serve(hand)) for hand in self.hands]

    async def close(self) -> None:
        """Stop, and end the processes."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for hand in self.hands:
            hand.close()

    def add(self, job: Job) -> None:
        """Queue a job.

        Raises:
            ServedError: 429 if the client has too many waiting.
        """
        queue = self._queues.setdefault(job.client, deque())
        if sum(not one.done.done() for one in queue) >= self.most:
            raise refuse(
                429,
                "too many jobs are waiting",
                self.name,
                f"one client may have {self.most} jobs waiting in a lane",
                "wait for one of them, or stop it",
            )
        queue.append(job)
        self._more.set()

    def next_job(self) -> Job | None:
        """Take the job whose turn it is; ``None`` where nothing waits."""
        while self._queues:
            client, queue = self._queues.popitem(last=False)
            job = queue.popleft()
            if queue:
                self._queues[client] = queue
            if not job.done.done():
                return job
        self._more.clear()
        return None

    async def _serve(self, hand: Hand) -> None:
        while True:
            job = self.next_job()
            if job is None:
                try:
                    await asyncio.wait_for(self._more.wait(), None if hand.quick else IDLE)
                except TimeoutError:
                    hand.close()
                    await self._more.wait()
                continue
            job.state, job.hand = "running", hand
            # Whatever befalls a process, its lane goes on.
            (found,) = await asyncio.gather(hand.run(job, self.seconds), return_exceptions=True)
            outcome = self._outcome(job, hand, found)
            job.state = "done"
            if not job.done.done():
                job.done.set_result(outcome)

    def _outcome(self, job: Job, hand: Hand, found: Outcome | BaseException) -> Outcome:
        """Give the outcome of a job, also where its process could not be begun or spoken to."""
        if isinstance(found, Outcome):
            return found
        _LOG.error("job %s broke off", job.task, exc_info=found)
        hand.close()
        return _failed(503, "no worker could do this", "ask again")


def _failed(status: int, what: str, mend: str, why: str = "") -> Outcome:
    """Make the outcome of a job that failed; its process is not used again."""
    return Outcome(None, status, Failure(what=what, why=why, mend=mend), grown=True)


def value_of(outcome: Outcome) -> Any:
    """Give the value of an outcome.

    Raises:
        ServedError: if it is an error.
    """
    if outcome.failure is not None:
        raise ServedError(outcome.status, outcome.failure)
    return outcome.value
