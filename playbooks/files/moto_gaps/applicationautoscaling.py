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
