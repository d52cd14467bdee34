"""Matching organisations of two countries: shortlist, reasons, readiness needed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from midstream.collaboration.drawing import Ground, draw, first, ties, with_readiness
from midstream.collaboration.matching import chosen_share, frequencies
from midstream.collaboration.register import Organisation
from midstream.collaboration.result import Match, MatchPair, Moved
from midstream.collaboration.telling import Teller, reason, steps_of, unknown_of
from midstream.collaboration.weights import Drawn, Floats, weights

#: Draws on which the readiness needed is solved.
FEW = 200
#: Ends of the 80 % interval.
ENDS = (0.1, 0.9)

#: (country, stage, forms) -> what the pair would move, if it is scored.
Movable = Callable[[str, str, Sequence[str]], Moved | None]


@dataclass(frozen=True, slots=True)
class Request:
    """What to match.

    Attributes:
        countries: The two.
        sector: Sector whose scores say which stage is weak; blank for the mean over sectors.
        least: Share of draws that makes the shortlist.
        needed: Share of draws that makes a pair firm.
    """

    countries: tuple[str, str]
    sector: str
    least: float
    needed: float


@dataclass(slots=True)
class Matcher:
    """Two sides and the ground they stand on.

    Attributes:
        ground: Scores, steps, weights, draws.
        left, right: The two sides; each holds one organisation at least.
        drawn: Draws of both sides.
        tie: Factors that set equal weights apart, shape (draw, left, right).
        worth: Weights at the central assumptions, shape (draw, left, right).
    """

    ground: Ground
    left: Sequence[Organisation]
    right: Sequence[Organisation]
    drawn: Drawn = field(init=False)
    tie: Floats = field(init=False)
    worth: Floats = field(init=False)

    def __post_init__(self) -> None:
        self.drawn = draw(self.ground, self.left, self.right)
        self.tie = ties(self.ground, self.left, self.right)
        self.worth = weights(self.drawn, self.ground.central)

    def frequencies(self) -> Floats:
        """How often each pair is chosen under each set of weights, shape (set, left, right)."""
        return np.stack(
            [frequencies(weights(self.drawn, one) * self.tie) for one in self.ground.sets]
        )

    def needed(self, row: int, column: int, share: float) -> tuple[int | None, int | None]:
        """Readiness level of each side from which on a pair is firm, the other as it is.

        Args:
            row, column: The pair.
            share: Share of draws that makes it firm.

        Returns:
            Level of the left and of the right side; ``None`` where no level does, or the level is
            on record.
        """
        places = (("left", row, self.left[row]), ("right", column, self.right[column]))
        found = [
            self._lowest(side, place, (row, column), share) if one.level is None else None
            for side, place, one in places
        ]
        return found[0], found[1]

    def _lowest(self, side: str, place: int, pair: tuple[int, int], share: float) -> int | None:
        few, tie = first(self.drawn, FEW), self.tie[:FEW]
        found = None
        # A gap in readiness is worth something as well, so that a low level may do and a middle
        # one not: the scan comes from above and stops where the pair is no longer firm.
        for level in range(self.ground.levels, 0, -1):
            changed = with_readiness(few, side, place, level / self.ground.levels)
            if chosen_share(weights(changed, self.ground.central) * tie, *pair) < share:
                break
            found = level
        return found


def match(
    matcher: Matcher,
    request: Request,
    unplaced: Sequence[Organisation],
    movable: Movable,
    teller: Teller,
    progress: Callable[[float], None] | None = None,
) -> Match:
    """Match two sides and tell the pairs chosen most often.

    Args:
        matcher: The two sides.
        request: What was asked.
        unplaced: Organisations of the two countries whose technology names no step.
        movable: What a pair would move at a stage of a country.
        teller: Makes quantities and words.
        progress: Called with the share of work done.
    """
    by_set = matcher.frequencies()
    mean = by_set.mean(axis=0)
    places = [(int(row), int(column)) for row, column in np.argwhere(mean >= request.least)]
    ids = {
        (row, column): tuple(sorted((matcher.left[row].id, matcher.right[column].id)))
        for row, column in places
    }
    # A tie falls to the ids, so that the order of the two sides does not decide.
    places.sort(key=lambda pair: (-round(float(mean[pair]), 12), ids[pair]))
    pairs = []
    for number, (row, column) in enumerate(places):
        spread = by_set[:, row, column]
        pairs.append(_pair(matcher, request, (row, column), spread, movable, teller))
        if progress is not None:
            progress((number + 1) / len(places))
    return Match(
        countries=request.countries,
        sector=request.sector,
        pairs=tuple(pairs),
        unplaced=tuple(unplaced),
        warnings=tuple(_warnings(matcher, pairs, unplaced)),
    )


def _pair(
    matcher: Matcher,
    request: Request,
    place: tuple[int, int],
    spread: Floats,
    movable: Movable,
    teller: Teller,
) -> MatchPair:
    row, column = place
    left, right = matcher.left[row], matcher.right[column]
    side = _weaker(matcher.ground.scores, left, right)
    low, high = np.quantile(spread, ENDS)
    worth = matcher.worth[:, row, column]
    firm = float(spread.mean()) >= request.needed
    levels = (None, None) if firm else matcher.needed(row, column, request.needed)
    moves = movable(side.country, side.stage, _forms(matcher.ground, left, right, side))
    return MatchPair(
        left=left,
        right=right,
        steps=steps_of(left, right, matcher.ground.steps),
        stage=side.stage,
        country=side.country,
        score=teller.score(left, right, *np.quantile(worth, (0.5, *ENDS))),
        frequency=teller.frequency(left, right, float(spread.mean()), low, high),
        chance=teller.chance(left, right, max(len(matcher.left), len(matcher.right))),
        firm=firm,
        needed_left=teller.needed(left, right, "left", levels[0]),
        needed_right=teller.needed(left, right, "right", levels[1]),
        why=reason(left, right, side, matcher.ground.steps, teller.names),
        moves=moves,
        unknown=unknown_of(left, right, moves),
    )


def _weaker(
    scores: Mapping[tuple[str, str], Floats], left: Organisation, right: Organisation
) -> Organisation:
    """The side whose stage scores lower in most draws; the id decides a tie."""
    one, other = sorted((left, right), key=lambda side: side.id)
    below = scores[one.country, one.stage] <= scores[other.country, other.stage]
    return one if below.mean() >= 0.5 else other


def _forms(
    ground: Ground, left: Organisation, right: Organisation, side: Organisation
) -> tuple[str, ...]:
    """Scored forms the pair works on: of the steps it shares, or of the step of the weaker side."""
    shared = [step for step in left.steps if step in right.steps]
    other = right if side is left else left
    own = shared or [one for one in side.steps if ground.steps[one].beside & set(other.steps)]
    forms = tuple(dict.fromkeys(form for step in own for form in ground.steps[step].forms))
    named = tuple(form for form in forms if form in (left.form, right.form))
    return named or forms


def _warnings(
    matcher: Matcher, pairs: Sequence[MatchPair], unplaced: Sequence[Organisation]
) -> Iterator[str]:
    if not any(one.firm for one in pairs):
        yield (
            "no pair is chosen in half the draws: readiness is on record for hardly any"
            " organisation"
        )
    alike = _alike(matcher.left) + _alike(matcher.right)
    if alike:
        yield (
            f"{alike} organisations are on record with the same steps as another of their country"
            " and without readiness: which of them is chosen falls to lot"
        )
    if unplaced:
        names = dict.fromkeys(one.name for one in unplaced)
        yield f"no step on record, so not matched: {', '.join(names)}"


def _alike(side: Sequence[Organisation]) -> int:
    """How many organisations of a side another one matches in all that weights rest on."""
    kinds = [(frozenset(one.steps), one.stage) for one in side if one.level is None]
    return sum(kinds.count(kind) > 1 for kind in kinds)
