"""Second-order effects: who else gains or loses supply and sales when a plan succeeds.

By form of the chain, draw by draw and on the same draws:

    bought = max(0, use - output)      sold = max(0, output - use)
    freed  = change of sold - change of bought

What the subject buys less is lost by those that sell to it today, by their shares of its trade;
what is freed goes to, and what is missing comes from, other buyers by their shares of the trade
of all others. It is the most that can move: nobody else makes more or less because of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from midstream.chain.estimate import Floats
from midstream.evidence import Quantity
from midstream.policy.frame import Choice, OpenBench
from midstream.policy.others_trade import Sides, sides_of
from midstream.policy.stress_feed import lines_of, links
from midstream.policy.stress_telling import Teller, effect_lineage
from midstream.scenarios.simulated import Simulated

#: Change of tonnage below this is rounding.
ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Other:
    """What a plan does to another country in one form.

    Attributes:
        country, form: Who and what.
        role: seller (sells to the subject), buyer (buys beside it) or maker (makes more itself).
        effect: gains or loses.
        change: Change of sales, of supply or of output, in the unit of the form a year.
        chance: Share of draws in which it moves that way.
        coverage: Change of the share of need that is met, for buyers and makers; no value where
            the need is not on record.
        why: Reason in words.
    """

    country: str
    form: str
    role: str
    effect: str
    change: Quantity
    chance: Quantity
    coverage: Quantity
    why: str

    def to_dict(self) -> dict[str, Any]:
        """Give the row as JSON."""
        return {
            "country": self.country,
            "form": self.form,
            "role": self.role,
            "effect": self.effect,
            "change": self.change.to_dict(),
            "chance": self.chance.to_dict(),
            "coverage": self.coverage.to_dict(),
            "why": self.why,
        }


@dataclass(frozen=True, slots=True)
class Others:
    """Who else is touched by a plan.

    Attributes:
        rows: Countries, by form from the ore on, the largest change first.
        notes: What could not be told.
    """

    rows: tuple[Other, ...]
    notes: tuple[str, ...]

    @property
    def winners(self) -> tuple[Other, ...]:
        """Rows that gain."""
        return tuple(row for row in self.rows if row.effect == "gains")

    @property
    def losers(self) -> tuple[Other, ...]:
        """Rows that lose."""
        return tuple(row for row in self.rows if row.effect == "loses")

    def to_dict(self) -> dict[str, Any]:
        """Give the answer as JSON."""
        return {"rows": [row.to_dict() for row in self.rows], "notes": list(self.notes)}


def others(bench: OpenBench, choice: Choice) -> Others:
    """Say who else gains or loses when a plan is carried out.

    Args:
        bench: Runs worlds.
        choice: The plan.

    Returns:
        Rows of countries other than the subject; none where the two worlds are the same.
    """
    lines = lines_of(bench)
    if not lines:
        return Others((), ("The sector has no chain on file.",))
    base = bench.future((), choice.without, wide=True)
    plan = bench.future(choice.levers, choice.without, wide=True)
    maker = _Rows(bench, Teller.of(bench, choice), base, plan)
    rows: list[Other] = []
    notes: list[str] = []
    for form, after, per in (*links(lines), (lines[0].final, "", np.ones(bench.draws))):
        change = maker.change(form, after, per)
        if change is None:
            name = bench.world.names.form(form)
            notes.append(f"{name}: own use is not on record, so nothing is said of it.")
            continue
        sides = sides_of(bench.evidence, bench.world, form, choice.subject)
        rows += maker.sellers(form, change, sides)
        rows += maker.buyers(form, change, sides)
        rows += maker.makers(form)
        rows += maker.kept(choice, form, sides)
        notes += sides.notes
    return Others(tuple(rows), tuple(dict.fromkeys(notes)) if rows else ())


@dataclass(frozen=True, slots=True)
class Change:
    """What a plan changes in the subject's trade of a form, shape (draw,) each.

    Attributes:
        bought, sold: Change of what it buys and of what it sells.
    """

    bought: Floats
    sold: Floats

    @property
    def freed(self) -> Floats:
        """What others can have more of, or less where it is negative."""
        return np.asarray(self.sold - self.bought)


@dataclass(frozen=True, slots=True)
class _Rows:
    """Makes the rows of one plan."""

    bench: OpenBench
    teller: Teller
    base: Simulated
    plan: Simulated

    def change(self, form: str, after: str, per: Floats) -> Change | None:
        """Trade of the subject in both worlds; ``None`` where its use is not known.

        Args:
            form: Form.
            after: The step made of it; blank for the final form, which is used as it is needed.
            per: Units of the form in one of that step, shape (draw,).
        """
        before = self._trade(self.base, form, after, per)
        since = self._trade(self.plan, form, after, per)
        if before is None or since is None:
            return None
        bought, sold = (np.asarray(new - old) for old, new in zip(before, since, strict=True))
        return Change(bought, sold)

    def _trade(
        self, found: Simulated, form: str, after: str, per: Floats
    ) -> tuple[Floats, Floats] | None:
        """What the subject buys and sells of a form at the horizon, shape (draw,) each."""
        subject = self.bench.subject
        made = self._made(found, form, subject)
        user = self._made(found, after, subject) if after else self._need(found, form, subject)
        if user is None:
            return None
        use = user * per
        own = np.zeros_like(use) if made is None else made
        return np.maximum(0.0, use - own), np.maximum(0.0, own - use)

    def _made(self, found: Simulated, form: str, country: str) -> Floats | None:
        if (form, country) not in found.paths.places:
            return None
        return np.asarray(found.paths.output[:, -1, found.paths.place(form, country)], dtype=float)

    def _need(self, found: Simulated, form: str, country: str) -> Floats | None:
        if (form, country) not in found.needs.places:
            return None
        need = np.asarray(found.needs.of(form, country)[:, -1], dtype=float)
        return need if np.isfinite(need).all() else None

    def sellers(self, form: str, change: Change, sides: Sides) -> Iterator[Other]:
        """Those that sell to the subject: it buys less or more."""
        for country, share in self._shown(sides.sellers):
            why = "sells less to the subject, which makes it itself"
            if change.bought.mean() > 0:
                why = "sells more to the subject, whose next stage grows"
            yield from self._row(
                country, form, "seller", change.bought * share, why, sides.lineage, None
            )

    def buyers(self, form: str, change: Change, sides: Sides) -> Iterator[Other]:
        """Those that buy beside the subject: more or less is left for them."""
        for country, share in self._shown(sides.buyers):
            why = "can have what the subject no longer buys or now sells"
            if change.freed.mean() < 0:
                why = "competes for what the subject now buys or no longer sells"
            need = self._need(self.plan, form, country)
            moved = change.freed * share
            yield from self._row(country, form, "buyer", moved, why, sides.lineage, need)

    def makers(self, form: str) -> Iterator[Other]:
        """Those that make more or less themselves, because a lever acts in them."""
        for place in self.plan.paths.places:
            if place[0] != form or place[1] == self.bench.subject:
                continue
            before, after = (self._made(one, *place) for one in (self.base, self.plan))
            if before is None or after is None:
                continue
            need = self._need(self.plan, *place)
            why = "a lever of the plan acts in it"
            yield from self._row(place[1], form, "maker", after - before, why, (), need)

    def kept(self, choice: Choice, form: str, sides: Sides) -> Iterator[Other]:
        """Those whose purchases from the subject a lever keeps at home."""
        for lever in choice.levers:
            for effect in lever.effects:
                if effect.kind != "retain" or effect.form != form:
                    continue
                sold = sides.sold.get(effect.target, 0.0)
                moved = -sold * self.bench.sizes(lever)[effect.id]
                need = self._need(self.plan, form, effect.target)
                why = f"{lever.name} keeps at home what it buys today"
                ids = (*sides.lineage, effect_lineage(effect.id))
                yield from self._row(effect.target, form, "buyer", moved, why, ids, need, "kept")

    def _shown(self, shares: Mapping[str, float]) -> list[tuple[str, float]]:
        """Shares from the largest down, without the smallest."""
        least = float(self.bench.evidence.parameter("policy.others.least").value or 0.0)
        ordered = sorted(shares.items(), key=lambda item: (-item[1], item[0]))
        return [item for item in ordered if item[1] >= least and item[0] != self.bench.subject]

    def _row(
        self,
        country: str,
        form: str,
        role: str,
        moved: Floats,
        why: str,
        ids: tuple[str, ...],
        need: Floats | None,
        part: str = "",
    ) -> Iterator[Other]:
        """A row, unless nothing moves."""
        mean = float(moved.mean())
        if not (np.abs(moved) > ROUNDING).any() or mean == 0:
            return
        world, stem = self.bench.world, f"others/{role}{part}/{form}/{country}"
        cell = world.names.cell(form, country)
        title = f"{_TITLES[role]}: {cell}"
        way = moved > ROUNDING if mean > 0 else moved < -ROUNDING
        known = need is not None and bool((need > 0).all())
        coverage = moved / need.mean() if need is not None and known else np.array([])
        tell, how = self.teller, "with the plan less without, by draw"
        chance, share = f"Draws in which it moves that way: {title}", float(way.mean())
        met = f"Change of the share of need that is met: {cell}"
        yield Other(
            country=country,
            form=form,
            role=role,
            effect="gains" if mean > 0 else "loses",
            change=tell.drawn(moved, world.units[form], stem, title, how, ids),
            chance=tell.known(share, "share", f"{stem}/chance", chance, "share of draws", ids),
            coverage=tell.drawn(
                coverage,
                "share",
                f"{stem}/coverage",
                met,
                "change over mean need at the horizon",
                ids,
            ),
            why=why,
        )


_TITLES = {
    "seller": "Change of sales to the subject",
    "buyer": "Change of supply that can be had",
    "maker": "Change of own output",
}
