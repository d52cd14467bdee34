"""Answers about the years ahead: the outlook, the incumbent's moves, signals and the ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from midstream.answers import Envelope, envelope, of_study
from midstream.errors import InputError
from midstream.evidence.plain import plain
from midstream.study import Progress, Study

if TYPE_CHECKING:
    from midstream.scenarios.observe import Step
    from midstream.scenarios.signals import Signal


def outlook_answer(
    study: Study,
    draws: int | None = None,
    experts: Mapping[str, float] | None = None,
    progress: Progress | None = None,
    *,
    behind: bool = False,
) -> Envelope:
    """Scenarios with their probabilities, paths, drivers, and scores of the focus country.

    Args:
        study: The study.
        draws, experts, progress: As in the study's own outlook.
        behind: Whether to add what it rests on: need by use, recovered material, schemes so far,
            and prices and deliveries of the main chain; from the study's own draws.
    """
    found = study.outlook(draws, experts=experts, progress=progress)
    result = found.to_dict()
    assumptions = [one.removeprefix("par:") for one in result.pop("assumptions")]
    warnings = result.pop("warnings")
    if found.scores is not None:
        rows = found.scores.quantities(study.ledger)
        result["scores"] = [row.to_dict() for row in rows if row.country == found.focus]
    if behind:
        result |= _behind(study)
    return envelope("outlook", study.evidence, result, study.config.id, assumptions, warnings)


def _behind(study: Study) -> dict[str, Any]:
    """What the outlook rests on, under keys of its own."""
    needs = [
        {name: value for name, value in plain(row).items() if name != "nodes"}
        for row in study.sector_needs()
    ]
    market, view = study.market_ahead(), study.outside_view()
    countries = study.config.countries
    return {
        "need_by_use": needs,
        "recovered": plain(study.secondary_supply()),
        "schemes": plain(view),
        "market": None if market is None else market.to_dict(study.ledger, countries),
    }


def counter_answer(
    study: Study,
    form: str,
    entrants: Sequence[str] | None = None,
    incumbent: str = "",
    price: float | None = None,
    draws: int | None = None,
) -> Envelope:
    """What an incumbent can do to the entrants of a form, and what would deter it."""
    found = study.counter(form, entrants, incumbent=incumbent, price=price, draws=draws)
    return of_study("counter", study, found.to_dict(), found.warnings)


def watch_answer(study: Study, draws: int | None = None) -> Envelope:
    """What to watch, the earliest first."""
    rows = study.watch(draws)
    due = [row.signal.id for row in rows if row.due]
    warnings = [f"due before the release and not settled: {', '.join(due)}"] if due else []
    return of_study("watch", study, [row.to_dict() for row in rows], warnings)


def observe_answer(
    study: Study,
    name: str,
    text: str,
    on: str | None = None,
    ledger: Path | None = None,
    draws: int | None = None,
) -> Envelope:
    """Odds after one signal has been seen; with a ledger, what it settles is scored and kept.

    Raises:
        InputError: if the signal is unknown, or its value or day cannot be.
    """
    from midstream.scenarios import observe
    from midstream.scenarios.signals import on_file, one_of

    seen_on = _day(on or study.evidence.release.date)
    known = on_file(study.evidence, study.config.focus)
    if not known:
        # Made from the outlook, which takes its time.
        known = tuple(row.signal for row in study.watch(draws))
    signal = one_of(known, name)
    observe.check_day(signal, seen_on, study.config.base_year + 1)
    value = observe.read_value(signal, text)
    update = study.observe([observe.Observation(name, value, seen_on)], draws)
    kept = None if ledger is None else _kept(signal, value, seen_on, ledger)
    day = date.fromisoformat(study.evidence.release.date)
    result = {
        "scenarios": list(update.names),
        "steps": [_step(step, update.names) for step in update.steps],
        "probabilities": dict(zip(update.names, update.probabilities, strict=True)),
        "scored": None if kept is None else _scored(study, kept, max(seen_on, day), draws),
    }
    return of_study("watch observe", study, result, update.warnings)


def score_ledger_answer(study: Study, ledger: Path, draws: int | None = None) -> Envelope:
    """How the forecasts of a ledger have done, those of this study added first."""
    today = date.fromisoformat(study.evidence.release.date)
    return of_study("watch score", study, _scored(study, ledger, today, draws))


def _step(step: Step, names: Sequence[str]) -> dict[str, Any]:
    like = [None if one != one else one for one in step.likelihood]
    return {
        "signal": step.observation.signal,
        "value": step.observation.value,
        "on": step.observation.on.isoformat(),
        "likelihood": dict(zip(names, like, strict=True)),
        "before": dict(zip(names, step.before, strict=True)),
        "after": dict(zip(names, step.after, strict=True)),
        "effective_draws": step.effective,
    }


def _kept(signal: Signal, value: float | bool, seen_on: date, folder: Path) -> Path:
    """Enter what an observation settles into a ledger; gives its folder."""
    from midstream.scenarios import scoring

    found = scoring.settled(signal, value, seen_on)
    if found is not None:
        scoring.append(folder / scoring.NAME, found)
    return folder


def _scored(study: Study, folder: Path, today: date, draws: int | None) -> dict[str, Any]:
    from midstream.scenarios import forecasts, scoring

    path = folder / forecasts.NAME
    merged = forecasts.merge(forecasts.read(path), study.forecasts(draws))
    forecasts.write(path, merged)
    own = [one for one in merged if one.id.startswith(f"{study.config.id}/")]
    return dict(plain(scoring.score(own, scoring.read(folder / scoring.NAME), today)))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputError(
            f"cannot read the day {text!r}",
            where="--on",
            why="a day is written as year, month and day",
            mend="write, for instance, 2028-12-31",
        ) from None
