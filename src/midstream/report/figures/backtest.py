"""Does the model earn its place: every episode with what was seen, the model and its rival."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from midstream.evidence.quantity import Quantity
from midstream.report.figures.axes import NARROW, Scale, foot_axis
from midstream.report.figures.figure import Figure, TwinCell
from midstream.report.numbers import Sentence, Shown, say, show
from midstream.report.svg import Canvas, Type

_NAME = Type(size=13)
_HEAD = Type(size=12.5, fill="muted")
_GROUP = Type(size=13, weight=600, fill="muted")
_ROW = 22.0


@dataclass(frozen=True, slots=True)
class Trial:
    """One episode, left out of the fit that predicts it.

    Attributes:
        id, name: The episode.
        observed: Peak over the level before, as a ratio.
        model: The model's, low and high its 80% interval.
        rival: The best rival's.
        null: Whether it is a threat or an event that moved no price.
    """

    id: str
    name: str
    observed: Quantity
    model: Quantity
    rival: Quantity
    null: bool = False

    @property
    def missed(self) -> bool:
        """Whether what was seen lies outside the interval."""
        value, low, high = self.observed.value, self.model.low, self.model.high
        return None not in (value, low, high) and not (low or 0.0) <= (value or 0.0) <= (
            high or 0.0
        )


def backtest(
    id: str,
    trials: Sequence[Trial],
    rival: str,
    title: Sentence,
    subtitle: Sentence,
    source_line: Sentence,
    width: int = 780,
) -> Figure:
    """Build the rows of episodes, the largest rise first, threats apart, misses marked.

    Args:
        id: Id of the figure.
        trials: Episodes in any order.
        rival: Name of the rival drawn as a ring.
        title, subtitle, source_line: The finding, what is shown, and from whom.
        width: Natural width in px.
    """
    real, nulls = ranked(trials)

    def draw(canvas: Canvas, width: float) -> float:
        return _Rows(canvas, width, [real, nulls], rival).draw()

    columns = ("Episode", "Observed", "Model", "interval", rival, "In the interval")
    twin = tuple(_twin(trial) for trial in (*real, *nulls))
    misses = [trial.name for trial in (*real, *nulls) if trial.missed]
    alt = f"{title.plain} Missed: {', '.join(misses) or 'none'}."
    return Figure(id, title, subtitle, alt, columns, twin, source_line, draw, width)


def ranked(trials: Sequence[Trial]) -> tuple[list[Trial], list[Trial]]:
    """Give the episodes that came into force and the threats, each by what was seen."""
    order = sorted(trials, key=lambda trial: (-(trial.observed.value or 0.0), trial.id))
    return [t for t in order if not t.null], [t for t in order if t.null]


@dataclass(slots=True)
class _Rows:
    """One drawing of the rows."""

    canvas: Canvas
    width: float
    groups: Sequence[Sequence[Trial]]
    rival: str

    @property
    def narrow(self) -> bool:
        """Whether the name stands over its row."""
        return self.width < NARROW

    def draw(self) -> float:
        left = 4.0 if self.narrow else min(240.0, self.width * 0.32)
        right = self.width - (6 if self.narrow else 112)
        scale = Scale.logarithmic(self._values(), left + 6, right - 6)
        top = self._key(left)
        y = top
        for name, group in zip(("", "Threats and events without effect"), self.groups, strict=True):
            if name and group:
                self.canvas.text((0, y + 24), name, _GROUP)
                y += 34
            y += len(group) * self._step
        foot_axis(self.canvas, scale, (top, y + 4), "\u00d7")
        y = top
        for i, group in enumerate(self.groups):
            y += 34 if i and group else 0
            for trial in group:
                self._row(y, scale, trial)
                y += self._step
        return y + 26

    @property
    def _step(self) -> float:
        return 40.0 if self.narrow else _ROW

    def _values(self) -> list[float]:
        return [
            number
            for group in self.groups
            for trial in group
            for q in (trial.observed, trial.model, trial.rival)
            for number in (q.low, q.value, q.high)
            if number is not None
        ]

    def _key(self, left: float) -> float:
        """Name the three marks once, above the rows."""
        x = left
        for name in ("observed", "model", self.rival):
            style = Type(12.5, fill="ink2")
            if x + 16 + style.width(name) > self.width:
                break
            self._mark(name, (x + 5, 9))
            self.canvas.text((x + 15, 13), name, style)
            x += 15 + style.width(name) + 18
        if not self.narrow:
            self.canvas.text(
                (self.width, 13), "seen / model", Type(12.5, fill="muted", anchor="end")
            )
        return 24.0

    def _mark(self, name: str, at: tuple[float, float]) -> None:
        if name == "observed":
            self.canvas.circle(at, 4.2, fill="ink", stroke="paper", width=1)
        elif name == "model":
            x, y = at
            self.canvas.path(f"M{x:.2f} {y - 5:.2f}l5 5l-5 5l-5 -5z", fill="teal", stroke="paper")
        else:
            self.canvas.circle(at, 4.4, stroke="outline", width=1.6)

    def _row(self, y: float, scale: Scale, trial: Trial) -> None:
        middle = y + (28 if self.narrow else 13)
        ink = "accent" if trial.missed else "ink"
        name = Type(13, 600 if trial.missed else 400, ink)
        self.canvas.text((0, y + 16), trial.name, name)
        if trial.model.low is not None and trial.model.high is not None:
            low, high = scale.at(trial.model.low), scale.at(trial.model.high)
            self.canvas.rect((low, middle - 4), (max(high - low, 2), 8), "band50", radius=1)
        if trial.rival.value is not None:
            self._mark(self.rival, (scale.at(trial.rival.value), middle))
        if trial.model.value is not None:
            self._mark("model", (scale.at(trial.model.value), middle))
        if trial.observed.value is not None:
            spot = (scale.at(trial.observed.value), middle)
            if trial.missed:
                self.canvas.circle(spot, 8, stroke="accent", width=1.6)
            self._mark("observed", spot)
        words = say("{o} / {m}", o=show(trial.observed, "bare"), m=show(trial.model, "bare"))
        self.canvas.sentence((self.width, y + 16), words, Type(12.5, 400, ink, "end"))


def _twin(trial: Trial) -> tuple[TwinCell, ...]:
    span: str | Shown = show(trial.model, "range") if trial.model.low is not None else "none"
    verdict = "no" if trial.missed else "yes"
    return (
        trial.name, show(trial.observed), show(trial.model), span, show(trial.rival), verdict,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rival:
    """One predictor and its error on episodes it was not fitted to.

    Attributes:
        name: What predicts.
        mean: Mean absolute error of the log ratio. median: the median one.
        ours: Whether it is the model.
    """

    name: str
    mean: Quantity
    median: Quantity
    ours: bool = False


def rivals(
    id: str,
    found: Sequence[Rival],
    title: Sentence,
    subtitle: Sentence,
    source_line: Sentence,
    width: int = 780,
) -> Figure:
    """Build ranked bars of the mean error, the smallest first.

    Args:
        id: Id of the figure.
        found: Predictors in any order.
        title, subtitle, source_line: The finding, what is shown, and from whom.
        width: Natural width in px.
    """
    order = sorted(found, key=lambda one: (one.mean.value is None, one.mean.value or 0.0, one.name))
    top = [one.mean.value or 0.0 for one in order] + [
        one.mean.high for one in order if one.mean.high is not None
    ]

    def draw(canvas: Canvas, width: float) -> float:
        left = min(190.0, width * 0.42)
        scale = Scale.linear(top, left, width - 56, zero=True)
        for i, one in enumerate(order):
            _error_bar(canvas, 28.0 * i, scale, one)
        return 28.0 * len(order) + 4

    twin = tuple((one.name, show(one.mean), show(one.median)) for one in order)
    alt = f"{title.plain} " + "; ".join(f"{one.name} {show(one.mean).plain}" for one in order) + "."
    columns = ("Predictor", "Mean error", "Median error")
    return Figure(id, title, subtitle, alt, columns, twin, source_line, draw, width)


def _error_bar(canvas: Canvas, y: float, scale: Scale, one: Rival) -> None:
    canvas.text((0, y + 17), one.name, Type(13, 600 if one.ours else 400))
    if one.mean.value is None:
        canvas.text((scale.start, y + 17), "not computed", _HEAD)
        return
    end = scale.at(one.mean.value)
    canvas.rect(
        (scale.start, y + 4), (max(end - scale.start, 1), 17), "teal" if one.ours else "grey"
    )
    if one.mean.low is not None and one.mean.high is not None:
        low, high = scale.at(one.mean.low), scale.at(one.mean.high)
        canvas.path(f"M{low:.1f} {y + 12.5}H{high:.1f}", stroke="ink", width=1.4)
        end = max(end, high)
    canvas.number((end + 8, y + 17), show(one.mean, "bare"), Type(13, 600, "ink2"))
