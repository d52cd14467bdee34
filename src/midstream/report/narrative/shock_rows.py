"""What the figures and tables of a shock show, taken from a run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from midstream.evidence.quantity import Quantity
from midstream.report.figures import Event, FanData, Months, Panel, Track
from midstream.shock.instruments import DAYS, WORLD
from midstream.shock.result import Gain, OutputLost, ShockResult

if TYPE_CHECKING:
    from midstream.study import Study
    from midstream.study.config import ShockConfig

#: Names a thing for a reader.
Names = Callable[[str], str]

#: Countries in the panels of deliveries, sectors and winners in a table.
MOST_PANELS, MOST_ROWS = 6, 8

#: How an instrument reads in prose, with its article.
INSTRUMENTS = {
    "export-ban": "an export ban",
    "export-licence": "export licences",
    "export-quota": "an export quota",
    "tariff": "a tariff",
    "outage": "an outage",
    "threat": "a threat",
}


@dataclass(frozen=True, slots=True)
class Case:
    """A shock of the study and what the run gave."""

    asked: ShockConfig
    found: ShockResult

    @property
    def id(self) -> str:
        """Name of the case within the study."""
        return self.asked.id

    @property
    def deliveries(self) -> dict[str, tuple[Quantity, ...]]:
        """Deliveries of the countries that buy the form."""
        return {
            country: series
            for country, series in self.found.deliveries.items()
            if any(one.value is not None for one in series)
        }

    @property
    def start(self) -> float:
        """Month in which the measure takes force, counted from the announcement."""
        return self.asked.notice_days / DAYS

    @property
    def everyone(self) -> bool:
        """Whether all countries but the actor are cut off."""
        return self.found.targets == (WORLD,)


def cases(study: Study) -> tuple[Case, ...]:
    """Run the shocks of a study, in its order."""
    return tuple(Case(one, study.shock(one.id)) for one in study.config.shocks)


def fan_data(case: Case, country: Names) -> FanData:
    """The price outside with its interval, the price inside beside it, and the dates."""
    actor = country(case.found.actor)
    outside = f"outside {actor}" if case.everyone else "to those cut off"
    return FanData(
        months=Months(0, len(case.found.months)),
        subject=Track(outside, case.found.price_outside),
        other=Track(f"inside {actor}", case.found.price_inside),
        events=events(case),
        measure="Price, before the announcement = 1",
        caption="months after the announcement",
    )


def events(case: Case) -> tuple[Event, ...]:
    """Announcement, force and end of a measure; a threat is only announced."""
    if case.asked.instrument == "threat":
        return (Event("announced", 0),)
    end = Event("ends", case.start + case.asked.months)
    if case.start == 0:
        return (Event("announced, in force", 0), end)
    return (Event("announced", 0), Event("in force", case.start), end)


def panels(case: Case, focus: str, country: Names) -> list[Panel]:
    """Deliveries and cover of each country shown, the focus country first."""
    found = case.found
    order = sorted(case.deliveries, key=lambda one: (one != focus, found.countries.index(one)))
    return [
        Panel(country(one), case.deliveries[one], found.cover.get(one, ()), one == focus)
        for one in order[:MOST_PANELS]
    ]


def extreme(series: Sequence[Quantity], lowest: bool) -> int | None:
    """First month with the lowest or highest value; ``None`` where none is known."""
    known = [i for i, q in enumerate(series) if q.value is not None]
    sign = 1 if lowest else -1
    return min(known, key=lambda i: (sign * (series[i].value or 0.0), i)) if known else None


def worst_target(case: Case, focus: str) -> str | None:
    """The focus country where it is cut off, else the target whose deliveries fall most."""
    found = case.found
    cut = [one for one in case.deliveries if one != found.actor]
    if focus in cut:
        return focus
    depths = {one: extreme(case.deliveries[one], lowest=True) for one in cut}
    known = {
        one: case.deliveries[one][i].value or 0.0 for one, i in depths.items() if i is not None
    }
    return min(known, key=lambda one: (known[one], one)) if known else None


def exposure(study: Study, case: Case) -> dict[str, float]:
    """Share of the actor in what each country shown buys of the form, from the balanced base."""
    base, found = study.base(case.found.chain), case.found
    step, actor = base.step(found.form), base.country(found.actor)
    shares = {}
    for country in case.deliveries:
        bought = base.network.flow[step, :, base.country(country)]
        if country != found.actor and bought.sum() > 0:
            shares[country] = float(bought[actor] / bought.sum())
    return shares


def episode_name(row: Mapping[str, Any]) -> str:
    """Name of an episode of the record without what follows a comma."""
    return str(row["episode"]).removeprefix("null: ").split(",")[0]


def losses(found: ShockResult, focus: str) -> list[OutputLost]:
    """Sectors by the output they lose: the focus country's first, then the most first."""
    order = sorted(
        found.output_lost,
        key=lambda one: (one.country != focus, -(one.months.value or 0.0), one.country, one.sector),
    )
    return order[:MOST_ROWS]


def gains(found: ShockResult) -> list[Gain]:
    """Who gains, the most first."""
    order = sorted(found.winners, key=lambda one: (-(one.share.value or 0.0), one.country, one.way))
    return order[:MOST_ROWS]
