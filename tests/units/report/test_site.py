"""The site of the shipped study: every number traced, every link alive, the same twice."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

import pytest

from midstream.report.narrative import narrate
from midstream.report.numbers import Register
from midstream.report.site import build_site
from midstream.report.site.assets import theme_css
from midstream.report.site.glass import shard_of
from midstream.study import Study
from quick_studies import HASH, Built

#: Written by other parts of the edition.
ELSEWHERE = re.compile(r"^(\.\./)?(condensed\.pdf|tables/.*)$")
VOID = {"meta", "link", "input", "br", "img", "hr", "source"}


@dataclass
class Crawler(HTMLParser):
    """Collects what a page shows and where it leads."""

    untraced: list[str] = field(default_factory=list)
    lineages: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    headings: list[int] = field(default_factory=list)
    inline: list[str] = field(default_factory=list)
    stack: list[tuple[str, bool]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if "data-lineage" in given:
            self.lineages.append(given["data-lineage"] or "")
        self.links += [given[name] or "" for name in ("href", "src") if name in given]
        self.ids += [given["id"] or ""] if "id" in given else []
        self.inline += [name for name in given if name == "style" or name.startswith("on")]
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        free = "data-lineage" in given or "data-structure" in given
        if tag not in VOID:
            self.stack.append((tag, free or (bool(self.stack) and self.stack[-1][1])))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.stack.pop()

    def handle_endtag(self, tag: str) -> None:
        while self.stack and self.stack.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if re.search(r"\d", data) and not (self.stack and self.stack[-1][1]):
            self.untraced.append(data.strip())


def crawl(page: Path) -> Crawler:
    crawler = Crawler()
    crawler.feed(page.read_text("utf-8"))
    return crawler


@pytest.fixture(scope="module")
def built(site: Built) -> Built:
    return site


@pytest.fixture(scope="module")
def crawled(built: Built) -> dict[str, Crawler]:
    return {str(page.relative_to(built.folder)): crawl(page) for page in built.pages()}


def problems(crawled: dict[str, Crawler], name: str) -> list[tuple[str, str]]:
    return [(page, text) for page, crawler in crawled.items() for text in getattr(crawler, name)]


def test_every_digit_is_traced_or_structure(crawled: dict[str, Crawler]) -> None:
    assert problems(crawled, "untraced") == []


def test_every_lineage_resolves(built: Built, crawled: dict[str, Crawler]) -> None:
    unknown = {one for _, one in problems(crawled, "lineages") if one not in built.narrative.ledger}
    assert unknown == set()


def test_every_lineage_opens_in_the_glass_box(built: Built, crawled: dict[str, Crawler]) -> None:
    parts: dict[str, str] = {}
    for lineage in {one for _, one in problems(crawled, "lineages")}:
        name = shard_of(lineage)
        if name not in parts:
            parts[name] = (built.folder / "glass" / f"{name}.js").read_text("utf-8")
        assert f"{json.dumps(lineage, ensure_ascii=False)}:{{" in parts[name]


def test_every_input_in_the_glass_box_is_there_too(built: Built) -> None:
    nodes: dict[str, dict[str, list[str]]] = {}
    for path in sorted((built.folder / "glass").glob("??.js")):
        text = path.read_text("utf-8").removeprefix("midstreamGlass(").removesuffix(");\n")
        nodes |= json.loads(text)
    missing = {i for node in nodes.values() for i in node.get("i", []) if i not in nodes}
    assert {one for one in missing if one in built.narrative.ledger} == set()


def local_targets(crawler: Crawler) -> Iterator[tuple[str, str]]:
    for link in crawler.links:
        if not re.match(r"^(https?:|mailto:)", link) and not ELSEWHERE.match(link.split("#")[0]):
            yield link.split("#")[0], link.partition("#")[2]


def test_every_local_link_leads_somewhere(built: Built, crawled: dict[str, Crawler]) -> None:
    dead = []
    for page, crawler in crawled.items():
        for path, anchor in local_targets(crawler):
            target = (built.folder / page).parent / path if path else built.folder / page
            name = str(target.resolve().relative_to(built.folder.resolve()))
            scripted = name in {"number.html", "evidence.html"}
            if not target.is_file():
                dead.append((page, path))
            elif anchor and not scripted and anchor not in crawled[name].ids:
                dead.append((page, f"{path}#{anchor}"))
    assert dead == []


def test_nothing_is_loaded_from_elsewhere(built: Built) -> None:
    for page in built.pages():
        text = page.read_text("utf-8")
        assert "default-src 'none'" in text
        assert "unsafe" not in text
        assert not re.search(r'(?:src|<link[^>]*href)="(?:https?:)?//', text)


def test_no_inline_styles_or_handlers(crawled: dict[str, Crawler]) -> None:
    assert problems(crawled, "inline") == []


def test_ids_are_unique_and_headings_in_order(crawled: dict[str, Crawler]) -> None:
    for page, crawler in crawled.items():
        assert len(crawler.ids) == len(set(crawler.ids)), page
        assert crawler.headings[:1] == [1], page
        assert crawler.headings.count(1) == 1, page
        steps = zip(crawler.headings, crawler.headings[1:], strict=False)
        assert all(after - before <= 1 for before, after in steps), (page, crawler.headings)


def test_every_page_of_the_study_is_there(built: Built, crawled: dict[str, Crawler]) -> None:
    config = built.study.config
    expected = {f"sector/{one}.html" for one in config.sectors}
    expected |= {f"country/{one}.html" for one in config.countries}
    expected |= {f"{one}.html" for one in ("index", "sectors", "example", "concentration")}
    expected |= {"leverage.html", "shock.html", "money.html", "counter.html", "outlook.html"}
    expected |= {f"{one}.html" for one in ("grounds", "peers", "matching", "value", "policy")}
    expected |= {f"{one}.html" for one in ("evidence", "number", "assumptions", "sources", "about")}
    assert set(crawled) == expected


def test_every_shown_number_is_in_the_register(built: Built, crawled: dict[str, Crawler]) -> None:
    registered = {(place, lineage) for place, _, lineage in built.register.rows}
    for page, crawler in crawled.items():
        assert {(page, one) for one in crawler.lineages} <= registered


def test_no_figure_is_without_twin_and_downloads(built: Built) -> None:
    for page in built.pages():
        text = page.read_text("utf-8")
        assert text.count('<figure class="fig') <= text.count("<summary>Table</summary>")
    figures = list((built.folder / "figures").iterdir())
    assert {path.suffix for path in figures} == {".csv", ".svg"}
    assert all(path.stat().st_size > 100 for path in figures)


def test_site_is_small(built: Built) -> None:
    assert sum(path.stat().st_size for path in built.files) <= 30_000_000


def test_two_builds_are_the_same(built: Built, tmp_path: Path) -> None:
    files = build_site(built.study, built.narrative, tmp_path, Register(), edition_hash=HASH)
    names = [path.relative_to(tmp_path) for path in files]
    assert names == [path.relative_to(built.folder) for path in built.files]
    for name in names:
        assert (tmp_path / name).read_bytes() == (built.folder / name).read_bytes(), name


def test_no_path_of_this_machine_is_written(built: Built) -> None:
    for path in built.files:
        if path.suffix in {".html", ".js", ".css", ".svg", ".csv"}:
            assert str(built.folder) not in path.read_text("utf-8")


def test_report_link_is_left_out_where_there_is_none(
    built: Built, small: Study, tmp_path: Path
) -> None:
    build_site(small, narrate(small), tmp_path, Register(), edition_hash=HASH, report=None)
    assert "condensed.pdf" not in (tmp_path / "index.html").read_text("utf-8")
    assert "condensed.pdf" in (built.folder / "index.html").read_text("utf-8")


def test_forced_colours_keep_text_apart_from_what_it_stands_on() -> None:
    forced = theme_css().split("forced-colors: active")[1]
    given = dict(re.findall(r"--(\w+):(\w+);", forced))
    for text, ground in (
        ("ink", "paper"),
        ("ongrey", "grey"),
        ("paper", "teal"),
        ("link", "paper"),
    ):
        assert given[text] != given[ground]
    for score in range(1, 6):
        assert given[f"digit{score}"] != given[f"fill{score}"]


@pytest.mark.parametrize(("text", "name"), [("", "c5"), ("a", "2c"), ("foobar", "68")])
def test_shard_is_fnv_1a(text: str, name: str) -> None:
    assert shard_of(text) == name
