"""Tables of leverage and dependence: test, holders, shared forms, supply risk, series."""

from __future__ import annotations

from typing import TYPE_CHECKING

from midstream.dependency.leverage import MEASURES
from midstream.dependency.thesis import QUESTIONS
from midstream.evidence.quantity import Quantity
from midstream.report.narrative.leverage_rows import Risks, main_chain
from midstream.report.tables import Column, Sheet, Value, quantity_cells, quantity_columns
from midstream.terms import STAGE_ORDER

if TYPE_CHECKING:
    from midstream.study import Study

_CHAIN = Column("chain", "string", "Chain of forms")
_STAGE = Column("stage", "string", "C1 extraction, C2 refining, C3 materials, C4 downstream")
_FORM = Column("form", "string", "Form of a material at a stage")
_HOLDER = Column("holder", "string", "Country that withholds, ISO 3166-1 alpha-3")
_NOTHING: tuple[Value, ...] = (None,) * 5

#: Measure -> what its column holds, and its unit.
_MEASURES = {
    "shapley": ("What the holder adds to the flow, mean over all orders", "ratio"),
    "min_cut_share": ("Flow left over world need when withheld", "ratio"),
    "extraction_loss": ("Share of the chain's output that hangs on it", "ratio"),
    "n_minus_1_global": ("Supply without it over world need", "ratio"),
    "n_minus_1_rest": ("Supply without it over need outside it", "ratio"),
    "loss": ("World need not delivered when withheld", "ratio"),
    "replace_years": ("Mean years a lost unit stays lost", "year"),
    "leverage": ("Loss times time to replace", "year"),
}


def leverage_sheets(study: Study, risks: Risks) -> list[Sheet]:
    """Every table of leverage and dependence."""
    return [
        thesis(study), leverage(study), shared(study), build_once(study), supply_risk(risks),
        concentration_series(study),
    ]  # fmt: skip


def thesis(study: Study) -> Sheet:
    """One row per tested chain: leverage and loss by stage, probabilities, verdicts."""
    columns = [_CHAIN, _HOLDER]
    for stage in STAGE_ORDER:
        columns += quantity_columns(f"leverage_{stage}", f"Leverage at {stage}", "year")
        columns += quantity_columns(f"loss_{stage}", f"World need lost at {stage}", "ratio")
    for question in QUESTIONS:
        words = question.replace("_", " ")
        columns += quantity_columns(f"p_{question}", f"Probability: {words}", "probability")
    columns += [
        Column("verdict", "string", "yes, no or undetermined, by leverage"),
        Column("by_loss", "string", "The same by loss alone"),
        Column("strict", "string", "The same without feed of other uses"),
    ]
    found = study.thesis()
    rows: list[tuple[Value, ...]] = []
    for one in found.chains if found is not None else ():
        row: list[Value] = [one.chain, found.holder if found is not None else None]
        for stage in STAGE_ORDER:
            row += _cells(one.stages.get(stage)) + _cells(one.losses.get(stage))
        for question in QUESTIONS:
            row += _cells(one.probabilities[question])
        rows.append((*row, one.verdict, one.by_loss, one.strict))
    title = "Whether leverage sits in the middle, by chain"
    return Sheet("thesis", title, tuple(columns), tuple(rows), ("chain",))


def _cells(quantity: Quantity | None) -> tuple[Value, ...]:
    return _NOTHING if quantity is None else quantity_cells(quantity)


def chains_shown(study: Study) -> tuple[str, ...]:
    """Chains whose holders are listed: the study's, else the one shown in detail."""
    first = main_chain(study)
    return study.shown_chains or ((first,) if first else ())


def leverage(study: Study) -> Sheet:
    """One row per chain, holder and step, and one for all steps together."""
    columns = [
        _CHAIN, _HOLDER,
        Column("stage", "string", "Stage, or all for every step together"),
        Column("form", "string", "Form withheld; blank for all"),
    ]  # fmt: skip
    for name in MEASURES:
        columns += quantity_columns(name, *_MEASURES[name])
    columns += [
        Column("cut_stage", "string", "Stage that stops delivery; blank where nothing is lost"),
        Column("cut_form", "string", "Form that stops delivery"),
        Column("cut_left", "string", "Who is left there, by semicolon; ROW is whom nobody names"),
        *quantity_columns("cut_probability", "Share of draws with this cut", "probability"),
    ]
    rows: list[tuple[Value, ...]] = []
    for chain in chains_shown(study):
        for one in study.leverage(chain).rows:
            row: list[Value] = [chain, one.holder, one.stage, one.form or "all"]
            for name in MEASURES:
                row += quantity_cells(getattr(one, name))
            cut = (one.cut.stage or None, one.cut.form or None, ";".join(one.cut.countries) or None)
            rows.append((*row, *cut, *quantity_cells(one.cut_probability)))
    title = "Leverage of the holders of each chain"
    return Sheet("leverage", title, tuple(columns), tuple(rows), ("chain", "holder", "form"))


def shared(study: Study) -> Sheet:
    """One row per sector and form: the part of the sector that stands on the form."""
    found = study.shared()
    stages = dict(zip(found.table.forms, found.table.stages, strict=True))
    columns = (
        Column("sector", "string", "Sector"), _FORM, _STAGE,
        *quantity_columns("weight", "Part of the sector's chain that stands on the form", "ratio"),
        *quantity_columns("herfindahl", "How few sectors the form serves, 0 to 1", "ratio"),
    )  # fmt: skip
    rows = tuple(
        (
            sector,
            form,
            stages[form],
            *quantity_cells(weight),
            *quantity_cells(found.herfindahl[form]),
        )
        for (sector, form), weight in found.weights.items()
    )
    return Sheet("shared", "Forms that sectors share", columns, rows, ("sector", "form"))


def build_once(study: Study) -> Sheet:
    """One row per form: worth of one plant for all sectors and for the best one."""
    columns = (
        _FORM,
        Column("sectors", "string", "Sectors that need it, by semicolon"),
        *quantity_columns("worth", "Parts of sectors one plant keeps running", "ratio"),
        *quantity_columns("single", "The same for the best single sector", "ratio"),
        Column("best", "string", "That sector"),
        *quantity_columns("capex", "Capital cost of the plant", "billion USD"),
        *quantity_columns("worth_per_capex", "Worth per billion USD", "1/billion USD"),
    )
    rows = tuple(
        (
            one.form, ";".join(one.sectors), *quantity_cells(one.value),
            *quantity_cells(one.single), one.best, *quantity_cells(one.capex),
            *quantity_cells(one.per_capex),
        )
        for one in study.shared().build_once
    )  # fmt: skip
    return Sheet("build_once", "Worth of one plant for all sectors", columns, rows, ("form",))


def supply_risk(risks: Risks) -> Sheet:
    """One row per method, importer and form of the main chain."""
    columns = (
        Column("method", "string", "stage-consistent, eu or geopolrisk"),
        Column("importer", "string", "ISO 3166-1 alpha-3"),
        Column("material", "string", "Material"),
        Column("form", "string", "Form; whole material for the published index"),
        Column("stage", "string", "Stage; blank where the method does not tell them apart"),
        Column("year", "integer", "Year"),
        *quantity_columns("hhi", "Concentration of output, 0 to 1", "index"),
        *quantity_columns("import_risk", "Governance-weighted imports over supply"),
        *quantity_columns("score", "Supply risk", "index"),
        Column("stated", "string", "What a reader has to know"),
    )
    rows: list[tuple[Value, ...]] = []
    for method, found in risks.items():
        for importer, records in found.items():
            rows += [
                (
                    method, importer, one.material, one.form or "whole material",
                    one.stage or None, one.year, *quantity_cells(one.hhi),
                    *quantity_cells(one.import_risk), *quantity_cells(one.score),
                    "; ".join(one.stated) or None,
                )
                for one in records
            ]  # fmt: skip
    key = ("method", "importer", "material", "form", "year")
    return Sheet("supply_risk", "Supply risk of importers", columns, tuple(rows), key)


def concentration_series(study: Study) -> Sheet:
    """One row per series and year: concentration, leader, its share."""
    columns = (
        Column("series", "string", "world (base year), usgs, iea or trade"),
        Column("material", "string", "Material"),
        _STAGE,
        Column("product", "string", "What the statistic counts"),
        Column("year", "integer", "Year"),
        Column("form", "string", "Form; blank where the statistic has none"),
        Column("proxy", "string", "yes where exports stand for output"),
        *quantity_columns("hhi", "Herfindahl index, 0 to 1", "index"),
        *quantity_columns("weighted", "Governance-weighted index, 0 to 1", "index"),
        Column("leader", "string", "Largest holder"),
        *quantity_columns("leader_share", "Share of the largest holder", "%"),
        Column("note", "string", "Edition, projection, or what else a reader has to know"),
    )
    rows = tuple(
        (
            one.series, one.material, one.stage, one.product, one.year, one.form or None,
            "yes" if one.proxy else "no", *quantity_cells(one.hhi), *quantity_cells(one.weighted),
            one.leader, *quantity_cells(one.leader_share), one.note or None,
        )
        for one in study.concentration_series()
    )  # fmt: skip
    key = ("series", "material", "stage", "product", "year")
    return Sheet("concentration_series", "Concentration by year", columns, rows, key)
