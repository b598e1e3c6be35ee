# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The modules recordings_info and recording against the emulated AWS."""

from __future__ import annotations

import datetime as dt
import json
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.meetops.jitsi.plugins.module_utils._aws import s3_objects
from ansible_collections.meetops.jitsi.plugins.module_utils.recordings.erasure_report import ReportFile
from support import recordings as made
from support.deaths import Died, dies_before
from support.server import AwsServer

BUCKET, PLATFORM = "jitsi-meet-example-com-recordings", "meet"
# The seconds of a minute ago, so that nothing depends on when this runs.
NEWEST = dt.datetime.now(dt.UTC).replace(microsecond=0) - dt.timedelta(minutes=1)

Run = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def client(aws_server: AwsServer) -> Any:
    return aws_server.client("s3")


@pytest.fixture
def api(aws: AwsServer, client: Any) -> Any:
    """The client, for an empty account."""
    return client


@pytest.fixture
def info(aws: AwsServer, run_module: Run) -> Run:
    """Run recordings_info; clear the calls before."""

    def run(**params: Any) -> dict[str, Any]:
        aws.calls.clear()
        result = run_module("recordings_info", **{"bucket": BUCKET, "name": PLATFORM, **params})
        assert aws.mutating() == []
        return result

    return run


@pytest.fixture
def recording(aws: AwsServer, run_module: Run, tmp_path: Path) -> Run:
    """Run recording; with ``_plan`` in check mode before, which changes nothing and says the same. Clear the calls."""

    def run(_plan: bool = False, **params: Any) -> dict[str, Any]:
        params = {"bucket": BUCKET, "session": "a", "report_dir": str(tmp_path), **params}
        if _plan:
            files = sorted(tmp_path.rglob("*"))
            aws.calls.clear()
            plan = run_module("recording", _check=True, **params)
            assert aws.mutating() == []
            assert sorted(tmp_path.rglob("*")) == files
        aws.calls.clear()
        result = run_module("recording", **params)
        if _plan:
            assert [plan.get(field) for field in ("changed", "diff", "changes", "msg")] == [
                result.get(field) for field in ("changed", "diff", "changes", "msg")
            ]
        return result

    return run


def listed(api: Any) -> list[tuple[str, str]]:
    """Everything in the bucket: (key, version id)."""
    return [(item["Key"], item["VersionId"]) for item in s3_objects.versions(api, BUCKET, "")]


# --- recordings_info


def test_the_list_is_one_call_for_a_thousand_objects(aws: AwsServer, api: Any, info: Run) -> None:
    made.make_bucket(api, BUCKET)
    made.fill(BUCKET, 120, NEWEST)
    result = info()
    assert aws.calls == ["s3:ListObjectsV2"]
    assert len(result["recordings"]) == 120
    newest = result["recordings"][0]
    assert (newest["session"], newest["room"]) == ("session0", "standup")
    assert newest["start"] == f"{NEWEST:%Y-%m-%dT%H:%M:%SZ}"
    assert [file["file"] for file in newest["files"]] == ["metadata.json", f"standup_{NEWEST:%Y-%m-%d-%H-%M-%S}.mp4"]
    assert set(result) == {"changed", "recordings"}
    assert "jwt" not in json.dumps(result)

    assert [item["session"] for item in info(session="session1")["recordings"]] == ["session1"]
    assert len(info(prefix="session1")["recordings"]) == 31
    assert {item["room"] for item in info(room="überprüfung")["recordings"]} == {"Überprüfung"}
    assert len(info(since="48h", until="24h")["recordings"]) == 4
    assert [item["session"] for item in info(limit=2)["recordings"]] == ["session0", "session1"]


def test_metadata_tells_how_many_but_not_who(aws: AwsServer, api: Any, info: Run) -> None:
    made.make_bucket(api, BUCKET)
    made.fill(BUCKET, 3, NEWEST)
    api.put_object(Bucket=BUCKET, Key="recordings/session1/metadata.json", Body=b"not JSON")
    api.put_object(Bucket=BUCKET, Key="recordings/odd/media.mkv", Body=b"x")
    result = info(include=["metadata"])
    assert aws.calls == ["s3:ListObjectsV2", *["s3:GetObject"] * 3]
    assert {item["session"]: item["participants"] for item in result["recordings"]} == {
        "odd": None,
        "session0": 2,
        "session1": None,
        "session2": 2,
    }
    assert not any(word in json.dumps(result) for word in ("Ada", "jwt", "meet.example.com"))


def test_versions_and_locks(aws: AwsServer, api: Any, info: Run) -> None:
    made.make_bucket(api, BUCKET, lock=True)
    media, _metadata = made.upload(api, BUCKET, "a", "room", NEWEST)
    key = f"recordings/a/room_{NEWEST:%Y-%m-%d-%H-%M-%S}.mp4"
    api.delete_object(Bucket=BUCKET, Key=key)
    api.put_object_legal_hold(Bucket=BUCKET, Key=key, VersionId=media, LegalHold={"Status": "ON"})
    until = NEWEST + dt.timedelta(days=7)
    retention = {"Mode": "GOVERNANCE", "RetainUntilDate": until}
    api.put_object_retention(Bucket=BUCKET, Key=key, VersionId=media, Retention=retention)

    (found,) = info(include=["versions"])["recordings"]
    assert aws.calls == ["s3:ListObjectVersions"]
    assert (found["deleted"], found["old_versions"], found["delete_markers"]) == (False, 1, 1)

    (found,) = info(include=["locks"])["recordings"]
    assert aws.calls == ["s3:ListObjectVersions", "s3:GetObjectLockConfiguration", *["s3:HeadObject"] * 2]
    (version,) = [item for item in found["versions"] if item["version_id"] == media]
    assert (version["legal_hold"], version["retention"]) == (True, "GOVERNANCE")
    assert version["retain_until"] == f"{until:%Y-%m-%dT%H:%M:%SZ}"


def test_rate_failed_and_waiting(aws: AwsServer, api: Any, info: Run) -> None:
    watch, logs = aws.client("cloudwatch"), aws.client("logs")
    hours = [NEWEST - dt.timedelta(hours=hour) for hour in range(40)]
    made.publish(watch, PLATFORM, "UploadResult", [(at, 0 if index < 2 else 1) for index, at in enumerate(hours)])
    made.publish(watch, f"{PLATFORM}-staging", "UploadResult", [(at, 0) for at in hours])
    made.publish(watch, PLATFORM, "UploadResult", [(NEWEST - dt.timedelta(days=31), 0)])
    minutes = [NEWEST - dt.timedelta(minutes=minute) for minute in range(5)]
    made.publish(watch, PLATFORM, "RecordingsWaiting", [(at, 2 + index) for index, at in enumerate(minutes)])
    made.log(
        logs,
        PLATFORM,
        [
            (NEWEST - dt.timedelta(hours=2), made.upload_line(PLATFORM, "failed", "late/x.mp4")),
            (NEWEST - dt.timedelta(hours=1), made.upload_line(PLATFORM, "ok", "late/x.mp4")),
            (NEWEST - dt.timedelta(minutes=9), made.upload_line(PLATFORM, "ok", "fine/x.mp4")),
            (NEWEST, made.upload_line(PLATFORM, "failed", "lost/x.mp4")),
            (NEWEST, made.upload_line(f"{PLATFORM}-staging", "failed", "other/x.mp4")),
            (NEWEST, "Uploading failed"),
        ],
    )
    result = info(include=["rate", "failed", "waiting"])
    assert sorted(aws.calls) == [*["cloudwatch:GetMetricStatistics"] * 2, "logs:FilterLogEvents"]
    assert {name: result["rate"][name] for name in ("uploads", "succeeded", "failed", "success_percent")} == {
        "uploads": 40,
        "succeeded": 38,
        "failed": 2,
        "success_percent": 95.0,
    }
    assert [(item["file"], item["uploaded"]) for item in result["failed_uploads"]] == [
        ("lost/x.mp4", False),
        ("late/x.mp4", True),
    ]
    assert result["waiting"]["recordings"] == 2
    assert info(include=["rate"], since="2h")["rate"]["failed"] == 2
    assert len(info(include=["failed"], since="90m")["failed_uploads"]) == 1
    assert info(include=["failed"], until="90m")["failed_uploads"][0]["uploaded"]


def test_asleep_there_is_nothing_to_tell(aws: AwsServer, api: Any, info: Run) -> None:
    made.make_bucket(api, BUCKET)
    result = info(include=["recordings", "rate", "failed", "waiting", "links"])
    assert (result["recordings"], result["failed_uploads"], result["links"]) == ([], [], [])
    assert (result["rate"]["uploads"], result["rate"]["success_percent"]) == (0, None)
    assert result["waiting"] == {"recordings": None, "recorders": 0, "at": None, "minutes_ago": None}


def test_links_work_and_are_returned_only_when_asked_for(aws: AwsServer, api: Any, info: Run) -> None:
    made.make_bucket(api, BUCKET)
    made.upload(api, BUCKET, "a", "Überprüfung", NEWEST, b"the picture")
    everything = ["recordings", "metadata", "versions", "locks", "rate", "failed", "waiting"]
    assert "Signature" not in json.dumps(info(include=everything))

    begin = dt.datetime.now(dt.UTC).replace(microsecond=0)
    result = info(include=["links"], link_expiry="15m")
    end = dt.datetime.now(dt.UTC)
    assert aws.calls == ["s3:ListObjectsV2"]
    assert set(result) == {"changed", "links"}
    (link,) = result["links"]
    assert "X-Amz-Algorithm=AWS4-HMAC-SHA256" in link["url"]
    assert "X-Amz-Expires=900" in link["url"]
    with urllib.request.urlopen(link["url"]) as answer:
        assert answer.read() == b"the picture"
        assert "filename*=UTF-8''%C3%9Cberpr%C3%BCfung_" in answer.headers["Content-Disposition"]
    expires = dt.datetime.fromisoformat(link["expires"])
    assert begin <= expires - dt.timedelta(minutes=15) <= end


def test_no_link_to_what_must_be_restored_first(api: Any, info: Run) -> None:
    made.make_bucket(api, BUCKET)
    api.put_object(Bucket=BUCKET, Key="recordings/a/x.mp4", Body=b"x", StorageClass="DEEP_ARCHIVE")
    assert [link["url"] for link in info(include=["links"])["links"]] == [""]


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"link_expiry": "8d"}, "link_expiry 8d: S3 signs a link for 7 days at most"),
        ({"link_expiry": "59s"}, "link_expiry 59s: "),
        ({"since": "yesterday"}, "since yesterday: is no time"),
        ({"since": "1d", "until": "2d"}, "since 1d: is not before until"),
        ({"timezone": "Mars"}, "timezone 'Mars': is not an IANA time zone"),
        ({"limit": -1}, "limit -1: is below zero"),
        ({"session": "a/b"}, "session 'a/b': is not the name of a session"),
        ({"name": "", "include": ["rate"]}, "name: is missing"),
    ],
)
def test_bad_input_of_info_fails_before_the_first_call(
    refused: Callable[..., str], params: dict[str, Any], words: str
) -> None:
    assert words in refused("recordings_info", **{"bucket": BUCKET, "name": PLATFORM, **params})


def test_a_bucket_that_is_not_there(info: Run, recording: Run) -> None:
    for result in (info(), recording(state="erased"), recording(state="held")):
        assert result["failed"]
        assert result["msg"].startswith(f"bucket {BUCKET}: does not exist; build it with playbooks/site.yml")


# --- recording: restored


def test_what_was_deleted_is_back(aws: AwsServer, api: Any, recording: Run) -> None:
    made.make_bucket(api, BUCKET)
    for session in ("a", "ab"):
        made.upload(api, BUCKET, session, "room", NEWEST)
    keys = [item["Key"] for item in s3_objects.objects(api, BUCKET, "")]
    for key in keys * 2:
        api.delete_object(Bucket=BUCKET, Key=key)
    assert s3_objects.objects(api, BUCKET, "") == []

    result = recording(_plan=True, state="restored")
    assert [change["resource"] for change in result["changes"]] == [f"object {key}" for key in sorted(keys)[:2]]
    assert [item["Key"] for item in s3_objects.objects(api, BUCKET, "")] == sorted(keys)[:2]
    assert not recording(state="restored")["changed"]
    assert aws.mutating() == []


def test_an_older_version_becomes_current_and_nothing_is_lost(aws: AwsServer, api: Any, recording: Run) -> None:
    made.make_bucket(api, BUCKET)
    key = "recordings/a/x.mp4"
    old, new = (
        api.put_object(Bucket=BUCKET, Key=key, Body=body, ContentType="video/mp4", Metadata={"mtime": "1"})["VersionId"]
        for body in (b"old", b"new")
    )
    params = {"state": "restored", "file": "x.mp4", "version_id": old}
    assert recording(_plan=True, **params)["changed"]
    now = api.get_object(Bucket=BUCKET, Key=key)
    assert (now["Body"].read(), now["ContentType"]) == (b"old", "video/mp4")
    assert now["Metadata"] == {"mtime": "1", "restored-from": old}
    assert len(listed(api)) == 3
    assert not recording(**params)["changed"]
    assert not recording(state="restored")["changed"]
    # The other way round, and after a deletion.
    assert recording(**{**params, "version_id": new})["changed"]
    assert api.get_object(Bucket=BUCKET, Key=key)["Body"].read() == b"new"
    api.delete_object(Bucket=BUCKET, Key=key)
    assert recording(**params)["diff"]["before"] == {f"object {key}": {"version": "deleted"}}
    assert api.get_object(Bucket=BUCKET, Key=key)["Body"].read() == b"old"


def test_a_large_version_is_copied_part_by_part(
    aws: AwsServer, api: Any, recording: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beyond 5 GB on AWS; here beyond 5 MiB."""
    monkeypatch.setattr(s3_objects, "MOST_COPIED_AT_ONCE", 5 * 1024**2)
    monkeypatch.setattr(s3_objects, "PART", 5 * 1024**2)
    made.make_bucket(api, BUCKET)
    body = bytes(range(256)) * (12 * 1024**2 // 256)
    old = api.put_object(Bucket=BUCKET, Key="recordings/a/x.mp4", Body=body)["VersionId"]
    api.put_object(Bucket=BUCKET, Key="recordings/a/x.mp4", Body=b"new")
    params = {"state": "restored", "file": "x.mp4", "version_id": old}
    assert recording(**params)["changed"]
    assert aws.calls.count("s3:UploadPartCopy") == 3
    assert api.get_object(Bucket=BUCKET, Key="recordings/a/x.mp4")["Body"].read() == body
    assert not recording(**params)["changed"]


# --- recording: held and released


def test_a_hold_protects_until_it_is_released(aws: AwsServer, api: Any, recording: Run) -> None:
    made.make_bucket(api, BUCKET, lock=True)
    for session in ("a", "ab"):
        made.upload(api, BUCKET, session, "room", NEWEST)
    api.delete_object(Bucket=BUCKET, Key="recordings/a/metadata.json")
    result = recording(_plan=True, state="held")
    assert aws.mutating() == ["s3:PutObjectLegalHold"] * 2
    assert all("of recordings/a/" in change["resource"] for change in result["changes"])
    assert not recording(state="held")["changed"]

    before = listed(api)
    result = recording(_plan=True, state="erased")
    assert result["failed"]
    assert "nothing was erased, as S3 protects recordings/a/metadata.json" in result["msg"]
    assert aws.mutating() == []
    assert listed(api) == before

    assert recording(_plan=True, state="released")["changed"]
    assert not recording(state="released")["changed"]
    assert recording(state="erased")["report"]["result"] == "erased"
    assert {key.split("/")[1] for key, _version in listed(api)} == {"ab"}


def test_a_hold_needs_a_bucket_with_locks(api: Any, recording: Run) -> None:
    made.make_bucket(api, BUCKET)
    made.upload(api, BUCKET, "a", "room", NEWEST)
    result = recording(state="held")
    assert result["failed"]
    assert "has no Object Lock; set jitsi_recording_lock to holds" in result["msg"]
    assert not recording(state="released")["changed"]


@pytest.mark.parametrize(("mode", "passes"), [("GOVERNANCE", True), ("COMPLIANCE", False)])
def test_a_retention_is_passed_only_in_governance_mode_and_only_when_asked(
    aws: AwsServer, api: Any, recording: Run, mode: str, passes: bool
) -> None:
    made.make_bucket(api, BUCKET, lock=True)
    configuration = {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": mode, "Days": 7}}}
    api.put_object_lock_configuration(Bucket=BUCKET, ObjectLockConfiguration=configuration)
    made.upload(api, BUCKET, "a", "room", NEWEST)
    result = recording(state="erased")
    assert result["failed"]
    assert f"a retention in {mode.lower()} mode until" in result["msg"]
    result = recording(state="erased", bypass_governance=True)
    assert result.get("failed", False) is not passes
    assert (listed(api) == []) is passes
    if passes:
        assert result["report"]["bypass_governance"] is True


# --- recording: erased


def full(api: Any, sessions: tuple[str, ...] = ("a", "ab")) -> None:
    """Sessions with an old version, a delete marker and an upload under way each."""
    made.make_bucket(api, BUCKET)
    for session in sessions:
        made.upload(api, BUCKET, session, "room", NEWEST)
        made.upload(api, BUCKET, session, "room", NEWEST, b"again")
        api.delete_object(Bucket=BUCKET, Key=f"recordings/{session}/metadata.json")
        api.create_multipart_upload(Bucket=BUCKET, Key=f"recordings/{session}/part.mp4")


def left(api: Any) -> set[str]:
    """Sessions of which anything is left."""
    keys = [key for key, _version in listed(api)] + [item["Key"] for item in s3_objects.uploads(api, BUCKET, "")]
    return {key.split("/")[1] for key in keys}


def test_all_of_one_session_is_erased_and_nothing_of_another(
    aws: AwsServer, api: Any, recording: Run, tmp_path: Path
) -> None:
    full(api)
    others = [(key, version) for key, version in listed(api) if key.startswith("recordings/ab/")]
    result = recording(_plan=True, state="erased", reason="request 4711")
    assert aws.mutating() == ["s3:AbortMultipartUpload", "s3:DeleteObjects"]
    assert left(api) == {"ab"}
    assert listed(api) == others

    report = result["report"]
    assert (report["result"], report["reason"], len(report["objects"])) == ("erased", "request 4711", 6)
    assert {item["result"] for item in report["objects"]} == {"erased"}
    assert report["runs"][0]["by"].startswith("arn:aws:")
    assert report["verification"]["remaining"] == 0
    assert result["report_files"] == [str(tmp_path / BUCKET / f"a.{end}") for end in ("json", "txt")]
    assert json.loads(Path(result["report_files"][0]).read_text()) == report
    assert "4 versions, 1 delete marker, 1 incomplete upload" in Path(result["report_files"][1]).read_text()

    again = recording(state="erased")
    assert (again["changed"], again["report"]) == (False, report)
    assert aws.mutating() == []


def test_the_session_whose_name_begins_with_the_other(api: Any, recording: Run) -> None:
    full(api)
    assert recording(state="erased", session="ab")["changed"]
    assert left(api) == {"a"}


def test_odd_names(api: Any, recording: Run) -> None:
    session = '-it\'s "so" Überprüfung, 100% a+b&c=d'
    full(api, (session, f"{session}x"))
    result = recording(state="erased", session=session)
    assert result["report"]["result"] == "erased"
    assert left(api) == {f"{session}x"}


def test_what_is_not_there_is_no_error_and_leaves_no_report(api: Any, recording: Run, tmp_path: Path) -> None:
    made.make_bucket(api, BUCKET)
    result = recording(state="erased")
    assert (result["changed"], result["report"], result["report_files"]) == (False, {}, [])
    assert list(tmp_path.iterdir()) == []


DEATHS = ("before the first write", "before the first deletion", "half-way", "before the report is finished")


@pytest.mark.parametrize("when", DEATHS)
def test_an_erasure_that_died_is_finished_and_told_by_the_next(
    api: Any, recording: Run, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    full(api)
    # An upload to abort, and five deletions in three calls.
    monkeypatch.setattr(s3_objects, "BATCH", 2)
    write, written = ReportFile.write, []

    def dying_write(file: ReportFile, report: dict[str, Any]) -> None:
        if len(written) == (0 if when == DEATHS[0] else 1):
            raise Died
        written.append(write(file, report))

    with monkeypatch.context() as patched, dies_before({DEATHS[1]: 0, DEATHS[2]: 2}.get(when, 99)):
        patched.setattr(ReportFile, "write", dying_write)
        with pytest.raises(Died):
            recording(state="erased")

    result = recording(_plan=when == DEATHS[2], state="erased")
    assert result["changed"]
    report = result["report"]
    assert report["result"] == "erased"
    assert {item["result"] for item in report["objects"]} == {"erased"}
    assert sorted(item["kind"] for item in report["objects"]) == ["delete_marker", "upload", *["version"] * 4]
    # What died before its report was there has deleted nothing.
    died = [] if when == DEATHS[0] else ["started"]
    assert [run["result"] for run in report["runs"]] == [*died, "erased"]
    earlier = [item for item in report["objects"] if "note" in item]
    assert len(earlier) == {DEATHS[0]: 0, DEATHS[1]: 0, DEATHS[2]: 3, DEATHS[3]: 6}[when]
    assert left(api) == {"ab"}


def test_what_comes_in_meanwhile_is_told_and_goes_next(
    api: Any, recording: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    full(api)
    real_delete = s3_objects.delete

    def late(client: Any, *args: Any) -> list[str]:
        refused = real_delete(client, *args)
        client.put_object(Bucket=BUCKET, Key="recordings/a/late.mp4", Body=b"x")
        return refused

    with monkeypatch.context() as patched:
        patched.setattr(s3_objects, "delete", late)
        result = recording(state="erased")
    assert result["failed"]
    assert result["msg"] == "session a: 1 version left. It came while this ran. Run it again."
    assert result["report"]["result"] == "incomplete"
    assert recording(state="erased")["report"]["result"] == "erased"
    assert left(api) == {"ab"}


def test_what_s3_refuses_is_in_the_report(api: Any, recording: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A lock that these credentials cannot see."""
    made.make_bucket(api, BUCKET, lock=True)
    media, _metadata = made.upload(api, BUCKET, "a", "room", NEWEST)
    key = f"recordings/a/room_{NEWEST:%Y-%m-%d-%H-%M-%S}.mp4"
    api.put_object_legal_hold(Bucket=BUCKET, Key=key, VersionId=media, LegalHold={"Status": "ON"})
    monkeypatch.setattr(s3_objects, "has_lock", lambda *_args: False)
    result = recording(state="erased")
    assert result["failed"]
    assert "1 version left. S3 refused: " in result["msg"]
    assert {item["result"] for item in result["report"]["objects"]} == {"erased", "remains"}
    assert listed(api) == [(key, media)]


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"state": "erased", "session": ""}, "session: is empty"),
        ({"state": "erased", "session": "a/"}, "session 'a/': is not the name"),
        ({"state": "erased", "session": ".."}, "session '..': is not the name"),
        ({"state": "erased", "file": "x"}, "file: goes with state restored only"),
        ({"state": "held", "file": "x"}, "file: goes with state restored only"),
        ({"state": "restored", "version_id": "x"}, "version_id: names a version of one file"),
        ({"state": "erased", "report_dir": None}, "report_dir: is missing"),
    ],
)
def test_bad_input_fails_before_the_first_call(
    refused: Callable[..., str], tmp_path: Path, params: dict[str, Any], words: str
) -> None:
    assert words in refused("recording", **{"bucket": BUCKET, "session": "a", "report_dir": str(tmp_path), **params})


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"session": "b", "state": "restored"}, "session b: is not in bucket"),
        ({"session": "b", "state": "held"}, "session b: is not in bucket"),
        ({"state": "restored", "file": "y"}, "session a, file y: is not in bucket"),
        ({"state": "restored", "file": "metadata.json", "version_id": "v"}, "version_id v: recordings/a/metadata.json"),
    ],
)
def test_what_is_not_there_is_named(api: Any, recording: Run, params: dict[str, Any], words: str) -> None:
    made.make_bucket(api, BUCKET)
    made.upload(api, BUCKET, "a", "room", NEWEST)
    result = recording(**params)
    assert result["failed"]
    assert words in result["msg"]
