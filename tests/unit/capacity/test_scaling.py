# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
from __future__ import annotations

import copy

import pytest
from ansible_collections.meetops.jitsi.plugins.module_utils.capacity import scaling
from ansible_collections.meetops.jitsi.plugins.module_utils.errors import InvalidInput
from hypothesis import given
from hypothesis import strategies as st

CPU = {
    "name": "cpu",
    "metric": "ECSServiceAverageCPUUtilization",
    "custom_metric": None,
    "target_value": 70.0,
    "scale_in_cooldown": 300,
    "scale_out_cooldown": 300,
    "disable_scale_in": False,
}
BUSY = {
    **CPU,
    "name": "busy",
    "metric": None,
    "custom_metric": {
        "namespace": "Jitsi/JVB",
        "metric_name": "RecorderBusy",
        "statistic": "Average",
        "dimensions": {"b": "2", "a": 1},
    },
    "target_value": 0.5,
}
OPEN = {
    "name": "open",
    "schedule": "cron(0 8 ? * MON-FRI *)",
    "timezone": "Europe/Berlin",
    "min_capacity": 1,
    "max_capacity": None,
}
BRIDGE = {
    "service": "meet-bridge",
    "min_capacity": 0,
    "max_capacity": 3,
    "policies": [CPU, BUSY],
    "step_policies": [],
    "schedules": [OPEN],
}
FULL = {
    "name": "full",
    "namespace": "Jitsi/JVB",
    "metric_name": "Stress",
    "dimensions": {"Platform": "meet"},
    "statistic": "Minimum",
    "threshold": 0.8,
    "minutes": 1,
    "add": 1,
    "cooldown": 180,
}
SIGNALLING = {
    "service": "meet-service",
    "min_capacity": 0,
    "max_capacity": 1,
    "policies": [],
    "step_policies": [],
    "schedules": [],
}


def described(minimum=0, maximum=3, cluster="meet", service="meet-bridge"):
    """What AWS lists after BRIDGE was made: targets, policies, scheduled actions."""
    base = {"ServiceNamespace": "ecs", "ResourceId": f"service/{cluster}/{service}"}
    tracking = {"TargetValue": 70.0, "ScaleInCooldown": 300, "ScaleOutCooldown": 300}
    return (
        [{**base, "MinCapacity": minimum, "MaxCapacity": maximum}],
        [
            {
                **base,
                "PolicyName": "cpu",
                "TargetTrackingScalingPolicyConfiguration": {
                    **tracking,
                    "PredefinedMetricSpecification": {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"},
                    "DisableScaleIn": False,
                },
            },
            {
                **base,
                "PolicyName": "busy",
                "TargetTrackingScalingPolicyConfiguration": {
                    **tracking,
                    "TargetValue": 0.5,
                    "CustomizedMetricSpecification": {
                        "Namespace": "Jitsi/JVB",
                        "MetricName": "RecorderBusy",
                        "Statistic": "Average",
                        "Dimensions": [{"Name": "b", "Value": "2"}, {"Name": "a", "Value": "1"}],
                    },
                },
            },
        ],
        [
            {
                **base,
                "ScheduledActionName": "open",
                "Schedule": "cron(0 8 ? * MON-FRI *)",
                "Timezone": "Europe/Berlin",
                "ScalableTargetAction": {"MinCapacity": 1},
            }
        ],
    )


def plan(targets, lists=((), (), ()), cluster="meet"):
    changes = scaling.plan(cluster, targets, scaling.current_state(cluster, *lists))
    return [(change.action, change.resource) for change in changes]


def test_empty_account_makes_targets_first():
    assert plan([SIGNALLING, BRIDGE]) == [
        ("create", "target meet-service"),
        ("create", "target meet-bridge"),
        ("create", "policy meet-bridge/cpu"),
        ("create", "policy meet-bridge/busy"),
        ("create", "schedule meet-bridge/open"),
    ]


def test_what_exists_is_no_change():
    assert plan([BRIDGE], described()) == []


def test_everything_that_is_not_listed_goes_and_the_target_last():
    assert plan([], described()) == [
        ("delete", "schedule meet-bridge/open"),
        ("delete", "policy meet-bridge/busy"),
        ("delete", "policy meet-bridge/cpu"),
        ("delete", "target meet-bridge"),
    ]
    assert plan([{**BRIDGE, "policies": [BUSY], "schedules": []}], described()) == [
        ("delete", "schedule meet-bridge/open"),
        ("delete", "policy meet-bridge/cpu"),
    ]


@pytest.mark.parametrize("cluster", ["meet-staging", "mee"])
def test_other_clusters_are_left_alone(cluster):
    assert plan([], described(cluster=cluster)) == []


@pytest.mark.parametrize("drift", ["TargetValue", "ScaleInCooldown", "ScaleOutCooldown", "DisableScaleIn"])
def test_policy_drift_is_put_back(drift):
    lists = copy.deepcopy(described())
    lists[1][0]["TargetTrackingScalingPolicyConfiguration"][drift] = 55
    changes = scaling.plan("meet", [BRIDGE], scaling.current_state("meet", *lists))
    assert [(change.resource, change.fields) for change in changes] == [("policy meet-bridge/cpu", [drift])]


@pytest.mark.parametrize(
    ("drift", "field"),
    [
        ({"Schedule": "cron(0 9 ? * MON-FRI *)"}, "Schedule"),
        ({"Timezone": "UTC"}, "Timezone"),
        ({"ScalableTargetAction": {"MinCapacity": 1, "MaxCapacity": 3}}, "MaxCapacity"),
    ],
)
def test_schedule_drift_is_put_back(drift, field):
    targets, policies, actions = described()
    changes = scaling.plan(
        "meet", [BRIDGE], scaling.current_state("meet", targets, policies, [{**actions[0], **drift}])
    )
    assert [(change.resource, change.fields) for change in changes] == [("schedule meet-bridge/open", [field])]


def test_a_rate_has_no_timezone():
    """A scheduled action that was a cron before keeps its time zone in AWS, where it means nothing."""
    targets, policies, actions = described()
    rate = {**BRIDGE, "schedules": [{**OPEN, "schedule": "rate(1 day)", "timezone": "UTC"}]}
    now = {**actions[0], "Schedule": "rate(1 day)"}
    scaling.check("meet", [rate])
    assert scaling.plan("meet", [rate], scaling.current_state("meet", targets, policies, [now])) == []


@pytest.mark.parametrize(
    ("current", "maximum", "after", "fields"),
    [
        ((0, 3), 3, (0, 3), None),
        # Awake stays awake, asleep stays asleep.
        ((1, 3), 3, (1, 3), None),
        ((2, 3), 3, (2, 3), None),
        # Drift of the maximum is put back, the minimum is not touched.
        ((1, 5), 3, (1, 3), ["MaxCapacity"]),
        ((0, 0), 3, (0, 3), ["MaxCapacity"]),
        # Only a minimum above the maximum comes down.
        ((3, 3), 2, (2, 2), ["MaxCapacity", "MinCapacity"]),
        ((5, 5), 0, (0, 0), ["MaxCapacity", "MinCapacity"]),
    ],
)
def test_minimum_belongs_to_the_lifecycle(current, maximum, after, fields):
    target = {**BRIDGE, "max_capacity": maximum, "min_capacity": 0}
    lists = described(*current)
    changes = scaling.plan("meet", [target], scaling.current_state("meet", *lists))
    assert [change.fields for change in changes] == ([fields] if fields else [])
    if fields:
        assert (changes[0].after["MinCapacity"], changes[0].after["MaxCapacity"]) == after


@given(st.integers(0, 9), st.integers(0, 9), st.integers(0, 9), st.integers(0, 9))
def test_a_target_is_valid_and_settled_after_one_run(minimum, maximum, current_min, current_max):
    minimum, maximum = sorted((minimum, maximum))
    target = {**SIGNALLING, "min_capacity": minimum, "max_capacity": maximum}
    described_target = {
        "ResourceId": "service/meet/meet-service",
        "MinCapacity": min(current_min, current_max),
        "MaxCapacity": current_max,
    }
    for change in scaling.plan("meet", [target], scaling.current_state("meet", [described_target], [], [])):
        described_target |= {name: change.after[name] for name in ("MinCapacity", "MaxCapacity")}
    assert described_target["MinCapacity"] <= described_target["MaxCapacity"] == maximum
    assert described_target["MinCapacity"] == min(min(current_min, current_max), maximum)
    assert scaling.plan("meet", [target], scaling.current_state("meet", [described_target], [], [])) == []


def test_valid_input():
    scaling.check("meet", [BRIDGE, SIGNALLING])
    scaling.check("meet", [])


def broken(**changed):
    return [{**BRIDGE, **changed}]


@pytest.mark.parametrize(
    ("cluster", "targets", "message"),
    [
        ("", [], "cluster ''"),
        ("a/b", [], "cluster 'a/b'"),
        ("meet", [BRIDGE, BRIDGE], "targets meet-bridge: the service is there twice"),
        ("meet", broken(service="a/b"), "targets a/b: is no name"),
        ("meet", broken(min_capacity=4), "min_capacity 4: is more than max_capacity 3"),
        ("meet", broken(min_capacity=-1), "min_capacity -1: is negative"),
        ("meet", broken(policies=[CPU, CPU]), "policies cpu: the policy is there twice"),
        ("meet", broken(policies=[{**CPU, "name": "a:b"}]), "policy a:b: is no name"),
        ("meet", broken(policies=[{**CPU, "metric": None}]), "exactly one metric"),
        ("meet", broken(policies=[{**BUSY, "metric": "ECSServiceAverageCPUUtilization"}]), "exactly one metric"),
        ("meet", broken(policies=[{**CPU, "target_value": 9.9}]), "target_value 9.9: is a percentage; give 10 to 90"),
        ("meet", broken(policies=[{**CPU, "target_value": 91.0}]), "target_value 91"),
        ("meet", broken(policies=[{**BUSY, "target_value": 0.0}]), "target_value 0: must be positive"),
        ("meet", broken(policies=[{**CPU, "scale_in_cooldown": -1}]), "scale_in_cooldown -1"),
        ("meet", broken(policies=[{**CPU, "scale_out_cooldown": -1}]), "scale_out_cooldown -1"),
        ("meet", broken(schedules=[OPEN, OPEN]), "schedules open: the schedule is there twice"),
        ("meet", broken(schedules=[{**OPEN, "name": "a/b"}]), "schedule a/b: is no name"),
        (
            "meet",
            broken(schedules=[{**OPEN, "schedule": "cron(0 8 * * *)"}]),
            "schedule open, schedule 'cron(0 8 * * *)'",
        ),
        ("meet", broken(schedules=[{**OPEN, "timezone": "Berlin"}]), "schedule open, timezone 'Berlin'"),
        ("meet", broken(schedules=[{**OPEN, "schedule": "rate(1 day)"}]), "timezone Europe/Berlin: a rate has none"),
        ("meet", broken(schedules=[{**OPEN, "min_capacity": None}]), "changes nothing"),
        ("meet", broken(schedules=[{**OPEN, "min_capacity": 2, "max_capacity": 1}]), "more than max_capacity 1"),
        ("meet", broken(schedules=[{**OPEN, "min_capacity": 4}]), "more than the target's max_capacity 3"),
    ],
)
def test_invalid_input(cluster, targets, message):
    with pytest.raises(InvalidInput) as error:
        scaling.check(cluster, targets)
    assert message in str(error.value)
    assert "; " in str(error.value)


STEPPED = {**SIGNALLING, "service": "meet-bridge", "max_capacity": 3, "step_policies": [FULL]}
POLICY_ARN = "arn:aws:autoscaling:us-east-1:1:scalingPolicy:u:resource/ecs/service/meet/meet-bridge:policyName/full"


def described_step(**alarm):
    """What AWS lists after STEPPED was made: targets, policies, actions and alarms."""
    base = {"ServiceNamespace": "ecs", "ResourceId": "service/meet/meet-bridge"}
    step = {
        "AdjustmentType": "ChangeInCapacity",
        "StepAdjustments": [{"MetricIntervalLowerBound": 0.0, "ScalingAdjustment": 1}],
        "Cooldown": 180,
        "MetricAggregationType": "Minimum",
    }
    policy = {**base, "PolicyName": "full", "PolicyARN": POLICY_ARN, "StepScalingPolicyConfiguration": step}
    request = scaling.alarm_request(scaling.plan("meet", [STEPPED], {})[-1].after, {"meet-bridge/full": POLICY_ARN})
    described_alarm = {"AlarmName": "StepScaling-service/meet/meet-bridge/full", **request, **alarm}
    return [{**base, "MinCapacity": 0, "MaxCapacity": 3}], [policy], [], [described_alarm]


def test_a_step_policy_comes_with_its_alarm():
    changes = scaling.plan("meet", [STEPPED], {})
    assert [change.resource for change in changes] == [
        "target meet-bridge",
        "step policy meet-bridge/full",
        "alarm StepScaling-service/meet/meet-bridge/full",
    ]
    assert changes[-1].after["AlarmActions"] == ["meet-bridge/full"]
    assert scaling.plan("meet", [STEPPED], scaling.current_state("meet", *described_step())) == []


def test_an_alarm_that_does_something_else_is_put_back():
    state = scaling.current_state("meet", *described_step(AlarmActions=["arn:aws:sns:us-east-1:1:other"]))
    [change] = scaling.plan("meet", [STEPPED], state)
    assert change.fields == ["AlarmActions"]


def test_a_step_policy_goes_after_its_alarm():
    state = scaling.current_state("meet", *described_step())
    changes = scaling.plan("meet", [{**STEPPED, "step_policies": []}], state)
    assert [(change.resource.split()[0], change.after) for change in changes] == [("alarm", None), ("step", None)]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"name": "-"}, "targets meet-bridge, step policy -: is no name"),
        ({"add": 0}, "targets meet-bridge, step policy full, add 0: is not positive"),
        ({"minutes": 0}, "targets meet-bridge, step policy full, minutes 0: is not positive"),
        ({"minutes": 1441}, "alarms meet-bridge/full, evaluation_periods 1441: times period exceeds"),
        ({"cooldown": -1}, "targets meet-bridge, step policy full, cooldown -1: is negative"),
        ({"namespace": ""}, "alarms meet-bridge/full, namespace: is missing"),
    ],
)
def test_step_policies_refused(changed, message):
    with pytest.raises(InvalidInput) as error:
        scaling.check("meet", [{**STEPPED, "step_policies": [FULL | changed]}])
    assert str(error.value).startswith(message)


def test_a_step_policy_needs_a_name_of_its_own():
    for target in (
        {**STEPPED, "step_policies": [FULL, FULL]},
        {**STEPPED, "policies": [CPU], "step_policies": [FULL | {"name": "cpu"}]},
    ):
        with pytest.raises(InvalidInput, match="own name"):
            scaling.check("meet", [target])
