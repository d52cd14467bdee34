"""The pages keep their promises: links resolve, blocks run, generated tables are in step."""

from __future__ import annotations

import contextlib
import csv
import importlib.util
import io
import re
import tomllib
from pathlib import Path
from textwrap import dedent
from types import ModuleType
from urllib.parse import unquote

import pytest

import midstream
from midstream.evidence import Evidence

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^( *)```(\S*)[^\n]*\n(.*?)^\1```", re.MULTILINE | re.DOTALL)
#: Words that sell instead of saying what a thing does.
SELLING = (
    "best-in-class",
    "blazing",
    "comprehensive",
    "cutting-edge",
    "effortless",
    "game-chang",
    "holistic",
    "innovative",
    "powerful",
    "robust and scalable",
    "seamless",
    "state-of-the-art",
    "unlock",
    "world-class",
)


def name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def blocks(page: Path, *languages: str) -> list[str]:
    found = FENCE.findall(page.read_text("utf-8"))
    return [dedent(text) for _, language, text in found if language in languages]


def prose(page: Path) -> str:
    """The text of a page without its code blocks."""
    return FENCE.sub("", page.read_text("utf-8"))


def anchors(page: Path) -> set[str]:
    """The anchors that GitHub makes of the headings of a page."""
    heads = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    plain = [re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads]
    return set(plain)


def tool(script: str) -> ModuleType:
    """A module of tools/docs, which is a folder of scripts and not a package."""
    spec = importlib.util.spec_from_file_location(script, ROOT / "tools" / "docs" / f"{script}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_inside_the_project_resolve(page: Path) -> None:
    broken = []
    for target in LINK.findall(prose(page)):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = unquote(target).partition("#")
        place = (page.parent / path).resolve() if path else page
        if not place.exists() or (anchor and anchor not in anchors(place)):
            broken.append(target)
    assert broken == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_no_page_sells(page: Path) -> None:
    text = prose(page).lower()
    assert [word for word in SELLING if word in text] == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_page_has_one_title_and_closed_blocks(page: Path) -> None:
    text = page.read_text("utf-8")
    assert len(re.findall(r"^# ", prose(page), re.MULTILINE)) == 1
    assert len(re.findall(r"^ *```", text, re.MULTILINE)) % 2 == 0


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page, "python")], ids=name)
def test_python_blocks_run_in_order(page: Path) -> None:
    shared: dict[str, object] = {"__name__": "docs"}
    with contextlib.redirect_stdout(io.StringIO()):
        for number, block in enumerate(blocks(page, "python")):
            exec(compile(block, f"{name(page)} block {number}", "exec"), shared)


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page, "py")], ids=name)
def test_python_blocks_that_are_not_run_are_python(page: Path) -> None:
    for block in blocks(page, "py"):
        compile(block, name(page), "exec")


def test_every_page_is_reached_from_the_index() -> None:
    seen: set[Path] = set()
    waiting = [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in seen or page.suffix != ".md":
            continue
        seen.add(page)
        inside = [link for link in LINK.findall(prose(page)) if not re.match(r"[a-z]+:", link)]
        waiting += [(page.parent / link.partition("#")[0]).resolve() for link in inside]
    assert {name(page) for page in PAGES} - {name(page) for page in seen} == set()


class TestReadme:
    def test_it_names_the_two_commands(self) -> None:
        (commands, *_) = blocks(ROOT / "README.md", "sh")
        lines = [line.partition("#")[0].strip() for line in commands.splitlines()]
        assert lines == ["python3 run.py", "python3 run.py test"]

    def test_it_is_short(self) -> None:
        assert len((ROOT / "README.md").read_text("utf-8").split()) <= 750

    def test_its_picture_was_drawn_by_the_product(self) -> None:
        (picture,) = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", (ROOT / "README.md").read_text("utf-8"))
        text = (ROOT / picture).with_suffix(".svg").read_text("utf-8")
        assert text.startswith("<svg")
        assert "f:score." in text, "numbers in the picture carry their lineage"


class TestPython:
    def test_the_page_names_the_public_names_and_no_other(self) -> None:
        text = (DOCS / "users" / "python.md").read_text("utf-8")
        table = text.partition("## All public names")[2]
        named = re.findall(r"^\| `(\w+)", table, re.MULTILINE)
        assert sorted(named) == sorted(midstream.__all__)

    def test_the_page_names_real_attributes(self) -> None:
        text = (DOCS / "users" / "python.md").read_text("utf-8")
        study = midstream.load("india-us")
        members = re.search(r"^\| `Study` \| (.+) \|$", text, re.MULTILINE)
        assert members is not None
        for member in re.findall(r"`(\w+)", members.group(1)):
            assert hasattr(study, member), member


class TestGenerated:
    def test_the_table_of_assumptions_is_in_step(self) -> None:
        made = tool("parameters").page(Evidence.load(check=False))
        kept = (DOCS / "methods" / "assumptions.md").read_text("utf-8")
        assert kept == made, "run python tools/docs/parameters.py"

    def test_parameters_named_by_the_pages_exist(self) -> None:
        known = set(Evidence.load(check=False).parameters)
        starts = "|".join(sorted({one.partition(".")[0] for one in known if "." in one}))
        named = re.compile(rf"`((?:{starts})\.[a-z0-9.-]+)`")
        for page in (DOCS / "methods").glob("*.md"):
            unknown = set(named.findall(page.read_text("utf-8"))) - known
            unknown = {one for one in unknown if not one.endswith((".csv", ".md", ".py"))}
            modules = {one for one in unknown if one.startswith("pooling.")}
            assert unknown - modules == set(), page.name


class TestStudy:
    def test_the_study_of_the_page_is_the_file_beside_it(self) -> None:
        (shown,) = blocks(DOCS / "users" / "own-study.md", "toml")
        kept = (DOCS / "users" / "solar-pacific.toml").read_text("utf-8")
        assert tomllib.loads(shown) == tomllib.loads(kept)

    def test_every_key_of_a_study_file_is_described(self) -> None:
        from midstream.study import StudyConfig

        text = (DOCS / "users" / "own-study.md").read_text("utf-8")
        keys = re.findall(r"^\| (`.+?) \|", text, re.MULTILINE)
        named = {one.partition(".")[0] for key in keys for one in re.findall(r"`([\w.]+)`", key)}
        assert set(StudyConfig.model_fields) <= named


class TestDecisions:
    def test_numbers_run_without_gaps_and_titles_agree(self) -> None:
        pages = sorted((DOCS / "decisions").glob("0*.md"))
        assert [int(page.name[:4]) for page in pages] == list(range(1, len(pages) + 1))
        for page in pages:
            first = page.read_text("utf-8").splitlines()[0]
            assert first.startswith(f"# {int(page.name[:4])}. "), page.name

    @pytest.mark.parametrize("page", sorted((DOCS / "decisions").glob("0*.md")), ids=name)
    def test_a_decision_has_its_parts_and_stays_short(self, page: Path) -> None:
        text = page.read_text("utf-8")
        heads = re.findall(r"^## (.+)$", text, re.MULTILINE)
        assert heads == ["Context", "Decision", "Consequence"]
        assert len(text.splitlines()) <= 25

    def test_the_index_lists_every_decision(self) -> None:
        index = (DOCS / "decisions" / "README.md").read_text("utf-8")
        for page in (DOCS / "decisions").glob("0*.md"):
            title = page.read_text("utf-8").splitlines()[0].partition(". ")[2]
            assert f"[{title}]({page.name})" in index


class TestChangelog:
    TEXT = (ROOT / "CHANGELOG.md").read_text("utf-8")

    def test_every_version_says_which_figures_changed(self) -> None:
        versions = re.split(r"^## ", self.TEXT, flags=re.MULTILINE)[1:]
        assert versions
        for version in versions:
            assert "### Figures that changed" in version
            assert "| id | old | new | why | source |" in version

    def test_the_newest_version_is_that_of_the_package(self) -> None:
        found = re.search(r"^## (\d+\.\d+\.\d+)", self.TEXT, re.MULTILINE)
        assert found is not None
        assert found.group(1) == midstream.__version__

    def test_it_counts_the_corrections_that_ship(self) -> None:
        data = Path(midstream.__file__).parent / "data" / "corrections.csv"
        with data.open(encoding="utf-8", newline="") as handle:
            status = [row["status"] for row in csv.DictReader(handle)]
        words = re.search(
            r"(\d+) corrections, of which (\d+) are applied and (\d+) open", self.TEXT
        )
        assert words is not None
        counted = [int(number) for number in words.groups()]
        assert counted == [len(status), status.count("applied"), status.count("open")]
