"""From a shortfall to capacity, and from the stack of one size to that of another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from midstream.chain.estimate import Floats

#: Sizes looked at between the capacity a scheme pays for and the largest build of the draws.
STEPS = 3
#: Less than this is no plant, in units of the form a year.
NOTHING = 1e-6


@dataclass(frozen=True, slots=True)
class Paid:
    """Money of one payer by one instrument in each draw.

    Attributes:
        instrument, payer, payer_country: Who and how.
        money: ``construction`` or ``operation``.
        amount: USD, shape (draw,).
        lineage: Ids it rests on.
    """

    instrument: str
    payer: str
    payer_country: str
    money: str
    amount: Floats
    lineage: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Funded:
    """Capacity of one size and how it is paid for; money in USD, arrays of shape (draw,).

    Attributes:
        uses, gap: What it costs, and what nobody covers.
        paid: Who covers how much, by rank.
        assumed: What fills unknowns.
        lineage: Ids it rests on.
        remarks: Sentences.
    """

    uses: Floats
    gap: Floats
    paid: tuple[Paid, ...]
    assumed: tuple[str, ...] = ()
    lineage: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


class Funding(Protocol):
    """What a gap by stage asks of the engine that pays for plants."""

    @property
    def price_year(self) -> int:
        """Year of the USD."""
        ...

    def unit(self, form: str) -> str:
        """Unit of the form, per year."""
        ...

    def utilisation(self, form: str) -> Floats:
        """Share of the nameplate in use, 0..1, shape (draw,).

        Raises:
            InputError: if the form cannot be reckoned.
        """
        ...

    def kinks(self, form: str) -> Sequence[float]:
        """Capacities up to which schemes pay in proportion; none if all is in proportion."""
        ...

    def fund(self, form: str, capacity: float) -> Funded:
        """Pay for a capacity, in units of the form a year.

        Raises:
            InputError: if the form cannot be reckoned.
        """
        ...


def build_of(need: Floats, output: Floats, utilisation: Floats) -> Floats:
    """Nameplate that has to be built, ``max(0, need - output) / utilisation``.

    Args:
        need, output: In units of the form a year, any equal shapes (draw, ...).
        utilisation: Share of the nameplate in use, in the same shape or one that spreads to it.

    Returns:
        ``nan`` where need or output is, and where something is short and nothing runs.
    """
    short = np.maximum(0.0, need - output)
    ran = np.broadcast_to(utilisation, short.shape)
    divided = np.divide(short, ran, out=np.full(short.shape, np.nan), where=ran > 0)
    return np.where(short == 0, 0.0, divided)


def sizes_of(kinks: Sequence[float], largest: float) -> list[float]:
    """Capacities at which a stack is reckoned: kinks below the largest build, and up to it."""
    if largest <= NOTHING:
        return []
    inner = sorted(kink for kink in kinks if NOTHING < kink < largest)
    if not inner:
        return [largest]
    above = 1 / np.linspace(1 / inner[-1], 1 / largest, STEPS + 1)[1:]
    return [*inner, *(float(one) for one in above)]


def scaled(sizes: Sequence[float], values: Sequence[Floats], build: Floats) -> Floats:
    """Money for a build in each draw from that for some sizes.

    Money per unit of capacity is the same up to the first size, and between two sizes it moves
    with ``1 / capacity``, as a fixed sum does that is spread over more capacity.

    Args:
        sizes: Capacities, ascending.
        values: USD at each, shape (draw,).
        build: Capacity of each draw, shape (draw,), >= 0.

    Returns:
        USD, shape (draw,); 0 where nothing is built.
    """
    if len(sizes) == 1:
        return np.asarray(values[0] / sizes[0] * build)
    per_unit = np.stack([value / size for size, value in zip(sizes, values, strict=True)])
    inverse = 1 / np.array(sizes)
    wanted = np.clip(1 / np.maximum(build, NOTHING), inverse[-1], inverse[0])
    # The inverse falls along the sizes; the upper neighbour in size is the lower in inverse.
    upper = np.clip(np.searchsorted(-inverse, -wanted, side="left"), 1, len(sizes) - 1)
    width = inverse[upper - 1] - inverse[upper]
    part = (inverse[upper - 1] - wanted) / np.where(width > 0, width, 1.0)
    draw = np.arange(len(build))
    low, high = per_unit[upper - 1, draw], per_unit[upper, draw]
    return np.asarray((low + (high - low) * part) * build)


def funded(engine: Funding, form: str, build: Floats) -> Funded | None:
    """Pay for what is built in each draw; ``None`` where no draw builds anything.

    Args:
        engine: What pays for plants.
        form: What they make.
        build: Nameplate, units of the form a year, shape (draw,) or (draw, year).

    Returns:
        Money in the shape of ``build``.
    """
    sizes = sizes_of(engine.kinks(form), float(np.nanmax(build, initial=0.0)))
    if not sizes:
        return None
    found = [engine.fund(form, size) for size in sizes]
    spread = _spreader(sizes, build)
    first = found[0]
    paid = []
    for number, one in enumerate(first.paid):
        amounts = [other.paid[number].amount for other in found]
        paid.append(
            Paid(
                one.instrument,
                one.payer,
                one.payer_country,
                one.money,
                spread(amounts),
                one.lineage,
            )
        )
    remarks = dict.fromkeys(remark for one in found for remark in one.remarks)
    return Funded(
        uses=spread([one.uses for one in found]),
        gap=spread([one.gap for one in found]),
        paid=tuple(paid),
        assumed=first.assumed,
        lineage=tuple(dict.fromkeys(name for one in found for name in one.lineage)),
        remarks=tuple(remarks),
    )


def _spreader(sizes: Sequence[float], build: Floats) -> Callable[[Sequence[Floats]], Floats]:
    """Scales money of some sizes to the build of each draw and year."""

    def spread(values: Sequence[Floats]) -> Floats:
        if build.ndim == 1:
            return scaled(sizes, values, build)
        years = range(build.shape[1])
        return np.stack([scaled(sizes, values, build[:, year]) for year in years], axis=1)

    return spread
