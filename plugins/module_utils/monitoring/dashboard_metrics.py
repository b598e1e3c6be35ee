# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the metric widgets of a dashboard show: metrics with their dimensions, and whether anybody publishes them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..errors import InvalidInput

# An annotation with this label is the threshold of an alarm.
ALARM = "Alarm"
# What services publish by themselves, as far as a dashboard of this collection may want it.
SERVICES: dict[str, dict[str, tuple[str, ...]]] = {
    "AWS/ECS": dict.fromkeys(("CPUUtilization", "MemoryUtilization"), ("ClusterName", "ServiceName")),
    "AWS/Lambda": dict.fromkeys(("Invocations", "Errors", "Duration", "Throttles"), ("FunctionName",)),
    "AWS/S3": dict.fromkeys(("BucketSizeBytes", "NumberOfObjects"), ("BucketName", "StorageType")),
}


@dataclass(frozen=True)
class Row:
    """A row of a widget: a metric, or an expression over others. ``options`` are the row's, then the widget's."""

    namespace: str
    metric: str
    dimensions: Mapping[str, str]
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def expression(self) -> str:
        """The expression; empty for a metric."""
        return str(self.options.get("expression", ""))


def rows(properties: Mapping[str, Any]) -> list[Row]:
    """The rows of a metric widget, with what they repeat of the row above written out.

    ``...`` stands for all names of the row above but as many of the last as follow, ``.`` for the one in its place.
    Raises InvalidInput when there is nothing to repeat.
    """
    found: list[Row] = []
    above: list[str] = []
    shared = {key: properties[key] for key in ("stat", "period", "region") if key in properties}
    for row in properties.get("metrics") or []:
        options = {**shared, **(row[-1] if isinstance(row[-1], Mapping) else {})}
        names = [name for name in row if isinstance(name, str)]
        if names:
            names = _written_out(names, above)
            above = names
        found.append(
            Row(
                names[0] if names else "",
                names[1] if names else "",
                dict(zip(names[2::2], names[3::2], strict=True)),
                options,
            )
        )
    return found


def _written_out(names: Sequence[str], above: Sequence[str]) -> list[str]:
    if names[0] == "...":
        names = [*above[: len(above) - len(names) + 1], *names[1:]]
    if "." in names and len(names) > len(above):
        raise InvalidInput(f"metrics row {list(names)}: repeats more than the row above has; write the names out")
    return [above[index] if name == "." else name for index, name in enumerate(names)]


def check(
    body: Mapping[str, Any], published: Mapping[str, Collection[str]], alarms: Sequence[Mapping[str, Any]]
) -> None:
    """Raise InvalidInput on a metric that nobody publishes, and on an annotation that differs from its alarm.

    ``published`` is the metrics of each own namespace; nothing is known of a namespace that is not there and is no
    service's. ``alarms`` have ``namespace``, ``metric_name`` and ``threshold``.
    """
    for index, widget in enumerate(body["widgets"]):
        if widget["type"] != "metric":
            continue
        where, properties = f"body, widget {index}", widget["properties"]
        shown = [row for row in rows(properties) if not row.expression]
        for row in shown:
            _check_published(where, row, published)
        _check_expressions(where, rows(properties))
        for value in _alarm_lines(properties):
            _check_alarm_line(where, value, shown, alarms)


def _check_published(where: str, row: Row, published: Mapping[str, Collection[str]]) -> None:
    if row.namespace in SERVICES:
        known: Collection[str] = SERVICES[row.namespace]
        dimensions = SERVICES[row.namespace].get(row.metric, ())
        if row.metric in known and set(row.dimensions) != set(dimensions):
            raise InvalidInput(
                f"{where}, metric {row.namespace} {row.metric}: is not published with the dimensions "
                f"{', '.join(row.dimensions) or 'none'}; use {', '.join(dimensions)}"
            )
    elif row.namespace in published:
        known = published[row.namespace]
    else:
        return
    if row.metric not in known:
        raise InvalidInput(
            f"{where}, metric {row.namespace} {row.metric}: nobody publishes it; use one of {', '.join(sorted(known))}"
        )


def _check_expressions(where: str, found: Sequence[Row]) -> None:
    """An expression names rows by their ids."""
    ids = {str(row.options["id"]) for row in found if "id" in row.options}
    for row in found:
        for name in _names(row.expression):
            if name not in ids:
                raise InvalidInput(f"{where}, expression {row.expression}: no row has the id {name}; give one that id")


def _names(expression: str) -> Iterator[str]:
    """Ids in an expression: words that begin with a small letter. Functions are written in capitals."""
    word = ""
    for character in f"{expression} ":
        if character.isalnum() or character == "_":
            word += character
        else:
            if word[:1].islower():
                yield word
            word = ""


def _alarm_lines(properties: Mapping[str, Any]) -> list[Any]:
    lines = (properties.get("annotations") or {}).get("horizontal") or []
    return [line["value"] for line in lines if isinstance(line, Mapping) and line.get("label") == ALARM]


def _check_alarm_line(where: str, value: Any, shown: Sequence[Row], alarms: Sequence[Mapping[str, Any]]) -> None:
    metrics = {(row.namespace, row.metric) for row in shown}
    thresholds = sorted(
        {float(alarm["threshold"]) for alarm in alarms if (alarm.get("namespace"), alarm.get("metric_name")) in metrics}
    )
    if not isinstance(value, int | float) or float(value) not in thresholds:
        fix = f"write {' or '.join(f'{one:g}' for one in thresholds)}" if thresholds else "no alarm is on what it shows"
        raise InvalidInput(f"{where}, annotation {ALARM} {value}: is no alarm's threshold; {fix}")
