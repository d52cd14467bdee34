"""One server for all tests of the explorer: a small study, few draws, pages made once."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

from browser_tools import FLAGS, Driver
from midstream.app.settings import Limits, Settings, StudyText
from quick_studies import LEVERS, SMALL
from served_study import Served, run


@pytest.fixture(scope="session")
def served() -> Iterator[Served]:
    """The small study, served; its pages are there."""
    limits = Limits(body_bytes=200_000, study_bytes=8_000, import_bytes=400_000)
    small = StudyText("small", "Wind in two countries", SMALL)
    for one in run(Settings((small,), limits=limits, draws=100, warm=False)):
        while "is being worked out" in one.client.get("/").text:
            time.sleep(0.25)
        yield one


@pytest.fixture(scope="session")
def levers(served: Served) -> str:
    """A study of a country with levers, brought to the server; its pages are there."""
    files = {"file": ("levers.toml", LEVERS.encode())}
    answer = served.client.post("/studies", files=files, follow_redirects=False)
    name = answer.headers["location"].partition("study=")[2]
    while "is being worked out" in served.client.get("/", params={"study": name}).text:
        time.sleep(0.25)
    return name


@pytest.fixture(scope="session")
def downloads(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("downloads")


@pytest.fixture(scope="session")
def explorer(
    browser_paths: tuple[str, str], tmp_path_factory: pytest.TempPathFactory, downloads: Path
) -> Iterator[Driver]:
    options = webdriver.ChromeOptions()
    options.binary_location = browser_paths[0]
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    options.add_experimental_option("prefs", {"download.default_directory": str(downloads)})
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options, Service(browser_paths[1]))
    yield driver
    driver.quit()
