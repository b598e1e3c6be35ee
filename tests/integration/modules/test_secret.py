# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The module secret against the emulated AWS. Every result of every run is searched for every value."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.meetops.jitsi.plugins.module_utils._aws import secretsmanager
from support.deaths import Died
from support.server import AwsServer

NAME = "jitsi-video-platform-jitsi-secrets"
KEYS = {"jicofo_auth_password": 16, "jvb_auth_password": 16, "turn_credentials": 32}
WANTED = {"name": NAME, "keys": KEYS, "description": "Passwords", "tags": {"Name": NAME, "Environment": "test"}}
KEY_ARN = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"

Run = Callable[..., dict[str, Any]]


@pytest.fixture
def sm(aws: AwsServer) -> Any:
    return aws.client("secretsmanager")


@pytest.fixture
def run(aws: AwsServer, sm: Any, run_module: Run) -> Run:
    """Run the module with WANTED and what differs from it; clear the calls before; look for values in the result."""

    def run(**params: Any) -> dict[str, Any]:
        aws.calls.clear()
        result = run_module("secret", **{**WANTED, **params})
        made = list(aws.calls)
        for text in texts(sm):
            values = json.loads(text).values() if text.startswith("{") else [text]
            assert not [value for value in values if len(str(value)) > 5 and str(value) in json.dumps(result)]
        aws.calls[:] = made
        return result

    return run


def texts(sm: Any) -> list[str]:
    """Every text of every version."""
    try:
        versions = sm.describe_secret(SecretId=NAME).get("VersionIdsToStages", {})
        return [sm.get_secret_value(SecretId=NAME, VersionId=version).get("SecretString", "") for version in versions]
    except (sm.exceptions.ResourceNotFoundException, sm.exceptions.InvalidRequestException):
        return []


def document(sm: Any, stage: str = "AWSCURRENT") -> dict[str, Any]:
    return dict(json.loads(sm.get_secret_value(SecretId=NAME, VersionStage=stage)["SecretString"]))


def described(sm: Any) -> dict[str, Any]:
    answer = sm.describe_secret(SecretId=NAME)
    return {
        "description": answer.get("Description", ""),
        "kms_key_id": answer.get("KmsKeyId") or "",
        "tags": {tag["Key"]: tag["Value"] for tag in answer.get("Tags", [])},
        "deletion": answer.get("DeletedDate"),
    }


AS_WANTED = {"description": "Passwords", "kms_key_id": "", "tags": WANTED["tags"], "deletion": None}


def planned(result: dict[str, Any]) -> dict[str, Any]:
    """What check mode must tell truthfully."""
    return {name: result[name] for name in ("changed", "diff", "changes", "key_names", "generated")}


def test_created_in_one_call_with_every_key(aws: AwsServer, sm: Any, run: Run) -> None:
    plan = run(_check=True)
    assert aws.calls == ["secretsmanager:DescribeSecret"]
    assert (plan["arn"], plan["version_id"]) == ("", "")

    result = run()
    assert aws.calls == ["secretsmanager:DescribeSecret", "secretsmanager:CreateSecret"]
    assert result["changed"]
    assert planned(result) == planned(plan)
    assert result["key_names"] == result["generated"] == sorted(KEYS)
    assert result["diff"]["after"][f"secret {NAME}"]["keys"] == sorted(KEYS)

    values = document(sm)
    assert set(values) == set(KEYS)
    assert all(re.fullmatch(rf"[0-9a-f]{{{2 * KEYS[key]}}}", value) for key, value in values.items())
    assert described(sm) == AS_WANTED
    answer = sm.describe_secret(SecretId=NAME)
    assert (result["arn"], {result["version_id"]: ["AWSCURRENT"]}) == (answer["ARN"], answer["VersionIdsToStages"])


def test_the_second_run_reads_twice_and_changes_nothing(aws: AwsServer, sm: Any, run: Run) -> None:
    first, before = run(), document(sm)
    for result in (run(_check=True), run()):
        assert aws.calls == ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"]
        assert not result["changed"]
        assert result["generated"] == []
        assert {name: result[name] for name in ("arn", "version_id", "key_names")} == {
            name: first[name] for name in ("arn", "version_id", "key_names")
        }
    assert document(sm) == before


def test_completing_keeps_every_other_value(aws: AwsServer, sm: Any, run: Run) -> None:
    old = {
        "own_key": "chosen by the operator",
        "jvb_auth_password": "not even hexadecimal ✓ \ud83d\ude00",
        "number": 12345678901234567890,
        "nested": {"b": [1, 2.5, None], "a": False},
        "turn_credentials": "",
    }
    text = json.dumps(old)
    created = sm.create_secret(Name=NAME, SecretString=text, Description="Passwords", Tags=_tags(WANTED["tags"]))

    plan = run(_check=True)
    assert aws.mutating() == []
    result = run()
    assert aws.mutating() == ["secretsmanager:PutSecretValue"]
    assert planned(result) == planned(plan)
    assert result["generated"] == ["jicofo_auth_password", "turn_credentials"]
    assert result["changes"] == [{"resource": f"secret {NAME}", "action": "update", "fields": ["keys"]}]
    assert result["key_names"] == sorted({*old, *KEYS})

    new = document(sm)
    assert {key: json.dumps(new[key]) for key in old if key != "turn_credentials"} == {
        key: json.dumps(old[key]) for key in old if key != "turn_credentials"
    }
    assert (len(new["turn_credentials"]), len(new["jicofo_auth_password"])) == (64, 32)
    # The version before is the previous one, as it was.
    assert sm.get_secret_value(SecretId=NAME, VersionStage="AWSPREVIOUS")["SecretString"] == text
    assert result["version_id"] != created["VersionId"]
    assert not run()["changed"]


def _tags(tags: dict[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def test_a_secret_without_a_value_is_completed(aws: AwsServer, sm: Any, run: Run) -> None:
    sm.create_secret(Name=NAME, Description="Passwords", Tags=_tags(WANTED["tags"]))
    plan = run(_check=True)
    result = run()
    assert planned(result) == planned(plan)
    assert result["generated"] == sorted(KEYS) == sorted(document(sm))
    assert not run()["changed"]


DRIFTS: dict[str, tuple[Callable[[Any], Any], list[str]]] = {
    "description": (lambda sm: sm.update_secret(SecretId=NAME, Description="other"), ["secretsmanager:UpdateSecret"]),
    "kms_key_id": (lambda sm: sm.update_secret(SecretId=NAME, KmsKeyId=KEY_ARN), ["secretsmanager:UpdateSecret"]),
    "tags": (
        lambda sm: (
            sm.untag_resource(SecretId=NAME, TagKeys=["Environment"]),
            sm.tag_resource(SecretId=NAME, Tags=_tags({"Name": "other", "Stray": "x"})),
        ),
        ["secretsmanager:TagResource", "secretsmanager:UntagResource"],
    ),
}


@pytest.mark.parametrize("field", DRIFTS)
def test_drift_is_put_back_without_a_new_version(aws: AwsServer, sm: Any, run: Run, field: str) -> None:
    change, calls = DRIFTS[field]
    first, before = run(), document(sm)
    change(sm)
    assert described(sm)[field] != AS_WANTED[field]

    plan = run(_check=True)
    assert aws.mutating() == []
    result = run()
    assert aws.mutating() == calls
    assert planned(result) == planned(plan)
    assert [entry["fields"] for entry in result["changes"]] == [[field]]
    assert described(sm) == AS_WANTED
    assert (document(sm), result["version_id"]) == (before, first["version_id"])
    assert not run()["changed"]


def test_an_own_key_and_no_description(sm: Any, run: Run) -> None:
    run()
    assert run(kms_key_id=KEY_ARN, description="")["changed"]
    assert described(sm) == {**AS_WANTED, "kms_key_id": KEY_ARN, "description": ""}
    assert not run(kms_key_id=KEY_ARN, description="")["changed"]
    assert not run(kms_key_id=KEY_ARN.rpartition("/")[2], description="")["changed"], "another spelling of the key"


def test_a_deleted_secret_is_restored_with_its_values_and_completed(aws: AwsServer, sm: Any, run: Run) -> None:
    run(keys={"jvb_auth_password": 16})
    before = document(sm)
    sm.delete_secret(SecretId=NAME, RecoveryWindowInDays=7)

    plan = run(_check=True)
    assert aws.calls == ["secretsmanager:DescribeSecret"]
    result = run()
    assert aws.mutating() == ["secretsmanager:RestoreSecret", "secretsmanager:PutSecretValue"]
    assert (result["changes"], result["diff"]) == (plan["changes"], plan["diff"])
    assert [entry["fields"] for entry in result["changes"]] == [["deletion_scheduled"]]
    assert result["key_names"] == sorted(KEYS)
    assert result["generated"] == ["jicofo_auth_password", "turn_credentials"]
    assert described(sm) == AS_WANTED
    assert document(sm)["jvb_auth_password"] == before["jvb_auth_password"]
    assert not run()["changed"]


@pytest.mark.parametrize(
    "value",
    [{"SecretString": "hunter2hunter2"}, {"SecretString": '["hunter2hunter2"]'}, {"SecretBinary": b"hunter2hunter2"}],
)
def test_a_value_that_is_no_object_is_an_error_that_does_not_show_it(
    aws: AwsServer, sm: Any, run: Run, value: dict[str, Any]
) -> None:
    sm.create_secret(Name=NAME, **value)
    for check in (True, False):
        result = run(_check=check)
        assert result["failed"]
        assert "does not hold a JSON object" in result["msg"]
        assert "hunter2" not in json.dumps(result)
        assert aws.mutating() == []


def test_an_unfinished_rotation_is_left_alone(aws: AwsServer, sm: Any, run: Run) -> None:
    run()
    pending = sm.put_secret_value(SecretId=NAME, SecretString='{"a": "pending value"}', VersionStages=["AWSPENDING"])
    stages = sm.describe_secret(SecretId=NAME)["VersionIdsToStages"]
    assert not run()["changed"]

    result = run(keys={**KEYS, "added": 16})
    assert result["failed"]
    assert all(words in result["msg"] for words in ("added", pending["VersionId"], "rotation"))
    assert aws.mutating() == []
    assert sm.describe_secret(SecretId=NAME)["VersionIdsToStages"] == stages


def test_absent_schedules_the_deletion_once(aws: AwsServer, sm: Any, run: Run) -> None:
    run()
    plan = run(state="absent", recovery_window_days=7, _check=True)
    assert aws.calls == ["secretsmanager:DescribeSecret"]
    result = run(state="absent", recovery_window_days=7)
    assert result["changed"]
    assert planned(result) == planned(plan)
    assert aws.mutating() == ["secretsmanager:DeleteSecret"]
    assert described(sm)["deletion"] is not None
    assert not run(state="absent")["changed"]
    assert aws.calls == ["secretsmanager:DescribeSecret"]


def test_absent_without_a_secret(aws: AwsServer, run: Run) -> None:
    result = run(state="absent", keys=None)
    assert (result["changed"], result["arn"]) == (False, "")
    assert aws.calls == ["secretsmanager:DescribeSecret"]


@pytest.mark.parametrize(
    "params",
    [
        {"name": "not a name"},
        {"keys": {}},
        {"keys": {"Upper": 16}},
        {"keys": {"short": 8}},
        {"kms_key_id": "mine"},
        {"recovery_window_days": 3},
    ],
)
def test_bad_input_fails_before_the_first_call(refused: Callable[..., str], params: dict[str, Any]) -> None:
    assert refused("secret", **{**WANTED, **params}).startswith(next(iter(params)))


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("call", ["create", "restore", "update", "tag", "put"])
def test_a_run_that_died_is_finished_by_the_next(
    sm: Any, run: Run, run_module: Run, monkeypatch: pytest.MonkeyPatch, call: str, after: bool
) -> None:
    kept = {}
    if call != "create":
        run(description="other", tags={"Stray": "x"}, keys={"jvb_auth_password": 16})
        kept = document(sm)
        sm.delete_secret(SecretId=NAME)
    real = getattr(secretsmanager, call)

    def die(*args: Any, **kwargs: Any) -> None:
        if after:
            real(*args, **kwargs)
        raise Died

    with monkeypatch.context() as patched:
        patched.setattr(secretsmanager, call, die)
        with pytest.raises(Died):
            run_module("secret", **WANTED)
    run()
    assert described(sm) == AS_WANTED
    assert set(document(sm)) == set(KEYS)
    assert {**document(sm), **kept} == document(sm)
    assert not run()["changed"]
    assert len(sm.list_secrets()["SecretList"]) == 1
