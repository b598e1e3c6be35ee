# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
from __future__ import annotations

import json

import pytest
from ansible_collections.meetops.jitsi.plugins.module_utils.errors import InvalidInput, refuse_items
from ansible_collections.meetops.jitsi.plugins.module_utils.functions import event_rules

ARN = "arn:aws:lambda:us-east-1:123456789012:function:jitsi-tasks"
QUEUE = "arn:aws:sqs:us-east-1:123456789012:lost"
PATTERN = {"source": ["aws.ecs"], "detail": {"lastStatus": ["RUNNING", "STOPPED"]}}


def target(**changed):
    return {
        "id": "function",
        "arn": ARN,
        "input": None,
        "maximum_event_age_seconds": 86400,
        "maximum_retry_attempts": 185,
        "dead_letter_arn": "",
        **changed,
    }


RULE = {
    "name": "jitsi-tasks",
    "description": "",
    "event_pattern": PATTERN,
    "schedule_expression": None,
    "enabled": True,
    "targets": [target(input={"a": 1})],
}
LISTED = {"Name": "jitsi-tasks", "Arn": "arn", "EventPattern": json.dumps(PATTERN), "State": "ENABLED"}
TARGET = {"Id": "function", "Arn": ARN, "Input": '{ "a": 1 }'}


def differing(listed=LISTED, targets=(TARGET,), wanted=RULE):
    before = event_rules.current_fields(listed, targets, {"Name": "jitsi", "aws:x": "y"})
    after = event_rules.wanted_fields(wanted, before, {"Name": "jitsi"})
    return [name for name in after if before.get(name, "") != after[name]]


def listed(pattern):
    return {**LISTED, "EventPattern": json.dumps(pattern)}


@pytest.mark.parametrize(
    ("there", "targets", "fields"),
    [
        (LISTED, (TARGET,), []),
        (listed({"detail": {"lastStatus": ["STOPPED", "RUNNING"]}, "source": ["aws.ecs"]}), (TARGET,), []),
        (listed({**PATTERN, "source": ["aws.ec2"]}), (TARGET,), ["event_pattern"]),
        ({**LISTED, "State": "DISABLED"}, (TARGET,), ["state"]),
        ({**LISTED, "Description": "x"}, (TARGET,), ["description"]),
        ({**LISTED, "ScheduleExpression": "rate(1 day)"}, (TARGET,), ["schedule_expression"]),
        (LISTED, (), ["targets.function"]),
        (LISTED, (TARGET, {**TARGET, "Id": "stray"}), ["targets.stray"]),
        (LISTED, ({**TARGET, "Input": "no JSON"},), ["targets.function"]),
        (LISTED, ({**TARGET, "RoleArn": "arn"},), ["targets.function"]),
        (LISTED, ({**TARGET, "RetryPolicy": {"MaximumRetryAttempts": 3}},), ["targets.function"]),
        (LISTED, ({**TARGET, "RetryPolicy": {"MaximumRetryAttempts": 185}},), []),
        (LISTED, ({**TARGET, "DeadLetterConfig": {"Arn": QUEUE}},), ["targets.function"]),
        (LISTED, ({**TARGET, "DeadLetterConfig": {}},), []),
    ],
)
def test_drift_is_seen(there, targets, fields):
    assert differing(there, targets) == fields


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (
            {"$or": [{"source": ["a", "b"]}, {"source": ["c"]}]},
            {"$or": [{"source": ["c"]}, {"source": ["b", "a"]}]},
            True,
        ),
        ({"detail": {"n": [{"numeric": [">", 0, "<", 5]}]}}, {"detail": {"n": [{"numeric": ["<", 0, ">", 5]}]}}, False),
        ({"detail": {"n": [1]}}, {"detail": {"n": ["1"]}}, False),
    ],
)
def test_patterns_of_the_same_meaning(one, other, same):
    assert (differing(listed(one), wanted={**RULE, "event_pattern": other}) == []) == same


def test_what_put_rule_takes():
    fields = event_rules.wanted_fields(RULE, {}, {})
    settings = event_rules.settings(fields)
    assert json.loads(settings.pop("EventPattern")) == PATTERN
    assert settings == {"State": "ENABLED"}
    timed = {**RULE, "event_pattern": None, "schedule_expression": "rate(1 day)"}
    assert event_rules.settings(event_rules.wanted_fields(timed, {}, {})) == {
        "ScheduleExpression": "rate(1 day)",
        "State": "ENABLED",
    }


@pytest.mark.parametrize(
    ("names", "prefix"),
    [({"jitsi-a", "jitsi-b"}, "jitsi-"), ({"jitsi"}, "jitsi"), ({"a", "b"}, ""), ({"ab", "a"}, "a")],
)
def test_what_names_have_in_common(names, prefix):
    assert event_rules.common_prefix(names) == prefix


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"name": "x" * 65}, "is no name of a rule; "),
        ({"description": "x" * 513}, "description has 513 characters; "),
        ({"event_pattern": None}, "needs a pattern or a schedule; "),
        ({"schedule_expression": "rate(1 day)"}, "needs a pattern or a schedule; "),
        (
            {"event_pattern": None, "schedule_expression": "rate(1 days)"},
            "schedule 'rate(1 days)': is not rate(value unit); ",
        ),
        (
            {"event_pattern": None, "schedule_expression": "at(2027-01-31T08:00:00)"},
            "schedule 'at(2027-01-31T08:00:00)': a rule takes no at(); ",
        ),
        ({"event_pattern": {}}, "event_pattern is empty; "),
        ({"event_pattern": {"Source": ["x"]}}, "event_pattern Source: events have no such field; "),
        ({"event_pattern": {"source": "aws.ecs"}}, "event_pattern.source is no list of values; write [value]"),
        ({"event_pattern": {"source": []}}, "event_pattern.source is no list of values; "),
        ({"event_pattern": {"detail": {}}}, "event_pattern.detail is no list of values; "),
        ({"event_pattern": {"detail": {"a": {"b": "x"}}}}, "event_pattern.detail.a.b is no list of values; "),
        (
            {"event_pattern": {"source": [{"begins": "x"}]}},
            "event_pattern.source {'begins': 'x'}: is no filter of Even",
        ),
        ({"event_pattern": {"source": [["x"]]}}, "event_pattern.source ['x']: is a list in a list; "),
        ({"event_pattern": {"$or": [{"source": "x"}]}}, "event_pattern.$or[0].source is no list of values; "),
        ({"event_pattern": {"$or": ["x"]}}, "event_pattern.$or[0] is no pattern; "),
        ({"event_pattern": {"source": ["x" * 2048]}}, "event_pattern has 2063 characters; EventBridge takes 2048"),
        ({"targets": []}, "has 0 targets; give 1 to 5"),
        ({"targets": [target(id=str(number)) for number in range(6)]}, "has 6 targets; "),
        ({"targets": [target(id="a b")]}, "target 'a b' is no id; "),
        ({"targets": [target(arn="x")]}, "target function: arn 'x' is no ARN; "),
        ({"targets": [target(dead_letter_arn=ARN)]}, f"target function: dead_letter_arn {ARN!r} is no ARN of an SQS"),
        ({"targets": [target(input={"a": "x" * 8192})]}, "target function: input is longer than the 8192 characters"),
        (
            {"targets": [target(maximum_event_age_seconds=59)]},
            "target function: maximum_event_age_seconds 59 is out of",
        ),
        (
            {"targets": [target(maximum_retry_attempts=186)]},
            "target function: maximum_retry_attempts 186 is out of range",
        ),
    ],
)
def test_one_problem_in_words(changed, message):
    problems = list(event_rules.problems({**RULE, **changed}))
    assert [problem[: len(message)] for problem in problems] == [message]
    with pytest.raises(InvalidInput, match=r"^rules "):
        refuse_items("rules", {RULE["name"]: {**RULE, **changed}}, event_rules.problems)


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"event_pattern": None, "schedule_expression": "cron(0 8 ? * MON-FRI *)"},
        {"event_pattern": {"detail": {"a": [{"exists": False}, {"anything-but": ["x"]}, None, 1]}}},
        {"event_pattern": {"source": ["x"], "$or": [{"detail": {"a": ["x"]}}, {"account": ["1"]}]}},
    ],
)
def test_no_problem(changed):
    refuse_items("rules", {RULE["name"]: {**RULE, **changed}}, event_rules.problems)


def test_targets_of_one_id_are_refused():
    problems = list(event_rules.problems({**RULE, "targets": [target(), target()]}))
    assert problems == 2 * ["target function is there twice; give each its own id"]
