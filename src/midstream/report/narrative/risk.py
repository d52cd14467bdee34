"""Dependence in words: what sectors share, how an importer stands, how concentration moved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from midstream.dependency.lockin import LockIn
from midstream.dependency.shared import Shared
from midstream.dependency.supply_risk import SupplyRisk
from midstream.errors import InputError
from midstream.report.figures import Line
from midstream.report.narrative.context import Context
from midstream.report.narrative.leverage_rows import (
    SHARED,
    Risks,
    chain_material,
    importers,
    main_chain,
    risks,
    series_lines,
    shared_forms,
)
from midstream.report.narrative.types import Finding
from midstream.report.narrative.words import counted, joined, listed, lower, started
from midstream.report.numbers import Sentence, Shown, say, show

#: A change of the index below this is called no change.
STEADY = 0.05


def shared_findings(context: Context) -> tuple[Finding, ...]:
    """What sectors have in common, and what one plant for all would be worth."""
    found = context.study.shared()
    kept = shared_forms(found)
    if not kept:
        return ()
    findings = [Finding("shared", _most_shared(context, found, kept))]
    if found.build_once:
        findings.append(Finding("build-once", _build_once(context, found)))
    pairs = [one for one in found.co_failure if one.ratio.value is not None]
    if pairs:
        first = max(pairs, key=lambda one: (one.ratio.value or 0.0, one.sectors))
        names = listed([context.sector_name(one) for one in first.sectors])
        text = say(
            "{names} fail together {v} times as often as chance would have it.",
            names=names,
            v=Shown(first.ratio, f"{first.ratio.value:.1f}"),
        )
        findings.append(Finding("together", started(text)))
    return tuple(findings)


def _most_shared(context: Context, found: Shared, kept: Sequence[str]) -> Sentence:
    served = {
        name: [q.lineage for (_, form), q in found.weights.items() if form == name] for name in kept
    }
    top = max(kept, key=lambda name: (len(served[name]), -(found.herfindahl[name].value or 1.0)))
    n = context.reckoner.count(
        f"shared/{top}", served[top], "Sectors that stand on the form", served[top]
    )
    m = context.reckoner.count(
        "shared/sectors", found.table.sectors, "Sectors compared", served[top]
    )
    k = context.reckoner.count(
        "shared/forms", kept, f"Forms that {SHARED} or more sectors stand on",
        [one for name in kept for one in served[name]],
    )  # fmt: skip
    first, second, third = counted(n, m, k)
    return started(
        say(
            "{n} of {m} sectors stand on {form}; {k} forms carry three sectors or more.",
            n=first,
            m=second,
            form=context.form_name(top),
            k=third,
        )
    )


def _build_once(context: Context, found: Shared) -> Sentence:
    best = found.build_once[0]
    ratio = None
    if best.value.value and best.single.value:
        ratio = context.reckoner.number(
            f"build-once/{best.form}",
            best.value.value / best.single.value,
            "count",
            "Worth for all sectors over worth for the best single one",
            [best.value.lineage, best.single.lineage],
            "worth for all / worth for one",
        )
    head = say("A plant is worth most in {form}", form=context.form_name(best.form))
    if ratio is None:
        return head + Sentence((".",))
    return head + say(
        ": to all sectors together it is worth {r} times what it is worth to {best} alone.",
        r=Shown(ratio, f"{ratio.value:.1f}"),
        best=context.sector_name(best.best),
    )


def locked(context: Context) -> tuple[LockIn, ...]:
    """Lock-in of the importers shown at the steps of the main chain with a code of their own."""
    chain = main_chain(context.study)
    if chain is None:
        return ()
    found: list[LockIn] = []
    for row in context.rows("chain_steps"):
        if row["chain"] == chain:
            found += _locked(context, str(row["form"]))
    return tuple(found)


def _locked(context: Context, form: str) -> Sequence[LockIn]:
    try:
        return context.study.lock_ins(form, importers(context.study))
    except InputError:
        # No code names the form alone: nothing can be said about its importers.
        return ()


def hold_findings(context: Context, found: Sequence[LockIn]) -> tuple[Finding, ...]:
    """How tightly the focus country is tied to its first supplier."""
    own = [one for one in found if one.importer == context.focus]
    return tuple(Finding(f"lock-in/{one.form}", _lock_line(context, one)) for one in own)


def _lock_line(context: Context, one: LockIn) -> Sentence:
    return started(
        say(
            "{c} buys {v:percent} of its imported {form} from {leader} (by {by}); its lock-in is"
            " {index}, where one is a single supplier.",
            c=context.country_name(one.importer),
            v=one.leader_share,
            form=context.form_name(one.form),
            leader=context.country_name(one.leader),
            by=one.by,
            index=show(one.lock_in, "bare"),
        )
    )


def found_risks(context: Context) -> Risks:
    """Supply risk in the material of the main chain; empty where there is no chain."""
    chain = main_chain(context.study)
    return risks(context.study, chain) if chain is not None else {}


def risk_findings(context: Context, found: Risks) -> tuple[Finding, ...]:
    """How the focus country stands by the methods that tell forms apart, and by the other."""
    findings = []
    for method, name in (("stage-consistent", "By form"), ("eu", "By the method of the EU")):
        records = found.get(method, {}).get(context.focus, ())
        own = [one for one in records if one.score.low is not None]
        if own:
            findings.append(Finding(f"risk/{method}", _risk_line(context, name, own)))
    published = found.get("geopolrisk", {})
    if published:
        findings += _published(context, published)
    if found and not any(found["stage-consistent"].values()):
        findings.append(Finding("risk/untraded", _untraded(context)))
    return tuple(findings)


def _untraded(context: Context) -> Sentence:
    """Why nobody's supply risk is told by form."""
    chain = main_chain(context.study) or ""
    material = context.material_name(chain_material(context.study, chain))
    return started(
        say(
            "{m} has no customs code of its own on record: how much of it {c} or anybody else buys,"
            " and from whom, is not told, and no supply risk is worked out.",
            m=material,
            c=context.country,
        )
    )


def _published(context: Context, found: Mapping[str, Sequence[SupplyRisk]]) -> list[Finding]:
    """What the published index says, which mixes the stages of a material."""
    year = context.study.config.base_year
    scores = {
        importer: one
        for importer, records in found.items()
        for one in records
        if one.year == year and one.score.value is not None
    }
    if context.focus not in scores or len(scores) < 2:
        return []
    own = scores[context.focus]
    most = max(scores, key=lambda importer: (scores[importer].score.value or 0.0, importer))
    text = say(
        "The published index, which sets ore at home against imports of every stage, gives {c}"
        " {v} for {material} in {year}",
        c=context.country, v=show(own.score), material=context.material_name(own.material),
        year=str(year),
    )  # fmt: skip
    if most == context.focus:
        return [Finding("risk/geopolrisk", text + Sentence((", the highest shown here.",)))]
    tail = say("; the highest here is {c} with {v}.", c=context.country_name(most),
               v=show(scores[most].score))  # fmt: skip
    return [Finding("risk/geopolrisk", text + tail)]


def _risk_line(context: Context, name: str, records: Sequence[SupplyRisk]) -> Sentence:
    """Give the span by form; where output at home is not counted only the span is known."""
    parts = [
        say("{r} for {form}", r=show(one.score, "range"), form=context.form_name(one.form))
        for one in records[:3]
    ]
    wide = [one for one in records if one.score.value is None]
    tail = "; the span is what is not known of output at home" if wide else ""
    head = say("{name} the supply risk of {c} is ", name=name, c=context.country)
    return head + joined(parts) + Sentence((f"{tail}.",))


def series_findings(context: Context) -> tuple[Finding, ...]:
    """How concentration moved in the longest series of the main chain."""
    chain = main_chain(context.study)
    if chain is None:
        return ()
    lines = series_lines(context.study, chain, context.form_name, context.material_name)
    return tuple(Finding(f"series/{line.id}", series_line(line)) for line in lines[:2])


def series_line(line: Line) -> Sentence:
    """First and last value of a series, and which way it went."""
    known = sorted(year for year, q in line.points.items() if q.value is not None)
    first, last = line.points[known[0]], line.points[known[-1]]
    change = (last.value or 0.0) - (first.value or 0.0)
    verb = "hardly moved" if abs(change) < STEADY else "rose" if change > 0 else "fell"
    return say(
        "Concentration of {name} ({kind}) {verb}: {a} in {start}, {b} in {end}.",
        name=lower(line.name), kind=line.note, verb=verb, a=show(first, "bare"),
        start=str(known[0]), b=show(last, "bare"), end=str(known[-1]),
    )  # fmt: skip
