"""A flood over the projects of a world: who closes, who is put off, and the chance of each.

Costs, cash, patience, cover and the decision to build are those of the room of counter-moves; a
plan's own floors and buffers come on top. The flood lasts some years and ends with the horizon.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from midstream.chain.estimate import Floats
from midstream.counterstrategy.costs import costs_by_ratio
from midstream.counterstrategy.driver import plant_of
from midstream.counterstrategy.entrants import Entrant, entrant_of, in_world
from midstream.counterstrategy.field import Field, field_of
from midstream.counterstrategy.incumbent import Incumbent, incumbent_of
from midstream.counterstrategy.sampling import Sampling
from midstream.counterstrategy.survival import Climate, Standing, started
from midstream.errors import InputError
from midstream.evidence import Ledger
from midstream.policy.frame import OpenBench
from midstream.policy.stress_cover import Shields
from midstream.scenarios.frame import Bools, Project


@dataclass(frozen=True, slots=True)
class Flooded:
    """What a flood does to the projects of one form.

    Attributes:
        projects: Projects, the last axis.
        chance: Chance of standing at the end of the year, shape (draw, year, project).
        slip: Years a decision waits, shape (draw, project); 0 where it is not put off.
    """

    projects: tuple[Project, ...]
    chance: Floats
    slip: Floats


@dataclass(frozen=True, slots=True)
class Flood:
    """A flood of one form that ends with the horizon.

    Attributes:
        form: Form.
        years: Whole years it lasts.
        first: Number of its first year on the year axis.
        climate: Prices while it lasts.
        incumbent, sampling: Who floods, and the draws.
    """

    form: str
    years: int
    first: int
    climate: Climate
    incumbent: Incumbent
    sampling: Sampling


def flood_of(bench: OpenBench, form: str) -> Flood | None:
    """Set up the flood of a form; ``None`` where it has no price, tonnes or foreign leader."""
    evidence, world, frame = bench.evidence, bench.world, bench.frame
    leader = world.leaders.get(form, ("", 0.0))[0]
    if leader in ("", bench.subject):
        return None
    sampling = Sampling(evidence, frame.seed, frame.draws, frame.draws)
    try:
        ledger = Ledger(base=world.ledger)
        incumbent = incumbent_of(evidence, world, form, "", sampling, ledger, trade=False)
    except InputError:
        # No price or no tonnes: a flood cannot be set against costs.
        return None
    years = round(sampling.value("shown.years"))
    cut = sampling.own("flood.cut", f"stress/{form}")
    price = incumbent.reference * (1 - cut)[:, None]
    outlook = sampling.shared("outlook")
    climate = Climate(price, price * outlook[:, None], np.ones_like(price))
    first = max(0, frame.years.index(bench.horizon) + 1 - years)
    return Flood(form, years, first, climate, incumbent, sampling)


def flooded(
    bench: OpenBench,
    flood: Flood,
    projects: Sequence[Project],
    start: Floats,
    shields: Shields,
) -> Flooded:
    """Say what a flood does to projects of its form.

    A project decided before the flood is a plant: it stands until its cash or its owner's
    patience ends, counted from its start or the flood's. One not decided is built only if the
    price it counts on in the flood pays; else the decision waits until the restart after it.

    Args:
        bench: Draws and years.
        flood: The flood.
        projects: Projects of the form outside the incumbent, at least one.
        start: Start without the flood, ``inf`` where there is none, shape (draw, project).
        shields: What the plan holds; its floors count.
    """
    chosen = tuple(projects)
    model = _Model(bench, flood, shields)
    field = model.field(chosen)
    sampling = flood.sampling
    opens = float(bench.frame.years[flood.first])
    ends = opens + flood.years
    decided = start - sampling.value("build")
    restart = ends + sampling.value("restart")
    goes = model.started(field)
    put_off = (decided >= opens) & (decided < restart) & ~goes
    slip = np.where(put_off, restart - np.where(put_off, decided, restart), 0.0)
    chance = np.ones((bench.draws, len(bench.frame.years), len(chosen)))
    after = model.after(field)
    back = ends + sampling.shared("stay")
    for number, year in enumerate(bench.frame.years):
        met = np.minimum(year + 1.0, ends) - np.maximum(start, opens)
        step = np.clip(np.ceil(met), 0, flood.years)
        step = np.where(np.isfinite(step), step, 0).astype(int)
        stands = np.take_along_axis(after, step[None], axis=0)[0]
        chance[:, number] = np.where((year + 1.0 >= back)[:, None], 1.0, stands)
    return Flooded(chosen, chance, slip)


def later_entrants(bench: OpenBench, flood: Flood, shields: Shields) -> Floats:
    """Chance that a plant of the subject nobody has named yet stands through a flood, (draw,)."""
    model, one = _Model(bench, flood, shields), typical(flood.form, bench.subject)
    return np.asarray(model.after(model.field((one,)))[flood.years][:, 0])


@dataclass(frozen=True, slots=True)
class _Model:
    """Costs and behaviour of projects in a flood."""

    bench: OpenBench
    flood: Flood
    shields: Shields

    def field(self, projects: tuple[Project, ...]) -> Field:
        """Projects side by side, with covers on record and those of the plan."""
        sampling = self.flood.sampling
        ledger = Ledger(base=self.bench.world.ledger)
        entrants = [self._entrant(one, ledger) for one in projects]
        field = field_of(entrants, sampling.value("commitment"))
        # A flood is no technology ban: equipment costs what it did.
        field = replace(field, exposed=np.zeros_like(field.exposed))
        return self.shields.over(field, projects)

    def _entrant(self, project: Project, ledger: Ledger) -> Entrant:
        flood, plant = self.flood, plant_of(project)
        found = entrant_of(
            plant, flood.incumbent, flood.sampling, ledger, costs_by_ratio, project.facility
        )
        return in_world(found, self.bench.world)

    def started(self, field: Field) -> Bools:
        """Whether a project is decided on in the flood, shape (draw, project)."""
        equipment = self.flood.sampling.shared("ban.equipment")
        return np.asarray(started(field, self.flood.climate, equipment) >= 1)

    def after(self, field: Field) -> Floats:
        """Chance that a plant stands after 0, 1, ... years, shape (years + 1, draw, project)."""
        standing = Standing.of(field, self.flood.climate)
        later = [standing.after(float(year)) for year in range(1, self.flood.years + 1)]
        return np.stack([np.ones_like(field.cash), *later])


def typical(form: str, country: str) -> Project:
    """A later entrant nobody has named yet."""
    return Project(
        id=f"later/{form}/{country}",
        facility="",
        form=form,
        country=country,
        region="",
        capacity=1.0,
        low=1.0,
        high=1.0,
        standing="announced",
        plan=None,
        owner="",
        technology="",
        completion=None,
        lineage=(),
    )
