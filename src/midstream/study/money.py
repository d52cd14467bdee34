"""The room of money: what a plant costs to build, who pays, what is missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from midstream.chain.estimate import Floats
from midstream.errors import InputError
from midstream.study.grounds import GroundsRoom

if TYPE_CHECKING:
    from midstream.capital.breakeven import Check
    from midstream.capital.floor_answer import FloorAnswer
    from midstream.capital.gap_result import StageGap
    from midstream.capital.payers import PayerMatrix
    from midstream.capital.records import CompanyStack, RealStack
    from midstream.capital.records_beside import Beside
    from midstream.capital.result import PlantCapital
    from midstream.scenarios.result import Outlook


#: Year of the first target; the second is the last year of the outlook.
HALF_WAY = 2030


@dataclass(frozen=True, slots=True)
class _Missing:
    """What a gap is asked for: forms, years, and need and output of shape (draw, year)."""

    forms: Sequence[str]
    years: tuple[int, ...]
    need: Mapping[str, Floats]
    made: Mapping[str, Floats]
    inputs: Mapping[str, Sequence[str]]


class MoneyRoom(GroundsRoom):
    """What a study says about capital; each answer is worked out once."""

    def capital_plant(
        self,
        facility: str,
        *,
        price: float | None = None,
        with_scheme: bool = True,
        overrides: Mapping[str, float] | None = None,
        draws: int | None = None,
    ) -> PlantCapital:
        """Give the capital stack of a plant on record.

        Args:
            facility: Id of the facility register.
            price: Price, USD per kg; the cases of the record where left out.
            with_scheme: Whether public support counts.
            overrides: Figures of your own, such as ``opex`` in USD per kg.
            draws: Monte Carlo; the study's by default.

        Raises:
            InputError: if the plant is unknown, or lacks what the answer needs.
        """
        from midstream.capital.plant import plant

        size = draws or self.config.draws

        def make() -> PlantCapital:
            return plant(
                self.evidence,
                self.world,
                facility,
                price=price,
                with_scheme=with_scheme,
                overrides=overrides,
                draws=size,
                seed=self.config.seed,
                ledger=self.ledger,
            )

        own = tuple(sorted((overrides or {}).items()))
        return self.once(("plant", facility, price, with_scheme, own, size), make)

    def capital_target(
        self,
        country: str,
        form: str,
        capacity: float,
        year: int,
        *,
        variant: str | None = None,
        price: float | None = None,
        with_scheme: bool = True,
        overrides: Mapping[str, float] | None = None,
        draws: int | None = None,
    ) -> PlantCapital:
        """Give the capital stack of a plant that is to be built.

        Args:
            country, form: Where and what.
            capacity: Nameplate in the unit of the form, > 0.
            year: Year of the decision.
            variant: Archetype, where the form has several.
            price: Price, USD per kg; the cases of the record where left out.
            with_scheme: Whether public support counts.
            overrides: Figures of your own, such as ``opex`` in USD per kg.
            draws: Monte Carlo; the study's by default.

        Raises:
            InputError: if the form lacks what the answer needs, or a number cannot be.
        """
        from midstream.capital.plant import target_plant

        size = draws or self.config.draws

        def make() -> PlantCapital:
            return target_plant(
                self.evidence,
                self.world,
                country,
                form,
                capacity,
                year,
                variant=variant,
                price=price,
                with_scheme=with_scheme,
                overrides=overrides,
                draws=size,
                seed=self.config.seed,
                ledger=self.ledger,
            )

        own = tuple(sorted((overrides or {}).items()))
        key = ("target", country, form, capacity, year, variant, price, with_scheme, own, size)
        return self.once(key, make)

    def capital_gap(
        self, *, price: float | None = None, with_scheme: bool = True, draws: int | None = None
    ) -> StageGap:
        """Give what is missing to meet the need of the focus country, by form, stage and year.

        The forms are those the outlook tells about at C2 and C3; need and output are its draws.

        Args:
            price: Price of every form, USD per kg; the record's where left out.
            with_scheme: Whether public support counts.
            draws: Monte Carlo; the study's by default.
        """
        from midstream.capital.gap import by_stage

        def make() -> StageGap:
            asked = self._missing(self.outlook(draws))
            return by_stage(
                self.evidence,
                self.world,
                self.config.focus,
                asked.forms,
                asked.years,
                asked.need,
                asked.made,
                draws=draws or self.config.draws,
                seed=self.config.seed,
                ledger=self.ledger,
                price=price,
                with_scheme=with_scheme,
                inputs=asked.inputs,
            )

        return self.once(("gap", price, with_scheme, draws or self.config.draws), make)

    def _missing(self, found: Outlook) -> _Missing:
        """Need and output of the forms the outlook tells about at C2 and C3."""
        state, focus, stages = found.state, found.focus, self.world.stages
        rows = [row.id for row in found.weighted if row.id.startswith("output/")]
        forms = [one.removeprefix("output/") for one in rows]
        forms = [one for one in forms if stages[one] in ("C2", "C3")]
        years = tuple(dict.fromkeys((HALF_WAY, found.last)))
        columns = [state.frame.years.index(year) for year in years]
        paths, needs = state.paths, state.needs
        told = {one: (found.path(focus, one), found.path(focus, one, "need")) for one in forms}
        return _Missing(
            forms=forms,
            years=years,
            need={
                one: needs.of(one, focus)[:, columns]
                for one in forms
                if (one, focus) in needs.places
            },
            made={one: paths.output[:, columns, paths.place(one, focus)] for one in forms},
            inputs={
                one: [path.points[-1].lineage for path in both if path is not None]
                for one, both in told.items()
            },
        )

    def payers(self) -> PayerMatrix:
        """Who pays today, by kind of payer, country and instrument."""
        from midstream.capital.payers import matrix

        return self.once("payers", lambda: matrix(self.evidence, self.ledger))

    def breakeven(self) -> Check:
        """Published break-even prices beside those of the engine."""
        from midstream.capital.breakeven import check

        def make() -> Check:
            named = dict.fromkeys((self.config.focus, *self.config.partners))
            return check(
                self.evidence, self.world, self.ledger, tuple(named), seed=self.config.seed
            )

        return self.once("breakeven", make)

    def real_stacks(self) -> tuple[RealStack, ...]:
        """Stacks of plants on record."""
        from midstream.capital.records import stacks

        return self.once("stacks", lambda: stacks(self.evidence, self.ledger))

    def company_stacks(self) -> tuple[CompanyStack, ...]:
        """Money on record by company, over all its plants."""
        from midstream.capital.records import companies

        return self.once("companies", lambda: companies(self.ledger, self.real_stacks()))

    def stacks_beside(self) -> tuple[Beside, ...]:
        """The engine's stack beside every one on record, or why it has none."""
        from midstream.capital.records_beside import beside_all

        place = (self.evidence, self.ledger)
        return self.once(
            "beside", lambda: beside_all(*place, self.real_stacks(), self.capital_plant)
        )

    def floors(self) -> tuple[FloorAnswer, ...]:
        """What each price floor on record costs its payer from here on."""
        from midstream.capital.floor_answer import floors_on_record

        config = self.config
        year = int(self.evidence.parameter("capital.price-year").value or 0)
        return self.once(
            "floors",
            lambda: floors_on_record(
                self.evidence, self.ledger, year, draws=config.draws, seed=config.seed
            ),
        )

    @cached_property
    def capital_cases(self) -> tuple[PlantCapital, ...]:
        """Plants to come for the middle of the main chain, in the focus country.

        Their size is the target of a scheme for the form, or else what the outlook leaves missing
        in its last year. Forms that lack what a stack needs are left out; `capital_lacking` says
        why.
        """
        return tuple(one for one in self._capital.values() if not isinstance(one, str))

    @cached_property
    def capital_lacking(self) -> dict[str, str]:
        """Form -> why no stack can be given for it."""
        return {form: one for form, one in self._capital.items() if isinstance(one, str)}

    @cached_property
    def _capital(self) -> dict[str, PlantCapital | str]:
        found: dict[str, PlantCapital | str] = {}
        year = int(self.evidence.release.date[:4])
        for form in self.middle_forms:
            size = self._size(form)
            try:
                found[form] = (
                    "its need or its output in the last year is not known"
                    if size is None
                    else self.capital_target(self.config.focus, form, size, year)
                )
            except InputError as error:
                found[form] = str(error)
        return found

    def _size(self, form: str) -> float | None:
        """Target of a scheme, or the median of what is missing in the last year."""
        unit = self.world.units[form].split(" ")[0]
        for row in self.evidence.table("schemes").rows:
            own = row["country"] == self.config.focus and form in (row["forms"] or ())
            if own and row["target_quantity"] and str(row["target_unit"]).split("/")[0] == unit:
                return float(row["target_quantity"])
        state = self.outlook().state
        place = (form, self.config.focus)
        if place not in state.paths.places or place not in state.needs.places:
            return None
        made = state.paths.output[:, -1, state.paths.places.index(place)]
        missing = float(np.median(state.needs.of(form, self.config.focus)[:, -1] - made))
        return float(f"{missing:.2g}") if missing > 0 else None
