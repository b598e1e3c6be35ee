# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The summary that a run ends with."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.meetops.jitsi.plugins.module_utils.platform import prices as cost
from ansible_collections.meetops.jitsi.plugins.module_utils.platform import summary

TASKS = [
    {"name": "signalling", "cpu": 1024, "memory": 4096},
    {"name": "bridge", "cpu": 4096, "memory": 8192},
    {"name": "recorder", "instance_type": "c6i.xlarge"},
]
NONE = {"desired": 0, "running": 0, "pending": 0, "task_definition": "arn:aws:ecs:us-east-1:1:task-definition/x:1"}


COUNTS = {"alarms": 13, "dashboards": 1, "secrets": 1, "private_zones": 1, "functions": 4}


def bill(tasks: list[dict[str, Any]] = TASKS, **counts: float) -> dict[str, Any]:
    """What cost_info finds after site.yml."""
    found = COUNTS | counts
    return {"prices_of": "2026-11", "counts": found, "asleep": cost.idle_cost(found), "awake": cost.awake_cost(tasks)}


def platform(state: str = "asleep", **changes: Any) -> dict[str, Any]:
    """What platform_info finds after site.yml."""
    return {
        "name": "shop",
        "region": "us-east-1",
        "account_id": "123456789012",
        "cluster_arn": "arn:aws:ecs:us-east-1:123456789012:cluster/shop-cluster",
        "state": state,
        "services": {
            "signalling": {"name": "shop-service", **NONE},
            "bridge": {"name": "shop-bridge", **NONE},
            "recorder": {"name": "shop-recorder", **NONE},
        },
        "scalable_targets": {"signalling": {"min": 0, "max": 1}, "bridge": {"min": 0, "max": 3}},
        **changes,
    }


def test_asleep() -> None:
    assert summary.lines(platform(), "meet.example.com", bill(log_gib=0.0123), "shop-recordings") == [
        "Where       https://meet.example.com",
        "Platform    shop in us-east-1, account 123456789012",
        "State       asleep: no task runs and none is wanted",
        "Signalling  shop-service: 0 of 0 running, scales 0 to 1",
        "Bridges     shop-bridge: 0 of 0 running, scales 0 to 3",
        "Recorders   shop-recorder: 0 of 0 running",
        "Cluster     shop-cluster",
        "Secret      shop-jitsi-secrets",
        "Recordings  shop-recordings",
        "Watching    13 alarms, 1 dashboard; logs in /ecs/shop",
        "Asleep      1.20 USD a month (list 5.20, less what every account has free; us-east-1, 2026-11)",
        "              CloudWatch alarms (13)                    0.30  (list 1.30)",
        "              CloudWatch dashboards (1)                 0.00  (list 3.00)",
        "              Secrets Manager secrets (1)               0.40",
        "              Route 53 private hosted zones (1)         0.50",
        "              CloudWatch logs kept (GiB) (0.0123)       0.00",
        "              Lambda functions (4)                      0.00",
        "Awake       0.27 USD an hour with one bridge",
        "              a further bridge                          0.20",
        "              a further recorder                        0.17",
        "              video that a participant receives         0.10",
        "Next        see more: playbooks/status.yml; wake it up: playbooks/runbooks/scale.yml -e scale_to=awake",
    ]


@pytest.mark.parametrize(
    ("changes", "options", "expected", "unexpected"),
    [
        ({"state": "awake"}, {}, "State       awake", "wake it up"),
        ({"state": "awake"}, {}, "scale_to=asleep", "scale_to=awake"),
        ({}, {"endpoint_url": "http://127.0.0.1:5055"}, "Endpoint    http://127.0.0.1:5055 (not AWS)", "nothing"),
        ({}, {"recording_bucket": ""}, "Recordings  off", "shop-recordings"),
        (
            {},
            {"cost": bill([*TASKS[:2], {"name": "recorder", "instance_type": "z9.huge"}])},
            "a further bridge",
            "recorder ",
        ),
        ({"state": "absent"}, {}, "build it: playbooks/site.yml", "Cluster"),
        ({}, {"cost": bill([])}, "Asleep", "Awake"),
    ],
)
def test_what_differs(changes: dict[str, Any], options: dict[str, Any], expected: str, unexpected: str) -> None:
    arguments = {"domain": "meet.example.com", "cost": bill(), "recording_bucket": "shop-recordings", **options}
    text = "\n".join(summary.lines(platform(**changes), **arguments))
    assert expected in text
    assert unexpected not in text


def test_a_service_that_is_not_there_is_not_told() -> None:
    services = platform()["services"]
    services["recorder"]["task_definition"] = ""
    assert "Recorders" not in "\n".join(summary.lines(platform(services=services), "meet.example.com", bill(TASKS[:2])))


LIFE = {
    "phase": "awake",
    "since": "2026-11-23T14:05:00Z",
    "by": "visitor",
    "woken_at": "2026-11-23T14:05:00Z",
    "participants": 12,
    "recorders_busy": 1,
    "recordings_waiting": 0,
    "next_schedule": None,
}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            {},
            [
                "State       awake since 2026-11-23T14:05:00Z, by visitor",
                "Meeting     12 participants",
                "Recording   a recorder is at work",
            ],
        ),
        (
            {"phase": "draining", "since": "2026-11-23T15:00:00Z", "by": "", "participants": 0, "recorders_busy": 0},
            [
                "State       draining since 2026-11-23T15:00:00Z; awake since 2026-11-23T14:05:00Z",
                "Meeting     0 participants",
                "Recording   no recorder is at work",
            ],
        ),
        (
            {"participants": None, "recorders_busy": 0, "recordings_waiting": 2},
            [
                "Meeting     nobody has told how many",
                "Recording   no recorder is at work; up to 2 recordings wait on one",
            ],
        ),
        ({"phase": "asleep", "since": None, "by": ""}, ["State       asleep"]),
        (
            {"next_schedule": {"at": "2026-11-24T07:00:00Z", "awake": True}},
            ["Schedule    wakes at 2026-11-24T07:00:00Z"],
        ),
        (
            {"next_schedule": {"at": "2026-11-23T19:00:00Z", "awake": False}},
            ["Schedule    lets sleep at 2026-11-23T19:00:00Z"],
        ),
    ],
)
def test_lifecycle(changes: dict[str, Any], expected: list[str]) -> None:
    told = summary.lines(platform("awake"), "meet.example.com", bill(), life=LIFE | changes)
    assert [line for line in told if line in expected] == expected
    assert ("Meeting" in "\n".join(told)) == ((LIFE | changes)["phase"] != "asleep")
