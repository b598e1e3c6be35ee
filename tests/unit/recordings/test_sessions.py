# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Recordings: what names, listings, metrics and logs say of them."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from ansible_collections.meetops.jitsi.plugins.module_utils.errors import InvalidInput
from ansible_collections.meetops.jitsi.plugins.module_utils.recordings import sessions, uploads
from ansible_collections.meetops.jitsi.plugins.module_utils.times import moments

NOW = dt.datetime(2026, 11, 22, 12, 0, tzinfo=dt.UTC)
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize("session", ["abcdefghijklmnop", "a b", "-x", "über", "it's", "..."])
def test_sessions_pass(session: str) -> None:
    sessions.check_session(session)
    assert sessions.prefix(session) == f"recordings/{session}/"


@pytest.mark.parametrize("session", ["", "a/b", ".", "..", "a\n", "\x00"])
def test_what_is_no_session_is_refused(session: str) -> None:
    with pytest.raises(InvalidInput, match="is not the name of a session"):
        sessions.check_session(session)


@pytest.mark.parametrize(
    ("key", "parts"),
    [
        ("recordings/a/b.mp4", ("a", "b.mp4")),
        ("recordings/a/b/c.mp4", ("a", "b/c.mp4")),
        ("recordings/a/", ("", "")),
        ("recordings/a", ("", "")),
        ("recordings//b", ("", "")),
        ("other/a/b.mp4", ("", "")),
        ("recordings/recordings/b", ("recordings", "b")),
    ],
)
def test_keys(key: str, parts: tuple[str, str]) -> None:
    assert sessions.split(key) == parts


@pytest.mark.parametrize(
    ("text", "seconds"), [("1m", 60), ("90s", 90), ("15m", 900), ("1h", 3600), ("7d", 604800), ("1w", 604800)]
)
def test_the_life_of_links(text: str, seconds: int) -> None:
    assert sessions.link_seconds("link_expiry", text) == seconds


@pytest.mark.parametrize("text", ["59s", "0m", "8d", "169h", "604801s"])
def test_links_that_s3_would_not_sign(text: str) -> None:
    with pytest.raises(InvalidInput, match=f"link_expiry {text}: S3 signs a link for 7 days at most; give 1m to 7d"):
        sessions.link_seconds("link_expiry", text)


@pytest.mark.parametrize("text", ["", "1", "h", "-1h", "1.5h", "1h ", "1H", "1y", "1000000000s"])
def test_what_is_no_span(text: str) -> None:
    with pytest.raises(InvalidInput, match="is not a span of time; write 15m, 12h or 7d"):
        sessions.link_seconds("link_expiry", text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-22", "2026-11-21T23:00:00Z"),
        ("2026-11-22T10:00", "2026-11-22T09:00:00Z"),
        ("2026-07-01T10:00", "2026-07-01T08:00:00Z"),
        ("2026-11-22T10:00Z", "2026-11-22T10:00:00Z"),
        ("2026-11-22T10:00+05:30", "2026-11-22T04:30:00Z"),
        ("12h", "2026-11-22T00:00:00Z"),
        ("7d", "2026-11-15T12:00:00Z"),
    ],
)
def test_times(text: str, expected: str) -> None:
    assert moments.iso(moments.moment("since", text, NOW, BERLIN)) == expected


@pytest.mark.parametrize("text", ["yesterday", "2026-13-01", "22.11.2026", "7"])
def test_what_is_no_time(text: str) -> None:
    with pytest.raises(InvalidInput, match=f"since {text}: is no time; write 2026-11-22"):
        moments.moment("since", text, NOW, BERLIN)


@pytest.mark.parametrize("name", ["Berlin", "", "../etc/passwd", "/etc"])
def test_what_is_no_time_zone(name: str) -> None:
    with pytest.raises(InvalidInput, match="is not an IANA time zone"):
        moments.timezone(name)


@pytest.mark.parametrize(
    ("file", "zone", "room", "start"),
    [
        ("standup_2026-11-22-10-00-00.mp4", dt.UTC, "standup", "2026-11-22T10:00:00Z"),
        ("standup_2026-11-22-10-00-00.mp4", BERLIN, "standup", "2026-11-22T09:00:00Z"),
        ("a_b_2026-11-22-10-00-00.mkv", dt.UTC, "a_b", "2026-11-22T10:00:00Z"),
        ("deep/er/x_2026-11-22-10-00-00.mp4", dt.UTC, "x", "2026-11-22T10:00:00Z"),
        ("x_2026-11-22-25-00-00.mp4", dt.UTC, "", None),
        ("x_2026-11-22-10-00-00", dt.UTC, "", None),
        ("metadata.json", dt.UTC, "", None),
        ("", dt.UTC, "", None),
    ],
)
def test_names_of_files(file: str, zone: dt.tzinfo, room: str, start: str | None) -> None:
    found = sessions.room_and_start(file, zone)
    assert (found[0], found[1] and moments.iso(found[1])) == (room, start)


def item(key: str, size: int = 5, minutes: int = 0, **fields: Any) -> dict[str, Any]:
    return {"Key": key, "Size": size, "LastModified": NOW + dt.timedelta(minutes=minutes), **fields}


def marker(key: str, minutes: int, version: str, latest: bool = True) -> dict[str, Any]:
    return {"Key": key, "LastModified": NOW + dt.timedelta(minutes=minutes), "VersionId": version, "IsLatest": latest}


def test_a_listing_becomes_recordings_the_newest_first() -> None:
    found = sessions.recordings(
        [
            item("recordings/a/metadata.json", 7),
            item("recordings/a/x_2026-11-20-10-00-00.mp4", 100, StorageClass="GLACIER_IR"),
            item("recordings/ab/metadata.json", 1),
            item("recordings/ab/y_2026-11-21-10-00-00.mp4", 200),
            item("recordings/odd/noise.bin", 3),
            item("recordings/", 0),
            item("elsewhere/a/x.mp4", 9),
        ],
        dt.UTC,
    )
    assert [
        (recording["session"], recording["room"], moments.iso(recording["start"]), recording["bytes"])
        for recording in found
    ] == [
        ("odd", "", "2026-11-22T12:00:00Z", 3),
        ("ab", "y", "2026-11-21T10:00:00Z", 201),
        ("a", "x", "2026-11-20T10:00:00Z", 107),
    ]
    assert [recording["storage_class"] for recording in found] == ["STANDARD", "STANDARD", "GLACIER_IR"]
    assert [file["file"] for file in found[2]["files"]] == ["metadata.json", "x_2026-11-20-10-00-00.mp4"]
    assert "versions" not in found[0]


def test_markers_above_the_newest_version_are_what_hides_a_file() -> None:
    key = "recordings/a/x.mp4"
    old, new = item(key, 1, 1, VersionId="v1"), item(key, 1, 3, VersionId="v3")
    found = [marker(key, 5, "v5"), marker(key, 4, "v4"), new, marker(key, 2, "v2"), old]
    assert sessions.markers(found) == [(key, "v5"), (key, "v4")]
    assert sessions.markers([new, marker(key, 2, "v2"), old]) == []


def test_versions_and_delete_markers_are_counted() -> None:
    media, metadata = "recordings/a/x_2026-11-20-10-00-00.mp4", "recordings/a/metadata.json"
    found = sessions.recordings(
        [
            item(metadata, 7, VersionId="v1", IsLatest=True),
            marker(media, 9, "v3"),
            item(media, 100, 1, VersionId="v2", IsLatest=False),
            item("recordings/b/z_2026-11-19-10-00-00.mp4", 1, VersionId="v4", IsLatest=False),
            marker("recordings/b/z_2026-11-19-10-00-00.mp4", 2, "v5"),
        ],
        dt.UTC,
    )
    by_session = {recording["session"]: recording for recording in found}
    a, b = by_session["a"], by_session["b"]
    assert (a["deleted"], a["old_versions"], a["delete_markers"], a["bytes"]) == (False, 1, 1, 7)
    assert (b["deleted"], b["old_versions"], b["delete_markers"], b["room"]) == (True, 1, 1, "z")
    assert (b["files"], b["storage_class"]) == ([], "")
    assert [(entry["version_id"], entry["delete_marker"]) for entry in a["versions"]] == [
        ("v1", False),
        ("v3", True),
        ("v2", False),
    ]


ROOMS = ["standup", "Board Meeting", "standup-2", ""]


@pytest.mark.parametrize(
    ("room", "since", "until", "limit", "kept"),
    [
        ("", None, None, 0, [0, 1, 2, 3]),
        ("", None, None, 2, [0, 1]),
        ("standup", None, None, 0, [0]),
        ("STANDUP*", None, None, 0, [0, 2]),
        ("board meeting", None, None, 0, [1]),
        ("", NOW - dt.timedelta(hours=1), None, 0, [0, 1]),
        ("", None, NOW, 0, [1, 2, 3]),
        ("*", NOW - dt.timedelta(hours=2), NOW - dt.timedelta(hours=1), 0, [2]),
    ],
)
def test_selection(
    room: str, since: dt.datetime | None, until: dt.datetime | None, limit: int, kept: list[int]
) -> None:
    found = [
        {"session": str(index), "room": name, "start": NOW - dt.timedelta(hours=index)}
        for index, name in enumerate(ROOMS)
    ]
    assert sessions.select(found, room, since, until, limit) == [found[index] for index in kept]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ({"meeting_url": "https://meet.example.com/Room?jwt=x#config", "participants": [{"a": 1}, {}]}, ("Room", 2)),
        ({"meeting_url": "https://meet.example.com/tenant/Room/", "participants": []}, ("Room", 0)),
        ({"participants": "many"}, ("", None)),
        ({"meeting_url": "https://[broken", "participants": None}, ("", None)),
        ([], ("", None)),
        ("text", ("", None)),
    ],
)
def test_metadata(text: Any, expected: tuple[str, int | None]) -> None:
    assert sessions.meeting(json.dumps(text).encode()) == expected


@pytest.mark.parametrize("text", [b"", b"{", b"\xff\xfe"])
def test_metadata_that_is_none(text: bytes) -> None:
    assert sessions.meeting(text) == ("", None)


@pytest.mark.parametrize(("days", "period"), [(1, 3600), (30, 3600), (59, 3600), (61, 86400), (455, 86400)])
def test_a_rate_is_one_page_of_points(days: int, period: int) -> None:
    now = NOW.replace(minute=59, second=59)
    start, found = uploads.rate_period(now - dt.timedelta(days=days), now)
    assert (found, start.minute, start.second) == (period, 0, 0)
    assert (now - start).total_seconds() / period <= 1440


@pytest.mark.parametrize(
    ("points", "total", "succeeded", "percent"),
    [
        ([], 0, 0, None),
        ([{"SampleCount": 1.0, "Sum": 0.0}], 1, 0, 0.0),
        ([{"SampleCount": 19.0, "Sum": 19.0}, {"SampleCount": 1.0, "Sum": 0.0}], 20, 19, 95.0),
        ([{"SampleCount": 3.0, "Sum": 2.0}], 3, 2, 66.67),
    ],
)
def test_the_success_rate(points: list[Any], total: int, succeeded: int, percent: float | None) -> None:
    found = uploads.rate(points, NOW, NOW)
    assert (found["uploads"], found["succeeded"], found["failed"]) == (total, succeeded, total - succeeded)
    assert found["success_percent"] == percent


def test_what_waits_is_the_newest_point() -> None:
    points = [
        {"Timestamp": NOW - dt.timedelta(minutes=minutes), "Sum": total, "SampleCount": 2.0}
        for minutes, total in ((9, 7.0), (3, 1.0), (5, 4.0))
    ]
    assert uploads.waiting(points, NOW) == {
        "recordings": 1,
        "recorders": 2,
        "at": "2026-11-22T11:57:00Z",
        "minutes_ago": 3,
    }
    assert uploads.waiting([], NOW)["recordings"] is None


def event(minutes: int, result: str, file: str, **fields: str) -> dict[str, Any]:
    at = NOW + dt.timedelta(minutes=minutes)
    line = {"result": result, "file": file, "bytes": 5, **fields}
    return {"timestamp": int(at.timestamp() * 1000), "message": json.dumps(line)}


def test_failures_are_told_with_what_became_of_them() -> None:
    events = [
        event(4, "ok", "a/x.mp4", id="1"),
        event(1, "failed", "a/x.mp4", id="1", reason="AccessDenied"),
        # Another content of the same name.
        event(2, "failed", "a/x.mp4", id="2"),
        event(3, "ok", "b/y.mp4", id="3"),
        event(5, "failed", "old"),
        event(6, "ok", "old"),
        event(10, "failed", "later", id="4"),
    ]
    found = uploads.failures(events, NOW + dt.timedelta(minutes=10))
    assert [(item["file"], item["at"][11:16], item["uploaded"], item["reason"]) for item in found] == [
        ("old", "12:05", True, ""),
        ("a/x.mp4", "12:02", False, ""),
        ("a/x.mp4", "12:01", True, "AccessDenied"),
    ]
    assert {item["bytes"] for item in found} == {5}
