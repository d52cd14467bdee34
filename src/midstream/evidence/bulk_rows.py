"""Rows of the bulk tables as observations, with ids that find them again."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from midstream.evidence.observations import COUNTING_LAYERS, Observation
from midstream.evidence.quantity import Quantity
from midstream.evidence.tables import Row

#: Ids of the sources behind the tables that do not name one in each row.
BACI, WGI, GDP = "cepii-baci-202601", "wb-wgi", "wb-gdp"

#: Columns a production row is made from, in this order.
PRODUCTION_COLUMNS = (
    "source, edition, material, stage, step, form_published, headline, country, year, metric, "
    "value_si, unit_si, flag, rows_of_place, rows_of_form, number"
)


class TradeFlow(NamedTuple):
    """One yearly flow of goods under one code.

    Attributes:
        exporter: Country of the exporter.
        importer: Country of the importer.
        hs6: Six-digit code.
        value_kusd: Value in thousand USD, free on board.
        qty_t: Quantity in t; ``None`` where it is not reported.
        lineage: Lineage id.
    """

    exporter: str
    importer: str
    hs6: str
    value_kusd: float
    qty_t: float | None
    lineage: str


class BulkRows:
    """Makes observations of the rows of bulk tables.

    Args:
        sources: Source register by id.
    """

    def __init__(self, sources: Mapping[str, Row]) -> None:
        self._sources = sources

    def production(self, row: tuple[Any, ...]) -> Observation:
        """Make an observation of a row with `PRODUCTION_COLUMNS`."""
        cells = dict(zip(PRODUCTION_COLUMNS.split(", "), row, strict=True))
        value, flag = cells["value_si"], cells["flag"]
        return self._observation(
            production_id(cells),
            cells["source"],
            metric=cells["metric"],
            value=value,
            low=value if flag == "more than" else None,
            high=value if flag == "less than" else None,
            unit=cells["unit_si"] or "",
            period=str(cells["year"]),
            country=cells["country"],
            material=cells["material"],
            stage=cells["stage"],
            basis=cells["form_published"],
            kind="estimate" if flag == "estimated" else "reported",
            origin="usgs",
            locator=f"{cells['step']}, edition {cells['edition']}",
            note=flag,
        )

    def supply(
        self,
        source: str,
        material: str,
        stage: str,
        country: str,
        year: int,
        status: str,
        value: float,
    ) -> Observation:
        """Make an observation of a supply row."""
        return self._observation(
            f"bulk:{source}/supply/{material}/{stage}/{country}/{year}",
            source,
            metric="production",
            value=value,
            unit="t",
            period=str(year),
            country=country,
            material=material,
            stage=stage,
            kind="estimate" if status == "estimate" else "forecast",
            origin="iea",
            locator="supply by country",
        )

    def demand(
        self,
        source: str,
        material: str | None,
        material_iea: str,
        kind: str,
        technology: str | None,
        scenario: str,
        year: int,
        value: float,
    ) -> Observation:
        """Make an observation of a demand row."""
        parts = (material_iea, kind, technology or "all", scenario)
        place = "/".join(slug(part) for part in parts)
        return self._observation(
            f"bulk:{source}/demand/{place}/{year}",
            source,
            metric="demand",
            value=value,
            unit="t",
            period=str(year),
            country="WLD",
            material=material,
            entity=technology,
            basis=f"{kind}, {scenario}",
            kind="estimate" if scenario == "base" else "forecast",
            origin="iea",
            locator=f"total demand, {material_iea}",
        )

    def flow(self, flow: TradeFlow, table: str, year: str) -> Observation:
        """Make an observation of a trade flow: its value in USD million."""
        return self._observation(
            flow.lineage,
            BACI,
            metric="export_value",
            value=flow.value_kusd / 1000,
            unit="USD million",
            original_value=str(flow.value_kusd),
            original_unit="thousand USD",
            period=year,
            country=flow.exporter,
            partner=flow.importer,
            basis=f"value, HS {flow.hs6}, {table}",
            kind="estimate",
            origin="cepii-baci",
            locator="bilateral flows",
            note=None if flow.qty_t is None else f"{flow.qty_t:g} t",
        )

    def quantity(
        self, quantity: Quantity, source: str, metric: str, country: str, year: str
    ) -> Observation:
        """Make an observation of a figure by country and year."""
        return self._observation(
            quantity.lineage,
            source,
            metric=metric,
            value=quantity.value,
            low=quantity.low,
            high=quantity.high,
            unit=quantity.unit,
            period=year,
            country=country,
            kind="estimate",
            origin="world-bank",
            locator=metric,
        )

    def _observation(self, lineage: str, source: str, **cells: Any) -> Observation:
        register = self._sources[source]
        blank = dict.fromkeys(Observation.__dataclass_fields__)
        layer = int(register["layer"])
        known = {
            "id": lineage,
            "source": source,
            "vintage": register["date"],
            "layer": layer,
            "licence": register["licence"] or "",
            "counting": layer <= COUNTING_LAYERS,
        }
        return Observation(**{**blank, **known, **cells})


def production_id(cells: Mapping[str, Any]) -> str:
    """Give ``bulk:<source>/<material>/<stage>/<step>/<country>/<year>``.

    Capacity carries ``.capacity`` at its step. Where one place holds several rows, or the
    row is not of the headline series, the published product name follows.
    """
    step = cells["step"]
    if cells["metric"] == "capacity":
        step += ".capacity"
    parts = (cells["source"], cells["material"], cells["stage"], step, cells["country"])
    lineage = f"bulk:{'/'.join(str(part) for part in parts)}/{cells['year']}"
    if cells["headline"] and cells["rows_of_place"] == 1:
        return lineage
    lineage += f"/{slug(cells['form_published'])}"
    if not cells["headline"]:
        lineage += ".part"
    return f"{lineage}.{cells['number']}" if cells["rows_of_form"] > 1 else lineage


def slug(text: str) -> str:
    """Write a published name with small letters, digits and hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", text.casefold()).strip("-")
