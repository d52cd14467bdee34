"""Small signs that say something by shape and text, never by colour alone."""

from __future__ import annotations

from midstream.evidence.quantity import Label
from midstream.report.svg import Canvas, Type, document
from midstream.report.theme import LABEL_WORDS, LIVE, Theme

_TEXT = Type(size=12, weight=600, fill="ink2")

#: Width of the sign before the word, by label.
_SIGN_WIDTH = {"V": 15.0, "V1": 8.0, "U": 10.0, "modelled": 11.0}


def draw_label(
    canvas: Canvas, at: tuple[float, float], label: Label | None, style: Type = _TEXT
) -> float:
    """Draw a label mark with its word on a baseline; gives its width.

    V is two filled dots, V1 one, U a ring, modelled a hollow diamond; the dots count origins.
    """
    x, y = at
    if label is None:
        canvas.text(at, "no evidence", style)
        return style.width("no evidence")
    _sign(canvas, (x, y - style.size * 0.34), label, style.fill)
    start = _SIGN_WIDTH[label] + 3
    canvas.text((x + start, y), label, style, structure=True)
    return start + style.width(label)


def label_width(label: Label | None, style: Type = _TEXT) -> float:
    """Give the width `draw_label` will need."""
    return (
        style.width("no evidence") if label is None else _SIGN_WIDTH[label] + 3 + style.width(label)
    )


def _sign(canvas: Canvas, at: tuple[float, float], label: Label, fill: str) -> None:
    x, y = at
    if label == "V":
        canvas.circle((x + 3.2, y), 3.1, fill=fill)
        canvas.circle((x + 10.8, y), 3.1, fill=fill)
    elif label == "V1":
        canvas.circle((x + 3.2, y), 3.1, fill=fill)
    elif label == "U":
        canvas.circle((x + 4.4, y), 3.6, stroke=fill, width=1.6)
    else:
        canvas.path(f"M{x + 5} {y - 5}l5 5l-5 5l-5 -5z", stroke=fill, width=1.4)


def label_mark_svg(label: Label | None, theme: Theme = LIVE) -> str:
    """Give a label mark as an SVG image of its own."""
    canvas = Canvas(theme)
    width = draw_label(canvas, (1, 12), label)
    words = "no evidence" if label is None else f"label {label}: {LABEL_WORDS[label]}"
    return document(canvas, width + 2, 16, words, "label-mark")


def sign_svg(label: Label, theme: Theme = LIVE) -> str:
    """Give only the sign of a label, hidden from screen readers (its word stands beside it)."""
    canvas = Canvas(theme)
    _sign(canvas, (1, 6), label, "ink2")
    width = _SIGN_WIDTH[label] + 1
    body = "".join(canvas.parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="sign" aria-hidden="true" '
        f'width="{width:g}" height="12" viewBox="0 0 {width:g} 12">{body}</svg>'
    )


def wordmark_svg(theme: Theme = LIVE, word: bool = True, scale: float = 1) -> str:
    """Give the wordmark: filled, hollow, hollow, filled, and the name."""
    canvas = Canvas(theme)
    for i, filled in enumerate((True, False, False, True)):
        fill = "teal" if filled else "none"
        canvas.rect((0.5 + 9 * i, 2.5), (7, 15), fill=fill, stroke="teal", radius=1.5, width=1.2)
    if word:
        canvas.text((46, 15.5), "midstream", Type(size=17, weight=600, condensed=False))
    body, width = "".join(canvas.parts), 132 if word else 36
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="wordmark" role="img" '
        f'aria-label="midstream" width="{width * scale:g}" height="{20 * scale:g}" '
        f'viewBox="0 0 {width} 20">{body}</svg>'
    )


def verdict_svg(verdict: str, theme: Theme = LIVE) -> str:
    """Give the sign of a verdict; its word stands beside it."""
    canvas = Canvas(theme)
    draw_verdict(canvas, (0, 0), verdict)
    return document(canvas, 16, 16, verdict.lower(), "verdict")


#: Colours of the verdicts, and of their words.
VERDICT_INKS = {"PASS": "green", "PARTIAL": "ochre", "FAIL": "accent", "UNDETERMINED": "ink2"}


def draw_verdict(canvas: Canvas, at: tuple[float, float], verdict: str) -> None:
    """Draw the sign of a verdict, 16 px wide, from its upper left corner.

    PASS is a disc with a tick, PARTIAL a half disc, FAIL a ring with a cross, and anything else a
    dashed ring: nothing is told.
    """
    x, y = at
    middle = (x + 8, y + 8)
    if verdict == "PASS":
        canvas.circle(middle, 7, fill="green")
        canvas.path(f"M{x + 4.5} {y + 8.2}l2.5 2.5l4.6 -5", stroke="paper", width=1.8)
    elif verdict == "PARTIAL":
        canvas.circle(middle, 6.4, stroke="ochre", width=1.4)
        canvas.path(f"M{x + 8} {y + 1}a7 7 0 0 0 0 14z", fill="ochre")
    elif verdict == "FAIL":
        canvas.circle(middle, 6.4, stroke="accent", width=1.6)
        cross = f"M{x + 5.4} {y + 5.4}l5.2 5.2M{x + 10.6} {y + 5.4}l-5.2 5.2"
        canvas.path(cross, stroke="accent", width=1.6)
    else:
        canvas.circle(middle, 6.4, stroke="ink2", width=1.6, dash="3 2.2")
