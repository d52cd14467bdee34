"""The shape: sectors, who holds each stage, and a line a country."""

from __future__ import annotations

from midstream.report.figures import concentration, hollow_sectors
from midstream.report.narrative.words import capital, lowered, possessive
from midstream.report.numbers import Sentence
from midstream.report.pdf.press import Press, in_one
from midstream.report.pdf.writer import Json

#: Findings under the strips of the sectors.
MOST_FINDINGS = 3

#: Forms in the concentration figure.
MOST_FORMS = 24


def sectors(press: Press) -> Json:
    """One small strip per sector of the focus country."""
    press.turn("sectors")
    country = press.context.focus
    figure = hollow_sectors(
        press.context.card,
        country,
        lambda one: press.study.name("sector", one),
        Sentence(("Four bars per sector, ore at the left",)),
        _ruler(f"{capital(possessive(press.context.country))} score from one to five."),
        press.basis("Sectors with the hollowest middle first."),
    )
    blocks = [press.figure(figure)]
    found = press.narrative.sector_findings[: press.fewer(MOST_FINDINGS)]
    if found:
        blocks.append({"kind": "head", "text": ["What the sectors have in common"]})
        blocks.append(press.prose(in_one([finding.text for finding in found])))
    return press.page("sectors", blocks)


def _ruler(text: str) -> Sentence:
    return Sentence(
        (
            f"{text} Thin line: its interval; hatched: digits the evidence leaves open; red: the"
            " stage that binds.",
        )
    )


def country_lines(press: Press) -> list[Sentence]:
    """The focus country, then each incumbent and partner, in a line each."""
    config = press.study.config
    named = dict.fromkeys((config.focus, *config.incumbents, *config.partners))
    known = [country for country in named if country in press.narrative.countries]
    return [_line(press, country) for country in known[: press.fewer(MOST_FINDINGS)]]


def _line(press: Press, country: str) -> Sentence:
    name = press.study.name("country", country)
    return Sentence((f"{name}: ",)) + lowered(press.narrative.countries[country])


def holders(press: Press) -> Json:
    """Concentration by form, and what it adds up to."""
    press.turn("holders")
    known = [one for one in press.study.holders() if one.hhi.value is not None]
    top = sorted(known, key=lambda one: (-(one.hhi.value or 0.0), one.form))[
        : press.fewer(MOST_FORMS)
    ]
    figure = concentration(
        top,
        press.reader,
        Sentence(("The most concentrated forms",)),
        Sentence(
            (
                "Herfindahl index of national shares: zero is many small holders, one is a single"
                " country. The bar spans the unnamed rest split finely or in one hand; at the right"
                " the leader and its share.",
            )
        ),
        press.basis("Shares of world output by country."),
    )
    found = press.narrative.concentration
    stages = [one.text for one in found if one.id == "stage-medians"]
    forms = [one.text for one in found if one.id.startswith("form/")]
    prose = press.prose(*stages, in_one(forms))
    return press.page("holders", [press.figure(figure), prose])
