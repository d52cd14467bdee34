"""What the sectors of the focus country have in common."""

from __future__ import annotations

from midstream.report.narrative.context import Context, weakest
from midstream.report.narrative.types import Finding
from midstream.report.narrative.words import counted, joined, noun, plural, started
from midstream.report.numbers import Sentence, say
from midstream.scorecard.result import CellScore
from midstream.terms import STAGE_ORDER


def sector_findings(context: Context) -> tuple[Finding, ...]:
    """Count where sectors are weakest, name the ends of the list, and say what stays open."""
    strips = {one: context.strip(context.focus, one) for one in context.sectors}
    scored = {one: cells for one, cells in strips.items() if weakest(cells)}
    if not scored:
        return ()
    findings = [_weak_stages(context, scored), _ends(context, scored), _open(context, strips)]
    return tuple(finding for finding in findings if finding is not None)


def _weak_stages(context: Context, scored: dict[str, tuple[CellScore, ...]]) -> Finding:
    """In how many sectors each stage has the lowest score."""
    lowest = {
        sector: min(weakest(cells), key=lambda cell: cell.score.value or 0.0)
        for sector, cells in scored.items()
    }
    counts = {}
    for stage in STAGE_ORDER:
        cells = [cell for cell in lowest.values() if cell.stage == stage]
        if cells:
            counts[stage] = context.reckoner.count(
                f"lowest/{stage}", cells, f"Sectors whose lowest score is at {stage}",
                [cell.score.lineage for cell in cells],
            )  # fmt: skip
    ranked = sorted(counts, key=lambda stage: -(counts[stage].value or 0.0))
    total = context.reckoner.count(
        "lowest/all", list(lowest), "Sectors with a score",
        [cell.score.lineage for cell in lowest.values()],
    )  # fmt: skip
    shown = counted(*(counts[stage] for stage in ranked), total)
    parts = [
        say("in {stage} for {n}", stage=noun(stage), n=one)
        for stage, one in zip(ranked, shown, strict=False)
    ]
    sectors = plural(total, "sector")
    head = say(f"Of {{m}} scored {sectors} the lowest score stands ", m=shown[-1])
    clear = [sector for sector, cells in scored.items() if len(weakest(cells)) == 1]
    k = context.reckoner.count(
        "lowest/clear", clear, "Sectors with one stage clearly below the others", [total.lineage]
    )
    tail = say(". In no sector is that stage clear of every other.")
    if clear:
        words = ". In {k} of them its interval is clear of every other stage."
        tail = say(words, k=counted(k, total)[0])
    return Finding("weak-stages", head + joined(parts) + tail)


def _ends(context: Context, scored: dict[str, tuple[CellScore, ...]]) -> Finding | None:
    """The highest and the lowest score of the whole card."""
    cells = [cell for strip in scored.values() for cell in strip if cell.score.value is not None]
    top = max(cells, key=lambda cell: cell.score.value or 0.0)
    low = min(cells, key=lambda cell: cell.score.value or 0.0)
    if top.score.value == low.score.value:
        return None
    text = say(
        "The highest score is {t}, in {ts} for {tn}; the lowest is {l}, in {ls} for {ln}.",
        t=top.score,
        ts=noun(top.stage),
        tn=context.sector_name(top.sector),
        l=low.score,
        ls=noun(low.stage),
        ln=context.sector_name(low.sector),
    )
    return Finding("ends", text)


def _open(context: Context, strips: dict[str, tuple[CellScore, ...]]) -> Finding | None:
    """How many sectors have a stage without any score."""
    waiting = [
        sector
        for sector, cells in strips.items()
        if any(cell.score.value is None for cell in cells)
    ]
    if not waiting:
        return None
    inputs = [cell.score.lineage for sector in waiting for cell in strips[sector]]
    n = context.reckoner.count("sectors-open", waiting, "Sectors with an open stage", inputs)
    m = context.reckoner.count("sectors-shown", list(strips), "Sectors of the study", inputs)
    one, all_of = counted(n, m)
    verb = "has" if len(waiting) == 1 else "have"
    sectors = plural(m, "sector")
    template = f"{{n}} of {{m}} {sectors} {verb} a stage without a score, so the shape is not known"
    return Finding("open", started(say(template, n=one, m=all_of)) + Sentence((".",)))
