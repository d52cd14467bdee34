"""A page: where it stands, what it is made of, and how it is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined


@dataclass(frozen=True)
class Page:
    """One page of the site before it is written.

    Attributes:
        path: Where it stands in the folder of the site.
        template: Which template writes it.
        title: Title of the window, without numbers.
        section: Path of the entry of the navigation it belongs to.
        context: What the template reads.
        country: Country the page is about; the focus country where empty.
        description: One line for search engines and link previews.
    """

    path: str
    template: str
    title: str
    section: str
    context: Mapping[str, Any] = field(default_factory=dict)
    country: str = ""
    description: str = "An open, traceable scorecard of critical-minerals chokepoints."

    @property
    def root(self) -> str:
        """Way from the page to the folder of the site."""
        return "../" * self.path.count("/")


def environment() -> Environment:
    """Give the templates; an unknown name in a template is an error, never a blank."""
    return Environment(
        loader=PackageLoader("midstream.report.site", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
