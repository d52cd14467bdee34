"""Units of the evidence, through Pint, which is loaded on the first question.

What a tonne weighs is part of its dimension: ``t REO``, ``t Li`` and ``t`` (gross weight)
cannot be turned into each other unless stoichiometry fixes the factor. Money stays in its own
currency; no exchange rate is applied here. Crore and lakh are multiples, so ``INR crore`` is
ten million ``INR``.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from midstream.errors import InputError
from midstream.evidence.observations import Observation
from midstream.terms import suggestion

CURRENCIES = ("AUD", "CAD", "CNY", "EUR", "GBP", "INR", "JPY", "KRW", "MYR", "USD")

#: What a mass can be the content of; each is a dimension of its own.
BASES = (
    *("REO", "REE", "magnet-REE", "Li2O", "Li", "TiO2", "WO3", "V2O5", "Sc2O3", "CO2e"),
    *("Al", "As", "Au", "Bi", "Co", "Cr", "Cu", "Ga", "Ge", "In", "Mg", "Mn", "Mo", "Nb"),
    *("Ni", "Pd", "Pt", "Sb", "Si", "Sn", "Ta", "Te", "Ti", "V", "W", "Zn", "Zr"),
)

#: Standard atomic masses (g/mol) behind the factors between bases.
_ATOMIC_MASS = {"Li": 6.94, "O": 15.999, "W": 183.84, "Ti": 47.867, "V": 50.942, "Sc": 44.956}


def _content(element: str, atoms: int, oxygens: int) -> float:
    """Mass fraction of the element in its oxide: n·A / (n·A + m·O)."""
    metal = atoms * _ATOMIC_MASS[element]
    return metal / (metal + oxygens * _ATOMIC_MASS["O"])


#: Factors between bases that stoichiometry fixes (from, to).
BASIS_FACTORS = {
    ("Li2O", "Li"): _content("Li", 2, 1),
    ("WO3", "W"): _content("W", 1, 3),
    ("TiO2", "Ti"): _content("Ti", 1, 2),
    ("V2O5", "V"): _content("V", 2, 5),
}

#: Spellings of sources, before a unit is taken apart.
_SPELLINGS = (
    (r"\bmetric tons?\b", "t"),
    (r"\bton(ne)?s?\b", "t"),
    (r"\bkilograms?\b", "kg"),
    (r"\blit(re|er)s?\b", "L"),
    (r"\bpercent\b", "%"),
    (r"^%.*", "%"),
    (r"\bTREO\b", "REO"),
    (r"\bmagnets\b", "magnet"),
    (r"\bworking days\b", "working_days"),
    (r"\boz t\b", "troy_ounces"),
    (r"\b(months|days) of use\b", r"\1"),
    (r"^(count )?of \d+( \w+)?$", "count"),
    (r"^x( input value)?$", "ratio"),
    (r"^(elasticity|upper bound|lower bound)$", "ratio"),
    (r"^(pieces|jobs|people|units?)$", "count"),
    (r"\(cumulative\)", ""),
)

#: Words that name the product weighed; each makes a dimension of its own as well.
_PRODUCT_WORDS = (
    *("NdPr", "NdPr-equivalent", "Nd", "Dy+Tb", "Dy", "Tb", "RE", "SEGH", "oxide", "metal"),
    *("magnet", "monazite", "concentrate", "ore", "feed", "mud", "minerals", "scrap", "chloride"),
    *("dry", "eq", "equivalent", "heavy", "mixed", "beach", "sand", "added"),
)

#: Everything that can say what a mass is the mass of.
_TAGS = (*BASES, *_PRODUCT_WORDS)
_TAG_WORDS = re.compile(rf"\s+({'|'.join(map(re.escape, ('TREO', 'magnets', *_TAGS)))})(?=[\s/]|$)")

#: Figures "per" these stand for the whole period of the row, which the key names.
_PERIOD_PARTS = frozenset({"yr", "year", "quarter"})

_DEFINITIONS = (
    *("t = [mass] = t", "kg = 0.001 t", "g = 0.001 kg", "kt = 1000 t", "Mt = 1e6 t"),
    *("lb = 0.45359237 kg", "mtu = 10 kg", "troy_ounce = 31.1034768 g", "year = [time] = yr"),
    *("quarter = year / 4", "month = year / 12", "day = year / 365", "hour = day / 24"),
    *("cubic_metre = [volume] = m3", "litre = 0.001 m3 = L", "hectare = [area] = ha"),
    *("square_kilometre = 100 ha = km2", "acre = 0.40468564224 ha", "gigawatt = [power] = GW"),
    *("megawatt = 0.001 GW = MW", "kilowatt = 1e-6 GW = kW", "GWh = [energy]"),
    *("TWh = 1000 GWh", "MWh = 0.001 GWh", "kWh = 1e-6 GWh", "count = [count] = unit"),
    *("wafer = [wafers]", "chip = [chips]", "vehicle = [vehicles]", "share = [shares]"),
    *("motor = [motors]", "fab = [fabs]", "nanometre = [length] = nm"),
    *("percent = [percent]", "point = [points] = pp", "score = [scores]"),
    *("thousand = 1e3", "million = 1e6", "billion = 1e9", "lakh = 1e5", "crore = 1e7"),
    *("stock_month = 30.4 day", "working_day = 1.4 day", "ratio = 1"),
    *(f"{currency} = [money_{currency}]" for currency in CURRENCIES),
    *(f"content_{index} = [content_{index}]" for index, _ in enumerate(_TAGS)),
)

_PLURALS = {
    "%": "percent",
    "years": "yr",
    "months": "month",
    "days": "day",
    "working_days": "working_day",
    "troy_ounces": "troy_ounce",
    "wafers": "wafer",
    "chips": "chip",
    "vehicles": "vehicle",
    "units": "count",
    "piece": "count",
    "pieces": "count",
    "acres": "acre",
    "rows": "count",
}


@cache
def _registry() -> Any:
    import pint

    registry: Any = pint.UnitRegistry(None, cache_folder=None)
    for definition in _DEFINITIONS:
        registry.define(definition)
    return registry


@cache
def _known() -> frozenset[str]:
    names = {
        word for text in _DEFINITIONS for word in re.findall(r"^\w+|(?<== )[A-Za-z]\w*$", text)
    }
    return frozenset({*names, *_PLURALS, *_TAGS})


@cache
def quantity(unit: str) -> Any:
    """Give one of a unit as a Pint quantity.

    Args:
        unit: As the tables write it: ``t REO/yr``, ``INR crore per GWh``, ``USD/lb``.

    Raises:
        InputError: if a word of it is unknown, with the nearest.
    """
    text = unit.strip()
    for pattern, plain in _SPELLINGS:
        text = re.sub(pattern, plain, text)
    product = _registry().Quantity(1.0)
    above, *below = text.split(" per ")
    for part in above.split("/")[:1]:
        product = product * _product(part, unit)
    for part in [*above.split("/")[1:], *_flattened(below)]:
        product = product / _product(part.removeprefix("~"), unit) ** (-1 if part[0] == "~" else 1)
    return product


def _flattened(denominators: list[str]) -> list[str]:
    """Factors below the line; a factor after a slash below the line stands above it again."""
    flat = []
    for text in denominators:
        first, *rest = text.split("/")
        flat += [first, *(f"~{part}" for part in rest)]
    return flat


def _product(part: str, unit: str) -> Any:
    """Multiply the words of one factor; numbers count as they stand."""
    registry = _registry()
    product = registry.Quantity(1.0)
    for word in part.split():
        if re.fullmatch(r"\d+(\.\d+)?", word):
            product = product * float(word)
        elif word in _TAGS:
            product = product * registry.Quantity(1.0, f"content_{_TAGS.index(word)}")
        elif word in _known():
            product = product * registry.Quantity(1.0, _PLURALS.get(word, word))
        else:
            raise InputError(
                f"unknown unit {unit!r}" + (f" (the word {word!r})" if word != unit else ""),
                where="unit",
                why="only units with a definition can be compared",
                mend=suggestion(word, _known()) or "write it with known words, e.g. 't REO/yr'",
            )
    return product


@cache
def factor(unit: str, to: str) -> float:
    """Give the number that turns a value in one unit into another.

    Raises:
        InputError: if a unit is unknown, or the two measure different things.
    """
    import pint

    try:
        return float((quantity(unit) / quantity(to)).to("").magnitude)
    except pint.DimensionalityError:
        raise InputError(
            f"{unit!r} cannot be turned into {to!r}",
            where="unit",
            why=_difference(unit, to),
            mend="convert at the source, or state the basis in both units",
        ) from None


def _difference(unit: str, to: str) -> str:
    weighed = [_TAG_WORDS.findall(text.replace("TREO", "REO")) for text in (unit, to)]
    if sorted(weighed[0]) != sorted(weighed[1]):
        names = [f"{' '.join(words)} content" if words else "gross weight" for words in weighed]
        return f"{names[0]} and {names[1]} are different dimensions"
    currencies = [{c for c in CURRENCIES if c in text.split()} for text in (unit, to)]
    if all(currencies) and currencies[0] != currencies[1]:
        return "no exchange rate is applied"
    return "they measure different things"


def convert(value: float, unit: str, to: str) -> float:
    """Turn a value into another unit.

    >>> convert(72.8, "INR lakh", "INR crore")
    0.728

    Raises:
        InputError: if a unit is unknown, or the two measure different things.
    """
    return value * factor(unit, to)


def content(unit: str | None) -> str | None:
    """Give the basis a unit or a basis text names (``REO``, ``Li``, ...), if it names one."""
    if unit is None or unit.startswith("%"):
        return None
    words = re.split(r"[ ,/]+", unit.replace("TREO", "REO"))
    return next((word for word in words if word in BASES), None)


def published_factor(row: Observation) -> float:
    """Give the number that turns the published value of a row into its canonical unit.

    A figure "per year" or "per quarter" stands for the period of the row where the canonical
    unit has no time; an intensity's denominator is the row's `per_unit`. Months of stock have
    30.4 days. Where the published unit names a content, the row's basis must name the same
    one, or one that stoichiometry leads to.

    Raises:
        InputError: if the units or the bases do not fit.
    """
    published, unit = row.original_unit or "", row.unit
    basis, wanted = content(published), content(row.basis) or content(unit)
    scale = 1.0
    if basis and basis != wanted:
        scale = _basis_factor(basis, wanted, published, row.basis)
    for candidate in _candidates(published, row):
        try:
            return scale * factor(_without_content(candidate), _without_content(unit))
        except InputError as error:
            problem = error
    raise problem


def _candidates(published: str, row: Observation) -> list[str]:
    """Readings of a published unit, from the strict one to those its row allows."""
    head, _, tail = published.partition("/")
    readings = [published]
    if tail.split(" ")[0] in _PERIOD_PARTS or (tail and row.per_unit):
        readings.append(head)
    if tail == "day" and "/" not in row.unit:
        readings.append(f"365 {head}")
    if row.unit == "days" and head.startswith("months"):
        readings.insert(0, "stock_month")
    if row.unit.endswith("/yr") and not tail:
        readings.append(f"{published}/yr")
    return readings[::-1] if row.unit == "days" and len(readings) > 2 else readings


def _without_content(unit: str) -> str:
    """Drop the words that say what is weighed; they were compared already."""
    return _TAG_WORDS.sub("", unit)


def _basis_factor(basis: str, wanted: str | None, published: str, text: str | None) -> float:
    if wanted and (basis, wanted) in BASIS_FACTORS:
        return BASIS_FACTORS[basis, wanted]
    raise InputError(
        f"published as {published!r}, but the basis of the row is {text or 'blank'!r}",
        where="basis",
        why=f"{basis} content is a dimension of its own",
        mend="name the content in basis, or convert the value",
    )
