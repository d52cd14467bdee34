"""The register of capabilities: who works on which step, and how ready it is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from midstream.errors import InputError
from midstream.evidence import Evidence, Label, Ledger, Node, Quantity


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the chain that technologies are told apart by.

    Attributes:
        id, name: Names.
        forms: Scored forms the step makes or feeds.
        facility_forms: Forms of the facility register made at the step.
        beside: Steps before and after it, in both directions.
    """

    id: str
    name: str
    forms: tuple[str, ...]
    facility_forms: tuple[str, ...]
    beside: frozenset[str]


@dataclass(frozen=True, slots=True)
class Organisation:
    """A row of the register, or a plant that may take a technology.

    Attributes:
        id, name, country, kind: Names.
        technology: What it works on, in the words of the register.
        stage: Stage of the chain.
        form: Form it makes; blank where not on record.
        steps: Steps it works on; empty where the record does not say.
        level: Technology readiness level; ``None`` where no source gives one.
        lineage: Id of its node.
    """

    id: str
    name: str
    country: str
    kind: str
    technology: str
    stage: str
    form: str
    steps: tuple[str, ...]
    level: int | None
    lineage: str


def steps(evidence: Evidence) -> dict[str, Step]:
    """Read the steps; ``beside`` holds in both directions."""
    rows = evidence.table("technology_steps").rows
    beside: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        for other in row["beside"] or ():
            beside[row["id"]].add(other)
            beside[other].add(row["id"])
    return {
        row["id"]: Step(
            id=row["id"],
            name=row["name"],
            forms=tuple(row["forms"] or ()),
            facility_forms=tuple(row["facility_forms"] or ()),
            beside=frozenset(beside[row["id"]]),
        )
        for row in rows
    }


def organisations(evidence: Evidence, ledger: Ledger) -> tuple[Organisation, ...]:
    """Read the register of capabilities and enter the readiness of each row.

    A row whose technology names no step has no steps: it is listed and never matched.
    """
    worked: dict[str, list[str]] = defaultdict(list)
    for row in evidence.table("capability_steps").rows:
        worked[row["capability"]].append(row["step"])
    return tuple(
        Organisation(
            id=row["id"],
            name=row["organisation"],
            country=row["country"],
            kind=row["kind"],
            technology=row["technology"],
            stage=row["stage"],
            form=row["form"] or "",
            steps=tuple(worked[row["id"]]),
            level=row["trl"],
            lineage=_enter(evidence, ledger, row["id"], row["organisation"], row),
        )
        for row in evidence.table("capabilities").rows
    )


def _enter(
    evidence: Evidence, ledger: Ledger, row_id: str, name: str, row: Mapping[str, object]
) -> str:
    """Readiness of a row as a leaf with its source; without a level it has no value."""
    level, sources = row["trl"], row["source"]
    ids = [str(one) for one in sources] if isinstance(sources, list | tuple) else []
    value = float(level) if isinstance(level, int) else None
    label: Label | None = None if value is None else evidence.label_of_sources(ids)
    lineage = f"cap:{row_id}"
    quantity = Quantity(value, None, None, "level", label, lineage)
    title = f"Technology readiness level: {name}, {row['technology']}"
    note = str(row["note"] or "")
    ledger.add(Node(lineage, "observation", title, quantity, ";".join(ids), note=note))
    return lineage


def of_country(
    register: Sequence[Organisation], country: str, names: Mapping[str, str]
) -> tuple[Organisation, ...]:
    """Organisations of a country whose technology names a step.

    Args:
        register: The register.
        country: Country.
        names: Names of countries.

    Raises:
        InputError: if none is on record, naming the countries that have some.
    """
    found = tuple(one for one in register if one.country == country and one.steps)
    if found:
        return found
    have = sorted({one.country for one in register if one.steps})
    raise InputError(
        f"no capability on record for {names.get(country, country)}",
        where="--countries",
        why=f"organisations are on record for {', '.join(have)} only",
        mend=f"take two of {', '.join(have)} with --countries if the study scores them, or add rows"
        " to capabilities.csv and capability_steps.csv of a data folder of your own",
    )
