"""Answers of a study from a second process, worked out while the first one scores.

The second process opens the same study again, so that nothing but its answers travels: the shocks
the study looks at, the record they are held to, the chains they run on, the moves of the
incumbent, the stacks on record with those of the engine beside them, and the policies that are
tested. They are the same to the
last bit, wherever they are worked out.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from typing import Any, TypeVar

from midstream.errors import MidstreamError
from midstream.evidence import Node
from midstream.shock.run import PackedModel
from midstream.study.opened import Study

#: Answers that travel, by the first word of their key; others hold a world.
KINDS = frozenset(
    {
        "shock",
        "backtest",
        "counter",
        "stacks",
        "plant",
        "beside",
        "supply risk",
        "series",
        "policies",
        "policy test",
        "policy plan",
        "policy others",
    }
)

Made = TypeVar("Made")

#: Opens a study; a plain function of a module, as it has to travel.
Again = Callable[[], Study]
#: Asks a study what else is wanted of it; a plain function of a module too.
Also = Callable[[Study], None]


@dataclass(frozen=True, slots=True)
class Answers:
    """What a second process found.

    Attributes:
        answers: By the keys under which the study keeps them.
        nodes: Their lineage.
        models: Chains made ready, without world and evidence.
    """

    answers: Mapping[Hashable, Any]
    nodes: Mapping[str, Node]
    models: Mapping[str, PackedModel]


def nothing(_study: Study) -> None:
    """Ask a study for nothing more."""


def work_out(again: Again, also: Also = nothing) -> Answers:
    """Open a study and answer what needs neither its scores nor its outlook."""
    study = again()
    study.enter(study.world.ledger)
    known = frozenset(study.ledger.nodes)
    for case in study.config.shocks:
        study.shock(case.id)
    study.backtest()
    _ = study.counters
    study.stacks_beside()
    also(study)
    nodes = {name: node for name, node in study.ledger.nodes.items() if name not in known}
    models = {chain: model.packed() for chain, model in study._models.items()}
    answers = {key: made for key, made in study._answers.items() if _kind(key) in KINDS}
    return Answers(answers, nodes, models)


def _kind(key: Hashable) -> Hashable:
    return key[0] if isinstance(key, tuple) else key


def take(study: Study, found: Answers) -> None:
    """Take answers as if the study had worked them out itself."""
    for key, answer in found.answers.items():
        study._answers.setdefault(key, answer)
    study.ledger.nodes.update(found.nodes)
    for chain, packed in found.models.items():
        study._models.setdefault(chain, packed.unpacked(study.evidence, study.world))


class Other:
    """A second process at work beside this one, or none.

    Where it breaks off, this process does the work itself.
    """

    def __init__(self, study: Study, pool: ProcessPoolExecutor | None = None) -> None:
        self.study, self._pool = study, pool
        self._answers: Future[Answers] | None = None

    def ask(self, again: Again, also: Also) -> None:
        """Have it open the study and work out answers."""
        if self._pool is not None:
            self._answers = self._pool.submit(work_out, again, also)

    def take(self) -> None:
        """Wait for the answers and take them.

        Where working them out failed, nothing is taken: the study works them out itself, and
        meets the same error at its place.
        """
        if self._answers is None:
            return
        try:
            found = self._answers.result()
        except (MidstreamError, BrokenProcessPool, OSError):
            return
        take(self.study, found)

    def have(self, make: Callable[..., Made], *values: object) -> Callable[[], Made]:
        """Have something made of plain values.

        Args:
            make: A plain function of a module, as it has to travel.
            values: What it takes.

        Returns:
            A function that waits for what was made and gives it.
        """
        here = partial(make, *values)
        if self._pool is None:
            return here
        try:
            future = self._pool.submit(make, *values)
        except BrokenProcessPool:
            return here

        def waited() -> Made:
            try:
                return future.result()
            except BrokenProcessPool:
                return here()

        return waited


@contextmanager
def beside(study: Study, again: Again | None, also: Also = nothing) -> Iterator[Other]:
    """Work out answers in a second process while the body runs.

    Args:
        study: Takes the answers.
        again: Opens the same study in the other process; ``None`` leaves everything to this one.
        also: Asks for more there.

    Yields:
        The second process; it ends with the body.
    """
    if again is None:
        yield Other(study)
        return
    pool = ProcessPoolExecutor(1, mp_context=get_context("spawn"))
    try:
        other = Other(study, pool)
        other.ask(again, also)
        yield other
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
