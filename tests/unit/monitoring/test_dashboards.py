# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
from __future__ import annotations

import copy
import json

import pytest
from ansible_collections.meetops.jitsi.plugins.module_utils.changes import compare
from ansible_collections.meetops.jitsi.plugins.module_utils.errors import InvalidInput
from ansible_collections.meetops.jitsi.plugins.module_utils.monitoring import dashboards

TEXT = {"type": "text", "x": 0, "y": 0, "width": 24, "height": 2, "properties": {"markdown": "# Meet"}}
METRIC = {
    "type": "metric",
    "x": 0,
    "y": 2,
    "width": 12,
    "height": 6,
    "properties": {
        "region": "us-east-1",
        "title": "CPU",
        "stat": "p99.9",
        "period": 300,
        "metrics": [
            ["AWS/ECS", "CPUUtilization", "ClusterName", "meet", "ServiceName", "meet-bridge", {"id": "m1"}],
            [".", "MemoryUtilization", ".", ".", ".", "."],
            ["...", "meet-service", {"stat": "Maximum", "visible": False, "id": "m2"}],
            [{"expression": "m1 / m2", "label": "Ratio", "id": "e1"}],
        ],
    },
}
LOG = {
    "type": "log",
    "x": 12,
    "y": 2,
    "width": 12,
    "height": 6,
    "properties": {"region": "us-east-1", "query": "SOURCE 'x' | fields @message", "view": "table"},
}
ALARM = {
    "type": "alarm",
    "x": 0,
    "y": 8,
    "width": 6,
    "height": 2,
    "properties": {"alarms": ["arn:aws:cloudwatch:us-east-1:123456789012:alarm:meet/cpu"]},
}
BODY = {"start": "-PT3H", "widgets": [TEXT, METRIC, LOG, ALARM]}


def test_valid_body():
    dashboards.check_name("meet")
    dashboards.check(BODY)
    dashboards.check({"widgets": []})


def widget(base, **changed):
    return {**base, **changed}


def prop(base, **changed):
    return {**base, "properties": {**base["properties"], **changed}}


def row(*names):
    return prop(METRIC, metrics=[list(names)])


def without(base, key):
    return {name: value for name, value in base.items() if name != key}


INVALID = [
    ([widget(TEXT, type="video")], "type 'video'"),
    ([without(TEXT, "x")], "x: is missing"),
    ([widget(TEXT, colour="red")], "colour: CloudWatch knows no such key"),
    ([widget(TEXT, x=24)], "x 24: does not fit; give 0 to 23"),
    ([widget(TEXT, x=-1)], "x -1"),
    ([widget(TEXT, x="0")], "x '0'"),
    ([widget(TEXT, y=1.5)], "y 1.5"),
    ([widget(TEXT, y=True)], "y True"),
    ([widget(TEXT, width=25)], "width 25"),
    ([widget(TEXT, height=0)], "height 0"),
    ([widget(TEXT, height=1001)], "height 1001"),
    ([widget(TEXT, x=1)], "ends at column 25"),
    ([TEXT, widget(METRIC, y=1)], "widget 1: lies over widget 0"),
    ([METRIC, widget(LOG, x=11)], "widget 1: lies over widget 0"),
    ([widget(TEXT, properties=[])], "properties: is not an object"),
    ([prop(TEXT, size=1)], "size: CloudWatch knows no such key"),
    ([widget(TEXT, properties={})], "markdown: is missing"),
    ([widget(LOG, properties={"query": "x"})], "region: is missing"),
    ([prop(LOG, view="singleValue")], "view 'singleValue'"),
    ([prop(METRIC, view="table")], None),
    ([prop(METRIC, view="donut")], "view 'donut'"),
    ([prop(METRIC, region="")], "region: is empty"),
    ([prop(METRIC, period=45)], "period 45"),
    ([prop(METRIC, stat="Median")], "stat 'Median'"),
    ([prop(METRIC, metrics=None)], "metrics: is missing"),
    ([prop(METRIC, metrics=None, annotations={"alarms": ["arn"]})], None),
    ([prop(METRIC, metrics=[])], "is not a list with metrics"),
    ([prop(METRIC, metrics={})], "is not a list with metrics"),
    ([prop(METRIC, metrics=["AWS/ECS"])], "row 0: is not a list"),
    ([row()], "row 0: is not a list"),
    ([row("AWS/ECS")], "has 1 names"),
    ([row("AWS/ECS", "CPUUtilization", "ClusterName")], "has 3 names"),
    ([row("AWS/ECS", 5)], "not text"),
    ([row("AWS/ECS", "")], "not text"),
    ([row(".", "CPUUtilization")], "repeats a row before it, but is the first"),
    ([row("...", "x")], "repeats a row before it, but is the first"),
    ([row("AWS/ECS", "CPUUtilization", {"colour": "red"})], "colour: CloudWatch knows no such key"),
    ([row("AWS/ECS", "CPUUtilization", {"id": "M1"})], "id 'M1'"),
    ([row("AWS/ECS", "CPUUtilization", {"period": 7})], "period 7"),
    ([row("AWS/ECS", "CPUUtilization", {"expression": "1"})], "has an expression and a metric"),
    ([row({"label": "x"})], "has no metric"),
    ([row({})], "has no metric"),
    ([prop(METRIC, metrics=[["A", "B", {"id": "m"}], ["A", "C", {"id": "m"}]])], "id m: is there twice"),
    ([prop(ALARM, alarms=[])], "alarms: is not a list of 1 to 100"),
    (["text"], "widget 0: is not an object"),
]


@pytest.mark.parametrize(("widgets", "message"), INVALID)
def test_widgets(widgets, message):
    if message is None:
        dashboards.check({"widgets": widgets})
        return
    with pytest.raises(InvalidInput) as error:
        dashboards.check({"widgets": widgets})
    assert message in str(error.value)
    assert "; " in str(error.value)


@pytest.mark.parametrize("name", ["", "a b", "a/b"])
def test_name(name):
    with pytest.raises(InvalidInput, match=f"name '{name}'"):
        dashboards.check_name(name)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ([], "no list of widgets"),
        ({}, "no list of widgets"),
        ({"widgets": {}}, "no list of widgets"),
        ({"widgets": [], "theme": "dark"}, "theme: CloudWatch knows no such key"),
        ({"widgets": [widget(TEXT, y=2 * n) for n in range(501)]}, "takes 500"),
    ],
)
def test_body(body, message):
    with pytest.raises(InvalidInput, match=message):
        dashboards.check(body)


def changes(before, after):
    return [
        field
        for change in compare({"d": dashboards.fields(before)}, {"d": dashboards.fields(after)})
        for field in change.fields
    ]


def test_same_content_is_no_change():
    shuffled = json.loads(json.dumps(dict(reversed(BODY.items()))))
    assert changes(shuffled, BODY) == []
    assert dashboards.canonical(shuffled) == dashboards.canonical(BODY)
    assert dashboards.decode(dashboards.canonical(BODY)) == BODY


def test_a_difference_names_the_part():
    other = copy.deepcopy(BODY)
    other["widgets"][1]["properties"]["title"] = "Other"
    assert changes(other, BODY) == ["widget at 0,2"]
    assert changes({**BODY, "start": "-PT6H"}, BODY) == ["options"]
    assert changes({**BODY, "end": "now"}, BODY) == ["options"]
    assert changes({**BODY, "widgets": [*BODY["widgets"], widget(TEXT, y=20)]}, BODY) == ["layout"]
    assert changes({**BODY, "widgets": BODY["widgets"][:-1]}, BODY) == ["layout", "widget at 0,8"]


@pytest.mark.parametrize("left", [None, [], "text", {}, {"widgets": 1}, {"widgets": [1]}])
def test_what_is_no_dashboard_is_replaced(left):
    assert "layout" in changes(left, BODY)
    assert dashboards.decode("{broken") is None
