# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Drifts of the role networking."""

from __future__ import annotations

import json
from typing import Any

from .case import NAME, Hand, Table

ONE, TWO = "10.90.0.0/24", "10.90.1.0/24"
OPEN = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}


def retag(hand: Hand, identifier: str) -> None:
    """A tag that is added, and one that is lost."""
    hand.ec2.create_tags(Resources=[identifier], Tags=[{"Key": "Stray", "Value": "x"}])
    hand.ec2.delete_tags(Resources=[identifier], Tags=[{"Key": "Environment"}])


def no_ipv6(hand: Hand, cidr: str) -> None:
    subnet = hand.subnet(cidr)
    hand.ec2.modify_subnet_attribute(SubnetId=subnet["SubnetId"], AssignIpv6AddressOnCreation={"Value": False})
    association = subnet["Ipv6CidrBlockAssociationSet"][0]["AssociationId"]
    hand.ec2.disassociate_subnet_cidr_block(AssociationId=association)


def subnet_attribute(hand: Hand, cidr: str, attribute: str) -> None:
    hand.ec2.modify_subnet_attribute(SubnetId=hand.subnet(cidr)["SubnetId"], **{attribute: {"Value": False}})


def other_route(hand: Hand) -> None:
    """The default route leads to another gateway, and there is a route more."""
    gateway = hand.ec2.create_egress_only_internet_gateway(VpcId=hand.vpc_id())
    identifier = gateway["EgressOnlyInternetGateway"]["EgressOnlyInternetGatewayId"]
    table = hand.table()["RouteTableId"]
    hand.ec2.delete_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0")
    hand.ec2.create_route(
        RouteTableId=table, DestinationIpv6CidrBlock="2001:db8::/32", EgressOnlyInternetGatewayId=identifier
    )


def to_main_table(hand: Hand) -> None:
    subnet = hand.subnet(ONE)["SubnetId"]
    (association,) = (item for item in hand.table()["Associations"] if item.get("SubnetId") == subnet)
    hand.ec2.disassociate_route_table(AssociationId=association["RouteTableAssociationId"])


def endpoint_policy(hand: Hand) -> None:
    policy = {"Version": "2008-10-17", "Statement": []}
    hand.ec2.modify_vpc_endpoint(VpcEndpointId=hand.endpoint_id(), PolicyDocument=json.dumps(policy))


def endpoint_table(hand: Hand) -> None:
    hand.ec2.modify_vpc_endpoint(VpcEndpointId=hand.endpoint_id(), RemoveRouteTableIds=[hand.table()["RouteTableId"]])


def detach_gateway(hand: Hand) -> None:
    hand.ec2.detach_internet_gateway(InternetGatewayId=hand.gateway_id(), VpcId=hand.vpc_id())


def stray_table(hand: Hand) -> None:
    tags = [{"Key": "Name", "Value": NAME}]
    hand.ec2.create_route_table(VpcId=hand.vpc_id(), TagSpecifications=[{"ResourceType": "route-table", "Tags": tags}])


def revoke(hand: Hand, group: str, way: str, port: int) -> None:
    found = hand.group(group)
    key = {"ingress": "IpPermissions", "egress": "IpPermissionsEgress"}[way]
    permission = next(item for item in found[key] if item.get("FromPort") == port)
    getattr(hand.ec2, f"revoke_security_group_{way}")(GroupId=found["GroupId"], IpPermissions=[permission])


def authorize(hand: Hand, group: str, way: str, permission: dict[str, Any]) -> None:
    operation = getattr(hand.ec2, f"authorize_security_group_{way}")
    operation(GroupId=hand.group(group)["GroupId"], IpPermissions=[permission])


def reword(hand: Hand) -> None:
    found = hand.group("bridge")
    permission: dict[str, Any] = next(item for item in found["IpPermissions"] if item["FromPort"] == 10000)
    ranges = [{**item, "Description": "x"} for item in permission["IpRanges"]]
    hand.ec2.update_security_group_rule_descriptions_ingress(
        GroupId=found["GroupId"],
        IpPermissions=[{**{key: permission[key] for key in ("IpProtocol", "FromPort", "ToPort")}, "IpRanges": ranges}],
    )


def file_system_tags(hand: Hand, identifier: str) -> None:
    hand.efs.tag_resource(ResourceId=identifier, Tags=[{"Key": "Stray", "Value": "x"}])
    hand.efs.untag_resource(ResourceId=identifier, TagKeys=["Environment"])


def other_access_point(hand: Hand, **changes: Any) -> None:
    """Access points cannot be changed: another takes its place."""
    point = hand.access_point()
    hand.efs.delete_access_point(AccessPointId=point["AccessPointId"])
    hand.efs.create_access_point(
        ClientToken="hand",
        FileSystemId=hand.file_system_id(),
        Tags=point["Tags"],
        **{"PosixUser": point["PosixUser"], "RootDirectory": point["RootDirectory"], **changes},
    )


def open_file_system(hand: Hand) -> None:
    identifier = hand.file_system_id()
    statement = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "elasticfilesystem:ClientRootAccess"}
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    hand.efs.put_file_system_policy(FileSystemId=identifier, Policy=json.dumps(policy))


def other_mount_groups(hand: Hand) -> None:
    hand.efs.modify_mount_target_security_groups(
        MountTargetId=hand.mount_target_id(ONE), SecurityGroups=[hand.group("default")["GroupId"]]
    )


def discovery_tags(hand: Hand, arn: str) -> None:
    hand.servicediscovery.tag_resource(ResourceARN=arn, Tags=[{"Key": "Stray", "Value": "x"}])
    hand.servicediscovery.untag_resource(ResourceARN=arn, TagKeys=["Environment"])


def discovery_ttl(hand: Hand) -> None:
    service = hand.discovery_service()
    hand.servicediscovery.update_service(
        Id=service["Id"], Service={"DnsConfig": {"DnsRecords": [{"Type": "A", "TTL": 3600}]}}
    )


def negative_ttl(hand: Hand) -> None:
    hand.servicediscovery.update_private_dns_namespace(
        Id=hand.namespace()["Id"], Namespace={"Properties": {"DnsProperties": {"SOA": {"TTL": 3600}}}}
    )


def other_subnet(hand: Hand) -> None:
    """The mount target of a zone is in another subnet."""
    subnet = hand.ec2.create_subnet(VpcId=hand.vpc_id(), CidrBlock="10.90.9.0/24", AvailabilityZone="us-east-1b")
    hand.efs.delete_mount_target(MountTargetId=hand.mount_target_id(TWO))
    hand.efs.create_mount_target(
        FileSystemId=hand.file_system_id(),
        SubnetId=subnet["Subnet"]["SubnetId"],
        SecurityGroups=[hand.group("storage")["GroupId"]],
    )


VPC = f"vpc {NAME}"
DRIFTS: Table = {
    ("vpc", VPC): [
        (
            "dns_hostnames",
            lambda hand: hand.ec2.modify_vpc_attribute(VpcId=hand.vpc_id(), EnableDnsHostnames={"Value": False}),
        ),
        (
            "dns_support",
            lambda hand: hand.ec2.modify_vpc_attribute(VpcId=hand.vpc_id(), EnableDnsSupport={"Value": False}),
        ),
        ("tags", lambda hand: retag(hand, hand.vpc_id())),
    ],
    ("vpc", f"subnet {ONE}"): [
        ("assign_ipv4", lambda hand: subnet_attribute(hand, ONE, "MapPublicIpOnLaunch")),
        ("assign_ipv6", lambda hand: subnet_attribute(hand, ONE, "AssignIpv6AddressOnCreation")),
        ("tags", lambda hand: retag(hand, hand.subnet(ONE)["SubnetId"])),
    ],
    ("vpc", f"subnet {TWO}"): [("ipv6 assign_ipv6", lambda hand: no_ipv6(hand, TWO))],
    ("public_routes", "internet gateway"): [
        ("vpc", detach_gateway),
        (
            "tags",
            lambda hand: hand.ec2.create_tags(
                Resources=[hand.gateway_id()], Tags=[{"Key": "Environment", "Value": "x"}]
            ),
        ),
    ],
    ("public_routes", "route table"): [
        ("routes", other_route, "one lost, one added"),
        ("subnets", to_main_table),
        ("tags", lambda hand: retag(hand, hand.table()["RouteTableId"])),
    ],
    ("public_routes", "stray route table *"): [("*", stray_table, "an empty one of the same name")],
    ("public_routes", "vpc endpoint s3"): [
        ("policy", endpoint_policy),
        ("route_tables", endpoint_table),
        ("tags", lambda hand: retag(hand, hand.endpoint_id())),
        ("*", lambda hand: hand.ec2.delete_vpc_endpoints(VpcEndpointIds=[hand.endpoint_id()]), "deleted"),
    ],
    ("security_groups", f"rules of {NAME}-signalling"): [
        ("ingress", lambda hand: authorize(hand, "signalling", "ingress", OPEN), "a rule added"),
        ("egress", lambda hand: authorize(hand, "signalling", "egress", OPEN), "a rule added"),
    ],
    ("security_groups", f"rules of {NAME}-storage"): [
        ("ingress", lambda hand: revoke(hand, "storage", "ingress", 2049), "a rule removed")
    ],
    ("security_groups", f"rules of {NAME}-recorder"): [
        ("egress", lambda hand: revoke(hand, "recorder", "egress", 443), "a rule removed")
    ],
    ("security_groups", f"rules of {NAME}-bridge"): [("ingress", reword, "a description changed")],
    ("security_groups", "rules of default"): [
        ("ingress", lambda hand: authorize(hand, "default", "ingress", OPEN), "a rule added"),
        ("egress", lambda hand: authorize(hand, "default", "egress", OPEN), "a rule added"),
    ],
    ("security_groups", f"security group {NAME}-bridge"): [
        ("tags", lambda hand: retag(hand, hand.group("bridge")["GroupId"]))
    ],
    ("file_system", f"file system {NAME}"): [
        (
            "throughput_mode",
            lambda hand: hand.efs.update_file_system(FileSystemId=hand.file_system_id(), ThroughputMode="bursting"),
        ),
        (
            "lifecycle",
            lambda hand: hand.efs.put_lifecycle_configuration(FileSystemId=hand.file_system_id(), LifecyclePolicies=[]),
        ),
        ("policy", open_file_system),
        ("tags", lambda hand: file_system_tags(hand, hand.file_system_id())),
    ],
    ("file_system", f"access point {NAME}"): [
        ("tags", lambda hand: file_system_tags(hand, hand.access_point()["AccessPointId"])),
        ("posix_user", lambda hand: other_access_point(hand, PosixUser={"Uid": 0, "Gid": 0})),
        ("root_directory", lambda hand: other_access_point(hand, RootDirectory={"Path": "/"})),
    ],
    ("file_system", "mount target in us-east-1a"): [("security_groups", other_mount_groups)],
    ("file_system", "mount target in us-east-1b"): [
        ("*", lambda hand: hand.efs.delete_mount_target(MountTargetId=hand.mount_target_id(TWO)), "deleted"),
        ("subnet", other_subnet),
    ],
    ("service_discovery", f"namespace {NAME}.internal"): [
        ("negative_ttl", negative_ttl),
        ("tags", lambda hand: discovery_tags(hand, hand.namespace()["Arn"])),
    ],
    ("service_discovery", "service xmpp"): [
        ("ttl", discovery_ttl),
        ("tags", lambda hand: discovery_tags(hand, hand.discovery_service()["Arn"])),
    ],
}
