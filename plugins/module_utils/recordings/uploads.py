# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""How many recordings were uploaded, and what was not."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from typing import Any

from ..times.moments import iso


def rate_period(since: dt.datetime, until: dt.datetime) -> tuple[dt.datetime, int]:
    """Choose the start and the period of a query that CloudWatch answers in one page of 1440 points.

    The start is the full hour, as CloudWatch keeps hours for 15 months and minutes for 15 days only.
    """
    start = since.replace(minute=0, second=0, microsecond=0)
    return start, 3600 if until - start <= dt.timedelta(hours=1440) else 86400


def rate(points: Iterable[Mapping[str, Any]], since: dt.datetime, until: dt.datetime) -> dict[str, Any]:
    """The success rate from points of the metric UploadResult, which is 1 for a success and 0 for a failure."""
    points = list(points)
    uploads = round(sum(point["SampleCount"] for point in points))
    succeeded = round(sum(point["Sum"] for point in points))
    return {
        "since": iso(since),
        "until": iso(until),
        "uploads": uploads,
        "succeeded": succeeded,
        "failed": uploads - succeeded,
        "success_percent": round(100 * succeeded / uploads, 2) if uploads else None,
    }


def waiting(points: Iterable[Mapping[str, Any]], now: dt.datetime) -> dict[str, Any]:
    """The newest point of the metric RecordingsWaiting, of which each recorder publishes one sample a minute."""
    newest = max(points, key=lambda point: point["Timestamp"], default=None)
    if newest is None:
        return {"recordings": None, "recorders": 0, "at": None, "minutes_ago": None}
    return {
        "recordings": round(newest["Sum"]),
        "recorders": round(newest["SampleCount"]),
        "at": iso(newest["Timestamp"]),
        "minutes_ago": max(0, round((now - newest["Timestamp"]).total_seconds() / 60)),
    }


def upload_pattern(platform: str) -> str:
    """The filter pattern of the log lines that tell results of uploads."""
    return f'{{ $.source = "upload" && $.platform = "{platform}" }}'


def failures(events: Iterable[Mapping[str, Any]], until: dt.datetime) -> list[dict[str, Any]]:
    """The uploads that failed before ``until``, the latest first; ``uploaded`` tells whether they succeeded later.

    An event is as FilterLogEvents reports it. Its line is ``{"id", "result", "file", "bytes", "reason"}``; the id
    stays with a recording over all tries.
    """
    found: dict[str, dict[str, Any]] = {}
    for event in sorted(events, key=lambda event: int(event["timestamp"])):
        line = json.loads(event["message"])
        at = dt.datetime.fromtimestamp(event["timestamp"] / 1000, dt.UTC)
        name = str(line.get("id", line.get("file")))
        if line.get("result") == "ok" and name in found:
            found[name]["uploaded"] = True
        elif line.get("result") == "failed" and at < until:
            found[name] = {
                "file": str(line.get("file", "")),
                "bytes": line.get("bytes", 0),
                "reason": str(line.get("reason", "")),
                "at": iso(at),
                "uploaded": False,
            }
    return sorted(found.values(), key=lambda item: (item["at"], item["file"]), reverse=True)
