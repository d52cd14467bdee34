"""What the tables of an edition hold: scores, holders, sources, lineage, numbers shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from midstream.evidence.lineage import Node
from midstream.evidence.quantity import Quantity
from midstream.report.bibliography import Entry
from midstream.report.narrative import Narrative
from midstream.report.narrative.hollow import verdict
from midstream.report.numbers import Register
from midstream.report.tables import Column, Sheet, Value, quantity_cells, quantity_columns
from midstream.scorecard.result import CellScore, FormScore, Scorecard
from midstream.terms import STAGE_ORDER

if TYPE_CHECKING:
    from midstream.study import Study

_COUNTRY = Column("country", "string", "Country, ISO 3166-1 alpha-3")
_SECTOR = Column("sector", "string", "Sector of the study")
_STAGE = Column("stage", "string", "C1 extraction, C2 refining, C3 materials, C4 downstream")
_FORM = Column("form", "string", "Form of a material at a stage")
_UNIT = Column("unit", "string", "Unit of the amounts of the row")
_DIGITS = (
    Column("digit", "integer", "Integer score; blank where the evidence allows several"),
    Column("digit_low", "integer", "Lowest integer the evidence allows"),
    Column("digit_high", "integer", "Highest integer the evidence allows"),
)

_PILLARS = ("installed", "trajectory", "control")
_AMOUNTS = ("output", "need", "world", "coverage", "scale", *_PILLARS)


def scores(card: Scorecard) -> Sheet:
    """One row per country, sector and stage."""
    columns = (
        _COUNTRY, _SECTOR, _STAGE,
        *quantity_columns("score", "Score, 1 to 5", "score"),
        *_DIGITS,
        Column("p_digit", "number", "Probability of the integer at the weaker end", "probability"),
        Column("forms", "string", "Forms behind the score, the binding one first, by semicolon"),
        Column("reasons", "string", "Why the score is what it is"),
        Column("lift", "string", "What would lift it by one"),
        Column("missing", "string", "What evidence is missing"),
    )  # fmt: skip
    rows = tuple(_score_row(cell) for cell in card.cells)
    return Sheet(
        "scores",
        "Scores by country, sector and stage",
        columns,
        rows,
        ("country", "sector", "stage"),
    )


def _score_row(cell: CellScore) -> tuple[Value, ...]:
    return (
        cell.country, cell.sector, cell.stage,
        *quantity_cells(cell.score),
        cell.digit, cell.digit_low, cell.digit_high, float(cell.p_digit),
        ";".join(form.form for form in cell.forms),
        " | ".join(str(one) for one in cell.reasons),
        " | ".join(str(one) for one in cell.lift),
        " | ".join(str(one) for one in cell.missing),
    )  # fmt: skip


def form_scores(card: Scorecard) -> Sheet:
    """One row per country and form, with output, need and pillars."""
    columns = [_COUNTRY, _FORM, _STAGE, _UNIT, *quantity_columns("score", "Score, 1 to 5", "score")]
    columns += _DIGITS
    for name in _AMOUNTS:
        columns += quantity_columns(name, name.capitalize())
    columns += [
        Column("support", "string", "Standing of the output: observed, proxied, bounded or open"),
        Column("missing", "string", "What evidence would settle the row"),
    ]
    rows = tuple(_form_row(form) for form in card.form_scores)
    return Sheet(
        "form_scores", "Scores by country and form", tuple(columns), rows, ("country", "form")
    )


def _form_row(form: FormScore) -> tuple[Value, ...]:
    amounts: list[Value] = []
    for name in _AMOUNTS:
        amounts += quantity_cells(getattr(form, name))
    return (
        form.country, form.form, form.stage, form.output.unit, *quantity_cells(form.score),
        form.digit, form.digit_low, form.digit_high, *amounts, form.support, form.missing,
    )  # fmt: skip


def pillars(card: Scorecard) -> Sheet:
    """One row per cell and pillar."""
    columns = (
        _COUNTRY, _SECTOR, _STAGE,
        Column("pillar", "string", "installed, trajectory or control"),
        *quantity_columns("value", "Pillar, 0 to 1", "ratio"),
    )  # fmt: skip
    rows = tuple(
        (cell.country, cell.sector, cell.stage, name, *quantity_cells(cell.pillars[name]))
        for cell in card.cells
        for name in _PILLARS
        if name in cell.pillars
    )
    return Sheet(
        "pillars", "Pillars of each score", columns, rows, ("country", "sector", "stage", "pillar")
    )


def profiles(card: Scorecard) -> Sheet:
    """One row per country and stage: the mean over sectors."""
    columns = (
        _COUNTRY, _STAGE,
        *quantity_columns("score", "Mean score over sectors, 1 to 5", "score"), _DIGITS[0],
    )  # fmt: skip
    rows = tuple(
        (one.country, stage, *quantity_cells(one.stages[stage]), one.digits[stage])
        for one in card.profiles
        for stage in STAGE_ORDER
    )
    return Sheet("profiles", "National profiles", columns, rows, ("country", "stage"))


def hollow(card: Scorecard) -> Sheet:
    """One row per country: the hollow-middle test."""
    columns = (
        _COUNTRY,
        *quantity_columns("hollow_index", "Mean of C1 and C4 less mean of C2 and C3", "score"),
        *quantity_columns(
            "p_hollow", "Probability that C2 and C3 lie below C1 and C4", "probability"
        ),
        Column("verdict", "string", "supported, refuted or undetermined"),
        Column("sectors_scored", "integer", "Sectors with a score at all four stages"),
    )
    rows = tuple(
        (
            one.country, *quantity_cells(one.hollow_index), *quantity_cells(one.p_hollow),
            verdict(one.p_hollow), one.sectors_scored,
        )
        for one in card.profiles
    )  # fmt: skip
    return Sheet("hollow", "The hollow middle, by country", columns, rows, ("country",))


def ranks(card: Scorecard) -> Sheet:
    """One row per country and stage: median rank and its range."""
    columns = (
        _COUNTRY, _STAGE,
        Column("rank", "integer", "Median rank among the countries of the study, 1 is best"),
        Column("rank_low", "integer", "Best rank of the 90 % range"),
        Column("rank_high", "integer", "Worst rank of the 90 % range"),
    )  # fmt: skip
    rows = tuple(
        (one.country, stage, rank.p50, rank.low, rank.high)
        for one in card.profiles
        for stage, rank in one.ranks.items()
    )
    return Sheet("ranks", "Ranks of the countries", columns, rows, ("country", "stage"))


def holders(study: Study) -> Sheet:
    """One row per form and country: its share of the world."""
    columns = (
        _FORM, _STAGE, Column("year", "integer", "Year of the shares"), _COUNTRY,
        *quantity_columns("share", "Share of world output", "%"),
    )  # fmt: skip
    rows = tuple(
        (one.form, one.stage, one.year, country, *quantity_cells(share))
        for one in study.holders()
        for country, share in one.shares
    )
    return Sheet("holders", "Who holds each form", columns, rows, ("form", "country"))


def concentration(study: Study) -> Sheet:
    """One row per form: world output, leader, concentration."""
    columns = (
        _FORM, _STAGE, Column("year", "integer", "Year"), _UNIT,
        *quantity_columns("world", "World output in the unit of the row"),
        Column("leader", "string", "Largest holder, ISO 3166-1 alpha-3"),
        *quantity_columns("leader_share", "Share of the largest holder", "%"),
        *quantity_columns("hhi", "Herfindahl index, 0 to 1", "index"),
    )  # fmt: skip
    rows = tuple(
        (
            one.form, one.stage, one.year, one.unit, *quantity_cells(one.world), one.leader,
            *quantity_cells(one.leader_share), *quantity_cells(one.hhi),
        )
        for one in study.holders()
    )  # fmt: skip
    return Sheet("concentration", "Concentration of each form", columns, rows, ("form",))


def form_balance(study: Study) -> Sheet:
    """One row per form: world output, who is named, what recipes use, and both residuals."""
    nothing = (None,) * len(quantity_columns("x", ""))
    columns = (
        _FORM, _UNIT,
        *quantity_columns("world", "World output in the unit of the row"),
        *quantity_columns("named", "Output of the countries on record"),
        *quantity_columns("unnamed", "World less named: residual"),
        *quantity_columns("recipe_use", "Need of the forms made of it"),
        *quantity_columns("unexplained", "World less recipe use: residual"),
    )  # fmt: skip
    rows = tuple(
        (
            one.form, one.unit, *quantity_cells(one.world), *quantity_cells(one.named),
            *quantity_cells(one.unnamed),
            *(quantity_cells(one.recipe_use) if one.recipe_use else nothing),
            *(quantity_cells(one.unexplained) if one.unexplained else nothing),
        )
        for one in study.balances[0]
    )  # fmt: skip
    return Sheet(
        "balance", "Mass balance of each form, residuals declared", columns, rows, ("form",)
    )


def trade_balance(study: Study) -> Sheet:
    """One row per form and country: output, trade and apparent use."""
    columns = (
        _FORM, Column("country", "string", "ISO 3166-1 alpha-3"),
        *quantity_columns("output", "Output in the unit of the form"),
        *quantity_columns("imports", "Imports, tonnes traded times content"),
        *quantity_columns("exports", "Exports, tonnes traded times content"),
        *quantity_columns("apparent_use", "Output plus imports less exports"),
    )  # fmt: skip
    rows = tuple(
        (
            one.form, one.country, *quantity_cells(one.output), *quantity_cells(one.imports),
            *quantity_cells(one.exports), *quantity_cells(one.apparent_use),
        )
        for one in study.balances[1]
    )  # fmt: skip
    title = "Trade balance of each form and country"
    return Sheet("trade_balance", title, columns, rows, ("form", "country"))


def parameters(study: Study) -> Sheet:
    """One row per parameter of the model."""
    texts = {
        "id": "Name", "name": "Readable name", "unit": "Unit",
        "distribution": "Shape used in draws",
        "kind": "assumed, sourced or derived", "group": "Chapter of the assumptions",
        "description": "What the parameter does",
    }  # fmt: skip
    columns = (
        *(Column(name, "string", meaning) for name, meaning in texts.items()),
        Column("value", "number", "Central value"),
        Column("low", "number", "Lower end of the range"),
        Column("high", "number", "Upper end of the range"),
        Column("source", "string", "Ids of sources by semicolon"),
    )
    rows = tuple(
        (
            *(str(row[name] or "") or None for name in texts),
            row["value"], row["low"], row["high"], ";".join(row["source"] or ()) or None,
        )
        for row in study.evidence.table("parameters").rows
    )  # fmt: skip
    return Sheet("parameters", "Parameters and assumptions", columns, rows, ("id",))


def missing(narrative: Narrative) -> Sheet:
    """One row per missing fact, those that would settle most cells first."""
    columns = (
        _COUNTRY, _FORM, _STAGE,
        Column("missing", "string", "What is missing"),
        Column("cells", "integer", "Open cells that wait for it"),
        Column("sectors", "string", "Sectors of these cells, by semicolon"),
    )  # fmt: skip
    rows = tuple(
        (
            gap.country, gap.form, gap.stage, gap.what.plain, len(gap.cells),
            ";".join(dict.fromkeys(sector for _, sector, _ in gap.cells)),
        )
        for gap in narrative.gaps
    )  # fmt: skip
    return Sheet("missing", "What is missing", columns, rows, ("country", "form"))


def sources(entries: Sequence[Entry]) -> Sheet:
    """One row per source under the numbers shown."""
    columns = (
        Column("id", "string", "Id in the source register"),
        Column("layer", "integer", "1 primary, 2 secondary, 3 tertiary"),
        Column("publisher", "string", "Publisher"),
        Column("title", "string", "Title"),
        Column("date", "string", "Date of publication, as exact as known"),
        Column("url", "string", "Address"),
        Column("licence", "string", "Licence or terms"),
        Column("uses", "integer", "Numbers of the edition that rest on it"),
    )
    rows = tuple(
        (
            one.id, int(one.layer), one.publisher, one.title, one.date or None, one.url or None,
            one.licence or None, one.uses,
        )
        for one in entries
    )  # fmt: skip
    return Sheet("sources", "Sources under the numbers", columns, rows, ("id",))


def lineage(nodes: Iterable[Node]) -> Sheet:
    """One row per node under some numbers: formulas, assumptions, corrections, observations."""
    columns = (
        *_NODE_COLUMNS,
        Column("inputs", "string", "Lineage ids it was computed from, by space"),
    )
    rows = tuple((*_node_row(node), " ".join(node.inputs) or None) for node in nodes)
    return Sheet("lineage", "Where every number comes from", columns, rows, ("id",))


def facts(nodes: Iterable[Node]) -> Sheet:
    """One row per observed figure among the nodes under some numbers."""
    rows = tuple(_node_row(node) for node in nodes if node.kind == "observation")
    return Sheet("facts", "Figures from sources", _NODE_COLUMNS, rows, ("id",))


_NODE_COLUMNS = (
    Column("id", "string", "Lineage id"),
    Column("kind", "string", "observation, formula, assumption or correction"),
    Column("name", "string", "What it is"),
    Column("value", "number", "Value"),
    Column("low", "number", "Lower end"),
    Column("high", "number", "Upper end"),
    Column("unit", "string", "Unit"),
    Column("label", "string", "V, V1, U or modelled"),
    Column("source", "string", "Ids of sources by semicolon"),
    Column("formula", "string", "Formula"),
    Column("note", "string", "Place in the source, or why an assumption was made"),
)


def _node_row(node: Node) -> tuple[Value, ...]:
    quantity: Quantity = node.quantity
    return (
        node.id, node.kind, node.name, quantity.value, quantity.low, quantity.high,
        quantity.unit or None, quantity.label, node.source or None, node.formula or None,
        node.note or None,
    )  # fmt: skip


def numbers(registers: Iterable[tuple[str, Register]]) -> Sheet:
    """One row per number shown, in reading order, with its document and place."""
    columns = (
        Column("document", "string", "site or condensed"),
        Column("place", "string", "Page or section"),
        Column("order", "integer", "Place in reading order within the document"),
        Column("text", "string", "The number as printed"),
        Column("lineage", "string", "Lineage id, see lineage.csv"),
    )
    rows = tuple(
        (document, place, order, text, lineage_id)
        for document, register in registers
        for order, (place, text, lineage_id) in enumerate(register.rows, 1)
    )
    return Sheet("numbers", "Every number shown", columns, rows, ("document", "order"))


def lineages_of(sheets: Iterable[Sheet]) -> Iterator[str]:
    """Every lineage id that stands in some tables."""
    for sheet in sheets:
        places = [i for i, column in enumerate(sheet.columns) if column.name.endswith("lineage")]
        for row in sheet.rows:
            yield from (str(row[place]) for place in places if row[place] is not None)
