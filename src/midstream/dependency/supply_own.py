"""Supply arrays from the release itself: by material as published indices mix it, or by form."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from midstream.chain.readings import WORLD
from midstream.chain.trade import SPECIFIC
from midstream.chain.world import World
from midstream.dependency.concentration import belongs, material_of
from midstream.dependency.concentration_series import REST
from midstream.dependency.governance import risks
from midstream.dependency.supply_arrays import SupplyArrays
from midstream.dependency.supply_build import Graded, Made, Sent, build
from midstream.evidence import Evidence, Ledger
from midstream.evidence.observations import Observation
from midstream.evidence.tables import Row

#: Stages whose goods count as raw material where an index does not tell stages apart.
RAW_STAGES = ("C1", "C2")
#: Trade table of the long series.
LONG = "hs92"


# -- by material, all raw stages together ----------------------------------------------------------


def material_supply(
    evidence: Evidence, ledger: Ledger, material: str | None = None, year: int | None = None
) -> SupplyArrays:
    """Production at the first stage on record against trade in all raw goods of a material.

    This is how published indices read the world: ore credits production against trade in
    compounds and metal. Production is the U.S. Geological Survey's, in its newest edition for each
    year; where a stage holds several products the one with most countries counts. Trade is that
    of the customs codes that name the material alone, at C1 and C2, in tonnes of goods; a material
    or year without such trade on record is left out.

    Args:
        evidence: The release.
        ledger: Where governance risks are entered.
        material: Only this material, exactly.
        year: Only this year.
    """
    mined = [row for row in _mined(evidence, material) if year in (None, row.place[1])]
    traded = list(_traded(evidence, {row.place for row in mined}))
    # Where nothing is known of trade by weight, an import risk of 0 would be made of ignorance.
    places = {row.place for row in traded if row.quantity}
    made = [row for row in mined if row.place in places]
    sent = [row for row in traded if row.place in places]
    graded = [
        row for each in {place[1] for place in places} for row in _graded(evidence, each, ledger)
    ]
    return build(made, sent, graded, extra=_countries(evidence))


def _countries(evidence: Evidence) -> list[str]:
    return [code for code, row in evidence.countries.items() if row["kind"] == "country"]


def _mined(evidence: Evidence, material: str | None) -> Iterator[Made]:
    sql = "SELECT DISTINCT edition FROM read_parquet($file) ORDER BY edition DESC"
    taken: set[tuple[str, str]] = set()
    for (edition,) in evidence.bulk.rows(sql, "production"):
        rows: dict[tuple[str, str], list[Observation]] = defaultdict(list)
        for row in evidence.bulk.production(material, edition=edition):
            if row.unit == "t" and row.country not in (WORLD, REST):
                rows[row.material or "", row.period].append(row)
        for key in rows.keys() - taken:
            for row in _one_product(rows[key]):
                yield Made((key[0], int(key[1])), row.country or "", row.value, row.id)
        taken |= rows.keys()


def _one_product(rows: list[Observation]) -> list[Observation]:
    """Rows of the first stage and its product with most countries, one per country."""
    stage = min(row.stage or "" for row in rows)
    products: dict[str, dict[str, Observation]] = defaultdict(dict)
    for row in rows:
        if row.stage == stage:
            products[row.basis or ""].setdefault(row.country or "", row)
    widest = min(products, key=lambda name: (-len(products[name]), name))
    return list(products[widest].values())


def _traded(evidence: Evidence, places: set[tuple[str, int]]) -> Iterator[Sent]:
    """Flows under the raw codes of each material; the long table first, as it has all years."""
    by_table: dict[str, dict[str, str]] = {LONG: {}, "hs17": {}}
    rows = [row for row in evidence.table("hs_concordance").rows if _raw(row)]
    for table in by_table:
        held = {name for codes in by_table.values() for name in codes.values()}
        for row in rows:
            if table in (row["tables"] or ()) and row["material"][0] not in held:
                by_table[table][row["hs6"]] = row["material"][0]
    for table, codes in by_table.items():
        years = set(evidence.bulk.trade_years(table)) & {year for _, year in places}
        for year in sorted(years):
            wanted = [code for code, name in codes.items() if (name, year) in places]
            for flow in evidence.bulk.trade(year, wanted, table) if wanted else ():
                place = (codes[flow.hs6], year)
                yield Sent(
                    place, flow.exporter, flow.importer, flow.qty_t, flow.value_kusd, flow.lineage
                )


def _raw(row: Row) -> bool:
    alone = len(row["material"] or ()) == 1 and row["specificity"] in SPECIFIC
    return alone and row["stage"] in RAW_STAGES


def _graded(evidence: Evidence, year: int, ledger: Ledger) -> Iterator[Graded]:
    for country, risk in risks(evidence, year, ledger).items():
        yield Graded(country, year, risk.value, risk.lineage)


# -- by form, one stage and one unit ---------------------------------------------------------------


@dataclass(frozen=True)
class FormSupply:
    """Output and trade of the forms of a world.

    Attributes:
        arrays: Places are (form, base year); quantities in the form's unit where `measured`.
        notes: Form -> what a reader has to know about its trade.
        measured: Forms whose trade is in the form's unit; for the others output at home that is
            not zero cannot be set against imports, and is open.
    """

    arrays: SupplyArrays
    notes: Mapping[str, str]
    measured: frozenset[str]


def form_supply(
    evidence: Evidence, world: World, ledger: Ledger, material: str | None = None
) -> FormSupply:
    """Output and trade of each form that has trade under specific codes.

    Where a form has no code of its own, the specific codes of its material at the same stage
    stand for the mix of countries it comes from.

    Args:
        evidence: The release.
        world: The world of the base year.
        ledger: Where governance risks are entered.
        material: Only forms of this material and its parts.
    """
    year = world.base_year
    notes: dict[str, str] = {}
    made: list[Made] = []
    sent: list[Sent] = []
    for form in world.forms:
        if not belongs(evidence, material_of(evidence, form), material):
            continue
        flows, note = _flows(evidence, world, form)
        if not flows:
            continue
        notes[form] = note
        sent += flows
        made += _outputs(world, form)
    arrays = build(made, sent, _graded(evidence, year, ledger), extra=_countries(evidence))
    return FormSupply(arrays, notes, frozenset(notes) & frozenset(world.trade_content))


def _flows(evidence: Evidence, world: World, form: str) -> tuple[list[Sent], str]:
    """Flows of a form and a note on them."""
    place, content = (form, world.base_year), world.trade_content.get(form)
    if form in world.flows:
        factor = 1.0 if content is None else content
        flows = [
            Sent(
                place,
                flow.exporter,
                flow.importer,
                None if flow.quantity_t is None else flow.quantity_t * factor,
                flow.value_kusd,
                flow.lineage,
            )
            for flow in world.flows[form]
        ]
        unknown = "the content of the goods is not on record: own output cannot be set against them"
        return flows, "" if content is not None else unknown
    codes = _stage_codes(evidence, world, form)
    rows = [
        row
        for table, part in codes.items()
        if world.base_year in evidence.bulk.trade_years(table)
        for row in evidence.bulk.trade(world.base_year, part, table)
    ]
    found = [
        Sent(place, row.exporter, row.importer, row.qty_t, row.value_kusd, row.lineage)
        for row in rows
    ]
    listed = ", ".join(sorted(code for part in codes.values() for code in part))
    return found, f"no code of its own: goods under HS {listed} stand for the mix of imports"


def _stage_codes(evidence: Evidence, world: World, form: str) -> dict[str, list[str]]:
    """Trade table -> specific codes of a form's material at its stage.

    Where the material has none, those of the nearest material it belongs to.
    """
    codes: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for row in evidence.table("hs_concordance").rows:
        names: tuple[str, ...] = row["material"] or ()
        held = row["tables"] or ()
        table = "hs17" if "hs17" in held else LONG if LONG in held else None
        alone = len(names) == 1 and row["specificity"] in SPECIFIC
        if table and alone and row["stage"] == world.stages[form]:
            codes[names[0]][table].append(row["hs6"])
    material: str | None = material_of(evidence, form)
    while material:
        if material in codes:
            return codes[material]
        row = evidence.materials.get(material, {})
        material = row.get("parent")
    return {}


def _outputs(world: World, form: str) -> Iterator[Made]:
    """Output of each country with an estimate, as far as it can be set against trade."""
    place, measured = (form, world.base_year), form in world.trade_content
    for (name, country), estimate in world.outputs.items():
        if name != form or country == WORLD:
            continue
        open_ended = estimate.standing == "open"
        if not measured and (open_ended or estimate.high > 0):
            yield Made(place, country, None, estimate.lineage)
            continue
        low = 0.0 if open_ended else estimate.low
        high = None if open_ended else estimate.high
        yield Made(place, country, estimate.value, estimate.lineage, low, high)
