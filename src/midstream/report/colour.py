"""Colour science for the tests of the look: contrast, colour-vision simulation, differences.

Sources: relative luminance and contrast ratio, W3C WCAG 2.2; simulation of dichromatic vision,
Machado, Oliveira and Fernandes (2009), severity 1; colour difference, CIE 142-2001 (CIEDE2000).
"""

from __future__ import annotations

from math import atan2, cos, degrees, exp, hypot, radians, sin, sqrt

Triple = tuple[float, float, float]

#: Machado et al. (2009), table 1, severity 1.0: linear RGB to linear RGB.
VISION: dict[str, tuple[Triple, Triple, Triple]] = {
    "protan": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deutan": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritan": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}

_TO_XYZ = (
    (0.4124564, 0.3575761, 0.1804375),
    (0.2126729, 0.7151522, 0.0721750),
    (0.0193339, 0.1191920, 0.9503041),
)
_WHITE = (0.95047, 1.0, 1.08883)


def linear(colour: str) -> Triple:
    """Give the linear-light RGB of a ``#RRGGBB`` colour, each 0..1."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    )
    return red, green, blue


def contrast(first: str, second: str) -> float:
    """Give the WCAG contrast ratio of two colours, 1..21: ``(L1 + 0.05) / (L2 + 0.05)``."""
    dark, light = sorted(
        sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear(x), strict=True))
        for x in (first, second)
    )
    return (light + 0.05) / (dark + 0.05)


def simulate(rgb: Triple, vision: str) -> Triple:
    """Give linear RGB as seen with a colour-vision deficiency, clipped to 0..1."""
    red, green, blue = (min(1.0, max(0.0, value)) for value in _times(VISION[vision], rgb))
    return red, green, blue


def lab(rgb: Triple) -> Triple:
    """Give CIELAB (D65) of linear RGB."""
    scaled = [value / white for value, white in zip(_times(_TO_XYZ, rgb), _WHITE, strict=True)]
    x, y, z = (t ** (1 / 3) if t > 216 / 24389 else (24389 / 27 * t + 16) / 116 for t in scaled)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def difference(first: Triple, second: Triple) -> float:
    """Give the CIEDE2000 difference of two CIELAB colours (0 = the same)."""
    (l1, a1, b1), (l2, a2, b2) = first, second
    stretch = 0.5 * (1 - _fade((hypot(a1, b1) + hypot(a2, b2)) / 2))
    a1, a2 = a1 * (1 + stretch), a2 * (1 + stretch)
    c1, c2 = hypot(a1, b1), hypot(a2, b2)
    h1, h2 = degrees(atan2(b1, a1)) % 360, degrees(atan2(b2, a2)) % 360
    turn = 0.0 if c1 * c2 == 0 else (h2 - h1 + 180) % 360 - 180
    hue_term = 2 * sqrt(c1 * c2) * sin(radians(turn / 2))
    lightness, chroma = (l1 + l2) / 2, (c1 + c2) / 2
    hue = (h1 + h2 if c1 * c2 == 0 else h1 + turn / 2) % 360
    in_l = (l2 - l1) / (1 + 0.015 * (lightness - 50) ** 2 / sqrt(20 + (lightness - 50) ** 2))
    in_c = (c2 - c1) / (1 + 0.045 * chroma)
    in_h = hue_term / (1 + 0.015 * chroma * _hue_weight(hue))
    rotation = -sin(radians(60 * exp(-(((hue - 275) / 25) ** 2)))) * 2 * _fade(chroma)
    return sqrt(in_l**2 + in_c**2 + in_h**2 + rotation * in_c * in_h)


def _fade(chroma: float) -> float:
    return sqrt(chroma**7 / (chroma**7 + 25.0**7))


def _hue_weight(hue: float) -> float:
    waves = ((-0.17, 1, -30), (0.24, 2, 0), (0.32, 3, 6), (-0.20, 4, -63))
    return 1 + sum(size * cos(radians(times * hue + shift)) for size, times, shift in waves)


def _times(matrix: tuple[Triple, Triple, Triple], vector: Triple) -> Triple:
    one, two, three = (sum(m * v for m, v in zip(row, vector, strict=True)) for row in matrix)
    return one, two, three
