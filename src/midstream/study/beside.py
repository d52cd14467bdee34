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
from multiprocessing import get_context
from typing import Any

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


@contextmanager
def beside(study: Study, again: Again | None, also: Also = nothing) -> Iterator[Callable[[], None]]:
    """Work out answers in a second process while the body runs.

    Args:
        study: Takes the answers.
        again: Opens the same study in the other process; ``None`` leaves everything to this one.
        also: Asks for more there.

    Yields:
        A function that waits for the answers and takes them. Where the other process fails, it
        takes nothing: the study works them out itself, and meets the same error at its place.
    """
    if again is None:
        yield lambda: None
        return
    pool = ProcessPoolExecutor(1, mp_context=get_context("spawn"))
    try:
        future = pool.submit(work_out, again, also)
        yield lambda: _take_when_done(study, future)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _take_when_done(study: Study, future: Future[Answers]) -> None:
    try:
        found = future.result()
    except (MidstreamError, BrokenProcessPool, OSError):
        return
    take(study, found)
