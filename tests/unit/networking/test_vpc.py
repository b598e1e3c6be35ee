# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A VPC and its subnets as states: blocks, parts of blocks, what cannot be."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.meetops.jitsi.plugins.module_utils.errors import InvalidInput
from ansible_collections.meetops.jitsi.plugins.module_utils.networking import vpc
from hypothesis import given
from hypothesis import strategies as st

SUBNETS = [{"cidr": "10.0.0.0/24", "zone": "us-east-1a"}, {"cidr": "10.0.1.0/24", "zone": "us-east-1b"}]


def described(block: str | None, state: str = "associated") -> dict[str, Any]:
    """A VPC or a subnet of a zone with an IPv6 block."""
    found = [{"Ipv6CidrBlock": block, "Ipv6CidrBlockState": {"State": state}, "AssociationId": "x"}] if block else []
    return {"AvailabilityZone": "us-east-1a", "MapPublicIpOnLaunch": True, "Ipv6CidrBlockAssociationSet": found}


@given(st.integers(0, 2**56 - 1), st.integers(0, 255))
def test_a_part_is_told_by_its_number(first: int, number: int) -> None:
    words = f"{first << 8:016x}"
    block = ":".join(words[index : index + 4] for index in range(0, 16, 4)) + "::/56"
    subnet = vpc.subnet_fields(described(vpc.part(block, number)), described(block), {})
    assert subnet["Ipv6"] == number


def test_a_block_of_elsewhere_is_told_as_it_is() -> None:
    for block in ("2001:db8:ffff::/64", "2001:db8::/60"):
        assert vpc.subnet_fields(described(block), described("2001:db8::/56"), {})["Ipv6"] == block
    assert vpc.subnet_fields(described(None), described("2001:db8::/56"), {})["Ipv6"] is None
    gone = described("2001:db8:0:1::/64", "disassociated")
    assert vpc.subnet_fields(gone, described("2001:db8::/56"), {})["Ipv6"] is None


def test_the_block_of_a_vpc_is_never_taken_away() -> None:
    fields = {"vpc shop": {"Ipv6": True}}
    assert vpc.wanted("shop", False, SUBNETS, fields, {})["vpc shop"]["Ipv6"] is True
    assert vpc.wanted("shop", False, SUBNETS, {}, {})["vpc shop"]["Ipv6"] is False


def test_subnets_are_named_and_numbered() -> None:
    state = vpc.wanted("shop", True, SUBNETS, {}, {"Team": "x"})
    assert list(state) == ["vpc shop", "subnet 10.0.0.0/24", "subnet 10.0.1.0/24"]
    assert state["subnet 10.0.1.0/24"] == {
        "Zone": "us-east-1b",
        "Ipv6": 2,
        "AssignIpv6": True,
        "AssignIpv4": True,
        "Tags": {"Team": "x", "Name": "shop-us-east-1b"},
    }


@pytest.mark.parametrize(
    ("cidr", "subnets", "message"),
    [
        ("10.0.0.1/16", [], "is no IPv4 block"),
        ("x", [], "is no IPv4 block"),
        ("2001:db8::/56", [], "is no IPv4 block"),
        ("10.0.0.0/15", [], "from /16 to /28"),
        ("10.1.0.0/16", SUBNETS, "not inside of the VPC"),
        ("10.0.0.0/16", [SUBNETS[0], SUBNETS[0]], "overlaps 10.0.0.0/24"),
        ("10.0.0.0/16", [{"cidr": f"10.0.{number}.0/24"} for number in range(256)], "256 are too many"),
    ],
)
def test_what_ec2_would_refuse(cidr: str, subnets: list[dict[str, str]], message: str) -> None:
    vpc.check("10.0.0.0/16", SUBNETS)
    with pytest.raises(InvalidInput, match=message):
        vpc.check(cidr, subnets)


def test_which_vpc_is_ours() -> None:
    one, two = ({"VpcId": f"vpc-{number}", "CidrBlock": "10.0.0.0/16"} for number in (1, 2))
    assert vpc.choose("shop", "10.0.0.0/16", []) is None
    assert vpc.choose("shop", "10.0.0.0/16", [one]) == one
    with pytest.raises(InvalidInput, match="vpc-1, vpc-2 all have this name"):
        vpc.choose("shop", "10.0.0.0/16", [one, two])
    with pytest.raises(InvalidInput, match="which EC2 cannot change"):
        vpc.choose("shop", "10.1.0.0/16", [one])
