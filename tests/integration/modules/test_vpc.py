# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The module vpc on the emulated AWS."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv6Network
from itertools import islice
from typing import Any

from support.server import AwsServer

Run = Callable[..., dict[str, Any]]
NAME = "shop"
SUBNETS = [{"cidr": "10.90.0.0/24", "zone": "us-east-1a"}, {"cidr": "10.90.1.0/24", "zone": "us-east-1b"}]
ARGUMENTS = {"name": NAME, "cidr": "10.90.0.0/16", "ipv6": True, "subnets": SUBNETS, "tags": {"Team": "x"}}


def made(aws: AwsServer) -> tuple[Any, list[dict[str, Any]]]:
    """All VPCs of the name, and their subnets by address."""
    ec2 = aws.client("ec2")
    vpcs = ec2.describe_vpcs(Filters=[{"Name": "tag:Name", "Values": [NAME]}])["Vpcs"]
    found = ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [vpc["VpcId"] for vpc in vpcs]}])["Subnets"]
    return vpcs, sorted(found, key=lambda subnet: subnet["CidrBlock"])


def blocks(subnets: list[dict[str, Any]]) -> list[IPv6Network]:
    """The IPv6 blocks that subnets have now; as text, one block can be written in several ways."""
    return [
        IPv6Network(item["Ipv6CidrBlock"])
        for subnet in subnets
        for item in subnet["Ipv6CidrBlockAssociationSet"]
        if item["Ipv6CidrBlockState"]["State"] == "associated"
    ]


def test_a_plan_is_what_a_run_makes_and_a_second_one_reads_four_times(aws: AwsServer, run_module: Run) -> None:
    planned = run_module("vpc", **ARGUMENTS, _check=True)
    assert aws.mutating() == []
    assert (planned["vpc_id"], planned["subnet_ids"]) == (
        "vpc-planned",
        ["subnet-planned-us-east-1a", "subnet-planned-us-east-1b"],
    )
    first = run_module("vpc", **ARGUMENTS)
    assert (first["changes"], first["diff"]) == (planned["changes"], planned["diff"])
    aws.calls.clear()
    second = run_module("vpc", **ARGUMENTS)
    assert (second["changed"], second["changes"], aws.mutating(), len(aws.calls)) == (False, [], [], 4)
    (vpc,), subnets = made(aws)
    assert second["vpc_id"] == vpc["VpcId"]
    assert second["subnet_ids"] == [subnet["SubnetId"] for subnet in subnets]
    whole = IPv6Network(vpc["Ipv6CidrBlockAssociationSet"][0]["Ipv6CidrBlock"])
    assert blocks(subnets) == list(islice(whole.subnets(new_prefix=64), 1, 3))
    assert all(subnet["MapPublicIpOnLaunch"] and subnet["AssignIpv6AddressOnCreation"] for subnet in subnets)
    assert {"Key": "Name", "Value": "shop-us-east-1b"} in subnets[1]["Tags"]
    attribute = aws.client("ec2").describe_vpc_attribute(VpcId=vpc["VpcId"], Attribute="enableDnsHostnames")
    assert attribute["EnableDnsHostnames"] == {"Value": True}


def test_ipv6_comes_and_goes_but_the_block_of_the_vpc_stays(aws: AwsServer, as_planned: Run, run_module: Run) -> None:
    run_module("vpc", **{**ARGUMENTS, "ipv6": False})
    (vpc,), subnets = made(aws)
    assert (vpc.get("Ipv6CidrBlockAssociationSet", []), blocks(subnets)) == ([], [])
    for ipv6, count in ((True, 2), (False, 0)):
        as_planned(run_module, "vpc", **{**ARGUMENTS, "ipv6": ipv6})
        assert not run_module("vpc", **{**ARGUMENTS, "ipv6": ipv6})["changed"]
        (vpc,), subnets = made(aws)
        assert len(blocks(subnets)) == count
    assert len(vpc["Ipv6CidrBlockAssociationSet"]) == 1


def test_another_vpc_is_never_touched(aws: AwsServer, run_module: Run) -> None:
    run_module("vpc", **{**ARGUMENTS, "name": f"{NAME}-staging"})
    before = aws.client("ec2").describe_subnets()["Subnets"]
    run_module("vpc", **ARGUMENTS)
    run_module("vpc", name=NAME, cidr=ARGUMENTS["cidr"], state="absent")
    assert made(aws)[0] == []
    assert aws.client("ec2").describe_subnets()["Subnets"] == before
    assert not run_module("vpc", name=NAME, cidr=ARGUMENTS["cidr"], state="absent")["changed"]


def test_what_cannot_be_is_refused(aws: AwsServer, run_module: Run) -> None:
    run_module("vpc", **ARGUMENTS)
    aws.calls.clear()
    for wrong, words in (
        ({"cidr": "10.90.0.1/16"}, "cidr 10.90.0.1/16: is no IPv4 block"),
        ({"cidr": "10.0.0.0/8"}, "EC2 takes blocks from /16 to /28"),
        ({"cidr": "10.91.0.0/16"}, "subnets 10.90.0.0/24: is not inside of the VPC's"),
        ({"subnets": [SUBNETS[0], {**SUBNETS[0], "cidr": "10.90.0.128/25"}]}, "overlaps 10.90.0.0/24"),
    ):
        assert words in run_module("vpc", **{**ARGUMENTS, **wrong})["msg"]
        assert aws.calls == []
    moved = run_module("vpc", **{**ARGUMENTS, "cidr": "10.91.0.0/16", "subnets": []})
    assert "which EC2 cannot change" in moved["msg"]
    other_zone = run_module("vpc", **{**ARGUMENTS, "subnets": [{**SUBNETS[0], "zone": "us-east-1c"}]})
    assert "subnets 10.90.0.0/24: is in us-east-1a, not in us-east-1c" in other_zone["msg"]
    assert aws.mutating() == []
