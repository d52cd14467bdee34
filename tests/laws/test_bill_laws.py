"""Laws of bills of materials: stocks, depth, order, scale; any bytes give items or one error."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from midstream.errors import InputError
from midstream.evidence import Evidence
from midstream.shock.bill_path import bridge, burden
from midstream.shock.bill_reader import parse_bill
from units.shock.bills import bill, outlook, path, sheet, workbook

SHARES = st.lists(st.floats(0, 1.5), min_size=1, max_size=12).map(lambda row: np.array([row]))
STOCKS = st.floats(0, 20)
SHORTFALL = st.sampled_from([0.0, 0.1, 0.5])
PLACE = re.compile(r"bill:[0-9]+:[0-9]+")


def stop(delivered: Any, stock: float, need: float = 1.0, shortfall: float = 0.1) -> float:
    return float(bridge(delivered, np.array([stock]), need, shortfall).stop[0])


@given(SHARES, STOCKS, st.floats(0, 5), SHORTFALL)
def test_more_stock_never_stops_a_line_earlier(
    delivered: Any, stock: float, more: float, shortfall: float
) -> None:
    later = stop(delivered, stock + more, shortfall=shortfall)
    assert later >= stop(delivered, stock, shortfall=shortfall)


@given(SHARES, STOCKS, st.floats(0, 1), SHORTFALL)
def test_a_deeper_cut_never_stops_a_line_later(
    delivered: Any, stock: float, keep: float, shortfall: float
) -> None:
    deeper = stop(delivered * keep, stock, shortfall=shortfall)
    assert deeper <= stop(delivered, stock, shortfall=shortfall)


@given(SHARES, STOCKS, st.floats(0.5, 1))
def test_less_need_never_stops_a_line_earlier(delivered: Any, stock: float, need: float) -> None:
    assert stop(delivered, stock, need) >= stop(delivered, stock) - 1e-9


@given(SHARES, STOCKS, SHORTFALL)
def test_need_is_met_from_purchases_and_stock_or_missing(
    delivered: Any, stock: float, shortfall: float
) -> None:
    run = bridge(delivered, np.array([stock]), 1.0, shortfall)
    months = delivered.shape[1]
    met = run.bought.sum() + run.used_up[0] + run.missing.sum()
    assert met == pytest.approx(months, abs=1e-9)
    assert run.missing.min() >= 0
    assert run.used_up[0] <= stock + 1e-12


@given(SHARES, STOCKS)
def test_a_line_that_does_not_stop_misses_less_than_it_can_live_with(
    delivered: Any, stock: float
) -> None:
    run = bridge(delivered, np.array([stock]), 1.0, 0.1)
    if np.isinf(run.stop[0]):
        assert run.missing.max() <= 0.1 + 1e-9


@given(SHARES.map(lambda shares: np.minimum(shares, 1)), STOCKS, st.floats(1, 4))
def test_a_dearer_form_never_costs_less(delivered: Any, stock: float, price: float) -> None:
    run = bridge(delivered, np.array([stock]), 1.0, 0.1)
    low, high = np.ones(delivered.shape), np.full(delivered.shape, price)
    assert burden(run, high)[0] >= burden(run, low)[0] - 1e-9


ROWS = [
    "rotor,ndfeb-magnet,12,t,1200,1.5,yes,CHN",
    "sensor,850511,1,t,90,0.2,no,",
    "motor,traction-motor,100,pcs,700,,yes,",
    "oxide,ndpr-oxide,3,t,50,1,no,",
    "housing,,100,pcs,30,1,no,",
]


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.permutations(ROWS), st.integers(1, 99))
def test_the_order_of_rows_changes_nothing(evidence: Evidence, rows: Any, seed: int) -> None:
    shares = np.random.default_rng(seed).uniform(0, 1, (9, 6))
    on = path(shares, 2 - shares, passed=[1, 0.3, 0, 0, 0, 0.2], actor_share=0.6)
    first = outlook(bill(*ROWS, evidence=evidence), on, evidence, seed)
    second = outlook(bill(*rows, evidence=evidence), on, evidence, seed)
    values = [
        {item.item: (value(item.stop), value(item.extra_cost)) for item in one.items}
        for one in (first, second)
    ]
    assert values[0] == values[1]
    assert value(second.at_risk) == pytest.approx(value(first.at_risk))
    assert value(second.missing_cost) == pytest.approx(value(first.missing_cost))
    assert first.first is not None
    assert second.first is not None
    assert first.first.item == second.first.item


def value(quantity: Any) -> float | None:
    return None if quantity is None else quantity.value


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.floats(0.1, 1000), st.sampled_from([1e-3, 0.5, 2.0, 1e3]), st.floats(0, 3))
def test_quantity_and_stock_scaled_alike_leave_the_stop(
    evidence: Evidence, use: float, scale: float, months: float
) -> None:
    header = "item,form,quantity,unit,stock quantity"
    on = path([1, 0.4, 0.4, 0.2, 0.2])
    stops = []
    for times in (1.0, scale):
        stock = format(use * months / 12 * times, ".12f")
        row = f"rotor,ndfeb-magnet,{format(use * times, '.12f')},t,{stock}"
        (item,) = outlook(bill(row, evidence=evidence, header=header), on, evidence).items
        stops.append(value(item.stop))
    assert stops[1] == pytest.approx(stops[0], abs=1e-6)


def read(data: bytes, evidence: Evidence) -> None:
    """Items, or one error with its place: nothing else may come of any bytes."""
    caught: InputError | None = None
    items = 0
    try:
        items = len(parse_bill(data, "bill", evidence).items)
    except InputError as error:
        caught = error
    if caught is None:
        assert items > 0
    else:
        assert PLACE.fullmatch(caught.where), caught.where
        assert caught.why
        assert caught.mend


GOOD = workbook(sheet([["item", "form", "value"], ["rotor", "ndfeb-magnet", 5]]))
FUZZ = settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])


@FUZZ
@given(st.binary(max_size=300))
@example(b"\xff\xfei\x00")
@example(b"\xef\xbb\xbf")
@example(b"item,form\n\x81,ndfeb-magnet\n")
def test_any_bytes(evidence: Evidence, data: bytes) -> None:
    read(data, evidence)


CELLS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["ndfeb-magnet", "850511", "1,000", "1,5", "-1", "1e999", "t//yr", "t per", "% of", "/", ""]
    ),
)


@FUZZ
@given(st.lists(CELLS, min_size=9, max_size=9), st.sampled_from([",", ";", "\t"]))
@example(["a", "ndfeb-magnet", "1", "t per ", "1", "", "1 t/", "yes", "CHN"], ",")
def test_any_cells(evidence: Evidence, cells: list[str], parts: str) -> None:
    header = "item|form|quantity|unit|value|stock months|stock quantity|sole source|supplier"
    lines = [header.replace("|", parts), parts.join(cells)]
    read("\n".join(lines).encode("utf-8", "replace"), evidence)


@FUZZ
@given(st.integers(0, len(GOOD) - 1), st.integers(0, 255), st.integers(0, len(GOOD)))
def test_any_broken_workbook(evidence: Evidence, at: int, byte: int, end: int) -> None:
    broken = bytearray(GOOD)
    broken[at] = byte
    read(bytes(broken), evidence)
    read(GOOD[:end], evidence)


XML = st.text(alphabet='<>/="rctvs x19AZ!&;', max_size=60)


@FUZZ
@given(XML, st.sampled_from(["xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/texts.xml"]))
@example('<?xml version="1.0" encoding="x"?><c/>', "xl/texts.xml")
def test_any_part_of_a_workbook(evidence: Evidence, text: str, part: str) -> None:
    read(workbook(sheet([["item", "form"]]), parts={part: text}), evidence)
    spliced = sheet([["item", "form"], ["rotor", "ndfeb-magnet"]]).replace(
        "</row>", text + "</row>"
    )
    read(workbook(spliced), evidence)
