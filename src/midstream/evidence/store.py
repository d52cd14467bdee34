"""The evidence of one data release: the only object that opens data files."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from midstream.errors import EvidenceError, InputError
from midstream.evidence.bulk import Bulk
from midstream.evidence.corrections import Corrections
from midstream.evidence.folder import SHIPPED, Folder, Release, read_folder
from midstream.evidence.labels import Fact, FactBook, key_id
from midstream.evidence.lineage import Ledger
from midstream.evidence.nodes import EvidenceNodes
from midstream.evidence.observations import (
    COUNTING_LAYERS,
    KEY_COLUMNS,
    Key,
    Observation,
    observations_from,
)
from midstream.evidence.quantity import Label, Quantity
from midstream.evidence.register import SourceRegister
from midstream.evidence.relations import check_relations
from midstream.evidence.schema import Schema
from midstream.evidence.tables import Row, Table
from midstream.evidence.vocabulary import known
from midstream.terms import SECTORS, STAGE_ORDER, suggestion

_FACT_COLUMNS = (*KEY_COLUMNS, "kind_group")


class Evidence:
    """A data release, read and typed.

    Made by `Evidence.load`. Facts, bulk tables and the ledger are made on first use.

    Attributes:
        folder: Tables and attribute tables as read.
        without_licences: Licences whose sources are left out.
    """

    def __init__(self, folder: Folder, without_licences: frozenset[str] = frozenset()) -> None:
        self.folder = folder
        self.without_licences = without_licences

    def __repr__(self) -> str:
        """Name the release."""
        left = "".join(f", without {one}" for one in sorted(self.without_licences))
        return f"Evidence({self.release.id!r}{left})"

    @classmethod
    def load(
        cls,
        folder: str | Path | None = None,
        *,
        without_licences: frozenset[str] = frozenset(),
        check: bool = True,
    ) -> Evidence:
        """Read a data folder.

        Args:
            folder: A whole data folder; ``None`` is the release that ships with the package.
            without_licences: Licences (as the source register spells them) to leave out:
                rows of any table that rest on such sources alone are dropped, and labels
                say so.
            check: Also check across tables (references, ids, keys, units). The fast path
                without is for the shipped release, which is checked before it ships.

        Raises:
            EvidenceError: naming every problem with file, row, column and how to mend it.
            InputError: if a licence is unknown, or the model cannot do without its sources.
        """
        read = read_folder(Path(folder) if folder is not None else SHIPPED)
        problems = list(read.problems)
        if check and not problems:
            problems += check_relations(read)
        if problems:
            raise EvidenceError([finding.line() for finding in problems])
        evidence = cls(read, without_licences)
        if without_licences:
            licences = sorted({row["licence"] for row in evidence.sources.rows if row["licence"]})
            for licence in sorted(without_licences):
                known(licence, licences, "licence")
            evidence._check_left()
        return evidence

    @property
    def release(self) -> Release:
        """Id and date of the release."""
        return self.folder.release

    @property
    def schemas(self) -> Mapping[str, Schema]:
        """Attribute tables by table name."""
        return self.folder.schemas

    @cached_property
    def _tables(self) -> dict[str, Table]:
        if not self.without_licences:
            return dict(self.folder.tables)
        return {name: self._licensed(table) for name, table in self.folder.tables.items()}

    def _licensed(self, table: Table) -> Table:
        """Leave out the rows all of whose sources carry an excluded licence."""
        if not table.rows or "source" not in table.rows[0]:
            return table
        kept = [index for index, row in enumerate(table.rows) if not self._excluded(row["source"])]
        return Table(
            table.name,
            table.file,
            tuple(table.rows[index] for index in kept),
            tuple(table.lines[index] for index in kept),
        )

    def _excluded(self, sources: str | Sequence[str] | None) -> bool:
        names = (sources,) if isinstance(sources, str) else sources or ()
        licences = [self.sources[name]["licence"] for name in names]
        return bool(licences) and all(licence in self.without_licences for licence in licences)

    def _check_left(self) -> None:
        """Refuse to leave out figures without which the model would read something else."""
        held = {row["id"] for row in self.table("observations").rows}
        lost = self._places("stacks", lambda row: self._excluded(row["source"]))
        lost += self._places(
            "derivations", lambda row: row["kind"] == "observation" and row["ref"] not in held
        )
        if lost:
            raise InputError(
                f"{' and '.join(sorted(self.without_licences))} cannot be left out",
                where=lost[0],
                why=f"{len(lost)} rows of the model rest on such sources alone",
                mend="leave out fewer licences",
            )

    def _places(self, name: str, wanted: Callable[[Row], bool]) -> list[str]:
        table = self.folder.tables.get(name)
        if table is None:
            return []
        return [table.place(index) for index, row in enumerate(table) if wanted(row)]

    def table(self, name: str) -> Table:
        """Give a table by name.

        Raises:
            InputError: if there is none, with the nearest names.
        """
        self.folder.table(name)
        return self._tables[name]

    def _register(self, name: str) -> Mapping[str, Row]:
        return {row["id"]: row for row in self.table(name).rows}

    @cached_property
    def sources(self) -> SourceRegister:
        """Source register by id; look-ups resolve aliases."""
        return SourceRegister(self.folder.table("sources").rows)

    @cached_property
    def origins(self) -> Mapping[str, Row]:
        """Origins by id."""
        return self._register("origins")

    @cached_property
    def metrics(self) -> Mapping[str, Row]:
        """Metrics by id."""
        return self._register("metrics")

    @cached_property
    def forms(self) -> Mapping[str, Row]:
        """Forms by id."""
        return self._register("forms")

    @cached_property
    def materials(self) -> Mapping[str, Row]:
        """Materials by id."""
        return self._register("materials")

    @cached_property
    def countries(self) -> Mapping[str, Row]:
        """Countries, groups and aggregates by id."""
        return self._register("countries")

    @cached_property
    def parameters(self) -> Mapping[str, Row]:
        """Parameters by id."""
        return self._register("parameters")

    @cached_property
    def facilities(self) -> Mapping[str, Row]:
        """Facilities by id."""
        return self._register("facilities")

    @cached_property
    def corrections(self) -> Corrections:
        """Declared corrections."""
        return Corrections(self.table("corrections").rows)

    @cached_property
    def observations(self) -> tuple[Observation, ...]:
        """All observations in the order of the table."""
        return observations_from(self.table("observations").rows, self.sources, self.origins)

    @cached_property
    def observations_by_id(self) -> Mapping[str, Observation]:
        """Observations by id."""
        return {row.id: row for row in self.observations}

    @cached_property
    def row_index(self) -> Mapping[str, int]:
        """Position of each observation in its table, by id."""
        return {row.id: index for index, row in enumerate(self.observations)}

    @cached_property
    def _by_id(self) -> dict[str, dict[str, Row]]:
        return {}

    def row_by_id(self, table: str, row_id: str) -> Row | None:
        """Give a row of a table by its id, or ``None``."""
        if table not in self._by_id:
            rows = self.table(table).rows
            self._by_id[table] = {row["id"]: row for row in rows if row.get("id")}
        return self._by_id[table].get(row_id)

    def parameter(self, name: str) -> Quantity:
        """Give a parameter as a quantity; lineage ``par:<id>``.

        Assumed and derived parameters are modelled; sourced ones carry the label of their
        sources.

        Raises:
            InputError: if it is unknown, with the nearest ids.
        """
        if name not in self.parameters:
            names = {key: row["name"] or "" for key, row in self.parameters.items()}
            known(name, names, "parameter")
        row = self.parameters[name]
        label: Label = "modelled"
        if row["kind"] == "sourced":
            label = self.label_of_sources(row["source"])
        return Quantity(
            row["value"], row["low"], row["high"], row["unit"] or "", label, f"par:{name}"
        )

    def label_of_sources(self, sources: Sequence[str]) -> Label:
        """Label of a register row: V1 if its best source is of layer 1 or 2, else U."""
        for name in sources:
            if name not in self.sources:
                raise InputError(
                    f"no source {name!r}",
                    where="sources.csv",
                    why="a row of the tables rests on a source the register does not hold",
                    mend=suggestion(name, list(self.sources)) or "add the source to the register",
                )
        layers = [int(self.sources[name]["layer"]) for name in sources]
        return "V1" if min(layers, default=COUNTING_LAYERS + 1) <= COUNTING_LAYERS else "U"

    @cached_property
    def bulk(self) -> Bulk:
        """The bulk tables; opened on the first question."""
        return Bulk(self.folder.path / "bulk", self.sources, self.without_licences)

    @cached_property
    def ledger(self) -> Ledger:
        """Nodes of everything the evidence holds, made when looked up."""
        return Ledger(base=EvidenceNodes(self))

    @cached_property
    def _book(self) -> FactBook:
        return FactBook(self.observations, self.metrics)

    @cached_property
    def _keys(self) -> tuple[Key, ...]:
        return self._book.keys

    @property
    def fact_ids(self) -> tuple[str, ...]:
        """Lineage ids of all facts."""
        return tuple(key_id(key) for key in self._keys)

    def fact_by_id(self, lineage: str) -> Fact:
        """Give the fact of a ``key:`` lineage id.

        Raises:
            KeyError: if there is none.
        """
        return self._book.by_id(lineage)

    def facts(
        self,
        metric: str | None = None,
        country: str | None = None,
        material: str | None = None,
        form: str | None = None,
        stage: str | None = None,
        period: str | int | None = None,
        basis: str | None = None,
        **columns: str | None,
    ) -> list[Fact]:
        """Give the facts whose key columns have the given values.

        Args:
            metric: Metric to match; here and below ``None`` matches all.
            country: Country, group or aggregate.
            material: Material.
            form: Form.
            stage: Stage.
            period: Period as the table writes it; a year may be a number.
            basis: Basis, word for word.
            columns: Any other key column: unit, partner, sector, entity, per_unit, and
                kind_group (``observed``, ``forecast`` or ``target``).

        Returns:
            Facts in a fixed order.

        Raises:
            InputError: if a column or a word of a vocabulary is unknown, with the nearest.
        """
        wanted = {
            "metric": metric,
            "country": country,
            "material": material,
            "form": form,
            "stage": stage,
            "period": None if period is None else str(period),
            "basis": basis,
            **columns,
        }
        tests = self._tests({name: value for name, value in wanted.items() if value is not None})
        return [
            self._book.fact(key)
            for key in self._keys
            if all(key[index] == value for index, value in tests)
        ]

    def _tests(self, wanted: Mapping[str, str]) -> list[tuple[int, str]]:
        tests = []
        for name, value in wanted.items():
            if name not in _FACT_COLUMNS:
                raise InputError(
                    f"facts have no column {name!r}",
                    where="facts",
                    why=f"the columns are {', '.join(_FACT_COLUMNS)}",
                    mend=suggestion(name, _FACT_COLUMNS),
                )
            vocabulary = self.vocabulary(name)
            if vocabulary is not None:
                known(value, vocabulary, name)
            tests.append((_FACT_COLUMNS.index(name), value))
        return tests

    def vocabulary(self, column: str) -> Mapping[str, str] | None:
        """Give the known words of a key column with their names; ``None`` if it is free."""
        registers: dict[str, Any] = {
            "metric": lambda: self.metrics,
            "country": lambda: self.countries,
            "partner": lambda: self.countries,
            "material": lambda: self.materials,
            "form": lambda: self.forms,
        }
        if column in registers:
            return {key: row["name"] or "" for key, row in registers[column]().items()}
        fixed: dict[str, Mapping[str, str]] = {
            "stage": dict.fromkeys(STAGE_ORDER, ""),
            "sector": SECTORS,
            "kind_group": dict.fromkeys(("observed", "forecast", "target"), ""),
        }
        return fixed.get(column)

    def describe(self, row: Observation) -> str:
        """Say in words what a row is about."""
        metric = self.metrics.get(row.metric)
        words = [metric["name"] if metric else row.metric.replace("_", " ")]
        for register, value in (
            (self.materials, row.material),
            (self.forms, row.form),
            (self.countries, row.country),
        ):
            if value:
                words.append(register[value]["name"] if value in register else value)
        if row.partner:
            partner = self.countries.get(row.partner)
            words.append(f"partner {partner['name'] if partner else row.partner}")
        words += [part for part in (row.entity, row.per_unit, row.basis) if part]
        return f"{', '.join(words)}, {row.period}"
