"""The market of one chain: prices, outputs and shipments of several steps and many countries.

`Network` holds the balanced base, `Parameters` the behaviour, `Measures` what is done to it;
`solve` gives the `Equilibrium`, `solve_draws` many of them, `solve_months` a path with stocks,
`solve_years` a path of years, and `solve_basket` the elements of one ore. Arrays only: no files, no
evidence, no quantities.
"""

from __future__ import annotations

from midstream.market.compiled import solve
from midstream.market.coproduct import Basket, BasketResult, solve_basket
from midstream.market.draws import Draws, prices_and_tonnes, solve_draws
from midstream.market.equilibrium import Equilibrium
from midstream.market.measures import Measures
from midstream.market.months import Path, solve_months
from midstream.market.network import Network, Parameters
from midstream.market.years import solve_years

__all__ = [
    "Basket",
    "BasketResult",
    "Draws",
    "Equilibrium",
    "Measures",
    "Network",
    "Parameters",
    "Path",
    "prices_and_tonnes",
    "solve",
    "solve_basket",
    "solve_draws",
    "solve_months",
    "solve_years",
]
