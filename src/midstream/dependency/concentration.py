"""Concentration of a form: Herfindahl-Hirschman index with the bounds of what nobody names.

``low = sum s_c^2`` over the named countries, ``high = low + r^2`` as if one country held the rest
r. The value is the low end: it stands on named countries alone. The governance-weighted index is
``sum s_c^2 g_c`` with ``g = (2.5 - WGI) / 5``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from midstream.chain.shares import StageShares, holders
from midstream.chain.world import World
from midstream.dependency.governance import risks
from midstream.dependency.supply_arrays import Floats
from midstream.evidence import Evidence, Label, Ledger, Node, Quantity
from midstream.evidence.vocabulary import known


def hhi_bounds(shares: Floats, rest: float) -> tuple[float, float]:
    """Ends of the HHI 0..1.

    Args:
        shares: Shares 0..1 of the named countries, shape (country,).
        rest: Share nobody names, 0..1.
    """
    low = float(np.sum(shares**2))
    return low, low + rest**2


def weighted_bounds(shares: Floats, risk: Floats, rest: float) -> tuple[float | None, float, float]:
    """Governance-weighted HHI: value, low, high.

    Args:
        shares: Shares 0..1 of the named countries, shape (country,).
        risk: Governance risk 0..1, same shape, ``nan`` where it is not on record.
        rest: Share nobody names; without risk at the low end, at full risk at the high end.

    Returns:
        No value where a named country has no governance on record: then only the ends stand.
    """
    squares = shares**2
    low = float(np.sum(squares * np.where(np.isnan(risk), 0.0, risk)))
    high = float(np.sum(squares * np.where(np.isnan(risk), 1.0, risk))) + rest**2
    return (None if np.isnan(risk).any() else low), low, high


@dataclass(frozen=True, slots=True)
class Concentration:
    """Concentration of one form (or published product, or customs code) in one year.

    Attributes:
        material, form, stage, year: Place; ``form`` is empty where a statistic has no form.
        series: ``world`` (the base year of the study), ``usgs``, ``iea`` or ``trade``.
        product: What the statistic counts, in its own words; the form's name for ``world``.
        proxy: Whether the figure stands for another: exports for output.
        hhi: HHI 0..1; low and high are the bounds of what nobody names.
        weighted: Governance-weighted HHI with bounds in the same sense.
        leader: Largest holder.
        leader_share: Its share, in %.
        named: Number of named countries above zero.
        rest: Share nobody names, in %.
        note: Edition, projection, or what else a reader has to know.
    """

    material: str
    form: str
    stage: str
    year: int
    series: str
    product: str
    proxy: bool
    hhi: Quantity
    weighted: Quantity
    leader: str
    leader_share: Quantity
    named: int
    rest: Quantity
    note: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Give the record as the JSON object of the public interface."""
        plain = ("material", "form", "stage", "year", "series", "product", "proxy", "named", "note")
        found: dict[str, Any] = {name: getattr(self, name) for name in plain}
        found["leader"] = self.leader
        for name in ("hhi", "weighted", "leader_share", "rest"):
            found[name] = getattr(self, name).to_dict()
        return found


def concentration(
    evidence: Evidence,
    world: World,
    ledger: Ledger,
    material: str | None = None,
    *,
    series: bool | None = None,
) -> list[Concentration]:
    """Give the concentration of every form of the base year, and of every year on record.

    Args:
        evidence: The release.
        world: The world of the base year.
        ledger: Where lineage is entered; stands on the world's.
        material: Only this material and what belongs to it (rare earths hold neodymium).
        series: Whether to add the series by year; by default where a material is named.

    Returns:
        The base year by stage, then the series by material, stage, product and year.

    Raises:
        InputError: if the material is unknown, with the nearest.
    """
    if material is not None:
        known(material, evidence.vocabulary("material") or {}, "material")
    found = [_of_holders(evidence, part, ledger) for part in holders(world, ledger)]
    if series or (series is None and material is not None):
        from midstream.dependency.concentration_series import all_series

        found += all_series(evidence, ledger, material)
    return [part for part in found if belongs(evidence, part.material, material)]


def belongs(evidence: Evidence, material: str, asked: str | None) -> bool:
    """Say whether a material is the asked one or one of its parts; all are, if none is asked."""
    if asked is None:
        return True
    at: str | None = material
    while at:
        if at == asked:
            return True
        row = evidence.materials.get(at)
        at = row["parent"] if row else None
    return False


def material_of(evidence: Evidence, form: str) -> str:
    """Give the main material of a form; empty where it has none."""
    return str(evidence.forms[form]["main_material"] or "")


def _of_holders(evidence: Evidence, part: StageShares, ledger: Ledger) -> Concentration:
    """The base year of one form, from the shares of the world."""
    graded = risks(evidence, part.year, ledger)
    shares = {country: (share.value or 0.0) / 100 for country, share in part.shares}
    product = str(evidence.forms[part.form]["name"])
    lineages = [share.lineage for _, share in part.shares]
    rest = (part.rest.value or 0.0) / 100
    place = f"{part.form}/{part.year}"
    return Concentration(
        material=material_of(evidence, part.form),
        form=part.form,
        stage=part.stage,
        year=part.year,
        series="world",
        product=product,
        proxy=False,
        hhi=part.hhi,
        weighted=weighted_quantity(shares, graded, rest, (place, product, lineages), ledger),
        leader=part.leader,
        leader_share=part.leader_share,
        named=len(part.shares),
        rest=part.rest,
    )


def weighted_quantity(
    shares: Mapping[str, float],
    graded: Mapping[str, Quantity],
    rest: float,
    what: tuple[str, str, Sequence[str]],
    ledger: Ledger,
) -> Quantity:
    """Enter a governance-weighted HHI.

    Args:
        shares: Country -> share 0..1.
        graded: Country -> governance risk.
        rest: Share nobody names.
        what: End of the lineage id, name of the product, lineage ids of the shares.
        ledger: Where it is entered.
    """
    found = [graded.get(country) for country in shares]
    risk = np.array([np.nan if q is None or q.value is None else q.value for q in found])
    value, low, high = weighted_bounds(np.array(list(shares.values())), risk, rest)
    place, name, inputs = what
    lineage = f"f:dependency.weighted-hhi/{place}"
    label: Label | None = None if value is None else "modelled"
    quantity = Quantity(value, low, high, "index", label, lineage)
    graded_ids = tuple(q.lineage for q in found if q is not None)
    ledger.add(
        Node(
            lineage,
            "formula",
            f"Governance-weighted concentration: {name}",
            quantity,
            inputs=(*inputs, *graded_ids),
            formula="sum of share squared x governance risk",
        )
    )
    return quantity
