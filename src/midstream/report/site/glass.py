"""The glass box: what `number.html` needs to take any number apart, in small scripts by hash."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from midstream.evidence.labels import Fact
from midstream.evidence.lineage import Node
from midstream.evidence.quantity import Quantity
from midstream.report.figures import Dot, Figure, lanes
from midstream.report.numbers import Register, Sentence, say, show
from midstream.report.site.desk import Desk
from midstream.report.theme import LIVE

#: Results named under "where it is used".
_USES = 30
#: Layer of an origin class in the lanes: official, analysts and firms, press and digests.
_LANES = {"statistics": 0, "government": 0, "intergovernmental": 0, "news": 2, "aggregator": 2}
#: No source line: the sources stand beside the drawing.
NO_LINE = Sentence(())
#: Units that say nothing beside the number.
_BARE = {"count", "exponent", "index"}
_TITLES = {
    "agree": "Independent origins agree",
    "conflict": "Origins disagree",
    "single": "What each source says",
}


def shard_of(lineage: str) -> str:
    """Give the name of the script that holds a lineage: FNV-1a over its bytes, last byte in hex.

    The last byte of a product hangs on the last bytes of its factors alone, so only it is kept.
    """
    hashed = 0xC5
    for byte in lineage.encode():
        hashed = ((hashed ^ byte) * 0x93) & 0xFF
    return f"{hashed:02x}"


def reachable(desk: Desk, lineages: Iterable[str]) -> dict[str, Node]:
    """Give every node at or below some lineages, in the order they are met."""
    found: dict[str, Node] = {}
    waiting = list(dict.fromkeys(lineages))[::-1]
    while waiting:
        lineage = waiting.pop()
        node = None if lineage in found else desk.ledger.get(lineage)
        if node is not None:
            found[lineage] = node
            waiting.extend(reversed(node.inputs))
    return found


def glass_scripts(desk: Desk, register: Register, titles: Mapping[str, str]) -> dict[str, str]:
    """Write the scripts of the glass box.

    Args:
        desk: The edition.
        register: Every number shown so far.
        titles: Path of a page -> its title.

    Returns:
        File name -> text: 256 parts by hash of the lineage, and the sources.
    """
    shown = [lineage for _, _, lineage in register.rows]
    nodes = reachable(desk, [*shown, *desk.study.evidence.fact_ids])
    users, pages = _users(nodes), _pages(register, titles)
    parts: dict[str, dict[str, Any]] = {f"{number:02x}": {} for number in range(256)}
    for lineage, node in nodes.items():
        entry = entry_of(desk, node)
        if lineage in users:
            entry["u"] = sorted(users[lineage], key=_of_the_words)[:_USES]
        if lineage in pages:
            entry["p"] = pages[lineage]
        parts[shard_of(lineage)][lineage] = entry
    scripts = {f"{name}.js": f"midstreamGlass({_json(part)});\n" for name, part in parts.items()}
    scripts["sources.js"] = f"window.midstreamSources = {_json(sources_of(desk, nodes))};\n"
    return scripts


def _of_the_words(lineage: str) -> bool:
    """Whether a result only counts things for a sentence; such uses are named last."""
    return lineage.startswith("f:report.")


def _users(nodes: Mapping[str, Node]) -> dict[str, list[str]]:
    users: defaultdict[str, list[str]] = defaultdict(list)
    for lineage, node in nodes.items():
        for one in dict.fromkeys(node.inputs):
            users[one].append(lineage)
    return users


def _pages(register: Register, titles: Mapping[str, str]) -> dict[str, list[list[str]]]:
    pages: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for place, _, lineage in register.rows:
        if place in titles:
            pages[lineage][place] = None
    return {
        lineage: [[titles[place], place] for place in list(places)[:12]]
        for lineage, places in pages.items()
    }


def entry_of(desk: Desk, node: Node) -> dict[str, Any]:
    """Give what the glass box shows of a number, under one-letter names."""
    quantity = node.quantity
    entry: dict[str, Any] = {
        "k": node.kind,
        "n": desk.named(_capital(node.name.removeprefix("agreement of origins: "))),
        "t": show(quantity, "bare" if quantity.unit in _BARE else "value").plain,
        "q": [quantity.value, quantity.low, quantity.high, quantity.unit, quantity.label],
    }
    if quantity.low is not None and quantity.high is not None and quantity.value is not None:
        entry["r"] = show(quantity, "range").plain
    optional = {
        "f": node.formula,
        "m": desk.named(node.note),
        "i": list(node.inputs),
        "s": [part.strip() for part in (node.source or "").split(";") if part.strip()],
    }
    entry.update({name: value for name, value in optional.items() if value})
    if node.id.startswith("key:"):
        entry["x"] = _agreement(desk, desk.study.evidence.fact_by_id(node.id))
    return entry


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _agreement(desk: Desk, fact: Fact) -> dict[str, Any]:
    rows = [_origin_row(desk, fact, origin) for origin in fact.origins]
    out: dict[str, Any] = {
        "title": _TITLES[fact.agreement],
        "o": rows,
        "best": desk.study.evidence.origins[fact.best_origin]["name"] or fact.best_origin,
        "without": fact.label_without_best,
    }
    if fact.disputed:
        out["disputed"] = True
    if fact.adjacent:
        out["adjacent"] = fact.adjacent
    if len(fact.observations) > 1:
        out["svg"] = fact_figure(desk, fact).svg(LIVE, width=460)
    return out


def _origin_row(desk: Desk, fact: Fact, origin: Any) -> list[Any]:
    rows = [row for row in fact.observations if row.id in origin.ids]
    source = desk.sources.get(rows[0].source, {}) if rows else {}
    value = Quantity(origin.value, None, None, fact.quantity.unit, "V1", fact.quantity.lineage)
    name = desk.study.evidence.origins[origin.origin]["name"] or origin.origin
    title = str(source.get("title") or "")
    return [name, show(value).plain, origin.layer, origin.verdict, list(origin.ids), title]


def shortened(name: str, most: int = 24) -> str:
    """A name cut at a word, with the mark that says so."""
    if len(name) <= most:
        return name
    return f"{name[: most - 1].rsplit(' ', 1)[0]}\u2026"


def fact_figure(desk: Desk, fact: Fact, source_line: Sentence = NO_LINE) -> Figure:
    """Draw the sources of a fact as dots in lanes."""
    verdicts = {row: origin.verdict for origin in fact.origins for row in origin.ids}
    dots = []
    for row in fact.observations:
        source = desk.sources.get(row.source, {})
        lane = _LANES.get(str(source.get("origin_class")), 1)
        who = shortened(str(source.get("publisher") or row.source))
        name = f"{who} {(row.vintage or row.period)[:4]}"
        quantity = Quantity(row.value, row.low, row.high, row.unit, "V1", row.id)
        dots.append(Dot(lane, quantity, name, verdicts.get(row.id) in {"agrees", "same origin"}))
    what = desk.study.evidence.describe(fact.observations[0])
    title = say("{t}: {w}", t=_TITLES[fact.agreement], w=what)
    return lanes(fact.quantity, dots, tolerance_band(desk, fact), title, source_line)


def tolerance_band(desk: Desk, fact: Fact) -> tuple[float, float] | None:
    """Give the band round the value used in which another origin agrees."""
    value = fact.quantity.value
    metric = desk.study.evidence.metrics.get(str(fact.key["metric"]))
    if value is None or metric is None:
        return None
    width = float(metric["tolerance"])
    if metric["tolerance_kind"] == "relative":
        width *= abs(value)
    return value - width, value + width


def sources_of(desk: Desk, nodes: Mapping[str, Node]) -> dict[str, list[str]]:
    """Give the sources named in some numbers: title, publisher, date, address, layer, licence."""
    fields = ("title", "publisher", "date", "url", "layer", "licence")
    named = dict.fromkeys(
        part.strip()
        for node in nodes.values()
        for part in (node.source or "").split(";")
        if part.strip() in desk.sources
    )
    return {one: [str(desk.sources[one][f] or "") for f in fields] for one in named}


def _json(value: Any) -> str:
    """Write JSON that may stand in a script: no end tag can close it early."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.replace("</", "<\\/").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
