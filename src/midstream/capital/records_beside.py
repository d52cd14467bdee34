"""A real stack beside the one the engine makes for the same plant."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from midstream.capital.conditions import MARKET
from midstream.capital.payers_kind import payer_kinds, public_part
from midstream.capital.records import RealStack
from midstream.capital.records_layer import Layer
from midstream.capital.records_sums import Sums
from midstream.capital.result import PlantCapital, SourceRow
from midstream.errors import InputError
from midstream.evidence import Evidence, Ledger, Node, Quantity, worst_label

#: Row of the comparison -> kinds of layers.
CLASSES = {
    "Grants, subsidies and tax credits": ("grant", "capex-subsidy", "tax-credit"),
    "Loans and prepayments": ("concessional-loan", "eca-loan", "commercial-debt", "prepayment"),
    "Equity": ("equity",),
}


@dataclass(frozen=True, slots=True)
class BesideRow:
    """One line of the comparison.

    Attributes:
        name: What is compared.
        real: On record.
        model: In the engine; its value is the middle of the draws, or the sum of such middles.
    """

    name: str
    real: Quantity
    model: Quantity

    def to_dict(self) -> dict[str, Any]:
        """Give the line as a JSON object."""
        return {"name": self.name, "real": self.real.to_dict(), "model": self.model.to_dict()}


@dataclass(frozen=True, slots=True)
class Beside:
    """A real stack and the model's.

    Attributes:
        real: On record.
        model: The engine's; ``None`` where it cannot make the case.
        why_not: Why it cannot; blank if it can.
        rows: Lines of the comparison; empty without a model.
        remarks: How far the two can be compared.
    """

    real: RealStack
    model: PlantCapital | None
    why_not: str
    rows: tuple[BesideRow, ...]
    remarks: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Give the comparison as a JSON object, without the two stacks themselves."""
        return {
            "facility": self.real.facility,
            "name": self.real.name,
            "why_not": self.why_not or None,
            "rows": [row.to_dict() for row in self.rows],
            "remarks": list(self.remarks),
        }


def beside(evidence: Evidence, ledger: Ledger, real: RealStack, model: PlantCapital) -> Beside:
    """Compare a real stack with the engine's for the same plant.

    Args:
        evidence: For the kinds of payers.
        ledger: Where sums are entered.
        real: The stack on record.
        model: The engine's result for the plant, in USD of any one year.

    Raises:
        InputError: if the two are of different plants.
    """
    if model.facility != real.facility:
        raise InputError(
            f"{model.facility or 'a plant to come'} beside {real.facility}",
            where="capital on record",
            why="a stack is compared with the engine's for the same plant",
            mend=f"give the engine's result for {real.facility}",
        )
    sums = _ModelSums(evidence, ledger, model)
    counted = [layer for layer in real.layers if layer.counted]
    cost = real.capex_real
    if real.capex_scope:
        cost = Quantity(None, None, None, cost.unit, None, cost.lineage)
    rows = [BesideRow("Cost of the plant", cost, model.total)]
    for name, kinds in CLASSES.items():
        rows.append(BesideRow(name, _real(ledger, real, counted, kinds), sums.of(name, kinds)))
    rows += [
        BesideRow("Public money", real.public, sums.public()),
        BesideRow("Public share of the money found", real.public_share, sums.public_share()),
        BesideRow("Not covered", real.found_gap, model.gap),
    ]
    return Beside(real, model, "", tuple(rows), _remarks(real, model))


def beside_all(
    evidence: Evidence,
    ledger: Ledger,
    found: Sequence[RealStack],
    make: Callable[[str], PlantCapital],
) -> tuple[Beside, ...]:
    """Put the engine's stack beside every real one; where it cannot make the case say why.

    Args:
        evidence, ledger: As in `beside`.
        found: Stacks on record.
        make: Gives the engine's result for a facility; may refuse with an `InputError`.
    """
    rows = []
    for real in found:
        try:
            model = make(real.facility)
        except InputError as refused:
            why = f"{refused.what}: {refused.why}" if refused.why else refused.what
            rows.append(Beside(real, None, why, (), ()))
            continue
        rows.append(beside(evidence, ledger, real, model))
    return tuple(rows)


def _real(
    ledger: Ledger, real: RealStack, counted: Sequence[Layer], kinds: Sequence[str]
) -> Quantity:
    held = [layer for layer in counted if layer.instrument in kinds]
    place = f"{real.facility}-{kinds[0]}"
    return Sums(ledger, place, real.name, f"USD of {real.price_year}").known(held)


@dataclass(frozen=True, slots=True)
class _ModelSums:
    """Sums over the sources of the engine's stack that pay before the start."""

    evidence: Evidence
    ledger: Ledger
    model: PlantCapital

    @property
    def rows(self) -> list[SourceRow]:
        return [row for row in self.model.sources if row.money == "construction"]

    def of(self, name: str, kinds: Sequence[str]) -> Quantity:
        """Money of some kinds."""
        held = [row for row in self.rows if row.instrument in kinds]
        return self._enter(kinds[0], name, held)

    def public(self) -> Quantity:
        """Public money; that of payers who are public and private together is left out."""
        kinds = payer_kinds(self.evidence)
        held = [row for row in self.rows if _is_public(kinds.get(row.payer, MARKET))]
        return self._enter("public", "Public money", held)

    def public_share(self) -> Quantity:
        """Public money in percent of all money of the stack."""
        public, whole = self.public(), self._enter("all", "Money of all sources", self.rows)
        lineage = f"f:capital.beside.share/{self.model.facility}"
        known = public.value is not None and bool(whole.value)
        value = 100 * (public.value or 0.0) / (whole.value or 1.0) if known else None
        label = worst_label([public.label, whole.label]) if known else None
        quantity = Quantity(value, None, None, "%", label, lineage)
        self.ledger.add(
            Node(
                id=lineage,
                kind="formula",
                name=f"Public share in the model: {self.model.name}",
                quantity=quantity,
                inputs=(public.lineage, whole.lineage),
                formula="100 x public money / money of all sources",
            )
        )
        return quantity

    def _enter(self, what: str, words: str, rows: Sequence[SourceRow]) -> Quantity:
        lineage = f"f:capital.beside.{what}/{self.model.facility}"
        values = [row.amount.value or 0.0 for row in rows]
        unit = self.model.total.unit
        quantity = Quantity(sum(values), None, None, unit, "modelled", lineage)
        self.ledger.add(
            Node(
                id=lineage,
                kind="formula",
                name=f"{words} in the model: {self.model.name}",
                quantity=quantity,
                inputs=tuple(row.amount.lineage for row in rows) or (self.model.total.lineage,),
                formula="sum of the middle values of the sources",
            )
        )
        return quantity


def _is_public(kind: str) -> bool:
    return public_part(kind) == (1.0, 1.0)


def _remarks(real: RealStack, model: PlantCapital) -> tuple[str, ...]:
    found = []
    if real.price_year != model.price_year:
        found.append(f"USD of {real.price_year} on record, of {model.price_year} in the model")
    if real.capex_scope:
        found.append("the cost on record is no cost of the plant alone")
    found.append("the model's cost holds overrun, interest and working capital as well")
    return (*found, *real.remarks)
