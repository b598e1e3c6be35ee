#!/usr/bin/python
# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: alarms
version_added: 0.1.0
short_description: Keep all CloudWatch metric alarms under one prefix
description:
  - Owns every metric alarm whose name begins with a prefix. Alarms that are not listed are removed, unless
    O(purge_alarms=false).
  - Compares every field, the tags and whether the actions are enabled.
author: [meetops.jitsi contributors (@meetops)]
options:
  prefix:
    description:
      - What the names of the alarms begin with. It ends with a slash, which keeps V(prod/) and V(prod-staging/) apart.
    type: str
    required: true
  alarms:
    description: The alarms.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: Name of the alarm, without the prefix.
        type: str
        required: true
      description:
        description: What the alarm means and what to do. It is part of the notification.
        type: str
        default: ""
      namespace:
        description: Namespace of the metric.
        type: str
      metric_name:
        description: Name of the metric.
        type: str
      dimensions:
        description: All dimensions that the metric is published with.
        type: dict
        default: {}
      statistic:
        description: How the data points of a period become one. Give this or O(alarms[].extended_statistic).
        type: str
        choices: [Average, Minimum, Maximum, SampleCount, Sum]
      extended_statistic:
        description: A percentile or trimmed statistic such as V(p95) or V(tm99).
        type: str
      period:
        description: Length of a period in seconds, 10, 20, 30 or a multiple of 60.
        type: int
      unit:
        description: Only data points of this unit count. Best not given.
        type: str
      metrics:
        description:
          - Metric math, a list of MetricDataQuery as PutMetricAlarm takes it.
          - Exactly one of them, the one that the alarm watches, has C(ReturnData) true.
          - It replaces the options of a single metric.
        type: list
        elements: dict
        default: []
      evaluation_periods:
        description: Number of periods to look at.
        type: int
        default: 1
      datapoints_to_alarm:
        description: How many of the periods must breach the threshold. All of them if it is not given.
        type: int
      threshold:
        description: The value to compare with.
        type: float
        required: true
      comparison_operator:
        description: How the statistic is compared with the threshold.
        type: str
        choices:
          - GreaterThanOrEqualToThreshold
          - GreaterThanThreshold
          - LessThanThreshold
          - LessThanOrEqualToThreshold
        required: true
      treat_missing_data:
        description: What a period without data counts as. A service that is asleep has no data, which is fine.
        type: str
        choices: [breaching, notBreaching, ignore, missing]
        default: notBreaching
  alarm_actions:
    description: ARNs of what to do when an alarm is raised, such as an SNS topic, at most 5.
    type: list
    elements: str
    default: []
  ok_actions:
    description: ARNs of what to do when an alarm is over, at most 5.
    type: list
    elements: str
    default: []
  tags:
    description:
      - Tags of the alarms. Others are removed, except those that AWS sets itself.
      - Takes one more call, and one for each alarm whose tags seem to differ. Tags are left alone if it is not given.
    type: dict
  purge_alarms:
    description: Whether alarms under the prefix that are not listed are removed.
    type: bool
    default: true
    version_added: 0.5.0
  state:
    description: V(absent) removes all metric alarms under the prefix, whatever O(alarms) lists.
    type: str
    choices: [present, absent]
    default: present
    version_added: 0.5.0
notes:
  - C(amazon.aws.cloudwatch_metric_alarm) (release 11.4) takes one alarm a task and two calls for each, removes no
    other, reports an alarm on metric math as changed in every run because it drops C(Metrics) from one side before it
    compares, and puts back neither disabled actions nor tags.
  - Composite alarms are left alone.
  - "Permissions: cloudwatch:DescribeAlarms, PutMetricAlarm, DeleteAlarms, ListTagsForResource, TagResource and
    UntagResource; tag:GetResources."
extends_documentation_fragment:
  - meetops.jitsi.common
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: The bridges' CPU is watched
  meetops.jitsi.alarms:
    prefix: jitsi-video-platform/
    alarm_actions: ["arn:aws:sns:us-east-1:123456789012:jitsi-video-platform-alerts"]
    alarms:
      - name: bridge-cpu
        description: The bridges use more than 80 % CPU.
        namespace: AWS/ECS
        metric_name: CPUUtilization
        dimensions:
          ClusterName: jitsi-video-platform-cluster
          ServiceName: jitsi-video-platform-bridge
        statistic: Average
        period: 60
        evaluation_periods: 3
        threshold: 80
        comparison_operator: GreaterThanThreshold

- name: Nothing is watched any more
  meetops.jitsi.alarms:
    prefix: jitsi-video-platform/
    state: absent
"""

RETURN = r"""
changes:
  description: What changed, or would change in check mode.
  returned: success
  type: list
  elements: dict
  sample: [{resource: alarm jitsi-video-platform/bridge-cpu, action: update, fields: [threshold]}]
"""

from collections.abc import Mapping
from typing import Any

from ansible_collections.meetops.jitsi.plugins.module_utils._aws import cloudwatch, tagging
from ansible_collections.meetops.jitsi.plugins.module_utils._aws.runner import client, finish, run
from ansible_collections.meetops.jitsi.plugins.module_utils.changes import Change, compare
from ansible_collections.meetops.jitsi.plugins.module_utils.monitoring import alarms

STATISTICS = ["Average", "Minimum", "Maximum", "SampleCount", "Sum"]
COMPARISONS = [
    "GreaterThanOrEqualToThreshold",
    "GreaterThanThreshold",
    "LessThanThreshold",
    "LessThanOrEqualToThreshold",
]
ARGUMENTS: dict[str, Any] = {
    "prefix": {"type": "str", "required": True},
    "alarms": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            "name": {"type": "str", "required": True},
            "description": {"type": "str", "default": ""},
            "namespace": {"type": "str"},
            "metric_name": {"type": "str"},
            "dimensions": {"type": "dict", "default": {}},
            "statistic": {"type": "str", "choices": STATISTICS},
            "extended_statistic": {"type": "str"},
            "period": {"type": "int"},
            "unit": {"type": "str"},
            "metrics": {"type": "list", "elements": "dict", "default": []},
            "evaluation_periods": {"type": "int", "default": 1},
            "datapoints_to_alarm": {"type": "int"},
            "threshold": {"type": "float", "required": True},
            "comparison_operator": {"type": "str", "choices": COMPARISONS, "required": True},
            "treat_missing_data": {
                "type": "str",
                "choices": ["breaching", "notBreaching", "ignore", "missing"],
                "default": "notBreaching",
            },
        },
    },
    "alarm_actions": {"type": "list", "elements": "str", "default": []},
    "ok_actions": {"type": "list", "elements": "str", "default": []},
    "tags": {"type": "dict"},
    "purge_alarms": {"type": "bool", "default": True},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
}


class Alarms:
    """The alarms as they are, and how to change one."""

    def __init__(self, module: Any) -> None:
        self.cloudwatch = client(module, "cloudwatch")
        described = cloudwatch.describe_alarms(self.cloudwatch, module.params["prefix"])
        self.arns = {alarm["AlarmName"]: alarm["AlarmArn"] for alarm in described}
        self.state = {name: dict(fields) for name, fields in alarms.current(described).items()}

    def read_tags(self, module: Any, wanted: Mapping[str, str]) -> None:
        """Add the tags to the state. CloudWatch tells those of one alarm a call; the tagging service tells all at once,
        but late, so what is not as wanted there is asked again."""
        if not self.state:
            return
        told = tagging.get_resources(client(module, "resourcegroupstaggingapi"), "cloudwatch:alarm", wanted)
        for resource, fields in self.state.items():
            arn = self.arns[alarms.name_of(resource)]
            fields["Tags"] = told.get(arn, {})
            if fields["Tags"] != wanted:
                fields["Tags"] = cloudwatch.list_tags(self.cloudwatch, arn)

    def apply(self, change: Change) -> None:
        """Make one change."""
        name = alarms.name_of(change.resource)
        if change.after is None:
            cloudwatch.delete_alarm(self.cloudwatch, name)
            return
        tags = change.after.get("Tags") or {}
        if change.fields != ["Tags"]:
            cloudwatch.put_alarm(self.cloudwatch, name, alarms.request(change.after), tags)
        if change.before and "Tags" in change.fields:
            cloudwatch.tag(self.cloudwatch, self.arns[name], change.before["Tags"], tags)


def reconcile(module: Any) -> None:
    """Check the input, read the alarms under the prefix, make them as wanted."""
    params = module.params
    listed = params["alarms"] if params["state"] == "present" else []
    alarms.check(params["prefix"], listed, [*params["alarm_actions"], *params["ok_actions"]])
    wanted = alarms.wanted(params["prefix"], listed, params["alarm_actions"], params["ok_actions"])
    current = Alarms(module)
    if params["tags"] is not None:
        wanted = {name: {**fields, "Tags": params["tags"]} for name, fields in wanted.items()}
        current.read_tags(module, params["tags"])
    purge = params["purge_alarms"] or params["state"] == "absent"
    finish(module, compare(current.state, wanted, prune=purge), current.apply)


def main() -> None:
    """Run the module."""
    run(ARGUMENTS, reconcile)


if __name__ == "__main__":
    main()
