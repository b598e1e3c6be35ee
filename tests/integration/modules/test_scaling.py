# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
from __future__ import annotations

import pytest

READS = [
    "application-autoscaling:DescribeScalingPolicies",
    "application-autoscaling:DescribeScalableTargets",
    "application-autoscaling:DescribeScheduledActions",
    "cloudwatch:DescribeAlarms",
]
CPU = {"name": "cpu", "metric": "ECSServiceAverageCPUUtilization", "target_value": 70}
MEMORY = {"name": "memory", "metric": "ECSServiceAverageMemoryUtilization", "target_value": 70}
BUSY = {
    "name": "busy",
    "custom_metric": {"namespace": "Jitsi/JVB", "metric_name": "RecorderBusy", "dimensions": {"Platform": "meet"}},
    "target_value": 0.5,
}
OPEN = {"name": "open", "schedule": "cron(0 8 ? * MON-FRI *)", "timezone": "Europe/Berlin", "min_capacity": 1}
FULL = {
    "name": "full",
    "namespace": "Jitsi/JVB",
    "metric_name": "Stress",
    "dimensions": {"Platform": "meet"},
    "statistic": "Minimum",
    "threshold": 0.8,
}
SIGNALLING = {"service": "meet-service", "max_capacity": 1, "schedules": [OPEN]}
BRIDGE = {
    "service": "meet-bridge",
    "max_capacity": 3,
    "policies": [CPU, MEMORY],
    "step_policies": [FULL],
    "schedules": [OPEN],
}
RECORDER = {"service": "meet-recorder", "max_capacity": 2, "policies": [BUSY]}
TARGETS = [SIGNALLING, BRIDGE, RECORDER]
OF_BRIDGE = {
    "ServiceNamespace": "ecs",
    "ResourceId": "service/meet/meet-bridge",
    "ScalableDimension": "ecs:service:DesiredCount",
}


def make_services(aws, cluster="meet"):
    ecs = aws.client("ecs")
    ecs.create_cluster(clusterName=cluster)
    task = ecs.register_task_definition(family="t", containerDefinitions=[{"name": "c", "image": "i", "memory": 64}])
    for service in ("meet-service", "meet-bridge", "meet-recorder"):
        ecs.create_service(
            cluster=cluster,
            serviceName=service,
            taskDefinition=task["taskDefinition"]["taskDefinitionArn"],
            desiredCount=0,
        )


@pytest.fixture
def scaled(aws, run_module):
    """The targets as they are wanted, and the client to look at them with."""
    make_services(aws)
    result = run_module("scaling", cluster="meet", targets=TARGETS)
    assert result["changed"]
    aws.calls.clear()
    return aws.client("application-autoscaling")


def capacities(aas):
    targets = aas.describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"]
    return {item["ResourceId"]: (item["MinCapacity"], item["MaxCapacity"]) for item in targets}


def names(aas, operation, key, name):
    return sorted(item[name] for item in getattr(aas, operation)(ServiceNamespace="ecs")[key])


def test_plan_on_an_empty_account_is_what_a_run_makes(aws, run_module):
    plan = run_module("scaling", _check=True, cluster="meet", targets=TARGETS)
    assert plan["changed"]
    assert aws.calls == READS
    make_services(aws)
    real = run_module("scaling", cluster="meet", targets=TARGETS)
    assert real["changes"] == plan["changes"]
    assert real["diff"] == plan["diff"]
    assert len(plan["changes"]) == 3 + 3 + 2 + 2


def test_second_run_changes_nothing_in_four_calls(aws, run_module, scaled):
    assert not run_module("scaling", cluster="meet", targets=TARGETS)["changed"]
    assert aws.calls == READS


def test_what_was_made(scaled):
    assert capacities(scaled) == {
        "service/meet/meet-service": (0, 1),
        "service/meet/meet-bridge": (0, 3),
        "service/meet/meet-recorder": (0, 2),
    }
    policies = scaled.describe_scaling_policies(ServiceNamespace="ecs")["ScalingPolicies"]
    by_name = {item["PolicyName"]: item.get("TargetTrackingScalingPolicyConfiguration") for item in policies}
    assert by_name["cpu"] == {
        "TargetValue": 70.0,
        "PredefinedMetricSpecification": {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"},
        "ScaleInCooldown": 300,
        "ScaleOutCooldown": 300,
        "DisableScaleIn": False,
    }
    assert by_name["busy"]["CustomizedMetricSpecification"] == {
        "Namespace": "Jitsi/JVB",
        "MetricName": "RecorderBusy",
        "Statistic": "Average",
        "Dimensions": [{"Name": "Platform", "Value": "meet"}],
    }
    actions = scaled.describe_scheduled_actions(ServiceNamespace="ecs")["ScheduledActions"]
    assert [(item["Timezone"], item["ScalableTargetAction"]) for item in actions] == [
        ("Europe/Berlin", {"MinCapacity": 1})
    ] * 2


def test_an_awake_platform_stays_awake(aws, run_module, scaled):
    scaled.register_scalable_target(**OF_BRIDGE, MinCapacity=1)
    assert not run_module("scaling", cluster="meet", targets=TARGETS)["changed"]
    # Another maximum does not touch the minimum.
    run_module("scaling", cluster="meet", targets=[SIGNALLING, {**BRIDGE, "max_capacity": 5}, RECORDER])
    assert capacities(scaled)["service/meet/meet-bridge"] == (1, 5)


def test_drift_is_put_back(run_module, scaled):
    scaled.register_scalable_target(**OF_BRIDGE, MaxCapacity=20)
    scaled.delete_scaling_policy(**OF_BRIDGE, PolicyName="memory")
    stray = {"PolicyType": "TargetTrackingScaling", "TargetTrackingScalingPolicyConfiguration": {"TargetValue": 5.0}}
    scaled.put_scaling_policy(**OF_BRIDGE, PolicyName="stray", **stray)
    result = run_module("scaling", cluster="meet", targets=TARGETS)
    assert [(item["action"], item["resource"]) for item in result["changes"]] == [
        ("update", "target meet-bridge"),
        ("create", "policy meet-bridge/memory"),
        ("delete", "policy meet-bridge/stray"),
    ]
    assert not run_module("scaling", cluster="meet", targets=TARGETS)["changed"]


def test_what_is_no_longer_listed_goes(aws, as_planned, run_module, scaled):
    wanted = [{**SIGNALLING, "schedules": []}, {**BRIDGE, "policies": [CPU], "step_policies": []}]
    as_planned(run_module, "scaling", cluster="meet", targets=wanted)
    assert sorted(capacities(scaled)) == ["service/meet/meet-bridge", "service/meet/meet-service"]
    assert names(scaled, "describe_scaling_policies", "ScalingPolicies", "PolicyName") == ["cpu"]
    assert names(scaled, "describe_scheduled_actions", "ScheduledActions", "ResourceId") == ["service/meet/meet-bridge"]
    # Only the two alarms of the one policy are left.
    assert len(aws.client("cloudwatch").describe_alarms()["MetricAlarms"]) == 2


def test_absent_leaves_other_clusters_alone(aws, run_module, scaled):
    make_services(aws, "meet-staging")
    run_module("scaling", cluster="meet-staging", targets=[BRIDGE])
    assert run_module("scaling", cluster="meet", state="absent")["changed"]
    assert sorted(capacities(scaled)) == ["service/meet-staging/meet-bridge"]
    assert not run_module("scaling", cluster="meet-staging", targets=[BRIDGE])["changed"]
    assert not run_module("scaling", cluster="meet", state="absent")["changed"]


def test_a_run_that_died_is_finished(aws, run_module, scaled):
    """Whatever is left of a run, the next one makes the rest."""
    run_module("scaling", cluster="meet", state="absent")
    scaled.register_scalable_target(**OF_BRIDGE, MinCapacity=0, MaxCapacity=3)
    assert len(run_module("scaling", cluster="meet", targets=TARGETS)["changes"]) == 9
    assert not run_module("scaling", cluster="meet", targets=TARGETS)["changed"]


def test_a_rate(aws, run_module):
    make_services(aws)
    targets = [{**SIGNALLING, "schedules": [{"name": "daily", "schedule": "rate(1 day)", "min_capacity": 1}]}]
    run_module("scaling", cluster="meet", targets=targets)
    assert not run_module("scaling", cluster="meet", targets=targets)["changed"]


def test_more_policies_than_a_page(aws, run_module):
    """AWS lists ten policies a page, fewer than an account may have."""
    ecs = aws.client("ecs")
    make_services(aws)
    targets = []
    for number in range(12):
        ecs.create_service(cluster="meet", serviceName=f"bridge-{number}", taskDefinition="t", desiredCount=0)
        targets.append({**BRIDGE, "service": f"bridge-{number}", "schedules": []})
    run_module("scaling", cluster="meet", targets=targets)
    assert not run_module("scaling", cluster="meet", targets=targets)["changed"]


def test_invalid_input_fails_before_the_first_call(refused):
    message = refused("scaling", cluster="meet", targets=[{**BRIDGE, "min_capacity": 4}])
    assert message == "targets meet-bridge, min_capacity 4: is more than max_capacity 3; lower one or raise the other"


def step_alarm(aws):
    alarms = aws.client("cloudwatch").describe_alarms(AlarmNamePrefix="StepScaling-service/meet/")["MetricAlarms"]
    return {item["AlarmName"]: item for item in alarms}.get("StepScaling-service/meet/meet-bridge/full")


def test_a_step_policy_is_what_its_alarm_does(aws, run_module, scaled):
    policies = scaled.describe_scaling_policies(ServiceNamespace="ecs")["ScalingPolicies"]
    [policy] = [item for item in policies if item["PolicyName"] == "full"]
    assert policy["StepScalingPolicyConfiguration"] == {
        "AdjustmentType": "ChangeInCapacity",
        "StepAdjustments": [{"MetricIntervalLowerBound": 0.0, "ScalingAdjustment": 1}],
        "Cooldown": 180,
        "MetricAggregationType": "Minimum",
    }
    alarm = step_alarm(aws)
    assert (alarm["AlarmActions"], alarm["OKActions"]) == ([policy["PolicyARN"]], [])
    assert (alarm["Statistic"], alarm["Period"], alarm["EvaluationPeriods"], alarm["Threshold"]) == (
        "Minimum", 60, 1, 0.8
    )  # fmt: skip


def test_an_alarm_of_a_step_policy_that_is_gone_or_changed_is_put_back(aws, run_module, scaled):
    cloudwatch = aws.client("cloudwatch")
    for harm in (
        lambda: cloudwatch.delete_alarms(AlarmNames=["StepScaling-service/meet/meet-bridge/full"]),
        lambda: cloudwatch.disable_alarm_actions(AlarmNames=["StepScaling-service/meet/meet-bridge/full"]),
    ):
        harm()
        assert run_module("scaling", cluster="meet", targets=TARGETS)["changed"]
        assert step_alarm(aws)["ActionsEnabled"]
        assert not run_module("scaling", cluster="meet", targets=TARGETS)["changed"]


def test_absent_leaves_no_alarm(aws, run_module, scaled):
    run_module("scaling", cluster="meet", state="absent")
    assert step_alarm(aws) is None
