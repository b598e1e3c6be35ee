# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The erasure of a meeting's recordings: what protects them, and what the report says."""

from __future__ import annotations

import datetime as dt
import stat
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.meetops.jitsi.plugins.module_utils.errors import InvalidInput
from ansible_collections.meetops.jitsi.plugins.module_utils.recordings import erasure
from ansible_collections.meetops.jitsi.plugins.module_utils.recordings.erasure_report import ReportFile

NOW = dt.datetime(2026, 11, 22, 12, 0, tzinfo=dt.UTC)
LATER = NOW + dt.timedelta(minutes=1)
ABOUT = {"bucket": "b", "session": "a", "reason": "request 4711", "bypass_governance": False}
BY = "arn:aws:iam::123456789012:user/ops"


def found(*names: str) -> list[erasure.Item]:
    return [
        {"kind": "version", "key": "recordings/a/x.mp4", "id": name, "bytes": 10, "modified": erasure.iso(NOW)}
        for name in names
    ]


def results(report: erasure.Report) -> dict[str, str]:
    return {item["id"]: item["result"] for item in report["objects"]}


def test_everything_is_an_item() -> None:
    versions = [
        {"Key": "recordings/a/x", "VersionId": "1", "Size": 3, "LastModified": NOW},
        {"Key": "recordings/a/x", "VersionId": "2", "LastModified": NOW},
    ]
    uploads = [{"Key": "recordings/a/y", "UploadId": "3", "Initiated": NOW}]
    items = erasure.items(versions, uploads)
    assert [(item["kind"], item["id"], item["bytes"]) for item in items] == [
        ("version", "1", 3),
        ("delete_marker", "2", 0),
        ("upload", "3", 0),
    ]
    assert erasure.state(items) == {
        "versions": ["recordings/a/x (1)"],
        "delete_markers": ["recordings/a/x (2)"],
        "uploads": ["recordings/a/y (3)"],
        "bytes": 3,
    }


@pytest.mark.parametrize(
    ("hold", "mode", "until", "bypass", "words"),
    [
        (False, "", None, False, ""),
        (True, "", None, False, "a legal hold"),
        (True, "GOVERNANCE", LATER, True, "a legal hold"),
        (False, "GOVERNANCE", LATER, False, "a retention in governance mode until 2026-11-22T12:01:00Z"),
        (False, "GOVERNANCE", LATER, True, ""),
        (False, "GOVERNANCE", NOW, False, ""),
        (False, "COMPLIANCE", LATER, True, "compliance mode until 2026-11-22T12:01:00Z, which nobody can lift"),
        (False, "COMPLIANCE", NOW, False, ""),
    ],
)
def test_protection(hold: bool, mode: str, until: dt.datetime | None, bypass: bool, words: str) -> None:
    why = erasure.protection({"legal_hold": hold, "mode": mode, "until": until}, bypass, NOW)
    assert words in why
    assert bool(why) == bool(words)


def test_a_refusal_names_what_is_protected_and_what_can_be_done() -> None:
    protected = [(item, "a legal hold") for item in found(*"1234567")]
    message = erasure.refusal([*protected, (found("8")[0], "a retention in governance mode until x")], "a")
    assert message.startswith("session a: nothing was erased, as S3 protects recordings/a/x.mp4 (1) by a legal hold; ")
    assert " and 3 more. " in message
    assert "release the hold (state released)" in message
    assert "bypass_governance" in message
    assert "wait until" not in message


def test_a_run_that_ends() -> None:
    report = erasure.started(None, found("1", "2"), ABOUT, BY, NOW)
    assert (report["result"], results(report)) == ("started", {"1": "planned", "2": "planned"})
    report = erasure.ended(report, [], [], LATER)
    assert (report["result"], results(report)) == ("erased", {"1": "erased", "2": "erased"})
    assert report["runs"] == [
        {"by": BY, "started": "2026-11-22T12:00:00Z", "ended": "2026-11-22T12:01:00Z", "result": "erased"}
    ]
    assert report["verification"]["remaining"] == 0
    assert erasure.counts(report, "erased") == {"version": 2, "delete_marker": 0, "upload": 0}


@pytest.mark.parametrize("left", [("1", "2"), ("2",), ()])
def test_a_run_that_died_is_told_by_the_next(left: tuple[str, ...]) -> None:
    died = erasure.started(None, found("1", "2"), ABOUT, BY, NOW)
    report = erasure.ended(erasure.started(died, found(*left), ABOUT, BY, LATER), [], [], LATER)
    assert (report["result"], results(report)) == ("erased", {"1": "erased", "2": "erased"})
    assert [run["result"] for run in report["runs"]] == ["started", "erased"]
    assert [item["id"] for item in report["objects"] if item.get("note") == erasure.EARLIER] == [
        name for name in ("1", "2") if name not in left
    ]


def test_what_came_later_is_added_to_the_report() -> None:
    first = erasure.ended(erasure.started(None, found("1"), ABOUT, BY, NOW), [], [], NOW)
    report = erasure.ended(erasure.started(first, found("2"), ABOUT, BY, LATER), [], [], LATER)
    assert [(item["id"], item["result"], item["at"]) for item in report["objects"]] == [
        ("1", "erased", "2026-11-22T12:00:00Z"),
        ("2", "erased", "2026-11-22T12:01:00Z"),
    ]
    assert not any("note" in item for item in report["objects"])


def test_what_is_left_or_came_meanwhile_makes_it_incomplete() -> None:
    started = erasure.started(None, found("1", "2"), ABOUT, BY, NOW)
    report = erasure.ended(started, found("2", "3"), ["recordings/a/x.mp4 2: AccessDenied"], LATER)
    assert (report["result"], results(report)) == ("incomplete", {"1": "erased", "2": "remains", "3": "remains"})
    assert report["verification"]["remaining"] == 2
    text = erasure.text(report)
    assert "Result:             INCOMPLETE" in text
    assert "Refused by S3:      recordings/a/x.mp4 2: AccessDenied" in text


def test_the_text_has_what_a_reader_needs() -> None:
    text = erasure.text(erasure.ended(erasure.started(None, found("1"), ABOUT, BY, NOW), [], [], LATER))
    for words in (
        "request 4711",
        BY,
        "recordings/a/x.mp4",
        "id 1, 10 bytes",
        "1 version, 10 bytes",
        "0 left",
        "ERASED",
    ):
        assert words in text


@pytest.mark.parametrize(
    ("count", "words"),
    [
        ({"version": 0, "upload": 0}, "nothing"),
        ({"version": 1, "delete_marker": 2, "upload": 1}, "1 version, 2 delete markers, 1 incomplete upload"),
    ],
)
def test_amounts(count: dict[str, int], words: str) -> None:
    assert erasure.amounts(count) == words


def test_the_report_on_disk_is_for_its_owner(tmp_path: Path) -> None:
    file = ReportFile(str(tmp_path / "reports"), "b", "a/../ü")
    assert (file.read(), file.existing()) == (None, [])
    report: dict[str, Any] = erasure.started(None, found("1"), ABOUT, BY, NOW)
    file.write(report)
    assert file.read() == report
    assert file.existing() == [str(file.json), str(file.text)]
    assert file.json.parent == tmp_path / "reports" / "b"
    assert {stat.S_IMODE(path.stat().st_mode) for path in (file.json, file.text)} == {0o600}
    assert stat.S_IMODE(file.json.parent.stat().st_mode) == 0o700
    assert sorted(path.name for path in file.json.parent.iterdir()) == ["a%2F..%2F%C3%BC.json", "a%2F..%2F%C3%BC.txt"]


def test_a_report_that_cannot_be_read_or_written_is_named(tmp_path: Path) -> None:
    file = ReportFile(str(tmp_path), "b", "a")
    file.json.parent.mkdir()
    file.json.write_text("{")
    with pytest.raises(InvalidInput, match=r"report_dir: .*a\.json cannot be read"):
        file.read()
    (tmp_path / "file").write_text("")
    with pytest.raises(InvalidInput, match="the report cannot be written"):
        ReportFile(str(tmp_path / "file"), "b", "a").write(erasure.started(None, [], ABOUT, BY, NOW))
