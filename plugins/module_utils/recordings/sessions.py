# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Recordings as people know them, made from what S3, CloudWatch and the logs answer.

A recording is a session of the recorder: what is under ``recordings/<session>/``, media such as
``standup_2026-11-22-10-00-00.mp4`` and ``metadata.json``.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import zoneinfo
from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import urlsplit

from .bucket import RECORDINGS
from ..errors import InvalidInput

Recording = dict[str, Any]

METADATA = "metadata.json"
# Classes in which an object must be restored for hours before a read.
COLD_CLASSES = ("GLACIER", "DEEP_ARCHIVE")
LEAST_LINK_SECONDS, MOST_LINK_SECONDS = 60, 7 * 86400

_NAME = re.compile(r"(?P<room>.+)_(?P<start>\d{4}-\d\d-\d\d-\d\d-\d\d-\d\d)\.[^.]+", re.DOTALL)
_SPAN = re.compile(r"(\d{1,6})([smhdw])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}


def check_session(session: str) -> None:
    """Refuse what cannot be the name of a session: it is one step of a key, and never empty."""
    if not session or "/" in session or session in (".", "..") or not session.isprintable():
        raise InvalidInput(f"session {session!r}: is not the name of a session; copy it from the list of recordings")


def prefix(session: str) -> str:
    """What the keys of a session begin with, and of no other: the slash ends the name."""
    return f"{RECORDINGS}{session}/"


def split(key: str) -> tuple[str, str]:
    """Take a key apart: session and file, both empty for a key that belongs to no recording."""
    session, slash, file = key.removeprefix(RECORDINGS).partition("/")
    return (session, file) if key.startswith(RECORDINGS) and session and slash and file else ("", "")


# --- Times


def seconds(option: str, text: str) -> int:
    """Read a span of time such as ``15m``, ``12h`` or ``7d``; raise InvalidInput otherwise."""
    found = _SPAN.fullmatch(text)
    if not found:
        raise InvalidInput(f"{option} {text}: is not a span of time; write 15m, 12h or 7d")
    return int(found[1]) * _SECONDS[found[2]]


def link_seconds(option: str, text: str) -> int:
    """Read how long a link lives; S3 signs for seven days at most."""
    span = seconds(option, text)
    if not LEAST_LINK_SECONDS <= span <= MOST_LINK_SECONDS:
        raise InvalidInput(f"{option} {text}: S3 signs a link for 7 days at most; give 1m to 7d")
    return span


def timezone(name: str) -> dt.tzinfo:
    """Find a time zone by its IANA name."""
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise InvalidInput(f"timezone {name!r}: is not an IANA time zone; write a name such as Europe/Berlin") from None


def moment(option: str, text: str, now: dt.datetime, zone: dt.tzinfo) -> dt.datetime:
    """Read a point in time: a date or time of ISO 8601, in ``zone`` unless it names one, or how long ago it was."""
    if _SPAN.fullmatch(text):
        return now - dt.timedelta(seconds=seconds(option, text))
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        raise InvalidInput(
            f"{option} {text}: is no time; write 2026-11-22, 2026-11-22T10:00, or 7d for seven days ago"
        ) from None
    return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(dt.UTC)


def iso(time: dt.datetime) -> str:
    """Write a point in time: UTC, to the second."""
    return time.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


# --- Recordings


def is_media(file: str) -> bool:
    """Tell whether a file is part of what was recorded."""
    return file.rpartition("/")[2] != METADATA


def room_and_start(file: str, zone: dt.tzinfo) -> tuple[str, dt.datetime | None]:
    """Read the room and the start from the name that the recorder gave a file; empty and None from another name."""
    found = _NAME.fullmatch(file.rpartition("/")[2])
    if not found:
        return "", None
    try:
        start = dt.datetime.strptime(found["start"], "%Y-%m-%d-%H-%M-%S").replace(tzinfo=zone)
    except ValueError:
        return "", None
    return found["room"], start.astimezone(dt.UTC)


def recordings(objects: Iterable[Mapping[str, Any]], zone: dt.tzinfo) -> list[Recording]:
    """Group a listing by session, the newest recording first.

    An object is as ListObjectsV2 or ListObjectVersions reports it; of the second, only the latest version of a key is a
    file, and older ones and delete markers (which have no ``Size``) are counted. ``start`` is a datetime here.
    """
    found: dict[str, list[Mapping[str, Any]]] = {}
    for item in objects:
        session, _file = split(item["Key"])
        if session:
            found.setdefault(session, []).append(item)
    made = [_recording(session, items, zone) for session, items in found.items()]
    return sorted(made, key=lambda recording: (recording["start"], recording["session"]), reverse=True)


def _recording(session: str, items: Sequence[Mapping[str, Any]], zone: dt.tzinfo) -> Recording:
    current = [item for item in items if item.get("IsLatest", True) and "Size" in item]
    # Of a recording that is deleted, the older versions still tell what it was.
    known = sorted(current or items, key=lambda item: str(item["Key"]))
    media = [item for item in known if is_media(split(item["Key"])[1])] or known
    room, start = room_and_start(split(media[0]["Key"])[1], zone)
    recording = {
        "session": session,
        "room": room,
        "start": start or min(item["LastModified"] for item in known),
        "files": [_file(item) for item in sorted(current, key=lambda item: str(item["Key"]))],
        "bytes": sum(item["Size"] for item in current),
        "storage_class": media[0].get("StorageClass", "STANDARD") if current else "",
    }
    if any("VersionId" in item for item in items):
        markers = [item for item in items if "Size" not in item]
        recording |= {
            "deleted": not current,
            "versions": [_version(item) for item in items],
            "old_versions": len(items) - len(markers) - len(current),
            "delete_markers": len(markers),
        }
    return recording


def _file(item: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "file": split(item["Key"])[1],
        "bytes": item["Size"],
        "storage_class": item.get("StorageClass", "STANDARD"),
        "uploaded": iso(item["LastModified"]),
    }


def _version(item: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "file": split(item["Key"])[1],
        "version_id": item["VersionId"],
        "latest": item["IsLatest"],
        "delete_marker": "Size" not in item,
        "bytes": item.get("Size", 0),
        "at": iso(item["LastModified"]),
    }


def select(
    found: Iterable[Recording], room: str, since: dt.datetime | None, until: dt.datetime | None, limit: int
) -> list[Recording]:
    """Keep those of a room (``*`` stands for any text, in any case) that started in a time, at most ``limit``."""
    kept = [
        recording
        for recording in found
        if (not room or fnmatchcase(recording["room"].casefold(), room.casefold()))
        and (since is None or recording["start"] >= since)
        and (until is None or recording["start"] < until)
    ]
    return kept[:limit] if limit else kept


def told(recording: Recording) -> Recording:
    """The recording as a module returns it: with the start as text."""
    return {**recording, "start": iso(recording["start"])}


def meeting(metadata: bytes) -> tuple[str, int | None]:
    """Read the room and the number of participants from the recorder's ``metadata.json``; empty and None if it is none.

    Neither names nor the URL leave this function: these are personal, and a URL can carry a token.
    """
    try:
        document = json.loads(metadata)
    except ValueError:
        return "", None
    if not isinstance(document, dict):
        return "", None
    url, participants = document.get("meeting_url"), document.get("participants")
    try:
        room = urlsplit(url).path.rstrip("/").rpartition("/")[2] if isinstance(url, str) else ""
    except ValueError:
        room = ""
    return room, len(participants) if isinstance(participants, list) else None


# --- How uploads went


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
