# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The functions of the life cycle as the role edge makes them: planned, made, unchanged; and what they may do."""

from __future__ import annotations

import json

import pytest
from support import wake_site
from support.recorder import is_mutating
from support.rendering import role_variable

VARS = {
    "edge_name": "meet",
    "edge_domain": "meet.example.org",
    "edge_hosted_zone": "example.org",
    "edge_wake_pin_required": False,
    "edge_wake_by_key": False,
    "edge_tags": {"Environment": "prod"},
    "edge_schedules": [
        {"name": "open", "schedule": "cron(0 8 ? * MON-FRI *)", "timezone": "Europe/Berlin", "awake": True}
    ],
    "_edge_zone": {"zone_id": "Z123"},
}
NAMES = {"meet-wake", "meet-tasks", "meet-sleep"}


@pytest.fixture(scope="module")
def made(aws_server, play_of):
    """The functions, after a plan, a first and a second run."""
    aws_server.reset()
    include = {"name": "meetops.jitsi.edge", "tasks_from": "functions"}
    run = play_of({}, tasks=[{"ansible.builtin.include_role": include, "vars": VARS}])
    planned = run("--check")
    assert aws_server.mutating() == []
    first = run()
    aws_server.calls.clear()
    return planned, first, run(), list(aws_server.calls)


def test_plan_and_second_run(made):
    planned, first, second, calls = made
    assert planned.changed_tasks == first.changed_tasks
    assert len(first.changed_tasks) == 4
    assert second.changed_tasks == [], second
    assert not [call for call in calls if is_mutating(call)]


def test_functions(aws_server, made):
    client = aws_server.client("lambda")
    functions = {found["FunctionName"]: found for found in client.list_functions()["Functions"]}
    assert set(functions) == NAMES
    assert len({found["CodeSha256"] for found in functions.values()}) == 1
    for name, found in functions.items():
        assert found["Handler"] == f"lifecycle.handlers.{name.removeprefix('meet-')}"
        assert found["Timeout"] == 30
        environment = found["Environment"]["Variables"]
        assert environment["ZONE_ID"] == "Z123"
        assert json.loads(environment["SCHEDULES"]) == [
            {"schedule": "cron(0 8 ? * MON-FRI *)", "timezone": "Europe/Berlin", "awake": True}
        ]
    assert client.get_function_url_config(FunctionName="meet-wake")["AuthType"] == "AWS_IAM"
    policy = json.loads(client.get_policy(FunctionName="meet-wake")["Policy"])
    assert {statement["Principal"]["Service"] for statement in policy["Statement"]} == {"cloudfront.amazonaws.com"}


def test_environment_is_what_the_handlers_read(aws_server, made, monkeypatch):
    """The real environment makes real objects: names, durations, page."""
    from ansible_collections.meetops.jitsi.plugins.module_utils.lifecycle.functions import handlers

    configuration = aws_server.client("lambda").get_function_configuration(FunctionName="meet-wake")
    for name, value in configuration["Environment"]["Variables"].items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setattr(handlers, "PAGE", wake_site.FILES / "wake" / "page.html")
    for made_once in (handlers._settings, handlers._cloud, handlers._web):
        made_once.cache_clear()
    try:
        answer = handlers.wake(wake_site.event("GET", "/Room"), None)
        assert answer["statusCode"] == 200
        assert "Jitsi Meet" in answer["body"]
        assert handlers._settings().idle == 900
        assert handlers._cloud().names.records == {"origin": "origin.meet.example.org", "turn": "turn.meet.example.org"}
    finally:
        for made_once in (handlers._settings, handlers._cloud, handlers._web):
            made_once.cache_clear()


def test_rules(aws_server, made):
    client = aws_server.client("events")
    rules = {found["Name"]: found for found in client.list_rules()["Rules"]}
    assert set(rules) == {"meet-tasks", "meet-sleep"}
    assert rules["meet-sleep"]["ScheduleExpression"] == "rate(1 minute)"
    cluster = "arn:aws:ecs:us-east-1:123456789012:cluster/meet-cluster"
    assert json.loads(rules["meet-tasks"]["EventPattern"])["detail"] == {"clusterArn": [cluster]}
    for name in rules:
        (target,) = client.list_targets_by_rule(Rule=name)["Targets"]
        assert target["Arn"].endswith(f":function:{name}")


def test_a_flood_on_one_keeps_none_of_the_others_from_running(aws_server, made):
    client = aws_server.client("lambda")
    reserved = {name: client.get_function(FunctionName=name)["Concurrency"] for name in NAMES}
    assert {name: found["ReservedConcurrentExecutions"] for name, found in reserved.items()} == {
        "meet-wake": 20,
        "meet-tasks": 3,
        "meet-sleep": 2,
    }


@pytest.mark.parametrize(
    ("pin", "by_key", "reader"),
    [(False, False, set()), (True, False, {"meet-wake"}), (False, True, {"meet-wake"})],
)
def test_only_wake_reads_the_secret_and_only_where_it_needs_it(pin, by_key, reader):
    platform = {"partition": "aws", "region": "us-east-1", "account_id": "123456789012"}
    roles = role_variable(
        "edge",
        "_edge_function_roles",
        edge_name="meet",
        edge_domain="meet.example.org",
        edge_wake_pin_required=pin,
        edge_wake_by_key=by_key,
        _edge_zone={"zone_id": "Z123"},
        _edge_info={"platform": platform},
    )
    allowed = {
        role["name"].removesuffix("-function"): {
            action for (policy,) in [role["policies"].values()] for action in actions(policy)
        }
        for role in roles
    }
    assert set(allowed) == NAMES
    assert {name for name, granted in allowed.items() if "secretsmanager:GetSecretValue" in granted} == reader
    assert {name for name, granted in allowed.items() if "cloudwatch:GetMetricData" in granted} == {"meet-sleep"}
    assert {name for name, granted in allowed.items() if "dynamodb:UpdateItem" in granted} == {"meet-wake"}


def actions(policy):
    for statement in policy["Statement"]:
        yield from [statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"]
