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
          - AWS cannot change it. When the group was made anew, the provider is detached, deleted and made anew, which
            AWS refuses while a service still uses it.
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
  - C(community.aws.ecs_cluster) (release 11.2) is not used because it has no option for Container Insights or tags,
    cannot make capacity providers over auto scaling groups, and fails with C(KeyError) on its second run when the
    answer of DescribeClusters holds no C(capacityProviders), as that of moto 5.2.
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

from ansible_collections.meetops.jitsi.plugins.module_utils._aws import ecs as api
from ansible_collections.meetops.jitsi.plugins.module_utils._aws import runner
from ansible_collections.meetops.jitsi.plugins.module_utils._aws.tags import tag_dict
from ansible_collections.meetops.jitsi.plugins.module_utils.changes import Change, compare
from ansible_collections.meetops.jitsi.plugins.module_utils.ecs import cluster as ecs_cluster
from ansible_collections.meetops.jitsi.plugins.module_utils.ecs.cluster import BUILT_IN, OWNER_TAG
from ansible_collections.meetops.jitsi.plugins.module_utils.errors import InvalidInput

PROVIDER = "capacity provider "


class Cluster:
    """One cluster and the capacity providers that are or shall be its own."""

    def __init__(self, module):
        options = module.params
        self.name, self.options, self.tags = options["name"], options, options["tags"]
        self.ecs = runner.client(module, "ecs")
        self.described = api.cluster(self.ecs, self.name)
        self.attached = list((self.described or {}).get("capacityProviders") or ())
        self.providers = {item["name"]: item for item in api.providers(self.ecs)}
        self.owners = {key: tag_dict(item.get("tags")).get(OWNER_TAG) for key, item in self.providers.items()}
        listed = options["asg_providers"] if options["state"] == "present" else []
        self.settings = {item["name"]: ecs_cluster.provider_settings(item) for item in listed}
        for provider in self.settings:
            if self.owners.get(provider) not in (None, self.name):
                raise InvalidInput(f"asg_providers {provider}: is of cluster {self.owners[provider]}; use another name")
        # AWS cannot give a provider another group: these are made anew.
        self.moved = {
            provider
            for provider, settings in self.settings.items()
            if provider in self.providers and self.group(provider) != settings["autoScalingGroupArn"]
        }

        for provider in sorted(self.moved & set(self.attached)):
            users = api.services_on(self.ecs, self.name, provider)
            if users:
                raise InvalidInput(
                    f"asg_providers {provider}: its auto scaling group was made anew, and ECS does not let the provider"
                    f" go while the service {', '.join(users)} uses it; delete that service when it has no work, then"
                    " run again"
                )

    def group(self, provider):
        """ARN of the auto scaling group that an existing provider has."""
        return self.providers[provider]["autoScalingGroupProvider"]["autoScalingGroupArn"]

    def goes(self, provider):
        """Whether a provider is deleted if it is not listed."""
        return self.owners.get(provider) == self.name and (
            self.options["purge_capacity_providers"] or self.options["state"] == "absent"
        )

    def current(self):
        """What is. Where all of it goes, the cluster comes first, so that it goes last."""
        providers = {
            PROVIDER + provider: ecs_cluster.provider_fields(
                item["autoScalingGroupProvider"], tag_dict(item.get("tags"))
            )
            for provider, item in self.providers.items()
            if provider in self.settings or self.goes(provider)
        }
        cluster = {}
        if self.described:
            # A provider that is made anew has to be attached anew.
            seen = {**self.described, "capacityProviders": set(self.attached) - self.moved}
            cluster = {f"cluster {self.name}": ecs_cluster.cluster_fields(seen, tag_dict(self.described.get("tags")))}
        return {**cluster, **providers} if self.options["state"] == "absent" else {**providers, **cluster}

    def wanted(self):
        """What shall be; nothing when the cluster shall be absent."""
        if self.options["state"] == "absent":
            return {}
        provider_tags = {**self.tags, OWNER_TAG: self.name}
        state = {
            PROVIDER + provider: ecs_cluster.provider_fields(settings, provider_tags)
            for provider, settings in self.settings.items()
        }
        kept = {provider for provider in self.attached if provider not in BUILT_IN and not self.goes(provider)}
        state[f"cluster {self.name}"] = {
            "container_insights": self.options["container_insights"],
            "capacity_providers": sorted({*self.options["capacity_providers"], *self.settings, *kept}),
            "default_strategy": ecs_cluster.wanted_strategy(self.options["default_strategy"]),
            "tags": self.tags,
        }
        return state

    def apply(self, change: Change) -> None:
        """Make one change."""
        what = "provider" if change.resource.startswith(PROVIDER) else "cluster"
        getattr(self, f"{change.action}_{what}")(change)

    def create_cluster(self, change):
        self.described = api.create_cluster(
            self.ecs,
            self.name,
            settings=[{"name": "containerInsights", "value": change.after["container_insights"]}],
            capacityProviders=change.after["capacity_providers"],
            defaultCapacityProviderStrategy=change.after["default_strategy"],
            tags=api.listed(change.after["tags"]),
        )
        api.wait_for_attachments(self.ecs, self.name)

    def update_cluster(self, change):
        after = change.after
        if "container_insights" in change.fields:
            api.set_insights(self.ecs, self.name, after["container_insights"])
        if {"capacity_providers", "default_strategy"} & set(change.fields):
            api.attach_providers(self.ecs, self.name, after["capacity_providers"], after["default_strategy"])
        if "tags" in change.fields:
            api.tag(self.ecs, self.described["clusterArn"], change.before["tags"], after["tags"])

    def delete_cluster(self, change):
        api.deregister_instances(self.ecs, self.name)
        api.delete_cluster(self.ecs, self.name)
        api.wait_for_attachments(self.ecs, self.name)

    def create_provider(self, change):
        provider = change.resource.removeprefix(PROVIDER)
        api.create_provider(self.ecs, provider, self.settings[provider], change.after["tags"])

    def update_provider(self, change):
        provider = change.resource.removeprefix(PROVIDER)
        if provider in self.moved:
            self.detach(provider)
            self.delete_provider(change)
            self.create_provider(change)
            return
        if change.fields != ["tags"]:
            api.update_provider(self.ecs, provider, self.settings[provider])
        if "tags" in change.fields:
            arn = self.providers[provider]["capacityProviderArn"]
            api.tag(self.ecs, arn, change.before["tags"], change.after["tags"])

    def delete_provider(self, change):
        provider = change.resource.removeprefix(PROVIDER)
        # Before the deletion of the cluster. Where the cluster stays, it has been detached by now.
        if self.options["state"] == "absent":
            self.detach(provider)
        api.delete_provider(self.ecs, provider)

    def detach(self, provider):
        """Take a provider off the cluster. The change of the cluster, which comes later, attaches it again."""
        if provider in self.attached:
            self.attached.remove(provider)
            strategy = ecs_cluster.strategy(self.described.get("defaultCapacityProviderStrategy"))
            rest = [item for item in strategy if item["capacityProvider"] != provider]
            api.attach_providers(self.ecs, self.name, self.attached, rest)

    def result(self):
        """The cluster for the caller."""
        arn = self.described["clusterArn"] if self.described else api.arn(self.ecs, f"cluster/{self.name}")
        providers = self.wanted()[f"cluster {self.name}"]["capacity_providers"]
        return {"name": self.name, "arn": arn, "capacity_providers": providers}


def reconcile(module):
    ecs_cluster.validate(module.params)
    cluster = Cluster(module)
    changes = compare(cluster.current(), cluster.wanted(), prune=True)
    result = {"cluster": cluster.result} if module.params["state"] == "present" else {}
    runner.finish(module, changes, cluster.apply, **result)


def main():
    scaling = dict(
        status=dict(type="str", choices=["ENABLED", "DISABLED"], default="ENABLED"),
        target_capacity=dict(type="int", default=100, aliases=["targetCapacity"]),
        minimum_scaling_step_size=dict(type="int", default=1, aliases=["minimumScalingStepSize"]),
        maximum_scaling_step_size=dict(type="int", default=10000, aliases=["maximumScalingStepSize"]),
        instance_warmup_period=dict(type="int", default=300, aliases=["instanceWarmupPeriod"]),
    )
    provider = dict(
        name=dict(type="str", required=True),
        auto_scaling_group_arn=dict(type="str", required=True),
        managed_scaling=dict(type="dict", apply_defaults=True, options=scaling),
        managed_termination_protection=dict(type="str", choices=["ENABLED", "DISABLED"], default="DISABLED"),
        managed_draining=dict(type="str", choices=["ENABLED", "DISABLED"], default="ENABLED"),
    )
    strategy = dict(
        capacity_provider=dict(type="str", required=True, aliases=["capacityProvider"]),
        weight=dict(type="int", default=1),
        base=dict(type="int", default=0),
    )
    runner.run(
        dict(
            name=dict(type="str", required=True),
            state=dict(type="str", choices=["present", "absent"], default="present"),
            container_insights=dict(type="str", choices=["disabled", "enabled", "enhanced"], default="disabled"),
            capacity_providers=dict(type="list", elements="str", default=[]),
            asg_providers=dict(type="list", elements="dict", default=[], options=provider),
            purge_capacity_providers=dict(type="bool", default=True),
            default_strategy=dict(type="list", elements="dict", default=[], options=strategy),
            tags=dict(type="dict", default={}),
        ),
        reconcile,
    )


if __name__ == "__main__":
    main()
