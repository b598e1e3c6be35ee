# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The quick part of `make proof-crash`: a few modules that die at their calls, and through some storms."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from ansible_collections.meetops.jitsi.plugins.module_utils._aws import runner
from proofs.crash import faults, runbooks
from support import account
from support.crash import Lab, Task, leaks
from support.server import REGION, AwsServer

MODULES = "ansible_collections.meetops.jitsi.plugins.modules."
NAME = "jitsi-video-platform"
TAGS = {"Environment": "test"}
COMMON = {"region": REGION, "_ansible_check_mode": False, "_ansible_diff": True, "_ansible_remote_tmp": "/tmp"}
ARGUMENTS: dict[str, dict[str, Any]] = {
    "log_group": {"name": f"/ecs/{NAME}", "retention_days": 30, "tags": TAGS},
    "vpc": {"name": NAME, "cidr": "10.90.0.0/16", "subnets": [{"cidr": "10.90.0.0/24", "zone": "us-east-1a"}]},
    "iam_roles": {
        "roles": [{"name": f"{NAME}-bridge-task", "trust": {"service": "ecs-tasks.amazonaws.com"}, "policies": {
            "log": {"Version": "2012-10-17", "Statement": [
                {"Effect": "Allow", "Action": "logs:PutLogEvents", "Resource": "*"}]}}}],
        "tags": TAGS,
    },
    "secret": {"name": f"{NAME}-jitsi-secrets", "description": "Passwords", "keys": {"jvb": 16, "jicofo": 16}},
    "task_definitions": {
        "task_definitions": [
            {
                "family": f"{NAME}-bridge",
                "requiresCompatibilities": ["FARGATE"],
                "networkMode": "awsvpc",
                "cpu": 1024,
                "memory": 2048,
                "containerDefinitions": [{"name": "jvb", "image": "ghcr.io/jitsi/jvb:stable-11146-2"}],
            }
        ],
        "tags": TAGS,
    },
}  # fmt: skip
STORMS = {storm.kind: storm for storm in faults.STORMS if storm.name != "throttled for minutes"}


@pytest.fixture(scope="module")
def lab(aws_server: AwsServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    made = Lab(tmp_path_factory.mktemp("lab"), aws_server)
    yield made
    made.stop()


def build(lab: Lab, *names: str) -> list[Task]:
    """Run these modules on an empty account."""
    lab.restore()
    return [lab.task(MODULES + name, {**COMMON, **ARGUMENTS[name]}) for name in names]


@pytest.fixture(scope="module")
def tasks(lab: Lab) -> list[Task]:
    return build(lab, *ARGUMENTS)


def test_a_run_that_died_goes_on(lab: Lab, tasks: list[Task]) -> None:
    lab.restore()
    found = [(place, death) for place, task in enumerate(tasks) for death in lab.walk(task.requests) if death.number]
    # The whole proof takes all.
    for place, death in found[::3]:
        lab.restore(*[task.requests for task in tasks[:place]], tasks[place].requests[: death.requests])
        assert lab.repeat(tasks[place]) == [], f"{tasks[place]}, {death}"


@pytest.mark.parametrize("kind", ["throttled", "lost", "denied"])
def test_calls_that_fail_are_repeated_or_end_in_one_clear_error(lab: Lab, tasks: list[Task], kind: str) -> None:
    found = faults.weather(lab, STORMS[kind], tasks)
    assert found.wrong == []
    assert len(found.hit) >= 10
    assert (found.errors == []) == (kind == "throttled")


def test_an_erasure_that_died_is_finished_by_the_next(lab: Lab, tmp_path: Path) -> None:
    """Also the report of it, which is a file of this machine."""
    files, kept = tmp_path / "files", tmp_path / "kept"
    files.mkdir()
    shutil.copytree(files, kept)
    lab.restore()
    before = lab.server.listen(lambda: runbooks.deleted(lab, files))
    arguments = {"bucket": runbooks.BUCKET, "session": runbooks.SESSION, "report_dir": str(files / "reports")}
    task = lab.task(MODULES + "recording", {**COMMON, **arguments, "state": "erased"})
    erase = next(item for item in runbooks.every({}) if item.name == "recordings erase")
    found = runbooks.with_tasks(erase, before, files, kept, [task])
    assert found.changes >= 1
    for dying, number in runbooks.deaths(found):
        runbooks.begin(lab, found, dying)
        assert runbooks.die_and_repeat(lab, found, dying, number) == [], number


def test_what_is_made_twice_is_found(lab: Lab) -> None:
    """The proof would find a module that repeats a call of which nobody knows whether it was done."""
    with mock.patch.object(runner, "NEVER_TWICE", frozenset()):
        wrong = faults.weather(lab, STORMS["lost"], build(lab, "task_definitions")).wrong
    assert any(f"task_definitions/{NAME}-bridge/2" in line for line in wrong)


def test_what_is_left_over_is_found(lab: Lab, tasks: list[Task]) -> None:
    lab.restore(*[task.requests for task in tasks])
    assert account.differences(tasks[-1].goal, account.contents()) == []
    lab.server.client("sns").create_topic(Name="nobody-knows-me")
    assert any("nobody-knows-me" in line for line in account.differences(tasks[-1].goal, account.contents()))


def test_a_secret_that_is_printed_is_found() -> None:
    document = '{"jvb": "0123456789abcdef", "user": "focus"}'
    assert leaks("focus", [document]) == []
    assert leaks("password: 0123456789abcdef", [document]) == ["a secret was printed"]
