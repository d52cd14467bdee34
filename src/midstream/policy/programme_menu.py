"""Which levers are on offer to a plan, from when on, and why the others are not."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from midstream.errors import InputError
from midstream.policy.frame import Lever
from midstream.terms import suggestion


@dataclass(frozen=True, slots=True)
class Left:
    """A lever that is not on offer.

    Attributes:
        id: Lever.
        why: Reason.
    """

    id: str
    why: str


@dataclass(frozen=True, slots=True)
class Menu:
    """What a plan can choose from.

    Attributes:
        levers: Levers on offer, by id.
        costs: What each is planned to cost, USD million.
        needs: Prerequisites of each among the levers on offer.
        starts: Years each can start in, ascending.
        left: Levers that are not on offer.
    """

    levers: tuple[Lever, ...]
    costs: Mapping[str, float]
    needs: Mapping[str, tuple[str, ...]]
    starts: Mapping[str, tuple[int, ...]]
    left: tuple[Left, ...]

    def lever(self, name: str) -> Lever:
        """A lever on offer."""
        return next(one for one in self.levers if one.id == name)


def menu(
    levers: Sequence[Lever],
    costs: Mapping[str, float | None],
    subject: str,
    span: tuple[int, int],
    staggered: bool,
    waits: Mapping[str, int] | None = None,
    without: frozenset[str] = frozenset(),
) -> Menu:
    """Sort levers into those on offer and those left out.

    Args:
        levers: Levers, in any order.
        costs: Lever -> planned cost, USD million; ``None`` where none is on record.
        subject: Country whose levers count.
        span: First year of the plan, and the year the outcome is read in.
        staggered: Whether later starts are looked at; only limits by year make them worthwhile.
        waits: Lever -> first year it can start in, where that is later than its own.
        without: Levers that are not to be chosen.

    Raises:
        InputError: if prerequisites run in a circle, or one is unknown.
    """
    ordered = tuple(sorted(levers, key=lambda one: one.id))
    held = {one.id: one for one in ordered}
    check_circles(held)
    why = {
        one.id: _reason(one, costs.get(one.id), subject, span)
        or ("it was left out by the request" if one.id in without else "")
        for one in ordered
    }
    _follow(held, why)
    offered = tuple(one for one in ordered if not why[one.id])
    names = [one.id for one in offered]
    needs = {o.id: tuple(n for n in o.prerequisites if n in names) for o in offered}
    first = _first(offered, needs, span[0], waits or {})
    late = [name for name in first if first[name] + held[name].lag >= span[1]]
    if late:
        told = {**costs, **dict.fromkeys(late)}
        found = menu(levers, told, subject, span, staggered, waits, without)
        moved = [Left(one.id, _LATE if one.id in late else one.why) for one in found.left]
        return Menu(found.levers, found.costs, found.needs, found.starts, tuple(moved))
    starts = {
        one.id: tuple(range(first[one.id], math.ceil(span[1] - one.lag)))
        if staggered
        else (first[one.id],)
        for one in offered
    }
    planned = {name: float(costs[name] or 0.0) for name in names}
    left = tuple(Left(name, reason) for name, reason in why.items() if reason)
    return Menu(offered, planned, needs, starts, left)


_LATE = "it would act too late for the year the outcome is read in"


def _reason(one: Lever, cost: float | None, subject: str, span: tuple[int, int]) -> str:
    if one.country != subject:
        return f"it is a lever of {one.country}"
    if one.in_base:
        return "the record holds it already, so that the base has it too"
    if not one.effects:
        return "no effect of it is on record"
    if cost is None:
        return "no cost of it is on record"
    if one.start + one.lag >= span[1]:
        return _LATE
    return ""


def _follow(held: Mapping[str, Lever], why: dict[str, str]) -> None:
    """Leave out what needs a lever that is not on offer, until nothing more follows."""
    changed = True
    while changed:
        changed = False
        for one in held.values():
            lacking = [n for n in one.prerequisites if why[n] and not held[n].in_base]
            if lacking and not why[one.id]:
                why[one.id] = f"it needs {lacking[0]}, which is not on offer: {why[lacking[0]]}"
                changed = True


def _first(
    offered: Sequence[Lever],
    needs: Mapping[str, tuple[str, ...]],
    first: int,
    waits: Mapping[str, int],
) -> dict[str, int]:
    """First year each can start in: its own, that of the plan, and those of what it needs."""
    found = {o.id: max(first, math.ceil(o.start), waits.get(o.id, first)) for o in offered}
    for _ in offered:
        for name, before in needs.items():
            found[name] = max(found[name], *(found[one] for one in before), first)
    return found


def check_circles(levers: Mapping[str, Lever]) -> None:
    """Check that prerequisites are known and do not run in a circle.

    Raises:
        InputError: naming the unknown one, or the circle.
    """
    for name, one in levers.items():
        for other in one.prerequisites:
            if other not in levers:
                raise InputError(
                    f"{name} needs {other}, which is no lever",
                    where="levers.csv:prerequisites",
                    why="a plan cannot tell when it starts",
                    mend=suggestion(other, levers) or "name a lever of the table",
                )
    done: set[str] = set()
    for name in levers:
        _walk(name, levers, (), done)


def _walk(name: str, levers: Mapping[str, Lever], path: tuple[str, ...], done: set[str]) -> None:
    if name in path:
        circle = (*path[path.index(name) :], name)
        raise InputError(
            f"prerequisites run in a circle: {' needs '.join(circle)}",
            where="levers.csv:prerequisites",
            why="none of them could ever start",
            mend="take one of these prerequisites out",
        )
    if name in done:
        return
    for other in levers[name].prerequisites:
        _walk(other, levers, (*path, name), done)
    done.add(name)
