"""Words for a score: why it is what it is, and which evidence is missing."""

from __future__ import annotations

from collections.abc import Sequence

from midstream.chain.estimate import Estimate
from midstream.chain.world import World
from midstream.scorecard.result import FormScore, Remark

#: Points by which the strongest strand of a stage has to stand above the weakest to be named.
APART = 1.0


def missing_of_form(world: World, form: str, estimate: Estimate) -> str:
    """What evidence would settle a cell; empty where somebody counts it."""
    name = world.names.form(form)
    if estimate.standing == "open":
        return f"output of {name}: no figure and no bound on record"
    if estimate.standing == "bounded" and estimate.high > estimate.low:
        return f"output of {name}: only bounds on record"
    return ""


def strongest(scores: Sequence[FormScore]) -> FormScore | None:
    """The strongest form of a stage where it stands well above the first, which binds."""
    known = [one for one in scores if one.score.value is not None]
    if not known or known[0] is not scores[0]:
        return None
    best = max(known, key=lambda one: one.score.value or 0.0)
    apart = (best.score.value or 0.0) - (scores[0].score.value or 0.0)
    return best if apart >= APART else None


def reasons_of_stage(world: World, scores: Sequence[FormScore]) -> tuple[Remark, ...]:
    """Say which form and which pillar hold the stage, with output against need.

    Args:
        world: Names.
        scores: Scores of the forms of the stage, the binding one first.
    """
    binding, best = scores[0], strongest(scores)
    name = world.names.form(binding.form)
    made = []
    if len(scores) > 1:
        made.append(Remark("{form}: the weakest strand of the stage", form=name))
    if best is not None:
        words = "{form}: the strongest strand, {alone:bare} alone"
        made.append(Remark(words, form=world.names.form(best.form), alone=best.score))
    made.append(_output_against_need(name, binding))
    pillar = _binding_pillar(binding)
    if pillar:
        made.append(pillar)
    return tuple(made)


def _output_against_need(name: str, cell: FormScore) -> Remark:
    output, need = cell.output, cell.need
    if output.value is None:
        ends = "bounds only" if output.high is not None else "no figure"
        return Remark("{form}: nobody counts the output ({ends})", form=name, ends=ends)
    style = "range" if output.low != output.high else "value"
    if need.value is None:
        return Remark(f"{{form}}: output {{output:{style}}}", form=name, output=output)
    return Remark(
        f"{{form}}: output {{output:{style}}} against a need of {{need:range}}",
        form=name,
        output=output,
        need=need,
    )


def _binding_pillar(cell: FormScore) -> Remark | None:
    installed, trajectory, control = cell.installed, cell.trajectory, cell.control
    if installed.value is None or control.value is None:
        return None
    rising = trajectory.value is not None and trajectory.value > installed.value + 0.05
    if control.value < installed.value:
        return Remark("Control binds: {control:bare} on a ruler from zero to one", control=control)
    if rising:
        return Remark(
            "Installed capability binds at {now:bare}; projects lift it to {then:bare}",
            now=installed,
            then=trajectory,
        )
    return Remark(
        "Installed capability binds: {now:bare} on a ruler from zero to one", now=installed
    )
