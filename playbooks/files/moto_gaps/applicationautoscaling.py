# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# mypy: disable-error-code="assignment, attr-defined, method-assign, misc"
"""What moto 5.2 lacks of Application Auto Scaling. Local only."""

from __future__ import annotations

from typing import Any


def patch() -> None:
    """All of them."""
    patch_applicationautoscaling_deregistration()
    patch_applicationautoscaling_policy_alarms()
    patch_applicationautoscaling_activities()


def patch_applicationautoscaling_deregistration() -> None:
    """AWS removes a target's policies, their alarms and its scheduled actions with it; moto keeps them for the next."""
    from moto.applicationautoscaling.models import ApplicationAutoscalingBackend

    deregister = ApplicationAutoscalingBackend.deregister_scalable_target

    def deregister_scalable_target(backend: Any, namespace: str, r_id: str, dimension: str) -> None:
        def of_target(item: Any) -> bool:
            return (item.service_namespace, item.resource_id, item.scalable_dimension) == (namespace, r_id, dimension)

        deregister(backend, namespace, r_id, dimension)
        for key, policy in list(backend.policies.items()):
            if of_target(policy):
                policy.delete_alarms(backend.account_id, backend.region_name)
                del backend.policies[key]
        backend.scheduled_actions = [action for action in backend.scheduled_actions if not of_target(action)]

    ApplicationAutoscalingBackend.deregister_scalable_target = deregister_scalable_target


def patch_applicationautoscaling_policy_alarms() -> None:
    """AWS keeps the two alarms of a policy when it is updated; moto makes two more and forgets the old ones."""
    from moto.applicationautoscaling.models import ApplicationAutoscalingBackend, FakeApplicationAutoscalingPolicy

    put = ApplicationAutoscalingBackend.put_scaling_policy

    def put_scaling_policy(
        backend: Any, policy_name: str, service_namespace: str, resource_id: str, scalable_dimension: str, **rest: Any
    ) -> Any:
        target = (service_namespace, resource_id, scalable_dimension)
        key = FakeApplicationAutoscalingPolicy.formulate_key(*target, policy_name)
        if key in backend.policies:
            backend.policies[key].delete_alarms(backend.account_id, backend.region_name)
        return put(backend, policy_name, *target, **rest)

    ApplicationAutoscalingBackend.put_scaling_policy = put_scaling_policy


def patch_applicationautoscaling_activities() -> None:
    """AWS has DescribeScalingActivities. Nothing scales here, so there are only those that a test puts into the
    backend's ``scaling_activities``: items as AWS reports them, with times in seconds."""
    import json

    from moto.applicationautoscaling.responses import ApplicationAutoScalingResponse

    def describe_scaling_activities(response: Any) -> str:
        asked = {name: response._get_param(name) for name in ("ServiceNamespace", "ResourceId", "ScalableDimension")}
        found = [
            activity
            for activity in response.applicationautoscaling_backend.__dict__.get("scaling_activities", [])
            if all(value in (None, activity[name]) for name, value in asked.items())
        ]
        found.sort(key=lambda activity: float(activity["StartTime"]), reverse=True)
        first, most = int(response._get_param("NextToken") or 0), response._get_int_param("MaxResults") or 50
        more = {"NextToken": str(first + most)} if first + most < len(found) else {}
        return json.dumps({"ScalingActivities": found[first : first + most], **more})

    ApplicationAutoScalingResponse.describe_scaling_activities = describe_scaling_activities
