"""Whether a lever can be read: what it names is there, its figures are in order, no circles."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence

from midstream.errors import InputError
from midstream.evidence import Evidence
from midstream.evidence.tables import Row
from midstream.policy.frame import Lever, LeverEffect
from midstream.terms import suggestion

#: Kinds whose size is left blank: they say what is taken out, or what no model here counts.
WITHOUT_SIZE = ("remove", "uncounted")
#: Kinds that name a form, without which they act on nothing.
OF_A_FORM = (
    "entrants",
    "project",
    "feed",
    "recycled",
    "floor",
    "cover",
    "buffer",
    "demand",
    "retain",
)
#: Kinds whose size is an amount, a price, a multiple or a time: 0 or more.
NOT_NEGATIVE = OF_A_FORM
#: Kind -> noun of what its target names.
TARGETS: Mapping[str, str] = {
    "driver": "driver",
    "remove": "facility",
    "completion": "facility",
    "project": "country",
    "feed": "form",
    "retain": "country",
    "cover": "facility",
    "technology": "category of control",
    "ownership": "category of control",
}
#: Categories of control an effect can put a cell into.
CATEGORIES = ("domestic", "allied", "dominant")
#: Kinds whose target may be blank; the form says it all.
OPEN_TARGET = ("completion", "cover", "project")
SHARE = "share"


def check_effect(evidence: Evidence, effect: LeverEffect) -> None:
    """Check one effect.

    Raises:
        InputError: if it names what the model does not hold, its size is not in order or missing,
            or it multiplies a rate of later entrants that is not there.
    """
    _check_named(effect, "form", effect.form, evidence.forms, "form")
    _check_named(effect, "country", effect.country, evidence.countries, "country")
    noun = TARGETS.get(effect.kind)
    if noun is not None:
        _check_target(evidence, effect, noun)
    if effect.kind in OF_A_FORM and not effect.form:
        raise _refused(
            effect, "form", f"a {effect.kind} effect without a form", "it would act on nothing"
        )
    _check_size(effect)
    if effect.kind == "entrants":
        _check_rate(evidence, effect)


def _check_target(evidence: Evidence, effect: LeverEffect, noun: str) -> None:
    if not effect.target:
        if effect.kind in OPEN_TARGET:
            return
        why = f"a {effect.kind} effect has to name one, or it acts on nothing"
        raise _refused(effect, "target", f"no {noun} is named", why)
    registers: dict[str, Callable[[], Collection[str]]] = {
        "driver": lambda: [row["id"] for row in evidence.table("drivers").rows],
        "facility": lambda: evidence.facilities,
        "country": lambda: evidence.countries,
        "form": lambda: evidence.forms,
        "category of control": lambda: CATEGORIES,
    }
    _check_named(effect, "target", effect.target, registers[noun](), noun)


def _check_named(
    effect: LeverEffect, column: str, word: str, words: Collection[str], noun: str
) -> None:
    if word and word not in words:
        why = f"lever {effect.lever} can only move what the model holds"
        mend = suggestion(word, words) or f"name one of the {len(words)} known"
        raise _refused(effect, column, f"unknown {noun} {word!r}", why, mend)


def _check_size(effect: LeverEffect) -> None:
    sizes = (effect.low, effect.mode, effect.high)
    given = [size for size in sizes if size is not None]
    if not given and effect.kind in WITHOUT_SIZE:
        return
    if len(given) < len(sizes):
        why = "a law needs its lowest, most likely and highest value"
        raise _refused(effect, "mode", "the size is not complete", why, "fill low, mode and high")
    _check_ordered(effect, given)


def _check_ordered(effect: LeverEffect, sizes: Sequence[float]) -> None:
    shown = ", ".join(f"{size:g}" for size in sizes)
    if not all(map(math.isfinite, sizes)) or list(sizes) != sorted(sizes):
        why = "they are read as the lowest, most likely and highest value"
        mend = "give them from the lowest to the highest"
        raise _refused(effect, "low", f"sizes {shown} are out of order", why, mend)
    if effect.kind in NOT_NEGATIVE and sizes[0] < 0:
        raise _refused(effect, "low", f"a size of {sizes[0]:g}", "it cannot be less than nothing")
    if effect.unit == SHARE and sizes[-1] > 1:
        why = "a share lies between 0 and 1"
        raise _refused(effect, "high", f"a share of {sizes[-1]:g}", why)


def _check_rate(evidence: Evidence, effect: LeverEffect) -> None:
    rates = {(row["form"], row["country"]) for row in evidence.table("entrant_rates").rows}
    if (effect.form, effect.country) not in rates:
        held = sorted(form for form, country in rates if country == effect.country)
        raise _refused(
            effect,
            "form",
            f"no later entrants of {effect.form} in {effect.country}",
            "a multiple needs a rate to multiply",
            f"name one of {', '.join(held)}, or add a row to entrant_rates.csv"
            if held
            else "add a row to entrant_rates.csv",
        )


def _refused(effect: LeverEffect, column: str, what: str, why: str, mend: str = "") -> InputError:
    return InputError(
        what,
        where=f"lever_effects.csv:{effect.id}:{column}",
        why=why,
        mend=mend or f"mend {column} of the row",
    )


def check_lever(evidence: Evidence, lever: Lever, row: Row) -> None:
    """Check one lever, the levers it names left aside.

    Args:
        evidence: The release.
        lever: The lever.
        row: Its row, for ends of a cost without a middle.

    Raises:
        InputError: if it names an unknown form or country, or a date or cost cannot be.
    """
    for word in lever.forms:
        _check_word(lever, "forms", word, evidence.forms, "form")
    _check_word(lever, "country", lever.country, evidence.countries, "country")
    if not (math.isfinite(lever.start) and math.isfinite(lever.lag) and lever.lag >= 0):
        why = "a lever cannot act before it starts"
        raise _fault(lever, "lag", f"a lag of {lever.lag:g} years", why, "give 0 or more years")
    _check_cost(lever, row)


def _check_cost(lever: Lever, row: Row) -> None:
    if lever.cost is None:
        if row["cost_low"] is not None or row["cost_high"] is not None:
            why = "ends without a middle are no law"
            raise _fault(lever, "cost_mode", "no most likely cost", why, "fill cost_mode")
        return
    shown = ", ".join(f"{end:g}" for end in lever.cost)
    if lever.cost[0] < 0 or list(lever.cost) != sorted(lever.cost):
        why = "a cost is 0 or more, from the lowest to the highest"
        raise _fault(lever, "cost_low", f"costs {shown} are out of order", why, "put them in order")
    if not (lever.currency and lever.price_year):
        why = "money of different currencies and years cannot be added up"
        mend = "name currency and price_year"
        raise _fault(lever, "currency", f"a cost of {shown} without currency or year", why, mend)


def _check_word(lever: Lever, column: str, word: str, words: Collection[str], noun: str) -> None:
    if word not in words:
        mend = suggestion(word, words) or f"name one of the {len(words)} known"
        why = f"the evidence holds no {noun} of that name"
        raise _fault(lever, column, f"unknown {noun} {word!r}", why, mend)


def _fault(lever: Lever, column: str, what: str, why: str, mend: str) -> InputError:
    return InputError(what, where=f"levers.csv:{lever.id}:{column}", why=why, mend=mend)


def check_order(levers: Mapping[str, Lever]) -> None:
    """Check what levers say of each other.

    Raises:
        InputError: if one names an unknown lever or itself, needs what it excludes, or
            prerequisites run in a circle, which is named.
    """
    for lever in levers.values():
        for column in ("prerequisites", "excludes"):
            for name in getattr(lever, column):
                _check_word(lever, column, name, levers, "lever")
        _check_itself(lever)
    circle = circle_of({name: lever.prerequisites for name, lever in levers.items()})
    if circle:
        raise InputError(
            f"prerequisites run in a circle: {' needs '.join(circle)}",
            where=f"levers.csv:{circle[0]}:prerequisites",
            why="none of them could ever start",
            mend=f"take one of them out of the prerequisites of another, such as {circle[1]} "
            f"out of those of {circle[0]}",
        )


def _check_itself(lever: Lever) -> None:
    if lever.id in lever.excludes:
        why = "it could never be chosen"
        raise _fault(lever, "excludes", f"{lever.id} excludes itself", why, "take it out")
    both = sorted(set(lever.prerequisites) & set(lever.excludes))
    if both:
        what = f"{lever.id} needs and excludes {both[0]}"
        raise _fault(lever, "excludes", what, "it could never be chosen", "take out one of the two")


def circle_of(needs: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Find a circle in who needs whom.

    Args:
        needs: Name -> names it needs.

    Returns:
        The circle, its first name again at the end; empty where there is none.
    """
    done: set[str] = set()
    for name in sorted(needs):
        found = _walk(name, needs, (), done)
        if found:
            return found
    return ()


def _walk(
    name: str, needs: Mapping[str, Sequence[str]], path: tuple[str, ...], done: set[str]
) -> tuple[str, ...]:
    if name in path:
        return (*path[path.index(name) :], name)
    if name in done:
        return ()
    for other in needs.get(name, ()):
        found = _walk(other, needs, (*path, name), done)
        if found:
            return found
    done.add(name)
    return ()
