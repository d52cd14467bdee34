"""Lock-in: how tightly an importer is tied to the leading exporter of a form."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import sqrt
from typing import Any

from midstream.chain.world import Flow, World
from midstream.errors import InputError
from midstream.evidence import Ledger, Node, Quantity
from midstream.terms import suggestion


@dataclass(frozen=True, slots=True)
class LockIn:
    """The hold of one exporter on one importer.

    Attributes:
        form, importer, leader: Place; the leader is the largest exporter to the importer unless
            another was asked for.
        leader_share: Its share of the imports, 0..1.
        concentration: Herfindahl-Hirschman index of the imports by exporter, 0..1.
        lock_in: ``leader share x sqrt(concentration)``, 0..1.
        by: ``quantity`` or ``value``: what the shares are of.
    """

    form: str
    importer: str
    leader: str
    leader_share: Quantity
    concentration: Quantity
    lock_in: Quantity
    by: str

    def to_dict(self) -> dict[str, Any]:
        """Give it as JSON."""
        return {
            "form": self.form,
            "importer": self.importer,
            "leader": self.leader,
            "leader_share": self.leader_share.to_dict(),
            "concentration": self.concentration.to_dict(),
            "lock_in": self.lock_in.to_dict(),
            "by": self.by,
        }


def lock_in_index(leader_share: float, concentration: float) -> float:
    """``leader share x sqrt(HHI of imports)``, both 0..1."""
    return leader_share * sqrt(concentration)


def lock_ins(
    world: World,
    form: str,
    ledger: Ledger,
    importers: Iterable[str] | None = None,
    leader: str | None = None,
) -> tuple[LockIn, ...]:
    """Give the lock-in of importers at a form with customs codes of its own.

    Args:
        world: The world.
        form: The form.
        ledger: Where the lineage is entered.
        importers: Importers asked about; the world's countries by default. One without imports
            on record is left out.
        leader: Exporter whose hold is measured; each importer's largest by default.

    Raises:
        InputError: if no customs code names the form.
    """
    flows = world.flows.get(form, ())
    if not flows:
        raise InputError(
            f"no trade of {form!r} is on record",
            where="hs_concordance.csv",
            why="no customs code names the form alone, so importers cannot be told apart",
            mend=suggestion(form, [name for name in world.flows if world.flows[name]])
            or "ask for a form that has a code of its own",
        )
    found = []
    for importer in importers or world.countries:
        into = [flow for flow in flows if flow.importer == importer]
        held = _lock_in(world, form, importer, leader, into, ledger)
        if held is not None:
            found.append(held)
    return tuple(found)


def _amounts(flows: Iterable[Flow]) -> tuple[Mapping[str, float], str]:
    """Imports by exporter: tonnes where every flow has them, else value."""
    flows = list(flows)
    weighed = all(flow.quantity_t is not None for flow in flows)
    amounts: dict[str, float] = defaultdict(float)
    for flow in flows:
        amounts[flow.exporter] += (flow.quantity_t or 0.0) if weighed else flow.value_kusd
    return amounts, "quantity" if weighed else "value"


@dataclass(frozen=True, slots=True)
class _Place:
    """One importer at one form, with the words and the ledger its numbers are entered with."""

    world: World
    form: str
    importer: str
    leader: str
    ledger: Ledger

    def enter(
        self, name: str, title: str, number: tuple[float, str], formula: str, of: tuple[str, ...]
    ) -> Quantity:
        names = self.world.names
        lineage = f"f:dependency.{name}/{self.importer}/{self.leader}/{self.form}"
        quantity = Quantity(number[0], None, None, number[1], "modelled", lineage)
        words = f"{title}: {names.form(self.form)} to {names.country(self.importer)}"
        self.ledger.add(Node(lineage, "formula", words, quantity, inputs=of, formula=formula))
        return quantity


def _lock_in(
    world: World,
    form: str,
    importer: str,
    leader: str | None,
    flows: Iterable[Flow],
    ledger: Ledger,
) -> LockIn | None:
    flows = list(flows)
    amounts, by = _amounts(flows)
    total = sum(amounts.values())
    if total <= 0:
        return None
    shares = {exporter: amount / total for exporter, amount in amounts.items()}
    first = leader or max(sorted(shares), key=lambda exporter: shares[exporter])
    held, squares = shares.get(first, 0.0), sum(share**2 for share in shares.values())
    inputs = tuple(dict.fromkeys(flow.lineage for flow in flows))
    enter = _Place(world, form, importer, first, ledger).enter
    name = world.names.country(first)
    words = f"imports from it / all imports, by {by}"
    share = enter("import-share", f"Share of {name} in imports", (held, "ratio"), words, inputs)
    words = "sum of squared shares"
    spread = enter("import-hhi", "Concentration of imports", (squares, "index"), words, inputs)
    number = (lock_in_index(held, squares), "index")
    words = "leader share x sqrt(concentration of imports)"
    of = (share.lineage, spread.lineage)
    index = enter("lock-in", f"Lock-in with {name}", number, words, of)
    return LockIn(form, importer, first, share, spread, index, by)
