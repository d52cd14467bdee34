"""Made-up entrants and an incumbent with round numbers, the same in every draw."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from midstream.counterstrategy.entrants import Entrant
from midstream.counterstrategy.field import Field, field_of
from midstream.counterstrategy.game import Game
from midstream.counterstrategy.incumbent import Incumbent
from midstream.counterstrategy.survival import Behaviour
from midstream.evidence import Quantity

COMMITMENT = 0.5


def column(value: float, draws: int) -> np.ndarray[Any, Any]:
    return np.full(draws, float(value))


def entrant(name: str = "plant", *, draws: int = 1, **changed: Any) -> Entrant:
    """A plant of 1,000 t with costs of 30 + 10 USD/kg, six months of cash, patience 1 to 5."""
    given: dict[str, Any] = {
        "cash": 30,
        "fixed": 10,
        "incentive": 80,
        "buffer": 6,
        "patience_low": 1,
        "patience_high": 5,
        "relief": 0,
    }
    arrays = {name: column(changed.pop(name, value), draws) for name, value in given.items()}
    plain: dict[str, Any] = {
        "name": name,
        "form": "ndpr-oxide",
        "country": "IND",
        "owner": "IND",
        "status": "operating",
        "built": True,
        "capacity": 1000.0,
        "expected": 1000.0,
        "covers": ((changed.pop("covered", 0.0), changed.pop("floor", 0.0)),),
        "guaranteed": False,
        "fed": False,
        "exposed": 0.0,
        "basis": "given",
        "lineage": (),
    }
    return Entrant(facility=name, **{**plain, **changed}, **arrays)


def field(*entrants: Entrant) -> Field:
    return field_of(entrants or (entrant(),), COMMITMENT)


def money(value: float, unit: str = "USD/kg") -> Quantity:
    return Quantity(value, None, None, unit, "modelled", "f:made")


def incumbent(draws: int = 1, **changed: Any) -> Incumbent:
    """Sells 85,000 t at 85 USD/kg for a cost of 48, a quarter of it abroad; others make 5,750 t."""
    given: dict[str, Any] = {
        "form": "ndpr-oxide",
        "country": "CHN",
        "unit": "t",
        "price": money(85),
        "lowest": money(50),
        "cost": column(48, draws),
        "output": money(85_000, "t"),
        "export_share": column(0.25, draws),
        "outside_output": money(5_750, "t"),
        "elasticity": column(0.6, draws),
        "assumed": (),
        "lineage": (),
    }
    return Incumbent(**{**given, **changed})


def game(draws: int = 1, leader: Incumbent | None = None, **changed: Any) -> Game:
    """Exits last five years after a move, projects wait two; nothing is discounted."""
    given: dict[str, Any] = {
        "incumbent": leader or incumbent(draws),
        "behaviour": Behaviour(column(5, draws), 2.0, column(0.5, draws)),
        "horizon": 15,
        "discount": 0.0,
        "build": 3.0,
        "outlook": column(1, draws),
        "credence": column(0.25, draws),
        "growth": column(0, draws),
        "choke": 8.0,
        "multiple": column(3.5, draws),
        "ban_delay": column(0.75, draws),
        "ban_margin": column(0.2, draws),
        "annuity": 7.0,
        "talent_delay": column(0.6, draws),
        "talent_fee": column(0.01, draws),
    }
    return Game(**{**given, **changed})


def wider(one: Entrant, draws: int, rng: np.random.Generator) -> Entrant:
    """The entrant with costs, cash and patience spread over draws."""
    spread = {
        name: getattr(one, name)[0] * rng.lognormal(0, 0.2, draws)
        for name in ("cash", "fixed", "incentive", "buffer", "patience_low", "patience_high")
    }
    spread["patience_high"] = spread["patience_low"] + spread["patience_high"]
    return replace(one, relief=column(one.relief[0], draws), **spread)
