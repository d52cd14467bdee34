"""Putting a matching together: scores of the study, the register, assumptions, draws."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from midstream.chain.estimate import Floats
from midstream.chain.pooling import ends
from midstream.chain.streams import quantiles, stratified
from midstream.collaboration.drawing import Ground
from midstream.collaboration.known import takers, transfers
from midstream.collaboration.match import Matcher, Request, match
from midstream.collaboration.register import of_country, organisations, steps
from midstream.collaboration.result import Match, Moved, Transfer
from midstream.collaboration.telling import Teller
from midstream.collaboration.weights import Assumed
from midstream.errors import InputError
from midstream.evidence import Evidence, Quantity
from midstream.peers.moved import moved
from midstream.scorecard.result import Scorecard
from midstream.scorecard.run import Run
from midstream.study.config import OpenConfig, known
from midstream.terms import STAGE_ORDER, several

if TYPE_CHECKING:
    from midstream.study.peers import PeersRoom

#: Weights of a pair, as parameters.
WEIGHTS = ("same", "beside", "base", "early")


def countries_on_record(evidence: Evidence) -> frozenset[str]:
    """Countries with an organisation whose technology names a step."""
    placed = {row["capability"] for row in evidence.table("capability_steps").rows}
    rows = evidence.table("capabilities").rows
    return frozenset(row["country"] for row in rows if row["id"] in placed)


def two_countries(
    asked: Sequence[str] | None, config: OpenConfig, evidence: Evidence
) -> tuple[str, str]:
    """Check the two countries of a matching.

    Where none are asked for, the focus and its first partner with an organisation on record.

    Raises:
        InputError: if one is not of the study, both are one, or the study names no partner.
    """
    if asked is None and not config.partners:
        raise InputError(
            "nobody to match with",
            where="--countries",
            why=f"the study {config.id} names no partner",
            mend="give two countries, such as --countries IND USA",
        )
    words = several(asked or (config.focus, _partner(config, evidence)))
    if len(words) != 2:
        raise InputError(
            f"{', '.join(words)} is not two countries",
            where="--countries",
            why="organisations of two countries are matched",
            mend="give two, such as IND and USA",
        )
    two = words[0], words[1]
    known(two, config.countries, "country", "--countries")
    if two[0] == two[1]:
        raise InputError(
            f"{two[0]} with itself",
            where="--countries",
            why="a matching pairs organisations of two countries",
            mend="name two different countries",
        )
    return two


def _partner(config: OpenConfig, evidence: Evidence) -> str:
    have = countries_on_record(evidence)
    return next((one for one in config.partners if one in have), config.partners[0])


@dataclass(frozen=True, slots=True)
class Stages:
    """Stage scores of some countries: quantities, and draws inside the evidence box."""

    scores: Mapping[tuple[str, str], Quantity]
    draws: Mapping[tuple[str, str], Floats]


def stages_of(
    run: Run, card: Scorecard, countries: Sequence[str], sectors: Sequence[str], sector: str
) -> Stages:
    """Read the stage scores a matching stands on.

    A score whose evidence leaves a box is drawn evenly between its ends.

    Args:
        run, card: A scored run that holds the countries and sectors.
        countries: Countries.
        sectors: Sectors of the mean.
        sector: One sector in place of the mean; blank for the mean.
    """
    scores, draws = dict[tuple[str, str], Quantity](), dict[tuple[str, str], Floats]()
    for country in countries:
        for stage in STAGE_ORDER:
            parts = [run.ends[country, one, stage] for one in ([sector] if sector else sectors)]
            low, high = (np.mean([part[end] for part in parts], axis=0) for end in (0, 1))
            lot = stratified(run.settings.seed, f"match/box/{country}/{stage}", low.size)
            draws[country, stage] = low + (high - low) * lot
            scores[country, stage] = (
                card.cell(country, sector, stage).score
                if sector
                else card.profile(country).stages[stage]
            )
    return Stages(scores, draws)


def ground_of(evidence: Evidence, stages: Stages, seed: int, size: int) -> Ground:
    """What a matching stands on: scores, steps, weights and draws by name."""
    parameters = {name: evidence.parameter(f"match.{name}") for name in WEIGHTS}
    number = int(ends(evidence.parameter("match.sets"))[0])
    drawn = {
        name: quantiles(
            evidence.parameters[f"match.{name}"]["distribution"],
            *ends(one),
            stratified(seed, f"par/match.{name}", number),
        )
        for name, one in parameters.items()
    }
    _, low, high = ends(evidence.parameter("match.readiness"))
    return Ground(
        steps=steps(evidence),
        scores=stages.draws,
        uniform=lambda name: stratified(seed, name, size),
        sets=tuple(
            Assumed(**{name: float(drawn[name][place]) for name in WEIGHTS})
            for place in range(number)
        ),
        central=Assumed(**{name: ends(one)[0] for name, one in parameters.items()}),
        readiness=(low, high),
        levels=int(ends(evidence.parameter("match.levels"))[0]),
    )


def matched(
    study: PeersRoom,
    two: tuple[str, str],
    sector: str,
    size: int,
    progress: Callable[[float], None] | None,
) -> Match:
    """Match the organisations of two countries of a study."""
    evidence, ledger, config = study.evidence, study.ledger, study.config
    names = {code: str(row["name"]) for code, row in evidence.countries.items()}
    register = organisations(evidence, ledger)
    left, right = (of_country(register, one, names) for one in two)
    run, stages = _scored(study, two, sector, size)
    request = Request(
        countries=two,
        sector=sector,
        least=ends(evidence.parameter("match.shortlist"))[0],
        needed=ends(evidence.parameter("match.needed"))[0],
    )

    def movable(country: str, stage: str, forms: Sequence[str]) -> Moved | None:
        return moved(run.forms, country, stage, forms, ledger)

    return match(
        Matcher(ground_of(evidence, stages, config.seed, size), left, right),
        request,
        [one for one in register if one.country in two and not one.steps],
        movable,
        _teller(study, stages, "+".join(sorted(two)), sector, names),
        progress,
    )


def _scored(
    study: PeersRoom, countries: Sequence[str], sector: str, size: int
) -> tuple[Run, Stages]:
    """Scores of some countries, entered into the ledger."""
    sectors = [sector] if sector else study.config.sectors
    run, card = study.drawn(countries, sectors, draws=size)
    study.enter(card.ledger)
    return run, stages_of(run, card, countries, study.config.sectors, sector)


def _teller(
    study: PeersRoom, stages: Stages, place: str, sector: str, names: Mapping[str, str]
) -> Teller:
    lineages = {where: score.lineage for where, score in stages.scores.items()}
    return Teller(study.ledger, f"{place}/{sector or 'mean'}", lineages, names)


def handed_on(study: PeersRoom, country: str, size: int) -> tuple[Transfer, ...]:
    """Transfers on record in a country of a study, beside what the matching says of them."""
    evidence, ledger = study.evidence, study.ledger
    names = {code: str(row["name"]) for code, row in evidence.countries.items()}
    register = [one for one in organisations(evidence, ledger) if one.country == country]
    _, stages = _scored(study, [country], "", size)
    ground = ground_of(evidence, stages, study.config.seed, size)
    plants = takers(evidence, ledger, country, ground.steps)
    teller = _teller(study, stages, f"transfers/{country}", "", names)
    return transfers(evidence, ground, register, plants, teller)
