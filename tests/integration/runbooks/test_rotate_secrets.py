# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The playbook rotate_secrets.yml, as an operator or a scheduler runs it."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from support.month import secret_of
from support.playbooks import Run
from support.server import AwsServer

NAME = "jitsi-video-platform"
SECRET, CLUSTER, LOGS = f"{NAME}-jitsi-secrets", f"{NAME}-cluster", f"/ecs/{NAME}"
DOCUMENT = {"jvb_auth_password": "1a" * 16, "turn_credentials": "2b" * 32, "wake_pin": "47114711"}
DAY = 86400

Playbook = Callable[..., Run]


@pytest.fixture(autouse=True)
def secret(aws: AwsServer) -> Any:
    """A secret as old as rotation is due at."""
    sm = aws.client("secretsmanager")
    sm.create_secret(Name=SECRET, SecretString=json.dumps(DOCUMENT))
    age(91)
    return sm


def age(days: float) -> None:
    secret_of(NAME).created_date = int(time.time() - days * DAY)


def in_use(aws: AwsServer, participants: int) -> None:
    """The platform is awake, and jicofo has just printed its figures."""
    ecs, logs = aws.client("ecs"), aws.client("logs")
    ecs.create_cluster(clusterName=CLUSTER)
    ecs.register_task_definition(family="t", containerDefinitions=[{"name": "c", "image": "i", "memory": 64}])
    ecs.create_service(cluster=CLUSTER, serviceName=f"{NAME}-service", taskDefinition="t", desiredCount=1)
    logs.create_log_group(logGroupName=LOGS)
    logs.create_log_stream(logGroupName=LOGS, logStreamName="jicofo")
    line = {"source": "jicofo", "platform": NAME, "participants": participants, "bridges": 1, "recorders": 0}
    # A little ahead, so that it is still fresh when the playbook gets there.
    event = {"timestamp": int((time.time() + 30) * 1000), "message": json.dumps(line)}
    logs.put_log_events(logGroupName=LOGS, logStreamName="jicofo", logEvents=[event])


def document(secret: Any) -> dict[str, Any]:
    return dict(json.loads(secret.get_secret_value(SecretId=SECRET, VersionStage="AWSCURRENT")["SecretString"]))


@contextmanager
def watching_processes() -> Iterator[list[bytes]]:
    """Collect the arguments and the environment of every process, time and again."""
    seen: set[bytes] = set()
    found: list[bytes] = []
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.1):
            for path in Path("/proc").glob("[0-9]*"):
                for name in ("cmdline", "environ"):
                    with suppress(OSError):
                        seen.add((path / name).read_bytes())

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield found
    finally:
        done.set()
        thread.join()
        found.extend(seen)


def test_values_are_nowhere_but_in_aws(playbook: Playbook, secret: Any, tmp_path: Path) -> None:
    """The most talkative run there is, with all of its temporary files kept."""
    kept = {
        "ANSIBLE_KEEP_REMOTE_FILES": "1",
        "ANSIBLE_REMOTE_TEMP": str(tmp_path / "remote"),
        "ANSIBLE_LOCAL_TEMP": str(tmp_path / "local"),
        "ANSIBLE_LOG_PATH": str(tmp_path / "ansible.log"),
        "TMPDIR": str(tmp_path),
    }
    keys = {"rotate_keys": "turn_credentials, wake_pin"}
    with watching_processes() as processes:
        run = playbook("playbooks/rotate_secrets.yml", "--diff", "-vvv", environment=kept, extra_vars=keys)
    assert run.rc == 0, run
    assert run.changed_tasks == ["meetops.jitsi.secrets : Rotate the passwords if they are due"]
    after = document(secret)
    assert [key for key in DOCUMENT if after[key] != DOCUMENT[key]] == ["turn_credentials", "wake_pin"]

    values = [value for held in (DOCUMENT, after) for value in held.values() if isinstance(value, str)]
    assert len(values) == 6
    files = {path.name: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert {"ansible.log", "AnsiballZ_secret_rotation.py"} <= set(files)
    places = [run.stdout.encode(), run.stderr.encode(), *files.values(), *processes]
    assert any(b"rotate_secrets.yml" in process for process in processes)
    assert not [value for value in values for place in places if value.encode() in place]

    info = playbook("playbooks/rotate_secrets.yml", "--tags", "info")
    assert (info.rc, info.changed) == (0, 0), info
    assert "The oldest value is 91 days old, rotation was due 1 day ago." in info.said
    assert "AWSPREVIOUS" in info.said
    assert not [value for value in values if value in info.stdout]


def test_a_second_run_changes_nothing(quick_playbook: Playbook, aws: AwsServer, secret: Any) -> None:
    first = quick_playbook("playbooks/rotate_secrets.yml")
    assert (first.rc, first.changed) == (0, 1), first
    after = document(secret)
    second = quick_playbook("playbooks/rotate_secrets.yml")
    assert (second.rc, second.changed, document(secret)) == (0, 0, after), second
    assert "Nothing to rotate. The oldest value is 0 days old, rotation is due in 90 days." in second.said
    assert aws.mutating().count("secretsmanager:PutSecretValue") == 1


def test_postponing_has_its_own_exit_status(quick_playbook: Playbook, aws: AwsServer, secret: Any) -> None:
    in_use(aws, 2)
    aws.calls.clear()
    run = quick_playbook("playbooks/rotate_secrets.yml")
    assert (run.rc, run.failed, run.changed) == (75, 0, 0), run
    assert "Postponed, since 2 people meet now. The oldest value is 91 days old, rotation was" in run.said
    # Where the callback plugin is not enabled, a failure tells it.
    run = quick_playbook(
        "playbooks/rotate_secrets.yml", environment={"ANSIBLE_CALLBACKS_ENABLED": "ansible.builtin.oneline"}
    )
    assert (run.rc, run.failed) == (2, 1), run
    age(98)
    run = quick_playbook("playbooks/rotate_secrets.yml")
    assert (run.rc, run.failed) == (2, 1), run
    assert "and OVERDUE: rotation was due 8 days ago" in run.said
    assert aws.mutating() == []
