#!/usr/bin/python
# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: public_routes
version_added: 0.1.0
short_description: Keep the internet gateway, the route table and the gateway endpoints of public subnets
description:
  - Gives a VPC an internet gateway and one route table with a default route to it. Associates the subnets with this
    table.
  - Leads the traffic to services such as S3 through gateway endpoints, which cost nothing.
  - Puts back whatever differs. Removes other routes of the table, except those that endpoints and the VPC make
    themselves.
author: [meetops.jitsi contributors (@meetops)]
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
      - IDs of the subnets to associate with the table. Other subnets of the table go back to the main table.
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
      - Services to reach through a gateway endpoint. Only O(state=absent) removes endpoints of other services.
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
  - "The stock modules of C(amazon.aws) (release 11.4) leave gaps. Each of these was seen in a run."
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
from collections.abc import Iterable
from typing import Any

from ansible_collections.meetops.jitsi.plugins.module_utils._aws import ec2
from ansible_collections.meetops.jitsi.plugins.module_utils._aws.runner import client, finish, run
from ansible_collections.meetops.jitsi.plugins.module_utils.changes import Change, Fields, compare
from ansible_collections.meetops.jitsi.plugins.module_utils.networking import public_routes

ARGUMENTS: dict[str, Any] = {
    "name": {"type": "str", "required": True},
    "vpc_id": {"type": "str", "required": True},
    "subnet_ids": {"type": "list", "elements": "str", "default": []},
    "ipv6": {"type": "bool", "default": False},
    "gateway_endpoints": {"type": "list", "elements": "str", "choices": ["dynamodb", "s3"], "default": []},
    "tags": {"type": "dict", "default": {}},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
}


class Routes:
    """What is ours in a VPC, and how to change one thing of it. What was created is known to the changes after it."""

    def __init__(self, api: Any, vpc_id: str, tables: Iterable[dict[str, Any]], found: dict[str, Any]) -> None:
        self.api = api
        self.vpc_id = vpc_id
        self.found = found
        self.associations = public_routes.associations(tables)
        self.gateway_id = found.get(public_routes.GATEWAY, {}).get("InternetGatewayId", "")
        self.table_id = found.get(public_routes.TABLE, {}).get("RouteTableId", "")

    def apply(self, change: Change) -> None:
        """Create, update or delete one resource."""
        resource, before, after, fields = change.resource, change.before, change.after, change.fields
        if after is None:
            self.delete(self.found[resource])
            return
        if resource == public_routes.GATEWAY:
            self.set_gateway(before, after, fields)
        elif resource == public_routes.TABLE:
            self.set_table(before, after)
        elif before is None:
            self.create_endpoint(resource.removeprefix(public_routes.ENDPOINT), after)
        else:
            self.update_endpoint(self.found[resource], after, fields)
        if before is not None and "Tags" in fields:
            ec2.tag(self.api, public_routes.resource_id(self.found[resource]), before["Tags"], after["Tags"])

    def set_gateway(self, before: Fields | None, after: Fields, fields: list[str]) -> None:
        """Create the internet gateway and attach it."""
        if before is None:
            self.gateway_id = ec2.create_gateway(self.api, after["Tags"])
        if "Vpc" in fields:
            ec2.attach_gateway(self.api, self.gateway_id, self.vpc_id)

    def set_table(self, before: Fields | None, after: Fields) -> None:
        """Create the route table, and put back its routes and subnets."""
        if before is None:
            self.table_id = ec2.create_route_table(self.api, self.vpc_id, after["Tags"])
            before = {"Routes": {}, "Subnets": []}
        self.set_routes(before["Routes"], after["Routes"])
        for subnet in sorted(set(after["Subnets"]) - set(before["Subnets"])):
            ec2.associate(self.api, self.table_id, subnet, self.associations.get(subnet))
        for subnet in sorted(set(before["Subnets"]) - set(after["Subnets"])):
            ec2.disassociate(self.api, self.associations[subnet])

    def set_routes(self, before: Fields, after: Fields) -> None:
        """Set the routes that differ, all of them to the internet gateway, and delete strays."""
        for destination, target in after.items():
            if before.get(destination) != target:
                replace = destination in before
                ec2.set_route(self.api, self.table_id, destination, self.gateway_id, replace)
        for destination in sorted(set(before) - set(after)):
            keys = public_routes.route_keys(self.found[public_routes.TABLE])
            ec2.delete_route(self.api, self.table_id, keys[destination])

    def create_endpoint(self, service: str, after: Fields) -> None:
        """Create the gateway endpoint of a service such as ``s3``."""
        full_name = f"com.amazonaws.{self.api.meta.region_name}.{service}"
        policy = json.dumps(after["Policy"])
        ec2.create_endpoint(self.api, self.vpc_id, full_name, self.table_id, policy, after["Tags"])

    def update_endpoint(self, endpoint: dict[str, Any], after: Fields, fields: list[str]) -> None:
        """Put back the policy and the route table of an endpoint."""
        request: dict[str, Any] = {}
        if "Policy" in fields:
            request["PolicyDocument"] = json.dumps(after["Policy"])
        if "RouteTables" in fields:
            request["AddRouteTableIds"] = sorted({self.table_id} - set(endpoint["RouteTableIds"]))
            request["RemoveRouteTableIds"] = sorted(set(endpoint["RouteTableIds"]) - {self.table_id})
        if request:
            ec2.update_endpoint(self.api, endpoint["VpcEndpointId"], **request)

    def delete(self, described: dict[str, Any]) -> None:
        """Delete a gateway, a route table or an endpoint."""
        if "VpcEndpointId" in described:
            ec2.delete_endpoint(self.api, described["VpcEndpointId"])
        elif "RouteTableId" in described:
            ec2.delete_route_table(self.api, described)
        else:
            ec2.delete_gateway(self.api, described)


def reconcile(module: Any) -> None:
    """Read gateways, tables and endpoints in one call each, compare, and change in the order of creation."""
    params = module.params
    name, vpc_id, present = params["name"], params["vpc_id"], params["state"] == "present"
    api = client(module, "ec2")
    tables = ec2.list_route_tables(api, vpc_id)
    found = public_routes.identify(name, vpc_id, ec2.list_gateways(api), tables, ec2.list_endpoints(api, vpc_id))
    current = public_routes.state(found, {resource: ec2.tags(described) for resource, described in found.items()})
    wanted = {}
    if present:
        endpoints = params["gateway_endpoints"]
        wanted = public_routes.wanted(name, vpc_id, params["subnet_ids"], params["ipv6"], endpoints, params["tags"])
        current = public_routes.managed(current, wanted)
    routes = Routes(api, vpc_id, tables, found)
    finish(
        module,
        compare(current, wanted, prune=True),
        routes.apply,
        gateway_id=lambda: routes.gateway_id if present else "",
        route_table_id=lambda: routes.table_id if present else "",
    )


def main() -> None:
    """Run the module."""
    run(ARGUMENTS, reconcile)


if __name__ == "__main__":
    main()
