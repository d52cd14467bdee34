"""The balanced base of a chain: reported trade fitted between output and use, shown arc by arc."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from midstream.chain.estimate import Floats
from midstream.chain.routes import Route, route
from midstream.chain.world import World
from midstream.errors import ModelError
from midstream.evidence import Evidence, Ledger, Node, Quantity
from midstream.evidence.quantity import Label
from midstream.market import Network
from midstream.shock.calibrate import Nodes, Uniform, arranged, margins, nodes
from midstream.shock.trade_base import Dropped, FormTrade, form_trade


@dataclass(frozen=True, slots=True)
class Arc:
    """One flow of the base beside what trade statistics report.

    Attributes:
        form, exporter, importer: Place.
        reported: Reported trade in the form's unit; no value where none is on file.
        balanced: Flow of the base.
        adjustment: ``|balanced - reported| / reported`` as a share; no value without a report.
    """

    form: str
    exporter: str
    importer: str
    reported: Quantity
    balanced: Quantity
    adjustment: Quantity


@dataclass(frozen=True)
class BalancedBase:
    """The network a shock runs on, with where it comes from.

    Attributes:
        route: The chain.
        names: Names of the axes.
        units: Unit of each step's form.
        network: Central network.
        trade: Reported trade of each step.
        reported: The same between the nodes, shape (step, exporter, importer); ``nan`` where
            nothing is on file.
        priors: Per step ``trade``, or ``gravity`` where no code of the form is on file.
        correlation: Per step correlation of the logarithms of reported and balanced flows;
            ``nan`` where fewer than three arcs have both.
        world, evidence: The world and the release it stands on.
    """

    route: Route
    names: Nodes
    units: tuple[str, ...]
    network: Network
    trade: tuple[FormTrade, ...]
    reported: Floats
    priors: tuple[str, ...]
    correlation: tuple[float, ...]
    world: World
    evidence: Evidence = field(repr=False)

    @property
    def dropped(self) -> tuple[Dropped, ...]:
        """Reported flows that are not read as a form, with the reason."""
        return tuple(row for part in self.trade for row in part.dropped)

    @property
    def adjustment(self) -> Floats:
        """``|balanced - reported| / reported``, shape (step, exporter, importer)."""
        with np.errstate(divide="ignore", invalid="ignore"):
            part = np.abs(self.network.flow - self.reported) / self.reported
        return np.where(self.reported > 0, part, np.nan)

    def step(self, form: str) -> int:
        """Place of a form in the chain."""
        return self.names.forms.index(form)

    def country(self, code: str) -> int:
        """Place of a country among the nodes."""
        return self.names.countries.index(code)

    def arcs(self, ledger: Ledger, least: float = 0.001) -> tuple[Arc, ...]:
        """Give the flows from the largest down, with their lineage.

        Args:
            ledger: Where the lineage is entered.
            least: Share of world output from which a flow is listed, reported or balanced.
        """
        self.enter_contents(ledger)
        found = []
        for step, form in enumerate(self.names.forms):
            floor = least * self.network.output[step].sum()
            shown = np.fmax(self.network.flow[step], np.nan_to_num(self.reported[step])) >= floor
            np.fill_diagonal(shown, False)
            for row, column in np.argwhere(shown):
                found.append(self._arc(ledger, step, form, int(row), int(column)))
        return tuple(sorted(found, key=lambda arc: (arc.form, -(arc.balanced.value or 0.0))))

    def enter_contents(self, ledger: Ledger) -> None:
        """Enter what turns trade into the forms, as leaves of the lineage."""
        _enter_contents(self.evidence, ledger, self.trade)

    def _arc(self, ledger: Ledger, step: int, form: str, row: int, column: int) -> Arc:
        exporter, importer = self.names.countries[row], self.names.countries[column]
        place = f"{exporter}/{importer}/{form}"
        title = f"{self.world.names.form(form)}, {exporter} to {importer}"
        # Arcs of the rest of the world are sums of many rows: the rows of the model stand for them.
        trade = self.trade[step]
        rows = trade.lineage.get((exporter, importer), trade.rows)
        reported = _number(self.reported[step, row, column])
        inputs = (*rows, *self._outputs(form, exporter, importer))
        unit = self.units[step]
        cells = (
            ("reported", reported, f"Reported trade: {title}", rows, "content x trade"),
            (
                "balanced",
                float(self.network.flow[step, row, column]),
                f"Flow of the base: {title}",
                inputs,
                "trade fitted to output and use",
            ),
            (
                "adjustment",
                _number(self.adjustment[step, row, column]),
                f"Adjustment of trade: {title}",
                tuple(f"f:shock.{part}/{place}" for part in ("reported", "balanced")),
                "|balanced - reported| / reported",
            ),
        )
        made = []
        for name, value, words, sources, formula in cells:
            lineage = f"f:shock.{name}/{place}"
            label: Label | None = None if value is None else "modelled"
            measured = "share" if name == "adjustment" else unit
            quantity = Quantity(value, None, None, measured, label, lineage)
            known = tuple(source for source in sources if source in ledger)
            ledger.add(Node(lineage, "formula", words, quantity, inputs=known, formula=formula))
            made.append(quantity)
        return Arc(form, exporter, importer, *made)

    def _outputs(self, form: str, *countries: str) -> tuple[str, ...]:
        estimates = [self.world.outputs.get((form, country)) for country in countries]
        named = tuple(estimate.lineage for estimate in estimates if estimate is not None)
        return (*named, self.world.world_output[form].lineage)


def _enter_contents(evidence: Evidence, ledger: Ledger, trade: Sequence[FormTrade]) -> None:
    """Enter the rows of ``chain_trade`` that were used as leaves."""
    used = {row for part in trade for row in part.rows}
    for row in evidence.table("chain_trade").rows:
        if row["id"] in used:
            sources = row["source"] or ()
            label = evidence.label_of_sources(sources) if sources else "modelled"
            per = "t" if row["basis"] == "quantity" else "thousand USD"
            content = Quantity(
                row["content"],
                row["content_low"],
                row["content_high"],
                f"form unit per {per}",
                label,
                row["id"],
            )
            title = f"Content: {evidence.forms[row['form']]['name']} in HS {row['hs6']}"
            joined = ";".join(sources) or None
            node = Node(row["id"], "assumption", title, content, joined, note=row["note"] or "")
            ledger.add(node)


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def balanced_base(
    evidence: Evidence, world: World, chain: str, keep: Sequence[str] = ()
) -> BalancedBase:
    """Give the balanced base of a chain.

    Args:
        evidence: The release.
        world: The world.
        chain: Id of the chain.
        keep: Countries that have to be nodes of the network.

    Raises:
        InputError: if the chain is unknown or lacks evidence, saying what is missing.
    """
    line = route(evidence, world, chain)
    trade = tuple(form_trade(evidence, step.form, world.base_year) for step in line.counted)
    names = nodes(
        world,
        line,
        trade,
        keep,
        _value(evidence, "shock.network.producer"),
        _value(evidence, "shock.network.importer"),
    )
    (network,) = _networks(evidence, world, line, names, trade, [None])
    reported = np.array(
        [arranged(names, part.flows) if part.flows else _blank(names) for part in trade]
    )
    reported[reported == 0] = np.nan
    return BalancedBase(
        route=line,
        names=names,
        units=tuple(world.units[form] for form in names.forms),
        network=network,
        trade=trade,
        reported=reported,
        priors=tuple("trade" if part.flows else "gravity" for part in trade),
        correlation=tuple(map(_correlation, reported, network.flow)),
        world=world,
        evidence=evidence,
    )


def _blank(names: Nodes) -> Floats:
    return np.full((len(names.countries),) * 2, np.nan)


def _value(evidence: Evidence, name: str) -> float:
    return float(evidence.parameter(name).value or 0.0)


def _correlation(reported: Floats, balanced: Floats) -> float:
    both = (reported > 0) & (balanced > 0)
    if both.sum() < 3:
        return float("nan")
    return float(np.corrcoef(np.log(reported[both]), np.log(balanced[both]))[0, 1])


def sampled_networks(
    evidence: Evidence, base: BalancedBase, count: int, seed: int
) -> tuple[Network, ...]:
    """Draw networks whose output, shares passed on and shares of use follow the evidence.

    The first is the central one. A network depends on the seed, its number and the names of what
    is drawn, not on how many there are.
    """
    streams = [_stream(seed, number) for number in range(1, count)]
    drawn = _networks(evidence, base.world, base.route, base.names, base.trade, streams)
    return (base.network, *drawn)


def _stream(seed: int, number: int) -> Uniform:
    def uniform(name: str) -> float:
        entropy = [seed, number, zlib.crc32(name.encode())]
        return float(np.random.Generator(np.random.SFC64(entropy)).random())

    return uniform


def _networks(
    evidence: Evidence,
    world: World,
    line: Route,
    names: Nodes,
    trade: Sequence[FormTrade],
    draws: Sequence[Uniform | None],
) -> list[Network]:
    """Margins and flows of some draws of the evidence; ``None`` takes central values."""
    if not draws:
        return []
    floor = _value(evidence, "shock.network.import-floor")
    sums = [margins(world, line, names, trade, floor, uniform) for uniform in draws]
    weights = {
        name: _value(evidence, f"shock.network.{name}") for name in ("home", "diagonal", "mixing")
    }
    start = [
        [
            prior(names, trade[step], one.output[step], one.purchases[step], **weights)
            for step in range(len(names.forms))
        ]
        for one in sums
    ]
    output = np.array([one.output for one in sums])
    flow = balanced(np.array(start), output, np.array([one.purchases for one in sums]))
    return [
        Network(
            one.output,
            flow[number],
            one.input_use,
            one.final_use,
            steps=names.forms,
            countries=names.countries,
            uses=names.uses,
        )
        for number, one in enumerate(sums)
    ]


def prior(
    names: Nodes,
    trade: FormTrade,
    output: Floats,
    purchases: Floats,
    *,
    home: float,
    diagonal: float,
    mixing: float,
) -> Floats:
    """Give the flows of one step before they are fitted, shape (exporter, importer).

    With trade on file: trade (`unnamed_makers`), and domestic sales ``max(X - exports, diagonal
    x min(X, Q))``.
    Without: the part ``home`` of ``min(X, Q)`` stays at home, the rest goes by gravity,
    ``(X - own) (Q - own)' / sum``. Both plus ``mixing x X Q' / sum X``, so that new routes exist.
    """
    total = output.sum()
    both = np.minimum(output, purchases)
    if trade.flows:
        flows = unnamed_makers(arranged(names, trade.flows), output)
        own = np.maximum(output - flows.sum(axis=1), diagonal * both)
    else:
        own = home * both
        left = output - own
        flows = np.outer(left, purchases - own) / max(left.sum(), 1e-300)
    result: Floats = flows + np.diag(own) + mixing * np.outer(output, purchases) / total
    return result


def unnamed_makers(flows: Floats, output: Floats) -> Floats:
    """Book the net exports of countries nobody names as makers under the rest of the world.

    Such a country either passes goods on or makes what the evidence has no line for: the part of
    its exports beyond its imports is made by somebody, and the last node is everybody unnamed.
    """
    moved = flows.copy()
    exports, imports = flows.sum(axis=1), flows.sum(axis=0)
    net = np.divide(exports - imports, exports, out=np.zeros_like(exports), where=exports > 0)
    made = np.where(output > 0, 0.0, np.maximum(0.0, net))
    moved[-1] += (made[:, None] * flows).sum(axis=0)
    moved[-1, -1] = 0.0
    moved *= np.where(output > 0, 1.0, 1.0 - made)[:, None]
    return moved


def balanced(
    start: Floats,
    rows: Floats,
    columns: Floats,
    tolerance: float = 1e-12,
    sweeps: int = 20_000,
) -> Floats:
    """Fit arrays to row and column sums by scaling rows and columns in turn (RAS).

    Each array stops at its own last sweep, so that none depends on those fitted beside it.

    Args:
        start: Priors, shape (..., exporter, importer), not negative.
        rows, columns: Sums to meet, shape (..., country); they have the same total.
        tolerance: Largest relative error of a row sum.
        sweeps: Most sweeps.

    Raises:
        ModelError: if the sums differ in total or are not met after the last sweep.
    """
    size = start.shape[-1]
    rows, columns = rows.reshape(-1, size), columns.reshape(-1, size)
    apart = np.abs(rows.sum(axis=1) - columns.sum(axis=1)) > 1e-9 * rows.sum(axis=1)
    if apart.any():
        one, other = rows[apart][0].sum(), columns[apart][0].sum()
        raise ModelError(f"row sums add up to {one:g}, column sums to {other:g}")
    flow = np.where(rows[:, :, None] > 0, start.reshape(-1, size, size), 0.0)
    flow *= columns[:, None] > 0
    fitted, left = np.empty_like(flow), np.arange(len(flow))
    error = np.full(len(flow), np.inf)
    for _ in range(sweeps):
        flow *= _ratio(rows, flow.sum(axis=2))[:, :, None]
        flow *= _ratio(columns, flow.sum(axis=1))[:, None]
        error = np.abs(_ratio(flow.sum(axis=2), rows) - (rows > 0)).max(axis=1)
        if (error <= tolerance).any():
            met = error <= tolerance
            fitted[left[met]] = flow[met]
            left, flow, rows, columns = left[~met], flow[~met], rows[~met], columns[~met]
            if len(left) == 0:
                return fitted.reshape(start.shape)
    raise ModelError(f"trade cannot be fitted to output and use: error {error.max():.2g}")


def _ratio(wanted: Floats, have: Floats) -> Floats:
    return np.divide(wanted, have, out=np.zeros_like(have), where=have > 0)
