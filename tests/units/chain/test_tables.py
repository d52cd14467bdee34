"""Recipes, derivations, prices and trade read from their tables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from midstream.chain.balance import country_balances
from midstream.chain.world import Flow
from midstream.errors import InputError
from midstream.evidence import Ledger
from units.chain.toy import FORMS, chain_tables, toy, toy_world


def test_recipes_that_run_in_a_circle_are_named(tmp_path: Path) -> None:
    tables: dict[str, Any] = dict(chain_tables())
    tables["recipes"] = [*tables["recipes"], {"output": "ree-ore", "input": "ev"}]
    with pytest.raises(InputError) as caught:
        toy_world(toy(tmp_path, tables))
    assert caught.value.where == "recipes.csv"
    for form in FORMS:
        assert form in caught.value.what


def test_a_form_that_makes_itself_is_a_circle(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="ree-ore -> ree-ore"):
        toy_world(toy(tmp_path, {"recipes": [{"output": "ree-ore", "input": "ree-ore"}]}))


def test_a_derivation_that_is_not_there_is_named(tmp_path: Path) -> None:
    rule = {"table": "derivations", "metric": "toy.nothing", "country": "IND"}
    with pytest.raises(InputError, match=r"no derivation named 'toy\.nothing'"):
        toy_world(toy(tmp_path, {"form_statistics": [rule]}))


def test_prices_are_the_median_quote_of_the_base_year_in_usd_per_kg(tmp_path: Path) -> None:
    quotes = [
        {"form": "ndpr-oxide", "price": 60},
        {"form": "ndpr-oxide", "price": 70},
        {"form": "ndpr-oxide", "price": 100000, "unit": "t"},
        {"form": "ndpr-oxide", "price": 9, "period": "2021"},
        {"form": "ndpr-oxide", "price": 500, "currency": "CNY"},
    ]
    world = toy_world(toy(tmp_path, {"prices": quotes}))
    price = world.prices["ndpr-oxide"]
    # 60, 70 and 100,000 / 1,000 = 100 USD/kg
    assert (price.value, price.low, price.high, price.unit) == (70, 60, 100, "USD/kg")
    assert "ree-ore" not in world.prices


def test_a_country_balance_is_output_plus_imports_less_exports(tmp_path: Path) -> None:
    tables: dict[str, Any] = dict(chain_tables())
    tables["scored_forms"] = [
        {"form": form, "name": form, "trade_content": 0.5 if form == "ndpr-oxide" else None}
        for form in FORMS
    ]
    flows = (
        Flow("CHN", "IND", 1.0, 30.0, "a"),
        Flow("JPN", "IND", 1.0, 10.0, "b"),
        Flow("USA", "IND", 1.0, None, "c"),
        Flow("IND", "JPN", 1.0, 16.0, "d"),
    )
    world = toy_world(toy(tmp_path, tables)).with_parts(flows={"ndpr-oxide": flows})
    found = {b.country: b for b in country_balances(world, Ledger(base=world.ledger))}
    # content .5 a tonne: imports 20, exports 8, output 20
    balance = found["IND"]
    assert balance.imports.value == pytest.approx(20)
    assert balance.exports.value == pytest.approx(8)
    assert balance.apparent_use.value == pytest.approx(20 + 20 - 8)
    assert "USA" not in found, "no output on record, no balance"


def test_the_shipped_trade_is_read_for_forms_with_a_code_of_their_own(study: Any) -> None:
    flows = study.world.flows
    assert flows
    for form, found in flows.items():
        assert form in study.world.forms
        pairs = [(flow.exporter, flow.importer) for flow in found]
        assert len(pairs) == len(set(pairs))
        assert all(flow.value_kusd >= 0 for flow in found)
