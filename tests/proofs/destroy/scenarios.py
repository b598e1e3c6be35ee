# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What destroy.yml must do and must not: another platform's things, people, recordings, passwords, and the way back.

A scenario returns what is wrong, a line each.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ansible_collections.meetops.jitsi.plugins.module_utils.lifecycle.functions import reconcile
from ansible_collections.meetops.jitsi.plugins.module_utils.lifecycle.functions.cloud import Cloud, Names
from ansible_collections.meetops.jitsi.plugins.module_utils.lifecycle.functions.state import Settings
from support import account, plans
from support.crash import Contents, Lab
from support.environments import PRODUCTION, STAGING, Belongings, Environment
from support.playbooks import Run
from support.recorder import is_mutating
from support.replay import Request

DESTROY, SITE = "playbooks/destroy.yml", "playbooks/site.yml"
ROTATE, SCALE = "playbooks/rotate_secrets.yml", "playbooks/runbooks/scale.yml"
BUCKET = "jitsi-meet-example-com-recordings"
RECORDING = "recordings/abcdefghijklmnop/meeting.mp4"
# What differs when a platform is changed: more here, something that goes there.
CHANGED = {
    "jitsi_bridge_max": 5,
    "jitsi_enable_recording": False,
    "jitsi_rotation_function": False,
    "jitsi_alarm_percent": 70,
    "jitsi_log_retention_days": 7,
    "jitsi_ipv6": False,
    "jitsi_schedules": [{"name": "open", "schedule": "cron(0 8 ? * MON-FRI *)", "awake": True}],
}


@dataclass(frozen=True)
class Built:
    """Production, and staging beside it."""

    production: list[Request]
    staging: list[Request]
    empty: Contents
    alone: Contents
    both: Contents

    def other(self, environment: Environment) -> Belongings:
        """What the other one has."""
        if environment is PRODUCTION:
            return Belongings(STAGING, self.alone, self.both)
        return Belongings(PRODUCTION, self.empty, self.alone)


def build(lab: Lab) -> Built:
    """Run site.yml for both, one after the other."""
    lab.restore()
    empty = account.contents()
    production = lab.record(SITE)
    alone = account.contents()
    staging = lab.record(SITE, before=production, extra_vars=STAGING.variables)
    return Built(production, staging, empty, alone, account.contents())


# --- Side by side


@dataclass(frozen=True)
class Beside:
    """Something done to one platform, which must leave the other as it is."""

    name: str
    environment: Environment
    playbook: str
    variables: dict[str, Any]

    def run(self, lab: Lab, built: Built) -> list[str]:
        lab.restore(built.production, built.staging)
        variables = {**self.environment.variables, **self.variables}
        runs: list[Run] = []
        requests = lab.server.listen(lambda: runs.append(lab.run(self.playbook, extra_vars=variables)))
        wrong = [] if runs[0].rc == 0 else [str(runs[0])]
        return wrong + untouched(built.other(self.environment), requests)


def untouched(other: Belongings, requests: list[Request]) -> list[str]:
    """What a run did to the other platform."""
    if len(other.things) < 500:
        return [f"the other platform has only {len(other.things)} things: this proves nothing"]
    changed = [request for request in requests if is_mutating(request.name)]
    silent = [] if changed else ["nothing was changed at all"]
    return silent + other.differences(account.contents()) + [f"named in {name}" for name in other.named_in(requests)]


@dataclass(frozen=True)
class Functions:
    """The functions of one platform wake it, follow its tasks and let it sleep."""

    name: str
    environment: Environment

    def run(self, lab: Lab, built: Built) -> list[str]:
        lab.restore(built.production, built.staging)
        client = lab.server.client
        found = client("lambda").get_function_configuration(FunctionName=f"{self.environment.name}-sleep")
        names = Names.from_environment(found["Environment"]["Variables"])
        cloud, settings = Cloud(client, names), Settings()

        def live() -> None:
            reconcile.wake(cloud, "visitor")
            reconcile.reconcile(cloud, settings)
            reconcile.reconcile(cloud, settings, watch=True)
            mine = reconcile.sleep(cloud, settings, True)
            reconcile.reconcile(cloud, settings, mine=mine)

        return untouched(built.other(self.environment), lab.server.listen(live))


# --- What is kept, and who is asked


def document(lab: Lab) -> str:
    """The passwords."""
    answer = lab.server.client("secretsmanager").get_secret_value(
        SecretId=f"{PRODUCTION.name}-jitsi-secrets", VersionStage="AWSCURRENT"
    )
    return str(answer["SecretString"])


def destroy(lab: Lab, **options: Any) -> Run:
    """Destroy production."""
    return lab.run(DESTROY, extra_vars={"destroy_name": PRODUCTION.name, **options})


def comes_back(options: dict[str, Any]) -> Callable[[Lab, Built], list[str]]:
    """Destroyed with these options and built again, a platform has its passwords and recordings."""

    def run(lab: Lab, built: Built) -> list[str]:
        lab.restore(built.production)
        s3 = lab.server.client("s3")
        version = s3.put_object(Bucket=BUCKET, Key=RECORDING, Body=b"film")["VersionId"]
        before = document(lab)
        runs = [destroy(lab, **options), destroy(lab, **options), lab.run(SITE), lab.run(SITE)]
        wrong = [str(run) for run in runs if run.rc]
        if runs[1].changed_tasks:
            wrong.append(f"destroying it once more has changes: {runs[1].changed_tasks}")
        if runs[3].changed_tasks:
            wrong.append(f"building it once more has changes: {runs[3].changed_tasks}")
        # Neither printed.
        if document(lab) != before:
            wrong.append("the passwords are others")
        if s3.head_object(Bucket=BUCKET, Key=RECORDING)["VersionId"] != version:
            wrong.append("the recording is another")
        if (
            not lab.server.client("secretsmanager")
            .describe_secret(SecretId=f"{PRODUCTION.name}-jitsi-secrets")
            .get("RotationEnabled")
        ):
            wrong.append("AWS does not rotate the passwords")
        return wrong

    return run


def recordings_go(lab: Lab, built: Built) -> list[str]:
    """Recordings are erased when that is wanted, but for one under a legal hold, which is told."""
    lab.restore(built.production)
    made = lab.run(SITE, "--tags", "recording_bucket", extra_vars={"jitsi_recording_lock": "holds"})
    s3 = lab.server.client("s3")
    for number in range(3):
        s3.put_object(Bucket=BUCKET, Key=f"recordings/session{number}/meeting.mp4", Body=b"film")
    version = s3.put_object(Bucket=BUCKET, Key=RECORDING, Body=b"film")["VersionId"]
    s3.put_object_legal_hold(Bucket=BUCKET, Key=RECORDING, VersionId=version, LegalHold={"Status": "ON"})
    first = destroy(lab, destroy_recordings=True)
    left = [item["Key"] for item in s3.list_object_versions(Bucket=BUCKET).get("Versions", [])]
    wrong = [str(run) for run in (made, first) if run.rc]
    if left != [RECORDING]:
        wrong.append(f"{left} are left, and only the one under a hold should be")
    if "S3 protects 1 versions" not in first.stdout + first.stderr or f"bucket {BUCKET}" not in first.stdout:
        wrong.append("it was not told that one is left")
    s3.put_object_legal_hold(Bucket=BUCKET, Key=RECORDING, VersionId=version, LegalHold={"Status": "OFF"})
    second = destroy(lab, destroy_recordings=True)
    wrong += [str(second)] if second.rc else []
    if s3.list_buckets()["Buckets"]:
        wrong.append("the bucket is left")
    return wrong


def people_are_asked(lab: Lab, built: Built) -> list[str]:
    """Refused while somebody meets or nobody knows; nothing is changed then. Forced, it goes."""
    lab.restore(built.production)
    ecs, watch = lab.server.client("ecs"), lab.server.client("cloudwatch")
    for service in ("service", "bridge", "recorder"):
        ecs.update_service(cluster=f"{PRODUCTION.name}-cluster", service=f"{PRODUCTION.name}-{service}", desiredCount=1)
    wrong = []
    for figures, words in (
        ({}, "nobody knows how many people meet"),
        ({"Participants": 2.0, "RecorderBusy": 0.0, "RecordingsWaiting": 0.0}, "2 people meet"),
    ):
        if figures:
            tell(watch, figures)
        lab.server.calls.clear()
        run = destroy(lab)
        if run.rc != 2 or words not in run.stdout or lab.server.mutating():
            wrong.append(f"not refused although {words}: {run}")
    forced = destroy(lab, jitsi_force=True)
    return wrong + ([str(forced)] if forced.rc else [])


def tell(watch: Any, figures: dict[str, float]) -> None:
    """Figures of a minute ago."""
    dimensions = [{"Name": "Platform", "Value": PRODUCTION.name}]
    when = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=60)
    watch.put_metric_data(
        Namespace="Jitsi/JVB",
        MetricData=[
            {"MetricName": name, "Dimensions": dimensions, "Timestamp": when, "Value": value}
            for name, value in figures.items()
        ],
    )


def plan_is_what_happens(lab: Lab, built: Built) -> list[str]:
    """A dry run changes nothing, and lists the things that the run then removes."""
    lab.restore(built.production)
    files = [lab.home / f"{name}.jsonl" for name in ("planned", "done")]
    lab.server.calls.clear()
    planned = lab.run(DESTROY, "--check", environment=plans.recording(files[0]))
    mutating = lab.server.mutating()
    done = lab.run(DESTROY, extra_vars={"destroy_name": PRODUCTION.name}, environment=plans.recording(files[1]))
    wrong = [str(run) for run in (planned, done) if run.rc] + [f"the dry run made {call}" for call in mutating]
    said = [plans.all_said(plans.read(file)) for file in files]
    if said[0] != said[1] or len(said[0]) < 200:
        wrong.append(f"planned {len(said[0])}, done {len(said[1])}: {sorted(said[0] ^ said[1])}")
    return wrong


@dataclass(frozen=True)
class Named:
    """A scenario that is a function."""

    name: str
    function: Callable[[Lab, Built], list[str]]

    def run(self, lab: Lab, built: Built) -> list[str]:
        return self.function(lab, built)


def beside() -> list[Beside | Functions]:
    """Everything that is done to one platform beside the other."""
    found: list[Beside | Functions] = []
    for environment in (PRODUCTION, STAGING):
        short = "production" if environment is PRODUCTION else "staging"
        found += [
            Beside(f"{short} is changed", environment, SITE, CHANGED),
            Beside(f"{short} is destroyed", environment, DESTROY, {"destroy_name": environment.name}),
            Beside(f"{short} gets new passwords", environment, ROTATE, {"rotate_force": True}),
            Beside(f"{short} is woken", environment, SCALE, {"scale_to": "awake"}),
            Functions(f"the functions of {short}", environment),
        ]
    return found


KEPT = [
    Named("the plan is what happens", plan_is_what_happens),
    Named("recordings and passwords are kept and come back", comes_back({})),
    Named("deleted passwords are restored", comes_back({"destroy_secrets": True, "destroy_recovery_days": 7})),
    Named("recordings go, but for a hold", recordings_go),
    Named("people are asked", people_are_asked),
]
