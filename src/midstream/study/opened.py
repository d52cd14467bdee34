"""A study opened on a data release; its rooms are entered on first use."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property

from midstream import __version__
from midstream.chain.balance import (
    CountryBalance,
    FormBalance,
    country_balances,
    form_balances,
)
from midstream.chain.shares import StageShares, holders
from midstream.chain.world import World
from midstream.errors import InputError
from midstream.scorecard.result import Scorecard
from midstream.scorecard.run import Settings, score
from midstream.study.config import horizon_of, known
from midstream.study.dependency import DependencyRoom
from midstream.study.peers import PeersRoom
from midstream.study.policy import PolicyRoom
from midstream.study.shock import ShockRoom
from midstream.study.value import ValueRoom
from midstream.terms import SECTORS, STAGES, several

Progress = Callable[[float], None]


class Study(ValueRoom, DependencyRoom, ShockRoom, PeersRoom, PolicyRoom):
    """A study opened on a data release; world and scores are made on first use and kept."""

    version = __version__

    @property
    def data_release(self) -> str:
        """Id of the data release."""
        return self.evidence.release.id

    def scorecard(
        self,
        countries: str | Sequence[str] | None = None,
        sectors: str | Sequence[str] | None = None,
        horizon: int | None = None,
        *,
        draws: int | None = None,
        seed: int | None = None,
        world: World | None = None,
        progress: Progress | None = None,
    ) -> Scorecard:
        """Score the study; without arguments all its countries, with ranks.

        Args:
            countries: Countries to score; the study's by default. A part of them leaves ranks out.
            sectors: Sectors to score; the study's by default.
            horizon: Year of the trajectory; the study's by default.
            draws, seed: Monte Carlo; the study's by default.
            world: A changed world to score in place of the baseline.
            progress: Called with the share of work done.

        Raises:
            InputError: if a country or sector is not of the study, or nothing is to be drawn.
        """
        config = self.config
        chosen = several(countries) or config.countries
        wanted = several(sectors) or config.sectors
        _some(draws)
        known(chosen, config.countries, "country", "this study")
        known(wanted, config.sectors, "sector", "this study")
        year = horizon_of(horizon or config.horizon, config.base_year)
        settings = Settings(
            countries=chosen,
            sectors=wanted,
            horizon=year,
            draws=draws or config.draws,
            seed=config.seed if seed is None else seed,
            ranked=chosen if chosen == config.countries else (),
        )
        key = ("card", settings.countries, settings.sectors, year, settings.draws, settings.seed)
        if world is not None:
            return score(self.evidence, world, settings, progress)

        def make() -> Scorecard:
            card = self.scored(settings, progress)
            self.enter(card.ledger)
            return card

        return self.once(key, make)

    #: The scorecard under the name of its command.
    score = scorecard

    def holders(self) -> tuple[StageShares, ...]:
        """Who holds each form, from the world of the study."""
        return self.once("holders", lambda: holders(self.world, self.ledger))

    @cached_property
    def balances(self) -> tuple[tuple[FormBalance, ...], tuple[CountryBalance, ...]]:
        """Mass balances of the world, by form and by country, residuals declared."""
        return form_balances(self.world, self.ledger), country_balances(self.world, self.ledger)

    def name(self, kind: str, id: str) -> str:
        """Display name of a country, sector, form, material or stage."""
        if kind == "sector":
            return SECTORS[id]
        if kind == "stage":
            return STAGES[id].name
        if kind == "form" and id in self._short:
            return self._short[id]
        registers = {
            "country": self.evidence.countries,
            "form": self.evidence.forms,
            "material": self.evidence.materials,
        }
        return str(registers[kind][id]["name"])

    @cached_property
    def _short(self) -> dict[str, str]:
        return {row["form"]: row["name"] for row in self.evidence.table("scored_forms").rows}


def _some(draws: int | None) -> None:
    """See that something is drawn, where a number is asked for.

    Raises:
        InputError: if nothing is.
    """
    if draws is not None and draws < 1:
        raise InputError(
            f"{draws} draws",
            where="draws",
            why="a score is what its draws say",
            mend="take 1 or more, or leave it out for those of the study",
        )
