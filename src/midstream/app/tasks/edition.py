"""The pages of a study as the server shows them: those of an edition, for each of its countries."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from midstream.app import address
from midstream.app.settings import StudyText
from midstream.app.worker import Place
from midstream.report.manifest import inputs, stamp, write_manifest
from midstream.report.narrative import Narrative, narrate
from midstream.report.narrative.answer import answer
from midstream.report.narrative.context import Context
from midstream.report.narrative.hollow import sectors_opening
from midstream.report.narrative.lines import sector_line
from midstream.report.narrative.reckon import Reckoner
from midstream.report.numbers import Register
from midstream.report.site.answer import answer_page
from midstream.report.site.assets import find_script, write_assets
from midstream.report.site.build import shared, site_pages
from midstream.report.site.desk import Desk
from midstream.report.site.glass import glass_scripts
from midstream.report.site.page import Page
from midstream.report.site.pen import Pen
from midstream.report.site.records import sources_page
from midstream.report.site.scores import sector_page, sectors_page
from midstream.report.swap import swapped
from midstream.report.theme import LIGHT
from midstream.study import Study

#: Entries of the navigation: address, name, and the section of an edition's page.
NAV = (
    ("/", "Answer", "index.html"),
    ("/sectors", "Sectors", "sectors.html"),
    ("/shock", "Shock lab", "shock.html"),
    ("/policy", "Policy bench", "policy.html"),
    ("/money", "Money", "money.html"),
    ("/outlook", "Outlook 2035", "outlook.html"),
    ("/evidence", "Evidence", "evidence.html"),
)

#: Tools that stand beside the pages of an edition.
TOOLS = (
    ("Shock lab", "tool", "/shock"),
    ("Policy bench", "tool", "/policy"),
    ("Which levers for this money, and when", "tool", "/policy/plan"),
    ("A plant and its money", "tool", "/tool/plant"),
    ("Assumptions, to change", "tool", "/assumptions"),
    ("Your own data", "tool", "/import"),
)


@dataclass(frozen=True)
class Told(Context):
    """A study told for one of its countries."""

    told: str = ""

    @property
    def focus(self) -> str:
        """The country it is told for."""
        return self.told


@dataclass(frozen=True)
class CountryDesk(Desk):
    """The desk of a study, turned to one of its countries."""

    told: str = ""

    @property
    def focus(self) -> str:
        """The country it is turned to."""
        return self.told


#: Files of the package that pages are written by.
WRITES = frozenset({".py", ".html", ".css", ".js"})


@cache
def environment() -> Environment:
    """Give the templates of the server; those of an edition stand behind them."""
    loaders = [PackageLoader("midstream.app"), PackageLoader("midstream.report.site")]
    return Environment(
        loader=ChoiceLoader(loaders),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def writer() -> str:
    """Hash of all that writes pages: code, templates, style sheets and scripts."""
    package = Path(__file__).resolve().parents[2]
    found = hashlib.sha256()
    for path in sorted(package.rglob("*")):
        if path.suffix in WRITES:
            found.update(path.relative_to(package).as_posix().encode())
            found.update(path.read_bytes())
    return found.hexdigest()[:8]


def name_of(place: Place, study: StudyText, draws: int | None) -> str:
    """Give the name under which the pages of a study are kept: what they show, and who wrote it."""
    opened = place.study(study, draws)
    return f"{study.id}-{stamp(opened, inputs(opened)).hash}-{writer()}"


def written(place: Place, study: StudyText, folder: str, draws: int | None) -> str:
    """Give the folder of the pages of a study if they are there, else nothing."""
    path = Path(folder) / name_of(place, study, draws)
    return str(path) if (path / "stamp.json").is_file() else ""


def assets(_place: Place, folder: str) -> None:
    """Write the files all pages share."""
    Path(folder).mkdir(parents=True, exist_ok=True)
    write_assets(Path(folder))


def make(place: Place, study: StudyText, folder: str, draws: int | None) -> str:
    """Write the pages of a study into a folder, unless they are there; gives its path."""
    path = Path(folder) / name_of(place, study, draws)
    if (path / "stamp.json").is_file():
        return str(path)
    opened = place.study(study, draws)
    opened.scorecard(progress=lambda share: place.tell(0.3 * share))
    narrative = narrate(opened)
    place.tell(0.7)
    with swapped(path) as out:
        maker = _Maker(opened, narrative, study, out, place)
        maker.write()
        write_manifest(out, opened, inputs(opened))
    return str(path)


class _Maker:
    """Writes the pages of one study."""

    def __init__(
        self, study: Study, narrative: Narrative, text: StudyText, out: Path, place: Place
    ) -> None:
        edition = stamp(study, inputs(study)).hash
        self.study, self.narrative, self.text, self.out = study, narrative, text, out
        self.place, self.register = place, Register()
        self.desk = Desk(study, narrative, edition, None)
        self.templates = environment()
        self.pages = site_pages(self.desk)
        self.site = {**shared(self.desk, self.pages), "nav": NAV}

    def write(self) -> None:
        """Write pages, figures, numbers and the find index."""
        for page in self.pages:
            self._page(page, self.desk)
        self._page(sources_page(self.desk, self.register), self.desk)
        others = [one for one in self.desk.countries if one != self.desk.focus]
        for number, country in enumerate(others):
            self.place.tell(0.75 + 0.15 * number / len(others))
            self._country(country)
        self.place.tell(0.9)
        titles = {page.path: page.title for page in self.pages}
        for name, text in glass_scripts(self.desk, self.register, titles).items():
            # A script of an edition is one call, or one assignment, around its JSON.
            start, end = text.index("{"), text.rindex("}") + 1
            self._file(f"glass/{name}on", text[start:end])
        self._file("find.js", self._find())
        self._file("pages/shell.html", self._shell())
        self._file("stamp.json", json.dumps(self._stamp(), ensure_ascii=False))

    def _country(self, country: str) -> None:
        reckoner = Reckoner(self.narrative.ledger)
        context = Told(self.study, self.desk.card, reckoner, country)
        openings = {**self.narrative.openings, "sectors": sectors_opening(context)}
        words = replace(
            self.narrative,
            answer=answer(context),
            openings=openings,
            sectors={one: sector_line(context, country, one) for one in context.sectors},
        )
        desk = CountryDesk(self.study, words, self.desk.edition_hash, None, told=country)
        pages = [answer_page(desk), sectors_page(desk)]
        pages += [sector_page(desk, one) for one in desk.sectors]
        for page in pages:
            self._page(replace(page, country=country), desk, country)

    def _page(self, page: Page, desk: Desk, country: str = "") -> None:
        place = f"{country}/{page.path}" if country else page.path
        pen = Pen(place, page.root, self.register, desk)
        shown = page.country or desk.focus
        text = self.templates.get_template(page.template).render(
            pen=pen,
            site=self.site,
            live=self._live(page.section),
            root=page.root,
            title=page.title,
            section=page.section,
            description=page.description,
            country=shown,
            country_name=desk.country(shown),
            **page.context,
        )
        made = address.live(text, page.path, self.text.id, country)
        self._file(f"pages/{place}", made)
        for name, figure in pen.files.items():
            self._file(f"figures/{name}.csv", figure.csv())
            self._file(f"figures/{name}.svg", figure.svg(LIGHT, standalone=True))

    def _live(self, section: str) -> dict[str, Any]:
        """What the frame of a page needs beside the site of an edition."""
        return live(self.text, section)

    def _shell(self) -> str:
        """Write the frame of a page without its content."""
        pen = Pen("shell.html", "", self.register, self.desk)
        text = self.templates.get_template("shell.html").render(
            pen=pen,
            site=self.site,
            live=self._live(""),
            root="",
            title="\ue000",
            section="",
            description="An open, traceable scorecard of critical-minerals chokepoints.",
            country=self.desk.focus,
            country_name=self.desk.country(self.desk.focus),
        )
        return address.live(text, "shell.html", self.text.id)

    def _find(self) -> str:
        text = find_script(self.desk, self.pages)
        rows = json.loads(text[text.index("[") : text.rindex("]") + 1])
        made = [[*row[:2], self._turned(row[2]), *row[3:]] for row in rows]
        made += [[name, kind, f"{way}?study={self.text.id}"] for name, kind, way in TOOLS]
        return f"window.midstreamFind = {json.dumps(made, ensure_ascii=False)};\n"

    def _turned(self, way: str) -> str:
        path, _, fragment = way.partition("#")
        return address.page(path, self.text.id, "", fragment)

    def _stamp(self) -> Mapping[str, Any]:
        pen = Pen("stamp", "", self.register, self.desk)
        desk = self.desk
        return {
            "study": self.text.id,
            "edition": desk.edition_hash,
            "focus": desk.focus,
            "countries": {one: desk.country(one) for one in desk.countries},
            "labels": {label: str(pen.label(label)) for label, _ in self.site["labels"]},
            "titles": dict(self._titles()),
        }

    def _titles(self) -> Iterator[tuple[str, str]]:
        for page in self.pages:
            yield page.path, page.title

    def _file(self, name: str, text: str) -> None:
        path = self.out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def live(study: StudyText, section: str) -> dict[str, Any]:
    """What the frame of a page needs beside the site of an edition."""
    return {
        "study": study.id,
        "title": study.title,
        "changed": study.changed,
        "brought": study.brought,
        "section": section,
        # Filled when a page is sent: they depend on its address and on who asks.
        "studies": Markup("<!--studies-->"),
        "countries": Markup("<!--countries-->"),
        "country": Markup("<!--country-->"),
    }
