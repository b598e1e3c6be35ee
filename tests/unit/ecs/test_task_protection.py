# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Which tasks calls hold, and which of them a deployment waits for."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.meetops.jitsi.plugins.module_utils.ecs import task_protection


def service(*deployments: tuple[str, str, str]) -> dict[str, Any]:
    names = ("id", "status", "rolloutState")
    return {"deployments": [dict(zip(names, deployment, strict=True)) for deployment in deployments]}


NEW, OLD = ("ecs-svc/2", "PRIMARY", "IN_PROGRESS"), ("ecs-svc/1", "ACTIVE", "COMPLETED")


@pytest.mark.parametrize(
    ("described", "settled"),
    [
        (service(), True),
        (service(("ecs-svc/1", "PRIMARY", "COMPLETED")), True),
        (service(("ecs-svc/1", "PRIMARY", "FAILED")), True),
        (service(NEW), False),
        (service(("ecs-svc/2", "PRIMARY", "COMPLETED"), OLD), False),
    ],
)
def test_whether_a_deployment_is_under_way(described: dict[str, Any], settled: bool) -> None:
    assert task_protection.settled(described) is settled


def test_tasks_of_former_deployments() -> None:
    tasks = [{"taskArn": "a", "startedBy": "ecs-svc/1"}, {"taskArn": "b", "startedBy": "ecs-svc/2"}, {"taskArn": "c"}]
    assert task_protection.former(service(NEW, OLD), tasks) == ["a", "c"]


def test_only_protected_tasks_are_held() -> None:
    found = [{"taskArn": "a", "protectionEnabled": True}, {"taskArn": "b", "protectionEnabled": False}]
    assert task_protection.state(found) == {"task a": {"protected": True}}


def test_a_service_without_deployments_has_no_rollout() -> None:
    assert task_protection.rollout({}) == {"desired": 0, "running": 0, "rollout_state": "", "task_definition": ""}
