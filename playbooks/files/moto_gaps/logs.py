# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# mypy: disable-error-code="assignment, attr-defined, method-assign, misc"
"""What moto 5.2 lacks of CloudWatch Logs. Local only."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any


def patch() -> None:
    """All of them."""
    patch_logs_metric_filters()
    patch_logs_patterns()
    patch_logs_streams()


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


def patch_logs_patterns() -> None:
    """AWS finds log events by a JSON pattern, where moto finds all of them: here, texts joined by &&. AWS also knows
    several terms, quoted or not, ?one ?or ?another, and -none, where moto finds too many or too few. And moto reads a
    pattern anew for every event, which takes seconds for a month of them."""
    from moto.logs.models import LogStream

    def json_test(pattern: str) -> Callable[[str], bool]:
        conditions = re.findall(r'\$\.(\w+) = "([^"]*)"', pattern)

        def matches(message: str) -> bool:
            try:
                document = json.loads(message)
            except ValueError:
                return False
            return isinstance(document, dict) and all(document.get(field) == value for field, value in conditions)

        return matches

    def terms_test(pattern: str) -> Callable[[str], bool]:
        terms: dict[str, list[str]] = {"": [], "?": [], "-": []}
        for sign, quoted, bare in re.findall(r'([?-]?)(?:"((?:[^"\\]|\\.)*)"|([^\s"]+))', pattern):
            terms[sign].append(bare or re.sub(r"\\(.)", r"\1", quoted))

        def matches(message: str) -> bool:
            return (
                all(term in message for term in terms[""])
                and (not terms["?"] or bool(terms[""]) or any(term in message for term in terms["?"]))
                and not any(term in message for term in terms["-"])
            )

        return matches

    def find(stream: Any, start_time: int, end_time: int, filter_pattern: str) -> Any:
        pattern = filter_pattern or ""
        matches = (json_test if pattern.lstrip().startswith("{") else terms_test)(pattern)
        found = [
            event
            for event in stream.events
            if event.timestamp >= (start_time or 0)
            and (not end_time or event.timestamp <= end_time)
            and matches(event.message)
        ]
        found.sort(key=lambda event: event.timestamp)
        return [{**event.to_filter_dict(), "logStreamName": stream.log_stream_name} for event in found]

    LogStream.filter_log_events = find


def patch_logs_streams() -> None:
    """AWS looks at the streams whose name begins with a text, if one is given, and tells what it finds in all of them
    by time; moto ignores the text, and tells one stream after the other."""
    from moto.logs.models import LogGroup
    from moto.logs.responses import LogsResponse

    answer, search = LogsResponse.filter_log_events, LogGroup.filter_log_events

    def filter_log_events(response: Any) -> Any:
        prefix = response._get_param("logStreamNamePrefix")
        group = response.logs_backend.groups.get(response._get_param("logGroupName"))
        if prefix and group:
            names = [name for name in group.streams if name.startswith(prefix)]
            response.body = json.dumps({**json.loads(response.body), "logStreamNames": names or [prefix]})
        return answer(response)

    def by_time(*args: Any) -> Any:
        return search(*args[:-1], True)

    LogsResponse.filter_log_events = filter_log_events
    LogGroup.filter_log_events = by_time
