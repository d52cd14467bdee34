"""A plant by hand, the same in every draw unless a figure is given as a list."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from midstream.capital.case import Case
from midstream.capital.conditions import Terms
from midstream.chain.estimate import Floats

FIGURES = {
    "capex": 400e6,
    "overrun": 0.2,
    "build": 3.0,
    "ramp": 2.0,
    "utilisation": 0.8,
    "price": 70.0,
    "feed": 10.0,
    "opex": 25.0,
    "fixed": 0.0,
}


def one_plant(draws: int = 1, **given: float | Sequence[float]) -> Case:
    """A plant of 3,000 t/yr of oxide."""
    capacity = given.pop("capacity", 3000.0)
    figures = {**FIGURES, **given}
    arrays: dict[str, Floats] = {
        name: np.full(draws, float(value)) if isinstance(value, int | float) else np.array(value)
        for name, value in figures.items()
    }
    return Case(
        form="ndpr-oxide",
        country="JPN",
        facility="",
        unit="t/yr",
        capacity=float(capacity),  # type: ignore[arg-type]
        year=2026,
        kg_per_unit=1000.0,
        price_year=2025,
        **arrays,
    )


def some_terms(**changed: float) -> Terms:
    """Terms of money by hand."""
    values = {
        "debt_rate": 0.055,
        "equity_rate": 0.13,
        "concessional_rate": 0.03,
        "cover_ratio": 1.4,
        "concessional_cover": 1.2,
        "debt_share": 0.7,
        "tenor": 12.0,
        "tax": 0.25,
        "life": 20.0,
        "working_days": 90.0,
        "interest_share": 0.3,
        "price_limit": 20.0,
    }
    return Terms(**{**values, **changed})
