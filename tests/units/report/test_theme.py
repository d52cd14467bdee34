"""The look keeps its promises: contrast, distinguishable scores, one source of colours."""

from __future__ import annotations

import itertools

import pytest

from midstream.report.colour import VISION, contrast, difference, lab, linear, simulate
from midstream.report.theme import DARK, FONT_FOLDER, LIGHT, LIVE, PRINT, Theme, css_properties

THEMES = [LIGHT, DARK, PRINT]
TEXT = ["ink", "ink2", "muted", "teal", "accent", "ochre", "green", "link"]
GRAPHICS = ["outline", "grey"]


def names(theme: Theme) -> str:
    return theme.name


@pytest.mark.parametrize("theme", THEMES, ids=names)
@pytest.mark.parametrize("token", TEXT)
def test_text_can_be_read(theme: Theme, token: str) -> None:
    assert contrast(theme.colour(token), theme.paper) >= 4.5


@pytest.mark.parametrize("theme", THEMES, ids=names)
@pytest.mark.parametrize("token", GRAPHICS)
def test_graphics_can_be_seen(theme: Theme, token: str) -> None:
    assert contrast(theme.colour(token), theme.paper) >= 3


@pytest.mark.parametrize("theme", THEMES, ids=names)
def test_text_on_bars_can_be_read(theme: Theme) -> None:
    assert contrast(theme.ongrey, theme.grey) >= 4.5
    assert contrast(theme.paper, theme.ink) >= 4.5
    assert contrast(theme.paper, theme.teal) >= 4.5


@pytest.mark.parametrize("theme", THEMES, ids=names)
@pytest.mark.parametrize("score", range(1, 6))
def test_digit_can_be_read_on_its_cell(theme: Theme, score: int) -> None:
    assert contrast(theme.colour(f"fill{score}"), theme.colour(f"digit{score}")) >= 4.5


@pytest.mark.parametrize("theme", THEMES, ids=names)
def test_pale_cells_have_an_outline_that_can_be_seen(theme: Theme) -> None:
    for score in (1, 2, 3):
        fill = theme.colour(f"fill{score}")
        assert max(contrast(fill, theme.paper), contrast(theme.outline, theme.paper)) >= 3


@pytest.mark.parametrize(("theme", "least"), [(LIGHT, 8), (DARK, 13)], ids=["light", "dark"])
@pytest.mark.parametrize("vision", [None, *VISION])
def test_neighbouring_scores_differ_for_every_eye(
    theme: Theme, least: float, vision: str | None
) -> None:
    fills = [linear(theme.colour(f"fill{score}")) for score in range(1, 6)]
    seen = [lab(simulate(fill, vision) if vision else fill) for fill in fills]
    assert min(difference(a, b) for a, b in itertools.pairwise(seen)) >= least


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=names)
def test_scale_is_monotone_in_lightness(theme: Theme) -> None:
    lightness = [lab(linear(theme.colour(f"fill{score}")))[0] for score in range(1, 6)]
    assert lightness == sorted(lightness, reverse=theme is LIGHT)


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
        ((50, 2.5, 0), (73, 25, -18), 27.1492),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
        ((22.7233, 20.0904, -46.694), (23.0331, 14.973, -42.5619), 2.0373),
        ((2.0776, 0.0795, -1.135), (0.9033, -0.0636, -0.5514), 0.9082),
    ],
)
def test_ciede2000_gives_the_published_pairs(
    first: tuple[float, float, float], second: tuple[float, float, float], expected: float
) -> None:
    assert difference(first, second) == pytest.approx(expected, abs=1e-4)
    assert difference(second, first) == pytest.approx(expected, abs=1e-4)


def test_contrast_of_black_and_white() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)


def test_style_sheet_colours_come_from_the_theme() -> None:
    css = css_properties(LIGHT)
    for name, value in LIGHT.tokens():
        assert f"--{name}:{value};" in css
        assert LIVE.colour(name) == f"var(--{name})"


def test_fonts_are_vendored_with_their_licences() -> None:
    faces = ["SourceSerif4", "IBMPlexSans", "IBMPlexMono-Regular"]
    for face in faces:
        assert (FONT_FOLDER / f"{face}.ttf").stat().st_size > 100_000
        assert (FONT_FOLDER / f"{face}.woff2").read_bytes()[:4] == b"wOF2"
    assert len(list(FONT_FOLDER.glob("OFL-*.txt"))) == 3
