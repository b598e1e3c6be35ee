# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# mypy: disable-error-code="assignment, attr-defined, method-assign, misc"
"""What moto 5.2 lacks of S3. Local only."""

from __future__ import annotations

import json
from typing import Any


def patch() -> None:
    """All of them."""
    patch_s3_policy_conditions()
    patch_s3_blocked_encryption_types()
    patch_s3_lock_on_a_bucket_with_objects()


def patch_s3_policy_conditions() -> None:
    """AWS applies a statement of a bucket policy only when its Condition holds; moto ignores the Condition, so that a
    policy which denies plain HTTP refuses every request. This endpoint stands for one with TLS; no other condition is
    evaluated, and its statement applies to nothing."""
    from moto.iam.access_control import IAMPolicy, PermissionResult
    from moto.s3.models import FakeBucket

    def holds(condition: dict[str, dict[str, Any]]) -> bool:
        return condition == {"Bool": {"aws:SecureTransport": "true"}}

    def get_permission(bucket: Any, action: str, resource: str) -> Any:
        if bucket.policy is None:
            return PermissionResult.NEUTRAL
        policy = json.loads(bucket.policy)
        statements = policy["Statement"] if isinstance(policy["Statement"], list) else [policy["Statement"]]
        policy["Statement"] = [
            {key: value for key, value in statement.items() if key != "Condition"}
            for statement in statements
            if holds(statement.get("Condition") or {"Bool": {"aws:SecureTransport": "true"}})
        ]
        return IAMPolicy(json.dumps(policy)).is_action_permitted(action, resource)

    FakeBucket.get_permission = get_permission


def patch_s3_blocked_encryption_types() -> None:
    """AWS reports the encryption types that a bucket blocks, such as SSE-C; moto stores them, but does not say so."""
    from moto.core.responses import ActionResult
    from moto.s3.responses import S3Response

    get_bucket_encryption = S3Response.get_bucket_encryption

    def get(self: Any) -> Any:
        rule = (self.backend.get_bucket_encryption(self.bucket_name) or {}).get("Rule") or {}
        blocked = (rule.get("BlockedEncryptionTypes") or {}).get("EncryptionType")
        if not blocked:
            return get_bucket_encryption(self)
        self.data["Action"] = "GetBucketEncryption"
        answer = {
            "ApplyServerSideEncryptionByDefault": rule["ApplyServerSideEncryptionByDefault"],
            "BucketKeyEnabled": rule.get("BucketKeyEnabled") == "true",
            "BlockedEncryptionTypes": {"EncryptionType": [blocked] if isinstance(blocked, str) else blocked},
        }
        return self.serialized(ActionResult({"ServerSideEncryptionConfiguration": {"Rules": [answer]}}))

    S3Response.get_bucket_encryption = get


def patch_s3_lock_on_a_bucket_with_objects() -> None:
    """AWS enables Object Lock on a versioned bucket whatever is in it, and changes the retention of new objects at any
    time; moto takes the configuration for an empty bucket only."""
    from moto.s3.exceptions import InvalidBucketState
    from moto.s3.models import S3Backend

    def put_object_lock_configuration(
        backend: Any, bucket_name: str, lock_enabled: bool, mode: Any = None, days: Any = None, years: Any = None
    ) -> None:
        bucket = backend.get_bucket(bucket_name)
        if bucket.versioning_status != "Enabled":
            raise InvalidBucketState("Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration")
        bucket.object_lock_enabled = bucket.object_lock_enabled or bool(lock_enabled)
        bucket.default_lock_mode, bucket.default_lock_days, bucket.default_lock_years = mode, days, years

    S3Backend.put_object_lock_configuration = put_object_lock_configuration
