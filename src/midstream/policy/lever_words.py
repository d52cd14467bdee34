"""Effects of levers in words, and as nodes of the lineage."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from midstream.chain.naming import Names
from midstream.evidence import Evidence, Ledger, Node, Quantity
from midstream.policy.frame import LeverEffect

#: Kind of effect -> what it means.
KINDS: Mapping[str, str] = {
    "driver": "shifts a driver by some standard deviations",
    "entrants": "multiplies the rate of later entrants of a form",
    "completion": "adds to the log-odds that projects are completed",
    "delay": "adds years to the start of projects, less than nothing for sooner",
    "project": "adds a plant, run by domestic owners; the target names whose technology",
    "remove": "names plants of the record that the lever stands for; they leave with it",
    "feed": "adds feed of a form, which lets plants of the target make more",
    "recycled": "adds supply from recovered material",
    "technology": "puts the technology of projects into a category of control",
    "ownership": "puts the ownership of projects into a category of control",
    "floor": "sets a floor under the price plants get",
    "cover": "says how much of their output stands under the floor or is bought",
    "buffer": "holds months of use in stock",
    "demand": "multiplies the need for a form",
    "retain": "keeps a share of the export to a country at home",
    "uncounted": "is on record, but no model here counts it: it adds nothing",
}


def words(evidence: Evidence, effect: LeverEffect) -> str:
    """Say in one line what an effect does."""
    names = Names.of(evidence)
    where = names.country(effect.country)
    form = _form(evidence, names, effect.form) if effect.form else "all forms"
    size = _size(effect)
    target = effect.target
    standing = f" with standing {effect.standing}" if effect.standing else ""
    said: Mapping[str, Callable[[], str]] = {
        "driver": lambda: f"{_driver(evidence, target)}, {where}: {size}",
        "entrants": lambda: f"Later entrants, {form}, {where}: {size}",
        "completion": lambda: f"Odds of {target or f'projects, {form}, {where}{standing}'}: {size}",
        "delay": lambda: f"Start of projects, {form}, {where}{standing}: {size}",
        "project": lambda: f"New plant, {form}, {where}, {effect.standing}: {size}",
        "remove": lambda: f"Stands for {_plant(evidence, target)} on record",
        "feed": lambda: f"Feed for {names.form(target)}, {form}, {where}: {size}",
        "recycled": lambda: f"Recovered {form}, {where}: {size}",
        "technology": lambda: f"Technology of {form}, {where}{standing}: {target}, {size}",
        "ownership": lambda: f"Ownership of {form}, {where}{standing}: {target}, {size}",
        "floor": lambda: f"Floor price, {form}, {where}: {size}",
        "cover": lambda: f"Output under the floor, {target or form}, {where}: {size}",
        "buffer": lambda: f"Stock of {form}, {where}: {size}",
        "demand": lambda: f"Need for {form}, {where}: {size}",
        "retain": lambda: f"Export of {form} to {names.country(target)} kept at home: {size}",
        "uncounted": lambda: f"Not counted: {size or 'no size on record'}",
    }
    return said[effect.kind]()


def _form(evidence: Evidence, names: Names, form: str) -> str:
    """Short name of a form; forms that are not scored go by their own."""
    if form in names.forms:
        return names.form(form)
    return str(evidence.forms[form]["name"])


def _plant(evidence: Evidence, name: str) -> str:
    """Name of a plant; an unknown id stands for itself."""
    row = evidence.row_by_id("facilities", name)
    return str(row["name"]) if row else name


def _driver(evidence: Evidence, name: str) -> str:
    row = evidence.row_by_id("drivers", name)
    return str(row["name"]) if row else name


def _size(effect: LeverEffect) -> str:
    """Most likely size with its ends, signed where it is a change."""
    if effect.low is None or effect.mode is None or effect.high is None:
        return ""
    sign = "+" if effect.unit in ("sd", "log-odds", "years") else ""
    mode, low, high = (f"{end:{sign},.4g}" for end in (effect.mode, effect.low, effect.high))
    ends = "" if low == high else f" [{low} to {high}]"
    return f"{mode}{ends} {effect.unit}".rstrip()


def size_quantity(evidence: Evidence, effect: LeverEffect, ledger: Ledger) -> Quantity:
    """Give the size of an effect as stated, with lowest and highest value, and enter its lineage.

    The lineage id is ``lever:<effect>``; a size that is not on record is a quantity without value.
    """
    lineage = f"lever:{effect.id}"
    sourced = effect.standing_of_fact == "sourced" and bool(effect.source)
    label = evidence.label_of_sources(effect.source) if sourced else "modelled"
    quantity = Quantity(
        effect.mode,
        effect.low,
        effect.high,
        effect.unit,
        None if effect.mode is None else label,
        lineage,
    )
    ledger.add(
        Node(
            id=lineage,
            kind="observation" if sourced else "assumption",
            name=words(evidence, effect),
            quantity=quantity,
            source=";".join(effect.source) or None,
            note=KINDS[effect.kind],
        )
    )
    return quantity
