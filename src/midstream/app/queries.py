"""What each command of the API takes, with its limits."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from midstream.app.settings import Limits

_LIMITS = Limits()

#: An id of the tables or of a study file; it is looked up, never made part of a path.
Id = Annotated[str, Field(min_length=1, max_length=120, pattern=r"^[^\x00-\x1f\x7f]+$")]
Ids = Annotated[list[Id], Field(default_factory=list, max_length=60)]
Stage = Literal["C1", "C2", "C3", "C4"]
Draws = Annotated[int | None, Field(default=None, ge=1, le=_LIMITS.draws)]
Price = Annotated[float | None, Field(default=None, gt=0, le=1e9)]
Year = Annotated[int | None, Field(default=None, ge=1900, le=2100)]


class Query(BaseModel):
    """What every command takes: the study, and the form of the answer."""

    model_config = ConfigDict(extra="forbid")

    study: Id = Field(default="", description="Study; the first the server has if left out.")
    format: Literal["json", "csv", "parquet"] | None = Field(
        default=None, description="Form of the answer; by the Accept header if left out."
    )
    limit: int = Field(default=1000, ge=1, le=_LIMITS.rows, description="Rows of a list.")
    offset: int = Field(default=0, ge=0, le=10_000_000, description="Rows left out before them.")
    wait: float = Field(
        default=_LIMITS.wait_seconds,
        ge=0,
        le=60,
        description="Seconds to wait for the answer; after that the address of its job is given.",
    )


class ShowQuery(Query):
    """Facts by key."""

    metric: Id | None = None
    country: Id | None = None
    material: Id | None = None
    form: Id | None = None
    stage: Stage | None = None
    period: Id | None = None


class TraceQuery(Query):
    """One number."""

    lineage: Annotated[str, Field(min_length=1, max_length=600)]


class ScoreQuery(Query):
    """Scores."""

    country: Ids
    sector: Ids
    horizon: Year


class MaterialQuery(Query):
    """One material, or all."""

    material: Id | None = None


class LeverageQuery(Query):
    """One chain."""

    chain: Id
    holder: Id | None = None


class HolderQuery(Query):
    """One holder; the first incumbent where left out."""

    holder: Id | None = None


class RiskQuery(Query):
    """One importer by one method."""

    method: Literal["geopolrisk", "stage-consistent", "eu"]
    importer: Id
    material: Id | None = None
    year: Year


class ShockQuery(Query):
    """An export control."""

    actor: Id
    form: Id
    target: Annotated[list[Id], Field(min_length=1, max_length=60)]
    instrument: Literal[
        "export-ban", "export-licence", "export-quota", "tariff", "outage", "threat"
    ]
    depth: float | None = Field(default=None, ge=0, le=1)
    months: int | None = Field(default=None, ge=0, le=600)
    notice_days: float = Field(default=0, ge=0, le=10_000)
    draws: Draws
    chain: Id | None = None
    expected: bool = False


class OutlookQuery(Query):
    """The years ahead."""

    draws: Draws


class CounterQuery(Query):
    """The incumbent's moves against the entrants of a form."""

    form: Id
    entrants: Ids
    incumbent: Annotated[str, Field(default="", max_length=120)]
    price: Price
    draws: Draws


class PlantQuery(Query):
    """A plant on record."""

    facility: Id
    price: Price
    with_scheme: bool = True
    draws: Draws


class TargetQuery(Query):
    """A plant to be built."""

    country: Id
    form: Id
    capacity: float = Field(gt=0, le=1e9)
    year: int = Field(ge=2000, le=2100)
    variant: Id | None = None
    price: Price
    with_scheme: bool = True
    draws: Draws


class GapQuery(Query):
    """What is missing to meet the need."""

    price: Price
    with_scheme: bool = True
    draws: Draws


class ObserveQuery(Query):
    """A signal that has been seen."""

    signal: Id
    value: Annotated[str, Field(min_length=1, max_length=60)]
    on: Annotated[str | None, Field(default=None, max_length=10)]
    draws: Draws


class PeersQuery(Query):
    """Countries beside each other."""

    country: Ids
    sector: Ids
    stage: Annotated[list[Stage], Field(default_factory=list, max_length=4)]
    horizon: Year
    draws: Draws


class MatchQuery(Query):
    """Organisations of two countries; focus and first partner where left out."""

    countries: Annotated[list[Id], Field(default_factory=list, max_length=2)]
    sector: Id | None = None
    draws: Draws


class CaptureQuery(Query):
    """Value along a chain."""

    chain: Id
    basis: Id | None = None
    draws: Draws


class LeversQuery(Query):
    """Levers of one country, or all."""

    country: Annotated[str, Field(default="", max_length=120)]


class CompaniesQuery(Query):
    """Companies, and what levers bring to them."""

    lever: Ids


class PolicyQuery(Query):
    """Levers and packages that are tested."""

    lever: Annotated[list[Id], Field(min_length=1, max_length=60)]
    country: Id | None = None
    sector: Id | None = None
    draws: Draws


class PlanQuery(Query):
    """A budget that levers are chosen under."""

    budget: Annotated[float, Field(gt=0, le=1e15)]
    currency: Annotated[str, Field(max_length=40)] = "USD"
    by: Annotated[int, Field(ge=2000, le=2100)] | None = None
    country: Id | None = None
    sector: Id | None = None
    draws: Draws
    measure: Literal["coverage", "score"] = "coverage"
    per_year: Annotated[float | None, Field(default=None, gt=0, le=1e15)]
    payer: Ids
    in_year: Ids
    without: Ids

    def limits(self) -> dict[str, Any]:
        """Give the limits as a plan takes them.

        Raises:
            InputError: if an amount of a payer or a year cannot be read.
        """
        from midstream.policy.plan_request import amounts, yearly

        return {
            "payer": amounts(self.payer, "payer"),
            "year": self.per_year,
            "years": yearly(self.in_year, "in_year"),
            "without": tuple(self.without),
        }
