"""Export in the format of the Integrated Assessment Modeling Consortium (IAMC), and its check.

A wide table: ``Model, Scenario, Region, Variable, Unit`` and one column a year. All draws together
are the scenario `ALL` with the variables ``...|P10``, ``...|P50`` and ``...|P90``; each region of
outcomes is a scenario with the median of its draws. A number that is not known is a blank.
"""

from __future__ import annotations

import csv
import functools
import itertools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from midstream.chain.estimate import Floats
from midstream.chain.world import World
from midstream.errors import InputError
from midstream.scenarios.frame import Frame, Needs, Paths
from midstream.scenarios.market_result import FutureMarket
from midstream.scenarios.scores_result import FutureScores
from midstream.terms import SECTORS

HEAD = ("Model", "Scenario", "Region", "Variable", "Unit")
#: Scenario of all draws together.
ALL = "All draws"
_SHARES = {"P10": 0.1, "P50": 0.5, "P90": 0.9}


@dataclass(frozen=True, slots=True)
class IamcInput:
    """What is exported.

    Attributes:
        model: Name and version of the model.
        world: World of the base year, for names and units.
        frame: Draws and years.
        paths, needs: The outlook.
        scores: Scores ahead, if any.
        markets: Chains ahead, by none or more.
        regions: Region of outcomes of each draw, shape (draw,); empty for none.
        names: Names of the regions.
        countries: Countries to export; empty takes those of the world.
    """

    model: str
    world: World
    frame: Frame
    paths: Paths
    needs: Needs
    scores: FutureScores | None = None
    markets: Sequence[FutureMarket] = ()
    regions: NDArray[np.int64] | None = None
    names: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class IamcRow:
    """One line of the table; years without a number are not in `values`."""

    model: str
    scenario: str
    region: str
    variable: str
    unit: str
    values: Mapping[int, float]


@dataclass(frozen=True, slots=True)
class Series:
    """Draws of one variable in one region: shape (draw, year)."""

    region: str
    variable: str
    unit: str
    years: tuple[int, ...]
    drawn: Floats


def rows(given: IamcInput) -> tuple[IamcRow, ...]:
    """Give the lines of the table.

    Raises:
        InputError: if regions and draws do not fit.
    """
    _check_regions(given)
    by_region = functools.cache(lambda draws: _by_region(given, draws))
    found: list[IamcRow] = []
    for series in _series(given):
        order, ends = by_region(len(series.drawn))
        # Draws by year, the regions one after the other, so that each is sorted by itself.
        drawn = np.take(series.drawn.T, order, axis=1)
        for scenario, (first, last) in zip(given.names, ends, strict=True):
            if first < last:
                middle = _quantile(np.sort(drawn[:, first:last]), 0.5)
                found.extend(_row(given.model, scenario, series, "", middle))
        drawn.sort()
        for name, share in _SHARES.items():
            found.extend(_row(given.model, ALL, series, f"|{name}", _quantile(drawn, share)))
    return tuple(sorted(found, key=lambda row: (row.scenario, row.region, row.variable)))


def _by_region(given: IamcInput, draws: int) -> tuple[NDArray[np.int64], list[tuple[int, int]]]:
    """The first draws in the order of their regions; where each region begins and ends in it."""
    if given.regions is None:
        return np.arange(draws), []
    regions = given.regions[:draws]
    order = np.argsort(regions, kind="stable")
    edges = np.searchsorted(regions[order], np.arange(len(given.names) + 1))
    return order, list(itertools.pairwise(edges.tolist()))


def _quantile(ordered: Floats, share: float) -> Floats:
    """Number below which a share of sorted numbers lies, (year,); ``nan`` where one is missing."""
    place = (ordered.shape[1] - 1) * share
    below = int(place)
    part, low = place - below, ordered[:, below]
    high = ordered[:, min(below + 1, ordered.shape[1] - 1)]
    step = high - low
    found = low + step * part if part < 0.5 else high - step * (1 - part)
    return np.where(np.isnan(ordered[:, -1]), np.nan, found)


def _row(
    model: str, scenario: str, series: Series, suffix: str, numbers: Floats
) -> Iterator[IamcRow]:
    pairs = zip(series.years, numbers.tolist(), strict=True)
    values = {year: number for year, number in pairs if math.isfinite(number)}
    if values:
        name = series.variable + suffix
        yield IamcRow(model, scenario, series.region, name, series.unit, values)


def _check_regions(given: IamcInput) -> None:
    regions = given.regions
    if (regions is None) != (not given.names):
        raise _error("regions without names, or names without regions", "give both or none")
    if regions is None:
        return
    if regions.shape != (given.frame.draws,):
        raise _error(f"{regions.shape} regions", f"give one to each of {given.frame.draws} draws")
    if regions.min() < 0 or regions.max() >= len(given.names):
        raise _error("a region without a name", "number regions from 0 in the order of the names")


# -- series ------------------------------------------------------------------------------------


def _series(given: IamcInput) -> Iterator[Series]:
    """Every variable of every region."""
    yield from _path_series(given)
    yield from _need_series(given)
    if given.scores is not None:
        yield from _score_series(given.scores, given.countries)
    for market in given.markets:
        yield from _market_series(market, given.countries)


def _path_series(given: IamcInput) -> Iterator[Series]:
    """Capacity; output and coverage where today's output is on record."""
    paths, years = given.paths, given.paths.frame.years
    for number, (form, country) in enumerate(paths.places):
        if not _wanted(given, country):
            continue
        region, name = given.world.names.country(country), _name(given.world.names.form(form))
        unit = _per_year(given.world.units[form])
        yield Series(region, f"Capacity|{name}", unit, years, paths.capacity[:, :, number])
        output = paths.output[:, :, number]
        if not paths.counted[number]:
            yield Series(region, f"Output|On Record|{name}", unit, years, output)
            continue
        yield Series(region, f"Output|{name}", unit, years, output)
        if (form, country) in given.needs.places:
            need = given.needs.of(form, country)
            with np.errstate(divide="ignore", invalid="ignore"):
                cover = np.where(need > 0, output / need, np.nan)
            yield Series(region, f"Coverage|{name}", "1", years, cover)


def _need_series(given: IamcInput) -> Iterator[Series]:
    years, names = given.needs.frame.years, given.world.names
    for number, (form, country) in enumerate(given.needs.places):
        if not _wanted(given, country) and not country.startswith("WLD"):
            continue
        variable, unit = f"Need|{_name(names.form(form))}", _per_year(given.world.units[form])
        drawn = given.needs.need[:, :, number]
        yield Series(_region(given.world, country), variable, unit, years, drawn)


def _score_series(scores: FutureScores, countries: Sequence[str]) -> Iterator[Series]:
    middle = scores.score
    for column, country in enumerate(scores.countries):
        if countries and country not in countries:
            continue
        region = scores.world.names.country(country)
        for number, sector in enumerate(scores.sectors):
            for at, stage in enumerate(scores.stages):
                drawn = middle[:, :, column, number, at].astype(float)
                name = f"Score|{_name(SECTORS[sector])}|{stage}"
                yield Series(region, name, "score 1-5", scores.years, drawn)


def _market_series(market: FutureMarket, countries: Sequence[str]) -> Iterator[Series]:
    """Prices of the steps for the world, deliveries for countries."""
    world, years, state = market.base.world, market.years, market.state
    unit = f"index ({world.base_year} = 1)"
    chain = _name(market.base.route.name)
    for step, form in enumerate(market.forms):
        name = _name(world.names.form(form))
        leader = market.leaders[step]
        where = f"{chain}|{name}"
        outside = state.outside[:, :, step]
        yield Series("World", f"Price Index|Outside Leader|{where}", unit, years, outside)
        if leader is not None:
            region, inside = world.names.country(leader), state.inside[:, :, step]
            yield Series(region, f"Price Index|{where}", unit, years, inside)
        for column, country in enumerate(market.countries):
            if country in (countries or world.countries):
                drawn = state.delivered[:, :, step, column]
                region = world.names.country(country)
                yield Series(region, f"Deliveries over Need|{where}", "1", years, drawn)


def _wanted(given: IamcInput, country: str) -> bool:
    return country in (given.countries or given.world.countries)


def _region(world: World, country: str) -> str:
    """IAMC name of a region: countries by name, the world as World."""
    if country == "WLD":
        return "World"
    if country.startswith("WLD-"):
        return f"World excluding {world.names.country(country.removeprefix('WLD-'))}"
    return world.names.country(country)


def _name(text: str) -> str:
    """A name as part of a variable; the bar is the separator of the format."""
    return text.replace("|", "/").strip()


def _per_year(unit: str) -> str:
    """Unit of a yearly amount; shares of the world's output have no time in them."""
    return unit if unit.endswith("/yr") or unit.startswith("%") else f"{unit}/yr"


# -- files -------------------------------------------------------------------------------------


def write(path: Path, lines: Iterable[IamcRow]) -> Path:
    """Write lines as a wide CSV file; the same lines give the same bytes.

    Args:
        path: File to write.
        lines: Lines; their years become the columns.
    """
    kept = list(lines)
    years = sorted({year for row in kept for year in row.values})
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([*HEAD, *years])
        for row in kept:
            numbers = [f"{row.values[y]:.6g}" if y in row.values else "" for y in years]
            words = (row.model, row.scenario, row.region, row.variable, row.unit)
            writer.writerow([*words, *numbers])
    return path


def check(path: Path) -> int:
    """Check that a file keeps to the format.

    The columns are the five of the format, then years in order; no line is there twice, no word
    is blank, every cell is a finite number or blank, no line is all blank, a variable has one
    unit.

    Returns:
        Number of lines.

    Raises:
        InputError: names file, line and what is wrong.
    """
    with path.open(encoding="utf-8", newline="") as file:
        lines = list(csv.reader(file, strict=True))
    _check_head(path, lines[0] if lines else [])
    seen: set[tuple[str, ...]] = set()
    units: dict[str, str] = {}
    for number, line in enumerate(lines[1:], start=2):
        fault = _fault(line, len(lines[0]), seen, units)
        if fault:
            raise _error(f"{path.name}:{number}: {fault}", "write the table anew")
        seen.add(tuple(line[:4]))
        units[line[3]] = line[4]
    return len(lines) - 1


def _check_head(path: Path, head: Sequence[str]) -> None:
    years = head[len(HEAD) :]
    named = tuple(head[: len(HEAD)]) == HEAD and bool(years)
    dated = all(len(year) == 4 and year.isdigit() for year in years)
    if not (named and dated and list(years) == sorted(set(years))):
        raise _error(f"{path.name}:1: the columns are {', '.join(head)}", "see HEAD, then years")


def _fault(
    line: Sequence[str], width: int, seen: set[tuple[str, ...]], units: Mapping[str, str]
) -> str:
    """What is wrong with a line; blank if nothing is."""
    if len(line) != width:
        return f"{len(line)} cells instead of {width}"
    words, cells = line[: len(HEAD)], [cell for cell in line[len(HEAD) :] if cell]
    if not all(word.strip() for word in words):
        return "a blank word"
    if tuple(words[:4]) in seen:
        return "the line is there twice"
    if units.get(words[3], words[4]) != words[4]:
        return f"{words[3]} has two units"
    if not cells:
        return "no number"
    return next((f"{cell!r} is no number" for cell in cells if not _finite(cell)), "")


def _finite(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def _error(what: str, mend: str) -> InputError:
    return InputError(what, "IAMC table", "others could not read it", mend)
