"""Compile the market kernel, which the first use on a machine otherwise waits for.

    python tools/compile_market.py

The compiled code is kept beside the sources; where it is there already this takes a second.
"""

from __future__ import annotations

import numpy as np

from midstream.market import Network, Parameters, solve


def main() -> None:
    """Solve the smallest market there is by the kernel."""
    one, none = np.ones((1, 1)), np.zeros((1, 1))
    solve(
        Network(output=one, flow=one[None], input_use=none, final_use=one[None]),
        Parameters(
            substitution=np.ones(1),
            supply_elasticity=np.ones(1),
            cost_share=np.zeros(1),
            demand_elasticity=one,
            choke_price=2 * one,
            feed_choke_price=2 * np.ones(1),
            capacity=2 * one,
        ),
        method="compiled",
    )


if __name__ == "__main__":
    main()
