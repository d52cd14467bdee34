"""The label of a fact, computed from the origins behind it; never typed.

A key gathers the rows that speak of the same thing. Origins, not sources, are counted:
one ministry is one origin however many papers print it.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from statistics import median
from typing import Literal

from midstream.evidence.observations import KEY_COLUMNS, Key, Observation
from midstream.evidence.periods import distance
from midstream.evidence.quantity import Label, Quantity, worst_label
from midstream.evidence.tables import Row

Verdict = Literal["agrees", "differs", "same origin", "not counted"]
Agreement = Literal["agree", "conflict", "single"]

DERIVED = "derived"
_PERIOD = KEY_COLUMNS.index("period")
#: Slack for the last digit of binary fractions, far below any tolerance.
_EPSILON = 1e-9


@dataclass(frozen=True, slots=True)
class OriginValue:
    """What one origin says about a key.

    Attributes:
        origin: Id of the origin.
        value: Median of its rows in its best layer and newest vintage.
        low: Lowest published low of those rows.
        high: Highest published high of those rows.
        layer: Its best layer.
        counting: Whether it can support a label.
        verdict: ``agrees`` with another counting origin (in this key, or in a neighbouring
            period the metric allows), ``differs`` from all of them, ``same origin`` where
            everything that counts comes from it alone, ``not counted``.
        vintage: Newest vintage.
        ids: Ids of the rows that were used.
    """

    origin: str
    value: float
    low: float | None
    high: float | None
    layer: int
    counting: bool
    verdict: Verdict = "not counted"
    vintage: str = ""
    ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fact:
    """One key of the label rule with everything known about it.

    Attributes:
        key: Key columns and ``kind_group`` (observed, forecast, target); ``None`` is a blank.
        quantity: Value, range, label. Where origins agree: their median, and their span. In
            conflict: the median of the counting origins, and the span of them all (if a
            neighbouring period settles the conflict, the median of the origins it backs).
            Otherwise the value and the published range of the one origin. Low and high are a
            published range or a span of origins here, not an 80 % interval.
        observations: All rows, in the order of their ids.
        origins: What each origin says.
        agreement: ``agree``, ``conflict`` or ``single`` (fewer than two counting origins).
        disputed: Label V although another counting origin differs.
        adjacent: The neighbouring period that lifted the label to V, if one did.
        label_strict: Label without neighbouring periods.
        best_origin: The origin the label leans on most.
        label_without_best: Label if that origin had never published, here or in
            neighbouring periods; never stronger than the label, because leaving an origin
            out does not settle a conflict. ``None`` where nothing would be left.
    """

    key: Mapping[str, str | None]
    quantity: Quantity
    observations: tuple[Observation, ...]
    origins: tuple[OriginValue, ...]
    agreement: Agreement
    disputed: bool
    adjacent: str | None
    label_strict: Label
    best_origin: str
    label_without_best: Label | None


@dataclass(frozen=True, slots=True)
class Tolerance:
    """When two values of a metric agree.

    Attributes:
        width: Largest difference: relative to their mean, or in points.
        relative: Which of the two.
        slack: Years by which periods may differ and still support each other.
    """

    width: float
    relative: bool
    slack: int

    @classmethod
    def of(cls, metric: Row) -> Tolerance:
        """Read the tolerance from a row of the metrics table."""
        relative = metric["tolerance_kind"] == "relative"
        return cls(metric["tolerance"], relative, metric["period_slack"] or 0)

    def agree(self, one: OriginValue, other: OriginValue) -> bool:
        """Whether two origins agree.

        They do if the values differ by no more than the width (relative: over the mean of
        both), or if one value lies inside the published range of the other.
        """
        limit = self.width
        if self.relative:
            limit *= abs(one.value + other.value) / 2
        if abs(one.value - other.value) <= limit * (1 + _EPSILON):
            return True
        return _inside(one.value, other) or _inside(other.value, one)


def _inside(value: float, other: OriginValue) -> bool:
    if other.low is None or other.high is None:
        return False
    slack = _EPSILON * max(abs(other.low), abs(other.high))
    return other.low - slack <= value <= other.high + slack


def key_id(key: Key) -> str:
    """Give the lineage id of a key: ``key:`` and ten hex digits."""
    text = "\x1f".join(part or "" for part in key)
    return "key:" + hashlib.sha256(text.encode()).hexdigest()[:10]


def origin_values(rows: Iterable[Observation]) -> list[OriginValue]:
    """Give what each origin says, from its best layer and newest vintage, by origin id."""
    groups: defaultdict[str, list[Observation]] = defaultdict(list)
    for row in rows:
        groups[row.origin].append(row)
    return [_origin_value(origin, groups[origin]) for origin in sorted(groups)]


def _origin_value(origin: str, rows: list[Observation]) -> OriginValue:
    layer = min(row.layer for row in rows)
    rows = [row for row in rows if row.layer == layer]
    vintage = max(row.vintage or "" for row in rows)
    rows = [row for row in rows if (row.vintage or "") == vintage]
    lows = [row.low for row in rows if row.low is not None]
    highs = [row.high for row in rows if row.high is not None]
    return OriginValue(
        origin=origin,
        value=median(row.value for row in rows),
        low=min(lows, default=None),
        high=max(highs, default=None),
        layer=layer,
        counting=any(row.counting for row in rows),
        vintage=vintage,
        ids=tuple(sorted(row.id for row in rows)),
    )


def plain_label(origins: Iterable[OriginValue], agreeing: bool) -> Label:
    """Give the label of some origins, of which it is known whether any two agree.

    V: two counting origins agree. U: several count and none agree, or only tertiary
    support. V1: one counts, or only rows of layer 1-2 that name no origin. modelled: only
    computed rows.
    """
    origins = list(origins)
    counting = sum(origin.counting for origin in origins)
    if agreeing:
        return "V"
    if counting:
        return "V1" if counting == 1 else "U"
    if any(_unattributed(origin) for origin in origins):
        return "V1"
    return "modelled" if all(origin.origin == DERIVED for origin in origins) else "U"


def _unattributed(origin: OriginValue) -> bool:
    return not origin.counting and origin.layer <= 2 and origin.origin != DERIVED


def _standing(origin: OriginValue) -> int:
    """Rank an origin by what it can carry: counting, unattributed, tertiary, derived."""
    if origin.counting:
        return 0
    if _unattributed(origin):
        return 1
    return 3 if origin.origin == DERIVED else 2


class FactBook:
    """All keys of some observations, their labels computed on demand and kept.

    Args:
        observations: Rows in any order; the order does not matter.
        metrics: Rows of the metrics table by id.
    """

    def __init__(self, observations: Iterable[Observation], metrics: Mapping[str, Row]) -> None:
        self._rows: defaultdict[Key, list[Observation]] = defaultdict(list)
        for row in sorted(observations, key=lambda row: row.id):
            self._rows[row.key].append(row)
        self._tolerances = {name: Tolerance.of(row) for name, row in metrics.items()}
        self._siblings: defaultdict[Key, list[Key]] = defaultdict(list)
        for key in self._rows:
            self._siblings[key[:_PERIOD] + key[_PERIOD + 1 :]].append(key)
        self._origins: dict[Key, list[OriginValue]] = {}
        self._facts: dict[Key, Fact] = {}
        self._keys_by_id: dict[str, Key] = {}

    @property
    def keys(self) -> tuple[Key, ...]:
        """All keys, in a fixed order."""
        return tuple(sorted(self._rows, key=lambda key: tuple(part or "" for part in key)))

    def by_id(self, lineage: str) -> Fact:
        """Give the fact of a ``key:`` lineage id.

        Raises:
            KeyError: if there is none.
        """
        if not self._keys_by_id:
            self._keys_by_id = {key_id(key): key for key in self._rows}
        return self.fact(self._keys_by_id[lineage])

    def fact(self, key: Key) -> Fact:
        """Give the fact of a key.

        Raises:
            KeyError: if no row has the key.
        """
        if key not in self._facts:
            self._facts[key] = self._make(key)
        return self._facts[key]

    def origins(self, key: Key) -> list[OriginValue]:
        """Give what each origin says about a key, verdicts not yet filled in."""
        if key not in self._origins:
            self._origins[key] = origin_values(self._rows[key])
        return self._origins[key]

    def label(self, key: Key, without: str | None = None, slack: bool = True) -> Label | None:
        """Give the label of a key.

        Args:
            key: The key.
            without: An origin to leave out, in this key and in neighbouring periods.
            slack: Whether agreement in a neighbouring period counts.

        Returns:
            The label, ``None`` if nothing is left.
        """
        origins = [origin for origin in self.origins(key) if origin.origin != without]
        if not origins:
            return None
        agreeing = bool(self._partners(key, origins))
        if not agreeing and slack:
            agreeing = bool(self._neighbours(key, origins, without))
        return plain_label(origins, agreeing)

    def _tolerance(self, key: Key) -> Tolerance:
        return self._tolerances[key[0] or ""]

    def _partners(self, key: Key, origins: list[OriginValue]) -> set[str]:
        """Counting origins that agree with another counting origin of the key."""
        counting = [origin for origin in origins if origin.counting]
        if len(counting) < 2:
            return set()
        tolerance = self._tolerance(key)
        return {
            one.origin
            for one in counting
            for other in counting
            if one is not other and tolerance.agree(one, other)
        }

    def _neighbours(
        self, key: Key, origins: list[OriginValue], without: str | None
    ) -> dict[str, str]:
        """Counting origins backed by another origin in a neighbouring period: its period."""
        tolerance = self._tolerance(key)
        counting = [origin for origin in origins if origin.counting]
        if not tolerance.slack or not counting:
            return {}
        backed: dict[str, str] = {}
        for _, period, sibling in self._near(key, tolerance.slack):
            others = [o for o in self.origins(sibling) if o.counting and o.origin != without]
            for one in counting:
                if any(o.origin != one.origin and tolerance.agree(one, o) for o in others):
                    backed.setdefault(one.origin, period)
        return backed

    def _near(self, key: Key, slack: int) -> list[tuple[int, str, Key]]:
        """Keys that differ only in a period within the slack, nearest first."""
        period = key[_PERIOD] or ""
        near = []
        for sibling in self._siblings[key[:_PERIOD] + key[_PERIOD + 1 :]]:
            other = sibling[_PERIOD] or ""
            months = distance(period, other)
            if sibling != key and months is not None and months <= 12 * slack:
                near.append((months, other, sibling))
        return sorted(near, key=lambda item: item[:2])

    def _make(self, key: Key) -> Fact:
        origins = self.origins(key)
        partners = self._partners(key, origins)
        backed = {} if partners else self._neighbours(key, origins, None)
        counting = [origin.origin for origin in origins if origin.counting]
        supported = partners or set(backed)
        judged = tuple(replace(o, verdict=_verdict(o, supported, counting)) for o in origins)
        agreement: Agreement = "single"
        if len(counting) > 1:
            agreement = "agree" if partners else "conflict"
        label = plain_label(origins, bool(supported))
        best = min(judged, key=_rank).origin
        left = self.label(key, without=best)
        return Fact(
            key=dict(zip((*KEY_COLUMNS, "kind_group"), key, strict=True)),
            quantity=_quantity(key, judged, agreement, label),
            observations=tuple(self._rows[key]),
            origins=judged,
            agreement=agreement,
            disputed=label == "V" and len(supported) < len(counting),
            adjacent=min(backed.values(), key=lambda p: (distance(key[_PERIOD] or "", p) or 0, p))
            if backed
            else None,
            label_strict=plain_label(origins, bool(partners)),
            best_origin=best,
            label_without_best=worst_label((label, left)) if left else None,
        )


def _verdict(origin: OriginValue, supported: set[str], counting: list[str]) -> Verdict:
    if not origin.counting:
        return "not counted"
    if origin.origin in supported:
        return "agrees"
    return "differs" if len(counting) > 1 else "same origin"


def _rank(origin: OriginValue) -> tuple[int, bool, int, tuple[int, ...], str]:
    """Sort key: what the label leans on most comes first; newer vintages before older."""
    newest_first = (*(-ord(letter) for letter in origin.vintage), 1)
    return (
        _standing(origin),
        origin.verdict != "agrees",
        origin.layer,
        newest_first,
        origin.origin,
    )


def _quantity(
    key: Key, origins: tuple[OriginValue, ...], agreement: Agreement, label: Label
) -> Quantity:
    standing = min(_standing(origin) for origin in origins)
    pool = [origin for origin in origins if _standing(origin) == standing]
    backed = [origin for origin in pool if origin.verdict == "agrees"] or pool
    spread = backed if agreement == "agree" else pool
    low, high = _span(spread)
    return Quantity(
        value=median(origin.value for origin in backed),
        low=low,
        high=high,
        unit=key[KEY_COLUMNS.index("unit")] or "",
        label=label,
        lineage=key_id(key),
    )


def _span(origins: list[OriginValue]) -> tuple[float | None, float | None]:
    """Span the values and published bounds; a bound nobody published stays blank."""
    values = [origin.value for origin in origins]
    lows = [origin.low for origin in origins if origin.low is not None]
    highs = [origin.high for origin in origins if origin.high is not None]
    spread = min(values) < max(values)
    low = min([*values, *lows]) if lows or spread else None
    high = max([*values, *highs]) if highs or spread else None
    return low, high
