# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a person is told of recordings."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.meetops.jitsi.plugins.module_utils.recordings import summary

RECORDING: dict[str, Any] = {
    "session": "abc",
    "room": "standup",
    "start": "2026-11-22T10:00:00Z",
    "bytes": 3 * 1024**3 // 2,
    "storage_class": "GLACIER_IR",
}
OLD = {"version_id": "v1", "delete_marker": False, "latest": False, "bytes": 5, "at": "T", "file": "x.mp4"}
MARKER = {"version_id": "v2", "delete_marker": True, "latest": True, "bytes": 0, "at": "T", "file": "x.mp4"}
RATE = {"since": "A", "until": "B", "uploads": 40, "succeeded": 38, "failed": 2, "success_percent": 95.0}
FAILURE = {"file": "a/x.mp4", "bytes": 5, "reason": "", "at": "T", "uploaded": True}
REPORT = {
    "session": "abc",
    "result": "started",
    "objects": [{"kind": "version", "key": "recordings/abc/x", "id": "v1", "bytes": 1, "result": "planned"}],
}


@pytest.mark.parametrize(
    ("found", "lines"),
    [
        ({}, []),
        ({"changed": False}, []),
        ({"recordings": []}, ["0 recordings, 0 B"]),
        (
            {"recordings": [RECORDING]},
            ["1 recording, 1.5 GiB", "  2026-11-22T10:00:00Z     1.5 GiB  GLACIER_IR    abc  standup"],
        ),
        (
            {"recordings": [{**RECORDING, "participants": 0}]},
            ["1 recording, 1.5 GiB", "  2026-11-22T10:00:00Z     1.5 GiB  GLACIER_IR    abc  standup, 0 participants"],
        ),
        (
            {
                "recordings": [
                    {
                        **RECORDING,
                        "bytes": 0,
                        "storage_class": "",
                        "deleted": True,
                        "old_versions": 1,
                        "delete_markers": 1,
                        "versions": [MARKER, {**OLD, "legal_hold": True, "retain_until": "U"}],
                    }
                ]
            },
            [
                "1 recording, 0 B",
                "  2026-11-22T10:00:00Z         0 B  -             abc  standup, deleted, 1 older versions, "
                "legal hold, locked until U",
                "    T  delete marker  v2  x.mp4, current",
                "    T            5 B  v1  x.mp4",
            ],
        ),
        ({"rate": {**RATE, "success_percent": None}}, ["No upload from A to B"]),
        ({"rate": RATE}, ["95.0 % of 40 uploads succeeded, from A to B"]),
        (
            {"rate": {**RATE, "success_percent": 94.99}},
            ["94.99 % of 40 uploads succeeded, which is less than 95 %, from A to B"],
        ),
        ({"failed_uploads": []}, ["No upload failed"]),
        (
            {"failed_uploads": [FAILURE, {**FAILURE, "uploaded": False, "reason": "AccessDenied"}]},
            [
                "2 uploads failed, of which 1 succeeded later and 1 did not",
                "  T         5 B  uploaded since  a/x.mp4",
                "  T         5 B  NOT UPLOADED    a/x.mp4: AccessDenied",
            ],
        ),
        (
            {"waiting": {"recordings": 2, "recorders": 1, "at": "T", "minutes_ago": 3}},
            ["2 recordings are being made or wait for their upload (1 recorder reported 3 minutes ago)"],
        ),
        (
            {"links": [{"session": "abc", "file": "x.mp4", "url": "", "expires": "T"}]},
            [
                "1 links; whoever has one can load the recording until it expires",
                "  abc/x.mp4, until T:",
                "    none: it must first be restored from its storage class",
            ],
        ),
        ({"report": {}}, ["Nothing to erase: the bucket has nothing of this session"]),
        ({"report": REPORT}, ["Would be erased of session abc: 1 version", "  version recordings/abc/x (v1)"]),
        (
            {
                "report": {
                    **REPORT,
                    "result": "erased",
                    "objects": [{**REPORT["objects"][0], "result": "erased"}],
                    "verification": {"remaining": 0, "at": "T"},
                }
            },
            ["Session abc erased: 1 version, 0 left at T", "  version recordings/abc/x (v1)"],
        ),
    ],
)
def test_what_is_told(found: dict[str, Any], lines: list[str]) -> None:
    assert summary.lines(found) == lines


def test_no_report_of_what_waits_is_no_zero() -> None:
    (line,) = summary.lines({"waiting": {"recordings": None, "recorders": 0, "at": None}})
    assert line.startswith("No recorder has reported in the last day")


@pytest.mark.parametrize(
    ("number", "text"),
    [(0, "0 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (12 * 1024**3, "12.0 GiB"), (2048 * 1024**3, "2.0 TiB")],
)
def test_sizes(number: int, text: str) -> None:
    assert summary.size(number) == text
