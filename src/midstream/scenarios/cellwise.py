"""Numbers of every draw, year and cell, kept cell by cell.

Most cells of an outlook are one number a draw times what all years or countries share: today's
output as far as it is kept, need as it grows in the world. Such a cell is kept as its factors and
multiplied out where it is read, in the order it always was, so that the numbers are the same to
the last bit. Only the others are kept in full.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin
from numpy.typing import DTypeLike, NDArray

from midstream.chain.estimate import Floats
from midstream.errors import ModelError

EVERY = slice(None)
#: Years that are read: one, or some.
Years = int | slice | Sequence[int]


@dataclass(frozen=True, slots=True)
class Product:
    """A cell that is ``level x factor x factor``, in this order.

    Attributes:
        level: One number a draw, shape (draw,).
        factors: What many cells share, shape (year, draw) each; at least one.
    """

    level: Floats
    factors: tuple[Floats, ...]

    def values(self, years: Years = EVERY) -> Floats:
        """Multiplied out for some years, shape (year, draw), or for one, shape (draw,)."""
        found = self.level
        for factor in self.factors:
            found = found * factor[years]
        return found


#: A cell: in full, shape (year, draw), or as its factors.
Cell = Floats | Product


def full(cell: Cell) -> Floats:
    """All numbers of a cell, shape (year, draw)."""
    return cell.values() if isinstance(cell, Product) else cell


class Cellwise(NDArrayOperatorsMixin):
    """Stands in for an array of shape (draw, year, place).

    It is read as the array is; what is read cannot be written to. One place, or some in one year,
    are made where they are asked for; anything else, arithmetic too, makes the whole array first.
    It is written a cell at a time, as ``[:, :, place] = values``. A copy shares what neither of
    the two writes later.

    Attributes:
        cells: Each place, in full or as factors.
        draws, years: Length of the first two axes.
        dtype: Type of the numbers that are read, and of those kept in full.
    """

    __slots__ = ("cells", "draws", "dtype", "years")

    def __init__(self, years: int, draws: int, places: int = 0, single: bool = False) -> None:
        """Begin with 0 throughout, ``single`` for numbers of 32 bits."""
        self.draws, self.years = draws, years
        self.dtype = np.dtype(np.float32 if single else np.float64)
        blank = np.broadcast_to(np.zeros((1, 1), self.dtype), (years, draws))
        self.cells: list[Cell] = [blank] * places

    @classmethod
    def of(cls, values: Floats | Cellwise) -> Cellwise:
        """The same cell by cell, to be written to apart; no number is copied."""
        draws, years, places = values.shape
        found = cls(years, draws, single=values.dtype == np.float32)
        if isinstance(values, Cellwise):
            found.cells = list(values.cells)
        else:
            found.cells = [_locked(values[:, :, place].T) for place in range(places)]
        return found

    @property
    def shape(self) -> tuple[int, int, int]:
        """Draws, years and places."""
        return self.draws, self.years, len(self.cells)

    def arrays(self) -> Iterator[Floats]:
        """Arrays in memory behind the cells; one that cells share comes more than once."""
        for cell in self.cells:
            yield from (cell.level, *cell.factors) if isinstance(cell, Product) else (cell,)

    def wider(self, more: int) -> Cellwise:
        """A copy with some places more, 0 throughout."""
        blank = Cellwise(self.years, self.draws, more, self.dtype == np.float32)
        blank.cells = [*self.cells, *blank.cells]
        return blank

    def put(self, place: int, cell: Cell) -> None:
        """Keep a cell."""
        self.cells[place] = self._kept(cell)

    def hold(self, place: int, most: Floats) -> None:
        """Hold a cell to a most, shape (draw, year)."""
        values = self[:, :, place]
        if not (values <= most).all():
            self[:, :, place] = np.minimum(values, most)

    def __getitem__(self, key: Any) -> Floats:
        """Read; see the class."""
        three = isinstance(key, tuple) and len(key) == 3
        draws, years, places = key if three else (key, EVERY, EVERY)
        if isinstance(places, int | np.integer):
            return _locked(self._read(int(places), years).T[draws])
        if isinstance(years, int | np.integer) and isinstance(places, list | tuple | np.ndarray):
            rows = np.empty((len(places), self.draws), self.dtype)
            for row, place in zip(rows, places, strict=True):
                row[:] = self._read(place, int(years))
            return _locked(rows.T[draws])
        return _locked(np.asarray(self)[key])

    def __setitem__(self, key: tuple[slice, slice, int], values: Floats) -> None:
        """Write a cell, shape (draw, year); equal numbers leave it as it is kept.

        Raises:
            ModelError: if it is anything but one whole cell.
        """
        draws, years, place = key
        if (draws, years) != (EVERY, EVERY) or values.shape != (self.draws, self.years):
            raise ModelError(f"{key} of cells", where="Cellwise", why="a cell is written whole")
        cell = np.ascontiguousarray(values.T, self.dtype)
        if not np.array_equal(self._read(place, EVERY), cell):
            self.put(place, cell)

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> NDArray[Any]:
        """All of it as an array whose draws lie next to each other; large."""
        found = np.empty(self.shape[::-1], dtype or self.dtype)
        for place in range(len(self.cells)):
            found[place] = self._read(place, EVERY)
        return found.transpose(2, 1, 0)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **named: Any) -> Any:
        """Arithmetic, on the whole array."""
        arrays = (np.asarray(one) if isinstance(one, Cellwise) else one for one in inputs)
        return getattr(ufunc, method)(*arrays, **named)

    def _read(self, place: int, years: Years) -> Floats:
        """A cell in some years, shape (year, draw), or in one, shape (draw,)."""
        cell = self.cells[place]
        found = cell.values(years) if isinstance(cell, Product) else cell[years]
        return found.astype(self.dtype, copy=False)

    def _kept(self, cell: Cell) -> Cell:
        """A cell as it is kept: a year in one piece, and never written to again."""
        if isinstance(cell, Product):
            return cell
        return _locked(np.ascontiguousarray(cell, self.dtype))


def _locked(values: Floats) -> Floats:
    """A view that cannot be written to."""
    found = np.asarray(values).view()
    found.flags.writeable = False
    return found
