"""The site of an edition: pages, figures, glass box, shared files."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment
from markupsafe import Markup

from midstream.report.marks import wordmark_svg
from midstream.report.narrative import Narrative
from midstream.report.numbers import Register
from midstream.report.site.answer import answer_page
from midstream.report.site.assets import facts_script, find_script, write_assets
from midstream.report.site.capital import capital_page
from midstream.report.site.chains import chain_pages
from midstream.report.site.counter import counter_page
from midstream.report.site.desk import Desk
from midstream.report.site.glass import glass_scripts
from midstream.report.site.grounds import grounds_page
from midstream.report.site.leverage import leverage_page
from midstream.report.site.matching import matching_page
from midstream.report.site.outlook import outlook_page
from midstream.report.site.page import Page, environment
from midstream.report.site.peers import peers_page
from midstream.report.site.pen import Pen
from midstream.report.site.policy import policy_page
from midstream.report.site.records import record_pages, sources_page
from midstream.report.site.scores import score_pages
from midstream.report.site.shock import shock_page
from midstream.report.site.value import value_pages
from midstream.report.theme import LABEL_WORDS, LIGHT

if TYPE_CHECKING:
    from midstream.study import Study

#: At most seven entries; what belongs to one of them is linked from its page.
_NAV = (
    ("index.html", "Answer"),
    ("sectors.html", "Sectors"),
    ("shock.html", "Shock"),
    ("policy.html", "Policy"),
    ("money.html", "Money"),
    ("outlook.html", "Outlook 2035"),
    ("evidence.html", "Evidence"),
)


def build_site(
    study: Study,
    narrative: Narrative,
    folder: Path,
    register: Register,
    progress: Callable[[str], None] | None = None,
    *,
    edition_hash: str = "",
    report: str | None = "condensed.pdf",
) -> list[Path]:
    """Write the site of an edition.

    Args:
        study: The study.
        narrative: Its words.
        folder: Where the site goes; made if it is not there.
        register: Takes every number shown, with the page it stands on.
        progress: Told what is being written, in words.
        edition_hash: Hash over the tables and the data, shown in the footer.
        report: Path of the report in the same folder, ``None`` where it is not built.

    Returns:
        The files written, in order.
    """
    tell = progress or (lambda _: None)
    desk = Desk(study, narrative, edition_hash, report)
    folder.mkdir(parents=True, exist_ok=True)
    tell("site: shared files")
    written = write_assets(folder)
    tell("site: pages")
    pages = site_pages(desk)
    site = shared(desk, [*pages, Page("sources.html", "", "Sources", "")])
    templates = environment()
    for page in pages:
        written += write_page(folder, page, desk, site, templates, register)
    sources = sources_page(desk, register)
    written += write_page(folder, sources, desk, site, templates, register)
    pages.append(sources)
    tell("site: glass box")
    written.append(_write(folder / "static" / "facts-data.js", facts_script(desk)))
    written.append(_write(folder / "static" / "find-data.js", find_script(desk, pages)))
    titles = {page.path: page.title for page in pages}
    for name, text in glass_scripts(desk, register, titles).items():
        written.append(_write(folder / "glass" / name, text))
    return written


def site_pages(desk: Desk) -> list[Page]:
    """Build every page except the sources, which need the register of all others."""
    pages = [answer_page(desk), *score_pages(desk), *chain_pages(desk)]
    pages += [leverage_page(desk), shock_page(desk), capital_page(desk), outlook_page(desk)]
    pages += [grounds_page(desk), peers_page(desk), matching_page(desk)]
    pages += value_pages(desk)
    pages += [policy_page(desk)] if desk.narrative.policies.tested else []
    pages += [*([counter_page(desk)] if desk.narrative.counters else []), *record_pages(desk)]
    return pages


def shared(desk: Desk, pages: Sequence[Page]) -> Mapping[str, Any]:
    """Give what every page needs: navigation, countries, edition, labels."""
    paths = {page.path for page in pages}
    config = desk.study.config
    return {
        "nav": [{"path": path, "name": name} for path, name in _NAV if path in paths],
        "paths": paths,
        "countries": [{"id": one, "name": desk.country(one)} for one in desk.countries],
        "sectors": [{"id": one, "name": desk.sector(one)} for one in desk.sectors],
        "report": desk.report,
        "edition": desk.edition,
        "version": desk.study.version,
        "release": desk.study.data_release,
        "data_date": desk.study.evidence.release.date,
        "hash": desk.edition_hash[:12],
        "labels": list(LABEL_WORDS.items()),
        "wordmark": Markup(wordmark_svg()),
        "cite": (
            f"midstream: {_closed(config.title)} Edition {desk.edition}, {config.edition.date}."
        ),
    }


def write_page(
    folder: Path,
    page: Page,
    desk: Desk,
    site: Mapping[str, Any],
    templates: Environment,
    register: Register,
) -> list[Path]:
    """Write one page and the files of its figures."""
    pen = Pen(page.path, page.root, register, desk)
    country = page.country or desk.focus
    text = templates.get_template(page.template).render(
        pen=pen,
        site=site,
        root=page.root,
        title=page.title,
        section=page.section,
        description=page.description,
        country=country,
        country_name=desk.country(country),
        **page.context,
    )
    written = [_write(folder / page.path, text)]
    for name, figure in pen.files.items():
        written.append(_write(folder / "figures" / f"{name}.csv", figure.csv()))
        written.append(
            _write(folder / "figures" / f"{name}.svg", figure.svg(LIGHT, standalone=True))
        )
    return written


def _write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def _closed(title: str) -> str:
    """A title with the mark that ends it, its own where it has one."""
    return title if title.endswith(("?", "!", ".")) else f"{title}."
