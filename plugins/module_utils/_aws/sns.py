# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""SNS topics and their subscriptions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.botocore import is_boto3_error_code

from .pages import pages
from .tags import tag_dict, tag_list, tag_resource


def get_attributes(client: Any, arn: str) -> dict[str, str] | None:
    """Attributes of a topic, among them ``Policy`` as JSON text; None if there is no such topic."""
    try:
        attributes: dict[str, str] = client.get_topic_attributes(TopicArn=arn)["Attributes"]
    except is_boto3_error_code(["NotFound", "NotFoundException"]):
        return None
    return attributes


def list_subscriptions(client: Any, arn: str) -> list[dict[str, str]]:
    """Subscriptions of a topic; the ARN of one that nobody confirmed is ``PendingConfirmation``."""
    return pages(client, "list_subscriptions_by_topic", "Subscriptions", TopicArn=arn)


def list_tags(client: Any, arn: str) -> dict[str, str]:
    """Tags of a topic."""
    return tag_dict(client.list_tags_for_resource(ResourceArn=arn)["Tags"])


def create_topic(client: Any, name: str, policy: str, tags: Mapping[str, str]) -> None:
    """Make a topic with its policy and tags, in one call."""
    client.create_topic(Name=name, Attributes={"Policy": policy}, Tags=tag_list(tags))


def set_policy(client: Any, arn: str, policy: str) -> None:
    """Replace the policy of a topic."""
    client.set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=policy)


def delete_topic(client: Any, arn: str) -> None:
    """Remove a topic with all its subscriptions; no error if there is none."""
    client.delete_topic(TopicArn=arn)


def tag(client: Any, arn: str, current: Mapping[str, str], wanted: Mapping[str, str]) -> None:
    """Add, change and remove tags until they are as wanted."""
    tag_resource(client, current, wanted, ResourceArn=arn)


def subscribe(client: Any, arn: str, protocol: str, endpoint: str) -> None:
    """Subscribe an endpoint. An e-mail address gets a message with a link to confirm."""
    client.subscribe(TopicArn=arn, Protocol=protocol, Endpoint=endpoint)


def unsubscribe(client: Any, subscription_arn: str) -> None:
    """Remove a subscription."""
    client.unsubscribe(SubscriptionArn=subscription_arn)
