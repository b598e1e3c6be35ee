# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
from __future__ import annotations

import json

import pytest
from ansible_collections.meetops.jitsi.plugins.module_utils.changes import compare
from ansible_collections.meetops.jitsi.plugins.module_utils.errors import InvalidInput
from ansible_collections.meetops.jitsi.plugins.module_utils.monitoring import alert_topic

ARN = "arn:aws:sns:us-east-1:123456789012:meet-alerts"
EMAIL = "ops@example.com"
SERVICES = ["cloudwatch.amazonaws.com"]


def subscription(endpoint=EMAIL, protocol="email", arn=f"{ARN}:1"):
    return {"Endpoint": endpoint, "Protocol": protocol, "SubscriptionArn": arn, "TopicArn": ARN}


def changes(subscriptions, emails=(EMAIL,), policy=None, tags=(), functions=None):
    attributes = {"Policy": json.dumps(policy or alert_topic.policy(ARN, SERVICES))}
    current = alert_topic.current(ARN, attributes, subscriptions, dict(tags), emails, functions)
    found = compare(current, alert_topic.wanted(ARN, emails, SERVICES, {}, functions), prune=True)
    return [(change.action, change.resource, change.fields) for change in found]


TOPIC, MAIL = "topic meet-alerts", f"topic meet-alerts subscription {EMAIL}"
CHAT = "arn:aws:lambda:us-east-1:123456789012:function:meet-chat"
CHATS = f"topic meet-alerts subscription {CHAT}"


@pytest.mark.parametrize(
    ("subscriptions", "expected"),
    [
        ([subscription()], []),
        # Nobody has confirmed yet: no second message.
        ([subscription(arn="PendingConfirmation")], []),
        ([], [("create", MAIL, ["email"])]),
        ([subscription(arn="Deleted")], [("create", MAIL, ["email"])]),
        # An old address goes, unless it never confirmed: SNS cannot remove that one.
        (
            [subscription(), subscription("old@example.com")],
            [("delete", "topic meet-alerts subscription old@example.com", ["arn", "email"])],
        ),
        ([subscription(), subscription("old@example.com", arn="PendingConfirmation")], []),
        # Somebody's pager stays.
        ([subscription(), subscription("https://pager.example.com", "https")], []),
    ],
)
def test_subscriptions(subscriptions, expected):
    assert changes(subscriptions) == expected


@pytest.mark.parametrize(
    ("subscribed", "functions", "expected"),
    [
        ([CHAT], [CHAT], []),
        ([], [CHAT], [("create", CHATS, ["lambda"])]),
        ([CHAT], [], [("delete", CHATS, ["arn", "lambda"])]),
        ([f"{CHAT}-old"], [CHAT], [("create", CHATS, ["lambda"]), ("delete", f"{CHATS}-old", ["arn", "lambda"])]),
        # Nobody asked about functions.
        ([CHAT], None, []),
    ],
)
def test_functions(subscribed, functions, expected):
    subscriptions = [subscription(), *(subscription(arn, "lambda") for arn in subscribed)]
    assert changes(subscriptions, functions=functions) == expected
    assert alert_topic.functions_of(subscriptions) == subscribed


def test_policy_and_tags_are_put_back():
    assert changes([subscription()], policy={"Version": "2012-10-17", "Statement": []}) == [
        ("update", TOPIC, ["policy"])
    ]
    assert changes([subscription()], tags={"Stray": "x"}) == [("update", TOPIC, ["tags"])]
    assert changes([subscription()], tags={"aws:cloudformation:stack-name": "x"}) == []


def test_a_topic_comes_before_its_subscriptions():
    wanted = alert_topic.wanted(ARN, [EMAIL], SERVICES, {"Name": "x", "Cost": 5}, None)
    assert list(wanted) == [TOPIC, MAIL]
    assert wanted[TOPIC]["tags"] == {"Name": "x", "Cost": "5"}


def test_policy_is_for_this_account_and_tls_only():
    allow, deny = alert_topic.policy(ARN, ["b.amazonaws.com", "a.amazonaws.com", "a.amazonaws.com"])["Statement"]
    assert allow["Principal"] == {"Service": ["a.amazonaws.com", "b.amazonaws.com"]}
    assert allow["Condition"] == {"StringEquals": {"aws:SourceAccount": "123456789012"}}
    assert (deny["Effect"], deny["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})
    assert allow["Resource"] == deny["Resource"] == ARN


@pytest.mark.parametrize(
    ("caller", "region", "arn"),
    [
        ("arn:aws:sts::123456789012:assumed-role/x/y", "us-east-1", ARN),
        ("arn:aws-cn:iam::123456789012:user/x", "cn-north-1", "arn:aws-cn:sns:cn-north-1:123456789012:meet-alerts"),
    ],
)
def test_arn_is_known_beforehand(caller, region, arn):
    assert alert_topic.topic_arn("meet-alerts", region, caller) == arn


@pytest.mark.parametrize(
    ("name", "emails", "publishers", "functions", "message"),
    [
        ("", [], [], [], "name ''"),
        ("a b", [], [], [], "name 'a b'"),
        ("x", [""], [], [], "is no e-mail address"),
        ("x", ["ops"], [], [], "is no e-mail address"),
        ("x", ["ops@example"], [], [], "is no e-mail address"),
        ("x", ["a@b.c, d@e.f"], [], [], "is no e-mail address"),
        ("x", [], ["*"], [], "is no AWS service"),
        ("x", [], [], ["meet-chat"], "is no ARN of a function"),
    ],
)
def test_invalid_input(name, emails, publishers, functions, message):
    with pytest.raises(InvalidInput) as error:
        alert_topic.check(name, emails, publishers, functions)
    assert message in str(error.value)
    assert "; " in str(error.value)
