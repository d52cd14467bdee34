"""Search of the facts: filters by key, words, label; a page at a time."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from midstream.app.settings import StudyText
from midstream.app.tasks.desk import LivePen, QuickDesk
from midstream.app.tasks.edition import environment
from midstream.app.worker import Place
from midstream.evidence import Evidence
from midstream.evidence.labels import Fact
from midstream.evidence.quantity import LABEL_ORDER

#: Columns that can be filtered, and facts on a page.
COLUMNS = ("metric", "country", "material", "form", "stage", "label")
ROWS = 60


def search(place: Place, study: StudyText, asked: Mapping[str, Any]) -> str:
    """Give the filters and the facts that match them."""
    opened = place.study(study)
    desk = QuickDesk(opened)
    names, facts = index(opened.evidence)
    wanted = {name: asked[name] for name in COLUMNS if asked[name]}
    words = asked["text"].lower().split()
    found = [
        (fact, cells)
        for fact, cells, text in facts
        if all(cells[name] == value for name, value in wanted.items())
        and all(word in text for word in words)
    ]
    offset = min(asked["offset"], max(0, len(found) - 1))
    state = [
        ("study", opened.config.id),
        *((k, v) for k, v in asked.items() if v and k != "offset"),
    ]
    pen = LivePen(desk, "/evidence", state)
    text = (
        environment()
        .get_template("facts.html")
        .render(
            pen=pen,
            asked=asked,
            study=opened.config.id,
            columns=[(name, title, names[name]) for name, title in _TITLES.items()],
            rows=[_row(fact, cells, names) for fact, cells in found[offset : offset + ROWS]],
            count=f"{len(found):,} of {len(facts):,} facts",
            before=_way(state, offset - ROWS) if offset else "",
            after=_way(state, offset + ROWS) if offset + ROWS < len(found) else "",
        )
    )
    return pen.turned(text)


_TITLES = {
    "metric": "Measure",
    "country": "Country",
    "material": "Material",
    "form": "Form",
    "stage": "Stage",
    "label": "Label",
}


def _way(state: list[tuple[str, str]], offset: int) -> str:
    return f"/evidence?{urlencode([*state, ('offset', max(0, offset))])}"


def _row(fact: Fact, cells: Mapping[str, str], names: Mapping[str, Mapping[str, str]]) -> Any:
    key = fact.key
    what = [names[name].get(cells[name], cells[name]) for name in ("material", "form")]
    more = [str(key[name] or "") for name in ("partner", "entity", "per_unit", "basis")]
    more += [] if key["kind_group"] == "observed" else [str(key["kind_group"])]
    return {
        "quantity": fact.quantity,
        "metric": names["metric"].get(cells["metric"], cells["metric"]),
        "country": names["country"].get(cells["country"], cells["country"]),
        "what": " · ".join(part for part in [", ".join(w for w in what if w), *more] if part),
        "stage": cells["stage"],
        "period": str(key["period"] or ""),
    }


@lru_cache(maxsize=2)
def index(evidence: Evidence) -> tuple[Any, list[tuple[Fact, dict[str, str], str]]]:
    """Give the names of the words in use, and every fact with its cells and its text."""
    known = {name: evidence.vocabulary(name) or {} for name in COLUMNS[:5]}
    names: dict[str, dict[str, str]] = {name: {} for name in COLUMNS}
    facts = []
    for fact in evidence.facts():
        cells = {name: str(fact.key[name] or "") for name in COLUMNS[:5]}
        cells["label"] = fact.quantity.label or ""
        for name, word in cells.items():
            if word:
                spelled = known.get(name, {}).get(word) or word.replace("-", " ").replace("_", " ")
                names[name].setdefault(word, spelled.split(" (")[0])
        rest = [str(fact.key[name] or "") for name in ("period", "partner", "entity", "basis")]
        shown = [names[name].get(cells[name], "") for name in COLUMNS[:5]]
        facts.append((fact, cells, " ".join([*shown, *rest]).lower()))
    ordered = {
        name: dict(sorted(words.items(), key=lambda pair: pair[1].lower()))
        for name, words in names.items()
    }
    ordered["label"] = {one: one for one in LABEL_ORDER if one in names["label"]}
    return ordered, facts
