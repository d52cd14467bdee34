"""On what conditions money is given: terms of lenders and owners, and instruments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

from midstream.errors import InputError
from midstream.evidence import Evidence
from midstream.evidence.vocabulary import known

#: Kinds whose money is there before the start, in the order they are drawn on (table
#: ``instruments``, column ``rank``; a test holds the two together).
CONSTRUCTION = (
    "grant",
    "capex-subsidy",
    "tax-credit",
    "concessional-loan",
    "eca-loan",
    "prepayment",
    "commercial-debt",
    "equity",
)
#: Kinds whose money comes with the output.
OPERATION = ("price-floor", "cfd", "sales-incentive", "offtake")
KINDS = (*CONSTRUCTION, *OPERATION)
#: Kinds that are paid back out of the cash of the plant.
REPAID = frozenset({"concessional-loan", "eca-loan", "prepayment", "commercial-debt"})
#: Kinds that are never paid back.
GIVEN = frozenset({"grant", "capex-subsidy", "tax-credit"})
#: Payer of money that no record names.
MARKET = "market"


@dataclass(frozen=True, slots=True)
class Terms:
    """Terms of money: real rates a year, and the habits of lenders.

    Attributes:
        debt_rate: Commercial and export credit debt, and prepayments.
        equity_rate: Return that owners want.
        concessional_rate: Public loans whose own rate is not on record.
        cover_ratio: Cash over debt service that commercial lenders want (DSCR), >= 1.
        concessional_cover: The same for public lenders, >= 1.
        debt_share: Largest share of debt in the uses, 0..1.
        tenor: Years over which debt is paid back from the start.
        tax: Tax on profit, 0..1.
        life: Years a plant runs.
        working_days: Days of sales held as working capital.
        interest_share: Interest during construction over ``capex x rate x years``.
        price_limit: Where the search for an incentive price ends, as a multiple of cash cost.
    """

    debt_rate: float
    equity_rate: float
    concessional_rate: float
    cover_ratio: float
    concessional_cover: float
    debt_share: float
    tenor: float
    tax: float
    life: float
    working_days: float
    interest_share: float
    price_limit: float

    def __post_init__(self) -> None:
        check_terms(self)

    @classmethod
    def of(cls, evidence: Evidence, **changed: float) -> Terms:
        """Read the terms of the parameter table (``capital.<field>``, dashes for underscores).

        Args:
            evidence: Release with the parameters.
            changed: Fields that get another value.

        Raises:
            InputError: if a field is unknown or a value makes no sense.
        """
        names = {field.name: "" for field in fields(cls)}
        for name in changed:
            known(name, names, "term of money")
        read = {
            name: float(evidence.parameter(parameter_of(name)).value or 0.0)
            for name in names
            if name not in changed
        }
        return cls(**read, **changed)


def parameter_of(term: str) -> str:
    """Id of the parameter behind a field of `Terms`."""
    return f"capital.{term.replace('_', '-')}"


#: Field of `Terms` -> least and largest value, and whether the least itself is allowed.
_RANGES: Mapping[str, tuple[float, float, bool]] = {
    "debt_rate": (-0.05, 1.0, True),
    "equity_rate": (0.0, 1.0, True),
    "concessional_rate": (-0.1, 1.0, True),
    "cover_ratio": (1.0, 10.0, True),
    "concessional_cover": (1.0, 10.0, True),
    "debt_share": (0.0, 1.0, True),
    "tenor": (0.0, 60.0, False),
    "tax": (0.0, 1.0, True),
    "life": (0.0, 60.0, False),
    "working_days": (0.0, 365.0, True),
    "interest_share": (0.0, 1.0, True),
    "price_limit": (1.0, 1000.0, False),
}


def check_terms(terms: Terms) -> None:
    """Check terms of money.

    Raises:
        InputError: if a rate, ratio or number of years is out of its range.
    """
    for name, (least, largest, closed) in _RANGES.items():
        value = getattr(terms, name)
        if least <= value <= largest and (closed or value > least):
            continue
        words = name.replace("_", " ")
        end = "from" if closed else "above"
        raise InputError(
            f"{words} of {value:g}",
            where=parameter_of(name),
            why=f"it runs {end} {least:g} to {largest:g}",
            mend=f"give {words} in that range",
        )


@dataclass(frozen=True, slots=True)
class Instrument:
    """One source of money or of a promise, as a record or a reader gives it.

    Attributes:
        kind: One of `KINDS`.
        payer: Who pays.
        payer_country: Country of the payer; blank where not on record.
        amount: USD of the price year, ``None`` where ``share`` says it.
        share: Share of planned capital cost (given money; a tax credit counts overrun as well),
            of all uses (repaid money and equity), or of sales (a sales-linked incentive); of the
            output, for a floor, a contract for difference or an offtake.
        cap: Most that is paid in all, USD.
        per_kg: Floor or strike, USD per kg; for a sales-linked incentive the most per kg.
        rate: Real rate a year; ``None`` takes that of the terms.
        tenor: Years of repayment from the start; ``None`` takes that of the terms.
        years: Years an operating aid runs; ``None`` is the life of the plant.
        start: Calendar year an operating aid begins; ``None`` is the start of the plant.
        lineage: Ids it rests on.
    """

    kind: str
    payer: str
    payer_country: str = ""
    amount: float | None = None
    share: float | None = None
    cap: float | None = None
    per_kg: float | None = None
    rate: float | None = None
    tenor: float | None = None
    years: float | None = None
    start: int | None = None
    lineage: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_instrument(self)


def check_instrument(instrument: Instrument) -> None:
    """Check one instrument.

    Raises:
        InputError: if its kind is unknown, an amount is negative, a share is not in 0..1, or it
            runs for no time.
    """
    known(instrument.kind, dict.fromkeys(KINDS, ""), "instrument")
    for name in ("amount", "cap", "per_kg"):
        value = getattr(instrument, name)
        if value is not None and not value >= 0:
            raise _refused(instrument, f"{name.replace('_', ' ')} of {value:g}", "it is negative")
    if instrument.share is not None and not 0 <= instrument.share <= 1:
        raise _refused(instrument, f"a share of {instrument.share:g}", "a share lies in 0 to 1")
    for name in ("tenor", "years"):
        value = getattr(instrument, name)
        if value is not None and not value > 0:
            raise _refused(instrument, f"{name} of {value:g}", "it has to run for some time")


def check_instruments(instruments: Sequence[Instrument]) -> None:
    """Check that shares of one whole do not sum to more than it.

    Raises:
        InputError: if given money is to pay more than all of the capital cost, or repaid money
            and equity more than all of the uses.
    """
    for kinds, whole in ((GIVEN, "the capital cost"), (REPAID | {"equity"}, "the uses")):
        total = sum(one.share or 0.0 for one in instruments if one.kind in kinds)
        if total > 1 + 1e-9:
            raise InputError(
                f"instruments pay {total:.0%} of {whole}",
                where="instruments",
                why="shares of one whole sum to 1 at most",
                mend="lower a share",
            )


def _refused(instrument: Instrument, what: str, why: str) -> InputError:
    return InputError(
        what, where=f"{instrument.kind} of {instrument.payer}", why=why, mend="mend it"
    )
