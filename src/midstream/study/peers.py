"""The room of others: peers on one ruler, and organisations that could work together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from midstream.scorecard.result import Scorecard
from midstream.scorecard.run import Run, Settings
from midstream.study.base import Base
from midstream.study.config import horizon_of, known
from midstream.terms import STAGE_ORDER, several

if TYPE_CHECKING:
    from midstream.collaboration.result import Match, Transfer
    from midstream.peers.result import Peers

    Transfers = tuple[Transfer, ...]


class PeersRoom(Base):
    """What a study says about other countries; each answer is worked out once."""

    def peer_countries(self) -> tuple[str, ...]:
        """Countries a comparison covers by default: the focus, its partners, its peers."""
        config = self.config
        return tuple(dict.fromkeys((config.focus, *config.partners, *config.peers)))

    def drawn(
        self,
        countries: Sequence[str],
        sectors: Sequence[str],
        horizon: int | None = None,
        draws: int | None = None,
        progress: Callable[[float], None] | None = None,
    ) -> tuple[Run, Scorecard]:
        """Give the scores of some countries and sectors with their draws, kept once made.

        Draws go by name: the scores are those of the scorecard, whatever else it covers, so a
        run that covers more will do.
        """
        settings = Settings(
            countries=tuple(countries),
            sectors=tuple(sectors),
            horizon=horizon or self.config.horizon,
            draws=draws or self.config.draws,
            seed=self.config.seed,
            lifts=frozenset(),
        )
        kept: list[tuple[Run, Scorecard]] = self.once("drawn", list)
        for run, card in kept:
            if _covers(run.settings, settings):
                return run, card
        self.scored(settings, progress)
        return kept[-1]

    def scored(
        self, settings: Settings, progress: Callable[[float], None] | None = None
    ) -> Scorecard:
        """Score the world of the study and keep the draws for comparisons."""
        run = Run(self.evidence, self.world, settings, progress or _silent)
        card = run.result()
        kept: list[tuple[Run, Scorecard]] = self.once("drawn", list)
        kept.append((run, card))
        return card

    def peers(
        self,
        countries: str | Sequence[str] | None = None,
        sectors: str | Sequence[str] | None = None,
        stages: str | Sequence[str] | None = None,
        *,
        horizon: int | None = None,
        draws: int | None = None,
        progress: Callable[[float], None] | None = None,
    ) -> Peers:
        """Compare countries: ranks with intervals, who is ahead, what closes the gap.

        Args:
            countries: Countries; focus, partners and peers of the study where left out.
            sectors: Sectors, each compared on its own; where left out, the mean over the sectors
                of the study.
            stages: Stages; all four where left out.
            horizon, draws: Year of the trajectory and Monte Carlo; the study's by default.
            progress: Called with the share of work done.

        Raises:
            InputError: if a name is unknown, or fewer than two countries are named.
        """
        from midstream.peers.compare import Request, compare
        from midstream.peers.request import check_countries

        config = self.config
        chosen = tuple(dict.fromkeys(several(countries) or self.peer_countries()))
        asked, steps = several(sectors), several(stages) or STAGE_ORDER
        known(chosen, config.countries, "country", "this study")
        known(asked, config.sectors, "sector", "this study")
        known(steps, STAGE_ORDER, "stage", "--stage")
        check_countries(chosen, config.countries)
        year = horizon_of(horizon or config.horizon, config.base_year)
        focus = config.focus if config.focus in chosen else chosen[0]
        request = Request(chosen, asked, steps, focus, config.sectors)

        def make() -> Peers:
            run, card = self.drawn(chosen, asked or config.sectors, year, draws, progress)
            return compare(run, card, request, self.ledger)

        return self.once(("peers", request, year, draws or config.draws), make)

    def match(
        self,
        countries: Sequence[str] | None = None,
        sector: str | None = None,
        *,
        draws: int | None = None,
        progress: Callable[[float], None] | None = None,
    ) -> Match:
        """Match organisations of two countries: who should work with whom, and why.

        Args:
            countries: Two countries of the study; where left out, its focus and the first
                partner with an organisation on record.
            sector: Sector whose scores say which stage is weak; the mean over the sectors of the
                study where left out.
            draws: Monte Carlo; the study's by default.
            progress: Called with the share of work done.

        Raises:
            InputError: if a name is unknown, the two are one, or no organisation is on record.
        """
        from midstream.study.matching import matched, two_countries

        two = two_countries(countries, self.config, self.evidence)
        known([sector] if sector else [], self.config.sectors, "sector", "this study")
        size = draws or self.config.draws

        def make() -> Match:
            return matched(self, two, sector or "", size, progress)

        return self.once(("match", two, sector or "", size), make)

    def transfers(self, country: str | None = None, draws: int | None = None) -> Transfers:
        """Technology transfers on record in a country, beside what the matching says of them.

        Args:
            country: Country of the study; the focus where left out.
            draws: Monte Carlo; the study's by default.

        Raises:
            InputError: if the country is unknown.
        """
        from midstream.study.matching import handed_on

        chosen = country or self.config.focus
        known([chosen], self.config.countries, "country", "this study")
        size = draws or self.config.draws
        return self.once(("transfers", chosen, size), lambda: handed_on(self, chosen, size))

    @cached_property
    def matches(self) -> tuple[Match, ...]:
        """Matchings of the focus with each partner and peer that has an organisation on record."""
        from midstream.study.matching import countries_on_record

        have = countries_on_record(self.evidence)
        focus = self.config.focus
        others = [one for one in self.peer_countries()[1:] if one in have]
        return tuple(self.match((focus, one)) for one in others) if focus in have else ()


def _covers(held: Settings, asked: Settings) -> bool:
    same = (held.horizon, held.draws, held.seed) == (asked.horizon, asked.draws, asked.seed)
    wider = set(held.countries) >= set(asked.countries)
    return same and wider and set(held.sectors) >= set(asked.sectors)


def _silent(_share: float) -> None:
    """Nobody watches."""
