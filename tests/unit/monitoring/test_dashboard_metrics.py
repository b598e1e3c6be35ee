# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a dashboard shows is published, and its lines are those of the alarms; in general, and in the role."""

from __future__ import annotations

import copy
import functools

import pytest
from ansible_collections.meetops.jitsi.plugins.module_utils.errors import InvalidInput
from ansible_collections.meetops.jitsi.plugins.module_utils.monitoring import dashboard_metrics
from ansible_collections.meetops.jitsi.plugins.module_utils.monitoring import dashboards as dashboard
from support.rendering import role_variable

ECS = ["AWS/ECS", "CPUUtilization", "ClusterName", "meet-cluster", "ServiceName", "meet-service"]
ALARMS = [
    {"namespace": "AWS/ECS", "metric_name": "CPUUtilization", "threshold": 80},
    {"namespace": "AWS/ECS", "metric_name": "MemoryUtilization", "threshold": 70},
]
PUBLISHED = {"Jitsi/JVB": ["Participants"]}
TOPIC = "arn:aws:sns:us-east-1:123456789012:meet-alerts"


def body(*rows, **properties):
    return {"widgets": [{"type": "text"}, {"type": "metric", "properties": {"metrics": list(rows), **properties}}]}


def line(value, label="Alarm"):
    return {"annotations": {"horizontal": [{"label": label, "value": value}]}}


def test_rows_are_written_out():
    found = dashboard_metrics.rows(
        {
            "stat": "Average",
            "period": 60,
            "metrics": [
                [*ECS, {"label": "Signalling"}],
                ["...", "meet-bridge", {"stat": "Maximum"}],
                [".", "MemoryUtilization", ".", ".", ".", "."],
                ["...", {"id": "m1"}],
                ["Jitsi/JVB", "Participants"],
                [".", "Conferences"],
                [{"expression": "m1 * 2"}],
            ],
        }
    )
    bridge = {"ClusterName": "meet-cluster", "ServiceName": "meet-bridge"}
    assert [(row.namespace, row.metric, dict(row.dimensions)) for row in found] == [
        ("AWS/ECS", "CPUUtilization", {"ClusterName": "meet-cluster", "ServiceName": "meet-service"}),
        ("AWS/ECS", "CPUUtilization", bridge),
        ("AWS/ECS", "MemoryUtilization", bridge),
        ("AWS/ECS", "MemoryUtilization", bridge),
        ("Jitsi/JVB", "Participants", {}),
        ("Jitsi/JVB", "Conferences", {}),
        ("", "", {}),
    ]
    assert [row.options["stat"] for row in found[:3]] == ["Average", "Maximum", "Average"]
    assert found[-1].expression == "m1 * 2"


@pytest.mark.parametrize(
    "given",
    [
        body(ECS),
        body(["Jitsi/JVB", "Participants", "Platform", "meet"]),
        # Nothing is known of it.
        body(["Other/Space", "Anything"]),
        body(ECS, **line(80)),
        body(ECS, **line(80.0)),
        # No alarm's line.
        body(ECS, **line(75, "Full")),
        body([*ECS, {"id": "m1"}], [{"expression": "SUM([m1, m1]) / 60", "id": "e1"}], [{"expression": "e1 * 2e0"}]),
    ],
)
def test_what_is_right(given):
    dashboard_metrics.check(given, PUBLISHED, ALARMS)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            body(["Jitsi/JVB", "Participant"]),
            "metric Jitsi/JVB Participant: nobody publishes it; use one of Participants",
        ),
        (body(["AWS/ECS", "CPUUtilisation"]), "nobody publishes it; use one of CPUUtilization"),
        (body(["AWS/ECS", "CPUUtilization", "ClusterName", "x"]), "is not published with the dimensions ClusterName"),
        (body(["AWS/ECS", "CPUUtilization"]), "is not published with the dimensions none"),
        (body(ECS, **line(75)), "annotation Alarm 75: is no alarm's threshold; write 80"),
        (body(ECS, **line("80")), "annotation Alarm 80: is no alarm's threshold; write 80"),
        (body(ECS, **line(70)), "write 80"),
        (body(["Jitsi/JVB", "Participants"], **line(1)), "no alarm is on what it shows"),
        (body(ECS, [".", "MemoryUtilization", *["."] * 4], **line(1)), "write 70 or 80"),
        (body([*ECS, {"id": "m1"}], [{"expression": "m2 / 60"}]), "expression m2 / 60: no row has the id m2"),
        (body(["Jitsi/JVB", "Participants"], [".", ".", "."]), "repeats more than the row above has"),
    ],
)
def test_what_is_wrong(given, message):
    with pytest.raises(InvalidInput) as error:
        dashboard_metrics.check(given, PUBLISHED, ALARMS)
    assert message in str(error.value)
    assert "; " in str(error.value)


# --- The role


@functools.cache
def of_role(name, **inputs):
    return role_variable(
        "monitoring",
        name,
        monitoring_name="meet",
        monitoring_region="us-east-1",
        _monitoring_topic={"arn": TOPIC},
        **inputs,
    )


@pytest.mark.parametrize("recording", [True, False])
def test_dashboards_of_the_role(recording):
    kept = of_role("_monitoring_kept_dashboards", monitoring_recording=recording)
    assert kept == ["operations", "capacity", "recording"][: 3 if recording else 2]
    dashboards = of_role("_monitoring_dashboards", monitoring_recording=recording)
    published = {
        "Jitsi/JVB": {item["metric"] for item in of_role("_monitoring_kept_filters", monitoring_recording=recording)}
    }
    alarms = of_role("_monitoring_kept_alarms", monitoring_recording=recording)
    shown, lines = set(), 0
    for name in kept:
        body = dashboards[name]["body"]
        dashboard.check(body)
        dashboard_metrics.check(body, published, alarms)
        properties = [widget["properties"] for widget in body["widgets"]]
        lines += sum(len(dashboard_metrics._alarm_lines(item)) for item in properties)
        assert {item.get("region", "us-east-1") for item in properties} == {"us-east-1"}
        metrics = {
            (row.namespace, row.metric, tuple(row.dimensions.items()))
            for item in properties
            for row in dashboard_metrics.rows(item)
            if not row.expression
        }
        # What an account has for nothing.
        assert len(metrics) <= 50
        shown |= {metric for namespace, metric, _dimensions in metrics if namespace == "Jitsi/JVB"}
    # Every metric can be seen somewhere.
    assert shown == published["Jitsi/JVB"]
    assert lines == (9 if recording else 7)


def test_every_alarm_is_on_the_dashboard():
    widget = next(item for item in of_role("_monitoring_operations_widgets") if item["type"] == "alarm")
    assert widget["properties"]["alarms"] == [
        f"arn:aws:cloudwatch:us-east-1:123456789012:alarm:meet/{alarm['name']}"
        for alarm in of_role("_monitoring_kept_alarms")
    ]


def test_a_metric_or_threshold_that_moved_is_noticed():
    body = copy.deepcopy(of_role("_monitoring_dashboards")["operations"]["body"])
    published = {"Jitsi/JVB": {item["metric"] for item in of_role("_monitoring_kept_filters")}}
    with pytest.raises(InvalidInput, match="Participants: nobody publishes it"):
        dashboard_metrics.check(
            body, {"Jitsi/JVB": published["Jitsi/JVB"] - {"Participants"}}, of_role("_monitoring_kept_alarms")
        )
    with pytest.raises(InvalidInput, match="annotation Alarm 80: is no alarm's threshold; write 85"):
        dashboard_metrics.check(body, published, of_role("_monitoring_kept_alarms", monitoring_alarm_percent=85))
