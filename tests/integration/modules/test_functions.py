# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
from __future__ import annotations

import io
import json
import zipfile

import pytest
from ansible_collections.meetops.jitsi.plugins.module_utils._aws import lambda_ as api
from botocore.exceptions import ClientError
from support.deaths import Died, dies_before

NAME = "jitsi-wake"
GONE = {"name": NAME, "state": "absent"}
ROLE = "arn:aws:iam::123456789012:role/jitsi-wake-function"
DISTRIBUTION = "arn:aws:cloudfront::123456789012:distribution/E1ABCDEFGHIJKL"
RESOURCE = f"function {NAME}"
THROUGH_URL = [
    {
        "sid": "url",
        "principal": "cloudfront.amazonaws.com",
        "action": "lambda:InvokeFunctionUrl",
        "source_arn": DISTRIBUTION,
        "function_url_auth_type": "AWS_IAM",
    },
    {
        "sid": "invoke",
        "principal": "cloudfront.amazonaws.com",
        "source_arn": DISTRIBUTION,
        "source_account": "123456789012",
        "invoked_via_function_url": True,
    },
]


@pytest.fixture(scope="module")
def aws(aws_server):
    """An account for all of these tests, with the role of the functions: an empty one for each would take longer."""
    aws_server.reset()
    trust = {"Version": "2012-10-17", "Statement": []}
    aws_server.client("iam").create_role(RoleName="jitsi-wake-function", AssumeRolePolicyDocument=json.dumps(trust))
    return aws_server


@pytest.fixture
def awslambda(aws):
    client = aws.client("lambda")
    yield client
    for found in client.list_functions()["Functions"]:
        client.delete_function(FunctionName=found["FunctionName"])


@pytest.fixture
def item(tmp_path):
    """One function with everything."""
    (tmp_path / "handler.py").write_text("def handle(event, context):\n    return event\n")
    (tmp_path / "__init__.py").write_text("")

    def make(name=NAME, **changed):
        return {
            "name": name,
            "description": "Wakes the platform",
            "files": {
                "wake/handler.py": str(tmp_path / "handler.py"),
                "wake/__init__.py": str(tmp_path / "__init__.py"),
            },
            "handler": "wake.handler.handle",
            "role": ROLE,
            "environment": {"PLATFORM": "jitsi", "LIMIT": 20},
            "log_group": "/ecs/jitsi",
            "url": "AWS_IAM",
            "permissions": THROUGH_URL,
            "reserved_concurrency": 2,
            **changed,
        }

    return make


@pytest.fixture
def functions(aws, awslambda, run_well):
    return lambda *listed, **options: run_well("functions", functions=listed, tags={"Name": "jitsi"}, **options)


def plain(name, item):
    return item(name, url="none", permissions=[], reserved_concurrency=None, environment={}, log_group="")


def test_check_mode_tells_what_the_run_then_does(aws, functions, item):
    listed = [item(), plain("jitsi-sleep", item)]
    planned = functions(*listed, _check=True)
    assert aws.mutating() == []
    done = functions(*listed)
    assert planned["changed"]
    assert planned["changes"] == done["changes"]
    assert planned["diff"] == done["diff"]
    wake, sleep = done["functions"][NAME], done["functions"]["jitsi-sleep"]
    assert planned["functions"] == {NAME: {**wake, "url": ""}, "jitsi-sleep": sleep}
    assert wake["arn"] == f"arn:aws:lambda:us-east-1:123456789012:function:{NAME}"
    assert wake["url"].startswith("https://") and wake["url"].endswith(".lambda-url.us-east-1.on.aws/")
    assert sleep["url"] == ""


def test_second_run_changes_nothing_with_three_calls_a_function(aws, functions, item):
    listed = [item(), plain("jitsi-sleep", item)]
    first = functions(*listed)
    second = functions(*listed)
    assert second["diff"] == {"before": {}, "after": {}}
    assert second["functions"] == first["functions"]
    assert aws.calls == 2 * ["lambda:GetFunction", "lambda:GetFunctionUrlConfig", "lambda:GetPolicy"]


def test_everything_arrives(functions, awslambda, item):
    done = functions(item())
    found = awslambda.get_function(FunctionName=NAME)
    configuration = found["Configuration"]
    assert configuration["CodeSha256"] == done["functions"][NAME]["code_sha256"]
    assert configuration["Architectures"] == ["arm64"]
    assert configuration["Environment"]["Variables"] == {"PLATFORM": "jitsi", "LIMIT": "20"}
    assert configuration["LoggingConfig"] == {"LogFormat": "Text", "LogGroup": "/ecs/jitsi"}
    assert {
        key: configuration[key] for key in ("Description", "Handler", "Runtime", "Timeout", "MemorySize", "Role")
    } == {
        "Description": "Wakes the platform",
        "Handler": "wake.handler.handle",
        "Runtime": "python3.13",
        "Timeout": 30,
        "MemorySize": 128,
        "Role": ROLE,
    }
    assert found["Tags"] == {"Name": "jitsi"}
    assert found["Concurrency"] == {"ReservedConcurrentExecutions": 2}
    url = awslambda.get_function_url_config(FunctionName=NAME)
    assert (url["AuthType"], url["InvokeMode"]) == ("AWS_IAM", "BUFFERED")
    statements = json.loads(awslambda.get_policy(FunctionName=NAME)["Policy"])["Statement"]
    assert {statement["Sid"]: (statement["Action"], statement["Condition"]) for statement in statements} == {
        "url": (
            "lambda:InvokeFunctionUrl",
            {"ArnLike": {"AWS:SourceArn": DISTRIBUTION}, "StringEquals": {"lambda:FunctionUrlAuthType": "AWS_IAM"}},
        ),
        "invoke": (
            "lambda:InvokeFunction",
            {
                "ArnLike": {"AWS:SourceArn": DISTRIBUTION},
                "StringEquals": {"AWS:SourceAccount": "123456789012"},
                "Bool": {"lambda:InvokedViaFunctionUrl": "true"},
            },
        ),
    }


def foreign_code(client):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("wake/handler.py", "print('foreign')")
    client.update_function_code(FunctionName=NAME, ZipFile=buffer.getvalue(), Architectures=["x86_64"])


def configuration(client):
    client.update_function_configuration(
        FunctionName=NAME,
        Description="",
        Handler="a.b",
        Runtime="python3.12",
        Timeout=5,
        MemorySize=256,
        Role="arn:aws:iam::123456789012:role/other",
        Environment={"Variables": {"STRAY": "x"}},
        LoggingConfig={"LogFormat": "JSON", "LogGroup": "/other"},
        KMSKeyArn="arn:aws:kms:us-east-1:123456789012:key/12345678-1234-1234-1234-123456789012",
    )


def open_url(client):
    client.update_function_url_config(FunctionName=NAME, AuthType="NONE", Cors={"AllowOrigins": ["*"]})


def no_url(client):
    client.delete_function_url_config(FunctionName=NAME)


def everybody(client):
    client.add_permission(FunctionName=NAME, StatementId="stray", Action="lambda:InvokeFunction", Principal="*")
    client.remove_permission(FunctionName=NAME, StatementId="url")
    client.remove_permission(FunctionName=NAME, StatementId="invoke")
    client.add_permission(
        FunctionName=NAME, StatementId="invoke", Action="lambda:InvokeFunction", Principal="cloudfront.amazonaws.com"
    )


def concurrency(client):
    client.delete_function_concurrency(FunctionName=NAME)


def tags(client):
    arn = client.get_function(FunctionName=NAME)["Configuration"]["FunctionArn"]
    client.tag_resource(Resource=arn, Tags={"Name": "other", "Stray": "x"})


CONFIGURATION = ["description", "environment", "handler", "kms_key", "logging", "memory", "role", "runtime", "timeout"]


@pytest.mark.parametrize(
    ("drifts", "fields"),
    [
        ([foreign_code], ["architecture", "code_sha256"]),
        ([configuration], CONFIGURATION),
        ([open_url], ["url"]),
        ([no_url, concurrency], ["reserved_concurrency", "url"]),
        ([everybody, tags], ["permissions.invoke", "permissions.stray", "permissions.url", "tags"]),
    ],
)
def test_drift_is_put_back(as_planned, functions, awslambda, item, drifts, fields):
    first = functions(item())["diff"]["after"][RESOURCE]
    for drift in drifts:
        drift(awslambda)
    done = as_planned(functions, item())
    assert done["changes"] == [{"resource": RESOURCE, "action": "update", "fields": fields}]
    assert not functions(item())["changed"]
    assert done["diff"]["after"][RESOURCE].items() <= {**first, "permissions.stray": None}.items()


def test_a_changed_file_is_new_code_and_nothing_else(aws, functions, item, tmp_path):
    functions(item())
    (tmp_path / "handler.py").write_text("def handle(event, context):\n    return None\n")
    done = functions(item())
    assert [change["fields"] for change in done["changes"]] == [["code_sha256"]]
    assert aws.mutating() == ["lambda:UpdateFunctionCode"]


def test_url_concurrency_and_permissions_that_are_no_longer_wanted_go(functions, awslambda, item):
    functions(item(reserved_concurrency=0))
    assert not functions(item(reserved_concurrency=0))["changed"]
    done = functions(item(url="none", permissions=[], reserved_concurrency=None))
    assert done["changes"][0]["fields"] == ["permissions.invoke", "permissions.url", "reserved_concurrency", "url"]
    assert done["functions"][NAME]["url"] == ""
    with pytest.raises(awslambda.exceptions.ResourceNotFoundException):
        awslambda.get_policy(FunctionName=NAME)
    assert not functions(item(url="none", permissions=[], reserved_concurrency=None))["changed"]


def test_permissions_that_are_not_given_stay(functions, awslambda, item):
    functions(item())
    everybody(awslambda)
    unmanaged = {key: value for key, value in item().items() if key != "permissions"}
    assert not functions(unmanaged)["changed"]
    functions(unmanaged | {"name": "jitsi-new"})
    assert not functions(unmanaged | {"name": "jitsi-new"})["changed"]


def test_values_of_the_environment_are_not_shown(functions, item):
    done = functions(item(environment={"PLATFORM": "a-value-to-find"}))
    changed = functions(item(environment={"PLATFORM": "another-value-to-find"}))
    # The arguments that ansible hands back are the task's own.
    shown = json.dumps(
        [{key: value for key, value in result.items() if key != "invocation"} for result in (done, changed)]
    )
    assert "value-to-find" not in shown
    assert changed["changes"][0]["fields"] == ["environment"]


def test_absent_removes_the_function_and_no_other(as_planned, functions, awslambda, item):
    functions(item(), item(f"{NAME}-staging"))
    as_planned(functions, GONE)
    assert [found["FunctionName"] for found in awslambda.list_functions()["Functions"]] == [f"{NAME}-staging"]
    assert not functions(GONE)["changed"]
    assert not functions(item(f"{NAME}-staging"))["changed"]


def state(client):
    """All that a run leaves, without ids and times."""
    found = client.get_function(FunctionName=NAME)
    kept = {
        key: found["Configuration"][key] for key in ("CodeSha256", "Environment", "LoggingConfig", "Timeout", "Role")
    }
    url = client.get_function_url_config(FunctionName=NAME)
    policy = json.loads(client.get_policy(FunctionName=NAME)["Policy"])["Statement"]
    statements = sorted((statement["Sid"], json.dumps(statement["Condition"])) for statement in policy)
    return [kept, found["Tags"], found["Concurrency"], url["AuthType"], statements]


@pytest.mark.parametrize(
    ("drifts", "deaths"),
    [(None, range(5)), ([foreign_code, configuration, open_url, everybody, concurrency, tags], (2, 5, 8))],
)
def test_a_run_that_dies_is_finished_by_the_next(functions, awslambda, item, drifts, deaths):
    functions(item())
    wanted = state(awslambda)
    for number in deaths:
        if drifts is None:
            awslambda.delete_function(FunctionName=NAME)
        else:
            for drift in drifts:
                drift(awslambda)
        with pytest.raises(Died), dies_before(number):
            functions(item())
        functions(item())
        assert state(awslambda) == wanted


class Refusing:
    """A client that refuses a function's role for a while."""

    class exceptions:
        ResourceNotFoundException = KeyError

    def __init__(self, times, message="The role defined for the function cannot be assumed by Lambda."):
        self.times, self.message, self.calls = times, message, []

    def create_function(self, **request):
        self.calls.append(request["FunctionName"])
        if len(self.calls) <= self.times:
            error = {"Code": "InvalidParameterValueException", "Message": self.message}
            raise ClientError({"Error": error}, "CreateFunction")
        return {"FunctionArn": "arn"}

    def get_waiter(self, name):
        self.calls.append(name)
        return self

    def wait(self, **_):
        """There at once."""


@pytest.mark.parametrize(
    ("client", "calls"),
    [
        (Refusing(0), [NAME, "function_active_v2"]),
        (Refusing(3), [NAME] * 4 + ["function_active_v2"]),
        (Refusing(1, "The KMS key is invalid for CreateGrant."), [NAME] * 2 + ["function_active_v2"]),
        (Refusing(99), [NAME] * (len(api.NEW_ROLE_WAITS_SECONDS) + 1)),
        (Refusing(1, "Layers consume more than the available size"), [NAME]),
    ],
)
def test_a_role_that_lambda_does_not_know_yet_is_waited_for(monkeypatch, client, calls):
    waits = []
    monkeypatch.setattr(api.time, "sleep", waits.append)
    try:
        api.create(client, NAME, b"", "arm64", {}, {})
    except ClientError:
        assert len(calls) in (1, len(api.NEW_ROLE_WAITS_SECONDS) + 1)
    assert client.calls == calls
    assert 45 <= sum(api.NEW_ROLE_WAITS_SECONDS) <= 90


@pytest.mark.parametrize(
    ("found", "calls"),
    [
        ({"State": "Active", "LastUpdateStatus": "Successful"}, []),
        ({"State": "Inactive", "LastUpdateStatus": "Successful"}, []),
        ({"State": "Pending"}, ["function_active_v2"]),
        ({"State": "Active", "LastUpdateStatus": "InProgress"}, ["function_updated_v2"]),
    ],
)
def test_what_another_run_began_is_waited_for(found, calls):
    client = Refusing(0)
    api.settle(client, {"Configuration": {"FunctionName": NAME, **found}})
    assert client.calls == calls


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"name": "x" * 65}, f"functions {'x' * 65}: is no name of a function; use up to 64 letters, digits, - and _"),
        ({"timeout": 901}, f"functions {NAME}: timeout 901 s is out of range; use 1 to 900"),
        (
            {"files": {"wake/handler.py": "/nowhere/x.py"}},
            f"functions {NAME}: file /nowhere/x.py cannot be read (No such",
        ),
    ],
)
def test_bad_input_is_refused_before_any_call(refused, item, changed, message):
    assert refused("functions", functions=[item(**changed)]).startswith(message)


def test_a_name_that_is_listed_twice_is_refused(refused, item):
    for twice in (item(), GONE):
        assert refused("functions", functions=[item(), twice]) == f"functions {NAME}: is listed twice; list it once"


def test_a_function_to_keep_needs_more_than_its_name(refused):
    message = refused("functions", functions=[{"name": NAME, "handler": "a.b"}])
    assert message == "state is present but all of the following are missing: files, role found in functions"


def test_a_reservation_that_the_account_has_no_room_for(aws, functions, awslambda, item):
    """All of those that say so do without, plan and run alike; once there is room they get it."""
    functions(plain("jitsi-other", item))
    awslambda.put_function_concurrency(FunctionName="jitsi-other", ReservedConcurrentExecutions=896)
    listed = [
        item(reserved_concurrency=3, reserve_if_possible=True),
        {**plain("jitsi-sleep", item), "reserved_concurrency": 2, "reserve_if_possible": True},
    ]
    planned = functions(*listed, _check=True)
    done = functions(*listed)
    assert planned["changes"] == done["changes"]
    assert "no room to reserve 5" in str(done["warnings"])
    assert "Concurrency" not in awslambda.get_function(FunctionName=NAME)
    # What somebody sets by hand goes, also where nothing can be reserved.
    awslambda.put_function_concurrency(FunctionName=NAME, ReservedConcurrentExecutions=0)
    assert functions(*listed)["changes"] == [
        {"resource": RESOURCE, "action": "update", "fields": ["reserved_concurrency"]}
    ]
    assert "Concurrency" not in awslambda.get_function(FunctionName=NAME)
    assert not functions(*listed)["changed"]
    awslambda.put_function_concurrency(FunctionName="jitsi-other", ReservedConcurrentExecutions=895)
    done = functions(*listed)
    assert not done.get("warnings")
    assert awslambda.get_function(FunctionName=NAME)["Concurrency"] == {"ReservedConcurrentExecutions": 3}
    aws.calls.clear()
    assert not functions(*listed)["changed"]
    assert "lambda:GetAccountSettings" not in aws.calls
    # One that insists is refused, as AWS does.
    with pytest.raises(AssertionError, match="below its minimum value"):
        functions(item(reserved_concurrency=500))
