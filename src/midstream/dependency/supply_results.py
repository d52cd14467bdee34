"""Cells of an importer into quantities with lineage, one record per material or form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from midstream.chain.shares import StageShares, holders
from midstream.chain.world import World
from midstream.dependency.concentration import material_of, weighted_bounds
from midstream.dependency.eu_risk import EuInputs, eu_cells
from midstream.dependency.geopolrisk import PeerConstants, peer_cells
from midstream.dependency.governance import risks
from midstream.dependency.stage_risk import Range, stage_cells, times
from midstream.dependency.supply_arrays import Blocs, Floats, SupplyArrays
from midstream.dependency.supply_own import FormSupply
from midstream.evidence import Evidence, Label, Ledger, Node, Quantity

Ends = tuple[float | None, float | None, float | None]
NONE: Ends = (None, None, None)

_FORMULAS: Mapping[tuple[str, str], str] = {
    ("geopolrisk", "hhi"): "sum of production squared / (sum of production) squared, whole tonnes",
    ("geopolrisk", "import_risk"): "sum of imports x risk / (production + imports)",
    ("geopolrisk", "score"): "HHI x import risk",
    ("geopolrisk", "price"): "value of imports / quantity of imports",
    ("geopolrisk", "characterisation_factor"): "score x price / factor of copper",
    ("stage-consistent", "hhi"): "sum of squared shares",
    ("stage-consistent", "import_risk"): "sum of imports x risk / (output + imports)",
    ("stage-consistent", "score"): "HHI x import risk",
    ("stage-consistent", "risk_of_imports"): "sum of imports x risk / imports",
    (
        "stage-consistent",
        "score_of_imports",
    ): "HHI x risk of imports, as if nothing were made at home",
    ("stage-consistent", "imports_unknown"): "imports without quantity or governance / imports",
    ("eu", "hhi"): "sum of squared shares",
    ("eu", "import_risk"): "sum of squared shares of the importer's supply x risk x trade term",
    ("eu", "supply_risk_global"): "sum of squared shares of world output x risk x trade term",
    ("eu", "import_reliance"): "(imports - exports) / (output + imports - exports), 0..1",
    ("eu", "score"): "(global x IR / 2 + sourcing x (1 - IR / 2)) x (1 - EoL) x SI",
    ("eu", "score_eu_scale"): "10 x score: governance on 0..10 as the EU writes it",
}
_NAMES: Mapping[str, str] = {
    "hhi": "Concentration",
    "import_risk": "Import risk",
    "score": "Supply risk",
    "price": "Import price",
    "characterisation_factor": "Characterisation factor",
    "imports_unknown": "Imports not known",
    "risk_of_imports": "Risk of the imports alone",
    "score_of_imports": "Supply risk of the imports alone",
    "supply_risk_global": "Governance-weighted concentration",
    "import_reliance": "Import reliance",
    "score_eu_scale": "Supply risk on the EU's scale",
}
_UNITS: Mapping[str, str] = {
    "hhi": "index",
    "score": "index",
    "score_eu_scale": "index",
    "score_of_imports": "index",
    "supply_risk_global": "index",
    "price": "USD/kg",
    "characterisation_factor": "kg Cu eq/kg",
}
_PARAMETERS: Mapping[str, tuple[str, ...]] = {
    "geopolrisk": ("geopolrisk.governance.missing",),
    "stage-consistent": ("supply.unknown",),
    "eu": ("supply.unknown", "eu.trade-term"),
}
#: Parts of the EU score: what they are, and the parameter where they are not on record.
_RATES = {"recycling": "eu.recycling", "substitution": "eu.substitution"}


@dataclass(frozen=True)
class Setting:
    """What is asked.

    Attributes:
        evidence, ledger: Where numbers come from and are entered.
        method: One of the three methods.
        importer: Label of the importer.
        members: Countries it stands for.
        terms: Country -> trade term of the EU method.
    """

    evidence: Evidence
    ledger: Ledger
    method: str
    importer: str
    members: tuple[str, ...]
    terms: Mapping[str, float]


@dataclass(frozen=True)
class FormPlace:
    """What the world knows about forms beyond the arrays.

    Attributes:
        shares: Form -> its holders.
        stages, materials, notes: Form -> stage, main material, note on its trade.
        weighted: Form -> governance-weighted HHI of world output: value, low, high.
    """

    shares: Mapping[str, StageShares]
    stages: Mapping[str, str]
    materials: Mapping[str, str]
    notes: Mapping[str, str]
    weighted: Mapping[str, Ends] = field(default_factory=dict)

    @classmethod
    def of_world(
        cls, evidence: Evidence, world: World, supply: FormSupply, ledger: Ledger
    ) -> FormPlace:
        """Collect it for the forms of a supply."""
        graded = risks(evidence, world.base_year, ledger)
        shares = {part.form: part for part in holders(world, ledger)}
        weighted: dict[str, Ends] = {}
        for form, part in shares.items():
            found = [graded.get(country) for country, _ in part.shares]
            risk = np.array([np.nan if q is None or q.value is None else q.value for q in found])
            numbers = np.array([(share.value or 0.0) / 100 for _, share in part.shares])
            weighted[form] = weighted_bounds(numbers, risk, (part.rest.value or 0.0) / 100)
        materials = {form: material_of(evidence, form) for form in world.forms}
        return cls(shares, world.stages, materials, supply.notes, weighted)


class Results:
    """Records of one importer.

    Args:
        setting: What is asked.
        arrays: Supply.
        blocs: The importer, alone.
    """

    def __init__(self, setting: Setting, arrays: SupplyArrays, blocs: Blocs) -> None:
        self.setting = setting
        self.arrays = arrays
        self.blocs = blocs
        self._flows: dict[int, list[int]] = {}
        for at in np.flatnonzero(blocs.buying(arrays)).tolist():
            self._flows.setdefault(int(arrays.flow_place[at]), []).append(at)
        self._cells: Mapping[str, Range] | None = None

    def record(self, row: int, forms: FormPlace | None) -> dict[str, Any]:
        """Give the fields of one record."""
        name, year = self.arrays.places[row]
        material = forms.materials[name] if forms else name
        stated: list[str] = [forms.notes[name]] if forms and forms.notes[name] else []
        numbers, inputs = self._numbers(row, forms, stated)
        made = {
            part: self._enter(part, ends, (name, year), row, inputs, forms)
            for part, ends in numbers.items()
        }
        main = {part: made.pop(part) for part in ("hhi", "import_risk", "score")}
        return {
            "importer": self.setting.importer,
            "material": material,
            "form": name if forms else "",
            "stage": forms.stages[name] if forms else "",
            "year": year,
            "method": self.setting.method,
            **main,
            "parts": made,
            "stated": tuple(stated),
        }

    # -- numbers -------------------------------------------------------------------------------

    def _numbers(
        self, row: int, forms: FormPlace | None, stated: list[str]
    ) -> tuple[dict[str, Ends], tuple[str, ...]]:
        if self.setting.method == "geopolrisk":
            return self._peer(row), ("par:geopolrisk.copper",)
        if self.setting.method == "stage-consistent":
            return self._stage(row, forms), ()
        return self._eu(row, forms, stated)

    def _peer(self, row: int) -> dict[str, Ends]:
        if self._cells is None:
            constants = PeerConstants.of(self.setting.evidence)
            cells = peer_cells(self.arrays, constants, self.blocs)
            parts = {
                "hhi": cells.hhi[:, None],
                "import_risk": cells.import_risk,
                "score": cells.score,
                "price": cells.price,
                "characterisation_factor": cells.factor,
            }
            self._cells = {
                name: Range(part, part * np.nan, part * np.nan) for name, part in parts.items()
            }
        return {name: _ends(part, row) for name, part in self._cells.items()}

    def _stage(self, row: int, forms: FormPlace | None) -> dict[str, Ends]:
        if self._cells is None:
            tolerance = self._value("supply.unknown")
            given = self._output_hhi(forms) if forms else None
            cells = stage_cells(self.arrays, tolerance, self.blocs, given)
            unknown = Range(cells.unknown, cells.unknown * np.nan, cells.unknown * np.nan)
            self._cells = {
                "hhi": _column(cells.hhi),
                "import_risk": cells.import_risk,
                "score": cells.score,
                "risk_of_imports": cells.mix,
                "score_of_imports": times(cells.hhi, cells.mix),
                "imports_unknown": unknown,
            }
        return {name: _ends(part, row) for name, part in self._cells.items()}

    def _output_hhi(self, forms: FormPlace) -> Range:
        """HHI of world output of every place, from the holders of its form."""
        held = [forms.shares.get(name) for name, _ in self.arrays.places]
        ends = [NONE if part is None else _all_ends(part.hhi) for part in held]
        table = np.array([[np.nan if end is None else end for end in row] for row in ends])
        return Range(*table.reshape(-1, 3).T)

    def _eu(
        self, row: int, forms: FormPlace | None, stated: list[str]
    ) -> tuple[dict[str, Ends], tuple[str, ...]]:
        name = self.arrays.places[row][0]
        material = forms.materials[name] if forms else name
        recycled = self._recycled(material, stated)
        index = self.setting.evidence.parameter("eu.substitution")
        stated.append("substitution index not on record: 1 used, an upper bound")
        if not self.setting.terms:
            stated.append("trade terms not given: 1 used")
        inputs = EuInputs(
            terms=self._terms(),
            recycled=_three(recycled),
            substitution=_three(index),
            tolerance=self._value("supply.unknown"),
        )
        part = _only(self.arrays, row)
        world = self._weighted(forms, name) if forms else None
        cells = eu_cells(part, inputs, self.blocs, world)
        hhi = self._output_hhi(forms) if forms else stage_cells(part, 1.0, self.blocs).hhi
        score = _ends(cells.score, 0)
        numbers: dict[str, Ends] = {
            "hhi": _ends(_column(hhi), row if forms else 0),
            "import_risk": _ends(cells.sourcing, 0),
            "score": score,
            "score_eu_scale": _scaled(score, 10.0),
            "supply_risk_global": _ends(_column(cells.supply), 0),
            "import_reliance": _ends(cells.reliance, 0),
        }
        return numbers, (recycled.lineage, index.lineage)

    def _weighted(self, forms: FormPlace, name: str) -> Range | None:
        """Governance-weighted HHI of world output of a form; trade terms need country shares."""
        if self.setting.terms:
            return None
        ends = forms.weighted.get(name, NONE)
        return Range(*(np.array([np.nan if end is None else end]) for end in ends))

    def _terms(self) -> Floats:
        usual = self._value("eu.trade-term")
        return np.array([self.setting.terms.get(c, usual) for c in self.arrays.countries])

    def _recycled(self, material: str, stated: list[str]) -> Quantity:
        """Recycling input rate 0..1 on record for a material or what it belongs to."""
        evidence, at = self.setting.evidence, material
        while at in evidence.materials:
            facts = evidence.facts(metric="recycling_input_rate", material=at)
            if facts:
                found = facts[-1].quantity
                stated.append(
                    f"recycling input rate of {at}, EU, {facts[-1].observations[0].period}"
                )
                share = _scaled(_all_ends(found), 1 / 100)
                return Quantity(*share, "ratio", found.label, found.lineage)
            at = evidence.materials[at]["parent"] or ""
        stated.append("recycling input rate not on record: none used, an upper bound")
        return evidence.parameter("eu.recycling")

    def _value(self, name: str) -> float:
        return float(self.setting.evidence.parameter(name).value or 0.0)

    # -- lineage -------------------------------------------------------------------------------

    def _enter(
        self,
        part: str,
        ends: Ends,
        place: tuple[str, int],
        row: int,
        extra: tuple[str, ...],
        forms: FormPlace | None,
    ) -> Quantity:
        held = forms.shares.get(place[0]) if forms and part == "hhi" else None
        if held is not None:
            return held.hhi
        method, importer = self.setting.method, self.setting.importer
        lineage = f"f:dependency.{part.replace('_', '-')}/{method}/{importer}/{place[0]}/{place[1]}"
        label: Label | None = None if ends[0] is None else "modelled"
        unit = _UNITS.get(part, "ratio")
        quantity = Quantity(*ends, unit, label, lineage)
        title = f"{_NAMES[part]}, {method}: {importer}, {place[0]}, {place[1]}"
        inputs = self._inputs(part, row, held_hhi=forms.shares.get(place[0]) if forms else None)
        if part in ("score", "score_eu_scale", "characterisation_factor"):
            inputs = (*inputs, *extra)
        node = Node(
            lineage, "formula", title, quantity, inputs=inputs, formula=_FORMULAS[method, part]
        )
        self.setting.ledger.add(node)
        return quantity

    def _inputs(self, part: str, row: int, held_hhi: StageShares | None) -> tuple[str, ...]:
        origins, year = self.arrays.origins, self.arrays.places[row][1]
        made = (held_hhi.hhi.lineage,) if held_hhi else origins.production[row]
        if part in ("hhi", "supply_risk_global"):
            return made
        flows = self._flows.get(row, [])
        senders = [self.arrays.countries[self.arrays.exporter[at]] for at in flows]
        graded = [origins.risk[c, year] for c in senders if (c, year) in origins.risk]
        parameters = [f"par:{name}" for name in _PARAMETERS[self.setting.method]]
        own = origins.production[row] if held_hhi is None else self._own(row)
        found = [*(origins.flows[at] for at in flows), *graded, *own, *parameters]
        if part == "score" or part.startswith(("score", "char")):
            found = [*made, *found]
        return tuple(dict.fromkeys(found))

    def _own(self, row: int) -> list[str]:
        """Outputs of the importer among the producers of a place."""
        ids = self.arrays.origins.production[row]
        return [
            name for name in ids if any(f"/{member}/" in name for member in self.setting.members)
        ]


def _ends(part: Range, row: int) -> Ends:
    """Value, low and high of a cell; ``nan`` and endless ends are ``None``."""
    numbers = (float(end[row, 0]) for end in (part.value, part.low, part.high))
    value, low, high = (number if np.isfinite(number) else None for number in numbers)
    return value, low, high


def _all_ends(quantity: Quantity) -> Ends:
    return quantity.value, quantity.low, quantity.high


def _scaled(ends: Ends, factor: float) -> Ends:
    value, low, high = (None if end is None else factor * end for end in ends)
    return value, low, high


def _column(part: Range) -> Range:
    return Range(part.value[:, None], part.low[:, None], part.high[:, None])


def _three(quantity: Quantity) -> tuple[float, float, float]:
    value = float(quantity.value or 0.0)
    low = value if quantity.low is None else quantity.low
    return value, low, value if quantity.high is None else quantity.high


def _only(arrays: SupplyArrays, row: int) -> SupplyArrays:
    """One place of the arrays, since recycling and substitution differ by material."""
    flows = arrays.flow_place == row
    return SupplyArrays(
        places=arrays.places[row : row + 1],
        countries=arrays.countries,
        production=arrays.production[row : row + 1],
        production_low=arrays.production_low[row : row + 1],
        production_high=arrays.production_high[row : row + 1],
        risk=arrays.risk[row : row + 1],
        flow_place=np.zeros(int(flows.sum()), dtype=np.int64),
        exporter=arrays.exporter[flows],
        importer=arrays.importer[flows],
        quantity=arrays.quantity[flows],
        value=arrays.value[flows],
        origins=arrays.origins,
    )
