"""The explorer in a real browser: quiet, accessible, by keyboard, its address is its state."""

from __future__ import annotations

from pathlib import Path

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from browser_tools import Driver, complaints, screen, text_of, violations, visit, wait
from served_study import Served

pytestmark = pytest.mark.browser

SHOCK = "/shock?study=small&actor=CHN&form=ndfeb-magnet&instrument=export-ban&target=WLD"
PAGES = (
    "/", "/?country=CHN", "/sectors", "/sector/wind", "/country/CHN", "/money", "/outlook", SHOCK,
    "/policy", "/evidence", "/assumptions", "/sources", "/api", "/tool/risk",
    "/import?study=small&kind=baci",
    "/trace/f:score.stage/DEU/wind/C1/2030?study=small",
)  # fmt: skip

#: Pages whose phone layout in the dark is put to axe too; the others share their parts.
PHONE = ("/", "/sectors", SHOCK, "/policy")


@pytest.mark.parametrize("page", PAGES)
def test_page_is_quiet_accessible_and_fits(
    explorer: Driver, served: Served, axe_script: str, page: str
) -> None:
    for width, scheme in ((1240, "light"), (390, "dark")):
        screen(explorer, width, scheme)
        visit(explorer, served, page)
        assert explorer.execute_script("return document.documentElement.scrollWidth") <= width
        assert complaints(explorer) == []
        if scheme == "light" or page in PHONE:
            assert violations(explorer, axe_script) == []


def test_a_shock_by_keyboard_and_its_address(explorer: Driver, served: Served) -> None:
    screen(explorer, 1240)
    visit(explorer, served, SHOCK)
    slider = explorer.find_element(By.ID, "months")
    before = text_of(explorer, "result")
    slider.send_keys(Keys.ARROW_LEFT * 3)
    assert slider.get_attribute("aria-valuetext") == "9 months"
    wait(explorer, lambda d: "months=9" in d.current_url)
    wait(explorer, lambda d: "Full run:" in text_of(d, "result"))
    assert text_of(explorer, "result") != before
    told = explorer.find_element(By.ID, "status").get_attribute("textContent")
    assert str(told).startswith("After")
    way = explorer.current_url
    visit(explorer, served, way.removeprefix(served.base))
    assert explorer.find_element(By.ID, "months").get_attribute("value") == "9"
    typed = explorer.find_element(By.CSS_SELECTOR, "[data-types=months]")
    typed.send_keys(Keys.CONTROL, "a")
    typed.send_keys("4")
    wait(explorer, lambda d: "months=4" in d.current_url)
    assert complaints(explorer) == []


def test_back_leads_to_the_setting_before(explorer: Driver, served: Served) -> None:
    screen(explorer, 1240)
    visit(explorer, served, SHOCK + "&months=6")
    wait(explorer, lambda d: "Full run:" in text_of(d, "result"))
    explorer.find_element(By.CSS_SELECTOR, "input[value=export-quota]").send_keys(Keys.SPACE)
    explorer.find_element(By.CSS_SELECTOR, "#controls button[type=submit]").send_keys(Keys.ENTER)
    wait(explorer, lambda d: "export-quota" in d.current_url)
    explorer.find_element(By.LINK_TEXT, "Sectors").click()
    explorer.back()
    wait(explorer, lambda d: "export-quota" in d.current_url)
    chosen = "input[name=instrument]:checked"
    wait(explorer, lambda d: d.find_element(By.CSS_SELECTOR, chosen))
    shown = explorer.find_element(By.CSS_SELECTOR, chosen).get_attribute("value")
    assert shown == "export-quota"


def test_the_country_is_switched_on_the_page(explorer: Driver, served: Served) -> None:
    screen(explorer, 1240)
    visit(explorer, served, "/sector/wind?study=small")
    explorer.find_element(By.CSS_SELECTOR, "summary[aria-label^=Country]").click()
    explorer.find_element(By.LINK_TEXT, "China").click()
    wait(explorer, lambda d: "country=CHN" in d.current_url)
    assert explorer.find_element(By.CSS_SELECTOR, ".lede").text.startswith("China")
    explorer.back()
    wait(explorer, lambda d: "country" not in d.current_url)


def test_find_leads_to_a_page_by_keyboard(explorer: Driver, served: Served) -> None:
    screen(explorer, 1240)
    visit(explorer, served, "/about?study=small")
    explorer.find_element(By.TAG_NAME, "body").send_keys("/")
    field = explorer.find_element(By.ID, "find-field")
    wait(explorer, lambda _: field.is_displayed())
    field.send_keys("china", Keys.ENTER)
    wait(explorer, lambda d: "/country/CHN" in d.current_url)


def test_a_number_opens_and_its_fact_can_be_changed(explorer: Driver, served: Served) -> None:
    screen(explorer, 1240)
    visit(explorer, served, "/evidence?study=small&country=CHN&form=ndfeb-magnet")
    explorer.find_element(By.CSS_SELECTOR, "#facts-part a.num").click()
    wait(explorer, lambda d: "/trace/" in d.current_url)
    explorer.find_element(By.CSS_SELECTOR, ".glass table a.num").click()
    wait(explorer, lambda d: "/trace/o-" in d.current_url)
    field = explorer.find_element(By.CSS_SELECTOR, "input[name=value]")
    field.send_keys(Keys.CONTROL, "a")
    field.send_keys("1", Keys.ENTER)
    result = (By.CSS_SELECTOR, ".job-result")
    wait(explorer, lambda d: "in place of" in d.find_element(*result).text)
    assert complaints(explorer) == []


def test_a_figure_is_saved_as_png_and_csv(
    explorer: Driver, served: Served, downloads: Path
) -> None:
    screen(explorer, 1240)
    visit(explorer, served, "/?study=small")
    explorer.find_element(By.CSS_SELECTOR, ".fig .under-links a[href*='.csv']").click()
    explorer.find_element(By.CSS_SELECTOR, ".fig .under-links [data-png]").click()

    def saved(kind: str) -> list[Path]:
        return [one for one in downloads.glob(f"*.{kind}") if one.stat().st_size > 200]

    wait(explorer, lambda _: saved("csv") and saved("png"))
    assert saved("png")[0].read_bytes().startswith(b"\x89PNG")
    assert complaints(explorer) == []


def test_changed_assumptions_are_counted_and_told(explorer: Driver, served: Served) -> None:
    screen(explorer, 1240)
    visit(explorer, served, "/assumptions?study=small")
    field = explorer.find_element(By.CSS_SELECTOR, "#assume input[type=number]")
    name, high = (str(field.get_attribute(one)) for one in ("name", "max"))
    field.send_keys(Keys.CONTROL, "a")
    field.send_keys(high)
    assert text_of(explorer, "changed-count") == "One parameter changed"
    explorer.find_element(By.CSS_SELECTOR, "#assume button.strong").click()
    wait(explorer, lambda d: "study=own-" in d.current_url)
    wait(explorer, lambda d: d.find_elements(By.CSS_SELECTOR, ".changed"))
    assert name in explorer.find_element(By.CSS_SELECTOR, ".changed").text
