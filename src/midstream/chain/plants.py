"""Plants: facilities on record, brought to the unit of the scored form they count for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from midstream.evidence import Evidence
from midstream.evidence.tables import Row

RUNNING = frozenset({"operating", "ramping"})


@dataclass(frozen=True, slots=True)
class Plant:
    """One facility at one scored form.

    Attributes:
        id: Facility id (a project that a change adds has an id of its own).
        form: Scored form.
        country: Where it stands.
        capacity: Nameplate in the form's unit, parts named elsewhere taken out; ``None`` where
            it is not on record.
        low, high: Ends of the capacity (conversion to the unit).
        status: operating, ramping, construction, funded, announced, slot, idle, study, cancelled.
        start: Year of (announced) start, ``None`` where no source names one.
        owner: Country of the owner; blank where not on record.
        technology: Country of the technology; blank where not on record.
        feed: Countries of the feed; empty where not on record.
        completion: Probability of completion that replaces the one of its status, if any.
        lineage: Ids it rests on.
    """

    id: str
    form: str
    country: str
    capacity: float | None
    low: float
    high: float
    status: str
    start: float | None
    owner: str
    technology: str
    feed: tuple[str, ...]
    completion: float | None
    lineage: tuple[str, ...]

    @property
    def running(self) -> bool:
        """Whether it makes something today."""
        return self.status in RUNNING


def plants(evidence: Evidence) -> tuple[Plant, ...]:
    """Read the facility register into plants of scored forms.

    A facility counts where ``facility_factors`` says how its unit reads in a scored form, or
    where its form is scored but its capacity is not on record. Capacity that another row
    includes is taken out of that row (column ``includes``).
    """
    factors = {(row["form"], row["unit"]): row for row in evidence.table("facility_factors").rows}
    targets = {row["form"]: row["scored_form"] for row in evidence.table("facility_factors").rows}
    classes = {row["facility"]: row["class"] for row in evidence.table("pipeline_classes").rows}
    scored = {row["form"] for row in evidence.table("scored_forms").rows}
    rows = evidence.table("facilities").rows
    net = _net_capacities(rows)
    found = []
    for row in rows:
        factor = factors.get((row["form"], row["unit"]))
        form = str(factor["scored_form"] if factor else targets.get(row["form"], row["form"]))
        if form in scored:
            status = str(classes.get(row["id"], row["status"]))
            found.append(_plant(row, form, factor, net[row["id"]], status))
    return tuple(found)


def _net_capacities(rows: Iterable[Row]) -> dict[str, float | None]:
    """Capacity of each row less what the rows it includes hold."""
    rows = list(rows)
    gross = {row["id"]: row["capacity"] for row in rows}
    net = dict(gross)
    for row in rows:
        capacity = gross[row["id"]]
        if capacity is None:
            continue
        inside = [gross.get(part) or 0.0 for part in row["includes"] or ()]
        net[row["id"]] = max(0.0, capacity - sum(inside))
    return net


def _plant(row: Row, form: str, factor: Row | None, net: float | None, status: str) -> Plant:
    capacity = None if factor is None or net is None else net * factor["factor"]
    return Plant(
        id=row["id"],
        form=form,
        country=row["country"] or "",
        capacity=capacity,
        low=0.0 if capacity is None or factor is None else (net or 0.0) * factor["factor_low"],
        high=0.0 if capacity is None or factor is None else (net or 0.0) * factor["factor_high"],
        status=status,
        start=_start(row),
        owner=row["owner_country"] or "",
        technology=row["technology_origin"] or "",
        feed=tuple(row["feed_origin"] or ()),
        completion=None,
        lineage=(f"fac:{row['id']}", *((factor["id"],) if factor else ())),
    )


def _start(row: Row) -> float | None:
    for name in ("start_year", "announced_start_year"):
        if row[name]:
            return float(str(row[name])[:4])
    return None
