"""Sentences a reader of a shock run has to know."""

from __future__ import annotations

from midstream.shock.calibrate import REST
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
