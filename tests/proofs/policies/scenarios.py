# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What is run to learn what the playbooks ask AWS for. Each scenario belongs to one audience of the policies."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ansible_collections.meetops.jitsi.plugins.module_utils.lifecycle.functions.web import WAKE_HEADER
from proofs.drift.case import Hand
from proofs.drift.table import DRIFTS, batches
from proofs.policies import runtime
from support import asked, plans, recordings
from support.modules import run_module
from support.month import fill
from support.permissions import Permission
from support.playbooks import Run, run_playbook
from support.registry import FakeRegistry
from support.replay import Request
from support.server import AwsServer
from support.wake_site import event

NAME, DOMAIN, BUCKET = "jitsi-video-platform", "meet.example.com", "jitsi-meet-example-com-recordings"


@dataclass
class Stage:
    """The emulated account, and playbooks to run against it. ``seen`` is what IAM was asked meanwhile."""

    aws: AwsServer
    home: Path
    seen: set[Permission] = field(default_factory=set)
    playbooks: set[str] = field(default_factory=set)
    unknown: set[str] = field(default_factory=set)
    _built: list[Request] = field(default_factory=list)
    _first: asked.Asked = field(default_factory=asked.Asked)
    _tasks: list[plans.Task] = field(default_factory=list)
    # What site.yml asks for with everything on.
    optional: list[Request] = field(default_factory=list)

    def build(self) -> list[Request]:
        """What a first run of site.yml asks of an empty account."""
        if not self._built:
            record = self.home / "tasks"

            def first() -> None:
                with asked.watching(self.aws._recorder) as seen:
                    self._run("playbooks/site.yml", {}, environment=plans.recording(record))
                self._first = seen

            self._built = self.aws.record(first)
            self._tasks = plans.read(record)
        return self._built

    def note(self, seen: asked.Asked) -> None:
        """Keep what was asked."""
        self.seen |= seen.questions
        self.unknown |= seen.unknown

    def first(self) -> None:
        """The first run, and what it asked for."""
        self.build()
        self.note(self._first)
        self.playbooks.add("playbooks/site.yml")

    def converge(self) -> None:
        """The account as site.yml leaves it."""
        self.aws.restore(self.build())

    def run(self, playbook: str, *args: str, fails: bool = False, **variables: Any) -> Run:
        """Run a playbook, and note what it asks for."""
        with asked.watching(self.aws._recorder) as seen:
            done = self._run(playbook, variables, *args, fails=fails)
        self.note(seen)
        self.playbooks.add(playbook)
        return done

    def repair(self, modules: set[str]) -> None:
        """Run these modules of site.yml again, each with what site.yml gave it, and note what they ask for."""
        with asked.watching(self.aws._recorder) as seen:
            for task in self._tasks:
                name = task.module.removeprefix(plans.PREFIX)
                if name in modules:
                    run_module(name, self.aws.url, plans.given(task.arguments))
        self.note(seen)

    def _run(
        self,
        playbook: str,
        variables: dict[str, Any],
        *args: str,
        fails: bool = False,
        environment: dict[str, str] | None = None,
    ) -> Run:
        given = {"jitsi_aws_endpoint_url": self.aws.url, **variables}
        done = run_playbook([playbook, *args], self.home, extra_vars=given, environment=environment, quick=True)
        assert fails or done.rc == 0, done
        return done


@dataclass(frozen=True)
class Scenario:
    """Something to run, and whose policies have to allow it."""

    name: str
    audience: str
    run: Callable[[Stage], None]


# --- site.yml


def first(stage: Stage) -> None:
    stage.first()


def again(stage: Stage) -> None:
    stage.converge()
    stage.run("playbooks/site.yml")


def options(stage: Stage) -> None:
    """Everything that is off by default, from an empty account."""
    stage.aws.reset()
    schedules = [{"name": "morning", "schedule": "cron(0 8 ? * MON-FRI *)", "timezone": "UTC", "awake": True}]
    given = {
        "jitsi_secret_kms_key_arn": runtime.KEY,
        "jitsi_recording_kms_key_arn": runtime.KEY,
        "jitsi_recording_lock": "governance",
        "jitsi_recording_lock_days": 7,
        "jitsi_wake_pin_required": True,
        "jitsi_chat_parameter": runtime.CHAT,
        "jitsi_schedules": schedules,
    }
    stage.optional = stage.aws.listen(lambda: stage.run("playbooks/site.yml", **given))


def changed(stage: Stage) -> None:
    """Other values for everything, then less of it: without recording, schedules and AWS's own rotation."""
    stage.converge()
    stage.run(
        "playbooks/site.yml",
        jitsi_tags={"Team": "video"},
        jitsi_log_retention_days=14,
        jitsi_bridge_max=5,
        jitsi_task_cpu=2048,
        jitsi_task_memory=4096,
        jitsi_recorder_instance_type="c6i.2xlarge",
        jitsi_container_insights="enabled",
        jitsi_idle_minutes=20,
        jitsi_rotation_days=60,
        jitsi_price_class="PriceClass_100",
        jitsi_recording_archive_days=60,
        jitsi_recording_lock="holds",
        jitsi_alarm_percent=70,
        jitsi_frame_ancestors=["https://lms.example.com"],
        jitsi_alert_email="others@example.com",
        jitsi_schedules=[{"name": "noon", "schedule": "cron(0 12 ? * * *)", "timezone": "UTC", "awake": True}],
    )
    stage.run("playbooks/site.yml", jitsi_enable_recording=False, jitsi_rotation_function=False, jitsi_ipv6=False)


def drifted(stage: Stage) -> None:
    """Everything that the proof of drift changes by hand, put back."""
    for batch in batches(DRIFTS):
        stage.converge()
        hand = Hand(stage.aws)
        for drift in batch:
            drift.act(hand)
        stage.repair({drift.module for drift in batch})


# --- Reading


def look(stage: Stage) -> None:
    stage.converge()
    stage.run("playbooks/status.yml")
    stage.run("playbooks/rotate_secrets.yml", "--tags", "info")


def reading(name: str, **variables: Any) -> Callable[[Stage], None]:
    """A runbook that only reads, of a platform asleep and of one awake. What it finds does not matter."""

    def run(stage: Stage) -> None:
        runbook = f"playbooks/runbooks/{name}.yml"
        stage.converge()
        stage.run(runbook, fails=True, **variables)
        runtime.call(stage.aws, "sleep", {"action": "wake"})
        stage.run(runbook, fails=True, **variables)

    return run


# Nobody answers there: a participant's steps fail, which calls nothing of AWS.
NOWHERE = {"verify_address": "127.0.0.1", "verify_port": 9, "verify_timeout": 1}


def verify(stage: Stage) -> None:
    """Asleep it is refused; awake it is tried."""
    runbook = "playbooks/runbooks/verify.yml"
    stage.converge()
    stage.run(runbook, fails=True)
    fill(stage.aws, awake=True)
    stage.run(runbook, fails=True, **NOWHERE)


def recordings_list(stage: Stage) -> None:
    _fill(stage)
    runbook = "playbooks/runbooks/recordings.yml"
    for variables in (
        {"recordings_details": "versions,metadata,locks"},
        {"recordings_action": "uploads"},
        {
            "recordings_action": "links",
            "recordings_session": "session1",
            "recordings_json": str(stage.home / "links.json"),
        },
    ):
        stage.run(runbook, **variables)


def _fill(stage: Stage) -> None:
    """Some recordings, in a bucket that can hold them."""
    stage.converge()
    newest = dt.datetime.now(dt.UTC).replace(microsecond=0) - dt.timedelta(minutes=1)
    s3 = stage.aws.client("s3")
    s3.delete_bucket(Bucket=BUCKET)
    recordings.make_bucket(s3, BUCKET, lock=True)
    recordings.fill(BUCKET, 3, newest)
    recordings.publish(stage.aws.client("cloudwatch"), NAME, "UploadResult", [(newest, 1.0)])
    stage.aws.client("logs").create_log_stream(logGroupName=f"/ecs/{NAME}", logStreamName="recorder")
    recordings.log(stage.aws.client("logs"), NAME, [(newest, recordings.upload_line(NAME, "failed", "lost/x.mp4"))])


# --- Operating


def scale(stage: Stage) -> None:
    stage.converge()
    runbook = "playbooks/runbooks/scale.yml"
    stage.run(runbook, scale_to="awake")
    stage.run(runbook, scale_bridge_max=5, scale_recorder_max=3)
    stage.run(runbook, scale_to="asleep", jitsi_force=True)


def verify_waking(stage: Stage) -> None:
    """It is woken to be tried. The emulator's tasks have no addresses, so that it is tried as a lesson leaves it."""
    runbook = "playbooks/runbooks/verify.yml"
    stage.converge()
    stage.run(runbook, fails=True, verify_wake=True, verify_wake_minutes=1)
    stage.converge()
    fill(stage.aws, awake=True)
    stage.run(runbook, fails=True, verify_wake=True, **NOWHERE)


def update_images(stage: Stage) -> None:
    """A release that passes, and one that does not and is put back. What a real verification asks for, another
    scenario records."""
    releases = ("stable-11146-2", "stable-11200")
    tags = {f"jitsi/{name}": releases for name in ("web", "prosody", "jicofo", "jvb", "jibri")}
    others = {"library/caddy": ("2.11.7-alpine",), "coturn/coturn": ("4.16.0-r0",)}
    with FakeRegistry({**tags, **others}).running() as registry:
        for passes in (True, False):
            stage.converge()
            steps = stage.home / "steps.yml"
            steps.write_text(f"- name: Look\n  ansible.builtin.assert: {{that: {str(passes).lower()}}}\n")
            stage.run(
                "playbooks/runbooks/update_images.yml",
                fails=not passes,
                jitsi_deployment_wait_minutes=0,
                update_images_registries=registry.urls,
                update_images_file=str(stage.home / "images.yml"),
                update_images_marker=str(stage.home / "verified.json"),
                update_images_verify=str(steps),
            )


def recordings_kept(stage: Stage) -> None:
    _fill(stage)
    s3 = stage.aws.client("s3")
    listed = s3.list_objects_v2(Bucket=BUCKET, Prefix="recordings/session1/")["Contents"]
    s3.delete_object(Bucket=BUCKET, Key=listed[0]["Key"])
    runbook = "playbooks/runbooks/recordings.yml"
    for action in ("restore", "hold", "release"):
        stage.run(runbook, recordings_action=action, recordings_session="session1")
    stage.run(
        runbook,
        recordings_action="erase",
        recordings_session="session1",
        recordings_confirm="session1",
        jitsi_force=True,
    )


def rotate(stage: Stage) -> None:
    stage.converge()
    stage.run("playbooks/rotate_secrets.yml", rotate_force=True)


# --- The platform itself


def _functions(stage: Stage, function: str, *events: dict[str, Any], **environment: str) -> None:
    stage.note(runtime.call(stage.aws, function, *events, **environment))


def wake_function(stage: Stage) -> None:
    """The page, its status, a wake, and both again."""
    stage.converge()
    look = (event("GET", "/"), event("GET", "/_wake/status"))
    _functions(stage, "wake", *look, event("POST", "/_wake", {WAKE_HEADER: "start"}), *look)


def tasks_function(stage: Stage) -> None:
    stage.converge()
    runtime.call(stage.aws, "sleep", {"action": "wake"})
    _functions(stage, "tasks", {}, {})


def sleep_function(stage: Stage) -> None:
    stage.converge()
    events = ({}, {"action": "wake"}, {}, {"action": "certificates"}, {"action": "sleep", "force": True}, {})
    _functions(stage, "sleep", *events)


def rotation_function(stage: Stage) -> None:
    """All four steps of a rotation, forced on a platform that is awake, and the daily report of an old secret."""
    stage.converge()
    runtime.call(stage.aws, "sleep", {"action": "wake"})
    secrets = stage.aws.client("secretsmanager")
    secret, token = f"{NAME}-jitsi-secrets", "01234567-89ab-cdef-0123-456789abcdef"
    value = secrets.get_secret_value(SecretId=secret, VersionStage="AWSCURRENT")["SecretString"]
    arn = secrets.describe_secret(SecretId=secret)["ARN"]
    secrets.put_secret_value(
        SecretId=secret, SecretString=value, ClientRequestToken=token, VersionStages=["AWSPENDING"]
    )
    steps = ("createSecret", "setSecret", "testSecret", "finishSecret")
    events = [{"Step": step, "SecretId": arn, "ClientRequestToken": token} for step in steps]
    _functions(stage, "rotation", *events, {"action": "report"}, OVERDUE_DAYS="-1")


def containers(role: str) -> Callable[[Stage], None]:
    def run(stage: Stage) -> None:
        stage.seen |= runtime.from_calls(runtime.CONTAINERS[role])
        if role.endswith("signalling-task"):
            stage.seen |= runtime.mounts()

    return run


def seldom(audience: str) -> Callable[[Stage], None]:
    def run(stage: Stage) -> None:
        stage.seen |= runtime.seldom(audience)

    return run


def optional(role: str) -> Callable[[Stage], None]:
    def run(stage: Stage) -> None:
        stage.seen |= runtime.OPTIONAL[role]

    return run


def instance(stage: Stage) -> None:
    stage.seen |= runtime.agent()


def backed_up(stage: Stage) -> None:
    """A backup with the values of the secret, and all of it brought back: another value, and a recording."""
    _fill(stage)
    password = stage.home / "password"
    password.write_text("backup password\n", encoding="utf-8")
    password.chmod(0o600)
    places = {"directory": str(stage.home / "backups"), "vault_password_file": str(password)}
    stage.run("playbooks/runbooks/backup.yml", **{f"backup_{key}": value for key, value in places.items()})
    secrets, s3 = stage.aws.client("secretsmanager"), stage.aws.client("s3")
    document = json.loads(
        secrets.get_secret_value(SecretId=f"{NAME}-jitsi-secrets", VersionStage="AWSCURRENT")["SecretString"]
    )
    document["turn_credentials"] = "0" * 64
    secrets.put_secret_value(SecretId=f"{NAME}-jitsi-secrets", SecretString=json.dumps(document))
    for item in s3.list_objects_v2(Bucket=BUCKET, Prefix="recordings/session1/")["Contents"]:
        s3.delete_object(Bucket=BUCKET, Key=item["Key"])
    stage.run(
        "playbooks/runbooks/restore.yml",
        restore_parts="variables,secret,recordings",
        restore_file=str(stage.home / "restored.yml"),
        jitsi_force=True,
        **{f"restore_{key}": value for key, value in places.items()},
    )


# --- Removing


def destroyed(stage: Stage) -> None:
    """All of it, also what is kept if nobody says otherwise; and a run that finds nothing."""
    everything = {"destroy_name": NAME, "destroy_recordings": True, "destroy_secrets": True, "jitsi_force": True}
    stage.converge()
    stage.run("playbooks/destroy.yml", **everything)
    stage.run("playbooks/destroy.yml", **everything)
    stage.converge()
    stage.run("playbooks/destroy.yml", destroy_name=NAME)


SCENARIOS = (
    Scenario("site first", "site", first),
    Scenario("site after drift", "site", drifted),
    Scenario("site again", "site", again),
    Scenario("site changed", "site", changed),
    Scenario("site with options", "site", options),
    Scenario("status", "look", look),
    Scenario("recordings", "look", recordings_list),
    *(Scenario(name, "look", reading(name)) for name in ("audit", "health", "incident", "logs", "review")),
    Scenario("verify", "look", verify),
    Scenario("scale", "operate", scale),
    Scenario("verify waking", "operate", verify_waking),
    Scenario("update images", "operate", update_images),
    Scenario("recordings kept", "operate", recordings_kept),
    Scenario("rotate", "operate", rotate),
    Scenario("backup and restore", "operate", backed_up),
    Scenario("destroy", "destroy", destroyed),
    Scenario("function wake", f"{NAME}-wake-function", wake_function),
    Scenario("function tasks", f"{NAME}-tasks-function", tasks_function),
    Scenario("function sleep", f"{NAME}-sleep-function", sleep_function),
    Scenario("function rotation", f"{NAME}-rotation-function", rotation_function),
    *(Scenario(f"containers of {role}", role, containers(role)) for role in runtime.CONTAINERS),
    *(Scenario(f"options of {role}", role, optional(role)) for role in runtime.OPTIONAL),
    *(Scenario(f"{audience} seldom", audience, seldom(audience)) for audience in runtime.SELDOM_OF_PEOPLE),
    Scenario("instances", f"{NAME}-recorder-instance", instance),
)
