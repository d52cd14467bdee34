"""The plan and own data in a real browser: by keyboard, quiet, accessible, on a phone."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

from browser_tools import Driver, complaints, screen, text_of, violations, visit, wait
from served_study import Served
from units.importers.samples import WMD, written

pytestmark = pytest.mark.browser

SCREENS = ((1240, "light"), (390, "dark"))


def fits(driver: Driver, width: int, axe: str) -> None:
    assert driver.execute_script("return document.documentElement.scrollWidth") <= width
    assert complaints(driver) == []
    assert violations(driver, axe) == []


@pytest.mark.parametrize(("width", "scheme"), SCREENS)
def test_a_plan_is_quiet_accessible_and_fits(
    explorer: Driver, served: Served, levers: str, axe_script: str, width: int, scheme: str
) -> None:
    screen(explorer, width, scheme)
    visit(explorer, served, f"/policy/plan?study={levers}&budget=500&draws=40&per_year=200")
    wait(explorer, lambda d: "buys" in text_of(d, "result"))
    fits(explorer, width, axe_script)


def test_a_lever_is_left_out_by_keyboard(explorer: Driver, served: Served, levers: str) -> None:
    screen(explorer, 1240)
    visit(explorer, served, f"/policy/plan?study={levers}&budget=500&draws=40")
    wait(explorer, lambda d: "buys" in text_of(d, "result"))
    before = text_of(explorer, "result")
    way = str(explorer.find_element(By.CSS_SELECTOR, "#result a.control").get_attribute("href"))
    first = way.partition("lever=")[2].partition("&")[0]
    explorer.find_element(By.CSS_SELECTOR, f"input[value='{first}']").send_keys(Keys.SPACE)
    field = explorer.find_element(By.ID, "budget")
    field.send_keys(Keys.CONTROL, "a")
    field.send_keys("700", Keys.ENTER)
    wait(explorer, lambda d: f"without={first}" in d.current_url and "budget=700" in d.current_url)
    wait(explorer, lambda d: text_of(d, "result") not in ("", before))
    assert "No better set" in text_of(explorer, "result")
    explorer.back()
    wait(explorer, lambda d: "budget=700" not in d.current_url)
    wait(explorer, lambda d: text_of(d, "result") == before)
    explorer.find_element(By.LINK_TEXT, "Open in the bench").send_keys(Keys.ENTER)
    wait(explorer, lambda d: d.find_elements(By.CSS_SELECTOR, f"input[value='{first}']:checked"))
    assert complaints(explorer) == []


@pytest.mark.parametrize(("width", "scheme"), SCREENS)
def test_own_data_are_shown_and_accepted(
    explorer: Driver, served: Served, axe_script: str, tmp_path: Path, width: int, scheme: str
) -> None:
    screen(explorer, width, scheme)
    visit(explorer, served, "/import?study=small")
    # Not the same file on both screens, so that it is accepted on both.
    path = written(tmp_path / "6.4.csv", WMD.replace("19000", f"19{width:04d}"))
    Select(explorer.find_element(By.ID, "kind")).select_by_value("wmd")
    explorer.find_element(By.ID, "file").send_keys(str(path))
    explorer.find_element(By.CSS_SELECTOR, "#import [type=submit]").send_keys(Keys.ENTER)
    wait(explorer, lambda d: "would change" in text_of(d, "result"))
    assert "upload=" in explorer.current_url
    fits(explorer, width, axe_script)
    explorer.refresh()
    wait(explorer, lambda d: "would change" in text_of(d, "result"))
    explorer.find_element(By.CSS_SELECTOR, "[data-accept]").send_keys(Keys.ENTER)
    wait(explorer, lambda d: d.find_elements(By.LINK_TEXT, "Open the study on your data"))
    fits(explorer, width, axe_script)
    explorer.find_element(By.CSS_SELECTOR, "[data-discard]").send_keys(Keys.ENTER)
    wait(explorer, lambda d: d.current_url.endswith("/import"))


def test_a_file_that_is_wrong_or_too_large_says_how_to_go_on(
    explorer: Driver, served: Served, axe_script: str, tmp_path: Path
) -> None:
    screen(explorer, 1240)
    visit(explorer, served, "/import?study=small&kind=wmd")
    for text, words in (
        (WMD.replace("19000", "<i>many</i>"), "is not a number"),
        ("x" * 500_000, "midstream import"),
    ):
        path = written(tmp_path / "6.4.csv", text)
        explorer.find_element(By.ID, "file").send_keys(str(path))
        explorer.find_element(By.CSS_SELECTOR, "#import [type=submit]").send_keys(Keys.ENTER)
        wait(explorer, lambda d, words=words: words in text_of(d, "result"))
    assert not explorer.find_elements(By.CSS_SELECTOR, "#result i")
    assert violations(explorer, axe_script) == []


def test_what_is_copied_as_python_gives_the_answer(explorer: Driver, served: Served) -> None:
    screen(explorer, 1240)
    visit(explorer, served, "/tool/target?study=small&country=DEU&form=ndfeb-magnet&draws=20")
    for name, value in {"capacity": "500", "year": "2026", "draws": "20"}.items():
        field = explorer.find_element(By.NAME, name)
        field.clear()
        field.send_keys(value)
    for kind in ("curl", "python"):
        explorer.find_element(By.CSS_SELECTOR, f"[data-copy-as={kind}]").click()
        start = {"curl": "curl '", "python": "import json"}[kind]
        wait(explorer, lambda d, start=start: text_of(d, "copied").startswith(start))
    code = explorer.execute_script("return document.getElementById('copied').textContent")
    # What takes long comes as the address of a job first.
    for text in (code, code.replace('"))\nwhile', '&wait=0&offset=1"))\nwhile')):
        done = subprocess.run(
            [sys.executable, "-c", text], capture_output=True, text=True, check=True
        )
        assert "'incentive_price': {'value'" in done.stdout
