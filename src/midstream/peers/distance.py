"""Distance to the country above: the gap in points, and what would close it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from midstream.chain.estimate import median
from midstream.chain.pooling import ends
from midstream.evidence import Label, Ledger, Node, Quantity
from midstream.peers.ranks import Ends, both, gap
from midstream.peers.result import Distance
from midstream.scorecard.lifting import HALF, Lift, lifts
from midstream.scorecard.result import CellScore, FormScore, Remark
from midstream.scorecard.run import FEW, Run

#: Points within half of which a `Target` counts as reached.
WITHIN = 0.5
#: Why nothing is said on what would close a gap.
UNCLEAR = "what is not known weighs more than the gap"
UTILISATION = "utilisation"
FORMULA = "bisection on output until the median of the stage meets that of the country above"


@dataclass(frozen=True, slots=True)
class Between:
    """Two countries at one stage.

    Attributes:
        own, above: The country and the one above it.
        sector, stage: The stage; a blank sector is the mean over sectors.
        ends: Drawn scores of the two.
        scores: Their scores; both have a value.
    """

    own: str
    above: str
    sector: str
    stage: str
    ends: tuple[Ends, Ends]
    scores: tuple[Quantity, Quantity]

    @property
    def points(self) -> float:
        """Points between the scores as they are shown."""
        own, above = (one.value or 0.0 for one in self.scores)
        return above - own

    @property
    def lineage(self) -> tuple[str, str]:
        """Lineage ids of the two scores."""
        return self.scores[0].lineage, self.scores[1].lineage

    def place(self, horizon: int) -> str:
        """Part of lineage ids that names the two and the stage."""
        return f"{self.own}/{self.above}/{self.sector or 'mean'}/{self.stage}/{horizon}"


def distance(run: Run, ledger: Ledger, two: Between, cell: CellScore | None) -> Distance:
    """Say how far the country above is.

    Args:
        run: The scored run.
        ledger: Where nodes are entered.
        two: The country and the one above it.
        cell: Cell of the country; ``None`` for a mean over sectors, which no single output moves.
    """
    points = _gap(run, ledger, two)
    name = run.world.names.country(two.above)
    if cell is None:
        words = Remark("{gap} points below {above}", gap=points, above=name)
        return Distance(two.above, points, "", None, None, None, (), words)
    form = cell.forms[0]
    inputs = run.inputs[form.form, two.own]
    stack = run.stacks[two.sector, two.stage]
    target = run.target(two.own, stack, form.form, goal_of(two) + WITHIN, HALF)
    unclear = inputs.open or target.reached(inputs)
    (lift,) = [Lift(None, ())] if unclear else lifts([target])
    outputs = _outputs(run, ledger, two, form, lift.output, inputs.counted)
    if unclear:
        words = Remark("{gap} points below {above}; {why}", gap=points, above=name, why=UNCLEAR)
    else:
        words = _words(points, name, run.world.names.form(form.form), outputs, lift.levers)
    return Distance(two.above, points, form.form, *outputs, lift.levers, words)


def goal_of(two: Between) -> float:
    """Score of the country above as the first draws see it: they move both countries alike."""
    first = [end[:FEW] for end in two.ends[0]]
    return median(both((first[0], first[1]))) + two.points


def _gap(run: Run, ledger: Ledger, two: Between) -> Quantity:
    value, (low, high) = two.points, gap(*two.ends)
    lineage = f"f:peers.gap/{two.place(run.settings.horizon)}"
    found = Quantity(value, min(low, value), max(high, value), "score", "modelled", lineage)
    names = run.world.names
    title = f"Points from {names.country(two.own)} to {names.country(two.above)}, {two.stage}"
    formula = "score above less the own; 80 % interval over common draws"
    ledger.add(Node(lineage, "formula", title, found, inputs=two.lineage, formula=formula))
    return found


def _outputs(
    run: Run, ledger: Ledger, two: Between, form: FormScore, found: float | None, counted: bool
) -> tuple[Quantity, Quantity | None, Quantity | None]:
    """Output at which the gap closes, what that is above today, and the plant for it."""
    names, place = run.world.names, two.place(run.settings.horizon)
    title = f"{names.cell(form.form, two.own)}: to meet {names.country(two.above)}"
    teller = Teller(ledger, run.world.units[form.form], place, title)
    today = (form.output.value or 0.0) if counted else 0.0
    total = None if found is None else today + found
    inputs = (*two.lineage, form.output.lineage)
    output = teller.tell("output", total, inputs, "output at which the gap closes", FORMULA)
    if found is None or not counted:
        return output, None, None
    both_ids = (output.lineage, form.output.lineage)
    extra = teller.tell("extra", found, both_ids, "output above today", "output less that of today")
    used = run.evidence.parameter(UTILISATION)
    value, low, high = ends(used)
    plant = teller.tell(
        "plant",
        found / value,
        (extra.lineage, used.lineage),
        "nameplate of the plants",
        "extra output / utilisation",
        (found / high, found / low),
    )
    return output, extra, plant


@dataclass(frozen=True, slots=True)
class Teller:
    """Makes quantities of one unit and place and enters their nodes."""

    ledger: Ledger
    unit: str
    place: str
    title: str

    def tell(
        self,
        name: str,
        value: float | None,
        inputs: tuple[str, ...],
        title: str,
        formula: str,
        span: tuple[float, float] | None = None,
    ) -> Quantity:
        """A quantity ``f:peers.<name>/<place>``; a value of ``None`` is entered as well."""
        lineage = f"f:peers.{name}/{self.place}"
        label: Label | None = None if value is None else "modelled"
        low, high = span or (None, None)
        found = Quantity(value, low, high, self.unit, label, lineage)
        self.ledger.add(
            Node(lineage, "formula", f"{self.title}: {title}", found, None, inputs, formula)
        )
        return found


_LEVERS = {
    "completion": "every project on record complete and on time",
    "feed": "feed free of the dominant foreign supplier",
    "licence": "technology of its own",
    "throttle": "permits like elsewhere",
    "ownership": "domestic ownership",
}


def _words(
    points: Quantity,
    above: str,
    form: str,
    outputs: tuple[Quantity, Quantity | None, Quantity | None],
    levers: Sequence[str],
) -> Remark:
    """The gap and what closes it, as a sentence with its quantities."""
    output, extra, plant = outputs
    parts = ["{gap} points below {above}"]
    values: dict[str, Any] = {"gap": points, "output": output}
    if extra is not None and plant is not None:
        parts.append("{form}: {extra} more would close it, a nameplate of {plant}")
        values |= {"extra": extra, "plant": plant}
    elif output.value is not None:
        parts.append("{form}: an output of {output} would have to be shown to close it")
    else:
        parts.append("{form}: no output alone closes it")
    if levers:
        parts.append("alone so would " + " or ".join(_LEVERS[one] for one in levers))
    return Remark("; ".join(parts), above=above, form=form, **values)
