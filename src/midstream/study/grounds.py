"""The room behind the futures: what need is made of, what is recovered, what holds output back."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from midstream.errors import InputError
from midstream.study.outlook import OutlookRoom

if TYPE_CHECKING:
    from midstream.scenarios.cases import OutsideView
    from midstream.scenarios.demand_sectors import SectorNeed
    from midstream.scenarios.market_result import FutureMarket
    from midstream.scenarios.secondary import SecondarySupply


class GroundsRoom(OutlookRoom):
    """What a study says about the grounds of its outlook; each answer is worked out once."""

    def sector_needs(self, country: str | None = None) -> tuple[SectorNeed, ...]:
        """What the need of a country is made of, use by use, to 2035.

        Args:
            country: Country; the focus by default.

        Raises:
            InputError: if the study does not hold the country.
        """
        from midstream.scenarios.demand import by_sector
        from midstream.scenarios.demand_record import enter_rows

        who = country or self.config.focus

        def make() -> tuple[SectorNeed, ...]:
            state = self.outlook().state
            demand = state.drivers.of("demand")
            enter_rows(self.evidence, self.ledger)
            found = by_sector(self.evidence, self.world, state.frame, who, demand)
            for row in found:
                row.enter(self.ledger)
            return found

        return self.once(("sector needs", who), make)

    def secondary_supply(self) -> tuple[SecondarySupply, ...]:
        """What the focus country recovers from waste and residues, half way and at the end."""
        from midstream.scenarios import secondary

        def make() -> tuple[SecondarySupply, ...]:
            state, focus = self.outlook().state, self.config.focus
            place = (self.evidence, self.world)
            found = secondary.secondary(
                *place,
                state.frame,
                state.needs,
                state.paths,
                reads=lambda _form, country: country == focus,
            )
            years = sorted({2030, state.frame.last} & set(state.frame.years))
            rows = secondary.enter(*place, found, state.needs, self.ledger, years)
            return tuple(row for row in rows if row.country == focus)

        return self.once("secondary", make)

    def outside_view(self) -> OutsideView | None:
        """What schemes near their own deadline have reached, beside what is simulated."""
        from midstream.scenarios.cases import outside_view

        return self.once("outside view", lambda: outside_view(self.evidence, self.ledger))

    def market_ahead(
        self,
        chain: str | None = None,
        draws: int | None = None,
        progress: Callable[[float], None] | None = None,
    ) -> FutureMarket | None:
        """Prices and deliveries in the last year, as it comes and under the incumbent's cut.

        Args:
            chain: Chain; the first of the study by default.
            draws: Draws of the market; the parameter ``outlook.market.draws`` by default.
            progress: Called with the share of work done; may raise to stop.

        Returns:
            ``None`` where no chain is named and the study has none, or none that can be run.

        Raises:
            InputError: if the chain named cannot be run.
        """
        from midstream.scenarios.market import future_market

        name = chain or next(iter(self.config.chains), None)
        if name is None:
            return None

        def make() -> FutureMarket | None:
            state = self.outlook().state
            place = (self.evidence, self.world, state.frame, state.paths, state.needs, name)
            last, whose = (state.frame.last,), self.config.incumbents
            try:
                found = future_market(*place, last, draws, incumbents=whose, progress=progress)
            except InputError:
                if chain is not None:
                    raise
                return None
            found.base.enter_contents(self.ledger)
            return found

        return self.once(("market ahead", name, draws), make)
