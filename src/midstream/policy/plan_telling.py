"""From a solved plan to quantities that stand in the ledger."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from midstream.chain.estimate import Floats
from midstream.evidence import Ledger, Quantity
from midstream.policy.bench import Bench
from midstream.policy.costs import cost, total_cost
from midstream.policy.frame import STAGES, Choice, Lever, OpenBench, Outcome
from midstream.policy.frontier import Point, Shadow
from midstream.policy.lever_words import size_quantity
from midstream.policy.plan_request import Request
from midstream.policy.plan_result import FrontierRow, LeverChosen, Plan, StageSaid
from midstream.policy.portfolio import Budget, Payments
from midstream.policy.programme import Programme
from midstream.policy.programme_menu import Left, Menu
from midstream.policy.roadmap import Milestone
from midstream.policy.robust import Robustness
from midstream.policy.stress_telling import ENDS, Teller, inputs_of

UNIT = "USD million"
#: Parameters a plan rests on.
PARAMETERS = (
    "capital.price-year",
    "delay.months",
    *(
        f"policy.plan.{name}"
        for name in ("groups", "near", "pairs", "payments", "rounds", "samples")
    ),
    "policy.plan.tail.level",
    "policy.plan.tail.weight",
    "ramp.years",
)


@dataclass(frozen=True, slots=True)
class Found:
    """What a plan is told from.

    Attributes:
        bench, menu, programme, budget: What was solved.
        points: Frontier.
        point: Point of the budget that was asked for.
        shadow: Worth of more money.
        robust: How firm the choice is.
        roadmap: Milestones.
        payments: Who pays what, when.
    """

    bench: OpenBench
    menu: Menu
    programme: Programme
    budget: Budget
    points: tuple[Point, ...]
    point: Point
    shadow: Shadow
    robust: Robustness
    roadmap: tuple[Milestone, ...]
    payments: Payments


@dataclass(frozen=True, slots=True)
class PlanTeller:
    """Turns what was solved into a plan.

    Attributes:
        found: What was solved.
        request: What was asked.
        first: First year of the plan.
        teller: Enters quantities.
        ids: Lineage ids the objective rests on.
    """

    found: Found
    request: Request
    first: int
    teller: Teller
    ids: tuple[str, ...]

    @classmethod
    def of(cls, found: Found, request: Request, first: int) -> PlanTeller:
        """Name the numbers of a plan on its bench."""
        bench = found.bench
        for lever in found.menu.levers:
            for effect in lever.effects:
                size_quantity(bench.evidence, effect, bench.ledger)
        effects = inputs_of(Choice(found.menu.levers, (), bench.subject))
        counted = bench.rests_on("C2", "C3") if isinstance(bench, Bench) else ()
        ids = (*(f"par:{name}" for name in PARAMETERS), *counted, *effects)
        teller = Teller(bench.ledger, place_of(bench, request), ())
        return cls(found, request, first, teller, ids)

    def plan(self) -> Plan:
        """The plan."""
        found, point = self.found, self.found.point
        best = point.best
        bare = found.programme.engine(())
        total = total_cost(found.bench.evidence, found.bench.frame, self._levers, self._ledger)
        spare = found.budget.total - best.cost
        return Plan(
            subject=found.bench.subject,
            sector=found.bench.sector,
            horizon=found.bench.horizon,
            first=self.first,
            request=self.request,
            chosen=best.chosen,
            levers=self._chosen(),
            scores=self._scores(),
            frontier=tuple(self._row(one, number) for number, one in enumerate(found.points)),
            roadmap=found.roadmap,
            objective=self._value("objective", best.worth.value, "Objective by the engine"),
            linear=self._value("linear", best.linear, "Objective by the linear model at first"),
            before=self._value("without", bare.value, "Objective without any lever"),
            gap=self._value("gap", point.solution.gap, "Bound of the programme less its answer"),
            stable=point.stable,
            shadow=self._shadow(),
            cost=total.cost,
            budget=self._money("budget", found.budget.total, "Budget"),
            unspent=self._money("unspent", max(spare, 0.0), "Budget less planned cost"),
            payments=self._payments(),
            left=left_of(found),
            robust={name: self._share(name) for name in (one.id for one in found.menu.levers)},
            warnings=self._warnings(),
            assumptions=PARAMETERS,
        )

    @property
    def _levers(self) -> tuple[Lever, ...]:
        return tuple(self.found.menu.lever(name) for name, _ in self.found.point.best.chosen)

    @property
    def _ledger(self) -> Ledger:
        return self.found.bench.ledger

    def _value(self, name: str, value: float, title: str) -> Quantity:
        how = "min over C2, C3 of mean coverage (or score) less weight x CVaR of what is left open"
        return self.teller.known(value, "ratio", f"plan-{name}", title, how, self.ids)

    def _money(self, name: str, value: float, title: str) -> Quantity:
        how = "mean of the cost laws; the budget at the rate of the price year"
        ids = [f"lever:{one.id}/cost" for one in self._levers]
        return self.teller.known(value, UNIT, f"plan-{name}", title, how, (*self.ids, *ids))

    def _share(self, name: str) -> Quantity:
        share = self.found.robust.share.get(name)
        how = "share of samples of the groups, drawn with replacement, in which it is chosen"
        title = f"How often {name} is chosen"
        return self.teller.known(share, "ratio", f"plan-firm/{name}", title, how, self.ids)

    def _chosen(self) -> tuple[LeverChosen, ...]:
        bench, options = self.found.bench, {one.id: one for one in self.found.programme.options}
        starts = dict(self.found.point.best.chosen)
        return tuple(
            LeverChosen(
                id=one.id,
                name=one.name,
                start=starts[one.id],
                cost=cost(bench.evidence, bench.frame, one, bench.ledger),
                payers=options[one.id].payers,
                chosen=self._share(one.id),
            )
            for one in self._levers
        )

    def _scores(self) -> dict[str, StageSaid]:
        base = self.found.programme.outcome(())
        plan = self.found.programme.outcome(self.found.point.best.chosen)
        return {stage: self._stage(stage, base, plan) for stage in STAGES}

    def _stage(self, stage: str, base: Outcome, plan: Outcome) -> StageSaid:
        column, year = STAGES.index(stage), self.found.bench.horizon

        def told(name: str, title: str, unit: str, *ends: Floats) -> Quantity:
            draws, title = np.concatenate(ends), f"{title} of {stage}, {year}"
            how = "by draw on the chosen levers; mean, and P10 and P90 over both ends of the box"
            name = f"plan-{name}/{stage}"
            if not np.isfinite(draws).all():
                return self.teller.known(None, unit, name, title, how, self.ids)
            low = min(float(np.quantile(end, ENDS[0])) for end in ends)
            high = max(float(np.quantile(end, ENDS[1])) for end in ends)
            mean = float(draws.mean())
            return self.teller.known(mean, unit, name, title, how, self.ids, (low, high))

        def both(one: Outcome) -> tuple[Floats, Floats]:
            return one.low[:, column], one.high[:, column]

        gains = (after - before for before, after in zip(both(base), both(plan), strict=True))
        cover = base.coverage[:, column], plan.coverage[:, column]
        return StageSaid(
            score=told("score", "Score with the plan", "score", *both(plan)),
            score_before=told("score-without", "Score without the plan", "score", *both(base)),
            gain=told("gain", "Gain of score", "score", *gains),
            coverage=told("coverage", "Own output over own need with the plan", "ratio", cover[1]),
            coverage_before=told("cover-without", "Own output over own need", "ratio", cover[0]),
        )

    def _row(self, point: Point, number: int) -> FrontierRow:
        name = f"frontier-{number}"
        return FrontierRow(
            budget=self._money(f"{name}-budget", point.budget, "Budget of the frontier"),
            cost=self._money(f"{name}-cost", point.best.cost, "Planned cost of its levers"),
            value=self._value(f"{name}-value", point.best.worth.value, "Objective by the engine"),
            linear=self._value(f"{name}-linear", point.best.linear, "Objective, linear model"),
            levers=tuple(lever for lever, _ in point.best.chosen),
            gap=self._value(f"{name}-gap", point.solution.gap, "Bound less answer"),
            asked=point.budget == self.found.budget.total,
        )

    def _shadow(self) -> dict[str, Quantity]:
        price = self.found.shadow
        rows = {
            "up": (price.up, "to the next larger budget, best portfolio to best portfolio"),
            "down": (price.down, "from the next smaller budget, best portfolio to best portfolio"),
            "relaxed": (price.relaxed, "dual of the budget row, if parts of levers could be had"),
        }
        return {
            name: self.teller.known(
                value,
                "1/USD million",
                f"plan-shadow/{name}",
                f"Worth of one more USD million, {name}",
                how,
                self.ids,
            )
            for name, (value, how) in rows.items()
        }

    def _payments(self) -> dict[int, Quantity]:
        paid = self.found.payments
        years = sorted({year for _, year in paid.amounts})
        return {
            year: self._money(f"paid-{year}", paid.of_year(year), f"Payments of {year}")
            for year in years
        }

    def _warnings(self) -> tuple[str, ...]:
        found = self.found
        told = []
        if found.budget.by_year and self.request.firm:
            told.append("how often levers are chosen is counted without the limits by year")
        if not found.point.stable:
            told.append(
                "the linear model and the engine do not agree in the end: the best portfolio the "
                "engine has run is shown"
            )
        aimed = [STAGES[number] for number in found.programme.aim.stages]
        if len(aimed) == 1:
            told.append(f"only {aimed[0]} is on record, so that the plan aims at it alone")
        return tuple(told)


def place_of(bench: OpenBench, request: Request) -> str:
    """Part of lineage ids that tells plans apart: bench, budget and what else was asked."""
    place = (bench.subject, bench.sector, str(bench.horizon), str(bench.draws), request.key)
    return "/".join(place)


def left_of(found: Found) -> tuple[Left, ...]:
    """Levers that are not part of the plan, with the reason."""
    chosen = dict(found.point.best.chosen)
    rest = []
    for one, moves in zip(found.programme.options, found.programme.moves, strict=True):
        if one.id in chosen:
            continue
        blocked = [name for name in one.excludes if name in chosen]
        why = "another choice of the same money adds more"
        if not moves:
            why = "it moves nothing that is counted here"
        elif blocked:
            why = f"it cannot stand beside {blocked[0]}"
        elif one.cost > found.budget.total:
            why = "it costs more than the whole budget"
        elif one.cost <= found.budget.total - found.point.best.cost:
            why = "it would fit, but adds nothing to the weaker stage or its tail"
        rest.append(Left(one.id, why))
    return tuple(sorted((*found.menu.left, *rest), key=lambda left: left.id))
