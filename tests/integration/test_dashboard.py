# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
from __future__ import annotations

import copy
import json

import pytest

BODY = {
    "widgets": [
        {"type": "text", "x": 0, "y": 0, "width": 24, "height": 1, "properties": {"markdown": "# Meet"}},
        {
            "type": "metric",
            "x": 0,
            "y": 1,
            "width": 12,
            "height": 6,
            "properties": {"region": "us-east-1", "metrics": [["Jitsi/JVB", "Participants", "Platform", "meet"]]},
        },
    ]
}
WANTED = {"name": "meet", "body": BODY}


@pytest.fixture
def cloudwatch(aws):
    return aws.client("cloudwatch")


def test_plan_on_an_empty_account_is_what_a_run_makes(aws, run_module, cloudwatch):
    plan = run_module("dashboard", _check=True, **WANTED)
    assert plan["changed"]
    assert plan["arn"] == ""
    assert aws.calls == ["cloudwatch:GetDashboard"]
    real = run_module("dashboard", **WANTED)
    assert (real["changes"], real["diff"]) == (plan["changes"], plan["diff"])
    assert real["arn"].endswith(":dashboard/meet")
    assert real["messages"] == []
    assert json.loads(cloudwatch.get_dashboard(DashboardName="meet")["DashboardBody"]) == BODY


def test_second_run_changes_nothing_in_one_call(aws, run_module):
    first = run_module("dashboard", **WANTED)
    aws.calls.clear()
    second = run_module("dashboard", **WANTED)
    assert not second["changed"]
    assert second["arn"] == first["arn"]
    assert aws.calls == ["cloudwatch:GetDashboard"]


def test_other_spelling_of_the_same_is_no_change(run_module, cloudwatch):
    cloudwatch.put_dashboard(DashboardName="meet", DashboardBody=json.dumps(BODY, indent=2))
    assert not run_module("dashboard", **WANTED)["changed"]


def test_a_change_by_hand_is_put_back_and_named(run_module, cloudwatch):
    changed = copy.deepcopy(BODY)
    changed["widgets"][1]["properties"]["title"] = "Mine"
    cloudwatch.put_dashboard(DashboardName="meet", DashboardBody=json.dumps(changed))
    result = run_module("dashboard", **WANTED)
    assert result["changes"] == [{"resource": "dashboard meet", "action": "update", "fields": ["widget at 0,1"]}]
    assert not run_module("dashboard", **WANTED)["changed"]


def test_absent(aws, run_module, cloudwatch):
    run_module("dashboard", **WANTED)
    cloudwatch.put_dashboard(DashboardName="meet-staging", DashboardBody=json.dumps(BODY))
    aws.calls.clear()
    assert run_module("dashboard", _check=True, name="meet", state="absent")["changed"]
    assert aws.mutating() == []
    assert run_module("dashboard", name="meet", state="absent")["changed"]
    assert not run_module("dashboard", name="meet", state="absent")["changed"]
    assert [item["DashboardName"] for item in cloudwatch.list_dashboards()["DashboardEntries"]] == ["meet-staging"]


def test_invalid_input_fails_before_the_first_call(aws, run_module):
    broken = copy.deepcopy(BODY)
    broken["widgets"][1]["y"] = 0
    result = run_module("dashboard", name="meet", body=broken)
    assert result["failed"]
    assert result["msg"] == "body, widget 1: lies over widget 0; move or shrink one"
    assert run_module("dashboard", name="meet")["failed"]
    assert aws.calls == []
