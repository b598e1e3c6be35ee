# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a review recommends, by tables of what was measured."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.meetops.jitsi.plugins.module_utils.ecs import fargate
from ansible_collections.meetops.jitsi.plugins.module_utils.review import advice
from ansible_collections.meetops.jitsi.plugins.module_utils.review.figures import DAY, HOUR, Figures, Setup

P = 300
# A Monday.
START = int(dt.datetime(2026, 10, 5, tzinfo=dt.UTC).timestamp())
SETUP = Setup(
    tasks=[
        {"name": "signalling", "cpu": 1024, "memory": 4096},
        {"name": "bridge", "cpu": 4096, "memory": 8192},
        {"name": "recorder", "instance_type": "c6i.xlarge"},
    ],
    bridge_max=3,
    recorder_max=2,
)


def figures(days: int = 28, **series: list[float]) -> Figures:
    points = {
        name.replace("__", "."): {START + P * index: value for index, value in enumerate(values)}
        for name, values in series.items()
    }
    return Figures(since=START, until=START + days * DAY, period=P, series=points)


def used(hours: float = 100, high: float = 50, peak: float = 60, memory: float = 50, tasks: int = 1) -> dict[str, Any]:
    return {"task_hours": hours, "tasks_peak": tasks, "cpu_high": high, "cpu_peak": peak, "memory_peak": memory}


@pytest.mark.parametrize(
    ("kind", "task", "measured", "recommended", "words"),
    [
        ("signalling", (1024, 4096), used(), 1024, "95 of 100 periods were below 50 %"),
        ("signalling", (1024, 4096), used(high=85, peak=99), 2048, "no room left"),
        ("signalling", (1024, 4096), used(high=10, peak=20), 512, "less would do"),
        # 512 units take at most 4096 MiB.
        ("signalling", (1024, 8192), used(high=10, peak=20), 1024, "no smaller size takes 8192 MiB"),
        ("signalling", (1024, 4096), used(hours=9, high=99, peak=99), 1024, "too little to judge"),
        # Bridges scale: more of them, not larger ones.
        ("bridge", (4096, 8192), used(high=90, peak=99), 4096, "more bridges help"),
        ("bridge", (4096, 8192), used(high=10, peak=20), 2048, "less would do"),
        ("bridge", (4096, 8192), used(high=10, peak=20, tasks=2), 4096, "smaller ones would only be more"),
        # The largest there is.
        ("signalling", (16384, 32768), used(high=99, peak=99), 16384, "95 of 100"),
    ],
)
def test_cpu(kind: str, task: tuple[int, int], measured: dict[str, Any], recommended: int, words: str) -> None:
    found = advice.cpu(kind, {"cpu": task[0], "memory": task[1]}, measured, months=1)
    assert found["recommended"] == recommended
    assert words in found["reason"]
    assert fargate.size_problem(recommended, task[1]) is None
    assert found["change"] == (recommended != task[0])
    if found["change"]:
        assert (found["usd_month"] > 0) == (recommended > task[0])


@pytest.mark.parametrize(
    ("task", "peak", "recommended", "words"),
    [
        ((1024, 4096), 50, 4096, "The highest use was 50 % (2048 MiB)."),
        # 90 % of 4096 are 3686, which are 65 % of 5672.
        ((1024, 4096), 90, 6144, "restarts"),
        ((1024, 4096), 30, 2048, "leaves room enough"),
        ((1024, 2048), 30, 2048, "no smaller size goes with its CPU"),
        ((4096, 8192), 20, 8192, "no smaller size goes with its CPU"),
        # Nothing larger goes with its CPU.
        ((1024, 8192), 95, 8192, "The highest use was 95 %"),
    ],
)
def test_memory(task: tuple[int, int], peak: float, recommended: int, words: str) -> None:
    found = advice.memory("signalling", {"cpu": task[0], "memory": task[1]}, used(memory=peak), months=2)
    assert found["recommended"] == recommended
    assert words in found["reason"]
    assert fargate.size_problem(task[0], recommended) is None


@pytest.mark.parametrize(
    ("now", "measured", "recommended"),
    [
        ("c6i.xlarge", used(high=60), "c6i.xlarge"),
        ("c6i.xlarge", used(high=85), "c6i.2xlarge"),
        ("c6i.xlarge", used(memory=92), "c6i.2xlarge"),
        # No price, no larger one in the table.
        ("c6i.2xlarge", used(high=85), "c6i.2xlarge"),
        ("m5.xlarge", used(high=85), "m5.xlarge"),
        ("c6i.xlarge", used(hours=2, high=99), "c6i.xlarge"),
    ],
)
def test_instance(now: str, measured: dict[str, Any], recommended: str) -> None:
    found = advice.instance({"instance_type": now}, measured, months=1)
    assert (found["now"], found["recommended"]) == (now, recommended)


@pytest.mark.parametrize(
    ("stress", "tasks", "peak", "recommended", "words"),
    [
        ([0.9, 0.9], [15, 15], 3, 4, "All 3 bridges ran and the fullest was full (stress 0.8 or more) in 2 periods"),
        ([0.7, 0.7], [15, 15], 3, 3, "never all of them full"),
        # Full while more were allowed: that is for what scaling aims at.
        ([0.9, 0.9], [10, 10], 2, 3, "At most 2 ran"),
        ([0.1], [5], 1, 2, "A lower limit saves nothing by itself"),
        ([], [], 0, 3, "At most 0 ran"),
    ],
)
def test_bridge_most(stress: list[float], tasks: list[float], peak: int, recommended: int, words: str) -> None:
    found = advice.bridge_most(figures(stress_most=stress, bridge__tasks=tasks), SETUP, {"tasks_peak": peak})
    assert found["recommended"] == recommended
    assert words in found["reason"]


@pytest.mark.parametrize(
    ("least", "recorders", "recommended"), [([1], [10], 3), ([0], [10], 2), ([1], [5], 2), ([], [], 2)]
)
def test_recorder_most(least: list[float], recorders: list[float], recommended: int) -> None:
    found = advice.recorder_most(
        figures(recorders_busy_least=least, recorders=recorders), SETUP, {"tasks_peak": len(recorders)}
    )
    assert found["recommended"] == recommended


@pytest.mark.parametrize(
    ("now", "stress", "tasks", "recommended"),
    [
        (70, [1.1], [10], 60),
        (55, [1.1], [10], 50),
        (50, [1.1], [10], 50),
        # All that are allowed ran: the limit is what to raise.
        (70, [1.1], [15], 70),
        (70, [0.9], [10], 70),
    ],
)
def test_what_scaling_aims_at(now: int, stress: list[float], tasks: list[float], recommended: int) -> None:
    found = figures(stress_most=stress, bridge__tasks=tasks, participants_most=[40])
    told = advice.percent(found, replace(SETUP, scaling_percent=now), used())
    assert told["recommended"] == recommended


@pytest.mark.parametrize(("hours", "recommended"), [(10, "0 asleep, 1 awake"), (23, "1 always")])
def test_whether_to_sleep_at_all(hours: int, recommended: str) -> None:
    found = figures(1, signalling__tasks=[5.0] * 12 * hours)
    assert advice.least(found, SETUP)["recommended"] == recommended


def woken(*times: tuple[int, int]) -> Figures:
    """Wakes by day and hour (UTC), of four weeks."""
    wakes = {START + day * DAY + hour * HOUR: 1.0 for day, hour in times}
    return Figures(since=START, until=START + 28 * DAY, period=P, series={"wakes": wakes})


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (woken(), []),
        # Every Monday and Tuesday of four weeks at 8.
        (woken(*((day + 7 * week, 8) for week in range(4) for day in (0, 1))), ["cron(50 7 ? * MON,TUE *)"]),
        # Every working day.
        (woken(*((day + 7 * week, 8) for week in range(4) for day in range(5))), ["cron(50 7 ? * MON-FRI *)"]),
        # Two weeks of four are no habit, three are.
        (woken((0, 8), (7, 8)), []),
        (woken((0, 8), (7, 8), (14, 8)), ["cron(50 7 ? * MON *)"]),
        # At midnight it is the day before, and Monday's is Sunday.
        (woken((0, 0), (7, 0), (14, 0)), ["cron(50 23 ? * SUN *)"]),
    ],
)
def test_schedules_wake_ahead_of_habits(found: Figures, expected: list[str]) -> None:
    assert [item["recommended"] for item in advice.schedules(found, dt.UTC, SETUP)] == expected


def test_each_setting_is_told_once() -> None:
    found = advice.advice(figures(), SETUP, dt.UTC)
    names = [item["what"] for item in found]
    assert len(names) == len(set(names)) == 9
    assert not any(item["change"] for item in found)
    without = replace(SETUP, tasks=SETUP.tasks[:2])
    assert "most recorders" not in [item["what"] for item in advice.advice(figures(), without, dt.UTC)]
