# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The state that the services of a platform are in."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any


def service(name: str, described: Mapping[str, Any]) -> dict[str, Any]:
    """What callers want to know of a service that DescribeServices reports, or, of {}, of one that is not there."""
    deployments = described.get("deployments", ())
    primary: Mapping[str, Any] = next((item for item in deployments if item.get("status") == "PRIMARY"), {})
    return {
        "name": name,
        "desired": described.get("desiredCount", 0),
        "running": described.get("runningCount", 0),
        "pending": described.get("pendingCount", 0),
        "rollout_state": primary.get("rolloutState", ""),
        "task_definition": described.get("taskDefinition", ""),
    }


def state(found: Mapping[str, Mapping[str, Any]]) -> str:
    """``absent`` without services, ``asleep`` when none has a task or should have one, else ``awake``."""
    if not found:
        return "absent"
    busy = any(service[count] for service in found.values() for count in ("desired", "running", "pending"))
    return "awake" if busy else "asleep"


def customer_keys(key_ids: Collection[str]) -> set[str]:
    """The KMS keys among these ids that the customer pays for: not those that AWS manages."""
    return {key for key in key_ids if key and not key.rpartition(":")[2].startswith("alias/aws/")}
