# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Deaths of the runbooks that change something. A rotation's own proof has those of rotate_secrets.yml."""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ansible_collections.meetops.jitsi.plugins.module_utils.lifecycle.functions import reconcile
from ansible_collections.meetops.jitsi.plugins.module_utils.lifecycle.functions.cloud import Cloud, Names
from ansible_collections.meetops.jitsi.plugins.module_utils.lifecycle.functions.state import Settings
from support import account, recordings
from support.crash import Contents, Lab, Task, failure
from support.deaths import Died, dies_before
from support.recorder import is_mutating
from support.registry import FakeRegistry
from support.replay import Request

NAME, BUCKET = "jitsi-video-platform", "jitsi-meet-example-com-recordings"
SESSION = "abcdefghijklmnop"
START = dt.datetime(2026, 11, 20, 10, tzinfo=dt.UTC)
OLD, NEW = "stable-11146-2", "stable-11200"
# How often the item of the life cycle was written: a run that takes over writes it once more.
COUNT = re.compile(rf"dynamodb \S+/tables/{NAME}-wakes/items/.*/attrs/version/value: ")
PARTS = ("web", "prosody", "jicofo", "jvb", "jibri")


@dataclass(frozen=True)
class Runbook:
    """A run: how the account gets to where it begins (``prepare`` may also write files), and what is run then."""

    name: str
    playbook: str
    options: Mapping[str, Any]
    prepare: Callable[[Lab, Path], object] = lambda lab, files: None
    # Whether its tasks can run by themselves; else only the whole runbook dies.
    apart: bool = True
    # Whether the function of the life cycle, which looks every minute, ends what a run that died has begun.
    looked_after: bool = False

    def variables(self, files: Path) -> dict[str, Any]:
        """Its options, with the directory of its files."""
        return moved(dict(self.options), "<files>", str(files))


@dataclass(frozen=True)
class Recorded:
    """What a runbook does when nothing disturbs it."""

    runbook: Runbook
    # Requests and files with which it begins, how many changes it makes, and what the account holds in the end.
    before: list[Request]
    files: Path
    changes: int
    goal: Contents
    # The tasks that change something.
    tasks: list[Task]


def moved(value: Any, old: str, new: str) -> Any:
    """A value with another path wherever the old one is."""
    return json.loads(json.dumps(value).replace(json.dumps(old)[1:-1], json.dumps(new)[1:-1]))


# --- Where they begin


def awake(lab: Lab, files: Path) -> None:
    """Somebody has woken it."""
    _run(lab, "playbooks/runbooks/scale.yml", scale_to="awake")


def recorded(lab: Lab, files: Path) -> None:
    """Two recordings, the first in two versions, in a bucket with Object Lock."""
    s3 = lab.server.client("s3")
    if s3.list_buckets()["Buckets"]:
        s3.delete_bucket(Bucket=BUCKET)
    recordings.make_bucket(s3, BUCKET, lock=True)
    for session, room in ((SESSION, "standup"), (SESSION, "standup"), ("another", "board meeting")):
        recordings.upload(s3, BUCKET, session, room, START)


def deleted(lab: Lab, files: Path) -> None:
    """Both files of the first one are deleted, one of them twice."""
    recorded(lab, files)
    s3 = lab.server.client("s3")
    for key in [*recordings.contents(SESSION, "standup", START)] * 2:
        s3.delete_object(Bucket=BUCKET, Key=key)


def held(lab: Lab, files: Path) -> None:
    """Nobody can delete the first one."""
    recorded(lab, files)
    _run(lab, "playbooks/runbooks/recordings.yml", recordings_action="hold", recordings_session=SESSION)


def backed_up(lab: Lab, files: Path) -> None:
    """A backup of before another password was set, and before recordings were deleted."""
    recorded(lab, files)
    password = files / "password"
    password.write_text("backup password\n", encoding="utf-8")
    password.chmod(0o600)
    options = {"backup_directory": str(files / "backups"), "backup_vault_password_file": str(password)}
    _run(lab, "playbooks/runbooks/backup.yml", **options)
    secrets = lab.server.client("secretsmanager")
    secret = f"{NAME}-jitsi-secrets"
    document = json.loads(secrets.get_secret_value(SecretId=secret)["SecretString"])
    document["turn_credentials"] = "0" * 64
    secrets.put_secret_value(SecretId=secret, SecretString=json.dumps(document))
    for key in recordings.contents(SESSION, "standup", START):
        lab.server.client("s3").delete_object(Bucket=BUCKET, Key=key)


def newer(lab: Lab, files: Path) -> None:
    """There is a newer release, and steps that verify it."""
    (files / "steps.yml").write_text("- name: Look\n  ansible.builtin.assert: {that: true}\n", encoding="utf-8")


def _run(lab: Lab, playbook: str, **variables: Any) -> None:
    done = lab.run(playbook, extra_vars=variables)
    if done.rc:
        raise RuntimeError(f"what comes before failed: {failure(done)}")


# --- What dies


def of_recordings(action: str, prepare: Callable[[Lab, Path], object], **more: Any) -> Runbook:
    """An action of recordings.yml."""
    options = {"recordings_action": action, "recordings_session": SESSION, **more}
    return Runbook(f"recordings {action}", "playbooks/runbooks/recordings.yml", options, prepare)


SCALE = "playbooks/runbooks/scale.yml"


def every(registries: Mapping[str, str]) -> tuple[Runbook, ...]:
    """All of them. ``registries`` are the addresses of one that has a newer release."""
    return (
        Runbook("scale awake", SCALE, {"scale_to": "awake"}),
        Runbook("scale limits", SCALE, {"scale_bridge_max": 5, "scale_recorder_max": 3}),
        Runbook("scale asleep", SCALE, {"scale_to": "asleep", "jitsi_force": True}, awake, looked_after=True),
        of_recordings("restore", deleted),
        of_recordings("hold", recorded),
        of_recordings("release", held),
        of_recordings("erase", deleted, recordings_confirm=SESSION, recordings_report_dir="<files>/reports"),
        Runbook(
            "restore",
            "playbooks/runbooks/restore.yml",
            {
                "restore_parts": "variables,secret,recordings",
                "restore_directory": "<files>/backups",
                "restore_vault_password_file": "<files>/password",
                "restore_file": "<files>/restored.yml",
            },
            backed_up,
        ),
        Runbook(
            "update_images",
            "playbooks/runbooks/update_images.yml",
            {
                "jitsi_deployment_wait_minutes": 0,
                # The run that died may have woken it; then nobody knows whether people meet.
                "jitsi_force": True,
                "update_images_registries": dict(registries),
                "update_images_file": "<files>/pinned/images.yml",
                "update_images_marker": "<files>/verified.json",
                "update_images_verify": "<files>/steps.yml",
            },
            newer,
            apart=False,
            looked_after=True,
        ),
    )


def registry() -> FakeRegistry:
    """A registry that has a newer release."""
    tags = {f"jitsi/{name}": [OLD, NEW] for name in PARTS}
    return FakeRegistry({**tags, "library/caddy": ["2.11.7-alpine"], "coturn/coturn": ["4.16.0-r0"]}, page=9)


def record(lab: Lab, runbook: Runbook, site: Sequence[Request], directory: Path) -> Recorded:
    """Get to where a runbook begins, and let it run once."""
    files = directory / runbook.name.replace(" ", "_")
    kept = directory / f"{files.name}.before"
    files.mkdir()
    lab.restore(site)
    before = [*site, *lab.server.listen(lambda: runbook.prepare(lab, files))]
    shutil.copytree(files, kept)
    options = runbook.variables(files)
    if not runbook.apart:
        requests = lab.record(runbook.playbook, before=before, extra_vars=options)
        pass_minutes(lab, runbook)
        return Recorded(runbook, before, kept, _changes(requests), account.contents(), [])
    tasks = lab.tasks(runbook.playbook, before=before, extra_vars=options)
    return with_tasks(runbook, before, files, kept, tasks)


def with_tasks(runbook: Runbook, before: list[Request], files: Path, kept: Path, tasks: Sequence[Task]) -> Recorded:
    """What these tasks did; ``kept`` are the files as they were before."""
    changing = [
        replace(task, arguments=moved(task.arguments, str(files), str(kept)))
        for task in tasks
        if _changes(task.requests)
    ]
    return Recorded(runbook, before, kept, sum(_changes(task.requests) for task in tasks), tasks[-1].goal, changing)


def _changes(requests: Sequence[Request]) -> int:
    return sum(is_mutating(request.name) for request in requests)


def deaths(found: Recorded) -> Iterator[tuple[Task, int]]:
    """The changes, from 0, before which the tasks may die."""
    for task in found.tasks:
        for number in range(_changes(task.requests)):
            yield task, number


def begin(lab: Lab, found: Recorded, task: Task) -> None:
    """Bring the account to where a task begins."""
    lab.restore(found.before, *(other.requests for other in found.tasks[: found.tasks.index(task)]))


def pass_minutes(lab: Lab, runbook: Runbook) -> None:
    """For less than a minute others leave a platform to whoever stops it. Then the function of the life cycle looks."""
    if not runbook.looked_after:
        return
    client = lab.server.client
    found = client("lambda").get_function_configuration(FunctionName=f"{NAME}-sleep")
    names = Names.from_environment(found["Environment"]["Variables"])
    for minutes in (1, 2):
        cloud = Cloud(client, names, now=lambda minutes=minutes: time.time() + 60 * minutes)
        reconcile.reconcile(cloud, Settings(), watch=True)


def own_files(lab: Lab, found: Recorded) -> Path:
    """A copy of the files with which it begins, for this process alone."""
    own = lab.home / "files"
    shutil.rmtree(own, ignore_errors=True)
    shutil.copytree(found.files, own)
    return own


def die_and_repeat(lab: Lab, found: Recorded, task: Task, number: int) -> list[str]:
    """A task dies before its change of this number, with all that it did on this machine; then it runs twice."""
    own = own_files(lab, found)
    task = replace(task, arguments=moved(task.arguments, str(found.files), str(own)))
    try:
        with dies_before(number):
            lab.execute(task.module, task.arguments)
    except Died:
        pass
    else:
        return [f"it did not come to its change {number + 1}"]
    pass_minutes(lab, found.runbook)
    wrong = lab.repeat(task, lambda: pass_minutes(lab, found.runbook))
    return [line for line in wrong if not COUNT.match(line)]


def die_and_run(lab: Lab, found: Recorded, number: int, after: bool) -> list[str]:
    """The whole runbook is killed at its change of this number, from 1, then runs again: the account must be as if
    nothing had disturbed it, and one run more changes nothing."""
    lab.restore(found.before)
    playbook, options = found.runbook.playbook, found.runbook.variables(own_files(lab, found))
    runs = [lab.kill(number, after, playbook, extra_vars=options)]
    wrong = [] if runs[0].rc < 0 else [f"it was not killed but ended with {runs[0].rc}: {failure(runs[0])}"]
    # What update_images has pinned is no variable here, so that one run more would begin anew.
    for _ in range(2 if found.runbook.apart else 1):
        pass_minutes(lab, found.runbook)
        runs.append(lab.run(playbook, extra_vars=options))
    pass_minutes(lab, found.runbook)
    wrong += [f"the next run ended with {run.rc}: {failure(run)}" for run in runs[1:] if run.rc]
    wrong += [f"one run more has changes: {', '.join(run.changed_tasks)}" for run in runs[2:] if run.changed]
    wrong += account.differences(found.goal, account.contents())
    return [line for line in wrong if not COUNT.match(line)]
