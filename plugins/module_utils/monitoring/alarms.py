# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""CloudWatch metric alarms under one prefix. States hold fields in the form that PutMetricAlarm takes."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from ..changes import Fields, State
from ..errors import InvalidInput
from .units import check_unit

DAY, WEEK = 86400, 7 * 86400
# What describes a single metric; an alarm on metric math has ``Metrics`` instead.
_SINGLE = ("namespace", "metric_name", "dimensions", "statistic", "extended_statistic", "period", "unit")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_QUERY_ID = re.compile(r"[a-z][A-Za-z0-9_]{0,254}")
_EXTENDED = re.compile(r"(p|tm|tc|ts|wm)\d{1,2}(\.\d{1,10})?|p100|IQM|(PR|TM|TC|TS|WM)\([^)]*:[^)]*\)")

Alarm = Mapping[str, Any]


def check(prefix: str, alarms: Sequence[Alarm], actions: Sequence[str]) -> None:
    """Raise InvalidInput on the first thing that CloudWatch would refuse, or that could never alarm."""
    if not prefix.endswith("/") or len(prefix) == 1:
        raise InvalidInput(f"prefix {prefix!r}: must end with a slash, or it could own another's alarms; write name/")
    names = [alarm["name"] for alarm in alarms]
    for name in names:
        if names.count(name) > 1:
            raise InvalidInput(f"alarms {name}: the name is there twice; give each alarm its own")
    if len(set(actions)) > 5:
        raise InvalidInput(f"actions: {len(set(actions))} are too many; an alarm takes 5")
    for arn in actions:
        if not re.fullmatch(r"arn:[^:]+:[^:]+:.+", arn):
            raise InvalidInput(f"actions {arn!r}: is no ARN; give for example the ARN of an SNS topic")
    for alarm in alarms:
        _check_alarm(prefix, alarm)


def wanted(prefix: str, alarms: Sequence[Alarm], alarm_actions: Sequence[str], ok_actions: Sequence[str]) -> State:
    """The alarms as a state; every field is there, so that one taken away is noticed."""
    return {
        f"alarm {prefix}{alarm['name']}": {
            "AlarmDescription": alarm["description"],
            "ActionsEnabled": True,
            "AlarmActions": sorted(set(alarm_actions)),
            "OKActions": sorted(set(ok_actions)),
            "InsufficientDataActions": [],
            "Namespace": alarm["namespace"],
            "MetricName": alarm["metric_name"],
            "Dimensions": _dimensions(alarm["dimensions"]),
            "Statistic": alarm["statistic"],
            "ExtendedStatistic": alarm["extended_statistic"],
            "Period": alarm["period"],
            "Unit": alarm["unit"],
            "Metrics": _queries(alarm["metrics"]),
            "EvaluationPeriods": alarm["evaluation_periods"],
            "DatapointsToAlarm": alarm["datapoints_to_alarm"] or alarm["evaluation_periods"],
            "Threshold": alarm["threshold"],
            "ComparisonOperator": alarm["comparison_operator"],
            "TreatMissingData": alarm["treat_missing_data"],
        }
        for alarm in alarms
    }


def current(described: Sequence[Mapping[str, Any]]) -> State:
    """The metric alarms that DescribeAlarms lists, as a state."""
    state = {}
    for alarm in described:
        simple = ("Namespace", "MetricName", "Statistic", "ExtendedStatistic", "Period", "Unit", "Threshold")
        state[f"alarm {alarm['AlarmName']}"] = {
            **{field: alarm.get(field) for field in (*simple, "ComparisonOperator", "EvaluationPeriods")},
            **{
                field: sorted(alarm.get(field) or [])
                for field in ("AlarmActions", "OKActions", "InsufficientDataActions")
            },
            "AlarmDescription": alarm.get("AlarmDescription") or "",
            "ActionsEnabled": alarm.get("ActionsEnabled", True),
            "Dimensions": sorted(alarm.get("Dimensions") or [], key=lambda item: str(item["Name"])),
            "Metrics": _queries(alarm.get("Metrics") or []),
            "DatapointsToAlarm": alarm.get("DatapointsToAlarm") or alarm.get("EvaluationPeriods"),
            "TreatMissingData": alarm.get("TreatMissingData") or "missing",
        }
    return state


def request(fields: Fields) -> dict[str, Any]:
    """A state's fields as PutMetricAlarm takes them: without what is not set, and without the tags."""
    # Empty lists are left out too: beside Metrics even an empty Dimensions is refused.
    return {name: value for name, value in fields.items() if value not in (None, []) and name != "Tags"}


def name_of(resource: str) -> str:
    """The alarm's full name in a resource of these states."""
    return resource.removeprefix("alarm ")


def _dimensions(dimensions: Mapping[str, Any] | None) -> list[dict[str, str]]:
    return [{"Name": name, "Value": str((dimensions or {})[name])} for name in sorted(dimensions or {})]


def _queries(queries: Sequence[Mapping[str, Any]] | None) -> list[dict[str, Any]]:
    """Metric math in one form: by id, ReturnData explicit, nothing that is null."""
    result = []
    for query in queries or []:
        item = {"ReturnData": True, **{key: value for key, value in query.items() if value is not None}}
        if "MetricStat" in item:
            stat = {key: value for key, value in item["MetricStat"].items() if value is not None}
            metric = dict(stat["Metric"])
            metric["Dimensions"] = sorted(metric.get("Dimensions") or [], key=lambda dimension: str(dimension["Name"]))
            item["MetricStat"] = {**stat, "Metric": metric}
        result.append(item)
    return sorted(result, key=lambda query: str(query["Id"]))


def _check_alarm(prefix: str, alarm: Alarm) -> None:
    where = f"alarms {alarm['name']}"
    if not alarm["name"] or len(prefix + alarm["name"]) > 255 or _CONTROL.search(prefix + alarm["name"]):
        raise InvalidInput(f"{where}: is no name; use at most 255 printable characters, the prefix included")
    if len(alarm["description"]) > 1024:
        raise InvalidInput(f"{where}, description: has {len(alarm['description'])} characters; write at most 1024")
    if alarm["metrics"]:
        given = [option for option in _SINGLE if alarm[option]]
        if given:
            raise InvalidInput(f"{where}, {given[0]}: goes with a single metric, not with metrics; remove one of them")
        _check_queries(where, alarm["metrics"])
    else:
        _check_single(where, alarm)
    periods, points = alarm["evaluation_periods"], alarm["datapoints_to_alarm"]
    if not math.isfinite(alarm["threshold"]):
        raise InvalidInput(f"{where}, threshold {alarm['threshold']}: is no number; give one")
    if periods < 1:
        raise InvalidInput(f"{where}, evaluation_periods {periods}: is not positive; give 1 or more")
    if points is not None and not 1 <= points <= periods:
        raise InvalidInput(
            f"{where}, datapoints_to_alarm {points}: is not 1 to evaluation_periods, {periods}; change one"
        )


def _check_single(where: str, alarm: Alarm) -> None:
    for option in ("namespace", "metric_name", "period"):
        if not alarm[option]:
            raise InvalidInput(f"{where}, {option}: is missing; give it, or metrics instead")
    if bool(alarm["statistic"]) == bool(alarm["extended_statistic"]):
        raise InvalidInput(f"{where}: needs exactly one statistic; give either statistic or extended_statistic")
    if alarm["extended_statistic"] and not _EXTENDED.fullmatch(alarm["extended_statistic"]):
        raise InvalidInput(f"{where}, extended_statistic {alarm['extended_statistic']}: is none; write for example p95")
    if alarm["unit"]:
        check_unit(where, alarm["unit"])
    if len(alarm["dimensions"] or {}) > 30:
        raise InvalidInput(f"{where}, dimensions: {len(alarm['dimensions'])} are too many; a metric has at most 30")
    _check_period(where, alarm["period"])
    longest = WEEK if alarm["period"] >= 3600 else DAY
    if alarm["period"] * alarm["evaluation_periods"] > longest:
        raise InvalidInput(
            f"{where}, evaluation_periods {alarm['evaluation_periods']}: times period exceeds {longest} s; lower one"
        )


def _check_period(where: str, period: Any) -> None:
    if not isinstance(period, int) or (period not in (10, 20, 30) and (period <= 0 or period % 60)):
        raise InvalidInput(f"{where}, period {period}: is no period; give 10, 20, 30 or a multiple of 60 seconds")


def _check_queries(where: str, queries: Sequence[Mapping[str, Any]]) -> None:
    ids = [str(query.get("Id", "")) for query in queries]
    for query, name in zip(queries, ids, strict=True):
        here = f"{where}, metrics {name!r}"
        if not _QUERY_ID.fullmatch(name) or ids.count(name) > 1:
            raise InvalidInput(f"{here}: is no Id of its own; use letters, digits and _, a small letter first")
        if ("Expression" in query) == ("MetricStat" in query):
            raise InvalidInput(f"{here}: needs exactly one source; give either Expression or MetricStat")
        stat = query.get("MetricStat")
        if stat is not None:
            if not isinstance(stat, Mapping) or not {"Metric", "Period", "Stat"} <= set(stat):
                raise InvalidInput(f"{here}, MetricStat: is not complete; give Metric, Period and Stat")
            _check_period(here, stat["Period"])
    if sum(query.get("ReturnData", True) is True for query in queries) != 1:
        raise InvalidInput(f"{where}, metrics: the alarm watches exactly one; set ReturnData to false for all others")
