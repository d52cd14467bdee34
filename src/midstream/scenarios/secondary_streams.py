"""Streams of secondary material: what arises, what of it is recovered, and from when on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from midstream.chain.estimate import Floats, triangular
from midstream.errors import InputError
from midstream.evidence import Evidence
from midstream.evidence.tables import Row
from midstream.scenarios.frame import Frame, Needs, Paths, Place

TABLE = "secondary_sources"
#: Whether the supply of a form in a country is asked for.
Reads = Callable[[str, str], bool]


@dataclass(frozen=True, slots=True)
class Stream:
    """One kind of secondary material in one place.

    Attributes:
        row: Id of its row.
        kind: What it is recovered from.
        place: Form it counts for, and country.
        origin: Form that leaves the material behind; blank where an amount is given.
        unit: Unit of the arising.
        arising: What arises in the year, shape (draw, year).
        collected: Share that is collected or treated, shape (draw,).
        yields: Unit of the form per unit treated, shape (draw,).
        lag: Years from need to arising, shape (draw,); 0 where it arises in the year.
        reached: Share of the full recovery reached in the year, 0..1, shape (draw, year).
        counted: Whether it adds to supply, or is in the need already.
    """

    row: str
    kind: str
    place: Place
    origin: str
    unit: str
    arising: Floats
    collected: Floats
    yields: Floats
    lag: Floats
    reached: Floats
    counted: bool

    @property
    def supply(self) -> Floats:
        """``arising x collection x yield x share reached``, shape (draw, year)."""
        return np.asarray(self.arising * self.reached * (self.collected * self.yields)[:, None])

    @property
    def most(self) -> Floats:
        """Supply if all of it were collected: ``arising x yield``, shape (draw, year)."""
        return np.asarray(self.arising * self.yields[:, None])


def streams(
    evidence: Evidence,
    frame: Frame,
    needs: Needs,
    paths: Paths,
    forms: Sequence[str] | None = None,
    reads: Reads | None = None,
) -> Iterator[Stream]:
    """Streams of every country for which the need or the output behind them is known.

    Args:
        evidence: The release.
        frame: Draws and years.
        needs, paths: Need and output of the same draws.
        forms: Forms that streams count for; ``None`` takes all.
        reads: Whether the supply of a form in a country is asked for; ``None`` takes all.

    Raises:
        InputError: if a row names no origin where its basis asks for one.
    """
    numbers = {place: number for number, place in enumerate(paths.places)}
    counted = [place for place, known in zip(numbers, paths.counted, strict=True) if known]
    known = _Known(needs, counted)
    for row in evidence.table(TABLE).rows:
        check_row(row)
        if forms is not None and row["form"] not in forms:
            continue
        if countries := _asked(row, known, reads):
            drawn = _Drawn.of(row, frame)
        for country in countries:
            place = (row["origin"] or "", country)
            follows = known.need(place) if row["basis"] == "need" else None
            if row["basis"] == "output":
                follows = paths.output[:, :, numbers[place]]
            yield _stream(row, country, drawn, _arising(row, drawn, follows))


def reached_places(
    evidence: Evidence, needs: Needs, counted: Sequence[Place], reads: Reads | None = None
) -> tuple[Place, ...]:
    """Places streams will count for, before any is drawn.

    Args:
        evidence: The release.
        needs: Needs.
        counted: Cells with an output on record.
        reads: As in `streams`.
    """
    known, found = _Known(needs, counted), []
    for row in evidence.table(TABLE).rows:
        check_row(row)
        found += [(row["form"], country) for country in _asked(row, known, reads)]
    return tuple(dict.fromkeys(found))


def _asked(row: Row, known: _Known, reads: Reads | None) -> list[str]:
    """Countries of a row whose supply is asked for and follows something known."""
    return [
        country
        for country in known.countries(row)
        if reads is None or reads(row["form"], country)
        if known.follows(row, country)
    ]


@dataclass(frozen=True, slots=True)
class _Drawn:
    """Draws of a row, the same in all its places."""

    frame: Frame
    share: Floats
    collected: Floats
    yields: Floats
    lag: Floats
    reached: Floats
    past: Past

    @classmethod
    def of(cls, row: Row, frame: Frame) -> _Drawn:
        still = np.zeros(frame.draws)
        lag = _drawn(frame, row, "lifetime") if row["basis"] == "need" else still
        return cls(
            frame=frame,
            share=_drawn(frame, row, "arising"),
            collected=_drawn(frame, row, "collection"),
            yields=_drawn(frame, row, "yield"),
            lag=lag,
            reached=reached(row, frame),
            past=Past.of(frame, lag, row["past_growth"] or 0.0),
        )


def check_row(row: Row) -> None:
    """Check what one row needs of its own cells.

    Raises:
        InputError: naming the column.
    """
    ordered = all(
        row[f"{name}_low"] <= row[name] <= row[f"{name}_high"]
        for name in ("arising", "collection", "yield")
    )
    lived = row["basis"] != "need" or None not in (
        row["lifetime"],
        row["lifetime_low"],
        row["lifetime_high"],
        row["past_growth"],
    )
    faults = (
        (row["basis"] != "amount" and not row["origin"], "origin", "no form leaves it behind"),
        (row["basis"] == "amount" and not row["country"], "country", "an amount has a place"),
        (not lived, "lifetime", "past need comes back after a lifetime"),
        (not ordered, "arising", "a low end lies above its middle, or a middle above its high end"),
        (not 0 <= row["chance"] <= 1, "chance", "a probability lies between 0 and 1"),
        (row["collection_high"] > 1, "collection", "no more than all can be collected"),
        (row["lead"] <= 0, "lead", "recovery takes time to build up"),
    )
    for fault, column, why in faults:
        if fault:
            raise InputError(
                f"{row['id']} cannot be read",
                where=f"{TABLE}.csv:{column}",
                why=why,
                mend=f"mend {column} of the row",
            )


class _Known:
    """What streams may follow: needs, and outputs on record."""

    def __init__(self, needs: Needs, counted: Sequence[Place]) -> None:
        self.needs, self.counted = needs, dict.fromkeys(counted)
        self.numbers = {place: number for number, place in enumerate(needs.places)}

    def countries(self, row: Row) -> tuple[str, ...]:
        """Countries of a row: its own, or every one with need or output of the origin."""
        if row["country"]:
            return (str(row["country"]),)
        places = self.numbers if row["basis"] == "need" else self.counted
        found = [country for form, country in places if form == row["origin"]]
        return tuple(country for country in found if not country.startswith("WLD"))

    def follows(self, row: Row, country: str) -> bool:
        """Whether what a row follows in a country is known."""
        place = (row["origin"] or "", country)
        if row["basis"] == "need":
            return place in self.numbers and not np.isnan(self.need(place)).any()
        return row["basis"] == "amount" or place in self.counted

    def need(self, place: Place) -> Floats:
        """Need of a place, shape (draw, year)."""
        return np.asarray(self.needs.need[:, :, self.numbers[place]])


def _arising(row: Row, drawn: _Drawn, follows: Floats | None) -> Floats:
    """What arises, shape (draw, year), of the need or output it follows."""
    if follows is None:
        return np.repeat(drawn.share[None, :], len(drawn.frame.years), axis=0).T
    past = drawn.past.need(follows) if row["basis"] == "need" else follows
    return np.asarray(drawn.share[:, None] * past)


@dataclass(frozen=True, slots=True)
class Past:
    """How need a lifetime ago is read from need by year.

    Inside the frame on a line between its years; before its first year the need is led back by
    ``(1 + growth) ^ -years``.

    Attributes:
        left: Number of the year before, shape (draw, year).
        share: Weight of the year after, 0..1, same shape.
        back: Factor that leads back before the first year, 0..1, same shape.
    """

    left: NDArray[np.int64]
    share: Floats
    back: Floats

    @classmethod
    def of(cls, frame: Frame, lag: Floats, growth: float) -> Past:
        """Prepare for a lifetime a draw, shape (draw,), and a growth a year before the frame."""
        # Year by year in memory, as the needs it is multiplied with.
        times = (np.array(frame.years, dtype=float)[:, None] - lag - frame.years[0]).T
        within = np.clip(times, 0, len(frame.years) - 1)
        left = np.minimum(np.floor(within).astype(np.int64), max(len(frame.years) - 2, 0))
        return cls(left, within - left, (1.0 + growth) ** np.minimum(times, 0.0))

    def need(self, need: Floats) -> Floats:
        """Need a lifetime ago, shape (draw, year), from the need of the frame's years."""
        # Before the frame most lifetimes lie, and then its first year is all that is read.
        if not self.left.any() and not self.share.any():
            return np.asarray(need[:, :1] * self.back)
        right = np.minimum(self.left + 1, need.shape[1] - 1)
        before = np.take_along_axis(need, self.left, axis=1)
        after = np.take_along_axis(need, right, axis=1)
        return np.asarray((before + (after - before) * self.share) * self.back)


def _stream(row: Row, country: str, drawn: _Drawn, arising: Floats) -> Stream:
    return Stream(
        row=row["id"],
        kind=row["kind"],
        place=(row["form"], country),
        origin=row["origin"] or "",
        unit=row["unit"],
        arising=arising,
        collected=drawn.collected,
        yields=drawn.yields,
        lag=drawn.lag,
        reached=drawn.reached,
        counted=row["counted"],
    )


def reached(row: Row, frame: Frame) -> Floats:
    """Share of the full recovery reached in the middle of each year, shape (draw, year).

    A straight line over the lead years from the start on, in the draws in which recovery comes
    about; 0 in the others.
    """
    times = np.array(frame.years) + 0.5 - row["start"]
    line = np.clip(times / row["lead"], 0.0, 1.0)
    comes = frame.uniform(f"secondary/{row['id']}/chance") < row["chance"]
    return np.asarray((line[:, None] * comes).T)


def _drawn(frame: Frame, row: Row, name: str) -> Floats:
    """Draw a column by the triangular law between its ends; one stream a row, for all places."""
    position = frame.uniform(f"secondary/{row['id']}/{name}")
    return triangular(position, row[f"{name}_low"], row[name], row[f"{name}_high"])
