# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Drifts of the role monitoring."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from ansible_collections.meetops.jitsi.plugins.module_utils.changes import spelled

from .case import ALONE, NAME, Hand, Table, call
from .stores import ARN, LOG_GROUP

TOPIC = ARN("sns", f"{NAME}-alerts")
TOPIC_RESOURCE = f"topic {NAME}-alerts"
ACCOUNT = "123456789012"
COST, IPV4 = f"{NAME}/cost, runbook review", f"{NAME}/public IPv4 hours, runbook audit"
OPERATOR = "ops@example.com"


def other_topic_policy(hand: Hand) -> None:
    policy = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sns:Publish", "Resource": TOPIC}],
    }
    hand.sns.set_topic_attributes(TopicArn=TOPIC, AttributeName="Policy", AttributeValue=json.dumps(policy))


def topic_tags(hand: Hand) -> None:
    hand.sns.tag_resource(ResourceArn=TOPIC, Tags=[{"Key": "Stray", "Value": "x"}])
    hand.sns.untag_resource(ResourceArn=TOPIC, TagKeys=["Environment"])


def unsubscribe(hand: Hand) -> None:
    (found,) = hand.sns.list_subscriptions_by_topic(TopicArn=TOPIC)["Subscriptions"]
    hand.sns.unsubscribe(SubscriptionArn=found["SubscriptionArn"])


def filters(hand: Hand) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = hand.logs.describe_metric_filters(logGroupName=LOG_GROUP)["metricFilters"]
    return sorted(found, key=lambda item: str(item["filterName"]))


def change_filter(name: str, pattern: str = "", **changes: Any) -> Callable[[Hand], None]:
    """Another transformation or pattern; a change to None leaves the field out."""

    def change(hand: Hand) -> None:
        found = next(item for item in filters(hand) if item["filterName"] == name)
        transformation = {**found["metricTransformations"][0], **changes}
        hand.logs.put_metric_filter(
            logGroupName=LOG_GROUP,
            filterName=name,
            filterPattern=pattern or found["filterPattern"],
            metricTransformations=[{key: value for key, value in transformation.items() if value is not None}],
        )

    return change


def stray_filter(hand: Hand) -> None:
    transformation = {"metricName": "Stray", "metricNamespace": "Jitsi/JVB", "metricValue": "1"}
    hand.logs.put_metric_filter(
        logGroupName=LOG_GROUP, filterName="Stray", filterPattern="x", metricTransformations=[transformation]
    )


def change_alarm(name: str, **changes: Any) -> Callable[[Hand], None]:
    """PutMetricAlarm with all that the alarm has but the changes; one to None leaves the field out."""

    def change(hand: Hand) -> None:
        (found,) = hand.cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
        known = hand.cloudwatch.meta.service_model.operation_model("PutMetricAlarm").input_shape.members
        alarm = {**{key: value for key, value in found.items() if key in known}, **changes}
        hand.cloudwatch.put_metric_alarm(**{key: value for key, value in alarm.items() if value not in (None, [])})

    return change


def stray_alarm(name: str) -> Callable[[Hand], object]:
    single = {"Namespace": "x", "MetricName": "x", "Statistic": "Sum", "Period": 60}
    rule = {"EvaluationPeriods": 1, "Threshold": 1, "ComparisonOperator": "GreaterThanThreshold"}
    return call("cloudwatch", "put_metric_alarm", AlarmName=name, **single, **rule)


def alarm_tags(hand: Hand, name: str) -> None:
    (found,) = hand.cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
    hand.cloudwatch.tag_resource(ResourceARN=found["AlarmArn"], Tags=[{"Key": "Stray", "Value": "x"}])
    hand.cloudwatch.untag_resource(ResourceARN=found["AlarmArn"], TagKeys=["Environment"])


def change_dashboard(hand: Hand, change: Callable[[dict[str, Any]], object]) -> None:
    body = json.loads(hand.cloudwatch.get_dashboard(DashboardName=NAME)["DashboardBody"])
    change(body)
    hand.cloudwatch.put_dashboard(DashboardName=NAME, DashboardBody=json.dumps(body))


def alarm(name: str) -> str:
    return f"alarm {NAME}/{name}"


def change_budget(hand: Hand, name: str, **changes: Any) -> None:
    found = hand.budgets.describe_budget(AccountId=ACCOUNT, BudgetName=name)["Budget"]
    known = ("BudgetName", "BudgetType", "TimeUnit", "BudgetLimit", "CostFilters")
    budget = {key: found[key] for key in known if key in found}
    hand.budgets.update_budget(AccountId=ACCOUNT, NewBudget={**budget, **changes})


def change_subscribers(hand: Hand) -> None:
    """Somebody else is told in place of the topic."""
    other = {"SubscriptionType": "EMAIL", "Address": "stray@example.com"}
    (found,) = hand.budgets.describe_notifications_for_budget(AccountId=ACCOUNT, BudgetName=IPV4)["Notifications"]
    known = ("NotificationType", "ComparisonOperator", "Threshold", "ThresholdType")
    one = {"AccountId": ACCOUNT, "BudgetName": IPV4, "Notification": {key: found[key] for key in known if key in found}}
    (topic,) = hand.budgets.describe_subscribers_for_notification(**one)["Subscribers"]
    hand.budgets.create_subscriber(**one, Subscriber=other)
    hand.budgets.delete_subscriber(**one, Subscriber=topic)


# In place of one metric.
METRIC_MATH: dict[str, Any] = {
    **dict.fromkeys(("Namespace", "MetricName", "Dimensions", "Statistic", "ExtendedStatistic", "Period", "Unit")),
    "Metrics": [{"Id": "a", "ReturnData": True, "Expression": "1 + 1"}],
}
ALARM_FIELDS = {
    "AlarmDescription": "x",
    "ActionsEnabled": False,
    "AlarmActions": [],
    "OKActions": [TOPIC, f"{TOPIC}-other"],
    "InsufficientDataActions": [TOPIC],
    "Namespace": "Other",
    "MetricName": "Other",
    "Dimensions": [{"Name": "Platform", "Value": "other"}],
    "Period": 3600,
    "Unit": "Bytes",
    "Threshold": 99.5,
    "ComparisonOperator": "LessThanThreshold",
    "TreatMissingData": "breaching",
}
# Alarms on one metric, to spread single changes over.
PLAIN = ("bridge-cpu", "bridge-memory", "signalling-cpu", "signalling-memory")


def single_changes(name: str) -> list[tuple[Any, ...]]:
    """The share of one of them."""
    return [
        (spelled(field), change_alarm(f"{NAME}/{name}", **{field: value}))
        for field, value in list(ALARM_FIELDS.items())[PLAIN.index(name) :: len(PLAIN)]
    ]


DRIFTS: Table = {
    ("alert_topic", TOPIC_RESOURCE): [("policy", other_topic_policy), ("tags", topic_tags)],
    ("alert_topic", f"{TOPIC_RESOURCE} subscription {OPERATOR}"): [("*", unsubscribe, "ended")],
    ("alert_topic", f"{TOPIC_RESOURCE} subscription stray@example.com"): [
        (
            "*",
            lambda hand: hand.sns.subscribe(TopicArn=TOPIC, Protocol="email", Endpoint="stray@example.com"),
            "somebody more",
        )
    ],
    ("alert_topic", f"{TOPIC_RESOURCE}*"): [
        ("*", lambda hand: hand.sns.delete_topic(TopicArn=TOPIC), "deleted", ALONE)
    ],
    ("metric_filters", "metric filter Participants"): [
        ("pattern", change_filter("Participants", "{ $.source = * && $.platform = * && $.participants = * }")),
        ("value", change_filter("Participants", metricValue="1")),
        (
            "*",
            lambda hand: hand.logs.delete_metric_filter(logGroupName=LOG_GROUP, filterName="Participants"),
            "deleted",
        ),
    ],
    ("metric_filters", "metric filter Conferences"): [
        ("namespace", change_filter("Conferences", metricNamespace="Other")),
        ("metric", change_filter("Conferences", metricName="Other")),
    ],
    ("metric_filters", "metric filter Stress"): [
        ("unit", change_filter("Stress", unit="Bytes")),
        ("dimensions", change_filter("Stress", dimensions=None)),
        ("dimensions default_value", change_filter("Stress", dimensions=None, defaultValue=7.0)),
    ],
    ("metric_filters", "metric filter Stray"): [("*", stray_filter, "somebody's")],
    ("alarms", alarm("bridge-cpu")): [
        *single_changes("bridge-cpu"),
        (
            "evaluation_periods datapoints_to_alarm",
            change_alarm(f"{NAME}/bridge-cpu", EvaluationPeriods=24, DatapointsToAlarm=24),
        ),
        ("*", lambda hand: hand.cloudwatch.delete_alarms(AlarmNames=[f"{NAME}/bridge-cpu"]), "deleted"),
    ],
    ("alarms", alarm("bridge-memory")): [
        *single_changes("bridge-memory"),
        (
            "statistic extended_statistic",
            change_alarm(f"{NAME}/bridge-memory", Statistic=None, ExtendedStatistic="p99"),
        ),
    ],
    ("alarms", alarm("signalling-cpu")): [
        *single_changes("signalling-cpu"),
        (
            "actions_enabled",
            lambda hand: hand.cloudwatch.disable_alarm_actions(AlarmNames=[f"{NAME}/signalling-cpu"]),
            "disabled",
        ),
    ],
    ("alarms", alarm("signalling-memory")): [
        *single_changes("signalling-memory"),
        (
            "namespace metric_name dimensions statistic period metrics",
            change_alarm(f"{NAME}/signalling-memory", **METRIC_MATH),
            "of metric math",
        ),
    ],
    ("alarms", alarm("awake-too-long")): [("tags", lambda hand: alarm_tags(hand, f"{NAME}/awake-too-long"))],
    ("alarms", alarm("stray")): [("*", stray_alarm(f"{NAME}/stray"), "somebody's")],
    ("budgets", f"budget {COST}"): [
        ("amount", lambda hand: change_budget(hand, COST, BudgetLimit={"Amount": "99999", "Unit": "USD"})),
        ("time_unit", lambda hand: change_budget(hand, COST, TimeUnit="ANNUALLY")),
    ],
    ("budgets", f"budget {IPV4}"): [
        ("filters", lambda hand: change_budget(hand, IPV4, CostFilters={"UsageType": ["Other"]})),
        ("type", lambda hand: change_budget(hand, IPV4, BudgetType="COST")),
        ("unit", lambda hand: change_budget(hand, IPV4, BudgetLimit={"Amount": "1000", "Unit": "GB"})),
    ],
    ("budgets", f"budget {IPV4} notification *"): [("subscribers", change_subscribers)],
    ("budgets", f"budget {NAME}/stray"): [
        (
            "*",
            call(
                "budgets",
                "create_budget",
                AccountId=ACCOUNT,
                Budget={
                    "BudgetName": f"{NAME}/stray",
                    "BudgetType": "COST",
                    "TimeUnit": "MONTHLY",
                    "BudgetLimit": {"Amount": "1", "Unit": "USD"},
                },
            ),
            "somebody's",
        )
    ],
    ("dashboards", f"dashboard {NAME}"): [
        (
            "widget?at*",
            lambda hand: change_dashboard(hand, lambda body: body["widgets"][1].update(height=3)),
            "a widget",
        ),
        ("layout widget?at*", lambda hand: change_dashboard(hand, lambda body: body["widgets"].pop()), "a widget lost"),
        ("options", lambda hand: change_dashboard(hand, lambda body: body.update(start="-PT1H"))),
        ("*", lambda hand: hand.cloudwatch.delete_dashboards(DashboardNames=[NAME]), "deleted"),
    ],
}
