#!/usr/bin/python
# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: scaling
version_added: 0.1.0
short_description: Keep the scaling of all ECS services of one cluster
description:
  - Owns the scalable targets, the scaling policies and the scheduled actions of every service of a cluster. Those that
    are not listed are removed.
  - Sets the minimum of a target only when it makes the target. Later the minimum says whether the service is asleep (0)
    or awake (1), and belongs to whoever wakes it and puts it to sleep. So the module keeps it, unless it is more than
    the maximum.
  - Puts back the maximum if it differs.
author: [meetops.jitsi contributors (@meetops)]
options:
  cluster:
    description: Name of the ECS cluster.
    type: str
    required: true
  targets:
    description: The services to scale.
    type: list
    elements: dict
    default: []
    suboptions:
      service:
        description: Name of the service. It must exist, except in check mode.
        type: str
        required: true
      min_capacity:
        description: The fewest tasks, at the time when the target is made.
        type: int
        default: 0
      max_capacity:
        description: The most tasks.
        type: int
        required: true
      policies:
        description:
          - Target tracking policies. Each keeps the average of a metric near a value, and makes two alarms.
          - The wanted number of tasks is C(ceil(tasks * metric / target_value)); of several policies the largest
            number wins.
        type: list
        elements: dict
        default: []
        suboptions:
          name:
            description: Name of the policy, unique in its target.
            type: str
            required: true
          metric:
            description: A metric that ECS publishes. Give this or O(targets[].policies[].custom_metric).
            type: str
            choices: [ECSServiceAverageCPUUtilization, ECSServiceAverageMemoryUtilization]
          custom_metric:
            description: Any other metric.
            type: dict
            suboptions:
              namespace:
                description: Namespace of the metric.
                type: str
                required: true
              metric_name:
                description: Name of the metric.
                type: str
                required: true
              statistic:
                description: How the data points of a period become one.
                type: str
                choices: [Average, Minimum, Maximum, SampleCount, Sum]
                default: Average
              dimensions:
                description: All dimensions that the metric is published with.
                type: dict
                default: {}
          target_value:
            description: The wanted value of the metric, from 10 to 90 if it is a percentage.
            type: float
            required: true
          scale_in_cooldown:
            description: Seconds from one scale in to the next.
            type: int
            default: 300
          scale_out_cooldown:
            description: Seconds for which a scale out is given time to show.
            type: int
            default: 300
          disable_scale_in:
            description: Whether the policy only scales out.
            type: bool
            default: false
      step_policies:
        description:
          - Policies that add tasks as soon as a metric passes a threshold, without the three minutes that target
            tracking waits. Each makes one alarm, C(StepScaling-service/<cluster>/<service>/<name>).
        type: list
        elements: dict
        default: []
        version_added: 0.2.0
        suboptions:
          name:
            description: Name of the policy, unique in its target.
            type: str
            required: true
          namespace:
            description: Namespace of the metric.
            type: str
            required: true
          metric_name:
            description: Name of the metric.
            type: str
            required: true
          dimensions:
            description: All dimensions that the metric is published with.
            type: dict
            default: {}
          statistic:
            description: How the data points of a minute become one.
            type: str
            choices: [Average, Minimum, Maximum]
            default: Average
          threshold:
            description: The value that the metric has to pass.
            type: float
            required: true
          minutes:
            description: For how many minutes in a row.
            type: int
            default: 1
          add:
            description: How many tasks to add.
            type: int
            default: 1
          cooldown:
            description: Seconds until it may add again.
            type: int
            default: 180
      schedules:
        description: Scheduled actions. Each sets the minimum, the maximum or both at a time.
        type: list
        elements: dict
        default: []
        suboptions:
          name:
            description: Name of the scheduled action, unique in its target.
            type: str
            required: true
          schedule:
            description:
              - V(cron(minutes hours day-of-month month day-of-week year)), V(rate(value unit)) or
                V(at(yyyy-mm-ddThh:mm:ss)).
            type: str
            required: true
          timezone:
            description: IANA name of the time zone of the schedule, such as V(Europe/Berlin). A rate has none.
            type: str
            default: UTC
          min_capacity:
            description: The minimum from then on. If fewer tasks run, tasks are started.
            type: int
          max_capacity:
            description:
              - The maximum from then on. If more tasks run, tasks are stopped.
              - The next run of this module puts back O(targets[].max_capacity).
            type: int
  state:
    description: V(absent) removes all scaling of the cluster's services.
    type: str
    choices: [present, absent]
    default: present
notes:
  - C(community.aws.application_autoscaling_policy) (release 11.2) writes in check mode, and reports a second policy of
    a service as changed in every run. It cannot make a target without a policy, has no scheduled actions and removes
    nothing that is no longer listed. It would also put back the minimum, and so put an awake service to sleep.
  - "Permissions: application-autoscaling:DescribeScalableTargets, DescribeScalingPolicies, DescribeScheduledActions,
    RegisterScalableTarget, DeregisterScalableTarget, PutScalingPolicy, DeleteScalingPolicy, PutScheduledAction and
    DeleteScheduledAction; cloudwatch:PutMetricAlarm, DescribeAlarms and DeleteAlarms for the alarms of the policies;
    ecs:DescribeServices and UpdateService; iam:CreateServiceLinkedRole for the first target of an account."
extends_documentation_fragment:
  - meetops.jitsi.common
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: The bridges follow their load, from nothing to three
  meetops.jitsi.scaling:
    cluster: jitsi-video-platform-cluster
    targets:
      - service: jitsi-video-platform-bridge
        max_capacity: 3
        policies:
          - name: cpu
            metric: ECSServiceAverageCPUUtilization
            target_value: 70
          - name: memory
            metric: ECSServiceAverageMemoryUtilization
            target_value: 70
        step_policies:
          - name: full
            namespace: Jitsi/JVB
            metric_name: Stress
            dimensions:
              Platform: jitsi-video-platform
            statistic: Minimum
            threshold: 0.8
        schedules:
          - name: office-open
            schedule: cron(0 8 ? * MON-FRI *)
            timezone: Europe/Berlin
            min_capacity: 1

- name: As many idle recorders as busy ones
  meetops.jitsi.scaling:
    cluster: jitsi-video-platform-cluster
    targets:
      - service: jitsi-video-platform-recorder
        max_capacity: 2
        policies:
          - name: busy
            custom_metric:
              namespace: Jitsi/JVB
              metric_name: RecorderBusy
              dimensions:
                Platform: jitsi-video-platform
            target_value: 0.5

- name: Nothing scales any more
  meetops.jitsi.scaling:
    cluster: jitsi-video-platform-cluster
    state: absent
"""

RETURN = r"""
changes:
  description: What changed, or would change in check mode.
  returned: success
  type: list
  elements: dict
  sample: [{resource: target jitsi-video-platform-bridge, action: update, fields: [max_capacity]}]
"""

from typing import Any

from ansible_collections.meetops.jitsi.plugins.module_utils._aws import applicationautoscaling, cloudwatch
from ansible_collections.meetops.jitsi.plugins.module_utils._aws.runner import client, finish, run
from ansible_collections.meetops.jitsi.plugins.module_utils.capacity import scaling
from ansible_collections.meetops.jitsi.plugins.module_utils.changes import Change

STATISTICS = ["Average", "Minimum", "Maximum", "SampleCount", "Sum"]
POLICY: dict[str, Any] = {
    "name": {"type": "str", "required": True},
    "metric": {"type": "str", "choices": ["ECSServiceAverageCPUUtilization", "ECSServiceAverageMemoryUtilization"]},
    "custom_metric": {
        "type": "dict",
        "options": {
            "namespace": {"type": "str", "required": True},
            "metric_name": {"type": "str", "required": True},
            "statistic": {"type": "str", "choices": STATISTICS, "default": "Average"},
            "dimensions": {"type": "dict", "default": {}},
        },
    },
    "target_value": {"type": "float", "required": True},
    "scale_in_cooldown": {"type": "int", "default": 300},
    "scale_out_cooldown": {"type": "int", "default": 300},
    "disable_scale_in": {"type": "bool", "default": False},
}
STEP_POLICY: dict[str, Any] = {
    "name": {"type": "str", "required": True},
    "namespace": {"type": "str", "required": True},
    "metric_name": {"type": "str", "required": True},
    "dimensions": {"type": "dict", "default": {}},
    "statistic": {"type": "str", "choices": STATISTICS[:3], "default": "Average"},
    "threshold": {"type": "float", "required": True},
    "minutes": {"type": "int", "default": 1},
    "add": {"type": "int", "default": 1},
    "cooldown": {"type": "int", "default": 180},
}
SCHEDULE: dict[str, Any] = {
    "name": {"type": "str", "required": True},
    "schedule": {"type": "str", "required": True},
    "timezone": {"type": "str", "default": "UTC"},
    "min_capacity": {"type": "int"},
    "max_capacity": {"type": "int"},
}
TARGET: dict[str, Any] = {
    "service": {"type": "str", "required": True},
    "min_capacity": {"type": "int", "default": 0},
    "max_capacity": {"type": "int", "required": True},
    "policies": {"type": "list", "elements": "dict", "default": [], "options": POLICY},
    "step_policies": {"type": "list", "elements": "dict", "default": [], "options": STEP_POLICY},
    "schedules": {"type": "list", "elements": "dict", "default": [], "options": SCHEDULE},
}
ARGUMENTS: dict[str, Any] = {
    "cluster": {"type": "str", "required": True},
    "targets": {"type": "list", "elements": "dict", "default": [], "options": TARGET},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
}


class Scaling:
    """The scaling of a cluster as it is, and how to change one thing of it."""

    def __init__(self, module: Any) -> None:
        self.cluster: str = module.params["cluster"]
        self.api, self.cloudwatch = client(module, "application-autoscaling"), client(module, "cloudwatch")
        policies = applicationautoscaling.describe_policies(self.api)
        self.policy_arns = scaling.policy_arns(self.cluster, policies)
        self.state = scaling.current_state(
            self.cluster,
            applicationautoscaling.describe_targets(self.api),
            policies,
            applicationautoscaling.describe_scheduled_actions(self.api),
            cloudwatch.describe_alarms(self.cloudwatch, scaling.alarm_prefix(self.cluster)),
        )

    def apply(self, change: Change) -> None:
        """Make one change."""
        if change.resource.startswith("alarm "):
            self.apply_alarm(change)
            return
        fields = dict(change.after or change.before or {})
        resource_id = scaling.resource_id(self.cluster, fields.pop("service"))
        kind = change.resource.split(" ")[0]
        if kind == "target":
            self.apply_target(change, resource_id)
            return
        name = fields.pop("name")
        given = {field: value for field, value in fields.items() if value is not None}
        if kind == "schedule":
            self.apply_schedule(change, resource_id, name, given)
        elif change.after is None:
            applicationautoscaling.delete_policy(self.api, resource_id, name)
        else:
            kind_of_policy = applicationautoscaling.STEP if kind == "step" else applicationautoscaling.TRACKING
            arn = applicationautoscaling.put_policy(self.api, resource_id, name, kind_of_policy, given)
            self.policy_arns[f"{(change.after)['service']}/{name}"] = arn

    def apply_target(self, change: Change, resource_id: str) -> None:
        """Make, change or remove a target."""
        if change.after is None:
            applicationautoscaling.deregister_target(self.api, resource_id)
        else:
            # Only what differs: the life cycle may set the minimum at this very moment.
            limits = {field: change.after[field] for field in change.fields if field.endswith("Capacity")}
            applicationautoscaling.register_target(self.api, resource_id, limits)

    def apply_schedule(self, change: Change, resource_id: str, name: str, given: dict[str, Any]) -> None:
        """Make, change or remove a scheduled action."""
        if change.after is None:
            applicationautoscaling.delete_scheduled_action(self.api, resource_id, name)
        else:
            schedule: dict[str, str] = {field: given.pop(field) for field in ("Schedule", "Timezone") if field in given}
            applicationautoscaling.put_scheduled_action(self.api, resource_id, name, schedule, given)

    def apply_alarm(self, change: Change) -> None:
        """Make, change or remove the alarm of a step policy; its policy is there by now."""
        name = change.resource.removeprefix("alarm ")
        if change.after is None:
            cloudwatch.delete_alarm(self.cloudwatch, name)
        else:
            request = scaling.alarm_request(change.after, self.policy_arns)
            cloudwatch.put_alarm(self.cloudwatch, name, request, {})


def reconcile(module: Any) -> None:
    """Check the input, read all scaling of the cluster, make it as wanted."""
    cluster = module.params["cluster"]
    targets = [] if module.params["state"] == "absent" else module.params["targets"]
    scaling.check(cluster, targets)
    current = Scaling(module)
    finish(module, scaling.plan(cluster, targets, current.state), current.apply)


def main() -> None:
    """Run the module."""
    run(ARGUMENTS, reconcile)


if __name__ == "__main__":
    main()
