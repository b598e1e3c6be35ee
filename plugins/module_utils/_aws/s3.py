# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""S3 calls for one bucket. Settings are those of ``bucket.SETTINGS``."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from ..errors import InvalidInput
from ..failure import AGAIN, POLICIES_PAGE
from .tags import tag_list

try:
    from botocore.exceptions import ClientError
except ImportError:  # AnsibleAWSModule reports the missing library
    pass

# Setting -> the operation that reads it, and the error code that means "not set".
_READS = {
    "policy": ("get_bucket_policy", "NoSuchBucketPolicy"),  # first: see read
    "public_access_block": ("get_public_access_block", "NoSuchPublicAccessBlockConfiguration"),
    "ownership": ("get_bucket_ownership_controls", "OwnershipControlsNotFoundError"),
    "encryption": ("get_bucket_encryption", "ServerSideEncryptionConfigurationNotFoundError"),
    "versioning": ("get_bucket_versioning", ""),
    "lock": ("get_object_lock_configuration", "ObjectLockConfigurationNotFoundError"),
    "lifecycle": ("get_bucket_lifecycle_configuration", "NoSuchLifecycleConfiguration"),
    "tags": ("get_bucket_tagging", "NoSuchTagSet"),
}


class NotOurs(InvalidInput):
    """A bucket of this name exists that this account cannot use."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"name {name}: a bucket of this name belongs to another account, or s3:ListBucket on it is denied to "
            "whoever runs this; set jitsi_recording_bucket to a name of your own, or allow it "
            f"({POLICIES_PAGE}) and {AGAIN}"
        )


def _code(error: Any) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


def region(client: Any, name: str) -> str | None:
    """HeadBucket: the region of the bucket, or None when there is none of this name in the world."""
    try:
        return str(client.head_bucket(Bucket=name).get("BucketRegion", client.meta.region_name))
    except ClientError as error:
        if _code(error) == "404":
            return None
        if _code(error) == "403":
            raise NotOurs(name) from error
        raise


def read(client: Any, name: str) -> dict[str, dict[str, Any]]:
    """Get every setting of the bucket: setting -> response, an empty one where nothing is set."""
    answers = {}
    for setting, (operation, unset) in _READS.items():
        try:
            answers[setting] = getattr(client, operation)(Bucket=name)
        except ClientError as error:
            # S3 reads a bucket's policy to nobody outside of its account, whatever the policy allows.
            if _code(error) == "MethodNotAllowed":
                raise NotOurs(name) from error
            if _code(error) != unset:
                raise
            answers[setting] = {}
    return answers


def create(client: Any, name: str, lock: bool = False) -> None:
    """CreateBucket in the client's region, with Object Lock or without, and wait until it is there."""
    place = client.meta.region_name
    options: dict[str, Any] = (
        {} if place == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": place}}
    )
    if lock:
        options["ObjectLockEnabledForBucket"] = True
    try:
        client.create_bucket(Bucket=name, ObjectOwnership="BucketOwnerEnforced", **options)
    except client.exceptions.BucketAlreadyOwnedByYou:
        pass  # the answer to an earlier try was lost
    except client.exceptions.BucketAlreadyExists as error:
        raise NotOurs(name) from error
    client.get_waiter("bucket_exists").wait(Bucket=name)


def put(client: Any, name: str, setting: str, value: Any) -> None:
    """Set one setting to a value as in ``bucket.wanted``."""
    _WRITES[setting](client, name, value)


def _put_public_access_block(client: Any, name: str, value: dict[str, bool]) -> None:
    client.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=value)


def _put_ownership(client: Any, name: str, value: str) -> None:
    client.put_bucket_ownership_controls(Bucket=name, OwnershipControls={"Rules": [{"ObjectOwnership": value}]})


def _put_policy(client: Any, name: str, value: dict[str, Any]) -> None:
    client.put_bucket_policy(Bucket=name, Policy=json.dumps(value))


def _put_encryption(client: Any, name: str, value: dict[str, Any]) -> None:
    default = {"SSEAlgorithm": value["algorithm"]}
    if value["kms_key_id"]:
        default["KMSMasterKeyID"] = value["kms_key_id"]
    rule = {
        "ApplyServerSideEncryptionByDefault": default,
        "BucketKeyEnabled": value["bucket_key"],
        "BlockedEncryptionTypes": {"EncryptionType": value["blocked"]},
    }
    client.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration={"Rules": [rule]})


def _put_versioning(client: Any, name: str, value: str) -> None:
    client.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": value})


def _put_lock(client: Any, name: str, value: dict[str, Any]) -> None:
    """PutObjectLockConfiguration, which also enables Object Lock on a bucket that exists; it cannot disable it."""
    if value["enabled"]:
        configuration: dict[str, Any] = {"ObjectLockEnabled": "Enabled"}
        if value["mode"]:
            configuration["Rule"] = {"DefaultRetention": {"Mode": value["mode"], "Days": value["days"]}}
        client.put_object_lock_configuration(Bucket=name, ObjectLockConfiguration=configuration)


def _put_lifecycle(client: Any, name: str, value: Mapping[str, dict[str, Any]]) -> None:
    rules = [{"ID": rule_id, **value[rule_id]} for rule_id in sorted(value)]
    client.put_bucket_lifecycle_configuration(Bucket=name, LifecycleConfiguration={"Rules": rules})


def _put_tags(client: Any, name: str, value: Mapping[str, str]) -> None:
    if value:
        client.put_bucket_tagging(Bucket=name, Tagging={"TagSet": tag_list(value)})
    else:
        client.delete_bucket_tagging(Bucket=name)


_WRITES: dict[str, Callable[[Any, str, Any], None]] = {
    "public_access_block": _put_public_access_block,
    "ownership": _put_ownership,
    "policy": _put_policy,
    "encryption": _put_encryption,
    "versioning": _put_versioning,
    "lock": _put_lock,
    "lifecycle": _put_lifecycle,
    "tags": _put_tags,
}


def is_empty(client: Any, name: str) -> bool:
    """Tell whether the bucket holds nothing: no object, no old version or delete marker, no upload under way."""
    versions = client.list_object_versions(Bucket=name, MaxKeys=1)
    if versions.get("Versions") or versions.get("DeleteMarkers"):
        return False
    return not client.list_multipart_uploads(Bucket=name, MaxUploads=1).get("Uploads")


def delete(client: Any, name: str) -> None:
    """DeleteBucket. S3 refuses it when the bucket holds an object or a version."""
    client.delete_bucket(Bucket=name)
