"""The look in one place: every colour, typeface and word of the score scale.

The style sheet of the site, the figures and the PDF all read these tokens; the custom properties
in the style sheet are generated from the dataclass, so a colour is written down once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path

#: Family names as the vendored files carry them (quoted: one of them ends in a digit).
SERIF = "'Source Serif 4'"
SANS = "'IBM Plex Sans'"
MONO = "'IBM Plex Mono'"

#: Folder of the vendored typefaces.
FONT_FOLDER = Path(__file__).parent / "fonts"

#: What an evidence label means, strongest first.
LABEL_WORDS = {
    "V": "two or more origins agree",
    "V1": "one origin",
    "U": "disputed or third-hand",
    "modelled": "computed here",
}


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours of one appearance, as CSS colours.

    Attributes:
        name: Name of the appearance.
        paper: Page. panel: control panel. ink: text and the incumbent. ink2: secondary text.
        muted: axes and source lines. hairline: rules. outline: borders of cells and controls.
        teal: the subject. band90, band50: fans. grey: everyone else. rest: the unnamed remainder.
        ongrey: text on grey.
        accent: the binding stage, a failure. ochre: partial. green: pass. link: links.
        fill1 to fill5: the ordinal scale. digit1 to digit5: the digit on each of them.
    """

    name: str
    paper: str
    panel: str
    ink: str
    ink2: str
    muted: str
    hairline: str
    outline: str
    teal: str
    band90: str
    band50: str
    grey: str
    rest: str
    ongrey: str
    accent: str
    ochre: str
    green: str
    link: str
    fill1: str
    fill2: str
    fill3: str
    fill4: str
    fill5: str
    digit1: str
    digit2: str
    digit3: str
    digit4: str
    digit5: str

    def colour(self, token: str) -> str:
        """Give the colour of a token; ``none`` passes through."""
        return token if token == "none" else str(getattr(self, token))

    def tokens(self) -> Iterator[tuple[str, str]]:
        """Give every colour token with its value, in order."""
        for item in fields(self):
            if item.name != "name":
                yield item.name, str(getattr(self, item.name))


LIGHT = Theme(
    name="light",
    paper="#FCFBF8",
    panel="#F4F1EA",
    ink="#12212B",
    ink2="#3C4A54",
    muted="#5C6872",
    hairline="#DAD6CC",
    outline="#6C868C",
    teal="#0F6570",
    band90="#CFE2E3",
    band50="#9CC6CA",
    grey="#84919A",
    rest="#E8E4DB",
    ongrey="#12212B",
    accent="#B5380F",
    ochre="#8A5E00",
    green="#1E6B3A",
    link="#0B5A86",
    fill1="#FFFFFF",
    fill2="#C3DCDE",
    fill3="#7FB4BA",
    fill4="#2B7A84",
    fill5="#0B424C",
    digit1="#12212B",
    digit2="#12212B",
    digit3="#12212B",
    digit4="#FFFFFF",
    digit5="#FFFFFF",
)

DARK = Theme(
    name="dark",
    paper="#0D151B",
    panel="#141F27",
    ink="#EDEBE5",
    ink2="#C9CFD2",
    muted="#9BA7AF",
    hairline="#2C3A44",
    outline="#6E8A92",
    teal="#6FC3CB",
    band90="#17363D",
    band50="#21525B",
    grey="#6C7A84",
    rest="#2C3A44",
    ongrey="#000000",
    accent="#FF8B5E",
    ochre="#E2B04A",
    green="#7CCB93",
    link="#7FC1EA",
    fill1="#0D151B",
    fill2="#1C434B",
    fill3="#2F6F79",
    fill4="#62B2BB",
    fill5="#C4EEF0",
    digit1="#EDEBE5",
    digit2="#EDEBE5",
    digit3="#FFFFFF",
    digit4="#0A1418",
    digit5="#0A1418",
)


def _derived(base: Theme, **changes: str) -> Theme:
    return Theme(**{"name": base.name, **dict(base.tokens()), **changes})


#: The light appearance on white paper, for print.
PRINT = _derived(LIGHT, name="print", paper="#FFFFFF")

#: Colours as references to the custom properties of the style sheet: follows light and dark.
LIVE = _derived(LIGHT, name="live", **{name: f"var(--{name})" for name, _ in LIGHT.tokens()})


def css_properties(theme: Theme) -> str:
    """Write a theme as CSS custom properties, one declaration per token."""
    return "".join(f"--{name}:{value};" for name, value in theme.tokens())
