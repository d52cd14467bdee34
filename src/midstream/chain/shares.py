"""Who holds a form: shares of world output with the bounds of what nobody names."""

from __future__ import annotations

from dataclasses import dataclass

from midstream.chain.world import World
from midstream.evidence import Ledger, Node, Quantity


@dataclass(frozen=True, slots=True)
class StageShares:
    """Holders of one form in the base year.

    Attributes:
        form, stage, year, unit: Place.
        world: World output.
        shares: (country, share in %) from the largest down, countries with a figure only.
        rest: Share nobody names, in %.
        leader, leader_share: Largest holder.
        hhi: Herfindahl-Hirschman index 0..1: ``sum s^2`` of the named countries from below, plus
            ``rest^2`` from above, as if one country held the rest.
    """

    form: str
    stage: str
    year: int
    unit: str
    world: Quantity
    shares: tuple[tuple[str, Quantity], ...]
    rest: Quantity
    leader: str
    leader_share: Quantity
    hhi: Quantity


def holders(world: World, ledger: Ledger) -> tuple[StageShares, ...]:
    """Give the holders of every form with a known world output and at least one figure."""
    found = []
    for form in reversed(world.forms):
        shares = _form_shares(world, form, ledger)
        if shares is not None:
            found.append(shares)
    return tuple(sorted(found, key=lambda item: item.stage))


def _form_shares(world: World, form: str, ledger: Ledger) -> StageShares | None:
    total = world.world_output[form]
    known = {
        country: estimate
        for (name, country), estimate in world.outputs.items()
        if name == form and estimate.value
    }
    if not total.value or not known:
        return None
    named = sum(estimate.value or 0.0 for estimate in known.values())
    scale = 100 / max(total.value, named)
    parts = []
    for country, estimate in known.items():
        lineage = f"f:world.share/{country}/{form}"
        low, high = estimate.low * scale, min(100.0, estimate.high * scale)
        value = (estimate.value or 0.0) * scale
        label = estimate.label if estimate.standing == "proxied" else estimate.stands_on
        share = Quantity(
            value, min(low, value), max(high, value), "%", label or estimate.label, lineage
        )
        title = f"Share of world output: {world.names.cell(form, country)}"
        inputs = (estimate.lineage, total.lineage)
        ledger.add(Node(lineage, "formula", title, share, inputs=inputs, formula="output / world"))
        parts.append((country, share))
    parts.sort(key=lambda item: (-(item[1].value or 0.0), item[0]))
    return _with_totals(world, form, total.quantity(), parts, ledger)


def _with_totals(
    world: World,
    form: str,
    total: Quantity,
    parts: list[tuple[str, Quantity]],
    ledger: Ledger,
) -> StageShares:
    inputs = tuple(share.lineage for _, share in parts)
    values = [(share.value or 0.0) / 100 for _, share in parts]
    left = max(0.0, 1 - sum(values))
    squares = sum(value**2 for value in values)
    rest = Quantity(100 * left, None, None, "%", "modelled", f"f:world.rest/{form}")
    hhi = Quantity(squares, squares, squares + left**2, "index", "modelled", f"f:world.hhi/{form}")
    name = world.names.form(form)
    _enter(ledger, rest, f"Share of world output nobody names: {name}", inputs, "100 - named")
    _enter(ledger, hhi, f"Concentration: {name}", inputs, "sum of squared shares + rest squared")
    leader, leader_share = parts[0]
    return StageShares(
        form=form,
        stage=world.stages[form],
        year=world.base_year,
        unit=world.units[form],
        world=total,
        shares=tuple(parts),
        rest=rest,
        leader=leader,
        leader_share=leader_share,
        hhi=hhi,
    )


def _enter(
    ledger: Ledger, quantity: Quantity, title: str, inputs: tuple[str, ...], formula: str
) -> None:
    ledger.add(Node(quantity.lineage, "formula", title, quantity, inputs=inputs, formula=formula))
