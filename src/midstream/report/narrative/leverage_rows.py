"""What the figures of leverage show, taken from the results of a study."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from midstream.dependency.concentration import Concentration
from midstream.dependency.leverage import ALL, Leverage, Row
from midstream.dependency.shared import Shared
from midstream.dependency.supply_risk import SupplyRisk, UntradedError
from midstream.dependency.thesis import Thesis
from midstream.evidence.lineage import Ledger, Node
from midstream.evidence.quantity import Quantity
from midstream.report.figures import ChainRow, CutRow, Grid, GridRow, Group, Line, Span
from midstream.report.narrative.words import traced
from midstream.terms import STAGES

if TYPE_CHECKING:
    from midstream.study import Study

#: Names a thing for a reader.
Names = Callable[[str], str]

#: Method -> importer -> records.
Risks = Mapping[str, Mapping[str, tuple[SupplyRisk, ...]]]

#: The question of the test that the verdict follows from.
MIDDLE = "middle_over_ends"

#: Sectors a form serves from which it is called shared, and forms in the matrix.
SHARED, MOST_FORMS = 3, 18

#: Series in one figure, and years a series needs to be drawn as a line.
MOST_LINES, LEAST_YEARS = 5, 3

#: How each supply-risk method is called.
METHODS = {
    "stage-consistent": "one form, one unit",
    "eu": "method of the EU assessment",
    "geopolrisk": "published index, whole material",
}


def main_chain(study: Study) -> str | None:
    """The chain shown in detail: the study's first that can be run, else the first tested."""
    if study.shown_chains:
        return study.shown_chains[0]
    found = study.thesis()
    return found.chains[0].chain if found is not None and found.chains else None


def chain_rows(found: Thesis) -> list[ChainRow]:
    """One row per tested chain, the largest leverage first."""
    rows = [
        ChainRow(one.chain, one.name, one.stages, one.verdict, one.probabilities.get(MIDDLE))
        for one in found.chains
    ]
    return sorted(rows, key=lambda row: (-_largest(row.stages), row.name))


def _largest(stages: Mapping[str, Quantity]) -> float:
    return max((q.value or 0.0 for q in stages.values()), default=0.0)


def steps_of(found: Leverage, holder: str) -> list[Row]:
    """Rows of a holder by step, ore first, without the row of all steps together."""
    return [row for row in found.rows if row.holder == holder and row.stage != ALL]


def whole_of(found: Leverage, holder: str) -> Row | None:
    """The row of a holder who withholds at every step."""
    return next((r for r in found.rows if r.holder == holder and r.stage == ALL), None)


def holders_of(found: Leverage) -> list[Row]:
    """Holders by what they add to the flow, the largest first; one row each."""
    rows = [row for row in found.rows if row.stage == ALL]
    return sorted(rows, key=lambda row: (-(row.shapley.value or 0.0), row.holder))


def cut_rows(found: Leverage, holder: str, form: Names, country: Names) -> list[CutRow]:
    """What is left of the final form when the holder withholds at each step."""
    return [
        CutRow(row.stage, form(row.form), row.min_cut_share, _cut_words(row, form, country))
        for row in steps_of(found, holder)
    ]


def _cut_words(row: Row, form: Names, country: Names) -> str:
    """Name the step that stops delivery and who is left there."""
    if not row.cut.form:
        return "nothing is lost"
    left = [country(one) for one in row.cut.countries if one != "ROW"]
    where = "" if row.cut.form == row.form else f"{form(row.cut.form)}: "
    who = ", ".join(left[:3]) or "nobody named"
    return f"{where}left outside: {who}"


def shared_forms(found: Shared) -> list[str]:
    """Forms that at least so many sectors stand on, by the stage and the number of sectors."""
    counts = {form: _served(found, form) for form in found.table.forms}
    stages = dict(zip(found.table.forms, found.table.stages, strict=True))
    kept = [form for form, count in counts.items() if count >= SHARED]
    kept.sort(key=lambda form: (-counts[form], found.herfindahl[form].value or 1.0, form))
    return sorted(kept[:MOST_FORMS], key=lambda form: (stages[form], -counts[form], form))


def _served(found: Shared, form: str) -> int:
    return sum(1 for _, name in found.weights if name == form)


def shared_grid(found: Shared, ledger: Ledger, form: Names, sector: Names) -> Grid:
    """The matrix of shared forms; those that most sectors stand on are marked.

    Counts are entered into the ledger, each on the weights it counts.
    """
    kept = shared_forms(found)
    stages = dict(zip(found.table.forms, found.table.stages, strict=True))
    counts = {name: _counted(found, ledger, form=name) for name in kept}
    most = max((count.value or 0.0 for count in counts.values()), default=0.0)
    rows = tuple(
        GridRow(name, stages[name], form(name), counts[name], counts[name].value == most)
        for name in kept
    )
    columns = [
        one for one in found.table.sectors if any((one, name) in found.weights for name in kept)
    ]
    values = {
        (name, one): found.weights[one, name]
        for name in kept
        for one in columns
        if (one, name) in found.weights
    }
    names = tuple((one, sector(one)) for one in columns)
    return Grid(rows, names, values, {}, "sectors", "")


def _counted(found: Shared, ledger: Ledger, form: str) -> Quantity:
    inputs = [q.lineage for (_, name), q in found.weights.items() if name == form]
    lineage = f"f:report.shared/sectors/{form}"
    quantity = Quantity(float(len(inputs)), None, None, "count", "modelled", lineage)
    name = "Sectors that stand on the form"
    ledger.add(Node(lineage, "formula", name, quantity, None, tuple(inputs), "number of weights"))
    return quantity


def importers(study: Study, most: int = 6) -> tuple[str, ...]:
    """The focus country, then partners and peers."""
    config = study.config
    return tuple(dict.fromkeys((config.focus, *config.partners, *config.peers)))[:most]


def chain_material(study: Study, chain: str) -> str:
    """Material of a chain."""
    rows = study.evidence.table("chains").rows
    return str(next(row["material"] for row in rows if row["id"] == chain))


def risks(study: Study, chain: str) -> Risks:
    """Supply risk of every importer shown in the material of a chain, by method and importer.

    Nobody has a record where no customs code names the material.
    """
    material = chain_material(study, chain)
    return {
        method: {one: _records(study, method, one, material) for one in importers(study)}
        for method in METHODS
    }


def _records(study: Study, method: str, importer: str, material: str) -> tuple[SupplyRisk, ...]:
    try:
        return tuple(study.supply_risk(method, importer, _asked(study, method, material)))
    except UntradedError:
        return ()


def _asked(study: Study, method: str, material: str) -> str:
    """The material a method is asked about: the published index knows only whole materials."""
    if method != "geopolrisk":
        return material
    row = study.evidence.materials.get(material)
    while row and row["parent"]:
        material = str(row["parent"])
        row = study.evidence.materials.get(material)
    return material


def risk_groups(
    found: Mapping[str, Sequence[SupplyRisk]], focus: str, form: Names, country: Names
) -> list[Group]:
    """Supply risk by form, every importer in its group, by stage.

    Forms that no importer has a number for are left out.
    """
    groups: dict[tuple[str, str], list[Span]] = {}
    for importer, records in found.items():
        for one in records:
            if one.score.value is None and one.score.low is None:
                continue
            note = traced("; ".join(one.stated), one.score)
            span = Span(country(importer), one.score, importer == focus, note)
            groups.setdefault((one.stage, one.form), []).append(span)
    return [
        Group(form(name) if name else "Whole material", stage, tuple(spans))
        for (stage, name), spans in sorted(groups.items())
    ]


def series_lines(study: Study, chain: str, form: Names, material: Names) -> list[Line]:
    """Concentration of the forms of a chain by year, where a statistic has a series."""
    steps = [
        row["form"] for row in study.evidence.table("chain_steps").rows if row["chain"] == chain
    ]
    family = _family(study, chain_material(study, chain))
    groups: dict[tuple[str, str], list[Concentration]] = {}
    for one in study.concentration_series():
        if "projection" in one.note:
            continue
        if one.form in steps or (not one.form and one.material in family):
            groups.setdefault((one.series, one.form or f"{one.material} {one.stage}"), []).append(
                one
            )
    lines = [_line(series, part, form, material) for (series, _), part in groups.items()]
    long = [line for line in lines if len(line.points) >= LEAST_YEARS]
    return sorted(long, key=lambda line: (-len(line.points), line.name))[:MOST_LINES]


def _family(study: Study, material: str) -> set[str]:
    """A material and what it is a part of."""
    found, at = set(), material
    while at:
        found.add(at)
        row = study.evidence.materials.get(at)
        at = str(row["parent"] or "") if row else ""
    return found


def _line(series: str, part: Sequence[Concentration], form: Names, material: Names) -> Line:
    first = part[0]
    place = f"{material(first.material)}, {STAGES[first.stage].short.lower()}"
    kind = "exports, a proxy for output" if first.proxy else "output"
    points = {one.year: one.hhi for one in sorted(part, key=lambda one: one.year)}
    key = f"{series}/{first.material}/{first.form}/{first.stage}"
    return Line(key, form(first.form) if first.form else place, points, kind)
