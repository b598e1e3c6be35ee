# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The way from the subnets of a VPC to the internet and to gateway endpoints, as states to compare.

Ids that are not known before a creation have a name in the states: ``internet gateway``, ``route table``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from .._aws.tags import tag_dict

Described = Mapping[str, Any]
Fields = dict[str, Any]

GATEWAY = "internet gateway"
TABLE = "route table"
ENDPOINT = "vpc endpoint "
STRAY = "stray "

# The layers of many images lie in buckets of others, whose names change: a list of allowed buckets would break the
# pulls. What a task may do in S3 is up to its role.
FULL_ACCESS = {
    "Version": "2008-10-17",
    "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}],
}


def wanted(
    name: str, vpc_id: str, subnet_ids: Iterable[str], ipv6: bool, endpoints: Iterable[str], tags: Mapping[str, str]
) -> dict[str, Fields]:
    """What must be there, in the order of creation."""
    marks = {**tags, "Name": name}
    destinations = ["0.0.0.0/0", "::/0"] if ipv6 else ["0.0.0.0/0"]
    state: dict[str, Fields] = {
        GATEWAY: {"Vpc": vpc_id, "Tags": marks},
        TABLE: {"Routes": dict.fromkeys(destinations, GATEWAY), "Subnets": sorted(set(subnet_ids)), "Tags": marks},
    }
    for service in endpoints:
        state[ENDPOINT + service] = {"Policy": FULL_ACCESS, "RouteTables": [TABLE], "Tags": marks}
    return state


def managed(current: Mapping[str, Fields], wanted_state: Mapping[str, Fields]) -> dict[str, Fields]:
    """What there is of what is wanted, and strays. Endpoints of other services are left alone."""
    return {
        resource: fields
        for resource, fields in current.items()
        if resource in wanted_state or resource.startswith(STRAY)
    }


def identify(
    name: str, vpc_id: str, gateways: Iterable[Described], tables: Iterable[Described], endpoints: Iterable[Described]
) -> dict[str, Described]:
    """Find what is ours: ``{resource: description}``, in the order of creation.

    A gateway is ours when it is attached to the VPC, or attached to nothing and of our name: what remains when a run
    dies between creating and attaching it. A table of the VPC is ours by its name, an endpoint by its service. Of
    several, the one in use is ours, and the others of our name are strays, which a repeated creation left.
    """
    ours = [item for item in gateways if _vpc(item) == vpc_id or (not _vpc(item) and _is_named(item, name))]
    named = [item for item in tables if _is_named(item, name) and not any(a.get("Main") for a in item["Associations"])]
    by_service: dict[str, list[Described]] = {}
    for endpoint in endpoints:
        by_service.setdefault(endpoint["ServiceName"].rpartition(".")[2], []).append(endpoint)
    found = {**_choose(GATEWAY, ours, "Attachments", name), **_choose(TABLE, named, "Associations", name)}
    for service, candidates in by_service.items():
        found |= _choose(ENDPOINT + service, candidates, "RouteTableIds", name)
    return found


def _choose(resource: str, candidates: Iterable[Described], users: str, name: str) -> dict[str, Described]:
    """Of several candidates the one in use, and as strays the others of our name that are not. ``users`` is the key of
    what uses one."""
    ordered = sorted(candidates, key=lambda item: bool(item[users]), reverse=True)
    if not ordered:
        return {}
    strays = [item for item in ordered[1:] if _is_named(item, name) and not item[users]]
    return {resource: ordered[0], **{f"{STRAY}{resource} {resource_id(item)}": item for item in strays}}


def state(found: Mapping[str, Described], tags: Mapping[str, Mapping[str, str]]) -> dict[str, Fields]:
    """The fields of what :func:`identify` found. ``tags`` are those of each resource."""
    known = {resource_id(found[resource]): resource for resource in (GATEWAY, TABLE) if resource in found}
    states: dict[str, Fields] = {}
    for resource, described in found.items():
        fields: Fields = {"Tags": dict(tags[resource])}
        if resource == GATEWAY:
            fields["Vpc"] = _vpc(described)
        elif resource == TABLE:
            fields["Routes"] = {
                destination: known.get(route["target"], route["target"])
                for destination, route in _routes(described).items()
            }
            fields["Subnets"] = sorted(a["SubnetId"] for a in described["Associations"] if "SubnetId" in a)
        elif resource.startswith(ENDPOINT):
            fields["Policy"] = json.loads(described.get("PolicyDocument") or "{}")
            fields["RouteTables"] = sorted(known.get(table, table) for table in described["RouteTableIds"])
        states[resource] = fields
    return states


def resource_id(described: Described) -> str:
    """The id of a described gateway, table or endpoint."""
    keys = ("InternetGatewayId", "RouteTableId", "VpcEndpointId")
    return str(next(described[key] for key in keys if key in described))


def route_keys(table: Described) -> dict[str, dict[str, str]]:
    """How to name each route of :func:`state` to the API: ``{"::/0": {"DestinationIpv6CidrBlock": "::/0"}}``."""
    return {destination: {route["key"]: destination} for destination, route in _routes(table).items()}


def associations(tables: Iterable[Described]) -> dict[str, str]:
    """Ids of the associations of subnets with whatever table: ``{subnet id: association id}``."""
    return {
        association["SubnetId"]: association["RouteTableAssociationId"]
        for table in tables
        for association in table["Associations"]
        if "SubnetId" in association
    }


def _routes(table: Described) -> dict[str, dict[str, str]]:
    """The routes that somebody made: ``{destination: {"key", "target"}}``. Local ones and those of endpoints make
    themselves."""
    routes = {}
    for route in table["Routes"]:
        key = next(name for name in route if name.startswith("Destination"))
        target = next((route[name] for name in route if name.endswith("Id") and name != key), "")
        if route.get("Origin") == "CreateRoute" and not target.startswith("vpce-"):
            routes[route[key]] = {"key": key, "target": target}
    return routes


def _is_named(described: Described, name: str) -> bool:
    return tag_dict(described.get("Tags")).get("Name") == name


def _vpc(gateway: Described) -> str:
    return str(gateway["Attachments"][0]["VpcId"]) if gateway["Attachments"] else ""
