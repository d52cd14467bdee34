"""What runs in a worker process: studies opened once, jobs done one at a time.

The server process holds none of the engine. A worker is given the name of a task and plain values,
and gives bytes or plain values back, or the words of an error.
"""

from __future__ import annotations

import gc
import os
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from importlib import import_module
from multiprocessing import parent_process
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

from midstream.app import nursery
from midstream.app.failures import Failure, failure_of
from midstream.app.memory import give_back, height
from midstream.app.settings import StudyText
from midstream.errors import MidstreamError

if TYPE_CHECKING:
    from multiprocessing.sharedctypes import Synchronized

    from midstream.evidence import Evidence
    from midstream.study import Study

#: Studies kept open, envelopes kept for the next page of a list, and data of readers kept open.
STUDIES, ENVELOPES, RELEASES = 3, 6, 2

#: Draws of a study that a reader brought, at most.
OWN_DRAWS = 500

#: Memory a process may have taken and still be used for the next job; else it ends after its job.
KEPT_BYTES = 600_000_000

#: How much slow processes give way to others.
SLOWER = 8

#: Modules of the tasks; a task is named ``module.function``.
TASKS = "midstream.app.tasks"


class StoppedError(Exception):
    """The job was stopped by who asked for it."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a job gives back: a value, or the words of an error with its status.

    Attributes:
        value, status, failure: See above.
        grown: Whether the process has taken more memory by now than it may keep, or failed.
    """

    value: Any = None
    status: int = 200
    failure: Failure | None = None
    grown: bool = False


@dataclass
class Place:
    """What a worker keeps between jobs.

    Attributes:
        share: Share of the job that is done, read by the server.
        stop: Set by the server to have the job stop.
        quick: Whether it is the lane of quick jobs.
        texts: Studies it was told about, by id.
        envelopes: Last answers, by what was asked.
    """

    share: Synchronized[float]
    stop: Synchronized[int]
    quick: bool
    texts: dict[str, StudyText] = field(default_factory=dict)
    envelopes: OrderedDict[str, Mapping[str, Any]] = field(default_factory=OrderedDict)
    _studies: OrderedDict[str, Study] = field(default_factory=OrderedDict)
    _releases: OrderedDict[str, Evidence] = field(default_factory=OrderedDict)

    def tell(self, share: float, _what: str = "") -> None:
        """Note how far the job is.

        Raises:
            StoppedError: if it is to stop.
        """
        self.share.value = share
        if self.stop.value:
            raise StoppedError

    def evidence(self, data: str = "") -> Evidence:
        """Open the release, or the data a reader brought, or give it again."""
        if not data:
            return nursery.release()
        if data not in self._releases:
            from midstream.evidence import Evidence

            while len(self._releases) >= RELEASES:
                self._releases.popitem(last=False)
            self._releases[data] = Evidence.load(Path(data), check=False)
        self._releases.move_to_end(data)
        return self._releases[data]

    def study(self, text: StudyText, draws: int | None = None) -> Study:
        """Open a study, or give it again."""
        key = f"{text.id}/{draws}"
        if key not in self._studies:
            while len(self._studies) >= STUDIES:
                self._studies.popitem(last=False)
            self._studies[key] = self._opened(text, draws)
        self._studies.move_to_end(key)
        return self._studies[key]

    def _opened(self, text: StudyText, draws: int | None) -> Study:
        if draws is None and text in nursery.opened:
            return nursery.opened[text]
        from midstream.study import open_on, read_config

        config = read_config(text.text, text.id)
        if text.own:
            # What a reader brings is named by the server, and may not ask for more than others.
            config = config.model_copy(
                update={"id": text.id, "draws": min(config.draws, OWN_DRAWS)}
            )
        if draws is not None:
            config = config.model_copy(update={"draws": min(config.draws, draws)})
        return open_on(config, self.evidence(text.data), text.id)

    def envelope(self, key: str, make: Callable[[], Mapping[str, Any]]) -> Mapping[str, Any]:
        """Give an answer again, so that the pages of a list are parts of one."""
        if key not in self.envelopes:
            while len(self.envelopes) >= ENVELOPES:
                self.envelopes.popitem(last=False)
            self.envelopes[key] = make()
        self.envelopes.move_to_end(key)
        return self.envelopes[key]


_places: list[Place] = []


def there() -> None:
    """Say that a process has begun."""


def start(share: Synchronized[float], stop: Synchronized[int], quick: bool) -> None:
    """Make a process ready to work."""
    _places[:] = [Place(share, stop, quick)]
    Thread(target=_end_with_server, daemon=True).start()
    if not quick and hasattr(os, "nice"):
        # Slow jobs take what the quick ones leave of the processor.
        os.nice(SLOWER)


def _end_with_server() -> None:
    """End with the server, also where it was ended from outside and could not say so."""
    server = parent_process()
    if server is not None:
        server.join()
        os._exit(1)


def work(task: str, *values: Any) -> Outcome:
    """Do a job: a function of `midstream.app.tasks` by name."""
    place = _places[0]
    outcome = _done(place, task, values)
    if not place.quick:
        # What a large job leaves is given back before the next; a quick one has no time for that.
        gc.collect()
        give_back()
    return replace(outcome, grown=height() > KEPT_BYTES)


def _done(place: Place, task: str, values: tuple[Any, ...]) -> Outcome:
    place.share.value = 0.0
    module, _, name = task.rpartition(".")
    function = getattr(import_module(f"{TASKS}.{module}" if module else TASKS), name)
    try:
        return Outcome(function(place, *values))
    except MidstreamError as error:
        status, failure = failure_of(error)
        return Outcome(None, status, failure)
    except StoppedError:
        return Outcome(None, 409, Failure(what="the job was stopped"))
