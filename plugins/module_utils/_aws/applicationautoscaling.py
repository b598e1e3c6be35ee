# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Application Auto Scaling of ECS services. A resource id is ``service/<cluster>/<service>``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.botocore import is_boto3_error_code

from .pages import pages

NAMESPACE = {"ServiceNamespace": "ecs"}
TRACKING, STEP = "TargetTrackingScaling", "StepScaling"
DIMENSION = {**NAMESPACE, "ScalableDimension": "ecs:service:DesiredCount"}


def describe_targets(client: Any) -> list[dict[str, Any]]:
    """Scalable targets of all ECS services in the region."""
    return pages(client, "describe_scalable_targets", "ScalableTargets", **NAMESPACE)


def describe_policies(client: Any) -> list[dict[str, Any]]:
    """Scaling policies of all ECS services in the region."""
    return pages(client, "describe_scaling_policies", "ScalingPolicies", **NAMESPACE)


def describe_scheduled_actions(client: Any) -> list[dict[str, Any]]:
    """Scheduled actions of all ECS services in the region."""
    return pages(client, "describe_scheduled_actions", "ScheduledActions", **NAMESPACE)


def register_target(client: Any, resource_id: str, capacity: Mapping[str, int]) -> None:
    """Make a target, or set its ``MinCapacity`` and ``MaxCapacity``; one that is not given stays as it is."""
    client.register_scalable_target(ResourceId=resource_id, **DIMENSION, **capacity)


def deregister_target(client: Any, resource_id: str) -> None:
    """Remove a target; AWS then removes its policies and scheduled actions too."""
    try:
        client.deregister_scalable_target(ResourceId=resource_id, **DIMENSION)
    except is_boto3_error_code("ObjectNotFoundException"):
        pass


def put_policy(client: Any, resource_id: str, name: str, kind: str, configuration: Mapping[str, Any]) -> str:
    """Make or replace a policy of kind STEP or TRACKING (which makes its own two alarms); return its ARN."""
    response = client.put_scaling_policy(
        PolicyName=name,
        PolicyType=kind,
        ResourceId=resource_id,
        **{f"{kind}PolicyConfiguration": configuration},
        **DIMENSION,
    )
    return str(response["PolicyARN"])


def delete_policy(client: Any, resource_id: str, name: str) -> None:
    """Remove a policy with its alarms."""
    try:
        client.delete_scaling_policy(PolicyName=name, ResourceId=resource_id, **DIMENSION)
    except is_boto3_error_code("ObjectNotFoundException"):
        pass


def put_scheduled_action(
    client: Any, resource_id: str, name: str, schedule: Mapping[str, str], capacity: Mapping[str, int]
) -> None:
    """Make or replace a scheduled action: ``Schedule`` and ``Timezone``, ``MinCapacity`` and ``MaxCapacity``."""
    client.put_scheduled_action(
        ScheduledActionName=name, ResourceId=resource_id, ScalableTargetAction=capacity, **schedule, **DIMENSION
    )


def delete_scheduled_action(client: Any, resource_id: str, name: str) -> None:
    """Remove a scheduled action."""
    try:
        client.delete_scheduled_action(ScheduledActionName=name, ResourceId=resource_id, **DIMENSION)
    except is_boto3_error_code("ObjectNotFoundException"):
        pass
