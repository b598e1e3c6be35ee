# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The modules secret_rotation and secret_info against the emulated AWS. Every result is searched for every value."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from ansible_collections.meetops.jitsi.plugins.module_utils.secret import rotation
from ansible_collections.meetops.jitsi.plugins.module_utils.secret.document import STAMP
from support.month import MINUTE, backend, secret_of, utcnow
from support.server import AwsServer

NAME = "meet"
SECRET, CLUSTER, LOGS = f"{NAME}-jitsi-secrets", f"{NAME}-cluster", f"/ecs/{NAME}"
SERVICES = {"signalling": f"{NAME}-service", "bridge": f"{NAME}-bridge", "recorder": f"{NAME}-recorder"}
KEYS = {"jicofo_auth_password": 16, "jvb_auth_password": 16, "turn_credentials": 32}
DOCUMENT = {
    "jicofo_auth_password": "0" * 32,
    "own": {"note": "kept as it is ✓"},
    "jvb_auth_password": "1" * 32,
    "wake_pin": "471147114711",
    "turn_credentials": "2" * 64,
}
DAY = 86400

Run = Callable[..., dict[str, Any]]


class Account:
    """The secret and the services in the emulated AWS."""

    def __init__(self, aws: AwsServer) -> None:
        self.aws = aws
        self.sm, self.ecs, self.logs = (aws.client(service) for service in ("secretsmanager", "ecs", "logs"))
        self.autoscaling = aws.client("application-autoscaling")
        self.first = self.sm.create_secret(Name=SECRET, SecretString=json.dumps(DOCUMENT))["VersionId"]

    @property
    def labels(self) -> dict[str, list[str]]:
        found = self.sm.describe_secret(SecretId=SECRET)["VersionIdsToStages"]
        return {version: sorted(labels) for version, labels in found.items() if labels}

    def every_label(self) -> list[str]:
        return sorted(label for labels in self.labels.values() for label in labels)

    @property
    def document(self) -> dict[str, Any]:
        return dict(json.loads(self.sm.get_secret_value(SecretId=SECRET, VersionStage="AWSCURRENT")["SecretString"]))

    def values(self) -> set[str]:
        """Every text that any version holds as a value."""
        found = set()
        for version in self.sm.describe_secret(SecretId=SECRET)["VersionIdsToStages"]:
            try:
                text = self.sm.get_secret_value(SecretId=SECRET, VersionId=version)["SecretString"]
            except self.sm.exceptions.ResourceNotFoundException:
                continue
            document = json.loads(text)
            texts = document.values() if isinstance(document, dict) else [document]
            found |= {value for value in texts if isinstance(value, str)} | {"kept as it is"}
        return found

    def age(self, days: float) -> None:
        """Make the secret older."""
        secret_of(NAME).created_date = int(time.time() - days * DAY)

    def platform(self, desired: int) -> None:
        """Make the services, with ``desired`` tasks each."""
        self.ecs.create_cluster(clusterName=CLUSTER)
        self.ecs.register_task_definition(family="t", containerDefinitions=[{"name": "c", "image": "i", "memory": 64}])
        self.logs.create_log_group(logGroupName=LOGS)
        self.logs.create_log_stream(logGroupName=LOGS, logStreamName="jicofo")
        for name in SERVICES.values():
            self.ecs.create_service(cluster=CLUSTER, serviceName=name, taskDefinition="t", desiredCount=desired)
            self.autoscaling.register_scalable_target(
                ServiceNamespace="ecs",
                ScalableDimension="ecs:service:DesiredCount",
                ResourceId=f"service/{CLUSTER}/{name}",
                MinCapacity=desired,
                MaxCapacity=3,
            )

    def jicofo(self, participants: int = 0, bridges: int = 1, recorders: int = 1, ago: float = 0) -> None:
        """Print a line as jicofo's sidecar does."""
        line = {"source": "jicofo", "platform": NAME, "participants": participants, "bridges": bridges}
        event = {"timestamp": int((time.time() - ago) * 1000), "message": json.dumps({**line, "recorders": recorders})}
        self.logs.put_log_events(logGroupName=LOGS, logStreamName="jicofo", logEvents=[event])

    def counts(self) -> dict[str, tuple[int, int]]:
        """Desired count and minimum by kind."""
        described = self.ecs.describe_services(cluster=CLUSTER, services=list(SERVICES.values()))["services"]
        targets = self.autoscaling.describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"]
        minimums = {item["ResourceId"].rpartition("/")[2]: item["MinCapacity"] for item in targets}
        desired = {item["serviceName"]: item["desiredCount"] for item in described}
        return {kind: (desired[name], minimums[name]) for kind, name in SERVICES.items()}


@pytest.fixture
def account(aws: AwsServer) -> Account:
    return Account(aws)


@pytest.fixture
def run(aws: AwsServer, account: Account, run_module: Run, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run secret_rotation; the calls before are cleared; look for values in the result."""
    monkeypatch.setattr(rotation, "POLL_SECONDS", 0.05)
    monkeypatch.setattr(rotation, "IDLE_POLL_SECONDS", 0.1)

    def run(**params: Any) -> dict[str, Any]:
        aws.calls.clear()
        result = run_module("secret_rotation", **{"name": NAME, "keys": KEYS, **params})
        made = list(aws.calls)
        shown = json.dumps(result, ensure_ascii=False)
        assert not [value for value in account.values() if value in shown]
        aws.calls[:] = made
        return result

    return run


MOVES = ["PutSecretValue", "UpdateSecretVersionStage", "UpdateSecretVersionStage"]


def writes(aws: AwsServer) -> list[str]:
    return [call.partition(":")[2] for call in aws.mutating()]


def test_not_due_reads_twice_and_changes_nothing(aws: AwsServer, account: Account, run: Run) -> None:
    for check in (True, False):
        result = run(_check=check)
        assert not result["changed"]
        assert result["rotation"]["result"] == "nothing"
        assert result["rotation"]["message"] == (
            "Nothing to rotate. The oldest value is 0 days old, rotation is due in 90 days."
        )
        assert aws.calls == ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"]


@pytest.mark.parametrize("services", [False, True], ids=["no platform", "asleep"])
def test_due_is_rotated_asleep_once(aws: AwsServer, account: Account, run: Run, services: bool) -> None:
    account.age(91)
    if services:
        account.platform(0)
    plan = run(_check=True)
    assert plan["changed"]
    assert plan["rotation"]["message"].startswith(f"Would rotate {', '.join(KEYS)}, since rotation is due. The oldest")
    assert writes(aws) == []
    assert account.document == DOCUMENT

    result = run()
    assert writes(aws) == MOVES
    assert len(aws.calls) <= (33 if services else 23)
    assert result["changed"]
    new = account.document
    assert result["rotation"]["key_names"] == plan["rotation"]["key_names"] == list(KEYS)
    assert [key for key in DOCUMENT if new[key] != DOCUMENT[key]] == list(KEYS)
    assert [len(new[key]) for key in KEYS] == [32, 32, 64]
    assert account.labels == {account.first: ["AWSPREVIOUS"], result["rotation"]["version_id"]: ["AWSCURRENT"]}
    assert result["diff"]["before"] != result["diff"]["after"]
    assert result["diff"]["before"][f"secret {SECRET}"]["days since changed"] == dict.fromkeys(KEYS, 91.0)
    assert result["diff"]["after"][f"secret {SECRET}"]["days since changed"] == dict.fromkeys(KEYS, 0.0)
    if services:
        assert account.counts() == dict.fromkeys(SERVICES, (0, 0))

    again = run()
    assert not again["changed"]
    assert account.document == new


@contextmanager
def printing(account: Account, later: float = 0, **figures: int) -> Iterator[None]:
    """Jicofo prints lines all the time, from ``later`` seconds on."""
    done = threading.Event()

    def work() -> None:
        wait = later
        while not done.wait(wait):
            account.jicofo(**figures)
            wait = 0.1

    if not later:
        account.jicofo(**figures)
    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


NOTICED = "5 people meet now: a rotation restarts signalling, and every page reloads"


@pytest.mark.parametrize(
    ("participants", "options", "disturbs"),
    [(0, {}, ""), (5, {"force": True}, NOTICED), (5, {"disturb": True}, NOTICED)],
    ids=["nobody there", "forced", "although people meet"],
)
def test_awake_restarts_all_in_order(
    aws: AwsServer, account: Account, run: Run, participants: int, options: dict[str, Any], disturbs: str
) -> None:
    account.platform(1)
    with printing(account, participants=participants):
        result = run(only=["turn_credentials"], **options)
    assert result["disturbs"] == disturbs
    changes = [call for call in writes(aws) if call != "PutLogEvents"]
    start = ["RegisterScalableTarget", "UpdateService"]
    assert changes == [*MOVES[:2], *start, *MOVES[1:], *start, "UpdateService", "UpdateService", *MOVES[1:]]
    assert result["rotation"]["key_names"] == ["turn_credentials"]
    assert [key for key in DOCUMENT if account.document[key] != DOCUMENT[key]] == ["turn_credentials"]
    assert account.every_label() == ["AWSCURRENT", "AWSPREVIOUS"]
    assert account.counts() == dict.fromkeys(SERVICES, (1, 1))


UNKNOWN = "Postponed, since nobody knows how many people meet, since jicofo has not told."


@pytest.mark.parametrize(
    ("figures", "why", "age", "overdue"),
    [
        ({"participants": 3}, "Postponed, since 3 people meet now.", 96, False),
        ({"participants": 1}, "Postponed, since 1 person is in a meeting now.", 98, True),
        ({"participants": 0, "ago": 200}, UNKNOWN, 91, False),
        (None, UNKNOWN, 91, False),
    ],
)
def test_postponed_while_people_may_meet(
    aws: AwsServer, account: Account, run: Run, figures: dict[str, Any] | None, why: str, age: int, overdue: bool
) -> None:
    account.platform(1)
    account.age(age)
    if figures:
        account.jicofo(**figures)
    for check in (True, False):
        result = run(_check=check)
        assert not result["changed"]
        assert result["rotation"]["result"] == "postponed"
        assert result["rotation"]["message"].startswith(why)
        assert result["rotation"]["overdue"] == overdue
        assert writes(aws) == []


def test_what_is_not_due_disturbs_nobody(aws: AwsServer, account: Account, run: Run) -> None:
    account.platform(1)
    account.jicofo(participants=5)
    result = run(disturb=True)
    assert (result["rotation"]["result"], result["disturbs"], writes(aws)) == ("nothing", "", [])


def test_who_has_just_come_in_is_not_disturbed(aws: AwsServer, account: Account, run: Run) -> None:
    """jicofo's newest figure is 0, but its task protects itself."""
    account.platform(1)
    account.age(91)
    task = {"taskDefinition": "t", "launchType": "FARGATE", "group": f"service:{SERVICES['signalling']}"}
    (task,) = account.ecs.run_task(cluster=CLUSTER, **task)["tasks"]
    # The emulator forgets when it was made.
    backend("ecs").tasks[CLUSTER][task["taskArn"]].created_at = utcnow() - 10 * MINUTE
    account.ecs.update_task_protection(cluster=CLUSTER, tasks=[task["taskArn"]], protectionEnabled=True)
    account.jicofo(participants=0)
    result = run()
    assert result["rotation"]["result"] == "postponed"
    assert result["rotation"]["message"].startswith("Postponed, since somebody has just come in, since the signalling")
    assert "UpdateService" not in writes(aws)
    assert account.counts() == dict.fromkeys(SERVICES, (1, 1))


def test_waits_for_the_last_participant(account: Account, run: Run) -> None:
    account.platform(1)
    account.age(91)
    account.jicofo(participants=2)
    with printing(account, later=1):
        assert run(wait_minutes=1)["rotation"]["result"] == "rotated"


def test_put_back_when_components_do_not_log_in(account: Account, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from ansible_collections.meetops.jitsi.plugins.module_utils.secret import rotation_plan

    monkeypatch.setattr(rotation_plan, "HEALTH_SECONDS", 0.5)
    account.platform(1)
    account.age(91)
    with printing(account, bridges=0):
        result = run()
    assert result["failed"]
    assert "the former values are current again" in result["msg"]
    assert "jicofo sees no bridge" in result["msg"]
    assert account.document == DOCUMENT
    assert account.counts() == dict.fromkeys(SERVICES, (1, 1))
    assert account.every_label() == ["AWSCURRENT", "AWSPREVIOUS", "JITSI_PUT_BACK"]


def test_a_version_that_waits_is_finished_or_taken_back(account: Account, run: Run) -> None:
    new = {
        **DOCUMENT,
        "turn_credentials": "f" * 64,
        "_rotated": {"turn_credentials": time.strftime(STAMP, time.gmtime())},
    }
    waiting = put(account, new)
    plan = run(_check=True)
    assert (plan["rotation"]["result"], plan["rotation"]["key_names"]) == ("rotated", ["turn_credentials"])
    assert run()["rotation"]["version_id"] == waiting
    assert account.document == new

    stray = put(account, {"turn_credentials": "somebody's"})
    plan = run(_check=True)
    assert plan["rotation"]["result"] == "cancelled"
    assert stray in plan["rotation"]["message"]
    result = run()
    assert (result["changed"], result["rotation"]["result"]) == (True, "cancelled")
    assert account.document == new
    assert account.every_label() == ["AWSCURRENT", "AWSPREVIOUS"]
    assert not run()["changed"]


def put(account: Account, document: dict[str, Any]) -> str:
    answer = account.sm.put_secret_value(
        SecretId=SECRET, SecretString=json.dumps(document), VersionStages=["AWSPENDING"]
    )
    return str(answer["VersionId"])


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"keys": {}}, "names no key"),
        ({"days": 0}, "days 0: out of range"),
        ({"grace_days": -1}, "grace_days -1: is negative"),
        ({"wait_minutes": -1}, "wait_minutes -1: is negative"),
        (
            {"only": ["nobody"]},
            "rotate keys nobody: the document holds no such text; name some of jicofo_auth_password,",
        ),
        ({"name": "other"}, "name other-jitsi-secrets: there is no such secret; run site.yml"),
    ],
)
def test_bad_input_is_refused(aws: AwsServer, run: Run, params: dict[str, Any], message: str) -> None:
    result = run(**params)
    assert result["failed"]
    assert message in result["msg"]
    assert writes(aws) == []


def test_a_secret_without_a_document_is_refused(account: Account, run: Run) -> None:
    account.sm.put_secret_value(SecretId=SECRET, SecretString='"no object"', VersionStages=["AWSCURRENT"])
    assert "does not hold a JSON object" in run()["msg"]
    account.sm.put_secret_value(SecretId=SECRET, SecretString=json.dumps(DOCUMENT), VersionStages=["AWSCURRENT"])


# --- secret_info


def test_info_lists_ages_and_versions_without_values(
    aws: AwsServer, account: Account, run: Run, run_module: Run
) -> None:
    account.age(91)
    version = run(only=["turn_credentials"])["rotation"]["version_id"]
    aws.calls.clear()
    result = run_module("secret_info", name=NAME, keys=KEYS)
    assert len(aws.calls) == 3
    assert not [value for value in account.values() if value in json.dumps(result)]
    found = result["secret"]
    assert found["message"] == "The oldest value is 91 days old, rotation was due 1 day ago."
    assert (found["age_days"], found["due_in_days"], found["overdue"]) == (91.0, -1.0, False)
    assert {item["name"]: (item["age_days"], item["generated"], item["exact"]) for item in found["key_ages"]} == {
        "jicofo_auth_password": (91.0, True, False),
        "jvb_auth_password": (91.0, True, False),
        "own": (91.0, False, False),
        "turn_credentials": (0.0, True, True),
        "wake_pin": (91.0, False, False),
    }
    assert {item["id"]: item["labels"] for item in found["versions"]} == {
        version: ["AWSCURRENT"],
        account.first: ["AWSPREVIOUS"],
    }
    assert (found["rotating"], found["schedule"]["enabled"], found["schedule"]["next"]) == ("", False, "")
    waiting = put(account, DOCUMENT)
    assert run_module("secret_info", name=NAME, keys=KEYS)["secret"]["rotating"] == waiting


def test_info_says_that_there_is_no_secret(account: Account, run_module: Run) -> None:
    result = run_module("secret_info", name="other", keys=KEYS)
    assert "there is no secret other-jitsi-secrets" in result["msg"]
