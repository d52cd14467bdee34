"""Limits on output: feed, water, power, land, people and custody of what is left over.

``output <= min over resources of (available / need per unit)``. A resource whose amount or need
is not on record limits nothing and is listed as not checked.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from midstream.chain.estimate import Floats
from midstream.chain.world import World
from midstream.errors import InputError
from midstream.evidence import Evidence, Ledger, Node, Quantity
from midstream.evidence.tables import Row
from midstream.scenarios.cellwise import Cellwise
from midstream.scenarios.frame import Bools, Frame, Paths, Place, Volume
from midstream.scenarios.limits_rows import TABLE, available, check_row, drawn, imports, missing
from midstream.scenarios.recyclers import recycled
from midstream.scenarios.secondary import Secondary

#: Output below this share of what was planned counts as held back.
HAIR = 1e-9


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit that was applied.

    Attributes:
        row: Id of its row.
        form, country: Place.
        resource, what: What limits.
        most: Largest output it allows, before what it does not touch, shape (draw, year).
        binds: Whether it is the one that holds the output back, shape (draw, year).
    """

    row: str
    form: str
    country: str
    resource: str
    what: str
    most: Floats
    binds: Bools

    def share(self, column: int) -> float:
        """Share of draws in which it binds in a year of the frame."""
        return float(self.binds[:, column].mean())


@dataclass(frozen=True, slots=True)
class NotChecked:
    """A resource that limits nothing because a figure is missing.

    Attributes:
        row: Id of its row.
        form, country, resource, what: What was looked at.
        missing: ``available``, ``need`` or both.
        note: What is on record.
    """

    row: str
    form: str
    country: str
    resource: str
    what: str
    missing: tuple[str, ...]
    note: str


@dataclass(frozen=True, slots=True)
class Limited:
    """Paths after limits.

    Attributes:
        paths: The paths; output and base are held back, capacity stands as built.
        applied: Limits with all figures.
        not_checked: Resources without.
    """

    paths: Paths
    applied: tuple[Limit, ...]
    not_checked: tuple[NotChecked, ...]

    def binding(self, form: str, country: str, year: int) -> dict[str, float]:
        """Share of draws in which each resource binds in a place and year."""
        column = self.paths.frame.years.index(year)
        found: dict[str, float] = {}
        for limit in self.applied:
            if (limit.form, limit.country) == (form, country):
                found[limit.resource] = found.get(limit.resource, 0.0) + limit.share(column)
        return found


@dataclass(frozen=True, slots=True)
class Balance:
    """What a feed allows.

    Attributes:
        output: Output that the feed allows.
        used: Feed it uses.
        imported: Part of it that is imported.
    """

    output: Floats
    used: Floats
    imported: Floats


@dataclass(frozen=True, slots=True)
class More:
    """What a policy or a stress test changes in the limits; blank is nothing.

    Attributes:
        feed: Cell -> output more that feed from outside the record allows, shape (draw, year).
        withheld: Cell, or form of the feed, -> share of imported feed that does not come, 0..1,
            shape (draw, year) or (year,).
        free: Cell -> output that takes no feed from the ground, shape (draw, year).
    """

    feed: Mapping[Place, Floats] = field(default_factory=dict)
    withheld: Mapping[str, Floats] = field(default_factory=dict)
    free: Mapping[Place, Floats] = field(default_factory=dict)

    def imported(self, row: Row, amount: Floats) -> Floats:
        """Imports of a row that still come."""
        share = self.withheld.get(row["input"] or row["form"])
        return amount if share is None else np.asarray(amount * (1.0 - share))

    def allowed(self, row: Row, most: Floats) -> Floats:
        """Output a row allows with the feed on top; other resources are left as they are."""
        extra = self.feed.get((row["form"], row["country"]))
        return most if extra is None or row["resource"] != "feed" else np.asarray(most + extra)


@dataclass(frozen=True, slots=True)
class BindingShare:
    """How often a limit binds, for display: share of draws, in %."""

    form: str
    country: str
    resource: str
    what: str
    year: int
    share: Quantity


def feed_balance(output: Floats, per_unit: Floats, made: Floats, importable: Floats) -> Balance:
    """Output that a feed allows: used <= made + imported, home feed first.

    ``output' = min(output, (made + importable) / per_unit)``.

    Args:
        output: Output that plants could make.
        per_unit: Feed per unit of output, > 0.
        made: Feed made at home; what others at home use of it is taken out before.
        importable: Feed that can be imported, ``inf`` where nothing limits it.
    """
    most = (made + importable) / per_unit
    kept = np.minimum(output, most)
    used = kept * per_unit
    return Balance(kept, used, np.maximum(0.0, used - made))


def limited(
    evidence: Evidence,
    world: World,
    paths: Paths,
    *,
    feed: Floats | None = None,
    secondary: Secondary | None = None,
    more: More | None = None,
) -> Limited:
    """Hold output back where a resource does not reach.

    Recyclers on record and secondary supply take no feed from the ground. Limits are applied form
    by form from the ore on, so that a form whose feed is another form's output sees that output
    after its own limits. Of several resources the scarcest binds. Output of plants at work today
    is never held back: it shows that they have what it takes.

    Args:
        evidence: The release.
        world: The world.
        paths: Capacity and output.
        feed: Driver of permits in standard deviations, shape (draw,); ``None`` takes 0 in every
            draw, the record so far.
        secondary: Secondary supply that the paths hold already; ``None`` if it is added later.
        more: What a policy or a stress test changes.

    Raises:
        InputError: if the driver has not one number a draw, or a row is not in order.
    """
    driver, more = _driver(paths.frame, feed), more or More()
    free = _free(evidence, world, paths, secondary)
    for cell, extra in more.free.items():
        free[cell] = free[cell] + extra if cell in free else extra
    output, base = Cellwise.of(paths.output), Cellwise.of(paths.base)
    paths = replace(paths, output=output, base=base)
    nothing = np.zeros(output.shape[:2])
    applied: list[Limit] = []
    unchecked: list[NotChecked] = []
    for number, rows in _places(evidence, world, paths):
        checked = [row for row in rows if not missing(row)]
        unchecked += [_not_checked(row) for row in rows if missing(row)]
        if checked:
            found, output[:, :, number] = _place(
                checked,
                paths.frame,
                output,
                number,
                free.get(paths.places[number], nothing),
                driver,
                paths,
                more,
            )
            applied += found
            base.hold(number, output[:, :, number])
    return Limited(paths, tuple(applied), tuple(unchecked))


def feeds_of(evidence: Evidence, places: Collection[Place]) -> set[Place]:
    """Cells whose output the limits of some cells look at."""
    return {
        (row["input"], row["country"])
        for row in evidence.table(TABLE).rows
        if row["input"] and (row["form"], row["country"]) in places
    }


def _driver(frame: Frame, feed: Floats | None) -> Floats:
    """The driver of permits, one number a draw."""
    driver = np.zeros(frame.draws) if feed is None else feed
    if driver.shape != (frame.draws,):
        raise InputError(
            f"a driver of permits of shape {driver.shape}",
            where="feed",
            why=f"the paths have {frame.draws} draws",
            mend="give one number a draw",
        )
    return driver


def _free(
    evidence: Evidence, world: World, paths: Paths, secondary: Secondary | None
) -> dict[Place, Floats]:
    """Output that takes no feed, by place, (draw, year) each."""
    found = recycled(evidence, world, paths)
    for number, place in enumerate(() if secondary is None else secondary.places):
        if secondary is not None and place in paths.places:
            more = secondary.added[:, :, number]
            found[place] = found[place] + more if place in found else more
    return found


def _places(evidence: Evidence, world: World, paths: Paths) -> list[tuple[int, list[Row]]]:
    """Rows by place, from the ore on; places that the paths do not hold are left out."""
    order = {form: number for number, form in enumerate(reversed(world.forms))}
    rows: dict[int, list[Row]] = {}
    for row in evidence.table(TABLE).rows:
        check_row(row)
        place = (row["form"], row["country"])
        if place in paths.places:
            rows.setdefault(paths.places.index(place), []).append(row)
    return sorted(rows.items(), key=lambda item: (order[paths.places[item[0]][0]], item[0]))


def _place(
    rows: Sequence[Row],
    frame: Frame,
    output: Volume,
    number: int,
    free: Floats,
    driver: Floats,
    paths: Paths,
    more: More,
) -> tuple[list[Limit], Floats]:
    """Apply the limits of one place; gives them and the output that is left."""
    planned = output[:, :, number]
    asked = np.maximum(0.0, planned - free)
    # Plants at work today have what today's output takes, whatever a figure of the feed says.
    today = np.maximum(0.0, paths.base[:, :, number] - free)
    most = np.stack([_most(row, frame, output, driver, paths, more) for row in rows])
    most = np.maximum(most, today)
    scarcest = most.argmin(axis=0)
    kept = np.minimum(asked, most.min(axis=0))
    held = kept < asked * (1 - HAIR)
    limits = [
        Limit(
            row["id"],
            row["form"],
            row["country"],
            row["resource"],
            row["what"],
            most[index],
            held & (scarcest == index),
        )
        for index, row in enumerate(rows)
    ]
    return limits, kept + np.minimum(free, planned)


def _most(
    row: Row, frame: Frame, output: Volume, driver: Floats, paths: Paths, more: More
) -> Floats:
    """Largest output one resource allows, shape (draw, year)."""
    need = drawn(frame, row, "need")
    at_hand = more.imported(row, imports(row, frame))
    if row["input"]:
        place = (row["input"], row["country"])
        if place in paths.places:
            at_hand = at_hand + output[:, :, paths.place(*place)]
    else:
        at_hand = at_hand + available(row, frame, driver)
    return more.allowed(row, np.asarray(at_hand / need[:, None]))


def enter(
    evidence: Evidence, world: World, found: Limited, ledger: Ledger, years: Sequence[int]
) -> tuple[BindingShare, ...]:
    """Enter the shares of draws in which limits bind into a ledger.

    Args:
        evidence: The release.
        world: The world, for names.
        found: The limits.
        ledger: Where lineage goes.
        years: Years of the frame.
    """
    shares = []
    for limit in found.applied:
        row = evidence.row_by_id(TABLE, limit.row)
        if row is None:
            continue
        _leaf(row, ledger)
        for year in years:
            column = found.paths.frame.years.index(year)
            lineage = f"f:outlook.limit/{limit.row}/{year}"
            share = Quantity(100 * limit.share(column), None, None, "%", "modelled", lineage)
            name = f"Draws in which {limit.what} holds back: "
            name += f"{world.names.cell(limit.form, limit.country)}, {year}"
            formula = "share of draws with output = available / need per unit"
            ledger.add(Node(lineage, "formula", name, share, inputs=(limit.row,), formula=formula))
            shares.append(
                BindingShare(limit.form, limit.country, limit.resource, limit.what, year, share)
            )
    return tuple(shares)


def _leaf(row: Row, ledger: Ledger) -> None:
    """Enter a row of the table as an assumption of the lineage."""
    sources = ";".join(row["source"] or ()) or None
    quantity = Quantity(
        row["available"],
        row["available_low"],
        row["available_high"],
        row["unit"],
        "modelled" if row["available"] is not None else None,
        row["id"],
    )
    name = f"Available {row['what']}"
    needed = f"{row['need']:g} a unit of output" if row["need"] is not None else ""
    permit = ""
    if row["cleared"] is not None:
        permit = f"{row['cleared']:g} with a permit of {row['cleared_from']} to {row['cleared_by']}"
    note = "; ".join(part for part in (needed, permit, row["note"]) if part)
    ledger.add(Node(row["id"], "assumption", name, quantity, sources, note=note))


def _not_checked(row: Row) -> NotChecked:
    return NotChecked(
        row["id"],
        row["form"],
        row["country"],
        row["resource"],
        row["what"],
        missing(row),
        row["note"] or "",
    )
