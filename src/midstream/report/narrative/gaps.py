"""What is missing, ranked by how many open cells each missing fact would settle."""

from __future__ import annotations

from collections import defaultdict

from midstream.report.narrative.context import Context
from midstream.report.narrative.types import Gap, Opening
from midstream.report.narrative.words import counted, remark, started, worded
from midstream.report.numbers import Sentence, Shown, say
from midstream.scorecard.result import CellScore, FormScore

Cell = tuple[str, str, str]

#: The facts the title of the page speaks about.
FIRST = 5


def gaps(context: Context, country: str | None = None) -> tuple[Gap, ...]:
    """List the missing facts, those that would settle most cells first.

    Args:
        context: The study.
        country: Only this country; all countries where left out.
    """
    waiting = _waiting(context, country)
    found = []
    for form in context.card.form_scores:
        cells = waiting.get((form.country, form.form))
        if not cells or not form.missing:
            continue
        place = (form.country, form.form)
        lineages = [context.cell(*cell).score.lineage for cell in cells]
        count = context.reckoner.count(
            f"settles/{'/'.join(place)}", cells, "Open cells that wait for this fact", lineages
        )
        what = _what(context, form)
        shown = Shown(count, f"{count.value:.0f}")
        found.append(Gap(form.country, form.form, form.stage, what, tuple(cells), shown))
    return tuple(sorted(found, key=lambda gap: (-len(gap.cells), gap.country, gap.form)))


def _what(context: Context, form: FormScore) -> Sentence:
    """The missing fact, the form called by its short name."""
    row = context.study.evidence.forms.get(form.form)
    names = {str(row["name"]): context.form_name(form.form)} if row is not None else {}
    return remark(form.missing, form.score, names)


def _waiting(context: Context, country: str | None) -> dict[tuple[str, str], list[Cell]]:
    """Open cells by the country and form whose score leaves them open."""
    out: dict[tuple[str, str], list[Cell]] = defaultdict(list)
    for cell in context.card.cells:
        if cell.digit is not None or (country is not None and cell.country != country):
            continue
        for form in cell.forms:
            if form.missing:
                out[cell.country, form.form].append((cell.country, cell.sector, cell.stage))
    return out


def open_cells(context: Context, country: str) -> list[CellScore]:
    """Cells of a country whose integer the evidence does not fix."""
    return [cell for cell in context.card.cells if cell.country == country and cell.digit is None]


def missing_opening(context: Context, found: tuple[Gap, ...]) -> Opening:
    """Head of the page: how far the first few facts would get us."""
    cells = [cell for cell in context.card.cells if cell.country == context.focus]
    undecided = open_cells(context, context.focus)
    inputs = [cell.score.lineage for cell in cells]
    k = context.reckoner.count("open", undecided, "Cells without a fixed digit", inputs)
    m = context.reckoner.count("cells", cells, "Cells of the focus country", inputs)
    first = found[:FIRST]
    reached = {cell for gap in first for cell in gap.cells}
    n = context.reckoner.count("first-facts", first, "Missing facts named first", inputs)
    r = context.reckoner.count("reached", sorted(reached), "Open cells they bear on", inputs)
    if not undecided:
        title = say("All {m} cells of {c} have a digit", c=context.country, m=worded(m))
    elif not found:
        title = say("{k} of {m} cells stay open", k=counted(k, m)[0], m=counted(k, m)[1])
    else:
        noun = "facts bear" if len(first) != 1 else "fact bears"
        title = say(
            f"{{n}} missing {noun} on {{r}} of {{k}} open cells",
            n=counted(n, k)[0], r=counted(r, k)[0], k=counted(n, k)[1],
        )  # fmt: skip
    lede = say(
        "Of {m} cells for {c}, {k} have no single digit. A blank is never read as zero: it widens"
        " the interval until someone fills it.",
        m=counted(m, k)[0], c=context.country, k=counted(m, k)[1],
    )  # fmt: skip
    return Opening("What is missing", started(title), lede)
