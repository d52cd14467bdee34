"""Readings: the figures on record for a form, by country and origin, in the form's unit.

The table ``form_statistics`` says which figures are read for which form. A reading keeps its
origin, so that later two origins can agree or conflict; nothing is averaged here.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from midstream.chain.estimate import Z80, Component
from midstream.evidence import Evidence, Observation
from midstream.evidence.tables import Row

OBSERVED_KINDS = frozenset({"reported", "estimate", "derived", "quota"})
WORLD = "WLD"
NATIONAL = ("", "national", "world")
#: Stands for an empty basis in a rule, where an empty rule reads any basis.
BLANK = "-"


@dataclass(frozen=True, slots=True)
class Reading:
    """One origin's figure for one country, in the unit of the form or in % of world.

    Attributes:
        country: ISO-3 code; ``WLD`` for the world, blank for a publisher's other countries.
        origin: Who produced the figure.
        component: Value and interval.
        counting: Whether the origin can support a label.
        layer: Layer of the source.
        period: Year of the figure.
        lineage: Ids of the observations and parameters it rests on.
        assumed: Whether an assumed factor stands between the figure and the form.
        proxied: Whether the figure stands for the form instead of counting it.
        complete: Whether the publisher names all its larger producers.
        uniform: Whether the factor is the same for every country, so that it cancels in a share.
    """

    country: str
    origin: str
    component: Component
    counting: bool
    layer: int
    period: int
    lineage: tuple[str, ...]
    assumed: bool
    proxied: bool
    complete: bool
    uniform: bool = False


class Reader:
    """Reads figures around a base year under the evidence parameters.

    Args:
        evidence: The release.
        base_year: Year the figures are to stand for.
    """

    def __init__(self, evidence: Evidence, base_year: int) -> None:
        self.evidence = evidence
        self.base_year = base_year
        self._settings: dict[str, float] = {}
        self._by_metric: dict[str, list[Observation]] = defaultdict(list)
        for obs in evidence.observations:
            self._by_metric[obs.metric].append(obs)

    def setting(self, name: str) -> float:
        """Central value of a parameter."""
        if name not in self._settings:
            value = self.evidence.parameter(name).value
            self._settings[name] = math.nan if value is None else float(value)
        return self._settings[name]

    @cached_property
    def _production(self) -> dict[tuple[str, ...], list[Observation]]:
        """Rows of the production table by material, stage and step."""
        groups: dict[tuple[str, ...], list[Observation]] = defaultdict(list)
        for obs in self.evidence.bulk.production():
            groups[tuple(obs.id.split("/")[1:4])].append(obs)
        return groups

    def read(self, rule: Row) -> list[Reading]:
        """Read one row of ``form_statistics``: one reading per country and origin."""
        chosen = [obs for obs in self._rows(rule) if self._in_window(obs)]
        groups: dict[tuple[str, str], list[Observation]] = defaultdict(list)
        for obs in chosen:
            groups[obs.country or "", obs.origin].append(obs)
        national = {obs.country for obs in chosen if (obs.entity or "").startswith(_NATIONAL)}
        national |= {obs.country for obs in chosen if not obs.entity}
        readings = []
        for (country, _), rows in sorted(groups.items()):
            best = self._best(rows, country in national)
            if best:
                readings.append(self._reading(rule, country, best))
        return readings

    def _rows(self, rule: Row) -> Iterable[Observation]:
        if rule["table"] == "bulk":
            return self._production.get((rule["material"], rule["stage"], rule["step"]), ())
        return _matching(self._by_metric[rule["metric"]], rule)

    def _in_window(self, obs: Observation) -> bool:
        year = year_of(obs)
        back = "window.share.back" if obs.unit == "%" else "window.back"
        oldest = self.base_year - self.setting(back)
        newest = self.base_year + self.setting("window.ahead")
        return obs.kind in OBSERVED_KINDS and oldest <= year <= newest

    def _best(self, rows: list[Observation], national: bool) -> list[Observation]:
        """The rows of one origin that stand for the country: national ones, else its plants."""
        if national:
            rows = [obs for obs in rows if _is_national(obs)]
        elif rows and rows[0].country == WORLD:
            return []
        if not rows:
            return []
        nearest = min(abs(year_of(obs) - self.base_year) for obs in rows)
        rows = [obs for obs in rows if abs(year_of(obs) - self.base_year) == nearest]
        layer = min(obs.layer for obs in rows)
        rows = [obs for obs in rows if obs.layer == layer]
        newest = max(year_of(obs) for obs in rows)
        rows = [obs for obs in rows if year_of(obs) == newest]
        return list({obs.entity or "": obs for obs in rows}.values())

    def _reading(self, rule: Row, country: str, rows: list[Observation]) -> Reading:
        parts = [self._component(obs, rule) for obs in rows]
        lineage = tuple(obs.id for obs in rows)
        plain = rule["factor"] == rule["factor_low"] == rule["factor_high"] == 1
        return Reading(
            country=country,
            origin=rows[0].origin,
            component=Component(
                sum(part.value for part in parts),
                sum(part.low for part in parts),
                sum(part.high for part in parts),
            ),
            counting=any(obs.counting for obs in rows),
            layer=min(obs.layer for obs in rows),
            period=year_of(rows[0]),
            lineage=lineage if plain else (*lineage, rule["id"]),
            assumed=rule["factor_kind"] == "assumed",
            proxied=rule["standing"] == "proxied",
            complete=rule["coverage"] == "complete",
            uniform=rule["country"] is None,
        )

    def _component(self, obs: Observation, rule: Row) -> Component:
        proxied = rule["standing"] == "proxied"
        if obs.unit == "%":
            return self._share(obs)
        low, high = self._range(obs, proxied)
        factors = (rule["factor"], rule["factor_low"], rule["factor_high"])
        middle, least, most = (float(factor) for factor in factors)
        return Component(obs.value * middle, low * least, high * most)

    def _range(self, obs: Observation, proxied: bool) -> tuple[float, float]:
        """Interval of an absolute figure: its own, else its tolerance, age and proxy spread."""
        spread = self.setting("evidence.spread")
        spread += self.setting("evidence.age") * abs(year_of(obs) - self.base_year)
        spread = math.hypot(spread, self.setting("proxy.spread")) if proxied else spread
        stretch = math.exp(Z80 * spread)
        low = obs.low if obs.low is not None else obs.value / stretch
        high = obs.high if obs.high is not None else obs.value * stretch
        return min(low, obs.value), max(high, obs.value)

    def _share(self, obs: Observation) -> Component:
        """Interval of a share: its own, else the metric's tolerance, kept inside 0 to 100."""
        tolerance = float(self.evidence.metrics[obs.metric]["tolerance"])
        room = min(obs.value, 100 - obs.value) / 2
        half = max(0.0, min(tolerance, room) if room > 0 else 0.0)
        half *= 1 + self.setting("share.age") * abs(year_of(obs) - self.base_year)
        half = min(half, 2 * max(room, 0.0))
        low = obs.low if obs.low is not None else obs.value - half
        high = obs.high if obs.high is not None else obs.value + half
        if obs.low is not None and obs.high is None:
            high = min(100.0, obs.value + 2 * half)
        return Component(obs.value, min(low, obs.value), max(high, obs.value))


_NATIONAL = "national"


def _is_national(obs: Observation) -> bool:
    entity = obs.entity or ""
    return entity in NATIONAL or entity.startswith(_NATIONAL)


def _matching(observations: Iterable[Observation], rule: Row) -> Iterator[Observation]:
    for obs in observations:
        if rule["material"] and obs.material != rule["material"]:
            continue
        if (obs.form or None) != (rule["filter_form"] or None) and rule["filter_form"] != "*":
            continue
        if rule["stage"] and obs.stage != rule["stage"]:
            continue
        if rule["basis"] and (obs.basis or BLANK) != rule["basis"]:
            continue
        if rule["country"] and obs.country != rule["country"]:
            continue
        yield obs


def year_of(obs: Observation) -> int:
    """Year of an observation: the last year of its period."""
    return int(obs.period.split("-")[-1] if len(obs.period) == 9 else obs.period[:4])
