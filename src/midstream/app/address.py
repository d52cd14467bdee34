"""Addresses: the ways of an edition's files turned into those of the server."""

from __future__ import annotations

import html
import re
from posixpath import join, normpath
from urllib.parse import parse_qsl, quote, urlencode

_LINK = re.compile(r'(href|src)="([^"]*)"')
#: What starts like this leads nowhere in the folder of an edition.
_OUTSIDE = ("#", "/", "http:", "https:", "data:", "mailto:")
#: Pages of an edition that have a name of their own on the server.
_NAMES = {"index": "", "shock": "shock/cases", "policy": "policy/packages"}


def trace(lineage: str, study: str) -> str:
    """Give the address at which a number is opened."""
    return f"/trace/{quote(lineage, safe='/:+,=@')}?{urlencode({'study': study})}"


def page(path: str, study: str, country: str = "", fragment: str = "") -> str:
    """Give the address of a page of an edition.

    Args:
        path: Its path in the folder of the edition.
        study: Study.
        country: Country whose view is wanted; the focus country where empty.
        fragment: Place in the page; on the page of the evidence it is the filter.
    """
    name = path.removesuffix(".html")
    state = {"study": study, **({"country": country} if country else {})}
    if name == "evidence" and "=" in fragment:
        state |= dict(parse_qsl(fragment))
        fragment = ""
    tail = f"#{fragment}" if fragment else ""
    return f"/{_NAMES.get(name, name)}?{urlencode(state)}{tail}"


def live(text: str, path: str, study: str, country: str = "") -> str:
    """Turn every way in a page of an edition into an address of the server.

    Args:
        text: The page.
        path: Its path in the folder of the edition.
        study, country: What its links keep.
    """

    def turned(found: re.Match[str]) -> str:
        way = html.unescape(found.group(2))
        if way.startswith(_OUTSIDE):
            return found.group()
        return f'{found.group(1)}="{html.escape(_address(way, path, study, country))}"'

    return _LINK.sub(turned, text)


def _address(way: str, path: str, study: str, country: str) -> str:
    target, _, fragment = way.partition("#")
    place = normpath(join("/", path.rpartition("/")[0], target)).lstrip("/")
    if place == "number.html":
        return trace(fragment, study) if fragment else page("evidence.html", study)
    if place.startswith("static/"):
        return f"/{place}"
    if place.startswith("figures/"):
        return f"/{place}?{urlencode({'study': study})}"
    if not place.endswith(".html"):
        return f"/{place}"
    return page(place, study, "" if place.startswith("country/") else country, fragment)
