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
from datetime import UTC, datetime

from ansible_collections.meetops.jitsi.plugins.module_utils import names as platform
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
from ansible_collections.meetops.jitsi.plugins.module_utils.platform import find as platform_api
from ansible_collections.meetops.jitsi.plugins.module_utils.platform import prices as cost
from ansible_collections.meetops.jitsi.plugins.module_utils.platform import sizes as api
from ansible_collections.meetops.jitsi.plugins.module_utils.platform import state
from ansible_collections.meetops.jitsi.plugins.module_utils.recordings.bucket import check_name


def counts(client, name, bucket, zone):
    """What is billed by the month, by names of ``cost.IDLE_ITEMS``."""
    watch, group = client("cloudwatch"), platform.log_group(name)
    prefixes = [platform.alarm_prefix(name), *platform.scaling_alarm_prefixes(name)]
    secret = secretsmanager.describe(client("secretsmanager"), platform.secret(name)) or {}
    certificates = efs.find(client("efs"), name) or {}
    keys = {secret.get("KmsKeyId", "")}
    found = {
        "alarms": cost.alarms_billed(
            alarm for prefix in prefixes for alarm in cloudwatch.describe_alarms(watch, prefix)
        ),
        "dashboards": len(set(platform_api.dashboards(watch, name)) & set(platform.dashboards(name).values())),
        "secrets": int(bool(secret) and "DeletedDate" not in secret),
        "private_zones": len(
            servicediscovery.list_namespaces(client("servicediscovery"), platform.namespace(name))[:1]
        ),
        "log_gib": api.log_bytes(client("logs"), group) / api.GIB,
        "file_system_gib": certificates.get("SizeInBytes", {}).get("Value", 0) / api.GIB,
        "functions": api.functions(client("lambda"), platform.functions(name).values()),
        "distributions": api.distributions(client("cloudfront"), name),
        "tables": api.tables(client("dynamodb"), platform.table(name)),
    }
    if bucket:
        keys.add(platform_api.bucket_key(client("s3"), bucket))
        found |= api.bucket_gib(watch, bucket, datetime.now(UTC))
    if zone:
        found["public_zones"] = len(route53.public_zones(client("route53"), zone))
    return {**found, "customer_keys": len(state.customer_keys(keys))}


def sizes(client, name, given):
    """What a task of each kind takes: as given, else what the task definition of its service says."""
    found = {task["name"]: task for task in given}
    names = {kind: service for kind, service in platform.services(name).items() if kind not in found}
    services = {
        item["serviceName"]: item["taskDefinition"]
        for item in ecs.services(client("ecs"), platform.cluster(name), list(names.values()))
        if item["status"] == "ACTIVE"
    }
    for kind, service in names.items():
        if service in services:
            definition = api.task_definition(client("ecs"), services[service])
            on_fargate = "FARGATE" in definition.get("requiresCompatibilities", ())
            template = None if on_fargate else autoscaling.get_launch_template(client("ec2"), service)
            found[kind] = cost.task_size(kind, definition, template)
    return [found[kind] for kind in platform.KINDS if kind in found]


def reconcile(module):
    if module.params["recording_bucket"]:
        check_name(module.params["recording_bucket"])
    name, client = module.params["name"], functools.partial(runner.client, module)
    found = counts(client, name, module.params["recording_bucket"], module.params["hosted_zone"])
    module.exit_json(
        changed=False,
        cost={
            "prices_of": cost.PRICES_OF,
            "counts": found,
            "asleep": cost.idle_cost(found),
            "awake": cost.awake_cost(sizes(client, name, module.params["tasks"])),
            "by_use": cost.use_cost(),
        },
    )


def main():
    runner.run(
        dict(
            name=dict(type="str", required=True),
            recording_bucket=dict(type="str", default=""),
            hosted_zone=dict(type="str", default=""),
            tasks=dict(type="list", elements="dict", default=[]),
        ),
        reconcile,
    )


if __name__ == "__main__":
    main()
