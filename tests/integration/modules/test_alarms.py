# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
from __future__ import annotations

import pytest
from ansible_collections.meetops.jitsi.plugins.module_utils._aws import tagging

TOPIC = "arn:aws:sns:us-east-1:123456789012:meet-alerts"
CPU = {
    "name": "bridge-cpu",
    "description": "The bridges are busy.",
    "namespace": "AWS/ECS",
    "metric_name": "CPUUtilization",
    "dimensions": {"ServiceName": "meet-bridge", "ClusterName": "meet"},
    "statistic": "Average",
    "period": 60,
    "evaluation_periods": 3,
    "threshold": 80,
    "comparison_operator": "GreaterThanThreshold",
}
P99 = {**CPU, "name": "p99", "extended_statistic": "p99"}
del P99["statistic"]
MATH = {
    "name": "failed-share",
    "threshold": 5,
    "comparison_operator": "GreaterThanThreshold",
    "datapoints_to_alarm": 1,
    "evaluation_periods": 2,
    "metrics": [
        {"Id": "share", "Expression": "100 * failed / tried", "Label": "Failed (%)"},
        *(
            {
                "Id": name,
                "ReturnData": False,
                "MetricStat": {
                    "Metric": {
                        "Namespace": "Jitsi/JVB",
                        "MetricName": name,
                        "Dimensions": [{"Name": "Platform", "Value": "meet"}],
                    },
                    "Period": 300,
                    "Stat": "Sum",
                },
            }
            for name in ("failed", "tried")
        ),
    ],
}
WANTED = {
    "prefix": "meet/",
    "alarms": [CPU, P99, MATH],
    "alarm_actions": [TOPIC],
    "ok_actions": [TOPIC],
    "tags": {"Environment": "prod"},
}


@pytest.fixture
def cloudwatch(aws):
    client = aws.client("cloudwatch")
    aws.calls.clear()
    return client


def described(cloudwatch, prefix=""):
    alarms = cloudwatch.describe_alarms(**({"AlarmNamePrefix": prefix} if prefix else {}))["MetricAlarms"]
    return {item["AlarmName"]: item for item in alarms}


def test_plan_on_an_empty_account_is_what_a_run_makes(aws, run_module, cloudwatch):
    plan = run_module("alarms", _check=True, **WANTED)
    assert plan["changed"]
    assert aws.calls == ["cloudwatch:DescribeAlarms"]
    real = run_module("alarms", **WANTED)
    assert (real["changes"], real["diff"]) == (plan["changes"], plan["diff"])
    assert sorted(described(cloudwatch)) == ["meet/bridge-cpu", "meet/failed-share", "meet/p99"]


def test_second_run_changes_nothing(aws, run_module, cloudwatch):
    run_module("alarms", **WANTED)
    aws.calls.clear()
    assert not run_module("alarms", **WANTED)["changed"]
    assert aws.calls == ["cloudwatch:DescribeAlarms", "tagging:GetResources"]
    aws.calls.clear()
    assert not run_module("alarms", **{key: value for key, value in WANTED.items() if key != "tags"})["changed"]
    assert aws.calls == ["cloudwatch:DescribeAlarms"]


def test_asleep_is_fine_by_default(run_module, cloudwatch):
    run_module("alarms", **WANTED)
    alarm = described(cloudwatch)["meet/bridge-cpu"]
    assert alarm["TreatMissingData"] == "notBreaching"
    assert alarm["InsufficientDataActions"] == []
    assert alarm["DatapointsToAlarm"] == alarm["EvaluationPeriods"] == 3
    assert alarm["AlarmActions"] == alarm["OKActions"] == [TOPIC]


def test_drift_is_put_back(run_module, cloudwatch):
    run_module("alarms", **WANTED)
    arn = described(cloudwatch)["meet/bridge-cpu"]["AlarmArn"]
    cloudwatch.disable_alarm_actions(AlarmNames=["meet/bridge-cpu"])
    cloudwatch.tag_resource(
        ResourceARN=arn, Tags=[{"Key": "Stray", "Value": "x"}, {"Key": "Environment", "Value": "y"}]
    )
    result = run_module("alarms", **WANTED)
    assert result["changes"] == [
        {"resource": "alarm meet/bridge-cpu", "action": "update", "fields": ["actions_enabled", "tags"]}
    ]
    assert cloudwatch.list_tags_for_resource(ResourceARN=arn)["Tags"] == [{"Key": "Environment", "Value": "prod"}]
    assert not run_module("alarms", **WANTED)["changed"]


def test_tags_that_are_told_late_are_asked_again(aws, run_module, cloudwatch, monkeypatch):
    run_module("alarms", **WANTED)
    monkeypatch.setattr(tagging, "get_resources", lambda client, kind, tags: {})
    aws.calls.clear()
    assert not run_module("alarms", **WANTED)["changed"]
    assert aws.calls == ["cloudwatch:DescribeAlarms"] + ["cloudwatch:ListTagsForResource"] * 3


def test_new_tags_alone_do_not_touch_the_alarm(aws, run_module, cloudwatch):
    run_module("alarms", **WANTED)
    aws.calls.clear()
    result = run_module("alarms", **{**WANTED, "tags": {"Environment": "prod", "Team": "ops"}})
    assert {item["fields"][0] for item in result["changes"]} == {"tags"}
    assert set(aws.mutating()) == {"cloudwatch:TagResource"}


def test_changed_math_and_threshold(run_module, cloudwatch):
    run_module("alarms", **WANTED)
    math = {**MATH, "metrics": [{**MATH["metrics"][0], "Expression": "failed"}, *MATH["metrics"][1:]]}
    result = run_module("alarms", **{**WANTED, "alarms": [{**CPU, "threshold": 85}, P99, math]})
    assert [(item["resource"], item["fields"]) for item in result["changes"]] == [
        ("alarm meet/bridge-cpu", ["threshold"]),
        ("alarm meet/failed-share", ["metrics"]),
    ]
    assert result["diff"]["before"]["alarm meet/bridge-cpu"] == {"threshold": 80.0}


def test_strays_go_and_other_platforms_stay(run_module, cloudwatch):
    run_module("alarms", **WANTED)
    run_module("alarms", **{**WANTED, "prefix": "meet-staging/"})
    result = run_module("alarms", **{**WANTED, "alarms": [CPU]})
    assert {(item["action"], item["resource"]) for item in result["changes"]} == {
        ("delete", "alarm meet/p99"),
        ("delete", "alarm meet/failed-share"),
    }
    assert sorted(described(cloudwatch)) == [
        "meet-staging/bridge-cpu",
        "meet-staging/failed-share",
        "meet-staging/p99",
        "meet/bridge-cpu",
    ]
    run_module("alarms", prefix="meet/")
    assert described(cloudwatch, "meet/") == {}


def test_state_absent_removes_all_under_the_prefix(as_planned, run_module, cloudwatch):
    run_module("alarms", **WANTED)
    run_module("alarms", **{**WANTED, "prefix": "meet-staging/"})
    as_planned(run_module, "alarms", **{**WANTED, "state": "absent", "purge_alarms": False})
    assert described(cloudwatch, "meet/") == {}
    assert len(described(cloudwatch)) == 3
    assert not run_module("alarms", prefix="meet/", state="absent")["changed"]


def test_strays_stay_without_purge(run_module, cloudwatch):
    run_module("alarms", **WANTED)
    changed = {**WANTED, "alarms": [{**CPU, "threshold": 70}], "purge_alarms": False}
    assert [item["resource"] for item in run_module("alarms", **changed)["changes"]] == ["alarm meet/bridge-cpu"]
    assert not run_module("alarms", **changed)["changed"]
    assert len(described(cloudwatch, "meet/")) == 3


def test_invalid_input_fails_before_the_first_call(refused):
    message = refused("alarms", **{**WANTED, "alarms": [{**CPU, "period": 45}]})
    assert message == "alarms bridge-cpu, period 45: is no period; give 10, 20, 30 or a multiple of 60 seconds"
