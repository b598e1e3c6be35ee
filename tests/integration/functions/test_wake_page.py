# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The wake page in a real browser, against the real wake function: what a visitor sees and what it then does.

With WAKE_PICTURES=1 it also takes the pictures of docs/images.
"""

from __future__ import annotations

import base64
import os
import time
from contextlib import contextmanager
from urllib.parse import quote

import pytest
from ansible_collections.meetops.jitsi.plugins.module_utils.lifecycle.functions import reconcile
from ansible_collections.meetops.jitsi.plugins.module_utils.lifecycle.functions.page import Brand
from ansible_collections.meetops.jitsi.plugins.module_utils.lifecycle.functions.state import Settings
from selenium.webdriver.common.by import By
from support.browser import PALE, SCHEMES, chromium, shape
from support.programs import need
from support.server import ROOT
from support.wake_site import site

from support.wake_platform import Platform  # isort: skip

LIVE = b"<!DOCTYPE html><title>Meeting</title><p id=live>live</p>"
LOGO = b"""\
<svg xmlns="http://www.w3.org/2000/svg" width="32" height="32"><rect width="32" height="32" rx="8" fill="#0b57d0"/>\
<path d="M7 11h12v10H7zM20 14l5-3v10l-5-3z" fill="#fff"/></svg>"""
BRAND = Brand(name="Example Meet", logo=f"data:image/svg+xml;base64,{base64.b64encode(LOGO).decode()}")
SIZES = {"phone": (390, 760, True), "desktop": (1100, 680, False)}
PICTURES = os.environ.get("WAKE_PICTURES") == "1"


@pytest.fixture(scope="module")
def browser():
    need("chromium", "chromedriver")
    with chromium() as driver:
        # The page waits three seconds between two looks; a test does not.
        hurry = "const later = setTimeout; window.setTimeout = (what, ms) => later(what, ms < 10000 ? 100 : ms);"
        driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": hurry})
        yield driver


class Visit:
    """A browser at the platform's site. ``live`` says whether the platform itself answers."""

    def __init__(self, driver, platform, url):
        self.driver, self.platform, self.url = driver, platform, url
        self.live = False

    def open(self, path):
        self.driver.get(self.url + path)
        self.until(lambda: self.seen("start") or self.seen("waiting") or self.at_meeting())

    def until(self, condition, seconds=30):
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, self.driver.find_element(By.TAG_NAME, "body").text
            time.sleep(0.03)

    def element(self, name):
        return self.driver.find_element(By.ID, name)

    def seen(self, name):
        return any(element.is_displayed() for element in self.driver.find_elements(By.ID, name))

    def at_meeting(self):
        return bool(self.driver.find_elements(By.ID, "live"))

    def text(self, name):
        return self.element(name).text

    def focused(self):
        return self.driver.switch_to.active_element.get_attribute("id")

    def steps(self):
        return [item.get_attribute("class") for item in self.driver.find_elements(By.CSS_SELECTOR, "[data-step]")]

    def start(self):
        self.element("go").click()

    def pictures(self, name):
        """Take the page's picture in every size and scheme."""
        for size, measures in SIZES.items() if PICTURES else ():
            for scheme in SCHEMES:
                shape(self.driver, measures, scheme)
                time.sleep(0.2)
                self.driver.save_screenshot(str(ROOT / "docs" / "images" / f"wake-{name}-{size}-{scheme}.png"))

    def complaints(self):
        """What the browser's console says, apart from the refusals that a test brings about."""
        return [line["message"] for line in self.driver.get_log("browser") if "/_wake" not in line["message"]]


@pytest.fixture(scope="module")
def platform(aws_server):
    aws_server.reset()
    return Platform(aws_server)


@pytest.fixture
def visit(browser, platform):
    """``with visit(pin=True) as visit``: the platform asleep, and a browser."""

    @contextmanager
    def begin(**options):
        client = platform.aws.client
        platform.clock.now += 100_000
        platform.cloud.tasks = {}
        client("dynamodb").delete_item(TableName="meet-wakes", Key={"id": {"S": "platform"}})
        for kind in platform.cloud.names.services:
            platform.cloud.set_minimum(kind, 0)
            platform.cloud.set_desired(kind, 0)
        for record in ("origin", "turn"):
            platform.cloud.set_record(record, ["192.0.2.1"])
        web = platform.web(brand=BRAND, **options)
        visits = []
        with site(lambda event: web.answer(event), lambda: LIVE if visits and visits[0].live else None) as url:
            visits.append(Visit(browser, platform, url))
            browser.get_log("browser")
            yield visits[0]
            browser.get("about:blank")

    return begin


def test_from_asleep_to_the_meeting(visit):
    with visit() as page:
        page.open("/Weekly%20Planning?lang=de#config.startWithAudioMuted=true")
        assert page.text("room") == "Weekly Planning"
        assert page.text("go") == "Start the meeting"
        assert not page.seen("pin")
        assert page.driver.title == "Weekly Planning"
        page.pictures("start")
        page.start()
        page.until(lambda: page.seen("waiting"))
        assert page.focused() == "heading"
        page.until(lambda: page.steps() == ["done", "now", "", "", ""])
        page.platform.clock.now += 25
        page.platform.start_tasks(healthy=False)
        reconcile.reconcile(page.platform.cloud, Settings())
        page.platform.clock.now += 17
        page.until(lambda: page.steps() == ["done", "done", "now", "", ""])
        assert page.element("said").get_attribute("textContent") == "Step 2 of 5 done."
        page.until(lambda: page.text("time").startswith("So far 4"))
        page.pictures("progress")
        page.platform.start_tasks(healthy=True)
        page.platform.clock.now += 10
        page.until(lambda: page.steps() == ["done"] * 5)
        # Ready, but CloudFront does not see it yet: the page stays.
        time.sleep(0.3)
        assert page.seen("waiting")
        page.live = True
        page.until(page.at_meeting)
        assert page.driver.current_url == f"{page.url}/Weekly%20Planning?lang=de#config.startWithAudioMuted=true"
        assert page.complaints() == []


def test_whoever_comes_later_waits_without_a_click(visit):
    with visit() as page:
        reconcile.wake(page.platform.cloud, "visitor")
        page.open("/Room")
        page.until(lambda: page.seen("waiting"))
        assert not page.seen("start")


@pytest.mark.parametrize(
    "room",
    [
        "<script>document.title='pwned'</script>",
        "<img src=x onerror=document.title='pwned'>",
        '"><svg onload=document.title=`pwned`>',
        "{{room}}{{brand}}",
        "</h1></main><h1>Not ours</h1>",
    ],
)
def test_a_room_name_is_text(visit, room):
    with visit() as page:
        page.open(f"/{quote(room, safe='')}")
        assert page.text("room") == room
        assert page.driver.title == room
        assert len(page.driver.find_elements(By.TAG_NAME, "h1")) == 1
        assert not page.driver.find_elements(By.CSS_SELECTOR, "svg, img[onerror], h1 *")
        # Even if one got in it would not run: the policy allows one script, by its hash.
        injected = (
            "const s = document.createElement('script'); s.textContent = 'window.ran = 1'; document.body.append(s)"
        )
        page.driver.execute_script(injected)
        assert page.driver.execute_script("return window.ran") is None


def test_pin(visit):
    with visit(pin=True) as page:
        page.open("/Room")
        page.start()
        assert page.text("problem").startswith("That PIN is not right.")
        for wrong in range(5):
            page.element("pin").clear()
            page.element("pin").send_keys(f"12{wrong}")
            page.start()
            page.until(lambda: page.element("go").is_enabled())
            if wrong == 0:
                page.until(lambda: page.focused() == "pin")
                assert page.element("pin").get_attribute("aria-invalid") == "true"
                page.pictures("pin")
        page.element("pin").send_keys("9")
        page.start()
        page.until(lambda: page.text("problem").startswith("Too many wrong PINs."))
        assert page.focused() == "problem"
        page.platform.clock.now += 3600
        page.element("pin").clear()
        page.element("pin").send_keys("4711")
        page.start()
        page.until(lambda: page.seen("waiting"))
        assert page.complaints() == []


def test_what_goes_wrong_is_said(visit, aws_server):
    with visit(per_day=1) as page:
        assert page.platform.cloud.take("wakes", int(page.platform.clock.now // 86400), 1)
        page.open("/Room")
        page.start()
        page.until(lambda: page.text("problem").startswith("The server has been started as often as is allowed today."))
        page.pictures("limit")
        assert page.focused() == "problem"
        page.driver.execute_cdp_cmd("Network.enable", {})
        page.driver.execute_cdp_cmd(
            "Network.emulateNetworkConditions",
            {"offline": True, "latency": 0, "downloadThroughput": 0, "uploadThroughput": 0},
        )
        page.start()
        page.until(lambda: page.text("problem").startswith("No connection."))
        page.driver.execute_cdp_cmd(
            "Network.emulateNetworkConditions",
            {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1},
        )
        page.platform.clock.now += 86400
        page.start()
        page.until(lambda: page.seen("waiting"))
        page.platform.clock.now += 700
        page.until(lambda: page.seen("trouble"))
        assert page.text("trouble").startswith("This takes much longer than it should.")
        page.pictures("overdue")


def test_a_rotation_is_waited_for(visit, aws_server):
    client = aws_server.client("secretsmanager")
    with visit() as page:
        version = client.put_secret_value(
            SecretId="meet-jitsi-secrets", SecretString="{}", VersionStages=["AWSPENDING"]
        )["VersionId"]
        changed = client.describe_secret(SecretId="meet-jitsi-secrets")["LastChangedDate"].timestamp()
        before, page.platform.clock.now = page.platform.clock.now, changed + 1
        try:
            page.open("/Room")
            page.start()
            page.until(lambda: page.seen("trouble"))
            assert page.text("trouble").startswith("One moment, please.")
        finally:
            client.update_secret_version_stage(
                SecretId="meet-jitsi-secrets", VersionStage="AWSPENDING", RemoveFromVersionId=version
            )
        page.until(lambda: page.platform.cloud.item() is not None)
        page.until(lambda: not page.seen("trouble"))
        page.platform.clock.now = before


def test_it_reads_well(visit):
    """Contrast of all text in both schemes, nothing wider than a phone, a button for thumbs, no motion unasked."""
    with visit(pin=True) as page:
        for scheme in SCHEMES:
            shape(page.driver, (320, 640, True), scheme)
            page.open(f"/{'LongNameWithoutAnySpace' * 4}")
            page.start()
            page.until(lambda: page.seen("problem"))
            assert page.driver.execute_script("return document.documentElement.scrollWidth") <= 320
            assert page.element("go").size["height"] >= 44
            assert page.driver.execute_script(PALE) == []
            page.driver.execute_script(
                "document.getElementById('start').hidden = true; document.getElementById('waiting').hidden = false;"
            )
            assert page.driver.execute_script(PALE) == []
        features = [{"name": "prefers-reduced-motion", "value": "reduce"}]
        page.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
        page.driver.execute_script("document.querySelector('[data-step=task]').className = 'now'")
        script = "return getComputedStyle(document.querySelector('li.now'), '::before').animationName"
        assert page.driver.execute_script(script) == "none"


def test_without_scripts_it_says_so(visit):
    with visit() as page:
        page.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
        try:
            page.driver.get(page.url + "/Room")
            assert "JavaScript is switched off." in page.driver.find_element(By.TAG_NAME, "main").text
        finally:
            page.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
