"""How much of the final form a country can deliver: a maximum flow through stages in series.

A chain is a line: feed of one step goes into the next. What a step passes on is the smaller of
its own output and of the feed it gets, in units of the final form; recovered material and feed from
abroad come in beside what the own step before passes on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from midstream.chain.estimate import Component, Floats, triangular
from midstream.chain.routes import Route, Step
from midstream.evidence import Evidence
from midstream.scenarios.frame import Frame


@dataclass(frozen=True, slots=True)
class Line:
    """Steps of a chain that hold each other up.

    Attributes:
        chain: Chain.
        steps: Steps in order, from the ore to the final form.
        per_final: Units of each step's form in one unit of the final form, shape (step, draw).
        inside: Form made inside the plants of a later step, which holds nothing up -> that step's
            form, and units inside one of it, shape (draw,).
    """

    chain: str
    steps: tuple[Step, ...]
    per_final: Floats
    inside: Mapping[str, tuple[str, Floats]]

    @classmethod
    def of(cls, evidence: Evidence, frame: Frame, route: Route) -> Line:
        """Read a chain; recipes are drawn, the same for every run.

        The archetype of a plant says what it buys: steps between that form and its own are made
        inside it. A step without an amount per unit of the next ends the line from the ore side.
        """
        counted = _with_amounts(route.counted)
        inside = _inside(evidence, counted)
        amount = np.ones(frame.draws)
        amounts = [amount]
        for step in reversed(counted[:-1]):
            amount = amount * _drawn(frame, route.id, step)
            amounts.insert(0, amount)
        forms = [step.form for step in counted]
        held = {
            form: (maker, amounts[forms.index(form)] / amounts[forms.index(maker)])
            for form, maker in inside.items()
        }
        rows = [number for number, form in enumerate(forms) if form not in inside]
        return cls(route.id, tuple(counted[row] for row in rows), np.stack(amounts)[rows], held)

    @property
    def final(self) -> str:
        """The final form."""
        return self.steps[-1].form


def _with_amounts(steps: Sequence[Step]) -> tuple[Step, ...]:
    """The steps behind the last gap: all but the last have an amount per unit of the next."""
    first = 0
    for number, step in enumerate(steps[:-1]):
        if step.per_next is None:
            first = number + 1
    return tuple(steps[first:])


def _inside(evidence: Evidence, steps: tuple[Step, ...]) -> dict[str, str]:
    """Forms made inside the plants of a later step -> the form of that step."""
    forms = [step.form for step in steps]
    found: dict[str, str] = {}
    for row in evidence.table("archetypes").rows:
        if row["form"] in forms and row["price_form"] in forms:
            first, last = forms.index(row["price_form"]), forms.index(row["form"])
            found |= dict.fromkeys(forms[first + 1 : last], str(row["form"]))
    return found


def _drawn(frame: Frame, chain: str, step: Step) -> Floats:
    part: Component | None = step.per_next
    if part is None:
        return np.full(frame.draws, np.nan)
    uniform = frame.uniform(f"recipe/{chain}/{step.form}")
    return triangular(uniform, part.low, part.value, part.high)


@dataclass(frozen=True, slots=True)
class Flows:
    """What a country delivers of the final form, t or unit a year, shape (draw,) each.

    Attributes:
        sovereign: From own feed all the way.
        allied: With feed that can be had outside the dominant supplier.
        capacity: What plants of the final form make whatever their feed.
        cut: Number of the step that limits the sovereign flow.
    """

    sovereign: Floats
    allied: Floats
    capacity: Floats
    cut: Floats


def flows(line: Line, made: Floats, unheld: Floats, abroad: Floats, recovered: Floats) -> Flows:
    """Flows through a line.

    ``f_1 = q_1;  f_s = min(q_s, f_(s-1) + r_s + a_(s-1))`` in units of the final form, with ``r``
    what a step makes of recovered material, which needs no feed from the step before, and ``a``
    feed from abroad; the sovereign flow is the same with ``a = 0``. The recursion is the maximum
    flow of the line, and the last step whose own output binds is its minimum cut.

    Args:
        line: Steps.
        made: Own output of each step after limits, shape (step, draw).
        unheld: Output of the final form before limits of feed, shape (draw,).
        abroad: Feed of each step's form that can be had outside the dominant supplier, same
            shape as ``made``; that of the last step is not read.
        recovered: Part of ``made`` that comes from recovered material, same shape.
    """
    own, back, more = (part / line.per_final for part in (made, recovered, abroad))
    capacity = np.maximum(unheld, own[-1])
    top = np.concatenate([own[:-1], capacity[None]])
    sovereign, cut = _passed(own, back, np.zeros_like(more))
    allied, _ = _passed(top, back, more)
    return Flows(sovereign, np.maximum(allied, sovereign), capacity, cut)


def _passed(own: Floats, back: Floats, more: Floats) -> tuple[Floats, Floats]:
    """What comes out of the last step, and the number of the step that limits it."""
    passed, cut = own[0], np.zeros(own.shape[1])
    for step in range(1, len(own)):
        feed = passed + back[step] + more[step - 1]
        cut = np.where(own[step] < feed, float(step), cut)
        passed = np.minimum(own[step], feed)
    return passed, cut
