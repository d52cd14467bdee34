"""The commands of the API: what each takes, how long it takes, and the answer it calls.

One row a command, beside the command line's. The answers are imported when they are called, so
that the server process holds none of the engine.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from midstream.app.queries import (
    CaptureQuery,
    CompaniesQuery,
    CounterQuery,
    GapQuery,
    HolderQuery,
    LeverageQuery,
    LeversQuery,
    MatchQuery,
    MaterialQuery,
    ObserveQuery,
    OutlookQuery,
    PeersQuery,
    PlanQuery,
    PlantQuery,
    PolicyQuery,
    Query,
    RiskQuery,
    ScoreQuery,
    ShockQuery,
    ShowQuery,
    TargetQuery,
    TraceQuery,
)
from midstream.errors import InputError

if TYPE_CHECKING:
    from midstream.study import Progress, Study

#: Draws of a shock that a quick worker runs: the central values on the central network.
FEW_SHOCKS = 1

#: Works out a command: study, what was asked, progress -> envelope.
Run = Callable[["Study", Any, "Progress"], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Command:
    """A command of the API.

    Attributes:
        path: Its path under ``/api/v1/``.
        words: What it gives.
        query: What it takes.
        run: Works it out.
        quick: Whether it is done within a moment, in the lane of quick jobs.
        quick_draws: Up to so many draws it is as well.
    """

    path: str
    words: str
    query: type[Query]
    run: Run
    quick: bool = False
    quick_draws: int = 0

    def lane(self, draws: int | None) -> str:
        """Lane it is worked out in, for some draws; ``None`` for those of the study."""
        few = draws is not None and draws <= self.quick_draws
        return "quick" if self.quick or few else "slow"


def _show(study: Study, asked: ShowQuery, _tell: Progress) -> Mapping[str, Any]:
    from midstream.answers import evidence_show

    names = ("metric", "country", "material", "form", "stage", "period")
    return evidence_show(study.evidence, **{name: getattr(asked, name) for name in names})


def _check(study: Study, _asked: Query, _tell: Progress) -> Mapping[str, Any]:
    from midstream.answers import findings_answer
    from midstream.evidence.reconcile import check_evidence

    return findings_answer(study.evidence, check_evidence(study.evidence))


def _trace(study: Study, asked: TraceQuery, tell: Progress) -> Mapping[str, Any]:
    from midstream.answers import evidence_trace

    return evidence_trace(study, asked.lineage, tell)


def _score(study: Study, asked: ScoreQuery, tell: Progress) -> Mapping[str, Any]:
    from midstream.answers import score_answer

    return score_answer(study, asked.country or None, asked.sector or None, asked.horizon, tell)


def _concentration(study: Study, asked: MaterialQuery, _tell: Progress) -> Mapping[str, Any]:
    from midstream.answers import concentration_answer

    return concentration_answer(study, asked.material)


def _leverage(study: Study, asked: LeverageQuery, _tell: Progress) -> Mapping[str, Any]:
    from midstream.answers import leverage_answer

    return leverage_answer(study, asked.chain, asked.holder)


def _shared(study: Study, _asked: Query, _tell: Progress) -> Mapping[str, Any]:
    from midstream.answers import shared_answer

    return shared_answer(study)


def _thesis(study: Study, asked: HolderQuery, _tell: Progress) -> Mapping[str, Any]:
    from midstream.answers import thesis_answer

    return thesis_answer(study, asked.holder)


def _risk(study: Study, asked: RiskQuery, _tell: Progress) -> Mapping[str, Any]:
    from midstream.answers import supply_risk_answer

    return supply_risk_answer(study, asked.method, asked.importer, asked.material, asked.year)


def _shock(study: Study, asked: ShockQuery, tell: Progress) -> Mapping[str, Any]:
    from midstream.answers import shock_answer
    from midstream.shock.instruments import ShockRequest

    request = ShockRequest(
        asked.actor,
        asked.form,
        tuple(asked.target),
        asked.instrument,
        depth=asked.depth,
        months=asked.months,
        notice_days=asked.notice_days,
        surprise=not asked.expected,
        draws=asked.draws,
        seed=study.config.seed,
        chain=asked.chain,
    )
    # Clients ask for many; lineage of any of them is worked out again when it is opened.
    with study.apart():
        return shock_answer(study, request, progress=tell, keep=False)


def _backtest(study: Study, _asked: Query, _tell: Progress) -> Mapping[str, Any]:
    from midstream.answers import backtest_answer

    return backtest_answer(study)


def _outlook(study: Study, asked: OutlookQuery, tell: Progress) -> Mapping[str, Any]:
    from midstream.answers.ahead import outlook_answer

    return outlook_answer(study, asked.draws, progress=tell)


def _counter(study: Study, asked: CounterQuery, _tell: Progress) -> Mapping[str, Any]:
    from midstream.answers.ahead import counter_answer

    entrants = asked.entrants or None
    return counter_answer(study, asked.form, entrants, asked.incumbent, asked.price, asked.draws)


def _watch(study: Study, asked: OutlookQuery, _tell: Progress) -> Mapping[str, Any]:
    from midstream.answers.ahead import watch_answer

    return watch_answer(study, asked.draws)


def _observe(study: Study, asked: ObserveQuery, _tell: Progress) -> Mapping[str, Any]:
    from midstream.answers.ahead import observe_answer

    return observe_answer(study, asked.signal, asked.value, asked.on, draws=asked.draws)


def _plant(study: Study, asked: PlantQuery, _tell: Progress) -> Mapping[str, Any]:
    from midstream.answers.money import plant_answer

    return plant_answer(study, asked.facility, asked.price, asked.with_scheme, asked.draws)


def _target(study: Study, asked: TargetQuery, _tell: Progress) -> Mapping[str, Any]:
    from midstream.answers.money import target_answer

    place = (asked.country, asked.form, asked.capacity, asked.year)
    return target_answer(study, place, asked.variant, asked.price, asked.with_scheme, asked.draws)


def _gap(study: Study, asked: GapQuery, _tell: Progress) -> Mapping[str, Any]:
    from midstream.answers.money import gap_answer

    return gap_answer(study, asked.price, asked.with_scheme, asked.draws)


def _record(study: Study, _asked: Query, _tell: Progress) -> Mapping[str, Any]:
    from midstream.answers.money import record_answer

    return record_answer(study)


def _peers(study: Study, asked: PeersQuery, tell: Progress) -> Mapping[str, Any]:
    from midstream.answers.peers import peers_answer

    places = (asked.country or None, asked.sector or None, asked.stage or None)
    return peers_answer(study, *places, asked.horizon, asked.draws, tell)


def _match(study: Study, asked: MatchQuery, tell: Progress) -> Mapping[str, Any]:
    from midstream.answers.peers import match_answer

    if len(asked.countries) == 1:
        raise InputError(
            "one country is named",
            where="countries",
            why="organisations of two countries are matched",
            mend="name two, or none for the focus country and its first partner",
        )
    two = (asked.countries[0], asked.countries[1]) if asked.countries else None
    return match_answer(study, two, asked.sector, asked.draws, tell)


def _capture(study: Study, asked: CaptureQuery, _tell: Progress) -> Mapping[str, Any]:
    from midstream.answers.value import capture_answer

    return capture_answer(study, asked.chain, asked.basis, asked.draws)


def _units(study: Study, asked: OutlookQuery, _tell: Progress) -> Mapping[str, Any]:
    from midstream.answers.value import units_answer

    return units_answer(study, asked.draws)


def _companies(study: Study, asked: CompaniesQuery, _tell: Progress) -> Mapping[str, Any]:
    from midstream.answers.value import companies_answer

    return companies_answer(study, asked.lever)


def _levers(study: Study, asked: LeversQuery, _tell: Progress) -> Mapping[str, Any]:
    from midstream.answers.policy_levers import levers_answer

    return levers_answer(study, asked.country)


def _policy(study: Study, asked: PolicyQuery, _tell: Progress) -> Mapping[str, Any]:
    from midstream.answers.policy import middle_answer

    return middle_answer(study, asked.lever, asked.country, asked.sector, asked.draws)


def _plan(study: Study, asked: PlanQuery, _tell: Progress) -> Mapping[str, Any]:
    from midstream.answers.policy_plan import plan_answer

    return plan_answer(
        study,
        asked.budget,
        asked.currency,
        asked.by,
        asked.limits(),
        country=asked.country,
        sector=asked.sector,
        draws=asked.draws,
        measure=asked.measure,
    )


_ROWS = (
    Command("evidence/check", "Check every table of the release.", Query, _check),
    Command("evidence/show", "Facts of some keys with every source.", ShowQuery, _show, True),
    Command("evidence/trace", "One number: formula, inputs, sources.", TraceQuery, _trace),
    Command("score", "Scores from 1 to 5 at C1 to C4.", ScoreQuery, _score),
    Command("dependency/concentration", "Concentration by form.", MaterialQuery, _concentration),
    Command(
        "dependency/leverage", "What the holders of a chain can stop.", LeverageQuery, _leverage
    ),
    Command("dependency/shared", "What the sectors need in common.", Query, _shared),
    Command("dependency/thesis", "Whether leverage sits in the middle.", HolderQuery, _thesis),
    Command("dependency/supply-risk", "Supply risk of an importer.", RiskQuery, _risk),
    Command(
        "shock/run", "What an export control does.", ShockQuery, _shock, quick_draws=FEW_SHOCKS
    ),
    Command("shock/backtest", "The model held to the record.", Query, _backtest),
    Command("outlook", "Scenarios to 2035.", OutlookQuery, _outlook),
    Command("counter", "What an incumbent can do to entrants.", CounterQuery, _counter),
    Command("watch", "Signals to watch.", OutlookQuery, _watch),
    Command("watch/observe", "Odds after a signal was seen.", ObserveQuery, _observe),
    Command("capital/plant", "Capital stack of a plant on record.", PlantQuery, _plant),
    Command("capital/target", "Capital stack of a plant to be built.", TargetQuery, _target),
    Command("capital/gap", "What is missing to meet the need.", GapQuery, _gap),
    Command("capital/record", "Stacks, payers and break-evens on record.", Query, _record),
    Command("peers", "Countries beside each other.", PeersQuery, _peers),
    Command("match", "Organisations of two countries that fit.", MatchQuery, _match),
    Command("capture", "Who captures the value of a chain.", CaptureQuery, _capture),
    Command("capture/units", "Value of each chain in one unit.", OutlookQuery, _units),
    Command("capture/companies", "What levers bring to companies.", CompaniesQuery, _companies),
    Command("policy/levers", "Levers and packages on file.", LeversQuery, _levers),
    Command("policy/test", "Whether levers move the middle.", PolicyQuery, _policy),
    Command("policy/plan", "Best set and timing of levers under a budget.", PlanQuery, _plan),
)

#: Commands by path.
COMMANDS: Mapping[str, Command] = {one.path: one for one in _ROWS}
