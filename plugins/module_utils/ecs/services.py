# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""ECS services: their managed fields, and what AWS cannot change or would refuse.

A service is a dictionary in the shape of CreateService, or as DescribeServices reports it. The desired count is not
managed: it belongs to the life cycle and to autoscaling.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from .._aws.tags import tag_dict
from ..changes import Change
from ..errors import InvalidInput, refuse

Service = Mapping[str, Any]

# How resources are called in a state.
SERVICE = "service "

# What CreateService takes and DescribeServices reports, so that drift can be seen.
MANAGED = {
    "availabilityZoneRebalancing", "capacityProviderStrategy", "deploymentConfiguration", "enableECSManagedTags",
    "enableExecuteCommand", "healthCheckGracePeriodSeconds", "launchType", "loadBalancers", "networkConfiguration",
    "placementConstraints", "placementStrategy", "platformVersion", "propagateTags", "schedulingStrategy",
    "serviceName", "serviceRegistries", "taskDefinition",
}  # fmt: skip
# Values of what is left out: those of AWS, except that a call is never moved for the balance of zones.
DEFAULTS: dict[str, Any] = {
    "availabilityZoneRebalancing": "DISABLED",
    "deploymentConfiguration": {
        "deploymentCircuitBreaker": {"enable": False, "rollback": False},
        "maximumPercent": 200,
        "minimumHealthyPercent": 100,
    },
    "enableECSManagedTags": False,
    "enableExecuteCommand": False,
    "healthCheckGracePeriodSeconds": 0,
    "loadBalancers": [],
    "placementConstraints": [],
    "placementStrategy": [],
    "propagateTags": "NONE",
    "schedulingStrategy": "REPLICA",
    "serviceRegistries": [],
}
# Lists that keep their order: a placement strategy is applied step by step.
ORDERED = {"placementStrategy"}
BUILT_IN_PROVIDERS = {"FARGATE", "FARGATE_SPOT"}
# A service gets new tasks when one of these changes, by the UpdateService reference; with other capacity, because
# ``update_request`` asks for them. What else changes is of the service alone, or holds for later tasks.
REPLACING = {
    "capacityProviderStrategy", "loadBalancers", "networkConfiguration", "platformVersion", "serviceRegistries",
    "taskDefinition",
}  # fmt: skip


def current(alive: Mapping[str, Service]) -> dict[str, dict[str, Any]]:
    """The services that there are, as a state. ``alive`` are those that DescribeServices reports, by name."""
    return {SERVICE + name: {**fields(item), "tags": tag_dict(item.get("tags"))} for name, item in alive.items()}


def wanted(requests: Mapping[str, Service], tags: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """The services as they shall be, as a state. ``requests`` are in the shape of CreateService, by name."""
    return {SERVICE + name: {**fields(item), "tags": dict(tags)} for name, item in requests.items()}


def complete(service: Service) -> dict[str, Any]:
    """The managed fields of a service, with defaults for what is left out."""
    given = {name: value for name, value in service.items() if name in MANAGED and value is not None}
    if not given.get("networkConfiguration"):
        # Of a service in host mode, reported empty or not at all.
        given.pop("networkConfiguration", None)
    merged = _merge(DEFAULTS, given)
    if "networkConfiguration" in merged:
        merged["networkConfiguration"] = _merge(
            {"awsvpcConfiguration": {"assignPublicIp": "DISABLED", "securityGroups": []}},
            merged["networkConfiguration"],
        )
    return merged


def comparable(service: Service) -> dict[str, Any]:
    """The same with one form of capacity: launch type FARGATE is the capacity provider of that name.

    AWS lets a service change from one strategy to another and from a launch type to a strategy, but not from one
    launch type to another.
    """
    completed = complete(service)
    launch_type = completed.pop("launchType", None)
    strategy = completed.pop("capacityProviderStrategy", None) or []
    if launch_type == "FARGATE" and not strategy:
        strategy = [{"capacityProvider": "FARGATE"}]
    if len(strategy) == 1:
        # All tasks go there, whatever its weight.
        strategy = [{"capacityProvider": strategy[0]["capacityProvider"], "base": 0, "weight": 1}]
    if strategy:
        completed["capacityProviderStrategy"] = [{"base": 0, "weight": 0, **item} for item in strategy]
    elif launch_type:
        completed.update(launchType=launch_type, capacityProviderStrategy=[])
    completed["taskDefinition"] = revision(completed.get("taskDefinition", ""))
    return completed


def fields(service: Service) -> dict[str, Any]:
    """Flat fields that compare equal when they mean the same: ``{"deploymentConfiguration.maximumPercent": 200}``."""
    compared = comparable(service)
    del compared["serviceName"]
    return dict(_flatten("", compared))


def revision(task_definition: str) -> str:
    """``family:revision`` of that or of an ARN."""
    return task_definition.rpartition("/")[2]


def create_request(service: Service) -> dict[str, Any]:
    """CreateService without cluster and tags; starts with no task."""
    # AWS's own defaults stay out: some are refused in words, such as a grace period without a load balancer.
    sent = {*service, "availabilityZoneRebalancing"}
    request = {name: value for name, value in complete(service).items() if name in sent and value != []}
    return {**request, "desiredCount": 0}


def update_request(service: Service, changed: list[str]) -> dict[str, Any]:
    """UpdateService without cluster, with just the parameters that hold a changed field."""
    compared = {**comparable(service), "taskDefinition": service["taskDefinition"]}
    names = {field.partition(".")[0] for field in changed} - {"launchType", "tags"}
    request: dict[str, Any] = {name: compared[name] for name in sorted(names)}
    if "capacityProviderStrategy" in request:
        # AWS refuses to move a service to other capacity without it.
        request["forceNewDeployment"] = True
    return request


def replaces_tasks(change: Change) -> bool:
    """Whether a change of a service, or its end, ends the tasks that it has."""
    if change.before is None or change.after is None:
        return change.before is not None
    return any(field.partition(".")[0] in REPLACING for field in change.fields)


def state(service: Service) -> dict[str, Any]:
    """What callers want to know of a service that DescribeServices reports."""
    primary: Service = next((item for item in service.get("deployments", ()) if item.get("status") == "PRIMARY"), {})
    return {
        "arn": service["serviceArn"],
        "desired_count": service["desiredCount"],
        "running_count": service["runningCount"],
        "pending_count": service["pendingCount"],
        "rollout_state": primary.get("rolloutState", ""),
        "task_definition": service.get("taskDefinition", ""),
    }


def planned_state(service: Service, arn: str) -> dict[str, Any]:
    """The same of a service that is only planned."""
    none = {"desiredCount": 0, "runningCount": 0, "pendingCount": 0}
    return state({"serviceArn": arn, "taskDefinition": service["taskDefinition"], **none})


def validate(service: Service) -> None:
    """Raise InvalidInput with one line for each problem. ``service`` fits the request shape."""
    refuse(problems(service), f"services {service['serviceName']}")


def problems(service: Service) -> Iterator[str]:
    """What AWS or this module would refuse, each as "<what is wrong>; <fix>"."""
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,255}", service["serviceName"]):
        yield "serviceName is no name for ECS; use at most 255 letters, digits, hyphens and underscores"
    if "desiredCount" in service:
        yield "desiredCount belongs to the life cycle and to autoscaling; leave it out"
    for name in sorted(set(service) - MANAGED - {"desiredCount"}):
        yield f"{name} cannot be compared with what AWS reports; leave it out"
    given = service.get("taskDefinition", "")
    if not re.fullmatch(r"[^:]+:(\d+|planned)", revision(given)):
        yield f"taskDefinition {given} names no revision; use the arn that task_definitions returns"
    if service.get("schedulingStrategy", "REPLICA") != "REPLICA":
        yield f"schedulingStrategy {service['schedulingStrategy']} has no desired count to put to sleep; use REPLICA"
    yield from _capacity_problems(service)
    yield from _deployment_problems(complete(service))


def check_changes(changes: Iterable[Change]) -> None:
    """Raise InvalidInput on the first change that AWS cannot make."""
    for change in changes:
        if change.before is not None and change.after is not None:
            validate_update(change.resource, change.before, change.after)


def validate_update(what: str, before: Service, after: Service) -> None:
    """Raise InvalidInput, naming the way out, if AWS cannot make an existing service so. Both are flat fields."""
    problem = _immutable_problem(before, after)
    if problem:
        raise InvalidInput(f"{what}: {problem}, or list the service with state absent first")


def _immutable_problem(before: Service, after: Service) -> str | None:
    if before["schedulingStrategy"] != after["schedulingStrategy"]:
        return f"schedulingStrategy {before['schedulingStrategy']} cannot be changed; leave it"
    providers = {item["capacityProvider"] for item in before.get("capacityProviderStrategy", ())}
    wanted = after.get("launchType")
    if wanted and (before.get("launchType", wanted) != wanted or providers & BUILT_IN_PROVIDERS):
        had = before.get("launchType") or ", ".join(sorted(providers))
        return f"launchType {wanted} cannot replace {had}; give capacityProviderStrategy instead"
    network = [any(name.startswith("networkConfiguration") for name in fields) for fields in (before, after)]
    if network == [True, False]:
        return "networkConfiguration cannot be taken away; keep it, with a task definition in awsvpc mode"
    return None


def _capacity_problems(service: Service) -> Iterator[str]:
    strategy = service.get("capacityProviderStrategy")
    if strategy and "launchType" in service:
        yield "launchType and capacityProviderStrategy exclude each other; leave one out"
    if strategy and not any(item.get("weight", 0) for item in strategy):
        yield "capacityProviderStrategy gives every provider weight 0; give one a weight above 0"


def _deployment_problems(service: Service) -> Iterator[str]:
    deployment = service["deploymentConfiguration"]
    low, high = deployment["minimumHealthyPercent"], deployment["maximumPercent"]
    if not 0 <= low <= 100 or high < 100:
        yield f"minimumHealthyPercent {low} and maximumPercent {high} are out of range; use 0 to 100, and 100 or more"
    elif low == high:
        yield f"minimumHealthyPercent and maximumPercent are both {low}, so that no task can be replaced; change one"
    if service["availabilityZoneRebalancing"] == "ENABLED" and high == 100:
        yield "availabilityZoneRebalancing needs a second task for a moment; raise maximumPercent or use DISABLED"


def _merge(defaults: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """``given`` over ``defaults``, dictionaries by key."""
    merged = dict(defaults)
    for name, value in given.items():
        both = isinstance(value, Mapping) and isinstance(defaults.get(name), Mapping)
        merged[name] = _merge(defaults[name], value) if both else value
    return merged


def _flatten(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield from _flatten(f"{path}.{name}" if path else name, item)
    elif isinstance(value, (list, tuple)) and path not in ORDERED:
        yield path, sorted(value, key=lambda item: json.dumps(item, sort_keys=True))
    else:
        yield path, value
