# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
from __future__ import annotations

import copy
import json

import pytest

TEXT = {"type": "text", "x": 0, "y": 0, "width": 24, "height": 1, "properties": {"markdown": "# Meet"}}
PARTICIPANTS = {"region": "us-east-1", "metrics": [["Jitsi/JVB", "Participants", "Platform", "meet"]]}
METRIC = {"type": "metric", "x": 0, "y": 1, "width": 12, "height": 6, "properties": PARTICIPANTS}
BODY = {"widgets": [TEXT, METRIC]}
GONE = {"name": "meet", "state": "absent"}
WANTED = {"dashboards": [{"name": "meet", "body": BODY}, {"name": "meet-recording", "body": {"widgets": []}}]}


@pytest.fixture
def cloudwatch(aws):
    return aws.client("cloudwatch")


def test_plan_on_an_empty_account_is_what_a_run_makes(aws, run_module, cloudwatch):
    plan = run_module("dashboards", _check=True, **WANTED)
    assert plan["changed"]
    assert plan["dashboards"] == {"meet": "", "meet-recording": ""}
    assert aws.calls == ["cloudwatch:GetDashboard"] * 2
    real = run_module("dashboards", **WANTED)
    assert (real["changes"], real["diff"]) == (plan["changes"], plan["diff"])
    assert real["dashboards"]["meet"].endswith(":dashboard/meet")
    assert real["messages"] == []
    assert json.loads(cloudwatch.get_dashboard(DashboardName="meet")["DashboardBody"]) == BODY


def test_second_run_changes_nothing_in_one_call_each(aws, run_module):
    first = run_module("dashboards", **WANTED)
    aws.calls.clear()
    second = run_module("dashboards", **WANTED)
    assert not second["changed"]
    assert second["dashboards"] == first["dashboards"]
    assert aws.calls == ["cloudwatch:GetDashboard"] * 2


def test_other_spelling_of_the_same_is_no_change(run_module, cloudwatch):
    run_module("dashboards", **WANTED)
    cloudwatch.put_dashboard(DashboardName="meet", DashboardBody=json.dumps(BODY, indent=2))
    assert not run_module("dashboards", **WANTED)["changed"]


def test_a_change_by_hand_is_put_back_and_named(run_module, cloudwatch):
    run_module("dashboards", **WANTED)
    changed = copy.deepcopy(BODY)
    changed["widgets"][1]["properties"]["title"] = "Mine"
    cloudwatch.put_dashboard(DashboardName="meet", DashboardBody=json.dumps(changed))
    result = run_module("dashboards", **WANTED)
    assert result["changes"] == [{"resource": "dashboard meet", "action": "update", "fields": ["widget at 0,1"]}]
    assert not run_module("dashboards", **WANTED)["changed"]


def test_absent(as_planned, run_module, cloudwatch):
    run_module("dashboards", **WANTED)
    cloudwatch.put_dashboard(DashboardName="meet-staging", DashboardBody=json.dumps(BODY))
    as_planned(run_module, "dashboards", dashboards=[GONE])
    assert not run_module("dashboards", dashboards=[GONE])["changed"]
    left = [item["DashboardName"] for item in cloudwatch.list_dashboards()["DashboardEntries"]]
    assert sorted(left) == ["meet-recording", "meet-staging"]


def broken(**properties):
    body = copy.deepcopy(BODY)
    body["widgets"][1]["properties"] |= properties
    return {"dashboards": [{"name": "meet", "body": body}], "published": {"Jitsi/JVB": ["Participants"]}}


@pytest.mark.parametrize(
    ("params", "message"),
    [
        (
            {"dashboards": [{"name": "meet", "body": {"widgets": [TEXT, {**METRIC, "y": 0}]}}]},
            "dashboards meet, body, widget 1: lies over widget 0; move or shrink one",
        ),
        ({"dashboards": [*WANTED["dashboards"], GONE]}, "dashboards meet: is listed twice; list it once"),
        (
            {"dashboards": [{**GONE, "name": "a b"}]},
            "name 'a b': is no name of a dashboard; use letters, digits, - and _",
        ),
        (
            {"dashboards": [{"name": "meet"}]},
            "state is present but all of the following are missing: body found in dashboards",
        ),
        (
            broken(metrics=[["Jitsi/JVB", "Participant", "Platform", "meet"]]),
            "dashboards meet, body, widget 1, metric Jitsi/JVB Participant: nobody publishes it; "
            "use one of Participants",
        ),
        (
            broken(annotations={"horizontal": [{"label": "Alarm", "value": 5}]}),
            "dashboards meet, body, widget 1, annotation Alarm 5: is no alarm's threshold; "
            "no alarm is on what it shows",
        ),
    ],
)
def test_invalid_input_fails_before_the_first_call(refused, params, message):
    assert refused("dashboards", **params) == message
