# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The roles monitoring and autoscaling: what they make, and that its parts fit each other and the log lines."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml
from ansible_collections.meetops.jitsi.plugins.module_utils.monitoring import dashboard_metrics
from ansible_collections.meetops.jitsi.plugins.module_utils.monitoring.metric_filters import emit
from support import documented
from support.server import ROOT

VARS = {
    "recording": True,
    "chat": "",
    "autoscaling_name": "meet",
    "autoscaling_recording": "{{ recording }}",
    "autoscaling_schedules": [
        {"name": "open", "schedule": "cron(0 8 ? * MON-FRI *)", "timezone": "Europe/Berlin", "awake": True},
        {"name": "close", "schedule": "cron(0 18 ? * MON-FRI *)", "awake": False},
    ],
    "monitoring_name": "meet",
    "monitoring_region": "us-east-1",
    "monitoring_alert_email": "ops@example.com",
    "monitoring_recording": "{{ recording }}",
    "monitoring_chat_parameter": "{{ chat }}",
    "monitoring_tags": {"Environment": "prod"},
}
TOPIC = "arn:aws:sns:us-east-1:123456789012:meet-alerts"
DATA = Path(__file__).parents[2] / "data"
STATS = yaml.safe_load((DATA / "stats_lines.yml").read_text())
LINES = [item["line"] for item in [*STATS["lines"], *yaml.safe_load((DATA / "log_lines.yml").read_text())]]
SERVICES = {"meet-service", "meet-bridge", "meet-recorder"}
FREE_METRICS = 10
# Ours, two of each of three policies of target tracking, one of a step. Ten are free, others 0.10 USD each.
ALARMS = int(re.search(r"(\d+) alarms", (ROOT / "docs" / "costs.md").read_text())[1])
CHAT = "/meet/chat-webhook"
ACCOUNT = "123456789012"
RUNBOOK = re.compile(r"playbooks/runbooks/(\w+)\.yml$")


@pytest.fixture(scope="module")
def play(play_of):
    return play_of(VARS, roles=["meetops.jitsi.autoscaling", "meetops.jitsi.monitoring"])


@pytest.fixture(scope="module")
def made(aws_server, play):
    """An account in which both roles have run once, planned before that, and once more after it."""
    aws_server.reset()
    planned = play("--check")
    assert aws_server.mutating() == []
    ecs = aws_server.client("ecs")
    ecs.create_cluster(clusterName="meet-cluster")
    ecs.register_task_definition(family="t", containerDefinitions=[{"name": "c", "image": "i", "memory": 64}])
    for name in SERVICES:
        ecs.create_service(cluster="meet-cluster", serviceName=name, taskDefinition="t", desiredCount=0)
    aws_server.client("logs").create_log_group(logGroupName="/ecs/meet")
    first = play()
    aws_server.calls.clear()
    second = play("--diff")
    return planned, first, second, list(aws_server.calls)


@pytest.fixture
def filters(aws_server, made):
    """The filters in AWS, in the form that the evaluator takes."""
    described = aws_server.client("logs").describe_metric_filters(logGroupName="/ecs/meet")["metricFilters"]
    return [
        {
            "pattern": item["filterPattern"],
            "metric": transformation["metricName"],
            "namespace": transformation["metricNamespace"],
            "value": transformation["metricValue"],
            "dimensions": transformation.get("dimensions"),
        }
        for item in described
        for transformation in item["metricTransformations"]
    ]


@pytest.fixture
def alarms(aws_server, made):
    described = aws_server.client("cloudwatch").describe_alarms()["MetricAlarms"]
    # Others are those of scaling.
    return [item for item in described if item["AlarmName"].startswith("meet/")]


@pytest.fixture
def widgets(aws_server, made):
    """Those of all dashboards."""
    client = aws_server.client("cloudwatch")
    names = [item["DashboardName"] for item in client.list_dashboards()["DashboardEntries"]]
    assert sorted(names) == ["meet", "meet-capacity", "meet-recording"]
    bodies = [json.loads(client.get_dashboard(DashboardName=name)["DashboardBody"]) for name in names]
    return [widget for body in bodies for widget in body["widgets"]]


def published(filters):
    """Every metric that the sample lines make: (namespace, name, ((dimension, value), ...))."""
    found = set()
    for item in filters:
        for line in LINES:
            emitted = emit(item, line)
            if emitted:
                found.add((item["namespace"], item["metric"], tuple(sorted(emitted[1].items()))))
    return found


def on_ecs(metric, dimensions):
    """Tell whether ECS publishes such a metric for one of the platform's services."""
    return (
        metric in ("CPUUtilization", "MemoryUtilization")
        and dimensions["ClusterName"] == "meet-cluster"
        and dimensions["ServiceName"] in SERVICES
    )


def test_plan_is_what_a_run_makes(made):
    planned, first, _, _ = made
    assert planned.changed_tasks == first.changed_tasks
    assert first.changed == 6


def test_second_run_changes_nothing_in_few_calls(made):
    _, _, second, calls = made
    assert second.changed == 0, second
    # Without those of the role autoscaling.
    assert sorted(call for call in calls if not call.startswith(("application-autoscaling:", "ecs:"))) == sorted(
        [
            *[
                "sns:GetTopicAttributes",
                "sns:ListSubscriptionsByTopic",
                "sns:ListTagsForResource",
                "sts:GetCallerIdentity",
            ],
            "logs:DescribeMetricFilters",
            *["cloudwatch:DescribeAlarms"] * 2,
            "tagging:GetResources",
            *["budgets:DescribeBudgets", "budgets:DescribeBudgetNotificationsForAccount"],
            *["budgets:DescribeSubscribersForNotification"] * 3,
            *["cloudwatch:GetDashboard"] * 3,
        ]
    )


def test_every_metric_is_published_and_few(filters):
    metrics = published(filters)
    assert {name for _, name, _ in metrics} == {item["metric"] for item in filters}
    errors = {metric for metric in metrics if metric[1].startswith("Errors/meet")}
    assert {(namespace, dimensions) for namespace, _, dimensions in errors} == {("Jitsi/JVB", ())}
    figures = metrics - errors
    assert len({name for _, name, _ in figures} - {*STATS["billed"]}) <= FREE_METRICS
    assert {(namespace, dimensions) for namespace, _, dimensions in figures} == {("Jitsi/JVB", (("Platform", "meet"),))}


def test_alarms_watch_what_is_published(alarms, filters):
    metrics = published(filters)
    assert {item["AlarmName"] for item in alarms} == {
        f"meet/{name}" for name in documented.names("monitoring.md", "Alarms")
    }
    for alarm in alarms:
        dimensions = {item["Name"]: item["Value"] for item in alarm["Dimensions"]}
        if alarm["Namespace"] == "AWS/ECS":
            assert on_ecs(alarm["MetricName"], dimensions)
            assert alarm["Threshold"] == 80
        else:
            assert (alarm["Namespace"], alarm["MetricName"], tuple(sorted(dimensions.items()))) in metrics


def test_alarms_treat_asleep_as_fine_and_say_what_to_do(alarms):
    for alarm in alarms:
        assert alarm["TreatMissingData"] == "notBreaching"
        assert alarm["InsufficientDataActions"] == []
        assert alarm["AlarmActions"] == alarm["OKActions"] == [TOPIC]
        assert 100 < len(alarm["AlarmDescription"]) < 1024
        assert "{{" not in alarm["AlarmDescription"]


def sleeping(item, lines):
    """What a filter makes of the lines of a platform that sleeps."""
    return [emitted[0] for line in lines if (emitted := emit(item, line))]


def test_asleep_is_always_green(alarms, filters):
    """Without any data, and with all that a sleeping platform still tells: its figures pass no threshold."""
    asleep = [
        '{"source":"secret","platform":"meet","age_days":89.9}',
        '{"source":"lifecycle","platform":"meet","event":"asleep","before":"stopping"}',
        '{"source":"lifecycle","platform":"meet","event":"certificates","entrance_days":61.0,"origin_days":40.5}',
        '{"source":"rotation","platform":"meet","message":"nothing to do: this version is current"}',
        "START RequestId: 8f507cfc-xmpl-4697-b07a-ac58fc914c95 Version: $LATEST",
    ]
    told = {item["metric"]: samples for item in filters if (samples := sleeping(item, asleep))}
    assert set(told) == {"SecretAgeDays"}
    for alarm in alarms:
        # No sample counts as no breach, and nothing is done when there are none.
        assert alarm["TreatMissingData"] == "notBreaching"
        assert alarm["MetricName"] not in told
        assert alarm["StateValue"] in ("OK", "INSUFFICIENT_DATA")


def test_scaling_s_own_alarms_tell_nobody_and_sleep_too(aws_server, made):
    """Target tracking's are AWS's own: without data they are in INSUFFICIENT_DATA, and nobody may change that."""
    described = aws_server.client("cloudwatch").describe_alarms()["MetricAlarms"]
    scaling = [item for item in described if not item["AlarmName"].startswith("meet/")]
    assert len(described) == ALARMS
    for alarm in scaling:
        actions = [*alarm["AlarmActions"], *alarm["OKActions"], *alarm["InsufficientDataActions"]]
        assert actions and all(":scalingPolicy:" in action for action in actions), alarm["AlarmName"]
        if not alarm["AlarmName"].startswith("TargetTracking-"):
            assert alarm["TreatMissingData"] == "notBreaching"
            assert "nobody has to do anything" in alarm["AlarmDescription"]


def test_the_last_minute_before_sleep_is_green_too(alarms, filters):
    """The platform goes to sleep with these figures; they stay the last ones."""
    last = [
        '{"source":"jicofo","platform":"meet","reachable":1,"participants":0,"conferences":0,"bridges":1,"certificate_days":40}',
        '{"source":"jvb","platform":"meet","reachable":1,"participants":0,"conferences":0,"stress":0,"healthy":1,"drain":0}',
        '{"source":"jibri","platform":"meet","reachable":1,"busy":0,"healthy":1,"waiting":0,"disk_percent":3}',
        '{"source":"lifecycle","platform":"meet","state":"draining","awake_minutes":75,"idle_minutes":17}',
        '{"source":"lifecycle","platform":"meet","state":"awake","awake_minutes":73,"idle_minutes":15,"why":"","ready":1}',
    ]
    told = {}
    for item in filters:
        told.setdefault(item["metric"], []).extend(sleeping(item, last))
    compare = {"GreaterThanThreshold": float.__gt__, "LessThanThreshold": float.__lt__}
    for alarm in alarms:
        for value in told.get(alarm["MetricName"], []):
            assert not compare[alarm["ComparisonOperator"]](float(value), float(alarm["Threshold"])), alarm["AlarmName"]


def test_every_alarm_names_a_runbook_that_is_there(alarms):
    for alarm in alarms:
        found = RUNBOOK.search(alarm["AlarmDescription"])
        assert found, alarm["AlarmName"]
        assert (ROOT / found.group()).is_file(), f"{alarm['AlarmName']}: {found.group()}"


def test_budgets_name_their_runbook_and_tell_the_topic(aws_server, made):
    client = aws_server.client("budgets")
    budgets = {item["BudgetName"]: item for item in client.describe_budgets(AccountId=ACCOUNT)["Budgets"]}
    assert {name: item["BudgetLimit"] for name, item in budgets.items()} == {
        "meet/cost, runbook review": {"Amount": "100", "Unit": "USD"},
        "meet/public IPv4 hours, runbook audit": {"Amount": "1000", "Unit": "Hrs"},
    }
    for name in budgets:
        assert (ROOT / "playbooks" / "runbooks" / f"{name.rpartition(' ')[2]}.yml").is_file(), name
        for notification in client.describe_notifications_for_budget(AccountId=ACCOUNT, BudgetName=name)[
            "Notifications"
        ]:
            told = client.describe_subscribers_for_notification(
                AccountId=ACCOUNT, BudgetName=name, Notification=notification
            )
            assert told["Subscribers"] == [{"SubscriptionType": "SNS", "Address": TOPIC}]


def test_dashboards_show_what_is_published(widgets, filters):
    metrics, shown = published(filters), set()
    for widget in widgets:
        for row in dashboard_metrics.rows(widget["properties"]):
            if row.namespace == "AWS/ECS":
                assert on_ecs(row.metric, row.dimensions), row
            elif not row.expression:
                shown.add((row.namespace, row.metric, tuple(sorted(row.dimensions.items()))))
    assert shown == metrics
    assert {widget["properties"].get("region", "us-east-1") for widget in widgets} == {"us-east-1"}
    queries = [item["properties"]["query"] for item in widgets if item["type"] == "log"]
    assert all("SOURCE '/ecs/meet' |" in query for query in queries)


def test_recorders_scale_on_a_metric_that_is_published(aws_server, made, filters):
    policies = aws_server.client("application-autoscaling").describe_scaling_policies(ServiceNamespace="ecs")
    tracked = {
        item["PolicyName"]: item["TargetTrackingScalingPolicyConfiguration"]
        for item in policies["ScalingPolicies"]
        if item["PolicyType"] == "TargetTrackingScaling"
    }
    assert {name: item["TargetValue"] for name, item in tracked.items()} == {"cpu": 70, "memory": 70, "busy": 0.5}
    metric = tracked["busy"]["CustomizedMetricSpecification"]
    dimensions = tuple((item["Name"], item["Value"]) for item in metric["Dimensions"])
    assert (metric["Namespace"], metric["MetricName"], dimensions) in published(filters)


def test_schedules_wake_signalling_and_bridges_only(aws_server, made):
    actions = aws_server.client("application-autoscaling").describe_scheduled_actions(ServiceNamespace="ecs")
    assert {
        (
            item["ResourceId"].rpartition("/")[2],
            item["ScheduledActionName"],
            item["Timezone"],
            tuple(item["ScalableTargetAction"].items()),
        )
        for item in actions["ScheduledActions"]
    } == {
        (service, name, timezone, (("MinCapacity", minimum),))
        for service in ("meet-service", "meet-bridge")
        for name, timezone, minimum in (("open", "Europe/Berlin", 1), ("close", "UTC", 0))
    }


def test_topic_sends_to_the_operator(aws_server, made):
    subscriptions = aws_server.client("sns").list_subscriptions_by_topic(TopicArn=TOPIC)["Subscriptions"]
    assert [(item["Protocol"], item["Endpoint"]) for item in subscriptions] == [("email", "ops@example.com")]


def test_a_chat_comes_and_goes(aws_server, play, made):
    """The URL's parameter is read by the function only: no run asks for it."""
    aws_server.calls.clear()
    # Role, function, and its subscription to the topic.
    assert play("--check", extra_vars={"chat": CHAT}).changed == 3
    assert aws_server.mutating() == []
    assert play("--diff", extra_vars={"chat": CHAT}).changed == 3
    assert play(extra_vars={"chat": CHAT}).changed == 0
    assert not [call for call in aws_server.calls if call.startswith("ssm:")]
    (function,) = aws_server.client("lambda").list_functions()["Functions"]
    assert function["FunctionName"] == "meet-chat"
    assert function["Environment"]["Variables"] == {"PLATFORM": "meet", "PARAMETER": CHAT}
    subscriptions = aws_server.client("sns").list_subscriptions_by_topic(TopicArn=TOPIC)["Subscriptions"]
    assert {(item["Protocol"], item["Endpoint"]) for item in subscriptions} == {
        ("email", "ops@example.com"),
        ("lambda", function["FunctionArn"]),
    }
    policy = aws_server.client("iam").get_role_policy(RoleName="meet-chat-function", PolicyName="tell-chat")
    (read,) = [item for item in policy["PolicyDocument"]["Statement"] if item["Sid"] == "ReadUrl"]
    assert (read["Action"], read["Resource"]) == (
        ["ssm:GetParameter"],
        [f"arn:aws:ssm:us-east-1:{ACCOUNT}:parameter/meet/chat-webhook"],
    )
    assert play().changed == 3
    assert aws_server.client("lambda").list_functions()["Functions"] == []


def test_without_recording_nothing_of_it_is_left(aws_server, play, made):
    """Runs last: it takes away what the others look at. As a text too, as -e recording=false gives it."""
    assert play("-e", "recording=false").changed == 4
    dashboards = aws_server.client("cloudwatch").list_dashboards()["DashboardEntries"]
    assert sorted(item["DashboardName"] for item in dashboards) == ["meet", "meet-capacity"]
    targets = aws_server.client("application-autoscaling").describe_scalable_targets(ServiceNamespace="ecs")
    assert {item["ResourceId"] for item in targets["ScalableTargets"]} == {
        "service/meet-cluster/meet-service",
        "service/meet-cluster/meet-bridge",
    }
    filters = aws_server.client("logs").describe_metric_filters(logGroupName="/ecs/meet")["metricFilters"]
    assert not any(word in item["filterName"] for item in filters for word in ("Record", "Upload", "Disk", "jibri"))
    alarms = aws_server.client("cloudwatch").describe_alarms(AlarmNamePrefix="meet/")["MetricAlarms"]
    assert len(alarms) == 7
    assert play(extra_vars={"recording": False}).changed == 0
