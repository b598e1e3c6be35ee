# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Secrets Manager calls. Values pass through here; no error of these functions shows one."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.botocore import is_boto3_error_message

from ..errors import InvalidInput
from .tags import tag_list, tag_resource

# It may take some seconds until Secrets Manager sees a new function's policy.
NEW_FUNCTION = "cannot invoke the specified Lambda function"
NEW_FUNCTION_WAITS_SECONDS = (2, 4, 8, 8, 8)

try:
    from botocore.exceptions import ParamValidationError
except ImportError:  # AnsibleAWSModule reports the missing library
    pass


@contextmanager
def _no_value_in_error(name: str) -> Iterator[None]:
    """Replace botocore's error about parameters, whose text repeats what it was given."""
    try:
        yield
    except ParamValidationError:
        raise InvalidInput(
            f"name {name}: botocore refused the secret's parameters; check name, kms_key_id and tags"
        ) from None


def describe(client: Any, name: str) -> dict[str, Any] | None:
    """DescribeSecret; None when there is no such secret. One scheduled for deletion has a DeletedDate."""
    try:
        described: dict[str, Any] = client.describe_secret(SecretId=name)
    except client.exceptions.ResourceNotFoundException:
        return None
    return described


def read(client: Any, name: str) -> tuple[str, str | None]:
    """GetSecretValue of the current version: (version id, text). ("", None) when the secret holds no value."""
    try:
        response = client.get_secret_value(SecretId=name, VersionStage="AWSCURRENT")
    except client.exceptions.ResourceNotFoundException:
        return "", None
    # A binary value reads as an empty text, which is no JSON object.
    return response["VersionId"], response.get("SecretString", "")


def versions(client: Any, name: str) -> list[dict[str, Any]]:
    """ListSecretVersionIds: the versions that have a label, with ``VersionId``, ``VersionStages``, ``CreatedDate``."""
    found: list[dict[str, Any]] = []
    token: dict[str, str] = {}
    while True:
        page = client.list_secret_version_ids(SecretId=name, **token)
        found += [version for version in page["Versions"] if version.get("VersionStages")]
        if not page.get("NextToken"):
            return found
        token = {"NextToken": page["NextToken"]}


def create(
    client: Any, name: str, text: str, description: str, kms_key_id: str, tags: Mapping[str, str]
) -> tuple[str, str]:
    """CreateSecret with its value, in one call: (ARN, version id)."""
    key = {"KmsKeyId": kms_key_id} if kms_key_id else {}
    with _no_value_in_error(name):
        response = client.create_secret(
            Name=name,
            SecretString=text,
            Description=description,
            Tags=tag_list(tags),
            # The same token in every retry: a lost answer does not make a second version.
            ClientRequestToken=str(uuid.uuid4()),
            **key,
        )
    return response["ARN"], response["VersionId"]


def put(client: Any, name: str, text: str) -> str:
    """PutSecretValue as the current version; return the version's id."""
    with _no_value_in_error(name):
        response = client.put_secret_value(
            SecretId=name, SecretString=text, VersionStages=["AWSCURRENT"], ClientRequestToken=str(uuid.uuid4())
        )
    return str(response["VersionId"])


def update(client: Any, name: str, **fields: str) -> None:
    """UpdateSecret: ``Description`` and ``KmsKeyId`` only, so no version is made."""
    client.update_secret(SecretId=name, **fields)


def tag(client: Any, name: str, current: Mapping[str, str], wanted: Mapping[str, str]) -> None:
    """TagResource and UntagResource, each only if needed."""
    tag_resource(client, current, wanted, SecretId=name)


def restore(client: Any, name: str) -> None:
    """RestoreSecret: cancel a scheduled deletion."""
    client.restore_secret(SecretId=name)


def delete(client: Any, name: str, recovery_window_days: int) -> None:
    """DeleteSecret: schedule the deletion."""
    client.delete_secret(SecretId=name, RecoveryWindowInDays=recovery_window_days)


def set_rotation(client: Any, name: str, function_arn: str, days: int) -> None:
    """RotateSecret: the schedule alone. Nothing is rotated now."""
    request = {
        "SecretId": name,
        "RotationLambdaARN": function_arn,
        "RotationRules": {"AutomaticallyAfterDays": days},
        "RotateImmediately": False,
    }
    for seconds in NEW_FUNCTION_WAITS_SECONDS:
        try:
            client.rotate_secret(**request)
            return
        except is_boto3_error_message(NEW_FUNCTION):
            time.sleep(seconds)
    client.rotate_secret(**request)


def cancel_rotation(client: Any, name: str) -> None:
    """CancelRotateSecret: no schedule."""
    client.cancel_rotate_secret(SecretId=name)
