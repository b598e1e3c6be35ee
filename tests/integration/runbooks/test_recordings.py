# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""playbooks/runbooks/recordings.yml, run as an operator does, on a bucket with a few hundred recordings."""

from __future__ import annotations

import datetime as dt
import json
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from ansible_collections.meetops.jitsi.plugins.module_utils._aws import s3_objects
from support import recordings as made
from support.playbooks import Run
from support.server import AwsServer

PLATFORM, BUCKET = "jitsi-video-platform", "jitsi-meet-example-com-recordings"
COUNT = 120
NEWEST = dt.datetime.now(dt.UTC).replace(microsecond=0) - dt.timedelta(minutes=1)
# The name of one begins with that of the other.
ONE, OTHER = "session1", "session12"

Runbook = Callable[..., Run]


@pytest.fixture(scope="module")
def filled(aws_server: AwsServer) -> AwsServer:
    aws_server.reset()
    s3 = aws_server.client("s3")
    made.make_bucket(s3, BUCKET, lock=True)
    made.fill(BUCKET, COUNT, NEWEST)
    hours = [NEWEST - dt.timedelta(hours=6 * index) for index in range(100)]
    samples = [(at, 0.0 if index < 3 else 1.0) for index, at in enumerate(hours)]
    made.publish(aws_server.client("cloudwatch"), PLATFORM, "UploadResult", samples)
    made.publish(aws_server.client("cloudwatch"), PLATFORM, "RecordingsWaiting", [(NEWEST, 2.0)])
    line = made.upload_line(PLATFORM, "failed", "lost/x.mp4")
    made.log(aws_server.client("logs"), PLATFORM, [(NEWEST, line)])
    return aws_server


@pytest.fixture
def runbook(filled: AwsServer, quick_playbook: Callable[..., Run], tmp_path: Path) -> Runbook:
    """Run the runbook with these variables, and forget the calls before."""

    def run(*args: str, **variables: str) -> Run:
        filled.calls.clear()
        # As -e name=value gives them: texts.
        given = {f"recordings_{name}": value for name, value in variables.items()}
        given.setdefault("recordings_report_dir", str(tmp_path / "reports"))
        return quick_playbook("playbooks/runbooks/recordings.yml", *args, extra_vars=given)

    return run


def sessions(aws: AwsServer) -> set[str]:
    versions = s3_objects.versions(aws.client("s3"), BUCKET, "recordings/")
    return {item["Key"].split("/")[1] for item in versions}


def test_the_list_and_its_file(filled: AwsServer, runbook: Runbook, tmp_path: Path) -> None:
    path = tmp_path / "recordings.json"
    run = runbook(room="STANDUP", limit="3", details="metadata,versions", json=str(path))
    assert run.rc == 0, run
    assert filled.mutating() == []
    assert "3 recordings, " in run.stdout
    assert "session0  standup, 2 participants" in run.stdout
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    written = json.loads(path.read_text())
    assert [item["session"] for item in written["recordings"]] == ["session0", "session4", "session8"]
    assert set(written) == {"recordings"}


def test_how_uploads_went(filled: AwsServer, runbook: Runbook) -> None:
    run = runbook(action="uploads")
    assert run.rc == 0, run
    assert filled.mutating() == []
    for words in (
        "97.0 % of 100 uploads succeeded",
        "NOT UPLOADED    lost/x.mp4",
        "2 recordings are being made or wait for their upload (1 recorder reported",
    ):
        assert words in run.stdout


def test_links_are_in_the_file_and_nowhere_else(runbook: Runbook, tmp_path: Path) -> None:
    path = tmp_path / "links.json"
    run = runbook("-vvv", action="links", session=ONE, expiry="1d", json=str(path))
    assert run.rc == 0, run
    (link,) = json.loads(path.read_text())["links"]
    assert "X-Amz-Expires=86400" in link["url"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not any(word in run.stdout + run.stderr for word in ("X-Amz-Signature", link["url"]))


def test_an_erasure_is_confirmed_before_the_first_call(filled: AwsServer, runbook: Runbook) -> None:
    run = runbook(action="erase", session=ONE, confirm=OTHER)
    assert run.rc != 0
    assert f"type the session a second time, with -e recordings_confirm={ONE}" in run.said
    assert filled.calls == []


def test_a_deletion_is_undone_and_an_erasure_is_not(filled: AwsServer, runbook: Runbook, tmp_path: Path) -> None:
    s3 = filled.client("s3")
    before = sessions(filled)
    for item in s3_objects.objects(s3, BUCKET, f"recordings/{ONE}/"):
        s3.delete_object(Bucket=BUCKET, Key=item["Key"])

    def done(**variables: str) -> str:
        run = runbook(session=ONE, **variables)
        assert run.rc == 0, run
        assert run.changed_tasks == ["Change the recording"]
        return run.stdout

    assert f"Session {ONE} is restored, 2 changes" in done(action="restore")
    assert len(s3_objects.objects(s3, BUCKET, f"recordings/{ONE}/")) == 2
    plan = runbook("--check", "--diff", action="erase", session=ONE)
    assert plan.changed_tasks == ["Change the recording"]
    assert f"Would be erased of session {ONE}: 2 versions" in plan.stdout
    assert filled.mutating() == []
    assert not (tmp_path / "reports").exists()
    shown = done(action="erase", confirm=ONE, reason="request 4711")
    assert f"Session {ONE} erased: 2 versions, 0 left at" in shown
    assert "2 recordings are being made or wait for their upload" in shown
    assert sessions(filled) == before - {ONE}
    report = json.loads((tmp_path / "reports" / BUCKET / f"{ONE}.json").read_text())
    assert (report["result"], report["reason"]) == ("erased", "request 4711")
    assert "request 4711" in (tmp_path / "reports" / BUCKET / f"{ONE}.txt").read_text()
