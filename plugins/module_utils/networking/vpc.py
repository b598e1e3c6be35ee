# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A VPC with public subnets, as states to compare.

The IPv6 block of a VPC is chosen by AWS, so a state holds which part of it a subnet has, as a number: 1 is the second
/64 of the VPC's /56.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from .. import names
from ..changes import State
from ..errors import InvalidInput

Described = Mapping[str, Any]
Fields = dict[str, Any]
Network: TypeAlias = "ipaddress.IPv4Network | ipaddress.IPv6Network"

VPC, SUBNET = "vpc ", "subnet "
# For the ids of what check mode does not make.
PLANNED_VPC, PLANNED_SUBNET = "vpc-planned", "subnet-planned-"
# Field of a state -> how EC2 calls the attribute, in the order in which it takes them.
ATTRIBUTES = {"DnsSupport": "enableDnsSupport", "DnsHostnames": "enableDnsHostnames"}
# A VPC's /56 has that many /64 for subnets; the first one stays free.
MOST_SUBNETS = 255
# Also local zones, such as us-west-2-lax-1a.
_ZONE = re.compile(r"[a-z]{2,4}(-[a-z]+){1,2}-[0-9]+([a-z]|-[a-z0-9-]+[a-z])")


def check(cidr: str, subnets: Sequence[Mapping[str, Any]]) -> None:
    """Refuse blocks that EC2 would refuse."""
    vpc = _network(f"cidr {cidr}", cidr)
    if len(subnets) > MOST_SUBNETS:
        raise InvalidInput(f"subnets: {len(subnets)} are too many; a VPC has IPv6 blocks for {MOST_SUBNETS}")
    seen: list[Network] = []
    for subnet in subnets:
        where = f"subnets {subnet['cidr']}"
        block = _network(where, subnet["cidr"])
        if not block.subnet_of(vpc):  # type: ignore[arg-type]
            raise InvalidInput(f"{where}: is not inside of the VPC's {cidr}; choose a part of it")
        for other in seen:
            if block.overlaps(other):
                raise InvalidInput(f"{where}: overlaps {other}; give each subnet a block of its own")
        if not _ZONE.fullmatch(subnet["zone"]):
            raise InvalidInput(
                f"{where}, zone {subnet['zone']!r}: is no availability zone; write one such as us-east-1a"
            )
        seen.append(block)


def _network(where: str, cidr: str) -> Network:
    try:
        found = ipaddress.IPv4Network(cidr)
    except ValueError as error:
        raise InvalidInput(f"{where}: is no IPv4 block ({error}); write one such as 10.90.0.0/16") from None
    if not 16 <= found.prefixlen <= 28:
        raise InvalidInput(f"{where}: EC2 takes blocks from /16 to /28; choose another size")
    return found


def wanted(
    name: str, ipv6: bool, subnets: Iterable[Mapping[str, Any]], current: State, tags: Mapping[str, str]
) -> dict[str, Fields]:
    """What must be there, in the order of creation. ``current`` says whether an IPv6 block is there: it is never taken
    away, since EC2 refuses while a subnet has a part of it, and alone it does nothing."""
    has_ipv6 = current.get(VPC + name, {}).get("Ipv6", False)
    state: dict[str, Fields] = {
        VPC + name: {"Ipv6": ipv6 or has_ipv6, "DnsSupport": True, "DnsHostnames": True, "Tags": {**tags, "Name": name}}
    }
    for number, subnet in enumerate(subnets, 1):
        state[SUBNET + subnet["cidr"]] = {
            "Zone": subnet["zone"],
            "Ipv6": number if ipv6 else None,
            "AssignIpv6": ipv6,
            "AssignIpv4": True,
            "Tags": {**tags, "Name": names.subnet(name, subnet["zone"])},
        }
    return state


def choose(name: str, cidr: str, vpcs: Sequence[Described]) -> Described | None:
    """The VPC of this name. Raises InvalidInput if there are several, or if it has another block."""
    if len(vpcs) > 1:
        ids = ", ".join(vpc["VpcId"] for vpc in vpcs)
        raise InvalidInput(f"name {name}: the VPCs {ids} all have this name; rename all but one")
    if vpcs and vpcs[0]["CidrBlock"] != cidr:
        raise InvalidInput(
            f"cidr {cidr}: the VPC {vpcs[0]['VpcId']} of the name {name} has {vpcs[0]['CidrBlock']}, which EC2 cannot "
            "change; set it back, or choose another name"
        )
    return vpcs[0] if vpcs else None


def vpc_fields(described: Described, attributes: Mapping[str, bool], tags: Mapping[str, str]) -> Fields:
    """State of a VPC. ``attributes`` has those of ATTRIBUTES by the field's name."""
    return {"Ipv6": ipv6_block(described) is not None, **attributes, "Tags": dict(tags)}


def subnet_fields(described: Described, vpc: Described, tags: Mapping[str, str]) -> Fields:
    """State of a subnet of a VPC."""
    return {
        "Zone": described["AvailabilityZone"],
        "Ipv6": _number(ipv6_block(vpc), ipv6_block(described)),
        "AssignIpv6": described.get("AssignIpv6AddressOnCreation", False),
        "AssignIpv4": described["MapPublicIpOnLaunch"],
        "Tags": dict(tags),
    }


def associations(described: Described, states: Sequence[str] = ("associated", "associating")) -> list[Described]:
    """The IPv6 blocks of a VPC or subnet that are there or on their way."""
    found = described.get("Ipv6CidrBlockAssociationSet") or []
    return [item for item in found if item["Ipv6CidrBlockState"]["State"] in states]


def ipv6_block(described: Described) -> str | None:
    """The IPv6 block of a VPC or subnet."""
    return next((str(item["Ipv6CidrBlock"]) for item in associations(described)), None)


def part(block: str, number: int) -> str:
    """The /64 of this number of a VPC's block."""
    first = int(ipaddress.IPv6Network(block).network_address) + (number << 64)
    return str(ipaddress.IPv6Network((first, 64)))


def _number(block: str | None, subnet: str | None) -> int | str | None:
    """The inverse; a block of elsewhere as it is."""
    if subnet is None or block is None:
        return subnet
    network, whole = ipaddress.IPv6Network(subnet), ipaddress.IPv6Network(block)
    if network.prefixlen != 64 or not network.subnet_of(whole):
        return subnet
    return (int(network.network_address) - int(whole.network_address)) >> 64


def check_current(wanted_state: State, current: State) -> None:
    """Refuse a subnet that is in another zone: subnets cannot move."""
    for resource, fields in wanted_state.items():
        zone = current.get(resource, fields).get("Zone")
        if zone != fields.get("Zone"):
            raise InvalidInput(
                f"subnets {resource.removeprefix(SUBNET)}: is in {zone}, not in {fields['Zone']}, and subnets cannot "
                "move; give its zone, or another block"
            )
