"""The room of value: who captures it, by stage, place, owner and company."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from midstream.chain.world import Cell
from midstream.errors import InputError
from midstream.study.dependency import DependencyRoom
from midstream.study.outlook import LAST, OutlookRoom
from midstream.terms import several

if TYPE_CHECKING:
    from midstream.beneficiaries.beside import Beside
    from midstream.beneficiaries.domestic import Ahead, Domestic
    from midstream.beneficiaries.entries import Entries
    from midstream.beneficiaries.gains import Effects
    from midstream.beneficiaries.mrio import Embodied
    from midstream.beneficiaries.result import ChainValue
    from midstream.beneficiaries.units import UnitRow


@dataclass(frozen=True, slots=True)
class Capture:
    """Who captures the value of a chain.

    Attributes:
        value: Value added by stage, location and ownership.
        units: The same per unit of a reader, such as one vehicle.
        beside: Value beside leverage; ``None`` where nobody's leverage can be told.
        domestic: What the focus country and its partners capture, now and later.
        warnings: What a reader has to know.
    """

    value: ChainValue
    units: tuple[UnitRow, ...]
    beside: Beside | None
    domestic: tuple[Domestic, ...]
    warnings: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Give the answer as JSON."""
        return {
            **self.value.to_dict(),
            "units": [row.to_dict() for row in self.units],
            "beside": None if self.beside is None else self.beside.to_dict(),
            "domestic": [row.to_dict() for row in self.domestic],
        }


class ValueRoom(DependencyRoom, OutlookRoom):
    """What a study says about who captures the value; each answer is worked out once."""

    @property
    def _entries(self) -> Entries:
        from midstream.beneficiaries.entries import Entries

        _ = self.world
        return Entries(self.evidence, self.ledger)

    def chain_value(
        self, chain: str, basis: str | None = None, draws: int | None = None
    ) -> ChainValue:
        """Value added along a chain by stage, location and ownership.

        Args:
            chain: Id of a chain.
            basis: Price set of the chain or the base year; the preferred set where left out.
            draws: Monte Carlo; the study's by default.

        Raises:
            InputError: if the chain or the basis is unknown.
        """
        from midstream.beneficiaries.chain_value import chain_value

        size = draws or self.config.draws

        def make() -> ChainValue:
            place = (self.evidence, self.world, chain)
            seed = self.config.seed
            return chain_value(*place, basis=basis, draws=size, seed=seed, ledger=self.ledger)

        return self.once(("value", chain, basis, size), make)

    def capture(self, chain: str, basis: str | None = None, draws: int | None = None) -> Capture:
        """Who captures the value of a chain, beside its leverage, now and in the last year.

        Raises:
            InputError: if the chain or the basis is unknown.
        """

        def make() -> Capture:
            value = self.chain_value(chain, basis, draws)
            beside, why = self._beside(value)
            return Capture(
                value=value,
                units=self._units(value, draws),
                beside=beside,
                domestic=self._domestic(value, draws),
                warnings=(*value.warnings, *((why,) if why else ())),
            )

        return self.once(("capture", chain, basis, draws or self.config.draws), make)

    def capture_units(self, draws: int | None = None) -> tuple[UnitRow, ...]:
        """Value of each chain in one vehicle and one wafer."""
        from midstream.beneficiaries.units import rows_of

        chains = dict.fromkeys(row["chain"] for row in rows_of(self.evidence))
        found = (self._units(self.chain_value(chain, None, draws), draws) for chain in chains)
        return tuple(row for rows in found for row in rows)

    def _units(self, value: ChainValue, draws: int | None) -> tuple[UnitRow, ...]:
        from midstream.beneficiaries.entries import Draws
        from midstream.beneficiaries.units import rows_of, unit_row

        entries, drawn = self._entries, Draws(draws or self.config.draws, self.config.seed)
        rows = rows_of(self.evidence, value.route.id)
        return tuple(unit_row(entries, row, value, drawn) for row in rows)

    def _beside(self, value: ChainValue) -> tuple[Beside | None, str]:
        """Value beside leverage, and why there is none where there is none."""
        from midstream.beneficiaries.beside import Hold, beside

        try:
            held = self.leverage(value.route.id)
        except InputError as error:
            return None, f"no leverage beside the value: {error}"
        best: dict[str, Hold] = {}
        for row in held.rows:
            known = best.get(row.form)
            better = known is None or (row.leverage.value or 0) > (known.leverage.value or 0)
            if row.form and better:
                best[row.form] = Hold(row.form, row.holder, row.shapley, row.leverage)
        return beside(self._entries, value, tuple(best.values())), ""

    def _domestic(self, value: ChainValue, draws: int | None) -> tuple[Domestic, ...]:
        from midstream.beneficiaries.domestic import domestic
        from midstream.beneficiaries.entries import Draws

        if not value.stages:
            return ()
        forms = [step.form for step in value.route.steps]
        who = tuple(dict.fromkeys((self.config.focus, *self.config.partners)))
        ahead = self._ahead(forms, who, draws)
        place = (self._entries, self.world, value)
        drawn = Draws(draws or self.config.draws, self.config.seed)
        return tuple(domestic(*place, country, ahead, LAST, drawn) for country in who)

    def _ahead(
        self, forms: Sequence[str], who: Sequence[str], draws: int | None
    ) -> Mapping[Cell, Ahead]:
        """Output of the last year by form and country, where the outlook tells it."""
        from midstream.beneficiaries.domestic import Ahead

        outlook = self.outlook(draws)
        paths, found = outlook.state.paths, {}
        for form in forms:
            for country in who:
                told = outlook.path(country, form)
                if told is not None and (form, country) in paths.places:
                    output = paths.output[:, paths.year(LAST), paths.place(form, country)]
                    found[form, country] = Ahead(output, told.lineage)
        return found

    def capture_companies(self, levers: str | Sequence[str] = ()) -> Effects:
        """Companies on file, and what some levers bring to each of them.

        Args:
            levers: Levers or packages; none gives the companies alone.

        Raises:
            InputError: if a lever is unknown.
        """
        names = several(levers)
        return self.once(("companies", names), lambda: self._companies(names))

    def _companies(self, names: tuple[str, ...]) -> Effects:
        from midstream.beneficiaries.companies import companies, unnamed
        from midstream.beneficiaries.gains import Effects, gains
        from midstream.beneficiaries.terms import terms_of
        from midstream.policy.choose import resolve
        from midstream.study.pushes import held_with, pushes_of, why_silent

        choice = resolve(self.evidence, names) if names else None
        chosen = () if choice is None else choice.levers
        entries, world = self._entries, self.world
        on_file = companies(entries, world)
        pushes = [push for lever in chosen for push in pushes_of(entries, lever)]
        held = [one for company in on_file for one in company.holdings]
        held = held_with(entries, world, [*held, *unnamed(entries, world)], pushes)
        terms = terms_of(entries, [self.chain_value(chain) for chain in self.routes])
        found = {push.id: gains(entries, world, push, held, terms) for push in pushes}
        return Effects(
            lever=tuple(lever.id for lever in chosen),
            companies=on_file,
            gains=tuple(gain for rows in found.values() for gain in rows),
            pushes=tuple(pushes),
            silent={push.id: why_silent(push) for push in pushes if not found[push.id]},
            warnings=() if choice is None else tuple(choice.warnings),
        )

    def embodied(self, table: Path, product: str, country: str | None = None) -> list[Embodied]:
        """Value added by sector in the final demand for a product, from a table of the user.

        Raises:
            InputError: if the table cannot be read or does not hold the product.
        """
        from midstream.beneficiaries.embodied import embodied
        from midstream.beneficiaries.mrio import read_table

        return embodied(self._entries, read_table(table), table.name, product, country)
