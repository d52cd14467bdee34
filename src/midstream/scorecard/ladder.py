"""The ruler: from output, need, projects and control to a score of 1..5.

Anchors are fixed and published; no sample minimum or maximum enters, so adding a country or a
sector never moves another score.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from midstream.chain.estimate import Floats
from midstream.scorecard.draws import Parameters

Bools = NDArray[np.bool_]
CONTROLS = ("ownership", "technology", "throttle", "feed", "governance")
#: Need below this share of the reference reads as this share: its coverage has no weight left.
LEAST_NEED = 1e-9
#: Least value of a component of control.
LEAST = 0.05


def level(x: Floats, anchors: Floats) -> Floats:
    """Level 0..1 of a ratio: linear in ``ln x`` between the anchors, flat outside.

    Args:
        x: Ratios >= 0, shape (..., draw).
        anchors: Five ascending anchors a draw, shape (5, draw).
    """
    return _level(x, *_edges(anchors))


def _edges(anchors: Floats) -> tuple[Floats, Floats]:
    """Log anchors below each step, and one over the width of the steps, shapes (4, draw)."""
    logs = np.log(anchors)
    return logs[:-1], 1 / np.diff(logs, axis=0)


def _level(x: Floats, below: Floats, over_width: Floats) -> Floats:
    logs = np.log(np.maximum(x, 1e-300))
    steps = logs[..., None, :] - below
    steps *= over_width
    np.minimum(np.maximum(steps, 0.0, out=steps), 1.0, out=steps)
    return np.asarray(0.25 * steps.sum(axis=-2))


@dataclass(frozen=True, slots=True)
class Ruler:
    """Drawn anchors and rule parameters, common to all cells. Shapes (draw,) or (5, draw).

    Arrays of cells may have axes before that of the draws.
    """

    coverage: Floats
    scale: Floats
    fade_need: float
    fade_scale: Floats
    leader_floor: float
    leader_width: float
    floor: Floats
    trajectory: Floats
    cap: float
    power: Floats
    control_weights: Floats
    threshold: float
    _edges: tuple[tuple[Floats, Floats], ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        edges = (_edges(self.coverage), _edges(self.scale))
        object.__setattr__(self, "_edges", edges)

    @classmethod
    def draw(cls, parameters: Parameters) -> Ruler:
        """Draw the ruler from the parameter table."""
        weights = np.array([parameters.value(f"control.weight.{name}") for name in CONTROLS])
        return cls(
            coverage=_anchors(parameters, "coverage"),
            scale=_anchors(parameters, "scale"),
            fade_need=parameters.value("fade.need"),
            fade_scale=parameters.draw("fade.scale"),
            leader_floor=parameters.value("leader.floor"),
            leader_width=parameters.value("leader.width"),
            floor=parameters.draw("ladder.m0"),
            trajectory=parameters.draw("ladder.lambda"),
            cap=parameters.value("ladder.cap"),
            power=parameters.draw("stage.power"),
            control_weights=parameters.dirichlet(CONTROLS, weights, "control"),
            threshold=parameters.value("digit.threshold"),
        )

    def reference(self, world: Floats, leader_share: Floats, leader_need: Floats) -> Floats:
        """World need outside the leader: ``W - need_h x clip((share_h - floor) / width, 0, 1)``."""
        discount = np.clip((leader_share - self.leader_floor) / self.leader_width, 0.0, 1.0)
        return world - np.minimum(leader_need, 0.95 * world) * discount

    def installed(self, output: Floats, need: Floats, reference: Floats) -> Floats:
        """Installed pillar ``I = g(k)^w x g(s)^(1-w)``.

        ``k = output / need``, ``s = output / reference``, ``w = .5 x min(1, need / reference /
        fade)`` times its drawn spread; where the need is unknown (``nan``) only scale counts.
        """
        unknown = np.isnan(need)
        safe = np.maximum(need, LEAST_NEED * reference)
        safe[unknown] = 1.0
        weight = 0.5 * np.minimum(1.0, safe / reference / self.fade_need) * self.fade_scale
        np.minimum(weight, 0.9, out=weight)
        weight[unknown] = 0.0
        covered = _level(output / safe, *self._edges[0])
        scaled = _level(output / reference, *self._edges[1])
        return np.asarray(covered**weight * scaled ** (1 - weight))

    def control(self, components: Floats) -> Floats:
        """Control pillar: weighted geometric mean of components clipped to .05..1.

        Args:
            components: Shape (5, ..., draw), in the order of `CONTROLS`.
        """
        logs = np.log(np.minimum(np.maximum(components, LEAST), 1.0))
        return np.asarray(np.exp(np.einsum("k...d,dk->...d", logs, self.control_weights)))

    def score(self, installed: Floats, trajectory: Floats, control: Floats) -> Floats:
        """Ladder rule: score ``1 + 4u``, never above 5.

        ``m = m0 + (1-m0) S`` and ``u = I m + min(cap, lambda max(0, (T-I) m))``.
        """
        m = self.floor + (1 - self.floor) * control
        rise = np.maximum(0.0, (trajectory - installed) * m)
        u = installed * m + np.minimum(self.cap, self.trajectory * rise)
        return np.asarray(np.minimum(5.0, 1 + 4 * u))

    def mean(self, scores: Floats, weights: Floats) -> Floats:
        """Power mean of scores over forms: ``(sum w x^p)^(1/p)``.

        Args:
            scores: Shape (form, draw).
            weights: Shape (draw, form), rows sum to 1.
        """
        if scores.shape[0] == 1:
            return np.asarray(scores[0])
        powers = scores**self.power
        mean = np.einsum("fd,df->d", powers, weights) ** (1 / self.power)
        # Rounding may leave the span of the forms by a hair.
        return np.asarray(np.minimum(np.maximum(mean, scores.min(axis=0)), scores.max(axis=0)))

    def first(self, size: int) -> Ruler:
        """The ruler of the first draws only."""
        cut = {
            name: getattr(self, name)[..., :size]
            for name in ("coverage", "scale", "fade_scale", "floor", "trajectory", "power")
        }
        return replace(self, control_weights=self.control_weights[:size], **cut)


def _anchors(parameters: Parameters, name: str) -> Floats:
    """Five anchors a draw, sorted so that levels stay in order, shape (5, draw)."""
    drawn = [parameters.draw(f"anchor.{name}.{number}") for number in range(1, 6)]
    return np.sort(np.stack(drawn), axis=0)
