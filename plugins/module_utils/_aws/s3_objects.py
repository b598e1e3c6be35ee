# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""S3 calls for the objects in one bucket."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from ..errors import InvalidInput

try:
    from boto3.s3.transfer import TransferConfig
    from botocore.exceptions import ClientError
except ImportError:  # AnsibleAWSModule reports the missing libraries
    pass

Found = dict[str, Any]

# S3 deletes so many objects in one call.
BATCH = 1000
# One call copies up to 5 GB; beyond, boto3 copies part by part.
MOST_COPIED_AT_ONCE = 5 * 1000**3
PART = 512 * 1024**2
# Metadata of a restored object that names the version it is a copy of.
RESTORED_FROM = "restored-from"


def _code(error: Any) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


def _pages(client: Any, operation: str, keys: Sequence[str], **request: Any) -> list[Found]:
    pages = client.get_paginator(operation).paginate(**request)
    try:
        return [item for page in pages for key in keys for item in page.get(key, [])]
    except ClientError as error:
        if _code(error) != "NoSuchBucket":
            raise
        raise InvalidInput(
            f"bucket {request['Bucket']}: does not exist; build it with playbooks/site.yml, or name the one that has "
            "the recordings"
        ) from error


def objects(client: Any, bucket: str, prefix: str) -> list[Found]:
    """ListObjectsV2: the current objects under a prefix."""
    return _pages(client, "list_objects_v2", ["Contents"], Bucket=bucket, Prefix=prefix)


def versions(client: Any, bucket: str, prefix: str) -> list[Found]:
    """ListObjectVersions: all versions under a prefix, and the delete markers, which have no ``Size``.

    Of one key the newest comes first.
    """
    found = _pages(client, "list_object_versions", ["Versions", "DeleteMarkers"], Bucket=bucket, Prefix=prefix)
    found.sort(key=lambda item: item["LastModified"], reverse=True)
    return sorted(found, key=lambda item: (item["Key"], not item["IsLatest"]))


def uploads(client: Any, bucket: str, prefix: str) -> list[Found]:
    """ListMultipartUploads: those under a prefix that have not ended."""
    return _pages(client, "list_multipart_uploads", ["Uploads"], Bucket=bucket, Prefix=prefix)


def read(client: Any, bucket: str, key: str, most: int = 1024**2) -> bytes:
    """GetObject: the first bytes of a small object; empty if it is gone by now."""
    try:
        return bytes(client.get_object(Bucket=bucket, Key=key)["Body"].read(most))
    except ClientError as error:
        if _code(error) not in ("NoSuchKey", "InvalidObjectState"):
            raise
        return b""


def has_lock(client: Any, bucket: str) -> bool:
    """GetObjectLockConfiguration: whether Object Lock is enabled on the bucket."""
    try:
        found = client.get_object_lock_configuration(Bucket=bucket)["ObjectLockConfiguration"]
    except ClientError as error:
        if _code(error) != "ObjectLockConfigurationNotFoundError":
            raise
        return False
    return bool(found.get("ObjectLockEnabled") == "Enabled")


def head(client: Any, bucket: str, key: str, version_id: str, checksums: bool = False) -> Found:
    """HeadObject of one version, with its checksums if they are wanted."""
    mode = {"ChecksumMode": "ENABLED"} if checksums else {}
    found: Found = client.head_object(Bucket=bucket, Key=key, VersionId=version_id, **mode)
    return found


def lock(client: Any, bucket: str, key: str, version_id: str) -> Found:
    """HeadObject of one version: its lock, in the form of ``erasure.protection``.

    S3 tells it only to who may read it (s3:GetObjectLegalHold, s3:GetObjectRetention).
    """
    found = head(client, bucket, key, version_id)
    return {
        "legal_hold": found.get("ObjectLockLegalHoldStatus") == "ON",
        "mode": found.get("ObjectLockMode", ""),
        "until": found.get("ObjectLockRetainUntilDate"),
    }


def put_legal_hold(client: Any, bucket: str, key: str, version_id: str, on: bool) -> None:
    """PutObjectLegalHold on one version."""
    client.put_object_legal_hold(
        Bucket=bucket, Key=key, VersionId=version_id, LegalHold={"Status": "ON" if on else "OFF"}
    )


def delete(client: Any, bucket: str, found: Sequence[tuple[str, str]], bypass_governance: bool = False) -> list[str]:
    """DeleteObjects: delete versions and delete markers, (key, version id) each, for good.

    Returns what S3 refused, one line each. What is gone already is no error.
    """
    options = {"BypassGovernanceRetention": True} if bypass_governance else {}
    refused = []
    for begin in range(0, len(found), BATCH):
        batch = [{"Key": key, "VersionId": version_id} for key, version_id in found[begin : begin + BATCH]]
        answer = client.delete_objects(Bucket=bucket, Delete={"Objects": batch, "Quiet": True}, **options)
        for error in answer.get("Errors", []):
            refused.append(
                f"{error.get('Key')} {error.get('VersionId', '')}: {error.get('Code')} {error.get('Message')}"
            )
    return refused


def abort(client: Any, bucket: str, key: str, upload_id: str) -> None:
    """AbortMultipartUpload; no error if it has ended."""
    try:
        client.abort_multipart_upload(Bucket=bucket, Key=key, UploadId=upload_id)
    except ClientError as error:
        if _code(error) != "NoSuchUpload":
            raise


def copy_version(client: Any, bucket: str, key: str, version_id: str, source: Mapping[str, Any]) -> None:
    """Make a copy of an older version the current one. ``source`` is what ``head`` says of it.

    boto3 copies more than 5 GB part by part, and aborts that when a part fails.
    """
    headers = ("ContentType", "ContentDisposition", "ContentEncoding", "ContentLanguage", "CacheControl")
    client.copy(
        {"Bucket": bucket, "Key": key, "VersionId": version_id},
        bucket,
        key,
        ExtraArgs={
            "MetadataDirective": "REPLACE",
            "Metadata": {**source.get("Metadata", {}), RESTORED_FROM: version_id},
            **{header: source[header] for header in headers if source.get(header)},
        },
        Config=TransferConfig(multipart_threshold=MOST_COPIED_AT_ONCE, multipart_chunksize=PART),
    )


def link(client: Any, bucket: str, key: str, file: str, seconds: int) -> str:
    """Sign a link to an object that saves it under its own name. Makes no call: whoever has the link has the object."""
    name = file.rpartition("/")[2]
    plain = name.encode("ascii", "replace").decode().replace('"', "_").replace("\\", "_")
    disposition = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    return str(
        client.generate_presigned_url(
            "get_object",
            Params={"Bucket": bucket, "Key": key, "ResponseContentDisposition": disposition},
            ExpiresIn=seconds,
        )
    )
