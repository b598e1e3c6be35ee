# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Amazon EC2 calls for a VPC, its subnets, gateway, routes, endpoints and security groups.

EC2 is eventually consistent: a call that follows a creation may not find what was just made, so it is repeated.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.retries import AWSRetry

from .pages import pages
from .tags import set_tags, tag_dict, tag_list

try:
    from botocore.exceptions import ClientError
except ImportError:  # AnsibleAWSModule reports the missing library
    pass

Described = dict[str, Any]
NOT_YET = [
    "InvalidGroup.NotFound",
    "InvalidInternetGatewayID.NotFound",
    "InvalidRouteTableID.NotFound",
    "InvalidSubnetID.NotFound",
    "InvalidVpcEndpointId.NotFound",
    "InvalidVpcID.NotFound",
]


def _settled(operation: Callable[..., Any], **request: Any) -> Any:
    """Repeat while EC2 does not find what the request names, for about 20 seconds."""
    repeated = AWSRetry.jittered_backoff(retries=6, delay=1, max_delay=8, catch_extra_error_codes=NOT_YET)(operation)
    return repeated(**request)


def _left(operation: Callable[..., Any], **request: Any) -> Any:
    """Repeat a deletion while something is in its way that is on its way out itself, for about two minutes."""
    repeated = AWSRetry.jittered_backoff(
        retries=12, delay=2, max_delay=15, catch_extra_error_codes=["DependencyViolation"]
    )(operation)
    return repeated(**request)


def _list(client: Any, operation: str, key: str, **filters: str) -> list[Described]:
    wanted = [{"Name": name.replace("_", "-"), "Values": [value]} for name, value in filters.items()]
    return pages(client, operation, key, Filters=wanted)


def tags(described: Mapping[str, Any]) -> dict[str, str]:
    """The tags of a described resource, but those that AWS sets itself."""
    return tag_dict(described.get("Tags", []))


def tag(client: Any, resource_id: str, current: Mapping[str, str], wanted: Mapping[str, str]) -> None:
    """Put the tags back: CreateTags and DeleteTags, each only if needed."""
    set_tags(
        current,
        wanted,
        lambda missing: _settled(client.create_tags, Resources=[resource_id], Tags=tag_list(missing)),
        lambda strays: client.delete_tags(Resources=[resource_id], Tags=[{"Key": key} for key in strays]),
    )


def _specification(resource_type: str, wanted: Mapping[str, str]) -> list[dict[str, Any]]:
    return [{"ResourceType": resource_type, "Tags": tag_list(wanted)}]


# --- VPC and subnets


def list_vpcs(client: Any, name: str) -> list[Described]:
    """DescribeVpcs: those of this name."""
    return pages(client, "describe_vpcs", "Vpcs", Filters=[{"Name": "tag:Name", "Values": [name]}])


def vpc_attribute(client: Any, vpc_id: str, attribute: str) -> bool:
    """DescribeVpcAttribute, such as ``enableDnsSupport``."""
    found = client.describe_vpc_attribute(VpcId=vpc_id, Attribute=attribute)
    return bool(found[attribute[0].upper() + attribute[1:]]["Value"])


def create_vpc(client: Any, cidr: str, ipv6: bool, wanted: Mapping[str, str]) -> str:
    """CreateVpc; return the id."""
    created = client.create_vpc(
        CidrBlock=cidr, AmazonProvidedIpv6CidrBlock=ipv6, TagSpecifications=_specification("vpc", wanted)
    )
    return str(created["Vpc"]["VpcId"])


def set_vpc_attribute(client: Any, vpc_id: str, attribute: str) -> None:
    """ModifyVpcAttribute: switch on such as ``enableDnsSupport``. EC2 takes one attribute a call."""
    _settled(client.modify_vpc_attribute, VpcId=vpc_id, **{attribute[0].upper() + attribute[1:]: {"Value": True}})


def add_vpc_ipv6(client: Any, vpc_id: str) -> None:
    """AssociateVpcCidrBlock with an IPv6 block that AWS chooses."""
    client.associate_vpc_cidr_block(VpcId=vpc_id, AmazonProvidedIpv6CidrBlock=True)


def wait_for(describe: Callable[[], Described], ready: Callable[[Described], bool], seconds: int = 120) -> Described:
    """Describe every other second until it is ready, or the time is over."""
    end = time.monotonic() + seconds
    while not ready(found := describe()) and time.monotonic() < end:
        time.sleep(2)
    return found


def read_vpc(client: Any, vpc_id: str) -> Described:
    """DescribeVpcs, with one."""
    found: Described = _settled(client.describe_vpcs, VpcIds=[vpc_id])["Vpcs"][0]
    return found


def delete_vpc(client: Any, vpc_id: str) -> None:
    """DeleteVpc. EC2 refuses while anything but its defaults is in it."""
    _left(client.delete_vpc, VpcId=vpc_id)


def list_subnets(client: Any, vpc_id: str) -> list[Described]:
    """DescribeSubnets: all of a VPC."""
    return _list(client, "describe_subnets", "Subnets", vpc_id=vpc_id)


def read_subnet(client: Any, subnet_id: str) -> Described:
    """DescribeSubnets, with one."""
    found: Described = _settled(client.describe_subnets, SubnetIds=[subnet_id])["Subnets"][0]
    return found


def create_subnet(
    client: Any, vpc_id: str, cidr: str, ipv6: str | None, zone: str, wanted: Mapping[str, str]
) -> Described:
    """CreateSubnet; return its description."""
    created: Described = _settled(
        client.create_subnet,
        VpcId=vpc_id,
        CidrBlock=cidr,
        AvailabilityZone=zone,
        TagSpecifications=_specification("subnet", wanted),
        **({"Ipv6CidrBlock": ipv6} if ipv6 else {}),
    )["Subnet"]
    return created


def set_subnet_attribute(client: Any, subnet_id: str, attribute: str, value: bool) -> None:
    """ModifySubnetAttribute. EC2 takes one attribute a call."""
    _settled(client.modify_subnet_attribute, SubnetId=subnet_id, **{attribute: {"Value": value}})


def add_subnet_ipv6(client: Any, subnet_id: str, block: str) -> None:
    """AssociateSubnetCidrBlock."""
    client.associate_subnet_cidr_block(SubnetId=subnet_id, Ipv6CidrBlock=block)


def remove_subnet_ipv6(client: Any, association_id: str) -> None:
    """DisassociateSubnetCidrBlock."""
    client.disassociate_subnet_cidr_block(AssociationId=association_id)


def delete_subnet(client: Any, subnet_id: str) -> None:
    """DeleteSubnet. EC2 refuses while something has an address in it."""
    _left(client.delete_subnet, SubnetId=subnet_id)


# --- Security groups


def list_groups(client: Any, vpc_id: str) -> list[Described]:
    """DescribeSecurityGroups: all groups of a VPC, the default one too."""
    return _list(client, "describe_security_groups", "SecurityGroups", vpc_id=vpc_id)


def prefix_lists(client: Any, names: Iterable[str]) -> dict[str, str]:
    """DescribeManagedPrefixLists: name -> id of those of AWS."""
    filters = [{"Name": "owner-id", "Values": ["AWS"]}, {"Name": "prefix-list-name", "Values": list(names)}]
    found = pages(client, "describe_managed_prefix_lists", "PrefixLists", Filters=filters)
    return {item["PrefixListName"]: item["PrefixListId"] for item in found}


def create_group(client: Any, vpc_id: str, name: str, description: str, wanted: Mapping[str, str]) -> str:
    """CreateSecurityGroup; return the id. EC2 lets everything out of a new group."""
    created = _settled(
        client.create_security_group,
        VpcId=vpc_id,
        GroupName=name,
        Description=description,
        TagSpecifications=_specification("security-group", wanted),
    )
    return str(created["GroupId"])


def read_new_groups(client: Any, ids: Iterable[str]) -> list[Described]:
    """Wait until DescribeSecurityGroups finds new groups, at most half a minute, and return them."""
    client.get_waiter("security_group_exists").wait(GroupIds=list(ids))
    groups: list[Described] = client.describe_security_groups(GroupIds=list(ids))["SecurityGroups"]
    return groups


def authorize(client: Any, direction: str, group_id: str, permissions: list[Described]) -> None:
    """AuthorizeSecurityGroup ``Ingress`` or ``Egress``."""
    operation = getattr(client, f"authorize_security_group_{direction.lower()}")
    _settled(operation, GroupId=group_id, IpPermissions=permissions)


def reword(client: Any, direction: str, group_id: str, permissions: list[Described]) -> None:
    """UpdateSecurityGroupRuleDescriptions ``Ingress`` or ``Egress``."""
    operation = getattr(client, f"update_security_group_rule_descriptions_{direction.lower()}")
    operation(GroupId=group_id, IpPermissions=permissions)


def revoke(client: Any, direction: str, group_id: str, permissions: list[Described]) -> None:
    """RevokeSecurityGroup ``Ingress`` or ``Egress``."""
    operation = getattr(client, f"revoke_security_group_{direction.lower()}")
    operation(GroupId=group_id, IpPermissions=permissions)


def delete_group(client: Any, group_id: str) -> None:
    """DeleteSecurityGroup. EC2 refuses while a network interface or another group uses it."""
    _left(client.delete_security_group, GroupId=group_id)


# --- Internet gateways


def list_gateways(client: Any) -> list[Described]:
    """DescribeInternetGateways: all of the region, since one that is attached to nothing belongs to no VPC."""
    return _list(client, "describe_internet_gateways", "InternetGateways")


def create_gateway(client: Any, wanted: Mapping[str, str]) -> str:
    """CreateInternetGateway; return the id."""
    created = client.create_internet_gateway(TagSpecifications=_specification("internet-gateway", wanted))
    return str(created["InternetGateway"]["InternetGatewayId"])


def attach_gateway(client: Any, gateway_id: str, vpc_id: str) -> None:
    """AttachInternetGateway."""
    _settled(client.attach_internet_gateway, InternetGatewayId=gateway_id, VpcId=vpc_id)


def delete_gateway(client: Any, gateway: Mapping[str, Any]) -> None:
    """DetachInternetGateway if attached, then DeleteInternetGateway."""
    for attachment in gateway["Attachments"]:
        _left(client.detach_internet_gateway, InternetGatewayId=gateway["InternetGatewayId"], VpcId=attachment["VpcId"])
    client.delete_internet_gateway(InternetGatewayId=gateway["InternetGatewayId"])


# --- Route tables


def list_route_tables(client: Any, vpc_id: str) -> list[Described]:
    """DescribeRouteTables: all of a VPC."""
    return _list(client, "describe_route_tables", "RouteTables", vpc_id=vpc_id)


def create_route_table(client: Any, vpc_id: str, wanted: Mapping[str, str]) -> str:
    """CreateRouteTable; return the id."""
    created = _settled(client.create_route_table, VpcId=vpc_id, TagSpecifications=_specification("route-table", wanted))
    return str(created["RouteTable"]["RouteTableId"])


def set_route(client: Any, table_id: str, destination: str, gateway_id: str, replace: bool) -> None:
    """CreateRoute or ReplaceRoute, to an internet gateway."""
    key = "DestinationIpv6CidrBlock" if ":" in destination else "DestinationCidrBlock"
    operation = client.replace_route if replace else client.create_route
    _settled(operation, RouteTableId=table_id, GatewayId=gateway_id, **{key: destination})


def delete_route(client: Any, table_id: str, destination: Mapping[str, str]) -> None:
    """DeleteRoute. ``destination`` is the key and value that name it."""
    client.delete_route(RouteTableId=table_id, **destination)


def associate(client: Any, table_id: str, subnet_id: str, association_id: str | None) -> None:
    """AssociateRouteTable, or ReplaceRouteTableAssociation, so that the subnet never is without a route."""
    if association_id is None:
        _settled(client.associate_route_table, RouteTableId=table_id, SubnetId=subnet_id)
    else:
        _settled(client.replace_route_table_association, RouteTableId=table_id, AssociationId=association_id)


def disassociate(client: Any, association_id: str) -> None:
    """DisassociateRouteTable: the subnet then has the main table of the VPC."""
    client.disassociate_route_table(AssociationId=association_id)


def delete_route_table(client: Any, table: Mapping[str, Any]) -> None:
    """DisassociateRouteTable for each subnet, then DeleteRouteTable."""
    for association in table["Associations"]:
        disassociate(client, association["RouteTableAssociationId"])
    _left(client.delete_route_table, RouteTableId=table["RouteTableId"])


# --- Gateway endpoints


def list_endpoints(client: Any, vpc_id: str) -> list[Described]:
    """DescribeVpcEndpoints: the gateway endpoints of a VPC that are not on their way out."""
    found = _list(client, "describe_vpc_endpoints", "VpcEndpoints", vpc_id=vpc_id, vpc_endpoint_type="Gateway")
    return [endpoint for endpoint in found if endpoint["State"].lower() not in ("deleting", "deleted")]


def create_endpoint(
    client: Any, vpc_id: str, service: str, table_id: str, policy: str, wanted: Mapping[str, str]
) -> None:
    """CreateVpcEndpoint of the type Gateway."""
    _settled(
        client.create_vpc_endpoint,
        VpcId=vpc_id,
        VpcEndpointType="Gateway",
        ServiceName=service,
        RouteTableIds=[table_id],
        PolicyDocument=policy,
        # The same token in every retry: a lost answer does not make a second endpoint.
        ClientToken=str(uuid.uuid4()),
        TagSpecifications=_specification("vpc-endpoint", wanted),
    )


def update_endpoint(client: Any, endpoint_id: str, **fields: Any) -> None:
    """ModifyVpcEndpoint."""
    _settled(client.modify_vpc_endpoint, VpcEndpointId=endpoint_id, **fields)


def delete_endpoint(client: Any, endpoint_id: str) -> None:
    """DeleteVpcEndpoints, with one. The call returns what it could not delete, in place of failing."""
    for refused in client.delete_vpc_endpoints(VpcEndpointIds=[endpoint_id])["Unsuccessful"]:
        response: Any = {"Error": refused["Error"]}
        raise ClientError(response, "DeleteVpcEndpoints")
