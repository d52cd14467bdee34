"""What a lever brings to each company: supply, margin, security, money.

``dProfit_i = share_i dQ (p - c) + Q_i dmargin``, with ``share_i`` the company's part of the
expected output (capacity x P(complete)) of the form in the country. A lever comes in as plain
pushes; what has no tonnes, no odds and no money stays named without a figure.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from midstream.beneficiaries.companies import Company, Expected, Holding, yearly
from midstream.beneficiaries.entries import Entries
from midstream.chain.estimate import Component
from midstream.chain.world import World
from midstream.evidence import Quantity

Kind = Literal["supply", "plant", "odds", "floor", "feed", "money", "other"]

#: Value, low and high of a quantity.
Ends = tuple[float | None, float | None, float | None]

_MILLION = 1e6
_KG = 1000.0
#: Begins the name of the holder of a plant that a push adds.
NEW = "new:"
#: Plants whose odds a push can still move.
_DECIDED = frozenset({"operating", "ramping", "cancelled"})


@dataclass(frozen=True, slots=True)
class Push:
    """One thing a lever does, in plain numbers.

    Attributes:
        id, words: Name and what it is.
        kind: ``supply`` (units of the form a year, by all its makers), ``plant`` (the same by a
            new plant whose owners nobody names), ``odds`` (log-odds of completion), ``floor``
            (USD/kg), ``feed`` (units of ``form`` a year for makers of ``target``), ``money``
            (an amount to the makers of the form), ``other`` (named only).
        form, country: Where; a blank form is all forms.
        target: Facility for ``odds``, form for ``feed``; blank for all.
        standing: Status of the plants whose odds move; blank for all.
        size: Size with its ends; ``None`` where none is on record.
        unit: Unit of the size.
        lineage: Id of its node.
    """

    id: str
    words: str
    kind: Kind
    form: str
    country: str
    target: str
    standing: str
    size: Component | None
    unit: str
    lineage: str


@dataclass(frozen=True, slots=True)
class Terms:
    """Prices a push is turned into money with, by form.

    Attributes:
        price: USD per kg, with the span of its quotes.
        margin: Gross margin of makers on record, share of the price.
        added: Value added per kg, the most a maker can keep; USD.
        per_next: (form, next form) -> units of the one per unit of the other.
        lineage: Form -> ids behind price, margin and value added.
    """

    price: Mapping[str, Component]
    margin: Mapping[str, Component]
    added: Mapping[str, Component]
    per_next: Mapping[tuple[str, str], float]
    lineage: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Gain:
    """What one push brings to one company, or to plants of nobody on file.

    Attributes:
        company: Id; blank for plants of nobody on file.
        push, form, country: Which push, at what.
        supply: More output a year.
        profit: USD million a year; without a margin on record only its bounds.
        security: Part of its feed that the push can supply, 0..1.
        money: What it receives of an amount.
        note: What is missing.
    """

    company: str
    push: str
    form: str
    country: str
    supply: Quantity
    profit: Quantity
    security: Quantity
    money: Quantity
    note: str

    def to_dict(self) -> dict[str, Any]:
        """Give the gain as JSON."""
        return {
            "company": self.company or None,
            "push": self.push,
            "form": self.form,
            "country": self.country,
            "supply": self.supply.to_dict(),
            "profit": self.profit.to_dict(),
            "security": self.security.to_dict(),
            "money": self.money.to_dict(),
            "note": self.note,
        }


@dataclass(frozen=True, slots=True)
class _Numbers:
    supply: Component | None = None
    profit: Ends = (None, None, None)
    security: Component | None = None
    money: Component | None = None
    note: str = ""


def gains(
    entries: Entries,
    world: World,
    push: Push,
    held: Sequence[Holding],
    terms: Terms,
) -> tuple[Gain, ...]:
    """Give what a push brings to each holder of expected output.

    Args:
        entries: Evidence and ledger.
        world: The world.
        push: The push.
        held: Holdings of companies and of nobody on file.
        terms: Prices and margins.
    """
    ways: Mapping[str, Callable[..., dict[int, _Numbers]]] = {
        "supply": _supply,
        "plant": _plant,
        "odds": _odds,
        "floor": _floor,
        "feed": _feed,
        "money": _money,
    }
    way = ways.get(push.kind)
    if way is None or push.size is None:
        return ()
    found = way(push, held, terms)
    return tuple(
        _gain(entries, world, push, held[number], numbers, terms)
        for number, numbers in found.items()
    )


def is_new(holding: Holding) -> bool:
    """Whether the holding is a plant that a push adds."""
    return holding.company.startswith(NEW)


def _at(push: Push, held: Sequence[Holding], form: str) -> dict[int, float]:
    """Number of a holding at a form in the country of the push -> its share of all of them."""
    here = {
        number: one.value
        for number, one in enumerate(held)
        if one.form == form and one.country == push.country and not is_new(one)
    }
    total = sum(here.values())
    return {number: value / total for number, value in here.items()} if total else {}


def _supply(push: Push, held: Sequence[Holding], terms: Terms) -> dict[int, _Numbers]:
    """Share of the new output by expected output; feed security for those one step on."""
    size = _size(push)
    found = {
        number: _made(push.form, times(size, share), terms)
        for number, share in _at(push, held, push.form).items()
    }
    return found | _users(push, held, terms)


def _plant(push: Push, held: Sequence[Holding], terms: Terms) -> dict[int, _Numbers]:
    """Output of the new plant itself; feed security for those further on."""
    own = {
        number: _made(push.form, _size(push), terms)
        for number, one in enumerate(held)
        if one.company == f"{NEW}{push.id}"
    }
    return own | _users(push, held, terms)


def _users(push: Push, held: Sequence[Holding], terms: Terms) -> dict[int, _Numbers]:
    """Feed security of the makers further on in the chain, in the country of the push."""
    found: dict[int, _Numbers] = {}
    for (form, after), per_next in terms.per_next.items():
        if form == push.form and after != push.form:
            found |= _fed(push, held, after, per_next)
    return found


def _odds(push: Push, held: Sequence[Holding], terms: Terms) -> dict[int, _Numbers]:
    """More expected output from higher odds: ``capacity x (P' - P)``, plant by plant."""
    size, found = _size(push), {}
    for number, one in enumerate(held):
        if one.country != push.country or push.form not in ("", one.form):
            continue
        plants = [each for each in one.plants if _moves(push, each)]
        if plants:
            ends = [_shifted(plants, end) for end in (size.value, size.low, size.high)]
            found[number] = _made(one.form, Component(*ends), terms)
    return found


def _moves(push: Push, one: Expected) -> bool:
    plant = one.plant
    free = plant.status not in _DECIDED and 0 < one.probability < 1
    return free and push.target in ("", plant.id) and push.standing in ("", plant.status)


def _shifted(plants: Sequence[Expected], size: float) -> float:
    return sum(
        one.capacity.value * (logistic(one.probability, size) - one.probability) for one in plants
    )


def logistic(probability: float, shift: float) -> float:
    """Move a probability by a shift of its log-odds; needs 0 < probability < 1."""
    odds = math.log(probability / (1 - probability)) + shift
    return 1 / (1 + math.exp(-odds))


def _floor(push: Push, held: Sequence[Holding], terms: Terms) -> dict[int, _Numbers]:
    """``Q_i dmargin`` where the floor lies above the price; none where it does not."""
    price, size = terms.price.get(push.form), _size(push)
    if price is None:
        return {}
    lift = Component(
        max(0.0, size.value - price.value),
        max(0.0, size.low - price.high),
        max(0.0, size.high - price.low),
    )
    found = {}
    for number in _at(push, held, push.form):
        scale = held[number].value * _KG / _MILLION
        profit = (lift.value * scale, lift.low * scale, lift.high * scale)
        found[number] = _Numbers(profit=profit, note="today's price under the floor")
    return found


def _feed(push: Push, held: Sequence[Holding], terms: Terms) -> dict[int, _Numbers]:
    """Security of the makers of the target: feed that comes over the feed they need."""
    per_next = terms.per_next.get((push.form, push.target), 1.0)
    return _fed(push, held, push.target, per_next)


def _fed(push: Push, held: Sequence[Holding], form: str, per_next: float) -> dict[int, _Numbers]:
    here, size = _at(push, held, form), _size(push)
    need = sum(held[number].value for number in here) * per_next
    if not need:
        return {}
    ends = (min(1.0, max(0.0, end / need)) for end in (size.value, size.low, size.high))
    cover = Component(*ends)
    return {number: _Numbers(security=cover) for number in here}


def _money(push: Push, held: Sequence[Holding], _terms: Terms) -> dict[int, _Numbers]:
    """A pure transfer: each maker's share by expected output; the shares sum to the amount."""
    shares = _at(push, held, push.form)
    note = "if all of it reaches the makers"
    return {
        number: _Numbers(money=times(_size(push), share), note=note)
        for number, share in shares.items()
    }


def _size(push: Push) -> Component:
    return push.size or Component(0.0, 0.0, 0.0)


def times(part: Component, factor: float) -> Component:
    """A reading times a factor >= 0."""
    return Component(part.value * factor, part.low * factor, part.high * factor)


def _made(form: str, supply: Component, terms: Terms) -> _Numbers:
    """Supply with ``share dQ (p - c)``: by a margin on record, else between 0 and value added."""
    price, margin, added = (found.get(form) for found in (terms.price, terms.margin, terms.added))
    kilos = _KG / _MILLION
    if price is not None and margin is not None:
        profit: Ends = (
            supply.value * price.value * margin.value * kilos,
            supply.low * price.low * margin.low * kilos,
            supply.high * price.high * margin.high * kilos,
        )
        return _Numbers(supply=supply, profit=profit)
    if added is not None:
        most = max(0.0, supply.high * added.high * kilos)
        note = "no margin on record: at most the value added"
        return _Numbers(supply=supply, profit=(None, 0.0, most), note=note)
    return _Numbers(supply=supply, note="no price on record")


def _gain(
    entries: Entries,
    world: World,
    push: Push,
    holding: Holding,
    numbers: _Numbers,
    terms: Terms,
) -> Gain:
    money = push.unit if push.kind == "money" else "million"
    units = {**_UNITS, "supply": yearly(world.units[holding.form]), "money": money}
    where = f"{holding.company or 'others'}/{holding.country}/{holding.form}/{push.id}"
    inputs = (holding.output.lineage, push.lineage, *terms.lineage.get(holding.form, ()))
    place = world.names.cell(holding.form, holding.country)
    title = f"{holding.company or 'other plants'}, {place}, {push.words}"

    def enter(name: str, ends: Ends) -> Quantity:
        words, formula = _MEASURES[name]
        key, full = f"gain.{name}/{where}", f"{words}: {title}"
        return entries.formula(key, full, ends, units[name], inputs, formula, numbers.note)

    return Gain(
        company=holding.company,
        push=push.id,
        form=holding.form,
        country=holding.country,
        supply=enter("supply", _ends(numbers.supply)),
        profit=enter("profit", numbers.profit),
        security=enter("security", _ends(numbers.security)),
        money=enter("money", _ends(numbers.money)),
        note=numbers.note,
    )


#: Measure of a gain -> its name and formula.
_MEASURES: Mapping[str, tuple[str, str]] = {
    "supply": ("More output", "share x dQ"),
    "profit": ("More profit", "share x dQ x (p - c) + Q x dmargin"),
    "security": ("Feed it can cover", "min(1, new feed / feed need of all makers in the country)"),
    "money": ("Share of the money", "amount x share of expected output"),
}
_UNITS: Mapping[str, str] = {"profit": "USD million/yr", "security": "ratio"}


def _ends(part: Component | None) -> Ends:
    return (None, None, None) if part is None else (part.value, part.low, part.high)


@dataclass(frozen=True, slots=True)
class Effects:
    """Company effects of a lever, or the companies alone where none is named.

    Attributes:
        lever: Ids of the levers; empty for none.
        companies: Companies on file.
        gains: What each push brings to whom.
        pushes: What the levers do.
        silent: Pushes without a figure for anybody, with the reason.
        warnings: What a reader has to know.
    """

    lever: tuple[str, ...]
    companies: tuple[Company, ...]
    gains: tuple[Gain, ...]
    pushes: tuple[Push, ...]
    silent: Mapping[str, str]
    warnings: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Give the effects as JSON."""
        return {
            "lever": list(self.lever),
            "companies": [one.to_dict() for one in self.companies],
            "gains": [one.to_dict() for one in self.gains],
            "effects": [
                {"id": one.id, "kind": one.kind, "form": one.form, "country": one.country,
                 "words": one.words, "lineage": one.lineage}
                for one in self.pushes
            ],
            "silent": dict(self.silent),
        }  # fmt: skip
