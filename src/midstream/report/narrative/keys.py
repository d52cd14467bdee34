"""Three key numbers of different kind: position, dependence, money.

Which numbers these are is declared in the study file (``[[key_numbers]]``: a kind, a rule and
the form or scheme it speaks about) or follows from the scores: the leader's share at the weakest
stage, the focus country's coverage of its need there, and the outlay of its largest scheme for
the forms of the chain.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from midstream.errors import InputError
from midstream.evidence.quantity import Quantity
from midstream.report.narrative.context import Context, binding_form, weakest
from midstream.report.narrative.money import in_dollars, money_shown, outlay
from midstream.report.narrative.types import KeyNumber
from midstream.report.narrative.words import listed, possessive, stage_name
from midstream.report.numbers import Sentence, Shown, number_text, say
from midstream.scorecard.result import FormScore


def key_numbers(context: Context) -> tuple[KeyNumber, ...]:
    """Give the key numbers as declared or by default; a number without evidence is left out.

    Raises:
        InputError: if the study declares a rule, form or scheme that does not exist.
    """
    declared = tuple(context.study.config.key_numbers) or default_entries(context)
    found = (_RULES[_rule(context, entry)](context, entry) for entry in declared)
    return tuple(number for number in found if number is not None)


def default_entries(context: Context) -> tuple[Mapping[str, Any], ...]:
    """Entries that follow from the scores where the study declares none."""
    weak = weakest(context.strip(context.focus, context.sector))
    lowest = min(weak, key=lambda cell: cell.score.value or 0.0) if weak else None
    form = binding_form(lowest) if lowest is not None else None
    entries: list[Mapping[str, Any]] = []
    if form is not None:
        entries.append({"kind": "position", "rule": "leader-share", "form": form.form})
        entries.append({"kind": "dependence", "rule": "coverage", "form": form.form})
    scheme = _largest_scheme(context)
    if scheme is not None:
        entries.append({"kind": "money", "rule": "scheme-outlay", "scheme": scheme["id"]})
    return tuple(entries)


def _largest_scheme(context: Context) -> Mapping[str, Any] | None:
    """The focus country's largest scheme in force for a form of the worked chain."""
    cells = context.strip(context.focus, context.sector)
    forms = {form.form for cell in cells for form in cell.forms}
    found = [
        row
        for row in context.rows("schemes")
        if row["country"] == context.focus and row["outlay"] and forms & set(row["forms"] or ())
    ]
    return max(found, key=lambda row: float(row["outlay"]), default=None)


def _rule(context: Context, entry: Mapping[str, Any]) -> str:
    rule = str(entry["rule"])
    if rule not in _RULES:
        raise InputError(
            f"no rule {rule!r} for a key number",
            where=f"study {context.study.config.id}: key_numbers",
            why="a key number is computed by a known rule",
            mend=f"use one of {', '.join(sorted(_RULES))}",
        )
    return rule


def _leader_share(context: Context, entry: Mapping[str, Any]) -> KeyNumber | None:
    shares = context.shares.get(str(entry["form"]))
    if shares is None or shares.leader_share.value is None:
        return None
    text = say(
        "of world {form} came from {leader} in {year}",
        form=context.form_name(shares.form),
        leader=context.country_name(shares.leader),
        year=str(shares.year),
    )
    return KeyNumber(str(entry["kind"]), _in_percent(shares.leader_share), text)


def _coverage(context: Context, entry: Mapping[str, Any]) -> KeyNumber | None:
    form = form_score(context, str(entry["form"]))
    if form is None or form.coverage.value is None:
        return None
    need = say(
        "of the {form} its industry needs is made in {country}",
        form=context.form_name(form.form),
        country=context.country,
    )
    return KeyNumber(str(entry["kind"]), _in_percent(form.coverage), need + _range(form))


def _range(form: FormScore) -> Sentence:
    """The interval of a coverage in words, where there is one that can be read."""
    quantity = form.coverage
    if quantity.low is None or quantity.high is None or quantity.low == quantity.high:
        return Sentence(())
    low, high = (f"{100 * end:.0f}" for end in (quantity.low, quantity.high))
    return say(" ({low} to {high})", low=Shown(quantity, low), high=Shown(quantity, high, "%"))


def _scheme(context: Context, entry: Mapping[str, Any]) -> KeyNumber | None:
    name = str(entry["scheme"])
    row = next((one for one in context.rows("schemes") if one["id"] == name), None)
    if row is None:
        raise InputError(
            f"no scheme {name!r}",
            where=f"study {context.study.config.id}: key_numbers",
            why="the outlay of a key number comes from the schemes table",
            mend="name an id of schemes.csv",
        )
    if row["outlay"] is None:
        return None
    amount = outlay(context, row)
    text = say(
        "is the approved outlay of {whose} public scheme for {what}",
        whose=possessive(context.country_name(str(row["country"]))),
        what=_aim(context, row),
    )
    return KeyNumber(
        str(entry["kind"]), money_shown(amount), text + in_dollars(context, row, amount)
    )


def _aim(context: Context, row: Mapping[str, Any]) -> str:
    """What a scheme pays for: its forms, its stage, or critical minerals at large."""
    forms = [context.form_name(str(form)) for form in row["forms"] or ()]
    if forms:
        return listed(forms)
    return stage_name(str(row["stage"])).lower() if row["stage"] else "critical minerals"


def form_score(context: Context, form: str) -> FormScore | None:
    """Score of the focus country at a form, ``None`` where it has none."""
    for one in context.card.form_scores:
        if (one.country, one.form) == (context.focus, form):
            return one
    return None


def _in_percent(quantity: Quantity) -> Shown:
    return Shown(quantity, _percent_text(quantity.value or 0.0, quantity.unit), "%")


def _percent_text(value: float, unit: str) -> str:
    return number_text(value if unit == "%" else 100 * value, "%")


_RULES: Mapping[str, Callable[[Context, Mapping[str, Any]], KeyNumber | None]] = {
    "leader-share": _leader_share,
    "coverage": _coverage,
    "scheme-outlay": _scheme,
}
