# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Read-only calls of a review: figures of weeks in few calls, changes of alarms, actions of scaling."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping
from typing import Any

from .._aws import cloudwatch
from .._aws.pages import pages

# (namespace, metric, dimensions, statistic)
Query = tuple[str, str, Mapping[str, str], str]
QUERIES_AT_ONCE = 500


def figures(
    client: Any, queries: Mapping[str, Query], since: dt.datetime, until: dt.datetime, period: int
) -> dict[str, dict[int, float]]:
    """GetMetricData: a series for each query, begin of a period in seconds -> figure."""
    found: dict[str, dict[int, float]] = {name: {} for name in queries}
    names = list(queries)
    paginator = client.get_paginator("get_metric_data")
    for begin in range(0, len(names), QUERIES_AT_ONCE):
        batch = names[begin : begin + QUERIES_AT_ONCE]
        asked = [_query(f"q{number}", queries[name], period) for number, name in enumerate(batch)]
        for page in paginator.paginate(MetricDataQueries=asked, StartTime=since, EndTime=until):
            for result in page["MetricDataResults"]:
                series = found[batch[int(result["Id"][1:])]]
                series.update(
                    (int(at.timestamp()), value)
                    for at, value in zip(result["Timestamps"], result["Values"], strict=True)
                )
    return found


def _query(identifier: str, query: Query, period: int) -> dict[str, Any]:
    namespace, metric, dimensions, statistic = query
    named = [{"Name": name, "Value": value} for name, value in dimensions.items()]
    return {
        "Id": identifier,
        "MetricStat": {
            "Metric": {"Namespace": namespace, "MetricName": metric, "Dimensions": named},
            "Period": period,
            "Stat": statistic,
        },
    }


def alarm_changes(client: Any, prefix: str, since: dt.datetime, until: dt.datetime) -> list[dict[str, Any]]:
    """Each change of state of the alarms whose name begins so, the prefix left out."""
    return [
        {
            "name": item["AlarmName"].removeprefix(prefix),
            "at": int(item["Timestamp"].timestamp()),
            "state": json.loads(item["HistoryData"])["newState"]["stateValue"],
        }
        for item in cloudwatch.alarm_history(client, prefix, since, until)
    ]


def scaling_actions(
    autoscaling: Any, resources: Mapping[str, str], since: dt.datetime, until: dt.datetime
) -> list[dict[str, Any]]:
    """DescribeScalingActivities of these resources (kind -> resource id), which AWS keeps for six weeks."""
    return [
        {
            "kind": kind,
            "start": item["StartTime"].timestamp(),
            "end": item["EndTime"].timestamp() if item.get("EndTime") else None,
            "desired": _desired(item["Description"]),
            "cause": item["Cause"],
            "status": item["StatusCode"],
        }
        for kind, resource in resources.items()
        for item in pages(
            autoscaling,
            "describe_scaling_activities",
            "ScalingActivities",
            ServiceNamespace="ecs",
            ResourceId=resource,
            ScalableDimension="ecs:service:DesiredCount",
        )
        if since <= item["StartTime"] < until
    ]


def _desired(description: str) -> int | None:
    found = re.search(r"desired count to (\d+)", description)
    return int(found[1]) if found else None
