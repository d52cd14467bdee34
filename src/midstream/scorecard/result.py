"""What the scorecard gives back: scores with their pillars, reasons and what would lift them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from midstream.evidence.lineage import Ledger
from midstream.evidence.quantity import Quantity


class Remark(str):
    """A sentence with quantities in it: reads as text and keeps its numbers.

    Attributes:
        template: The sentence with ``{name}`` or ``{name:style}`` for each quantity; styles are
            those of the report (``value``, ``digit``, ``range``, ``percent``, ``bare``).
        values: Quantities (or words) by name.
        lever: For what would lift a score: output, completion, feed, licence, throttle,
            ownership, or none; blank for a reason.
        flips_at: For a lift: where the lever tips the score, if it does.
        target: For a lift: the integer it lifts the score to, else 0.
    """

    template: str
    values: Mapping[str, Quantity | str]
    lever: str
    flips_at: Quantity | None
    target: int

    def __new__(
        cls,
        template: str,
        lever: str = "",
        flips_at: Quantity | None = None,
        target: int = 0,
        **values: Quantity | str,
    ) -> Remark:
        """Fill the template with plain numbers for the text."""
        remark = super().__new__(cls, _SLOT.sub(lambda slot: _plain(values, slot), template))
        remark.template = template
        remark.values = values
        remark.lever = lever
        remark.flips_at = flips_at
        remark.target = target
        return remark


_SLOT = re.compile(r"\{(\w+)(?::(\w+))?\}")


def _plain(values: Mapping[str, Quantity | str], slot: re.Match[str]) -> str:
    value = values[slot.group(1)]
    if isinstance(value, str):
        return value
    plain = slot.group(2) == "bare" or value.unit in ("score", "ratio", "probability")
    unit = "" if plain else f" {value.unit}"
    if slot.group(2) == "range" and value.low is not None and value.high is not None:
        return f"{value.low:,.3g} to {value.high:,.3g}{unit}"
    return "no evidence" if value.value is None else f"{value.value:,.3g}{unit}"


@dataclass(frozen=True, slots=True)
class FormScore:
    """Score of one country at one form (a strand of a stage).

    Attributes:
        country, form, stage: Place of the cell.
        score: 1..5 with 80 % interval; value ``None`` where the evidence leaves it open.
        digit: Integer where one integer holds at least the threshold probability, else ``None``.
        digit_low, digit_high: Range of integers the evidence allows (equal where digit is given).
        probabilities: P(integer = 1..5), the lower of the two ends of the evidence box.
        output, need, world: Base-year quantities in the form's unit.
        coverage, scale: ``output / need`` and ``output / reference`` (unit ``ratio``).
        installed, trajectory, control: The pillars, 0..1.
        support: Standing of the output: observed, proxied, bounded or open.
        missing: What evidence would settle the cell, in words; empty where it is settled.
    """

    country: str
    form: str
    stage: str
    score: Quantity
    digit: int | None
    digit_low: int
    digit_high: int
    probabilities: tuple[float, ...]
    output: Quantity
    need: Quantity
    world: Quantity
    coverage: Quantity
    scale: Quantity
    installed: Quantity
    trajectory: Quantity
    control: Quantity
    support: str
    missing: str = ""


@dataclass(frozen=True, slots=True)
class CellScore:
    """Score of one country, sector and stage.

    Attributes:
        country, sector, stage: Place of the cell.
        score: 1..5 with 80 % interval and label; value ``None`` where there is no evidence.
        digit: Integer, or ``None`` where the evidence allows several (see the range).
        digit_low, digit_high: Range of integers the evidence allows.
        p_digit: Probability of the digit at the weaker end of the evidence box.
        pillars: ``installed``, ``trajectory``, ``control`` (0..1).
        forms: Form scores behind it, the binding one first.
        weights: Weight of each of ``forms`` in the stage.
        reasons: Why the score is what it is, in words.
        lift: What would lift it by one, in words; each names one lever or says none does.
        missing: What evidence is missing, in words.
    """

    country: str
    sector: str
    stage: str
    score: Quantity
    digit: int | None
    digit_low: int
    digit_high: int
    p_digit: float
    pillars: Mapping[str, Quantity]
    forms: tuple[FormScore, ...]
    weights: tuple[float, ...]
    reasons: tuple[Remark, ...] = ()
    lift: tuple[Remark, ...] = ()
    missing: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Give the cell as the JSON object of the public interface."""
        return {
            "country": self.country,
            "sector": self.sector,
            "stage": self.stage,
            "score": self.score.to_dict(),
            "digit": self.digit,
            "digit_range": [self.digit_low, self.digit_high],
            "p_digit": self.p_digit,
            "pillars": {name: pillar.to_dict() for name, pillar in self.pillars.items()},
            "forms": [form.form for form in self.forms],
            "reasons": list(self.reasons),
            "lift": list(self.lift),
            "missing": list(self.missing),
        }


@dataclass(frozen=True, slots=True)
class Rank:
    """Rank of a country among the study's countries (1 is best), median and 90 % range."""

    p50: int
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class CountryProfile:
    """National profile of a country: mean over sectors at each stage.

    Attributes:
        country: ISO-3 code.
        stages: Stage -> mean score over sectors with 80 % interval.
        digits: Stage -> integer or ``None``.
        hollow_index: ``(C1+C4)/2 - (C2+C3)/2``, in score points.
        p_hollow: Probability that both C2 and C3 lie below both C1 and C4 (unit ``probability``).
        ranks: Stage -> rank among the study's countries.
        sectors_scored: Sectors with an evidenced score at all four stages.
    """

    country: str
    stages: Mapping[str, Quantity]
    digits: Mapping[str, int | None]
    hollow_index: Quantity
    p_hollow: Quantity
    ranks: Mapping[str, Rank]
    sectors_scored: int


@dataclass(frozen=True, slots=True)
class Scorecard:
    """Everything one run of the scorecard gives back.

    Attributes:
        horizon: Year of the trajectory.
        draws: Number of Monte Carlo draws.
        seed: Seed of the draws.
        cells: One per country, sector and stage, in that order.
        form_scores: One per country and form.
        profiles: One per country.
        ledger: Lineage of every quantity above.
    """

    horizon: int
    draws: int
    seed: int
    cells: tuple[CellScore, ...]
    form_scores: tuple[FormScore, ...]
    profiles: tuple[CountryProfile, ...]
    ledger: Ledger
    assumptions: tuple[str, ...] = field(default=())

    def __repr__(self) -> str:
        """Say in one line what it is; its cells alone would fill many screens."""
        countries = dict.fromkeys(cell.country for cell in self.cells)
        sectors = dict.fromkeys(cell.sector for cell in self.cells)
        return (
            f"Scorecard(cells={len(self.cells)}, countries={len(countries)},"
            f" sectors={len(sectors)}, horizon={self.horizon}, draws={self.draws})"
        )

    def to_dict(self) -> list[dict[str, Any]]:
        """Give the cells as the command ``score`` does."""
        return [cell.to_dict() for cell in self.cells]

    def cell(self, country: str, sector: str, stage: str) -> CellScore:
        """Give one cell; raises KeyError if the run does not hold it."""
        for cell in self.cells:
            if (cell.country, cell.sector, cell.stage) == (country, sector, stage):
                return cell
        raise KeyError((country, sector, stage))

    def profile(self, country: str) -> CountryProfile:
        """Give the national profile of a country; raises KeyError if the run lacks it."""
        for profile in self.profiles:
            if profile.country == country:
                return profile
        raise KeyError(country)
