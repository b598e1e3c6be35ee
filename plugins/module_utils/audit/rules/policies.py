# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Statements of policies of resources that let others in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ...access import roles


def open_statements(policy: Mapping[str, Any], account_id: str) -> Iterator[dict[str, Any]]:
    """Statements that allow everybody or another account, unless a condition confines them to ours."""
    for statement in roles.canonical(policy)["Statement"] if policy else ():
        if statement.get("Effect") != "Allow":
            continue
        principal = statement.get("Principal")
        named = ["*"] if principal == "*" else list((principal or {}).get("AWS", ()))
        foreign = [item for item in named if item == "*" or account_id not in item]
        if foreign and not _confined(statement, account_id):
            yield statement


def _confined(statement: Mapping[str, Any], account_id: str) -> bool:
    """Whether a condition names our account as the one that calls."""
    keys = ("aws:sourceaccount", "aws:sourceowner", "aws:sourcearn", "aws:principalaccount", "aws:principalarn")
    for tests in statement.get("Condition", {}).values():
        for key, values in tests.items():
            if key.lower() in keys and all(account_id in str(value) for value in values):
                return True
    # EFS: only through a mount target, which is in our VPC.
    return any("elasticfilesystem:AccessedViaMountTarget" in tests for tests in statement.get("Condition", {}).values())


def principal(statement: Mapping[str, Any]) -> str:
    """Whom a statement is about, as people say it: ``everybody``, or ARNs and services."""
    principal = statement.get("Principal")
    if principal == "*" or (isinstance(principal, Mapping) and principal.get("AWS") in ("*", ["*"])):
        return "everybody"
    parts = principal.values() if isinstance(principal, Mapping) else ()
    return ", ".join(f"{value}" for values in parts for value in ([values] if isinstance(values, str) else values))
