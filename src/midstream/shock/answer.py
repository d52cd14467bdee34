"""From the arrays of a run to its answer: quantities with lineage, sentences, comparisons."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from midstream.chain.estimate import Floats
from midstream.evidence import Ledger, Node, Quantity
from midstream.shock.beside import as_episode, nearest, peaks_and_rivals
from midstream.shock.computed import Run
from midstream.shock.episode import Episode
from midstream.shock.fan import Fan
from midstream.shock.instruments import INSTRUMENTS, WORLD
from midstream.shock.losses import SectorLoss, sector_losses, thrifted
from midstream.shock.notes import notes_on, uncounted
from midstream.shock.result import Gain, OutputLost, Series, ShockResult
from midstream.shock.scenario import cut_countries
from midstream.shock.winners import Winner, ranked

MONTHS_A_YEAR = 12.0
#: Below this content a traded tonne and a tonne of the form are two things.
LEAST_CONTENT = 0.85


def answer(run: Run, ledger: Ledger) -> ShockResult:
    """Put the answer together and enter its lineage.

    In brief it holds what a first look shows: prices of the cut form, its deliveries and cover,
    losses, gains and the record. Peaks by rivals, effective prices, deliveries of the last form
    and what is not met are left out.
    """
    # Losses and winners read parameters of their own, which the root node has to name.
    losses, shown = _losses(run), _ranked(run)
    fan = _root(run, ledger)
    countries = _shown(run)
    names = run.base.names
    episode = as_episode(run.evidence, run.shock, run.base, run.prices, _stock(run))
    return ShockResult(
        **_heading(run),
        **_beside(run, fan, countries, episode),
        countries=countries,
        depth=ledger[fan.root].quantity,
        months=tuple(range(run.path.months)),
        price_outside=_price(run, fan, "outside", run.prices.outside),
        price_inside=_price(run, fan, "inside", run.prices.inside),
        deliveries=_deliveries(run, fan, run.step, countries),
        cover=_cover(run, fan, countries),
        output_lost=tuple(_output_lost(run, fan, loss) for loss in losses),
        winners=tuple(_gain(run, fan, winner) for winner in shown),
        leaked=_leaked(run, fan),
        relocation=_relocation(run, fan),
        similar_episodes=nearest(run.record.episodes, ledger, episode),
        assumptions=tuple(ledger[lineage].quantity for lineage in run.sampler.used),
        priors=dict(zip(names.forms, run.base.priors, strict=True)),
        unconverged=tuple(int(draw) for draw in np.flatnonzero(run.path.unconverged)),
        notes=notes_on(run),
        path=run.path,
        outside_draws=run.prices.outside,
        passed_draws=1.0 - run.prices.cut,
        actor_shares=_actor_shares(run),
        nodes=names,
        uncounted=uncounted(run),
    )


def _beside(
    run: Run, fan: Fan, countries: Sequence[str], episode: Episode | None
) -> dict[str, Any]:
    """What is told beside the run, empty where it is told in brief."""
    if run.brief:
        left_out = ("scarcity_price", "final_deliveries", "unmet", "peaks", "rivals")
        return {name: {} for name in left_out}
    peaks, rivals = peaks_and_rivals(run.peaks, fan, episode, run.prices)
    return {
        "scarcity_price": _scarcity(run, fan, countries),
        "final_deliveries": _deliveries(run, fan, len(run.base.names.forms) - 1, countries),
        "unmet": _unmet(run, fan, countries),
        "peaks": peaks,
        "rivals": rivals,
    }


def _actor_shares(run: Run) -> Floats:
    """Share of each country's base purchases that the actor supplies, shape (country,)."""
    flow = run.base.network.flow[run.step]
    sold = flow[run.column(run.shock.request.actor)]
    bought = flow.sum(axis=0)
    return np.asarray(np.divide(sold, bought, out=np.zeros_like(bought), where=bought > 0))


def _stock(run: Run) -> float:
    """Central stock of the cut form, months of use."""
    return run.sampler.value(f"market.stock.{'later' if run.step else '1'}")


def _heading(run: Run) -> dict[str, Any]:
    """What was run."""
    asked = run.shock.request
    return {
        "chain": run.base.route.id,
        "form": asked.form,
        "final_form": run.base.names.forms[-1],
        "stage": run.base.route.counted[run.step].stage,
        "actor": asked.actor,
        "instrument": asked.instrument,
        "targets": run.shock.targets or (WORLD,),
    }


def _root(run: Run, ledger: Ledger) -> Fan:
    """Enter the run itself: what was asked and what it stands on."""
    asked = run.shock.request
    lineage = f"f:shock.run/{run.shock.key}"
    depth = Quantity(run.shock.depth, None, None, "share", "modelled", lineage)
    form = run.base.world.names.form(asked.form)
    targets = ", ".join(run.name(code) for code in run.shock.targets) or "everyone"
    run.base.enter_contents(ledger)
    trade = run.base.trade[run.step].lineage
    arcs = [trade[arc] for arc in sorted(arc for arc in trade if arc[0] == asked.actor)]
    inputs = (
        *run.sampler.used,
        run.base.world.world_output[asked.form].lineage,
        run.base.world.outputs[asked.form, asked.actor].lineage,
        *dict.fromkeys(row for rows in arcs for row in rows if row in ledger),
    )
    ledger.add(
        Node(
            lineage,
            "formula",
            f"Depth asked: {run.name(asked.actor)}, {asked.instrument} of {form} to {targets}",
            depth,
            inputs=inputs,
            formula=INSTRUMENTS[asked.instrument],
        )
    )
    return Fan(ledger, run.shock.key, lineage)


def _shown(run: Run) -> tuple[str, ...]:
    """Countries shown: targets, else those of the study, then the actor; all of them buy."""
    wanted = run.shock.targets or run.base.world.countries
    names = (*wanted, run.shock.request.actor)
    bought = run.path.base[0, run.step :].sum(axis=0)
    return tuple(country for country in dict.fromkeys(names) if bought[run.column(country)] > 0)


def _price(run: Run, fan: Fan, side: str, draws: Floats) -> Series:
    form = run.base.world.names.form(run.shock.request.form)
    by = "monthly engine" if run.prices.from_engine else "mean price paid in the market"
    if side == "inside" and not run.prices.from_engine:
        by = "producer price in the market"
    return fan.months(f"price-{side}", f"Price {side}: {form}", draws, "ratio", by)


def _deliveries(run: Run, fan: Fan, step: int, countries: Sequence[str]) -> dict[str, Series]:
    """One series a country; without values for a target that buys none of the form."""
    form = run.base.names.forms[step]
    title = run.base.world.names.form(form)
    found = {}
    for country in countries:
        draws = run.path.delivered[:, :, step, run.column(country)]
        buys = run.path.base[0, step, run.column(country)] > 0
        if not buys:
            # A sampled network may hold a trickle: next to nothing has no meaningful share.
            draws = np.full_like(draws, np.nan)
        if buys or country in run.shock.targets:
            place = f"delivered/{country}/{form}"
            words = f"Deliveries over base: {title}, {run.name(country)}"
            found[country] = fan.months(place, words, draws, "ratio", "Q / Q0")
    return found


def _scarcity(run: Run, fan: Fan, countries: Sequence[str]) -> dict[str, Series]:
    """Effective price of the cut form by country."""
    title = run.base.world.names.form(run.shock.request.form)
    found = {}
    for country in countries:
        if run.path.base[0, run.step, run.column(country)] > 0:
            draws = run.path.effective[:, :, run.step, run.column(country)]
            words = f"Price users react to: {title}, {run.name(country)}"
            place = f"scarcity/{country}"
            found[country] = fan.months(place, words, draws, "ratio", "(sum w p^-sigma)^(-1/sigma)")
    return found


def _cover(run: Run, fan: Fan, countries: Sequence[str]) -> dict[str, Series]:
    title = run.base.world.names.form(run.shock.request.form)
    found = {}
    for country in countries:
        if run.path.base[0, run.step, run.column(country)] > 0:
            draws = run.path.cover[:, :, run.step, run.column(country)]
            words = f"Months of cover: {title}, {run.name(country)}"
            found[country] = fan.months(f"cover/{country}", words, draws, "month", "stock / use")
    return found


def _losses(run: Run) -> tuple[SectorLoss, ...]:
    sampler = run.sampler
    thrift = thrifted(
        sampler.draw("market.thrift"),
        sampler.draw("market.thrift.months"),
        run.path.months,
        run.shock.start,
    )
    losses = sector_losses(
        run.evidence,
        run.base.world,
        run.base.names,
        run.path,
        run.step,
        thrift,
        sampler.draw("market.dependence"),
    )
    least, shown = sampler.value("shock.loss.least"), _shown(run)
    return tuple(
        loss for loss in losses if loss.country in shown and float(np.median(loss.lost)) >= least
    )


def _output_lost(run: Run, fan: Fan, loss: SectorLoss) -> OutputLost:
    place = f"{loss.country}/{loss.sector}"
    words = f"{loss.sector}, {run.name(loss.country)}"
    months = fan.quantity(
        f"output-lost/{place}",
        f"Output lost: {words}",
        loss.lost,
        "months of output",
        "sum over months of d x max(0, 1 - use served - thrift)",
    )
    peak = fan.quantity(
        f"output-peak/{place}", f"Deepest month: {words}", 100 * loss.peak, "%", "largest month"
    )
    return OutputLost(
        loss.country, loss.sector, loss.forms, months, peak, _value_lost(run, fan, loss)
    )


def _value_lost(run: Run, fan: Fan, loss: SectorLoss) -> Quantity:
    """Value added at risk, ``months lost / 12 x value added``."""
    place = f"value-lost/{loss.country}/{loss.sector}"
    title = f"Value added at risk: {loss.sector}, {run.name(loss.country)}"
    year = run.base.world.base_year
    known = run.record.added.nearest(loss.country, loss.sector, year)
    if known is None:
        return fan.missing(place, title, "USD million", "no value added of the sector on record")
    draws = loss.lost / MONTHS_A_YEAR * known.value
    formula = f"months lost / 12 x value added ({known.basis or 'sector'}, {known.period})"
    return fan.quantity(place, title, draws, "USD million", formula, (known.id,))


def _ranked(run: Run) -> tuple[Winner, ...]:
    """Gains that are listed."""
    least, most = run.sampler.value("shock.winner.least"), run.sampler.value("shock.winner.most")
    return ranked(list(run.gains), least, int(most))


def _gain(run: Run, fan: Fan, winner: Winner) -> Gain:
    place = f"{winner.country}/{winner.form}/{winner.way.replace(' ', '-')}"
    words = f"{winner.way}, {run.base.world.names.cell(winner.form, winner.country)}"
    share = fan.quantity(
        f"gain/{place}",
        f"Gain over the world's yearly sales: {words}",
        100 * winner.gain,
        "%",
        "change of producer surplus, rent or mark-up over base sales of the world",
    )
    return Gain(winner.country, winner.form, winner.way, share, _money(run, fan, winner, place))


def _money(run: Run, fan: Fan, winner: Winner, place: str) -> Quantity:
    """Gain in million USD, where the form has a price per kilogram and is counted in tonnes."""
    world = run.base.world
    title = f"Gain in money: {winner.way}, {world.names.cell(winner.form, winner.country)}"
    price = world.prices.get(winner.form)
    step = run.base.step(winner.form)
    if price is None or not price.value or not _priced_as_counted(run, winner.form):
        why = "no price of the form in its unit on record"
        return fan.missing(f"money/{place}", title, "USD million", why)
    # Tonnes times USD/kg are thousand USD.
    sales = run.path.base_output[:, step].sum(axis=1) * price.value / 1e3
    inputs = (price.lineage, world.world_output[winner.form].lineage)
    return fan.quantity(
        f"money/{place}", title, winner.gain * sales, "USD million", "gain x world sales", inputs
    )


def _priced_as_counted(run: Run, form: str) -> bool:
    """Whether a tonne of the form's unit is a tonne of what is priced, not a tonne of content."""
    unit = run.base.units[run.base.step(form)]
    contents = [
        row["content"]
        for row in run.evidence.table("chain_trade").rows
        if row["form"] == form and row["basis"] == "quantity" and row["specificity"] != "bundle"
    ]
    return unit.split(" ")[0] == "t" and min(contents, default=1.0) >= LEAST_CONTENT


def _unmet(run: Run, fan: Fan, countries: Sequence[str]) -> dict[str, Quantity]:
    """Final use of the last form that is not met, mean over the months in force."""
    last = len(run.base.names.forms) - 1
    weight = run.in_force
    found = {}
    for country in countries:
        column = run.column(country)
        served = run.path.served[:, :, last, column]
        if np.isnan(served).all() or weight.sum() == 0:
            continue
        short = np.maximum(0.0, 1.0 - served) @ weight / weight.sum()
        title = f"Not delivered in force: {run.base.names.forms[-1]}, {run.name(country)}"
        found[country] = fan.quantity(
            f"unmet/{country}", title, 100 * short, "%", "mean of max(0, 1 - deliveries - stock)"
        )
    return found


def _leaked(run: Run, fan: Fan) -> Quantity:
    title = "Share of what is blocked that comes round through third countries"
    if run.leaked is None or np.isnan(run.leaked).all():
        return fan.missing("leaked", title, "%", "no flow to single countries is blocked")
    formula = "tonnes through third countries / tonnes blocked, last month in force"
    return fan.quantity("leaked", title, 100 * run.leaked, "%", formula)


def _relocation(run: Run, fan: Fan) -> Quantity:
    """Rise of other makers' output over the tonnes the measure holds back, last month in force."""
    title = "Part of what is held back that other makers make"
    months = np.flatnonzero(run.in_force)
    held = _held_back(run)
    if len(months) == 0 or not (held > 0).all():
        return fan.missing("relocation", title, "%", "nothing is held back")
    month = int(months[-1])
    base = run.path.base_output[:, run.step]
    made = np.nan_to_num(run.path.made[:, month, run.step], nan=1.0)
    rise = np.maximum(0.0, made - 1.0) * base
    rise[:, run.column(run.shock.request.actor)] = 0.0
    formula = "rise of others' output / exports or output held back, last month in force"
    return fan.quantity("relocation", title, 100 * rise.sum(axis=1) / held, "%", formula)


def _held_back(run: Run) -> Floats:
    """Tonnes a year held back in the last month in force, shape (draw,).

    Exports to those who are cut off; of an outage all that the actor makes no more.
    """
    months = np.flatnonzero(run.in_force)
    if len(months) == 0:
        return np.zeros(run.path.draws)
    if run.shock.request.instrument == "outage":
        made = run.path.base_output[:, run.step, run.column(run.shock.request.actor)]
        return np.asarray(made * run.prices.cut[:, int(months[-1])])
    aimed = cut_countries(run.shock, run.base.names.countries)
    actor = run.column(run.shock.request.actor)
    flow = run.base.network.flow[run.step, actor, aimed].sum()
    held: Floats = flow * run.prices.cut[:, int(months[-1])]
    return held
