"""Evidence with other rows in a table, and paths and needs by hand, without a folder on disk."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from midstream.chain.estimate import Floats
from midstream.evidence import Evidence, Row, Table
from midstream.scenarios.frame import Frame, Needs, Paths, Place


def with_rows(evidence: Evidence, **tables: Iterable[Row]) -> Evidence:
    """The release with the rows of some tables replaced."""
    other = copy.copy(evidence)
    made = {name: Table(name, f"{name}.csv", tuple(rows)) for name, rows in tables.items()}
    other.__dict__["_tables"] = {**evidence._tables, **made}
    other.__dict__["_by_id"] = {}
    return other


def row_of(evidence: Evidence, table: str, **cells: Any) -> Row:
    """A row with every column of a table, blank where nothing is given."""
    names = evidence.schemas[table].fields
    blank: dict[str, Any] = dict.fromkeys(names)
    return {**blank, **cells}


def ends(name: str, value: float | None) -> dict[str, float | None]:
    """A figure without a range."""
    return {name: value, f"{name}_low": value, f"{name}_high": value}


def flat_paths(
    frame: Frame, output: Mapping[Place, Floats | float], base: Mapping[Place, float] | None = None
) -> Paths:
    """Paths with one output a place (or one a year) and no projects."""
    places = tuple(output)
    shape = (frame.draws, len(frame.years), len(places))
    made, held = np.zeros(shape), np.zeros(shape)
    for number, place in enumerate(places):
        made[:, :, number] = output[place]
        held[:, :, number] = (base or {}).get(place, 0.0)
    return Paths(
        frame=frame,
        places=places,
        projects=(),
        capacity=made.copy(),
        output=made,
        base=held,
        complete=np.zeros((frame.draws, 0), dtype=bool),
        start=np.zeros((frame.draws, 0)),
        counted=np.ones(len(places), dtype=bool),
    )


def flat_needs(frame: Frame, need: Mapping[Place, Floats | float]) -> Needs:
    """Needs with one figure a place (or one a year)."""
    places = tuple(need)
    found = np.zeros((frame.draws, len(frame.years), len(places)))
    for number, place in enumerate(places):
        found[:, :, number] = need[place]
    return Needs(frame, places, found, tuple(() for _ in places))


def scaled_paths(paths: Paths, factor: float) -> Paths:
    """Every plant some times as large."""
    projects = tuple(
        replace(p, capacity=p.capacity * factor, low=p.low * factor, high=p.high * factor)
        for p in paths.projects
    )
    parts = {name: getattr(paths, name) * factor for name in ("capacity", "output", "base")}
    return replace(paths, projects=projects, **parts)
