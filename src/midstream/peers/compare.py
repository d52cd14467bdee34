"""Countries beside each other: scores, ranks, pairs, distance, what the leader does differently."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np

from midstream.evidence import Label, Ledger, Node, Quantity
from midstream.peers.differences import difference
from midstream.peers.distance import Between, distance
from midstream.peers.ranks import Chance, Ends, RankRange, p_ahead, p_level, ranks, verdict
from midstream.peers.result import Difference, Distance, PeerPair, PeerRank, PeerRow, Peers
from midstream.scorecard.result import CellScore, Scorecard
from midstream.scorecard.run import Run
from midstream.terms import SECTORS

#: Probability that has to be reached at both ends of the box to be called ahead.
LEAST = "peers.ahead"
#: Points within which two scores read as level.
LEVEL = "peers.level"


@dataclass(frozen=True, slots=True)
class Request:
    """What to compare.

    Attributes:
        countries: Countries, the focus first.
        sectors: Sectors; empty for the mean.
        stages: Stages.
        focus: Country the leader is compared with; blank for none.
        averaged: Sectors of the mean.
    """

    countries: tuple[str, ...]
    sectors: tuple[str, ...]
    stages: tuple[str, ...]
    focus: str
    averaged: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """A country at a stage: its score and drawn ends."""

    country: str
    score: Quantity
    digit: tuple[int | None, int, int]
    ends: Ends
    cell: CellScore | None

    @property
    def known(self) -> bool:
        """Whether there is evidence on it."""
        return not self.score.missing

    @property
    def value(self) -> float:
        """Median score; the bottom of the ruler where nothing is known."""
        return self.score.value or 1.0


def compare(run: Run, card: Scorecard, request: Request, ledger: Ledger) -> Peers:
    """Compare countries on one ruler.

    Args:
        run, card: A scored run that holds the countries and sectors, and its result.
        request: What to compare.
        ledger: Where nodes are entered.

    Returns:
        Rows, pairs and differences. No figure of one country depends on which others are
        compared, apart from ranks and from who stands just above.
    """
    ledger.nodes.update(run.ledger.nodes)
    rows: list[PeerRow] = []
    pairs: list[PeerPair] = []
    found: list[Difference] = []
    for sector in request.sectors or ("",):
        for stage in request.stages:
            place = Place(run, card, request, ledger, sector, stage)
            pairs += place.pairs()
            rows += place.rows(pairs)
            found += place.differences()
    return Peers(
        countries=request.countries,
        sectors=request.sectors,
        horizon=run.settings.horizon,
        rows=tuple(rows),
        pairs=tuple(pairs),
        differences=tuple(found),
        warnings=tuple(_warnings(rows)),
    )


def _warnings(rows: Sequence[PeerRow]) -> Iterator[str]:
    unknown = sum(row.score.missing for row in rows)
    if unknown:
        yield f"no evidence on {unknown} of {len(rows)} rows: they have a range and no rank"


@dataclass(slots=True)
class Place:
    """One stage of one sector (blank: mean over sectors) with every country compared."""

    run: Run
    card: Scorecard
    request: Request
    ledger: Ledger
    sector: str
    stage: str
    standings: tuple[Standing, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.standings = tuple(self._standing(one) for one in self.request.countries)

    @property
    def title(self) -> str:
        """The place in words."""
        return f"{SECTORS[self.sector] if self.sector else 'mean over sectors'} {self.stage}"

    def _standing(self, country: str) -> Standing:
        if self.sector:
            cell = self._cell(country)
            digits = (cell.digit, cell.digit_low, cell.digit_high)
            ends = self.run.ends[country, self.sector, self.stage]
            return Standing(country, cell.score, digits, ends, cell)
        profile = self.card.profile(country)
        score, digit = profile.stages[self.stage], profile.digits[self.stage]
        low, high = (
            (1, 5)
            if score.low is None or score.high is None
            else (int(score.low + 0.5), int(score.high + 0.5))
        )
        digits = (digit, digit or low, digit or high)
        return Standing(country, score, digits, self._mean(country), None)

    def _cell(self, country: str) -> CellScore:
        return self.card.cell(country, self.sector, self.stage)

    def _mean(self, country: str) -> Ends:
        sectors = self.request.averaged
        parts = [self.run.ends[country, sector, self.stage] for sector in sectors]
        low, high = (np.mean([part[end] for part in parts], axis=0) for end in (0, 1))
        return low, high

    def _id(self, name: str, *words: str) -> str:
        where = f"{self.sector or 'mean'}/{self.stage}/{self.run.settings.horizon}"
        return f"f:peers.{name}/{'/'.join(words)}/{where}"

    # -- pairs ---------------------------------------------------------------------------------

    def pairs(self) -> list[PeerPair]:
        """Every two countries, once, in the order of the countries."""
        least = self.run.evidence.parameter(LEAST).value or 1.0
        return [self._pair(one, other, least) for one, other in combinations(self.standings, 2)]

    def _pair(self, one: Standing, other: Standing, least: float) -> PeerPair:
        known = one.known and other.known
        ahead, behind = (
            p_ahead(one.ends, other.ends, known),
            p_ahead(other.ends, one.ends, known),
        )
        same = p_level(one.ends, other.ends) if known else None
        return PeerPair(
            left=one.country,
            right=other.country,
            sector=self.sector,
            stage=self.stage,
            p_left=self._chance("ahead", one, other, ahead),
            p_right=self._chance("ahead", other, one, behind),
            p_level=self._chance("level", one, other, Chance(same, *_both(same))),
            verdict=verdict(ahead, behind, least),
        )

    def _chance(self, name: str, one: Standing, other: Standing, found: Chance) -> Quantity:
        names = self.run.world.names
        lineage = self._id(name, one.country, other.country)
        quantity = _modelled(found.value, (found.low, found.high), "probability", lineage)
        verb = "is ahead of" if name == "ahead" else "is level with"
        title = f"{names.country(one.country)} {verb} {names.country(other.country)}: {self.title}"
        formula = "share of common draws; low and high at the ends of both evidence boxes"
        inputs = (one.score.lineage, other.score.lineage, f"par:{LEAST}")
        self.ledger.add(Node(lineage, "formula", title, quantity, None, inputs, formula))
        return quantity

    # -- rows ----------------------------------------------------------------------------------

    def rows(self, pairs: Sequence[PeerPair]) -> list[PeerRow]:
        """One row a country, in the order of the countries."""
        own = [one for one in pairs if (one.sector, one.stage) == (self.sector, self.stage)]
        ranges = ranks([one.ends for one in self.standings], [one.known for one in self.standings])
        return [self._row(one, rank, own) for one, rank in zip(self.standings, ranges, strict=True)]

    def _row(self, one: Standing, rank: RankRange, pairs: Sequence[PeerPair]) -> PeerRow:
        said: dict[str, list[str]] = {word: [] for word in _TURNED}
        for pair in pairs:
            if one.country in (pair.left, pair.right):
                first = one.country == pair.left
                word = pair.verdict if first else _TURNED[pair.verdict]
                said[word].append(pair.right if first else pair.left)
        digit, low, high = one.digit
        return PeerRow(
            country=one.country,
            sector=self.sector,
            stage=self.stage,
            score=one.score,
            digit=digit,
            digit_low=low,
            digit_high=high,
            rank=self._rank(one, rank),
            ahead_of=tuple(said["ahead"]),
            behind=tuple(said["behind"]),
            not_separable=tuple(said["not separable"]),
            next=self._next(one),
        )

    def _rank(self, one: Standing, rank: RankRange) -> PeerRank:
        among = self.request.countries
        lineage = self._id("rank", one.country, "+".join(among))
        quantity = _modelled(rank.p50, (rank.low, rank.high), "rank", lineage)
        title = f"Rank of {self.run.world.names.country(one.country)}: {self.title}"
        formula = "1 + countries above, by draw: median; 5 % of the best and 95 % of the worst case"
        inputs = tuple(other.score.lineage for other in self.standings)
        self.ledger.add(Node(lineage, "formula", title, quantity, None, inputs, formula))
        return PeerRank(rank.p50, rank.low, rank.high, len(among), quantity)

    def _next(self, one: Standing) -> Distance | None:
        if not one.known:
            return None
        level = self.run.evidence.parameter(LEVEL).value or 0.0
        above = [other for other in self._by_score() if other.value > one.value + level]
        if not above:
            return None
        other = above[-1]
        two = Between(
            own=one.country,
            above=other.country,
            sector=self.sector,
            stage=self.stage,
            ends=(one.ends, other.ends),
            scores=(one.score, other.score),
        )
        return distance(self.run, self.ledger, two, one.cell)

    def _by_score(self) -> list[Standing]:
        """Countries with evidence, the highest score first; the order asked for on a tie."""
        return sorted((one for one in self.standings if one.known), key=lambda one: -one.value)

    # -- differences ---------------------------------------------------------------------------

    def differences(self) -> Iterator[Difference]:
        """What the leader does differently from the focus, where both are known."""
        known = self._by_score()
        own = next((one for one in known if one.country == self.request.focus), None)
        if own is None or own.cell is None:
            return
        leader = known[0]
        if leader.country != own.country:
            form = own.cell.forms[0].form
            yield difference(
                self.run,
                self.ledger,
                own.country,
                leader.country,
                self.sector,
                self.stage,
                form,
            )


_TURNED = {"ahead": "behind", "behind": "ahead", "not separable": "not separable"}


def _modelled(value: float | None, span: tuple[float, float], unit: str, lineage: str) -> Quantity:
    """A modelled quantity; one without a value keeps its bounds."""
    known = None if value is None else float(value)
    label: Label | None = None if value is None else "modelled"
    return Quantity(known, float(span[0]), float(span[1]), unit, label, lineage)


def _both(value: float | None) -> tuple[float, float]:
    return (0.0, 1.0) if value is None else (value, value)
