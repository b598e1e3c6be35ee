# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Metric filters of a CloudWatch Logs group: what is valid, what is wanted, what a log line adds to a metric.

A filter is a dict with ``name``, ``pattern``, ``metric``, ``value``, ``unit``, ``default_value`` and ``dimensions``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ..changes import Fields, State
from ..errors import InvalidInput
from .filter_pattern import Pattern, parse, select
from .units import check_unit

MAX_FILTERS = 100
MAX_DIMENSIONS = 3
MAX_REGEX_FILTERS = 5

_LOG_GROUP = re.compile(r"[.\-_/#A-Za-z0-9]{1,512}")
_FILTER_NAME = re.compile(r"[^:*\x00-\x1f]{1,512}")
_METRIC_NAME = re.compile(r"[^:*$\x00-\x1f]{1,255}")
_DIMENSION_NAME = re.compile(r"(?=.*\S)[^:\x00-\x1f\x7f-\U0010ffff][^\x00-\x1f\x7f-\U0010ffff]{0,254}")
_NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d+)?")

Filter = Mapping[str, Any]


def check(log_group: str, namespace: str, filters: Sequence[Filter]) -> None:
    """Raise InvalidInput on the first thing that CloudWatch Logs would refuse, or accept and never emit."""
    if not _LOG_GROUP.fullmatch(log_group):
        raise InvalidInput(f"log_group {log_group!r}: is no name of a log group; use letters, digits and . - _ / #")
    if not _METRIC_NAME.fullmatch(namespace) or namespace.startswith("AWS/"):
        raise InvalidInput(
            f"namespace {namespace!r}: is no name for own metrics; use up to 255 characters, none of : * $, not AWS/..."
        )
    if len(filters) > MAX_FILTERS:
        raise InvalidInput(f"filters: {len(filters)} are too many; a log group takes {MAX_FILTERS}")
    names = [item["name"] for item in filters]
    for name in names:
        if names.count(name) > 1:
            raise InvalidInput(f"filters {name}: the name is there twice; give each filter its own")
    regexes = sum(_check_filter(item).regexes > 0 for item in filters)
    if regexes > MAX_REGEX_FILTERS:
        raise InvalidInput(
            f"filters: {regexes} have a regular expression; a log group takes {MAX_REGEX_FILTERS}; use a wildcard"
        )


def wanted(namespace: str, filters: Sequence[Filter]) -> State:
    """The filters as a state; every field is there, so that one taken away is noticed."""
    return {
        _resource(item["name"]): {
            "pattern": item["pattern"],
            "namespace": namespace,
            "metric": item["metric"],
            "value": item["value"],
            "unit": item.get("unit") or "None",
            "default_value": item.get("default_value"),
            "dimensions": dict(item.get("dimensions") or {}),
        }
        for item in filters
    }


def current(described: Sequence[Mapping[str, Any]]) -> State:
    """The filters that DescribeMetricFilters lists, as a state."""
    state = {}
    for item in described:
        metric = item["metricTransformations"][0]
        state[_resource(item["filterName"])] = {
            "pattern": item.get("filterPattern", ""),
            "namespace": metric["metricNamespace"],
            "metric": metric["metricName"],
            "value": metric["metricValue"],
            "unit": metric.get("unit") or "None",
            "default_value": metric.get("defaultValue"),
            "dimensions": metric.get("dimensions") or {},
        }
    return state


def transformation(fields: Fields) -> dict[str, Any]:
    """A state's fields as the metricTransformations item of PutMetricFilter."""
    transformed = {
        "metricName": fields["metric"],
        "metricNamespace": fields["namespace"],
        "metricValue": fields["value"],
        "unit": fields["unit"],
        "defaultValue": fields["default_value"],
        "dimensions": fields["dimensions"],
    }
    return {name: value for name, value in transformed.items() if value not in (None, {})}


def name_of(resource: str) -> str:
    """The filter's name in a resource of these states."""
    return resource.removeprefix(_resource(""))


def emit(item: Filter, line: str) -> tuple[float, dict[str, str]] | None:
    """What a log line adds to the filter's metric: (value, dimensions). None if the line does not match, or if the
    value or a dimension is not in it. The default value is not looked at."""
    if not parse(item["pattern"]).matches(line):
        return None
    value = item["value"]
    if value.startswith("$"):
        found = select(value, line)
        if len(found) != 1 or isinstance(found[0], bool) or not _NUMBER.fullmatch(str(found[0])):
            return None
        value = str(found[0])
    dimensions = {name: select(field, line) for name, field in (item.get("dimensions") or {}).items()}
    if not all(len(values) == 1 for values in dimensions.values()):
        return None
    return float(value), {name: str(values[0]) for name, values in dimensions.items()}


def _resource(name: str) -> str:
    return f"metric filter {name}"


def _check_filter(item: Filter) -> Pattern:
    where = f"filters {item['name']}"
    if not _FILTER_NAME.fullmatch(item["name"]):
        raise InvalidInput(f"{where}: is no name of a filter; use 1 to 512 characters, none of : *")
    if not _METRIC_NAME.fullmatch(item["metric"]):
        raise InvalidInput(f"{where}, metric {item['metric']!r}: is no name; use 1 to 255 characters, none of : * $")
    try:
        pattern = parse(item["pattern"])
    except InvalidInput as error:
        raise InvalidInput(f"{where}, {error}") from None
    value = item["value"]
    if value.startswith("$"):
        _check_field(f"{where}, value {value}", value, pattern)
    elif not _NUMBER.fullmatch(value):
        raise InvalidInput(f"{where}, value {value!r}: is neither a number nor a field; write 1 or $.field")
    check_unit(where, item.get("unit") or "None")
    _check_dimensions(where, item, pattern)
    return pattern


def _check_field(where: str, field: str, pattern: Pattern) -> None:
    """A value or a dimension is taken from a field that the pattern names."""
    if field not in pattern.fields:
        raise InvalidInput(f"{where}: is not in the pattern; add && {field} = * to the pattern")


def _check_dimensions(where: str, item: Filter, pattern: Pattern) -> None:
    dimensions = item.get("dimensions") or {}
    if dimensions and item.get("default_value") is not None:
        raise InvalidInput(f"{where}, default_value: CloudWatch Logs takes it or dimensions, not both; remove one")
    if len(dimensions) > MAX_DIMENSIONS:
        raise InvalidInput(f"{where}, dimensions: {len(dimensions)} are too many; give at most {MAX_DIMENSIONS}")
    if dimensions and not pattern.is_json:
        raise InvalidInput(f"{where}, dimensions: need a JSON pattern; write {{ $.field = ... }}")
    for name, field in dimensions.items():
        if not _DIMENSION_NAME.fullmatch(name):
            raise InvalidInput(f"{where}, dimension {name!r}: is no name; use up to 255 ASCII characters, no : first")
        _check_field(f"{where}, dimension {name}: {field}", field, pattern)
