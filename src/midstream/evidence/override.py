"""The same evidence with some rows told otherwise: parameters of a study, one fact in doubt.

The release itself stays as it is; the copy says in each changed row what the release holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from midstream.errors import InputError
from midstream.evidence.store import Evidence
from midstream.evidence.tables import Row, Table
from midstream.evidence.vocabulary import known


def with_parameters(evidence: Evidence, values: Mapping[str, float]) -> Evidence:
    """Give the evidence with other values of some parameters.

    Args:
        evidence: The release.
        values: Parameter id -> value, within the range the release states for it.

    Raises:
        InputError: if a parameter is unknown, has no range, or the value lies outside it.
    """
    if not values:
        return evidence
    for name, value in values.items():
        _check(evidence, name, value)
    return _changed(evidence, "parameters", values)


def with_observations(evidence: Evidence, values: Mapping[str, float]) -> Evidence:
    """Give the evidence with other values of some observations, in their published unit.

    Raises:
        InputError: if an observation is unknown.
    """
    rows = {str(row["id"]): str(row["id"]) for row in evidence.table("observations").rows}
    for name in values:
        known(name, rows, "observation")
    # A published range belongs to the published figure.
    return _changed(evidence, "observations", values, {"low": None, "high": None})


def _check(evidence: Evidence, name: str, value: float) -> None:
    named = {key: str(row["name"] or "") for key, row in evidence.parameters.items()}
    known(name, named, "parameter")
    row = evidence.parameters[name]
    low, high = row["low"], row["high"]
    if low is None or high is None:
        raise InputError(
            f"{name} cannot be changed",
            where="assumptions",
            why="the parameter table states no range for it",
            mend="change a parameter that has one, or the table in a data folder of your own",
        )
    if not low <= value <= high:
        raise InputError(
            f"{value:g} is out of range for {name}",
            where="assumptions",
            why="a value has to lie within the range the parameter table states",
            mend=f"take a number from {low:g} to {high:g}",
        )


def _changed(
    evidence: Evidence,
    name: str,
    values: Mapping[str, float],
    blank: Mapping[str, None] = MappingProxyType({}),
) -> Evidence:
    table = evidence.folder.table(name)
    rows: list[Row] = [
        {**row, "value": float(values[row["id"]]), **blank} if row["id"] in values else row
        for row in table.rows
    ]
    made = Table(table.name, table.file, tuple(rows), table.lines)
    folder = replace(evidence.folder, tables={**evidence.folder.tables, name: made})
    return Evidence(folder, evidence.without_licences)
