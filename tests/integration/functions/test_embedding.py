# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A page of another origin embeds a meeting, in a real browser: asleep it shows the wake page, awake the meeting.

EXTERNAL_API names a build of Jitsi Meet's own external_api.min.js to judge with; without it a stand-in of ours follows
its interface.
"""

from __future__ import annotations

import os
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from ansible_collections.meetops.jitsi.plugins.module_utils.lifecycle.functions import reconcile
from ansible_collections.meetops.jitsi.plugins.module_utils.lifecycle.functions.state import Settings
from selenium.webdriver.common.by import By
from support.browser import chromium
from support.programs import need
from support.servers import Handler, serving
from support.wake_site import site

from support.wake_platform import ASLEEP, AWAKE, Platform  # isort: skip

REAL = os.environ.get("EXTERNAL_API", "")
LIVE = b"<!DOCTYPE html><title>Meeting</title><p id=live>live</p>"
# Follows the interface of Jitsi Meet's: the constructor makes the frame, listeners are called, commands arrive.
STAND_IN = b"""
window.JitsiMeetExternalAPI = class {
  constructor(domain, options) {
    this.told = []; this.listeners = {};
    this.frame = document.createElement("iframe");
    this.frame.id = "jitsiConferenceFrame0";
    this.frame.src = location.protocol + "//" + domain + "/" + options.roomName;
    this.frame.style.height = options.height + "px";
    const joined = call => call({ roomName: options.roomName });
    this.frame.onload = () => (this.listeners.videoConferenceJoined || []).forEach(joined);
    options.parentNode.append(this.frame);
  }
  addListener(event, listener) { (this.listeners[event] = this.listeners[event] || []).push(listener); return this; }
  addEventListener(event, listener) { this.addListener(event, listener); }
  executeCommand(...command) { this.told.push(command); }
  getIFrame() { return this.frame; }
  getNumberOfParticipants() { return 2; }
  isAudioMuted() { return Promise.resolve(true); }
  dispose() { this.frame.remove(); }
};
"""
PAGE = """<!DOCTYPE html><title>Course</title><div id="meet"></div>
<script src="{site}/external_api.js"></script><script>
window.joined = []; window.muted = "unknown";
window.api = new JitsiMeetExternalAPI("{host}", {{
  roomName: "Algebra", width: 700, height: 420, parentNode: document.getElementById("meet") }});
api.addListener("videoConferenceJoined", told => joined.push(told.roomName)).addListener("nothing", () => 0);
api.addEventListener("videoConferenceJoined", told => joined.push("again"));
api.executeCommand("displayName", "Ada");
api.isAudioMuted().then(answer => {{ window.muted = answer; }});
</script>"""


@pytest.fixture(scope="module")
def browser():
    need("chromium", "chromedriver")
    with chromium() as driver:
        hurry = "const later = setTimeout; window.setTimeout = (what, ms) => later(what, ms < 10000 ? 100 : ms);"
        driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": hurry})
        yield driver


@pytest.fixture
def embedded(aws, browser):
    """``with embedded() as (driver, platform, state)``: the page of another origin, open."""

    @contextmanager
    def begin(awake=False):
        platform = Platform(aws)
        web = platform.web()
        state = {"awake": awake, "asked": []}

        def wake(event):
            state["asked"].append(event["rawPath"])
            return web.answer(event)

        def live(path):
            script = path.endswith(("/external_api.js", "/external_api.min.js"))
            return (Path(REAL).read_bytes() if REAL else STAND_IN) if script else LIVE

        with site(wake, lambda: None, lambda path: live(path) if state["awake"] else None) as url:
            host = url.partition("://")[2]

            class Course(Handler):
                timeout = 2

                def do_GET(self):
                    page = PAGE.format(site=url, host=host).encode()
                    self.answer(200, page, {"content-type": "text/html; charset=utf-8"})

            with serving(Course) as course:
                browser.get(course.url)
                yield browser, platform, state
                browser.get("about:blank")

    return begin


def until(condition, seconds=30):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.03)


def frames(driver):
    return driver.execute_script("return [...document.querySelectorAll('iframe')].map(frame => frame.id)")


def in_frame(driver, script):
    driver.switch_to.frame(0)
    try:
        return driver.execute_script(script)
    finally:
        driver.switch_to.default_content()


def test_asleep_the_frame_wakes_and_then_holds_the_meeting(embedded):
    with embedded() as (driver, platform, state):
        assert frames(driver) == ["jitsiWakeFrame0"]
        frame = driver.find_element(By.TAG_NAME, "iframe")
        assert (frame.size["width"], frame.size["height"]) == (700, 420)
        until(lambda: in_frame(driver, "return !document.getElementById('start').hidden"))
        assert in_frame(driver, "return document.getElementById('room').textContent") == "Algebra"
        # To look is not to wake.
        assert platform.counts() == ASLEEP
        assert driver.execute_script("return [api.getNumberOfParticipants(), api.getIFrame().id]") == [
            0,
            "jitsiWakeFrame0",
        ]
        driver.switch_to.frame(0)
        driver.find_element(By.ID, "go").click()
        driver.switch_to.default_content()
        until(lambda: platform.counts() == AWAKE)
        platform.start_tasks(healthy=True)
        platform.clock.now += 10
        reconcile.reconcile(platform.cloud, Settings())
        platform.clock.now += 60
        # Ready, but the address does not answer yet: the frame stays.
        until(lambda: in_frame(driver, "return document.querySelectorAll('li.done').length") == 5)
        assert frames(driver) == ["jitsiWakeFrame0"]
        state["awake"] = True
        until(lambda: frames(driver) == ["jitsiConferenceFrame0"])
        assert driver.execute_script("return !!window.JitsiMeetExternalAPI.standsIn") is False
        if REAL:
            assert driver.find_element(By.TAG_NAME, "iframe").get_attribute("src").split("#")[0].endswith("/Algebra")
            assert driver.execute_script("return api.listenerCount('videoConferenceJoined')") == 2
            return
        until(lambda: driver.execute_script("return joined") == ["Algebra", "again"])
        until(lambda: driver.execute_script("return muted") is True)
        assert driver.execute_script("return api.told") == [["displayName", "Ada"]]
        assert driver.execute_script("return api.getNumberOfParticipants()") == 2
        assert in_frame(driver, "return !!document.getElementById('live')")
        driver.execute_script("api.dispose()")
        assert frames(driver) == []


def test_dispose_while_asleep_leaves_nothing(embedded):
    with embedded() as (driver, _platform, state):
        driver.execute_script("api.dispose()")
        assert frames(driver) == []
        state["awake"] = True
        time.sleep(0.5)
        assert frames(driver) == []


def test_a_message_of_somebody_else_is_not_believed(embedded):
    with embedded() as (driver, _platform, _state):
        driver.execute_script("window.postMessage('meeting-answers', '*')")
        time.sleep(0.3)
        assert frames(driver) == ["jitsiWakeFrame0"]
        assert driver.execute_script("return document.head.querySelectorAll('script').length") == 0


def test_awake_the_stand_in_is_never_served(embedded):
    with embedded(awake=True) as (driver, _platform, state):
        until(lambda: frames(driver) == ["jitsiConferenceFrame0"])
        assert driver.execute_script("return !!window.JitsiMeetExternalAPI.standsIn") is False
        assert state["asked"] == []
