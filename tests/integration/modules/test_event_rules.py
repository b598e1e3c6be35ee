# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
from __future__ import annotations

import json

import pytest
from ansible_collections.meetops.jitsi.plugins.module_utils._aws import events as api
from ansible_collections.meetops.jitsi.plugins.module_utils.errors import InvalidInput
from support.deaths import Died, dies_before

NAME = "jitsi-tasks"
GONE = {"name": NAME, "state": "absent"}
FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:jitsi-tasks"
QUEUE = "arn:aws:sqs:us-east-1:123456789012:jitsi-lost"
RESOURCE = f"rule {NAME}"
PATTERN = {
    "source": ["aws.ecs"],
    "detail-type": ["ECS Task State Change"],
    "detail": {"lastStatus": ["RUNNING", "STOPPED"], "version": [{"numeric": [">", 0, "<=", 5]}]},
}


def rule(name=NAME, **changed):
    return {
        "name": name,
        "description": "A task starts or stops",
        "event_pattern": PATTERN,
        "targets": [
            {
                "id": "function",
                "arn": FUNCTION,
                "maximum_event_age_seconds": 3600,
                "maximum_retry_attempts": 2,
                "dead_letter_arn": QUEUE,
            },
            {"id": "reconcile", "arn": FUNCTION, "input": {"action": "reconcile"}},
        ],
        **changed,
    }


def daily(name="jitsi-secret-age"):
    return {
        "name": name,
        "schedule_expression": "rate(1 day)",
        "targets": [{"id": "function", "arn": FUNCTION, "input": {"action": "report"}}],
    }


@pytest.fixture
def rules(run_well):
    return lambda *listed, **options: run_well("event_rules", rules=listed, tags={"Name": "jitsi"}, **options)


@pytest.fixture
def events(aws):
    return aws.client("events")


def test_check_mode_tells_what_the_run_then_does(as_planned, rules):
    done = as_planned(rules, rule(), daily(), _also=["rules"])
    assert done["rules"][NAME] == {"arn": f"arn:aws:events:us-east-1:123456789012:rule/{NAME}"}


def test_second_run_changes_nothing(aws, rules):
    rules(rule(), daily())
    second = rules(daily(), rule(event_pattern={**PATTERN, "detail": dict(reversed(PATTERN["detail"].items()))}))
    assert second["diff"] == {"before": {}, "after": {}}
    assert aws.calls == ["events:ListRules", *2 * ["events:ListTargetsByRule", "events:ListTagsForResource"]]


def test_everything_arrives(rules, events):
    rules(rule(), daily())
    found = events.describe_rule(Name=NAME)
    assert (found["Description"], found["State"]) == ("A task starts or stops", "ENABLED")
    assert json.loads(found["EventPattern"])["detail"] == PATTERN["detail"]
    assert events.list_targets_by_rule(Rule=NAME)["Targets"] == [
        {
            "Id": "function",
            "Arn": FUNCTION,
            "RetryPolicy": {"MaximumEventAgeInSeconds": 3600, "MaximumRetryAttempts": 2},
            "DeadLetterConfig": {"Arn": QUEUE},
        },
        {
            "Id": "reconcile",
            "Arn": FUNCTION,
            "Input": '{"action":"reconcile"}',
            "RetryPolicy": {"MaximumEventAgeInSeconds": 86400, "MaximumRetryAttempts": 185},
        },
    ]
    assert events.list_tags_for_resource(ResourceARN=found["Arn"])["Tags"] == [{"Key": "Name", "Value": "jitsi"}]
    assert events.describe_rule(Name="jitsi-secret-age")["ScheduleExpression"] == "rate(1 day)"


def other_pattern(events):
    pattern = {**PATTERN, "detail": {**PATTERN["detail"], "version": [{"numeric": ["<", 0, ">=", 5]}]}}
    events.put_rule(Name=NAME, EventPattern=json.dumps(pattern), State="DISABLED")


def targets(events):
    other = {"Id": "function", "Arn": FUNCTION, "InputPath": "$.detail"}
    events.put_targets(Rule=NAME, Targets=[other, {"Id": "stray", "Arn": QUEUE}])
    events.remove_targets(Rule=NAME, Ids=["reconcile"])


def tags(events):
    arn = events.describe_rule(Name=NAME)["Arn"]
    events.tag_resource(ResourceARN=arn, Tags=[{"Key": "Name", "Value": "other"}, {"Key": "Stray", "Value": "x"}])


@pytest.mark.parametrize(
    ("drifts", "fields"),
    [
        ([other_pattern], ["description", "event_pattern", "state"]),
        ([targets, tags], ["tags", "targets.function", "targets.reconcile", "targets.stray"]),
    ],
)
def test_drift_is_put_back(as_planned, rules, events, drifts, fields):
    first = rules(rule())["diff"]["after"][RESOURCE]
    for drift in drifts:
        drift(events)
    done = as_planned(rules, rule())
    assert done["changes"] == [{"resource": RESOURCE, "action": "update", "fields": fields}]
    assert not rules(rule())["changed"]
    assert done["diff"]["after"][RESOURCE].items() <= {**first, "targets.stray": None}.items()


def test_a_pattern_becomes_a_schedule(rules, events):
    rules(rule())
    done = rules(rule(event_pattern=None, schedule_expression="cron(0 8 ? * MON-FRI *)"))
    assert done["changes"][0]["fields"] == ["event_pattern", "schedule_expression"]
    assert "EventPattern" not in events.describe_rule(Name=NAME)
    assert len(events.list_targets_by_rule(Rule=NAME)["Targets"]) == 2


@pytest.mark.parametrize(("drifts", "deaths"), [([], range(2)), ([other_pattern, targets, tags], range(1, 5))])
def test_a_run_that_dies_is_finished_by_the_next(rules, events, drifts, deaths):
    rules(rule())
    wanted = events.list_targets_by_rule(Rule=NAME)["Targets"]
    for number in deaths:
        if not drifts:
            rules(GONE)
        for drift in drifts:
            drift(events)
        with pytest.raises(Died), dies_before(number):
            rules(rule())
        rules(rule())
        assert sorted(events.list_targets_by_rule(Rule=NAME)["Targets"], key=str) == sorted(wanted, key=str)
    assert not rules(rule())["changed"]


def test_absent_removes_the_rule_with_its_targets_and_no_other(as_planned, rules, events):
    rules(rule(), rule(f"{NAME}-staging"))
    as_planned(rules, GONE)
    assert [found["Name"] for found in events.list_rules()["Rules"]] == [f"{NAME}-staging"]
    assert not rules(GONE)["changed"]
    assert not rules(rule(f"{NAME}-staging"))["changed"]


def test_nothing_to_keep_is_no_call(aws, rules):
    assert not rules()["changed"]
    assert aws.calls == []


def test_a_target_that_eventbridge_refuses_is_an_error():
    class Client:
        def put_targets(self, **_):
            refused = {"TargetId": "function", "ErrorCode": "AccessDenied", "ErrorMessage": "no such function"}
            return {"FailedEntryCount": 1, "FailedEntries": [refused]}

    with pytest.raises(InvalidInput, match=r"^rules x: EventBridge refused target function: no such function; "):
        api.put_targets(Client(), "x", [])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"rules": [rule("x y")]}, "rules x y: is no name of a rule; use up to 64 letters, digits, . - and _"),
        ({"rules": [rule(), rule()]}, f"rules {NAME}: is listed twice; list it once"),
        ({"rules": [rule(), GONE]}, f"rules {NAME}: is listed twice; list it once"),
        (
            {"rules": [{"name": NAME, "schedule_expression": "rate(1 day)"}]},
            "state is present but all of the following are missing: targets found in rules",
        ),
    ],
)
def test_bad_input_is_refused_before_any_call(refused, options, message):
    assert refused("event_rules", **options) == message
