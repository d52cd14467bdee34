"""Short shocks on the real antimony and graphite chains, shared by tests of the shock room."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np

from midstream.shock.behaviour import Sampler
from midstream.shock.instruments import Shock, ShockRequest, checked
from midstream.shock.path import NetworkPath
from midstream.shock.run import ShockModel, follow, prepare
from midstream.study import Study, load

#: Buyers of Chinese antimony metal that every test may cut off.
TARGETS = ("IND", "JPN", "KOR", "USA")


@cache
def opened() -> Study:
    """The default study; its world is all that is used."""
    return load("india-us")


def request(**changes: object) -> ShockRequest:
    """A short ban of antimony metal, with some changes."""
    asked = {
        "actor": "CHN",
        "form": "antimony-metal",
        "targets": ("JPN", "USA"),
        "instrument": "export-ban",
        "depth": 0.8,
        "months": 2,
        "draws": 1,
    }
    return ShockRequest(**(asked | changes))


def shock_of(asked: ShockRequest) -> Shock:
    """The request, checked against the real world."""
    return checked(opened().evidence, opened().world, asked)


@cache
def model() -> ShockModel:
    """Networks of the antimony chain in which all `TARGETS` are told apart."""
    study = opened()
    return prepare(study.evidence, study.world, shock_of(request(targets=TARGETS)))


def follow_market(horizon: int = 2, **changes: object) -> NetworkPath:
    """Follow the market of a short shock on the shared networks."""
    asked = request(**changes)
    sampler = Sampler(opened().evidence, asked.seed, asked.draws or 1)
    return follow(model(), shock_of(asked), sampler, horizon).path


def delivered(path: NetworkPath, country: str) -> np.ndarray:
    """Deliveries of the metal to a country, shape (draw, month)."""
    return path.delivered[:, :, 1, model().base.country(country)]


Follow = Callable[..., NetworkPath]
