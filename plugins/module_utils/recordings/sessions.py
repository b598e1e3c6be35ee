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
from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import urlsplit

from ..errors import InvalidInput
from ..times.moments import iso, seconds
from .bucket import RECORDINGS

Recording = dict[str, Any]

METADATA = "metadata.json"
# Classes in which an object must be restored for hours before a read.
COLD_CLASSES = ("GLACIER", "DEEP_ARCHIVE")
LEAST_LINK_SECONDS, MOST_LINK_SECONDS = 60, 7 * 86400

_NAME = re.compile(r"(?P<room>.+)_(?P<start>\d{4}-\d\d-\d\d-\d\d-\d\d-\d\d)\.[^.]+", re.DOTALL)


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


def link_seconds(option: str, text: str) -> int:
    """Read how long a link lives; S3 signs for seven days at most."""
    span = seconds(option, text)
    if not LEAST_LINK_SECONDS <= span <= MOST_LINK_SECONDS:
        raise InvalidInput(f"{option} {text}: S3 signs a link for 7 days at most; give 1m to 7d")
    return span


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


def markers(found: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """The delete markers above the newest version of a key: key and version id of each.

    ``found`` is what ListObjectVersions has of the key, the newest first.
    """
    newest = next(item for item in found if "Size" in item)
    above = [item for item in found if "Size" not in item and item["LastModified"] >= newest["LastModified"]]
    return [(item["Key"], item["VersionId"]) for item in above]


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
