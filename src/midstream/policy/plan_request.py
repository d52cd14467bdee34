"""What a plan is asked for, and the checks that come before any run."""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode

import numpy as np

from midstream.capital.money import MULTIPLES, USD, money, to_dollars
from midstream.errors import InputError
from midstream.evidence import Evidence
from midstream.policy.costs import MILLION, price_year
from midstream.policy.frame import Lever
from midstream.policy.portfolio import Budget
from midstream.policy.programme import MEASURES, Shape
from midstream.terms import suggestion

WHERE = "--budget"
#: Last year of an outlook.
LAST = 2035


@dataclass(frozen=True, slots=True)
class Request:
    """What a plan is asked for.

    Attributes:
        budget: Of all levers, in ``currency`` of the price year.
        currency: ISO 4217 code, with a word of number if need be, such as ``INR crore``.
        payer: Payer -> most it pays over all years, same money.
        year: Most that is paid in any year, same money; ``None`` for no limit.
        years: Year -> limit of its own, same money.
        measure: ``coverage`` or ``score``.
        waits: Lever -> first year it can start in.
        weights: Weight of each draw after what has been seen, shape (draw,); even by default.
        firm: Whether robustness is worked out as well.
        without: Levers that are not to be chosen.
    """

    budget: float
    currency: str
    payer: Mapping[str, float] = field(default_factory=dict)
    year: float | None = None
    years: Mapping[int, float] = field(default_factory=dict)
    measure: str = "coverage"
    waits: Mapping[str, int] = field(default_factory=dict)
    weights: tuple[float, ...] = ()
    firm: bool = True
    without: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Part of lineage ids that tells requests apart; `request_of` reads it again."""
        limits = [("payer", f"{name}={amount!r}") for name, amount in sorted(self.payer.items())]
        limits += [("year", repr(self.year))] if self.year is not None else []
        limits += [("in", f"{year}={amount!r}") for year, amount in sorted(self.years.items())]
        limits += [("without", name) for name in sorted(self.without)]
        parts = ["plan", f"{self.budget:.12g}", self.currency.replace(" ", "_"), self.measure]
        parts += [urlencode(limits).replace("~", "%7E")] if limits else []
        own = (sorted(self.waits.items()), self.weights, self.firm)
        if own != ([], (), True):
            # What a plan is solved again with comes from a run, and no id could hold it.
            parts.append(f"again-{zlib.crc32(repr(own).encode()):08x}")
        return "~".join(parts)


def request_of(key: str) -> Request | None:
    """Read a request from its key; ``None`` where the key does not hold all of it."""
    _, budget, currency, measure, *rest = key.split("~")
    if rest and rest[-1].startswith("again-"):
        return None
    told = parse_qsl(rest[0]) if rest else []
    return Request(
        float(budget),
        currency.replace("_", " "),
        payer=amounts((text for name, text in told if name == "payer"), "payer"),
        year=next((float(text) for name, text in told if name == "year"), None),
        years=yearly((text for name, text in told if name == "in"), "in"),
        measure=measure,
        without=tuple(text for name, text in told if name == "without"),
    )


def amounts(given: Iterable[str], where: str) -> dict[str, float]:
    """Read limits such as ``Government of India=500``.

    Raises:
        InputError: if one is not a name with an amount.
    """
    found: dict[str, float] = {}
    for text in given:
        name, _, amount = text.rpartition("=")
        try:
            found[name.strip()] = float(amount)
        except ValueError:
            raise _unread(text, where) from None
        if not name.strip() or math.isnan(found[name.strip()]):
            raise _unread(text, where)
    return found


def yearly(given: Iterable[str], where: str) -> dict[int, float]:
    """Read limits such as ``2027=300``.

    Raises:
        InputError: if one is not a year with an amount.
    """
    found = amounts(given, where)
    wrong = next((name for name in found if not (name.isascii() and name.isdigit())), None)
    if wrong is not None:
        raise _unread(f"{wrong}={found[wrong]:g}", where)
    return {int(name): amount for name, amount in found.items()}


def _unread(text: str, where: str) -> InputError:
    return InputError(
        f"cannot read {text!r}",
        where=where,
        why="it is not a name, or a year, with an amount",
        mend="write, for instance, 2027=300 or 'Government of India=500'",
    )


def check_request(request: Request, levers: Mapping[str, Lever], span: tuple[int, int]) -> None:
    """Check what a plan is asked for.

    Raises:
        InputError: for the first thing that cannot be.
    """
    limits = (*request.payer.values(), *request.years.values())
    for amount in (request.budget, request.year or 0.0, *limits):
        if not math.isfinite(amount) or amount < 0:
            raise _budget(
                f"a budget of {amount:g}", "nothing can be bought with it", "give an amount above 0"
            )
    if span[1] <= span[0]:
        raise _by(span[1], span[0])
    if request.measure not in MEASURES:
        raise InputError(
            f"no plan by {request.measure!r}",
            where="--measure",
            why=f"a plan maximises {' or '.join(MEASURES)}",
            mend=suggestion(request.measure, MEASURES) or f"take {MEASURES[0]}",
        )
    payers = {name for one in levers.values() for name in one.payers}
    for name in request.payer:
        if name not in payers:
            raise InputError(
                f"no payer {name!r}",
                where="--payer",
                why=f"the levers are paid by {', '.join(sorted(payers)) or 'nobody'}",
                mend=suggestion(name, sorted(payers)) or "name one of them",
            )
    for name in request.without:
        if name not in levers:
            raise InputError(
                f"no lever {name!r}",
                where="--without",
                why="only a lever on file can be left out of a plan",
                mend=suggestion(name, levers) or "see `midstream policy levers`",
            )


def check_years(evidence: Evidence, by: int, last: int) -> None:
    """Check the year a plan is to be read in, before a bench is made for it.

    Args:
        evidence: The release; its year is the first of a plan.
        by: Year.
        last: Last year the needs of a study reach.

    Raises:
        InputError: if the year lies before the base, or after the last.
    """
    first = int(evidence.release.date[:4])
    if by <= first:
        raise _by(by, first)
    limit = max(last, LAST)
    if by > limit:
        raise InputError(
            f"a plan by {by}",
            where="--by",
            why=f"needs and plants are worked out to {limit}",
            mend=f"name a year from {first + 1} to {limit}",
        )


def _by(year: int, first: int) -> InputError:
    return InputError(
        f"a plan by {year}",
        where="--by",
        why=f"its first decisions fall in {first}, and levers need time to act",
        mend=f"name a year after {first}",
    )


def _budget(what: str, why: str, mend: str) -> InputError:
    return InputError(what, where=WHERE, why=why, mend=mend)


def dollars(evidence: Evidence, amount: float, currency: str) -> float:
    """Turn money of the price year into USD million.

    Raises:
        InputError: if the currency has no rate on record.
    """
    held = sorted({row["currency"] for row in evidence.table("fx").rows} | {USD})
    code, _, word = currency.strip().partition(" ")
    if code not in held or (word and word not in MULTIPLES):
        known = held if code not in held else sorted(MULTIPLES)
        raise InputError(
            f"no budget in {currency!r}",
            where="--currency",
            why=f"rates are on record for {', '.join(held)}",
            mend=suggestion(word if code in held else code, known) or "give it in one of these",
        )
    year = price_year(evidence)
    return to_dollars(evidence, money(amount, currency, year), year).real / MILLION


def budget_of(evidence: Evidence, request: Request) -> Budget:
    """The limits of a request in USD million.

    Raises:
        InputError: if the currency has no rate on record.
    """

    def real(amount: float) -> float:
        return dollars(evidence, amount, request.currency)

    count = int(evidence.parameter("policy.plan.payments").value or 1)
    return Budget(
        total=real(request.budget),
        payer={name: real(amount) for name, amount in request.payer.items()},
        year=np.inf if request.year is None else real(request.year),
        years={year: real(amount) for year, amount in request.years.items()},
        payments=(1.0 / count,) * count,
    )


def shape_of(evidence: Evidence, request: Request) -> Shape:
    """How runs are condensed, from the parameter table."""

    def value(name: str) -> float:
        return float(evidence.parameter(f"policy.plan.{name}").value or 0.0)

    return Shape(
        measure=request.measure,
        groups=int(value("groups")),
        pairs=int(value("pairs")),
        tail_weight=value("tail.weight"),
        tail_level=value("tail.level"),
    )


def check_levers(levers: Iterable[Lever], subject: str) -> None:
    """Check that a country has a lever on file.

    Raises:
        InputError: if it has none, naming the countries that have.
    """
    have = sorted({one.country for one in levers})
    if subject not in have:
        raise InputError(
            f"no lever of {subject} is on file",
            where="--country",
            why="a plan chooses among the levers of one country, and those on file are of "
            f"{', '.join(have)}",
            mend="name one of these if the study scores it, or add levers to levers.csv and"
            " lever_effects.csv of a data folder of your own",
        )


def check_buys(budget: Budget, costs: Mapping[str, float], unit: str) -> None:
    """Check that a budget buys the cheapest lever that does anything.

    Args:
        budget: Limits, USD million.
        costs: Lever that does something -> what it and what it needs cost, USD million.
        unit: Money the budget was given in.

    Raises:
        InputError: if it buys none of them.
    """
    if not costs:
        raise _budget(
            "no lever on offer moves C2 or C3",
            "with nothing to choose there is no plan",
            "name another sector with --sector; `midstream policy levers` shows what levers do",
        )
    name = min(costs, key=lambda one: (costs[one], one))
    if budget.total < costs[name]:
        raise _budget(
            f"{unit} is {budget.total:,.4g} USD million, which buys no lever that does anything",
            f"the cheapest, {name}, costs {costs[name]:,.4g} with what it needs",
            "raise the budget to that, or put a cheaper lever on record",
        )
