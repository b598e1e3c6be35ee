# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# mypy: disable-error-code="assignment, attr-defined, method-assign, misc"
"""What moto 5.2 lacks of EC2. Local only."""

from __future__ import annotations

from typing import Any


def patch() -> None:
    """All of them."""
    patch_ec2_launch_templates()
    patch_ec2_subnets()
    patch_ec2_creation_retries()
    patch_ec2_prefix_list_rules()
    patch_ec2_default_groups()


def patch_ec2_launch_templates() -> None:
    """AWS keeps the tags of a launch template apart from those in its data; moto appends the former to the latter."""
    from moto.ec2.models.launch_templates import LaunchTemplateBackend

    make = LaunchTemplateBackend.create_launch_template

    def create_launch_template(
        backend: Any, name: str, description: str, template_data: dict[str, Any], tag_spec: Any
    ) -> Any:
        specifications = template_data.get("TagSpecifications", [])
        data = {
            **template_data,
            "TagSpecifications": [item for item in specifications if item["ResourceType"] != "launch-template"],
        }
        return make(backend, name, description, data, tag_spec)

    LaunchTemplateBackend.create_launch_template = create_launch_template


def patch_ec2_subnets() -> None:
    """AWS reports the state of a subnet's IPv6 block as one word and filters subnets by these blocks; moto nests the
    state, so that every run associates the block again, and has no such filters."""
    from moto.ec2.models.subnets import Subnet

    value = Subnet.get_filter_value

    def blocks(subnet: Any) -> list[dict[str, Any]]:
        return [
            {**block, "ipv6CidrBlockState": {"state": block["ipv6CidrBlockState"]["State"]}}
            for block in subnet.ipv6_cidr_block_associations.values()
            if block["ipv6CidrBlockState"]["State"] == "associated"
        ]

    def get_filter_value(subnet: Any, name: str, method_name: str | None = None) -> Any:
        if name == "ipv6-cidr-block-association.ipv6-cidr-block":
            return [block["ipv6CidrBlock"] for block in blocks(subnet)]
        if name == "ipv6-cidr-block-association.state":
            return [block["ipv6CidrBlockState"]["State"] for block in subnet.ipv6_cidr_block_associations.values()]
        return value(subnet, name, method_name)

    Subnet.ipv6_cidr_block_association_set = property(blocks)
    Subnet.get_filter_value = get_filter_value


def patch_ec2_creation_retries() -> None:
    """AWS answers a repeated CreateRouteTable or CreateVpcEndpoint of the same ClientToken with what the first one made
    (botocore repeats a request whose answer was lost); moto makes a second one. A deleted endpoint is not listed."""
    from moto.ec2.models.vpcs import VPCBackend
    from moto.ec2.responses.route_tables import RouteTables
    from moto.ec2.responses.vpcs import VPCs

    describe = VPCBackend.describe_vpc_endpoints

    def once(create: Any) -> Any:
        def wrapper(response: Any) -> Any:
            token, made = response._get_param("ClientToken"), response.ec2_backend.__dict__.setdefault("_made", {})
            if token is None:
                return create(response)
            if token not in made:
                made[token] = create(response)
            return made[token]

        return wrapper

    def describe_vpc_endpoints(backend: Any, vpc_end_point_ids: list[str] | None, filters: Any = None) -> Any:
        return [found for found in describe(backend, vpc_end_point_ids, filters) if found.state != "deleted"]

    RouteTables.create_route_table = once(RouteTables.create_route_table)
    VPCs.create_vpc_endpoint = once(VPCs.create_vpc_endpoint)
    VPCBackend.describe_vpc_endpoints = describe_vpc_endpoints


def patch_ec2_prefix_list_rules() -> None:
    """AWS keeps the description of a rule for a prefix list; moto drops it."""
    from moto.ec2.models.security_groups import SecurityGroup, SecurityGroupBackend, SecurityGroupRule

    make, flattened = SecurityGroupRule.__init__, SecurityGroup._flattened_rules
    update = SecurityGroupBackend._sg_update_description

    def init(rule: Any, *args: Any, **kwargs: Any) -> None:
        make(rule, *args, **kwargs)
        prefix_list = kwargs.get("prefix_list_id") or (args[7] if len(args) > 7 else None) or {}
        rule.prefix_list_description = prefix_list.get("Description")

    def flattened_rules(group: Any, rules: list[Any]) -> Any:
        views = flattened(group, rules)
        for view in views:
            ports = (view.from_port, view.to_port, view.ip_protocol)
            said = {
                rule.prefix_list_id: rule.prefix_list_description
                for rule in rules
                if (rule.from_port, rule.to_port, rule.ip_protocol) == ports
            }
            for entry in view.prefix_list_ids:
                if said.get(entry["PrefixListId"]):
                    entry["Description"] = said[entry["PrefixListId"]]
        return views

    def update_description(backend: Any, wanted: Any, rule: Any) -> None:
        if wanted.prefix_list_id:
            rule.prefix_list_description = wanted.prefix_list_description
        else:
            update(backend, wanted, rule)

    SecurityGroupRule.__init__ = init
    SecurityGroup._flattened_rules = flattened_rules
    SecurityGroupBackend._sg_update_description = update_description


def patch_ec2_default_groups() -> None:
    """AWS lets the members of a VPC's default security group reach each other; moto lets nothing in."""
    from moto.ec2.models import EC2Backend

    create = EC2Backend.create_vpc

    def create_vpc(backend: Any, *args: Any, **kwargs: Any) -> Any:
        vpc = create(backend, *args, **kwargs)
        group = backend.get_security_group_from_name("default", vpc_id=vpc.id)
        backend.authorize_security_group_ingress(group.id, "-1", None, None, [], source_groups=[{"GroupId": group.id}])
        return vpc

    EC2Backend.create_vpc = create_vpc
