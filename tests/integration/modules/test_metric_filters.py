# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
from __future__ import annotations

import pytest

GROUP = "/ecs/meet"
GAUGE = {
    "name": "Stress",
    "pattern": '{ $.source = "jvb" && $.platform = "meet" && $.stress >= 0 }',
    "metric": "Stress",
    "value": "$.stress",
    "dimensions": {"Platform": "$.platform"},
}
COUNT = {"name": "StressLines", "pattern": "stress", "metric": "StressLines", "unit": "Count", "default_value": 0}
WANTED = {"log_group": GROUP, "namespace": "Jitsi/JVB", "filters": [GAUGE, COUNT]}


@pytest.fixture
def logs(aws):
    client = aws.client("logs")
    for name in (GROUP, "/ecs/meet-staging"):
        client.create_log_group(logGroupName=name)
    aws.calls.clear()
    return client


def described(logs, group=GROUP):
    return {item["filterName"]: item for item in logs.describe_metric_filters(logGroupName=group)["metricFilters"]}


def test_plan_without_a_log_group_is_what_a_run_makes(aws, run_module):
    plan = run_module("metric_filters", _check=True, **WANTED)
    assert plan["changed"]
    assert aws.calls == ["logs:DescribeMetricFilters"]
    aws.client("logs").create_log_group(logGroupName=GROUP)
    real = run_module("metric_filters", **WANTED)
    assert (real["changes"], real["diff"]) == (plan["changes"], plan["diff"])


def test_second_run_changes_nothing_in_one_call(aws, run_module, logs):
    assert run_module("metric_filters", **WANTED)["changed"]
    aws.calls.clear()
    # One name begins another, and dimensions have capitals: both make the stock module report changes for ever.
    assert not run_module("metric_filters", **WANTED)["changed"]
    assert aws.calls == ["logs:DescribeMetricFilters"]
    assert described(logs)["Stress"]["metricTransformations"] == [
        {
            "metricName": "Stress",
            "metricNamespace": "Jitsi/JVB",
            "metricValue": "$.stress",
            "unit": "None",
            "dimensions": {"Platform": "$.platform"},
        }
    ]
    assert described(logs)["StressLines"]["metricTransformations"][0]["defaultValue"] == 0


def test_drift_is_put_back_and_strays_go(run_module, logs):
    run_module("metric_filters", **WANTED)
    transformation = {"metricName": "X", "metricNamespace": "Y", "metricValue": "1"}
    for name, group in (("StressLines", GROUP), ("stray", GROUP), ("stray", "/ecs/meet-staging")):
        logs.put_metric_filter(
            logGroupName=group, filterName=name, filterPattern="x", metricTransformations=[transformation]
        )
    result = run_module("metric_filters", **WANTED)
    assert [(item["action"], item["resource"]) for item in result["changes"]] == [
        ("update", "metric filter StressLines"),
        ("delete", "metric filter stray"),
    ]
    assert result["diff"]["before"]["metric filter StressLines"]["pattern"] == "x"
    assert sorted(described(logs)) == ["Stress", "StressLines"]
    assert sorted(described(logs, "/ecs/meet-staging")) == ["stray"]
    assert not run_module("metric_filters", **WANTED)["changed"]


def test_an_option_taken_away_is_taken_away(run_module, logs):
    run_module("metric_filters", **WANTED)
    plain = {"name": "StressLines", "pattern": "stress", "metric": "StressLines"}
    result = run_module("metric_filters", **{**WANTED, "filters": [GAUGE, plain]})
    assert result["changes"] == [
        {"resource": "metric filter StressLines", "action": "update", "fields": ["default_value", "unit"]}
    ]
    assert "defaultValue" not in described(logs)["StressLines"]["metricTransformations"][0]


def test_no_filters(run_module, logs):
    run_module("metric_filters", **WANTED)
    assert run_module("metric_filters", log_group=GROUP, namespace="Jitsi/JVB")["changed"]
    assert described(logs) == {}


def test_state_absent_removes_all_of_the_log_group(run_module, logs):
    run_module("metric_filters", **WANTED)
    assert run_module("metric_filters", **WANTED, state="absent", purge_filters=False)["changed"]
    assert described(logs) == {}
    assert not run_module("metric_filters", **WANTED, state="absent")["changed"]


def test_strays_stay_without_purge(run_module, logs):
    run_module("metric_filters", **WANTED)
    assert not run_module("metric_filters", **{**WANTED, "filters": [GAUGE]}, purge_filters=False)["changed"]
    assert sorted(described(logs)) == ["Stress", "StressLines"]


def test_invalid_pattern_fails_before_the_first_call(refused):
    message = refused("metric_filters", **{**WANTED, "filters": [{**GAUGE, "pattern": "{ $.stress >= high }"}]})
    assert (
        message == "filters Stress, pattern '{ $.stress >= high }': at character 15, found high; write a number there"
    )


def test_a_missing_log_group_fails_with_its_name(run_module, aws):
    result = run_module("metric_filters", **WANTED)
    assert result["failed"]
    assert "PutMetricFilter" in result["msg"]
