"""What a page is given when it is sent: the study and the country can be switched on each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from urllib.parse import quote, urlencode

from midstream.app.settings import StudyText


def _item(way: str, name: str, current: bool) -> str:
    mark = ' aria-current="true"' if current else ""
    return f'<a href="{escape(way)}"{mark}>{escape(name)}</a>'


def _menu(label: str, shown: str, items: Sequence[str]) -> str:
    return (
        f'<details class="drop"><summary class="control" aria-label="{label}: {escape(shown)}">'
        f'{escape(shown)}</summary><nav class="drop-list" aria-label="{label}">'
        f"{''.join(items)}</nav></details>"
    )


def _way(path: str, state: Mapping[str, str], **other: str) -> str:
    kept = {name: value for name, value in {**state, **other}.items() if value}
    return f"{path}?{urlencode(kept)}" if kept else path


def study_menu(
    studies: Sequence[StudyText], now: StudyText, path: str, state: Mapping[str, str]
) -> str:
    """Write the menu that shows the same page for another study."""
    rest = {name: value for name, value in state.items() if name != "country"}
    items = [_item(_way(path, rest, study=one.id), one.title, one == now) for one in studies]
    return _menu("Study", now.id, items)


def country_menu(
    countries: Mapping[str, str], now: str, path: str, state: Mapping[str, str]
) -> str:
    """Write the menu that shows the same page for another country."""
    items = [
        _item(_way(path, state, country=code), name, code == now)
        for code, name in countries.items()
    ]
    return _menu("Country", countries.get(now, now), items)


def filled(page: str, studies: str, countries: str, country: str, focus: str) -> str:
    """Fill the places of the menus in a page, and keep its country in the navigation."""
    kept = f"&amp;country={quote(country)}" if country and country != focus else ""
    for name, text in (("studies", studies), ("countries", countries), ("country", kept)):
        page = page.replace(f"<!--{name}-->", text)
    return page
