# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What an operator does to the life cycle: wake, sleep, limits; and what they are told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from support.recordings import publish
from support.wake_platform import ASLEEP, AWAKE, Platform

PLATFORM = {"name": "meet", "domain": "meet.example.org", "hosted_zone": "example.org"}


@pytest.fixture
def platform(aws):
    platform = Platform(aws)
    platform.clock.now = datetime.now(UTC).timestamp()
    return platform


@pytest.fixture
def lifecycle(aws, platform, run_module):
    def run(_check=False, **options):
        aws.calls.clear()
        return run_module("lifecycle", _check=_check, **PLATFORM, **options)

    return run


def tell(aws, **figures):
    """Figures of this minute, as the metric filters would have them."""
    names = {"participants": "Participants", "busy": "RecorderBusy", "waiting": "RecordingsWaiting"}
    at = datetime.now(UTC) - timedelta(seconds=60)
    for name, value in figures.items():
        publish(aws.client("cloudwatch"), "meet", names[name], [(at, value)])


def test_wake(aws, platform, lifecycle):
    plan = lifecycle(_check=True, state="awake")
    assert plan["changed"] and aws.mutating() == []
    assert plan["changes"][0]["fields"] == [
        "bridge_desired", "bridge_minimum", "phase", "recorder_desired", "recorder_minimum", "signalling_desired",
        "signalling_minimum",
    ]  # fmt: skip
    assert lifecycle(state="awake")["changes"] == plan["changes"]
    assert platform.counts() == AWAKE
    assert platform.cloud.item().by == "operator"
    assert not lifecycle(state="awake")["changed"]
    assert aws.mutating() == []


@pytest.mark.parametrize(
    ("figures", "why"),
    [
        ({"participants": 2, "busy": 0, "waiting": 0}, "2 people meet"),
        ({"participants": 1, "busy": 0, "waiting": 0}, "1 person is in a meeting"),
        ({"participants": 0, "busy": 1, "waiting": 0}, "a recorder is at work"),
        ({"participants": 0, "busy": 0, "waiting": 3}, "3 recordings wait for their upload"),
        ({}, "nobody knows how many people meet"),
    ],
)
def test_sleep_is_refused_while_something_would_be_lost(aws, platform, lifecycle, figures, why):
    lifecycle(state="awake")
    if figures:
        tell(aws, **figures)
    result = lifecycle(state="asleep")
    assert result["failed"]
    assert why in result["msg"]
    assert result["msg"].endswith(": sleep ends that. Wait, or run again with -e jitsi_force=true")
    assert aws.mutating() == []
    assert platform.counts() == AWAKE


def test_sleep_of_an_empty_platform_closes_the_door_first(aws, platform, lifecycle):
    lifecycle(state="awake")
    tell(aws, participants=0, busy=0, waiting=0)
    planned = lifecycle(_check=True, state="asleep")
    assert (planned["changed"], planned["disturbs"]) == (True, "")
    assert platform.cloud.item().phase == "awake"
    assert lifecycle(state="asleep")["changes"][0]["fields"] == ["phase"]
    assert platform.cloud.item().phase == "draining"
    assert platform.counts() == AWAKE
    assert not lifecycle(state="asleep")["changed"]


def test_forced_sleep_is_at_once(aws, platform, lifecycle):
    lifecycle(state="awake")
    tell(aws, participants=9)
    done = lifecycle(state="asleep", force=True)
    assert (done["changed"], done["disturbs"]) == (True, "9 people meet: sleep ends that")
    assert platform.counts() == ASLEEP
    assert platform.cloud.item().phase == "asleep"
    assert (platform.record("origin"), platform.record("turn")) == (("192.0.2.1",), ("192.0.2.1",))
    assert not lifecycle(state="asleep", force=True)["changed"]
    assert aws.mutating() == []


def test_limits(aws, platform, lifecycle):
    assert lifecycle(limits={"bridge": 5, "recorder": 1})["changes"][0]["fields"] == [
        "bridge_maximum",
        "recorder_maximum",
    ]
    services = platform.cloud.seen(with_tasks=False).services
    assert {kind: service.maximum for kind, service in services.items()} == {
        "signalling": 1, "bridge": 5, "recorder": 1
    }  # fmt: skip
    assert platform.counts() == ASLEEP
    assert not lifecycle(limits={"bridge": 5})["changed"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"limits": {"bridge": 0}}, "limits bridge: 0 is too few; give 1 or more"),
        ({"limits": {"recorder": -1}}, "limits recorder: -1 is too few; give 0 or more"),
        ({"limits": {"signalling": 2}}, "limits signalling: has no limit to set; give bridge or recorder"),
        ({"limits": {"bridge": "many"}}, "limits bridge: 'many' is no number; give a whole number"),
        ({"state": "awake", "hosted_zone": "example.net"}, "hosted_zone example.net: 0 public zones of this name"),
        ({"state": "awake", "name": "other"}, "name other: its life cycle is not there (table other-wakes)"),
    ],
)
def test_bad_input_is_one_clear_error(aws, platform, run_module, options, message):
    aws.calls.clear()
    result = run_module("lifecycle", **PLATFORM | options)
    assert result["failed"]
    assert result["msg"].startswith(message)
    assert aws.mutating() == []


def test_info(aws, platform, lifecycle, run_module):
    lifecycle(state="awake")
    tell(aws, participants=4, busy=1, waiting=0)
    aws.calls.clear()
    schedules = [{"name": "close", "schedule": "cron(0 20 * * ? *)", "timezone": "UTC", "awake": False}]
    told = run_module("lifecycle_info", **PLATFORM, schedules=schedules)["lifecycle"]
    assert aws.mutating() == []
    assert (told["phase"], told["by"], told["participants"], told["recorders_busy"]) == ("waking", "operator", 4, 1)
    assert told["services"]["bridge"] == {"minimum": 1, "maximum": 3, "desired": 1, "running": 1}
    assert told["addresses"] == {"origin": ["192.0.2.1"], "turn": ["192.0.2.1"]}
    assert told["next_schedule"]["at"].endswith("T20:00:00Z") and told["next_schedule"]["awake"] is False


def test_runbook_wakes_and_tells(aws, platform, quick_playbook):
    """By its playbook: planned, done, told by status.yml."""
    facts = {"jitsi_name": "meet", "jitsi_domain": "meet.example.org", "jitsi_hosted_zone": "example.org"}
    options = {"scale_to": "awake", "scale_bridge_max": 4, **facts}
    aws.calls.clear()
    planned = quick_playbook("playbooks/runbooks/scale.yml", "--check", "--diff", extra_vars=options)
    assert (planned.rc, planned.changed) == (0, 1), str(planned)
    assert aws.mutating() == []
    done = quick_playbook("playbooks/runbooks/scale.yml", extra_vars=options)
    assert (done.rc, done.changed) == (0, 1), done
    assert "State       waking since" in done.stdout and "by operator" in done.stdout
    assert platform.counts() == AWAKE
    refused = quick_playbook("playbooks/runbooks/scale.yml", extra_vars={"scale_to": "asleep", **facts})
    assert refused.rc == 2 and "nobody knows how many people meet" in refused.stdout, refused
    told = quick_playbook("playbooks/status.yml", extra_vars=facts)
    assert told.rc == 0, told
    assert "Bridges     meet-bridge: 1 of 1 running, scales 1 to 4" in told.stdout, told
    assert "Meeting     nobody has told how many" in told.stdout
