"""A bill of materials on a shock run: what `run_shock` takes as its bill."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from midstream.errors import InputError
from midstream.evidence import Evidence, Ledger
from midstream.shock.bill import Bill
from midstream.shock.bill_outlook import evaluate
from midstream.shock.bill_path import SupplyPath
from midstream.shock.bill_result import BillResult
from midstream.shock.instruments import WORLD
from midstream.shock.result import ShockResult
from midstream.terms import suggestion


def supply_path(result: ShockResult, country: str) -> SupplyPath:
    """Give deliveries, price and stock of the form that is cut in a country.

    The price is what the country's buyers pay in the market, or the price outside where that is
    higher: who buys on the spot in a shortage pays no average. A month without a price (nothing
    can be bought) takes the price outside.

    Raises:
        InputError: if the country is not told apart in the run or buys none of the form.
    """
    step = result.nodes.forms.index(result.form)
    column = _column(result, step, country)
    path = result.path
    delivered = np.maximum(0.0, path.delivered[:, :, step, column])
    # Stocks are told at the end of a month: what the first month took is put back.
    taken = path.served[:, 0, step, column] - delivered[:, 0]
    outside = np.where(np.isfinite(result.outside_draws), result.outside_draws, 1.0)
    cut = WORLD in result.targets or country in result.targets
    passed = np.clip(result.passed_draws, 0.0, 1.0) if cut else np.ones_like(delivered)
    share = np.full(len(delivered), result.actor_shares[column])
    shown = (*result.deliveries.get(country, ()), *result.price_outside)
    return SupplyPath(
        form=result.form,
        country=country,
        actor=result.actor,
        months=tuple(result.months),
        delivered=delivered,
        price=np.fmax(path.paid[:, :, column], outside),
        stock_months=np.maximum(0.0, path.cover[:, 0, step, column] + taken),
        passed=passed,
        actor_share=share,
        lineage=tuple(dict.fromkeys((result.depth.lineage, *(q.lineage for q in shown)))),
    )


def _column(result: ShockResult, step: int, country: str) -> int:
    """Place of a country that buys the form in the base."""
    bought = result.path.base[0, step]
    buyers = [code for place, code in enumerate(result.nodes.countries) if bought[place] > 0]
    if country not in buyers:
        raise InputError(
            f"{country} buys no {result.form} in this run",
            where="--bom",
            why="small buyers are part of the rest of the world, and some make it from others",
            mend=suggestion(country, buyers) or f"take one of {', '.join(buyers)}",
        )
    return result.nodes.countries.index(country)


def evaluate_on_run(
    bill: Bill,
    country: str,
    result: ShockResult,
    evidence: Evidence,
    ledger: Ledger,
    seed: int = 1,
) -> BillResult:
    """Evaluate a bill on a run, for buyers of a country.

    Items of the chain's last form follow its own deliveries in the run.

    Raises:
        InputError: if the country does not buy the form that is cut in the run.
    """
    path = supply_path(result, country)
    last = result.path.delivered[:, :, -1, result.nodes.countries.index(country)]
    told = result.final_form != result.form and bool(np.all(np.isfinite(last)))
    further = {result.final_form: last} if told else {}
    return evaluate(bill, path, evidence, ledger, further=further, seed=seed)


def bill_on_run(
    bill: Bill, country: str, evidence: Evidence, ledger: Ledger, seed: int = 1
) -> Callable[[ShockResult], dict[str, Any]]:
    """Make what `run_shock` takes as its bill: result -> JSON object.

    Args:
        bill: The bill.
        country: Country whose buyers the bill belongs to.
        evidence: The release.
        ledger: Where the lineage is entered.
        seed: Seed of the draws of the bill's own parameters.
    """

    def on(result: ShockResult) -> dict[str, Any]:
        return evaluate_on_run(bill, country, result, evidence, ledger, seed).to_dict()

    return on
