"""What an incumbent can do to entrants: the moves and the grid of them that is looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from midstream.errors import InputError
from midstream.evidence import Evidence
from midstream.terms import suggestion

Kind = Literal["flood", "squeeze", "licence-queue", "technology-ban", "talent-limit"]

#: Kinds of moves in the order they are shown.
KINDS: tuple[Kind, ...] = (
    "flood",
    "squeeze",
    "licence-queue",
    "technology-ban",
    "talent-limit",
)
MONTHS_A_YEAR = 12


@dataclass(frozen=True, slots=True)
class Move:
    """One move of an incumbent.

    Attributes:
        kind: Flood (sells below the usual price), squeeze (withholds exports), licence queue
            (lets a part of exports pass), technology ban (equipment and know-how), talent limit
            (experts).
        years: How long it lasts, > 0.
        price: Price during a flood, USD per kg; ``None`` for other kinds.
        depth: Share of exports withheld, 0..1: of a squeeze as given, of a queue what is not
            admitted; 0 for other kinds.
    """

    kind: Kind
    years: float
    price: float | None = None
    depth: float = 0.0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise InputError(
                f"no move {self.kind!r}",
                where="move",
                why=f"the moves are {', '.join(KINDS)}",
                mend=suggestion(self.kind, KINDS),
            )
        if not (np.isfinite(self.years) and self.years > 0):
            raise _refused("length", self.years, "a move lasts longer than no time")
        if self.kind == "flood" and not (self.price is not None and 0 <= self.price < np.inf):
            raise _refused("price of a flood", self.price, "a price is 0 or more USD per kg")
        if not 0 <= self.depth <= 1:
            raise _refused("depth", self.depth, "it is a share of exports, 0 to 1")

    @property
    def months(self) -> float:
        """How long it lasts in months."""
        return self.years * MONTHS_A_YEAR

    @property
    def id(self) -> str:
        """A name that tells moves apart and is part of lineage ids."""
        parts: list[str] = [self.kind]
        if self.price is not None:
            parts.append(f"{self.price:.4g}")
        if self.depth:
            parts.append(f"{self.depth:.3g}")
        return "-".join([*parts, f"{self.years:g}y"])

    @property
    def label(self) -> str:
        """The move in words."""
        length = f"{self.years:g} {'year' if self.years == 1 else 'years'}"
        if self.kind == "flood":
            return f"Price at {_shown(self.price)} USD/kg for {length}"
        if self.kind == "squeeze":
            return f"Exports cut by {100 * self.depth:.3g}% for {length}"
        if self.kind == "licence-queue":
            return f"Licences for {100 * (1 - self.depth):.3g}% of exports for {length}"
        if self.kind == "technology-ban":
            return f"Equipment and know-how withheld for {length}"
        return f"Experts withheld for {length}"


def _shown(price: float | None) -> str:
    """A price in three digits, or whole above a hundred."""
    value = float(price or 0.0)
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _refused(what: str, value: object, why: str) -> InputError:
    return InputError(f"{what} is {value}", where="move", why=why, mend="correct the number")


def flood(price: float, years: float) -> Move:
    """Sell at a price (USD per kg) below the usual one for some years."""
    return Move("flood", years, price=price)


def squeeze(depth: float, years: float) -> Move:
    """Withhold a share 0..1 of exports for some years."""
    return Move("squeeze", years, depth=depth)


def licence_queue(admitted: float, years: float) -> Move:
    """Let a share 0..1 of exports pass for some years.

    Raises:
        InputError: if the share is not one.
    """
    if not 0 <= admitted <= 1:
        raise _refused("admitted share", admitted, "it is a share of exports, 0 to 1")
    return Move("licence-queue", years, depth=1 - admitted)


def technology_ban(years: float) -> Move:
    """Withhold equipment and know-how."""
    return Move("technology-ban", years)


def talent_limit(years: float) -> Move:
    """Withhold experts."""
    return Move("talent-limit", years)


def grid(evidence: Evidence, price: float) -> tuple[Move, ...]:
    """Give every move that is looked at, each kind from the mildest to the hardest.

    Floods: price cuts from one step to the deepest, each for 1 year to the longest; squeezes
    likewise by depth; one licence queue, one technology ban and one talent limit. Steps and ends
    are the parameters ``counter.grid.*``, ``counter.queue.*`` and ``counter.ban.years``.

    Args:
        evidence: The release.
        price: Reference price the cuts are taken from, USD per kg, > 0.
    """

    def value(name: str) -> float:
        return float(evidence.parameter(f"counter.{name}").value or 0.0)

    lengths = np.arange(1, round(value("grid.years")) + 1)
    cuts = _steps(value("grid.cut.step"), value("grid.cut.deepest"))
    depths = _steps(value("grid.squeeze.step"), value("grid.squeeze.deepest"))
    return (
        *(flood(price * (1 - cut), float(years)) for cut in cuts for years in lengths),
        *(squeeze(depth, float(years)) for depth in depths for years in lengths),
        licence_queue(value("queue.admitted"), value("queue.years")),
        technology_ban(value("ban.years")),
        talent_limit(value("grid.talent.years")),
    )


def _steps(step: float, last: float) -> list[float]:
    count = round(last / step)
    return [step * number for number in range(1, count + 1)]
