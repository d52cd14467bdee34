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

#: Laws that a value alone does not move, or hardly: drawn between ends, or from two numbers.
_BETWEEN = ("uniform", "loguniform", "triangular", "beta")
#: Group of priors, which are read from the numbers of their law.
_PRIORS = "reference"


def with_parameters(evidence: Evidence, values: Mapping[str, float]) -> Evidence:
    """Give the evidence with other values of some parameters.

    A parameter that is drawn between ends takes the value in every draw; one that is drawn around
    a median keeps its spread around the new one.

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
    fixed = {"distribution": "fixed"}
    still = {name: fixed for name in values if _law(evidence.parameters[name]) in _BETWEEN}
    return _changed(evidence, "parameters", values, still)


def _law(row: Row) -> str:
    """Name of the law of a parameter."""
    return str(row["distribution"]).partition("(")[0]


def with_observations(evidence: Evidence, values: Mapping[str, float]) -> Evidence:
    """Give the evidence with other values of some observations, in their published unit.

    Raises:
        InputError: if an observation is unknown.
    """
    rows = {str(row["id"]): str(row["id"]) for row in evidence.table("observations").rows}
    for name in values:
        known(name, rows, "observation")
    # A published range belongs to the published figure.
    plain = {"low": None, "high": None}
    return _changed(evidence, "observations", values, dict.fromkeys(values, plain))


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
    if row["group"] == _PRIORS and _law(row) == "beta":
        raise InputError(
            f"{name} cannot be changed",
            where="assumptions",
            why="it is a prior, read from the two numbers of its law and not from a value",
            mend="change its law in the parameter table of a data folder of your own",
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
    more: Mapping[str, Mapping[str, object]] = MappingProxyType({}),
) -> Evidence:
    table = evidence.folder.table(name)
    rows: list[Row] = [
        {**row, "value": float(values[row["id"]]), **more.get(row["id"], {})}
        if row["id"] in values
        else row
        for row in table.rows
    ]
    made = Table(table.name, table.file, tuple(rows), table.lines)
    folder = replace(evidence.folder, tables={**evidence.folder.tables, name: made})
    return Evidence(folder, evidence.without_licences)
