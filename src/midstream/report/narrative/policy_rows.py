"""What the words about policies stand on: packages tested, the plan, who else is touched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from midstream.errors import InputError
from midstream.evidence.quantity import Quantity
from midstream.report.narrative.words import lower

if TYPE_CHECKING:
    from midstream.policy.catalogue import LeverRow
    from midstream.policy.frame import Package
    from midstream.policy.middle_result import Middle
    from midstream.policy.others import Others
    from midstream.policy.plan_result import Plan
    from midstream.study import Study

#: The middle.
MIDDLE = ("C2", "C3")
#: Verdicts, the best first.
ORDER = ("PASS", "PARTIAL", "UNDETERMINED", "FAIL")
#: Words a deal ends in, which take an article.
_DEALS = frozenset({"framework", "scheme", "mission", "package", "agreement", "programme", "deal"})


@dataclass(frozen=True, slots=True)
class Judged:
    """A package and what its test says.

    Attributes:
        package: As on record.
        called: What it is called inside a sentence.
        found: Its middle test, in full.
        others: Who else is touched; ``None`` where it was not asked.
    """

    package: Package
    called: str
    found: Middle
    others: Others | None


@dataclass(frozen=True, slots=True)
class Policies:
    """Everything the study asks of policies.

    Attributes:
        tested: Packages of the study, the one its title asks about first.
        plan: The best set of levers for the budget of the study; ``None`` where it asks for none.
        why_none: Why there is no plan though one is asked for; blank else.
        best: The middle test on the levers of the plan together.
        levers: Levers of all of them by id, as on record.
    """

    tested: tuple[Judged, ...] = ()
    plan: Plan | None = None
    why_none: str = ""
    best: Middle | None = None
    levers: dict[str, LeverRow] = field(default_factory=dict)

    @property
    def title(self) -> Judged | None:
        """The package the title of the study asks about."""
        return self.tested[0] if self.tested else None

    @property
    def leader(self) -> Judged | None:
        """The package that moves the middle most; ``None`` where none moves a stage."""
        ranked = sorted(self.tested, key=lambda one: _rank(one.found))
        return ranked[0] if ranked and moved(ranked[0].found) else None


def _rank(found: Middle) -> tuple[int, float, float]:
    chance = [found.probabilities[key].value or 0.0 for key in ("both", *MIDDLE)]
    return ORDER.index(found.verdict), -chance[0], -(chance[1] + chance[2])


def policies(study: Study) -> Policies:
    """Test the packages of a study and look for its plan; each answer is worked out once."""
    return study.once(("policies",), lambda: _policies(study))


def asked(study: Study) -> None:
    """Ask a study for all that takes long and travels, as the words will."""
    policies(study)


def _policies(study: Study) -> Policies:
    from midstream.policy.packages import packages

    config = study.config
    if not config.packages:
        return Policies()
    held = packages(study.evidence)
    tested = tuple(_tested(study, held[name]) for name in config.packages if name in held)
    plan, why = _plan(study)
    best = None
    if plan is not None and plan.levers:
        names = [lever.id for lever in plan.levers]
        best = study.policy_test(names, country=plan.subject, full=False)
    return Policies(tested, plan, why, best, _levers(study, tested, plan))


def _tested(study: Study, package: Package) -> Judged:
    from midstream.policy.others import others

    found = study.policy_test([package.id])
    first = package.id == study.config.packages[0]
    touched = None
    if first or moved(found):
        bench = study.policy_bench(found.choice.subject)
        touched = study.once(("policy others", package.id), lambda: others(bench, found.choice))
    return Judged(package, called(package.name, _countries(study)), found, touched)


def _plan(study: Study) -> tuple[Plan | None, str]:
    """The plan, or why there is none: a budget that buys nothing is an answer of its own."""
    wanted = study.config.plan
    if wanted is None:
        return None, ""
    try:
        return study.policy_plan(wanted.budget, wanted.currency, wanted.by), ""
    except InputError as error:
        return None, str(error)


def _levers(study: Study, tested: Sequence[Judged], plan: Plan | None) -> dict[str, LeverRow]:
    from midstream.policy.catalogue import catalogue
    from midstream.scenarios.frame import Frame

    config = study.config
    frame = Frame(config.seed, config.draws, config.base_year)
    wanted = {lever.id for one in tested for lever in one.found.choice.levers}
    wanted |= {lever.id for lever in plan.levers} if plan is not None else set()
    rows = catalogue(study.evidence, frame, study.ledger).levers
    return {row.lever.id: row for row in rows if row.lever.id in wanted}


def milestones(study: Study, found: Policies) -> dict[str, Quantity]:
    """What the numbers in each milestone of the road open: its signal, or the size of its lever.

    A signal on record opens as on the page of the outlook, with its chance; else the size of the
    effect that ends in tonnes, or the cost of the lever where none does.
    """
    plan = found.plan
    if plan is None:
        return {}
    chances = {row.signal.id: row.chance for row in study.watch()}
    costs = {one.id: one.cost for one in plan.levers}
    return {
        row.id: chances[row.signal]
        if row.signal in chances
        else sized(found.levers[row.lever], costs[row.lever])
        for row in plan.roadmap
    }


def sized(row: LeverRow, cost: Quantity) -> Quantity:
    """What the numbers of a milestone open where no signal says it: the size of its lever."""
    from midstream.policy.roadmap import MAKES

    sizes = [one.size for one in row.effects if one.effect.kind in MAKES]
    return next((size for size in sizes if size.value is not None), cost)


def _countries(study: Study) -> tuple[str, ...]:
    return tuple(str(row["name"]) for row in study.evidence.countries.values())


def called(name: str, countries: Sequence[str] = ()) -> str:
    """What a package is called inside a sentence: its name without remarks, with an article.

    Args:
        name: Name on record.
        countries: Names of countries; an adjective of one keeps its capital.
    """
    short = name.split(":")[0].split(" (")[0].split(" of ")[0].strip()
    if name.endswith(" alone") and not short.endswith(" alone"):
        short += " alone"
    word = short.split(" ")[0]
    proper = any(len(word) > 4 and one.startswith(word[:4]) for one in countries)
    kept = short if proper else lower(short)
    last = [part for part in kept.split(" ") if part != "alone"][-1]
    return f"the {kept}" if last in _DEALS else kept


def moved(found: Middle) -> tuple[str, ...]:
    """Stages of the middle that gain enough in enough draws, at the worse end of the evidence."""
    return tuple(
        stage for stage in MIDDLE if _least(found.probabilities[stage]) >= found.rule.share
    )


def open_stages(found: Middle) -> tuple[str, ...]:
    """Stages of the middle of which neither a gain nor its absence is told."""
    return tuple(
        stage
        for stage in MIDDLE
        if stage not in moved(found) and _most(found.probabilities[stage]) > found.rule.fail
    )


def _least(chance: Quantity) -> float:
    low = chance.low if chance.low is not None else chance.value
    return low if low is not None else 0.0


def _most(chance: Quantity) -> float:
    high = chance.high if chance.high is not None else chance.value
    return high if high is not None else 1.0
