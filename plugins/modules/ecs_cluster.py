#!/usr/bin/python
# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: ecs_cluster
version_added: 0.1.0
short_description: Manage an ECS cluster with its capacity providers
description:
  - Keeps a cluster, its Container Insights setting, its capacity providers and its default strategy.
  - Makes capacity providers over auto scaling groups, attaches them, and removes those that are no longer listed.
author: [meetops.jitsi contributors (@meetops)]
options:
  name:
    description: Name of the cluster.
    type: str
    required: true
  state:
    description:
      - Whether the cluster exists. V(absent) detaches and deletes the capacity providers that were made for it, takes
        its container instances off it, whatever runs there, and deletes it.
      - A cluster with services cannot be deleted.
    type: str
    choices: [present, absent]
    default: present
  container_insights:
    description: CloudWatch Container Insights. V(enabled) and V(enhanced) cost money for every metric.
    type: str
    choices: [disabled, enabled, enhanced]
    default: disabled
  capacity_providers:
    description: Capacity providers that AWS has built in, V(FARGATE) and V(FARGATE_SPOT).
    type: list
    elements: str
    default: []
  asg_providers:
    description:
      - Capacity providers over auto scaling groups, to be made and attached.
      - They carry the tag C(meetops.jitsi/cluster) with the cluster's name.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: Name of the capacity provider. It must not begin with C(aws), C(ecs) or C(fargate).
        type: str
        required: true
      auto_scaling_group_arn:
        description:
          - ARN of the auto scaling group.
          - AWS cannot change it. When the group was made anew, the provider is detached, deleted and made anew too. AWS
            refuses that while a service still uses the provider.
        type: str
        required: true
      managed_scaling:
        description: How ECS sets the size of the group.
        type: dict
        suboptions:
          status:
            description: Whether ECS sets the size.
            type: str
            choices: [ENABLED, DISABLED]
            default: ENABLED
          target_capacity:
            description: How much of the group should be used, in percent.
            type: int
            default: 100
            aliases: [targetCapacity]
          minimum_scaling_step_size:
            description: The fewest instances to add at once.
            type: int
            default: 1
            aliases: [minimumScalingStepSize]
          maximum_scaling_step_size:
            description: The most instances to add at once.
            type: int
            default: 10000
            aliases: [maximumScalingStepSize]
          instance_warmup_period:
            description: Seconds until a new instance counts.
            type: int
            default: 300
            aliases: [instanceWarmupPeriod]
      managed_termination_protection:
        description:
          - Whether instances that run tasks are kept from scale-in. The group must protect its instances from it too.
        type: str
        choices: [ENABLED, DISABLED]
        default: DISABLED
      managed_draining:
        description: Whether ECS drains an instance before it ends.
        type: str
        choices: [ENABLED, DISABLED]
        default: ENABLED
  purge_capacity_providers:
    description:
      - Whether to detach and delete providers that were made for this cluster, as their tag says, and are no longer
        listed.
      - AWS refuses that while a service uses them, so move the service first. Providers of others are left alone.
    type: bool
    default: true
  default_strategy:
    description: Capacity provider strategy for services and tasks that name none.
    type: list
    elements: dict
    default: []
    suboptions:
      capacity_provider:
        description: Name of a provider of this cluster.
        type: str
        required: true
        aliases: [capacityProvider]
      weight:
        description: Share of the tasks after O(default_strategy[].base).
        type: int
        default: 1
      base:
        description: Number of tasks that go here first.
        type: int
        default: 0
  tags:
    description: Tags of the cluster and of the providers.
    type: dict
    default: {}
extends_documentation_fragment:
  - meetops.jitsi.common
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
notes:
  - C(community.aws.ecs_cluster) (release 11.2) has no option for Container Insights or tags, and cannot make capacity
    providers over auto scaling groups. Its second run fails with C(KeyError) when the answer of DescribeClusters holds
    no C(capacityProviders), as that of moto 5.2.
  - A run that changes nothing makes two API calls.
"""

EXAMPLES = r"""
- name: Keep the cluster
  meetops.jitsi.ecs_cluster:
    name: jitsi-video-platform-cluster
    capacity_providers: [FARGATE, FARGATE_SPOT]
    asg_providers:
      - name: jitsi-video-platform-recorder
        auto_scaling_group_arn: "{{ pool.arn }}"
    tags: { Environment: prod }

- name: Remove the cluster
  meetops.jitsi.ecs_cluster:
    name: jitsi-video-platform-cluster
    state: absent
"""

RETURN = r"""
cluster:
  description: The cluster as it is, or in check mode as it would be.
  returned: when O(state=present)
  type: dict
  contains:
    name:
      description: Name of the cluster.
      type: str
    arn:
      description: ARN; with account C(000000000000) when the cluster is only planned.
      type: str
    capacity_providers:
      description: Names of the attached capacity providers.
      type: list
      elements: str
changes:
  description: What changed, or would in check mode.
  returned: always
  type: list
  elements: dict
  sample: [{resource: cluster x, action: update, fields: [container_insights]}]
"""

from collections.abc import Collection, Mapping
from typing import Any

from ansible_collections.meetops.jitsi.plugins.module_utils._aws import ecs
from ansible_collections.meetops.jitsi.plugins.module_utils._aws.runner import client, finish, run
from ansible_collections.meetops.jitsi.plugins.module_utils.changes import Change, Fields, compare
from ansible_collections.meetops.jitsi.plugins.module_utils.ecs import cluster
from ansible_collections.meetops.jitsi.plugins.module_utils.errors import InvalidInput

SWITCH = {"type": "str", "choices": ["ENABLED", "DISABLED"]}
ARGUMENTS: dict[str, Any] = {
    "name": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "container_insights": {"type": "str", "choices": ["disabled", "enabled", "enhanced"], "default": "disabled"},
    "capacity_providers": {"type": "list", "elements": "str", "default": []},
    "asg_providers": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            "name": {"type": "str", "required": True},
            "auto_scaling_group_arn": {"type": "str", "required": True},
            "managed_scaling": {
                "type": "dict",
                "apply_defaults": True,
                "options": {
                    "status": {**SWITCH, "default": "ENABLED"},
                    "target_capacity": {"type": "int", "default": 100, "aliases": ["targetCapacity"]},
                    "minimum_scaling_step_size": {"type": "int", "default": 1, "aliases": ["minimumScalingStepSize"]},
                    "maximum_scaling_step_size": {
                        "type": "int",
                        "default": 10000,
                        "aliases": ["maximumScalingStepSize"],
                    },
                    "instance_warmup_period": {"type": "int", "default": 300, "aliases": ["instanceWarmupPeriod"]},
                },
            },
            "managed_termination_protection": {**SWITCH, "default": "DISABLED"},
            "managed_draining": {**SWITCH, "default": "ENABLED"},
        },
    },
    "purge_capacity_providers": {"type": "bool", "default": True},
    "default_strategy": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            "capacity_provider": {"type": "str", "required": True, "aliases": ["capacityProvider"]},
            "weight": {"type": "int", "default": 1},
            "base": {"type": "int", "default": 0},
        },
    },
    "tags": {"type": "dict", "default": {}},
}


class Cluster:
    """The cluster and its capacity providers as they are, and how to change one."""

    def __init__(self, api: Any, found: cluster.Found, settings: Mapping[str, Any], moved: Collection[str]) -> None:
        self.api = api
        self.name = found.name
        self.described = found.cluster
        self.providers = found.providers
        self.attached = list(found.attached)
        self.settings = settings
        self.moved = moved

    def apply(self, change: Change) -> None:
        """Make one change."""
        if change.resource.startswith(cluster.PROVIDER):
            self.apply_provider(change.resource.removeprefix(cluster.PROVIDER), change)
        elif change.after is None:
            ecs.deregister_instances(self.api, self.name)
            ecs.delete_cluster(self.api, self.name)
            ecs.wait_for_attachments(self.api, self.name)
        elif change.before is None:
            self.create(change.after)
        else:
            self.update(change.before, change.after, change.fields)

    def create(self, after: Fields) -> None:
        """Make the cluster with its providers attached."""
        self.described = ecs.create_cluster(
            self.api,
            self.name,
            settings=[{"name": "containerInsights", "value": after["container_insights"]}],
            capacityProviders=after["capacity_providers"],
            defaultCapacityProviderStrategy=after["default_strategy"],
            tags=ecs.listed(after["tags"]),
        )
        ecs.wait_for_attachments(self.api, self.name)

    def update(self, before: Fields, after: Fields, fields: list[str]) -> None:
        """Put back the fields of the cluster that differ."""
        if "container_insights" in fields:
            ecs.set_insights(self.api, self.name, after["container_insights"])
        if {"capacity_providers", "default_strategy"} & set(fields):
            self.attached = list(after["capacity_providers"])
            ecs.attach_providers(self.api, self.name, self.attached, after["default_strategy"])
        if "tags" in fields:
            ecs.tag(self.api, self.described["clusterArn"], before["tags"], after["tags"])

    def apply_provider(self, provider: str, change: Change) -> None:
        """Create, update, replace or delete a capacity provider."""
        before, after = change.before, change.after
        if before is not None and after is not None and provider not in self.moved:
            self.update_provider(provider, before, after, change.fields)
            return
        if before is not None:
            self.detach(provider)
            ecs.delete_provider(self.api, provider)
        if after is not None:
            ecs.create_provider(self.api, provider, self.settings[provider], after["tags"])

    def update_provider(self, provider: str, before: Fields, after: Fields, fields: list[str]) -> None:
        """Put back the fields of a provider that differ."""
        if fields != ["tags"]:
            ecs.update_provider(self.api, provider, self.settings[provider])
        if "tags" in fields:
            ecs.tag(self.api, self.providers[provider]["capacityProviderArn"], before["tags"], after["tags"])

    def detach(self, provider: str) -> None:
        """Take a provider off the cluster. The change of the cluster, which comes later, attaches a new one."""
        if provider in self.attached:
            self.attached.remove(provider)
            strategy = cluster.strategy(self.described.get("defaultCapacityProviderStrategy"))
            rest = [item for item in strategy if item["capacityProvider"] != provider]
            ecs.attach_providers(self.api, self.name, self.attached, rest)

    def result(self, wanted: Fields) -> dict[str, Any]:
        """The cluster for the caller."""
        arn = self.described.get("clusterArn") or ecs.arn(self.api, f"cluster/{self.name}")
        return {"name": self.name, "arn": arn, "capacity_providers": wanted["capacity_providers"]}


def check_users(api: Any, name: str, moved: Collection[str]) -> None:
    """Raise InvalidInput on a provider that has to be made anew while a service of the cluster uses it."""
    for provider in sorted(moved):
        users = ecs.services_on(api, name, provider)
        if users:
            raise InvalidInput(
                f"asg_providers {provider}: its auto scaling group was made anew, and ECS does not let the provider"
                f" go while the service {', '.join(users)} uses it; delete that service when it has no work, then"
                " run again"
            )


def reconcile(module: Any) -> None:
    """Check the input, read the cluster and the providers of the account, make them as wanted."""
    params = module.params
    cluster.validate(params)
    api = client(module, "ecs")
    described = ecs.cluster(api, params["name"]) or {}
    found = cluster.Found(params["name"], described, {item["name"]: item for item in ecs.providers(api)})
    settings = cluster.settings(params)
    cluster.check_owners(found, settings)
    moved = cluster.moved(found, settings)
    check_users(api, found.name, moved & set(found.attached))
    wanted = cluster.wanted(found, params)
    changes = compare(cluster.current(found, params), wanted, prune=True)
    target = Cluster(api, found, settings, moved)
    kept = wanted.get(cluster.CLUSTER + found.name)
    finish(module, changes, target.apply, **({"cluster": lambda: target.result(kept)} if kept else {}))


def main() -> None:
    """Run the module."""
    run(ARGUMENTS, reconcile)


if __name__ == "__main__":
    main()
