# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# mypy: disable-error-code="assignment, attr-defined, method-assign, misc"
"""What moto 5.2 lacks of CloudWatch. Local only."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import Any


def patch() -> None:
    """All of them."""
    patch_cloudwatch_figures()
    patch_cloudwatch_alarm_history()


def key(namespace: str, name: str, dimensions: Any) -> tuple[Any, ...]:
    """What makes two samples belong to one metric."""
    return namespace, name, frozenset(dimensions)


def of_datum(datum: Any) -> tuple[Any, ...]:
    """The metric of one of moto's samples."""
    return key(datum.namespace, datum.name, ((each.name, each.value) for each in datum.dimensions))


def samples(backend: Any, namespace: str, name: str, dimensions: list[dict[str, str]]) -> list[Any]:
    """The samples of one metric. What came since the last look is sorted in."""
    data = backend.metric_data
    sorted_in, count, series = backend.__dict__.get("_series") or (None, 0, None)
    if sorted_in is not data or count > len(data):
        count, series = 0, defaultdict(list)
    for datum in data[count:]:
        series[of_datum(datum)].append(datum)
    backend._series = (data, len(data), series)
    wanted = key(namespace, name, ((each["Name"], each["Value"]) for each in dimensions))
    # What a test has put stands for what moto's own services would tell of themselves, such as an empty bucket's size.
    return series.get(wanted, []) or [datum for datum in backend.aws_metric_data if of_datum(datum) == wanted]


def points(found: list[Any], start: dt.datetime, end: dt.datetime, seconds: int, stats: list[str]) -> list[Any]:
    """moto's statistics of the samples from start to before end by period, the earliest first."""
    from moto.cloudwatch.models import Statistics

    kept: dict[int, Any] = {}
    for datum in found:
        if start <= datum.timestamp < end:
            number = int((datum.timestamp - start).total_seconds()) // seconds
            if number not in kept:
                kept[number] = Statistics(stats, start + dt.timedelta(seconds=seconds * number), datum.unit)
            kept[number].metric_data.append(datum)
    return [kept[number] for number in sorted(kept)]


def patch_cloudwatch_figures() -> None:
    """AWS keeps the samples of each metric apart; moto goes through all of all metrics for every period, which takes
    minutes for a month of them, and takes a metric of another namespace, or with more dimensions, for the same."""
    from moto.cloudwatch.exceptions import InvalidParameterValue
    from moto.cloudwatch.models import CloudWatchBackend

    search = CloudWatchBackend.get_metric_data

    def get_metric_data(
        backend: Any,
        queries: list[dict[str, Any]],
        start_time: dt.datetime,
        end_time: dt.datetime,
        scan_by: str = "TimestampAscending",
    ) -> list[dict[str, Any]]:
        start, end = start_time.replace(microsecond=0), end_time.replace(microsecond=0)
        if start >= end or any("Expression" in query for query in queries):
            return list(search(backend, queries, start_time, end_time, scan_by))
        results = []
        for query in (query for query in queries if query.get("ReturnData", True)):
            asked, metric = query["MetricStat"], query["MetricStat"]["Metric"]
            found = samples(backend, metric["Namespace"], metric["MetricName"], metric.get("Dimensions", []))
            found = [datum for datum in found if asked.get("Unit") in (None, datum.unit)]
            told = points(found, start, end, int(asked["Period"]), [asked["Stat"]])
            if scan_by == "TimestampDescending":
                told.reverse()
            results.append(
                {
                    "id": query["Id"],
                    "label": query.get("Label") or f"{metric['MetricName']} {asked['Stat']}",
                    "timestamps": [point.timestamp for point in told],
                    "values": [point.get_statistics_for_type(asked["Stat"]) for point in told],
                    "status_code": "Complete",
                }
            )
        return results

    def get_metric_statistics(
        backend: Any,
        namespace: str,
        metric_name: str,
        start_time: dt.datetime,
        end_time: dt.datetime,
        period: int,
        stats: list[str],
        dimensions: list[dict[str, str]],
        unit: str | None = None,
    ) -> list[Any]:
        start, end = start_time.replace(microsecond=0), end_time.replace(microsecond=0)
        if start >= end:
            raise InvalidParameterValue("The parameter StartTime must be less than the parameter EndTime.")
        found = [
            datum for datum in samples(backend, namespace, metric_name, dimensions or []) if unit in (None, datum.unit)
        ]
        return points(found, start, end, period, stats)

    CloudWatchBackend.get_metric_data = get_metric_data
    CloudWatchBackend.get_metric_statistics = get_metric_statistics


def patch_cloudwatch_alarm_history() -> None:
    """AWS has DescribeAlarmHistory: here, the changes of state only."""
    import json

    from moto.cloudwatch.models import CloudWatchBackend
    from moto.cloudwatch.responses import CloudWatchResponse
    from moto.core.responses import ActionResult
    from moto.core.utils import utcnow

    change = CloudWatchBackend.set_alarm_state

    def set_alarm_state(backend: Any, alarm_name: str, reason: str, reason_data: str, state_value: str) -> None:
        old = backend.alarms[alarm_name].state_value if alarm_name in backend.alarms else ""
        change(backend, alarm_name, reason, reason_data, state_value)
        remember(backend, alarm_name, old, state_value, reason, utcnow())

    def remember(backend: Any, name: str, old: str, new: str, reason: str, at: dt.datetime) -> None:
        """Note a change at a time, in UTC without saying so, as moto has them all."""
        states = {"oldState": {"stateValue": old}, "newState": {"stateValue": new, "stateReason": reason}}
        backend.__dict__.setdefault("alarm_changes", []).append(
            {
                "AlarmName": name,
                "AlarmType": "MetricAlarm",
                "Timestamp": at,
                "HistoryItemType": "StateUpdate",
                "HistorySummary": f"Alarm updated from {old} to {new}",
                "HistoryData": json.dumps({"version": "1.0", **states}),
            }
        )

    def describe_alarm_history(response: Any) -> Any:
        given = response._get_params()
        oldest_first = given.get("ScanBy") == "TimestampAscending"
        items = [
            item
            for item in response.cloudwatch_backend.__dict__.get("alarm_changes", [])
            if given.get("AlarmName") in (None, item["AlarmName"])
            and given.get("HistoryItemType") in (None, item["HistoryItemType"])
            and given.get("StartDate", item["Timestamp"])
            <= item["Timestamp"]
            <= given.get("EndDate", item["Timestamp"])
        ]
        items.sort(key=lambda item: item["Timestamp"], reverse=not oldest_first)
        first, most = int(given.get("NextToken") or 0), int(given.get("MaxRecords") or 100)
        more = {"NextToken": str(first + most)} if first + most < len(items) else {}
        return ActionResult({"AlarmHistoryItems": items[first : first + most], **more})

    CloudWatchBackend.set_alarm_state = set_alarm_state
    CloudWatchBackend.remember_alarm_change = remember
    CloudWatchResponse.describe_alarm_history = describe_alarm_history
