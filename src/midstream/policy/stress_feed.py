"""Feed that stays away: what the next step of the subject can still make of what is left."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from midstream.chain.estimate import Floats
from midstream.chain.routes import routes
from midstream.policy.flow import Line
from midstream.policy.frame import OpenBench
from midstream.scenarios.simulated import Simulated


def lines_of(bench: OpenBench) -> tuple[Line, ...]:
    """The main chain and all others that end in its final form, the main one first."""
    found = routes(bench.evidence, bench.world)
    if bench.chain not in found:
        return ()
    final = found[bench.chain].counted[-1].form
    names = dict.fromkeys((bench.chain, *found))
    return tuple(
        Line.of(bench.evidence, bench.frame, found[name])
        for name in names
        if len(found[name].counted) > 1 and found[name].counted[-1].form == final
    )


def links(lines: tuple[Line, ...]) -> Iterator[tuple[str, str, Floats]]:
    """Feed, the step made of it, and units of feed in one of that step, shape (draw,)."""
    seen: set[tuple[str, str]] = set()
    for line in lines:
        for number, step in enumerate(line.steps[:-1]):
            pair = step.form, line.steps[number + 1].form
            if pair not in seen:
                seen.add(pair)
                yield *pair, np.asarray(line.per_final[number] / line.per_final[number + 1])


def kept_shares(
    found: Simulated,
    subject: str,
    lines: tuple[Line, ...],
    withheld: Mapping[str, Floats],
) -> dict[str, Floats]:
    """Share of its output a step keeps when a part of its feed from abroad stays away.

    ``1 - w max(0, output - own feed / n - contracted) / output`` with the withheld share ``w``,
    own feed made at home and ``n`` units of feed in one of output; the scarcest feed counts.

    Args:
        found: The run before the move.
        subject: Country.
        lines: Chains.
        withheld: Feed -> share of what comes from abroad that stays away, shape (year,).

    Returns:
        Form of the step -> share of its output, 0..1, shape (draw, year).
    """
    paths = found.paths
    kept: dict[str, Floats] = {}
    for feed, step, per in links(lines):
        if feed not in withheld or (step, subject) not in paths.places:
            continue
        made = paths.output[:, :, paths.place(step, subject)]
        own = np.zeros_like(made)
        if (feed, subject) in paths.places:
            own = paths.output[:, :, paths.place(feed, subject)] / per[:, None]
        own = own + found.nudge.feed.get((step, subject), 0.0)
        foreign = np.maximum(0.0, made - own)
        share = np.where(made > 0, foreign / np.where(made > 0, made, 1.0), 0.0)
        left = 1 - withheld[feed] * share
        kept[step] = np.minimum(kept[step], left) if step in kept else np.asarray(left)
    return kept
