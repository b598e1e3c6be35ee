# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Rules about what this collection has not made."""

from __future__ import annotations

from collections.abc import Iterator

from ... import names
from .common import Found, State, Wanted, finding


def strange_groups(state: State, wanted: Wanted) -> Iterator[Found]:
    """A security group in the platform's VPC is not one of its own."""
    for name in sorted(set(state["security_groups"]) - set(wanted.security_groups) - {"default"}):
        yield finding(
            "low",
            "strangers/security-group",
            name,
            f"A security group that is not the platform's: {name}",
            "it is in the platform's VPC",
            "Find out whose it is. destroy.yml cannot remove the VPC while it is there.",
        )


def strange_roles(state: State, wanted: Wanted) -> Iterator[Found]:
    """A role has a name of ours that this collection never gives."""
    kinds = [name.removeprefix(wanted.name) for name in names.roles(wanted.name).values()]
    for name in sorted(set(state["roles"]) - set(wanted.roles)):
        # Another platform whose name begins with ours.
        if not name.endswith(tuple(kinds)):
            yield finding(
                "medium",
                "strangers/role",
                name,
                f"A role with a name of the platform: {name}",
                "this collection makes no such role",
                "Find out who made it and who may take it.",
            )


def strange_functions(state: State, wanted: Wanted) -> Iterator[Found]:
    """A function has a name of ours that this collection never gives."""
    kinds = [name.removeprefix(wanted.name) for name in names.functions(wanted.name).values()]
    for name in state["other_functions"]:
        if not name.endswith(tuple(kinds)):
            yield finding(
                "medium",
                "strangers/function",
                name,
                f"A function with a name of the platform: {name}",
                "this collection makes no such function",
                "Find out who made it, and what it may do.",
            )


def strange_tags(state: State, _wanted: Wanted) -> Iterator[Found]:
    """Something carries the tags of the platform and is of a kind that this collection never makes."""
    for item in state["tagged"]:
        yield finding(
            "low",
            "strangers/tagged",
            item["arn"],
            f"Something with the platform's tags that is not its own: {item['kind']}",
            f"{item['arn']}, tagged Name={item['name']}",
            "Find out whose it is: its costs are counted as the platform's.",
        )
