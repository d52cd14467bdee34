"""Reads a run: scores, coverage, deliverable final form, value and dependence of the subject."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from midstream.chain.estimate import Floats
from midstream.policy.flow import Flows, Line, flows
from midstream.policy.frame import STAGES, Outcome
from midstream.policy.ground import WORLD, Ground
from midstream.policy.kept import KeptCells
from midstream.policy.value import Valuer
from midstream.scenarios.cellwise import Cellwise
from midstream.scenarios.scores import ScoreJob
from midstream.scenarios.scores_paths import Ahead
from midstream.scenarios.simulated import Simulated


@dataclass(frozen=True, slots=True)
class Reader:
    """What is read from every run of a bench, with all that runs share.

    Attributes:
        ground: What all runs share.
        job: The scorecard of the base run; ruler, weights and cells of today are its.
        abroad: Feed outside the dominant supplier by line, shape (step, draw) each.
        valuer: Prices of the main line; ``None`` where the sector has none.
    """

    ground: Ground
    job: ScoreJob
    abroad: tuple[Floats, ...]
    valuer: Valuer | None

    @classmethod
    def of(cls, ground: Ground) -> Reader:
        """Draw ruler, prices and what can be had abroad."""
        job = ground.score_job(ground.own_record)
        drawn = job.ahead
        kept = Ahead(KeptCells(drawn.cells), drawn.paths, drawn.needs, drawn.years_ahead)
        job = replace(job, ahead=kept)
        lines = ground.lines
        valuer = Valuer.of(ground.world, job.ahead.cells.draws, lines[0]) if lines else None
        return cls(ground, job, tuple(_abroad(ground, line) for line in lines), valuer)

    def read(self, levers: tuple[str, ...], found: Simulated) -> Outcome:
        """Read one run at the horizon."""
        found = self._filled(found)
        ahead = self._ahead(found)
        scores = replace(self.job, ahead=ahead, years=(self.ground.asked.horizon,)).country(
            self.ground.asked.subject
        )
        coverage = self._coverage(found, ahead)
        blank = np.full(self.ground.frame.draws, np.nan)
        passed, value = Flows(blank, blank, blank, blank), blank
        if self.valuer is not None:
            line = self.ground.lines[0]
            made = self._made(line, found)
            passed = self._flows(0, found, made)
            value = self.valuer.value(passed, made[-1])
        return Outcome(
            levers=levers,
            low=scores.low[:, 0, 0].astype(float),
            high=scores.high[:, 0, 0].astype(float),
            coverage=coverage,
            sovereign=passed.sovereign,
            allied=passed.allied,
            capacity=passed.capacity,
            cut=passed.cut,
            value=value,
            dependence=np.clip(1.0 - coverage, 0.0, 1.0),
        )

    def scores(self, found: Simulated) -> tuple[Floats, Floats]:
        """Scores at both ends of the box in all years, shape (draw, year, stage) each."""
        ahead = self._ahead(self._filled(found))
        made = replace(self.job, ahead=ahead).country(self.ground.asked.subject)
        return made.low[:, :, 0].astype(float), made.high[:, :, 0].astype(float)

    def flows(self, found: Simulated) -> tuple[Flows, ...]:
        """Flows through every chain that ends in a form of the sector, the main one first."""
        found = self._filled(found)
        return tuple(
            self._flows(number, found, self._made(line, found))
            for number, line in enumerate(self.ground.lines)
        )

    def warnings(self) -> list[str]:
        """What is not on record and what that does to the figures."""
        ground, subject = self.ground, self.ground.asked.subject
        if not ground.lines:
            return ["no chain on file ends in this sector: no flow, no value, no PASS"]
        line, said = ground.lines[0], []
        paths, names = ground.own_record.paths, ground.world.names
        unknown = [
            names.form(step.form)
            for step in line.steps
            if not paths.counted[paths.place(step.form, subject)]
        ]
        if unknown:
            said.append(
                f"output of today not on record, counted at its low end: {', '.join(unknown)}"
            )
        if line.inside:
            named = ", ".join(names.form(form) for form in line.inside)
            said.append(f"made inside the plants of a later step: {named}")
        if self.valuer is not None and self.valuer.missing:
            named = ", ".join(names.form(form) for form in self.valuer.missing)
            said.append(f"no value added without a price a kilogram: {named}")
        return said

    def _filled(self, found: Simulated) -> Simulated:
        """The run with what new plants make on the way inside them.

        Plants that take the feed of an earlier step make the forms between the two themselves;
        the register names them for their product alone.
        """
        paths, subject = found.paths, self.ground.asked.subject
        output = None
        for form, maker, per in self.ground.inside:
            made = paths.place(maker, subject)
            added = np.maximum(0.0, paths.output[:, :, made] - paths.base[:, :, made])
            if added.any():
                output = Cellwise.of(paths.output) if output is None else output
                place = paths.place(form, subject)
                output[:, :, place] = output[:, :, place] + added * per[:, None]
        if output is None:
            return found
        limited = replace(found.limited, paths=replace(paths, output=output))
        return replace(found, limited=limited)

    def _ahead(self, found: Simulated) -> Ahead:
        kept = self.job.ahead
        return Ahead(kept.cells, found.paths, found.needs, kept.years_ahead)

    def _flows(self, number: int, found: Simulated, made: Floats) -> Flows:
        line = self.ground.lines[number]
        unheld = found.paths.output if found.unheld is None else found.unheld
        most = unheld[:, -1, found.paths.place(line.final, self.ground.asked.subject)]
        more = self.abroad[number] + self._contracted(line, found)
        back = self._recovered(line, found, made)
        return flows(line, made, most, more * self._admitted(line, found), back)

    def _admitted(self, line: Line, found: Simulated) -> Floats:
        """Share of each step's feed from abroad that still comes, shape (step, draw)."""
        shares = np.ones_like(line.per_final)
        for number, step in enumerate(line.steps):
            withheld = found.nudge.withheld.get(step.form)
            if withheld is not None:
                shares[number] = 1.0 - np.broadcast_to(withheld, found.needs.need.shape[:2])[:, -1]
        return shares

    def _contracted(self, line: Line, found: Simulated) -> Floats:
        """Feed that levers bring from abroad, in units of each step's form, shape (step, draw)."""
        more = np.zeros_like(line.per_final)
        for (form, country), amount in found.nudge.feed.items():
            forms = [step.form for step in line.steps]
            if country == self.ground.asked.subject and form in forms[1:]:
                step = forms.index(form)
                per = line.per_final[step - 1] / line.per_final[step]
                more[step - 1] += amount[:, -1] * per
        return more

    def _made(self, line: Line, found: Simulated) -> Floats:
        """Own output of each step at the horizon, shape (step, draw).

        Where today's output is not on record, that at the low end of its evidence box, and at
        least what plants and projects on record make.
        """
        paths, asked = found.paths, self.ground.asked
        rows = np.empty(line.per_final.shape)
        for number, step in enumerate(line.steps):
            place = paths.place(step.form, asked.subject)
            rows[number] = paths.output[:, -1, place]
            if not paths.counted[place]:
                cell = self._ahead(found).cell(step.form, asked.subject)
                rows[number] = np.maximum(rows[number], cell.output(asked.horizon)[0])
        return rows

    def _recovered(self, line: Line, found: Simulated, made: Floats) -> Floats:
        """Part of the output of each step that comes from recovered material, (step, draw)."""
        rows = np.zeros(line.per_final.shape)
        for number, step in enumerate(line.steps):
            amount = found.recovered.get((step.form, self.ground.asked.subject))
            if amount is not None:
                rows[number] = np.minimum(amount[:, -1], made[number])
        return rows

    def _coverage(self, found: Simulated, ahead: Ahead) -> Floats:
        """Own output at grade over own need, weakest strand of each stage, (draw, stage).

        Strands are the steps of the chains, and the forms of the stack at stages no chain goes
        through; at the low end of the evidence box. A strand whose output nobody counts or whose
        need is not known is left out.
        """
        subject, horizon = self.ground.asked.subject, self.ground.asked.horizon
        cover = np.full((self.ground.frame.draws, len(STAGES)), np.nan)
        for stage, forms in self.ground.strands.items():
            column = STAGES.index(stage)
            for form in forms:
                cell = ahead.cell(form, subject)
                need = self.ground.need(found, (form, subject))
                if cell.inputs.open or np.isnan(need).any():
                    continue
                made = cell.output(horizon)[0]
                share = np.divide(made, need, out=np.full(made.shape, np.inf), where=need > 0)
                cover[:, column] = np.fmin(cover[:, column], share)
        cover[np.isinf(cover)] = np.nan
        return cover


def _abroad(ground: Ground, line: Line) -> Floats:
    """Feed a country can have outside the dominant supplier, in units of each step, (step, draw).

    What all countries but the subject, the supplier that leads in the form and the incumbents of
    the study make in the world of the record, shared out by need: the subject's part is its own
    need over the need of the world outside the leader.
    """
    rows = np.zeros(line.per_final.shape)
    found, asked, world = ground.abroad, ground.asked, ground.world
    for number, step in enumerate(line.steps[:-1]):
        leader = world.leaders[step.form][0] if step.form in world.leaders else ""
        apart = {asked.subject, leader, *asked.incumbents}
        columns = [
            place
            for place, (form, country) in enumerate(found.paths.places)
            if form == step.form and country not in apart
        ]
        made = found.paths.output[:, -1, columns].sum(axis=1)
        outside = f"{WORLD}-{leader}" if leader and leader != asked.subject else WORLD
        own = ground.need(found, (step.form, asked.subject))
        rest = ground.need(found, (step.form, outside))
        share = np.divide(own, rest, out=np.full(own.shape, np.nan), where=rest > 0)
        rows[number] = made * np.clip(share, 0.0, 1.0)
    return rows
