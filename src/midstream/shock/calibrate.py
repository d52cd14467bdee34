"""Margins of a network from the evidence: who makes and who uses each form of a chain.

Everything is in the form's own unit per year. Row sums (output) and column sums (use) of each step
close on the same world total; trade is fitted between them in `midstream.shock.network`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from midstream.chain.estimate import Component, Estimate, Floats
from midstream.chain.routes import Route, Step
from midstream.chain.world import World
from midstream.shock.trade_base import FormTrade

#: Code of everybody who is not a node of the network.
REST = "ROW"
#: Use of a form that no recipe names.
OTHER = "other"

#: Uniform number on 0..1 for a name; ``None`` gives the central network.
Uniform = Callable[[str], float]


@dataclass(frozen=True, slots=True)
class Nodes:
    """Names of the axes of a network.

    Attributes:
        forms: One form per step, from the ore onwards.
        countries: Countries in alphabetical order, the rest of the world last.
        uses: Forms that final use goes into, and ``other``.
    """

    forms: tuple[str, ...]
    countries: tuple[str, ...]
    uses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Margins:
    """What the flows of each step have to sum to.

    Attributes:
        output: Output, shape (step, country).
        input_use: Purchases that become input of the next step, shape (step, country).
        final_use: Purchases of other and final uses, shape (step, use, country).
    """

    output: Floats
    input_use: Floats
    final_use: Floats

    @property
    def purchases(self) -> Floats:
        """All purchases, shape (step, country)."""
        total: Floats = self.input_use + self.final_use.sum(axis=1)
        return total


def nodes(
    world: World,
    route: Route,
    trade: Sequence[FormTrade],
    keep: Sequence[str],
    producer_floor: float,
    importer_floor: float,
) -> Nodes:
    """Choose the countries of a network.

    Args:
        world: The world.
        route: The chain.
        trade: Trade of each step.
        keep: Countries that are nodes whatever their size.
        producer_floor: Share of world output of any step that makes a country a node.
        importer_floor: Share of reported trade of any step that does.
    """
    chosen = {*world.countries, *keep}
    steps = route.counted
    for step in steps:
        total = world.world_output[step.form].value or 0.0
        chosen |= {
            country
            for (form, country), estimate in world.outputs.items()
            if form == step.form and (estimate.value or 0.0) >= producer_floor * total > 0
        }
    for part in trade:
        chosen |= _importers(part, importer_floor)
    chosen -= {REST, "WLD"}
    forms = tuple(step.form for step in steps)
    uses = {use.output for form in forms for use in world.uses.get(form, ())}
    uses -= {step.form for step in route.steps}
    return Nodes(forms, (*sorted(chosen), REST), (*sorted(uses), OTHER))


def _importers(trade: FormTrade, floor: float) -> set[str]:
    bought: dict[str, float] = {}
    for (_, importer), amount in trade.flows.items():
        bought[importer] = bought.get(importer, 0.0) + amount
    total = sum(bought.values())
    return {country for country, amount in bought.items() if amount >= floor * total > 0}


def margins(
    world: World,
    route: Route,
    names: Nodes,
    trade: Sequence[FormTrade],
    import_floor: float,
    uniform: Uniform | None = None,
) -> Margins:
    """Give output and use by step and country.

    Output is that of the world; the rest of the world makes what nobody is named for. Input use
    follows the next step's output, ``U[s, j] = passed_on x world[s] x X[s+1, j] / world[s+1]``.
    The remainder is final use: by country apparent use ``X + imports - exports - U``, at least
    ``import_floor`` of imports, scaled to the remainder; where no trade is on file, the activity
    of the uses. By use the shares of the recipes.

    Args:
        world: The world.
        route: The chain.
        names: Axes.
        trade: Trade of each step, in the order of ``names.forms``.
        import_floor: Least final use over imports.
        uniform: Draws of the evidence by name; ``None`` takes central values.
    """
    output = np.array([_outputs(world, form, names, uniform) for form in names.forms])
    totals = output.sum(axis=1)
    count = len(names.countries)
    input_use = np.zeros((len(names.forms), count))
    final_use = np.zeros((len(names.forms), len(names.uses), count))
    for number, step in enumerate(route.counted):
        if number + 1 < len(names.forms):
            passed = min(1.0, _passed(step, uniform))
            input_use[number] = passed * totals[number] * output[number + 1] / totals[number + 1]
        rest = totals[number] - input_use[number].sum()
        shares = _use_shares(world, step, names, uniform)
        final_use[number] = _final(
            rest,
            shares[:, None] * np.array([_activity(world, use, names) for use in names.uses]),
            _apparent(names, trade[number], output[number], input_use[number], import_floor),
        )
    return Margins(output, input_use, final_use)


def _outputs(world: World, form: str, names: Nodes, uniform: Uniform | None) -> Floats:
    """Output by node; the last node takes what is left of the world total."""
    made = {
        country: _drawn(estimate, uniform)
        for (name, country), estimate in world.outputs.items()
        if name == form and estimate.value and country != "WLD"
    }
    total = max(_drawn(world.world_output[form], uniform), sum(made.values()))
    output = np.array([made.get(country, 0.0) for country in names.countries])
    # Two sums of the same numbers can differ in their last digits.
    output[-1] = max(0.0, total - output[:-1].sum())
    return output


def _drawn(estimate: Estimate, uniform: Uniform | None) -> float:
    if uniform is None or not estimate.components:
        return float(estimate.value or 0.0)
    name = estimate.lineage.partition("#")[0]
    pick = np.array([uniform(f"{name}/pick")])
    return float(estimate.sample(pick, np.array([uniform(f"{name}/spread")]), "low")[0])


def _component(part: Component, uniform: Uniform | None, name: str) -> float:
    """Draw a ratio log-uniformly between its ends."""
    if uniform is None or part.low <= 0 or part.low == part.high:
        return part.value
    return float(part.low * (part.high / part.low) ** uniform(name))


def _passed(step: Step, uniform: Uniform | None) -> float:
    """Share of a form that goes on; all of it where neither a recipe nor a total says."""
    if step.passed_on is None:
        return 1.0
    return _component(step.passed_on, uniform, f"passed/{step.form}")


def _use_shares(world: World, step: Step, names: Nodes, uniform: Uniform | None) -> Floats:
    """Share of each use in what is not passed on, shape (use,)."""
    shares = np.zeros(len(names.uses))
    stated = 0.0
    for use in world.uses.get(step.form, ()):
        share = _component(use.share, uniform, f"use/{use.lineage}")
        stated += share
        if use.output in names.uses:
            shares[names.uses.index(use.output)] += share
    shares[-1] = max(0.0, 1.0 - max(stated, shares.sum()))
    if not shares.any():
        shares[-1] = 1.0
    scaled: Floats = shares / shares.sum()
    return scaled


def _activity(world: World, use: str, names: Nodes) -> Floats:
    """Share of each node in the activity of a use, shape (country,).

    Output on record where there is one; what is left of the world by gross domestic product among
    the others.
    """
    total = world.world_output[use].value if use in world.world_output else None
    known = np.full(len(names.countries), np.nan)
    for column, country in enumerate(names.countries[:-1]):
        estimate = world.outputs.get((use, country))
        if total and estimate is not None and estimate.known:
            known[column] = (estimate.value or 0.0) / total
    share = np.nan_to_num(known)
    share /= max(1.0, share.sum())
    left = 1.0 - share.sum()
    others = np.isnan(known)
    weight = np.where(others, _gdp(world, names), 0.0)
    if weight.sum() > 0:
        share += left * weight / weight.sum()
    scaled: Floats = share / share.sum()
    return scaled


def _gdp(world: World, names: Nodes) -> Floats:
    """Share in gross domestic product; the rest of the world takes the remainder."""
    known = [world.gdp_share.get(country, 0.0) for country in names.countries[:-1]]
    shares: Floats = np.nan_to_num(np.array([*known, 0.0]))
    shares[-1] = max(0.0, 1.0 - shares.sum())
    return shares


def _apparent(
    names: Nodes, trade: FormTrade, output: Floats, used: Floats, floor: float
) -> Floats | None:
    """Apparent final use by node, shape (country,); ``None`` where no trade is on file."""
    if not trade.flows:
        return None
    flows = arranged(names, trade.flows)
    imports = flows.sum(axis=0) - np.diag(flows)
    exports = flows.sum(axis=1) - np.diag(flows)
    apparent: Floats = np.maximum(output + imports - exports - used, floor * imports)
    return apparent


def arranged(names: Nodes, flows: Mapping[tuple[str, str], float]) -> Floats:
    """Arrange flows by pair as an array of shape (exporter, importer); no domestic sales."""
    place = {country: number for number, country in enumerate(names.countries)}
    last = len(names.countries) - 1
    array = np.zeros((last + 1, last + 1))
    for (exporter, importer), amount in flows.items():
        row, column = place.get(exporter, last), place.get(importer, last)
        if row != column:
            array[row, column] += amount
    return array


def _final(rest: float, prior: Floats, apparent: Floats | None) -> Floats:
    """Split final use by use and country, shape (use, country).

    The prior is use share x activity. Where apparent use is known, the split of each country by
    use is the prior's and its total is the apparent one.
    """
    if rest <= 0:
        return np.zeros_like(prior)
    if apparent is not None and apparent.sum() > 0:
        column = prior.sum(axis=0)
        split = np.divide(prior, column, out=np.zeros_like(prior), where=column > 0)
        split[-1, column <= 0] = 1.0
        prior = split * apparent
    scaled: Floats = rest * prior / prior.sum()
    return scaled
