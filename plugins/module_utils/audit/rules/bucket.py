# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Rules about the bucket of the recordings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from . import policies
from .common import Found, State, Wanted, finding


def bucket_public(state: State, _wanted: Wanted) -> Iterator[Found]:
    """S3 may let the bucket be opened to the public."""
    if not state["bucket"]:
        return
    missing = sorted(
        setting
        for setting in ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
        if not state["bucket"]["public_access_block"].get(setting)
    )
    if missing:
        yield finding(
            "high",
            "bucket/public",
            state["bucket"]["name"],
            "The recordings may be made public",
            f"public access is not blocked by {', '.join(missing)}",
            "site.yml --tags recording_bucket blocks it.",
        )


def bucket_policy(state: State, wanted: Wanted) -> Iterator[Found]:
    """The bucket's policy lets others in, or lets anybody come without TLS."""
    bucket = state["bucket"]
    if not bucket:
        return
    redo = "site.yml --tags recording_bucket puts the policy back."
    for statement in policies.open_statements(bucket["policy"], wanted.account_id):
        evidence = f"statement {statement.get('Sid', '?')} allows {policies.principal(statement)}"
        yield finding("high", "bucket/policy", bucket["name"], "Others may reach the recordings", evidence, redo)
    if not any(_denies_plain(statement) for statement in bucket["policy"].get("Statement", ())):
        evidence = "the policy denies nothing that comes without TLS"
        yield finding("medium", "bucket/tls", bucket["name"], "The recordings may be read without TLS", evidence, redo)


def bucket_settings(state: State, _wanted: Wanted) -> Iterator[Found]:
    """The bucket does not encrypt with KMS, keeps no versions, or has objects that others own."""
    bucket = state["bucket"]
    if not bucket:
        return
    redo = "site.yml --tags recording_bucket puts it back."
    for rule, right, title, evidence in (
        (
            "encryption",
            bucket["encryption"]["algorithm"] == "aws:kms",
            "New recordings are not encrypted with a KMS key",
            f"default encryption is {bucket['encryption']['algorithm'] or 'not set'}",
        ),
        (
            "versions",
            bucket["versioning"] == "Enabled",
            "A deleted recording cannot be brought back",
            f"versioning is {bucket['versioning'] or 'off'}",
        ),
        (
            "ownership",
            bucket["ownership"] == "BucketOwnerEnforced",
            "Access lists may give others a recording",
            f"ownership of objects is {bucket['ownership'] or 'not set'}",
        ),
    ):
        if not right:
            yield finding("medium", f"bucket/{rule}", bucket["name"], title, evidence, redo)


def _denies_plain(statement: Mapping[str, Any]) -> bool:
    condition = statement.get("Condition", {}).get("Bool", {}).get("aws:SecureTransport")
    return (
        statement.get("Effect") == "Deny"
        and condition == ["false"]
        and statement.get("Action") == ["s3:*"]
        and policies.principal(statement) == "everybody"
    )
