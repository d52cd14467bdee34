"""Plants under a lever's floor stand through the price floods the record holds.

Floods come to both worlds in the same draws, as in the outlook. A plant with a covered share of
at least ``counter.commitment`` is kept running by its buyers; with less it stands in that
proportion of the draws in which it would close. Stress tests go further and work out who survives.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from midstream.chain.estimate import Floats
from midstream.evidence import Evidence
from midstream.policy.frame import Choice, Lever
from midstream.policy.stress_cover import Shields, meant
from midstream.scenarios.frame import Frame, Project


def sheltered(
    evidence: Evidence,
    frame: Frame,
    subject: str,
    alive: Floats,
    projects: Sequence[Project],
    levers: Sequence[Lever],
    scale: Mapping[str, float],
    starts: Mapping[str, float],
) -> Floats:
    """Share of output each project keeps with the floors of some levers over it.

    ``alive + (1 - alive) x min(1, covered share / commitment)`` from the year a floor acts.

    Args:
        evidence: Release with the share from which buyers keep a plant running.
        frame: Draws and years.
        subject: Country of the test.
        alive: Without floors, shape (draw, year, project).
        projects: Projects.
        levers: Levers in force; what the record holds is in ``alive`` already.
        scale, starts: Multiples and start years of levers.
    """
    fresh = tuple(lever for lever in levers if not lever.in_base)
    covered = float(evidence.parameter("policy.stress.covered").value or 0.0)
    floors = Shields.of(Choice(fresh, (), subject), covered, scale).floors
    if not floors:
        return alive
    since = {lever.id: starts.get(lever.id, lever.start) + lever.lag for lever in fresh}
    enough = float(evidence.parameter("counter.commitment").value or 1.0)
    years = np.array(frame.years, dtype=float)
    found = alive.copy(order="K")
    for floor in floors:
        hit = [n for n, one in enumerate(projects) if meant(floor.effect, one, subject)]
        share = floor.part(sum(projects[number].capacity for number in hit))
        on = np.clip(years + 1 - since[floor.effect.lever], 0.0, 1.0)[None, :, None]
        kept = min(1.0, share / enough) * on
        found[:, :, hit] += (1 - found[:, :, hit]) * kept
    return found
