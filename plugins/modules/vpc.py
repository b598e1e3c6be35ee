#!/usr/bin/python
# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: vpc
version_added: 0.3.0
short_description: Keep a VPC with public subnets
description:
  - Keeps a VPC with DNS names for its addresses, and its public subnets, each in one zone. With IPv6, the subnets get
    the second, third and further /64 of the block that AWS gives to the VPC.
  - Puts back whatever differs. Leaves other subnets of the VPC alone.
author: [meetops.jitsi contributors (@meetops)]
options:
  name:
    description:
      - Value of the tag C(Name) of the VPC. The module finds the VPC by it. The subnets are named after it and their
        zone.
    type: str
    required: true
  cidr:
    description: IPv4 block of the VPC. It cannot be changed later.
    type: str
    required: true
  ipv6:
    description:
      - Whether the subnets have IPv6. The VPC keeps its block in any case. Without subnets that use it, the block does
        nothing.
    type: bool
    default: false
  subnets:
    description: The subnets. Whatever starts in one gets a public IPv4 address.
    type: list
    elements: dict
    default: []
    suboptions:
      cidr:
        description: IPv4 block of the subnet, by which it is found.
        type: str
        required: true
      zone:
        description: Availability zone of the subnet. It cannot be changed later.
        type: str
        required: true
  tags:
    description: Tags of the VPC and the subnets, beside C(Name).
    type: dict
    default: {}
  state:
    description:
      - V(absent) removes the subnets that have a name of ours, and the VPC. EC2 refuses while anything else is in it.
    type: str
    choices: [present, absent]
    default: present
notes:
  - "The stock modules of release 11.4 of C(amazon.aws) do not say what they would do. C(amazon.aws.ec2_vpc_net) and
    C(amazon.aws.ec2_vpc_subnet) return no diff and name no field, with or without check mode."
  - "C(amazon.aws.ec2_vpc_net) makes a second VPC when the block of the first is not the expected one."
  - "C(amazon.aws.ec2_vpc_subnet) accepts a subnet in another zone than the wanted one."
  - For a VPC with two subnets these take 3 processes and 24 API calls where this module takes one process and 4 calls.
  - "Permissions: ec2:DescribeVpcs, DescribeVpcAttribute, DescribeSubnets, CreateTags, DeleteTags, CreateVpc,
    ModifyVpcAttribute, AssociateVpcCidrBlock, CreateSubnet, ModifySubnetAttribute, AssociateSubnetCidrBlock,
    DisassociateSubnetCidrBlock, DeleteSubnet, DeleteVpc."
extends_documentation_fragment:
  - meetops.jitsi.common
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: The VPC is there with its subnets
  meetops.jitsi.vpc:
    name: jitsi-video-platform
    cidr: 10.90.0.0/16
    ipv6: true
    subnets:
      - { cidr: 10.90.0.0/24, zone: us-east-1a }
      - { cidr: 10.90.1.0/24, zone: us-east-1b }
    region: us-east-1
  register: vpc

- name: It is gone
  meetops.jitsi.vpc:
    name: jitsi-video-platform
    cidr: 10.90.0.0/16
    state: absent
    region: us-east-1
"""

RETURN = r"""
vpc_id:
  description: ID of the VPC, a placeholder in check mode if it does not exist yet, empty when it is absent.
  returned: success
  type: str
  sample: vpc-0123456789abcdef0
subnet_ids:
  description: IDs of the subnets, in the order of O(subnets), with placeholders for those that do not exist yet.
  returned: success
  type: list
  elements: str
  sample: [subnet-0123456789abcdef0, subnet-0123456789abcdef1]
changes:
  description: What was changed, or would be changed in check mode.
  returned: success
  type: list
  elements: dict
  sample: [{resource: subnet 10.90.0.0/24, action: update, fields: [assign_ipv4]}]
"""

from collections.abc import Callable
from typing import Any

from ansible_collections.meetops.jitsi.plugins.module_utils import names
from ansible_collections.meetops.jitsi.plugins.module_utils._aws import ec2
from ansible_collections.meetops.jitsi.plugins.module_utils._aws.runner import client, finish, run
from ansible_collections.meetops.jitsi.plugins.module_utils.changes import Change, Fields, compare
from ansible_collections.meetops.jitsi.plugins.module_utils.networking import vpc


class Vpc:
    """The VPC and its subnets as they are."""

    def __init__(self, module: Any) -> None:
        self.params = module.params
        self.name: str = self.params["name"]
        self.api = client(module, "ec2")
        found = vpc.choose(self.name, self.params["cidr"], ec2.list_vpcs(self.api, self.name))
        self.vpc = dict(found or {})
        subnets = ec2.list_subnets(self.api, self.vpc["VpcId"]) if found else []
        self.subnets = {vpc.SUBNET + subnet["CidrBlock"]: subnet for subnet in subnets}
        self.current = self.read()

    def read(self) -> dict[str, Fields]:
        """What is there."""
        if not self.vpc:
            return {}
        attributes = {
            field: ec2.vpc_attribute(self.api, self.vpc["VpcId"], attribute)
            for field, attribute in vpc.ATTRIBUTES.items()
        }
        return {
            vpc.VPC + self.name: vpc.vpc_fields(self.vpc, attributes, ec2.tags(self.vpc)),
            **{
                resource: vpc.subnet_fields(subnet, self.vpc, ec2.tags(subnet))
                for resource, subnet in self.subnets.items()
            },
        }

    def apply(self, change: Change) -> None:
        """Make one change."""
        if change.resource.startswith(vpc.VPC):
            self.set_vpc(change)
        else:
            self.set_subnet(change)

    def set_vpc(self, change: Change) -> None:
        """Create, put back or delete the VPC."""
        after, fields = change.after, change.fields
        if after is None:
            ec2.delete_vpc(self.api, self.vpc["VpcId"])
            return
        if change.before is None:
            vpc_id = ec2.create_vpc(self.api, self.params["cidr"], after["Ipv6"], after["Tags"])
            # EC2 resolves names in a new VPC, but gives none.
            fields = ["DnsHostnames"]
        else:
            vpc_id = self.vpc["VpcId"]
            if "Ipv6" in fields:
                ec2.add_vpc_ipv6(self.api, vpc_id)
            if "Tags" in fields:
                ec2.tag(self.api, vpc_id, change.before["Tags"], after["Tags"])
        self.vpc = ec2.wait_for(
            lambda: ec2.read_vpc(self.api, vpc_id),
            lambda found: (
                found["State"] == "available" and (not after["Ipv6"] or bool(vpc.associations(found, ["associated"])))
            ),
        )
        for field, attribute in vpc.ATTRIBUTES.items():
            if field in fields:
                ec2.set_vpc_attribute(self.api, vpc_id, attribute)

    def set_subnet(self, change: Change) -> None:
        """Create, put back or delete a subnet."""
        before, after, fields = change.before, change.after, set(change.fields)
        if after is None:
            ec2.delete_subnet(self.api, self.subnets[change.resource]["SubnetId"])
            return
        block = vpc.part(vpc.ipv6_block(self.vpc) or "", after["Ipv6"]) if after["Ipv6"] else None
        if before is None:
            cidr = change.resource.removeprefix(vpc.SUBNET)
            self.subnets[change.resource] = ec2.create_subnet(
                self.api, self.vpc["VpcId"], cidr, block, after["Zone"], after["Tags"]
            )
            fields = {"AssignIpv4", *(["AssignIpv6"] if after["AssignIpv6"] else [])}
        subnet = self.subnets[change.resource]
        subnet_id = subnet["SubnetId"]
        if "AssignIpv6" in fields and not after["AssignIpv6"]:
            ec2.set_subnet_attribute(self.api, subnet_id, "AssignIpv6AddressOnCreation", False)
        if "Ipv6" in fields:
            self.set_block(subnet, block)
        if "AssignIpv6" in fields and after["AssignIpv6"]:
            ec2.set_subnet_attribute(self.api, subnet_id, "AssignIpv6AddressOnCreation", True)
        if "AssignIpv4" in fields:
            ec2.set_subnet_attribute(self.api, subnet_id, "MapPublicIpOnLaunch", after["AssignIpv4"])
        if before is not None and "Tags" in fields:
            ec2.tag(self.api, subnet_id, before["Tags"], after["Tags"])

    def set_block(self, subnet: dict[str, Any], block: str | None) -> None:
        """Give the subnet another IPv6 block, or none."""

        def wait(ready: Callable[[dict[str, Any]], bool]) -> None:
            ec2.wait_for(lambda: ec2.read_subnet(self.api, subnet["SubnetId"]), ready)

        for association in vpc.associations(subnet):
            ec2.remove_subnet_ipv6(self.api, association["AssociationId"])
            wait(lambda found: not vpc.associations(found, ["associated", "associating", "disassociating"]))
        if block:
            ec2.add_subnet_ipv6(self.api, subnet["SubnetId"], block)
            wait(lambda found: bool(vpc.associations(found, ["associated"])))

    def subnet_ids(self) -> list[str]:
        """IDs of the listed subnets, with placeholders."""
        return [
            self.subnets.get(vpc.SUBNET + subnet["cidr"], {}).get("SubnetId", vpc.PLANNED_SUBNET + subnet["zone"])
            for subnet in self.params["subnets"]
        ]


def present(module: Any, found: Vpc) -> None:
    """Create what is missing, put back what differs."""
    params = module.params
    wanted = vpc.wanted(found.name, params["ipv6"], params["subnets"], found.current, params["tags"])
    vpc.check_current(wanted, found.current)
    finish(
        module,
        compare(found.current, wanted),
        found.apply,
        vpc_id=lambda: found.vpc.get("VpcId", vpc.PLANNED_VPC),
        subnet_ids=found.subnet_ids,
    )


def absent(module: Any, found: Vpc) -> None:
    """Delete the subnets of our names, then the VPC."""
    ours = {
        resource: fields
        for resource, fields in found.current.items()
        if not resource.startswith(vpc.SUBNET) or fields["Tags"].get("Name") == names.subnet(found.name, fields["Zone"])
    }
    finish(module, compare(ours, {}, prune=True), found.apply, vpc_id="", subnet_ids=[])


def reconcile(module: Any) -> None:
    """Check the input, read what there is, make it as wanted."""
    vpc.check(module.params["cidr"], module.params["subnets"])
    (absent if module.params["state"] == "absent" else present)(module, Vpc(module))


def main() -> None:
    """Run the module."""
    subnet = {"cidr": {"type": "str", "required": True}, "zone": {"type": "str", "required": True}}
    run(
        {
            "name": {"type": "str", "required": True},
            "cidr": {"type": "str", "required": True},
            "ipv6": {"type": "bool", "default": False},
            "subnets": {"type": "list", "elements": "dict", "default": [], "options": subnet},
            "tags": {"type": "dict", "default": {}},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        },
        reconcile,
    )


if __name__ == "__main__":
    main()
