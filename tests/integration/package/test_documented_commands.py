# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Every command of the documentation is run: in a copy of the repository's inventories, against the emulated AWS, as it
stands there but for what the first table changes.

Each is in one of the tables below. A command that is in none, and a line of a table that no command needs, fail.
"""

from __future__ import annotations

import functools
import json
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore import xform_name
from support import aws_cli, documented, programs
from support.documented import Command
from support.month import Month, fill, utcnow
from support.playbooks import Run
from support.replay import Request
from support.running_tasks import NAME, RunningTasks
from support.server import ROOT, AwsServer

PRODUCTION = "-i inventories/production/hosts.yml"
SECRET, BUCKET = f"{NAME}-jitsi-secrets", "jitsi-meet-example-com-recordings"
SERVICES = [f"{NAME}-{suffix}" for suffix in ("service", "bridge", "recorder")]

# What stands for something of this machine: {work} is a directory of the test, {backup} the newest backup.
SUBSTITUTIONS = {
    "/srv/backups": "{work}/backups",
    "/root/backup-password": "{work}/password",
    "20261123T023000Z": "{backup}",
    # A whole run is in runbooks/test_site.py; here it matters that a backup's variables are taken.
    "playbooks/site.yml -e @": "playbooks/site.yml --tags networking -e @",
}

# --- Not run here, each with the reason. A key is how the command begins.
EXCEPTIONS = {
    "ansible-doc ": "`make docs-lint` reads the documentation of every module",
    "ansible-playbook meetops.jitsi.site -i your/inventory": "a project of one's own; below it is run by this name",
    "ansible-galaxy collection publish": "needs a token of Galaxy",
    "ansible-navigator run": "needs the image and a local AWS; tests/integration/package/test_packaging.py runs it",
    "ansible-vault view": "asks for a password; tests/integration/modules/test_backup.py decrypts that file",
    "aws iam simulate-custom-policy": "the emulator judges no policies",
    "aws logs test-metric-filter": "the emulator cannot; tests/unit/monitoring/test_filter_pattern.py does",
    "antsibull-changelog release": "makes a release",
    "curl ": "asks a deployed domain",
    "dig ": "asks a deployed domain",
    "ffmpeg ": "works on a recording of somebody's",
    "git diff; git commit -a": "a person's judgement",
    "git push origin v0": "makes a release",
    "git tag v0": "makes a release",
    "journalctl ": "needs systemd at work",
    "mount ": "needs a machine on AWS, and root",
    "openssl s_client": "asks a deployed domain",
    "pip install -r requirements-reports.txt": "loads packages; `make` has installed the same ones for the tests",
    "podman build": "needs podman and registries; the workflow check does it",
    "pytest ": "is run with the others, and those of recipes by tests/integration/package/test_recipes.py",
    "python tools/": "looks whether a page is current, as `make lint` does",
    "sudo apt install": "needs root; .ci/run installs the same packages",
    "systemctl ": "needs systemd at work",
}

# --- What make does, and where that is done for good.
MAKE = {
    "site": ".ci/run",
    "destroy": ".ci/run",
    "test": ".ci/run",
    **dict.fromkeys(("lint", "docs-lint", "sanity", "molecule"), "make test"),
    **dict.fromkeys(("unit", "integration"), "parts of `make pytest`, which `make test` does"),
    **dict.fromkeys(("ee", "release"), "tests/integration/package/test_packaging.py does the same"),
    "importer": "the workflow check; without the documentation of plugins `make sanity`",
    "workflows": "make test",
    "docs": "a person; `make readmes` sees whether it was forgotten",
    "pictures": "a person; tests/unit/tools/test_dashboard_pictures.py draws one",
    "format": "a person; `make ruff` sees whether it was forgotten",
    **dict.fromkeys(("bench", "proof-recordings", "proof-rotation", "proof-lifecycle", "proof-crash"), "a person"),
    **dict.fromkeys(("proof-drift", "proof-destroy", "proof-policies", "proof-properties"), "a person"),
}

# --- Run by another test of tests/integration with these options. Keys are without the inventory; * is for more ones.
LOCAL = "package/test_local_aws.py::test_playbooks_start_find_and_stop_it"
BACKUP = "runbooks/test_backup.py::test_what_was_destroyed_is_as_it_was"
ERASE = "runbooks/test_recordings.py::test_a_deletion_is_undone_and_an_erasure_is_not"
ELSEWHERE = {
    "playbooks/awx.yml *": "modules/test_awx.py::test_the_playbook_defines_the_same",
    "playbooks/site.yml": "../conftest.py::converged_requests",
    "playbooks/site.yml --check --diff": "runbooks/test_site.py::runs",
    "playbooks/destroy.yml": LOCAL,
    "playbooks/destroy.yml --check --diff": LOCAL,
    "playbooks/destroy.yml -e destroy_name=*": "runbooks/test_destroy.py::destroyed",
    "playbooks/maintenance_timers.yml *": "runbooks/test_maintenance_timers.py::timers",
    "playbooks/policies.yml *": "package/test_policies_playbook.py::test_the_documents_have_the_names_of_the_inventory",
    "playbooks/rotate_secrets.yml": "runbooks/test_rotate_secrets.py::test_a_second_run_changes_nothing",
    "playbooks/runbooks/plan_capacity.yml *": "runbooks/test_plan_capacity.py::test_runbook_compares_and_draws",
    "playbooks/runbooks/recordings.yml -e recordings_action=erase *": ERASE,
    "playbooks/runbooks/review.yml -e review_html=*": "runbooks/test_review.py::reviewed",
    "playbooks/runbooks/review.yml -e review_kind=allocation -e review_html=*": "runbooks/test_review.py::reviewed",
    "playbooks/runbooks/review.yml -e review_days=*": "runbooks/test_review.py::reviewed",
    "playbooks/runbooks/audit.yml": "runbooks/test_audit.py::audit",
    "playbooks/runbooks/audit.yml -e audit_fail_on=*": "runbooks/test_audit.py::test_a_platform_as_it_was_built",
    "playbooks/runbooks/audit.yml -e audit_html=reports/*": "runbooks/test_audit.py::test_planted_weaknesses",
    "playbooks/runbooks/restore.yml *": BACKUP,
    "playbooks/runbooks/update_images.yml*": "runbooks/test_update_images.py::test_staging_first_then_production",
    "playbooks/runbooks/verify.yml": "runbooks/test_runbooks.py::test_verify_tries_what_is_awake",
}


# --- Run here.


@dataclass(frozen=True)
class Expected:
    """What commands that ``pattern`` finds need and show: the state of the account, texts (regular expressions) in
    their output, and more to ask for afterwards."""

    pattern: str
    said: tuple[str, ...] = ()
    state: str = "awake"
    then: Callable[[Stage, str], None] | None = field(default=None, compare=False)


def counts(stage: Stage) -> dict[str, tuple[int, int, int]]:
    """Minimum, maximum and desired count of the services."""
    services = stage.life.cloud.seen(with_tasks=False).services
    return {kind: (service.minimum, service.maximum, service.desired) for kind, service in services.items()}


def is_awake(stage: Stage, _output: str) -> None:
    assert counts(stage) == {"signalling": (1, 1, 1), "bridge": (1, 3, 1), "recorder": (1, 2, 1)}


def has_two_bridges(stage: Stage, _output: str) -> None:
    assert counts(stage)["bridge"] == (1, 3, 2)


def allows_five_bridges(stage: Stage, _output: str) -> None:
    assert counts(stage)["bridge"][1] == 5


def goes_to_sleep(stage: Stage, _output: str) -> None:
    assert stage.life.cloud.item().phase == "draining"


def waits_for_its_function(stage: Stage, output: str) -> None:
    """The function is asked to fill the version that is labelled AWSPENDING."""
    labels = stage.aws.client("secretsmanager").describe_secret(SecretId=SECRET)["VersionIdsToStages"]
    assert labels[json.loads(output)["VersionId"]] == ["AWSPENDING"]


def holds_passwords(_stage: Stage, output: str) -> None:
    """It says what it shows, and never shows it here."""
    assert {"jicofo_auth_password", "jvb_auth_password", "turn_credentials"} <= set(json.loads(output))


def keeps_the_webhook(stage: Stage, _output: str) -> None:
    found = stage.aws.client("ssm").get_parameter(Name="/jitsi/chat-webhook", WithDecryption=True)["Parameter"]
    assert (found["Type"], found["Value"]) == ("SecureString", "https://chat.example.com/hook")


def is_a_backup(stage: Stage, _output: str) -> None:
    (found,) = (stage.work / "backups" / NAME).iterdir()
    assert (found / "secret.vault").read_text().startswith("$ANSIBLE_VAULT;")


def writes_three_files(stage: Stage, _output: str) -> None:
    assert (stage.checkout / "audit.html").read_text().startswith("<!DOCTYPE html>")
    assert (stage.checkout / "audit.pdf").read_bytes().startswith(b"%PDF-")
    assert json.loads((stage.checkout / "audit.json").read_text())["open"]


JICOFO, LIFECYCLE = '"source":"jicofo".*"participants":36', '"source": "lifecycle"'
EXPECTED = (
    # README.md, CONTRIBUTING.md
    Expected("^source .venv/bin/activate", state=""),
    Expected("^ansible-playbook meetops.jitsi.site --tags monitoring", ("changed=0",), "asleep"),
    Expected(r"playbooks/site.yml --tags \w+ --check --diff", ("failed=0",), "asleep"),
    Expected("playbooks/site.yml -e @/srv/backups", ("failed=0",), "asleep"),
    Expected("playbooks/status.yml", ("State +awake since", "Meeting +36 participants")),
    # Runbooks
    Expected("runbooks/health.yml", ("0 bad", "state +asleep"), "asleep"),
    Expected("runbooks/logs.yml -e logs_components=jicofo,jvb", ("lines",)),
    Expected("runbooks/logs.yml -e logs_components=jicofo -e logs_since=1h", ("Member joined",)),
    Expected("runbooks/incident.yml", ("incident-",)),
    Expected("runbooks/audit.yml -e audit_html=audit.html", ("findings",), "asleep", writes_three_files),
    Expected("runbooks/review.yml", ("failed=0",), "asleep"),
    Expected("runbooks/recordings.yml -e recordings_since=7d", (r"\d+ recordings, [\d.]+ .iB",)),
    Expected("runbooks/recordings.yml -e recordings_action=waiting", ("wait",)),
    Expected("runbooks/backup.yml -e backup_directory", ("failed=0",), "asleep", then=is_a_backup),
    Expected("runbooks/backup.yml$", ("failed=0",), "asleep"),
    Expected("rotate_secrets.yml --check --diff", ("changed=0",), "asleep"),
    Expected("rotate_secrets.yml -e rotate_wait_minutes=60", ("Nothing to rotate",), "asleep"),
    Expected("rotate_secrets.yml --tags info", ("rotation is due in 6 days", "AWSCURRENT"), "asleep"),
    Expected("runbooks/scale.yml -e scale_to=awake", ("by operator",), "built", is_awake),
    Expected("runbooks/scale.yml -e scale_to=asleep", ("draining",), "woken", goes_to_sleep),
    Expected("runbooks/scale.yml -e scale_bridge_max=5", (r"scales \d to 5",), "living", allows_five_bridges),
    # Plain commands of AWS
    Expected("^aws ecs update-service .*-service --desired-count 1", ('"desiredCount": 1',), "built", is_awake),
    Expected("^aws ecs update-service .*-service --desired-count 0", ('"desiredCount": 0',), "woken", is_awake),
    Expected("^aws ecs update-service .*-bridge --desired-count 2", ('"desiredCount": 2',), "woken", has_two_bridges),
    Expected("^aws ecs update-service .*-bridge --desired-count 1", ('"desiredCount": 1',), "woken", is_awake),
    Expected("^aws ecs update-service .* --force-new-deployment", ('"deployments"',), "woken"),
    Expected("^aws lambda invoke .*-sleep", ('"StatusCode": 200',), "living"),
    Expected("^aws ecs describe-services", tuple(rf"{name} +\\| +1 +\\| +1" for name in SERVICES)),
    Expected("^aws ecs describe-tasks", (f"service:{NAME}-service +\\\\| +RUNNING",)),
    Expected("^aws ecs list-tasks", (f"task/{NAME}-cluster/",)),
    Expected("^aws ecs get-task-protection", (r"\[",)),
    Expected("^aws logs tail .* --follow", ('"source"',)),
    Expected("^aws logs tail .* --log-stream-name-prefix", (" signalling/jicofo/",)),
    Expected("^aws logs tail .*lifecycle", (LIFECYCLE,)),
    Expected("^aws logs tail [^ ]+ --since 10m", (JICOFO,)),
    Expected("^aws logs tail .*(protect|address|xmpp-websocket)"),
    Expected("^aws logs filter-log-events .*lifecycle", ("awake_minutes",)),
    Expected("^aws logs filter-log-events .* error", ('"message".* error',)),
    Expected(r"^aws secretsmanager get-secret-value .* text$", then=holds_passwords),
    Expected(r"^aws secretsmanager get-secret-value .*keys", then=holds_passwords),
    Expected(r"^aws secretsmanager get-secret-value .*wake_pin", ("^[0-9a-f]{32}$",)),
    Expected("^aws secretsmanager describe-secret", ('"RotationEnabled": true', f"{NAME}-rotation", "AWSCURRENT")),
    Expected("^aws secretsmanager rotate-secret", (SECRET,), "living", waits_for_its_function),
    Expected(
        "^aws application-autoscaling describe-scalable-targets",
        tuple(rf"{name} +\\| +0 +\\| +{most}" for name, most in zip(SERVICES, (1, 3, 2), strict=True)),
        "asleep",
    ),
    Expected("^aws application-autoscaling describe-scaling-activities", ("Setting desired count to 2",)),
    Expected("^aws application-autoscaling register-scalable-target", (), "living", allows_five_bridges),
    Expected("^aws cloudwatch describe-alarms .*StateValue", (f"{NAME}/not-ready +\\\\| +OK",)),
    Expected("^aws cloudwatch describe-alarms .*--state-value ALARM", (r"^\[",)),
    Expected("^aws cloudwatch describe-alarms$", (f'"AlarmName": "{NAME}/bridge-cpu"',)),
    Expected("^aws cloudwatch describe-alarm-history", ("Alarm updated from OK to ALARM",)),
    Expected("^aws cloudwatch list-metrics", ("Participants", "Stress", "RecorderBusy")),
    Expected("^aws cloudwatch get-metric-statistics .*UploadResult", ('"Label": "UploadResult"',)),
    Expected("^aws cloudwatch get-metric-statistics .*CPUUtilization", ('"SampleCount": 1.0',)),
    Expected("^aws s3 ls$", (BUCKET,)),
    Expected("^aws s3 ls .*recordings/", (r" KiB|Bytes", r"recordings/.*\.mp4")),
    Expected("^aws s3api list-object-versions"),
    Expected("^aws cloudfront wait distribution-deployed"),
    Expected("^aws budgets describe-budgets", (f"{NAME}/cost", f"{NAME}/public IPv4 hours")),
    Expected("^aws sns publish", ('"MessageId"',), "living"),
    Expected("aws ssm put-parameter", ('"Version": 1',), "living", then=keeps_the_webhook),
)
# What a page says once for the commands that follow on it, and what a person types there.
# The roles' pages have this command of one template; it is run for one role.
ONE_ROLE = re.compile(r"(playbooks/site.yml --tags) (\w+)(?= --check --diff)")
# The stage runs this: what README.md gives the inventory that most commands have. The account was built as local.
VALUES = "cat >> group_vars/production.yml"
SAME = "jitsi_environment: local\njitsi_create_hosted_zone: true\n"
PRELUDE = re.compile(r"(export )?[A-Z]+=|read ")
TYPED = "https://chat.example.com/hook\n"


def spoken(command: Command) -> str:
    """The command that is run: of a line of a crontab that of its playbook."""
    if documented.CRON.match(command.text):
        (found,) = re.findall(r"&& \.venv/bin/(ansible-playbook .*?) > ", command.text)
        return str(found)
    return command.text


def without_inventory(text: str) -> str:
    return re.sub(r"^ansible-playbook |-i \S+ ", "", text)


def exception(text: str) -> str | None:
    """The key of EXCEPTIONS that the command is found by."""
    return next((key for key in EXCEPTIONS if text.startswith(key)), None)


def elsewhere(text: str) -> str | None:
    """The key of ELSEWHERE that the command is found by, the most exact one."""
    if not text.startswith("ansible-playbook "):
        return None
    plain = without_inventory(text)
    matches = (key for key in ELSEWHERE if plain == key or (key.endswith("*") and plain.startswith(key[:-1])))
    return max(matches, key=len, default=None)


def expected(text: str) -> Expected | None:
    return next((one for one in EXPECTED if re.search(one.pattern, text)), None)


@functools.cache
def operation(service: str, name: str) -> Any:
    """An operation of AWS by the names that the CLI gives it; None if there is none."""
    session = botocore.session.get_session()
    service = {"s3api": "s3"}.get(service, service)
    if service not in session.get_available_services():
        return None
    model = session.get_service_model(service)
    found = [one for one in model.operation_names if xform_name(one, "-") == name]
    return model.operation_model(found[0]) if found else None


CUSTOM = {("logs", "tail"): 1, ("s3", "ls"): 0, ("s3", "rm"): 1, ("cloudfront", "wait"): 1}


def is_mention(command: Command) -> bool:
    """Whether a sentence only names a command of AWS, without what it needs."""
    if not command.sentence or not command.text.startswith("aws "):
        return False
    _aws, service, name, *rest = command.text.split()
    if (service, name) in CUSTOM:
        return len(rest) < CUSTOM[service, name]
    model = operation(service, name)
    assert model is not None, f"{command}: no such command"
    options = {word.removeprefix("--") for word in rest if word.startswith("--")}
    members = {xform_name(member, "-") for member in (model.input_shape.members if model.input_shape else ())}
    assert options <= members | {"query", "output", "cli-binary-format", "max-items"}, f"{command}: no such option"
    needed = model.input_shape.required_members if model.input_shape else []
    return not {xform_name(member, "-") for member in needed} <= options


def is_short(command: Command) -> bool:
    return command.sentence and documented.SHORT.fullmatch(command.text) is not None


@functools.cache
def everything() -> tuple[Command, ...]:
    return tuple(documented.commands())


@functools.cache
def to_run() -> dict[str, tuple[Command, Expected | None]]:
    """The commands that are run here, each once, by their text without the inventory, ordered by state."""
    found: dict[str, tuple[Command, Expected | None]] = {}
    for command in everything():
        text = spoken(command)
        if (
            PRELUDE.match(text)
            or is_short(command)
            or is_mention(command)
            or text.startswith(("make ", VALUES))
            or exception(text)
            or elsewhere(text)
        ):
            continue
        key = ONE_ROLE.sub(r"\1", text.replace(PRODUCTION + " ", ""))
        found.setdefault(key, (command, expected(text)))
    order = ["", "awake", "asleep", "built", "woken", "living"]
    return dict(sorted(found.items(), key=lambda item: order.index(item[1][1].state if item[1][1] else "living")))


# --- The stage

# What people leave in inventories/local.
LEFT_OUT = shutil.ignore_patterns(".local_aws", "backups", "incidents", "erasure_reports")


class Stage:
    """A copy of the repository's inventories, and the account in the state that a command needs."""

    def __init__(self, aws: AwsServer, requests: list[Request], work: Path) -> None:
        self.aws, self.work, self.checkout = aws, work, work / "checkout"
        self._requests, self._state = requests, ""
        self._life: RunningTasks | None = None
        self.checkout.mkdir()
        for name in ("inventories", "group_vars"):
            shutil.copytree(ROOT / name, self.checkout / name, symlinks=True, ignore=LEFT_OUT)
        for name in ("ansible.cfg", "playbooks", "roles", "plugins", "collections"):
            (self.checkout / name).symlink_to(ROOT / name)
        (self.checkout / ".venv").symlink_to(sys.prefix)
        (values,) = (one.text for one in everything() if one.text.startswith(VALUES))
        subprocess.run(["bash", "-c", values], cwd=self.checkout, check=True)
        with open(self.checkout / "group_vars" / "production.yml", "a", encoding="utf-8") as production:
            production.write(SAME)
        (work / "password").write_text("correct horse battery staple\n")

    @property
    def life(self) -> RunningTasks:
        assert self._life is not None
        return self._life

    def need(self, state: str) -> None:
        """Bring the account there: full of a month of data, awake or asleep; or alive: just built, woken, or either."""
        if state == self._state and not self.aws.mutating():
            return
        if self._life is not None and state in ("living", "woken"):
            if state == "woken":
                self.life.wake()
            return
        self.quiet()
        self.aws.restore(self._requests)
        if state in ("awake", "asleep"):
            fill(self.aws, awake=state == "awake")
        else:
            month = Month(NAME, "meet.example.com", BUCKET, utcnow(), awake=True)
            self._life = self.aws.wrap(lambda application: RunningTasks(application, self.aws, month))
            if state == "woken":
                self.life.wake()
        self._state = state
        self.aws.calls.clear()

    def quiet(self) -> None:
        """Let the account live no more."""
        if self._life is not None:
            self.aws.unwrap()
            self._life = None

    def words(self, text: str) -> str:
        """The command with what stands for this machine in it."""
        for shown, meant in SUBSTITUTIONS.items():
            text = text.replace(shown, meant)
        backups = sorted((self.work / "backups").glob("*/*"))
        return text.format(work=self.work, backup=backups[-1].name if backups else "") if "{work}" in text else text


@pytest.fixture(scope="module")
def stage(
    aws_server: AwsServer, converged_requests: list[Request], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    made = Stage(aws_server, converged_requests, tmp_path_factory.mktemp("documented"))
    yield made
    made.quiet()


@pytest.fixture(scope="module")
def cli(aws_server: AwsServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[aws_cli.AwsCli]:
    programs.need("aws", "jq")
    path = aws_cli.program()
    if path is None:
        programs.need("version 2 of the AWS CLI")
    running = aws_cli.AwsCli(path, aws_server.url, tmp_path_factory.mktemp("aws"))
    yield running
    running.stop()


@pytest.fixture(scope="module")
def preludes(cli: aws_cli.AwsCli, stage: Stage) -> Callable[[str], dict[str, str]]:
    """The variables that a page sets before its commands."""

    @functools.cache
    def variables(page: str) -> dict[str, str]:
        lines = [one.text for one in everything() if one.page == page and PRELUDE.match(one.text)]
        names = sorted({name for line in lines for name in re.findall(r"\b([A-Z]+)(?==|$)", line)})
        if not names:
            return {}
        shown = "; ".join(f'printf "%s\\0" "${name}"' for name in names)
        values = cli.shell("; ".join([*lines, shown]), stage.work, {}, TYPED)
        return {**dict(zip(names, values.split("\0"), strict=False)), "SESSION": "none"}

    return variables


# --- The tests


@pytest.mark.parametrize("text", to_run(), ids=[f"{one.page}:{one.line}" for one, _expected in to_run().values()])
def test_it_works(text: str, stage: Stage, quick_playbook: Callable[..., Run], request: pytest.FixtureRequest) -> None:
    command, wanted = to_run()[text]
    assert wanted is not None, f"{command}: is in no table of {Path(__file__).name}"
    if wanted.state:
        stage.need(wanted.state)
    line = stage.words(spoken(command))
    if line.startswith("ansible-playbook "):
        words = shlex.split(line)[1:]
        given = "-i" in words and words.pop(words.index("-i") + 1)
        run = quick_playbook(
            *[word for word in words if word != "-i"],
            inventory=given or "inventories/local/hosts.yml",
            directory=stage.checkout,
        )
        assert run.rc == 0, f"{command}\n{run}"
        output = run.stdout
    else:
        cli, preludes = request.getfixturevalue("cli"), request.getfixturevalue("preludes")
        if not line.startswith("aws "):
            output = cli.shell(line, stage.checkout, preludes(command.page))
        elif "--follow" in line:
            output = cli.follow(line, stage.checkout)
        else:
            output = cli.run(line, stage.checkout, preludes(command.page))
    plain = " ".join(output.split()) if line.startswith("ansible-playbook ") else output
    for said in wanted.said:
        assert re.search(said, plain, re.MULTILINE), f"{command}: says nothing like {said}\n{output[-3000:]}"
    if wanted.then is not None:
        wanted.then(stage, output)


def test_every_command_is_in_a_table() -> None:
    assert [str(command) for command, wanted in to_run().values() if wanted is None] == []


def test_every_line_of_the_tables_is_needed() -> None:
    texts = [spoken(command) for command in everything()]
    unused = {key for key in EXCEPTIONS if not any(text.startswith(key) for text in texts)}
    unused |= set(ELSEWHERE) - {elsewhere(text) for text in texts}
    unused |= {one.pattern for one in EXPECTED} - {one.pattern for _, one in to_run().values() if one}
    unused |= set(MAKE) - {shlex.split(text)[1] for text in texts if text.startswith("make ")}
    unused |= {shown for shown in SUBSTITUTIONS if shown not in "\n".join(texts)}
    roles = {found.group(2) for found in map(ONE_ROLE.search, texts) if found}
    assert roles == {path.parent.name for path in (ROOT / "roles").glob("*/tasks")}
    assert unused == set()


def test_what_others_run_has_the_same_options() -> None:
    for command in everything():
        text = spoken(command)
        key = elsewhere(text)
        if key is None or exception(text):
            continue
        file, _, name = ELSEWHERE[key].partition("::")
        source = (ROOT / "tests" / "integration" / file).read_text("utf-8")
        assert f"def {name}(" in source, f"{command}: {ELSEWHERE[key]} is not there"
        words = shlex.split(without_inventory(text))
        assert Path(words[0]).stem in source, f"{command}: {file} has no {words[0]}"
        assert ("--check" in text) <= ('"--check"' in source), f"{command}: {file} has no --check"
        for name in re.findall(r"-e (\w+)=", text):
            short = name.removeprefix("maintenance_timers_").removeprefix("recordings_").removeprefix("review_")
            assert re.search(rf"\b({name}|{short})\b", source), f"{command}: {file} has no {name}"


@functools.cache
def dry_run(text: str) -> set[str]:
    """The lines that make would run."""
    done = subprocess.run([*shlex.split(text), "-n"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return {line for line in done.stdout.splitlines() if not line.startswith("make")}


@pytest.mark.parametrize("text", sorted({one.text for one in documented.commands() if one.text.startswith("make ")}))
def test_make_knows_its_targets(text: str) -> None:
    target = shlex.split(text)[1]
    assert target in MAKE, f"{text}: say in {Path(__file__).name} where it is run"
    assert dry_run(text)
    where = MAKE[target]
    if where == ".ci/run":
        assert re.search(rf"^make {target}\b", (ROOT / where).read_text("utf-8"), re.MULTILINE)
    elif where == "make test":
        assert dry_run(text) <= dry_run("make test")


def test_playbooks_that_sentences_name_have_these_options() -> None:
    """Such as `scale.yml -e scale_to=awake`: the playbook is there, and something reads the option."""
    sources = [
        path.read_text("utf-8")
        for folder in ("playbooks", "plugins", "roles", "group_vars")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in (".yml", ".py")
    ]
    for command in filter(is_short, everything()):
        name, *options = command.text.split()
        assert list((ROOT / "playbooks").rglob(Path(name).name)), f"{command}: no such playbook"
        for option in re.findall(r"-e (\w+)", " ".join(options)):
            assert any(re.search(rf"\b{option}\b", source) for source in sources), f"{command}: no such option"


LABEL = re.compile(r"^  (?:ok|WARN|BAD|-) +(.+?)  +")


def test_output_that_pages_show_has_the_labels_of_today() -> None:
    sources = "".join(path.read_text("utf-8") for path in (ROOT / "plugins").rglob("*.py"))
    labels = {match.group(1) for one in everything() for line in one.output if (match := LABEL.match(line))}
    assert len(labels) > 10
    # The first or the last word of some differs.
    known_labels = (
        rf'"{re.escape(label)}"|\}} {label.split()[-1]}\b|{re.escape(label.rpartition(" ")[0] or label)} \{{'
        for label in sorted(labels)
    )
    assert [pattern for pattern in known_labels if not re.search(pattern, sources)] == []


def test_no_command_hides_where_it_is_not_read() -> None:
    assert documented.hidden() == []


def test_a_block_is_read_as_a_shell_reads_it() -> None:
    page = (
        "```console\n$ one \\\n    two   # why\nshown\n$ a |\n    b\n```\nThere is `make x`, and `a.yml -e b=c`.\n"
        "   ```shell\n   # no command\n   cat <<'EOF'\n   x\n   EOF\n   ```\n```yaml\nno: command\n```\n"
    )
    assert [(one.text, one.line, one.output) for one in documented.read("page", page)] == [
        ("one two", 2, ("shown",)),
        ("a | b", 5, ()),
        ("make x", 8, ()),
        ("a.yml -e b=c", 8, ()),
        ("cat <<'EOF'\nx\nEOF", 11, ()),
    ]
