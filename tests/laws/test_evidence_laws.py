"""Laws of the evidence, as properties over random rows.

When adding a source lowers a label, and when it cannot
    A new row of an origin that does not count (tertiary, unnamed, computed) never lowers a
    label. A new counting origin never lowers it if it agrees with a counting origin that is
    there already, or if none is there. A counting origin that agrees with nobody may lower V1
    to U: that is a conflict, and hiding it would be the error. Conversely, taking away an
    origin never raises a label unless the origin was in conflict with the rest.
"""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from midstream.errors import InputError
from midstream.evidence import Fact, units
from midstream.evidence.labels import Tolerance
from midstream.evidence.observations import Observation
from midstream.evidence.periods import distance, span
from midstream.evidence.quantity import LABEL_ORDER, Label
from midstream.evidence.tables import RawTable, parse_csv
from midstream.terms import nearest
from units.evidence.rows import fact_of, metric, observation

ORIGINS = ("a", "b", "c", "d", "unattributed", "derived")
VALUES = st.floats(0.1, 1000, allow_nan=False).map(lambda value: round(value, 3))
NEAR = st.sampled_from([96.0, 98.0, 100.0, 102.0, 104.0, 130.0, 131.0, 60.0])


@st.composite
def one_row(draw: st.DrawFn, origins: tuple[str, ...] = ORIGINS) -> dict[str, Any]:
    value = draw(NEAR | VALUES)
    wide = draw(st.booleans())
    return {
        "value": value,
        "low": value * 0.9 if wide else None,
        "high": value * 1.1 if wide else None,
        "origin": draw(st.sampled_from(origins)),
        "layer": draw(st.integers(1, 3)),
        "vintage": draw(st.sampled_from([None, "2024", "2025-03", "2026"])),
        "period": draw(st.sampled_from(["2023", "2024", "2025"])),
    }


ROWS = st.lists(one_row(), min_size=1, max_size=7)
METRICS = st.sampled_from(
    [metric(0.05), metric(0.05, slack=1), metric(5.0, "absolute"), metric(5.0, "absolute", 2)]
)


def built(rows: list[dict[str, Any]]) -> list[Observation]:
    return [observation(id=f"o-{index:03d}", **row) for index, row in enumerate(rows)]


def of_2024(rows: list[dict[str, Any]], metrics: dict[str, Any]) -> Fact:
    assume(any(row["period"] == "2024" for row in rows))
    return fact_of(built(rows), metrics)


def weaker(one: Label | None, other: Label | None) -> bool:
    order: list[Label | None] = [*LABEL_ORDER, None]
    return order.index(one) > order.index(other)


@given(ROWS, METRICS, one_row())
def test_a_row_that_cannot_count_never_lowers_a_label(
    rows: list[dict[str, Any]], metrics: dict[str, Any], new: dict[str, Any]
) -> None:
    before = of_2024(rows, metrics)
    new |= {"origin": "e", "layer": 3}
    after = of_2024([*rows, new], metrics)
    assert not weaker(after.quantity.label, before.quantity.label)
    assert after.disputed == before.disputed


@given(ROWS, METRICS, st.integers(0, 6))
def test_an_agreeing_counting_origin_never_lowers_a_label(
    rows: list[dict[str, Any]], metrics: dict[str, Any], pick: int
) -> None:
    before = of_2024(rows, metrics)
    counting = [origin for origin in before.origins if origin.counting]
    value = counting[pick % len(counting)].value if counting else 100.0
    new = {"value": value, "origin": "e", "layer": 2, "period": "2024"}
    after = of_2024([*rows, new], metrics)
    assert not weaker(after.quantity.label, before.quantity.label)
    if counting:
        assert after.label_strict == "V"


@given(ROWS, METRICS)
def test_taking_an_origin_away_never_raises_a_label_except_out_of_conflict(
    rows: list[dict[str, Any]], metrics: dict[str, Any]
) -> None:
    before = of_2024(rows, metrics)
    assume(before.agreement != "conflict")
    for origin in before.origins:
        left = [row for row in rows if row["origin"] != origin.origin]
        if any(row["period"] == "2024" for row in left):
            after = of_2024(left, metrics)
            assert not weaker(before.quantity.label, after.quantity.label)


@given(ROWS, METRICS)
def test_a_label_without_its_best_origin_is_never_stronger(
    rows: list[dict[str, Any]], metrics: dict[str, Any]
) -> None:
    fact = of_2024(rows, metrics)
    assert not weaker(fact.quantity.label, fact.label_without_best)
    assert fact.best_origin in {origin.origin for origin in fact.origins}


@given(ROWS, METRICS, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(
    rows: list[dict[str, Any]], metrics: dict[str, Any], shuffler: random.Random
) -> None:
    observations = built(rows)
    assume(any(row.period == "2024" for row in observations))
    first = fact_of(observations, metrics)
    shuffler.shuffle(observations)
    assert fact_of(observations, metrics) == first


@given(ROWS, METRICS)
def test_reprints_of_one_origin_change_no_label(
    rows: list[dict[str, Any]], metrics: dict[str, Any]
) -> None:
    before = of_2024(rows, metrics)
    after = of_2024([*rows, *({**row, "source": "reprint"} for row in rows)], metrics)
    assert after.quantity.label == before.quantity.label
    assert after.quantity.value == before.quantity.value


@given(ROWS, METRICS)
def test_slack_only_lifts_and_verification_needs_two_counting_origins(
    rows: list[dict[str, Any]], metrics: dict[str, Any]
) -> None:
    fact = of_2024(rows, metrics)
    assert not weaker(fact.quantity.label, fact.label_strict)
    if fact.label_strict == "V":
        assert sum(origin.verdict == "agrees" for origin in fact.origins) >= 2
    if fact.quantity.label == "V":
        assert any(origin.counting for origin in fact.origins)
        assert (fact.adjacent is not None) == (fact.label_strict != "V")


@given(ROWS, METRICS)
def test_the_value_of_a_fact_lies_in_its_range(
    rows: list[dict[str, Any]], metrics: dict[str, Any]
) -> None:
    quantity = of_2024(rows, metrics).quantity
    assert quantity.value is not None
    assert quantity.low is None or quantity.low <= quantity.value
    assert quantity.high is None or quantity.value <= quantity.high


@given(VALUES, VALUES, st.floats(0, 1), st.booleans())
def test_agreement_is_symmetric(one: float, other: float, width: float, relative: bool) -> None:
    left, right = (
        fact_of([observation(id="o-1", value=value)]).origins[0] for value in (one, other)
    )
    tolerance = Tolerance(width, relative, 0)
    assert tolerance.agree(left, right) == tolerance.agree(right, left)
    assert tolerance.agree(left, left)


@given(ROWS, st.floats(0.001, 1000))
def test_a_change_of_unit_changes_no_relative_label(
    rows: list[dict[str, Any]], scale: float
) -> None:
    before = of_2024(rows, metric(0.05))
    scaled = [
        {
            name: cell * scale if name in ("value", "low", "high") and cell is not None else cell
            for name, cell in row.items()
        }
        for row in rows
    ]
    assert of_2024(scaled, metric(0.05)).quantity.label == before.quantity.label


@given(st.binary(max_size=400))
def test_any_bytes_give_rows_or_one_typed_error(data: bytes) -> None:
    check_parse(data)


@given(
    st.text(alphabet='a",;\n\r\t é0', max_size=60), st.sampled_from(["utf-8", "utf-16", "cp1252"])
)
def test_any_text_in_any_encoding_gives_rows_or_one_typed_error(text: str, encoding: str) -> None:
    check_parse(text.encode(encoding))


def parsed(data: bytes) -> RawTable | InputError:
    try:
        return parse_csv(data, "t.csv")
    except InputError as error:
        return error


def check_parse(data: bytes) -> None:
    result = parsed(data)
    if isinstance(result, RawTable):
        assert all(len(row) == len(result.header) for row in result.rows)
        assert len(result.rows) == len(result.lines)
        return
    file, line, column = result.where.split(":")
    assert file == "t.csv"
    assert int(line) >= 1
    assert int(column) >= 1
    assert result.why
    assert result.mend


CELLS = st.lists(
    st.lists(st.text(alphabet='ab",\n é', max_size=5), min_size=2, max_size=2),
    max_size=5,
)


@given(CELLS)
def test_well_written_rows_come_back_as_they_were(cells: list[list[str]]) -> None:
    def quoted(cell: str) -> str:
        return '"' + cell.replace('"', '""') + '"'

    lines = ["x,y", *(",".join(map(quoted, row)) for row in cells)]
    table: RawTable = parse_csv("\n".join(lines).encode(), "t.csv")
    assert table.rows == cells


CONVERTIBLE = st.sampled_from(
    [
        ("t REO/yr", "kg REO/yr"),
        ("INR crore", "INR lakh"),
        ("USD/lb", "USD/kg"),
        ("GWh/yr", "TWh/yr"),
        ("million chips/day", "chips/day"),
        ("USD per t/yr", "USD million per kt/yr"),
        ("acres", "ha"),
        ("m3/day", "million L/yr"),
    ]
)


@given(CONVERTIBLE, VALUES)
def test_unit_conversion_round_trips(pair: tuple[str, str], value: float) -> None:
    there = units.convert(value, *pair)
    assert units.convert(there, *reversed(pair)) == pytest.approx(value, rel=1e-12)


@given(st.sampled_from(units.BASES), st.sampled_from(units.BASES))
def test_contents_never_turn_into_each_other(one: str, other: str) -> None:
    if one == other:
        assert units.factor(f"kt {one}", f"t {other}") == pytest.approx(1000)
    else:
        with pytest.raises(InputError, match="different dimensions"):
            units.factor(f"t {one}", f"t {other}")


@given(st.integers(1900, 2099), st.integers(1900, 2099))
def test_distance_of_years_is_symmetric_and_in_months(one: int, other: int) -> None:
    assert distance(str(one), str(other)) == 12 * abs(one - other)
    assert distance(str(one), str(other)) == distance(str(other), str(one))
    assert span(str(one))[1] == 12


@given(st.text(max_size=20))
def test_nearest_gives_known_words_only(word: str) -> None:
    vocabulary = {"IND": "India", "IDN": "Indonesia", "CHN": "China"}
    assert set(nearest(word, vocabulary)) <= set(vocabulary)
    assert len(nearest(word, vocabulary)) <= 3
