"""What tests in a real browser share: how it is started, its screen, its complaints, axe."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from served_study import Served

Driver = webdriver.Chrome

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)


def screen(driver: webdriver.Chrome, width: int, scheme: str = "light") -> None:
    metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    feature = {"name": "prefers-color-scheme", "value": scheme}
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})


def complaints(driver: webdriver.Chrome) -> list[str]:
    entries: list[dict[str, str]] = driver.execute("getLog", {"type": "browser"})["value"]
    return [entry["message"] for entry in entries]


#: What axe looks for: the rules of these standards, or of contrast alone.
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
CONTRAST = ["color-contrast"]


#: Takes rows and items out that are made like two before them on the page: the same tags, classes,
#: roles and colours in the same order, the same attributes, empty where those are. The first of a
#: list stays. What axe says of such a row it has said twice, and its time grows with their number.
LIKE_ROWS = """
const told = new Set(["class", "role", "style", "fill", "stroke", "scope", "type"]);
const made = part => part.localName + [...part.attributes].map(
  one => one.name + (told.has(one.name) ? "=" + one.value : one.value.trim() ? "" : "!")
).sort() + "(" + [...part.childNodes].map(
  one => one.nodeType === 1 ? made(one) : one.textContent.trim() ? "t" : ""
).join("") + ")";
const seen = {};
for (const list of document.querySelectorAll("tbody, ul, ol")) {
  for (const row of [...list.children]) {
    const kind = made(row);
    seen[kind] = (seen[kind] || 0) + 1;
    if (seen[kind] > 2 && row !== list.firstElementChild) row.remove();
  }
}
"""


def violations(driver: webdriver.Chrome, axe: str, rules: list[str] = STANDARDS) -> list[str]:
    """What axe finds on a page, of whose like rows it sees two."""
    if not driver.execute_script("return 'axe' in window"):
        driver.execute_script(axe)
    driver.execute_script(LIKE_ROWS)
    found: dict[str, Any] = driver.execute_async_script(
        "const [rules, done] = arguments;"
        "axe.run(document, {preload: false, runOnly: rules}).then(done);",
        rules,
    )
    return [
        f"{one['id']}: {one['help']} {json.dumps([n['html'][:160] for n in one['nodes'][:3]])}"
        for one in found["violations"]
    ]


def visit(driver: Driver, served: Served, way: str) -> None:
    driver.get("about:blank")
    complaints(driver)
    driver.get(served.base + way)


def text_of(driver: Driver, id: str) -> str:
    return str(driver.find_element(By.ID, id).text)


def wait(driver: Driver, condition: Callable[[Driver], Any]) -> None:
    WebDriverWait(driver, 120).until(condition)
