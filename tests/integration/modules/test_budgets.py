# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
from __future__ import annotations

import pytest

ACCOUNT = "123456789012"
TOPIC = f"arn:aws:sns:us-east-1:{ACCOUNT}:meet-alerts"
COST = {"name": "cost", "amount": 100, "notifications": [{"kind": "actual"}, {"kind": "forecasted"}]}
HOURS = {
    "name": "hours",
    "type": "usage",
    "amount": 1000,
    "unit": "Hrs",
    "filters": {"UsageType": ["USE1-PublicIPv4:InUseAddress"]},
    "notifications": [{"percent": 80}],
}
WANTED = {"account_id": ACCOUNT, "prefix": "meet/", "topic": TOPIC, "budgets": [COST, HOURS]}
FORECAST = {
    "NotificationType": "FORECASTED",
    "ComparisonOperator": "GREATER_THAN",
    "Threshold": 100.0,
    "ThresholdType": "PERCENTAGE",
}


@pytest.fixture
def budgets(aws):
    client = aws.client("budgets")
    aws.calls.clear()
    return client


def names(budgets):
    return sorted(item["BudgetName"] for item in budgets.describe_budgets(AccountId=ACCOUNT)["Budgets"])


def told(budgets):
    found = budgets.describe_subscribers_for_notification(
        AccountId=ACCOUNT, BudgetName="meet/cost", Notification=FORECAST
    )
    return [item["Address"] for item in found["Subscribers"]]


def test_plan_on_an_empty_account_is_what_a_run_makes(aws, run_module, budgets):
    plan = run_module("budgets", _check=True, **WANTED)
    assert plan["changed"]
    assert aws.calls == ["budgets:DescribeBudgets"]
    real = run_module("budgets", **WANTED)
    assert (real["changes"], real["diff"]) == (plan["changes"], plan["diff"])
    assert names(budgets) == ["meet/cost", "meet/hours"]
    assert told(budgets) == [TOPIC]


def test_second_run_changes_nothing_in_few_calls(aws, run_module):
    run_module("budgets", **WANTED)
    aws.calls.clear()
    assert not run_module("budgets", **WANTED)["changed"]
    assert aws.calls == [
        "budgets:DescribeBudgets",
        "budgets:DescribeBudgetNotificationsForAccount",
        *["budgets:DescribeSubscribersForNotification"] * 3,
    ]


def test_drift_is_put_back(run_module, budgets):
    run_module("budgets", **WANTED)
    budgets.update_budget(
        AccountId=ACCOUNT,
        NewBudget={
            "BudgetName": "meet/cost",
            "BudgetType": "COST",
            "TimeUnit": "MONTHLY",
            "BudgetLimit": {"Amount": "5000", "Unit": "USD"},
        },
    )
    who = {"SubscriptionType": "EMAIL", "Address": "stray@example.com"}
    where = {"AccountId": ACCOUNT, "BudgetName": "meet/cost", "Notification": FORECAST}
    budgets.create_subscriber(**where, Subscriber=who)
    budgets.delete_subscriber(**where, Subscriber={"SubscriptionType": "SNS", "Address": TOPIC})
    budgets.delete_notification(**{**where, "Notification": {**FORECAST, "NotificationType": "ACTUAL"}})
    result = run_module("budgets", **WANTED)
    assert [(item["action"], item["resource"], item["fields"]) for item in result["changes"]] == [
        ("update", "budget meet/cost", ["amount"]),
        ("create", "budget meet/cost notification ACTUAL > 100 %", ["subscribers"]),
        ("update", "budget meet/cost notification FORECASTED > 100 %", ["subscribers"]),
    ]
    assert result["diff"]["before"]["budget meet/cost"] == {"amount": 5000.0}
    assert told(budgets) == [TOPIC]
    assert not run_module("budgets", **WANTED)["changed"]


def test_strays_go_and_other_platforms_stay(run_module, budgets):
    run_module("budgets", **WANTED)
    run_module("budgets", **{**WANTED, "prefix": "meet-staging/"})
    run_module("budgets", **{**WANTED, "budgets": [{**COST, "notifications": [{"percent": 50}]}]})
    assert names(budgets) == ["meet-staging/cost", "meet-staging/hours", "meet/cost"]
    run_module("budgets", account_id=ACCOUNT, prefix="meet/")
    assert names(budgets) == ["meet-staging/cost", "meet-staging/hours"]


def test_state_absent_removes_all_under_the_prefix(as_planned, run_module, budgets):
    run_module("budgets", **WANTED)
    run_module("budgets", **{**WANTED, "prefix": "meet-staging/"})
    as_planned(run_module, "budgets", **{**WANTED, "state": "absent", "purge_budgets": False})
    assert names(budgets) == ["meet-staging/cost", "meet-staging/hours"]
    assert not run_module("budgets", account_id=ACCOUNT, prefix="meet/", state="absent")["changed"]


def test_strays_stay_without_purge_but_not_a_listed_budgets_notifications(run_module, budgets):
    run_module("budgets", **WANTED)
    changed = {**WANTED, "budgets": [{**COST, "notifications": [{"percent": 50}]}], "purge_budgets": False}
    result = run_module("budgets", **changed)
    assert {item["action"] for item in result["changes"]} == {"create", "delete"}
    assert all(item["resource"].startswith("budget meet/cost notification ") for item in result["changes"])
    assert not run_module("budgets", **changed)["changed"]
    assert names(budgets) == ["meet/cost", "meet/hours"]


def test_invalid_input_fails_before_the_first_call(refused):
    message = refused("budgets", **{**WANTED, "budgets": [{**COST, "amount": 0}]})
    assert message == "budgets cost, amount 0: is not positive; give what a month may come to"
