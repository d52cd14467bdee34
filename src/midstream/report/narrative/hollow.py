"""The hollow-middle test in words, for one country, for the sectors and for all countries."""

from __future__ import annotations

from midstream.evidence.quantity import Quantity
from midstream.report.narrative.context import Context, clear_above
from midstream.report.narrative.types import Hollow, Opening, Verdict
from midstream.report.narrative.words import (
    chance,
    counted,
    noun,
    plural,
    probability,
    started,
    worded,
)
from midstream.report.numbers import Sentence, Shown, say
from midstream.scorecard.result import CellScore, CountryProfile

#: Probability from which the claim counts as supported, and below which as refuted.
SUPPORTED, REFUTED = 0.9, 0.1

#: A probability whose ends lie further apart than this waits for figures, not for draws.
WIDE = 0.2

ENDS, MIDDLE = ("C1", "C4"), ("C2", "C3")

_SHORT = {
    "supported": "hollow in the middle",
    "refuted": "not hollow in the middle",
    "undetermined": "undecided on the middle",
}


def verdict(p_hollow: Quantity) -> Verdict:
    """Class of the claim that both middle stages lie below both ends.

    Shown needs the lower end of the evidence box at 0.9 or more, wrong its upper end at 0.1 or
    less; everything between is undetermined.
    """
    if p_hollow.value is None:
        return "undetermined"
    low = p_hollow.low if p_hollow.low is not None else p_hollow.value
    high = p_hollow.high if p_hollow.high is not None else p_hollow.value
    if low >= SUPPORTED:
        return "supported"
    return "refuted" if high <= REFUTED else "undetermined"


def hollow(context: Context, country: str) -> Hollow:
    """The test for one country, with the stages that decide it."""
    profile = context.card.profile(country)
    found = verdict(profile.p_hollow)
    return Hollow(country, found, _statement(context.country_name(country), profile, found))


def _statement(name: str, profile: CountryProfile, found: Verdict) -> Sentence:
    if profile.p_hollow.value is None:
        return started(say("{name} has too few scored stages for the test", name=name))
    return started(say("{claim}", claim=_claim(profile, found, _SUBJECTS[found], name=name)))


#: How a verdict begins for one country, and across the sectors of the study.
_SUBJECTS: dict[Verdict, str] = {
    "supported": "{name} is hollow in the middle",
    "refuted": "{name} is not hollow in the middle",
    "undetermined": "whether {name} is hollow in the middle stays open",
}
_ACROSS: dict[Verdict, str] = {
    "supported": "across {n} {sectors} its middle is hollow",
    "refuted": "across {n} {sectors} its middle is not hollow",
    "undetermined": "across {n} {sectors} a hollow middle is neither shown nor ruled out",
}


def _claim(profile: CountryProfile, found: Verdict, head: str, **slots: str | Shown) -> Sentence:
    """A verdict with its probability and what decides it."""
    p = profile.p_hollow
    if found == "supported":
        tail = say(" (at least {p} likely)", p=chance(p, p.low if p.low is not None else p.value))
    elif found == "refuted":
        end = chance(p, p.high if p.high is not None else p.value)
        tail = say(" ({p} likely): {reason}", p=end, reason=_against(profile))
    elif p.low is not None and p.high is not None and p.high - p.low > WIDE:
        tail = say(
            ": the chance is {low} to {high} until output in {stage} is counted",
            low=Shown(p, f"{100 * p.low:.0f}"), high=Shown(p, f"{100 * p.high:.0f}", "%"),
            stage=noun(_least_known(profile)),
        )  # fmt: skip
    else:
        tail = say(" ({p} likely): {reason}", p=probability(p), reason=_close(profile))
    return say(head, **slots) + tail


def _least_known(profile: CountryProfile) -> str:
    """The stage with the widest interval."""
    return max(profile.stages, key=lambda stage: _width(profile.stages[stage]))


def _width(quantity: Quantity) -> float:
    if quantity.low is None or quantity.high is None:
        return 4.0 if quantity.value is None else 0.0
    return quantity.high - quantity.low


def _closest(profile: CountryProfile) -> tuple[str, str]:
    """The pair of an end and a middle stage that speaks most against the claim."""
    pairs = [(end, middle) for end in ENDS for middle in MIDDLE]
    known = [pair for pair in pairs if all(profile.stages[one].value is not None for one in pair)]

    def gap(pair: tuple[str, str]) -> float:
        end, middle = (profile.stages[one].value or 0.0 for one in pair)
        return end - middle

    return min(known or pairs, key=gap)


def national_clause(context: Context) -> Sentence:
    """The verdict over all sectors of the study, as one sentence with a full stop."""
    profile = context.card.profile(context.focus)
    count = context.reckoner.count(
        "sectors", context.sectors, "Sectors of the study", [profile.p_hollow.lineage]
    )
    found, sectors = verdict(profile.p_hollow), plural(count, "sector")
    if profile.p_hollow.value is None:
        return say("Across {n} {s} the middle cannot be tested yet.", n=worded(count), s=sectors)
    return _plus_stop(
        started(_claim(profile, found, _ACROSS[found], n=worded(count), sectors=sectors))
    )


def _against(profile: CountryProfile) -> Sentence:
    """The end and the middle stage that speak most against the claim."""
    end, middle = _closest(profile)
    return say(
        "it scores {e} in {end} against {m} in {middle}",
        e=profile.stages[end], end=noun(end), m=profile.stages[middle], middle=noun(middle),
    )  # fmt: skip


def _close(profile: CountryProfile) -> Sentence:
    """The end and the middle stage that no interval separates."""
    end, middle = _closest(profile)
    return say(
        "its {e} in {end} and {m} in {middle} are too close to call",
        e=profile.stages[end], end=noun(end), m=profile.stages[middle], middle=noun(middle),
    )  # fmt: skip


def middle_below_ends(cells: tuple[CellScore, ...], clearly: bool = False) -> bool:
    """Whether both middle stages lie below both ends.

    Args:
        cells: The strip.
        clearly: Ask that the intervals lie apart, not only the scores.
    """
    scores = {cell.stage: cell.score for cell in cells if cell.score.value is not None}
    if any(stage not in scores for stage in (*ENDS, *MIDDLE)):
        return False
    pairs = [(scores[end], scores[middle]) for end in ENDS for middle in MIDDLE]
    if clearly:
        return all(clear_above(end, middle) for end, middle in pairs)
    return all((end.value or 0.0) > (middle.value or 0.0) for end, middle in pairs)


def sectors_opening(context: Context) -> Opening:
    """Head of the page with one small strip per sector."""
    statement = _plus_stop(hollow(context, context.focus).text)
    return Opening("Sector by sector", _sectors_title(context), statement)


def _sectors_title(context: Context) -> Sentence:
    """In how many sectors the middle lies below both ends, and in how many of them clearly."""
    strips = [context.strip(context.focus, sector) for sector in context.sectors]
    shaped = [cells for cells in strips if middle_below_ends(cells)]
    clear = [cells for cells in strips if middle_below_ends(cells, clearly=True)]
    inputs = [cell.score.lineage for cells in strips for cell in cells]
    counts = [
        context.reckoner.count(f"hollow-sectors/{key}", found, name, inputs)
        for key, found, name in (
            ("likely", shaped, "Sectors whose middle scores lie below both ends"),
            ("clear", clear, "Sectors whose middle intervals lie below both ends"),
            ("all", strips, "Sectors of the study"),
        )
    ]
    n, k, m = counted(*counts)
    if not shaped:
        return say("In {c}, no sector has a middle below both ends", c=context.country)
    words = f"{{n}} of {{m}} {plural(counts[2], 'sector')}"
    verb = "has" if len(shaped) == 1 else "have"
    if len(clear) == len(shaped):
        template = f"In {{c}}, {words} clearly {verb} a middle below both ends"
        return say(template, c=context.country, n=n, m=m)
    rest = "none of them clearly" if not clear else "{k} of them clearly"
    template = f"In {{c}}, {words} most likely {verb} a middle below both ends, {rest}"
    return say(template, c=context.country, n=n, m=m, k=k)


def countries_opening(context: Context) -> Opening:
    """Head of the page that puts the same test to every country."""
    tests = [hollow(context, country) for country in context.countries]
    groups = {
        found: [test.country for test in tests if test.verdict == found] for found in _SUBJECTS
    }
    inputs = [profile.p_hollow.lineage for profile in context.card.profiles]
    counts = {
        found: context.reckoner.count(
            f"verdict/{found}", group, f"Countries whose hollow middle is {found}", inputs
        )
        for found, group in groups.items()
    }
    shown = dict(zip(counts, counted(*counts.values()), strict=True))
    wrong = "is" if len(groups["refuted"]) <= 1 else "are"
    shape = "is" if len(groups["supported"]) <= 1 else "are"
    rest = "stays" if len(groups["undetermined"]) == 1 else "stay"
    title = say(
        f"{{s}} of the countries {shape} shown to be hollow, {{r}} {wrong} shown not to be,"
        f" {{u}} {rest} open",
        s=shown["supported"], r=shown["refuted"], u=shown["undetermined"],
    )  # fmt: skip
    return Opening("The same test everywhere", started(title), _focus_rank(context))


def _focus_rank(context: Context) -> Sentence:
    """Where the focus country stands on the hollow index, most hollow first."""
    ranked = sorted(
        (one for one in context.card.profiles if one.hollow_index.value is not None),
        key=lambda one: -(one.hollow_index.value or 0.0),
    )
    profile = context.card.profile(context.focus)
    if profile.hollow_index.value is None or not ranked:
        return say("{c} cannot be placed: stages are without a score.", c=context.country)
    place = [one.country for one in ranked].index(context.focus) + 1
    inputs = [one.hollow_index.lineage for one in ranked]
    rank = context.reckoner.number(
        "hollow-rank", place, "rank", "Place of the focus country by hollow index", inputs,
        "rank of the mean of the ends less the mean of the middle, largest first",
    )  # fmt: skip
    template = (
        "The index is the mean of the ends less the mean of the middle. {c} stands at {index}"
        " ({low} to {high}), number {rank:bare} by size; the largest, {most}, belongs to {top}."
    )
    return say(
        template,
        c=context.country,
        index=profile.hollow_index,
        low=_end(profile.hollow_index, profile.hollow_index.low),
        high=_end(profile.hollow_index, profile.hollow_index.high),
        rank=rank,
        top=context.country_name(ranked[0].country),
        most=ranked[0].hollow_index,
    )


def _end(quantity: Quantity, end: float | None) -> Quantity:
    """One end of an interval as a quantity of the same lineage."""
    return Quantity(end, None, None, quantity.unit, quantity.label, quantity.lineage)


def _plus_stop(sentence: Sentence) -> Sentence:
    return Sentence((*sentence.parts, "."))


def short_verdict(found: Verdict) -> str:
    """The verdict in four words or fewer."""
    return _SHORT[found]
