"""National profiles: mean over sectors, the hollow middle, ranks with intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from midstream.chain.estimate import Floats, median, quantile
from midstream.evidence import Ledger, Node, Quantity
from midstream.scorecard.digits import verdict
from midstream.scorecard.result import CellScore, CountryProfile, Rank

#: Draws of a score at the low and the high end of the evidence box.
Ends = tuple[Floats, Floats]
STAGES = ("C1", "C2", "C3", "C4")


def profiles(
    cells: Sequence[CellScore],
    ends: Mapping[tuple[str, str, str], Ends],
    ranked: Sequence[str],
    threshold: float,
    ledger: Ledger,
    horizon: int,
) -> tuple[CountryProfile, ...]:
    """Give one profile per country.

    Means run over the sectors in which the country has evidence at all four stages. Ranks run
    over all sectors, where no evidence spans the whole ruler, so that they stay comparable.
    """
    countries = list(dict.fromkeys(cell.country for cell in cells))
    known = [cell for cell in cells if not cell.score.missing]
    ranks = _ranks(ends, [c for c in ranked if c in countries])
    made = []
    for country in countries:
        sectors = _evidenced(known, country)
        rank = ranks.get(country, {})
        made.append(_profile(country, sectors, ends, rank, threshold, ledger, horizon))
    return tuple(made)


def _evidenced(cells: Sequence[CellScore], country: str) -> list[str]:
    by_sector: dict[str, set[str]] = {}
    for cell in cells:
        if cell.country == country:
            by_sector.setdefault(cell.sector, set()).add(cell.stage)
    return [sector for sector, stages in by_sector.items() if len(stages) == len(STAGES)]


def _profile(
    country: str,
    sectors: Sequence[str],
    ends: Mapping[tuple[str, str, str], Ends],
    ranks: Mapping[str, Rank],
    threshold: float,
    ledger: Ledger,
    horizon: int,
) -> CountryProfile:
    means = {stage: _mean(ends, country, sectors, stage) for stage in STAGES} if sectors else {}
    stages: dict[str, Quantity] = {}
    digits: dict[str, int | None] = {}
    for stage in STAGES:
        lineage = f"f:score.profile/{country}/{stage}"
        inputs = tuple(f"f:score.stage/{country}/{s}/{stage}/{horizon}" for s in sectors)
        if not means:
            stages[stage] = Quantity(None, None, None, "score", None, lineage)
            digits[stage] = None
        else:
            found = verdict(*means[stage], threshold)
            stages[stage] = Quantity(
                found.value, found.low, found.high, "score", "modelled", lineage
            )
            digits[stage] = found.digit
        _enter(
            ledger, stages[stage], f"National score {stage}, {country}", inputs, "mean over sectors"
        )
    index, hollow = _hollow(country, means, ledger)
    return CountryProfile(country, stages, digits, index, hollow, dict(ranks), len(sectors))


def _mean(
    ends: Mapping[tuple[str, str, str], Ends], country: str, sectors: Sequence[str], stage: str
) -> Ends:
    parts = [ends[country, sector, stage] for sector in sectors]
    return (
        np.mean([part[0] for part in parts], axis=0),
        np.mean([part[1] for part in parts], axis=0),
    )


def _hollow(country: str, means: Mapping[str, Ends], ledger: Ledger) -> tuple[Quantity, Quantity]:
    """Hollow index and probability that C2 and C3 both lie below C1 and C4."""
    index_id, share_id = f"f:score.hollow-index/{country}", f"f:score.hollow/{country}"
    inputs = tuple(f"f:score.profile/{country}/{stage}" for stage in STAGES)
    if not means:
        index = Quantity(None, None, None, "score", None, index_id)
        share = Quantity(None, None, None, "probability", None, share_id)
    else:
        least = _index(means, outer=0, inner=1)
        most = _index(means, outer=1, inner=0)
        middle = (least[0] + most[0]) / 2
        index = _sorted(
            median(middle),
            quantile(least[0], 0.1),
            quantile(most[0], 0.9),
            "score",
            index_id,
        )
        centre = {stage: ((e[0] + e[1]) / 2, (e[0] + e[1]) / 2) for stage, e in means.items()}
        value = float(_index(centre, 0, 0)[1].mean())
        share = _sorted(
            value, float(least[1].mean()), float(most[1].mean()), "probability", share_id
        )
    formula = "(C1 + C4) / 2 - (C2 + C3) / 2"
    _enter(ledger, index, f"Hollow index, {country}", inputs, formula)
    _enter(
        ledger,
        share,
        f"Probability of a hollow middle, {country}",
        inputs,
        "share of draws with max(C2, C3) < min(C1, C4)",
    )
    return index, share


def _index(means: Mapping[str, Ends], outer: int, inner: int) -> tuple[Floats, Floats]:
    first, last = means["C1"][outer], means["C4"][outer]
    second, third = means["C2"][inner], means["C3"][inner]
    index = (first + last) / 2 - (second + third) / 2
    hollow = np.maximum(second, third) < np.minimum(first, last)
    return index, hollow.astype(float)


def _sorted(value: float, low: float, high: float, unit: str, lineage: str) -> Quantity:
    low, high = min(low, value), max(high, value)
    return Quantity(value, low, high, unit, "modelled", lineage)


def _ranks(
    ends: Mapping[tuple[str, str, str], Ends], ranked: Sequence[str]
) -> dict[str, dict[str, Rank]]:
    """Ranks by country and stage: median of the middle, interval over both ends of the box."""
    result: dict[str, dict[str, Rank]] = {country: {} for country in ranked}
    sectors = list(dict.fromkeys(sector for _, sector, _ in ends))
    for stage in STAGES if len(ranked) > 1 else ():
        means = [_mean(ends, country, sectors, stage) for country in ranked]
        low, high = np.stack([m[0] for m in means]), np.stack([m[1] for m in means])
        middle = (low + high) / 2
        for number, country in enumerate(ranked):
            others = np.arange(len(ranked)) != number
            centre = 1 + (middle[others] > middle[number]).sum(axis=0)
            best = 1 + (low[others] > high[number]).sum(axis=0)
            worst = 1 + (high[others] > low[number]).sum(axis=0)
            point = int(median(centre))
            result[country][stage] = Rank(
                point,
                min(point, int(quantile(best, 0.05))),
                max(point, int(quantile(worst, 0.95))),
            )
    return result


def _enter(
    ledger: Ledger, quantity: Quantity, title: str, inputs: tuple[str, ...], formula: str
) -> None:
    ledger.add(Node(quantity.lineage, "formula", title, quantity, inputs=inputs, formula=formula))
