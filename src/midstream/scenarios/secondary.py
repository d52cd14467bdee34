"""Secondary supply: spent products, scrap, waste and residues as a source of a form.

Recyclers on record are plants like others: their output is in the paths already, and cannot be
more than arises. What the streams of a place give beyond it is supply nobody has named a plant for
yet, and only that is added.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from midstream.chain.estimate import Floats
from midstream.chain.world import World
from midstream.errors import InputError
from midstream.evidence import Evidence, Ledger, Node, Quantity, Row
from midstream.scenarios.cellwise import Cellwise
from midstream.scenarios.demand_sectors import spread_quantity
from midstream.scenarios.frame import Frame, Needs, Paths, Place, Volume
from midstream.scenarios.recyclers import recycled
from midstream.scenarios.secondary_streams import TABLE, Reads, Stream, streams


@dataclass(frozen=True, slots=True)
class Secondary:
    """Secondary supply to the last year.

    Attributes:
        frame: Draws and years.
        places: Cells, the third axis of the arrays.
        streams: What it is made of; empty where only sums were asked for.
        total: Supply of the streams that count, shape (draw, year, place), in the unit of the
            form.
        recycled: What recyclers on record make, which the paths hold already, same shape.
        added: What is added to the paths: ``max(0, total - recycled)``, same shape.
        short: What recyclers on record would make above all that arises in the country, same
            shape; it is taken out of the paths.
    """

    frame: Frame
    places: tuple[Place, ...]
    streams: tuple[Stream, ...]
    total: Volume
    recycled: Volume
    added: Volume
    short: Volume

    @property
    def kinds(self) -> tuple[str, ...]:
        """Kinds of material that give something, in order."""
        return tuple(sorted({stream.kind for stream in self.streams}))

    def supply(self, kind: str, form: str, country: str) -> Floats:
        """Supply of a kind in a place, counted or not, shape (draw, year)."""
        parts = [
            stream.supply
            for stream in self.streams
            if stream.kind == kind and stream.place == (form, country)
        ]
        zero = np.zeros((self.frame.draws, len(self.frame.years)))
        return np.asarray(np.sum(parts, axis=0)) if parts else zero

    def of(self, form: str, country: str) -> Floats:
        """Counted supply of a place, shape (draw, year)."""
        return np.asarray(self.total[:, :, self.places.index((form, country))])


@dataclass(frozen=True, slots=True)
class SecondarySupply:
    """Secondary supply of one kind in a place and year, for display.

    Attributes:
        row: Id of the row of `secondary_sources`.
        kind: What it is recovered from.
        form, country, year: Where and when.
        supply: Supply.
        share: Supply over the need of the place, in %; without value where the need is unknown.
        counted: Whether it adds to supply.
    """

    row: str
    kind: str
    form: str
    country: str
    year: int
    supply: Quantity
    share: Quantity
    counted: bool


def secondary(
    evidence: Evidence,
    world: World,
    frame: Frame,
    needs: Needs,
    paths: Paths,
    *,
    forms: Sequence[str] | None = None,
    reads: Reads | None = None,
    apart: bool = True,
) -> Secondary:
    """Secondary supply of every place whose need or output is known.

    Spent products follow the need of a lifetime ago; process scrap and residues follow the output
    of the year; an amount on record is taken as it is. Supply is ``arising x collection x yield``,
    reached on a straight line over the lead years, in the draws in which recovery comes about.

    Args:
        evidence: The release.
        world: The world.
        frame: Draws and years.
        needs: Need of the same draws.
        paths: Output of the same draws, after limits.
        forms: Forms wanted; ``None`` takes all that have a source.
        reads: Whether the supply of a form in a country is asked for; ``None`` takes all.
        apart: Whether the streams are kept beside their sums.

    Raises:
        InputError: if needs or paths have other draws or years, or a row cannot be read.
    """
    check_frames(frame, needs, paths)
    sums = _Sums(recycled(evidence, world, paths))
    found: list[Stream] = []
    for stream in streams(evidence, frame, needs, paths, forms, reads):
        sums.take(stream)
        if apart:
            found.append(stream)
    return sums.result(frame, tuple(found))


@dataclass(slots=True)
class _Sums:
    """Adds the streams of each place up as they come, so that no more than one is held.

    Attributes:
        held: What recyclers on record make, by place, (draw, year) each.
        places: Places, in the order in which they come.
        total: Supply of the streams that count, by place.
        named: What plants on record take of the streams, in the unit of the form.
        most: All that arises, collected or not, and scrap that need is net of, where recyclers
            are on record; scrap from abroad is not on record and not counted.
    """

    held: Mapping[Place, Floats]
    places: dict[Place, int] = field(default_factory=dict)
    total: dict[Place, Floats] = field(default_factory=dict)
    named: dict[Place, Floats] = field(default_factory=dict)
    most: dict[Place, Floats] = field(default_factory=dict)

    def take(self, stream: Stream) -> None:
        """Take the next stream.

        A recycler of the form counts with its output. One that makes the origin anew (magnets
        from magnets) takes material that can then not become the form: it counts with its output
        times the yield of the stream.
        """
        place, maker = stream.place, (stream.origin, stream.place[1])
        if place not in self.places:
            self.places[place] = len(self.places)
            if place in self.held:
                self.named[place] = self.held[place]
        if place in self.held:
            _add(self.most, place, stream.most)
        if stream.counted:
            _add(self.total, place, stream.supply)
            if stream.lag.any() and maker in self.held:
                _add(self.named, place, self.held[maker] * stream.yields[:, None])

    def result(self, frame: Frame, streams: tuple[Stream, ...]) -> Secondary:
        """Give the sums."""
        shape = (len(frame.years), frame.draws, len(self.places))
        total, named, added, short = (Cellwise(*shape) for _ in range(4))
        for place, number in self.places.items():
            supply, taken = self.total.get(place), self.named.get(place)
            if supply is not None:
                total[:, :, number] = supply
                more = np.maximum(0.0, supply if taken is None else supply - taken)
                # Mostly no plant takes any of it: the two are then held once.
                added.put(number, total.cells[number])
                added[:, :, number] = more
            if taken is not None:
                named[:, :, number] = taken
            if place in self.held:
                short[:, :, number] = np.maximum(0.0, self.held[place] - self.most[place])
        places = tuple(self.places)
        return Secondary(frame, places, streams, total, named, added, short)


def _add(found: dict[Place, Floats], place: Place, more: Floats) -> None:
    found[place] = found[place] + more if place in found else more


def followed(evidence: Evidence, places: Collection[Place], basis: str) -> set[Place]:
    """Cells whose need or output (the basis) the secondary supply of some cells follows."""
    return {
        (row["origin"], country)
        for row in evidence.table(TABLE).rows
        for form, country in places
        if row["basis"] == basis and row["form"] == form and row["country"] in (None, country)
    }


def added(paths: Paths, secondary: Secondary) -> Paths:
    """Paths with the secondary supply that no plant on record stands for.

    It is output without a project, as that of later entrants is; capacity stays, because nobody
    has named a plant. Recyclers that would take more than arises are held to it. A place the
    paths do not hold is added to them, its output of today not on record.

    Args:
        paths: The paths; places that only secondary supply is for may be in them already.
        secondary: The supply.
    """
    more = tuple(place for place in secondary.places if place not in paths.places)
    places = (*paths.places, *more)
    capacity, output, base = (
        Cellwise.of(values).wider(len(more))
        for values in (paths.capacity, paths.output, paths.base)
    )
    numbers = {place: number for number, place in enumerate(places)}
    for number, place in enumerate(secondary.places):
        at = numbers[place]
        change = secondary.added[:, :, number] - secondary.short[:, :, number]
        # What recyclers make is within the output; rounding may leave less than nothing.
        output[:, :, at] = np.maximum(0.0, output[:, :, at] + change)
        base.hold(at, output[:, :, at])
    counted = np.concatenate([paths.counted, np.zeros(len(more), dtype=bool)])
    return replace(
        paths, places=places, capacity=capacity, output=output, base=base, counted=counted
    )


def enter(
    evidence: Evidence,
    world: World,
    secondary: Secondary,
    needs: Needs,
    ledger: Ledger,
    years: Sequence[int],
) -> tuple[SecondarySupply, ...]:
    """Enter secondary supply of some years into a ledger, stream by stream.

    Args:
        evidence: The release.
        world: The world, for names and units.
        secondary: The supply.
        needs: Need of the same draws.
        ledger: Where lineage goes.
        years: Years of the frame.
    """
    found = []
    for stream in secondary.streams:
        _leaf(evidence, stream.row, ledger)
        found += [_row(world, secondary.frame, stream, needs, ledger, year) for year in years]
    return tuple(found)


def _row(
    world: World, frame: Frame, stream: Stream, needs: Needs, ledger: Ledger, year: int
) -> SecondarySupply:
    form, country = stream.place
    column = frame.years.index(year)
    amount = stream.supply[:, column]
    place = f"{stream.row}/{country}/{year}"
    name = f"{stream.kind.capitalize()}: {world.names.cell(form, country)}, {year}"
    supply = spread_quantity(amount, world.units[form], f"f:outlook.secondary/{place}")
    formula = "arising x collection x yield x share reached"
    ledger.add(Node(supply.lineage, "formula", name, supply, inputs=(stream.row,), formula=formula))
    share = _share(stream.place, amount, needs, column, f"f:outlook.secondary-share/{place}")
    inputs: tuple[str, ...] = (supply.lineage,)
    if stream.place in needs.places:
        inputs += needs.lineage[needs.places.index(stream.place)]
    title = f"{name}, over need"
    ledger.add(Node(share.lineage, "formula", title, share, inputs=inputs, formula="supply / need"))
    return SecondarySupply(
        stream.row, stream.kind, form, country, year, supply, share, stream.counted
    )


def _share(place: Place, amount: Floats, needs: Needs, column: int, lineage: str) -> Quantity:
    if place not in needs.places:
        return Quantity(None, None, None, "%", None, lineage)
    need = needs.of(*place)[:, column]
    over = np.divide(amount, need, out=np.full(amount.shape, np.nan), where=need > 0)
    return spread_quantity(100 * over, "%", lineage)


def _leaf(evidence: Evidence, row_id: str, ledger: Ledger) -> None:
    """Enter a row of the table as an assumption of the lineage."""
    row = evidence.row_by_id(TABLE, row_id)
    if row is None or row_id in ledger:
        return
    source = row["source"] or ()
    label = evidence.label_of_sources(source) if row["standing"] == "sourced" else "modelled"
    quantity = Quantity(row["yield"], row["yield_low"], row["yield_high"], "yield", label, row_id)
    words = f"Recovery from {row['kind']}: {evidence.forms[row['form']]['name']}"
    note = "; ".join(part for part in (_figures(row), row["note"]) if part)
    ledger.add(Node(row_id, "assumption", words, quantity, ";".join(source) or None, note=note))


def _figures(row: Row) -> str:
    """The figures of a row beside its yield, in words."""
    parts = [
        f"{name} {row[name]:g} ({row[f'{name}_low']:g} to {row[f'{name}_high']:g})"
        for name in ("arising", "lifetime", "collection")
        if row[name] is not None
    ]
    parts.append(f"from {row['start']} on over {row['lead']:g} years, chance {row['chance']:g}")
    return ", ".join(parts)


def check_frames(frame: Frame, needs: Needs, paths: Paths) -> None:
    """Check that needs and paths are of the frame.

    Raises:
        InputError: if one has other draws or years.
    """
    for name, other in (("needs", needs.frame), ("paths", paths.frame)):
        if (other.draws, other.years) != (frame.draws, frame.years):
            raise InputError(
                f"{name} of {other.draws} draws to {other.last}",
                where=name,
                why=f"the frame has {frame.draws} draws to {frame.last}",
                mend="take needs and paths of one frame",
            )
