"""The room of money: what a plant costs to build, who pays, what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from midstream.study.outlook import OutlookRoom

if TYPE_CHECKING:
    from midstream.capital.result import PlantCapital


class MoneyRoom(OutlookRoom):
    """What a study says about capital; each answer is worked out once."""

    def capital_plant(
        self,
        facility: str,
        *,
        price: float | None = None,
        with_scheme: bool = True,
        draws: int | None = None,
    ) -> PlantCapital:
        """Give the capital stack of a plant on record.

        Args:
            facility: Id of the facility register.
            price: Price, USD per kg; the cases of the record where left out.
            with_scheme: Whether public support counts.
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
                draws=size,
                seed=self.config.seed,
                ledger=self.ledger,
            )

        return self.once(("plant", facility, price, with_scheme, size), make)

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
                draws=size,
                seed=self.config.seed,
                ledger=self.ledger,
            )

        key = ("target", country, form, capacity, year, variant, price, with_scheme, size)
        return self.once(key, make)
