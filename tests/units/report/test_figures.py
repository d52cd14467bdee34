"""Figures: the strip and its states, table twins, alt text, lineage of every digit drawn."""

from __future__ import annotations

import csv
import io
import re
import xml.etree.ElementTree as ET
from collections.abc import Sequence

import pytest

from midstream.chain.shares import StageShares
from midstream.evidence.lineage import Ledger, Node
from midstream.evidence.quantity import Label, Quantity
from midstream.report.figures import (
    Cell,
    Dot,
    Figure,
    Profile,
    Reader,
    concentration,
    formula_tree,
    hero_strip,
    holder_bars,
    label_bar,
    lanes,
    of_score,
    small_multiples,
    spoken,
    strip_svg,
    vessel_svg,
    worked_example,
)
from midstream.report.figures.cells import binding
from midstream.report.marks import label_mark_svg, verdict_svg, wordmark_svg
from midstream.report.numbers import Sentence, say
from midstream.report.svg import Canvas, Type, structured, text_width, wrap
from midstream.report.theme import DARK, LIGHT, LIVE, PRINT

STAGES = ("C1", "C2", "C3", "C4")
NAMES = {"C1": "Extraction", "C2": "Refining", "C3": "Materials", "C4": "Downstream"}
SVG = "{http://www.w3.org/2000/svg}"
TITLE, SUBTITLE, SOURCE = (Sentence((text,)) for text in ("A finding.", "What.", "Source: test."))


def quantity(
    value: float | None,
    low: float | None = None,
    high: float | None = None,
    unit: str = "score",
    label: Label | None = "modelled",
    lineage: str = "f:test",
) -> Quantity:
    return Quantity(value, low, high, unit, label if value is not None else None, lineage)


def settled(stage: str, digit: int) -> Cell:
    score = quantity(
        float(digit), max(1.0, digit - 0.4), min(5.0, digit + 0.4), lineage=f"f:{stage}"
    )
    return Cell(stage, score, digit, digit, digit)


CHAIN = [settled(stage, digit) for stage, digit in zip(STAGES, (2, 1, 2, 4), strict=True)]
RANGE = Cell("C2", quantity(None, 1.8, 4.1, lineage="f:range"), None, 2, 4)
OPEN = Cell("C3", quantity(None, lineage="f:open"), None, 1, 5)
UNSETTLED = [CHAIN[0], RANGE, OPEN, CHAIN[3]]


def shares(form: str, stage: str, parts: Sequence[tuple[str, float]]) -> StageShares:
    held = tuple(
        (country, quantity(share, unit="%", label="V1", lineage=f"f:share/{form}/{country}"))
        for country, share in parts
    )
    rest = quantity(100 - sum(share for _, share in parts), unit="%", lineage=f"f:rest/{form}")
    hhi = quantity(0.6, 0.6, 0.7, "index", lineage=f"f:hhi/{form}")
    world = quantity(1000.0, unit="t", lineage=f"f:world/{form}")
    return StageShares(form, stage, 2024, "t", world, held, rest, parts[0][0], held[0][1], hhi)


HELD = [
    shares("ore", "C1", [("CHN", 61.0), ("MMR", 16.0), ("USA", 9.0), ("IND", 2.0)]),
    shares("oxide", "C2", [("CHN", 91.0), ("MYS", 4.5)]),
]
READER = Reader(
    country={
        "CHN": "China",
        "MMR": "Myanmar",
        "USA": "United States",
        "IND": "India",
        "MYS": "Malaysia",
    }.__getitem__,
    form={"ore": "Rare-earth ore", "oxide": "NdPr oxide"}.__getitem__,
    focus="IND",
    incumbents={"CHN"},
)


def tree() -> Figure:
    ledger = Ledger()
    for name, value in (("need", 2000.0), ("output", 500.0)):
        ledger.add(Node(name, "observation", name, quantity(value, unit="t/yr", lineage=name)))
    top = quantity(0.25, unit="ratio", lineage="top")
    ledger.add(Node("top", "formula", "coverage", top, inputs=("output", "need"), formula="ratio"))
    return formula_tree(ledger, "top", TITLE, SUBTITLE, SOURCE)


def every_figure() -> list[Figure]:
    profiles = [
        Profile("a", "Wind power", tuple(CHAIN)),
        Profile("b", "Solar power", tuple(UNSETTLED)),
    ]
    facts = {s: (say("{v} made", v=quantity(40.0, unit="t/yr")), Sentence(())) for s in STAGES}
    published = [
        of_score(s, quantity(v)) for s, v in zip(STAGES, (2.0, 1.0, 2.0, 4.0), strict=True)
    ]
    dots = [
        Dot(0, quantity(94.0, unit="%", lineage="o-1"), "IEA 2024", True),
        Dot(1, quantity(90.0, 89.0, 92.0, "%", lineage="o-2"), "Adamas 2020", True),
        Dot(2, quantity(64.0, unit="%", lineage="o-3"), "Digest 2025", False),
    ]
    counts: dict[Label, Quantity] = {
        "V": quantity(2.0),
        "U": quantity(1.0),
        "modelled": quantity(9.0),
    }
    texts = (TITLE, SUBTITLE, SOURCE)
    return [
        hero_strip(UNSETTLED, NAMES, facts, *texts),
        small_multiples("hollow", profiles, "Sector", *texts),
        holder_bars(HELD, READER, *texts),
        concentration(HELD, READER, *texts),
        worked_example(
            CHAIN,
            published,
            {"C1": HELD[0]},
            {"C1": say("{v}", v=quantity(3.0))},
            NAMES,
            READER,
            *texts,
        ),
        lanes(quantity(94.0, unit="%"), dots, (89.0, 99.0), TITLE, SOURCE),
        label_bar(counts, *texts),
        tree(),
    ]


FIGURES = every_figure()
by_id = pytest.mark.parametrize("figure", FIGURES, ids=[figure.id for figure in FIGURES])


def untraced(svg: str) -> list[str]:
    """Texts with a digit that is neither traced nor structure."""
    out: list[str] = []

    def walk(element: ET.Element, free: bool) -> None:
        free = free or bool({"data-lineage", "data-structure"} & set(element.attrib))
        for text, inside in ((element.text, free), *((child.tail, free) for child in element)):
            if text and re.search(r"\d", text) and not inside:
                out.append(text)
        for child in element:
            walk(child, free)

    walk(ET.fromstring(svg), free=False)
    return out


@by_id
@pytest.mark.parametrize("width", [None, 328], ids=["wide", "narrow"])
@pytest.mark.parametrize("standalone", [False, True], ids=["inline", "standalone"])
def test_every_digit_drawn_is_traced_or_structure(
    figure: Figure, width: int | None, standalone: bool
) -> None:
    assert untraced(figure.svg(LIGHT, standalone, width)) == []


@by_id
@pytest.mark.parametrize("width", [None, 328], ids=["wide", "narrow"])
def test_text_is_large_enough(figure: Figure, width: int | None) -> None:
    sizes = re.findall(r'font-size="([\d.]+)"', figure.svg(LIGHT, width=width))
    assert min(map(float, sizes)) >= 11


@by_id
def test_figure_speaks_and_has_a_twin(figure: Figure) -> None:
    root = ET.fromstring(figure.svg(LIVE))
    assert root.get("role") == "img"
    assert root.get("aria-label") == figure.alt
    assert figure.alt.startswith(figure.title.plain)
    assert figure.rows
    assert all(len(row) == len(figure.columns) for row in figure.rows)
    assert figure.height > 0


@by_id
def test_drawing_is_the_same_twice(figure: Figure) -> None:
    assert figure.svg(DARK, standalone=True) == figure.svg(DARK, standalone=True)


@by_id
def test_drawn_numbers_are_the_registered_ones(figure: Figure) -> None:
    drawn = re.findall(r'data-lineage="([^"]+)"', figure.svg(PRINT))
    assert drawn == [shown.quantity.lineage for shown in figure.numbers]


@by_id
def test_download_carries_title_and_source(figure: Figure) -> None:
    svg = figure.svg(LIGHT, standalone=True)
    assert figure.title.plain in svg
    assert figure.source_line.plain in svg


@by_id
def test_live_drawing_follows_the_style_sheet(figure: Figure) -> None:
    assert not re.search(r"#[0-9A-Fa-f]{6}", figure.svg(LIVE))


@by_id
def test_nothing_is_drawn_outside(figure: Figure) -> None:
    for width in (figure.width, 328):
        root = ET.fromstring(figure.svg(LIGHT, width=width))
        wide, high = float(root.get("width", "0")), float(root.get("height", "0"))
        for rect in root.iter(f"{SVG}rect"):
            assert (
                float(rect.get("x", "0")) + float(rect.get("width", "0"))
                <= max(wide, figure.width) + 1
            )
            assert float(rect.get("y", "0")) + float(rect.get("height", "0")) <= high + 1


def test_csv_keeps_value_interval_label_and_lineage() -> None:
    figure = hero_strip(CHAIN, NAMES, {}, TITLE, SUBTITLE, SOURCE)
    rows = list(csv.DictReader(io.StringIO(figure.csv())))
    assert [row["Score"] for row in rows] == ["2", "1", "2", "4"]
    assert rows[1]["Score label"] == "modelled"
    assert rows[1]["Score lineage"] == "f:C2"
    assert float(rows[1]["Score low"]) == 1.0


def test_strip_is_read_aloud() -> None:
    assert spoken(CHAIN) == "C1 2, C2 1, C3 2, C4 4 of 5"
    assert spoken(UNSETTLED) == "C1 2, C2 2 to 4, C3 not known, C4 4 of 5"


@pytest.mark.parametrize("style", ["inline", "dense", "row"])
def test_strip_says_what_is_open(style: str) -> None:
    svg = strip_svg(UNSETTLED, style, LIGHT)
    assert "stroke-dasharray" in svg
    assert ">?<" in svg
    assert ">2\u20134<" in svg
    assert untraced(svg) == []


def test_strip_without_evidence_is_never_blank() -> None:
    blank = [Cell(stage, quantity(None), None, 1, 5) for stage in STAGES]
    assert strip_svg(blank, "dense", LIGHT).count(">?<") == 4
    assert "no evidence" in vessel_svg(blank[0], LIGHT)


def test_the_lowest_stage_binds_unless_all_are_equal() -> None:
    assert binding(CHAIN) == "C2"
    assert binding([settled(stage, 3) for stage in STAGES]) is None
    assert binding(UNSETTLED) == "C1"


def test_published_score_without_a_value_is_open() -> None:
    assert of_score("C1", quantity(None)).open


@pytest.mark.parametrize("label", ["V", "V1", "U", "modelled", None])
def test_label_marks_carry_shape_and_word(label: Label | None) -> None:
    svg = label_mark_svg(label, LIGHT)
    assert (label or "no evidence") in "".join(ET.fromstring(svg).itertext())
    shapes = [e for e in ET.fromstring(svg) if e.tag != f"{SVG}text"]
    assert len(shapes) == {"V": 2, None: 0}.get(label, 1)


def test_signs_have_names() -> None:
    assert ET.fromstring(wordmark_svg(LIGHT)).get("aria-label") == "midstream"
    for verdict in ("PASS", "PARTIAL", "FAIL"):
        assert ET.fromstring(verdict_svg(verdict, LIGHT)).get("aria-label") == verdict.lower()


def test_words_are_escaped() -> None:
    canvas = Canvas(LIGHT)
    canvas.text((0, 0), "<b>&", Type())
    assert "&lt;b&gt;&amp;" in canvas.parts[0]


def test_structure_is_marked_and_other_digits_are_not() -> None:
    marked = structured("C2 in 2024 is HS 850511, NdFe14B, not 12 t")
    assert marked.count("data-structure") == 4
    assert re.search(r">\s*, not 12 t|not 12 t$", marked)


def test_lines_are_broken_at_spaces_and_numbers_stay_whole() -> None:
    sentence = say(
        "Output is {v} a year, by one of two origins", v=quantity(2900.0, unit="t of oxide")
    )
    lines = wrap(sentence, Type(size=12), 90)
    assert len(lines) > 2
    assert any("2,900 t of oxide" in line.plain for line in lines)
    assert "".join(line.plain for line in lines).replace(" ", "") == sentence.plain.replace(" ", "")


def test_wider_letters_are_wider() -> None:
    assert text_width("WWW", 12) > text_width("iii", 12)
    assert text_width("abc", 12, 600, condensed=False) > text_width("abc", 12)
