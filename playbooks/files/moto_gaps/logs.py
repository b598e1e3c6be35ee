# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# mypy: disable-error-code="assignment, attr-defined, method-assign, misc"
"""What moto 5.2 lacks of CloudWatch Logs. Local only."""

from __future__ import annotations

import json
import re
from typing import Any


def patch() -> None:
    """All of them."""
    patch_logs_metric_filters()
    patch_logs_json_patterns()


def patch_logs_metric_filters() -> None:
    """AWS replaces a metric filter of the same name, where moto adds another, so that a deletion leaves one; and it
    refuses a filter on a log group that is not there."""
    from moto.logs.exceptions import ResourceNotFoundException
    from moto.logs.models import LogsBackend

    put = LogsBackend.put_metric_filter

    def put_metric_filter(
        backend: Any, filter_name: str, filter_pattern: str, log_group_name: str, metric_transformations: Any
    ) -> None:
        if log_group_name not in backend.groups:
            raise ResourceNotFoundException()
        backend.filters.delete_filter(filter_name, log_group_name)
        put(backend, filter_name, filter_pattern, log_group_name, metric_transformations)

    LogsBackend.put_metric_filter = put_metric_filter


def patch_logs_json_patterns() -> None:
    """AWS finds log events by a JSON pattern, where moto finds all of them. Here: texts joined by &&."""
    from moto.logs.models import LogStream

    filter_log_events = LogStream.filter_log_events

    def matches(conditions: list[tuple[str, str]], message: str) -> bool:
        try:
            document = json.loads(message)
        except ValueError:
            return False
        return isinstance(document, dict) and all(document.get(field) == value for field, value in conditions)

    def find(stream: Any, start_time: int, end_time: int, filter_pattern: str) -> Any:
        if not (filter_pattern or "").lstrip().startswith("{"):
            return filter_log_events(stream, start_time, end_time, filter_pattern)
        conditions = re.findall(r'\$\.(\w+) = "([^"]*)"', filter_pattern)
        events = filter_log_events(stream, start_time, end_time, "")
        return [event for event in events if matches(conditions, event["message"])]

    LogStream.filter_log_events = find
