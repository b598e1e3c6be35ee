# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The whole platform by one command: planned, built, built again, and without recording."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from support import plans
from support.playbooks import Run
from support.server import AwsServer

SITE = "playbooks/site.yml"
NAME = "jitsi-video-platform"
MAX_CALLS_OF_A_SECOND_RUN = 150


@dataclass(frozen=True)
class Runs:
    """Three runs on one account, empty at first, that wrote all they can: a dry run, a first and a second run."""

    planned: Run
    planned_mutating: list[str]
    first: Run
    second: Run
    second_calls: list[str]
    second_mutating: list[str]
    # What the runs left on disk: log, fact cache, temporary files.
    traces: Path


@pytest.fixture(scope="module")
def runs(aws_server: AwsServer, playbook: Callable[..., Run], tmp_path_factory: pytest.TempPathFactory) -> Runs:
    """Run site.yml three times, as talkative as it gets."""
    traces = tmp_path_factory.mktemp("traces")
    environment = {
        "ANSIBLE_LOG_PATH": str(traces / "ansible.log"),
        "ANSIBLE_CACHE_PLUGIN": "jsonfile",
        "ANSIBLE_CACHE_PLUGIN_CONNECTION": str(traces / "facts"),
        "ANSIBLE_LOCAL_TEMP": str(traces / "local"),
        "ANSIBLE_REMOTE_TMP": str(traces / "remote"),
        "ANSIBLE_KEEP_REMOTE_FILES": "1",
    }

    def run(name: str, *args: str) -> Run:
        recorded = plans.recording(traces / f"{name}.jsonl")
        return playbook(SITE, "-vvv", "--diff", *args, environment={**environment, **recorded})

    aws_server.reset()
    planned = run("planned", "--check")
    planned_mutating = aws_server.mutating()
    first = run("first")
    aws_server.calls.clear()
    second = run("second")
    return Runs(planned, planned_mutating, first, second, list(aws_server.calls), aws_server.mutating(), traces)


def test_a_dry_run_on_an_empty_account_changes_nothing(runs: Runs) -> None:
    assert (runs.planned.rc, runs.planned.failed) == (0, 0), str(runs.planned)
    assert runs.planned_mutating == []
    assert "not built yet" in runs.planned.stdout


def test_the_first_run_builds_what_was_planned(runs: Runs) -> None:
    assert (runs.first.rc, runs.first.failed) == (0, 0), str(runs.first)
    assert runs.first.changed_tasks == runs.planned.changed_tasks
    planned, first = (plans.read(runs.traces / f"{name}.jsonl") for name in ("planned", "first"))
    assert plans.all_said(planned) == plans.all_said(first)
    # Whatever changes says what: resource and field.
    assert [task.task for task in first if task.changed and not task.said] == []
    assert re.search(r"^Plan: \d{2,3} to create, 1 to change, 0 to delete$", runs.planned.stdout, re.MULTILINE)
    assert "asleep: no task runs" in runs.first.stdout


def test_the_second_run_changes_nothing(runs: Runs) -> None:
    assert (runs.second.rc, runs.second.failed) == (0, 0), str(runs.second)
    assert runs.second.changed_tasks == []
    assert plans.all_said(plans.read(runs.traces / "second.jsonl")) == set()
    assert runs.second_mutating == []


def test_the_second_run_makes_few_calls(runs: Runs) -> None:
    assert len(runs.second_calls) <= MAX_CALLS_OF_A_SECOND_RUN, runs.second_calls


def test_no_secret_value_is_written_anywhere(runs: Runs, aws_server: AwsServer) -> None:
    answer = aws_server.client("secretsmanager").get_secret_value(
        SecretId=f"{NAME}-jitsi-secrets", VersionStage="AWSCURRENT"
    )
    values = {value for value in json.loads(answer["SecretString"]).values() if value}
    assert len(values) > 5
    written = {
        f"{name} {stream}": getattr(getattr(runs, name), stream)
        for name in ("planned", "first", "second")
        for stream in ("stdout", "stderr")
    }
    files = [path for path in runs.traces.rglob("*") if path.is_file()]
    # The log is one of them, and does tell of the secret.
    assert f"{NAME}-jitsi-secrets" in (runs.traces / "ansible.log").read_text()
    written |= {str(path): path.read_bytes().decode("utf-8", "replace") for path in files}
    # Not shown: a failing test prints no secret either.
    leaks = sorted({place for place, text in written.items() for value in values if value in text})
    assert leaks == []


def services(aws_server: AwsServer) -> set[str]:
    """Names of the services that are there."""
    arns = aws_server.client("ecs").list_services(cluster=f"{NAME}-cluster")["serviceArns"]
    return {arn.rpartition("/")[2] for arn in arns}


def buckets(aws_server: AwsServer) -> set[str]:
    """Names of the buckets that are there."""
    return {bucket["Name"] for bucket in aws_server.client("s3").list_buckets()["Buckets"]}


def test_without_recording_the_recorder_goes_and_recordings_stay(
    converged: AwsServer, quick_playbook: Callable[..., Run]
) -> None:
    assert services(converged) == {f"{NAME}-service", f"{NAME}-bridge", f"{NAME}-recorder"}
    s3 = converged.client("s3")
    (bucket,) = buckets(converged)
    version = s3.put_object(Bucket=bucket, Key="recordings/meeting.mp4", Body=b"x")["VersionId"]
    off = {"jitsi_enable_recording": False}

    run = quick_playbook(SITE, extra_vars=off)
    assert (run.rc, run.failed) == (0, 0), str(run)
    assert services(converged) == {f"{NAME}-service", f"{NAME}-bridge"}
    assert buckets(converged) == {bucket}

    s3.delete_object(Bucket=bucket, Key="recordings/meeting.mp4", VersionId=version)
    run = quick_playbook(SITE, extra_vars=off)
    assert (run.rc, run.failed) == (0, 0), str(run)
    assert buckets(converged) == set()
    # The rest was done by the run before.
    assert [task for task in run.changed_tasks if "recording_bucket" not in task] == []


def test_a_new_environment_is_told_what_it_lacks(aws_server: AwsServer, playbook: Callable[..., Run]) -> None:
    aws_server.calls.clear()
    run = playbook(SITE, inventory="inventories/production")
    assert (run.rc, run.failed) == (2, 1), str(run)
    assert all(name in run.stdout for name in ("jitsi_domain", "jitsi_hosted_zone", "jitsi_alert_email"))
    assert aws_server.calls == []
