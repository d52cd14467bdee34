"""Tools whose answer is a table: any command of the API, laid out with its numbers linked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from markupsafe import Markup, escape

from midstream.app.commands import COMMANDS
from midstream.app.settings import StudyText
from midstream.app.tasks.desk import LivePen, QuickDesk
from midstream.app.tasks.edition import environment
from midstream.app.worker import Place
from midstream.errors import MidstreamError
from midstream.evidence import Ledger, Quantity
from midstream.report.narrative.capital_rows import millions
from midstream.report.narrative.context import Context
from midstream.report.narrative.reckon import Reckoner
from midstream.report.numbers import Shown, number_text, show
from midstream.rows import QUANTITY
from midstream.study import Study

#: Rows of one table, and parts of one cell.
ROWS, PARTS = 200, 12
#: Depth to which tables stand in tables.
DEPTH = 3


def choices(place: Place, study: StudyText) -> dict[str, Any]:
    """Say what the fields of the tools can be."""
    opened = place.study(study)
    desk = QuickDesk(opened)
    facilities = opened.evidence.table("facilities").rows
    known = set(opened.evidence.countries)
    return {
        "country": [{"id": one, "name": desk.country(one)} for one in desk.countries],
        "sector": [{"id": one, "name": desk.sector(one)} for one in opened.config.sectors],
        "chain": [{"id": one.id, "name": one.name} for one in opened.routes.values()],
        "form": [
            {"id": form, "name": desk.form(form)}
            for form in dict.fromkeys(
                step.form for line in opened.routes.values() for step in line.steps
            )
        ],
        "facility": [
            {"id": str(row["id"]), "name": f"{row['name']} ({row['country']})"}
            for row in facilities
            if row["country"] in known
        ],
        "plant": _costed(opened, [row for row in facilities if row["country"] in known]),
        "method": [{"id": one, "name": one} for one in ("geopolrisk", "stage-consistent", "eu")],
        "focus": opened.config.focus,
        "partner": next(iter(opened.config.partners), ""),
        "year": int(opened.evidence.release.date[:4]),
    }


def _costed(study: Study, plants: Sequence[Mapping[str, Any]]) -> str:
    """Give the first plant whose money can be worked out, those of the focus country before others.

    Of many on record a capacity, a price or a running cost is missing: the menu has them all, and
    their answer says what is missing, but none of them is what a reader should see first.
    """
    own = sorted(plants, key=lambda row: row["country"] != study.config.focus)
    with study.apart():
        for row in own:
            with suppress(MidstreamError):
                study.capital_plant(str(row["id"]), draws=2)
                return str(row["id"])
    return ""


def table(place: Place, study: StudyText, path: str, asked: Mapping[str, Any]) -> str:
    """Work out a command and lay its answer out."""
    command = COMMANDS[path]
    opened = place.study(study)
    answer = command.run(opened, command.query.model_validate(asked), place.tell)
    desk = QuickDesk(opened)
    pen = LivePen(desk, "/tool", [])
    writer = _Writer(pen, desk)
    body = "".join(writer.part("", answer["result"], 0))
    figures = _figures(opened, desk, path, asked)
    text = (
        environment()
        .get_template("tool_result.html")
        .render(
            pen=pen,
            body=Markup(body),
            figures=figures,
            warnings=answer["warnings"],
            assumptions=answer["assumptions"],
        )
    )
    return pen.turned(text)


def _figures(study: Study, desk: QuickDesk, path: str, asked: Mapping[str, Any]) -> list[Any]:
    """Figures that stand before the table of a tool."""
    if not path.startswith("capital/"):
        return []
    from midstream.report.site.capital import waterfall_figure

    draws, scheme = asked.get("draws"), asked.get("with_scheme", True)
    price = asked.get("price")
    if path == "capital/plant":
        found = study.capital_plant(asked["facility"], price=price, with_scheme=scheme, draws=draws)
    else:
        found = study.capital_target(
            asked["country"],
            asked["form"],
            asked["capacity"],
            asked["year"],
            price=price,
            with_scheme=scheme,
            draws=draws,
        )
    return [waterfall_figure(desk, found)]


class _Writer:
    """Lays plain values out as tables."""

    def __init__(self, pen: LivePen, desk: QuickDesk) -> None:
        self.pen, self.desk = pen, desk
        # Its ledger is its own: what is printed here is no result.
        reckoner = Reckoner(Ledger(base=desk.ledger))
        self.context = Context(desk.study, desk.card, reckoner)

    def part(self, name: str, value: Any, depth: int) -> Iterator[str]:
        """Write a part of an answer under its name."""
        rows = _rows(value)
        if rows is not None:
            yield self._heading(name)
            yield self._table(name, rows)
            return
        if isinstance(value, Mapping) and not _is_quantity(value) and depth < DEPTH:
            single = {key: one for key, one in value.items() if not _nested(one)}
            if single:
                yield self._heading(name)
                yield self._record(single)
            for key, one in value.items():
                if _nested(one):
                    yield from self.part(f"{name} {key}".strip(), one, depth + 1)
            return
        yield self._heading(name)
        yield f"<p>{self._cell(value)}</p>"

    def _heading(self, name: str) -> str:
        if not name:
            return ""
        return f'<h2 class="section">{escape(_spelled(name).capitalize())}</h2>'

    def _record(self, values: Mapping[str, Any]) -> str:
        items = "".join(
            f"<dt>{escape(_spelled(key))}</dt><dd>{self._cell(one)}</dd>"
            for key, one in values.items()
        )
        return f'<dl class="record">{items}</dl>'

    def _table(self, name: str, rows: Sequence[Mapping[str, Any]]) -> str:
        columns = [
            one
            for one in dict.fromkeys(key for row in rows for key in row)
            if any(row.get(one) not in (None, [], {}, "") for row in rows)
        ]
        head = "".join(f'<th scope="col">{escape(_spelled(one))}</th>' for one in columns)
        body = "".join(self._row(columns, row) for row in rows[:ROWS])
        label = escape(_spelled(name) or "Answer")
        more = (
            f'<p class="note">{len(rows) - ROWS} more rows by the API.</p>'
            if len(rows) > ROWS
            else ""
        )
        return (
            f'<div class="scroll" tabindex="0" role="region" aria-label="{label}">'
            f'<table class="tight reflow"><caption class="visually-hidden">{label}</caption>'
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>{more}"
        )

    def _row(self, columns: Sequence[str], row: Mapping[str, Any]) -> str:
        first, *rest = columns
        cells = "".join(
            f'<td data-head="{escape(_spelled(one))}">{self._cell(row.get(one))}</td>'
            for one in rest
        )
        return f'<tr><th scope="row">{self._cell(row.get(first))}</th>{cells}</tr>'

    def _cell(self, value: Any) -> Markup:
        if isinstance(value, Mapping):
            if _is_quantity(value):
                return self._quantity(value)
            parts = [
                Markup("{}: {}").format(_spelled(key), self._cell(one))
                for key, one in value.items()
                if one not in (None, "", [], {})
            ]
            return Markup("<br>").join(parts[:PARTS])
        if isinstance(value, list | tuple):
            return Markup(", ").join(self._cell(one) for one in value[:PARTS])
        if isinstance(value, bool):
            return Markup("yes" if value else "no")
        if value is None:
            return Markup("–")
        if isinstance(value, float):
            return Markup(number_text(value, ""))
        return escape(self.desk.named(str(value)))

    def _quantity(self, value: Mapping[str, Any]) -> Markup:
        quantity = Quantity(**{name: value[name] for name in QUANTITY})
        if quantity.lineage not in self.desk.ledger:
            return escape(show(quantity).plain)
        text = self.pen.number(self._shown(quantity, "value"))
        if quantity.low is not None and quantity.high is not None and quantity.value is not None:
            ends = self.pen.number(self._shown(quantity, "range"))
            text += Markup(' <span class="range-text">{}</span>').format(ends)
        return text + Markup(" ") + self.pen.sign(quantity)

    def _shown(self, quantity: Quantity, style: str) -> Shown:
        """Print a quantity; money in millions, which opens as it stands."""
        if quantity.unit != "USD":
            return show(quantity, style)
        printed = show(millions(self.context, quantity), style)
        return Shown(quantity, printed.text, printed.unit)


def _is_quantity(value: Any) -> bool:
    return isinstance(value, Mapping) and value.keys() >= QUANTITY


def _rows(value: Any) -> Sequence[Mapping[str, Any]] | None:
    """Give the rows of a table: a list of mappings that are no quantities."""
    if not isinstance(value, list) or not value:
        return None
    if all(isinstance(one, Mapping) and not _is_quantity(one) for one in value):
        return value
    return None


def _nested(value: Any) -> bool:
    if _rows(value) is not None:
        return True
    return isinstance(value, Mapping) and not _is_quantity(value) and bool(value)


def _spelled(name: str) -> str:
    return name.replace("_", " ").replace("/", " ")
