# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The simulated day: what must hold in every one, and that the defaults of the platform keep what they promise."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.meetops.jitsi.plugins.module_utils.capacity import traces
from ansible_collections.meetops.jitsi.plugins.module_utils.capacity.simulation import (
    Settings,
    compare_always_on,
    simulate,
    spread,
)
from ansible_collections.meetops.jitsi.plugins.module_utils.capacity.traces import Meeting
from ansible_collections.meetops.jitsi.plugins.module_utils.capacity.tracking import Tracker

# Nothing by chance: tasks start in 65 s, people are on time.
EXACT = Settings(task_start=(45, 45, 45), ready=(20, 20, 20), dns=(0, 0, 0), boot=(100, 100, 100), lateness=(0, 0, 0))
NOON = 12 * 3600.0
SEEDS = range(1, 6)


def test_nobody_comes_nothing_runs() -> None:
    day = simulate([], Settings())
    assert day["hours"] == {"signalling": 0.0, "bridge": 0.0, "recorder": 0.0, "participant": 0.0}
    assert day["wake"] == day["scale"] == day["wait"] == []


def test_a_meeting_wakes_it_and_it_sleeps_after() -> None:
    day = simulate([Meeting(NOON, 3600, 10)], EXACT)
    assert day["wake"] == [65.0]
    assert day["wait"] == [65.0] * 10
    # People leave in the last minute of the meeting; then 15 minutes without anybody, rounded up.
    assert 73 / 60 <= day["hours"]["signalling"] <= 76 / 60
    states = [row["state"] for row in day["rows"]]
    assert states.index("awake") > states.index("waking") or "waking" not in states
    assert states[-1] == "asleep"


def test_a_gap_shorter_than_the_idle_time_does_not_sleep() -> None:
    meetings = [Meeting(NOON, 1800, 4), Meeting(NOON + 2400, 1800, 4)]
    assert len(simulate(meetings, EXACT)["wake"]) == 1
    assert len(simulate(meetings, replace(EXACT, idle_minutes=5))["wake"]) == 2


@pytest.mark.parametrize(
    ("fast", "low", "high"),
    [
        # The load is there at 12:01:05. One full minute, half a minute of delay, 65 s of start.
        (True, 125, 220),
        # Target tracking looks at three minutes.
        (False, 245, 340),
    ],
)
def test_time_to_scale(fast: bool, low: float, high: float) -> None:
    day = simulate([Meeting(NOON, 3600, 30)], replace(EXACT, fast=fast))
    assert len(day["scale"]) == 1
    assert low <= day["scale"][0] <= high


def test_bridges_with_people_are_never_ended() -> None:
    """People of a meeting stay on the bridges that they got, however small it becomes."""
    long, short = Meeting(NOON, 7200, 3), Meeting(NOON, 1200, 60)
    day = simulate([long, short], EXACT)
    seated = [row["participants"] for row in day["rows"] if NOON / 60 + 25 < row["minute"] < NOON / 60 + 115]
    assert set(seated) == {3}
    assert day["bridges_most"] >= 2
    assert day["rows"][int(NOON / 60) + 100]["bridges"] <= 2


@pytest.mark.parametrize(("recorder_max", "recorded", "missed"), [(0, 0, 0), (1, 2, 1), (2, 2, 0)])
def test_recordings(recorder_max: int, recorded: int, missed: int) -> None:
    meetings = [
        Meeting(NOON, 7200, 5),
        Meeting(NOON + 1800, 5400, 5, recorded=True),
        Meeting(NOON + 3600, 3600, 5, recorded=True),
    ]
    day = simulate(meetings, replace(EXACT, recorder_max=recorder_max))
    assert (day["recordings"], day["recordings_missed"]) == (recorded, missed)


@pytest.mark.parametrize(
    ("figures", "desired", "expected"),
    [
        ([0.9, 0.9], 1, 1),  # two minutes are not enough
        ([0.9, 0.9, 0.9], 1, 2),
        ([0.9, 0.9, 0.7], 1, 1),  # not above the target
        ([2.5, 2.5, 2.5], 1, 3),  # in proportion, up to the most
        ([0.1] * 14, 3, 3),
        ([0.1] * 15, 3, 1),
        ([0.64] * 15, 3, 3),  # not below 90 % of the target
        ([0.0] * 15, 2, 1),  # never to 0
        ([None] * 20, 2, 2),  # no figure changes nothing
        ([0.1] * 14 + [0.9], 3, 3),
    ],
)
def test_target_tracking(figures: list[float | None], desired: int, expected: int) -> None:
    tracker = Tracker(target=0.7, cooldown=300)
    for minute, figure in enumerate(figures):
        desired = tracker.wanted(60.0 * minute, figure, desired, 3)
    assert desired == expected


def test_cooldown() -> None:
    tracker, desired, seen = Tracker(target=0.7, cooldown=300), 1, []
    for minute in range(10):
        desired = tracker.wanted(60.0 * minute, 0.8, desired, 9)
        seen.append(desired)
    assert seen == [1, 1, 2, 2, 2, 2, 2, 3, 3, 3]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([], {"median": None, "p95": None, "most": None}),
        ([3.0], {"median": 3.0, "p95": 3.0, "most": 3.0}),
        ([float(value) for value in range(1, 101)], {"median": 50.0, "p95": 95.0, "most": 100.0}),
    ],
)
def test_spread(values: list[float], expected: dict[str, Any]) -> None:
    assert spread(values) == expected


def test_the_same_seed_gives_the_same_day() -> None:
    office = traces.preset("office")
    assert simulate(office, Settings(), 7) == simulate(office, Settings(), 7)
    assert simulate(office, Settings(), 7) != simulate(office, Settings(), 8)


@pytest.mark.parametrize("name", traces.PRESETS)
@pytest.mark.parametrize("seed", SEEDS)
def test_every_day_adds_up(name: str, seed: int) -> None:
    meetings = traces.preset(name)
    day = simulate(meetings, Settings(), seed)
    assert len(day["wait"]) == day["participants"], "everybody got in"
    assert max([row["bridges"] for row in day["rows"]], default=0) <= Settings().bridge_max
    assert day["hours"]["participant"] <= sum(item.participants * (item.seconds + 120) for item in meetings) / 3600
    asleep = [row for row in day["rows"] if row["state"] == "asleep"]
    assert all(row["participants"] == row["bridges"] == row["recorders"] == 0 for row in asleep)


@pytest.mark.parametrize("name", ["office", "school"])
def test_the_defaults_scale_within_five_minutes(name: str) -> None:
    times = [time for seed in SEEDS for time in simulate(traces.preset(name), Settings(), seed)["scale"]]
    assert times
    assert max(times) < 300


def test_target_tracking_alone_does_not() -> None:
    """Why there is a policy beside it."""
    slow = replace(Settings(), fast=False)
    times = [time for seed in SEEDS for time in simulate(traces.preset("school"), slow, seed)["scale"]]
    assert max(times) > 300


@pytest.mark.parametrize("name", ["office", "school"])
def test_a_bridge_of_a_busy_platform_has_20_to_30_participants(name: str) -> None:
    """Target tracking divides the load by the target: 36 participants at all of the CPU are 25 at 70 %."""
    day = simulate(traces.preset(name), Settings(), 1)
    busiest = max(day["rows"], key=lambda row: (row["participants"], -row["bridges"]))
    assert 18 <= busiest["participants"] / busiest["bridges"] <= 30


@pytest.mark.parametrize("name", ["meetup", "office", "school"])
def test_sleeping_costs_less_than_half_of_always_on(name: str) -> None:
    meetings = traces.preset(name)
    hours, always = simulate(meetings, Settings())["hours"], compare_always_on(meetings, Settings())
    assert always["signalling"] == 24.0
    assert hours["bridge"] + hours["recorder"] < (always["bridge"] + always["recorder"]) / 2
