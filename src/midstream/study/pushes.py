"""From a lever to plain numbers for companies: one push an effect, and the money it costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from midstream.beneficiaries.companies import Holding, new_plant
from midstream.beneficiaries.entries import Entries
from midstream.beneficiaries.gains import NEW, Kind, Push
from midstream.chain.estimate import Component
from midstream.chain.world import World
from midstream.policy.frame import Lever, LeverEffect

#: Kind of a lever's effect -> what it is to a company; others have no figure for one.
KINDS: Mapping[str, Kind] = {
    "project": "plant",
    "recycled": "supply",
    "completion": "odds",
    "floor": "floor",
    "feed": "feed",
}
#: Kinds whose target is the facility, or the form, the push is about.
_TARGETED = frozenset({"odds", "feed"})
#: Instruments that pay nothing to makers.
_NO_PAYMENT = frozenset({"regulation", "trade measure", "allocation", "memorandum", "purchase"})
_MILLION = 1e6


def pushes_of(entries: Entries, lever: Lever) -> list[Push]:
    """What a lever does, in plain numbers; its money only where it is for one form."""
    found = [_push(entries, lever, effect) for effect in lever.effects]
    if lever.cost is not None and len(lever.forms) == 1 and lever.instrument not in _NO_PAYMENT:
        found.append(_money(entries, lever, lever.cost))
    return found


def held_with(
    entries: Entries, world: World, held: Sequence[Holding], pushes: Sequence[Push]
) -> list[Holding]:
    """Add the plants that pushes bring to the holdings on file."""
    new = [
        new_plant(entries, world, f"{NEW}{push.id}", push.form, push.country, push.size)
        for push in pushes
        if push.kind == "plant" and push.size is not None and push.form in world.units
    ]
    return [*held, *new]


def why_silent(push: Push) -> str:
    """Why a push brings no figure to anybody."""
    if push.kind == "other":
        return "it has no tonnes, odds, price or money of its own for a company"
    if push.size is None:
        return "its size is not on record"
    if push.kind == "floor":
        return "no maker with a capacity on record, or no price, in the country"
    return "no plant with a capacity on record in the country that it could reach"


def _push(entries: Entries, lever: Lever, effect: LeverEffect) -> Push:
    kind = KINDS.get(effect.kind, "other")
    size = None if effect.mode is None else _ends(effect.low, effect.mode, effect.high)
    inputs: tuple[str, ...] = ()
    if kind == "plant" and size is not None:
        odds = entries.evidence.parameter(f"completion.{effect.standing or 'announced'}")
        chance, inputs = float(odds.value or 0.0), (odds.lineage,)
        size = Component(size.value * chance, size.low * chance, size.high * chance)
    words = f"{lever.name}: {effect.kind}"
    return Push(
        id=effect.id,
        words=words,
        kind=kind,
        form=effect.form,
        country=effect.country,
        target=effect.target if kind in _TARGETED else "",
        standing=effect.standing if kind == "odds" else "",
        size=size,
        unit=effect.unit,
        lineage=_entered(
            entries,
            f"lever-effect:{effect.id}",
            words,
            size,
            effect.unit,
            effect.source,
            effect.standing_of_fact,
            inputs,
        ),
    )


def _money(entries: Entries, lever: Lever, cost: tuple[float, float, float]) -> Push:
    """The cost of a lever as an amount to the makers of its form, in millions."""
    low, mode, high = (one / _MILLION for one in cost)
    size, words = _ends(low, mode, high), f"{lever.name}: money"
    unit = f"{lever.currency} million"
    lineage = _entered(
        entries,
        f"lever-money:{lever.id}",
        words,
        size,
        unit,
        lever.source,
        lever.standing_of_fact,
        (),
    )
    return Push(
        id=f"{lever.id}-money",
        words=words,
        kind="money",
        form=lever.forms[0],
        country=lever.country,
        target="",
        standing="",
        size=size,
        unit=unit,
        lineage=lineage,
    )


def _entered(
    entries: Entries,
    lineage: str,
    words: str,
    size: Component | None,
    unit: str,
    sources: Sequence[str],
    standing: str,
    inputs: Sequence[str],
) -> str:
    if size is None:
        return ""
    assumed = standing == "assumed"
    shown = () if assumed else tuple(sources)
    return entries.leaf(lineage, words, size, unit, shown, standing, assumed=assumed, inputs=inputs)


def _ends(low: float | None, mode: float, high: float | None) -> Component:
    return Component(mode, mode if low is None else low, mode if high is None else high)
