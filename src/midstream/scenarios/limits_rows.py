"""Rows of the limits: what a resource offers, draw by draw, and whether a row is in order."""

from __future__ import annotations

import numpy as np

from midstream.chain.estimate import Floats, triangular
from midstream.errors import InputError
from midstream.evidence.tables import Row
from midstream.scenarios.frame import Frame

TABLE = "capacity_limits"


def available(row: Row, frame: Frame, driver: Floats) -> Floats:
    """Amount of a resource, shape (draw, year).

    Today's amount; once a permit is granted, that of the permit if it is more. It is granted by
    the last of its years with probability ``logistic(odds + driver)``, in a year drawn evenly
    between the first and the last, and counts from the year after.
    """
    years = np.array(frame.years)
    now = drawn(frame, row, "available")
    amount = np.repeat(now[:, None], len(years), axis=1)
    if row["cleared"] is None:
        return amount
    chance = 1 / (1 + np.exp(-(row["cleared_odds"] + driver)))
    granted = frame.uniform(f"limit/{row['driver']}/granted") < chance
    first, last = row["cleared_from"], row["cleared_by"]
    when = first + (last - first) * frame.uniform(f"limit/{row['driver']}/year")
    open_ = granted[:, None] & (years[None, :] >= when[:, None] + 1)
    return np.asarray(np.where(open_, np.maximum(amount, row["cleared"]), amount))


def imports(row: Row, frame: Frame) -> Floats:
    """Amount that can be imported on top, shape (draw, year); none where no figure is given."""
    years = np.array(frame.years)
    column = "available" if row["input"] else "imported"
    if row[column] is None:
        return np.zeros((frame.draws, len(years)))
    start = row["imported_from"] or years[0]
    return np.asarray(drawn(frame, row, column)[:, None] * (years >= start)[None, :])


def missing(row: Row) -> tuple[str, ...]:
    """Figures a row lacks to be applied."""
    return tuple(name for name in ("available", "need") if row[name] is None)


def drawn(frame: Frame, row: Row, name: str) -> Floats:
    """Draw a figure by the triangular law; without ends it is what the row says."""
    value = row[name]
    low = value if row[f"{name}_low"] is None else row[f"{name}_low"]
    high = value if row[f"{name}_high"] is None else row[f"{name}_high"]
    return triangular(frame.uniform(f"limit/{row['id']}/{name}"), low, value, high)


def check_row(row: Row) -> None:
    """Check the cells of a row.

    Raises:
        InputError: naming the column.
    """
    permit = [row[name] for name in ("cleared", "cleared_odds", "cleared_from", "cleared_by")]
    given = [cell is not None for cell in permit]
    dates = not all(given) or row["cleared_from"] <= row["cleared_by"]
    faults = (
        (any(given) and not all(given), "cleared", "a permit has amount, odds and two years"),
        (not dates, "cleared_by", "the last year of a permit lies before its first"),
        (all(given) and not row["driver"], "driver", "a permit belongs to a driver"),
        (row["need"] is not None and row["need"] <= 0, "need", "an output needs some of it"),
        *(
            (not _ordered(row, name), name, "low, middle and high are not in order")
            for name in ("available", "imported", "need")
        ),
    )
    for fault, column, why in faults:
        if fault:
            raise InputError(
                f"{row['id']} cannot be read",
                where=f"{TABLE}.csv:{column}",
                why=why,
                mend=f"mend {column} of the row",
            )


def _ordered(row: Row, name: str) -> bool:
    ends = [row[f"{name}_low"], row[name], row[f"{name}_high"]]
    numbers = [end for end in ends if end is not None]
    return numbers == sorted(numbers) and all(number >= 0 for number in numbers)
