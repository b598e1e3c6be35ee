# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The roles monitoring and autoscaling: what they make, and that its parts fit each other and the log lines."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from ansible_collections.meetops.jitsi.plugins.module_utils.metric_filters import emit

PLAY = """\
---
- name: Watch and scale
  hosts: localhost
  connection: local
  gather_facts: false
  vars:
    ansible_python_interpreter: "{{ ansible_playbook_python }}"
    recording: true
    autoscaling_name: meet
    autoscaling_recording: "{{ recording }}"
    autoscaling_schedules:
      - { name: open, schedule: cron(0 8 ? * MON-FRI *), timezone: Europe/Berlin, awake: true }
      - { name: close, schedule: cron(0 18 ? * MON-FRI *), awake: false }
    monitoring_name: meet
    monitoring_region: us-east-1
    monitoring_alert_email: ops@example.com
    monitoring_recording: "{{ recording }}"
    monitoring_tags: { Environment: prod }
  module_defaults:
    group/meetops.jitsi.aws:
      region: us-east-1
      endpoint_url: "{{ jitsi_aws_endpoint_url }}"
  roles:
    - meetops.jitsi.autoscaling
    - meetops.jitsi.monitoring
"""
TOPIC = "arn:aws:sns:us-east-1:123456789012:meet-alerts"
LINES = (Path(__file__).parents[1] / "unit" / "data" / "stats_lines.jsonl").read_text().splitlines()
SERVICES = {"meet-service", "meet-bridge", "meet-recorder"}
FREE_METRICS = 10
# Billed for the hours that have samples: one a day, or those of wakes and of being awake.
RARE = {"SecretAgeDays", "Wakes", "TimeToWake", "AwakeMinutes"}


@pytest.fixture(scope="module")
def play(playbook, tmp_path_factory):
    path = tmp_path_factory.mktemp("play") / "play.yml"
    path.write_text(PLAY)

    def run(*args, **options):
        done = playbook(str(path), *args, inventory="localhost,", **options)
        assert done.rc == 0, done
        return done

    return run


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
    body = aws_server.client("cloudwatch").get_dashboard(DashboardName="meet")["DashboardBody"]
    return json.loads(body)["widgets"]


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
    assert first.changed == 5


def test_second_run_changes_nothing_in_few_calls(made):
    _, _, second, calls = made
    assert second.changed == 0, second
    assert len(calls) <= 21


def test_every_metric_is_published_and_few(filters):
    metrics = published(filters)
    assert {name for _, name, _ in metrics} == {item["metric"] for item in filters}
    assert len({name for _, name, _ in metrics} - RARE) <= FREE_METRICS
    assert {(namespace, dimensions) for namespace, _, dimensions in metrics} == {("Jitsi/JVB", (("Platform", "meet"),))}


def test_alarms_watch_what_is_published(alarms, filters):
    metrics = published(filters)
    assert {item["AlarmName"] for item in alarms} == {
        "meet/signalling-cpu",
        "meet/signalling-memory",
        "meet/bridge-cpu",
        "meet/bridge-memory",
        "meet/wake-failed",
        "meet/awake-too-long",
        "meet/recording-success",
        "meet/recorders-busy",
        "meet/recorder-unhealthy",
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


def test_dashboard_shows_what_is_published(widgets, filters):
    metrics, shown = published(filters), set()
    for widget in widgets:
        rows, previous = widget["properties"].get("metrics", []), []
        for row in rows:
            names = [name for name in row if isinstance(name, str)]
            # "..." stands for all names of the row above but the last ones that are given, "." for one of them.
            if names[0] == "...":
                names = previous[: len(previous) - len(names) + 1] + names[1:]
            names = [old if name == "." else name for name, old in zip(names, previous or names, strict=True)]
            previous = names
            dimensions = dict(zip(names[2::2], names[3::2], strict=True))
            if names[0] == "AWS/ECS":
                assert on_ecs(names[1], dimensions), names
            else:
                shown.add((names[0], names[1], tuple(sorted(dimensions.items()))))
    assert shown == metrics
    assert {widget["properties"].get("region", "us-east-1") for widget in widgets} == {"us-east-1"}
    assert "SOURCE '/ecs/meet' |" in next(item for item in widgets if item["type"] == "log")["properties"]["query"]


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


def test_without_recording_nothing_of_it_is_left(aws_server, play, made):
    """Runs last: it takes away what the others look at. As a text too, as -e recording=false gives it."""
    assert play("-e", "recording=false").changed == 4
    targets = aws_server.client("application-autoscaling").describe_scalable_targets(ServiceNamespace="ecs")
    assert {item["ResourceId"] for item in targets["ScalableTargets"]} == {
        "service/meet-cluster/meet-service",
        "service/meet-cluster/meet-bridge",
    }
    filters = aws_server.client("logs").describe_metric_filters(logGroupName="/ecs/meet")["metricFilters"]
    assert not any(word in item["filterName"] for item in filters for word in ("Record", "Upload", "Disk"))
    alarms = aws_server.client("cloudwatch").describe_alarms(AlarmNamePrefix="meet/")["MetricAlarms"]
    assert len(alarms) == 6
    assert play(extra_vars={"recording": False}).changed == 0
