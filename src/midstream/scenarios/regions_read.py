"""Conditions and rules as the tables have them: of a country, or the default of all others."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from midstream.chain.world import World
from midstream.errors import InputError
from midstream.evidence import Evidence, Ledger, Node, Quantity
from midstream.evidence.tables import Row
from midstream.scenarios.regions import VARIANTS, Comparison, Condition, Rule

TABLE = "scenario_conditions"


@dataclass(frozen=True, slots=True)
class Record:
    """What is on record of forms in countries.

    Attributes:
        has_need: Whether the need of a form in a country can be known.
        has_maker: Whether a form in a country has a known output, a plant, a project, later
            entrants or secondary supply; without any, its output is not zero but unknown.
    """

    has_need: Callable[[str, str], bool]
    has_maker: Callable[[str, str], bool]

    def lacks(self, row: Row, country: str) -> str:
        """What a condition cannot be read for; blank where it can."""
        if not self.has_maker(row["form"], country):
            return "output"
        if row["threshold"] == "share-of-need" and not self.has_need(row["form"], country):
            return "need"
        return ""


def rules(evidence: Evidence, variant: str = "base") -> tuple[Rule, ...]:
    """Read the rules of a variant, from the worst scenario to the best.

    Raises:
        InputError: if the variant is unknown.
    """
    if variant not in VARIANTS:
        raise InputError(
            f"unknown variant {variant!r}",
            where="scenario_regions.csv:variant",
            why="no rule is written for it",
            mend=f"use one of {', '.join(VARIANTS)}",
        )
    rows = [r for r in evidence.table("scenario_regions").rows if r["variant"] == variant]
    return tuple(_rule(row) for row in sorted(rows, key=lambda row: int(row["rank"])))


def _rule(row: Row) -> Rule:
    columns = {"at-volume": "at_volume", "scale": "scale", "reach": "reach"}
    least = {role: int(row[name]) for role, name in columns.items() if row[name] is not None}
    return Rule(
        scenario=row["scenario"],
        name=row["name"],
        rank=int(row["rank"]),
        least=least,
        breakthrough=bool(row["breakthrough"]),
        variant=row["variant"],
    )


def conditions(
    evidence: Evidence, world: World, focus: str, chains: Sequence[str], record: Record
) -> tuple[Condition, ...]:
    """Read the conditions of a country.

    Args:
        evidence: Evidence.
        world: Base-year world: forms, units and names.
        focus: Country.
        chains: Chains whose forms the default conditions look at; empty for all on file, which
            are looked at as well where no form of these has a need and a maker on record.
        record: What is on record.

    Returns:
        Conditions of the country, or else the default ones for every form at the named stages;
        those that cannot be read are left out (see `unread`).

    Raises:
        InputError: if no condition is left, or a unit cannot be converted.
    """
    left = _readable(evidence, world, focus, chains, record)
    if not left and chains:
        left = _readable(evidence, world, focus, (), record)
    if not left:
        raise _nothing(world, focus)
    return _grouped(evidence, world, left)


def _readable(
    evidence: Evidence, world: World, focus: str, chains: Sequence[str], record: Record
) -> list[Row]:
    """Rows of the country, or else the default ones over forms, that can be read."""
    rows = evidence.table(TABLE).rows
    own = [row for row in rows if row["country"] == focus]
    if not own:
        own = [
            {**row, "form": form, "condition": f"{row['condition']}-{form}"}
            for row in rows
            if not row["country"]
            for form in forms_of(evidence, world, chains)
            if world.stages[form] in (row["stage"] or ())
        ]
    return [row for row in own if not record.lacks(row, focus)]


def has_own(evidence: Evidence, focus: str) -> bool:
    """Whether conditions are written for a country; all others get the default ones."""
    return any(row["country"] == focus for row in evidence.table(TABLE).rows)


def unread(evidence: Evidence, world: World, focus: str, record: Record) -> tuple[str, ...]:
    """Name the conditions of a country's own rows that cannot be read, and why."""
    return tuple(
        f"{row['condition']}: {lack} of {world.names.cell(row['form'], focus)} is not on record"
        for row in evidence.table(TABLE).rows
        if row["country"] == focus and (lack := record.lacks(row, focus))
    )


def forms_of(evidence: Evidence, world: World, chains: Sequence[str]) -> list[str]:
    """Forms of chains, the last of the chain first; of all on file where none is named."""
    steps = evidence.table("chain_steps").rows
    named = {row["form"] for row in steps if not chains or row["chain"] in chains}
    return [form for form in reversed(world.forms) if form in named]


def _grouped(evidence: Evidence, world: World, rows: Sequence[Row]) -> tuple[Condition, ...]:
    regions = {row["region"]: row["name"] for row in evidence.table("plant_regions").rows}
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row["condition"], []).append(row)
    found = []
    for name, members in groups.items():
        comparisons = tuple(_comparison(evidence, world, row) for row in members)
        words = " or ".join(_words(world, one, regions) for one in comparisons)
        found.append(Condition(name, members[0]["role"], comparisons, words))
    return tuple(found)


def _comparison(evidence: Evidence, world: World, row: Row) -> Comparison:
    return Comparison(
        id=f"{row['id']}/{row['form']}" if not row["country"] else row["id"],
        form=row["form"],
        metric=row["metric"],
        threshold=row["threshold"],
        value=row["value"],
        unit=row["unit"],
        factor=_factor(evidence, world, row),
        outside=row["outside"] or "",
        investment=row["investment"] or 0.0,
        currency=row["currency"] or "",
        source=tuple(row["source"] or ()),
    )


def _factor(evidence: Evidence, world: World, row: Row) -> float:
    """From the unit of a threshold to the unit of the form."""
    form, unit = row["form"], row["unit"]
    plain = row["threshold"] != "absolute" or row["metric"] == "plants"
    if plain or unit == world.units[form]:
        return 1.0
    for factor in evidence.table("facility_factors").rows:
        if factor["scored_form"] == form and factor["form"] == form and factor["unit"] == unit:
            return float(factor["factor"])
    raise InputError(
        f"unit {unit!r} does not fit {form}",
        where=f"{TABLE}.csv:{row['id']}:unit",
        why=f"{form} is counted in {world.units[form]}, and no factor leads there",
        mend="write the threshold in that unit or add a row to facility_factors",
    )


def _words(world: World, test: Comparison, regions: Mapping[str, str]) -> str:
    name, share = world.names.form(test.form), f"{100 * test.value:g}%"
    if test.metric == "plants":
        money = f" worth {_money(test)}" if test.investment else ""
        place = f" outside {regions.get(test.outside, test.outside)}" if test.outside else ""
        plural = "plant" if test.value == 1 else "plants"
        return f"{test.value:g} {plural} of {name}{place}{money}"
    if test.threshold == "share-of-need":
        return f"{name} {test.metric} of {share} of own need"
    if test.threshold == "share-outside":
        return f"{name} {test.metric} of {share} of the supply outside the incumbents"
    return f"{name} {test.metric} of {test.value:,g} {test.unit}"


def enter_conditions(ledger: Ledger, conditions: Sequence[Condition], year: int) -> None:
    """Enter every threshold into a ledger as an assumption, and the conditions on top."""
    for condition in conditions:
        for test in condition.comparisons:
            quantity = Quantity(test.value, None, None, test.unit, "modelled", test.id)
            name = f"Threshold, {condition.words}"
            source = ";".join(test.source) or None
            note = f"{TABLE}, fixed before the first edition; held against {year}"
            ledger.add(Node(test.id, "assumption", name, quantity, source, note=note))


def _nothing(world: World, focus: str) -> InputError:
    return InputError(
        f"no scenario can be told apart for {world.names.country(focus)}",
        where=f"{TABLE}.csv",
        why="no form of any chain has both a need and a maker on record there",
        mend="add a plant or an output of the country to a data folder of your own",
    )


def _money(test: Comparison) -> str:
    """An investment as its country reads it: crore of rupees, else millions."""
    if test.currency == "INR":
        return f"INR {test.investment / 1e7:,.0f} crore"
    return f"{test.currency} {test.investment / 1e6:,.0f} million"
