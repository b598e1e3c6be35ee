# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Log groups, metric filters and events of CloudWatch Logs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.botocore import is_boto3_error_code

from .pages import pages
from .tags import set_tags, tag_dict


def describe_log_group(client: Any, name: str) -> dict[str, Any]:
    """The log group of this name, or an empty dict."""
    found = pages(client, "describe_log_groups", "logGroups", logGroupNamePrefix=name)
    return next((item for item in found if item["logGroupName"] == name), {})


def list_tags(client: Any, arn: str) -> dict[str, str]:
    """Tags of a log group, but those that AWS sets itself."""
    return tag_dict(client.list_tags_for_resource(resourceArn=arn)["tags"])


def create_log_group(client: Any, name: str, tags: Mapping[str, str]) -> None:
    """Make a log group, unless a repeated request finds that the first one made it."""
    try:
        client.create_log_group(logGroupName=name, **({"tags": dict(tags)} if tags else {}))
    except is_boto3_error_code("ResourceAlreadyExistsException"):
        pass


def put_retention(client: Any, name: str, days: int) -> None:
    """Set how long a log group keeps its events."""
    client.put_retention_policy(logGroupName=name, retentionInDays=days)


def tag(client: Any, arn: str, current: Mapping[str, str], wanted: Mapping[str, str]) -> None:
    """Put the tags of a log group back."""
    set_tags(
        current,
        wanted,
        lambda missing: client.tag_resource(resourceArn=arn, tags=missing),
        lambda strays: client.untag_resource(resourceArn=arn, tagKeys=strays),
    )


def delete_log_group(client: Any, name: str) -> None:
    """Remove a log group with its events."""
    try:
        client.delete_log_group(logGroupName=name)
    except is_boto3_error_code("ResourceNotFoundException"):
        pass


def describe_metric_filters(client: Any, log_group: str) -> list[dict[str, Any]]:
    """Metric filters of a log group; none if there is no such group."""
    try:
        return pages(client, "describe_metric_filters", "metricFilters", logGroupName=log_group)
    except is_boto3_error_code("ResourceNotFoundException"):
        return []


def put_metric_filter(client: Any, log_group: str, name: str, pattern: str, transformation: Mapping[str, Any]) -> None:
    """Make or replace a metric filter."""
    client.put_metric_filter(
        logGroupName=log_group, filterName=name, filterPattern=pattern, metricTransformations=[transformation]
    )


def delete_metric_filter(client: Any, log_group: str, name: str) -> None:
    """Remove a metric filter."""
    try:
        client.delete_metric_filter(logGroupName=log_group, filterName=name)
    except is_boto3_error_code("ResourceNotFoundException"):
        pass


def filter_log_events(
    client: Any, log_group: str, pattern: str, start: datetime, end: datetime, stream_prefix: str = ""
) -> list[dict[str, Any]]:
    """Events of a log group that a pattern matches, of streams whose names begin with a text if it is given; none if
    there is no such group."""
    try:
        return pages(
            client,
            "filter_log_events",
            "events",
            logGroupName=log_group,
            filterPattern=pattern,
            startTime=int(start.timestamp() * 1000),
            endTime=int(end.timestamp() * 1000),
            **({"logStreamNamePrefix": stream_prefix} if stream_prefix else {}),
        )
    except is_boto3_error_code("ResourceNotFoundException"):
        return []
