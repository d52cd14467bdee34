"""Course of a project: whether it is completed, when it starts, how it ramps up, what it uses."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from midstream.chain.estimate import Floats
from midstream.chain.normal import LEAST, normal_quantile, normal_share
from midstream.chain.streams import TAIL
from midstream.errors import InputError
from midstream.scenarios.frame import Bools, Frame, Project
from midstream.scenarios.reference import Classes, shifted
from midstream.scorecard.draws import Parameters

Ints = NDArray[np.intp]
MONTHS = 12
EVERY = slice(None)
#: A ramp is never shorter than this many years, so that it can be divided by.
SHORTEST = 1e-6


@dataclass(frozen=True, slots=True)
class Course:
    """Course of one project, every array of shape (draw,).

    Attributes:
        complete: Whether it is ever completed.
        start: Time of its start in years; for a plant that ramps, of the start of the line from
            nothing to full output. ``inf`` where it is never completed.
        rise: Time from which it adds to today's output; ``inf`` where it never does.
        ramp: Years from then to full output.
        used: Output over nameplate at the end of the ramp; for a plant that ramps, of the part
            that it does not make yet.
    """

    complete: Bools
    start: Floats
    rise: Floats
    ramp: Floats
    used: Floats


@dataclass(frozen=True, slots=True)
class Chances:
    """What is drawn of a project before anything moves it, every array of shape (draw,).

    Attributes:
        project: The project.
        release: Date of the data release in years; nothing starts before it.
        plan: Announced start.
        passed: Months it is late already at the release.
        probability: Probability of completion.
        luck: Uniform number that decides completion.
        months: Months of delay against the announced start.
        length: Years from nothing to full output.
        used: Output over nameplate at the end of the ramp.
        share: Share of full output that a plant makes which ramps.
    """

    project: Project
    release: float
    plan: Floats
    passed: Floats
    probability: Floats
    luck: Floats
    months: Floats
    length: Floats
    used: Floats
    share: Floats

    def course(
        self,
        odds: Floats | None = None,
        factor: Floats | None = None,
        slip: Floats | None = None,
    ) -> Course:
        """The course under log-odds added, a factor on the delay and months more, (draw,) each.

        One uniform number stands against the probability, so completion is monotone in it; a
        factor stretches what is left of the delay.
        """
        project, release, length, used = self.project, self.release, self.length, self.used
        chance = self.probability if odds is None else shifted(self.probability, odds)
        complete = self.luck < chance
        months = self.months
        if factor is not None:
            months = self.passed + (months - self.passed) * factor
        if slip is not None:
            months = np.maximum(months + slip, self.passed)
        late = months / MONTHS
        if project.standing == "ramping":
            full = release + length * (1 - self.share)
            if project.plan is not None:
                full = np.maximum(self.plan + late, release)
            rise = np.maximum(full - length * (1 - self.share), release)
            start, length, used = full - length, full - rise, used * (1 - self.share)
        else:
            start = rise = np.maximum(self.plan + late, release)
        return Course(
            complete=complete,
            start=np.where(complete, start, np.inf),
            rise=np.where(complete, rise, np.inf),
            ramp=np.maximum(length, SHORTEST),
            used=used,
        )


def chances(
    frame: Frame, parameters: Parameters, classes: Classes, project: Project, release: float
) -> Chances:
    """Draw what is drawn of a project before anything moves it.

    Args:
        frame: Draws and years.
        parameters: Drawn parameters.
        classes: Drawn laws of completion and delay.
        project: The project.
        release: Date of the data release in years; nothing starts before it.
    """
    plan = planned(frame, parameters, project)
    passed = overdue(parameters, project, plan, release)
    ramps = project.standing == "ramping"
    return Chances(
        project=project,
        release=release,
        plan=plan,
        passed=passed,
        probability=_probability(frame, classes, project, passed),
        luck=frame.uniform(f"complete/{project.id}"),
        months=delay(frame, classes, project, passed),
        length=parameters.draw("pipeline.ramp", f"ramp/{project.id}"),
        used=utilised(frame, parameters, project.id),
        share=parameters.draw("ramping.share") if ramps else np.zeros(frame.draws),
    )


def course(
    frame: Frame,
    parameters: Parameters,
    classes: Classes,
    project: Project,
    release: float,
    moves: tuple[Floats | None, Floats | None] = (None, None),
) -> Course:
    """Draw the course of a project.

    Args:
        frame, parameters, classes, project, release: As in `chances`.
        moves: Log-odds added and factor on the delay, each of shape (draw,) or ``None``.
    """
    return chances(frame, parameters, classes, project, release).course(*moves)


def planned(frame: Frame, parameters: Parameters, project: Project) -> Floats:
    """Announced start, shape (draw,); where none is named, drawn as the scorecard draws it."""
    if project.plan is not None:
        return np.full(frame.draws, project.plan)
    return frame.first + parameters.draw("start.unknown", f"start/{project.id}")


def overdue(parameters: Parameters, project: Project, plan: Floats, release: float) -> Floats:
    """Months by which a project is late already at the release, shape (draw,).

    0 where it is not late, still counts as on time, names no start, or ramps: a plant that ramps
    has started.
    """
    late = (release - plan) * MONTHS
    silent = project.plan is None or project.standing == "ramping"
    within = parameters.value("reference.on-time.months")
    return np.where(silent | (late <= within), 0.0, late)


def _probability(frame: Frame, classes: Classes, project: Project, passed: Floats) -> Floats:
    """Probability of completion, shape (draw,).

    A project that is overdue by x is known not to have started, as the cases that are pending:
    its odds of completion are those of its class times ``(1 - z) S(x)``.
    """
    if project.completion is not None:
        return np.full(frame.draws, project.completion)
    probability = classes.of(project.standing, project.country)
    left = (1 - classes.on_time) * (1 - _reached(classes, project.country, passed))
    with np.errstate(divide="ignore"):
        waited = np.where(passed > 0, np.log(left), 0.0)
    return shifted(probability, waited)


def _score(classes: Classes, country: str, months: Floats) -> Floats:
    """Standard normal score of the log of a delay; of no delay it is minus infinity."""
    middle = classes.delay_mu + classes.delay_shift[classes.group(country)]
    with np.errstate(divide="ignore"):
        return np.asarray((np.log(months) - middle) / classes.delay_sigma)


def _reached(classes: Classes, country: str, months: Floats) -> Floats:
    """Share of late projects that are no later than some months, shape (draw,)."""
    if not months.any():
        return np.zeros(months.shape)
    return normal_share(_score(classes, country, months))


def delay(frame: Frame, classes: Classes, project: Project, passed: Floats) -> Floats:
    """Months of delay against the announced start, shape (draw,).

    One uniform number decides whether the project is on time and how late it is if it is not. An
    overdue one is late, by more than has passed.
    """
    uniform = frame.uniform(f"delay/{project.id}")
    # Of all that may happen, the share below this has been ruled out by what has passed.
    reached = _reached(classes, project.country, passed)
    over = np.where(passed > 0, classes.on_time + (1 - classes.on_time) * reached, 0.0)
    months = delay_at(classes, project.country, over + (1 - over) * uniform)
    return np.maximum(months, passed)


def delay_at(classes: Classes, country: str, share: Floats, draws: Ints | slice = EVERY) -> Floats:
    """Months of delay that some share of completed projects does not pass, shape (draw,).

    0 up to the on-time share; beyond it a quantile of the lognormal law of late projects.

    Args:
        classes: Drawn laws.
        country: Its group shifts the law.
        share: Shares, one for each of ``draws``.
        draws: Which draws of the classes they belong to.
    """
    on_time = classes.on_time[draws]
    rest = np.clip((share - on_time) / np.maximum(1 - on_time, LEAST), TAIL, 1 - TAIL)
    shift = classes.delay_shift[classes.group(country)][draws]
    score = normal_quantile(rest)
    months = np.exp(classes.delay_mu[draws] + shift + classes.delay_sigma[draws] * score)
    return np.where(share < on_time, 0.0, months)


def utilised(frame: Frame, parameters: Parameters, name: str) -> Floats:
    """Output over nameplate after the ramp, shape (draw,): utilisation, or less below design."""
    used = parameters.draw("utilisation", f"utilisation/{name}")
    below = frame.uniform(f"top/{name}") < parameters.value("pipeline.top.chance")
    return np.where(below, parameters.value("pipeline.top.share") * used, used)


def mean_ramp(year: Floats, start: Floats, length: Floats) -> Floats:
    """Mean over a year of ``min(1, (t - start) / length)``, 0 before the start.

    The difference of its integral ``x^2 / 2 length`` on the ramp and ``x - length / 2`` after it
    between the two ends of the year, with ``x`` the time since the start.

    Args:
        year: Years, of a shape that broadcasts with the others.
        start: Starts; ``inf`` gives 0.
        length: Years to full output, above 0.
    """

    def passed(time: Floats) -> Floats:
        since = np.maximum(time - start, 0.0)
        return np.where(since < length, since * since / (2 * length), since - length / 2)

    return np.asarray(np.clip(passed(year + 1) - passed(year), 0.0, 1.0))


def installed(year: Floats, start: Floats) -> Floats:
    """Whether a plant has started before the end of a year, 0 or 1."""
    return np.asarray((start < year + 1).astype(float))


def year_of(date: str) -> float:
    """A date YYYY, YYYY-MM or YYYY-MM-DD as years with a fraction; a blank part is the first.

    Raises:
        InputError: if it is no date.
    """
    parts = date.split("-")
    try:
        year, month, day = (int(part) for part in [*parts, "1", "1"][:3])
    except ValueError:
        raise InputError(
            f"{date!r} is no date", where="date", why="it has to be YYYY-MM-DD", mend="mend it"
        ) from None
    return year + (month - 1) / MONTHS + (day - 1) / 365.25
