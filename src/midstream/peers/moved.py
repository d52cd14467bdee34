"""What two organisations would move: the weakest scored form of their steps, and what it lacks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from midstream.collaboration.result import Moved
from midstream.evidence import Label, Ledger, Node, Quantity, worst_label
from midstream.scorecard.result import FormScore


def moved(
    forms: Mapping[tuple[str, str], FormScore],
    country: str,
    stage: str,
    wanted: Sequence[str],
    ledger: Ledger,
) -> Moved | None:
    """Pick the form with the lowest score among those of a stage, or among all if none is of it.

    Args:
        forms: (form, country) -> form score.
        country, stage: The weaker side and its stage.
        wanted: Forms the pair works on.
        ledger: Where the gap is entered.

    Returns:
        What the pair would move; ``None`` where none of the forms is scored.
    """
    scored = [forms[form, country] for form in wanted if (form, country) in forms]
    here = [one for one in scored if one.stage == stage] or scored
    if not here:
        return None
    # A form that nobody has evidence on comes after every one that is scored.
    weakest = min(here, key=lambda one: (one.score.missing, one.score.value or 0.0))
    return Moved(
        country=country,
        stage=weakest.stage,
        form=weakest.form,
        score=weakest.score,
        output=weakest.output,
        need=weakest.need,
        gap=_gap(weakest, ledger),
    )


def _gap(form: FormScore, ledger: Ledger) -> Quantity:
    """Need less output, never below zero; bounds only where the output has no value."""
    need, output = form.need, form.output
    lineage = f"f:match.gap/{form.country}/{form.form}"
    value = _less(need.value, output.value)
    low, high = _less(need.low, output.high), _less(need.high, output.low)
    if value is not None and low is not None and high is not None:
        low, high = min(low, value), max(high, value)
    label: Label | None = None
    if value is not None:
        label = worst_label([need.label, output.label])
    found = Quantity(value, low, high, output.unit, label, lineage)
    title = f"Need less output: {form.form}, {form.country}"
    inputs = (need.lineage, output.lineage)
    ledger.add(Node(lineage, "formula", title, found, None, inputs, "max(0, need - output)"))
    return found


def _less(need: float | None, output: float | None) -> float | None:
    return None if need is None or output is None else max(0.0, need - output)
