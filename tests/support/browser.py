# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A headless chromium that looks at a page of this machine, and at nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from selenium import webdriver

SCHEMES = ("light", "dark")
SIZES = {"phone": (390, 760, True), "desktop": (1100, 900, False)}
# What makes the text of an element hard to read: a contrast with its ground below 4.5 (WCAG 2.2, AA).
PALE = """
const light = color => {
  const part = color.map(value => value / 255).map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
  return .2126 * part[0] + .7152 * part[1] + .0722 * part[2];
};
const numbers = text => (text.match(/[\\d.]+/g) || [0, 0, 0, 0]).map(Number);
const ground = element => {
  for (let one = element; one; one = one.parentElement) {
    const color = numbers(getComputedStyle(one).backgroundColor);
    if (color.length < 4 || color[3] > 0) return color;
  }
  return [255, 255, 255];
};
return [...document.querySelectorAll('body *')]
  .filter(one => [...one.childNodes].some(node => node.nodeType === 3 && node.textContent.trim()))
  .filter(one => one.checkVisibility() && one.tagName !== 'STYLE')
  .map(one => {
    const style = getComputedStyle(one), drawn = one.closest('svg');
    const pair = [light(numbers(drawn ? style.fill : style.color)), light(ground(one))].sort((a, b) => b - a);
    return [(pair[0] + .05) / (pair[1] + .05), one.outerHTML.slice(0, 120)];
  })
  .filter(found => found[0] < 4.5);
"""


@contextmanager
def chromium() -> Iterator[Any]:
    """The driver of a browser, which ends with it."""
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    # Root has no sandbox; /dev/shm is small in containers. Nothing but loopback is ever asked.
    for argument in (
        "--headless=new",
        "--no-sandbox",
        "--disable-dev-shm-usage",
        "--hide-scrollbars",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
    ):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService("/usr/bin/chromedriver"))
    try:
        yield driver
    finally:
        driver.quit()


def shape(driver: Any, size: str | tuple[int, int, bool], scheme: str) -> None:
    """Give the page a size (of SIZES, or width, height, and whether it is a phone) and a colour scheme."""
    width, height, mobile = SIZES[size] if isinstance(size, str) else size
    driver.execute_cdp_cmd(
        "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    )
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": mobile}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)


def pictures(page: Path, directory: Path, name: str) -> None:
    """Take pictures of the top of a page: on a desktop in both schemes, on a phone in light."""
    with chromium() as driver:
        driver.get(page.resolve().as_uri())
        for size, scheme in (("desktop", "light"), ("desktop", "dark"), ("phone", "light")):
            shape(driver, size, scheme)
            driver.save_screenshot(str(directory / f"{name}-{size}-{scheme}.png"))
