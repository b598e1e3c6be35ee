# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Rules about security groups."""

from __future__ import annotations

from collections.abc import Iterator

from .common import WORLD, Found, State, Wanted, finding


def rules_too_many(state: State, wanted: Wanted) -> Iterator[Found]:
    """A security group lets in or out what the collection does not."""
    for name, group in wanted.security_groups.items():
        for direction, severity in (("Ingress", "medium"), ("Egress", "low")):
            extra = set(state["security_groups"].get(name, {}).get(direction, {})) - set(group[direction])
            for rule in sorted(extra):
                world = rule.split(" ", 2)[2] in WORLD
                opens = direction == "Ingress"
                yield finding(
                    "high" if world and opens else severity,
                    f"network/extra-{direction.lower()}",
                    f"{name} {rule}",
                    f"{'The world' if world and opens else 'More than wanted'} gets {'in' if opens else 'out'}: {name}",
                    f"{direction} rule {rule}, which this collection does not want",
                    "Find out who added it and why; site.yml --tags networking takes it away.",
                )


def rules_missing(state: State, wanted: Wanted) -> Iterator[Found]:
    """A security group lacks what the platform needs: nobody gets in, but something does not work."""
    for name, group in wanted.security_groups.items():
        for direction, rules in group.items():
            missing = set(rules) - set(state["security_groups"].get(name, {}).get(direction, {}))
            for rule in sorted(missing):
                yield finding(
                    "low",
                    f"network/missing-{direction.lower()}",
                    f"{name} {rule}",
                    f"A rule is missing: {name}",
                    f"no {direction} rule {rule} ({rules[rule]})",
                    "site.yml --tags networking puts it back.",
                )


def default_group_open(state: State, _wanted: Wanted) -> Iterator[Found]:
    """The VPC's default group has rules: what is started without a group of its own gets them."""
    group = state["security_groups"].get("default", {})
    rules = [f"{direction} {rule}" for direction, found in group.items() for rule in sorted(found)]
    if rules:
        yield finding(
            "medium",
            "network/default-group",
            "default",
            "The default security group of the VPC has rules",
            ", ".join(rules),
            "site.yml --tags networking empties it.",
        )
