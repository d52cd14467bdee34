"""Shipped studies with few draws, scored once for all tests of the report."""

from __future__ import annotations

import re
from importlib import resources
from pathlib import Path

import pytest

from midstream.study import Study, load

#: Enough to fix digits, few enough to be quick.
DRAWS = 100


def quick(name: str, folder: Path) -> Study:
    """Open a shipped study with few draws."""
    text = resources.files("midstream.studies").joinpath(f"{name}.toml").read_text("utf-8")
    path = folder / f"{name}.toml"
    path.write_text(re.sub(r"(?m)^draws = \d+", f"draws = {DRAWS}", text), encoding="utf-8")
    study = load(path)
    study.scorecard()
    study.holders()
    return study


@pytest.fixture(scope="session")
def india(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return quick("india-us", tmp_path_factory.mktemp("india"))


@pytest.fixture(scope="session")
def japan(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return quick("japan", tmp_path_factory.mktemp("japan"))


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
def small(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """A study with one sector, two countries, no incumbent, no example, no key numbers."""
    path = tmp_path_factory.mktemp("small") / "small.toml"
    path.write_text(SMALL, encoding="utf-8")
    return load(path)
