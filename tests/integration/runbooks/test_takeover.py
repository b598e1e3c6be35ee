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
CHANGED = {
    f"function jitsi-video-platform-{function}": {"code_sha256": "Its modules are in other folders."}
    for function in ("rotation", "wake", "tasks", "sleep")
}
for _function in ("wake", "tasks", "sleep"):
    CHANGED[f"function jitsi-video-platform-{_function}"]["reserved_concurrency"] = "A flood starves none of them."


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
