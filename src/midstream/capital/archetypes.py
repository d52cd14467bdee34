"""Archetypes: what a plant of a form costs, how long it is built and how it starts, drawn.

Streams are named by plant and purpose, so that the figures of one plant never shift those of
another. Parameters that all plants share have one stream each.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from midstream.capital.money import money, to_dollars
from midstream.chain.estimate import Floats
from midstream.chain.streams import quantiles, stratified
from midstream.errors import InputError
from midstream.evidence import Evidence, Ledger, Node, Quantity
from midstream.evidence.tables import Row
from midstream.evidence.vocabulary import known

TABLE = "archetypes"
#: Figures of a case that a reader can give.
GIVEN = (
    "capacity",
    "year",
    "capex",
    "overrun",
    "build",
    "ramp",
    "utilisation",
    "feed",
    "opex",
    "fixed",
)


def archetype_of(evidence: Evidence, form: str, variant: str | None = None) -> Row:
    """The archetype of a form: of a variant, else the one that is preferred.

    Raises:
        InputError: if the form or its variant has none.
    """
    every = evidence.table(TABLE).rows
    known(form, {key: row["name"] or "" for key, row in evidence.forms.items()}, "form")
    rows = [row for row in every if row["form"] == form]
    for row in rows:
        if row["variant"] == variant or (variant is None and row["preferred"]):
            return row
    forms = sorted({row["form"] for row in every})
    variants = [row["variant"] for row in rows]
    raise InputError(
        f"no archetype of {form}" + (f", variant {variant!r}" if rows else ""),
        where="archetypes.csv",
        why="what such a plant costs and how it starts is not on record",
        mend=f"use one of: {', '.join(variants or forms)}",
    )


def price_form(evidence: Evidence, form: str, variant: str | None = None) -> str:
    """Form whose market price moves the price of a product.

    Raises:
        InputError: if the form has no archetype.
    """
    return str(archetype_of(evidence, form, variant)["price_form"])


def enter_archetype(evidence: Evidence, ledger: Ledger, row: Row) -> str:
    """Enter the capital cost of an archetype into the ledger and give its lineage."""
    lineage = f"arch:{row['id']}"
    sources = tuple(row["source"] or ())
    value = row["capex_mode"]
    label = evidence.label_of_sources(sources) if value is not None else None
    unit = f"{row['capex_currency'] or 'USD'} per {row['unit']}"
    name = evidence.forms[row["form"]]["name"]
    node = Node(
        id=lineage,
        kind="observation",
        name=f"Archetype: {name}, {row['variant']}",
        quantity=Quantity(value, row["capex_low"], row["capex_high"], unit, label, lineage),
        source=";".join(sources) or None,
        note=f"capital cost, money of {row['capex_year']}; {row['note'] or ''}".strip("; "),
    )
    return ledger.add(node)


def missing(name: str, where: str) -> InputError:
    """The refusal of a figure that neither record nor archetype knows."""
    words = {"capex": "capital cost", "opex": "running cost", "capacity": "capacity"}
    return InputError(
        f"no {words.get(name, name)} is on record",
        where=where,
        why="there is no default for it, and an unknown is never taken as zero",
        mend=f"give it with --set {name}=VALUE",
    )


@dataclass(slots=True)
class Drawing:
    """Draws the figures of one plant and keeps what they rest on.

    Attributes:
        evidence: Release with archetypes and parameters.
        row: Archetype of the plant.
        place: Name of the plant in the streams.
        draws, seed: Of the streams.
        price_year: Year of the USD.
        given: Figures the reader names; they replace all others.
        assumed: Parameters and archetypes used so far.
        remarks: What a reader should know, one sentence each.
    """

    evidence: Evidence
    row: Row
    place: str
    draws: int
    seed: int
    price_year: int
    given: Mapping[str, float]
    assumed: dict[str, None] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        for name in self.given:
            known(name, dict.fromkeys(GIVEN, ""), "figure of a plant")
            if not math.isfinite(self.given[name]):
                raise InputError(
                    f"{name} of {self.given[name]}",
                    where=f"--set {name}",
                    why="a figure of a plant is a number",
                    mend="give a number",
                )
        if self.draws < 1:
            raise InputError(
                f"{self.draws} draws",
                where="--draws",
                why="without a draw there is no answer",
                mend="take 1 or more",
            )

    def flat(self, value: float) -> Floats:
        """The same number in every draw."""
        return np.full(self.draws, float(value))

    def uniform(self, name: str) -> Floats:
        """Uniform numbers of a stream."""
        return stratified(self.seed, name, self.draws)

    def parameter(self, name: str) -> Floats:
        """A parameter that all plants share, drawn by its law, shape (draw,)."""
        self.assumed[f"par:{name}"] = None
        row = self.evidence.parameters[name]
        law = row["distribution"]
        uniform = self.uniform(f"par/{name}")
        return quantiles(law, row["value"], row["low"], row["high"], uniform)

    def archetype(self, name: str) -> Floats:
        """A figure of the archetype with low, mode and high: triangular between its ends.

        A figure with a mode alone is the same in every draw.

        Raises:
            InputError: if it is not on record.
        """
        low, mode, high = (self.row[f"{name}_{end}"] for end in ("low", "mode", "high"))
        if mode is None:
            raise missing(name, self.place)
        self.assumed[f"arch:{self.row['id']}"] = None
        if low is None or high is None:
            self.remarks.append(f"{name} of the archetype is a single figure without a range")
            return self.flat(mode)
        return quantiles("triangular", mode, low, high, self.uniform(self._stream(name)))

    def _stream(self, name: str) -> str:
        return f"capital/{self.place}/{name}"

    def _single(self, column: str, name: str) -> float:
        value = self.row[column]
        if value is None:
            raise missing(name, self.place)
        self.assumed[f"arch:{self.row['id']}"] = None
        return float(value)

    def capex_per_unit(self) -> Floats:
        """Capital cost in USD of the price year per unit of the archetype's capacity.

        Raises:
            InputError: if it is not on record, or its currency has no rate.
        """
        return self.archetype("capex") * self.dollars_per_unit()

    def dollars_per_unit(self) -> float:
        """USD of the price year per unit of the archetype's currency and year."""
        amount = money(1.0, self.row["capex_currency"] or "", self.row["capex_year"])
        rate = to_dollars(self.evidence, amount, self.price_year)
        if rate.remark:
            self.remarks.append(rate.remark)
        return rate.real

    def overrun(self) -> Floats:
        """Overrun of planned capital cost, share."""
        return self._own("overrun", lambda: self.archetype("overrun"))

    def build(self) -> Floats:
        """Years from decision to start."""
        return self._own("build", lambda: self.flat(self._single("build_years", "build")))

    def ramp(self) -> Floats:
        """Years from start to full output: lognormal around the median of the archetype."""
        return self._own("ramp", self._ramp)

    def _ramp(self) -> Floats:
        median = self._single("ramp_years", "ramp")
        self.assumed["par:capital.ramp-spread"] = None
        spread = float(self.evidence.parameter("capital.ramp-spread").value or 0.0)
        law = f"lognormal({spread})"
        return quantiles(law, median, None, None, self.uniform(self._stream("ramp")))

    def utilisation(self) -> Floats:
        """Share of the nameplate in use after the ramp."""
        return self._own("utilisation", self._utilisation)

    def _beta(self) -> tuple[float, float]:
        first = self._single("utilisation_alpha", "utilisation")
        return first, self._single("utilisation_beta", "utilisation")

    def _utilisation(self) -> Floats:
        first, second = self._beta()
        law = f"beta({first},{second})"
        return quantiles(law, 0.0, None, None, self.uniform(self._stream("utilisation")))

    def expected_use(self, utilisation: Floats) -> Floats:
        """Use at which running costs per kg are quoted: the mean of the archetype.

        Where the archetype has none it is the utilisation of the plant.
        """
        if self.row["utilisation_alpha"] is None or self.row["utilisation_beta"] is None:
            return utilisation
        first, second = self._beta()
        return self.flat(first / (first + second))

    def _own(self, name: str, otherwise: Callable[[], Floats]) -> Floats:
        return self.flat(self.given[name]) if name in self.given else otherwise()
