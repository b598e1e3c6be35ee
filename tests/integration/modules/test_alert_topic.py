# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
from __future__ import annotations

import json

import pytest

NAME, EMAIL = "meet-alerts", "ops@example.com"
ARN = f"arn:aws:sns:us-east-1:123456789012:{NAME}"
WANTED = {"name": NAME, "emails": [EMAIL], "tags": {"Name": NAME}}


@pytest.fixture
def sns(aws):
    return aws.client("sns")


def endpoints(sns):
    return sorted(item["Endpoint"] for item in sns.list_subscriptions_by_topic(TopicArn=ARN)["Subscriptions"])


def test_plan_on_an_empty_account_is_what_a_run_makes(as_planned, run_module, sns):
    # Alarms can be planned with the ARN.
    assert as_planned(run_module, "alert_topic", **WANTED, _also=["arn"])["arn"] == ARN
    assert endpoints(sns) == [EMAIL]
    policy = json.loads(sns.get_topic_attributes(TopicArn=ARN)["Attributes"]["Policy"])
    assert [item["Sid"] for item in policy["Statement"]] == ["ServicesOfThisAccountPublish", "NothingWithoutTls"]


def test_second_run_changes_nothing_in_four_calls(aws, run_module):
    run_module("alert_topic", **WANTED)
    aws.calls.clear()
    assert not run_module("alert_topic", **WANTED)["changed"]
    assert sorted(aws.calls) == [
        "sns:GetTopicAttributes",
        "sns:ListSubscriptionsByTopic",
        "sns:ListTagsForResource",
        "sts:GetCallerIdentity",
    ]


def test_drift_is_put_back_and_other_protocols_stay(run_module, sns):
    run_module("alert_topic", **WANTED)
    sns.subscribe(TopicArn=ARN, Protocol="email", Endpoint="old@example.com")
    sns.subscribe(TopicArn=ARN, Protocol="https", Endpoint="https://pager.example.com")
    sns.set_topic_attributes(
        TopicArn=ARN, AttributeName="Policy", AttributeValue='{"Version":"2012-10-17","Statement":[]}'
    )
    sns.tag_resource(ResourceArn=ARN, Tags=[{"Key": "Stray", "Value": "x"}])
    result = run_module("alert_topic", **WANTED)
    assert [(item["action"], item["resource"], item["fields"]) for item in result["changes"]] == [
        ("update", f"topic {NAME}", ["policy", "tags"]),
        ("delete", f"topic {NAME} subscription old@example.com", ["arn", "email"]),
    ]
    assert endpoints(sns) == ["https://pager.example.com", EMAIL]
    assert sns.list_tags_for_resource(ResourceArn=ARN)["Tags"] == [{"Key": "Name", "Value": NAME}]
    assert not run_module("alert_topic", **WANTED)["changed"]


def test_another_address(run_module, sns):
    run_module("alert_topic", **WANTED)
    run_module("alert_topic", **{**WANTED, "emails": ["new@example.com"]})
    assert endpoints(sns) == ["new@example.com"]


def test_absent_removes_only_this_topic(aws, run_module, sns):
    run_module("alert_topic", **WANTED)
    run_module("alert_topic", **{**WANTED, "name": f"{NAME}-staging"})
    assert run_module("alert_topic", name=NAME, state="absent")["changed"]
    assert not run_module("alert_topic", name=NAME, state="absent")["changed"]
    assert [item["TopicArn"] for item in sns.list_topics()["Topics"]] == [f"{ARN}-staging"]


def test_invalid_input_fails_before_the_first_call(refused):
    message = refused("alert_topic", name=NAME, emails=["ops"])
    assert message == "emails 'ops': is no e-mail address; write name@example.com"
