"""The observation: one number, from one source, for one key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from midstream.evidence.tables import Row

KindGroup = Literal["observed", "forecast", "target"]

#: Columns whose values together say what a number is about.
KEY_COLUMNS: tuple[str, ...] = (
    "metric",
    "unit",
    "period",
    "country",
    "partner",
    "material",
    "form",
    "stage",
    "sector",
    "entity",
    "per_unit",
    "basis",
)

#: The values of `KEY_COLUMNS`, then the kind group; ``None`` for a blank.
Key: TypeAlias = tuple[str | None, ...]

KIND_GROUPS: Mapping[str, KindGroup] = {
    "reported": "observed",
    "estimate": "observed",
    "derived": "observed",
    "forecast": "forecast",
    "target": "target",
    "quota": "target",
}

#: Layers whose rows can count: 1 primary, 2 secondary.
COUNTING_LAYERS = 2


@dataclass(frozen=True, slots=True)
class Observation:
    """One row of the observations, or one row of a bulk table in the same form.

    Attributes are the columns of the table (``None`` is a blank), and:
        source: Id in the source register, aliases resolved.
        layer: Layer of the source: 1 primary, 2 secondary, 3 tertiary.
        licence: Licence of the source as the register has it.
        counting: Whether the row can support a label: layer 1 or 2, from an origin that is
            named and did not compute it from other rows.
    """

    id: str
    metric: str
    value: float
    low: float | None
    high: float | None
    unit: str
    original_value: str | None
    original_unit: str | None
    period: str
    vintage: str | None
    country: str | None
    partner: str | None
    material: str | None
    form: str | None
    stage: str | None
    sector: str | None
    entity: str | None
    per_unit: str | None
    basis: str | None
    kind: str
    source: str
    origin: str
    locator: str | None
    note: str | None
    layer: int
    licence: str
    counting: bool

    @property
    def key(self) -> Key:
        """The key of the label rule."""
        return (
            self.metric,
            self.unit,
            self.period,
            self.country,
            self.partner,
            self.material,
            self.form,
            self.stage,
            self.sector,
            self.entity,
            self.per_unit,
            self.basis,
            KIND_GROUPS[self.kind],
        )


def observations_from(
    rows: Iterable[Row], sources: Mapping[str, Row], origins: Mapping[str, Row]
) -> tuple[Observation, ...]:
    """Join rows with their source and origin.

    Args:
        rows: Rows of the observations table.
        sources: Source register; looked up by id or alias.
        origins: Origins by id.

    Returns:
        Observations in the order of the rows.
    """
    made = []
    for row in rows:
        source = sources[row["source"]]
        layer = int(source["layer"])
        counting = layer <= COUNTING_LAYERS and bool(origins[row["origin"]]["independent"])
        cells = dict(row)
        cells["source"] = source["id"]
        licence = source["licence"] or ""
        made.append(Observation(**cells, layer=layer, licence=licence, counting=counting))
    return tuple(made)
