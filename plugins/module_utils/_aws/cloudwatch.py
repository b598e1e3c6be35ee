# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""CloudWatch alarms and dashboards."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.botocore import is_boto3_error_code

from .pages import pages
from .tags import tag_dict, tag_list, tag_resource


def describe_alarms(client: Any, prefix: str) -> list[dict[str, Any]]:
    """Metric alarms whose name begins with the prefix."""
    return pages(client, "describe_alarms", "MetricAlarms", AlarmNamePrefix=prefix, AlarmTypes=["MetricAlarm"])


def put_alarm(client: Any, name: str, fields: Mapping[str, Any], tags: Mapping[str, str]) -> None:
    """Make or replace an alarm. Its state is kept when it is replaced; the tags count only when it is made."""
    client.put_metric_alarm(AlarmName=name, Tags=tag_list(tags), **fields)


def delete_alarm(client: Any, name: str) -> None:
    """Remove an alarm; no error if there is none."""
    client.delete_alarms(AlarmNames=[name])


def list_tags(client: Any, arn: str) -> dict[str, str]:
    """Tags of an alarm."""
    return tag_dict(client.list_tags_for_resource(ResourceARN=arn)["Tags"])


def tag(client: Any, arn: str, current: Mapping[str, str], wanted: Mapping[str, str]) -> None:
    """Add, change and remove tags until they are as wanted."""
    tag_resource(client, current, wanted, ResourceARN=arn)


def get_dashboard(client: Any, name: str) -> dict[str, Any] | None:
    """A dashboard with ``DashboardArn`` and ``DashboardBody`` (JSON text), or None."""
    try:
        dashboard: dict[str, Any] = client.get_dashboard(DashboardName=name)
    except is_boto3_error_code(["ResourceNotFound", "DashboardNotFoundError"]):
        return None
    return dashboard


def put_dashboard(client: Any, name: str, body: str) -> list[dict[str, str]]:
    """Make or replace a dashboard; return CloudWatch's warnings, each with ``DataPath`` and ``Message``.

    Raises ClientError with the first mistake if CloudWatch refuses the body.
    """
    response = client.put_dashboard(DashboardName=name, DashboardBody=body)
    return list(response.get("DashboardValidationMessages") or [])


def delete_dashboard(client: Any, name: str) -> None:
    """Remove a dashboard."""
    client.delete_dashboards(DashboardNames=[name])


def statistics(
    client: Any,
    namespace: str,
    metric: str,
    dimensions: Mapping[str, str],
    start: datetime,
    end: datetime,
    period: int,
    names: list[str],
) -> list[dict[str, Any]]:
    """Points of a metric, each with ``Timestamp`` and the statistics named; in no order, and at most 1440."""
    answer = client.get_metric_statistics(
        Namespace=namespace,
        MetricName=metric,
        Dimensions=[{"Name": name, "Value": value} for name, value in dimensions.items()],
        StartTime=start,
        EndTime=end,
        Period=period,
        Statistics=names,
    )
    return list(answer.get("Datapoints", []))


def alarm_history(client: Any, prefix: str, since: datetime, until: datetime) -> list[dict[str, Any]]:
    """DescribeAlarmHistory: changes of state of the metric alarms whose names begin with the prefix."""
    found = pages(
        client,
        "describe_alarm_history",
        "AlarmHistoryItems",
        AlarmTypes=["MetricAlarm"],
        HistoryItemType="StateUpdate",
        StartDate=since,
        EndDate=until,
    )
    return [item for item in found if item["AlarmName"].startswith(prefix)]
