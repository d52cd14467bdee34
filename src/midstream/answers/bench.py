"""How long a reader waits, as ratios to one yardstick timed in the same run.

Seconds depend on the machine and on what else runs there; ratios move much less. The yardstick is
the start of Python with one import of numpy.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from midstream.answers import Envelope, envelope
from midstream.errors import InputError
from midstream.evidence import Evidence, Ledger
from midstream.scorecard.run import Settings, score
from midstream.study import Progress, Study
from midstream.terms import suggestion

#: What everything is a ratio to.
YARDSTICK = "yardstick"

#: What is run as a program of its own: words for it, arguments of Python.
PROGRAMS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    YARDSTICK: ("start of Python, import of numpy", ("-c", "import numpy")),
    "import": ("import midstream", ("-c", "import midstream")),
    "help": ("midstream --help", ("-m", "midstream", "--help")),
    "score": ("midstream score IND, from cold", ("-m", "midstream", "score", "IND", "--json")),
}

#: What is timed in this process, once everything is imported and compiled.
INSIDE: Mapping[str, str] = {
    "evidence": "load the evidence",
    "checks": "load and check the evidence",
    "world": "open the study and build its world",
    "plain": "score all countries, without lifts",
    "card": "score all countries, with lifts",
    "chain": "prepare a chain for shocks",
    "look": "one shock run of one draw",
    "shock": "one shock run of 200 draws",
    "edition": "build an edition",
    "edition-2": "build an edition in two processes",
}
#: What takes so long that it is timed once.
ONCE = ("edition", "edition-2")


def names() -> dict[str, str]:
    """What can be timed, with words for it."""
    return {**{name: words for name, (words, _) in PROGRAMS.items()}, **INSIDE}


def bench_answer(
    opens: Callable[[], Study],
    name: str | None = None,
    repeats: int = 3,
    progress: Progress | None = None,
) -> Envelope:
    """Time one thing, or all, beside the yardstick; each row is a median.

    Args:
        opens: Opens the study that is scored, shocked and built, of which nothing is kept.
        name: A name of `names`; everything where left out.
        repeats: How often each is timed; an edition once.
        progress: Told how far it is.

    Raises:
        InputError: if nothing is timed under that name.
    """
    known = names()
    if name is not None and name not in known:
        raise InputError(
            f"nothing is timed under the name {name!r}",
            where="NAME",
            why=f"there are {', '.join(known)}",
            mend=suggestion(name, list(known)) or "name one of them",
        )
    wanted = [one for one in known if name in (None, one) or one == YARDSTICK]
    tell: Progress = progress or (lambda _share: None)
    seconds: dict[str, list[float]] = {one: [] for one in wanted}
    study = opens()
    with TemporaryDirectory() as folder:
        calls = _calls(study, opens, wanted, Path(folder))
        for done, (one, call) in enumerate(calls.items()):
            tell(done / len(calls))
            long = one in ONCE
            seconds[one] = _timed(call, 1 if long else repeats, warm=not long)
        # The yardstick is timed again at the end, so that a busy minute hits both.
        seconds[YARDSTICK] += _timed(calls[YARDSTICK], repeats, warm=False)
    result = [_row(one, known[one], found, seconds[YARDSTICK]) for one, found in seconds.items()]
    return envelope("bench", study.evidence, result, study.config.id)


def _row(name: str, words: str, found: Sequence[float], yard: Sequence[float]) -> dict[str, Any]:
    middle = statistics.median(found)
    return {
        "name": name,
        "what": words,
        "ratio": middle / statistics.median(yard),
        "seconds": middle,
        "repeats": len(found),
    }


def _timed(call: Callable[[], object], repeats: int, *, warm: bool) -> list[float]:
    if warm:
        call()
    found = []
    for _ in range(repeats):
        start = time.perf_counter()
        call()
        found.append(time.perf_counter() - start)
    return found


def _program(arguments: Sequence[str]) -> Callable[[], object]:
    """Run Python with some arguments and throw its output away."""
    return partial(subprocess.run, [sys.executable, *arguments], capture_output=True, check=True)


def _calls(
    study: Study, opens: Callable[[], Study], wanted: Sequence[str], folder: Path
) -> dict[str, Callable[[], object]]:
    """Give what is timed, by name; what only prepares for it is done here."""
    makers: dict[str, Callable[[], Callable[[], object]]] = {
        "evidence": lambda: partial(Evidence.load, check=False),
        "checks": lambda: Evidence.load,
        "world": lambda: lambda: opens().world,
        "plain": lambda: partial(score, study.evidence, study.world, _whole(study, frozenset())),
        "card": lambda: partial(score, study.evidence, study.world, _whole(study)),
        "chain": lambda: _shocks(study)[0],
        "look": lambda: partial(_shocks(study)[1], 1),
        "shock": lambda: partial(_shocks(study)[1], 200),
        "edition": lambda: partial(_edition, opens, folder, None),
        "edition-2": lambda: partial(_edition, opens, folder, opens),
    }
    programs = {one: _program(arguments) for one, (_, arguments) in PROGRAMS.items()}
    return {one: programs[one] if one in programs else makers[one]() for one in wanted}


def _whole(study: Study, lifts: frozenset[str] | None = None) -> Settings:
    """Settings of a scorecard of all countries; without lifts where none are named."""
    config = study.config
    whole = Settings(config.countries, config.sectors, draws=config.draws, ranked=config.countries)
    return whole if lifts is None else replace(whole, lifts=lifts)


def _edition(opens: Callable[[], Study], folder: Path, again: Callable[[], Study] | None) -> object:
    from midstream.report.edition import build

    return build(opens(), folder / "edition", again=again)


def _shocks(study: Study) -> tuple[Callable[[], object], Callable[[int], object]]:
    """Prepare a chain, and run a shock of so many draws on it."""
    from midstream.shock.instruments import ShockRequest, checked
    from midstream.shock.run import prepare, run_shock

    asked = ShockRequest("CHN", "ndfeb-magnet", ("WLD",), "export-ban", months=9, draws=1)
    shock = checked(study.evidence, study.world, asked)
    prepared = partial(prepare, study.evidence, study.world, shock)
    model = prepared()

    def run(draws: int) -> object:
        request = replace(asked, draws=draws)
        ledger = Ledger(study.ledger)
        return run_shock(study.evidence, study.world, ledger, request, model=model)

    return prepared, run
