"""Words for a score: why it is what it is, and which evidence is missing."""

from __future__ import annotations

from midstream.chain.estimate import Estimate
from midstream.chain.world import World
from midstream.scorecard.result import FormScore, Remark


def missing_of_form(world: World, form: str, estimate: Estimate) -> str:
    """What evidence would settle a cell; empty where somebody counts it."""
    name = world.names.form(form)
    if estimate.standing == "open":
        return f"output of {name}: no figure and no bound on record"
    if estimate.standing == "bounded" and estimate.high > estimate.low:
        return f"output of {name}: only bounds on record"
    return ""


def reasons_of_stage(world: World, binding: FormScore, forms: int) -> tuple[Remark, ...]:
    """Say which form and which pillar hold the stage, with output against need."""
    name = world.names.form(binding.form)
    made = []
    if forms > 1:
        made.append(Remark("{form}: the weakest strand of the stage", form=name))
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
