"""The room of futures: scenarios to the last year, signals to watch, the incumbent's moves."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from midstream.errors import InputError
from midstream.study.base import Base

if TYPE_CHECKING:
    from midstream.counterstrategy.result import Counter
    from midstream.scenarios.forecasts import Forecast
    from midstream.scenarios.observe import Observation, Update
    from midstream.scenarios.outlook import OutlookSettings
    from midstream.scenarios.result import Outlook
    from midstream.scenarios.watching import WatchRow

#: Last year of the futures.
LAST = 2035


class OutlookRoom(Base):
    """What a study says about the years ahead; each answer is worked out once."""

    def outlook_settings(self, draws: int | None = None) -> OutlookSettings:
        """Give the settings of the outlook of this study."""
        from midstream.scenarios.outlook import OutlookSettings

        config = self.config
        return OutlookSettings(
            focus=config.focus,
            incumbents=tuple(config.incumbents),
            chains=tuple(config.chains),
            sectors=config.sectors,
            countries=config.countries,
            draws=draws or config.draws,
            seed=config.seed,
            last=LAST,
        )

    def outlook(
        self,
        draws: int | None = None,
        *,
        experts: Mapping[str, float] | None = None,
        progress: Callable[[float], None] | None = None,
    ) -> Outlook:
        """Look ahead to 2035: scenarios, paths, what moves the odds.

        Args:
            draws: Monte Carlo; the study's by default.
            experts: Scenario -> probability experts give it; kept beside the model's.
            progress: Called with the share of work done; may raise to stop.

        Raises:
            InputError: if draws or experts' probabilities cannot be.
        """
        from midstream.scenarios.demand_record import enter_rows
        from midstream.scenarios.entrants import enter_rates
        from midstream.scenarios.outlook import outlook
        from midstream.scenarios.outlook_counter import counter_moves
        from midstream.scenarios.projects import enter_parts

        settings = self.outlook_settings(draws)

        def make() -> Outlook:
            for enter in (enter_parts, enter_rates, enter_rows):
                enter(self.evidence, self.ledger)
            moves = counter_moves(self.evidence, self.world)
            return outlook(
                self.evidence,
                self.world,
                settings,
                ledger=self.ledger,
                overrides=experts,
                counter=moves,
                progress=progress,
            )

        return self.once(("outlook", settings, tuple(sorted((experts or {}).items()))), make)

    def watch(self, draws: int | None = None) -> tuple[WatchRow, ...]:
        """What to watch: each signal with its chance, and the odds if it is seen or missed."""
        from midstream.scenarios.watching import watch

        def make() -> tuple[WatchRow, ...]:
            found = self.outlook(draws)
            ids = [row.id for row in found.weighted if row.id.startswith("output/")]
            world = self.world
            forms = {
                form: (world.names.form(form), world.units[form])
                for form in (one.removeprefix("output/") for one in ids)
            }
            return watch(self.evidence, found.state, found.focus, self.ledger, forms)

        return self.once(("watch", draws or self.config.draws), make)

    def observe(self, seen: Sequence[Observation], draws: int | None = None) -> Update:
        """Update the odds by what was seen.

        Raises:
            InputError: if a signal is unknown or seen twice.
        """
        from midstream.scenarios.observe import observe
        from midstream.scenarios.watching import slope_of

        signals = [row.signal for row in self.watch(draws)]
        return observe(signals, self.outlook(draws).state, seen, slope_of(self.evidence))

    def forecasts(self, draws: int | None = None) -> tuple[Forecast, ...]:
        """Dated statements about the signals, as an edition of this study writes them down."""
        from midstream import __version__
        from midstream.scenarios.forecasts import forecasts
        from midstream.scenarios.outlook import prepared, record_only
        from midstream.scenarios.watching import slope_of

        def make() -> tuple[Forecast, ...]:
            request = prepared(self.evidence, self.world, self.outlook_settings(draws))
            release = self.evidence.release
            return forecasts(
                self.config.id,
                [row.signal for row in self.watch(draws)],
                self.outlook(draws).state,
                record_only(request),
                slope_of(self.evidence),
                (release.date, release.id, __version__),
            )

        return self.once(("forecasts", draws or self.config.draws), make)

    def counter(
        self,
        form: str,
        entrants: Sequence[str] | None = None,
        *,
        incumbent: str = "",
        price: float | None = None,
        draws: int | None = None,
    ) -> Counter:
        """Say what an incumbent can do to the entrants of a form, and what would deter it.

        Args:
            form: Scored form counted in tonnes.
            entrants: Facilities; all with a capacity on record where left out.
            incumbent: Country; the dominant supplier where blank.
            price: Reference price, USD per kg; the newest on record where left out.
            draws: Monte Carlo; the study's by default.

        Raises:
            InputError: if the form lacks what the answer needs, or a name is unknown.
        """
        from midstream.counterstrategy.counter import counter

        config = self.config
        names = None if entrants is None else tuple(entrants)
        size = draws or config.draws

        def make() -> Counter:
            return counter(
                self.evidence,
                self.world,
                form,
                incumbent,
                config.focus,
                entrants=names,
                price=price,
                draws=size,
                seed=config.seed,
                ledger=self.ledger,
            )

        return self.once(("counter", form, names, incumbent, price, size), make)

    @cached_property
    def counters(self) -> tuple[Counter, ...]:
        """The incumbent's moves against each form of the middle; forms that lack it left out."""
        found = []
        for form in self.middle_forms:
            try:
                found.append(self.counter(form))
            except InputError:
                continue
        return tuple(found)

    @cached_property
    def middle_forms(self) -> tuple[str, ...]:
        """Forms of the main chain at C2 and C3 that have a price, from the ore on."""
        from midstream.chain.routes import routes

        found = routes(self.evidence, self.world)
        chain = next(iter(self.config.chains), None)
        if chain is None or chain not in found:
            return ()
        return tuple(
            step.form
            for step in found[chain].counted
            if step.stage in ("C2", "C3") and self._priced(step.form)
        )

    def _priced(self, form: str) -> bool:
        price = self.world.prices.get(form)
        return price is not None and price.known
