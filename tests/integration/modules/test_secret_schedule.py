# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""When AWS rotates a secret by itself: the options rotation_* of the module secret."""

from __future__ import annotations

import json

import pytest
from ansible_collections.meetops.jitsi.plugins.module_utils._aws import secretsmanager
from ansible_collections.meetops.jitsi.plugins.module_utils.secret import schedule as secret_schedule
from botocore.exceptions import ClientError

NAME = "meet-jitsi-secrets"
FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:meet-rotation"
RESOURCE = f"secret {NAME}"


@pytest.fixture
def sm(aws):
    """Secrets Manager, with a function that it may call."""
    trust = {"Version": "2012-10-17", "Statement": []}
    role = aws.client("iam").create_role(RoleName="r", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    aws.client("lambda").create_function(
        FunctionName="meet-rotation", Runtime="python3.13", Handler="a.b", Role=role, Code={"ZipFile": b"x"}
    )
    aws.client("lambda").add_permission(
        FunctionName="meet-rotation",
        StatementId="rotate",
        Action="lambda:InvokeFunction",
        Principal="secretsmanager.amazonaws.com",
    )
    return aws.client("secretsmanager")


@pytest.fixture
def secret(sm, run_well):
    wanted = {"name": NAME, "keys": {"turn_credentials": 32}, "rotation_function_arn": FUNCTION}
    return lambda **params: run_well("secret", **{**wanted, **params})


def schedule(sm):
    return secret_schedule.current(sm.describe_secret(SecretId=NAME))


def stages(sm):
    return list(sm.describe_secret(SecretId=NAME)["VersionIdsToStages"].values())


def test_a_new_secret_has_its_schedule_and_is_not_rotated(aws, as_planned, sm, secret):
    done = as_planned(secret)
    assert done["diff"]["after"][RESOURCE]["rotation"] == {"function": FUNCTION, "every": "90 days"}
    assert aws.mutating() == ["secretsmanager:CreateSecret", "secretsmanager:RotateSecret"]
    assert schedule(sm) == {"function": FUNCTION, "every": "90 days"}
    assert stages(sm) == [["AWSCURRENT"]]


def test_a_second_run_never_calls_rotate_secret(aws, secret):
    secret()
    assert not secret()["changed"]
    assert aws.mutating() == []


def test_drift_is_put_back_without_a_rotation(as_planned, sm, secret):
    secret()
    rules = {"AutomaticallyAfterDays": 7, "ScheduleExpression": "cron(0 3 * * ? *)"}
    sm.rotate_secret(SecretId=NAME, RotationRules=rules, RotateImmediately=False)
    done = as_planned(secret)
    assert done["diff"]["before"][RESOURCE] == {"rotation": {"function": FUNCTION, "every": "cron(0 3 * * ? *)"}}
    assert schedule(sm) == {"function": FUNCTION, "every": "90 days"}
    sm.cancel_rotate_secret(SecretId=NAME)
    assert secret(rotation_days=30)["changes"][0]["fields"] == ["rotation"]
    assert schedule(sm) == {"function": FUNCTION, "every": "30 days"}
    assert stages(sm) == [["AWSCURRENT"]]


def test_no_function_is_no_schedule(as_planned, sm, secret):
    secret()
    as_planned(secret, rotation_function_arn="")
    assert schedule(sm) is None
    assert not secret(rotation_function_arn="")["changed"]


def test_a_schedule_that_is_not_given_stays(sm, secret):
    secret()
    assert not secret(rotation_function_arn=None)["changed"]
    assert schedule(sm) == {"function": FUNCTION, "every": "90 days"}


def test_a_run_that_died_before_the_schedule_is_finished(sm, secret):
    secret(rotation_function_arn=None)
    assert secret()["changes"] == [{"resource": RESOURCE, "action": "update", "fields": ["rotation"]}]
    assert schedule(sm) == {"function": FUNCTION, "every": "90 days"}


class Refusing:
    """A client that does not see the function's policy for a while."""

    def __init__(self, times, message="Secrets Manager cannot invoke the specified Lambda function. Ensure"):
        self.times, self.message, self.calls = times, message, 0

    def rotate_secret(self, **request):
        assert request["RotateImmediately"] is False
        self.calls += 1
        if self.calls <= self.times:
            raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": self.message}}, "RotateSecret")


@pytest.mark.parametrize(
    ("client", "calls", "fails"),
    [
        (Refusing(0), 1, False),
        (Refusing(2), 3, False),
        (Refusing(99), len(secretsmanager.NEW_FUNCTION_WAITS_SECONDS) + 1, True),
        (Refusing(1, "not authorized to perform"), 1, True),
    ],
)
def test_a_new_function_is_waited_for(monkeypatch, client, calls, fails):
    monkeypatch.setattr(secretsmanager.time, "sleep", lambda seconds: None)
    failed = False
    try:
        secretsmanager.set_rotation(client, NAME, FUNCTION, 90)
    except ClientError:
        failed = True
    assert (client.calls, failed) == (calls, fails)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        (
            {"rotation_function_arn": "meet-rotation"},
            "rotation_function_arn meet-rotation: is no ARN of a function; give one, or nothing",
        ),
        ({"rotation_days": 0}, "rotation_days 0: out of range; give 1 to 1000 days"),
        ({"rotation_days": 1001}, "rotation_days 1001: out of range; give 1 to 1000 days"),
    ],
)
def test_bad_input_is_refused_before_any_call(refused, params, message):
    assert refused("secret", name=NAME, keys={"turn_credentials": 32}, **params) == message


@pytest.mark.parametrize(
    ("described", "schedule"),
    [
        ({}, None),
        ({"RotationEnabled": False, "RotationLambdaARN": FUNCTION}, None),
        (
            {"RotationEnabled": True, "RotationLambdaARN": FUNCTION, "RotationRules": {"AutomaticallyAfterDays": 90}},
            {"function": FUNCTION, "every": "90 days"},
        ),
        (
            {
                "RotationEnabled": True,
                "RotationLambdaARN": FUNCTION,
                "RotationRules": {"AutomaticallyAfterDays": 90, "ScheduleExpression": "rate(90 days)"},
            },
            {"function": FUNCTION, "every": "90 days"},
        ),
        (
            {
                "RotationEnabled": True,
                "RotationLambdaARN": FUNCTION,
                "RotationRules": {"AutomaticallyAfterDays": 90, "ScheduleExpression": "rate(4 hours)"},
            },
            {"function": FUNCTION, "every": "rate(4 hours)"},
        ),
    ],
)
def test_a_schedule_as_described(described, schedule):
    assert secret_schedule.current(described) == schedule


def test_kept_ends_the_rotation_and_nothing_else(aws, as_planned, sm, secret, run_module):
    kept = {"name": NAME, "state": "kept"}
    assert not run_module("secret", **kept)["changed"]
    secret()
    before = sm.get_secret_value(SecretId=NAME, VersionStage="AWSCURRENT")["SecretString"]
    as_planned(run_module, "secret", **kept)
    assert aws.mutating() == ["secretsmanager:CancelRotateSecret"]
    assert schedule(sm) is None
    assert sm.get_secret_value(SecretId=NAME, VersionStage="AWSCURRENT")["SecretString"] == before
    assert not run_module("secret", **kept)["changed"]
    assert secret()["changes"][0]["fields"] == ["rotation"]
    secret(state="absent")
    assert not run_module("secret", **kept)["changed"]
