"""GeoPolRisk as its authors publish it, quirks included, for every importer at once.

``score = HHI x sum_i g_i f_i / (p + F)`` with ``g`` the governance risk of exporter i, ``f`` what
it sends, ``F`` all that comes in and ``p`` the importer's own production. The numbers agree with
version 2.0.1 of the published package on the same inputs; what its code does beyond the formula:

* production is cut to whole tonnes for the HHI, not for ``p``;
* a producer without a figure makes zero, a flow without a quantity weighs zero but its value
  still counts in the price;
* an exporter without governance has a fixed risk;
* goods that come back to the same importer (or stay inside a region) have no risk but do dilute;
* an importer without imports and production has import risk 0;
* a region has the production and imports of its members and the HHI of the world;
* a material nobody produces in a year has no score.

Source: Koyamparambath et al. (2024); the package geopolrisk-py 2.0.1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from midstream.dependency.supply_arrays import Blocs, Floats, SupplyArrays, zero_where_missing
from midstream.evidence import Evidence


@dataclass(frozen=True, slots=True)
class PeerConstants:
    """Constants of the package.

    Attributes:
        missing_risk: Governance risk of an exporter without a figure.
        copper: Average characterisation factor of copper that the factor is divided by.
    """

    missing_risk: float
    copper: float

    @classmethod
    def of(cls, evidence: Evidence) -> PeerConstants:
        """Read them from the parameter table."""
        names = ("geopolrisk.governance.missing", "geopolrisk.copper")
        return cls(*(float(evidence.parameter(name).value or 0.0) for name in names))


@dataclass(frozen=True)
class PeerCells:
    """Results, shape (place, importer), ``nan`` where the place has no production.

    Attributes:
        hhi: Concentration of production 0..1, shape (place,).
        import_risk: ``sum g f / (p + F)``.
        score: ``HHI x import risk``.
        price: Thousand USD per tonne, i.e. USD per kg; 0 without imports.
        factor: ``score x price / copper``, kg Cu equivalent per kg.
    """

    hhi: Floats
    import_risk: Floats
    score: Floats
    price: Floats
    factor: Floats


def production_hhi(production: Floats) -> Floats:
    """HHI of production in whole tonnes, shape (place,); ``nan`` where nobody makes a tonne.

    Args:
        production: Tonnes, shape (place, country).
    """
    whole = np.trunc(zero_where_missing(production))
    total = whole.sum(axis=1)
    squares = np.einsum("pc,pc->p", whole, whole)
    return np.where(total > 0, squares / np.where(total > 0, total, 1.0) ** 2, np.nan)


def peer_cells(
    arrays: SupplyArrays, constants: PeerConstants, blocs: Blocs | None = None
) -> PeerCells:
    """Give every (place, importer) cell.

    Args:
        arrays: Supply in tonnes and thousand USD.
        constants: Constants of the package.
        blocs: Importers; every country on its own by default.
    """
    importers = blocs or Blocs.single(arrays)
    home, buying = importers.home(arrays), importers.buying(arrays)
    risk = arrays.flow_risk
    risk = np.where(home, 0.0, np.where(np.isnan(risk), constants.missing_risk, risk))
    quantity, value = zero_where_missing(arrays.quantity), zero_where_missing(arrays.value)
    weighted = importers.summed(arrays, quantity * risk, buying, arrays.importer)
    trade = importers.summed(arrays, quantity, buying, arrays.importer)
    paid = importers.summed(arrays, value, buying, arrays.importer)
    supply = trade + importers.pooled(zero_where_missing(arrays.production))
    hhi = production_hhi(arrays.production)
    produced = np.isfinite(hhi)[:, None]
    risky = np.where(supply > 0, weighted / np.where(supply > 0, supply, 1.0), 0.0)
    risky = np.where(produced, risky, np.nan)
    price = np.where(trade > 0, paid / np.where(trade > 0, trade, 1.0), 0.0)
    score = hhi[:, None] * risky
    return PeerCells(hhi, risky, score, price, score * price / constants.copper)
