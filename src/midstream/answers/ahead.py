"""Answers about the years ahead: the outlook, the incumbent's moves, signals and the ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any

from midstream.answers import Envelope, envelope, of_study
from midstream.counterstrategy.moves import Move
from midstream.counterstrategy.result import Counter, DeterrentRow, MoveRow
from midstream.evidence import Quantity
from midstream.study import Progress, Study


def plain(value: Any) -> Any:
    """Turn rows of quantities into JSON values, field by field under their own names."""
    if isinstance(value, Quantity):
        return value.to_dict()
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, tuple | list):
        return [plain(one) for one in value]
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    return value


def outlook_answer(
    study: Study,
    draws: int | None = None,
    experts: Mapping[str, float] | None = None,
    progress: Progress | None = None,
) -> Envelope:
    """Scenarios with their probabilities, paths, drivers, and scores of the focus country."""
    found = study.outlook(draws, experts=experts, progress=progress)
    result = found.to_dict()
    assumptions = [one.removeprefix("par:") for one in result.pop("assumptions")]
    warnings = result.pop("warnings")
    if found.scores is not None:
        rows = found.scores.quantities(study.ledger)
        result["scores"] = [row.to_dict() for row in rows if row.country == found.focus]
    return envelope("outlook", study.evidence, result, study.config.id, assumptions, warnings)


def counter_answer(
    study: Study,
    form: str,
    entrants: Sequence[str] | None = None,
    incumbent: str = "",
    price: float | None = None,
    draws: int | None = None,
) -> Envelope:
    """What an incumbent can do to the entrants of a form, and what would deter it."""
    found = study.counter(form, entrants, incumbent=incumbent, price=price, draws=draws)
    result = {
        **plain(_without(found, "moves", "deterrence", "sensitivity", "warnings", "assumptions")),
        "entrants": plain(found.entrants),
        "moves": [_move(row) for row in found.moves],
        "deterrence": [_deterrent(row) for row in found.deterrence],
        "sensitivity": [_deterrent(row) for row in found.sensitivity],
    }
    return of_study("counter", study, result, found.warnings)


def _without(found: Counter, *names: str) -> dict[str, Any]:
    every = {field.name: getattr(found, field.name) for field in fields(found)}
    return {name: value for name, value in every.items() if name not in names}


def _move(row: MoveRow) -> dict[str, Any]:
    rest = {field.name: getattr(row, field.name) for field in fields(row)}
    del rest["move"], rest["label"]
    return {"move": row.label, **_terms(row.move), **plain(rest)}


def _terms(move: Move) -> dict[str, Any]:
    return {"kind": move.kind, "years": move.years, "price": move.price, "depth": move.depth}


def _deterrent(row: DeterrentRow) -> dict[str, Any]:
    made: dict[str, Any] = plain(row)
    return made
