"""What every room of a study stands on: evidence, ledger, world, and answers kept once made."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from midstream.chain.baseline import Scope, baseline
from midstream.chain.world import World
from midstream.evidence import Evidence, Ledger
from midstream.study.config import OpenConfig, StudyConfig, check_config

if TYPE_CHECKING:
    from midstream.study.kept import Keep

Answer = TypeVar("Answer")


class Base:
    """A study file opened on a data release.

    Attributes:
        config: The study file, checked.
        evidence: The data release.
        ledger: Lineage of everything the study shows.
        keep: Answers of earlier runs; ``None`` works everything out.
    """

    def __init__(self, config: StudyConfig, evidence: Evidence, where: str) -> None:
        check_config(config, evidence, where)
        self.evidence = evidence
        self.ledger = Ledger(base=evidence.ledger)
        self.config = OpenConfig(config, self.ledger)
        self.keep: Keep | None = None
        self._answers: dict[Hashable, Any] = {}

    def __repr__(self) -> str:
        """Name the study and the release it stands on."""
        return f"Study({self.config.id!r}, release {self.evidence.release.id})"

    @cached_property
    def world(self) -> World:
        """The base-year world of the study."""
        world = baseline(self.evidence, Scope(self.config.countries, self.config.base_year))
        self.enter(world.ledger)
        return world

    def enter(self, ledger: Ledger) -> None:
        """Take the lineage of an answer into the ledger of the study."""
        self.ledger.nodes.update(ledger.nodes)

    @contextmanager
    def apart(self) -> Iterator[None]:
        """Write what is worked out into a ledger of its own, which is dropped at the end."""
        own, _ = self.ledger, self.world
        self.ledger = Ledger(base=own)
        try:
            yield
        finally:
            self.ledger = own

    def once(self, key: Hashable, make: Callable[[], Answer]) -> Answer:
        """Give the answer of a key, made on first use and kept."""
        if key not in self._answers:
            self._answers[key] = self.keep.answer(key, make) if self.keep else make()
        kept: Answer = self._answers[key]
        return kept
