"""Levers made by hand, and a bench with few draws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from midstream.evidence import Ledger
from midstream.policy.bench import Bench
from midstream.policy.frame import Lever, LeverEffect
from midstream.policy.ground import Asked
from midstream.scenarios.outlook_counter import counter_moves
from midstream.study import Study

DRAWS = 60


def effect_of(cells: Mapping[str, Any], lever: str = "made", number: int = 1) -> LeverEffect:
    """An effect from the cells that matter."""
    low, mode, high = cells.get("size", (None, None, None))
    return LeverEffect(
        id=f"{lever}-{number}",
        lever=lever,
        kind=cells["kind"],
        target=cells.get("target", ""),
        form=cells.get("form", ""),
        country=cells.get("country", ""),
        standing=cells.get("standing", ""),
        low=low,
        mode=mode,
        high=high,
        unit=cells.get("unit", ""),
        source=(),
        standing_of_fact="assumed",
    )


def lever_of(
    effects: Sequence[Mapping[str, Any]] = (),
    name: str = "made",
    start: float = 2026,
    lag: float = 0,
    in_base: bool = False,
    cost: tuple[float, float, float] | None = (1e6, 2e6, 3e6),
) -> Lever:
    """A lever with some effects."""
    return Lever(
        id=name,
        name=name.capitalize(),
        country="IND",
        stages=(),
        forms=(),
        payers=(),
        instrument="",
        cost=cost,
        currency="USD" if cost else "",
        price_year=2025 if cost else None,
        start=start,
        lag=lag,
        prerequisites=(),
        excludes=(),
        in_base=in_base,
        effects=tuple(effect_of(cells, name, n) for n, cells in enumerate(effects, start=1)),
        source=(),
        standing_of_fact="assumed",
        note="",
    )


def bench_of(study: Study, subject: str = "IND", sector: str = "rare-earth-magnets") -> Bench:
    """A bench on a study, with few draws."""
    config = study.config
    asked = Asked(
        subject=subject,
        sector=sector,
        chains=tuple(config.chains),
        incumbents=tuple(config.incumbents),
        draws=DRAWS,
        seed=config.seed,
    )
    moves = counter_moves(study.evidence, study.world)
    return Bench(study.evidence, study.world, asked, Ledger(base=study.ledger), moves)
