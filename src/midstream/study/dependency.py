"""The dependency room of a study: concentration, supply risk, leverage, shared need."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from midstream.study.base import Base

if TYPE_CHECKING:
    from midstream.chain.routes import Route
    from midstream.dependency.concentration import Concentration
    from midstream.dependency.leverage import Leverage
    from midstream.dependency.lockin import LockIn
    from midstream.dependency.redundancy import Redundancy
    from midstream.dependency.shared import Shared
    from midstream.dependency.supply_files import SupplyFiles
    from midstream.dependency.supply_risk import SupplyRisk
    from midstream.dependency.thesis import Thesis

# The rooms are imported where they are entered: an answer loads no more than it needs.


class DependencyRoom(Base):
    """What a study says about who holds the chain; each answer is worked out once."""

    @cached_property
    def routes(self) -> Mapping[str, Route]:
        """Every chain on file as a line of forms, the chains the study shows first."""
        from midstream.chain.routes import routes

        found = routes(self.evidence, self.world)
        first = {chain: found[chain] for chain in self.config.chains}
        return {**first, **found}

    @property
    def shown_chains(self) -> tuple[str, ...]:
        """Chains of the study that can be run: at least two of their forms are counted."""
        return tuple(one for one in self.config.chains if len(self.routes[one].counted) > 1)

    def concentration(
        self, material: str | None = None, *, series: bool | None = None
    ) -> list[Concentration]:
        """Concentration by form and year; the series by year where a material is named."""
        from midstream.dependency.concentration import concentration

        return concentration(self.evidence, self.world, self.ledger, material, series=series)

    def concentration_series(self) -> list[Concentration]:
        """Concentration of every product and customs code on record by year."""
        return self.once(
            "series",
            lambda: [one for one in self.concentration(series=True) if one.series != "world"],
        )

    def redundancy(self, material: str | None = None) -> list[Redundancy]:
        """What is left of each form without its largest producer, in three forms."""
        from midstream.dependency.redundancy import redundancy

        return redundancy(self.evidence, self.world, self.ledger, material, seed=self.config.seed)

    def supply_risk(
        self,
        method: str,
        importer: str,
        material: str | None = None,
        year: int | None = None,
        *,
        files: SupplyFiles | None = None,
    ) -> list[SupplyRisk]:
        """Supply risk of an importer by one of three methods, from the release or from files."""
        from midstream.dependency.supply_risk import supply_risk

        def make() -> list[SupplyRisk]:
            place = (self.evidence, self.world, self.ledger)
            return supply_risk(*place, method, importer, material, year, files=files)

        if files is not None:
            return make()
        return self.once(("supply risk", method, importer, material, year), make)

    def lock_ins(self, form: str, importers: Sequence[str] | None = None) -> tuple[LockIn, ...]:
        """How firmly each importer's largest supplier holds it at a form."""
        from midstream.dependency.lockin import lock_ins

        return lock_ins(self.world, form, self.ledger, importers)

    def leverage(self, chain: str, holder: str | None = None) -> Leverage:
        """What the holders of a chain can stop, and for how long."""
        from midstream.dependency.leverage import leverage

        def make() -> Leverage:
            draws, seed = self.config.draws, self.config.seed
            found = leverage(self.evidence, self.world, chain, holder, draws, seed)
            self.enter(found.ledger)
            return found

        return self.once(("leverage", chain, holder), make)

    def thesis(self, holder: str | None = None) -> Thesis | None:
        """Test whether the leverage of a holder sits in the middle two stages.

        Args:
            holder: A country; by default the first incumbent of the study.

        Returns:
            ``None`` where the study names no incumbent and none is asked for.
        """
        from midstream.dependency.thesis import thesis

        who = holder or next(iter(self.config.incumbents), None)
        if who is None:
            return None

        def make() -> Thesis:
            draws, seed = self.config.draws, self.config.seed
            found = thesis(self.evidence, self.world, who, draws=draws, seed=seed)
            self.enter(found.ledger)
            return found

        return self.once(("thesis", who), make)

    def shared(self) -> Shared:
        """What the sectors of the study need in common, and what one plant is worth to all."""
        from midstream.dependency.shared import shared

        def make() -> Shared:
            config = self.config
            found = shared(self.evidence, self.world, config.sectors, 2 * config.draws, config.seed)
            self.enter(found.ledger)
            return found

        return self.once("shared", make)
