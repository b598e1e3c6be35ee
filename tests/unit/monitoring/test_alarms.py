# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
from __future__ import annotations

import pytest
from ansible_collections.meetops.jitsi.plugins.module_utils.changes import compare
from ansible_collections.meetops.jitsi.plugins.module_utils.errors import InvalidInput
from ansible_collections.meetops.jitsi.plugins.module_utils.monitoring import alarms
from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.validate import ParamValidator

TOPIC = "arn:aws:sns:us-east-1:123456789012:meet-alerts"
CPU = {
    "name": "bridge-cpu",
    "description": "The bridges are busy.",
    "namespace": "AWS/ECS",
    "metric_name": "CPUUtilization",
    "dimensions": {"ServiceName": "meet-bridge", "ClusterName": "meet"},
    "statistic": "Average",
    "extended_statistic": None,
    "period": 60,
    "unit": None,
    "metrics": [],
    "evaluation_periods": 3,
    "datapoints_to_alarm": None,
    "threshold": 80.0,
    "comparison_operator": "GreaterThanThreshold",
    "treat_missing_data": "notBreaching",
}
QUERY = {"Metric": {"Namespace": "N", "MetricName": "M", "Dimensions": []}, "Period": 60, "Stat": "Sum"}
MATH = {
    **CPU,
    "name": "math",
    "namespace": None,
    "metric_name": None,
    "dimensions": {},
    "statistic": None,
    "period": None,
    "metrics": [
        {"Id": "rate", "Expression": "100 * failed / tried", "Label": "Failed (%)", "ReturnData": True},
        {"Id": "failed", "MetricStat": QUERY, "ReturnData": False},
        {"Id": "tried", "MetricStat": QUERY, "ReturnData": False},
    ],
}


def state(*items, actions=(TOPIC,)):
    return alarms.wanted("meet/", items, actions, actions)


def described(name, fields):
    """What DescribeAlarms says after PutMetricAlarm with these fields."""
    return {
        "AlarmName": name,
        "AlarmArn": f"arn:aws:cloudwatch:us-east-1:123456789012:alarm:{name}",
        "OKActions": [],
        "AlarmActions": [],
        "InsufficientDataActions": [],
        "Dimensions": [],
        "StateValue": "OK",
        **alarms.request(fields),
    }


@pytest.mark.parametrize("item", [CPU, MATH])
def test_what_was_put_is_no_change(item):
    wanted = state(item)
    name = f"meet/{item['name']}"
    assert compare(alarms.current([described(name, wanted[f"alarm {name}"])]), wanted, prune=True) == []


@pytest.mark.parametrize("item", [CPU, MATH])
def test_request_is_what_aws_takes(item):
    model = ServiceModel(Loader().load_service_model("cloudwatch", "service-2")).operation_model("PutMetricAlarm")
    request = {"AlarmName": "meet/x", **alarms.request(state(item)[f"alarm meet/{item['name']}"])}
    assert ParamValidator().validate(request, model.input_shape).generate_report() == ""
    single = {"Namespace", "MetricName", "Dimensions", "Statistic", "Period"}
    assert single & set(request) == (single if item is CPU else set())
    assert ("Metrics" in request) == (item is MATH)


DRIFTS = [
    ("AlarmDescription", "other"),
    ("ActionsEnabled", False),
    ("AlarmActions", []),
    ("OKActions", ["arn:aws:sns:us-east-1:123456789012:other"]),
    ("InsufficientDataActions", [TOPIC]),
    ("Namespace", "Other"),
    ("MetricName", "Other"),
    ("Dimensions", [{"Name": "ClusterName", "Value": "meet"}]),
    ("Statistic", "Maximum"),
    ("Period", 120),
    ("Unit", "Percent"),
    ("EvaluationPeriods", 5),
    ("DatapointsToAlarm", 1),
    ("Threshold", 81.0),
    ("ComparisonOperator", "LessThanThreshold"),
    ("TreatMissingData", "breaching"),
]


@pytest.mark.parametrize(("field", "value"), DRIFTS)
def test_every_field_is_put_back(field, value):
    wanted = state(CPU)
    now = described("meet/bridge-cpu", wanted["alarm meet/bridge-cpu"]) | {field: value}
    assert [change.fields for change in compare(alarms.current([now]), wanted, prune=True)] == [[field]]


def test_changed_math_is_put_back():
    wanted = state(MATH)
    now = described("meet/math", wanted["alarm meet/math"])
    now["Metrics"] = [{**query, "Expression": "failed"} if "Expression" in query else query for query in now["Metrics"]]
    assert [change.fields for change in compare(alarms.current([now]), wanted)] == [["Metrics"]]


def test_strays_go():
    now = described("meet/old", state(CPU)["alarm meet/bridge-cpu"])
    changes = compare(alarms.current([now]), state(CPU), prune=True)
    assert [(change.action, alarms.name_of(change.resource)) for change in changes] == [
        ("create", "meet/bridge-cpu"),
        ("delete", "meet/old"),
    ]


def test_valid_input():
    alarms.check("meet/", [CPU, MATH, {**CPU, "name": "p", "statistic": None, "extended_statistic": "p99.9"}], [TOPIC])


def math(**changed):
    return {**MATH, "metrics": [{**MATH["metrics"][0], **changed}, *MATH["metrics"][1:]]}


INVALID = [
    ({**CPU, "name": ""}, "is no name"),
    ({**CPU, "name": "x" * 251}, "at most 255"),
    ({**CPU, "name": "a\nb"}, "is no name"),
    ({**CPU, "description": "x" * 1025}, "at most 1024"),
    ({**CPU, "namespace": None}, "namespace: is missing"),
    ({**CPU, "metric_name": ""}, "metric_name: is missing"),
    ({**CPU, "period": None}, "period: is missing"),
    ({**CPU, "period": 45}, "period 45"),
    ({**CPU, "period": -60}, "period -60"),
    ({**CPU, "statistic": None}, "exactly one statistic"),
    ({**CPU, "extended_statistic": "p99"}, "exactly one statistic"),
    ({**CPU, "statistic": None, "extended_statistic": "P99"}, "extended_statistic P99"),
    ({**CPU, "unit": "Bananas"}, "unit Bananas"),
    ({**CPU, "dimensions": {str(number): "x" for number in range(31)}}, "at most 30"),
    ({**CPU, "evaluation_periods": 0}, "evaluation_periods 0"),
    ({**CPU, "datapoints_to_alarm": 4}, "datapoints_to_alarm 4"),
    ({**CPU, "datapoints_to_alarm": 0}, "datapoints_to_alarm 0"),
    ({**CPU, "evaluation_periods": 1441}, "exceeds 86400 s"),
    ({**CPU, "period": 3600, "evaluation_periods": 169}, "exceeds 604800 s"),
    ({**MATH, "namespace": "N"}, "namespace: goes with a single metric"),
    ({**MATH, "dimensions": {"a": "b"}}, "dimensions: goes with a single metric"),
    (math(Id="Rate"), "is no Id of its own"),
    (math(Id="tried"), "is no Id of its own"),
    (math(MetricStat=QUERY), "exactly one source"),
    (math(ReturnData=False), "exactly one; set ReturnData"),
    ({**MATH, "metrics": [{"Id": "a", "MetricStat": {"Stat": "Sum"}}]}, "is not complete"),
    ({**MATH, "metrics": [{"Id": "a", "MetricStat": {**QUERY, "Period": 7}}]}, "period 7"),
]


@pytest.mark.parametrize(("alarm", "message"), INVALID)
def test_invalid_alarm(alarm, message):
    with pytest.raises(InvalidInput) as error:
        alarms.check("meet/", [alarm], [TOPIC])
    assert message in str(error.value)
    assert "; " in str(error.value)


@pytest.mark.parametrize(
    ("prefix", "items", "actions", "message"),
    [
        ("meet", [], [], "must end with a slash"),
        ("", [], [], "must end with a slash"),
        ("/", [], [], "must end with a slash"),
        ("meet/", [CPU, CPU], [], "twice"),
        ("meet/", [], ["meet-alerts"], "is no ARN"),
        ("meet/", [], [""], "is no ARN"),
        ("meet/", [], [f"{TOPIC}{number}" for number in range(6)], "takes 5"),
    ],
)
def test_invalid_set(prefix, items, actions, message):
    with pytest.raises(InvalidInput, match=message):
        alarms.check(prefix, items, actions)
