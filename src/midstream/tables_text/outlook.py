"""Answers about the years ahead as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from midstream.tables_text import number, table
from midstream.tables_text.dependency import cell

#: Paths and entrants printed; the rest is counted.
SHOWN = 16


def outlook(answer: Mapping[str, Any]) -> str:
    """Scenarios, what moves the odds, paths of the focus country."""
    found = answer["result"]
    rows = [
        (one["name"], cell(one["probability"], 2), cell(one["among_named"], 2),
         *(cell(one[name], 2) for name in ("looser", "stricter")), one["definition"])
        for one in found["scenarios"]
    ]  # fmt: skip
    head = ("scenario", "probability", "among the named", "looser rule", "stricter rule", "meaning")
    parts = [table(head, rows)]
    parts.append("Probabilities are shares of draws; intervals span parameters and draws.")
    parts.append(_drivers(found["drivers"]))
    parts.append(_flips(found["flips"]))
    parts += _paths(found)
    parts += _scores(found.get("scores", []))
    parts += _limits(found)
    if "need_by_use" in found:
        parts += _behind(found)
    return "\n\n".join([*parts, *(f"Note: {note}" for note in answer["warnings"])])


def _limits(found: Mapping[str, Any]) -> list[str]:
    """How often resources hold output back, and what was not checked."""
    rows = [(one["form"], one["what"], str(one["year"]), cell(one["share"])) for one in
            found["limits"] if one["share"]["value"]]  # fmt: skip
    parts = [table(("form", "held back by", "year", "% of draws"), rows)] if rows else []
    missing = [f"{one['form']} ({one['what']})" for one in found["not_checked"]]
    return [*parts, f"Not checked for want of a figure: {', '.join(missing)}"] if missing else parts


def _behind(found: Mapping[str, Any]) -> list[str]:
    """Need by use, recovered material, prices and deliveries."""
    uses = [
        (one["form"], " ".join(filter(None, (one["use"] or "other uses", one["part"]))),
         one["basis"], *(cell(quantity) for quantity in one["need"]))
        for one in found["need_by_use"]
        if one["need"] and one["need"][-1]["value"]
    ]  # fmt: skip
    years: Sequence[int] = next((one["years"] for one in found["need_by_use"] if one["need"]), [])
    parts = [table(("need of", "for", "basis", *map(str, years)), uses)]
    waste = [(one["kind"], one["form"], str(one["year"]), cell(one["supply"]), cell(one["share"]))
             for one in found["recovered"] if one["supply"]["value"]]  # fmt: skip
    parts.append(table(("from", "form", "year", "supply", "% of need"), waste))
    return parts + ([] if found["market"] is None else _market(found["market"]))


def _market(market: Mapping[str, Any]) -> list[str]:
    steps = [
        (one["form"], str(one["year"]), *(cell(one[name], 2) for name in
         ("price_outside", "unmet", "cut_price_outside", "cut_unmet", "now_unmet")))
        for one in market["steps"]
    ]  # fmt: skip
    head = ("form", "year", "price", "not served", "price, cut", "not served, cut", "cut today")
    buyers = [
        (one["form"], one["country"],
         *(cell(one[name], 2) for name in ("delivered", "cut_delivered", "now_delivered", "gain")))
        for one in market["deliveries"]
    ]  # fmt: skip
    names = ("form", "to", "delivered", "under the cut", "cut today", "change")
    return [table(head, steps), table(names, buyers)]


def _drivers(drivers: Sequence[Mapping[str, Any]]) -> str:
    rows = [
        (one["name"], cell(one["bottom_third"], 2), cell(one["top_third"], 2),
         cell(one["first_order"], 2), cell(one["total"], 2))
        for one in drivers
    ]  # fmt: skip
    head = ("driver", "odds when low", "odds when high", "first order", "total")
    return table(head, rows) + "\nOdds of the two best scenarios together; Sobol indices."


def _flips(flips: Sequence[Mapping[str, Any]]) -> str:
    told = [
        f"{one['name']} by {one['shift']['value']:+.2f} sd: {one['from']} to {one['to']}"
        for one in flips
        if one["shift"]["value"] is not None
    ]
    if not told:
        return "No driver alone makes another scenario the most likely."
    return "Another scenario becomes the most likely with: " + "; ".join(told) + "."


def _paths(found: Mapping[str, Any]) -> list[str]:
    own = [
        one for one in found["paths"] if one["country"] == found["focus"] and any(one["p90"] or [])
    ]
    rows = [
        (one["stage"], one["form"], one["metric"], one["unit"],
         *(_three(one, year) for year in (2030, found["last"])))
        for one in own
    ]  # fmt: skip
    if not rows:
        return []
    head = ("stage", "form", "measure", "unit", "2030", str(found["last"]))
    text = table(head, sorted(rows)[: 3 * SHOWN])
    more = len(rows) - 3 * SHOWN
    return [text + (f"\n(+{more} more; --json prints all)" if more > 0 else "")]


def _three(path: Mapping[str, Any], year: int) -> str:
    if year not in path["years"]:
        return "-"
    place = path["years"].index(year)
    low, middle, high = (path[name][place] for name in ("p10", "p50", "p90"))
    if middle is None:
        return "not known"
    return f"{number(middle, 4)} [{number(low, 4)} to {number(high, 4)}]"


def _scores(scores: Sequence[Mapping[str, Any]]) -> list[str]:
    years = sorted({one["year"] for one in scores})
    held: dict[tuple[str, str], dict[int, str]] = {}
    for one in scores:
        held.setdefault((one["sector"], one["stage"]), {})[one["year"]] = cell(one["score"], 1)
    rows = [(*place, *(by.get(year, "-") for year in years)) for place, by in held.items()]
    head = ("sector", "stage", *(str(year) for year in years))
    return [table(head, rows)] if rows else []


def counter(answer: Mapping[str, Any]) -> str:
    """Moves, survival of entrants, what deters."""
    found = answer["result"]
    head = ("move", "cost", "gain", "payoff", "chance it pays", "entrants out", "own out")
    rows = [
        (one["move"], cell(one["incumbent_cost"], 3), cell(one["incumbent_gain"], 3),
         cell(one["payoff"], 3), cell(one["pays"], 2), cell(one["out"], 2),
         cell(one["out_focus"], 2))
        for one in found["moves"]
    ]  # fmt: skip
    parts = [
        f"{found['incumbent']} against the entrants of {found['form']}: price "
        f"{cell(found['price'], 3)}, cost {cell(found['cost'], 3)} USD per kg",
        table(head, rows) + "\nUSD million, present value; entrants in % of nameplate.",
        _deterrence(found["deterrence"]),
        _survival(found["moves"]),
    ]
    return "\n\n".join([*parts, *(f"Note: {note}" for note in answer["warnings"])])


def _deterrence(rows: Sequence[Mapping[str, Any]]) -> str:
    lines = [
        (one["instrument"], ", ".join(one["against"]),
         cell(one["smallest"], 3) if one["enough"] else "none within the limit",
         one["limit"]["unit"], cell(one["limit"], 3))
        for one in rows
    ]  # fmt: skip
    return table(("instrument", "against", "smallest that deters", "unit", "limit"), lines)


def _survival(moves: Sequence[Mapping[str, Any]]) -> str:
    """Survival of each entrant under the mildest and the deepest flood, and without a move."""
    floods = [one for one in moves if one["kind"] == "flood"]
    ends = [floods[0], floods[-1]] if floods else list(moves[:1])
    rows = [
        (row["facility"], cell(row["without"], 2),
         *(cell(end["entrants"][place]["survival"], 2) for end in ends))
        for place, row in enumerate(ends[0]["entrants"])
    ]  # fmt: skip
    shown = table(("facility", "no move", *(end["move"] for end in ends)), rows[: 2 * SHOWN])
    return f"Chance to be alive at the end of the move\n{shown}"


def watch(answer: Mapping[str, Any]) -> str:
    """Signals with their chance and what they speak for."""
    rows = [
        (one["id"], one["by"] + (" (due)" if one["due"] else ""), cell(one["chance"], 2),
         cell(one["likelihood_ratio"], 2), ", ".join(one["favours"]), one["signal"],
         one["threshold"])
        for one in answer["result"]
    ]  # fmt: skip
    head = ("id", "by", "chance", "ratio", "favours", "signal", "threshold")
    text = table(head, rows) if rows else "This study has no signals."
    notes = [f"Note: {note}" for note in answer["warnings"]]
    return "\n\n".join([text, *notes, "Enter what you see: midstream watch observe ID --value V"])


def observed(answer: Mapping[str, Any]) -> str:
    """Odds before and after what was seen, step by step, and what it settles."""
    found = answer["result"]
    parts = []
    for step in found["steps"]:
        rows = [
            (name, _number(step["before"][name]), _number(step["likelihood"][name]),
             _number(step["after"][name]))
            for name in found["scenarios"]
        ]  # fmt: skip
        head = ("scenario", "before", "likelihood", "after")
        value = step["value"]
        seen = ("yes" if value else "no") if isinstance(value, bool) else value
        parts.append(f"{step['signal']}: {seen} on {step['on']}\n{table(head, rows)}")
    parts += [f"Note: {note}" for note in answer["warnings"]]
    if found["scored"] is not None:
        parts.append(_scorecard(found["scored"]))
    return "\n\n".join(parts)


def scored(answer: Mapping[str, Any]) -> str:
    """How the forecasts of a ledger have done."""
    return _scorecard(answer["result"])


def _scorecard(found: Mapping[str, Any]) -> str:
    if not found["scored"]:
        return f"No forecast is settled yet; {len(found['open'])} due and open."
    rows = [
        (one["forecast"]["signal"], one["forecast"]["resolves_on"],
         _number(one["forecast"]["probability"]), "yes" if one["happened"] else "no",
         _number(one["brier"]), _number(one["logarithmic"]))
        for one in found["scored"]
    ]  # fmt: skip
    head = ("signal", "by", "said", "happened", "Brier", "log")
    skill = "not known" if found["skill"] is None else f"{found['skill']:.2f}"
    mean = f"Mean Brier {found['brier']:.3f}, log {found['logarithmic']:.3f}; skill over the record"
    even = "not known" if found["skill_even"] is None else f"{found['skill_even']:.2f}"
    left = f"{len(found['open'])} due and open, {len(found['late'])} made too late to count."
    parts = [table(head, rows), f"{mean} alone: {skill}; over one half for all: {even}. {left}"]
    if found["calibration"]:
        parts.append(_calibration(found["calibration"]))
    return "\n".join(parts)


def _calibration(classes: Sequence[Mapping[str, Any]]) -> str:
    """What forecasts of each class of probability said, and how many came true."""
    rows = [
        (f"{one['low']:.1f} to {one['high']:.1f}", one["count"], _number(one["said"]),
         _number(one["happened"]), _number(one["happened_low"]), _number(one["happened_high"]))
        for one in classes
    ]  # fmt: skip
    return table(("probability", "settled", "said", "came true", "low", "high"), rows)


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
