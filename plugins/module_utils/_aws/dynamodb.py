# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tables of Amazon DynamoDB."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.botocore import is_boto3_error_code

from .pages import pages
from .tags import tag_dict, tag_list, tag_resource


def describe_table(client: Any, name: str) -> dict[str, Any]:
    """DescribeTable, or an empty dict if there is none."""
    try:
        found: dict[str, Any] = client.describe_table(TableName=name)["Table"]
    except is_boto3_error_code("ResourceNotFoundException"):
        return {}
    return found


def list_tags(client: Any, arn: str) -> dict[str, str]:
    """ListTagsOfResource: the tags of a table, but those that AWS sets itself."""
    return tag_dict(pages(client, "list_tags_of_resource", "Tags", ResourceArn=arn))


def create_table(client: Any, name: str, key: str, tags: Mapping[str, str]) -> None:
    """CreateTable, with a text as its key, paid by the request; unless a repeated one finds that the first made it."""
    try:
        client.create_table(
            TableName=name,
            AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"}],
            KeySchema=[{"AttributeName": key, "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
            Tags=tag_list(tags),
        )
    except is_boto3_error_code("ResourceInUseException"):
        pass
    wait_until_there(client, name)


def pay_per_request(client: Any, name: str) -> None:
    """UpdateTable: pay by the request."""
    wait_until_there(client, name)
    client.update_table(TableName=name, BillingMode="PAY_PER_REQUEST")
    wait_until_there(client, name)


def wait_until_there(client: Any, name: str) -> None:
    """Wait until the table can be used, at most two minutes."""
    client.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 2, "MaxAttempts": 60})


def wait_until_gone(client: Any, name: str) -> None:
    """Wait until the table is deleted, at most two minutes."""
    client.get_waiter("table_not_exists").wait(TableName=name, WaiterConfig={"Delay": 2, "MaxAttempts": 60})


def tag(client: Any, arn: str, current: Mapping[str, str], wanted: Mapping[str, str]) -> None:
    """TagResource and UntagResource, each only if needed."""
    tag_resource(client, current, wanted, ResourceArn=arn)


def delete_table(client: Any, name: str) -> None:
    """DeleteTable."""
    client.delete_table(TableName=name)
    wait_until_gone(client, name)
