"""Answers of the shock room as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from midstream.tables_text import table
from midstream.tables_text.dependency import cell

#: Sectors and gains printed; the rest is counted.
SHOWN = 12
#: Predictors of the backtest in the order of the columns.
PREDICTORS = (
    "model",
    "no_change",
    "static",
    "share_rule",
    "refitted_share_rule",
    "capped_share_rule",
)


def shock(answer: Mapping[str, Any]) -> str:
    """A run: paths by month, then who loses and who gains."""
    found = answer["result"]
    shown = list(found["deliveries"])
    rows = [
        (
            str(month),
            cell(found["price_outside"][i], 2),
            cell(found["price_inside"][i], 2),
            *(cell(found["deliveries"][one][i], 2) for one in shown),
        )
        for i, month in enumerate(found["months"])
    ]
    head = ("month", "price outside", "price inside", *(f"to {one}" for one in shown))
    parts = [table(head, rows)]
    parts.append("Price over the months before, deliveries over base; 80 % intervals.")
    peaks = ", ".join(f"{name} {cell(one, 2)}" for name, one in found["peaks"].items())
    parts.append(f"Largest price outside: {peaks}.")
    parts += _lost(found["output_lost"])
    parts += _won(found["winners"])
    parts += _similar(found["similar_episodes"])
    parts += [f"Note: {note}" for note in answer["warnings"]]
    if "bill" in found:
        parts.append(_bill(found["bill"]))
    return "\n\n".join(parts)


def _lost(lost: Sequence[Mapping[str, Any]]) -> list[str]:
    rows = [
        (one["country"], one["sector"], cell(one["months"], 2), cell(one["value_added"], 3))
        for one in lost[:SHOWN]
    ]
    head = ("country", "sector", "months of output lost", "million USD of value added at risk")
    return [table(head, rows)] if rows else []


def _won(gains: Sequence[Mapping[str, Any]]) -> list[str]:
    rows = [
        (one["country"], one["form"], one["way"], cell(one["share"], 2), cell(one["money"], 3))
        for one in gains[:SHOWN]
    ]
    head = ("who gains", "form", "as", "% of yearly world sales", "million USD")
    return [table(head, rows)] if rows else []


def _similar(episodes: Sequence[Mapping[str, Any]]) -> list[str]:
    rows = [(str(one["episode"]), _happened(one)) for one in episodes]
    return [table(("like it in history", "what happened"), rows)] if rows else []


def _happened(episode: Mapping[str, Any]) -> str:
    if episode["null_case"]:
        return "no lasting effect on prices"
    peak = cell(episode["peak"], 2)
    month = episode["peak_month"]
    return f"price times {peak}" + (f" after {month} months" if month is not None else "")


def _bill(bill: Mapping[str, Any]) -> str:
    rows = [
        (
            one["item"],
            one["standing"],
            cell(one["stop"], 2),
            cell(one["stops"], 2),
            cell(one["extra_cost"], 3),
            one["helps"][0]["name"] if one["helps"] else one["reason"],
        )
        for one in bill["items"]
    ]
    head = ("item", "standing", "stops in month", "P(stops)", "extra cost", "what helps, or why")
    return table(head, rows)


def backtest(answer: Mapping[str, Any]) -> str:
    """Observed and predicted peaks by episode, and the errors of model and rivals."""
    found = answer["result"]
    rows = [
        (
            one["episode"],
            f"{one['observed_log_ratio']:.2f}",
            f"{one['model']:.2f} [{one['low']:.2f} to {one['high']:.2f}]",
            *(f"{one[name]:.2f}" for name in PREDICTORS[1:]),
        )
        for one in found["episodes"]
    ]
    head = ("episode", "observed", "model", *(name.replace("_", " ") for name in PREDICTORS[1:]))
    errors = [
        (
            name.replace("_", " "),
            f"{found['median_abs_log_error'][name]:.3f}",
            f"{found['mean_abs_log_error'][name]:.3f}",
        )
        for name in PREDICTORS
    ]
    return "\n\n".join(
        [
            table(head, rows),
            "Logarithm of the peak price over the months before.",
            table(("predictor", "median |error|", "mean |error|"), errors),
            f"{100 * found['coverage_80']:.0f} % of the peaks lie in the 80 % band.",
        ]
    )
