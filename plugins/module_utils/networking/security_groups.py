# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Security groups as sets of rules that read well in a diff.

A rule is one line, ``<protocol> <ports> <peer>``, and its value is its description:
``{"tcp 443 0.0.0.0/0": "HTTPS from everywhere", "tcp 5222 jitsi-bridge": "XMPP from the bridges"}``.
A peer is a CIDR block, a managed prefix list (by its id, or by its name if it is one of AWS) or the name of a group of
the same VPC.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..errors import InvalidInput

Rules = dict[str, str]

# How resources are called in a state.
GROUP, RULES = "security group ", "rules of "
# Where DescribeSecurityGroups has the rules of each direction.
PERMISSIONS = {"Ingress": "IpPermissions", "Egress": "IpPermissionsEgress"}
NO_RULES: dict[str, Rules] = {direction: {} for direction in PERMISSIONS}
# What EC2 puts into the default group of a new VPC.
NEW_DEFAULT = {"Ingress": {"all all default": ""}, "Egress": {"all all 0.0.0.0/0": ""}}
# Kind of peer -> (list in a permission, key of the peer in it).
PEERS = {
    "ipv4": ("IpRanges", "CidrIp"),
    "ipv6": ("Ipv6Ranges", "CidrIpv6"),
    "prefix list": ("PrefixListIds", "PrefixListId"),
    "group": ("UserIdGroupPairs", "GroupId"),
}
ALL = "all"
# How the names of prefix lists begin that AWS manages.
AWS_LIST = "com.amazonaws."
DESCRIPTION = re.compile(r"[a-zA-Z0-9. _:/()#,@\[\]+=&;{}!$*-]{1,255}")
NAME = re.compile(r"(?!sg-)[a-zA-Z0-9. _:/()#,@\[\]+=&;{}!$*-]{1,255}")


def wanted(groups: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, Rules]]:
    """Rules of the module's option ``groups``: ``{name: {"Ingress": rules, "Egress": rules}}``.

    Raises InvalidInput for what EC2 would refuse, and for a peer that is no group of this list.
    """
    names = [str(group["name"]) for group in groups]
    for name in names:
        if not NAME.fullmatch(name):
            raise InvalidInput(
                f"name {name}: not a name of a security group; use 1 to 255 letters, digits, spaces and"
                " ._-:/()#,@[]+=&;{}!$*, and do not begin with sg-"
            )
        if names.count(name) > 1:
            raise InvalidInput(f"name {name}: listed more than once; give every group its own name")
    for group in groups:
        _check_description(group["name"], group["description"])
    return {
        group["name"]: {
            "Ingress": _lines(group["name"], group["ingress"], names),
            "Egress": _lines(group["name"], group["egress"], names),
        }
        for group in groups
    }


def tagged(tags: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, Any]]:
    """Groups with their tags, as a state."""
    return {GROUP + name: {"Tags": dict(of_group)} for name, of_group in tags.items()}


def ruled(rules: Mapping[str, Mapping[str, Rules]]) -> dict[str, Mapping[str, Rules]]:
    """The rules of groups, as a state."""
    return {RULES + name: of_group for name, of_group in rules.items()}


def steps(now: Mapping[str, str], after: Mapping[str, str]) -> tuple[Rules, Rules, list[str]]:
    """How to get from the rules that a group has to others: what to add, what to describe anew, what to remove."""
    new = {text: description for text, description in after.items() if text not in now}
    reworded = {text: description for text, description in after.items() if now.get(text, description) != description}
    return new, reworded, [text for text in now if text not in after]


def _lines(group: str, rules: Iterable[Mapping[str, Any]], names: Sequence[str]) -> Rules:
    lines: Rules = {}
    for rule in rules:
        first, last = _ports(group, rule["ports"])
        _check_description(group, rule["description"])
        if not rule["peers"]:
            raise InvalidInput(f"group {group}: the rule for ports {rule['ports']} has no peers; list at least one")
        for peer in rule["peers"]:
            text = line(rule["protocol"], first, last, _peer(group, peer, names))
            if text in lines:
                raise InvalidInput(f"group {group}: the rule {text} is listed more than once; leave one of them out")
            lines[text] = rule["description"]
    return lines


def _ports(group: str, ports: str) -> tuple[int, int]:
    found = re.fullmatch(r"(\d{1,5})(?:-(\d{1,5}))?", ports)
    first, last = (int(found[1]), int(found[2] or found[1])) if found else (1, 0)
    if not 0 <= first <= last <= 65535:
        raise InvalidInput(f"group {group}: ports {ports} are not a port or range; write 443 or 49152-65535")
    return first, last


def _check_description(group: str, text: str) -> None:
    if not DESCRIPTION.fullmatch(text):
        raise InvalidInput(
            f"group {group}: EC2 does not accept the description {text!r}; use 1 to 255 letters, digits, spaces and"
            " ._-:/()#,@[]+=&;{}!$*"
        )


def _peer(group: str, peer: str, names: Sequence[str]) -> str:
    """The peer as EC2 writes it."""
    kind = peer_kind(peer)
    if kind == "group" and peer not in names:
        raise InvalidInput(f"group {group}: the peer {peer} is no CIDR block, no prefix list and none of {list(names)}")
    if kind in ("group", "prefix list"):
        return peer
    try:
        return str(ipaddress.ip_network(peer))
    except ValueError as error:
        raise InvalidInput(f"group {group}: the peer {peer} is not a network: {error}; correct it") from None


def peer_kind(peer: str) -> str:
    """``ipv4``, ``ipv6``, ``prefix list`` or ``group``."""
    if "/" in peer:
        return "ipv6" if ":" in peer else "ipv4"
    return "prefix list" if peer.startswith(("pl-", AWS_LIST)) else "group"


def prefix_list_names(groups: Iterable[Mapping[str, Any]]) -> list[str]:
    """Names of the AWS-managed prefix lists among the peers of the module's option ``groups``, sorted."""
    rules = [rule for group in groups for rule in [*group["ingress"], *group["egress"]]]
    return sorted({peer for rule in rules for peer in rule["peers"] if peer.startswith(AWS_LIST)})


def line(protocol: str, first: int | None, last: int | None, peer: str) -> str:
    """One rule as text. No port means all of them."""
    ports = ALL if first is None else f"{first}" if first == last else f"{first}-{last}"
    return f"{ALL if protocol == '-1' else protocol} {ports} {peer}"


def permissions(described: Iterable[Mapping[str, Any]], names: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """Take what DescribeSecurityGroups returned apart: ``{line: what the Revoke calls take}``, each with one peer.

    ``names`` maps the ids of the VPC's groups, and of prefix lists, to their names. A group of elsewhere keeps its id.
    """
    found = {}
    for permission in described:
        ports = {key: permission[key] for key in ("FromPort", "ToPort") if key in permission}
        for several, key in PEERS.values():
            for entry in permission.get(several, []):
                peer = names.get(entry[key], entry[key])
                text = line(permission["IpProtocol"], ports.get("FromPort"), ports.get("ToPort"), peer)
                found[text] = {"IpProtocol": permission["IpProtocol"], **ports, several: [dict(entry)]}
    return found


def descriptions(described: Iterable[Mapping[str, Any]], names: Mapping[str, str]) -> Rules:
    """The same rules with their descriptions."""
    return {
        text: permission[several][0].get("Description", "")
        for text, permission in permissions(described, names).items()
        for several in permission
        if isinstance(permission[several], list)
    }


def authorizations(rules: Rules, ids: Mapping[str, str]) -> list[dict[str, Any]]:
    """Wanted rules as the Authorize calls take them."""
    return [authorization(text, description, ids) for text, description in rules.items()]


def authorization(text: str, description: str, ids: Mapping[str, str]) -> dict[str, Any]:
    """Turn a wanted rule into what the Authorize calls take. ``ids`` maps names of groups and prefix lists to ids."""
    protocol, ports, peer = text.split(" ", 2)
    first, *last = ports.split("-")
    several, key = PEERS[peer_kind(peer)]
    return {
        "IpProtocol": protocol,
        "FromPort": int(first),
        "ToPort": int((last or [first])[0]),
        several: [{key: ids.get(peer, peer), "Description": description}],
    }
