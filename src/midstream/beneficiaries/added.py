"""Value added along a line of steps, as arrays whose first element is the central reading.

``VA_s = p_s o_s - sum_j a_js p_j``: the price of what a step makes times the amount that ends in
one functional unit, less what it buys from the step before and from outside the chain. A step
without a price, or without an amount to the next priced step, is known only together with its
neighbours: they form one block. What comes after the last price is open.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from midstream.chain.estimate import Floats
from midstream.errors import ModelError


@dataclass(frozen=True, slots=True)
class Line:
    """Prices and amounts of a chain from the ore on; arrays of shape (1 + draw,).

    Attributes:
        prices: Money per unit of each form; ``None`` where none is on record.
        amounts: Units of a form per unit of the next, one fewer than prices; ``None`` where no
            recipe says it.
        outside: Money of priced inputs from outside the chain per unit of each form.
    """

    prices: tuple[Floats | None, ...]
    amounts: tuple[Floats | None, ...]
    outside: tuple[Floats, ...]

    def __post_init__(self) -> None:
        count = len(self.prices)
        if len(self.amounts) != count - 1 or len(self.outside) != count:
            raise ModelError(f"{count} prices, {len(self.amounts)} amounts do not make a line")


@dataclass(frozen=True, slots=True)
class Block:
    """Steps whose value added is known together.

    Attributes:
        first, last: Steps; the same where the step stands alone.
        amount: Units of the last step's form per functional unit, shape (1 + draw,).
        added: Value added per functional unit, same shape.
        outside: Outside inputs taken off, same shape.
        amounts: Units of each step's form per functional unit, same shape; ``None`` before a gap
            in the recipes.
    """

    first: int
    last: int
    amount: Floats
    added: Floats
    outside: Floats
    amounts: tuple[Floats | None, ...]

    @property
    def single(self) -> bool:
        """Whether it is one step."""
        return self.first == self.last


@dataclass(frozen=True, slots=True)
class Added:
    """Value added of a line.

    Attributes:
        unit: Step whose form is the functional unit; ``None`` where nothing is priced.
        blocks: From the ore on.
        open: Steps after the last price.
        final: Price of what the last block makes, per functional unit, shape (1 + draw,).
    """

    unit: int | None
    blocks: tuple[Block, ...]
    open: tuple[int, ...]
    final: Floats | None


def value_added(line: Line) -> Added:
    """Split the last price of a line among its steps.

    The blocks and the outside inputs sum to ``final`` in every element, to rounding.
    """
    count = len(line.prices)
    priced = [step for step in range(count) if line.prices[step] is not None]
    if not priced:
        return Added(None, (), tuple(range(count)), None)
    last = priced[-1]
    unit = last
    while unit < count - 1 and line.amounts[unit] is not None:
        unit += 1
    amounts = _amounts(line, unit)
    splits = [step for step in priced if step in amounts]
    blocks = [
        _block(line, amounts, before, step)
        for before, step in zip([None, *splits[:-1]], splits, strict=True)
    ]
    final = _money(line, amounts, last)
    return Added(unit, tuple(blocks), tuple(range(last + 1, count)), final)


def _amounts(line: Line, unit: int) -> dict[int, Floats]:
    """Units of each form in one functional unit, back to the first gap."""
    found = {unit: np.ones_like(_first(line))}
    for step in range(unit - 1, -1, -1):
        per_next = line.amounts[step]
        if per_next is None:
            break
        found[step] = found[step + 1] * per_next
    return found


def _first(line: Line) -> Floats:
    return next(price for price in line.prices if price is not None)


def _money(line: Line, amounts: dict[int, Floats], step: int) -> Floats:
    price = line.prices[step]
    if price is None:
        raise ModelError(f"step {step} has no price")
    return price * amounts[step]


def _block(line: Line, amounts: dict[int, Floats], before: int | None, last: int) -> Block:
    first = 0 if before is None else before + 1
    made = _money(line, amounts, last)
    bought = np.zeros_like(made) if before is None else _money(line, amounts, before)
    outside = np.zeros_like(made)
    for step in range(first, last + 1):
        if step in amounts:
            outside = outside + line.outside[step] * amounts[step]
    each = tuple(amounts.get(step) for step in range(first, last + 1))
    return Block(first, last, amounts[last], made - bought - outside, outside, each)


def placed(blocks: Sequence[Block], shares: Sequence[Floats | None]) -> Floats:
    """Value of each place: ``V_c = sum_s VA_s l_sc``.

    Args:
        blocks: Blocks.
        shares: Share of each place in each block, shape (place, 1 + draw); ``None`` for a block
            that cannot be placed.

    Returns:
        Shape (place, 1 + draw).

    Raises:
        ModelError: if no block has shares.
    """
    found = [
        share * block.added[None, :]
        for block, share in zip(blocks, shares, strict=True)
        if share is not None
    ]
    if not found:
        raise ModelError("no block can be placed")
    return np.asarray(sum(found[1:], start=found[0]))
