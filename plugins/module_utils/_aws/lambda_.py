# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Lambda calls: functions, their URLs and their policies."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from .tags import set_tags

try:
    from botocore.exceptions import ClientError
except ImportError:  # AnsibleAWSModule reports the missing library
    pass

# Lambda, and KMS for the environment, see a new role or a new trust policy some seconds after IAM has made it.
NEW_ROLE = ("cannot be assumed by Lambda", "KMS key is invalid for CreateGrant")
NEW_ROLE_WAITS_SECONDS = (1, 2, 3, 5, 8, 8, 8, 8, 8, 8)

Found = dict[str, Any]


def get(client: Any, name: str) -> Found | None:
    """GetFunction: ``Configuration``, ``Tags`` and ``Concurrency``; None when there is no such function."""
    try:
        found: Found = client.get_function(FunctionName=name)
    except client.exceptions.ResourceNotFoundException:
        return None
    return found


def get_url(client: Any, name: str) -> Found | None:
    """GetFunctionUrlConfig: ``FunctionUrl``, ``AuthType``, ``InvokeMode`` and ``Cors``; None when it has no URL."""
    try:
        found: Found = client.get_function_url_config(FunctionName=name)
    except client.exceptions.ResourceNotFoundException:
        return None
    return found


def get_policy(client: Any, name: str) -> str | None:
    """GetPolicy: the resource policy as JSON text; None when it has none."""
    try:
        return str(client.get_policy(FunctionName=name)["Policy"])
    except client.exceptions.ResourceNotFoundException:
        return None


def create(
    client: Any, name: str, code: bytes, architecture: str, configuration: Mapping[str, Any], tags: Mapping[str, str]
) -> str:
    """CreateFunction, then wait until it can be called and changed; return its ARN."""
    created = _role_seen(
        lambda: client.create_function(
            FunctionName=name, Code={"ZipFile": code}, Architectures=[architecture], Tags=dict(tags), **configuration
        )
    )
    client.get_waiter("function_active_v2").wait(FunctionName=name)
    return str(created["FunctionArn"])


def update_code(client: Any, name: str, code: bytes, architecture: str) -> None:
    """UpdateFunctionCode, then wait until it is in place: until then Lambda refuses further changes."""
    client.update_function_code(FunctionName=name, ZipFile=code, Architectures=[architecture])
    _updated(client, name)


def update_configuration(client: Any, name: str, configuration: Mapping[str, Any]) -> None:
    """UpdateFunctionConfiguration, then wait as ``update_code`` does."""
    _role_seen(lambda: client.update_function_configuration(FunctionName=name, **configuration))
    _updated(client, name)


def settle(client: Any, found: Mapping[str, Any]) -> None:
    """Wait until what another run has begun is in place, for 5 minutes at most; until then Lambda refuses changes."""
    configuration = found["Configuration"]
    if configuration.get("State") == "Pending":
        client.get_waiter("function_active_v2").wait(FunctionName=configuration["FunctionName"])
    if configuration.get("LastUpdateStatus") == "InProgress":
        _updated(client, configuration["FunctionName"])


def delete(client: Any, name: str) -> None:
    """DeleteFunction, with its URL and policy."""
    client.delete_function(FunctionName=name)


def create_url(client: Any, name: str, auth_type: str, invoke_mode: str) -> str:
    """CreateFunctionUrlConfig, without CORS; return the URL."""
    created = client.create_function_url_config(FunctionName=name, AuthType=auth_type, InvokeMode=invoke_mode)
    return str(created["FunctionUrl"])


def update_url(client: Any, name: str, auth_type: str, invoke_mode: str) -> None:
    """UpdateFunctionUrlConfig, without CORS. The URL stays."""
    client.update_function_url_config(FunctionName=name, AuthType=auth_type, InvokeMode=invoke_mode, Cors={})


def delete_url(client: Any, name: str) -> None:
    """DeleteFunctionUrlConfig."""
    client.delete_function_url_config(FunctionName=name)


def add_permission(client: Any, name: str, statement: Mapping[str, Any]) -> None:
    """AddPermission: one statement, whose name must be free."""
    client.add_permission(FunctionName=name, **statement)


def remove_permission(client: Any, name: str, sid: str) -> None:
    """RemovePermission."""
    client.remove_permission(FunctionName=name, StatementId=sid)


def set_concurrency(client: Any, name: str, reserved: int | None) -> None:
    """PutFunctionConcurrency; DeleteFunctionConcurrency for None."""
    if reserved is None:
        client.delete_function_concurrency(FunctionName=name)
    else:
        client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=reserved)


def unreserved(client: Any) -> int:
    """GetAccountSettings: how many functions of the region may run at the same time beside those with a reservation."""
    return int(client.get_account_settings()["AccountLimit"]["UnreservedConcurrentExecutions"])


def tag(client: Any, arn: str, current: Mapping[str, str], wanted: Mapping[str, str]) -> None:
    """TagResource and UntagResource, each only if needed."""
    set_tags(
        current,
        wanted,
        lambda missing: client.tag_resource(Resource=arn, Tags=missing),
        lambda strays: client.untag_resource(Resource=arn, TagKeys=strays),
    )


def _updated(client: Any, name: str) -> None:
    client.get_waiter("function_updated_v2").wait(FunctionName=name)


def _role_seen(call: Callable[[], Found]) -> Found:
    """Repeat a call as long as AWS does not know the role everywhere, for a minute."""
    for seconds in NEW_ROLE_WAITS_SECONDS:
        try:
            return call()
        except ClientError as error:
            if not any(text in str(error) for text in NEW_ROLE):
                raise
            time.sleep(seconds)
    return call()
