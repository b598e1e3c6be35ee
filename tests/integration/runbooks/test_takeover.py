# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The account that the last version made is taken over: a plan tells what the changelog names, and a run does that."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from support import plans, takeover
from support.playbooks import Run
from support.server import AwsServer

SITE = "playbooks/site.yml"
VERSION = "0.4.0"
# What this version changes of it: resource -> field -> the reason, in the words of the changelog.
ADDRESS = "A bridge learns its public address from AWS."
LOST = "A bridge notices that the address of signalling has vanished."
# The whole container is new.
CONTAINER = (
    *(
        "command",
        "entry_point",
        "essential",
        "image",
        "linux_parameters.capabilities.drop",
        "log_configuration.log_driver",
    ),
    *("linux_parameters.tmpfs./tmp.mount_options", "linux_parameters.tmpfs./tmp.size", "memory_reservation", "user"),
    *(f"log_configuration.options.{name}" for name in ("awslogs-group", "awslogs-region", "awslogs-stream-prefix")),
    *("log_configuration.options.max-buffer-size", "log_configuration.options.mode"),
    *("mount_points./address.source_volume", "readonly_root_filesystem"),
)
CHANGED = (
    {
        "role jitsi-video-platform-bridge-task": {"policies.know-address": ADDRESS},
        "service jitsi-video-platform-bridge": {"task_definition": "There is a new revision."},
        "service jitsi-video-platform-service": {"task_definition": "There is a new revision."},
        "task definition jitsi-video-platform-signalling": {
            "containers.web.command": "Browsers ask no third party.",
            "containers.jicofo.health_check.command": "A missing bridge is no fault of signalling.",
        },
        "task definition jitsi-video-platform-bridge": {
            "volumes.address": ADDRESS,
            **{f"containers.address.{name}": ADDRESS for name in CONTAINER},
            **{
                f"containers.{name}.{field}": ADDRESS
                for name in ("jvb", "coturn")
                for field in (
                    "depends_on.address.condition",
                    "mount_points./address.read_only",
                    "mount_points./address.source_volume",
                )
            },
            "containers.jvb.command": ADDRESS,
            "containers.jvb.environment.JVB_DISABLE_STUN": ADDRESS,
            "containers.jvb.environment.JVB_STUN_SERVERS": ADDRESS,
            "containers.jvb.system_controls.net.ipv4.tcp_retries2": LOST,
            "containers.stats.command": LOST,
            "containers.stats.health_check.command": LOST,
        },
    }
    | {
        f"function jitsi-video-platform-{function}": {"code_sha256": "Its modules are in other folders."}
        for function in ("rotation", "wake", "tasks", "sleep")
    }
    | {
        "role jitsi-video-platform-rotation-function": {
            "policies.rotate-secret": "It looks whether signalling protects itself before it stops it."
        }
    }
)


@pytest.fixture
def taken_over(aws_server: AwsServer) -> AwsServer:
    """The account as that version left it."""
    takeover.restore(aws_server, takeover.load(VERSION))
    return aws_server


def test_the_account_of_the_last_version_is_taken_over(
    taken_over: AwsServer, quick_playbook: Callable[..., Run], tmp_path: Path
) -> None:
    def run(name: str, *args: str) -> tuple[Run, dict[str, set[str]]]:
        """Run site.yml: how it ended, and what it said that it changes, fields by resource."""
        taken_over.calls.clear()
        done = quick_playbook(SITE, *args, environment=plans.recording(tmp_path / name))
        assert (done.rc, done.failed) == (0, 0), str(done)
        tasks = plans.read(tmp_path / name)
        assert [task.task for task in tasks if task.changed and not task.said] == []
        told: dict[str, set[str]] = {}
        for _module, resource, _action, field in plans.all_said(tasks):
            told.setdefault(resource, set()).add(field)
        return done, told

    named = {resource: set(fields) for resource, fields in CHANGED.items()}
    planned, told = run("planned", "--check")
    assert told == named
    assert taken_over.mutating() == []
    first, told = run("first")
    assert (told, first.changed_tasks) == (named, planned.changed_tasks)
    taken_over.calls.clear()
    second = quick_playbook(SITE)
    assert (second.rc, second.failed, second.changed, taken_over.mutating()) == (0, 0, 0, []), str(second)
