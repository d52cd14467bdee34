"""Time to replace: how long a lost part of world need stays lost while others build.

What comes in, in this order of time: running plants elsewhere that can make more, plants that
ramp up, projects on record at the step (each if it is completed), and new plants that are decided
on the day of the loss and add a steady part of world need a year once they run.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median

import numpy as np

from midstream.chain.estimate import Floats
from midstream.chain.plants import RUNNING, Plant
from midstream.chain.world import World
from midstream.dependency.streams import Streams
from midstream.evidence import Evidence

#: Parameters that say how lost capacity is replaced, apart from those of a status or stage.
PARAMETERS = (
    "replace.expand",
    "replace.rate",
    "replace.horizon",
    "lead.expand",
    "delay.months",
    "utilisation",
    "ramp.years",
)
#: Statuses of plants that add output one day.
_COMING = ("ramping", "construction", "funded", "announced", "slot", "study", "idle")
_MONTHS = 12.0


@dataclass(frozen=True)
class Additions:
    """What can come in at one step.

    Attributes:
        arrival: Years until each project makes output, shape (draw, project).
        amount: What it adds, over the world need of the step, shape (draw, project).
        country: Where each project stands.
        plants: Ids of the plants behind the projects.
        unsized: Ids of coming plants whose capacity is not on record; they add nothing here.
        expansion: What running plants can add, over their output, shape (draw,).
        expansion_lead: Years until they do, shape (draw,).
        new_lead: Years until new plants run, shape (draw,).
        new_rate: What new plants add a year, over world need, shape (draw,).
        horizon: Years after which a loss is no longer counted.
    """

    arrival: Floats
    amount: Floats
    country: tuple[str, ...]
    plants: tuple[str, ...]
    unsized: tuple[str, ...]
    expansion: Floats
    expansion_lead: Floats
    new_lead: Floats
    new_rate: Floats
    horizon: float

    def without(self, countries: Sequence[str]) -> Floats:
        """Whether each project stands outside each country, shape (project, country)."""
        return np.array(
            [[float(c != holder) for holder in countries] for c in self.country]
        ).reshape(len(self.country), len(countries))


def additions(world: World, form: str, streams: Streams) -> Additions:
    """Collect what can come in at the step that makes a form.

    Projects: ``capacity x utilisation / world output``, with the completion probability of their
    status; they arrive at their start, or after the promised lead of their status, plus delay and
    half the ramp.
    """
    evidence = streams.evidence
    stage = world.stages[form]
    coming = [p for p in world.plants if p.form == form and p.status in _COMING]
    sized = [p for p in coming if p.capacity is not None and world.world_output[form].value]
    leads = promised_leads(evidence, stage)
    size = (streams.size, len(sized))
    arrival, amount = np.empty(size), np.empty(size)
    for column, plant in enumerate(sized):
        arrival[:, column] = _arrival(plant, leads, streams)
        amount[:, column] = _amount(world, plant, streams)
    return Additions(
        arrival=arrival,
        amount=amount,
        country=tuple(plant.country for plant in sized),
        plants=tuple(plant.id for plant in sized),
        unsized=tuple(plant.id for plant in coming if plant.capacity is None),
        expansion=streams.parameter("replace.expand"),
        expansion_lead=streams.parameter("lead.expand"),
        new_lead=streams.parameter(f"lead.new.{stage}"),
        new_rate=streams.parameter("replace.rate"),
        horizon=streams.value("replace.horizon"),
    )


def promised_leads(evidence: Evidence, stage: str) -> Mapping[str, float]:
    """Years from the day a status was seen to the promised start, by status.

    The median of the facilities on record at the stage where at least ``lead.record`` of them
    name a start, else the parameter ``lead.<status>``.
    """
    seen: dict[str, list[float]] = defaultdict(list)
    for row in evidence.table("facilities").rows:
        promised = row["announced_start_year"] or row["start_year"]
        if row["stage"] != stage or row["status"] in RUNNING or not promised:
            continue
        start = max(_years(str(row["start_year"] or promised)), _years(str(promised)))
        seen[row["status"]].append(max(0.0, start - _years(str(row["status_date"]))))
    least = float(evidence.parameter("lead.record").value or 0.0)
    return {
        status: median(seen[status])
        if len(seen[status]) >= least
        else float(evidence.parameter(f"lead.{status}").value or 0.0)
        for status in _COMING
    }


def _years(period: str) -> float:
    """A period as a number of years: the middle of the year or month it names."""
    parts = period.split("-")
    if len(parts) == 1 or not parts[1].isdigit():
        return float(parts[0][:4]) + 0.5
    return float(parts[0]) + (float(parts[1]) - 0.5) / _MONTHS


def _arrival(plant: Plant, leads: Mapping[str, float], streams: Streams) -> Floats:
    today = date.fromisoformat(str(streams.evidence.release.date))
    now = today.year + (today.month - 0.5) / _MONTHS
    promised = leads[plant.status]
    if plant.start is not None and plant.status != "idle":
        promised = max(0.0, plant.start + 0.5 - now)
    if plant.status == "ramping":
        return np.full(streams.size, leads["ramping"])
    delay = streams.parameter("delay.months", f"delay/{plant.id}") / _MONTHS
    return promised + delay + streams.value("ramp.years") / 2


def _amount(world: World, plant: Plant, streams: Streams) -> Floats:
    """Output of a plant over world output, zero in the draws in which it is not completed."""
    whole = (plant.capacity or 0.0) / float(world.world_output[plant.form].value or 1.0)
    used = streams.parameter("utilisation", f"utilisation/{plant.id}")
    if plant.status == "ramping":
        # Part of it is in the output of the base year.
        return whole * used * (1 - streams.parameter("ramping.share", f"ramping/{plant.id}"))
    if plant.completion is not None:
        odds = np.full(streams.size, plant.completion)
    else:
        odds = streams.parameter(f"completion.{plant.status}", f"odds/{plant.id}")
    done = streams.uniform(f"done/{plant.id}") < odds
    return np.where(done, whole * used, 0.0)


def loss_years(loss: Floats, outside: Floats, coming: Additions, holders: Sequence[str]) -> Floats:
    """Loss times time: the integral of what is still lost, in years of world need.

    ``integral over time of max(0, loss - what has come in)``, exact between arrivals, up to the
    horizon. Divided by the loss it is the mean time a lost unit stays away.

    Args:
        loss: Share of world need lost, shape (draw, holder).
        outside: Share of world output outside the holder, shape (draw, holder).
        coming: What can come in.
        holders: Countries of the second axis; their own projects do not count against them.

    Returns:
        Years of world need, shape (draw, holder).
    """
    draws = loss.shape[0]
    times = np.column_stack(
        [coming.arrival, coming.expansion_lead, coming.new_lead, np.full(draws, coming.horizon)]
    )
    times = np.minimum(times, coming.horizon)
    projects = len(coming.country)
    order = np.argsort(times, axis=1, kind="stable")
    rows = np.arange(draws)
    foreign = coming.without(holders)
    left, area = loss.copy(), np.zeros_like(loss)
    slope, before = np.zeros(draws), np.zeros(draws)
    for position in range(order.shape[1]):
        event = order[:, position]
        at = times[rows, event]
        left, area = _elapsed(left, area, slope, at - before)
        left = np.maximum(0.0, left - _arrived(event, outside, coming, foreign, projects))
        slope = np.where(event == projects + 1, coming.new_rate, slope)
        before = at
        if not left.any():
            break
    return area


def _elapsed(left: Floats, area: Floats, slope: Floats, time: Floats) -> tuple[Floats, Floats]:
    """Let time pass while what is lost falls along a slope."""
    slope, time = slope[:, None], time[:, None]
    # Once nothing is lost the rest of the time counts nothing.
    ends = slope * time > left
    spent = np.where(ends, left / np.where(ends, slope, 1.0), time)
    area = area + spent * (left - slope * spent / 2)
    return np.maximum(0.0, left - slope * spent), area


def _arrived(
    event: np.ndarray[tuple[int], np.dtype[np.int64]],
    outside: Floats,
    coming: Additions,
    foreign: Floats,
    projects: int,
) -> Floats:
    """What an event adds for each holder, shape (draw, holder)."""
    expanding = (event == projects)[:, None]
    added = np.where(expanding, coming.expansion[:, None] * outside, 0.0)
    if projects:
        place = np.minimum(event, projects - 1)
        amount = np.where(event < projects, coming.amount[np.arange(event.size), place], 0.0)
        added = added + amount[:, None] * foreign[place]
    return added
