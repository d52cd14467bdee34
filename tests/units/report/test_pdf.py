"""The condensed edition: tagged, titled, in our fonts, every number registered, the same twice."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from itertools import pairwise

import pytest
from pypdf import PdfReader
from pypdf.generic import DictionaryObject, IndirectObject

from midstream.errors import ModelError
from midstream.report.manifest import Stamp
from midstream.report.narrative import Narrative, narrate
from midstream.report.pdf import Condensed, build_condensed, overrun
from midstream.report.pdf.compile import Setting, compile_pdf
from midstream.report.svg import MONTHS
from midstream.study import Study

STAMP = Stamp("2026.11", "2026-11-24", "0.1.0", "4c2fa9fa2cf9")

#: Families that may be embedded; anything else is a fallback.
FAMILIES = ("SourceSerif4", "IBMPlexSans", "IBMPlexMono")

_TOKEN = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")
#: Ticks of fixed axes, by page.
_TICKS = {"holders": {"0", "0.25", "0.5", "0.75", "1"}}
#: Digits that are names wherever they stand: stages, label V1, years and dates, figure numbers.
_STRUCTURE = re.compile(
    r"\bC[1-4]\b|\bV1\b|\b(?:19|20)\d\d(?:-\d\d(?:-\d\d)?)?\b|Figure \d+"
    rf"|\b\d{{1,2}} (?:{'|'.join(MONTHS)})\b"
)


@dataclass
class Built:
    study: Study
    narrative: Narrative
    made: Condensed
    reader: PdfReader


def condensed(study: Study) -> Built:
    narrative = narrate(study)
    made = build_condensed(study, narrative, STAMP)
    return Built(study, narrative, made, PdfReader(io.BytesIO(made.data)))


@pytest.fixture(scope="module")
def built(india: Study) -> Built:
    return condensed(india)


@pytest.fixture(scope="module")
def japanese(japan: Study) -> Built:
    return condensed(japan)


@pytest.fixture(scope="module")
def little(small: Study) -> Built:
    return condensed(small)


def page_of(made: Condensed, number: int) -> str:
    """Id of the page of ours that a sheet belongs to."""
    return [name for name, start in made.pages.items() if start <= number][-1]


def test_two_builds_are_the_same_bytes(built: Built) -> None:
    again = build_condensed(built.study, narrate(built.study), STAMP)
    assert again.data == built.made.data


def test_the_file_is_tagged_and_named(built: Built) -> None:
    root = built.reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"].startswith("en")
    assert "/StructTreeRoot" in root
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    metadata = built.reader.metadata
    assert metadata is not None
    assert metadata.title == built.study.config.title
    assert metadata.author == "The midstream contributors"
    assert "pdfuaid" in built.reader.trailer["/Root"]["/Metadata"].get_object().get_data().decode()


@pytest.mark.parametrize("which", ["built", "japanese", "little"])
def test_it_has_ten_to_fifteen_pages(which: str, request: pytest.FixtureRequest) -> None:
    found: Built = request.getfixturevalue(which)
    assert 10 <= len(found.reader.pages) <= 15
    assert list(found.made.pages.values()) == list(range(1, len(found.reader.pages) + 1))


def test_only_the_vendored_fonts_are_embedded(built: Built) -> None:
    names = set()
    for page in built.reader.pages:
        fonts = page["/Resources"].get("/Font", DictionaryObject()).get_object()
        names |= {str(font.get_object()["/BaseFont"]) for font in fonts.values()}
    assert names
    foreign = [name for name in names if not name.split("+")[-1].startswith(FAMILIES)]
    assert foreign == []


def test_the_outline_has_a_heading_per_page(built: Built) -> None:
    top = [one for one in built.reader.outline if not isinstance(one, list)]
    pages = [(built.reader.get_destination_page_number(one) or 0) + 1 for one in top]
    assert pages == list(built.made.pages.values())


def test_every_figure_has_a_text_alternative(built: Built) -> None:
    figures = [node for node in tagged(built.reader) if node.get("/S") == "/Figure"]
    assert len(figures) >= 4
    assert all(str(node.get("/Alt") or "") for node in figures)


def test_headings_step_down_one_level_at_a_time(built: Built) -> None:
    kinds = [str(node.get("/S")) for node in tagged(built.reader)]
    levels = [int(kind[2:]) for kind in kinds if re.fullmatch(r"/H[1-6]", kind)]
    assert levels[0] == 1
    assert all(later - level <= 1 for level, later in pairwise(levels))


def tagged(reader: PdfReader) -> list[DictionaryObject]:
    """Nodes of the structure tree in reading order."""
    out: list[DictionaryObject] = []

    def walk(node: object) -> None:
        if isinstance(node, IndirectObject):
            node = node.get_object()
        if isinstance(node, list):
            for child in node:
                walk(child)
        elif isinstance(node, DictionaryObject):
            if "/S" in node:
                out.append(node)
            if "/K" in node:
                walk(node["/K"])

    walk(reader.trailer["/Root"]["/StructTreeRoot"])
    return out


@pytest.mark.parametrize("which", ["built", "japanese", "little"])
def test_every_number_is_registered_or_structure(
    which: str, request: pytest.FixtureRequest
) -> None:
    found: Built = request.getfixturevalue(which)
    stray = {
        (name, token)
        for number, page in enumerate(found.reader.pages, 1)
        for name in [page_of(found.made, number)]
        for token in tokens(page.extract_text(), str(number))
        if token not in allowed(found.made, name)
    }
    assert stray == set()


def tokens(text: str, page: str) -> list[str]:
    """Numbers of a page, its own number and what stands in the footer left out."""
    text = text.replace("\u2212", "-").replace("\u00a0", " ")
    text = text.replace(f"{STAMP.short_date}", " ").replace(STAMP.hash, " ")
    text = text.replace(STAMP.long_date, " ").replace(f"v{STAMP.version}", " ")
    text = text.replace(STAMP.number, " ")
    return [token for token in _TOKEN.findall(_STRUCTURE.sub(" ", text)) if token != page]


def allowed(made: Condensed, page: str) -> set[str]:
    """Number tokens registered for a page, and those of its names."""
    out = set(_TICKS.get(page, ()))
    for place, text, _ in made.register.rows:
        if place == page:
            out |= set(_TOKEN.findall(text))
    for place, text in made.structure:
        if place == page:
            # names are broken over lines, so that each run of digits may stand alone
            out |= set(_TOKEN.findall(text)) | set(re.findall(r"\d+", text))
    return out


def test_every_registered_number_resolves(built: Built) -> None:
    lost = {row for row in built.made.register.rows if row[2] not in built.narrative.ledger}
    assert lost == set()


def test_each_page_states_its_finding(built: Built) -> None:
    for number, page in enumerate(built.reader.pages, 1):
        name = page_of(built.made, number)
        if name in built.narrative.openings:
            title = squeezed(built.narrative.openings[name].title.plain)
            assert title in squeezed(page.extract_text()), name


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text.replace("\u00a0", " "))


def test_sources_stand_in_layers(built: Built) -> None:
    layers = [entry.layer for entry in built.made.entries]
    assert layers == sorted(layers)
    assert all(entry.uses >= 1 for entry in built.made.entries)


def test_words_never_become_markup(india: Study) -> None:
    title = india.config.title
    india.config.title = '#panic("x") *bold* $1$ [link] <label> \\ `raw`'
    try:
        made = build_condensed(india, narrate(india), STAMP)
    finally:
        india.config.title = title
    text = PdfReader(io.BytesIO(made.data)).pages[0].extract_text()
    assert '#panic("x")' in squeezed(text).replace("\u201c", '"').replace("\u201d", '"')


def test_a_page_that_runs_over_is_found() -> None:
    setting = Setting(b"", 5, {"answer": 2, "method": 3, "labels": 5})
    assert overrun(setting) == {"method"}


def test_what_typst_refuses_is_one_clear_error() -> None:
    with pytest.raises(ModelError) as caught:
        compile_pdf({"theme": {}}, {}, "2026-11-24")
    assert caught.value.where == "condensed.pdf"
