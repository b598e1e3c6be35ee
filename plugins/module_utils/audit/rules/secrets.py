# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Rules about the secret document."""

from __future__ import annotations

from collections.abc import Iterator

from . import policies
from .common import Found, State, Wanted, finding


def secret_age(state: State, wanted: Wanted) -> Iterator[Found]:
    """The passwords are older than the rotation allows."""
    secret = state["secret"]
    if not secret or secret["age_days"] <= wanted.rotation_days:
        return
    overdue = secret["age_days"] > wanted.rotation_days + wanted.grace_days
    yield finding(
        "high" if overdue else "medium",
        "secrets/age",
        secret["name"],
        "The passwords are older than they may be",
        f"{secret['age_days']:.0f} days, of {wanted.rotation_days} and {wanted.grace_days} days of grace",
        "Run playbooks/rotate_secrets.yml, and see why they did not rotate by themselves (docs/rotation.md).",
    )


def secret_rotation(state: State, wanted: Wanted) -> Iterator[Found]:
    """AWS does not rotate the secret although it should."""
    secret = state["secret"]
    if secret and wanted.rotation and not secret["rotation"]:
        yield finding(
            "medium",
            "secrets/rotation",
            secret["name"],
            "The passwords do not rotate by themselves",
            "the secret has no rotation switched on",
            "site.yml --tags secrets switches it on.",
        )


def secret_policy(state: State, wanted: Wanted) -> Iterator[Found]:
    """The secret's own policy lets others read it."""
    secret = state["secret"]
    if not secret:
        return
    for statement in policies.open_statements(secret["policy"], wanted.account_id):
        yield finding(
            "high",
            "secrets/policy",
            secret["name"],
            "Others may read the passwords",
            f"statement {statement.get('Sid', '?')} of the secret's policy allows {policies.principal(statement)}",
            "Delete the policy (aws secretsmanager delete-resource-policy), then rotate the passwords.",
        )
