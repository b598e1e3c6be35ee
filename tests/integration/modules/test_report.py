# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The reports of review and audit: pages in a real browser, and PDF."""

from __future__ import annotations

import builtins
import datetime as dt
import re
import stat
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.meetops.jitsi.plugins.module_utils.audit import findings
from ansible_collections.meetops.jitsi.plugins.module_utils.audit import report as audit_report
from ansible_collections.meetops.jitsi.plugins.module_utils.audit.rules import common
from ansible_collections.meetops.jitsi.plugins.module_utils.report import page as report
from ansible_collections.meetops.jitsi.plugins.module_utils.report import plots
from ansible_collections.meetops.jitsi.plugins.module_utils.review import figures as review
from ansible_collections.meetops.jitsi.plugins.module_utils.review import report as review_report
from ansible_collections.meetops.jitsi.plugins.module_utils.review import result as review_result
from selenium.webdriver.common.by import By
from support import browser
from support.modules import run_module
from support.programs import need
from support.server import ROOT

TEMPLATE = ROOT / "playbooks" / "templates" / "report.html.j2"
START = int(dt.datetime(2026, 10, 1, tzinfo=dt.UTC).timestamp())
# Names that others chose, which a page, a plot or a PDF might take for something else.
HOSTILE = [
    "<script>document.title='pwned'</script>",
    '"><img src=x onerror=document.title="pwned">',
    "{{ 7 * 7 }}{% raw %}",
    "</style></svg><h1>Not ours</h1>",
    "$\\frac{1}{2}$ ' & ]]>",
]


def review_facts() -> dict[str, Any]:
    """A review of a week, with hostile names where names come from elsewhere."""
    morning = [START + day * review.DAY + 8 * review.HOUR + 300 * number for day in range(7) for number in range(24)]
    series = {
        name: dict.fromkeys(morning, value)
        for name, value in {
            "signalling.tasks": 5.0,
            "bridge.tasks": 10.0,
            "bridge.cpu": 600.0,
            "bridge.cpu_most": 90.0,
            "participants": 100.0,
            "participants_most": 20.0,
            "conferences": 10.0,
            "conferences_most": 2.0,
            "uploads": 1.0,
            "uploads_ok": 1.0,
        }.items()
    }
    series["wake_seconds"] = {START + day * review.DAY + 8 * review.HOUR: 80.0 + 5 * day for day in range(7)}
    cause = "monitor alarm TargetTracking-x-AlarmHigh in state ALARM"
    action = {"kind": "bridge", "start": START, "end": START + 40, "desired": 2, "cause": cause, "status": "Successful"}
    figures = review.Figures(
        since=START,
        until=START + 7 * review.DAY,
        period=300,
        series=series,
        alarms=[{"name": name, "at": START, "state": "ALARM"} for name in HOSTILE],
        errors={name: {START: 1.0} for name in HOSTILE},
        scaling=[{**action, "start": START + 1000 * number, "end": START + 1000 * number + 40} for number in range(15)],
    )
    tasks = [
        {"name": "signalling", "cpu": 1024, "memory": 4096},
        {"name": "bridge", "cpu": 4096, "memory": 8192},
        {"name": "recorder", "instance_type": "c6i.xlarge"},
    ]
    setup = review.Setup(tasks=tasks, bridge_max=3, recorder_max=2)
    return review_result.result("monthly", "jitsi-video-platform", figures, setup, 1.5, dt.UTC)


def audit_facts(names: list[str]) -> dict[str, Any]:
    """An audit with a finding of each of these names."""
    found = [
        {
            **common.finding(severity, f"{area}/x", name, f"Title {name}", f"Seen {name}", f"Do {name}"),
            "accepted": number > 3,
        }
        for number, (name, area, severity) in enumerate(
            zip(
                names, ["network", "access", "bucket", "tasks", "strangers"], [*findings.SEVERITIES, "low"], strict=True
            )
        )
    ]
    facts = {
        "platform": "jitsi-video-platform",
        "account_id": "123456789012",
        "region": "us-east-1",
        "at": "2026-11-23T00:00:00Z",
        "findings": found,
        "counts": audit_report.counts(found),
        "failing": [],
        "open": {name: ["tcp 22"] for name in names},
        "addresses": [
            {"address": "203.0.113.7", "interface": "eni-1", "description": names[0], "groups": names, "open": []}
        ],
        "ages": [{"what": name, "days": 10 * number, "limit": 30} for number, name in enumerate(names)],
    }
    return {**facts, "summary": audit_report.summary(facts)}


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The page of each kind."""
    directory, template = tmp_path_factory.mktemp("pages"), TEMPLATE.read_text()
    made = {"review": review_report.report(review_facts()), "audit": audit_report.report(audit_facts(HOSTILE))}
    for kind, item in made.items():
        (directory / f"{kind}.html").write_text(report.html(item, template))
    return {kind: directory / f"{kind}.html" for kind in made}


@pytest.fixture(scope="module")
def driver() -> Iterator[Any]:
    need("chromium", "chromedriver")
    with browser.chromium() as running:
        yield running


@pytest.mark.parametrize("kind", ["review", "audit"])
def test_the_page_in_a_browser(driver: Any, pages: dict[str, Path], kind: str) -> None:
    driver.get(pages[kind].as_uri())
    # Nothing ran, nothing was added, nothing is missing.
    assert "pwned" not in driver.title and kind in driver.title.lower()
    assert len(driver.find_elements(By.TAG_NAME, "h1")) == 1
    assert driver.find_elements(By.CSS_SELECTOR, "script, img, iframe, link, [onerror]") == []
    assert driver.get_log("browser") == []
    text = driver.execute_script("return document.body.textContent")
    for name in HOSTILE:
        assert name in text
    # For those who have it read to them.
    assert driver.execute_script("return document.documentElement.lang") == "en"
    plots_there = driver.find_elements(By.CSS_SELECTOR, "figure svg")
    assert len(plots_there) >= 2
    assert all(
        len(plot.get_attribute("aria-label")) > 20 and plot.get_attribute("role") == "img" for plot in plots_there
    )
    assert driver.execute_script("return [...document.querySelectorAll('table')].every(one => one.caption.textContent)")
    assert driver.execute_script("return document.querySelectorAll('th:not([scope])').length") == 0
    ids = driver.execute_script("return [...document.querySelectorAll('[id]')].map(one => one.id)")
    assert len(ids) == len(set(ids))
    links = driver.execute_script("return [...document.querySelectorAll('nav a')].map(one => one.hash.slice(1))")
    assert links and set(links) <= set(ids)
    driver.execute_script("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    for size, (width, *_rest) in browser.SIZES.items():
        for scheme in browser.SCHEMES:
            browser.shape(driver, size, scheme)
            assert driver.execute_script("return document.documentElement.scrollWidth") <= width
            assert driver.execute_script(browser.PALE) == []


def test_the_page_needs_nothing_else(pages: dict[str, Path]) -> None:
    for page in pages.values():
        text = page.read_text()
        assert re.findall(r'<[^<>]*\s(?:[a-z]+:)?(?:src|href)="(?!#)[^"]*"', text) == []
        assert re.findall(r"url\((?!#)|@import", text) == []
        assert "default-src 'none'" in text
        assert max(map(len, text.split("\n"))) < 20_000


def test_the_same_facts_give_the_same_page(pages: dict[str, Path]) -> None:
    again = report.html(audit_report.report(audit_facts(HOSTILE)), TEMPLATE.read_text())
    assert again == pages["audit"].read_text()


def test_the_pdf() -> None:
    first = report.pdf(audit_report.report(audit_facts(HOSTILE)), TEMPLATE.read_text())
    assert first.startswith(b"%PDF-")
    # Tagged, in a language, with a title.
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", first, re.DOTALL)
    objects = b"".join(zlib.decompressobj().decompress(stream) for stream in streams if stream[:1] == b"x")
    for word in (b"/MarkInfo", b"/StructTreeRoot", b"/Lang", b"/Alt"):
        assert word in objects


def test_nothing_was_found() -> None:
    facts = {**audit_facts(HOSTILE), "findings": [], "counts": audit_report.counts([]), "addresses": [], "ages": []}
    made = audit_report.report(facts)
    assert made["verdict"] == "Nothing to mend"
    page = report.html(made, TEMPLATE.read_text())
    assert "Everything that was looked at is as this collection wants it." in page
    empty = review_result.result(
        "allocation",
        "x",
        review.Figures(since=START, until=START + review.DAY, period=3600, series={}),
        review.Setup(tasks=[], bridge_max=3, recorder_max=0),
        0,
        dt.UTC,
    )
    assert "Review of the allocation of x" in report.html(review_report.report(empty), TEMPLATE.read_text())


def run(check: bool = False, **params: Any) -> dict[str, Any]:
    """Run the module report, which knows nothing of AWS, on an audit."""
    given = {"kind": "audit", "facts": audit_facts(HOSTILE), "template": str(TEMPLATE), **params}
    return run_module("report", "", {"region": None, "endpoint_url": None, **given}, check=check)


@pytest.mark.parametrize(
    ("missing", "form", "words"),
    [("matplotlib", "html", "pip install matplotlib"), ("weasyprint", "pdf", "pip install weasyprint")],
)
def test_a_library_is_missing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, missing: str, form: str, words: str
) -> None:
    imported = builtins.__import__

    def refuse(name: str, *args: Any, **kwargs: Any) -> Any:
        if name.partition(".")[0] == missing:
            raise ImportError(f"No module named {name!r}")
        return imported(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", refuse)
    path = tmp_path / f"x.{form}"
    result = run(**{form: str(path)})
    assert result["failed"] and words in result["msg"]
    assert not path.exists()


def test_the_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # What plots look like does not matter here, and drawing takes most of the time.
    monkeypatch.setattr(plots, "draw", lambda *_args: "<svg></svg>")
    path = tmp_path / "audit.html"
    assert run(html=str(path), check=True)["changed"] and not path.exists()
    assert run(html=str(path))["changed"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not run(html=str(path))["changed"]
    path.chmod(0o644)
    assert run(html=str(path))["changed"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert run(html=str(tmp_path / "reports" / "x.html"))["changed"]
    assert "cannot be made" in run(html=str(path / "x.html"))["msg"]


def test_each_colour_can_be_told_from_its_ground() -> None:
    def light(color: str) -> float:
        parts = [int(color[index : index + 2], 16) / 255 for index in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    for name, pair in plots.COLORS.items():
        for color, ground in zip(pair, ("#ffffff", "#131417"), strict=True):
            low, high = sorted((light(color), light(ground)))
            # Lines of the grid and the band are no information by themselves.
            assert name in ("faint", "band") or (high + 0.05) / (low + 0.05) >= 4.5, name
