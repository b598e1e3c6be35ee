# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Rules about what the world can reach: addresses, functions, the distribution."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from . import policies
from .common import WORLD, Found, State, Wanted, finding

TLS_FOR_VIEWERS = ("TLSv1.2_2021", "TLSv1.2_2025", "TLSv1.3_2025")
OLD_TLS = {"SSLv3", "TLSv1", "TLSv1.1"}


def addresses_of_strangers(state: State, wanted: Wanted) -> Iterator[Found]:
    """A public address in the platform's VPC is not that of one of its tasks or instances."""
    for item in state["addresses"]:
        unknown = sorted(set(item["groups"]) - set(wanted.security_groups))
        if not unknown:
            continue
        ports = open_to_world(state, item["groups"])
        yield finding(
            "high" if ports else "medium",
            "exposure/address",
            item["address"],
            f"A public address that is not the platform's: {item['address']}",
            f"interface {item['interface']} ({item['description'] or 'no description'}), groups"
            f" {', '.join(item['groups'])}, open to the world: {', '.join(ports) or 'nothing'}",
            "Find out whose it is; move it out of this VPC or remove it.",
        )


def open_to_world(state: State, groups: Iterable[str]) -> list[str]:
    """What these groups let in from everywhere, as ``<protocol> <ports>``."""
    rules = [rule for name in groups for rule in state["security_groups"].get(name, {}).get("Ingress", {})]
    return sorted({rule.rsplit(" ", 1)[0] for rule in rules if rule.split(" ", 2)[2] in WORLD})


def function_urls(state: State, _wanted: Wanted) -> Iterator[Found]:
    """A function's URL answers anybody."""
    for item in state["functions"]:
        if item["url_auth"] == "NONE":
            yield finding(
                "high",
                "exposure/function-url",
                item["name"],
                f"Anybody may call the function {item['name']}",
                "its URL has the authorization type NONE",
                "site.yml --tags edge sets it to AWS_IAM, with which only CloudFront may.",
            )


def function_policies(state: State, wanted: Wanted) -> Iterator[Found]:
    """A function's policy lets in everybody, or another account."""
    for item in state["functions"]:
        for statement in policies.open_statements(item["policy"], wanted.account_id):
            yield finding(
                "high",
                "exposure/function-policy",
                item["name"],
                f"Others may call the function {item['name']}",
                f"statement {statement.get('Sid', '?')} allows {policies.principal(statement)}",
                "Take the statement away; site.yml --tags edge,secrets puts back what belongs there.",
            )


def distribution(state: State, wanted: Wanted) -> Iterator[Found]:
    """The public entrance takes old TLS, or passes on what was not encrypted."""
    found = state["distribution"]
    if not found:
        yield finding(
            "low",
            "exposure/distribution",
            wanted.name,
            "There is no distribution",
            "none has the platform's name as its comment",
            "site.yml --tags edge makes it.",
        )
        return
    redo = "site.yml --tags edge puts it back."
    if found["minimum_tls"] not in TLS_FOR_VIEWERS:
        evidence = f"the oldest protocol is {found['minimum_tls'] or 'that of the default certificate'}"
        yield finding(
            "medium", "exposure/viewer-tls", found["id"], "Visitors may come with old versions of TLS", evidence, redo
        )
    for path, policy in found["viewers"]:
        if policy == "allow-all":
            evidence = f"the path {path} also answers to plain HTTP"
            title = "Visitors may come without encryption"
            yield finding("high", "exposure/viewer-http", f"{found['id']} {path}", title, evidence, redo)
    for origin in found["origins"]:
        if origin["protocol"] != "https-only":
            evidence = f"the origin {origin['id']} is reached by {origin['protocol']}"
            title = "CloudFront may reach an origin without encryption"
            yield finding("high", "exposure/origin-http", f"{found['id']} {origin['id']}", title, evidence, redo)
        elif OLD_TLS & set(origin["tls"]):
            evidence = (
                f"the origin {origin['id']} may be reached with {', '.join(sorted(OLD_TLS & set(origin['tls'])))}"
            )
            title = "CloudFront may reach an origin with old versions of TLS"
            yield finding("medium", "exposure/origin-tls", f"{found['id']} {origin['id']}", title, evidence, redo)
