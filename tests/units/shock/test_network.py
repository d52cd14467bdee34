"""The balanced base beside reported trade, and what is left out of it."""

from __future__ import annotations

import numpy as np
import pytest

from midstream.errors import InputError, ModelError
from midstream.evidence import Ledger
from midstream.shock.calibrate import Nodes
from midstream.shock.network import balanced, balanced_base, prior, unnamed_makers
from midstream.shock.trade_base import FormTrade, form_trade
from units.shock.real_chain import model, opened


def test_every_arc_shows_report_flow_and_adjustment() -> None:
    base, ledger = model().base, Ledger(opened().ledger)
    arcs = base.arcs(ledger)
    assert arcs
    for arc in arcs:
        assert arc.balanced.value >= 0
        for quantity in (arc.reported, arc.balanced, arc.adjustment):
            assert quantity.lineage in ledger
        if arc.reported.value is None:
            assert arc.adjustment.value is None
        else:
            gap = abs(arc.balanced.value - arc.reported.value) / arc.reported.value
            assert arc.adjustment.value == pytest.approx(gap)


def test_an_arc_leads_to_its_trade_rows() -> None:
    ledger = Ledger(opened().ledger)
    arc = next(
        a
        for a in model().base.arcs(ledger)
        if a.reported.value is not None and "ROW" not in (a.exporter, a.importer)
    )
    inputs = ledger[arc.reported.lineage].inputs
    assert any(lineage.startswith("bulk:") for lineage in inputs)
    tree = ledger.trace(arc.balanced.lineage)
    assert tree["inputs"]


def test_trade_that_fits_output_and_use_is_kept() -> None:
    names = Nodes(("ore",), ("AAA", "BBB", "ROW"), ("other",))
    trade = FormTrade("ore", 2024, {("AAA", "BBB"): 30.0, ("AAA", "ROW"): 10.0})
    output, purchases = np.array([60.0, 5.0, 0.0]), np.array([20.0, 35.0, 10.0])
    start = prior(names, trade, output, purchases, home=0.7, diagonal=0.05, mixing=0.0)
    flow = balanced(start, output, purchases)
    assert flow[0] == pytest.approx([20, 30, 10])
    assert flow[1] == pytest.approx([0, 5, 0], abs=1e-9)


def test_without_trade_a_part_stays_at_home() -> None:
    names = Nodes(("ore",), ("AAA", "BBB", "ROW"), ("other",))
    output, purchases = np.array([60.0, 40.0, 0.0]), np.array([50.0, 40.0, 10.0])
    start = prior(
        names, FormTrade("ore", 2024), output, purchases, home=0.5, diagonal=0.05, mixing=0.0
    )
    # Left at home 25 and 20; 35 and 20 go by gravity to 25, 20 and 10.
    assert start[0] == pytest.approx([25 + 35 * 25 / 55, 35 * 20 / 55, 35 * 10 / 55])
    assert start[2] == pytest.approx([0, 0, 0])


def test_net_exports_of_unnamed_makers_are_those_of_the_rest_of_the_world() -> None:
    # The second country makes nothing on record: it sells 10 and buys 4, so 6 are somebody's.
    flows = np.array([[0.0, 4.0, 1.0], [10.0, 0.0, 0.0], [2.0, 0.0, 0.0]])
    moved = unnamed_makers(flows, np.array([5.0, 0.0, 5.0]))
    assert moved.tolist() == [[0.0, 4.0, 1.0], [4.0, 0.0, 0.0], [8.0, 0.0, 0.0]]
    kept = unnamed_makers(flows, np.array([5.0, 1.0, 5.0]))
    assert kept.tolist() == flows.tolist()


def test_correlation_is_given_where_trade_is() -> None:
    base = model().base
    assert all(np.isfinite(base.correlation))
    graphite = balanced_base(opened().evidence, opened().world, "graphite")
    assert [bool(np.isfinite(part)) for part in graphite.correlation] == [True, True, False, False]


def test_a_declared_error_is_left_out_and_named() -> None:
    trade = form_trade(opened().evidence, "ndpr-oxide", 2024)
    assert ("TUR", "BEN") not in trade.flows
    row = next(r for r in trade.dropped if (r.exporter, r.importer) == ("TUR", "BEN"))
    assert row.declared
    assert row.why.startswith("te-01")
    assert row.tonnes > 40_000


def test_feed_is_not_oxide() -> None:
    evidence = opened().evidence
    assert ("MMR", "CHN") in form_trade(evidence, "ree-ore", 2024).flows
    assert ("MMR", "CHN") not in form_trade(evidence, "ndpr-oxide", 2024).flows
    assert ("AUS", "MYS") in form_trade(evidence, "ree-ore", 2024).flows
    assert ("AUS", "MYS") not in form_trade(evidence, "ree-metal-alloy", 2024).flows


def test_unit_value_parts_flake_from_spherical() -> None:
    evidence = opened().evidence
    flake = form_trade(evidence, "flake-graphite", 2024).flows
    spherical = form_trade(evidence, "spherical-graphite", 2024).flows
    assert not set(flake) & set(spherical)
    assert ("CHN", "USA") in spherical
    assert ("MDG", "IND") in flake


def test_an_older_year_reads_an_older_table() -> None:
    old = form_trade(opened().evidence, "antimony-ore", 2015)
    new = form_trade(opened().evidence, "antimony-ore", 2024)
    assert old.flows != new.flows
    assert form_trade(opened().evidence, "antimony-ore", 1990).rows == ()


def test_unknown_and_thin_chains_are_refused() -> None:
    with pytest.raises(InputError, match="no chain"):
        balanced_base(opened().evidence, opened().world, "unobtainium")
    with pytest.raises(InputError, match="nobody counts"):
        balanced_base(opened().evidence, opened().world, "tungsten")


def test_sums_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ModelError, match="row sums"):
        balanced(np.ones((2, 2)), np.array([1.0, 1.0]), np.array([1.0, 2.0]))
    with pytest.raises(ModelError, match="cannot be fitted"):
        balanced(np.eye(2), np.array([1.0, 2.0]), np.array([2.0, 1.0]), sweeps=20)
