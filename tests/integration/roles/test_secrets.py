# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The role secrets, and the rotation function that it uploads: run from its zip, step by step as Secrets Manager calls
it."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import time
import traceback
import uuid
import zipfile
from pathlib import Path

import pytest
import yaml
from ansible_collections.meetops.jitsi.plugins.module_utils.access.roles import canonical
from botocore.exceptions import ClientError
from support.server import CREDENTIALS, REGION, ROOT

NAME = "meet-jitsi-secrets"
FUNCTION = "meet-rotation"
STEPS = ["createSecret", "setSecret", "testSecret", "finishSecret"]
ACCOUNT = "123456789012"
VARS = yaml.safe_load((ROOT / "roles/secrets/vars/main.yml").read_text())
OWNED = set(VARS["_secrets_keys"])


@pytest.fixture(scope="module")
def play(play_of):
    return play_of(
        {"secrets_platform": "meet", "secrets_tags": {"Environment": "prod"}}, roles=["meetops.jitsi.secrets"]
    )


@pytest.fixture(scope="module")
def made(aws_server, play):
    """An account in which the role has run once. That it plans truly and repeats is a test of the whole site."""
    aws_server.reset()
    play()
    return list(aws_server.calls)


def code():
    """What Lambda has."""
    from moto.awslambda.utils import get_backend

    return zipfile.ZipFile(io.BytesIO(get_backend(ACCOUNT, REGION).get_function(FUNCTION).code_bytes))


def test_aws_rotates_the_secret_by_itself_but_not_now(made, aws_server):
    # The schedule is set, and no version is made for it.
    assert made.count("secretsmanager:RotateSecret") == 1
    described = aws_server.client("secretsmanager").describe_secret(SecretId=NAME)
    assert described["RotationEnabled"]
    assert described["RotationRules"] == {"AutomaticallyAfterDays": 90}
    assert described["RotationLambdaARN"] == f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:{FUNCTION}"
    assert list(described["VersionIdsToStages"].values()) == [["AWSCURRENT"]]


def test_who_may_call_the_function(made, aws_server):
    policy = json.loads(aws_server.client("lambda").get_policy(FunctionName=FUNCTION)["Policy"])
    assert {
        statement["Sid"]: (statement["Principal"], statement["Condition"]) for statement in policy["Statement"]
    } == {
        "report": (
            {"Service": "events.amazonaws.com"},
            {"ArnLike": {"AWS:SourceArn": f"arn:aws:events:us-east-1:{ACCOUNT}:rule/meet-secret-age"}},
        ),
        "rotate": (
            {"Service": "secretsmanager.amazonaws.com"},
            {
                "ArnLike": {"AWS:SourceArn": f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:{NAME}-??????"},
                "StringEquals": {"AWS:SourceAccount": ACCOUNT},
            },
        ),
    }


def test_what_the_function_may_do(made, aws_server):
    document = aws_server.client("iam").get_role_policy(RoleName="meet-rotation-function", PolicyName="rotate-secret")[
        "PolicyDocument"
    ]
    statements = canonical(document)["Statement"]
    # Two actions take no other resource. The list of tasks is confined by its condition.
    anywhere = {action for statement in statements if "*" in statement["Resource"] for action in statement["Action"]}
    assert anywhere == {"application-autoscaling:DescribeScalableTargets", "ecs:ListTasks"}
    for statement in statements:
        for resource in statement["Resource"]:
            assert resource == "*" or f":us-east-1:{ACCOUNT}:" in resource
    allowed = {action for statement in statements for action in statement["Action"]}
    # What Lambda itself does for it, and the warning that the function sends.
    assert allowed - {"logs:CreateLogStream", "logs:PutLogEvents", "sns:Publish"} == set(calls_of_the_code())


def calls_of_the_code():
    """IAM's names of all calls that a rotation can make."""
    services = {"sm": "secretsmanager", "ecs": "ecs", "autoscaling": "application-autoscaling", "logs": "logs"}
    source = (ROOT / "plugins/module_utils/secret/calls.py").read_text()
    found = re.findall(r'self\.(sm|ecs|autoscaling|logs)\.(?:get_paginator\(")?(\w+)(?:"\))?[.(]', source)
    for client, method in found:
        if method != "exceptions":
            yield f"{services[client]}:{''.join(word.capitalize() for word in method.split('_'))}"


def test_the_zip_needs_nothing_but_python_and_boto3(made, tmp_path):
    code().extractall(tmp_path)
    script = """if True:
        import sys
        sys.path.insert(0, sys.argv[1])
        import rotation_function
        print([name for name in sys.modules if name.partition('.')[0].startswith('ansible')])
    """
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.stdout.strip(), done.stderr) == ("[]", "")


# --- The function


class Lambda:
    """The function as Lambda runs it, and the secret that it rotates."""

    def __init__(self, module, aws, capsys):
        self.module, self.aws, self.capsys = module, aws, capsys
        self.sm = aws.client("secretsmanager")
        self.arn = self.sm.describe_secret(SecretId=NAME)["ARN"]
        self.values = set()
        self.printed = ""
        self.remember()

    def rotate(self):
        """What ``aws secretsmanager rotate-secret`` does before it calls the function; returns the version's id."""
        token = str(uuid.uuid4())
        self.sm.rotate_secret(SecretId=NAME, ClientRequestToken=token)
        return token

    def step(self, step, token, secret=None):
        """Call the function for one step; returns what it printed."""
        return self.call(event(step, token, secret or self.arn))

    def call(self, given):
        """Call the function; returns the lines that it printed. No value may be in them, nor in an error."""
        text = ""
        try:
            self.module.handle(given)
        except Exception as error:
            text = "".join(traceback.format_exception(error))
            raise
        finally:
            self.remember()
            printed = self.capsys.readouterr().out
            assert not [value for value in self.values if value in printed + text]
        return [json.loads(line) for line in printed.splitlines()]

    def remember(self):
        """Collect the values of all versions."""
        for version in self.labels():
            self.values |= {value for value in self.document(version).values() if isinstance(value, str)}

    def labels(self):
        return self.sm.describe_secret(SecretId=NAME)["VersionIdsToStages"]

    def version(self, label):
        return next((version for version, labels in self.labels().items() if label in labels), None)

    def document(self, version):
        try:
            return json.loads(self.sm.get_secret_value(SecretId=NAME, VersionId=version)["SecretString"])
        except (self.sm.exceptions.ResourceNotFoundException, KeyError):
            return {}


@pytest.fixture(scope="module")
def module(made, tmp_path_factory):
    folder = tmp_path_factory.mktemp("task")
    code().extractall(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        import rotation_function

        assert Path(rotation_function.__file__).parent == folder
        yield rotation_function


@pytest.fixture
def function(module, aws_server, capsys, monkeypatch):
    """The function, in its environment. Every test leaves a secret that waits for no rotation."""
    client = aws_server.client("lambda")
    environment = client.get_function(FunctionName=FUNCTION)["Configuration"]["Environment"]["Variables"]
    for name, value in {**environment, **CREDENTIALS, "AWS_DEFAULT_REGION": REGION}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_ENDPOINT_URL", aws_server.url)
    monkeypatch.setattr(time, "sleep", lambda seconds: None)
    found = Lambda(module, aws_server, capsys)
    yield found
    pending = found.version("AWSPENDING")
    if pending:
        found.sm.update_secret_version_stage(SecretId=NAME, VersionStage="AWSPENDING", RemoveFromVersionId=pending)


@pytest.mark.parametrize(("times", "by_name"), [(1, False), (2, True)])
def test_four_steps_rotate_every_value_of_the_platform(function, times, by_name):
    former = function.version("AWSCURRENT")
    before = function.document(former)
    token = function.rotate()
    assert function.version("AWSPENDING") == token
    printed = []
    for step in STEPS:
        for _ in range(times):
            # Repeated, as Secrets Manager does when an answer is lost.
            if function.version("AWSPENDING") or step != "finishSecret":
                printed += function.step(step, token, NAME if by_name else None)
    assert function.version("AWSCURRENT") == token
    assert function.version("AWSPREVIOUS") == former
    assert function.version("AWSPENDING") in (None, token)
    after = function.document(token)
    assert {key for key in before if after[key] != before[key]} - {"_rotated"} == OWNED
    assert all(len(after[key]) == len(before[key]) for key in OWNED)
    assert {line["source"] for line in printed} == {"rotation"}
    assert [line["step"] for line in printed if line["message"] == "done"][0::times] == STEPS


def test_a_rotation_that_is_done_is_done(function):
    token = function.rotate()
    for step in STEPS:
        function.step(step, token)
    labels = function.labels()
    for step in STEPS:
        (line,) = function.step(step, token)
        assert line["message"] == "nothing to do: this version is current"
    assert function.labels() == labels


def event(step, token, secret=NAME):
    return {"Step": step, "SecretId": secret, "ClientRequestToken": token}


def refused(function, message, event):
    """The function fails with this message, and the secret stays as it is."""
    labels = function.labels()
    documents = {version: function.document(version) for version in labels}
    function.aws.calls.clear()
    with pytest.raises(Exception, match=message):
        function.call(event)
    assert function.aws.mutating() == []
    assert function.labels() == labels
    assert {version: function.document(version) for version in labels} == documents


def test_a_version_that_is_not_there_is_refused(function):
    function.rotate()
    for step in STEPS:
        refused(function, "has no version", event(step, str(uuid.uuid4())))


def test_a_version_that_does_not_wait_is_refused(function):
    token, former = function.rotate(), function.version("AWSCURRENT")
    for step in STEPS:
        function.step(step, token)
    for step in STEPS:
        refused(function, "is not labelled AWSPENDING", event(step, former))


def test_another_secret_is_refused(function):
    other = function.sm.create_secret(Name=f"{NAME}-staging", SecretString="{}")
    token = function.rotate()
    for step in STEPS:
        refused(function, "the event is about another secret", event(step, token, other["ARN"]))
    refused(function, "the event is about another secret", event("createSecret", token, other["Name"]))


def test_a_secret_that_is_not_to_be_rotated_is_refused(function):
    token = function.rotate()
    described = function.sm.describe_secret(SecretId=NAME)
    function.sm.cancel_rotate_secret(SecretId=NAME)
    for step in STEPS:
        refused(function, "rotation is not enabled", event(step, token))
    function.sm.update_secret_version_stage(SecretId=NAME, VersionStage="AWSPENDING", RemoveFromVersionId=token)
    function.sm.rotate_secret(SecretId=NAME, RotationLambdaARN=described["RotationLambdaARN"], RotateImmediately=False)


@pytest.mark.parametrize(
    "unknown",
    [{}, {"Step": "createSecret"}, {"Step": "other", "SecretId": NAME, "ClientRequestToken": "x"}, {"action": "other"}],
)
def test_another_event_is_refused(function, unknown):
    refused(function, "none of Secrets Manager's four steps", unknown)


def test_a_schedule_that_is_set_tests_the_function_only(function):
    """AWS calls testSecret alone, with a version that it makes for that: empty, or with the current document."""
    token = function.rotate()
    printed = function.step("testSecret", token)
    assert [line["message"] for line in printed] == ["the version is empty, so only the schedule is tested", "done"]
    same = function.sm.get_secret_value(SecretId=NAME, VersionStage="AWSCURRENT")["SecretString"]
    function.sm.put_secret_value(
        SecretId=NAME, ClientRequestToken=token, SecretString=same, VersionStages=["AWSPENDING"]
    )
    assert [line["message"] for line in function.step("testSecret", token)] == ["done"]


@pytest.fixture
def meeting(function, request):
    """A platform that is awake, in which so many people meet, 3 by default; None is that nobody tells."""
    people = getattr(request, "param", 3)
    ecs, logs = function.aws.client("ecs"), function.aws.client("logs")
    ecs.create_cluster(clusterName="meet-cluster")
    ecs.register_task_definition(family="t", containerDefinitions=[{"name": "c", "image": "i", "memory": 64}])
    ecs.create_service(cluster="meet-cluster", serviceName="meet-service", taskDefinition="t", desiredCount=0)
    ecs.update_service(cluster="meet-cluster", service="meet-service", desiredCount=1)
    logs.create_log_group(logGroupName="/ecs/meet")
    logs.create_log_stream(logGroupName="/ecs/meet", logStreamName="jicofo")
    figures = {"source": "jicofo", "platform": "meet", "participants": people, "bridges": 1, "recorders": 0}
    logs.put_log_events(
        logGroupName="/ecs/meet",
        logStreamName="jicofo",
        logEvents=[{"timestamp": int(time.time() * 1000), "message": json.dumps(figures)}],
    )
    yield
    ecs.delete_service(cluster="meet-cluster", service="meet-service", force=True)
    ecs.delete_cluster(cluster="meet-cluster")
    logs.delete_log_group(logGroupName="/ecs/meet")


@pytest.mark.parametrize(
    ("meeting", "who"),
    [
        (3, "3 people meet now"),
        # They talk past the bridge.
        (2, "2 people meet now"),
        (1, "1 person is in a meeting now"),
        (None, "nobody knows how many people meet, since jicofo has not told"),
    ],
    indirect=["meeting"],
)
def test_while_people_meet_nothing_is_written(function, meeting, who):
    token = function.rotate()
    refused(function, f"postponed, since {who}", event("createSecret", token))
    assert function.document(token) == {}


def test_values_that_were_made_while_nobody_met_wait_for_the_last_to_leave(function, request):
    token = function.rotate()
    function.step("createSecret", token)
    request.getfixturevalue("meeting")
    refused(function, "postponed, since 3 people meet", event("setSecret", token))
    refused(function, "postponed, since 3 people meet", event("finishSecret", token))


def test_the_report_tells_the_age(function):
    labels = function.labels()
    (line,) = function.call({"action": "report"})
    assert line == {"source": "secret", "platform": "meet", "age_days": pytest.approx(0, abs=0.1)}
    assert function.labels() == labels


def test_an_overdue_secret_is_told_to_people(function, aws_server, monkeypatch):
    sns, sqs = aws_server.client("sns"), aws_server.client("sqs")
    assert sns.create_topic(Name="meet-alerts")["TopicArn"] == os.environ["TOPIC"]
    assert float(os.environ["OVERDUE_DAYS"]) > 90
    queue = sqs.create_queue(QueueName="mail")["QueueUrl"]
    sns.subscribe(TopicArn=os.environ["TOPIC"], Protocol="sqs", Endpoint=f"arn:aws:sqs:us-east-1:{ACCOUNT}:mail")
    function.call({"action": "report"})
    assert "Messages" not in sqs.receive_message(QueueUrl=queue)
    monkeypatch.setenv("OVERDUE_DAYS", "-1")
    function.call({"action": "report"})
    (message,) = sqs.receive_message(QueueUrl=queue)["Messages"]
    body = json.loads(message["Body"])
    assert body["Subject"] == "meet: rotation overdue"
    assert "playbooks/rotate_secrets.yml" in body["Message"]


def test_once_a_day_a_rotation_is_finished_that_was_left_half_way(function, request):
    token = function.rotate()
    function.step("createSecret", token)
    function.call({"action": "report"})
    assert function.version("AWSCURRENT") == token
    assert function.version("AWSPENDING") is None

    token = function.rotate()
    request.getfixturevalue("meeting")
    *_, line = function.call({"action": "report"})
    assert line["message"] == "postponed, since 3 people meet now"
    assert function.version("AWSPENDING") == token


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda text: ClientError({"Error": {"Code": "Bad", "Message": text}}, "PutSecretValue"),
            "^PutSecretValue failed",
        ),
        (ValueError, "^unexpected ValueError$"),
    ],
)
def test_an_error_that_may_hold_a_value_is_not_told(function, monkeypatch, make, message):
    told = make(next(iter(function.values)))

    def fail(*_args, **_options):
        raise told

    token = function.rotate()
    monkeypatch.setitem(function.module.STEPS, "createSecret", fail)
    with pytest.raises(function.module.Refused, match=message):
        function.step("createSecret", token)


def test_without_the_function_nothing_of_it_is_left(made, aws_server, play):
    """The last to use the account."""
    done = play(extra_vars={"secrets_rotation_function": False})
    assert len(done.changed_tasks) == 4
    assert aws_server.client("lambda").list_functions()["Functions"] == []
    assert aws_server.client("events").list_rules()["Rules"] == []
    assert aws_server.client("iam").list_roles()["Roles"] == []
    assert not aws_server.client("secretsmanager").describe_secret(SecretId=NAME)["RotationEnabled"]
