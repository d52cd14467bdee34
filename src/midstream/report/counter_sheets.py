"""Tables of the incumbent's answer: moves, entrants, payoffs, what deters, moves on record."""

from __future__ import annotations

from collections.abc import Sequence

from midstream.counterstrategy.history import PastMove
from midstream.counterstrategy.result import Counter, DeterrentRow, EntrantRow
from midstream.report.tables import Column, Sheet, Value, quantity_cells, quantity_columns

_FORM = Column("form", "string", "Form of a material at a stage")
_COUNTRY = Column("country", "string", "Country, ISO 3166-1 alpha-3")
_INCUMBENT = Column("incumbent", "string", "Country that moves, ISO 3166-1 alpha-3")
_MOVE = Column("move", "string", "Move of the incumbent")
_KIND = Column("kind", "string", "Kind of move")
_FACILITY = Column("facility", "string", "Entrant, id of the register of facilities")
_AIM = (
    *quantity_columns("home_weight", "How far what the incumbent's own users save counts", "ratio"),
    *quantity_columns("strategic_value", "Worth of a year without entrants", "USD million/yr"),
)


def counter_sheets(found: Sequence[Counter]) -> list[Sheet]:
    """Every table of the incumbent's answer."""
    return [
        moves(found), entrants(found), survivals(found), payoffs(found), thresholds(found),
        deterrence(found), sensitivity(found), history(found),
    ]  # fmt: skip


def moves(found: Sequence[Counter]) -> Sheet:
    """One row per form and move, valued under the middle of the aims."""
    columns = (
        _FORM, _MOVE, _INCUMBENT, _KIND,
        Column("years", "number", "How long it lasts"),
        *quantity_columns("cost", "Cost of the incumbent", "USD million"),
        *quantity_columns("gain", "Gain of the incumbent", "USD million"),
        *quantity_columns("payoff", "Gain less cost", "USD million"),
        *quantity_columns("pays", "Chance that it pays", "probability"),
        *quantity_columns("out", "Nameplate of entrants that is out at its end", "%"),
        *quantity_columns("out_focus", "The same of the focus country", "%"),
    )  # fmt: skip
    rows = tuple(
        (
            one.form, row.label, one.incumbent, row.move.kind, float(row.move.years),
            *quantity_cells(row.incumbent_cost), *quantity_cells(row.incumbent_gain),
            *quantity_cells(row.payoff), *quantity_cells(row.pays), *quantity_cells(row.out),
            *quantity_cells(row.out_focus),
        )
        for one in found
        for row in one.moves
    )  # fmt: skip
    return Sheet("counter_moves", "Moves of the incumbent", columns, rows, ("form", "move"))


def entrants(found: Sequence[Counter]) -> Sheet:
    """One row per form and entrant: what the model takes it to be."""
    columns = (
        _FORM, _FACILITY, Column("name", "string", "Name"), _COUNTRY,
        Column("status", "string", "Standing on record"),
        Column("built", "integer", "1 where it stands or is being built, else 0"),
        Column("supported", "integer", "1 where public money stands behind it, else 0"),
        Column("basis", "string", "Where its costs come from"),
        *quantity_columns("capacity", "Nameplate"), Column("unit", "string", "Unit of nameplate"),
        *quantity_columns("cost", "Cash cost and debt service", "USD/kg"),
        *quantity_columns("incentive", "Price that pays for building it", "USD/kg"),
        *quantity_columns("covered", "Share of its output under a floor", "%"),
        *quantity_columns("floor", "Floor; blank without one", "USD/kg"),
        *quantity_columns("buffer", "Cash held", "month"),
    )  # fmt: skip
    rows = tuple(_entrant(one.form, row) for one in found for row in one.entrants)
    return Sheet("counter_entrants", "Entrants", columns, rows, ("form", "facility"))


def _entrant(form: str, row: EntrantRow) -> tuple[Value, ...]:
    return (
        form, row.facility, row.name, row.country, row.status, int(row.built),
        int(row.supported), row.basis, *quantity_cells(row.capacity), row.capacity.unit,
        *quantity_cells(row.cost), *quantity_cells(row.incentive), *quantity_cells(row.covered),
        *quantity_cells(row.floor), *quantity_cells(row.buffer),
    )  # fmt: skip


def survivals(found: Sequence[Counter]) -> Sheet:
    """One row per form, move and entrant."""
    columns = (
        _FORM, _MOVE, _FACILITY,
        *quantity_columns("survival", "Chance to be there at its end", "probability"),
        *quantity_columns("without", "The same without the move", "probability"),
    )  # fmt: skip
    rows = tuple(
        (
            one.form, row.label, entrant.facility, *quantity_cells(entrant.survival),
            *quantity_cells(entrant.without),
        )
        for one in found
        for row in one.moves
        for entrant in row.entrants
    )  # fmt: skip
    key = ("form", "move", "facility")
    return Sheet("counter_survival", "Survival of entrants", columns, rows, key)


def payoffs(found: Sequence[Counter]) -> Sheet:
    """One row per form, aim and kind of move."""
    columns = (
        _FORM, _KIND, *_AIM, _MOVE,
        *quantity_columns("payoff", "Mean payoff of the best move of the kind", "USD million"),
        *quantity_columns("pays", "Chance that it pays", "probability"),
        Column("best", "integer", "1 where it is the best of all kinds and pays, else 0"),
    )  # fmt: skip
    rows = tuple(
        (
            one.form, row.kind, *quantity_cells(row.home_weight),
            *quantity_cells(row.strategic_value), row.label, *quantity_cells(row.payoff),
            *quantity_cells(row.pays), int(row.best),
        )
        for one in found
        for row in one.payoffs
    )  # fmt: skip
    key = ("form", "kind", "home_weight", "strategic_value")
    return Sheet("counter_payoffs", "Payoffs by aim", columns, rows, key)


def thresholds(found: Sequence[Counter]) -> Sheet:
    """One row per form, kind of move and weight: the smallest strategic value that pays."""
    columns = (
        _FORM, _KIND, *_AIM,
        *quantity_columns("of_sales", "The same over the incumbent's yearly sales", "%"),
    )  # fmt: skip
    rows = tuple(
        (
            one.form, row.kind, *quantity_cells(row.home_weight),
            *quantity_cells(row.strategic_value), *quantity_cells(row.of_sales),
        )
        for one in found
        for row in one.thresholds
    )  # fmt: skip
    title = "Strategic values from which a move pays"
    return Sheet("counter_thresholds", title, columns, rows, ("form", "kind", "home_weight"))


_DOSE = (
    Column("instrument", "string", "floor, cover, buffer or stock"),
    Column("against", "string", "Kinds of moves, by semicolon"),
    *_AIM,
    *quantity_columns("smallest", "Smallest dose that deters; blank where none does"),
    *quantity_columns("limit", "Largest dose looked at"),
    Column("unit", "string", "Unit of the doses"),
    Column("enough", "integer", "1 where a dose within the limit is enough, else 0"),
    *quantity_columns("temptation", "Highest mean payoff without it", "USD million"),
)


def deterrence(found: Sequence[Counter]) -> Sheet:
    """One row per form and instrument, at the aim that tempts most; ends span all aims."""
    rows = _doses([(one.form, row) for one in found for row in one.deterrence])
    title = "What deters at the aim that tempts most"
    return Sheet("counter_deterrence", title, (_FORM, *_DOSE), rows, ("form", "instrument"))


def sensitivity(found: Sequence[Counter]) -> Sheet:
    """One row per form, instrument and aim."""
    key = ("form", "instrument", "home_weight", "strategic_value")
    rows = _doses([(one.form, row) for one in found for row in one.sensitivity])
    return Sheet("counter_sensitivity", "What deters, by aim", (_FORM, *_DOSE), rows, key)


def _doses(found: Sequence[tuple[str, DeterrentRow]]) -> tuple[tuple[Value, ...], ...]:
    return tuple(
        (
            form, row.instrument, ";".join(row.against), *quantity_cells(row.home_weight),
            *quantity_cells(row.strategic_value), *quantity_cells(row.smallest),
            *quantity_cells(row.limit), row.limit.unit, int(row.enough),
            *quantity_cells(row.temptation),
        )
        for form, row in found
    )  # fmt: skip


def history(found: Sequence[Counter]) -> Sheet:
    """One row per move on record against any of the forms, oldest first."""
    columns = (
        Column("id", "string", "Move on record"), _KIND,
        Column("actor", "string", "Country that moved, ISO 3166-1 alpha-3"),
        Column("forms", "string", "Forms it hit, by semicolon"),
        Column("start", "string", "Period it began"),
        Column("end", "string", "Period it ended; blank where none is on record"),
        Column("intent", "string", "stated, disputed or not shown"),
        *quantity_columns("depth", "Fall of the price, or of exports", "%"),
        Column("outcome", "string", "What came of it"),
        Column("plants", "string", "Plants outside that met it and what became of them"),
        Column("source", "string", "Ids of the source register, by semicolon"),
    )  # fmt: skip
    known = {row.id: row for one in found for row in one.history}
    rows = tuple(_past(row) for row in sorted(known.values(), key=lambda r: (r.start, r.id)))
    return Sheet("incumbent_history", "Moves of incumbents on record", columns, rows, ("id",))


def _past(row: PastMove) -> tuple[Value, ...]:
    plants = ";".join(f"{facility} {fate}" for facility, fate in row.plants)
    return (
        row.id, row.kind, row.actor, ";".join(row.forms), row.start, row.end or None, row.intent,
        *quantity_cells(row.depth), row.outcome, plants or None, ";".join(row.source),
    )  # fmt: skip
