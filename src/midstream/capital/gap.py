"""The gap by stage, form and country: what it takes to meet a need, and what nobody covers.

For each form and year ``build = max(0, need - output) / utilisation`` in each draw; the archetype
of the form says what that costs, the same stack as for a plant says who covers how much of it.
Forms that cannot be priced are listed with what is missing, and no gap is given to a payer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from midstream.capital.gap_build import Funded, Funding, build_of, funded
from midstream.capital.gap_check import check_request
from midstream.capital.gap_engine import EngineFunding
from midstream.capital.gap_result import FormGap, PaidBy, StageGap, StageSum, Unpriced
from midstream.capital.gap_rows import GapBook
from midstream.capital.payers_could import Possible, could
from midstream.chain.estimate import Floats
from midstream.chain.world import World
from midstream.errors import InputError
from midstream.evidence import Evidence, Ledger
from midstream.terms import STAGE_ORDER

DRAWS = 2000


@dataclass(frozen=True, slots=True)
class _Form:
    """A form that could be priced: build and money of shape (draw, year)."""

    form: str
    stage: str
    unit: str
    need: Floats
    output: Floats
    build: Floats
    money: Funded | None


def by_stage(
    evidence: Evidence,
    world: World,
    country: str,
    forms: Sequence[str],
    years: Sequence[int],
    need: Mapping[str, Floats],
    output: Mapping[str, Floats],
    *,
    draws: int = DRAWS,
    seed: int = 1,
    ledger: Ledger | None = None,
    price: float | Mapping[str, float] | None = None,
    with_scheme: bool = True,
    overrides: Mapping[str, Mapping[str, float]] | None = None,
    inputs: Mapping[str, Sequence[str]] | None = None,
    funding: Funding | None = None,
) -> StageGap:
    """Gap of a country to meet a need, by form, stage and year.

    Args:
        evidence: The release.
        world: The world the plants would stand in.
        country: Where.
        forms: Forms looked at.
        years: Years of the target, ascending; what is built by a later one holds the earlier.
        need: Form -> need in units of the form a year, shape (draw, year); a form without an
            entry is listed as one whose need is not known.
        output: Form -> output of plants and projects on record, same shape.
        draws, seed: Of the unknowns of the plants.
        ledger: Where quantities are entered; ``None`` is one of its own.
        price: USD per kg of the form that moves the price of a product (for magnets the oxide),
            for all forms or by form; ``None`` takes the base case of the price record.
        with_scheme: Whether support counts.
        overrides: Form -> figures that replace those of its archetype (overrun, build, ramp,
            utilisation, feed and opex in USD per kg), for forms that lack one.
        inputs: Form -> lineage ids of its need and output.
        funding: What pays for plants; ``None`` is the engine of this room.

    Returns:
        Rows by form and year, sums by stage and year, and the forms that are left out.

    Raises:
        InputError: if the country or a form is unknown, years do not ascend, or an array has
            another shape than (draw, year).
    """
    check_request(evidence, country, forms, years, need, output, draws)
    held = Ledger(base=evidence.ledger) if ledger is None else ledger
    engine = funding or EngineFunding(
        evidence, world, held, country, years[0], draws, seed, price, with_scheme, overrides or {}
    )
    found, unpriced = _priced(evidence, engine, forms, need, output)
    place = country if with_scheme else f"{country}-alone"
    book = GapBook(evidence, held, place, engine.price_year, inputs or {})
    return StageGap(
        country=country,
        years=tuple(years),
        with_scheme=with_scheme,
        price_year=engine.price_year,
        rows=_rows(book, found, years),
        stages=_stages(book, found, unpriced, years),
        unpriced=tuple(unpriced),
        could=_could(evidence, held, country, found, engine.price_year),
        assumptions=_assumptions(found),
        warnings=_warnings(found, unpriced),
    )


def _priced(
    evidence: Evidence,
    engine: Funding,
    forms: Sequence[str],
    need: Mapping[str, Floats],
    output: Mapping[str, Floats],
) -> tuple[list[_Form], list[Unpriced]]:
    """Forms with what they cost, and those that cannot be priced with the reason."""
    found: list[_Form] = []
    unpriced: list[Unpriced] = []
    for form in dict.fromkeys(forms):
        try:
            found.append(_form(evidence, engine, form, need, output))
        except InputError as refused:
            stage = evidence.forms[form]["stage"]
            unpriced.append(Unpriced(form, stage, refused.what, refused.why, refused.mend))
    return found, unpriced


def _form(
    evidence: Evidence,
    engine: Funding,
    form: str,
    need: Mapping[str, Floats],
    output: Mapping[str, Floats],
) -> _Form:
    """Build and money of a form.

    Raises:
        InputError: if its need or output is not known, or the engine cannot pay for it.
    """
    for name, arrays in (("need", need), ("output", output)):
        if form not in arrays or not np.isfinite(arrays[form]).any():
            raise InputError(
                f"the {name} of {form} is not known",
                where="gap by stage",
                why="what has to be built is need less output over utilisation",
                mend=f"add what the {name} of the form rests on",
            )
    build = build_of(need[form], output[form], engine.utilisation(form)[:, None])
    money = funded(engine, form, build)
    stage = str(evidence.forms[form]["stage"])
    return _Form(form, stage, engine.unit(form), need[form], output[form], build, money)


def _money(one: _Form, name: str, year: int) -> Floats:
    """An array of a form's money in a year; nil where no draw builds."""
    if one.money is None:
        return np.zeros(len(one.build))
    return np.asarray(getattr(one.money, name)[:, year])


def _rows(book: GapBook, found: Sequence[_Form], years: Sequence[int]) -> tuple[FormGap, ...]:
    order = sorted(found, key=lambda one: (STAGE_ORDER.index(one.stage), one.form))
    return tuple(
        _row(book, one, number, year) for number, year in enumerate(years) for one in order
    )


def _row(book: GapBook, one: _Form, number: int, year: int) -> FormGap:
    uses, gap = _money(one, "uses", number), _money(one, "gap", number)
    build = one.build[:, number]
    at = book.form(one.form, year, one.money.lineage if one.money else ())
    return FormGap(
        form=one.form,
        stage=one.stage,
        year=year,
        unit=one.unit,
        need=at.quantity("need", "Need", one.need[:, number], one.unit, "given"),
        output=at.quantity("output", "Output", one.output[:, number], one.unit, "given"),
        build=at.quantity(
            "build", "To be built", build, one.unit, "max(0, need - output) / utilisation"
        ),
        uses=at.money("uses", "Cost of what is to be built", uses, "uses of the stack"),
        paid=_paid(at, [one], number),
        gap=at.money("gap", "Gap", gap, "uses less all layers"),
        closed=at.closed(gap),
        draws={"build": build, "uses": uses, "gap": gap},
    )


def _paid(at: GapBook, forms: Sequence[_Form], number: int) -> tuple[PaidBy, ...]:
    """Money by payer and instrument in a year, summed over forms in each draw."""
    sums: dict[tuple[str, str, str, str], Floats] = {}
    lineage: dict[tuple[str, str, str, str], tuple[str, ...]] = {}
    for one in forms:
        for paid in one.money.paid if one.money else ():
            key = (paid.instrument, paid.payer, paid.payer_country, paid.money)
            sums[key] = sums.get(key, 0.0) + paid.amount[:, number]
            lineage[key] = (*lineage.get(key, ()), *paid.lineage)
    return tuple(at.paid(*key, amount, lineage[key]) for key, amount in sums.items())


def _stages(
    book: GapBook, found: Sequence[_Form], unpriced: Sequence[Unpriced], years: Sequence[int]
) -> tuple[StageSum, ...]:
    rows = []
    for number, year in enumerate(years):
        for stage in STAGE_ORDER:
            forms = [one for one in found if one.stage == stage]
            if forms:
                left_out = tuple(one.form for one in unpriced if one.stage == stage)
                rows.append(_stage(book, stage, forms, left_out, (number, year)))
    return tuple(rows)


def _stage(
    book: GapBook,
    stage: str,
    forms: Sequence[_Form],
    left_out: tuple[str, ...],
    when: tuple[int, int],
) -> StageSum:
    number, year = when
    names = tuple(sorted(one.form for one in forms))
    uses = sum((_money(one, "uses", number) for one in forms), np.zeros(len(forms[0].build)))
    gap = sum((_money(one, "gap", number) for one in forms), np.zeros(len(forms[0].build)))
    at = book.stage(stage, year, names)
    return StageSum(
        stage=stage,
        year=year,
        forms=names,
        left_out=left_out,
        uses=at.money("uses", "Cost of what is to be built", uses, "sum of the forms in each draw"),
        gap=at.money("gap", "Gap", gap, "sum of the forms in each draw"),
        paid=_paid(at, forms, number),
        draws={"uses": uses, "gap": gap},
    )


def _could(
    evidence: Evidence, ledger: Ledger, country: str, found: Sequence[_Form], price_year: int
) -> dict[str, tuple[Possible, ...]]:
    return {
        one.form: could(evidence, ledger, country, one.form, price_year=price_year) for one in found
    }


def _assumptions(found: Sequence[_Form]) -> tuple[str, ...]:
    names = [name for one in found if one.money for name in one.money.assumed]
    return tuple(dict.fromkeys(names))


def _warnings(found: Sequence[_Form], unpriced: Sequence[Unpriced]) -> tuple[str, ...]:
    rows = [remark for one in found if one.money for remark in one.money.remarks]
    for one in found:
        open_draws = int((~np.isfinite(one.build)).any(axis=1).sum())
        if open_draws:
            rows.append(f"{one.form}: need, output or use is open in {open_draws} draws, left out")
    if unpriced:
        rows.append(f"sums leave out {', '.join(sorted(one.form for one in unpriced))}")
    return tuple(dict.fromkeys(rows))
