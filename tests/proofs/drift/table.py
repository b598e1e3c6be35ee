# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""All drifts, in batches that can be made at the same time, and what no drift can be made of."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fnmatch import fnmatchcase

from support.plans import Said

from . import entrance, network, services, stores, watching
from .case import Drift, drifts

DRIFTS: list[Drift] = [
    drift for part in (network, stores, services, watching, entrance) for drift in drifts(part.DRIFTS)
]

_FOUND = "the resource is found by it: with another it is another resource"
_NEVER = "AWS cannot change it"
# (module, kind of resource, field) that a plan tells only of what is created, each with the reason.
FIXED: dict[tuple[str, str, str], str] = {
    ("alert_topic", "subscription", "email"): _FOUND,
    ("certificate", "certificate", "names"): _FOUND,
    ("certificate", "certificate", "status"): "AWS sets it",
    ("distribution", "distribution", "comment"): _FOUND,
    ("distribution", "origin access control", "name"): _FOUND,
    ("distribution", "origin access control", "signing_protocol"): "AWS knows one",
    ("distribution", "response headers policy", "name"): _FOUND,
    ("distribution", "cache policy", "name"): _FOUND,
    ("dns_records", "hosted zone", "private"): _NEVER,
    ("ecs_cluster", "capacity provider", "auto_scaling_group_arn"): _NEVER,
    ("file_system", "file system", "encrypted"): _NEVER,
    ("scaling", "policy", "name"): _FOUND,
    ("scaling", "policy", "service"): _FOUND,
    ("scaling", "step policy", "name"): _FOUND,
    ("scaling", "step policy", "service"): _FOUND,
    ("scaling", "target", "service"): _FOUND,
    ("scaling", "target", "min_capacity"): "belongs to the life cycle: alone.py",
    ("service_discovery", "namespace", "vpc"): _NEVER,
    ("service_discovery", "service", "custom_health"): _NEVER,
    ("service_discovery", "service", "routing_policy"): _NEVER,
    ("service_discovery", "service", "types"): _NEVER,
    ("services", "service", "scheduling_strategy"): _NEVER,
    ("vpc", "subnet", "zone"): _NEVER,
    ("vpc", "vpc", "ipv6"): "goes only after the blocks of all subnets",
}

# How resources are called in changes, without their names; of two that fit, the first.
KINDS = (
    *("access point", "alarm", "auto scaling group", "bucket", "budget .+ notification", "budget", "cache policy"),
    *("capacity provider", "certificate", "cluster", "dashboard", "distribution", "file system", "function"),
    *("hosted zone", "internet gateway", "launch template", "log group", "metric filter", "mount target", "namespace"),
    *("origin access control", "policy", "response headers policy", "role", "route table", "rules", "rule", "schedule"),
    *("secret", "security group", "service", "step policy", "stray", "subnet", "table", "target", "task definition"),
    *("topic .+ subscription", "topic", "vpc endpoint", "vpc"),
)
RECORDS = ("A", "AAAA", "CAA", "CNAME")
# Fields that have a name in them.
NAMED = re.compile(r"(policies|targets|permissions)\..+|(widget) .+|(origin group) .+|(origin) .+|(behavior) .+")


def batches(drifts: Iterable[Drift]) -> list[list[Drift]]:
    """Spread the drifts so that none disturbs another of its batch."""
    found: list[list[Drift]] = []
    for drift in drifts:
        for batch in found:
            if not any(drift.disturbs(other) for other in batch):
                batch.append(drift)
                break
        else:
            found.append([drift])
    return found


def kind(resource: str) -> str:
    """``alarm`` of ``alarm jitsi/bridge-cpu``, ``record`` of ``A turn.example.com``."""
    if resource.partition(" ")[0] in RECORDS:
        return "record"
    found = next((name for name in KINDS if re.match(rf"{name}( |$)", resource)), None)
    assert found, f"{resource}: is of no known kind"
    return found.rpartition(".+ ")[2]


def general(field: str) -> str:
    """``policies.*`` of ``policies.start-task``."""
    matched = NAMED.fullmatch(field)
    return next(word for word in matched.groups() if word) + ".*" if matched else field


def managed(said: Iterable[Said]) -> set[tuple[str, str, str]]:
    """(module, kind of resource, field) of all that a first run makes. The fields of task definitions are those of AWS,
    and have a drift that changes every one of them."""
    return {
        (module, kind(resource), general(field))
        for module, resource, _action, field in said
        if module != "task_definitions"
    }


def covered(key: tuple[str, str, str]) -> bool:
    """Whether a drift is about this field, and not just about the whole resource."""
    module, what, field = key
    return any(
        drift.module == module
        and kind(drift.resource) == what
        and any(pattern != "*" and fnmatchcase(field, general(pattern.replace("?", " "))) for pattern in drift.fields)
        for drift in DRIFTS
    )


def without_drift(said: Iterable[Said]) -> set[tuple[str, str, str]]:
    """The managed fields that no drift is about, and that are not fixed."""
    return {key for key in managed(said) if not covered(key) and key not in FIXED}


def fixed_for_nothing(said: Iterable[Said]) -> set[tuple[str, str, str]]:
    """Those of FIXED that are not managed any more, or have a drift."""
    fields = managed(said)
    return {key for key in FIXED if key not in fields or covered(key)}
