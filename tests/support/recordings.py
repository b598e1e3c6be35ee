# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A bucket with recordings such as the recorders upload, and what they tell about their uploads."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

ROOMS = ("standup", "board meeting", "Überprüfung", "all-hands")


def make_bucket(s3: Any, name: str, lock: bool = False) -> None:
    """A versioned bucket, with Object Lock or without."""
    s3.create_bucket(Bucket=name, ObjectLockEnabledForBucket=lock)
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})


def contents(session: str, room: str, start: dt.datetime, body: bytes = b"media") -> dict[str, bytes]:
    """The objects of one recording, key -> content, the media first."""
    metadata = {
        "meeting_url": f"https://meet.example.com/{room}?jwt=very-secret",
        "participants": [{"name": "Ada"}, {"name": "Grace"}],
    }
    return {
        f"recordings/{session}/{room}_{start:%Y-%m-%d-%H-%M-%S}.mp4": body,
        f"recordings/{session}/metadata.json": json.dumps(metadata).encode(),
    }


def upload(s3: Any, bucket: str, session: str, room: str, start: dt.datetime, body: bytes = b"media") -> list[str]:
    """Put one recording as the upload script does; returns the version ids, of the media first."""
    objects = contents(session, room, start, body)
    return [s3.put_object(Bucket=bucket, Key=key, Body=content)["VersionId"] for key, content in objects.items()]


def fill(bucket: str, count: int, newest: dt.datetime) -> None:
    """Put ``count`` recordings, one every six hours, into the emulator of this process, past its HTTP."""
    from moto.core import DEFAULT_ACCOUNT_ID
    from moto.s3.models import s3_backends

    backend = s3_backends[DEFAULT_ACCOUNT_ID]["aws"]
    for index in range(count):
        room, start = ROOMS[index % len(ROOMS)], newest - dt.timedelta(hours=6 * index)
        for key, content in contents(f"session{index}", room, start).items():
            backend.put_object(bucket, key, content)


def publish(cloudwatch: Any, platform: str, metric: str, samples: list[tuple[dt.datetime, float]]) -> None:
    """Put samples of a metric as the metric filters publish them."""
    dimensions = [{"Name": "Platform", "Value": platform}]
    data = [{"MetricName": metric, "Dimensions": dimensions, "Timestamp": at, "Value": value} for at, value in samples]
    for begin in range(0, len(data), 1000):
        cloudwatch.put_metric_data(Namespace="Jitsi/JVB", MetricData=data[begin : begin + 1000])


def log(logs: Any, platform: str, lines: list[tuple[dt.datetime, str]]) -> None:
    """Put lines into the platform's log group."""
    group = f"/ecs/{platform}"
    if not logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]:
        logs.create_log_group(logGroupName=group)
        logs.create_log_stream(logGroupName=group, logStreamName="recorder")
    events = [{"timestamp": int(at.timestamp() * 1000), "message": line} for at, line in lines]
    logs.put_log_events(logGroupName=group, logStreamName="recorder", logEvents=events)


def upload_line(platform: str, result: str, file: str) -> str:
    """The line that the upload script prints."""
    line = {"source": "upload", "platform": platform, "id": f"id of {file}", "result": result, "file": file, "bytes": 5}
    return json.dumps(line, separators=(",", ":"))
