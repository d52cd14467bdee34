"""midstream: who holds which step between ore and machine.

    >>> import midstream
    >>> study = midstream.load("india-us")
    >>> card = study.scorecard(["IND"])

Importing the package defines names only; the rooms behind them are loaded on first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from midstream.chain.change import (
        CapacityChange,
        Change,
        CostChange,
        DemandChange,
        FlowRestriction,
        OutputChange,
        OwnershipChange,
        PriceSupport,
        ProbabilityChange,
        TechnologyChange,
    )
    from midstream.chain.world import World
    from midstream.errors import EvidenceError, InputError, MidstreamError, ModelError
    from midstream.evidence import Evidence, Quantity
    from midstream.evidence.frame import frame
    from midstream.report.edition import build
    from midstream.report.manifest import verify
    from midstream.scorecard.result import Scorecard
    from midstream.shock.instruments import ShockRequest
    from midstream.study import Study, load

__version__ = "0.1.0"

_HOMES = {
    "load": "study",
    "Study": "study",
    "Evidence": "evidence",
    "Quantity": "evidence",
    "World": "chain.world",
    "Change": "chain.change",
    "CapacityChange": "chain.change",
    "CostChange": "chain.change",
    "DemandChange": "chain.change",
    "FlowRestriction": "chain.change",
    "OutputChange": "chain.change",
    "OwnershipChange": "chain.change",
    "PriceSupport": "chain.change",
    "ProbabilityChange": "chain.change",
    "TechnologyChange": "chain.change",
    "Scorecard": "scorecard.result",
    "ShockRequest": "shock.instruments",
    "frame": "evidence.frame",
    "build": "report.edition",
    "verify": "report.manifest",
    "MidstreamError": "errors",
    "InputError": "errors",
    "EvidenceError": "errors",
    "ModelError": "errors",
}

__all__ = [
    "CapacityChange",
    "Change",
    "CostChange",
    "DemandChange",
    "Evidence",
    "EvidenceError",
    "FlowRestriction",
    "InputError",
    "MidstreamError",
    "ModelError",
    "OutputChange",
    "OwnershipChange",
    "PriceSupport",
    "ProbabilityChange",
    "Quantity",
    "Scorecard",
    "ShockRequest",
    "Study",
    "TechnologyChange",
    "World",
    "build",
    "frame",
    "load",
    "verify",
]


def __getattr__(name: str) -> Any:
    """Load a public name from its room on first use."""
    if name not in _HOMES:
        raise AttributeError(f"module 'midstream' has no attribute {name!r}")
    return getattr(import_module(f"midstream.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    """Names a reader can use."""
    return [*__all__, "__version__"]
