# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
from __future__ import annotations

import io
import json
import zipfile

import pytest
from ansible_collections.meetops.jitsi.plugins.module_utils.errors import InvalidInput, refuse_items
from ansible_collections.meetops.jitsi.plugins.module_utils.functions import functions

CODE = {"wake/handler.py": b"def handle(event, context): ...\n", "wake/__init__.py": b""}
SERVICE = "events.amazonaws.com"
RULE = "arn:aws:events:us-east-1:123456789012:rule/jitsi-tasks"
KEY = "arn:aws:kms:us-east-1:123456789012:key/x"


def permission(**changed):
    return {
        "sid": "events",
        "principal": SERVICE,
        "action": "lambda:InvokeFunction",
        "source_arn": RULE,
        "source_account": None,
        "function_url_auth_type": None,
        "invoked_via_function_url": False,
        **changed,
    }


FUNCTION = {
    "name": "jitsi-wake",
    "description": "Wakes",
    "files": {"wake/handler.py": "/a", "wake/__init__.py": "/b"},
    "handler": "wake.handler.handle",
    "runtime": "python3.13",
    "architecture": "arm64",
    "timeout": 30,
    "memory": 128,
    "role": "arn:aws:iam::123456789012:role/jitsi/wake-function",
    "environment": {"PLATFORM": "jitsi"},
    "log_group": "",
    "url": "AWS_IAM",
    "invoke_mode": "BUFFERED",
    "permissions": [permission()],
    "reserved_concurrency": 0,
}


def test_the_zip_is_the_same_everywhere():
    content = functions.zipped(CODE)
    assert content == functions.zipped(dict(reversed(CODE.items())))
    # It would differ if a release of Python or zlib had a say in it.
    assert functions.sha256(content) == "lrLORqr1tqtImjGU6PZvFpAh4ZGsBpgN9LzmgkXJoOE="
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert {entry.filename: archive.read(entry) for entry in archive.infolist()} == CODE
        # Lambda runs the code as another user than its owner.
        assert {entry.external_attr >> 16 for entry in archive.infolist()} == {0o100644}


def test_other_code_or_another_path_is_another_zip():
    moved = {path.replace("wake", "sleep"): content for path, content in CODE.items()}
    assert len({functions.zipped(code) for code in (CODE, moved, {**CODE, "wake/handler.py": b"pass\n"})}) == 3


def policy(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def granted(**changed):
    return {
        "Sid": "events",
        "Effect": "Allow",
        "Principal": {"Service": SERVICE},
        "Action": "lambda:InvokeFunction",
        "Resource": "arn:aws:lambda:us-east-1:123456789012:function:jitsi-wake",
        "Condition": {"ArnLike": {"AWS:SourceArn": RULE}},
        **changed,
    }


def found(**changed):
    """FUNCTION as GetFunction reports it."""
    return {
        "Configuration": {
            "FunctionName": "jitsi-wake",
            "FunctionArn": "arn:aws:lambda:us-east-1:123456789012:function:jitsi-wake",
            "CodeSha256": "sum",
            "Description": "Wakes",
            "Handler": "wake.handler.handle",
            "Runtime": "python3.13",
            "Architectures": ["arm64"],
            "Timeout": 30,
            "MemorySize": 128,
            "Role": "arn:aws:iam::123456789012:role/jitsi/wake-function",
            "Environment": {"Variables": {"PLATFORM": "jitsi"}},
            "LoggingConfig": {"LogFormat": "Text", "LogGroup": "/aws/lambda/jitsi-wake"},
            **changed,
        },
        "Tags": {"Name": "jitsi", "aws:cloudformation:stack-name": "x"},
        "Concurrency": {"ReservedConcurrentExecutions": 0},
    }


URL = {"FunctionUrl": "https://x.lambda-url.us-east-1.on.aws/", "AuthType": "AWS_IAM", "InvokeMode": "BUFFERED"}


def differing(described, url=URL, statements=None, wanted=FUNCTION):
    statements = [granted()] if statements is None else statements
    before = functions.current_fields(described, url, policy(*statements) if statements else None)
    after = functions.wanted_fields(wanted, "sum", before, {"Name": "jitsi"})
    return [name for name in after if before.get(name, "") != after[name]]


def test_a_function_as_described_is_a_function_as_wanted():
    assert differing(found()) == []
    assert differing(found(LoggingConfig=None)) == []
    assert differing(found(), url={**URL, "Cors": {"AllowCredentials": False, "AllowOrigins": []}}) == []


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"CodeSha256": "other"}, "code_sha256"),
        ({"Architectures": None}, "architecture"),
        ({"Description": "x"}, "description"),
        ({"Handler": "x"}, "handler"),
        ({"Runtime": "python3.9"}, "runtime"),
        ({"Timeout": 3}, "timeout"),
        ({"MemorySize": 256}, "memory"),
        ({"Role": "x"}, "role"),
        ({"Environment": None}, "environment"),
        ({"Environment": {"Variables": {"PLATFORM": "other"}}}, "environment"),
        ({"LoggingConfig": {"LogFormat": "JSON", "LogGroup": "/aws/lambda/jitsi-wake"}}, "logging"),
        ({"Layers": [{"Arn": "arn:x", "CodeSize": 1}]}, "layers"),
        ({"KMSKeyArn": KEY}, "kms_key"),
    ],
)
def test_drift_of_the_configuration_is_seen(changed, field):
    assert differing(found(**changed)) == [field]


@pytest.mark.parametrize(
    ("url", "fields"),
    [
        (None, ["url"]),
        ({**URL, "AuthType": "NONE"}, ["url"]),
        ({**URL, "InvokeMode": "RESPONSE_STREAM"}, ["url"]),
        ({**URL, "Cors": {"AllowOrigins": ["*"]}}, ["url"]),
    ],
)
def test_drift_of_the_url_is_seen(url, fields):
    assert differing(found(), url=url) == fields


@pytest.mark.parametrize(
    ("statements", "fields"),
    [
        ((), ["permissions.events"]),
        ((granted(Condition=None),), ["permissions.events"]),
        ((granted(Principal="*"),), ["permissions.events"]),
        ((granted(Principal={"AWS": "arn:aws:iam::210987654321:root"}),), ["permissions.events"]),
        ((granted(Action="lambda:*"),), ["permissions.events"]),
        ((granted(Effect="Deny"),), ["permissions.events"]),
        ((granted(Condition={"ArnLike": {"AWS:SourceArn": "arn:other"}}),), ["permissions.events"]),
        ((granted(), granted(Sid="stray")), ["permissions.stray"]),
        # The same, as another service of AWS writes it.
        ((granted(Condition={"StringLike": {"aws:SourceArn": RULE}}),), []),
    ],
)
def test_drift_of_the_policy_is_seen(statements, fields):
    assert differing(found(), statements=statements) == fields
    unmanaged = {**FUNCTION, "permissions": None}
    assert differing(found(), statements=statements, wanted=unmanaged) == []


def test_conditions_of_a_url():
    allowed = permission(
        sid="url", action="lambda:InvokeFunctionUrl", source_account="123456789012", function_url_auth_type="AWS_IAM"
    )
    assert functions.statement(allowed) == {
        "StatementId": "url",
        "Action": "lambda:InvokeFunctionUrl",
        "Principal": SERVICE,
        "SourceArn": RULE,
        "SourceAccount": "123456789012",
        "FunctionUrlAuthType": "AWS_IAM",
    }
    conditions = {
        "ArnLike": {"AWS:SourceArn": RULE},
        "StringEquals": {"AWS:SourceAccount": "123456789012", "lambda:FunctionUrlAuthType": "AWS_IAM"},
    }
    wanted = {**FUNCTION, "permissions": [allowed]}
    there = granted(Sid="url", Action="lambda:InvokeFunctionUrl", Condition=conditions)
    assert differing(found(), statements=(there,), wanted=wanted) == []


@pytest.mark.parametrize("written", ["true", "True"])
def test_conditions_of_calls_through_a_url(written):
    allowed = permission(invoked_via_function_url=True)
    assert functions.statement(allowed)["InvokedViaFunctionUrl"] is True
    conditions = {"ArnLike": {"AWS:SourceArn": RULE}, "Bool": {"lambda:InvokedViaFunctionUrl": written}}
    wanted = {**FUNCTION, "permissions": [allowed]}
    assert differing(found(), statements=(granted(Condition=conditions),), wanted=wanted) == []


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"name": "a b"}, "is no name of a function; "),
        ({"role": "wake-function"}, "role 'wake-function' is no ARN of a role; "),
        ({"description": "x" * 257}, "description has 257 characters; use at most 256"),
        ({"timeout": 0}, "timeout 0 s is out of range; use 1 to 900"),
        ({"timeout": 901}, "timeout 901 s is out of range; "),
        ({"memory": 127}, "memory 127 MB is out of range; use 128 to 10240"),
        ({"memory": 10241}, "memory 10241 MB is out of range; "),
        ({"reserved_concurrency": -1}, "reserved_concurrency -1 is negative; "),
        ({"log_group": "a b"}, "log_group 'a b' is no name of a log group; "),
        ({"files": {"wake/handler.py": "/a", "../x.py": "/b"}}, "files '../x.py' is no path in a zip; "),
        ({"files": {"wake/handler.py": "/a", "/x.py": "/b"}}, "files '/x.py' is no path in a zip; "),
        ({"files": {"wake/handler.py": "/a", "x/": "/b"}}, "files 'x/' is no path in a zip; "),
        ({"handler": "handle"}, "handler 'handle' is not module.function; "),
        ({"handler": "wake/handler.handle"}, "handler 'wake/handler.handle' is not module.function; "),
        ({"handler": "other.handle"}, "handler other.handle needs other.py; add it to files"),
        ({"files": {}}, "handler wake.handler.handle needs wake/handler.py; add it to files"),
        ({"environment": {"A B": "x"}}, "environment 'A B' is no name; "),
        ({"environment": {"AWS_REGION": "x"}}, "environment AWS_REGION is set by Lambda itself; "),
        ({"environment": {"OPEN": True}}, "environment OPEN is of type bool; write it as a string"),
        ({"environment": {"LIST": []}}, "environment LIST is of type list; write it as a string"),
        ({"environment": {"LONG": "x" * 4090}}, "environment has 4102 bytes; Lambda takes 4096"),
        ({"permissions": [permission(sid="a b")]}, "permission 'a b' is no name of a statement; "),
        ({"permissions": [permission(principal="*")]}, "permission events: principal * is no service; "),
        (
            {"permissions": [permission(source_arn=None)]},
            "permission events would let every account's events.amazonaws.com call; add source_arn or source_account",
        ),
        ({"permissions": [permission(source_arn="x")]}, "permission events: source_arn 'x' is no ARN; "),
        ({"permissions": [permission(source_account="1")]}, "permission events: source_account '1' is no account; "),
        (
            {"permissions": [permission(action="lambda:InvokeFunctionUrl")]},
            "permission events: function_url_auth_type belongs to lambda:InvokeFunctionUrl; give both or neither",
        ),
        (
            {"permissions": [permission(function_url_auth_type="AWS_IAM")]},
            "permission events: function_url_auth_type belongs to lambda:InvokeFunctionUrl; give both or neither",
        ),
    ],
)
def test_one_problem_in_words(changed, message):
    problems = list(functions.problems({**FUNCTION, **changed}))
    assert [problem[: len(message)] for problem in problems] == [message]
    with pytest.raises(InvalidInput, match=r"^functions "):
        refuse_items("functions", {FUNCTION["name"]: {**FUNCTION, **changed}}, functions.problems)


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"handler": "wake.handle"},
        {"permissions": None, "environment": {}, "log_group": "/ecs/jitsi", "reserved_concurrency": None},
        {"permissions": [permission(source_arn=None, source_account="123456789012")]},
        {"permissions": [permission(source_arn="arn:aws:cloudfront::123456789012:distribution/*")]},
    ],
)
def test_no_problem(changed):
    refuse_items("functions", {FUNCTION["name"]: {**FUNCTION, **changed}}, functions.problems)


def test_statements_of_one_name_are_refused():
    problems = list(functions.problems({**FUNCTION, "permissions": [permission(), permission()]}))
    assert problems == 2 * ["permission events is there twice; give each its own sid"]


def test_a_zip_that_is_too_large_is_refused():
    functions.check_size("x", b"12345")
    with pytest.raises(InvalidInput, match=r"^functions x: the zip of files has 52428801 bytes; Lambda takes 52428800"):
        functions.check_size("x", bytes(functions.LARGEST_ZIP_BYTES + 1))
