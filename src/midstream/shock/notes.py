"""Sentences a reader of a shock run has to know."""

from __future__ import annotations

import numpy as np

from midstream.shock.calibrate import OTHER, REST
from midstream.shock.computed import Run


def notes_on(run: Run) -> tuple[str, ...]:
    """Sentences a reader has to know."""
    base, names = run.base, run.base.world.names
    guessed = [
        names.form(form)
        for form, prior in zip(base.names.forms, base.priors, strict=True)
        if prior == "gravity"
    ]
    found = []
    spared = [
        run.name(code)
        for code in run.shock.targets
        if run.path.base[0, run.step, run.column(code)] <= 0
    ]
    if spared:
        form = names.form(run.shock.request.form)
        found.append(f"{', '.join(spared)}: no purchases of {form} on record, so nothing is cut.")
    lost = [run.name(code) for code in uncounted(run)]
    if lost:
        form = names.form(run.shock.request.form)
        found.append(
            f"{', '.join(lost)}: buys {form}, and nobody counts what is made of it there; what its "
            "sectors lose is not known, and not nothing."
        )
    if guessed:
        listed = ", ".join(guessed)
        found.append(f"No trade is on file for {listed}: who buys from whom is assumed by gravity.")
    if base.route.missing:
        listed = ", ".join(names.form(form) for form in base.route.missing)
        found.append(f"Nobody counts the output of {listed}; the chain is run without it.")
    others = [country for country in base.names.countries if country != REST]
    found.append(f"{len(others)} countries are told apart; all others are one region.")
    missed = int((run.path.unconverged > 0).sum())
    if missed:
        found.append(
            f"{missed} of {run.path.draws} draws have months that missed the tolerance; "
            "they are listed and kept."
        )
    return tuple(found)


def uncounted(run: Run) -> tuple[str, ...]:
    """Targets that buy the form and of whose use nothing is on record."""
    return tuple(code for code in run.shock.targets if _goes_nowhere(run, run.column(code)))


def _goes_nowhere(run: Run, column: int) -> bool:
    """Whether a country buys the form and no use of it there is on record."""
    if run.path.base[0, run.step, column] <= 0:
        return False
    named = [place for place, use in enumerate(run.base.names.uses) if use != OTHER]
    counted = any(np.isfinite(run.path.used(run.step, use)[:, :, column]).any() for use in named)
    after = run.path.made[:, :, run.step + 1 : run.step + 2, column]
    return not counted and bool(np.isnan(after).all())
