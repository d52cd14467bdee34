"""The best answer of an incumbent on a grid of moves, by objective: complete enumeration.

It shows where an incentive appears and which assumption carries it; it is not a forecast.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from midstream.chain.estimate import Floats
from midstream.counterstrategy.field import Field
from midstream.counterstrategy.game import Game
from midstream.counterstrategy.moves import Kind, Move
from midstream.counterstrategy.payoff import Exits, Outcome, outcome
from midstream.errors import InputError


@dataclass(frozen=True, slots=True)
class Response:
    """Payoffs of all moves under all objectives.

    Attributes:
        moves: Moves, the second axis.
        objectives: Pairs of lambda and theta, the first axis.
        expected: Mean payoff, USD million, shape (objective, move).
        positive: Chance that the payoff is above zero, same shape.
        outcomes: What each move does.
    """

    moves: tuple[Move, ...]
    objectives: tuple[tuple[float, float], ...]
    expected: Floats
    positive: Floats
    outcomes: tuple[Outcome, ...]

    def best(self, objective: int, kind: Kind | None = None) -> int | None:
        """Number of the move with the highest mean payoff; ``None`` if none beats doing nothing.

        The first of equals is taken: moves stand from the mildest to the hardest.
        """
        values = self.expected[objective]
        allowed = [
            index for index, move in enumerate(self.moves) if kind is None or move.kind == kind
        ]
        if not allowed:
            return None
        best = max(allowed, key=lambda index: (values[index], -index))
        return best if values[best] > 0 else None

    def break_even(self, home_weight: float, kind: Kind) -> float | None:
        """Smallest theta at which a move of a kind pays, USD million a year.

        ``min over moves of E[cost - sales] / E[kept out]``, from zero up; ``None`` where no move
        of the kind keeps anything out.
        """
        found = []
        for one in self.outcomes:
            kept = float(one.kept_out.mean())
            short = float((one.cost(home_weight) - one.sales).mean())
            if one.move.kind == kind and (short <= 0 or kept > 0):
                found.append(max(short, 0.0) / kept if kept > 0 else 0.0)
        return min(found, default=None)

    def objective(self, pair: tuple[float, float]) -> int:
        """Number of a pair of lambda and theta."""
        return self.objectives.index(pair)


def best_response(
    field: Field,
    game: Game,
    moves: Sequence[Move],
    objectives: Sequence[tuple[float, float]],
) -> Response:
    """Value every move of a grid under every objective.

    Args:
        field: Entrants.
        game: What stays the same.
        moves: The grid; doing nothing, at a payoff of zero, is always part of it.
        objectives: Pairs of lambda (0..1) and theta (USD million a year).

    Raises:
        InputError: if there is no move or no objective.
    """
    if not moves or not objectives:
        raise InputError(
            "nothing to compare",
            where="best_response",
            why="the best of no moves or under no objective is not defined",
            mend="give at least one move and one objective",
        )
    exits = Exits(field, game)
    outcomes = tuple(outcome(move, field, game, exits=exits) for move in moves)
    payoffs = np.array([[one.payoff(*pair) for one in outcomes] for pair in objectives])
    return Response(
        moves=tuple(moves),
        objectives=tuple(objectives),
        expected=payoffs.mean(axis=2),
        positive=(payoffs > 0).mean(axis=2),
        outcomes=outcomes,
    )
