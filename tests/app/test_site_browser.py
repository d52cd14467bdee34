"""The site in a real browser, opened from disk: no errors, no overflow, keyboard, axe."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from browser_tools import CONTRAST, FLAGS, complaints, screen, violations
from quick_studies import Built

pytestmark = pytest.mark.browser

PAGES = (
    "index.html",
    "sectors.html",
    "sector/electric-vehicles.html",
    "country/IND.html",
    "country/CHN.html",
    "example.html",
    "concentration.html",
    "leverage.html",
    "policy.html",
    "peers.html",
    "matching.html",
    "money.html",
    "value.html",
    "counter.html",
    "outlook.html",
    "grounds.html",
    "shock.html",
    "evidence.html",
    "assumptions.html",
    "sources.html",
    "about.html",
)
Driver = webdriver.Chrome


@pytest.fixture(scope="module")
def folder(site: Built) -> Path:
    return site.folder


@pytest.fixture(scope="session")
def browser(
    browser_paths: tuple[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Driver]:
    options = webdriver.ChromeOptions()
    options.binary_location = browser_paths[0]
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options, Service(browser_paths[1]))
    yield driver
    driver.quit()


def visit(driver: Driver, folder: Path, page: str) -> None:
    path, _, anchor = page.partition("#")
    driver.get("about:blank")
    complaints(driver)
    driver.get((folder / path).as_uri() + (f"#{anchor}" if anchor else ""))


def ready(driver: Driver) -> None:
    """Wait until a scripted page has written itself."""
    WebDriverWait(driver, 10).until(
        lambda d: d.execute_script("return document.documentElement.dataset.ready === 'on'")
    )


def first_number(driver: Driver) -> Any:
    return driver.find_element(By.CSS_SELECTOR, "main a.num[data-lineage]")


# 620 is 1240 at a zoom of 200 %. Colours take no room: each width is looked at in one scheme.
WIDTHS = ((1240, "light"), (620, "light"), (390, "dark"), (320, "light"))


# The schemes differ in colours only, so the look in the dark is for contrast, where colours abound.
DARK = (*PAGES[:4], "policy.html", "money.html", "shock.html")
#: Pages whose phone layout is put to axe too; the others share their parts.
PHONE = ("index.html", "sectors.html")


@pytest.mark.parametrize("page", PAGES)
def test_page_fits_is_quiet_and_accessible(
    browser: Driver, folder: Path, axe_script: str, page: str
) -> None:
    screen(browser, *WIDTHS[0])
    visit(browser, folder, page)
    for width, scheme in WIDTHS:
        screen(browser, width, scheme)
        assert browser.execute_script("return document.documentElement.scrollWidth") <= width
    screen(browser, 1240)
    assert complaints(browser) == []
    assert violations(browser, axe_script) == []
    if page in DARK:
        screen(browser, 1240, "dark")
        assert violations(browser, axe_script, CONTRAST) == []
    if page in PHONE:
        screen(browser, 390)
        assert violations(browser, axe_script) == []


@pytest.mark.parametrize("width", [1240, 390])
def test_a_number_opens_to_its_sources(
    browser: Driver, folder: Path, axe_script: str, width: int
) -> None:
    screen(browser, width)
    visit(browser, folder, "concentration.html")
    number = first_number(browser)
    shown, lineage = number.text, number.get_attribute("data-lineage")
    browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", number)
    number.click()
    ready(browser)
    glass = browser.find_element(By.ID, "glass")
    assert lineage in glass.text
    assert shown.rstrip("%") in glass.text
    headings = [h.text for h in glass.find_elements(By.TAG_NAME, "h2")]
    assert "Record" in headings
    assert "What would change the label" in headings
    assert browser.execute_script("return document.documentElement.scrollWidth") <= width
    assert complaints(browser) == []
    assert violations(browser, axe_script) == []


def test_a_computed_number_leads_down_to_a_source(browser: Driver, folder: Path) -> None:
    screen(browser, 1240)
    visit(browser, folder, "concentration.html")
    address = first_number(browser).get_attribute("href")
    for _ in range(12):
        browser.get("about:blank")
        browser.get(address)
        ready(browser)
        glass = browser.find_element(By.ID, "glass")
        if glass.find_elements(By.CSS_SELECTOR, ".bib li"):
            return
        below = glass.find_elements(
            By.CSS_SELECTOR, ".tree a.box, .glass > div:first-child td a.num"
        )
        assert below, glass.text
        address = below[0].get_attribute("href")
    pytest.fail(f"no source within twelve steps: {glass.text}")


def test_a_number_in_a_figure_opens(browser: Driver, folder: Path) -> None:
    screen(browser, 1240)
    visit(browser, folder, "sectors.html")
    mark = browser.find_element(By.CSS_SELECTOR, "figure .wide svg [data-lineage]")
    lineage = str(mark.get_attribute("data-lineage"))
    browser.execute_script(
        "arguments[0].dispatchEvent(new MouseEvent('click', {bubbles: true}))", mark
    )
    ready(browser)
    assert lineage in browser.find_element(By.ID, "glass").text


def test_an_unknown_number_says_so(browser: Driver, folder: Path) -> None:
    visit(browser, folder, "number.html#f:nothing/here")
    WebDriverWait(browser, 10).until(
        lambda d: "No number with this id" in d.find_element(By.ID, "glass").text
    )


def test_keyboard_reaches_content_and_numbers(browser: Driver, folder: Path) -> None:
    screen(browser, 1240)
    visit(browser, folder, "index.html")
    active = browser.switch_to.active_element
    active.send_keys(Keys.TAB)
    assert browser.switch_to.active_element.text == "Skip to content"
    browser.switch_to.active_element.send_keys(Keys.ENTER)
    assert browser.switch_to.active_element.get_attribute("id") == "main"
    browser.switch_to.active_element.send_keys(Keys.TAB)
    focused = browser.switch_to.active_element
    assert focused.get_attribute("data-lineage")
    style = browser.execute_script("return getComputedStyle(arguments[0]).outlineStyle", focused)
    assert style == "solid"
    focused.send_keys(Keys.ENTER)
    ready(browser)


def test_find_leads_to_a_country_by_keyboard(browser: Driver, folder: Path) -> None:
    screen(browser, 1240)
    visit(browser, folder, "about.html")
    browser.find_element(By.TAG_NAME, "body").send_keys("/")
    field = browser.find_element(By.ID, "find-field")
    WebDriverWait(browser, 10).until(lambda _: field.is_displayed())
    field.send_keys("japan")
    results = browser.find_elements(By.CSS_SELECTOR, "#find-results a")
    assert results[0].text.startswith("Japan")
    field.send_keys(Keys.ENTER)
    WebDriverWait(browser, 10).until(lambda d: d.current_url.endswith("country/JPN.html"))


def test_find_says_when_there_is_nothing(browser: Driver, folder: Path) -> None:
    visit(browser, folder, "country/JPN.html")
    browser.find_element(By.TAG_NAME, "body").send_keys("/")
    field = browser.find_element(By.ID, "find-field")
    WebDriverWait(browser, 10).until(lambda _: field.is_displayed())
    field.send_keys("zzzz")
    assert "Nothing by that name" in browser.find_element(By.ID, "find-results").text
    field.send_keys(Keys.ESCAPE)
    assert not field.is_displayed()


def test_theme_follows_the_system_and_is_remembered(browser: Driver, folder: Path) -> None:
    def paper() -> str:
        script = "return getComputedStyle(document.body).backgroundColor"
        return str(browser.execute_script(script))

    screen(browser, 1240, "light")
    visit(browser, folder, "index.html")
    light = paper()
    screen(browser, 1240, "dark")
    assert paper() != light
    dark = paper()
    screen(browser, 1240, "light")
    browser.find_element(By.CSS_SELECTOR, ".tools-top > .theme-toggle").click()
    assert paper() == dark
    visit(browser, folder, "sectors.html")
    assert paper() == dark
    browser.execute_script("localStorage.clear()")


def test_evidence_filters_live_in_the_address(browser: Driver, folder: Path) -> None:
    screen(browser, 1240)
    visit(browser, folder, "evidence.html#country=IND&label=U")
    ready(browser)
    rows = browser.find_elements(By.CSS_SELECTOR, "#facts tr")
    assert rows
    assert all("India" in row.text for row in rows)
    browser.find_element(By.NAME, "text").send_keys("scheme")
    assert "text=scheme" in browser.current_url
    browser.find_element(By.NAME, "text").send_keys("zzzz")
    assert "No fact matches" in browser.find_element(By.ID, "fact-count").text
    browser.find_element(By.CSS_SELECTOR, "button[type=reset]").click()
    WebDriverWait(browser, 10).until(
        lambda d: len(d.find_elements(By.CSS_SELECTOR, "#facts tr")) == 60
    )


def test_a_fact_with_several_origins_shows_its_lanes(browser: Driver, folder: Path) -> None:
    screen(browser, 1240)
    visit(browser, folder, "evidence.html#label=V")
    ready(browser)
    browser.find_element(By.CSS_SELECTOR, "#facts a.num").click()
    WebDriverWait(browser, 10).until(lambda d: d.find_elements(By.CSS_SELECTOR, ".lanes svg"))
    assert "agrees" in browser.find_element(By.ID, "glass").text


def test_figure_tools_say_what_they_did(browser: Driver, folder: Path) -> None:
    screen(browser, 1240)
    visit(browser, folder, "sectors.html")
    figure = browser.find_element(By.CSS_SELECTOR, "figure.fig")
    figure.find_element(By.TAG_NAME, "summary").click()
    assert figure.find_element(By.CSS_SELECTOR, "table caption").is_displayed()
    cite = figure.find_element(By.CSS_SELECTOR, "button[data-copy=cite]")
    browser.execute_script("arguments[0].click()", cite)
    WebDriverWait(browser, 10).until(
        lambda _: "midstream" in figure.find_element(By.CLASS_NAME, "said").text
    )


def test_country_menu_opens_and_closes_with_the_keyboard(browser: Driver, folder: Path) -> None:
    screen(browser, 390)
    visit(browser, folder, "index.html")
    menu = browser.find_element(By.CSS_SELECTOR, "details.menu > summary")
    menu.send_keys(Keys.ENTER)
    assert browser.find_element(By.CSS_SELECTOR, "details.menu nav").is_displayed()
    menu.send_keys(Keys.ESCAPE)
    assert not browser.find_element(By.CSS_SELECTOR, "details.menu nav").is_displayed()


@pytest.mark.parametrize(
    "page", ["index.html", "sectors.html", "example.html", "concentration.html", "policy.html"]
)
def test_text_in_figures_is_never_small(browser: Driver, folder: Path, page: str) -> None:
    screen(browser, 1240)
    visit(browser, folder, page)
    for width in (1240, 1100, 900, 620, 390, 320):
        screen(browser, width)
        # On a busy machine a page may be loaded a moment before it is laid out.
        sizes = WebDriverWait(browser, 10).until(
            lambda d: d.execute_script(
                "return [...document.querySelectorAll('figure svg')].filter(s => s.clientWidth)"
                ".flatMap(s => [...s.querySelectorAll('text')].map(t => t.getAttribute('font-size')"
                " * s.getBoundingClientRect().width / s.viewBox.baseVal.width))"
            )
        )
        assert min(sizes) >= 10.9, width


def test_text_spacing_does_not_break_the_page(browser: Driver, folder: Path) -> None:
    screen(browser, 390)
    for page in ("index.html", "sectors.html", "example.html"):
        visit(browser, folder, page)
        browser.execute_script(
            "const style = document.body.style; style.letterSpacing = '0.12em';"
            "style.wordSpacing = '0.16em'; style.lineHeight = '1.5';"
        )
        assert browser.execute_script("return document.documentElement.scrollWidth") <= 390


def style(driver: Driver, select: str, name: str) -> set[str]:
    """Values of a property over everything that is selected."""
    found: list[str] = driver.execute_script(
        "const [select, name] = arguments;"
        "return [...document.querySelectorAll(select)].map(one => getComputedStyle(one)[name]);",
        select,
        name,
    )
    return set(found)


def test_a_range_is_dashed_and_an_open_cell_hatched(browser: Driver, folder: Path) -> None:
    screen(browser, 1240)
    visit(browser, folder, "sectors.html")
    assert style(browser, "a.chip.range, a.chip.open", "borderTopStyle") == {"dashed"}
    assert style(browser, "a.chip:not(.range):not(.open)", "borderTopStyle") <= {"solid"}
    hatched = style(browser, "a.chip.open", "backgroundImage")
    assert all("gradient" in one for one in hatched)
    screen(browser, 390)
    assert style(browser, ".reflow td.strip-cell .range-text", "display") == {"block"}


def test_no_table_of_the_policies_is_cut_off_on_a_desk(browser: Driver, folder: Path) -> None:
    screen(browser, 1240)
    visit(browser, folder, "policy.html")
    wide: list[str] = browser.execute_script(
        "return [...document.querySelectorAll('main .scroll')]"
        ".filter(one => one.scrollWidth > one.clientWidth).map(one => one.ariaLabel);"
    )
    assert wide == []
