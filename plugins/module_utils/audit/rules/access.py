# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Rules about roles and what they may do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from . import policies
from .common import Found, State, Wanted, finding

# Managed policies that let a role do nearly anything.
ALMIGHTY = ("AdministratorAccess", "PowerUserAccess", "IAMFullAccess")


def role_trust(state: State, wanted: Wanted) -> Iterator[Found]:
    """Somebody else may take a role."""
    for name, role in wanted.roles.items():
        current = state["roles"].get(name)
        if current and current["trust"] != role["trust"]:
            principals = sorted({policies.principal(statement) for statement in current["trust"]["Statement"]})
            yield finding(
                "high",
                "access/trust",
                name,
                f"The role {name} trusts otherwise than wanted",
                f"it may be taken by {', '.join(principals)}, or under other conditions",
                _redo_role(name),
            )


def role_policies(state: State, wanted: Wanted) -> Iterator[Found]:
    """A role may do what the documented policies do not allow."""
    for name, role in wanted.roles.items():
        documented = _statements(role)
        for policy, statement in _allowed(state["roles"].get(name, {})):
            if statement in documented:
                continue
            broad = any(action == "*" or action.endswith(":*") for action in statement.get("Action", ["*"]))
            actions = ", ".join(statement.get("Action") or [f"all but {statement.get('NotAction')}"])
            yield finding(
                "high" if broad else "medium",
                "access/policy",
                f"{name} {policy} {statement.get('Sid', '')}".rstrip(),
                f"The role {name} may do more than documented",
                f"policy {policy} allows {actions} on {', '.join(statement.get('Resource', ['?']))}",
                _redo_role(name),
            )


def role_missing_policies(state: State, wanted: Wanted) -> Iterator[Found]:
    """A role lacks what the platform needs."""
    for name, role in wanted.roles.items():
        current = state["roles"].get(name)
        if current is None:
            yield finding(
                "low", "access/no-role", name, f"The role {name} is missing", "it is not there", _redo_role(name)
            )
            continue
        there = _statements(current)
        lacking = [statement.get("Sid", "?") for statement in _statements(role) if statement not in there]
        if lacking:
            yield finding(
                "low",
                "access/missing-policy",
                name,
                f"The role {name} may do less than documented",
                f"statements {', '.join(lacking)} are missing or differ",
                _redo_role(name),
            )


def role_managed_policies(state: State, wanted: Wanted) -> Iterator[Found]:
    """A managed policy was attached to a role."""
    for name, role in wanted.roles.items():
        extra = set(state["roles"].get(name, {}).get("managed_policies", ())) - set(role["managed_policies"])
        for arn in sorted(extra):
            almighty = arn.rpartition("/")[2] in ALMIGHTY
            yield finding(
                "high" if almighty else "medium",
                "access/managed-policy",
                f"{name} {arn}",
                f"The role {name} has a managed policy that is not documented",
                arn,
                _redo_role(name),
            )


def _redo_role(name: str) -> str:
    return f"See in CloudTrail who changed the role {name}; site.yml puts it back."


def _allowed(role: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """What the inline policies of a role allow: name of the policy, statement."""
    for field_name, document in sorted(role.items()):
        if field_name.startswith("policies."):
            for statement in document["Statement"]:
                if statement.get("Effect") == "Allow":
                    yield field_name.partition(".")[2], statement


def _statements(role: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [statement for _policy, statement in _allowed(role)]
