# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What runs say that they change or would change, and the calls that they really make."""

from __future__ import annotations

import contextlib
import importlib
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

from .modules import run_module
from .recorder import is_mutating
from .server import ROOT, AwsServer

PREFIX = "meetops.jitsi."
MODULES = "ansible_collections.meetops.jitsi.plugins.modules."
# What the callback plugin plan_recorder sends when a task begins.
MARK = "s3:MARK"
# Options that say where AWS is and who asks, which the caller knows better.
CONNECTION = {
    *("access_key", "aws_ca_bundle", "aws_config", "debug_botocore_endpoint_logs", "endpoint_url", "profile"),
    *("secret_key", "session_token", "validate_certs"),
}
# A resource of a module, what happens to it, and one of its fields.
Said = tuple[str, str, str, str]


@dataclass(frozen=True)
class Task:
    """What a task of a playbook returned. ``arguments`` are those of its module, with defaults."""

    task: str
    uuid: str
    module: str
    arguments: dict[str, Any]
    changed: bool
    changes: list[dict[str, Any]] | None
    diff: Any

    @property
    def said(self) -> set[Said]:
        return said(self.module.removeprefix(PREFIX), self.changes or [])


def said(module: str, changes: Iterable[dict[str, Any]]) -> set[Said]:
    """The ``changes`` that a module returned, one by one."""
    return {
        (module, change["resource"], change["action"], field)
        for change in changes
        for field in change["fields"] or [""]
    }


def recording(file: Path, url: str = "") -> dict[str, str]:
    """Environment of ansible-playbook, to have ``file`` for ``read``. The emulator of the URL gets marks."""
    return {
        "ANSIBLE_CALLBACK_PLUGINS": str(ROOT / "tests" / "support" / "callbacks"),
        "ANSIBLE_CALLBACKS_ENABLED": "plan_recorder,meetops.jitsi.plan,meetops.jitsi.exit_status",
        "ANSIBLE_INJECT_INVOCATION": "1",
        "PLAN_RECORD": str(file),
        "PLAN_ENDPOINT": url,
    }


def read(file: Path) -> list[Task]:
    """The tasks of a recorded run."""
    return [Task(**json.loads(line)) for line in file.read_text(encoding="utf-8").splitlines()]


def all_said(tasks: Iterable[Task]) -> set[Said]:
    """What the tasks of a run said together."""
    return {one for task in tasks for one in task.said}


def mutating_of(tasks: Sequence[Task], calls: Iterable[str]) -> dict[str, list[str]]:
    """The mutating calls of each task, by its name; those of tasks that the record does not have, by nothing."""
    names = {task.uuid: task.task for task in tasks}
    found: dict[str, list[str]] = {}
    name = ""
    for call in calls:
        if call.startswith(MARK):
            name = names.get(call.removeprefix(MARK), "")
        elif is_mutating(call):
            found.setdefault(name, []).append(call)
    return found


@dataclass(frozen=True)
class Applied:
    """A change that a module made, with its mutating calls."""

    resource: str
    action: str
    calls: tuple[str, ...]


@contextlib.contextmanager
def observed(aws: AwsServer, name: str) -> Iterator[list[Applied]]:
    """Attribute the calls that a module of the collection makes to the changes it makes them for."""
    module = importlib.import_module(MODULES + name)
    runner = sys.modules["ansible_collections.meetops.jitsi.plugins.module_utils._aws.runner"]
    finish, applied = runner.finish, list[Applied]()

    def finish_observed(module: Any, changes: Any, apply: Any, **result: Any) -> None:
        def apply_observed(change: Any) -> None:
            begin = len(aws.calls)
            apply(change)
            calls = tuple(call for call in aws.calls[begin:] if is_mutating(call))
            applied.append(Applied(change.resource, change.action, calls))

        finish(module, changes, apply_observed, **result)

    with contextlib.ExitStack() as stack:
        stack.enter_context(mock.patch.object(runner, "finish", finish_observed))
        if hasattr(module, "finish"):
            stack.enter_context(mock.patch.object(module, "finish", finish_observed))
        yield applied


def given(arguments: dict[str, Any]) -> dict[str, Any]:
    """The arguments as a playbook gives them: without those of the connection, and without what was left out."""

    def known(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: known(item) for key, item in value.items() if item is not None}
        return [known(item) for item in value] if isinstance(value, list) else value

    return {key: value for key, value in known(arguments).items() if key not in CONNECTION}


def again(aws: AwsServer, tasks: Iterable[Task], check: bool, only: set[str] | None = None) -> dict[str, set[Said]]:
    """Run the collection's modules of a recorded run once more in this process, with the same arguments.

    Returns what each module said. Asserts that every change has a mutating call and every mutating call a change.
    """
    found: dict[str, set[Said]] = {}
    for task in tasks:
        name = task.module.removeprefix(PREFIX)
        if task.changes is None or name == task.module or (only is not None and name not in only):
            continue
        aws.calls.clear()
        with observed(aws, name) as applied:
            result = run_module(name, aws.url, given(task.arguments), check=check)
        assert not result.get("failed"), f"{task.task}: {result.get('msg')}"
        found.setdefault(name, set()).update(said(name, result["changes"]))
        calls = aws.mutating()
        if check:
            assert calls == [], f"{task.task} changes something in check mode: {calls}"
        else:
            assert [call for change in applied for call in change.calls] == calls, f"{task.task}: calls for no change"
            idle = [change for change in applied if not change.calls]
            assert idle == [], f"{task.task}: changes without a call: {idle}"
            assert {(one.resource, one.action) for one in applied} == {
                (change["resource"], change["action"]) for change in result["changes"]
            }
    return found
