# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The role networking and its modules public_routes and security_groups on the emulated AWS."""

from __future__ import annotations

import contextlib
import ipaddress
import json
from collections.abc import Callable, Iterator
from typing import Any
from unittest import mock

import pytest
from ansible_collections.meetops.jitsi.plugins.module_utils.networking import public_routes, security_groups
from botocore.httpsession import URLLib3Session
from support.deaths import Died
from support.recorder import is_mutating
from support.server import AwsServer

Run = Callable[..., dict[str, Any]]
NAME = "shop"
WORLD = ["0.0.0.0/0", "::/0"]
CREATIONS = ("CreateInternetGateway", "CreateRouteTable", "CreateVpcEndpoint", "CreateSecurityGroup")
# Two groups that name each other, and one that lets nothing in.
GROUPS = [
    {
        "name": "shop-web",
        "description": "Web",
        "ingress": [{"ports": "443", "peers": WORLD, "description": "HTTPS"}],
        "egress": [{"ports": "5432", "peers": ["shop-database"], "description": "SQL"}],
    },
    {
        "name": "shop-database",
        "description": "Database",
        "ingress": [{"ports": "5432", "peers": ["shop-web"], "description": "SQL"}],
    },
    {
        "name": "shop-worker",
        "description": "Worker",
        "egress": [{"protocol": "udp", "ports": "0-65535", "peers": WORLD, "description": "All"}],
    },
]


class Network:
    """A VPC with two subnets, made without the role, and what tests ask about it."""

    def __init__(self, aws: AwsServer) -> None:
        self.ec2 = aws.client("ec2")
        vpc = self.ec2.create_vpc(CidrBlock="10.90.0.0/16", AmazonProvidedIpv6CidrBlock=True)["Vpc"]
        self.vpc_id: str = vpc["VpcId"]
        self.subnets = [self.new_subnet(number) for number in range(2)]
        aws.calls.clear()

    def new_subnet(self, number: int) -> str:
        made = self.ec2.create_subnet(VpcId=self.vpc_id, CidrBlock=f"10.90.{number}.0/24")
        return str(made["Subnet"]["SubnetId"])

    def routes(self, **more: Any) -> dict[str, Any]:
        """Arguments of public_routes."""
        return {
            "name": NAME,
            "vpc_id": self.vpc_id,
            "subnet_ids": self.subnets,
            "ipv6": True,
            "gateway_endpoints": ["s3"],
            "tags": {"Team": "x"},
            **more,
        }

    def groups(self, **more: Any) -> dict[str, Any]:
        """Arguments of security_groups."""
        return {"vpc_id": self.vpc_id, "groups": GROUPS, "lock_default": True, "tags": {"Team": "x"}, **more}

    def in_vpc(self, operation: str) -> Any:
        return getattr(self.ec2, operation)(Filters=[{"Name": "vpc-id", "Values": [self.vpc_id]}])

    def rules(self) -> dict[str, dict[str, dict[str, str]]]:
        """The rules of every group of the VPC, as the module writes them."""
        groups = self.in_vpc("describe_security_groups")["SecurityGroups"]
        names = {group["GroupId"]: group["GroupName"] for group in groups}
        return {
            group["GroupName"]: {
                way: security_groups.descriptions(group[key], names) for way, key in security_groups.PERMISSIONS.items()
            }
            for group in groups
        }

    def group_id(self, name: str) -> str:
        groups = self.in_vpc("describe_security_groups")["SecurityGroups"]
        return next(str(group["GroupId"]) for group in groups if group["GroupName"] == name)

    def table_id(self) -> str:
        tables = self.in_vpc("describe_route_tables")["RouteTables"]
        return next(str(table["RouteTableId"]) for table in tables if table["Tags"])

    def snapshot(self) -> Any:
        """All that there is, without ids."""
        tables = self.in_vpc("describe_route_tables")["RouteTables"]
        gateways = [
            gateway
            for gateway in self.ec2.describe_internet_gateways()["InternetGateways"]
            if {attachment["VpcId"] for attachment in gateway["Attachments"]} <= {self.vpc_id}
        ]
        endpoints = self.in_vpc("describe_vpc_endpoints")["VpcEndpoints"]
        found = public_routes.identify(NAME, self.vpc_id, gateways, tables, endpoints)
        state = public_routes.state(found, {resource: {} for resource in found})
        tags = sorted(
            json.dumps(sorted((tag["Key"], tag["Value"]) for tag in item["Tags"]))
            for item in [*tables, *gateways, *endpoints, *self.in_vpc("describe_security_groups")["SecurityGroups"]]
        )
        # The ids of subnets are sorted, so their order is that of chance.
        text = json.dumps(state, sort_keys=True).replace(self.vpc_id, "vpc")
        for subnet in self.subnets:
            text = text.replace(subnet, "subnet")
        return text, self.rules(), tags


@pytest.fixture
def network(aws: AwsServer) -> Network:
    return Network(aws)


@contextlib.contextmanager
def at_call(number: int, happens: str) -> Iterator[None]:
    """``dies``: the process ends before this mutating call. ``lost``: the answer to this creation gets lost, so that
    botocore sends the same request again."""
    send, seen = URLLib3Session.send, 0

    def replacement(session: Any, request: Any) -> Any:
        nonlocal seen
        body = request.body.decode() if isinstance(request.body, bytes) else str(request.body)
        action = body.partition("Action=")[2].partition("&")[0]
        counts = is_mutating(f"ec2:{action}") if happens == "dies" else action in CREATIONS
        seen += counts
        if counts and seen == number:
            if happens == "dies":
                raise Died
            send(session, request)
        return send(session, request)

    with mock.patch.object(URLLib3Session, "send", replacement):
        yield


# --- public_routes


def test_routes_plan_create_and_keep(aws: AwsServer, network: Network, as_planned: Run, run_module: Run) -> None:
    created = as_planned(run_module, "public_routes", **network.routes())
    assert [(change["action"], change["resource"]) for change in created["changes"]] == [
        ("create", "internet gateway"),
        ("create", "route table"),
        ("create", "vpc endpoint s3"),
    ]
    assert created["gateway_id"].startswith("igw-")
    assert created["route_table_id"] == network.table_id()
    aws.calls.clear()
    again = run_module("public_routes", **network.routes())
    assert not again["changed"]
    assert len(aws.calls) == 3, aws.calls


def test_routes_of_a_vpc_that_is_only_planned(aws: AwsServer, run_module: Run) -> None:
    planned = run_module(
        "public_routes", _check=True, name=NAME, vpc_id="vpc-planned", subnet_ids=["subnet-planned"] * 2, ipv6=True
    )
    assert [change["action"] for change in planned["changes"]] == ["create", "create"]
    assert not aws.mutating()


def test_routes_drift_is_put_back(network: Network, as_planned: Run, run_module: Run) -> None:
    run_module("public_routes", **network.routes())
    golden = network.snapshot()
    ec2, table = network.ec2, network.table_id()
    other_table = ec2.create_route_table(VpcId=network.vpc_id)["RouteTable"]["RouteTableId"]
    other_gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    (association,) = [
        item["RouteTableAssociationId"]
        for item in ec2.describe_route_tables(RouteTableIds=[table])["RouteTables"][0]["Associations"]
        if item["SubnetId"] == network.subnets[0]
    ]
    ec2.replace_route_table_association(AssociationId=association, RouteTableId=other_table)
    ec2.replace_route(RouteTableId=table, DestinationIpv6CidrBlock="::/0", GatewayId=other_gateway)
    ec2.delete_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0")
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="192.0.2.0/24", GatewayId=other_gateway)
    ec2.delete_tags(Resources=[table], Tags=[{"Key": "Team"}])
    (endpoint,) = network.in_vpc("describe_vpc_endpoints")["VpcEndpoints"]
    ec2.modify_vpc_endpoint(
        VpcEndpointId=endpoint["VpcEndpointId"], PolicyDocument='{"Statement": []}', RemoveRouteTableIds=[table]
    )

    fixed = as_planned(run_module, "public_routes", **network.routes())
    assert [(change["resource"], change["fields"]) for change in fixed["changes"]] == [
        ("route table", ["routes", "subnets", "tags"]),
        ("vpc endpoint s3", ["policy", "route_tables"]),
    ]
    ec2.delete_route_table(RouteTableId=other_table)
    ec2.delete_internet_gateway(InternetGatewayId=other_gateway)
    assert network.snapshot() == golden
    assert not run_module("public_routes", **network.routes())["changed"]


def test_one_more_tag_changes_tags_only(network: Network, run_module: Run) -> None:
    run_module("public_routes", **network.routes())
    changed = run_module("public_routes", **network.routes(tags={"Team": "x", "Owner": "y"}))
    assert {tuple(change["fields"]) for change in changed["changes"]} == {("tags",)}
    assert len(network.in_vpc("describe_route_tables")["RouteTables"]) == 2


def test_ipv6_can_be_turned_off_and_subnets_taken_out(network: Network, run_module: Run) -> None:
    run_module("public_routes", **network.routes())
    wanted = network.routes(ipv6=False, subnet_ids=network.subnets[:1])
    assert run_module("public_routes", **wanted)["changed"]
    assert not run_module("public_routes", **wanted)["changed"]
    (table,) = network.ec2.describe_route_tables(RouteTableIds=[network.table_id()])["RouteTables"]
    assert [item["SubnetId"] for item in table["Associations"]] == network.subnets[:1]
    assert "::/0" not in {route.get("DestinationIpv6CidrBlock") for route in table["Routes"]}


def test_routes_of_two_environments_do_not_meet(aws: AwsServer, network: Network, run_module: Run) -> None:
    other = Network(aws)
    run_module("public_routes", **network.routes())
    golden = network.snapshot()[0]
    run_module("public_routes", **other.routes(name=f"{NAME}-staging"))
    assert not run_module("public_routes", **network.routes())["changed"]
    run_module("public_routes", **other.routes(name=f"{NAME}-staging", state="absent"))
    assert network.snapshot()[0] == golden


def test_routes_absent_leaves_nothing(network: Network, as_planned: Run, run_module: Run) -> None:
    before = network.snapshot()
    run_module("public_routes", **network.routes())
    removed = as_planned(run_module, "public_routes", **network.routes(state="absent"))
    assert [change["resource"] for change in removed["changes"]] == [
        "vpc endpoint s3",
        "route table",
        "internet gateway",
    ]
    assert (removed["gateway_id"], removed["route_table_id"]) == ("", "")
    assert network.snapshot() == before
    assert not run_module("public_routes", **network.routes(state="absent"))["changed"]


# --- security_groups


def test_groups_plan_create_and_keep(aws: AwsServer, network: Network, as_planned: Run, run_module: Run) -> None:
    created = as_planned(run_module, "security_groups", **network.groups())
    assert sorted(created["group_ids"]) == ["shop-database", "shop-web", "shop-worker"]
    assert network.rules() == {
        "default": {"Ingress": {}, "Egress": {}},
        "shop-database": {"Ingress": {"tcp 5432 shop-web": "SQL"}, "Egress": {}},
        "shop-web": {
            "Ingress": {"tcp 443 0.0.0.0/0": "HTTPS", "tcp 443 ::/0": "HTTPS"},
            "Egress": {"tcp 5432 shop-database": "SQL"},
        },
        "shop-worker": {"Ingress": {}, "Egress": {"udp 0-65535 0.0.0.0/0": "All", "udp 0-65535 ::/0": "All"}},
    }
    aws.calls.clear()
    again = run_module("security_groups", **network.groups())
    assert not again["changed"]
    assert aws.calls == ["ec2:DescribeSecurityGroups"]


def test_groups_of_a_vpc_that_is_only_planned(aws: AwsServer, run_module: Run) -> None:
    planned = run_module("security_groups", _check=True, vpc_id="vpc-planned", groups=GROUPS, lock_default=True)
    assert [(change["action"], change["resource"]) for change in planned["changes"]] == [
        ("create", "security group shop-web"),
        ("create", "security group shop-database"),
        ("create", "security group shop-worker"),
        ("create", "rules of shop-web"),
        ("create", "rules of shop-database"),
        ("create", "rules of shop-worker"),
        ("update", "rules of default"),
    ]
    assert planned["group_ids"] == {}
    assert not aws.mutating()


def test_groups_drift_is_put_back(network: Network, as_planned: Run, run_module: Run) -> None:
    run_module("security_groups", **network.groups())
    golden = network.snapshot()
    ec2 = network.ec2
    web, database, default = (network.group_id(name) for name in ("shop-web", "shop-database", "default"))

    def rule(port: int, **peer: Any) -> list[dict[str, Any]]:
        return [{"IpProtocol": "tcp", "FromPort": port, "ToPort": port, **peer}]

    ec2.authorize_security_group_ingress(GroupId=web, IpPermissions=rule(22, IpRanges=[{"CidrIp": "0.0.0.0/0"}]))
    ec2.authorize_security_group_ingress(
        GroupId=database, IpPermissions=rule(22, UserIdGroupPairs=[{"GroupId": default}])
    )
    ec2.revoke_security_group_ingress(GroupId=web, IpPermissions=rule(443, Ipv6Ranges=[{"CidrIpv6": "::/0"}]))
    ec2.update_security_group_rule_descriptions_ingress(
        GroupId=web, IpPermissions=rule(443, IpRanges=[{"CidrIp": "0.0.0.0/0", "Description": "?"}])
    )
    ec2.authorize_security_group_egress(GroupId=default, IpPermissions=rule(25, IpRanges=[{"CidrIp": "0.0.0.0/0"}]))
    ec2.create_tags(Resources=[database], Tags=[{"Key": "Team", "Value": "y"}])

    fixed = as_planned(run_module, "security_groups", **network.groups())
    assert [(change["resource"], change["fields"]) for change in fixed["changes"]] == [
        ("security group shop-database", ["tags"]),
        ("rules of shop-web", ["ingress"]),
        ("rules of shop-database", ["ingress"]),
        ("rules of default", ["egress"]),
    ]
    assert network.snapshot() == golden
    assert not run_module("security_groups", **network.groups())["changed"]


def test_groups_of_others_are_left_alone(network: Network, run_module: Run) -> None:
    network.ec2.create_security_group(VpcId=network.vpc_id, GroupName="shop-web-staging", Description="x")
    rules = network.rules()["shop-web-staging"]
    run_module("security_groups", **network.groups())
    run_module("security_groups", **network.groups(state="absent"))
    assert network.rules()["shop-web-staging"] == rules


def test_groups_bad_input_is_refused_before_the_first_call(refused: Callable[..., str]) -> None:
    message = refused("security_groups", vpc_id="vpc-1", groups=GROUPS[:1])
    assert "the peer shop-database is no CIDR block" in message


def test_groups_absent_leaves_only_the_default_one(network: Network, as_planned: Run, run_module: Run) -> None:
    run_module("security_groups", **network.groups())
    removed = as_planned(run_module, "security_groups", **network.groups(state="absent"))
    assert list(network.rules()) == ["default"]
    assert removed["group_ids"] == {}
    assert not run_module("security_groups", **network.groups(state="absent"))["changed"]


# --- Runs that end anywhere


@pytest.mark.parametrize("module", ["public_routes", "security_groups"])
@pytest.mark.parametrize("happens", ["dies", "lost"])
def test_a_run_that_ends_anywhere_is_finished_by_the_next(
    aws: AwsServer, run_module: Run, module: str, happens: str
) -> None:
    def arguments() -> dict[str, Any]:
        return network.routes() if module == "public_routes" else network.groups(groups=GROUPS[:2])

    network = Network(aws)
    run_module(module, **arguments())
    golden = network.snapshot()
    calls = [call for call in aws.mutating() if happens == "dies" or call.partition(":")[2] in CREATIONS]
    assert len(calls) > 1
    for number, call in enumerate(calls, start=1):
        network = Network(aws)
        with at_call(number, happens), contextlib.suppress(Died):
            run_module(module, **arguments())
        run_module(module, **arguments())
        assert network.snapshot() == golden, f"call {number}, {call}"
        assert not run_module(module, **arguments())["changed"], f"call {number}, {call}"


# --- The role


VARS = {
    "networking_name": NAME,
    "networking_vpc_cidr": "10.90.0.0/16",
    "networking_subnets": [
        {"cidr": "10.90.0.0/24", "zone": "us-east-1a"},
        {"cidr": "10.90.1.0/24", "zone": "us-east-1b"},
    ],
    "networking_tags": {"Team": "x"},
}


def test_role(aws: AwsServer, play_of: Callable[..., Any]) -> None:
    role = play_of(VARS, roles=["meetops.jitsi.networking"])
    planned = role("--check", "--diff")
    assert not aws.mutating()
    created = role()
    assert planned.changed_tasks == created.changed_tasks
    assert planned.changed == 5
    aws.calls.clear()
    again = role()
    assert again.changed == 0
    assert not aws.mutating()
    assert len(aws.calls) <= 20, aws.calls

    ec2 = aws.client("ec2")
    (vpc,) = ec2.describe_vpcs(Filters=[{"Name": "tag:Name", "Values": [NAME]}])["Vpcs"]
    for attribute in ("enableDnsSupport", "enableDnsHostnames"):
        answer = ec2.describe_vpc_attribute(VpcId=vpc["VpcId"], Attribute=attribute)
        assert answer[attribute[0].upper() + attribute[1:]]["Value"] is True
    blocks = ipaddress.ip_network(vpc["Ipv6CidrBlockAssociationSet"][0]["Ipv6CidrBlock"]).subnets(new_prefix=64)
    next(blocks)
    in_vpc = [{"Name": "vpc-id", "Values": [vpc["VpcId"]]}]
    subnets = sorted(ec2.describe_subnets(Filters=in_vpc)["Subnets"], key=lambda subnet: subnet["CidrBlock"])
    assert [subnet["AvailabilityZone"] for subnet in subnets] == ["us-east-1a", "us-east-1b"]
    for subnet, block in zip(subnets, blocks, strict=False):
        assert subnet["MapPublicIpOnLaunch"]
        assert subnet["AssignIpv6AddressOnCreation"]
        (association,) = subnet["Ipv6CidrBlockAssociationSet"]
        assert ipaddress.ip_network(association["Ipv6CidrBlock"]) == block
    tables = ec2.describe_route_tables(Filters=in_vpc)["RouteTables"]
    associated = {item["SubnetId"] for table in tables for item in table["Associations"] if "SubnetId" in item}
    assert associated == {subnet["SubnetId"] for subnet in subnets}

    groups = {group["GroupName"]: group for group in ec2.describe_security_groups(Filters=in_vpc)["SecurityGroups"]}
    names = {group["GroupId"]: name for name, group in groups.items()}
    lists = ec2.describe_managed_prefix_lists()["PrefixLists"]
    names |= {found["PrefixListId"]: found["PrefixListName"] for found in lists}
    lines = {
        (name, way): set(security_groups.descriptions(group[key], names))
        for name, group in groups.items()
        for way, key in security_groups.PERMISSIONS.items()
    }

    def world(*ports: str) -> set[str]:
        return {f"{port} {peer}" for port in ports for peer in WORLD}

    assert lines == {
        ("default", "Ingress"): set(),
        ("default", "Egress"): set(),
        ("shop-signalling", "Ingress"): world("tcp 80")
        | {"tcp 443 com.amazonaws.global.cloudfront.origin-facing", "tcp 5222 shop-bridge", "tcp 5222 shop-recorder"},
        ("shop-signalling", "Egress"): world("tcp 443") | {"tcp 2049 shop-storage"},
        ("shop-storage", "Ingress"): {"tcp 2049 shop-signalling"},
        ("shop-storage", "Egress"): set(),
        ("shop-bridge", "Ingress"): world("udp 10000", "tcp 4443") | {"udp 3478 0.0.0.0/0"},
        ("shop-bridge", "Egress"): world("udp 0-65535", "tcp 443") | {"tcp 5222 shop-signalling"},
        ("shop-recorder", "Ingress"): set(),
        ("shop-recorder", "Egress"): world("tcp 443", "udp 10000", "tcp 4443") | {"tcp 5222 shop-signalling"},
    }
    (namespace,) = aws.client("servicediscovery").list_namespaces()["Namespaces"]
    assert namespace["Name"] == f"{NAME}.internal"
    (file_system,) = aws.client("efs").describe_file_systems(CreationToken=NAME)["FileSystems"]
    targets = aws.client("efs").describe_mount_targets(FileSystemId=file_system["FileSystemId"])["MountTargets"]
    assert {target["SubnetId"] for target in targets} == {subnet["SubnetId"] for subnet in subnets}

    # Without IPv6 the VPC keeps its block, and nothing else has any.
    assert role(extra_vars={"networking_ipv6": False}).changed == 3
    assert role(extra_vars={"networking_ipv6": False}).changed == 0
    for subnet in ec2.describe_subnets(Filters=in_vpc)["Subnets"]:
        assert not subnet["AssignIpv6AddressOnCreation"]
        assert subnet["Ipv6CidrBlockAssociationSet"] == []
    for group in ec2.describe_security_groups(Filters=in_vpc)["SecurityGroups"]:
        for permission in group["IpPermissions"] + group["IpPermissionsEgress"]:
            assert permission["Ipv6Ranges"] == []
