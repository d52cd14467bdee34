"""A request is checked option by option, and its gaps are filled from the parameters."""

from __future__ import annotations

from typing import Any

import pytest

from midstream.errors import InputError
from units.shock.real_chain import opened, request, shock_of


@pytest.mark.parametrize(
    ("changes", "where", "says"),
    [
        ({"actor": "CHX"}, "--actor", "unknown country"),
        ({"actor": "DEU"}, "--actor", "CHN"),
        ({"targets": ("USX",)}, "--target", "USA"),
        ({"targets": ()}, "--target", "WLD"),
        ({"targets": ("CHN", "USA")}, "--target", "both actor and target"),
        ({"form": "antimony-metall"}, "--form", "antimony-metal"),
        ({"form": "palladium-metal"}, "--form", "no chain"),
        ({"form": "tungsten-concentrate"}, "--form", "nobody counts"),
        ({"chain": "antimon"}, "--chain", "antimony"),
        ({"chain": "graphite"}, "--form", "flake-graphite"),
        ({"instrument": "embargo"}, "--instrument", "export-ban"),
        ({"depth": 1.01}, "--depth", "0 to 1"),
        ({"depth": -0.1}, "--depth", "0 to 1"),
        ({"depth": float("nan")}, "--depth", "0 to 1"),
        ({"months": -1}, "--months", "0 to 60"),
        ({"months": 61}, "--months", "0 to 60"),
        ({"notice_days": -1}, "--notice-days", "0 to 730"),
        ({"draws": 0}, "--draws", "1 to 5000"),
        ({"draws": 5001}, "--draws", "1 to 5000"),
        ({"seed": -1}, "--seed", "0"),
        ({"pass_rates": {"USA": 1.2}}, "--pass-rate", "USA"),
        ({"pass_rates": {"USX": 0.2}}, "--pass-rate", "USX"),
    ],
)
def test_what_cannot_be_run_is_refused(changes: dict[str, Any], where: str, says: str) -> None:
    with pytest.raises(InputError) as caught:
        shock_of(request(**changes))
    assert caught.value.where == where
    assert says in str(caught.value)
    assert caught.value.mend


def test_gaps_are_filled_from_the_parameters() -> None:
    shock = shock_of(request(depth=None, months=None, draws=None, instrument="tariff"))
    evidence = opened().evidence
    assert shock.depth == evidence.parameter("shock.depth.tariff").value
    assert shock.months == evidence.parameter("shock.months").value
    assert shock.draws == evidence.parameter("shock.draws").value


def test_a_group_is_opened_and_the_actor_left_out() -> None:
    shock = shock_of(request(actor="VNM", form="ndfeb-magnet", targets=("ASEAN",)))
    assert {"THA", "IDN"} <= set(shock.targets)
    assert "VNM" not in shock.targets


def test_everyone_is_one_target() -> None:
    assert shock_of(request(targets=("USA", "WLD"))).everyone
    assert not shock_of(request(targets=("USA",))).everyone
    assert shock_of(request(instrument="outage")).everyone


def test_a_form_of_several_chains_takes_the_first_unless_told() -> None:
    asked = {"form": "ndfeb-magnet", "targets": ("USA",)}
    assert shock_of(request(**asked)).route.id == "magnets-light"
    assert shock_of(request(**asked, chain="magnets-heavy")).route.id == "magnets-heavy"


def test_the_key_tells_requests_apart() -> None:
    keys = {
        shock_of(request(**changes)).key
        for changes in (
            {},
            {"depth": 0.7},
            {"months": 3},
            {"targets": ("USA",)},
            {"notice_days": 30},
            {"surprise": False},
            {"seed": 2},
            {"instrument": "export-licence"},
            {"pass_rates": {"USA": 0.5}, "instrument": "export-licence"},
        )
    }
    assert len(keys) == 9
