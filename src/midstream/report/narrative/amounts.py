"""Amounts in words: rounded to what the evidence carries, ranges where there is one."""

from __future__ import annotations

from midstream.evidence.quantity import Quantity
from midstream.report.narrative.words import merged
from midstream.report.numbers import EN_DASH, Sentence, Shown, number_text, say
from midstream.scorecard.result import FormScore

#: Significant digits of a range or a modelled figure, and of an observed one.
RANGE_DIGITS, VALUE_DIGITS = 2, 3

_WORLD = "% of world"


def rounded(value: float, digits: int) -> str:
    """Print a number with so many significant digits."""
    if value == 0:
        return "0"
    return number_text(float(f"{value:.{digits}g}"), "amount")


def amount(quantity: Quantity, unit: bool = True) -> Shown:
    """Print a quantity as a range where its ends differ, else as one figure."""
    low, high, value = quantity.low, quantity.high, quantity.value
    if low is not None and high is not None and low != high:
        text = _range(low, high)
    else:
        exact = value is not None and quantity.label != "modelled"
        digits = VALUE_DIGITS if exact else RANGE_DIGITS
        text = rounded(value if value is not None else high or 0.0, digits)
    if not unit:
        return Shown(quantity, text)
    if quantity.unit == _WORLD:
        return Shown(quantity, f"{text}%", "of the world")
    return Shown(quantity, text, quantity.unit)


def _range(low: float, high: float) -> str:
    ends = [rounded(end, RANGE_DIGITS) for end in (low, high)]
    if ends[0] == ends[1]:
        return ends[0]
    return f"up to {ends[1]}" if low <= high * 1e-3 else EN_DASH.join(ends)


def percents(quantity: Quantity) -> Shown:
    """Print a ratio as a range of per cent where its ends differ."""
    low, high = quantity.low, quantity.high
    if low is None or high is None or round(100 * low) == round(100 * high):
        return Shown(quantity, number_text(100 * (quantity.value or 0.0), "%"), "%")
    return Shown(quantity, _range(round(100 * low), round(100 * high)), "%")


def made(form: FormScore) -> Sentence:
    """What is made of a form, in words that say how it is known."""
    output = form.output
    if output.value is None:
        if output.high is None:
            return Sentence(("not counted",))
        label = output.label or "modelled"
        ceiling = Quantity(None, None, output.high, output.unit, label, output.lineage)
        return say("not counted, at most {most}", most=amount(ceiling))
    how = {"proxied": ", by proxy", "bounded": ", bounded by trade"}.get(form.support, "")
    return say("{amount}" + how, amount=amount(output))


def made_and_needed(form: FormScore, name: str) -> Sentence:
    """Output and need of a form: ``NdPr oxide: 20-650 t; need 770-1,700``."""
    head = say("{name}: {made}", name=name, made=made(form))
    if form.need.value is None:
        return merged(head)
    return merged(head + say("; need {need}", need=amount(form.need, unit=False)))
