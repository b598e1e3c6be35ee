# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The figures of a review, each formula by cases that can be counted by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from ansible_collections.meetops.jitsi.plugins.module_utils.errors import InvalidInput
from ansible_collections.meetops.jitsi.plugins.module_utils.review import goals, history, result
from ansible_collections.meetops.jitsi.plugins.module_utils.review.days import by_day, by_hour
from ansible_collections.meetops.jitsi.plugins.module_utils.review.figures import (
    COMPONENTS,
    DAY,
    Figures,
    Setup,
    window,
)
from support.rendering import role_variable

P = 300
START = int(dt.datetime(2026, 10, 1, tzinfo=dt.UTC).timestamp())
TASKS = [
    {"name": "signalling", "cpu": 1024, "memory": 4096},
    {"name": "bridge", "cpu": 4096, "memory": 8192},
    {"name": "recorder", "instance_type": "c6i.xlarge"},
]
SETUP = Setup(tasks=TASKS, bridge_max=3, recorder_max=2)


def figures(series: Mapping[str, list[float | None]], days: int = 1, **more: Any) -> Figures:
    """Series by their values, one a period from the start on; None has no sample."""
    points = {
        name: {START + P * index: value for index, value in enumerate(values) if value is not None}
        for name, values in series.items()
    }
    return Figures(since=START, until=START + days * DAY, period=P, series=points, **more)


def awake(count: int, **series: list[float | None]) -> Figures:
    """A platform that ran for so many periods and served in all of them, unless told otherwise."""
    named = {name.replace("__", "."): values for name, values in series.items()}
    usual: dict[str, list[float | None]] = {
        "signalling.tasks": [5] * count,
        "ready_looks": [5] * count,
        "ready": [5] * count,
    }
    return figures({**usual, **named})


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (awake(12), (60, 0)),
        # Two minutes in which nobody could meet.
        (awake(12, ready=[5, 5, 3, *[5] * 9]), (60, 2)),
        # Eight minutes to wake: people are told to wait.
        (awake(12, ready=[0, 2, *[5] * 10]), (52, 0)),
        # Once it has served, all counts.
        (awake(12, ready=[0, 2, 0, *[5] * 9]), (52, 5)),
        # From the tenth minute on a wake that is late is downtime, and so is one that never ends.
        (awake(12, ready=[0, 0, 0, 1, *[5] * 8]), (50, 9)),
        (awake(6, ready=[0] * 6), (20, 20)),
        # Each time awake begins anew.
        (figures({"ready_looks": [5, 5, None, 5, 5], "ready": [4, 5, None, 0, 5]}), (14, 0)),
        # It slept.
        (figures({}), (0, 0)),
    ],
)
def test_availability(found: Figures, expected: tuple[float, float]) -> None:
    assert goals.availability(found) == expected


def test_meetings_are_hours_peaks_and_beginnings() -> None:
    found = figures(
        {
            "participants": [50, 100, None, 30],
            "participants_most": [10, 20, None, 6],
            "conferences": [5, 10, None, 5],
            "conferences_most": [1, 3, None, 1],
        }
    )
    assert history.meetings(found) == {
        "participant_hours": 3.0,
        "participants_peak": 20,
        "participants_peak_at": "2026-10-01T00:05:00Z",
        "conference_hours": 0.3,
        "conferences_peak": 3,
        "conferences_at_least": 4,
    }


@pytest.mark.parametrize(
    ("seconds", "times"),
    [
        ([80, None, 100], [80, 100]),
        # Late: its age every minute, then the time it took.
        ([640, 900, 1100], [1100]),
        ([600, 640], [640]),
        # Two wakes in a row.
        ([95, 70], [95, 70]),
        ([], []),
    ],
)
def test_a_late_wake_is_one(seconds: list[float | None], times: list[float]) -> None:
    found = figures({"wake_seconds": seconds, "wakes": [1] * len(times)})
    assert [taken for _at, taken in history.wake_times(found)] == times
    told = history.wakes(found)
    assert (told["count"], told["late"]) == (len(times), sum(taken > 600 for taken in times))


def test_awake_hours_and_those_without_people() -> None:
    # Two tasks for a moment, as in a deployment, are no more time.
    found = figures({"signalling.tasks": [5, 7, 5], "participants_most": [0, 2]})
    assert history.awake(found) == {"hours": 0.2, "share_percent": 1.0, "hours_without_people": 0.2}
    assert sum(found.minutes_awake().values()) == 15


def test_what_tasks_used() -> None:
    found = figures(
        {
            "bridge.tasks": [5, 10],
            "bridge.cpu": [100, 600],
            "bridge.cpu_most": [30, 90],
            "bridge.memory_tasks": [5, 10],
            "bridge.memory": [150, 300],
            "bridge.memory_most": [31, 32],
        }
    )
    bridge = history.services(found, SETUP)["bridge"]
    assert (bridge["task_hours"], bridge["tasks_peak"]) == (0.2, 2)
    # 700 over 15 minutes of tasks; the average of the fuller period; the highest sample.
    assert (bridge["cpu_average"], bridge["cpu_high"], bridge["cpu_peak"]) == (46.7, 60.0, 90)
    assert (bridge["memory_average"], bridge["memory_high"], bridge["memory_peak"]) == (30.0, 30.0, 32)
    assert bridge["usd"] == round(15 / 60 * SETUP.hour("bridge"), 2)
    assert history.services(found, SETUP)["recorder"]["cpu_average"] is None


HIGH = "monitor alarm TargetTracking-service/x/y-AlarmHigh-1 in state ALARM triggered policy cpu"
LOW = "monitor alarm TargetTracking-service/x/y-AlarmLow-1 in state ALARM triggered policy cpu"
STEP = "monitor alarm jitsi/bridges-full in state ALARM triggered policy full"


@pytest.mark.parametrize(
    ("cause", "before", "desired", "change", "by", "seconds"),
    [
        (HIGH, 1, 2, "added", "target tracking", 60 + 180),
        (STEP, 1, 2, "added", "step", 60 + 60),
        (LOW, 2, 1, "removed", "target tracking", None),
        # By its count alone.
        (HIGH, 3, 2, "removed", "target tracking", None),
        ("minimum capacity was set to 1", 0, 1, "limits", "limits or schedule", None),
    ],
)
def test_scaling(cause: str, before: int, desired: int, change: str, by: str, seconds: int | None) -> None:
    common = {"kind": "bridge", "status": "Successful"}
    first = {**common, "start": START, "end": START + 9, "desired": before, "cause": "maximum capacity was set to 3"}
    then = {**common, "start": START + 500, "end": START + 560, "desired": desired, "cause": cause}
    found = history.scaling(figures({}, scaling=[then, first]))
    action = found["actions"][1]
    assert (action["change"], action["by"], action["seconds"]) == (change, by, seconds)
    assert found["added"] == (change == "added") and found["removed"] == (change == "removed")


def test_scaling_that_failed_or_goes_on_has_no_time() -> None:
    common = {"kind": "bridge", "start": START, "desired": 2, "cause": HIGH}
    failed = {**common, "end": START + 60, "status": "Failed"}
    going = {**common, "end": None, "status": "InProgress"}
    found = history.scaling(figures({}, scaling=[failed, going]))
    assert (found["failed"], found["longest_seconds"]) == (1, None)


def test_recordings() -> None:
    found = figures(
        {
            "uploads": [2, 1, 1],
            "uploads_ok": [2, 0, 1],
            "recording": [10, 5],
            "recorders": [10, 5],
            "recorders_busy_least": [1, 1],
        }
    )
    assert history.recordings(found) == {
        "uploads": 4,
        "succeeded": 3,
        "failed": 1,
        "success_percent": 75.0,
        "recording_hours": 0.2,
        # 5 minutes, whatever number of recorders there was.
        "all_busy_minutes": 10,
    }
    assert history.recordings(figures({}))["success_percent"] is None


def test_alarms_are_counted_with_their_time() -> None:
    def change(name: str, minute: int, state: str) -> dict[str, Any]:
        return {"name": name, "at": START + 60 * minute, "state": state}

    changes = [
        change("bridge-cpu", 30, "OK"),
        change("bridge-cpu", 20, "ALARM"),
        change("bridge-cpu", 50, "INSUFFICIENT_DATA"),
        change("bridge-cpu", 40, "ALARM"),
        # It began earlier: only its end is in the time.
        change("wake-failed", 5, "OK"),
        # It goes on at the end.
        change("recorders-busy", 1430, "ALARM"),
    ]
    found = {item["name"]: item for item in history.alarms(figures({}, alarms=changes))}
    assert set(found) == {"bridge-cpu", "recorders-busy"}
    assert (found["bridge-cpu"]["times"], found["bridge-cpu"]["minutes"]) == (2, 20)
    assert (found["recorders-busy"]["times"], found["recorders-busy"]["minutes"]) == (1, 10)


def test_errors_are_those_that_there_were() -> None:
    errors = {"jvb": {START: 2.0, START + P: 1.0}, "jicofo": {START: 4.0}, "web": {}}
    assert history.errors(figures({}, errors=errors)) == [
        {"component": "jicofo", "lines": 4},
        {"component": "jvb", "lines": 3},
    ]


def test_components_are_those_of_the_role() -> None:
    patterns = role_variable(
        "monitoring", "_monitoring_error_patterns", monitoring_name="x", monitoring_alert_email="y"
    )
    assert {item["component"] for item in patterns} == set(COMPONENTS)


@pytest.mark.parametrize(
    ("bridge", "idle_minutes"),
    [
        ([5, 5, 5], 0),
        # The periods before and after belong to waking and falling asleep.
        ([5, 5, 5, 5], 0),
        ([5, 5, 5, 5, 5, 5], 10),
    ],
)
def test_compute_while_asleep(bridge: list[float | None], idle_minutes: int) -> None:
    found = figures({"signalling.tasks": [5, 5, 5], "bridge.tasks": bridge})
    assert history.idle_compute(found, SETUP) == pytest.approx(idle_minutes / 60 * SETUP.hour("bridge"))


def test_the_bill() -> None:
    found = figures({"signalling.tasks": [5] * 12, "bridge.tasks": [5] * 12, "participants": [50] * 12})
    bill = history.costs(found, SETUP, asleep_usd_month=7.3)
    hour = SETUP.hour("signalling") + SETUP.hour("bridge")
    assert bill["compute_usd"] == pytest.approx(hour, abs=0.01)
    assert (bill["traffic_usd"], bill["standing_usd"]) == (1.0, 0.24)
    assert bill["usd"] == pytest.approx(hour + 1.24, abs=0.01)
    assert bill["always_on_usd"] == pytest.approx(24 * hour + 1.24, abs=0.01)


def test_utilisation_is_that_while_people_meet() -> None:
    found = figures({"bridge.tasks": [5, 10, 5], "bridge.cpu": [350, 500, 5], "participants_most": [20, 40, 0]})
    assert goals.utilisation(found) == pytest.approx(850 / 15)
    assert goals.utilisation(figures({})) is None


def test_goals_of_a_good_and_of_a_bad_month() -> None:
    good = awake(
        12,
        participants_most=[10] * 12,
        bridge__tasks=[5] * 12,
        bridge__cpu=[350] * 12,
        uploads=[100],
        uploads_ok=[96],
        wake_seconds=[85],
    )
    assert {item["name"]: item["met"] for item in goals.goals(good, SETUP)} == {
        "Availability": True,
        "Scaling": None,
        "Recording success": True,
        "Utilisation of bridges": True,
        "Compute while asleep": True,
        "Time to wake": True,
    }
    slow = {"kind": "bridge", "status": "Successful", "start": START, "end": START + 121, "desired": 2, "cause": HIGH}
    bad = awake(
        12,
        ready=[5, 5, 4, *[5] * 9],
        participants_most=[10] * 12,
        bridge__tasks=[5] * 20,
        bridge__cpu=[100] * 20,
        uploads=[100],
        uploads_ok=[95],
        wake_seconds=[91],
    )
    bad = Figures(**{**bad.__dict__, "scaling": [slow]})
    assert [item["met"] for item in goals.goals(bad, SETUP)] == [False] * 6
    assert [item["met"] for item in goals.goals(figures({}), SETUP)] == [None, None, None, None, True, None]


def test_days_and_hours_are_those_of_the_time_zone() -> None:
    # 22:00 UTC is midnight in Berlin, on a Thursday in October.
    late = 22 * 12
    found = figures({"participants": [*[None] * late, 60], "participants_most": [*[None] * late, 12]}, days=2)
    zone = ZoneInfo("Europe/Berlin")
    days = {row["day"]: row for row in by_day(found, SETUP, zone)}
    assert list(days) == ["2026-10-01", "2026-10-02", "2026-10-03"]
    assert (days["2026-10-02"]["participants_peak"], days["2026-10-02"]["participant_hours"]) == (12, 1)
    assert days["2026-10-01"]["participants_peak"] == 0
    hours = by_hour(found, zone)
    assert hours[4][0] == 1.0
    assert sum(map(sum, hours)) == 1.0


NOW = dt.datetime(2026, 11, 23, 5, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("kind", "month", "days", "since", "until", "period"),
    [
        ("monthly", "", 0, "2026-10-01", "2026-11-01", 300),
        ("monthly", "2026-11", 0, "2026-11-01", "2026-11-23", 300),
        # Figures of 5 minutes are gone.
        ("monthly", "2026-08", 0, "2026-08-01", "2026-09-01", 3600),
        ("monthly", "", 7, "2026-11-16", "2026-11-23", 300),
        ("allocation", "", 0, "2026-05-25", "2026-11-23", 3600),
        ("allocation", "", 90, "2026-08-25", "2026-11-23", 3600),
    ],
)
def test_the_time_that_is_looked_at(kind: str, month: str, days: int, since: str, until: str, period: int) -> None:
    found = window(kind, month, days, NOW)
    assert (f"{found[0]:%Y-%m-%d}", f"{found[1]:%Y-%m-%d}", found[2]) == (since, until, period)


@pytest.mark.parametrize(
    ("kind", "month", "days", "told"),
    [
        ("monthly", "2026-13", 0, "is no month"),
        ("monthly", "2026-12", 0, "has not begun"),
        ("monthly", "2024-01", 0, "keeps figures for 455 days"),
        ("monthly", "2026-10", 3, "give one of them"),
        ("monthly", "", 63, "give 1 to 62"),
        ("allocation", "2026-10", 0, "give days instead"),
        ("allocation", "", 367, "give 1 to 366"),
    ],
)
def test_a_time_that_is_not_there(kind: str, month: str, days: int, told: str) -> None:
    with pytest.raises(InvalidInput, match=told):
        window(kind, month, days, NOW)


def test_nothing_at_all_is_told_too() -> None:
    found = result.result("monthly", "meet", figures({}), SETUP, 1.5, dt.UTC)
    text = "\n".join(found["summary"])
    for words in ("0 participant hours", "none was uploaded", "Alarms      none", "Recommended: nothing to change"):
        assert words in text
