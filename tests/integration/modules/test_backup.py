# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The modules backup, backup_info, secret_restore and recordings_restore against the emulated AWS.

Every result, and every byte of every backup, is searched for every value of the secret.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.meetops.jitsi.plugins.module_utils._aws import s3_objects
from ansible_collections.meetops.jitsi.plugins.module_utils.backup import store, vault
from ansible_collections.meetops.jitsi.plugins.module_utils.recordings import index
from ansible_collections.meetops.jitsi.plugins.module_utils.secret import rotation
from support import recordings as made
from support.server import AwsServer

NAME, BUCKET = "meet", "meet-recordings"
SECRET, CLUSTER, LOGS = f"{NAME}-jitsi-secrets", f"{NAME}-cluster", f"/ecs/{NAME}"
KEYS = {"jicofo_auth_password": 16, "jvb_auth_password": 16, "turn_credentials": 32}
DOCUMENT = {
    "jicofo_auth_password": "0a" * 16,
    "own": {"note": "kept as it is ✓"},
    "jvb_auth_password": "1b" * 16,
    "wake_pin": "471147114711",
    "turn_credentials": "2c" * 32,
    "_rotated": {"jvb_auth_password": "2026-10-01T00:00:00Z"},
}
PLACE = {"name": NAME, "domain": "meet.example.com", "hosted_zone": "example.com"}
VARIABLES = {"jitsi_name": NAME, "jitsi_bridge_max": 3, "jitsi_brand_name": "Zürich ✓"}

Run = Callable[..., dict[str, Any]]


class Account:
    """A secret, a bucket with recordings, and services that somebody may use."""

    def __init__(self, aws: AwsServer) -> None:
        self.sm, self.ecs, self.logs, self.s3 = (aws.client(s) for s in ("secretsmanager", "ecs", "logs", "s3"))
        self.sm.create_secret(Name=SECRET, SecretString=json.dumps(DOCUMENT))
        self.ids: dict[str, list[str]] = {}

    def record(self) -> None:
        """A bucket with two recordings."""
        made.make_bucket(self.s3, BUCKET)
        at = dt.datetime(2026, 11, 22, 10, tzinfo=dt.UTC)
        self.ids = {name: made.upload(self.s3, BUCKET, name, "standup", at, name.encode()) for name in ("one", "two")}

    @property
    def document(self) -> dict[str, Any]:
        return dict(json.loads(self.sm.get_secret_value(SecretId=SECRET, VersionStage="AWSCURRENT")["SecretString"]))

    def put(self, document: Any) -> None:
        text = document if isinstance(document, str) else json.dumps(document)
        self.sm.put_secret_value(SecretId=SECRET, SecretString=text, VersionStages=["AWSCURRENT"])

    def awake(self, participants: int) -> None:
        """Signalling runs, and jicofo tells how many people there are."""
        self.ecs.create_cluster(clusterName=CLUSTER)
        self.ecs.register_task_definition(family="t", containerDefinitions=[{"name": "c", "image": "i", "memory": 64}])
        self.ecs.create_service(cluster=CLUSTER, serviceName=f"{NAME}-service", taskDefinition="t", desiredCount=1)
        self.logs.create_log_group(logGroupName=LOGS)
        self.logs.create_log_stream(logGroupName=LOGS, logStreamName="jicofo")
        line = {"source": "jicofo", "platform": NAME, "participants": participants, "bridges": 1, "recorders": 0}
        event = {"timestamp": int((time.time() + 20) * 1000), "message": json.dumps(line)}
        self.logs.put_log_events(logGroupName=LOGS, logStreamName="jicofo", logEvents=[event])

    def current(self, session: str) -> list[str]:
        """Ids of the current versions of a recording, those of the media first."""
        found = self.s3.list_object_versions(Bucket=BUCKET, Prefix=f"recordings/{session}/").get("Versions", [])
        return [item["VersionId"] for item in sorted(found, key=lambda item: "json" in item["Key"]) if item["IsLatest"]]

    def delete(self, session: str) -> None:
        for item in self.s3.list_objects_v2(Bucket=BUCKET, Prefix=f"recordings/{session}/")["Contents"]:
            self.s3.delete_object(Bucket=BUCKET, Key=item["Key"])


def values(document: Any = None) -> list[str]:
    texts = [value for value in (document or DOCUMENT).values() if isinstance(value, str)]
    return [*texts, "kept as it is"]


@pytest.fixture
def account(aws: AwsServer) -> Account:
    return Account(aws)


@pytest.fixture
def recorded(account: Account) -> Account:
    account.record()
    return account


@pytest.fixture
def password(tmp_path: Path) -> str:
    path = tmp_path / "password"
    path.write_text("correct horse battery staple\n")
    return str(path)


@pytest.fixture
def run(aws: AwsServer, account: Account, run_module: Run, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a module; no value may be in its result."""
    monkeypatch.setattr(rotation, "POLL_SECONDS", 0.05)

    def run(module: str, **params: Any) -> dict[str, Any]:
        aws.calls.clear()
        result = run_module(module, **params)
        shown = json.dumps(result, ensure_ascii=False)
        assert not [value for value in values() if value in shown]
        return result

    return run


@pytest.fixture
def backup(run: Run, recorded: Account, tmp_path: Path) -> Run:
    def backup(**params: Any) -> dict[str, Any]:
        given = {"bucket": BUCKET, "variables": VARIABLES, "directory": str(tmp_path / "backups"), **params}
        return run("backup", **PLACE, **given)

    return backup


@pytest.fixture
def one(account: Account, password: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A backup as the module writes it, in less time. Its encryption is left to the first test."""
    monkeypatch.setattr(vault, "decrypt", lambda module, file, text: text[::-1])
    plain = json.dumps({"name": SECRET, "version_id": "v", "document": json.dumps(DOCUMENT)})
    versions = s3_objects.versions(account.s3, BUCKET, "recordings/") if account.ids else []
    contents = {
        "variables.json": store.render(VARIABLES),
        "secret.json": store.render({"name": SECRET, "created": dt.datetime.now(dt.UTC)}),
        "secret.vault": plain[::-1].encode(),
        "recordings.jsonl": index.render(index.line(version) for version in versions),
    }
    about = {"name": NAME, "bucket": BUCKET, "contents": {}}
    return store.Store(str(tmp_path / "backups"), NAME).write(dt.datetime.now(dt.UTC), contents, about)


def files(directory: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in directory.rglob("*") if path.is_file()}


# --- Backups


def test_a_backup_holds_no_plain_value_and_opens_with_the_password(
    aws: AwsServer, account: Account, backup: Run, run: Run, password: str, tmp_path: Path
) -> None:
    os.environ["TMPDIR"] = str(tmp_path / "tmp")
    (tmp_path / "tmp").mkdir()
    try:
        result = backup(vault_password_file=password)
    finally:
        del os.environ["TMPDIR"]
    assert result["changed"] and not aws.mutating()
    path = Path(result["path"])
    assert stat.S_IMODE(path.stat().st_mode) == 0o700
    assert {stat.S_IMODE(item.stat().st_mode) for item in path.iterdir()} == {0o600}
    everything = b"".join(files(tmp_path).values())
    assert not [value for value in values() if value.encode() in everything]
    # What a person would do.
    command = [sys.executable, "-m", "ansible", "vault", "view", "--vault-password-file", password, "secret.vault"]
    opened = json.loads(subprocess.run(command, cwd=path, capture_output=True, check=True).stdout)
    assert json.loads(opened["document"]) == DOCUMENT
    other = tmp_path / "other"
    other.write_text("wrong\n")
    wrong = restore(run, path, str(other))
    assert wrong["failed"] and "could not decrypt" in wrong["msg"] and not aws.mutating()
    account.put(changed())
    assert restore(run, path, password)["restoration"]["result"] == "restored"
    assert json.loads((path / "variables.json").read_bytes()) == VARIABLES
    versions = json.loads((path / "secret.json").read_bytes())["versions"]
    assert [item["labels"] for item in versions] == [["AWSCURRENT"]]
    assert result["contents"] | {"secret_values": True, "recordings": 2, "files": 4} == result["contents"]


def test_without_a_password_no_value_is_read(aws: AwsServer, backup: Run, tmp_path: Path) -> None:
    result = backup()
    assert "secretsmanager:GetSecretValue" not in aws.calls
    assert not result["contents"]["secret_values"]
    assert "secret.vault" not in result["files"]


def test_check_mode_writes_nothing(backup: Run, tmp_path: Path) -> None:
    result = backup(_check=True)
    assert result["changed"] and not (tmp_path / "backups").exists()


def test_old_backups_go_and_the_index_asks_only_for_what_is_new(
    aws: AwsServer, account: Account, backup: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths, asked = [], []
    for day in range(4):
        monkeypatch.setattr("ansible_collections.meetops.jitsi.plugins.modules.backup.dt", Clock(day))
        paths.append(Path(backup(keep=2)["path"]).name)
        asked.append(aws.calls.count("s3:GetObject") + aws.calls.count("s3:HeadObject"))
        if day == 1:
            made.upload(account.s3, BUCKET, "three", "standup", dt.datetime(2026, 11, 23, tzinfo=dt.UTC))
    assert sorted(path.name for path in (tmp_path / "backups" / NAME).iterdir()) == paths[-2:]
    assert asked == [4, 0, 2, 0]


class Clock:
    """The module datetime, some days later."""

    UTC = dt.UTC

    def __init__(self, days: int) -> None:
        later = dt.timedelta(days=days)

        class Later(dt.datetime):
            @classmethod
            def now(cls, tz: Any = None) -> dt.datetime:
                return dt.datetime.now(tz) + later

        self.datetime = Later


def test_a_damaged_backup_is_refused_before_any_call(
    aws: AwsServer, run: Run, one: Path, tmp_path: Path, password: str
) -> None:
    (one / "variables.json").write_bytes((one / "variables.json").read_bytes().replace(b"3", b"4"))
    for module, params in {
        "backup_info": {**PLACE, "directory": str(tmp_path / "backups")},
        "secret_restore": {"name": NAME, "keys": KEYS, "backup": str(one), "vault_password_file": password},
        "recordings_restore": {"bucket": BUCKET, "backup": str(one)},
    }.items():
        found = run(module, **params)
        assert found["failed"] and "variables.json is not what was written" in found["msg"] and not aws.calls


def test_what_differs_is_told(aws: AwsServer, backup: Run, run: Run, tmp_path: Path) -> None:
    one = Path(backup()["path"])
    watch = aws.client("cloudwatch")
    alarm = {"Namespace": "N", "MetricName": "M", "Statistic": "Sum", "Period": 60, "EvaluationPeriods": 1}
    more = {"Threshold": 1.0, "ComparisonOperator": "GreaterThanThreshold"}
    watch.put_metric_alarm(AlarmName=f"{NAME}/new", **alarm, **more)
    watch.put_metric_alarm(AlarmName=f"{NAME}-staging/other", **alarm, **more)
    now = {**VARIABLES, "jitsi_bridge_max": 5}
    info = run("backup_info", **PLACE, directory=str(tmp_path / "backups"), variables=now)
    assert not aws.mutating()
    found = info["backup"]
    assert found["path"] == str(one) and found["index"] and not found["secret_values"]
    assert found["changed_variables"] == {"jitsi_bridge_max": {"then": 3, "now": 5}}
    assert found["differences"] == {"alarms": [f"{NAME}/new: is new"]}


# --- The secret


def restore(run: Run, path: Path, password: str, **params: Any) -> dict[str, Any]:
    return run("secret_restore", name=NAME, keys=KEYS, backup=str(path), vault_password_file=password, **params)


def changed() -> dict[str, Any]:
    return {**DOCUMENT, "jvb_auth_password": "9f" * 16, "turn_credentials": "8e" * 32, "later": "7d" * 16}


DESTROYED: dict[str, Callable[[Account], object]] = {
    "other values": lambda account: account.put(changed()),
    "a key is gone": lambda account: account.put({k: v for k, v in DOCUMENT.items() if k != "turn_credentials"}),
    "a key is empty": lambda account: account.put({**DOCUMENT, "jvb_auth_password": ""}),
    "an empty document": lambda account: account.put({}),
    "no document": lambda account: account.put("oops, not JSON"),
    "deletion is scheduled": lambda account: account.sm.delete_secret(SecretId=SECRET, RecoveryWindowInDays=7),
    "the secret is gone": lambda account: account.sm.delete_secret(SecretId=SECRET, ForceDeleteWithoutRecovery=True),
}


def test_whatever_became_of_the_secret_its_values_come_back(
    account: Account, run: Run, one: Path, password: str
) -> None:
    for how, destroy in DESTROYED.items():
        account.put(DOCUMENT)
        destroy(account)
        result = restore(run, one, password)
        assert result["changed"] and result["restoration"]["result"] == "restored", (how, result)
        now = account.document
        assert ("later" in now) == (how == "other values")
        assert {**now, "_rotated": 0, "later": 0} == {**DOCUMENT, "_rotated": 0, "later": 0}, how
        stages = account.sm.describe_secret(SecretId=SECRET)["VersionIdsToStages"].values()
        assert "AWSPENDING" not in [label for labels in stages for label in labels], how


def test_check_mode_tells_the_same_and_a_second_run_has_nothing_to_do(
    as_planned: Run, account: Account, run: Run, one: Path, password: str
) -> None:
    account.put(changed())
    done = as_planned(restore, run, one, password)
    assert done["restoration"]["key_names"] == ["jvb_auth_password", "turn_credentials"]
    again = restore(run, one, password)
    assert (again["changed"], again["restoration"]["result"]) == (False, "nothing")


def test_ages_come_back_too(account: Account, run: Run, one: Path, password: str) -> None:
    account.put({**changed(), "_rotated": {"jvb_auth_password": "2026-11-20T00:00:00Z"}})
    restore(run, one, password)
    assert account.document["_rotated"]["jvb_auth_password"] == "2026-10-01T00:00:00Z"


def test_nothing_changes_while_people_meet(
    aws: AwsServer, account: Account, run: Run, one: Path, password: str
) -> None:
    account.put({})
    account.awake(participants=3)
    for check in (True, False):
        result = restore(run, one, password, _check=check)
        assert (result["changed"], result["restoration"]["result"], result["disturbs"]) == (False, "postponed", "")
        assert "since 3 people meet now" in result["restoration"]["message"]
        assert not aws.mutating()


def test_a_rotation_under_way_comes_first(aws: AwsServer, account: Account, run: Run, one: Path, password: str) -> None:
    account.put(changed())
    pending = {**changed(), "jvb_auth_password": "6c" * 16}
    account.sm.put_secret_value(SecretId=SECRET, SecretString=json.dumps(pending), VersionStages=["AWSPENDING"])
    result = restore(run, one, password)
    assert result["failed"] and "rotate_secrets.yml" in result["msg"] and not aws.mutating()


@pytest.mark.parametrize("step", ["_move", "_finish"])
def test_a_restore_that_died_is_finished(
    account: Account, run: Run, one: Path, password: str, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    account.put(changed())
    with monkeypatch.context() as patch:
        patch.setattr(rotation.Rotation, step, lambda self, action: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            restore(run, one, password)
    planned, result = restore(run, one, password, _check=True), restore(run, one, password)
    assert planned["changes"] == result["changes"]
    assert result["restoration"]["result"] == "restored", result
    ended = "What an earlier run had begun is at its end" in result["restoration"]["message"]
    assert ended == (step == "_finish")
    assert [key for key in DOCUMENT if key != "_rotated" and account.document[key] != DOCUMENT[key]] == []
    stages = account.sm.describe_secret(SecretId=SECRET)["VersionIdsToStages"].values()
    assert sorted(label for labels in stages for label in labels) == ["AWSCURRENT", "AWSPREVIOUS"]
    assert not restore(run, one, password)["changed"]


def test_a_value_that_is_no_text_is_left_and_told(account: Account, run: Run, one: Path, password: str) -> None:
    account.put({**DOCUMENT, "own": {"note": "other"}, "wake_pin": "1"})
    result = restore(run, one, password)
    assert (result["restoration"]["key_names"], result["restoration"]["left"]) == (["wake_pin"], ["own"])
    assert account.document["own"] == {"note": "other"}


def test_a_password_or_values_that_are_not_there_are_told(
    aws: AwsServer, run: Run, one: Path, password: str, tmp_path: Path
) -> None:
    missing = restore(run, one, str(tmp_path / "nowhere"))
    assert missing["failed"] and "cannot be read" in missing["msg"]
    (tmp_path / "empty").touch()
    assert "is empty" in restore(run, one, str(tmp_path / "empty"))["msg"]
    files = {"variables.json": b"{}", "secret.json": (one / "secret.json").read_bytes()}
    about = {"name": NAME, "contents": {}}
    without = store.Store(str(tmp_path / "others"), NAME).write(dt.datetime.now(dt.UTC), files, about)
    refused = restore(run, without, password)
    assert refused["failed"] and "made with a password" in refused["msg"] and not aws.calls


# --- Recordings


def test_deleted_recordings_come_back_in_the_version_that_they_had(
    aws: AwsServer, recorded: Account, run: Run, one: Path
) -> None:
    account, at = recorded, dt.datetime(2026, 11, 22, 10, tzinfo=dt.UTC)
    account.delete("one")
    # Overwritten, then deleted: what was above it must not come back.
    made.upload(account.s3, BUCKET, "two", "standup", at, b"another")
    account.delete("two")
    planned = run("recordings_restore", bucket=BUCKET, backup=str(one), _check=True)
    assert len(planned["restored"]) == 4 and not aws.mutating()
    result = run("recordings_restore", bucket=BUCKET, backup=str(one))
    assert result["restored"] == planned["restored"] and result["changed"]
    assert account.current("one") == account.ids["one"]
    media = account.s3.get_object(Bucket=BUCKET, Key="recordings/two/standup_2026-11-22-10-00-00.mp4")
    assert media["Body"].read() == b"two"
    again = run("recordings_restore", bucket=BUCKET, backup=str(one))
    assert not again["changed"] and not aws.mutating()


def test_what_is_lost_or_replaced_is_told_and_one_session_can_be_chosen(recorded: Account, run: Run, one: Path) -> None:
    account, at = recorded, dt.datetime(2026, 11, 22, 10, tzinfo=dt.UTC)
    key = "recordings/one/standup_2026-11-22-10-00-00.mp4"
    account.s3.delete_object(Bucket=BUCKET, Key=key, VersionId=account.ids["one"][0])
    made.upload(account.s3, BUCKET, "two", "standup", at, b"another")
    result = run("recordings_restore", bucket=BUCKET, backup=str(one))
    assert (result["changed"], result["lost"], len(result["replaced"]), result["kept"]) == (False, [key], 2, 1)
    only = run("recordings_restore", bucket=BUCKET, backup=str(one), sessions=["two"])
    assert (only["lost"], len(only["replaced"])) == ([], 2)
    unknown = run("recordings_restore", bucket=BUCKET, backup=str(one), sessions=["tw"])
    assert unknown["failed"] and "not in backup" in unknown["msg"]
