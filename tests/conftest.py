"""What every test shares: no network, a browser where one is found, steady random cases."""

from __future__ import annotations

import ipaddress
import os
import re
import shutil
import socket
from collections.abc import Iterator
from functools import cache
from importlib.metadata import distribution
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from midstream.evidence import Evidence
    from midstream.evidence.folder import Folder
    from midstream.study import Study

#: Fixtures of shipped studies with few draws, and of the command line.
pytest_plugins = ("quick_studies", "command_line")

HERE = Path(__file__).resolve().parent

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
DRIVERS = ("chromedriver", "chromium.chromedriver")

# Fewer cases than usual, as the whole suite is waited for; a law that needs more says so.
EXAMPLES = 40
settings.register_profile("local", deadline=None, max_examples=EXAMPLES)
settings.register_profile(
    "ci", deadline=None, derandomize=True, print_blob=True, max_examples=EXAMPLES
)
settings.load_profile("ci" if os.environ.get("CI") else "local")


class NetworkBlockedError(RuntimeError):
    """A test tried to reach another machine. Not an OSError, so that no code swallows it."""


def stays_here(host: object) -> bool:
    """Say whether a host name or address means this machine."""
    name = host.decode() if isinstance(host, bytes) else host
    if name in (None, "", "localhost"):
        return True
    try:
        return ipaddress.ip_address(str(name).partition("%")[0]).is_loopback
    except ValueError:
        return False


def refuse(host: object) -> None:
    """Raise when `host` is another machine."""
    if not stays_here(host):
        raise NetworkBlockedError(f"tests run without a network; this one asked for {host!r}")


def guarded_method(name: str) -> Any:
    """Return the socket method `name`, refusing addresses beyond this machine."""
    original = getattr(socket.socket, name)

    def guarded(self: socket.socket, *arguments: Any) -> Any:
        # sendto(data, [flags,] address) has the address last, as connect has.
        if self.family in (socket.AF_INET, socket.AF_INET6):
            refuse(arguments[-1][0])
        return original(self, *arguments)

    return guarded


def guarded_lookup(name: str) -> Any:
    """Return the name look-up `name`, refusing names beyond this machine."""
    original = getattr(socket, name)

    def guarded(host: Any, *arguments: Any, **options: Any) -> Any:
        refuse(host)
        return original(host, *arguments, **options)

    return guarded


@pytest.fixture(scope="session", autouse=True)
def no_network() -> Iterator[None]:
    """Block every connection and name look-up that would leave this machine."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex", "sendto"):
            patch.setattr(socket.socket, name, guarded_method(name))
        for name in ("getaddrinfo", "gethostbyname", "gethostbyname_ex"):
            patch.setattr(socket, name, guarded_lookup(name))
        yield


def found_on_path(names: tuple[str, ...]) -> str | None:
    """Return the path of the first of `names` that is a program here."""
    return next(filter(None, map(shutil.which, names)), None)


def missing_browser() -> str | None:
    """Return what is missing for browser tests in words, or None when all is there."""
    missing = [
        what
        for what, names in (("Chromium", BROWSERS), ("chromedriver", DRIVERS))
        if found_on_path(names) is None
    ]
    if not missing:
        return None
    return (
        f"no {' and no '.join(missing)} found on PATH "
        "(on Debian: apt-get install chromium chromium-driver)"
    )


#: What a file has in it that asks for a study of `quick_studies`.
ASKS = re.compile(r"\b(india|japan): Study\b|getfixturevalue")

#: Groups of tests that take longest: begun first, so that no worker is left with one at the end.
LONGEST = (
    "served",
    "report",
    "studies",
    "docs/test_cli_docs.py",
    "units/test_cli.py",
    "laws/test_scorecard_laws.py",
    "units/importers/test_merging.py",
    "units/importers/test_templates.py",
    "units/test_beside.py",
)


@cache
def group_of(path: str) -> str:
    """Name the group of a file of tests, relative to the tests, whose tests share a worker.

    Tests of the report and of its pages in a browser share studies that take long to tell, as do
    other files that ask for these studies; those of the explorer share a server; all others keep
    to their file.
    """
    if path.endswith("test_site_browser.py") or path.startswith("units/report/"):
        return "report"
    if path.startswith("app/"):
        return "served"
    return "studies" if ASKS.search((HERE / path).read_text("utf-8")) else path


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Hand the tests of a group to one worker.

    Groups are told by the names of files: xdist 3.8 writes its marks into names of tests, which
    pytest 9.2 does not give back.
    """
    from xdist.scheduler import LoadScopeScheduling

    class ByGroup(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = config.rootpath / nodeid.partition("::")[0]
            return group_of(file.relative_to(HERE).as_posix())

    return ByGroup(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Say which tests begin, and which are left out of the coverage.

    Tests of documents, in a browser and of whole editions run again what laws, cases and units
    have run: measuring them would take long and show nothing more.
    """
    rank = {name: number for number, name in enumerate(LONGEST)}
    paths = {item.path: item.path.relative_to(HERE).as_posix() for item in items}
    items.sort(key=lambda item: rank.get(group_of(paths[item.path]), len(rank)))
    for item in items:
        inside = paths[item.path].startswith(("app/", "docs/"))
        if inside or item.get_closest_marker("slow"):
            item.add_marker(pytest.mark.no_cover)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip browser tests where there is no browser, or fail them where one is required."""
    if item.get_closest_marker("browser") is None:
        return
    missing = missing_browser()
    if missing and os.environ.get("MIDSTREAM_REQUIRE_BROWSER") == "1":
        pytest.fail(f"a browser is required here, but {missing}", pytrace=False)
    if missing:
        pytest.skip(f"browser test left out: {missing}")


@pytest.fixture(scope="session", autouse=True)
def nothing_kept() -> Iterator[None]:
    """Work every answer out: none is taken from an earlier run, here or in a process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MIDSTREAM_KEEP", "off")
        yield


@pytest.fixture(scope="session", autouse=True)
def shipped_tables() -> Iterator[None]:
    """Read the tables that ship with the package once; nothing writes into their folder."""
    from midstream.evidence import store

    read = store.read_folder
    kept: list[Folder] = []

    def once(path: Path) -> Folder:
        if path != store.SHIPPED:
            return read(path)
        if not kept:
            kept.append(read(path))
        return kept[0]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "read_folder", once)
        yield


@pytest.fixture(scope="session")
def browser_paths() -> tuple[str, str]:
    """The paths of Chromium and of its driver, for tests marked `browser`."""
    browser, driver = found_on_path(BROWSERS), found_on_path(DRIVERS)
    if browser is None or driver is None:
        pytest.fail("mark the test that asks for `browser_paths` with @pytest.mark.browser")
    return browser, driver


@pytest.fixture(scope="session")
def axe_script() -> str:
    """The source of axe-core, to be run inside a page by browser tests."""
    found = distribution("axe-playwright-python").locate_file("axe_playwright_python/axe.min.js")
    return Path(str(found)).read_text("utf-8")


@pytest.fixture(scope="session")
def evidence() -> Evidence:
    """The release that ships with the package."""
    from midstream.evidence import Evidence

    return Evidence.load(check=False)


@pytest.fixture(scope="session")
def quick_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of the default study with 100 draws."""
    text = files("midstream.studies").joinpath("india-us.toml").read_text("utf-8")
    lines = ["draws = 100" if line.startswith("draws") else line for line in text.splitlines()]
    path = tmp_path_factory.mktemp("study") / "india-us.toml"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def study(quick_file: Path) -> Study:
    """The default study with 100 draws, enough for tests that compare and do not publish."""
    from midstream.study import load

    return load(quick_file)
