"""Governance as a risk: political stability turned into a number from zero to one."""

from __future__ import annotations

from midstream.evidence import Evidence, Ledger, Node, Quantity

#: Ends of the scale of the Worldwide Governance Indicators, by their definition.
STRONG, WEAK = 2.5, -2.5


def risk_of(stability: float) -> float:
    """Risk from zero (stable) to one (weak): ``(2.5 - WGI) / 5``, cut to 0..1.

    Args:
        stability: Political stability and absence of violence, -2.5 to 2.5; a few published
            figures lie a little outside.
    """
    return min(1.0, max(0.0, (STRONG - stability) / (STRONG - WEAK)))


def risks(evidence: Evidence, year: int, ledger: Ledger) -> dict[str, Quantity]:
    """Give the governance risk of every country with a figure for a year.

    The newest year on record stands in for later ones. A year before it that is not on record
    gives nothing.

    Args:
        evidence: The release.
        year: Year.
        ledger: Where the risks are entered, as ``f:dependency.governance-risk/<country>/<year>``.

    Returns:
        Country -> risk 0..1 with the 80 % interval of the publisher.
    """
    published = evidence.bulk.governance(year)
    held = year
    if not published:
        newest = evidence.bulk.governance()
        years = {int(part.lineage.rpartition("/")[2]) for part in newest.values()}
        if not years or max(years) > year:
            return {}
        published, held = newest, max(years)
    names = evidence.countries
    found: dict[str, Quantity] = {}
    for country, part in published.items():
        if part.value is None or country not in names:
            continue
        found[country] = _risk(country, str(names[country]["name"]), held, part, ledger)
    return found


def _risk(country: str, name: str, year: int, part: Quantity, ledger: Ledger) -> Quantity:
    value = risk_of(part.value or 0.0)
    # A high stability is a low risk: the ends change places.
    low = value if part.high is None else min(value, risk_of(part.high))
    high = value if part.low is None else max(value, risk_of(part.low))
    lineage = f"f:dependency.governance-risk/{country}/{year}"
    risk = Quantity(value, low, high, "ratio", part.label, lineage)
    ledger.add(
        Node(
            lineage,
            "formula",
            f"Governance risk: {name}, {year}",
            risk,
            inputs=(part.lineage,),
            formula="(2.5 - political stability) / 5",
        )
    )
    return risk
