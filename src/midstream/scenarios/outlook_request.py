"""What an outlook is asked for: settings, checked and read into all that its runs share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from midstream.chain.estimate import Floats
from midstream.chain.world import World
from midstream.errors import InputError
from midstream.evidence import Evidence
from midstream.scenarios import drivers as driving
from midstream.scenarios import regions_read
from midstream.scenarios.cases import SAME_CLASS
from midstream.scenarios.frame import DriverDraws, Frame, Project
from midstream.scenarios.outlook_future import Counter, Setup
from midstream.scenarios.pipeline import cells_of
from midstream.scenarios.projects import projects as projects_of
from midstream.scenarios.regions import VARIANTS, Rule

Quantiles = Mapping[str, tuple[float, float, float]]


@dataclass(frozen=True, slots=True)
class OutlookSettings:
    """What an outlook is about.

    Attributes:
        focus: Country.
        incumbents: Countries the supply outside of which is looked at.
        chains: Chains the default conditions look at; empty for all on file.
        sectors: Sectors that are scored; empty leaves scores out.
        countries: Countries that are scored; the focus is among them.
        draws, seed: Monte Carlo.
        last: Last year.
        score_years: Years that are scored.
        groups: Groups of draws behind the intervals; ``None`` takes ``outlook.groups``, 0 leaves
            only the number of draws in the intervals.
        reruns: Draws of a repeated run; ``None`` takes ``outlook.rerun.draws``, 0 leaves flips
            and total indices out.
    """

    focus: str
    incumbents: tuple[str, ...]
    chains: tuple[str, ...]
    sectors: tuple[str, ...]
    countries: tuple[str, ...]
    draws: int
    seed: int
    last: int = 2035
    score_years: tuple[int, ...] = (2030, 2035)
    groups: int | None = None
    reruns: int | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """An outlook that was asked for.

    Attributes:
        setup: What stays the same in all runs.
        settings: What it is about.
        variants: Rules by variant.
        means, quantiles: Experts' shifts and points of drivers.
        record: What is on record of forms in countries.
    """

    setup: Setup
    settings: OutlookSettings
    variants: Mapping[str, tuple[Rule, ...]]
    record: regions_read.Record
    means: Mapping[str, float] = field(default_factory=dict)
    quantiles: Quantiles = field(default_factory=dict)

    def frame(self, draws: int) -> Frame:
        """Draws and years."""
        first = self.setup.world.base_year
        return Frame(self.settings.seed, draws, first, self.settings.last)

    def values(self, frame: Frame, normals: Mapping[str, Floats] | None = None) -> DriverDraws:
        """Drivers; some may be given standard normal numbers of their own."""
        return driving.draw(
            self.setup.evidence, frame, self.settings.focus, self.means, self.quantiles, normals
        )

    def amount(self, name: str, own: int | None) -> int:
        """A number of the settings, or else of the parameter table."""
        return int(self.setup.evidence.parameter(name).value or 0) if own is None else own


def prepared(
    evidence: Evidence,
    world: World,
    settings: OutlookSettings,
    means: Mapping[str, float] | None = None,
    quantiles: Quantiles | None = None,
    counter: Counter | None = None,
) -> Request:
    """Read projects, conditions and rules.

    Raises:
        InputError: if a driver is unknown or no scenario can be told apart.
    """
    known = driving.drivers(evidence)
    driving.check_drivers((*(means or {}), *(quantiles or {})), known, "drivers")
    found = projects_of(evidence, world)
    record = record_of(evidence, world, found)
    conditions = regions_read.conditions(evidence, world, settings.focus, settings.chains, record)
    numbered = {c.form for one in conditions for c in one.comparisons if c.metric == "plants"}
    found = (*found, *_uncounted(evidence, world, settings.focus, numbered, found))
    variants = {name: regions_read.rules(evidence, name) for name in VARIANTS}
    setup = Setup.of(
        evidence,
        world,
        settings.focus,
        settings.incumbents,
        tuple(sorted(found, key=lambda project: project.id)),
        conditions,
        variants["base"],
        settings.last,
        counter,
    )
    given = dict(means or {}), dict(quantiles or {})
    return Request(setup, settings, variants, record, *given)


def _uncounted(
    evidence: Evidence,
    world: World,
    focus: str,
    forms: set[str],
    found: Sequence[Project],
) -> list[Project]:
    """Plants under way without a capacity on record, where a condition counts plants.

    They are there or not, and add nothing to capacity and output.
    """
    held = {project.facility for project in found}
    within = evidence.parameter("pipeline.plan.within").value or 0.0
    return [
        Project(
            id=plant.id,
            facility=plant.id,
            form=plant.form,
            country=plant.country,
            region="",
            capacity=0.0,
            low=0.0,
            high=0.0,
            standing=SAME_CLASS.get(plant.status, plant.status),
            plan=None if plant.start is None else plant.start + within,
            owner=plant.owner,
            technology=plant.technology,
            completion=plant.completion,
            lineage=plant.lineage,
        )
        for plant in world.plants
        if plant.form in forms and plant.country == focus and plant.id not in held
        if plant.capacity is None and plant.status != "operating"
    ]


def record_of(evidence: Evidence, world: World, projects: Sequence[Project]) -> regions_read.Record:
    """What is on record: needs by world output or of their own, makers by cells and waste."""
    made = set(cells_of(evidence, world, projects))
    waste = {(row["form"], row["country"] or "") for row in evidence.table("secondary_sources")}

    def has_maker(form: str, country: str) -> bool:
        return (form, country) in made or bool({(form, country), (form, "")} & waste)

    def has_need(form: str, country: str) -> bool:
        if form not in world.world_output or country not in world.countries:
            return False
        direct = world.direct_need.get((form, country))
        return world.world_output[form].known or (direct is not None and direct.known)

    return regions_read.Record(has_need, has_maker)


def check_settings(evidence: Evidence, world: World, settings: OutlookSettings) -> None:
    """Check years, countries and draws.

    Raises:
        InputError: naming the first setting that cannot be.
    """
    most = int(evidence.parameter("outlook.draws.most").value or 0)
    if not 1 <= settings.draws <= most:
        raise InputError(
            f"{settings.draws:,} draws",
            where="--draws",
            why=f"an outlook takes 1 to {most:,}",
            mend="take a number between the two",
        )
    if settings.last <= world.base_year:
        raise InputError(
            f"last year {settings.last}",
            where="last year of the outlook",
            why=f"the base year is {world.base_year}",
            mend="take a later year",
        )
    late = [year for year in settings.score_years if not world.base_year < year <= settings.last]
    if late and settings.sectors:
        raise InputError(
            f"no score for {late[0]}",
            where="score years",
            why=f"the outlook runs from {world.base_year + 1} to {settings.last}",
            mend="name years within it",
        )
    if settings.focus not in world.countries:
        raise InputError(
            f"no outlook for {settings.focus!r}",
            where="focus",
            why="the world of this study does not hold it",
            mend=f"take one of {', '.join(world.countries)}",
        )
