"""Real stacks of the release, and what moves when a row of the record moves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from midstream.capital.records import RealStack, companies, stacks
from midstream.capital.records_beside import beside, beside_all
from midstream.capital.records_read import Reader
from midstream.capital.result import PlantCapital, SourceRow
from midstream.capital.scheme import recorded_support
from midstream.errors import InputError
from midstream.evidence import Evidence, Ledger, Quantity
from units.scenarios.changed import with_rows


def one(evidence: Evidence, facility: str, ledger: Ledger | None = None) -> RealStack:
    held = Ledger(base=evidence.ledger) if ledger is None else ledger
    (found,) = stacks(evidence, held, [facility])
    return found


def changed(evidence: Evidence, table: str, row_id: str, **cells: Any) -> Evidence:
    rows = [{**row, **cells} if row["id"] == row_id else row for row in evidence.table(table).rows]
    return with_rows(evidence, **{table: rows})


@pytest.fixture(scope="module")
def ledger(evidence: Evidence) -> Ledger:
    return Ledger(base=evidence.ledger)


@pytest.fixture(scope="module")
def every(evidence: Evidence, ledger: Ledger) -> tuple[RealStack, ...]:
    return stacks(evidence, ledger)


def test_plants_whose_company_has_two_layers_are_shown(
    evidence: Evidence, every: tuple[RealStack, ...]
) -> None:
    shown = {stack.facility for stack in every}
    assert {"mp-10x", "mp-independence", "iluka-eneabba", "vulcan-benson", "repm-slots"} <= shown
    operators = {row["id"]: row["operator"] for row in evidence.table("facilities").rows}
    counts: dict[str, int] = {}
    for row in evidence.table("financing").rows:
        if row["facility"]:
            counts[operators[row["facility"]]] = counts.get(operators[row["facility"]], 0) + 1
    assert all(counts[stack.company] >= 2 for stack in every)


def test_every_quantity_resolves_to_sources(every: tuple[RealStack, ...], ledger: Ledger) -> None:
    for stack in every:
        for quantity in (stack.known, stack.public, stack.public_share, stack.covered):
            if quantity.missing:
                continue
            reached = ledger.reached([quantity.lineage])
            assert ledger[quantity.lineage].quantity == quantity
            assert any(node.source for node in reached), stack.facility
        for layer in (*stack.layers, *stack.terms):
            assert layer.amount.lineage in ledger
            assert layer.real.lineage in ledger


def test_an_amount_moves_the_sum_and_the_public_share(evidence: Evidence) -> None:
    before = one(evidence, "vulcan-benson")
    rows = evidence.row_by_id("financing", "fin-027")
    assert rows is not None
    after = one(
        changed(evidence, "financing", "fin-027", amount=rows["amount"] / 2), "vulcan-benson"
    )
    assert after.known.value == pytest.approx((before.known.value or 0) - 310e6)
    assert (after.public_share.value or 0) < (before.public_share.value or 0)


def test_a_payer_that_is_not_classed_opens_the_public_share(evidence: Evidence) -> None:
    found = one(changed(evidence, "financing", "fin-027", payer="A new fund"), "vulcan-benson")
    layer = next(layer for layer in found.layers if layer.id == "fin-027")
    assert layer.payer_kind == "unknown"
    assert found.public_share.low is not None
    assert found.public_share.high is not None
    assert found.public_share.high - found.public_share.low == pytest.approx(100 * 620 / 1220)


def test_money_of_the_company_is_counted_for_the_company_alone(
    evidence: Evidence, ledger: Ledger
) -> None:
    found = stacks(evidence, ledger, ["mp-10x", "mp-independence"])
    (company,) = companies(ledger, found)
    outside = [
        layer.real.value or 0.0 for plant in found for layer in plant.layers if not layer.counted
    ]
    assert len(outside) == 2
    plants = sum(plant.known.value or 0.0 for plant in found)
    assert company.known.value == pytest.approx(plants + sum(outside))
    assert company.to_dict()["plants"] == ["mp-10x", "mp-independence"]


def test_a_cost_that_is_a_sum_of_money_found_covers_nothing(evidence: Evidence) -> None:
    found = one(evidence, "mp-10x")
    assert found.capex.value
    assert found.capex_scope == "financing"
    assert found.covered.missing
    assert found.found_gap.missing
    without = with_rows(evidence, capex_scopes=[])
    assert one(without, "mp-10x").covered.value is not None


def test_missing_amounts_stay_missing_and_are_counted(evidence: Evidence) -> None:
    found = one(evidence, "evac-sumter")
    assert found.without_amount == 1
    assert any("no amount on record" in remark for remark in found.remarks)
    layer = next(layer for layer in found.layers if layer.id == "fin-038")
    assert layer.real.value is None
    assert not layer.counted


def test_a_share_of_the_cost_becomes_an_amount_in_the_money_of_the_cost(evidence: Evidence) -> None:
    found = one(evidence, "tata-dholera")
    layer = next(layer for layer in found.layers if layer.id == "fin-079")
    assert layer.share is not None
    assert layer.amount.value == pytest.approx((found.capex.value or 0) * 0.5)
    assert layer.amount.unit == "INR"
    assert layer.remarks


def test_other_figures_are_shown_and_marked_where_they_conflict(evidence: Evidence) -> None:
    micron = one(evidence, "micron-sanand")
    assert "capex" in micron.conflicts
    seadrift = one(evidence, "lynas-seadrift")
    (layer,) = seadrift.layers
    assert [other.figure.value for other in layer.others] == [120]
    assert not layer.conflict
    moved = changed(evidence, "financing", "fin-016", year="2022")
    assert one(moved, "lynas-seadrift").conflicts == ("fin-016",)


def test_parts_of_an_amount_are_no_other_figure(evidence: Evidence) -> None:
    found = one(evidence, "iluka-eneabba")
    equity = next(layer for layer in found.layers if layer.instrument == "equity")
    assert equity.others == ()
    assert len(equity.supported) >= 2


def test_a_year_of_the_cost_that_is_not_on_record_is_remarked(evidence: Evidence) -> None:
    found = one(evidence, "lynas-lamp-hree2")
    assert any("taken as money of 2025" in remark for remark in found.remarks)


def test_floors_and_offtakes_are_terms_not_layers(evidence: Evidence) -> None:
    found = one(evidence, "mp-mountain-pass-sep")
    assert found.layers == ()
    assert [layer.instrument for layer in found.terms] == ["price-floor"]
    assert found.known.missing


def test_the_leaf_of_a_row_is_that_of_the_engine(evidence: Evidence) -> None:
    engine, record = Ledger(base=evidence.ledger), Ledger(base=evidence.ledger)
    recorded_support(evidence, engine, "iluka-eneabba", 2025)
    one(evidence, "iluka-eneabba", record)
    leaves = [name for name in engine.nodes if name.startswith("fin:")]
    assert leaves
    assert all(record[name] == engine[name] for name in leaves)


def test_another_price_year_moves_real_money_and_leaves_shares(evidence: Evidence) -> None:
    held = Ledger(base=evidence.ledger)
    (now,) = stacks(evidence, held, ["iluka-eneabba"], price_year=2025)
    (then,) = stacks(evidence, held, ["iluka-eneabba"], price_year=2015)
    assert (then.known.value or 0) < (now.known.value or 0)
    assert then.public_share.value == pytest.approx(now.public_share.value)
    assert then.known.lineage != now.known.lineage


def test_an_unknown_plant_is_refused_with_the_nearest(evidence: Evidence) -> None:
    with pytest.raises(InputError, match="unknown facility 'iluka-eneaba'") as problem:
        one(evidence, "iluka-eneaba")
    assert "iluka-eneabba" in problem.value.mend


def test_a_currency_without_a_rate_is_refused(evidence: Evidence) -> None:
    other = changed(evidence, "financing", "fin-020", currency="XAU")
    with pytest.raises(InputError, match="no exchange rate of XAU"):
        one(other, "iluka-eneabba")


def test_every_payer_is_classed_and_every_entity_is_observed(evidence: Evidence) -> None:
    classed = {row["name"] for row in evidence.table("payers").rows}
    for table in ("financing", "scheme_terms"):
        assert {row["payer"] for row in evidence.table(table).rows} <= classed
    observed = {row.entity for row in evidence.observations}
    named = {row["entity"] for row in evidence.table("record_entities").rows}
    assert named <= observed
    reader = Reader.of(evidence, Ledger(base=evidence.ledger))
    scoped = {row["facility"] for row in evidence.table("capex_scopes").rows}
    assert all(reader.capex(name).amount.value is not None for name in scoped)


def test_stacks_become_json(every: tuple[RealStack, ...]) -> None:
    for stack in every:
        found = stack.to_dict()
        assert found["facility"] == stack.facility
        assert len(found["layers"]) == len(stack.layers)


def money(value: float, lineage: str) -> Quantity:
    return Quantity(value, value / 2, value * 2, "USD", "modelled", lineage)


@pytest.fixture
def model() -> Callable[[str], PlantCapital]:
    def make(facility: str) -> PlantCapital:
        if facility != "iluka-eneabba":
            raise InputError("no archetype", where="x", why="none is on record", mend="add one")

        def source(instrument: str, payer: str, value: float) -> SourceRow:
            cells = dict.fromkeys(SourceRow.__dataclass_fields__)
            amount = money(value, f"f:test/{payer}")
            held = {"instrument": instrument, "payer": payer, "payer_country": "AUS"}
            bearer = {"money": "construction", "amount": amount, "bearer": "payer"}
            return SourceRow(**{**cells, **held, **bearer})  # type: ignore[arg-type]

        blank: dict[str, Any] = dict.fromkeys(PlantCapital.__dataclass_fields__)
        blank |= {
            "facility": facility,
            "name": "Plant",
            "total": money(900.0, "f:test/total"),
            "gap": money(200.0, "f:test/gap"),
            "price_year": 2025,
            "sources": (
                source("eca-loan", "Export Finance Australia", 300.0),
                source("commercial-debt", "market", 250.0),
                source("equity", "market", 150.0),
            ),
        }
        return PlantCapital(**blank)

    return make


def test_the_model_stands_beside_the_record(
    evidence: Evidence, ledger: Ledger, model: Callable[[str], PlantCapital]
) -> None:
    real = one(evidence, "iluka-eneabba", ledger)
    found = beside(evidence, ledger, real, model("iluka-eneabba"))
    rows = {row.name: row for row in found.rows}
    assert rows["Loans and prepayments"].model.value == 550
    assert rows["Equity"].model.value == 150
    assert rows["Public money"].model.value == 300
    assert rows["Public share of the money found"].model.value == pytest.approx(100 * 300 / 700)
    assert rows["Not covered"].real == real.found_gap
    assert rows["Cost of the plant"].real.value == real.capex_real.value
    assert found.to_dict()["why_not"] is None


def test_a_plant_the_engine_refuses_says_why(
    evidence: Evidence, ledger: Ledger, model: Callable[[str], PlantCapital]
) -> None:
    found = beside_all(
        evidence, ledger, stacks(evidence, ledger, ["iluka-eneabba", "mp-10x"]), model
    )
    why = {row.real.facility: row.why_not for row in found}
    assert why == {"iluka-eneabba": "", "mp-10x": "no archetype: none is on record"}
    with pytest.raises(InputError, match="beside mp-10x"):
        beside(evidence, ledger, one(evidence, "mp-10x", ledger), model("iluka-eneabba"))


def test_every_node_leads_to_nodes_that_exist(evidence: Evidence) -> None:
    held = Ledger(base=evidence.ledger)
    companies(held, stacks(evidence, held))
    reached = held.reached(list(held.nodes))
    lost = {name for node in reached for name in node.inputs if name not in held}
    assert lost == set()
    shown = [node for node in reached if node.kind == "formula" and not node.quantity.missing]
    assert shown
    assert all(node.inputs and node.formula for node in shown)
