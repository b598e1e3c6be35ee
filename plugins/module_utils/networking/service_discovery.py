# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Names of Cloud Map in a VPC: a private DNS namespace and its services, as states to compare."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..changes import Change
from ..errors import InvalidInput

Described = Mapping[str, Any]
Fields = dict[str, Any]

NAMESPACE = "namespace "
SERVICE = "service "
LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
MAX_TTL = 2**31 - 1
# What UpdateService cannot change, and the option that it comes from.
FIXED = {"Types": "record_types", "RoutingPolicy": "routing_policy", "CustomHealth": "custom_health"}


def check(namespace: str, negative_ttl: int, services: Iterable[Mapping[str, Any]]) -> None:
    """Raise InvalidInput for what Cloud Map would refuse."""
    if len(namespace) > 253 or not re.fullmatch(rf"{LABEL}(?:\.{LABEL})+", namespace):
        raise InvalidInput(
            f"namespace {namespace}: not a domain name of two labels or more; use lower case letters, digits, hyphens"
            " and dots, such as jitsi.internal"
        )
    _check_ttl(f"negative_ttl {negative_ttl}", negative_ttl)
    names: list[str] = []
    for service in services:
        name = service["name"]
        if not re.fullmatch(rf"{LABEL}(?:\.{LABEL})*", name) or len(f"{name}.{namespace}") > 253:
            raise InvalidInput(f"services {name}: not a DNS name; use lower case letters, digits and hyphens")
        if name in names:
            raise InvalidInput(f"services {name}: listed more than once; give every service its own name")
        _check_ttl(f"services {name}: ttl {service['ttl']}", service["ttl"])
        names.append(name)


def _check_ttl(what: str, ttl: int) -> None:
    if not 0 <= ttl <= MAX_TTL:
        raise InvalidInput(f"{what}: not a time to live; use 0 to {MAX_TTL} seconds")


def is_planned(vpc_id: str) -> bool:
    """Whether this is a placeholder for a VPC that check mode did not create."""
    return re.fullmatch(r"vpc-[0-9a-f]+", vpc_id) is None


def request_id(namespace: str, vpc_id: str) -> str:
    """A token of its own for each namespace and VPC: a creation that is sent again after a crash is the same one."""
    return hashlib.sha256(f"{namespace} {vpc_id}".encode()).hexdigest()


def choose(namespaces: Iterable[Described], zone_ids: Iterable[str]) -> Described | None:
    """The namespace whose hosted zone is one of the VPC's. Others of the same name belong to other VPCs."""
    zones = set(zone_ids)
    for namespace in namespaces:
        if namespace["Properties"]["DnsProperties"]["HostedZoneId"] in zones:
            return namespace
    return None


def wanted(
    namespace: str, vpc_id: str, negative_ttl: int, services: Iterable[Mapping[str, Any]], tags: Mapping[str, str]
) -> dict[str, Fields]:
    """What must be there."""
    state: dict[str, Fields] = {
        NAMESPACE + namespace: {"Vpc": vpc_id, "NegativeTTL": negative_ttl, "Tags": {**tags, "Name": namespace}}
    }
    for service in services:
        name = service["name"]
        state[SERVICE + name] = {
            "TTL": service["ttl"],
            "Types": sorted(set(service["record_types"])),
            "RoutingPolicy": service["routing_policy"],
            "CustomHealth": service["custom_health"],
            "Tags": {**tags, "Name": f"{name}.{namespace}"},
        }
    return state


def namespace_fields(described: Described, vpc_id: str, tags: Mapping[str, str]) -> Fields:
    """The state of a namespace that was found for the VPC."""
    soa = described["Properties"]["DnsProperties"].get("SOA") or {}
    return {"Vpc": vpc_id, "NegativeTTL": soa.get("TTL"), "Tags": dict(tags)}


def service_fields(described: Described, tags: Mapping[str, str]) -> Fields:
    """The state of a service. Its records all have one TTL; if they do not, no TTL is right."""
    config = described.get("DnsConfig") or {}
    records = config.get("DnsRecords", [])
    ttls = {record["TTL"] for record in records}
    return {
        "TTL": ttls.pop() if len(ttls) == 1 else None,
        "Types": sorted(record["Type"] for record in records),
        "RoutingPolicy": config.get("RoutingPolicy", "MULTIVALUE"),
        "CustomHealth": described.get("HealthCheckCustomConfig") is not None,
        "Tags": dict(tags),
    }


def records(fields: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The DnsRecords of a service's state."""
    return [{"Type": kind, "TTL": fields["TTL"]} for kind in fields["Types"]]


def check_changes(changes: Iterable[Change]) -> None:
    """Raise InvalidInput when a service differs in what Cloud Map cannot change."""
    for change in changes:
        if change.before is None or change.after is None:
            continue
        for field in set(change.fields) & set(FIXED):
            raise InvalidInput(
                f"{FIXED[field]} {change.after[field]}: the {change.resource} has {change.before[field]}, which"
                " Cloud Map cannot change; remove it from its ECS service, delete it, and run again"
            )


def check_deletion(services: Sequence[Described]) -> None:
    """Raise InvalidInput when a service still has instances."""
    for service in services:
        count = service.get("InstanceCount", 0)
        if count:
            raise InvalidInput(
                f"state absent: the service {service['Name']} still has {count} registered instance(s); scale its ECS"
                " service to 0 or delete it, and run again"
            )
