"""Supply risk of an importer, by three methods, as records with lineage.

* ``geopolrisk``: the published index, with its quirks, for comparison.
* ``stage-consistent``: the same formula within one form and one unit; missing stays missing.
* ``eu``: the supply risk of the EU criticality assessment, for any importer and stage.

All three read either the release or tidy files of the reader's own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from midstream.chain.baseline import Scope, baseline
from midstream.chain.world import World
from midstream.dependency.supply_arrays import Blocs, SupplyArrays
from midstream.dependency.supply_files import SupplyFiles
from midstream.dependency.supply_own import FormSupply, form_supply, material_supply
from midstream.dependency.supply_results import FormPlace, Results, Setting
from midstream.errors import InputError
from midstream.evidence import Evidence, Ledger, Quantity
from midstream.evidence.vocabulary import known
from midstream.terms import suggestion

METHODS = ("geopolrisk", "stage-consistent", "eu")
#: The largest trade term that is read.
MOST_TERM = 10
#: What people write for groups of the register.
_ALIASES: Mapping[str, str] = {"EU": "EUU", "EU27": "EUU"}


@dataclass(frozen=True, slots=True)
class SupplyRisk:
    """Supply risk of one importer in one material (or form) and year.

    Attributes:
        importer, material, form, stage, year: Place; form and stage are empty where the method
            or the files do not tell stages apart.
        method: One of `METHODS`.
        hhi: Concentration of output 0..1.
        import_risk: Governance-weighted imports over supply; for ``eu`` the governance-weighted
            HHI of the importer's own supply.
        score: The index.
        parts: What else the method gives, by name.
        stated: What a reader has to know: proxies, and inputs that are not on record.
    """

    importer: str
    material: str
    form: str
    stage: str
    year: int
    method: str
    hhi: Quantity
    import_risk: Quantity
    score: Quantity
    parts: Mapping[str, Quantity] = field(default_factory=dict)
    stated: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Give the record as the JSON object of the public interface."""
        plain = ("importer", "material", "form", "stage", "year", "method")
        found: dict[str, Any] = {name: getattr(self, name) for name in plain}
        for name in ("hhi", "import_risk", "score"):
            found[name] = getattr(self, name).to_dict()
        found["parts"] = {name: part.to_dict() for name, part in self.parts.items()}
        found["stated"] = list(self.stated)
        return found


class UntradedError(InputError):
    """No customs code on record names what is asked about: nothing is wrong, there is no answer."""


def files_of(
    production: Path | None, trade: Path | None, governance: Path | None
) -> SupplyFiles | None:
    """Put three optional paths together: all of them, or none.

    Raises:
        InputError: if some are given and others are not.
    """
    given = {"--production": production, "--trade": trade, "--governance": governance}
    missing = [name for name, path in given.items() if path is None]
    if production is None or trade is None or governance is None:
        if len(missing) == len(given):
            return None
        raise InputError(
            f"{' and '.join(missing)} not given",
            where=missing[0],
            why="production, trade and governance are read together or not at all",
            mend="give all three files or none",
        )
    return SupplyFiles(production, trade, governance)


def supply_risk(
    evidence: Evidence,
    world: World,
    ledger: Ledger,
    method: str,
    importer: str,
    material: str | None = None,
    year: int | None = None,
    *,
    files: SupplyFiles | None = None,
    trade_terms: Mapping[str, float] | None = None,
) -> list[SupplyRisk]:
    """Give the supply risk of an importer.

    Args:
        evidence: The release.
        world: The world of the base year; read by ``stage-consistent`` and ``eu`` without files.
        ledger: Where lineage is entered; stands on the world's.
        method: One of `METHODS`.
        importer: A country, or a group (EU); with files any label of theirs.
        material: Only this one; with the release also its parts.
        year: Only this one. Without files, ``geopolrisk`` has the years of the production
            statistics and the others the base year.
        files: Files of the reader's own in place of the release.
        trade_terms: Country -> trade term of the EU method; 1 for the others.

    Returns:
        Records by material, form and year; a number that cannot be given has no value.

    Raises:
        InputError: if a method, importer, material or year is unknown, or a file is broken;
            `UntradedError` where no trade in the material is on record.
    """
    known(method, METHODS, "method")
    if files is not None:
        arrays = files.read()
        members = _labels(evidence, arrays, importer)
        forms: FormSupply | None = None
    elif method == "geopolrisk":
        members = _members(evidence, importer)
        _check_material(evidence, material)
        arrays, forms = material_supply(evidence, ledger, material), None
    else:
        members = _members(evidence, importer)
        _check_material(evidence, material)
        world = _covering(evidence, world, ledger, members, year)
        forms = form_supply(evidence, world, ledger, material)
        arrays = forms.arrays
    if files is None:
        _check_traded(arrays, method, material)
    for leaf in arrays.origins.leaves:
        ledger.add(leaf)
    chosen = _chosen(arrays, None if forms else material, year)
    setting = Setting(evidence, ledger, method, importer, members, trade_terms or {})
    _check_terms(arrays, setting.terms)
    results = Results(setting, arrays, Blocs.of(arrays, {importer: members}))
    places = FormPlace.of_world(evidence, world, forms, ledger) if forms else None
    return [SupplyRisk(**results.record(row, places)) for row in chosen]


def _check_traded(arrays: SupplyArrays, method: str, material: str | None) -> None:
    if not arrays.places:
        raise UntradedError(
            f"no trade of {material}" if material else "no trade on record",
            where="--material",
            why="no customs code on record names it alone and with weights, so that an importer's "
            f"risk by {method} cannot be told",
            mend="choose another material or method, or give files of your own",
        )


def _check_terms(arrays: SupplyArrays, terms: Mapping[str, float]) -> None:
    for country, term in terms.items():
        known(country, arrays.countries, "country")
        if not 0 <= term <= MOST_TERM:
            raise InputError(
                f"trade term {term} of {country}",
                where="trade_terms",
                why=f"a trade term multiplies a governance risk; it lies from 0 to {MOST_TERM}",
                mend="1 is no restriction, more is one, less an agreement",
            )


def _check_material(evidence: Evidence, material: str | None) -> None:
    if material is not None:
        known(material, evidence.vocabulary("material") or {}, "material")


def _members(evidence: Evidence, importer: str) -> tuple[str, ...]:
    """Countries of an importer: itself, or the members of a group."""
    code = _ALIASES.get(importer, importer)
    members = _group(evidence, code)
    if members:
        return members
    known(code, evidence.vocabulary("country") or {}, "country")
    if evidence.countries[code]["kind"] != "country":
        raise InputError(
            f"{importer} is no country",
            where="--importer",
            why="it is an aggregate without members on record",
            mend="name a country, or a group with members such as EU",
        )
    return (code,)


def _group(evidence: Evidence, code: str) -> tuple[str, ...]:
    rows = evidence.table("groups").rows
    return tuple(row["member"] for row in rows if row["group"] == code)


def _labels(evidence: Evidence, arrays: SupplyArrays, importer: str) -> tuple[str, ...]:
    """Labels of the files that an importer stands for."""
    if importer in arrays.countries:
        return (importer,)
    found = []
    for member in _group(evidence, _ALIASES.get(importer, importer)):
        names = (member, str(evidence.countries[member]["name"]))
        found += [name for name in names if name in arrays.countries]
    if found:
        return tuple(found)
    raise InputError(
        f"no importer {importer!r}",
        where="--importer",
        why="none of the files names it, as country, exporter or importer",
        mend=suggestion(importer, arrays.countries) or "write it as the files do",
    )


def _covering(
    evidence: Evidence, world: World, ledger: Ledger, members: Sequence[str], year: int | None
) -> World:
    """Give a world that holds all members; the same world where it does already."""
    if year not in (None, world.base_year):
        raise InputError(
            f"no year {year} by stage",
            where="--year",
            why=f"output by form is known for the base year {world.base_year}",
            mend="leave the year out, use --method geopolrisk, or give files of your own",
        )
    missing = [country for country in members if country not in world.countries]
    if not missing:
        return world
    wider = baseline(evidence, Scope((*world.countries, *missing), world.base_year))
    ledger.nodes.update(wider.ledger.nodes)
    return wider


def _chosen(arrays: SupplyArrays, material: str | None, year: int | None) -> list[int]:
    """Positions of the places asked for.

    Raises:
        InputError: if there is none.
    """
    if material is not None:
        known(material, sorted({name for name, _ in arrays.places}), "material")
    years = sorted({place[1] for place in arrays.places if material in (None, place[0])})
    if year is not None and year not in years:
        held = ", ".join(map(str, years)) or "no year"
        raise InputError(
            f"no year {year}",
            where="--year",
            why=f"on record: {held}",
            mend="choose one of these or leave the year out",
        )
    rows = enumerate(arrays.places)
    return [i for i, (name, held) in rows if material in (None, name) and year in (None, held)]
