"""Shipped studies with few draws, scored once for all tests of the report."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from midstream.evidence import Evidence
from midstream.study import Study, load

if TYPE_CHECKING:
    from midstream.report.edition import Edition
    from midstream.report.narrative import Narrative
    from midstream.report.numbers import Register

#: The hash of an edition, where only the site is built.
HASH = "0123456789abcdef" * 4
#: Enough to fix digits, few enough to be quick.
DRAWS = 100
#: Parameters that say how often something is drawn or solved again, and nothing of the world:
#: words, pages and tables are laid out alike however often that is.
FEW = {
    "shock.draws": 12,
    "market.networks": 2,
    "outlook.market.draws": 20,
    "policy.draws": 100,
    "policy.plan.draws": 100,
    "policy.plan.groups": 50,
    "policy.plan.samples": 5,
}


def few(evidence: Evidence) -> Evidence:
    """The same release, from which all is drawn a few times only."""
    held = evidence.folder.table("parameters")
    rows = tuple({**row, "value": FEW.get(str(row["id"]), row["value"])} for row in held.rows)
    tables = {**evidence.folder.tables, "parameters": replace(held, rows=rows)}
    return Evidence(replace(evidence.folder, tables=tables))


def frugal(path: Path, evidence: Evidence | None = None) -> Study:
    """Open a study of which all is drawn a few times only, in a second process too."""
    return load(path, evidence=few(evidence or Evidence.load(check=False)))


def quick(name: str, folder: Path, evidence: Evidence) -> Study:
    """Open a shipped study with few draws."""
    text = resources.files("midstream.studies").joinpath(f"{name}.toml").read_text("utf-8")
    path = folder / f"{name}.toml"
    path.write_text(re.sub(r"(?m)^draws = \d+", f"draws = {DRAWS}", text), encoding="utf-8")
    study = frugal(path, evidence)
    study.scorecard()
    study.holders()
    return study


@pytest.fixture(scope="session")
def india(evidence: Evidence, tmp_path_factory: pytest.TempPathFactory) -> Study:
    return quick("india-us", tmp_path_factory.mktemp("india"), evidence)


@pytest.fixture(scope="session")
def japan(evidence: Evidence, tmp_path_factory: pytest.TempPathFactory) -> Study:
    return quick("japan", tmp_path_factory.mktemp("japan"), evidence)


SMALL = """
id = "small"
title = "Wind in two countries"
question = "Does a study need more than two countries and one sector?"
focus = "DEU"
partners = []
incumbents = []
peers = []
countries = ["DEU", "CHN"]
sectors = ["wind"]
base_year = 2024
horizon = 2030
draws = 100
seed = 1

[edition]
number = "2026.11"
date = 2026-11-24
"""

#: The same of a country that has levers on file.
LEVERS = (
    SMALL.replace('"small"', '"levers"')
    .replace('"Wind in two countries"', '"Magnets in two countries"')
    .replace('"DEU", "CHN"', '"IND", "USA"')
    .replace('"DEU"', '"IND"')
    .replace('"wind"', '"rare-earth-magnets"')
)


@pytest.fixture(scope="session")
def small(evidence: Evidence, tmp_path_factory: pytest.TempPathFactory) -> Study:
    """A study with one sector, two countries, no incumbent, no example, no key numbers."""
    path = tmp_path_factory.mktemp("small") / "small.toml"
    path.write_text(SMALL, encoding="utf-8")
    return frugal(path, evidence)


@pytest.fixture(scope="session")
def edition(india: Study, tmp_path_factory: pytest.TempPathFactory) -> Edition:
    """An edition with report and tables, built once; no test writes into its folder."""
    from midstream.report.edition import build

    folder = tmp_path_factory.mktemp("edition") / "india"
    return build(india, folder, frozenset({"condensed", "tables"}))


@dataclass(frozen=True)
class Built:
    """A site on disk with what it was made from."""

    study: Study
    narrative: Narrative
    folder: Path
    files: list[Path]
    register: Register

    def pages(self) -> list[Path]:
        return [path for path in self.files if path.suffix == ".html"]


@pytest.fixture(scope="session")
def site(india: Study, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The site of the default study, built once; no test writes into its folder."""
    from midstream.report.narrative import narrate
    from midstream.report.numbers import Register
    from midstream.report.site import build_site

    narrative, register, folder = narrate(india), Register(), tmp_path_factory.mktemp("site")
    files = build_site(india, narrative, folder, register, edition_hash=HASH)
    return Built(india, narrative, folder, files, register)
