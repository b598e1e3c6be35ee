# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The summary that a run ends with."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.meetops.jitsi.plugins.module_utils import summary

TASKS = [
    {"name": "signalling", "cpu": 1024, "memory": 4096},
    {"name": "bridge", "cpu": 4096, "memory": 8192},
    {"name": "recorder", "instance_type": "c6i.xlarge"},
]
NONE = {"desired": 0, "running": 0, "pending": 0, "task_definition": "arn:aws:ecs:us-east-1:1:task-definition/x:1"}


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
        "counts": {
            "alarms": 13,
            "dashboards": 1,
            "metric_filters": 9,
            "secrets": 1,
            "private_zones": 1,
            "customer_keys": 0,
        },
        **changes,
    }


def test_asleep() -> None:
    command = "aws ecs update-service --region us-east-1 --cluster shop-cluster"
    assert summary.lines(platform(), "meet.example.com", TASKS, "shop-recordings") == [
        "Where       https://meet.example.com (its DNS record is not managed yet)",
        "Platform    shop in us-east-1, account 123456789012",
        "State       asleep: no task runs and none is wanted",
        "Signalling  shop-service: 0 of 0 running, scales 0 to 1",
        "Bridges     shop-bridge: 0 of 0 running, scales 0 to 3",
        "Recorders   shop-recorder: 0 of 0 running",
        "Cluster     shop-cluster",
        "Secret      shop-jitsi-secrets",
        "Recordings  shop-recordings",
        "Watching    13 alarms, 1 dashboard, 9 metric filters; logs in /ecs/shop",
        "Asleep      1.20 USD a month, and by size what logs and recordings hold",
        "              CloudWatch alarms (13)                    0.30",
        "              CloudWatch dashboards (1)                 0.00",
        "              Secrets Manager secrets (1)               0.40",
        "              Route 53 private hosted zones (1)         0.50",
        "Awake       0.27 USD an hour with one bridge (prices of us-east-1)",
        "              a further bridge                          0.20",
        "              a further recorder                        0.17",
        "              video that a participant receives         0.10",
        "Next        see this again: playbooks/status.yml; wake it up:",
        f"              {command} --service shop-service --desired-count 1",
        f"              {command} --service shop-bridge --desired-count 1",
    ]


@pytest.mark.parametrize(
    ("changes", "options", "expected", "unexpected"),
    [
        ({"state": "awake"}, {}, "State       awake", "wake it up"),
        ({"state": "awake"}, {}, "--desired-count 0", "--desired-count 1"),
        ({}, {"endpoint_url": "http://127.0.0.1:5055"}, "--endpoint-url http://127.0.0.1:5055", "nothing"),
        ({}, {"endpoint_url": "http://127.0.0.1:5055"}, "Endpoint    http://127.0.0.1:5055 (not AWS)", "nothing"),
        ({}, {"recording_bucket": ""}, "Recordings  off", "shop-recordings"),
        (
            {},
            {"tasks": [*TASKS[:2], {"name": "recorder", "instance_type": "z9.huge"}]},
            "a further bridge",
            "recorder ",
        ),
        ({"state": "absent"}, {}, "build it: playbooks/site.yml", "Cluster"),
    ],
)
def test_what_differs(changes: dict[str, Any], options: dict[str, Any], expected: str, unexpected: str) -> None:
    arguments = {"domain": "meet.example.com", "tasks": TASKS, "recording_bucket": "shop-recordings", **options}
    text = "\n".join(summary.lines(platform(**changes), **arguments))
    assert expected in text
    assert unexpected not in text


def test_a_service_that_is_not_there_is_not_told() -> None:
    services = platform()["services"]
    services["recorder"]["task_definition"] = ""
    assert "Recorders" not in "\n".join(summary.lines(platform(services=services), "meet.example.com", TASKS[:2]))
