# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A bucket for recordings: what all of its settings must be, and what S3's answers say they are."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from .._aws.tags import tag_dict
from ..access import kms_key
from ..errors import InvalidInput

Settings = dict[str, Any]

# The order of applying: closed to the public before anything else, versioned before old versions expire.
# Locks need versions.
SETTINGS = ("public_access_block", "ownership", "policy", "encryption", "versioning", "lock", "lifecycle", "tags")

# The key that AWS manages for S3.
MANAGED_KEY = "alias/aws/s3"
# Where the recorder puts what it recorded.
RECORDINGS = "recordings/"
# Only classes in which objects are still read at once, so that a link to a recording keeps working, and which keep
# copies in several zones. Class -> days that S3 keeps an object in the standard class before it moves there.
ARCHIVE_CLASSES = {"GLACIER_IR": 0, "STANDARD_IA": 30, "INTELLIGENT_TIERING": 0}
# What keeps recordings from being deleted -> mode of Object Lock for new objects.
LOCKS = {"none": "", "holds": "", "governance": "GOVERNANCE", "compliance": "COMPLIANCE"}
MOST_LOCK_DAYS = 36500

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]")
_RESERVED_STARTS = ("xn--", "sthree-", "amzn-s3-demo-")
_RESERVED_ENDS = ("-s3alias", "--ol-s3", "--x-s3", "--table-s3")
_VARIABLE = "set jitsi_recording_bucket to"


def check_name(name: str) -> None:
    """Refuse a name that S3 does not take, or that has dots: TLS certificates of S3 cover one label only."""
    if not 3 <= len(name) <= 63:
        raise InvalidInput(f"name {name}: has {len(name)} characters; {_VARIABLE} a name of 3 to 63 characters")
    if not _NAME.fullmatch(name):
        raise InvalidInput(
            f"name {name}: not a name for this bucket; {_VARIABLE} lower case letters, digits and hyphens only, "
            "with a letter or digit at both ends"
        )
    if name.startswith(_RESERVED_STARTS) or name.endswith(_RESERVED_ENDS):
        raise InvalidInput(
            f"name {name}: S3 reserves the starts {', '.join(_RESERVED_STARTS)} and the ends "
            f"{', '.join(_RESERVED_ENDS)}; {_VARIABLE} another name"
        )


def check_region(name: str, actual: str, wanted: str) -> None:
    """Refuse a bucket that exists in another region: a bucket cannot move."""
    if actual != wanted:
        raise InvalidInput(
            f"name {name}: this bucket is in {actual}, not in {wanted}; {_VARIABLE} another name, or work in {actual}"
        )


def check_days(archive_after: int, expire_after: int, noncurrent: int, incomplete_upload: int) -> None:
    """Refuse numbers of days that S3 does not take; 0 means never for the first two only."""
    for option, days, least in (
        ("archive_after_days", archive_after, 0),
        ("expire_after_days", expire_after, 0),
        ("noncurrent_days", noncurrent, 1),
        ("incomplete_upload_days", incomplete_upload, 1),
    ):
        if days < least:
            raise InvalidInput(f"{option} {days}: too small; give {least} or more days")
    if archive_after and 0 < expire_after <= archive_after:
        raise InvalidInput(
            f"expire_after_days {expire_after}: not after archive_after_days {archive_after}; "
            "give more days, or 0 for one of them"
        )


def check_archive_class(storage_class: str, archive_after: int) -> None:
    """Refuse to archive earlier than S3 lets objects into the class."""
    least = ARCHIVE_CLASSES[storage_class]
    if 0 < archive_after < least:
        raise InvalidInput(
            f"archive_after_days {archive_after}: {storage_class} takes objects after {least} days at the earliest; "
            f"give {least} or more, or 0 for never"
        )


def check_lock(lock: str, days: int, expire_after: int) -> None:
    """Refuse a retention without days, days without a retention, and an expiry that the retention would stop."""
    if not LOCKS[lock] and days:
        raise InvalidInput(
            f"lock_days {days}: has no meaning with lock {lock}; give 0, or lock governance or compliance"
        )
    if LOCKS[lock] and not 1 <= days <= MOST_LOCK_DAYS:
        raise InvalidInput(f"lock_days {days}: lock {lock} needs 1 to {MOST_LOCK_DAYS} days")
    if 0 < expire_after <= days:
        raise InvalidInput(
            f"expire_after_days {expire_after}: not after lock_days {days}, until which nothing can be deleted; "
            "give more days, or 0 for never"
        )


def check_lowering(current: Settings, wanted: Settings) -> None:
    """Refuse to promise less for new recordings than a compliance lock does. Both are the setting ``lock``."""
    if current["mode"] == "COMPLIANCE" and (wanted["mode"] != "COMPLIANCE" or wanted["days"] < current["days"]):
        asked = f"{wanted['mode'].lower()} for {wanted['days']} days" if wanted["mode"] else "no retention"
        raise InvalidInput(
            f"lock: the bucket locks new recordings in compliance for {current['days']} days, and {asked} would be "
            "less; set jitsi_recording_lock and jitsi_recording_lock_days back, or, if nobody relies on the promise, "
            "lower it yourself with aws s3api put-object-lock-configuration. What is locked stays locked"
        )


def lock_setting(lock: str, days: int, current: Settings) -> Settings:
    """The setting ``lock``. Object Lock cannot be taken off a bucket that has it, only its retention."""
    return {"enabled": lock != "none" or current["enabled"], "mode": LOCKS[lock], "days": days}


def arn(partition: str, name: str) -> str:
    """Name the bucket for IAM."""
    return f"arn:{partition}:s3:::{name}"


def tls_only_policy(bucket_arn: str) -> dict[str, Any]:
    """The bucket policy: nobody may do anything without TLS."""
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "DenyInsecureTransport",
                "Effect": "Deny",
                "Principal": "*",
                "Action": "s3:*",
                "Resource": [bucket_arn, f"{bucket_arn}/*"],
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            }
        ],
    }


def lifecycle_rules(
    archive_after: int, expire_after: int, noncurrent: int, incomplete_upload: int, archive_class: str = "GLACIER_IR"
) -> Settings:
    """The lifecycle, as rule id -> rule. Days; 0 means never for the first two."""
    recordings: dict[str, Any] = {"Filter": {"Prefix": RECORDINGS}, "Status": "Enabled"}
    if archive_after:
        recordings["Transitions"] = [{"Days": archive_after, "StorageClass": archive_class}]
    if expire_after:
        recordings["Expiration"] = {"Days": expire_after}
    leftovers = {
        "Filter": {"Prefix": ""},
        "Status": "Enabled",
        "NoncurrentVersionExpiration": {"NoncurrentDays": noncurrent},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": incomplete_upload},
        "Expiration": {"ExpiredObjectDeleteMarker": True},
    }
    # A rule without an action is refused by S3.
    return {"leftovers": leftovers, **({"recordings": recordings} if archive_after or expire_after else {})}


NO_LOCK: Settings = {"enabled": False, "mode": "", "days": 0}


def wanted(
    bucket_arn: str, kms_key_id: str, lifecycle: Settings, tags: Mapping[str, str], lock: Settings | None = None
) -> Settings:
    """All settings of the bucket."""
    return {
        "public_access_block": dict.fromkeys(
            ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True
        ),
        "ownership": "BucketOwnerEnforced",
        "policy": canonical_policy(tls_only_policy(bucket_arn)),
        "encryption": {
            "algorithm": "aws:kms",
            "kms_key_id": kms_key_id,
            # One data key for many objects: S3 asks KMS, which charges each request, far less often.
            "bucket_key": True,
            # An object encrypted with a key that only its writer has is lost to us.
            "blocked": ["SSE-C"],
        },
        "versioning": "Enabled",
        "lock": lock or NO_LOCK,
        "lifecycle": lifecycle,
        "tags": dict(tags),
    }


def current(answers: Mapping[str, Mapping[str, Any]], kms_key_id: str) -> Settings:
    """The settings as they are, from S3's answers (setting -> response; an empty one where nothing is set).

    ``kms_key_id`` is the wanted key: another spelling of it is reported as that.
    """
    encryption = answers["encryption"].get("ServerSideEncryptionConfiguration", {}).get("Rules", [{}])[0]
    default = encryption.get("ApplyServerSideEncryptionByDefault", {})
    policy = answers["policy"].get("Policy")
    return {
        "public_access_block": answers["public_access_block"].get("PublicAccessBlockConfiguration", {}),
        "ownership": answers["ownership"].get("OwnershipControls", {}).get("Rules", [{}])[0].get("ObjectOwnership", ""),
        "policy": canonical_policy(json.loads(policy)) if policy else {},
        "encryption": {
            "algorithm": default.get("SSEAlgorithm", ""),
            "kms_key_id": kms_key.spelled_as(kms_key_id, default.get("KMSMasterKeyID"), MANAGED_KEY),
            "bucket_key": encryption.get("BucketKeyEnabled", False),
            "blocked": sorted(encryption.get("BlockedEncryptionTypes", {}).get("EncryptionType", [])),
        },
        "versioning": answers["versioning"].get("Status", ""),
        "lock": _lock(answers["lock"].get("ObjectLockConfiguration", {})),
        "lifecycle": {rule["ID"]: _rule(rule) for rule in answers["lifecycle"].get("Rules", [])},
        "tags": tag_dict(answers["tags"].get("TagSet")),
    }


def _lock(configuration: Mapping[str, Any]) -> Settings:
    default = configuration.get("Rule", {}).get("DefaultRetention", {})
    return {
        "enabled": configuration.get("ObjectLockEnabled") == "Enabled",
        "mode": default.get("Mode", ""),
        "days": default.get("Days") or 365 * (default.get("Years") or 0),
    }


def _rule(rule: Mapping[str, Any]) -> dict[str, Any]:
    # An empty filter, and a prefix outside of it, are older ways to write the same.
    where = rule.get("Filter") or {"Prefix": rule.get("Prefix", "")}
    return {**{field: rule[field] for field in rule if field not in ("ID", "Prefix")}, "Filter": where}


def canonical_policy(policy: Mapping[str, Any]) -> dict[str, Any]:
    """Write a policy such that two with the same meaning are equal: every list sorted, every single value a list."""
    statements = policy.get("Statement", [])
    if isinstance(statements, Mapping):
        statements = [statements]
    return {
        "Version": policy.get("Version", "2008-10-17"),
        "Statement": sorted((_canonical_statement(statement) for statement in statements), key=json.dumps),
    }


def _canonical_statement(statement: Mapping[str, Any]) -> dict[str, Any]:
    fields = dict(statement)
    for principal in ("Principal", "NotPrincipal"):
        if fields.get(principal) == "*":
            fields[principal] = {"AWS": "*"}
    return {
        field: fields[field] if field in ("Sid", "Effect") else _as_lists(fields[field]) for field in sorted(fields)
    }


def _as_lists(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _as_lists(value[key]) for key in sorted(value)}
    values = value if isinstance(value, list) else [value]
    # Conditions take true and "true" for the same.
    return sorted(str(item).lower() if isinstance(item, bool) else str(item) for item in values)
