"""Value added by country and by country of the owners; both sum to the final price less outside."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from midstream.beneficiaries.added import Block, placed
from midstream.beneficiaries.entries import spread
from midstream.beneficiaries.places import REST, UNKNOWN, Shares, locations, owners
from midstream.beneficiaries.result import PlaceRow, StageRow
from midstream.chain.estimate import Floats
from midstream.evidence import Quantity

if TYPE_CHECKING:
    from midstream.beneficiaries.chain_value import Frame

#: The place of steps that share one price and stand in different countries.
OPEN = "open"
WORDS = {
    REST: "output nobody names",
    UNKNOWN: "owners not on record",
    OPEN: "steps that cannot be placed",
}
#: Shares below are rounding.
_NOTHING = 1e-12


def place_rows(
    frame: Frame, stages: Sequence[StageRow]
) -> tuple[tuple[PlaceRow, ...], tuple[PlaceRow, ...]]:
    """Give the rows by location and by owner, largest first."""
    forms = dict.fromkeys(step.form for step in frame.route.steps)
    located = {form: locations(frame.world, form, frame.draws) for form in forms}
    owned = {
        form: None if shares is None else owners(frame.world, form, shares)
        for form, shares in located.items()
    }
    ids = [row.added.lineage for row in stages]
    return (
        _rows(frame, "location", located, ids),
        _rows(frame, "owner", owned, ids),
    )


def _rows(
    frame: Frame, kind: str, shares: dict[str, Shares | None], ids: Sequence[str]
) -> tuple[PlaceRow, ...]:
    blocks = frame.added.blocks
    if not blocks:
        return ()
    found = [shares[step.form] for step in frame.route.steps]
    places = list(dict.fromkeys(place for one in found if one is not None for place in one.places))
    lineage = (*ids, *dict.fromkeys(i for one in found if one is not None for i in one.lineage))
    own = [_single(found, block, places) for block in blocks]
    size = blocks[0].added.shape[0]
    values = placed(blocks, own) if any(one is not None for one in own) else None
    bounds = [_bounds(found, block, places) for block in blocks if _joint(found, block)]
    rows = [
        _row(frame, kind, place, values, bounds, number, lineage)
        for number, place in enumerate(places)
    ]
    left = [block.added for block, one in zip(blocks, own, strict=True) if one is None]
    if left:
        total = np.asarray(sum(left, start=np.zeros(size)))
        rows.append(_quantities(frame, kind, OPEN, total, None, lineage))
    kept = [row for row in rows if _holds(row)]
    return tuple(sorted(kept, key=_order))


def _holds(row: PlaceRow) -> bool:
    """Whether a place holds anything, or could."""
    ends = (row.value.value, row.value.low, row.value.high)
    known = [abs(one) for one in ends if one is not None]
    return not known or max(known) > _NOTHING


def _order(row: PlaceRow) -> tuple[bool, float, str]:
    return (row.place in WORDS, -(row.value.value or row.value.high or 0.0), row.place)


def _single(found: Sequence[Shares | None], block: Block, places: Sequence[str]) -> Floats | None:
    shares = found[block.last]
    return shares.of(places) if block.single and shares is not None else None


def _joint(found: Sequence[Shares | None], block: Block) -> bool:
    parts = found[block.first : block.last + 1]
    return not block.single and all(one is not None for one in parts)


def _bounds(
    found: Sequence[Shares | None], block: Block, places: Sequence[str]
) -> tuple[Floats, Floats]:
    """Least and most of each place of steps that share a price: its share at one of them."""
    shares = [one.of(places) for one in found[block.first : block.last + 1] if one is not None]
    ends = np.array(shares) * block.added[None, None, :]
    return ends.min(axis=0), ends.max(axis=0)


def _row(
    frame: Frame,
    kind: str,
    place: str,
    values: Floats | None,
    bounds: Sequence[tuple[Floats, Floats]],
    number: int,
    lineage: tuple[str, ...],
) -> PlaceRow:
    if not bounds:
        array = None if values is None else values[number]
        return _quantities(frame, kind, place, array, None, lineage)
    base = np.zeros_like(bounds[0][0][number]) if values is None else values[number]
    least = np.asarray(sum((low[number] for low, _ in bounds), start=base))
    most = np.asarray(sum((high[number] for _, high in bounds), start=base))
    array = None if values is None else values[number]
    return _quantities(frame, kind, place, array, (least, most), lineage)


def _quantities(
    frame: Frame,
    kind: str,
    place: str,
    array: Floats | None,
    bounds: tuple[Floats, Floats] | None,
    lineage: tuple[str, ...],
) -> PlaceRow:
    final = frame.added.final
    scale = None if final is None else 100 / final
    name = WORDS.get(place) or str(frame.entries.evidence.countries[place]["name"])
    words = "in" if kind == "location" else "of owners in"
    value = _quantity(
        frame, f"{kind}/{place}", f"Value added {words} {name}", array, bounds, frame.money, lineage
    )
    parts = None if array is None or scale is None else array * scale
    ends = None if bounds is None or scale is None else (bounds[0] * scale, bounds[1] * scale)
    title = f"Share of the final price {words} {name}"
    inputs = (value.lineage,)
    share = _quantity(frame, f"{kind}-share/{place}", title, parts, ends, "%", inputs)
    return PlaceRow(place, name, value, share)


def _quantity(
    frame: Frame,
    place: str,
    title: str,
    array: Floats | None,
    bounds: tuple[Floats, Floats] | None,
    unit: str,
    inputs: tuple[str, ...],
) -> Quantity:
    formula = "sum over steps of value added x share of the place in the step"
    if bounds is None:
        return frame.quantity(place, title, array, unit, inputs, formula)
    value = None if array is None else float(array[0])
    low = spread(float(bounds[0][0]), bounds[0][1:])[0]
    high = spread(float(bounds[1][0]), bounds[1][1:])[1]
    note = "ends allow for steps that share one price: the place's least and largest share in them"
    full = f"{title}, {frame.route.name}"
    return frame.entries.formula(
        f"{place}/{frame.place}", full, (value, low, high), unit, inputs, formula, note
    )
