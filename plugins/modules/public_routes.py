#!/usr/bin/python
# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
---
module: public_routes
version_added: 0.1.0
short_description: Keep the internet gateway, the route table and the gateway endpoints of public subnets
description:
  - Gives a VPC an internet gateway, one route table with a default route to it, associates the subnets with this table,
    and leads services such as S3 through gateway endpoints, which cost nothing.
  - Everything about these is put back when it differs. Other routes of the table are removed, but those that endpoints
    and the VPC itself make.
author:
  - meetops.jitsi contributors (@meetops)
options:
  name:
    description: Value of the tag C(Name) of the gateway, the table and the endpoints. The table is found by it.
    type: str
    required: true
  vpc_id:
    description: ID of the VPC. In check mode it may be a placeholder, for a VPC that does not exist yet.
    type: str
    required: true
  subnet_ids:
    description:
      - IDs of the subnets to associate with the table. Others that are associated with it are put back to the main
        table.
      - In check mode they may be placeholders, for subnets that do not exist yet.
    type: list
    elements: str
    default: []
  ipv6:
    description: Whether there is a default route for IPv6 too.
    type: bool
    default: false
  gateway_endpoints:
    description:
      - Services to lead through a gateway endpoint. Endpoints of other services are removed only by O(state=absent).
      - An endpoint lets everything through. Image registries keep layers in buckets of their own, whose names change,
        so a list of allowed buckets would break the pulling of images. The roles of the tasks limit what they may do in
        S3.
    type: list
    elements: str
    choices: [dynamodb, s3]
    default: []
  tags:
    description: Tags of each resource, beside C(Name).
    type: dict
    default: {}
  state:
    description:
      - V(absent) removes the endpoints, the table and the gateway. EC2 refuses to detach a gateway while something in
        the VPC has a public address.
    type: str
    choices: [present, absent]
    default: present
notes:
  - "The stock modules of release 11.4 of C(amazon.aws) do not put this right. Each of the following was run."
  - "C(amazon.aws.ec2_vpc_igw): a run that dies between creating and attaching leaves a gateway that no later run finds.
    The quota is five a region."
  - "C(amazon.aws.ec2_vpc_route_table) finds its table by all of its tags. After one more tag it makes a second table
    and takes the subnets off the first without associating them with the second, so they have no way to the internet
    until the run after that. The same happens to a subnet that was moved to another table by hand. A wrong C(::/0) is
    never replaced, and each run warns about the routes of endpoints."
  - "C(amazon.aws.ec2_vpc_endpoint) makes a second endpoint when the table of the first is not the expected one, and
    never compares the policy."
  - These three take 3 processes and 16 API calls where this module takes one process and 3 calls.
  - "Permissions: ec2:DescribeInternetGateways, DescribeRouteTables, DescribeVpcEndpoints, CreateTags, DeleteTags,
    Create, Attach, Detach and Delete of InternetGateway, Create and Delete of RouteTable, Create, Replace and Delete of
    Route, AssociateRouteTable, ReplaceRouteTableAssociation, DisassociateRouteTable, CreateVpcEndpoint,
    ModifyVpcEndpoint, DeleteVpcEndpoints."
extends_documentation_fragment:
  - meetops.jitsi.common
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: Two subnets reach the internet, and S3 without leaving the network of AWS
  meetops.jitsi.public_routes:
    name: shop
    vpc_id: vpc-0123456789abcdef0
    subnet_ids:
      - subnet-0123456789abcdef0
      - subnet-0123456789abcdef1
    ipv6: true
    gateway_endpoints: [s3]
    tags:
      Environment: prod
"""

RETURN = r"""
gateway_id:
  description: ID of the internet gateway; empty if there is none.
  returned: success
  type: str
  sample: igw-0123456789abcdef0
route_table_id:
  description: ID of the route table; empty if there is none.
  returned: success
  type: str
  sample: rtb-0123456789abcdef0
changes:
  description: What changed, or would change in check mode.
  returned: success
  type: list
  elements: dict
  sample: [{resource: route table, action: update, fields: [routes]}]
"""

import json
from typing import Any

from ansible_collections.meetops.jitsi.plugins.module_utils._aws import ec2 as network
from ansible_collections.meetops.jitsi.plugins.module_utils._aws.runner import client, finish, run
from ansible_collections.meetops.jitsi.plugins.module_utils.changes import Change, compare
from ansible_collections.meetops.jitsi.plugins.module_utils.networking import public_routes as routes


class Builder:
    """Applies the changes. Ids of what is created are known to the changes after it."""

    def __init__(self, ec2: Any, vpc_id: str, tables: list[dict[str, Any]], found: dict[str, Any]) -> None:
        self.ec2 = ec2
        self.vpc_id = vpc_id
        self.found = found
        self.associations = routes.associations(tables)
        self.gateway_id = found.get(routes.GATEWAY, {}).get("InternetGatewayId", "")
        self.table_id = found.get(routes.TABLE, {}).get("RouteTableId", "")

    def apply(self, change: Change) -> None:
        """Create, update or delete one resource."""
        if change.after is None:
            self.delete(self.found[change.resource])
        elif change.resource == routes.GATEWAY:
            self.set_gateway(change)
        elif change.resource == routes.TABLE:
            self.set_table(change)
        elif change.before is None:
            self.create_endpoint(change)
        else:
            self.update_endpoint(change)
        if change.action == "update" and "Tags" in change.fields:
            resource_id = routes.resource_id(self.found[change.resource])
            network.tag(self.ec2, resource_id, change.before["Tags"], change.after["Tags"])

    def set_gateway(self, change: Change) -> None:
        if change.before is None:
            self.gateway_id = network.create_gateway(self.ec2, change.after["Tags"])
        if "Vpc" in change.fields:
            network.attach_gateway(self.ec2, self.gateway_id, self.vpc_id)

    def set_table(self, change: Change) -> None:
        before, after = change.before or {"Routes": {}, "Subnets": []}, change.after
        if change.before is None:
            self.table_id = network.create_route_table(self.ec2, self.vpc_id, after["Tags"])
        for destination, target in after["Routes"].items():
            if before["Routes"].get(destination) != target:
                replace = destination in before["Routes"]
                network.set_route(self.ec2, self.table_id, destination, self.gateway_id, replace)
        for destination in sorted(set(before["Routes"]) - set(after["Routes"])):
            keys = routes.route_keys(self.found[routes.TABLE])
            network.delete_route(self.ec2, self.table_id, keys[destination])
        for subnet in sorted(set(after["Subnets"]) - set(before["Subnets"])):
            network.associate(self.ec2, self.table_id, subnet, self.associations.get(subnet))
        for subnet in sorted(set(before["Subnets"]) - set(after["Subnets"])):
            network.disassociate(self.ec2, self.associations[subnet])

    def create_endpoint(self, change: Change) -> None:
        service = f"com.amazonaws.{self.ec2.meta.region_name}.{change.resource.removeprefix(routes.ENDPOINT)}"
        policy = json.dumps(change.after["Policy"])
        network.create_endpoint(self.ec2, self.vpc_id, service, self.table_id, policy, change.after["Tags"])

    def update_endpoint(self, change: Change) -> None:
        endpoint = self.found[change.resource]
        fields: dict[str, Any] = {}
        if "Policy" in change.fields:
            fields["PolicyDocument"] = json.dumps(change.after["Policy"])
        if "RouteTables" in change.fields:
            fields["AddRouteTableIds"] = sorted({self.table_id} - set(endpoint["RouteTableIds"]))
            fields["RemoveRouteTableIds"] = sorted(set(endpoint["RouteTableIds"]) - {self.table_id})
        if fields:
            network.update_endpoint(self.ec2, endpoint["VpcEndpointId"], **fields)

    def delete(self, described: dict[str, Any]) -> None:
        if "VpcEndpointId" in described:
            network.delete_endpoint(self.ec2, described["VpcEndpointId"])
        elif "RouteTableId" in described:
            network.delete_route_table(self.ec2, described)
        else:
            network.delete_gateway(self.ec2, described)


def reconcile(module: Any) -> None:
    """Read gateways, tables and endpoints in one call each, compare, and change in the order of creation."""
    params = module.params
    name, vpc_id = params["name"], params["vpc_id"]
    ec2 = client(module, "ec2")
    tables = network.list_route_tables(ec2, vpc_id)
    found = routes.identify(name, vpc_id, network.list_gateways(ec2), tables, network.list_endpoints(ec2, vpc_id))
    current = routes.state(found, {resource: network.tags(described) for resource, described in found.items()})
    builder = Builder(ec2, vpc_id, tables, found)
    if params["state"] == "present":
        tags = {str(key): str(value) for key, value in params["tags"].items()}
        wanted = routes.wanted(name, vpc_id, params["subnet_ids"], params["ipv6"], params["gateway_endpoints"], tags)
        managed = {
            resource: fields
            for resource, fields in current.items()
            if resource in wanted or resource.startswith(routes.STRAY)
        }
        changes = compare(managed, wanted, prune=True)
        ids = {"gateway_id": lambda: builder.gateway_id, "route_table_id": lambda: builder.table_id}
    else:
        changes = compare(current, {}, prune=True)
        ids = {"gateway_id": lambda: "", "route_table_id": lambda: ""}
    finish(module, changes, builder.apply, **ids)


def main() -> None:
    """Run the module."""
    run(
        {
            "name": {"type": "str", "required": True},
            "vpc_id": {"type": "str", "required": True},
            "subnet_ids": {"type": "list", "elements": "str", "default": []},
            "ipv6": {"type": "bool", "default": False},
            "gateway_endpoints": {
                "type": "list",
                "elements": "str",
                "choices": ["dynamodb", "s3"],
                "default": [],
            },
            "tags": {"type": "dict", "default": {}},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        },
        reconcile,
    )


if __name__ == "__main__":
    main()
