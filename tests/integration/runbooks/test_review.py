# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""playbooks/runbooks/review.yml on a month of data: what it tells is what happened."""

from __future__ import annotations

import json
import math
import statistics
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support import replay
from support.month import Month, fill
from support.playbooks import Run
from support.server import AwsServer

DAYS = 31


@pytest.fixture(scope="module")
def filled(aws_server: AwsServer, converged_requests: list[replay.Request]) -> Month:
    aws_server.restore(converged_requests)
    return fill(aws_server)


@pytest.fixture(scope="module")
def reviewed(
    filled: Month, aws_server: AwsServer, quick_playbook: Callable[..., Run], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Run, dict[str, Any], Path]:
    """The runbook's run, its facts, and the directory of its files."""
    directory = tmp_path_factory.mktemp("review")
    aws_server.calls.clear()
    run = quick_playbook(
        "playbooks/runbooks/review.yml",
        extra_vars={
            "review_days": DAYS,
            "review_html": str(directory / "review.html"),
            "review_pdf": str(directory / "review.pdf"),
            "runbook_file": str(directory / "review.json"),
        },
    )
    assert run.rc == 0, run
    return run, json.loads((directory / "review.json").read_text()), directory


def test_it_only_reads_in_few_calls(reviewed: Any, aws_server: AwsServer) -> None:
    assert aws_server.mutating() == []
    # 15 of them compute the bill.
    assert len(aws_server.calls) <= 25
    assert aws_server.calls.count("cloudwatch:GetMetricData") == 2


def test_what_happened(reviewed: tuple[Run, dict[str, Any], Path], filled: Month) -> None:
    _run, found, _directory = reviewed
    met = found["meetings"]
    assert met["participants_peak"] == max(value for _at, value in filled.samples("Participants")) == 70
    assert met["participant_hours"] == pytest.approx((filled.figure("Participants", "Sum") or 0) / 60, abs=0.1)
    # Those that follow on each other without a gap look like one.
    assert 0.9 * len(filled.meetings) <= met["conferences_at_least"] <= len(filled.meetings)

    taken = [wake.seconds for wake in filled.wakes]
    assert found["wakes"]["count"] == len(taken)
    assert found["wakes"]["median_seconds"] == round(statistics.median(taken))
    assert (found["wakes"]["longest_seconds"], found["wakes"]["late"]) == (640, 1)

    hours = (filled.figure("CPUUtilization", "SampleCount", service="signalling") or 0) / 60
    assert found["awake"]["hours"] == pytest.approx(hours, abs=0.1)
    for kind in ("signalling", "bridge", "recorder"):
        told = found["services"][kind]
        assert told["task_hours"] == pytest.approx(
            (filled.figure("CPUUtilization", "SampleCount", service=kind) or 0) / 60, abs=0.1
        )
        assert told["cpu_average"] == pytest.approx(filled.figure("CPUUtilization", "Average", service=kind), abs=0.1)
        assert told["memory_peak"] == filled.figure("MemoryUtilization", "Maximum", service=kind)

    results = [ok for recording in filled.recordings for _at, ok, _reason in recording.uploads]
    assert (found["recordings"]["uploads"], found["recordings"]["failed"]) == (len(results), results.count(False))
    added = sum(
        count > before
        for changes in filled.scalings.values()
        for before, count in zip(
            [1, *(count for _at, count in changes)], [count for _at, count in changes], strict=False
        )
    )
    assert found["scaling"]["added"] == added
    rung = [change.alarm for change in filled.alarm_changes if change.state == "ALARM"]
    assert {item["name"]: item["times"] for item in found["alarms"]} == {name: rung.count(name) for name in rung}


def test_errors_are_those_that_the_filters_count(reviewed: tuple[Run, dict[str, Any], Path], filled: Month) -> None:
    _run, found, _directory = reviewed
    prefix = f"Errors/{filled.platform}/"
    counted = {
        metric.removeprefix(prefix): len(samples)
        for (_namespace, metric, _dimensions), samples in filled.metrics.items()
        if metric.startswith(prefix) and samples
    }
    assert {item["component"]: item["lines"] for item in found["errors"]} == counted


def test_goals_and_advice(reviewed: tuple[Run, dict[str, Any], Path], filled: Month) -> None:
    run, found, _directory = reviewed
    goals = {item["name"]: item for item in found["goals"]}
    looks, ready = (filled.figure("Ready", what) or 0 for what in ("SampleCount", "Sum"))
    assert 100 * ready / looks <= goals["Availability"]["value"] <= 100
    assert goals["Recording success"]["met"] is False
    assert goals["Compute while asleep"]["met"] is True
    # A period of five minutes may have some without people in it, which have little use.
    exact = _used_while_people_met(filled)
    assert exact - 6 <= goals["Utilisation of bridges"]["value"] <= exact + 1
    advice = {item["variable"]: item for item in found["advice"]}
    assert advice["jitsi_bridge_max"]["now"] == 3
    # Two recordings at once, and two recorders: nobody was free.
    assert advice["jitsi_recorder_max"]["recommended"] == 3
    for words in ("Recommended", "jitsi_recorder_max: 3 instead of 2", "MISSED  Recording success"):
        assert words in run.stdout


def _used_while_people_met(filled: Month) -> float:
    people = dict(filled.samples("Participants"))
    used = [value for at, value in filled.samples("CPUUtilization", service="bridge") if people.get(at)]
    return math.fsum(used) / len(used)


def test_the_files(reviewed: tuple[Run, dict[str, Any], Path]) -> None:
    _run, _found, directory = reviewed
    assert sorted(path.name for path in directory.iterdir()) == ["review.html", "review.json", "review.pdf"]
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in directory.iterdir())
    page = (directory / "review.html").read_text()
    assert page.count("<svg") >= 6 and page.startswith("<!DOCTYPE html>")
    assert (directory / "review.pdf").read_bytes().startswith(b"%PDF-")


def test_half_a_year(filled: Month, run_module: Callable[..., dict[str, Any]]) -> None:
    tasks = [{"name": "signalling", "cpu": 1024, "memory": 4096}, {"name": "bridge", "cpu": 4096, "memory": 8192}]
    found = run_module("review_info", name=filled.platform, kind="allocation", bridge_max=3, tasks=tasks)["review"]
    assert (found["days"], found["period_seconds"], set(found["services"])) == (182, 3600, {"signalling", "bridge"})
    assert found["meetings"]["participants_peak"] == 70
    assert len(found["by_day"]) == 183
