"""Charts on made-up numbers: one of each kind, with gaps, misses and missing values in them."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, sin

from midstream.evidence.quantity import Quantity
from midstream.report.figures.arcs import Arc, arcs
from midstream.report.figures.axes import Months
from midstream.report.figures.backtest import Rival, Trial, backtest, rivals
from midstream.report.figures.fan import Event, FanData, Record, Track, fan
from midstream.report.figures.figure import Figure
from midstream.report.figures.leverage import ChainRow, CutRow, leverage_by_stage, what_is_left
from midstream.report.figures.matrix import Grid, GridRow, shared_matrix
from midstream.report.figures.months import Axes, Panel, deliveries
from midstream.report.figures.series import Line, yearly
from midstream.report.numbers import Sentence

TITLE = Sentence(("The price moves first; the shortage comes when stock is gone",))
SUBTITLE = Sentence(("What is shown, in which unit, where and when.",))
SOURCE = Sentence(("Source: made up for a test. Modelled.",))
TEXTS = (TITLE, SUBTITLE, SOURCE)


def made_up(
    value: float | None,
    spread: float | None = None,
    unit: str = "ratio",
    lineage: str = "f:sample",
) -> Quantity:
    """Give a quantity with a relative spread; ``None`` leaves the value or the interval out."""
    if value is None:
        return Quantity(None, None, None, unit, None, lineage)
    if spread is None:
        return Quantity(value, None, None, unit, "modelled", lineage)
    ends = sorted((value * (1 - spread), value * (1 + spread)))
    return Quantity(value, *ends, unit, "modelled", lineage)


def price_path(count: int = 16) -> list[float]:
    """A rise and a slow fall."""
    return [1 + 1.1 * (1 - exp(-m / 2)) * exp(-m / 9) for m in range(count)]


def fan_data(seen: float = 3.2, start: tuple[int, int] | None = (2023, 8)) -> FanData:
    """A fan with a second path and three observed values."""
    path = price_path()
    points = tuple(made_up(v, 0.03 * m, lineage=f"f:outside/{m}") for m, v in enumerate(path, 1))
    inner = tuple(made_up(v, 0.012 * m, lineage=f"f:inner/{m}") for m, v in enumerate(path, 1))
    inside = tuple(made_up(1 - 0.02 * m, lineage=f"f:inside/{m}") for m in range(len(path)))
    return FanData(
        Months(-1, len(path), start),
        Track("outside China", points, inner),
        Track("inside China", inside),
        (Event("announced", -1, "3 Jul 2023"), Event("in force", 0, "1 Aug"), Event("ends", 9)),
        tuple(
            Record(month, made_up(value, lineage=f"o-{month}"))
            for month, value in ((1, 1.4), (4, 1.8), (13, seen))
        ),
        "Price, 1 = before the announcement",
    )


def panels() -> list[Panel]:
    """Three countries; one has months that nobody reported."""
    out = []
    for place, (name, depth) in enumerate(
        {"India": 0.8, "United States": 0.5, "Japan": 0.3}.items()
    ):
        bars = tuple(
            made_up(
                None if name == "Japan" and m in {4, 5} else 1 - depth * (2 <= m < 10),
                0.12,
                "ratio",
                f"f:deliveries/{name}/{m}",
            )
            for m in range(14)
        )
        cover = tuple(
            made_up(max(0.0, 2.5 - depth * max(0, m - 1) / 2), 0.3, "month", f"f:cover/{name}/{m}")
            for m in range(14)
        )
        out.append(Panel(name, bars, cover, focus=place == 0))
    return out


def chains() -> list[ChainRow]:
    """Four chains: yes, undetermined, no, and one without evidence at a stage."""
    rows = {
        "Magnets with light rare earths": ((1.4, 3.6, 4.1, 1.2), "yes", 0.97),
        "Gallium for chips": ((0.4, 3.0, 2.8, None), "undetermined", 0.61),
        "Cobalt for batteries": ((3.9, 2.5, 1.4, 0.8), "no", 0.08),
        "Graphite anodes": ((None, 2.2, 3.9, 1.9), None, None),
    }
    return [
        ChainRow(
            name,
            name,
            {
                stage: made_up(v, 0.25, "year", f"f:leverage/{name}/{stage}")
                for stage, v in zip(("C1", "C2", "C3", "C4"), values, strict=True)
                if v is not None
            },
            answer,
            None if chance is None else made_up(chance, None, "probability", f"f:thesis/{name}"),
        )
        for name, (values, answer, chance) in rows.items()
    ]


def cuts() -> list[CutRow]:
    """What is left at three stages and nothing known at the last."""
    rows: Sequence[tuple[str, str, float | None, str]] = (
        ("C1", "Rare-earth concentrate", 39.0, "ore outside: Myanmar, United States, Australia"),
        ("C2", "NdPr oxide", 9.0, "separation outside: Malaysia"),
        ("C3", "NdFeB magnet", 92.0, "sintering outside: Japan"),
        ("C4", "Electric motors", None, ""),
    )
    return [
        CutRow(stage, form, made_up(value and value / 100, 0.08, "ratio", f"f:left/{stage}"), words)
        for stage, form, value, words in rows
    ]


def grid(columns: int = 10) -> Grid:
    """Seven forms by some sectors; two forms are shared by most."""
    names = (
        "Electric vehicles", "Wind power", "Defence", "Robotics", "Aerospace", "Batteries",
        "Solar power", "Telecom and RF", "AI infrastructure", "Semiconductors",
    )[:columns]  # fmt: skip
    forms = (
        ("C1", "Rare-earth concentrate"), ("C2", "NdPr oxide"), ("C2", "Gallium metal"),
        ("C3", "NdFeB magnet"), ("C3", "Coated spherical graphite of the purest grade"),
        ("C3", "Gallium nitride wafer"), ("C4", "Inverters"),
    )  # fmt: skip
    values = {
        (form, sector): made_up(
            abs(sin(i * 7 + j * 3)) / (1 + j % 4), None, "share", f"f:b/{i}/{j}"
        )
        for i, (_, form) in enumerate(forms)
        for j, sector in enumerate(names)
        if (i + j) % 3 or form == "NdPr oxide"
    }
    rows = tuple(
        GridRow(
            form,
            stage,
            form,
            made_up(float(sum(f == form for f, _ in values)), None, "sectors", f"f:count/{form}"),
            form in {"NdPr oxide", "NdFeB magnet"},
        )
        for stage, form in forms
    )
    totals = {
        s: made_up(float(sum(c == s for _, c in values)), None, "forms", f"f:n/{s}") for s in names
    }
    return Grid(rows, tuple((s, s) for s in names), values, totals, "sectors", "forms per sector")


def trials() -> list[Trial]:
    """Eight episodes, two missed, and two threats."""
    rows = (
        ("Rare earths 2010", 9.1, 3.2, 2.4, False), ("Antimony 2024", 2.7, 2.2, 1.7, False),
        ("Germanium 2023", 1.93, 1.6, 1.5, False), ("Gallium 2023", 1.68, 1.7, 1.6, False),
        ("Cobalt 2025", 1.57, 1.8, 1.4, False), ("Nickel ore 2014", 1.39, 1.3, 1.6, False),
        ("Graphite 2023", 1.0, 1.6, 1.5, False), ("Silver 2019", 1.0, 1.02, 1.0, True),
        ("Tin 2021", 1.2, 1.05, 1.0, True),
    )  # fmt: skip
    return [
        Trial(
            name,
            name,
            made_up(seen, None, lineage=f"o:{name}"),
            made_up(model, 0.3, lineage=f"f:model/{name}"),
            made_up(rival, None, lineage=f"f:rival/{name}"),
            null,
        )
        for name, seen, model, rival, null in rows
    ]


def predictors() -> list[Rival]:
    """Four predictors, one without a result."""
    rows = (("model", 0.31), ("refitted share rule", 0.30), ("no change", 0.52), ("static", None))
    return [
        Rival(
            name,
            made_up(mean, 0.2, "log ratio", f"f:mean/{name}"),
            made_up(mean and mean * 0.8, None, "log ratio", f"f:median/{name}"),
            name == "model",
        )
        for name, mean in rows
    ]


def lines() -> list[Line]:
    """Three forms by year; one has a gap, one has a single year."""
    made = {
        year: made_up(0.3 + 0.02 * (year - 2000), 0.06, "index", f"f:hhi/a/{year}")
        for year in range(2000, 2025)
    }
    gap = {
        year: made_up(
            None if year in {2010, 2011} else 0.7 - 0.01 * (year - 2000),
            0.1,
            "index",
            f"f:hhi/b/{year}",
        )
        for year in range(2004, 2025)
    }
    one = {2024: made_up(0.75, 0.02, "index", "f:hhi/c")}
    return [
        Line("a", "NdPr oxide", made, "output"),
        Line("b", "Cobalt, refined", gap, "output"),
        Line("c", "NdFeB magnet", one, "trade as a proxy"),
    ]


def flows() -> list[Arc]:
    """Flows over four orders of magnitude, one excluded, two without a report."""
    names = ("China", "Japan", "Germany", "United States", "India", "Vietnam")
    out = []
    for i, exporter in enumerate(names):
        for j, importer in enumerate(names):
            if i == j:
                continue
            size = 10.0 ** (4 - i * 0.5 - j * 0.2)
            reported = None if (i, j) in {(4, 5), (5, 4)} else size
            out.append(
                Arc(
                    exporter,
                    importer,
                    "NdFeB magnet",
                    made_up(reported, None, "t/yr", f"bulk:baci/{i}/{j}"),
                    made_up(size * exp(sin(i * 5 + j)), None, "t/yr", f"f:base/{i}/{j}"),
                    "unit value below any magnet" if (i, j) == (3, 0) else "",
                )
            )
    return out


def samples() -> list[Figure]:
    """One figure of each kind."""
    axes = Axes(
        Months(-2, 14), "Deliveries, % of normal", "Cover, months of use", "months after force"
    )
    return [
        fan("fan", fan_data(), *TEXTS),
        fan("fan-counted", fan_data(1.3, None), *TEXTS),
        deliveries("deliveries", panels(), axes, *TEXTS),
        leverage_by_stage("leverage", chains(), *TEXTS),
        what_is_left("cut", cuts(), *TEXTS),
        shared_matrix("matrix", grid(), *TEXTS),
        backtest("backtest", trials(), "refitted share rule", *TEXTS),
        rivals("rivals", predictors(), *TEXTS),
        yearly("series", lines(), *TEXTS),
        arcs("arcs", flows(), *TEXTS),
    ]
