# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Which tasks of a service ECS may not end, and which of them a deployment waits for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

Described = Mapping[str, Any]


def primary(service: Described) -> Described:
    """The deployment that the others make room for, or {}."""
    return next((item for item in service.get("deployments", ()) if item.get("status") == "PRIMARY"), {})


def former(service: Described, tasks: Iterable[Described]) -> list[str]:
    """ARNs of the tasks that another deployment than the primary one has started: ECS names it in ``startedBy``."""
    current = primary(service).get("id")
    return [task["taskArn"] for task in tasks if task.get("startedBy") != current]


def settled(service: Described) -> bool:
    """Whether no deployment is under way."""
    return len(service.get("deployments", ())) < 2 and primary(service).get("rolloutState") != "IN_PROGRESS"


def rollout(service: Described) -> dict[str, Any]:
    """What callers want to know of the deployment of a service."""
    return {
        "desired": service.get("desiredCount", 0),
        "running": service.get("runningCount", 0),
        "rollout_state": primary(service).get("rolloutState", ""),
        "task_definition": service.get("taskDefinition", ""),
    }


def state(protections: Iterable[Described]) -> dict[str, dict[str, Any]]:
    """The protected tasks of GetTaskProtection as resources."""
    return {f"task {item['taskArn']}": {"protected": True} for item in protections if item["protectionEnabled"]}
