# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""An ECS cluster and its capacity providers over auto scaling groups: managed fields and whose a provider is."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .._aws.tags import tag_dict
from ..errors import InvalidInput, refuse

Described = Mapping[str, Any]
Fields = dict[str, Any]

# How resources are called in a state.
CLUSTER, PROVIDER = "cluster ", "capacity provider "

BUILT_IN = {"FARGATE", "FARGATE_SPOT"}
RESERVED = ("aws", "ecs", "fargate")
# On every provider made for a cluster. Names cannot tell: "prod-recorder" could be of "prod" or of "prod-recorder".
OWNER_TAG = "meetops.jitsi/cluster"
SCALING = {
    "status": "status",
    "target_capacity": "targetCapacity",
    "minimum_scaling_step_size": "minimumScalingStepSize",
    "maximum_scaling_step_size": "maximumScalingStepSize",
    "instance_warmup_period": "instanceWarmupPeriod",
}


@dataclass(frozen=True)
class Found:
    """What there is before a run."""

    name: str  # of the cluster
    cluster: Described  # as DescribeClusters reports it, empty when there is none
    providers: Mapping[str, Described]  # all of the account over auto scaling groups, by name

    @property
    def attached(self) -> list[str]:
        """Names of the providers that the cluster has."""
        return list(self.cluster.get("capacityProviders") or ())

    def owner(self, provider: str) -> str | None:
        """Name of the cluster that an existing provider was made for, or None."""
        return tag_dict(self.providers[provider].get("tags")).get(OWNER_TAG)


def settings(options: Mapping[str, Any]) -> dict[str, Fields]:
    """The autoScalingGroupProvider of each listed provider, by name. An absent cluster has none."""
    listed = options["asg_providers"] if options["state"] == "present" else []
    return {item["name"]: provider_settings(item) for item in listed}


def check_owners(found: Found, listed: Collection[str]) -> None:
    """Raise InvalidInput on a listed provider that was made for another cluster."""
    for provider in listed:
        owner = found.owner(provider) if provider in found.providers else None
        if owner not in (None, found.name):
            raise InvalidInput(f"asg_providers {provider}: is of cluster {owner}; use another name")


def moved(found: Found, listed: Mapping[str, Described]) -> set[str]:
    """Listed providers whose auto scaling group is another one now. AWS cannot change it, so they are made anew."""
    return {
        name
        for name, wanted_settings in listed.items()
        if name in found.providers
        and found.providers[name]["autoScalingGroupProvider"]["autoScalingGroupArn"]
        != wanted_settings["autoScalingGroupArn"]
    }


def leaving(found: Found, options: Mapping[str, Any]) -> set[str]:
    """Providers that are deleted unless they are listed: those made for this cluster, and no others."""
    if options["state"] == "present" and not options["purge_capacity_providers"]:
        return set()
    return {name for name in found.providers if found.owner(name) == found.name}


def current(found: Found, options: Mapping[str, Any]) -> dict[str, Fields]:
    """What there is, as a state. Where all of it goes, the cluster comes first, so that it goes last."""
    listed = settings(options)
    providers = {
        PROVIDER + name: provider_fields(item["autoScalingGroupProvider"], tag_dict(item.get("tags")))
        for name, item in found.providers.items()
        if name in {*listed, *leaving(found, options)}
    }
    cluster = {}
    if found.cluster:
        # A provider that is made anew has to be attached anew.
        seen = {**found.cluster, "capacityProviders": set(found.attached) - moved(found, listed)}
        cluster = {CLUSTER + found.name: cluster_fields(seen, tag_dict(found.cluster.get("tags")))}
    return {**cluster, **providers} if options["state"] == "absent" else {**providers, **cluster}


def wanted(found: Found, options: Mapping[str, Any]) -> dict[str, Fields]:
    """What shall be, as a state; nothing when the cluster shall be absent. What others attached stays attached."""
    if options["state"] == "absent":
        return {}
    listed = settings(options)
    tags = {**options["tags"], OWNER_TAG: found.name}
    others = set(found.attached) - BUILT_IN - leaving(found, options)
    return {
        **{PROVIDER + name: provider_fields(item, tags) for name, item in listed.items()},
        CLUSTER + found.name: {
            "container_insights": options["container_insights"],
            "capacity_providers": sorted({*options["capacity_providers"], *listed, *others}),
            "default_strategy": wanted_strategy(options["default_strategy"]),
            "tags": dict(options["tags"]),
        },
    }


def validate(options: Mapping[str, Any]) -> None:
    """Raise InvalidInput with one line for each problem of the module's options."""
    refuse(problems(options))


def problems(options: Mapping[str, Any]) -> Iterator[str]:
    """What AWS would refuse, each as "<option> <value>: <what is wrong>; <fix>"."""
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,255}", options["name"]):
        yield f"name {options['name']}: is no name of a cluster; use 1 to 255 letters, digits, - and _"
    names = [provider["name"] for provider in options["asg_providers"]]
    for name in sorted(set(options["capacity_providers"]) - BUILT_IN):
        yield f"capacity_providers {name}: is not built in; list it under asg_providers"
    for name in sorted(set(names)):
        if name.lower().startswith(RESERVED):
            yield f"asg_providers {name}: begins with aws, ecs or fargate, which AWS refuses; use another name"
        if names.count(name) > 1:
            yield f"asg_providers {name}: is listed twice; remove one"
    for provider in options["asg_providers"]:
        for problem in _provider_problems(provider):
            yield f"asg_providers {provider['name']}: {problem}"
    for item in options["default_strategy"]:
        if item["capacity_provider"] not in {*options["capacity_providers"], *names}:
            yield f"default_strategy {item['capacity_provider']}: is no provider of the cluster; list it there too"


def _provider_problems(provider: Mapping[str, Any]) -> Iterator[str]:
    scaling = provider["managed_scaling"]
    if not 1 <= scaling["target_capacity"] <= 100:
        yield f"target_capacity {scaling['target_capacity']} is out of range; use 1 to 100"
    if provider["managed_termination_protection"] == "ENABLED" and scaling["status"] != "ENABLED":
        yield "managed_termination_protection needs managed scaling; set managed_scaling.status to ENABLED"


def provider_settings(provider: Mapping[str, Any]) -> dict[str, Any]:
    """The autoScalingGroupProvider of CreateCapacityProvider, from one item of ``asg_providers``."""
    return {
        "autoScalingGroupArn": provider["auto_scaling_group_arn"],
        "managedScaling": {aws: provider["managed_scaling"][ours] for ours, aws in SCALING.items()},
        "managedTerminationProtection": provider["managed_termination_protection"],
        "managedDraining": provider["managed_draining"],
    }


def provider_fields(settings: Mapping[str, Any], tags: Mapping[str, str]) -> dict[str, Any]:
    """Managed fields of a provider, from its autoScalingGroupProvider."""
    scaling = settings.get("managedScaling") or {}
    return {
        "autoScalingGroupArn": settings["autoScalingGroupArn"],
        **{f"managedScaling.{name}": scaling.get(name) for name in SCALING.values()},
        "managedTerminationProtection": settings.get("managedTerminationProtection", "DISABLED"),
        "managedDraining": settings.get("managedDraining", "ENABLED"),
        "tags": dict(tags),
    }


def strategy(items: Iterable[Mapping[str, Any]] | None) -> list[dict[str, Any]]:
    """A capacity provider strategy with defaults, sorted by provider: its order means nothing."""
    complete = [{"base": 0, "weight": 0, **item} for item in items or ()]
    return sorted(complete, key=lambda item: str(item["capacityProvider"]))


def wanted_strategy(items: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The same from the option ``default_strategy``."""
    return strategy(
        {"capacityProvider": item["capacity_provider"], "weight": item["weight"], "base": item["base"]}
        for item in items
    )


def cluster_fields(cluster: Mapping[str, Any], tags: Mapping[str, str]) -> dict[str, Any]:
    """Managed fields of a cluster that DescribeClusters reports."""
    settings = {item["name"]: item["value"] for item in cluster.get("settings") or ()}
    return {
        "container_insights": settings.get("containerInsights", "disabled"),
        "capacity_providers": sorted(cluster.get("capacityProviders") or ()),
        "default_strategy": strategy(cluster.get("defaultCapacityProviderStrategy")),
        "tags": dict(tags),
    }
