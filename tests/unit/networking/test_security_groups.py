# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Rules of security groups: from options to lines, from EC2 to lines, and back."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.meetops.jitsi.plugins.module_utils.errors import InvalidInput
from ansible_collections.meetops.jitsi.plugins.module_utils.networking import security_groups


def rule(ports: str = "443", *peers: str, protocol: str = "tcp", description: str = "why") -> dict[str, Any]:
    return {"ports": ports, "peers": list(peers or ("0.0.0.0/0",)), "protocol": protocol, "description": description}


def group(name: str = "a", *ingress: Any, egress: Any = (), description: str = "a group") -> dict[str, Any]:
    return {"name": name, "description": description, "ingress": list(ingress), "egress": list(egress)}


def test_rules_become_lines() -> None:
    first = group("a", rule("443", "0.0.0.0/0", "::/0"), rule("5222", "b"))
    second = group("b", egress=[rule("0-65535", "10.0.0.0/8", "pl-123", protocol="udp")])
    assert security_groups.wanted([first, second]) == {
        "a": {"Ingress": {"tcp 443 0.0.0.0/0": "why", "tcp 443 ::/0": "why", "tcp 5222 b": "why"}, "Egress": {}},
        "b": {"Ingress": {}, "Egress": {"udp 0-65535 10.0.0.0/8": "why", "udp 0-65535 pl-123": "why"}},
    }


def test_networks_are_written_as_ec2_writes_them() -> None:
    rules = security_groups.wanted([group("a", rule("443", "2001:DB8:0:0::/32"))])["a"]["Ingress"]
    assert list(rules) == ["tcp 443 2001:db8::/32"]


@pytest.mark.parametrize(
    ("groups", "message"),
    [
        ([group("sg-a")], "name sg-a"),
        ([group("")], "name "),
        ([group("ä")], "name ä"),
        ([group("a"), group("a")], "more than once"),
        ([group(description="")], "description ''"),
        ([group("a", rule(description="it's"))], 'description "it\'s"'),
        ([group("a", rule(description="x" * 256))], "description"),
        ([group("a", rule("443-80"))], "ports 443-80"),
        ([group("a", rule("65536"))], "ports 65536"),
        ([group("a", rule("https"))], "ports https"),
        ([group("a", rule("443", "b"))], "peer b is no CIDR block"),
        ([group("a", rule("443", "10.0.0.1/24"))], "peer 10.0.0.1/24 is not a network"),
        ([group("a", rule("443", "fd00::1/64"))], "peer fd00::1/64 is not a network"),
        ([group("a", rule("443"), rule("443", description="other"))], "tcp 443 0.0.0.0/0 is listed more than once"),
    ],
)
def test_what_ec2_would_refuse_is_refused(groups: list[dict[str, Any]], message: str) -> None:
    with pytest.raises(InvalidInput) as error:
        security_groups.wanted(groups)
    assert message in str(error.value)


DESCRIBED = [
    {
        "IpProtocol": "tcp",
        "FromPort": 443,
        "ToPort": 443,
        "IpRanges": [{"CidrIp": "0.0.0.0/0", "Description": "world"}, {"CidrIp": "10.0.0.0/8"}],
        "Ipv6Ranges": [{"CidrIpv6": "::/0", "Description": "world"}],
        "PrefixListIds": [{"PrefixListId": "pl-1"}],
        "UserIdGroupPairs": [
            {"GroupId": "sg-1", "UserId": "1"},
            {"GroupId": "sg-9", "UserId": "2", "Description": "x"},
        ],
    },
    {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}], "Ipv6Ranges": [], "UserIdGroupPairs": []},
    {"IpProtocol": "udp", "FromPort": 0, "ToPort": 65535, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]},
]
NAMES = {"sg-1": "a"}


def test_what_ec2_returns_becomes_the_same_lines() -> None:
    assert security_groups.descriptions(DESCRIBED, NAMES) == {
        "tcp 443 0.0.0.0/0": "world",
        "tcp 443 10.0.0.0/8": "",
        "tcp 443 ::/0": "world",
        "tcp 443 pl-1": "",
        "tcp 443 a": "",
        "tcp 443 sg-9": "x",
        "all all 0.0.0.0/0": "",
        "udp 0-65535 10.0.0.0/8": "",
    }


def test_each_rule_can_be_revoked_alone() -> None:
    found = security_groups.permissions(DESCRIBED, NAMES)
    assert found["tcp 443 sg-9"] == {
        "IpProtocol": "tcp",
        "FromPort": 443,
        "ToPort": 443,
        "UserIdGroupPairs": [{"GroupId": "sg-9", "UserId": "2", "Description": "x"}],
    }
    assert found["all all 0.0.0.0/0"] == {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}


@pytest.mark.parametrize(
    "text", ["tcp 443 0.0.0.0/0", "tcp 443 ::/0", "udp 0-65535 10.0.0.0/8", "tcp 5222 a", "tcp 443 pl-1"]
)
def test_a_line_becomes_what_the_api_takes_and_back(text: str) -> None:
    authorization = security_groups.authorization(text, "why", {"a": "sg-1"})
    assert security_groups.descriptions([authorization], NAMES) == {text: "why"}


def test_prefix_lists_of_aws_are_named() -> None:
    name = "com.amazonaws.global.cloudfront.origin-facing"
    groups = [group("a", rule("443", name)), group("b", rule("443", "pl-1"), rule("80", "a"))]
    assert security_groups.prefix_list_names(groups) == [name]
    (text,) = security_groups.wanted(groups)["a"]["Ingress"]
    assert text == f"tcp 443 {name}"
    made = security_groups.authorization(text, "why", {name: "pl-9"})
    assert made["PrefixListIds"] == [{"PrefixListId": "pl-9", "Description": "why"}]
    assert list(security_groups.permissions([made], {"pl-9": name})) == [text]
