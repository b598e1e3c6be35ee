# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whether somebody uses a platform, as the module reads it from AWS."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from support.recordings import publish
from support.wake_platform import Platform

NAME = "meet"


@pytest.fixture
def look(aws, run_module):
    def run():
        aws.calls.clear()
        return run_module("in_use_info", name=NAME)["in_use"]

    return run


def tell(aws, minutes, **figures):
    """Figures of some minutes ago, as the metric filters would have them."""
    at = datetime.now(UTC) - timedelta(minutes=minutes)
    for name, value in figures.items():
        publish(aws.client("cloudwatch"), NAME, name, [(at, value)])


def desire(aws, count):
    for service in ("service", "bridge", "recorder"):
        aws.client("ecs").update_service(cluster=f"{NAME}-cluster", service=f"{NAME}-{service}", desiredCount=count)


def test_nobody_uses_what_is_not_there_or_sleeps(aws, look):
    assert look() == {
        "obstacle": "",
        "awake": False,
        "protected": 0,
        "participants": None,
        "recorders_busy": None,
        "recordings_waiting": None,
    }
    assert aws.calls == ["ecs:DescribeServices"]
    Platform(aws)
    assert look()["obstacle"] == ""
    assert aws.calls == ["ecs:DescribeServices"]


def test_people_and_recorders_of_the_last_minutes_count(aws, look):
    Platform(aws)
    desire(aws, 1)
    assert look()["obstacle"] == "nobody knows how many people meet, since jicofo has not told"
    tell(aws, 15, Participants=0, RecorderBusy=0, RecordingsWaiting=0)
    assert look()["obstacle"] == "nobody knows how many people meet, since jicofo has not told"
    tell(aws, 1, Participants=0, RecorderBusy=0)
    assert look()["obstacle"] == "nobody knows what the recorders do, since they have not told"
    tell(aws, 1, RecordingsWaiting=0)
    found = look()
    assert (found["obstacle"], found["awake"], found["participants"]) == ("", True, 0)
    assert not [
        call for call in aws.calls if not call.startswith(("ecs:Describe", "ecs:List", "ecs:Get", "cloudwatch:Get"))
    ]
    tell(aws, 0, Participants=2)
    assert look()["obstacle"] == "2 people meet"
    desire(aws, 0)
    assert look()["obstacle"] == ""
