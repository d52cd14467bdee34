"""The room of policy: does it move the middle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from midstream.study.money import MoneyRoom
from midstream.terms import several

if TYPE_CHECKING:
    from midstream.policy.bench import Bench
    from midstream.policy.frame import Choice
    from midstream.policy.middle_result import Middle
    from midstream.policy.plan_result import Plan

#: Sector that is tested where none is named and the study scores it.
SECTOR = "rare-earth-magnets"


class PolicyRoom(MoneyRoom):
    """What a study says about policies; each answer is worked out once."""

    def policy_bench(
        self,
        subject: str | None = None,
        sector: str | None = None,
        draws: int | None = None,
        by: int | None = None,
    ) -> Bench:
        """Give the bench on which policies of a country are tested.

        Args:
            subject: Country; the focus of the study by default.
            sector: Sector that is scored; the one of magnets by default, or else the study's
                first.
            draws: Monte Carlo; ``policy.draws`` by default.
            by: Year the outcome is read in; the bench's own by default.

        Raises:
            InputError: if the country, the sector or the number of draws cannot be.
        """
        from midstream.policy.bench import Bench
        from midstream.policy.ground import Asked
        from midstream.scenarios.demand_record import enter_rows
        from midstream.scenarios.entrants import enter_rates
        from midstream.scenarios.outlook_counter import counter_moves
        from midstream.scenarios.projects import enter_parts

        config = self.config
        default = SECTOR if SECTOR in config.sectors else config.sectors[0]
        size = int(self.evidence.parameter("policy.draws").value or 1) if draws is None else draws
        asked = Asked(
            subject=subject or config.focus,
            sector=sector or default,
            chains=tuple(config.chains),
            incumbents=tuple(config.incumbents),
            draws=size,
            seed=config.seed,
        )
        if by is not None:
            asked = replace(asked, years=tuple(sorted({*(y for y in asked.years if y < by), by})))

        def make() -> Bench:
            for enter in (enter_parts, enter_rates, enter_rows):
                enter(self.evidence, self.ledger)
            moves = counter_moves(self.evidence, self.world)
            return Bench(self.evidence, self.world, asked, self.ledger, moves)

        return self.once(("policy bench", asked), make)

    def policy_choice(self, names: str | Sequence[str], country: str | None = None) -> Choice:
        """Read ids of levers and packages.

        Args:
            names: Levers and packages, in any order.
            country: Subject; that of what is named by default.

        Raises:
            InputError: if a name is unknown, or levers cannot stand beside each other.
        """
        from midstream.policy.choose import resolve

        return resolve(self.evidence, several(names), country or "")

    def policy_test(
        self,
        names: str | Sequence[str],
        *,
        country: str | None = None,
        sector: str | None = None,
        draws: int | None = None,
        full: bool = True,
    ) -> Middle:
        """Test whether levers and packages move the middle of a country.

        Args:
            names: Levers and packages, in any order.
            country: Subject; that of what is named by default.
            sector: Sector that is scored.
            draws: Monte Carlo; ``policy.draws`` by default.
            full: Whether flips, stress tests and the next fact are worked out as well.

        Raises:
            InputError: if a name, the country, the sector or the number of draws cannot be.
        """
        from midstream.policy.middle import middle_test

        choice = self.policy_choice(names, country)
        bench = self.policy_bench(choice.subject, sector, draws)

        def make() -> Middle:
            return middle_test(bench, choice, full=full)

        return self.once(("policy test", bench.asked, choice, full), make)

    def policy_plan(
        self,
        budget: float,
        currency: str = "USD",
        by: int | None = None,
        *,
        country: str | None = None,
        sector: str | None = None,
        draws: int | None = None,
        **limits: Any,
    ) -> Plan:
        """Choose levers and start years that raise the weaker of C2 and C3 the most.

        Args:
            budget: Of all levers, in money of the price year.
            currency: Such as ``USD``, ``USD million`` or ``INR crore``.
            by: Year the outcome is read in; the bench's own by default.
            country: Whose levers; the focus by default.
            sector: Sector that is scored.
            draws: Monte Carlo; ``policy.plan.draws`` by default.
            limits: ``payer``, ``year``, ``years``, ``measure``, ``waits``, ``weights``, ``firm``
                and ``without`` of `midstream.policy.plan_request.Request`.

        Raises:
            InputError: if the request cannot be, or the budget buys no lever that does anything.
        """
        from midstream.policy.levers import levers
        from midstream.policy.plan import plan
        from midstream.policy.plan_request import Request, check_years

        if by is not None:
            check_years(self.evidence, by, self.config.horizon)
        size = draws or int(self.evidence.parameter("policy.plan.draws").value or 1)
        bench = self.policy_bench(country, sector, size, by)
        request = Request(budget, currency, **limits)

        def make() -> Plan:
            return plan(bench, tuple(levers(self.evidence).values()), request)

        return self.once(("policy plan", bench.asked, repr(request)), make)
