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

from ansible_collections.meetops.jitsi.plugins.module_utils import names as platform
from ansible_collections.meetops.jitsi.plugins.module_utils._aws import (
    ecs,
    efs,
    runner,
    secretsmanager,
    servicediscovery,
    sts,
)
from ansible_collections.meetops.jitsi.plugins.module_utils.errors import InvalidInput
from ansible_collections.meetops.jitsi.plugins.module_utils.platform import find as api
from ansible_collections.meetops.jitsi.plugins.module_utils.platform import state
from ansible_collections.meetops.jitsi.plugins.module_utils.variables.kinds import PLATFORM

PARTS = ["network", "secret", "discovery", "storage", "services", "targets"]


class Platform:
    """Reads the parts of one environment; ``missing`` gathers what is not there."""

    def __init__(self, module):
        self.module = module
        self.name = module.params["name"]
        self.missing = []
        caller = self.client("sts")
        self.account, self.partition, self.region = (
            sts.account_id(caller),
            caller.meta.partition,
            caller.meta.region_name,
        )

    def client(self, service):
        return runner.client(self.module, service)

    def arn(self, service, resource):
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{resource}"

    def identity(self):
        return {
            "name": self.name,
            "account_id": self.account,
            "partition": self.partition,
            "region": self.region,
            "cluster_arn": self.arn("ecs", f"cluster/{platform.cluster(self.name)}"),
        }

    def vpc(self):
        """Id of the VPC, or None."""
        found = api.vpcs(self.client("ec2"), self.name)
        if len(found) > 1:
            raise InvalidInput(f"name {self.name}: {len(found)} VPCs have this Name tag; rename or remove the others")
        return found[0]["VpcId"] if found else None

    def network(self):
        names, vpc_id = platform.security_groups(self.name), self.vpc()
        subnets, groups = [], {}
        if vpc_id:
            subnets = api.subnets(self.client("ec2"), vpc_id, self.name)
            groups = api.security_groups(self.client("ec2"), vpc_id, list(names.values()))
        self.missing += [] if vpc_id else [f"vpc {self.name}"]
        self.missing += [] if subnets else ["subnets"]
        self.missing += [f"security group {name}" for name in names.values() if name not in groups]
        return {
            "vpc_id": vpc_id or "vpc-planned",
            "subnet_ids": subnets or ["subnet-planned-a", "subnet-planned-b"],
            "security_group_ids": {kind: groups.get(name, f"sg-planned-{kind}") for kind, name in names.items()},
        }

    def secret(self):
        name = platform.secret(self.name)
        found = secretsmanager.describe(self.client("secretsmanager"), name) or {}
        if not found or "DeletedDate" in found:
            self.missing.append(f"secret {name}")
            return {"secret_arn": self.arn("secretsmanager", f"secret:{name}-planned")}
        return {"secret_arn": found["ARN"]}

    def namespace(self):
        """Id of the namespace, or None. Of several in as many VPCs, the one that the platform's VPC resolves."""
        found = servicediscovery.list_namespaces(self.client("servicediscovery"), platform.namespace(self.name))
        if len(found) > 1:
            zones = servicediscovery.zones_of_vpc(self.client("route53"), self.vpc() or "vpc-planned", self.region)
            found = [item for item in found if item["Properties"]["DnsProperties"]["HostedZoneId"] in zones]
        return found[0]["Id"] if found else None

    def discovery(self):
        name, namespace_id = platform.namespace(self.name), self.namespace()
        services = {}
        if namespace_id:
            listed = servicediscovery.list_services(self.client("servicediscovery"), namespace_id)
            services = {item["Name"]: item["Arn"] for item in listed}
        service = services.get(platform.DISCOVERY_SERVICE)
        self.missing += [] if namespace_id else [f"namespace {name}"]
        self.missing += [] if service else [f"discovery service {platform.DISCOVERY_SERVICE}.{name}"]
        return {
            "namespace_id": namespace_id or "ns-planned",
            "discovery_service_arn": service or self.arn("servicediscovery", "service/srv-planned"),
        }

    def storage(self):
        found = efs.find(self.client("efs"), self.name) or {}
        points = efs.list_access_points(self.client("efs"), found["FileSystemId"]) if found else []
        point = next((item["AccessPointId"] for item in points if efs.tags(item).get("Name") == self.name), "")
        self.missing += [] if found else [f"file system {self.name}"]
        self.missing += [] if point else [f"access point {self.name}"]
        return {
            "file_system_id": found.get("FileSystemId", "fs-planned"),
            "access_point_id": point or "fsap-planned",
        }

    def services(self):
        names = platform.services(self.name)
        found = {
            item["serviceName"]: item
            for item in ecs.services(self.client("ecs"), platform.cluster(self.name), list(names.values()))
            if item["status"] == "ACTIVE"
        }
        services = {kind: state.service(name, found.get(name, {})) for kind, name in names.items()}
        self.missing += [f"service {name}" for name in names.values() if name not in found]
        return {
            "services": services,
            "state": state.state({kind: services[kind] for kind, name in names.items() if name in found}),
        }

    def targets(self):
        ids = platform.resource_ids(self.name)
        found = api.scalable_targets(self.client("application-autoscaling"), list(ids.values()))
        self.missing += [f"scalable target {resource}" for resource in ids.values() if resource not in found]
        return {
            "scalable_targets": {
                kind: {"min": found[resource]["MinCapacity"], "max": found[resource]["MaxCapacity"]}
                for kind, resource in ids.items()
                if resource in found
            }
        }


def reconcile(module):
    found = Platform(module)
    result = found.identity()
    for part in PARTS:
        if part in module.params["include"]:
            result.update(getattr(found, part)())
    module.exit_json(changed=False, platform={**result, "missing": found.missing})


def main():
    runner.run(
        dict(
            name=dict(type="str", required=True),
            include=dict(type="list", elements="str", choices=PARTS, default=PARTS),
        ),
        reconcile,
        rules=PLATFORM,
    )


if __name__ == "__main__":
    main()
