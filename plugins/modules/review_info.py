#!/usr/bin/python
# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: review_info
version_added: 0.3.0
short_description: Tell what happened on a platform in a month, whether the goals were met, and what to change
description:
  - Reads figures of a month, or of half a year. Computes how much people met, what ran, what it cost, how it scaled and
    recorded, and what failed. Says whether each goal was met, and which limits and sizes to change, with the reasons.
  - C(docs/review.md) of the collection has the formula of each figure.
author: [meetops.jitsi contributors (@meetops)]
options:
  name:
    description: Name that all other names derive from.
    type: str
    required: true
  kind:
    description:
      - V(monthly) looks at O(month) or at O(days) until now, in periods of 5 minutes.
      - V(allocation) looks at half a year or O(days) until now, in periods of an hour.
    type: str
    choices: [monthly, allocation]
    default: monthly
  month:
    description: The month to look at, such as V(2026-10). Empty is the last whole one.
    type: str
    default: ""
  days:
    description: How many days until now to look at, instead of a month. V(0) is as O(kind) says.
    type: int
    default: 0
  timezone:
    description: Time zone of days and months.
    type: str
    default: UTC
  tasks:
    description:
      - What a task of each kind takes, with C(name) (V(signalling), V(bridge) or V(recorder)), and C(cpu) and
        C(memory), or C(instance_type) and C(disk_gib). A kind that is left out is not looked at.
    type: list
    elements: dict
    required: true
  bridge_max:
    description: Most bridges at once, as it is set.
    type: int
    required: true
  recorder_max:
    description: Most recorders at once, as it is set.
    type: int
    default: 0
  scaling_percent:
    description: Use of CPU that scaling aims at, as it is set.
    type: int
    default: 70
  schedules:
    description: Whether schedules wake the platform, so that none has to be recommended.
    type: bool
    default: false
  asleep_usd_month:
    description: What a month costs in which nobody meets, as RV(meetops.jitsi.cost_info#module:cost) tells.
    type: float
    default: 0
  metric_namespace:
    description: Namespace of the platform's own metrics.
    type: str
    default: Jitsi/JVB
extends_documentation_fragment:
  - meetops.jitsi.common.info
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
notes:
  - CloudWatch keeps figures of 5 minutes for 63 days, of an hour for 455, and changes of alarms for 30 days. Actions of
    scaling are kept for six weeks. What is older is missing from the review.
  - Makes about 5 API calls, one more for each 100800 figures and each 100 changes of alarms in the account.
  - "Permissions: cloudwatch:GetMetricData and DescribeAlarmHistory, application-autoscaling:DescribeScalingActivities."
"""

EXAMPLES = r"""
- name: Look at the last month
  meetops.jitsi.review_info:
    name: jitsi-video-platform
    bridge_max: 3
    tasks:
      - { name: signalling, cpu: 1024, memory: 4096 }
      - { name: bridge, cpu: 4096, memory: 8192 }
  register: info

- name: Tell it
  ansible.builtin.debug:
    msg: "{{ info.review.summary }}"
"""

RETURN = r"""
review:
  description: The review. Times are UTC and ISO 8601, what was not measured is null.
  returned: always
  type: dict
  contains:
    summary:
      description: The review in some lines of text.
      type: list
      elements: str
    kind:
      description: As given; so are C(platform) and C(timezone).
      type: str
    since:
      description: Begin of the time that was looked at; C(until) is its end, C(days) how long it is.
      type: str
    period_seconds:
      description: What one figure stands for.
      type: int
    goals:
      description: Each goal with C(name), C(wanted), C(measured), C(value), C(met) and C(formula).
      type: list
      elements: dict
    advice:
      description:
        - Each limit and size with C(what), C(variable), C(now), C(recommended), C(change) (whether they differ),
          C(reason) and C(usd_month) (what that adds to a month's bill).
      type: list
      elements: dict
    meetings:
      description: Hours, peaks and numbers of participants and conferences.
      type: dict
    awake:
      description: Hours awake, their share of the time, and those without anybody.
      type: dict
    wakes:
      description: How often it woke and how long that took.
      type: dict
    services:
      description: Hours, use of CPU and memory, and cost of the tasks by kind.
      type: dict
    scaling:
      description: The actions of scaling and how long they took.
      type: dict
    recordings:
      description: How uploads went.
      type: dict
    errors:
      description: Error lines by component.
      type: list
      elements: dict
    alarms:
      description: Alarms that fired, how often and for how long.
      type: list
      elements: dict
    cost:
      description: The bill by list prices.
      type: dict
    by_day:
      description: A row for each day.
      type: list
      elements: dict
    by_hour:
      description: Average participants by hour of the week, Monday first.
      type: list
      elements: list
  sample:
    summary: ["jitsi-video-platform, 2026-10-01 to 2026-11-01 (31 days)"]
    kind: monthly
"""

import datetime as dt
import math
from typing import Any

from ansible_collections.meetops.jitsi.plugins.module_utils import names
from ansible_collections.meetops.jitsi.plugins.module_utils._aws.runner import client, run
from ansible_collections.meetops.jitsi.plugins.module_utils.errors import InvalidInput
from ansible_collections.meetops.jitsi.plugins.module_utils.review import figures, reader, result
from ansible_collections.meetops.jitsi.plugins.module_utils.rules import between
from ansible_collections.meetops.jitsi.plugins.module_utils.times import moments
from ansible_collections.meetops.jitsi.plugins.module_utils.variables.kinds import PLATFORM


def queries(name: str, namespace: str, kinds: list[str]) -> dict[str, reader.Query]:
    """What is asked of CloudWatch."""
    own = {"Platform": name}
    asked: dict[str, reader.Query] = {}
    for key, (metric, statistic) in figures.PLATFORM_FIGURES.items():
        asked[key] = (namespace, metric, own, statistic)
    for kind in kinds:
        of_service = {"ClusterName": names.cluster(name), "ServiceName": names.services(name)[kind]}
        for key, (metric, statistic) in figures.SERVICE_FIGURES.items():
            asked[f"{kind}.{key}"] = ("AWS/ECS", metric, of_service, statistic)
    for component in figures.COMPONENTS:
        asked[f"errors.{component}"] = (namespace, f"{names.errors_metric(name)}/{component}", {}, "Sum")
    return asked


def check(params: dict[str, Any]) -> None:
    """Refuse sizes of nothing."""
    given = [task.get("name") for task in params["tasks"]]
    for name in given:
        if name not in names.KINDS or given.count(name) > 1:
            raise InvalidInput(f"tasks {name}: give each of {', '.join(names.KINDS)} at most once, by its name")
    for task in params["tasks"]:
        if "instance_type" not in task and not {"cpu", "memory"} <= set(task):
            raise InvalidInput(f"tasks {task['name']}: has no size; give cpu and memory, or instance_type")
    if not 0 <= params["asleep_usd_month"] < math.inf:
        raise InvalidInput(f"asleep_usd_month {params['asleep_usd_month']:g}: is no price; give 0 or more")


def reconcile(module: Any) -> None:
    """Read and compute."""
    params = module.params
    check(params)
    name, kinds = params["name"], [task["name"] for task in params["tasks"]]
    zone = moments.timezone(params["timezone"])
    since, until, period = figures.window(params["kind"], params["month"], params["days"], dt.datetime.now(zone))
    # Whole periods, as CloudWatch has them.
    since = dt.datetime.fromtimestamp(since.timestamp() // period * period, dt.UTC)
    watch = client(module, "cloudwatch")
    series = reader.figures(watch, queries(name, params["metric_namespace"], kinds), since, until, period)
    targets = {kind: names.resource_ids(name)[kind] for kind in ("bridge", "recorder") if kind in kinds}
    read = figures.Figures(
        since=int(since.timestamp()),
        until=int(until.timestamp()),
        period=period,
        series=series,
        errors={component: series[f"errors.{component}"] for component in figures.COMPONENTS},
        alarms=reader.alarm_changes(watch, names.alarm_prefix(name), since, until),
        scaling=reader.scaling_actions(client(module, "application-autoscaling"), targets, since, until),
    )
    setup = figures.Setup(
        tasks=params["tasks"],
        bridge_max=params["bridge_max"],
        recorder_max=params["recorder_max"],
        scaling_percent=params["scaling_percent"],
        schedules=params["schedules"],
    )
    found = result.result(params["kind"], name, read, setup, params["asleep_usd_month"], zone)
    module.exit_json(changed=False, review=found)


def main() -> None:
    """Run the module."""
    run(
        {
            "name": {"type": "str", "required": True},
            "kind": {"type": "str", "choices": ["monthly", "allocation"], "default": "monthly"},
            "month": {"type": "str", "default": ""},
            "days": {"type": "int", "default": 0},
            "timezone": {"type": "str", "default": "UTC"},
            "tasks": {"type": "list", "elements": "dict", "required": True},
            "bridge_max": {"type": "int", "required": True},
            "recorder_max": {"type": "int", "default": 0},
            "scaling_percent": {"type": "int", "default": 70},
            "schedules": {"type": "bool", "default": False},
            "asleep_usd_month": {"type": "float", "default": 0},
            "metric_namespace": {"type": "str", "default": names.METRIC_NAMESPACE},
        },
        reconcile,
        rules={
            **PLATFORM,
            "bridge_max": between(1, 1000),
            "recorder_max": between(0, 1000),
            "scaling_percent": between(1, 100),
        },
    )


if __name__ == "__main__":
    main()
