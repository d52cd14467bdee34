"""Charts of futures and money on made-up numbers, with gaps and missing values in them."""

from __future__ import annotations

from midstream.evidence.quantity import Quantity
from midstream.report.figures.chances import Chance, chances
from midstream.report.figures.figure import Figure
from midstream.report.figures.pathways import Level, Pathway, pathways
from midstream.report.figures.survival import Curve, survival
from midstream.report.figures.tornado import Swing, tornado
from midstream.report.figures.waterfall import Layer, waterfall
from midstream.report.numbers import Sentence
from units.report.chart_samples import TEXTS, made_up

YEARS = tuple(range(2025, 2036))


def share(value: float, spread: float | None = 0.2, name: str = "p") -> Quantity:
    """A probability with its interval, kept within 0..1."""
    low, high = (None, None) if spread is None else (value * (1 - spread), value * (1 + spread))
    kept = None if high is None else min(high, 1.0)
    return Quantity(value, low, kept, "probability", "modelled", f"f:{name}/{value}")


def pathway(name: str, top: float, *, need: bool = True, level: float | None = None) -> Pathway:
    """A path that takes off in the middle of the decade."""
    points = tuple(
        made_up(top * max(0, place - 3) / 7, 0.8, "t/yr", f"f:path/{name}/{year}")
        for place, year in enumerate(YEARS)
    )
    needs = tuple(
        made_up(top * (1.1 + 0.12 * place), 0.3, "t/yr", f"f:need/{name}/{year}")
        for place, year in enumerate(YEARS)
    )
    mark = None if level is None else Level("scheme target", made_up(level, None, "t/yr", "sch-x"))
    return Pathway(name, "tonnes a year", YEARS, points, needs if need else (), mark)


def outcomes() -> list[Chance]:
    """Four outcomes, one of them with an expert's number."""
    words = Sentence(("at least one product covers a quarter of what the country needs",))
    return [
        Chance("Stalled", Sentence(("no product at volume",)), share(0.31, 0.3, "a")),
        Chance("Conservative", words, share(0.6, 0.1, "b"), share(0.5, None, "e")),
        Chance("Accelerated", words, share(0.08, 0.5, "c")),
        Chance("Breakthrough", words, share(0.01, None, "d")),
    ]


def layers() -> list[Layer]:
    """Money needed, three layers, and what is left."""
    return [
        Layer("Build cost", "", made_up(690, 0.2, "USD million", "f:uses"), "need"),
        Layer("Capital grant", "Union government", made_up(84, None, "USD million", "f:grant")),
        Layer("Commercial debt", "banks", made_up(300, 0.3, "USD million", "f:debt")),
        Layer("Equity", "sponsors", made_up(170, 0.4, "USD million", "f:equity")),
        Layer("Still to be raised", "nobody yet", made_up(136, 0.9, "USD million", "f:g"), "gap"),
    ]


def curves() -> list[Curve]:
    """Three groups of entrants over five years."""
    falls = {"uncovered": 0.25, "half covered": 0.12, "all covered": 0.02}
    return [
        Curve(name, tuple(share(max(0.0, 1 - fall * year), 0.15, f"{name}") for year in range(6)))
        for name, fall in falls.items()
    ]


def swings() -> list[Swing]:
    """Three drivers, one of them without effect, one that works downwards."""
    return [
        Swing("Delivery of schemes", share(0.06, None, "l1"), share(0.52, None, "h1")),
        Swing("Counter-move", share(0.3, None, "l2"), share(0.18, None, "h2")),
        Swing("Feed", share(0.25, None, "l3"), share(0.25, None, "h3")),
    ]


def future_samples() -> list[Figure]:
    """One of each kind."""
    paths = [
        pathway("NdPr oxide", 900),
        pathway("NdFeB magnet", 4000, level=6000),
        pathway("Li-ion cells", 60, need=False),
    ]
    return [
        pathways("sample-pathways", paths, "Capacity", *TEXTS),
        chances("sample-chances", outcomes(), *TEXTS),
        waterfall("sample-waterfall", layers(), "USD million", *TEXTS),
        survival("sample-survival", curves(), range(6), *TEXTS),
        tornado("sample-tornado", swings(), share(0.25, None, "mid"), "Probability", *TEXTS),
    ]
