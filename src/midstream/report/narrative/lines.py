"""One line per sector, per country and per rank."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from midstream.evidence.quantity import Quantity
from midstream.report.narrative.context import Context, binding_form, clear_above, weakest
from midstream.report.narrative.hollow import short_verdict, verdict
from midstream.report.narrative.types import Opening
from midstream.report.narrative.words import capital, counted, listed, noun, started
from midstream.report.numbers import EN_DASH, Sentence, Shown, say
from midstream.scorecard.result import CellScore, CountryProfile, Rank


def sector_line(context: Context, country: str, sector: str) -> Sentence:
    """Where a country is weakest in a sector, by which form, and what has no score."""
    cells = context.strip(country, sector)
    scored = [cell for cell in cells if cell.score.value is not None]
    if not scored:
        return Sentence(("No stage can be scored on the evidence so far.",))
    weak = weakest(cells)
    return _weak_words(context, weak, len(scored)) + _unscored(cells)


def _weak_words(context: Context, weak: Sequence[CellScore], scored: int) -> Sentence:
    lowest = min(weak, key=lambda cell: cell.score.value or 0.0)
    form = binding_form(lowest)
    through = f", by {context.form_name(form.form)}" if form is not None else ""
    slots: dict[str, Quantity | str] = {
        "stage": noun(lowest.stage),
        "score": lowest.score,
        "through": through,
    }
    if len(weak) == 1:
        return say("Weakest in {stage}, at {score}{through}.", **slots)
    if len(weak) == scored:
        return say("Lowest in {stage}, at {score}{through}, yet no stage is clear of it.", **slots)
    others = listed([noun(cell.stage) for cell in weak if cell is not lowest])
    return say(
        "Most likely weakest in {stage}, at {score}{through}; {others} may be as low.",
        **slots,
        others=others,
    )


def _unscored(cells: Sequence[CellScore]) -> Sentence:
    open_stages = [noun(cell.stage) for cell in cells if cell.score.value is None]
    if not open_stages:
        return Sentence(())
    return Sentence((f" No score in {listed(open_stages)}.",))


def country_line(context: Context, country: str) -> Sentence:
    """Strongest and weakest stage of a national profile, and the verdict on its middle."""
    profile = context.card.profile(country)
    known = {stage: one for stage, one in profile.stages.items() if one.value is not None}
    if not known:
        return Sentence(("No stage can be scored on the evidence so far.",))
    best = max(known, key=lambda stage: known[stage].value or 0.0)
    worst = min(known, key=lambda stage: known[stage].value or 0.0)
    likely = "" if clear_above(known[best], known[worst]) else "most likely "
    head = say(
        "{Likely} in {best} at {b}, weakest in {worst} at {w}",
        Likely=capital(f"{likely}strongest"),
        best=noun(best),
        b=known[best],
        worst=noun(worst),
        w=known[worst],
    )
    return head + Sentence((f"; {short_verdict(verdict(profile.p_hollow))}.",))


def rank_line(context: Context, stage: str) -> Sentence:
    """Rank of the focus country at a stage, with its range."""
    profile = context.card.profile(context.focus)
    rank = profile.ranks.get(stage)
    if rank is None:
        why = "no other country is scored" if len(context.countries) == 1 else "it has no score"
        return Sentence((f"{capital(noun(stage))}: no rank, {why}.",))
    middle, spread = rank_shown(context, profile, stage, rank)
    m = context.reckoner.count(
        "ranked", context.countries, "Countries ranked", [profile.stages[stage].lineage]
    )
    likely = "ranks" if rank.low == rank.high else "most likely ranks"
    tail = say(", in the range {spread}", spread=spread) if rank.low != rank.high else Sentence(())
    head = say(
        "In {stage} {country} " + likely + " {n} of {m}",
        stage=noun(stage),
        country=context.country,
        n=middle,
        m=Shown(m, f"{m.value:.0f}"),
    )
    return head + tail


def rank_shown(
    context: Context, profile: CountryProfile, stage: str, rank: Rank
) -> tuple[Shown, Shown]:
    """Median rank and its 90 % range as printed, with a lineage of their own."""
    inputs = [
        one.stages[stage].lineage
        for one in sorted(context.card.profiles, key=lambda one: one.country != profile.country)
    ]
    lineage = context.reckoner.number(
        f"rank/{profile.country}/{stage}",
        rank.p50,
        "rank",
        f"Rank of {context.country_name(profile.country)} at {stage}",
        inputs,
        "median over common draws of the place among the study's countries; 5 to 95 % range",
    ).lineage
    quantity = Quantity(rank.p50, rank.low, rank.high, "rank", "modelled", lineage)
    ends = f"{rank.low}{EN_DASH}{rank.high}" if rank.low != rank.high else str(rank.low)
    return Shown(quantity, str(rank.p50)), Shown(quantity, ends)


def peers_opening(context: Context) -> Opening:
    """Head of the page that ranks the countries: only places whose range is narrow are named."""
    profile = context.card.profile(context.focus)
    most = len(context.countries) // 3
    known = {stage: rank for stage, rank in profile.ranks.items() if rank.high - rank.low <= most}
    n = context.reckoner.count(
        "peers", context.countries, "Countries ranked",
        [one.lineage for one in profile.stages.values()],
    )  # fmt: skip
    lede = say(
        "Places among {n} countries on common draws. Two countries whose ranges overlap are not"
        " told apart, and a wide range means that output is not counted.",
        n=counted(n)[0],
    )
    return Opening("Against its peers", started(_places(context, profile, known)), lede)


def _places(context: Context, profile: CountryProfile, known: Mapping[str, Rank]) -> Sentence:
    if not known:
        return say("the place of {c} stays open at every stage", c=context.country)
    best = min(known, key=lambda stage: known[stage].p50)
    worst = max(known, key=lambda stage: known[stage].p50)
    high, _ = rank_shown(context, profile, best, known[best])
    low, _ = rank_shown(context, profile, worst, known[worst])
    if len(known) < len(profile.ranks) or known[best].p50 == known[worst].p50:
        rest = "; elsewhere its place stays open" if len(known) < len(profile.ranks) else ""
        where = f" in {noun(best)}" if rest else " at every stage"
        return say(
            "{c} is number {n}{where}{rest}", c=context.country, n=high, where=where, rest=rest
        )
    return say(
        "{c} is number {high} in {best} and number {low} in {worst}", c=context.country,
        high=high, best=noun(best), low=low, worst=noun(worst),
    )  # fmt: skip
