"""Bills of materials on a run: sums, order, lineage, export."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from midstream.errors import InputError, ModelError
from midstream.evidence import Evidence, Ledger
from midstream.shock.bill_outlook import evaluate
from midstream.shock.bill_result import escaped
from midstream.shock.bill_run import bill_on_run, supply_path
from midstream.shock.run import run_shock
from units.shock.bills import HEADER, bill, outlook, path
from units.shock.real_chain import TARGETS, model, opened, request

ROWS = (
    "late,ndfeb-magnet,12,t,1200,3,yes,CHN",
    "early,ndfeb-magnet,12,t,600,1,no,",
    "motor,traction-motor,100,pcs,900,,yes,",
    "housing,,100,pcs,300,1,no,",
    "unpriced,ndfeb-magnet,12,t,,9,,",
)
CUT = [1, 0.2, 0.2, 0.2, 0.2, 0.2]


def quantities(tree: Any) -> Iterator[dict[str, Any]]:
    if isinstance(tree, dict):
        if "lineage" in tree:
            yield tree
        for part in tree.values():
            yield from quantities(part)
    elif isinstance(tree, list):
        for part in tree:
            yield from quantities(part)


def test_sums_and_the_first_to_stop(evidence: Evidence) -> None:
    result = outlook(bill(*ROWS, evidence=evidence), path(CUT, 2 - np.array(CUT)), evidence)
    assert result.first is not None
    assert result.first.item == "early"
    assert result.value.value == 3000
    costs = [item.extra_cost.value or 0 for item in result.items if item.extra_cost is not None]
    assert result.extra_cost.value == pytest.approx(sum(costs), rel=0.05)
    assert result.unpriced == ("unpriced",)
    assert [item.item for item in result.standing("not covered")] == ["housing"]
    assert any("without a value" in note for note in result.notes)


def test_the_share_at_risk_is_that_of_the_items_that_stop(evidence: Evidence) -> None:
    made = bill(ROWS[0], ROWS[1], ROWS[3], evidence=evidence)
    assert outlook(made, path([1, 0.2, 0.2, 1]), evidence).at_risk.value == pytest.approx(
        100 * 600 / 2100
    )
    assert outlook(made, path([1, 1, 1, 1]), evidence).at_risk.value == 0
    assert outlook(made, path([1, 0, 0, 0, 0]), evidence).at_risk.value == pytest.approx(
        100 * 1800 / 2100
    )


def test_draws_that_differ_give_an_interval_and_a_probability(evidence: Evidence) -> None:
    shares = np.array([[1.0] * 6] * 3 + [[1.0, 0.0, 0.0, 0.0, 0.0, 0.0]] * 7)
    (item,) = outlook(bill(ROWS[1], evidence=evidence), path(shares), evidence).items
    assert item.stop is not None
    assert item.stops is not None
    assert (item.stop.low, item.stop.value, item.stop.high) == (2, 2, None)
    assert item.stops.value == pytest.approx(0.7)


def test_money_of_several_currencies_is_in_usd(evidence: Evidence) -> None:
    header = "item,form,quantity,unit,value,currency,stock months"
    rows = ("a,ndfeb-magnet,1,t,100,USD,1", "b,ndfeb-magnet,1,t,100,EUR,1")
    made = bill(*rows, evidence=evidence, header=header)
    result = outlook(made, path(CUT), evidence)
    rates = [r for r in evidence.table("fx").rows if r["currency"] == "EUR"]
    rate = max(rates, key=lambda row: str(row["year"]))["per_usd"]
    assert (result.currency, result.value.value) == ("USD", pytest.approx(100 + 100 / rate))
    alone = bill(rows[1], evidence=evidence, header=header)
    assert outlook(alone, path(CUT), evidence).currency == "EUR"


def test_every_number_is_traced_to_the_bill_and_the_parameters(evidence: Evidence) -> None:
    made = bill(*ROWS, evidence=evidence)
    ledger = Ledger(base=evidence.ledger)
    on = replace(path(CUT, stock=2.0), lineage=("par:bill.stop",))
    plain = evaluate(made, on, evidence, ledger).to_dict()
    shown = list(quantities(plain))
    assert len(shown) > 40
    for quantity in shown:
        tree = ledger.trace(quantity["lineage"])
        assert tree["quantity"] == quantity
        known = any(quantity[end] is not None for end in ("value", "low", "high"))
        assert quantity["label"] == "modelled" or not known
        assert tree["formula"]
    leaves = json.dumps(ledger.trace("f:shock.bill.extra/ndfeb-magnet/IND/2"))
    assert "user:bill/2/value" in leaves
    assert "user:bill/2/stock_months" in leaves
    assert "bill.csv:2" in leaves


def test_an_assumption_that_moves_moves_the_result(evidence: Evidence) -> None:
    (held,) = outlook(bill(ROWS[2], evidence=evidence), path(CUT, draws=400), evidence).items
    assert held.stop is not None
    assert held.stop.low is not None
    assert held.stop.high is not None
    assert held.stop.low < held.stop.high
    ledger = Ledger(base=evidence.ledger)
    own = {"traction-motor": np.tile(CUT, (400, 1)) * 0.5}
    made = bill(ROWS[2], evidence=evidence)
    (told,) = evaluate(made, path(CUT, draws=400), evidence, ledger, further=own).items
    assert told.stop is not None
    assert told.stop.value is not None
    assert told.stop.value < (held.stop.value or 0)


def test_an_only_supplier_without_a_country_is_the_actor_as_often_as_its_share(
    evidence: Evidence,
) -> None:
    row = "rotor,ndfeb-magnet,12,t,1200,1,yes,"
    made = bill(row, evidence=evidence)
    on = path([1] * 6, draws=2000, passed=[1, 0, 0, 0, 0, 0], actor_share=0.7)
    result = outlook(made, on, evidence)
    assert result.items[0].stops is not None
    assert result.items[0].stops.value == pytest.approx(0.7, abs=0.04)
    assert any("only supplier" in note for note in result.notes)


def test_helps_are_ranked_and_say_when_they_are_not_available(evidence: Evidence) -> None:
    items = outlook(bill(*ROWS, evidence=evidence), path(CUT, draws=50), evidence).items
    for item in items:
        gains = [one.months.value for one in item.helps if one.months is not None]
        assert gains == sorted(gains, reverse=True)
        assert [bool(one.reason) for one in item.helps] == sorted(
            bool(h.reason) for h in item.helps
        )
    reasons = {item.item: [h.reason for h in item.helps if h.id == "second"] for item in items}
    assert reasons["early"] == ["it has several suppliers already"]
    assert reasons["unpriced"] == ["the bill does not say whether it has one supplier only"]
    assert reasons["late"] == [""]


def test_the_same_seed_gives_the_same_result(evidence: Evidence) -> None:
    made = bill(*ROWS, evidence=evidence)
    first, again = (outlook(made, path(CUT, draws=30), evidence).to_dict() for _ in range(2))
    assert first == again
    assert outlook(made, path(CUT, draws=30), evidence, seed=2).to_dict() != first


@pytest.mark.parametrize("sign", ["=", "+", "-", "@"])
def test_exported_text_is_no_formula(evidence: Evidence, sign: str) -> None:
    made = bill(f"{sign}cmd,,1,t,5,1,no,", evidence=evidence, header=HEADER)
    header, rows = outlook(made, path(CUT), evidence).table()
    assert rows[0][header.index("item")] == f"'{sign}cmd"
    assert escaped("rotor") == "rotor"


def test_what_a_run_says_is_what_its_buyers_get() -> None:
    asked = request(targets=TARGETS, months=2)
    study = opened()
    evidence, ledger = study.evidence, Ledger(base=study.world.ledger)
    made = bill("alloy,antimony-metal,12,t,1200,0,no,", evidence=evidence)
    on = bill_on_run(made, "USA", evidence, ledger)
    result = run_shock(evidence, study.world, ledger, asked, bill=on, model=model())
    path = supply_path(result, "USA")
    country = result.nodes.countries.index("USA")
    step = result.nodes.forms.index("antimony-metal")
    assert np.array_equal(path.delivered, result.path.delivered[:, :, step, country])
    assert result.bill is not None
    (item,) = result.bill["items"]
    first = int(np.argmax(path.delivered[0] < 0.9))
    assert item["stop"]["value"] == pytest.approx(first)
    assert ledger.trace(item["stop"]["lineage"])["inputs"]
    with pytest.raises(InputError, match="buys no antimony-metal"):
        supply_path(result, "TUV")


def test_a_path_that_does_not_fit_is_refused() -> None:
    good = path(CUT)
    for change in (
        {"price": good.price[:, :2]},
        {"delivered": good.delivered - 2},
        {"stock_months": np.full(4, np.nan)},
        {"months": (0, 2, 3, 4, 5, 6)},
        {"passed": np.ones(3)},
    ):
        with pytest.raises(ModelError):
            replace(good, **change)
