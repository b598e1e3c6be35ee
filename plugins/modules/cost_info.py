#!/usr/bin/python
# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: cost_info
version_added: 0.2.0
short_description: Compute what a platform costs asleep and awake, from what is there
description:
  - Counts everything of the platform that is billed, and prices it by a table of AWS's public list prices of us-east-1
    that RV(cost.prices_of) dates. Taxes, discounts and the free tier of an account's first year are left out.
  - Each line says the list price, what every account has free of it each month, and what is to pay. The free amounts
    are taken off as if nothing else in the account used them.
author: [meetops.jitsi contributors (@meetops)]
options:
  name:
    description: Name that all other names derive from. Another environment's name may begin with it.
    type: str
    required: true
  recording_bucket:
    description: Name of the recording bucket. Empty when recording is off.
    type: str
    default: ""
  hosted_zone:
    description: Name of the public hosted zone, if it was made for the platform. Empty for one that was there before.
    type: str
    default: ""
  tasks:
    description:
      - What a task of each kind takes. For a kind that is not given, the task definition of its service says so.
      - Each has C(name) (V(signalling), V(bridge) or V(recorder)) and C(cpu) and C(memory), or C(instance_type) and
        C(disk_gib).
    type: list
    elements: dict
    default: []
extends_documentation_fragment:
  - meetops.jitsi.common.info
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
notes:
  - The price list API of AWS does not know the free amounts, and answers in thousands of rows; the table has two dozen
    prices.
  - Makes about 15 API calls, and 5 for the task definitions, however much there is.
  - "Permissions: cloudfront:ListDistributions, cloudwatch:DescribeAlarms, GetMetricData and
    ListDashboards, dynamodb:DescribeTable, ec2:DescribeLaunchTemplateVersions, ecs:DescribeServices and
    DescribeTaskDefinition, elasticfilesystem:DescribeFileSystems, lambda:ListFunctions, logs:DescribeLogGroups,
    route53:ListHostedZonesByName, s3:GetEncryptionConfiguration, secretsmanager:DescribeSecret,
    servicediscovery:ListNamespaces."
"""

EXAMPLES = r"""
- name: Compute the bill
  meetops.jitsi.cost_info:
    name: jitsi-video-platform
    recording_bucket: jitsi-meet-example-com-recordings
  register: bill

- name: Show what sleeping costs
  ansible.builtin.debug:
    msg: "{{ bill.cost.asleep.usd_month }} USD a month, by list {{ bill.cost.asleep.usd_month_gross }}"
"""

RETURN = r"""
cost:
  description: The bill in USD.
  returned: always
  type: dict
  contains:
    prices_of:
      description: Month of the prices, such as V(2026-11).
      type: str
    counts:
      description: How much there is of what is billed by the month, and C(metric_filters).
      type: dict
    asleep:
      description: A month in which nobody meets.
      type: dict
      contains:
        lines:
          description:
            - One line for each thing that is there, free or not, with C(item), C(quantity), C(usd_gross) (the list
              price), C(usd_free) (the free amount) and C(usd) (what is to pay).
          type: list
          elements: dict
        usd_month_gross:
          description: Sum by list.
          type: float
        usd_month:
          description: Sum to pay.
          type: float
    awake:
      description: An hour in which one task of each kind runs.
      type: dict
      contains:
        lines:
          description: One line a kind, with C(item), C(quantity), C(usd_each) and C(usd); none without a known price.
          type: list
          elements: dict
        usd_hour:
          description: Their sum.
          type: float
        usd_hour_per_viewer:
          description: What the video that one participant receives costs in an hour.
          type: float
    by_use:
      description: Prices of what is billed by use, with C(item), C(usd) for one unit and C(free) each month.
      type: list
      elements: dict
"""

import functools
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from ansible_collections.meetops.jitsi.plugins.module_utils import names
from ansible_collections.meetops.jitsi.plugins.module_utils._aws import (
    autoscaling,
    cloudwatch,
    ecs,
    efs,
    route53,
    runner,
    secretsmanager,
    servicediscovery,
)
from ansible_collections.meetops.jitsi.plugins.module_utils.platform import find, prices, sizes, state
from ansible_collections.meetops.jitsi.plugins.module_utils.recordings.bucket import check_name

Task = Mapping[str, Any]


def counts(get: Callable[[str], Any], name: str, bucket: str, zone: str) -> dict[str, float]:
    """What is billed by the month, by names of ``prices.IDLE_ITEMS``. ``get(service)`` gives a client."""
    watch = get("cloudwatch")
    prefixes = [names.alarm_prefix(name), *names.scaling_alarm_prefixes(name)]
    alarms = [alarm for prefix in prefixes for alarm in cloudwatch.describe_alarms(watch, prefix)]
    secret = secretsmanager.describe(get("secretsmanager"), names.secret(name)) or {}
    certificates = efs.find(get("efs"), name) or {}
    keys = {secret.get("KmsKeyId", "")}
    found = {
        "alarms": prices.alarms_billed(alarms),
        "dashboards": len(set(find.dashboards(watch, name)).intersection(names.dashboards(name).values())),
        "secrets": int(bool(secret) and "DeletedDate" not in secret),
        "private_zones": len(servicediscovery.list_namespaces(get("servicediscovery"), names.namespace(name))[:1]),
        "log_gib": sizes.log_bytes(get("logs"), names.log_group(name)) / sizes.GIB,
        "file_system_gib": certificates.get("SizeInBytes", {}).get("Value", 0) / sizes.GIB,
        "functions": sizes.functions(get("lambda"), names.functions(name).values()),
        "distributions": sizes.distributions(get("cloudfront"), name),
        "tables": sizes.tables(get("dynamodb"), names.table(name)),
    }
    if bucket:
        keys.add(find.bucket_key(get("s3"), bucket))
        found |= sizes.bucket_gib(watch, bucket, datetime.now(UTC))
    if zone:
        found["public_zones"] = len(route53.public_zones(get("route53"), zone))
    return {**found, "customer_keys": len(state.customer_keys(keys))}


def tasks(get: Callable[[str], Any], name: str, given: Sequence[Task]) -> list[Task]:
    """What a task of each kind takes: as given, else what the task definition of its service says."""
    found = {task["name"]: task for task in given}
    asked = {kind: service for kind, service in names.services(name).items() if kind not in found}
    definitions = {
        item["serviceName"]: item["taskDefinition"]
        for item in ecs.services(get("ecs"), names.cluster(name), list(asked.values()))
        if item["status"] == "ACTIVE"
    }
    for kind, service in asked.items():
        if service in definitions:
            definition = sizes.task_definition(get("ecs"), definitions[service])
            on_fargate = "FARGATE" in definition.get("requiresCompatibilities", ())
            template = None if on_fargate else autoscaling.get_launch_template(get("ec2"), names.recorder_pool(name))
            found[kind] = prices.task_size(kind, definition, template)
    return [found[kind] for kind in names.KINDS if kind in found]


def reconcile(module: Any) -> None:
    """Count, price, tell."""
    params, get = module.params, functools.partial(runner.client, module)
    if params["recording_bucket"]:
        check_name(params["recording_bucket"])
    counted = counts(get, params["name"], params["recording_bucket"], params["hosted_zone"])
    module.exit_json(
        changed=False,
        cost={
            "prices_of": prices.PRICES_OF,
            "counts": counted,
            "asleep": prices.idle_cost(counted),
            "awake": prices.awake_cost(tasks(get, params["name"], params["tasks"])),
            "by_use": prices.use_cost(),
        },
    )


def main() -> None:
    """Run the module."""
    runner.run(
        {
            "name": {"type": "str", "required": True},
            "recording_bucket": {"type": "str", "default": ""},
            "hosted_zone": {"type": "str", "default": ""},
            "tasks": {"type": "list", "elements": "dict", "default": []},
        },
        reconcile,
    )


if __name__ == "__main__":
    main()
