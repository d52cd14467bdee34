"""Instruments: what is asked for, checked, and the share of base trade that may pass by month.

Month 0 begins with the announcement. An order is in force from ``notice days`` on, for the number
of months asked for; within a month it counts for the part of the month it is in force.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from midstream.chain.estimate import Floats
from midstream.chain.routes import Route, routes
from midstream.chain.world import World
from midstream.errors import InputError
from midstream.evidence import Evidence
from midstream.terms import several, suggestion

#: Instruments and what their depth means.
INSTRUMENTS: Mapping[str, str] = {
    "export-ban": "share of base exports to the targets that is stopped",
    "export-licence": "share stopped at first; licences then let more pass",
    "export-quota": "share of base exports above the quota",
    "tariff": "rate of a duty on the trade with the targets",
    "outage": "share of the actor's output that is lost",
    "threat": "share that would be stopped; nothing is",
}
#: All countries but the actor.
WORLD = "WLD"
#: Kinds of entries that stand for many countries.
_MANY = ("aggregate", "group")
#: Days of a mean month.
DAYS = 365.25 / 12


@dataclass(frozen=True, slots=True)
class ShockRequest:
    """A shock somebody asks about.

    Attributes:
        actor: Country that restricts or fails.
        form: Form that is cut.
        targets: Countries or groups cut off; ``WLD`` is everyone but the actor.
        instrument: One of `INSTRUMENTS`.
        depth: Depth 0..1, see `INSTRUMENTS`; ``None`` takes the instrument's from the parameters.
        months: Months in force; ``None`` takes the parameter.
        notice_days: Days between announcement and force.
        surprise: Whether nobody saw it coming; else stocks were built before.
        draws: Number of draws; ``None`` takes the parameter.
        seed: Seed of all streams.
        chain: Chain the form is looked at in; the first on file by default.
        pass_rates: Long-run share that licences let pass, by destination; drawn where absent.
    """

    actor: str
    form: str
    targets: tuple[str, ...]
    instrument: str
    depth: float | None = None
    months: int | None = None
    notice_days: float = 0.0
    surprise: bool = True
    draws: int | None = None
    seed: int = 1
    chain: str | None = None
    pass_rates: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Take one target alone for a list of one."""
        object.__setattr__(self, "targets", several(self.targets))


@dataclass(frozen=True, slots=True)
class Shock:
    """A request that has been checked, with its gaps filled.

    Attributes:
        request: As asked.
        route: The chain.
        step: Place of the form among the counted steps of the chain.
        targets: Countries; empty where everyone is cut.
        depth, months, draws: As asked or from the parameters.
    """

    request: ShockRequest
    route: Route
    step: int
    targets: tuple[str, ...]
    depth: float
    months: int
    draws: int

    @property
    def everyone(self) -> bool:
        """Whether all countries but the actor are hit alike."""
        return not self.targets or self.request.instrument == "outage"

    @property
    def targeted(self) -> bool:
        """Whether the market says the price: some are cut off while others still buy."""
        return not self.everyone and self.request.instrument != "threat"

    @property
    def start(self) -> float:
        """Month in which the order comes into force."""
        return self.request.notice_days / DAYS

    @property
    def key(self) -> str:
        """Readable id of the run, for lineage."""
        asked = self.request
        targets = "+".join(self.targets) or WORLD
        rates = "+".join(f"{code}:{rate:g}" for code, rate in sorted(asked.pass_rates.items()))
        parts = (
            self.route.id,
            asked.actor,
            asked.form,
            targets,
            asked.instrument,
            f"{self.depth:g}",
            f"{self.months}",
            f"{asked.notice_days:g}",
            "surprise" if asked.surprise else "expected",
            rates or "drawn",
            f"{asked.seed}",
            f"{self.draws}",
        )
        return "/".join(parts)


def checked(
    evidence: Evidence,
    world: World,
    request: ShockRequest,
    lines: Mapping[str, Route] | None = None,
) -> Shock:
    """Check a request and fill its gaps.

    Args:
        evidence, world: What there is.
        request: What is asked.
        lines: The chains of the world by name, where they are at hand.

    Raises:
        InputError: naming the first option that cannot be used, and how to mend it.
    """
    _known("--instrument", request.instrument, INSTRUMENTS, "instrument")
    line = _route(evidence, lines or routes(evidence, world), request)
    _actor(evidence, world, request)
    targets = _targets(evidence, request)
    depth = _limit(evidence, f"shock.depth.{request.instrument}")
    depth = depth if request.depth is None else request.depth
    _within("--depth", depth, 0, 1, "the depth is a share from 0 (nothing) to 1 (all)")
    months = int(_limit(evidence, "shock.months")) if request.months is None else request.months
    most = int(_limit(evidence, "shock.months.most"))
    _within("--months", months, 0, most, f"a run looks at 0 to {most} months in force")
    longest = _limit(evidence, "shock.notice.most")
    _within("--notice-days", request.notice_days, 0, longest, f"notice is 0 to {longest:g} days")
    draws = int(_limit(evidence, "shock.draws")) if request.draws is None else request.draws
    most = int(_limit(evidence, "shock.draws.most"))
    _within("--draws", draws, 1, most, f"a run takes 1 to {most} draws")
    _within("--seed", request.seed, 0, 2**63, "streams start from a whole number of 0 or more")
    for country, rate in request.pass_rates.items():
        _country(evidence, "--pass-rate", country)
        _within("--pass-rate", rate, 0, 1, f"the pass rate of {country} is a share from 0 to 1")
    forms = [step.form for step in line.counted]
    return Shock(request, line, forms.index(request.form), targets, depth, months, draws)


def _route(evidence: Evidence, lines: Mapping[str, Route], request: ShockRequest) -> Route:
    """The chain the form is looked at in."""
    found = lines
    if request.chain is not None:
        _known("--chain", request.chain, found, "chain")
        found = {request.chain: found[request.chain]}
    names = {form: str(row["name"]) for form, row in evidence.forms.items()}
    holding = [line for line in found.values() if request.form in {s.form for s in line.steps}]
    if not holding:
        shown = {step.form: names[step.form] for line in found.values() for step in line.steps}
        if request.form in names and request.chain is None:
            raise InputError(
                f"{names[request.form]} is in no chain on file",
                where="--form",
                why="a shock needs the steps before and after the form",
                mend=suggestion(request.form, shown) or f"name one of {', '.join(sorted(shown))}",
            )
        _known("--form", request.form, shown, "form")
    runnable = [line for line in holding if request.form in {s.form for s in line.counted}]
    line = (runnable or holding)[0]
    if not runnable or len(line.counted) < 2:
        lacking = ", ".join(names[form] for form in line.missing)
        raise InputError(
            f"the chain {line.id!r} lacks evidence for a shock to {names[request.form]}",
            where="--form",
            why=f"nobody counts the output by country of: {lacking}",
            mend="add observations of production by country for these forms, or cut another form",
        )
    return line


def _actor(evidence: Evidence, world: World, request: ShockRequest) -> None:
    """The actor has to make the form."""
    _country(evidence, "--actor", request.actor)
    makers = sorted(
        ((e.value or 0.0), c) for (f, c), e in world.outputs.items() if f == request.form
    )
    named = [country for value, country in reversed(makers) if value > 0 and country != WORLD]
    if request.actor not in named:
        form = evidence.forms[request.form]["name"]
        raise InputError(
            f"{evidence.countries[request.actor]['name']} is not known to make {form}",
            where="--actor",
            why="nobody can hold back what it does not sell",
            mend=f"name a maker on record, such as {', '.join(named[:5])}",
        )


def _targets(evidence: Evidence, request: ShockRequest) -> tuple[str, ...]:
    """Countries that are cut; groups are opened, ``WLD`` gives none."""
    if not request.targets:
        raise InputError(
            "no target",
            where="--target",
            why="a shock hits somebody",
            mend="name countries or WLD for everyone",
        )
    if WORLD in request.targets:
        return ()
    members: dict[str, list[str]] = {}
    for row in evidence.table("groups").rows:
        members.setdefault(row["group"], []).append(row["member"])
    found: set[str] = set()
    for target in request.targets:
        if target in members:
            found |= set(members[target]) - {request.actor}
            continue
        _country(evidence, "--target", target)
        if target == request.actor:
            raise InputError(
                f"{target} is both actor and target",
                where="--target",
                why="a country does not cut off itself",
                mend="name other targets, or use the instrument outage",
            )
        found.add(target)
    return tuple(sorted(found))


def _country(evidence: Evidence, option: str, code: str) -> None:
    row = evidence.countries.get(code)
    if row is not None and row["kind"] not in _MANY:
        return
    names = {
        key: str(row["name"]) for key, row in evidence.countries.items() if row["kind"] not in _MANY
    }
    _known(option, code, names, "country")


def _known(option: str, word: str, words: Mapping[str, object] | Sequence[str], noun: str) -> None:
    if word in words:
        return
    raise InputError(
        f"unknown {noun} {word!r}",
        where=option,
        why=f"it is not among the {len(words)} known",
        mend=suggestion(word, words) or f"use one of {', '.join(sorted(words)[:12])}",
    )


def _within(option: str, value: float, low: float, high: float, why: str) -> None:
    if not low <= value <= high:
        raise InputError(
            f"{value:g} is out of range",
            where=option,
            why=why,
            mend=f"take a number from {low:g} to {high:g}",
        )


def _limit(evidence: Evidence, name: str) -> float:
    return float(evidence.parameter(name).value or 0.0)


def in_force(start: float, months: float, horizon: int) -> Floats:
    """Part of each month during which an order is in force, shape (month,).

    ``overlap of [t, t + 1) and [start, start + months)``.
    """
    begin = np.arange(horizon, dtype=np.float64)
    overlap = np.minimum(begin + 1, start + months) - np.maximum(begin, start)
    part: Floats = np.clip(overlap, 0.0, 1.0)
    return part


def licence_rate(since: Floats, depth: float, lag: float, pace: float, long_run: float) -> Floats:
    """Share of base trade that licences let pass, by months since force.

    ``L = Lmin`` until the lag, then ``Lmin + (Lmax - Lmin) (1 - exp(-(since - lag) / pace))`` with
    ``Lmin = 1 - depth`` and ``Lmax = max(Lmin, long_run)``.

    Args:
        since: Months since force, any shape; before force everything passes.
        depth: Share stopped at first.
        lag: Months until the first licences, 0 or more.
        pace: Months in which the gap falls to a third, above 0.
        long_run: Share let through in the end.
    """
    least = 1.0 - depth
    most = max(least, long_run)
    open_for = np.maximum(0.0, since - lag)
    rate = least + (most - least) * -np.expm1(-open_for / pace)
    passed: Floats = np.where(since < 0, 1.0, rate)
    return passed


def pass_rates(shock: Shock, horizon: int, lag: float, pace: float, long_run: float) -> Floats:
    """Share of base trade that may pass in each month, shape (month,).

    A ban, a quota and an outage let ``1 - depth`` pass while in force; a licence follows
    `licence_rate`; a tariff and a threat let everything pass.
    """
    part = in_force(shock.start, shock.months, horizon)
    instrument = shock.request.instrument
    if instrument in ("tariff", "threat"):
        return np.ones(horizon)
    if instrument == "export-licence":
        middle = np.arange(horizon) + 0.5 - shock.start
        rate = licence_rate(np.maximum(middle, 0.0), shock.depth, lag, pace, long_run)
        return 1.0 - part * (1.0 - rate)
    return 1.0 - part * shock.depth
