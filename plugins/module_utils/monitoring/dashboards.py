# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Body of a CloudWatch dashboard: what is valid, and in which parts two bodies differ."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from ..errors import InvalidInput

COLUMNS = 24
MAX_HEIGHT = 1000
MAX_WIDGETS = 500
_NAME = re.compile(r"[A-Za-z0-9_-]{1,255}")
_PERIODS = (1, 5, 10, 30)

_BODY = {"widgets", "start", "end", "periodOverride", "variables"}
_WIDGET = {"type", "x", "y", "width", "height", "properties"}
# Per type: the properties that CloudWatch requires, and the others that it knows.
_PROPERTIES: dict[str, tuple[set[str], set[str]]] = {
    "metric": (
        {"region"},
        {"accountId", "annotations", "end", "labels", "legend", "liveData", "metrics", "period", "setPeriodToTimeRange"}
        | {"singleValueFullPrecision", "sparkline", "stacked", "start", "stat", "table", "timezone", "title", "trend"}
        | {"view", "yAxis"},
    ),
    "text": ({"markdown"}, {"background"}),
    "log": ({"query", "region"}, {"accountId", "queryLanguage", "stacked", "title", "view"}),
    "alarm": ({"alarms"}, {"accountId", "sortBy", "states", "title"}),
    "explorer": ({"labels", "metrics", "widgetOptions"}, {"aggregateBy", "period", "splitBy", "title"}),
    "custom": ({"endpoint"}, {"params", "title", "updateOn"}),
}
_VIEWS = {
    "metric": {"timeSeries", "singleValue", "bar", "pie", "gauge", "table"},
    "log": {"table", "timeSeries", "bar", "pie"},
}
_METRIC_OPTIONS = {"accountId", "color", "expression", "id", "label", "period", "region", "stat", "visible", "yAxis"}
_METRIC_ID = re.compile(r"[a-z][A-Za-z0-9_]*")
_STAT = re.compile(
    r"Average|Minimum|Maximum|Sum|SampleCount|IQM|(p|tm|tc|ts|wm)\d{1,2}(\.\d{1,10})?|p100|(PR|TM|TC|TS|WM)\(.*\)"
)

Widget = Mapping[str, Any]


def check_name(name: str) -> None:
    """Raise InvalidInput on what is no name of a dashboard."""
    if not _NAME.fullmatch(name):
        raise InvalidInput(f"name {name!r}: is no name of a dashboard; use letters, digits, - and _")


def check(body: Any) -> None:
    """Raise InvalidInput on the first thing that CloudWatch would refuse, or draw wrong."""
    if not isinstance(body, Mapping) or not isinstance(body.get("widgets"), list):
        raise InvalidInput("body: has no list of widgets; write {'widgets': [...]}")
    _check_keys("body", body, _BODY, set())
    if len(body["widgets"]) > MAX_WIDGETS:
        raise InvalidInput(f"body: {len(body['widgets'])} widgets are too many; a dashboard takes {MAX_WIDGETS}")
    placed: list[tuple[str, Widget]] = []
    for index, widget in enumerate(body["widgets"]):
        where = f"body, widget {index}"
        if not isinstance(widget, Mapping):
            raise InvalidInput(f"{where}: is not an object; give type, x, y, width, height and properties")
        _check_widget(where, widget)
        for other_where, other in placed:
            if _overlap(widget, other):
                raise InvalidInput(f"{where}: lies over {other_where.removeprefix('body, ')}; move or shrink one")
        placed.append((where, widget))


def fields(body: Any) -> dict[str, Any]:
    """A body in parts, so that a diff shows what differs: layout, options, and each widget by its place.

    A body that is no dashboard, as somebody may have left it, has no parts.
    """
    widgets = body.get("widgets") if isinstance(body, Mapping) else None
    if not isinstance(widgets, list) or not all(isinstance(widget, Mapping) for widget in widgets):
        return {}
    places = [f"widget at {widget.get('x')},{widget.get('y')}" for widget in widgets]
    return {
        "layout": places,
        "options": {key: value for key, value in body.items() if key != "widgets"},
        **{place: dict(widget) for place, widget in zip(places, widgets, strict=True)},
    }


def canonical(body: Mapping[str, Any]) -> str:
    """The body as JSON text, always the same for the same content."""
    return json.dumps(body, sort_keys=True, separators=(",", ":"))


def decode(text: str) -> Any:
    """A body that CloudWatch returned; None if it is not JSON."""
    try:
        return json.loads(text)
    except ValueError:
        return None


def _check_keys(where: str, given: Mapping[str, Any], known: set[str], required: set[str]) -> None:
    for key in sorted(required - set(given)):
        raise InvalidInput(f"{where}, {key}: is missing; give it")
    for key in sorted(set(given) - known - required):
        raise InvalidInput(f"{where}, {key}: CloudWatch knows no such key; use {', '.join(sorted(known | required))}")


def _check_widget(where: str, widget: Widget) -> None:
    _check_keys(where, widget, set(), _WIDGET)
    kind, properties = widget["type"], widget["properties"]
    if kind not in _PROPERTIES:
        raise InvalidInput(f"{where}, type {kind!r}: CloudWatch knows no such widget; use {', '.join(_PROPERTIES)}")
    for key, low, high in (("x", 0, COLUMNS - 1), ("y", 0, None), ("width", 1, COLUMNS), ("height", 1, MAX_HEIGHT)):
        value = widget[key]
        if not _is_int(value) or value < low or (high is not None and value > high):
            raise InvalidInput(
                f"{where}, {key} {value!r}: does not fit; give {low} to {'any number' if high is None else high}"
            )
    if widget["x"] + widget["width"] > COLUMNS:
        raise InvalidInput(
            f"{where}: ends at column {widget['x'] + widget['width']}; the grid has {COLUMNS}, shrink it"
        )
    if not isinstance(properties, Mapping):
        raise InvalidInput(f"{where}, properties: is not an object; give the properties of a {kind} widget")
    required, known = _PROPERTIES[kind]
    _check_keys(f"{where}, properties", properties, known, required)
    view = properties.get("view")
    if view is not None and view not in _VIEWS.get(kind, set()):
        raise InvalidInput(
            f"{where}, view {view!r}: a {kind} widget has no such view; use {', '.join(sorted(_VIEWS[kind]))}"
        )
    if kind == "metric":
        _check_metric_widget(where, properties)
    elif kind == "alarm" and not (isinstance(properties["alarms"], list) and 1 <= len(properties["alarms"]) <= 100):
        raise InvalidInput(f"{where}, alarms: is not a list of 1 to 100; give ARNs of alarms")


def _check_metric_widget(where: str, properties: Mapping[str, Any]) -> None:
    if not properties["region"]:
        raise InvalidInput(f"{where}, region: is empty; give the region of the metrics")
    _check_aggregation(where, properties)
    metrics = properties.get("metrics")
    if metrics is None:
        if not properties.get("annotations"):
            raise InvalidInput(f"{where}, metrics: is missing; give metrics, or annotations with an alarm")
        return
    if not isinstance(metrics, list) or not metrics:
        raise InvalidInput(
            f"{where}, metrics: is not a list with metrics; give [[namespace, metric, name, value, ...]]"
        )
    ids: list[str] = []
    for index, row in enumerate(metrics):
        ids.append(_check_row(f"{where}, metrics row {index}", row, first=index == 0))
    for name in filter(None, ids):
        if ids.count(name) > 1:
            raise InvalidInput(f"{where}, metrics, id {name}: is there twice; give each metric its own id")


def _check_row(where: str, row: Any, first: bool) -> str:
    """Check one row ``[namespace, metric, dimension, value, ..., {options}]``; return its id, or an empty text."""
    if not isinstance(row, Sequence) or isinstance(row, str) or not row:
        raise InvalidInput(f"{where}: is not a list; write [namespace, metric, dimension, value, {{options}}]")
    options = row[-1] if isinstance(row[-1], Mapping) else {}
    texts = list(row[:-1] if options or row[-1] == {} else row)
    if not all(isinstance(text, str) and text for text in texts):
        raise InvalidInput(
            f"{where}: holds something that is not text before its options; write names and values as text"
        )
    _check_keys(f"{where}, options", options, _METRIC_OPTIONS, set())
    _check_aggregation(where, options)
    name = options.get("id", "")
    if name and not _METRIC_ID.fullmatch(name):
        raise InvalidInput(f"{where}, id {name!r}: is no id; use letters, digits and _, a small letter first")
    if "expression" in options:
        if texts:
            raise InvalidInput(f"{where}: has an expression and a metric; write [{{expression: ...}}]")
    elif not texts:
        raise InvalidInput(f"{where}: has no metric; write [namespace, metric, dimension, value, {{options}}]")
    elif first and {".", "..."} & set(texts):
        raise InvalidInput(f"{where}: repeats a row before it, but is the first; write the names out")
    elif "..." not in texts and (len(texts) < 2 or len(texts) % 2):
        raise InvalidInput(f"{where}: has {len(texts)} names; write namespace, metric, then dimensions in pairs")
    return str(name)


def _check_aggregation(where: str, options: Mapping[str, Any]) -> None:
    period, stat = options.get("period", 60), options.get("stat", "Average")
    if not _is_int(period) or (period not in _PERIODS and (period <= 0 or period % 60)):
        raise InvalidInput(f"{where}, period {period!r}: is no period; give 1, 5, 10, 30 or a multiple of 60 seconds")
    if not isinstance(stat, str) or not _STAT.fullmatch(stat):
        raise InvalidInput(f"{where}, stat {stat!r}: is no statistic; use Average, Sum, Maximum, p95 ...")


def _is_int(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _overlap(one: Widget, other: Widget) -> bool:
    return bool(
        one["x"] < other["x"] + other["width"]
        and other["x"] < one["x"] + one["width"]
        and one["y"] < other["y"] + other["height"]
        and other["y"] < one["y"] + one["height"]
    )
