#!/usr/bin/python
# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: platform_info
version_added: 0.1.0
short_description: Find the resources of one environment by its name
description:
  - Reads what roles need to know of each other, by names that all derive from one.
  - What is not there yet comes as a placeholder such as V(vpc-planned), so that check mode can plan on an empty
    account.
author: [meetops.jitsi contributors (@meetops)]
options:
  name:
    description: Name that all other names derive from. Another environment's name may begin with it.
    type: str
    required: true
  include:
    description: What to read. Each part costs one to three API calls.
    type: list
    elements: str
    choices: [network, secret, discovery, storage, services, targets]
    default: [network, secret, discovery, storage, services, targets]
extends_documentation_fragment:
  - meetops.jitsi.common.info
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
notes:
  - The stock C(*_info) modules need one process for each kind of resource; this one needs one for all of them.
"""

EXAMPLES = r"""
- name: Read what services stand on
  meetops.jitsi.platform_info:
    name: jitsi-video-platform
    include: [network, secret, discovery]
  register: info

- name: Show whether the platform is asleep
  meetops.jitsi.platform_info:
    name: jitsi-video-platform
    include: [services]
  register: info
"""

RETURN = r"""
platform:
  description: What was found. Keys of parts that O(include) leaves out are not there.
  returned: always
  type: dict
  contains:
    name:
      description: The name given.
      type: str
    account_id:
      description: Account of the credentials.
      type: str
    partition:
      description: Partition of the region, such as C(aws).
      type: str
    region:
      description: The region.
      type: str
    cluster_arn:
      description: ARN that the cluster has or will have.
      type: str
    vpc_id:
      description: The VPC whose Name tag is the name. Part V(network).
      type: str
    subnet_ids:
      description: Subnets of the VPC, ordered by zone. Part V(network).
      type: list
      elements: str
    security_group_ids:
      description: Security groups by kind, C(signalling), C(bridge) and C(recorder). Part V(network).
      type: dict
    secret_arn:
      description: ARN of the secret document. Part V(secret).
      type: str
    namespace_id:
      description: The private DNS namespace. Part V(discovery).
      type: str
    discovery_service_arn:
      description: ARN of the Cloud Map service that names the signalling task. Part V(discovery).
      type: str
    file_system_id:
      description: The file system of the certificates. Part V(storage), since release 0.2.0.
      type: str
    access_point_id:
      description: Its access point. Part V(storage), since release 0.2.0.
      type: str
    services:
      description:
        - The ECS services by kind, each with C(name), C(desired), C(running), C(pending), C(rollout_state) and
          C(task_definition). Part V(services).
      type: dict
    state:
      description:
        - V(absent) without services, V(asleep) when none has a task or should have one, else V(awake).
        - Part V(services).
      type: str
    scalable_targets:
      description: Scalable targets that are there by kind, each with C(min) and C(max). Part V(targets).
      type: dict
    missing:
      description: What was looked for and is not there; its ids and ARNs are placeholders.
      type: list
      elements: str
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ansible_collections.meetops.jitsi.plugins.module_utils import names
from ansible_collections.meetops.jitsi.plugins.module_utils._aws import (
    ecs,
    efs,
    runner,
    secretsmanager,
    servicediscovery,
    sts,
)
from ansible_collections.meetops.jitsi.plugins.module_utils.errors import InvalidInput
from ansible_collections.meetops.jitsi.plugins.module_utils.platform import find, state
from ansible_collections.meetops.jitsi.plugins.module_utils.variables.kinds import PLATFORM


@dataclass(frozen=True)
class Place:
    """A platform by its name, and whose account and which region to look in."""

    module: Any
    name: str
    account: str
    partition: str
    region: str

    def client(self, service: str) -> Any:
        """The client of a service."""
        return runner.client(self.module, service)

    def arn(self, service: str, resource: str) -> str:
        """The ARN that a resource of the platform has, or would have."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{resource}"


# What a part returns, and names of what it did not find.
Part = tuple[dict[str, Any], list[str]]


def locate(module: Any) -> Place:
    """Read whose account it is."""
    caller = runner.client(module, "sts")
    return Place(module, module.params["name"], sts.account_id(caller), caller.meta.partition, caller.meta.region_name)


def identity(place: Place) -> dict[str, Any]:
    """What is known of a platform without looking for it."""
    return {
        "name": place.name,
        "account_id": place.account,
        "partition": place.partition,
        "region": place.region,
        "cluster_arn": place.arn("ecs", f"cluster/{names.cluster(place.name)}"),
    }


def vpc(place: Place) -> str:
    """Id of the VPC, empty if there is none. Raises InvalidInput if there are several."""
    found = find.vpcs(place.client("ec2"), place.name)
    if len(found) > 1:
        raise InvalidInput(f"name {place.name}: {len(found)} VPCs have this Name tag; rename or remove the others")
    return str(found[0]["VpcId"]) if found else ""


def network(place: Place) -> Part:
    """The VPC, its subnets, and the security groups by kind."""
    wanted, vpc_id, ec2 = names.security_groups(place.name), vpc(place), place.client("ec2")
    subnets = find.subnets(ec2, vpc_id, place.name) if vpc_id else []
    groups = find.security_groups(ec2, vpc_id, list(wanted.values())) if vpc_id else {}
    missing = [*([] if vpc_id else [f"vpc {place.name}"]), *([] if subnets else ["subnets"])]
    return {
        "vpc_id": vpc_id or "vpc-planned",
        "subnet_ids": subnets or ["subnet-planned-a", "subnet-planned-b"],
        "security_group_ids": {kind: groups.get(name, f"sg-planned-{kind}") for kind, name in wanted.items()},
    }, [*missing, *(f"security group {name}" for name in wanted.values() if name not in groups)]


def secret(place: Place) -> Part:
    """The secret, unless its deletion is scheduled."""
    name = names.secret(place.name)
    found = secretsmanager.describe(place.client("secretsmanager"), name) or {}
    if not found or "DeletedDate" in found:
        return {"secret_arn": place.arn("secretsmanager", f"secret:{name}-planned")}, [f"secret {name}"]
    return {"secret_arn": found["ARN"]}, []


def namespace(place: Place) -> str:
    """Id of the namespace, empty if there is none. Of several in as many VPCs, the one that the platform's resolves."""
    found = servicediscovery.list_namespaces(place.client("servicediscovery"), names.namespace(place.name))
    if len(found) > 1:
        zones = servicediscovery.zones_of_vpc(place.client("route53"), vpc(place) or "vpc-planned", place.region)
        found = [item for item in found if item["Properties"]["DnsProperties"]["HostedZoneId"] in zones]
    return str(found[0]["Id"]) if found else ""


def discovery(place: Place) -> Part:
    """The namespace, and the service that leads to the signalling task."""
    namespace_id = namespace(place)
    listed = servicediscovery.list_services(place.client("servicediscovery"), namespace_id) if namespace_id else []
    service = {item["Name"]: item["Arn"] for item in listed}.get(names.DISCOVERY_SERVICE)
    missing = [] if namespace_id else [f"namespace {names.namespace(place.name)}"]
    return {
        "namespace_id": namespace_id or "ns-planned",
        "discovery_service_arn": service or place.arn("servicediscovery", "service/srv-planned"),
    }, [*missing, *([] if service else [f"discovery service {names.discovery_host(place.name)}"])]


def storage(place: Place) -> Part:
    """The file system of the certificates, and its access point."""
    client = place.client("efs")
    found = efs.find(client, place.name) or {}
    points = efs.list_access_points(client, found["FileSystemId"]) if found else []
    point = next((item["AccessPointId"] for item in points if efs.tags(item).get("Name") == place.name), "")
    there = {f"file system {place.name}": found, f"access point {place.name}": point}
    return {
        "file_system_id": found.get("FileSystemId", "fs-planned"),
        "access_point_id": point or "fsap-planned",
    }, [name for name, item in there.items() if not item]


def services(place: Place) -> Part:
    """The services by kind, and whether the platform is awake."""
    wanted = names.services(place.name)
    active = {
        item["serviceName"]: item
        for item in ecs.services(place.client("ecs"), names.cluster(place.name), list(wanted.values()))
        if item["status"] == "ACTIVE"
    }
    told = {kind: state.service(name, active.get(name, {})) for kind, name in wanted.items()}
    there = {kind: told[kind] for kind, name in wanted.items() if name in active}
    missing = [f"service {name}" for name in wanted.values() if name not in active]
    return {"services": told, "state": state.state(there)}, missing


def targets(place: Place) -> Part:
    """The limits of what scales, by kind."""
    ids = names.resource_ids(place.name)
    found = find.scalable_targets(place.client("application-autoscaling"), list(ids.values()))
    limits = {
        kind: {"min": found[resource]["MinCapacity"], "max": found[resource]["MaxCapacity"]}
        for kind, resource in ids.items()
        if resource in found
    }
    missing = [f"scalable target {resource}" for resource in ids.values() if resource not in found]
    return {"scalable_targets": limits}, missing


PARTS: dict[str, Callable[[Place], Part]] = {
    "network": network,
    "secret": secret,
    "discovery": discovery,
    "storage": storage,
    "services": services,
    "targets": targets,
}


def reconcile(module: Any) -> None:
    """Read the parts that are asked for, and tell."""
    place = locate(module)
    parts = [read(place) for part, read in PARTS.items() if part in module.params["include"]]
    found = identity(place)
    for part, _missing in parts:
        found |= part
    module.exit_json(
        changed=False, platform={**found, "missing": [name for _part, missing in parts for name in missing]}
    )


def main() -> None:
    """Run the module."""
    runner.run(
        {
            "name": {"type": "str", "required": True},
            "include": {"type": "list", "elements": "str", "choices": list(PARTS), "default": list(PARTS)},
        },
        reconcile,
        rules=PLATFORM,
    )


if __name__ == "__main__":
    main()
