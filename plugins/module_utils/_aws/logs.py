# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Metric filters and events of CloudWatch Logs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.botocore import is_boto3_error_code


def describe_metric_filters(client: Any, log_group: str) -> list[dict[str, Any]]:
    """Metric filters of a log group; none if there is no such group."""
    pages = client.get_paginator("describe_metric_filters").paginate(logGroupName=log_group)
    try:
        return [item for page in pages for item in page.get("metricFilters", [])]
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
    client: Any, log_group: str, pattern: str, start: datetime, end: datetime
) -> list[dict[str, Any]]:
    """Events of a log group that a pattern matches; none if there is no such group."""
    pages = client.get_paginator("filter_log_events").paginate(
        logGroupName=log_group,
        filterPattern=pattern,
        startTime=int(start.timestamp() * 1000),
        endTime=int(end.timestamp() * 1000),
    )
    try:
        return [event for page in pages for event in page.get("events", [])]
    except is_boto3_error_code("ResourceNotFoundException"):
        return []
