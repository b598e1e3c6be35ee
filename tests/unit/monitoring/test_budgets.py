# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
from __future__ import annotations

import pytest
from ansible_collections.meetops.jitsi.plugins.module_utils.changes import compare
from ansible_collections.meetops.jitsi.plugins.module_utils.errors import InvalidInput
from ansible_collections.meetops.jitsi.plugins.module_utils.monitoring import budgets
from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.validate import ParamValidator

ACCOUNT = "123456789012"
TOPIC = f"arn:aws:sns:eu-central-1:{ACCOUNT}:meet-alerts"
COST = {
    "name": "cost, runbook review",
    "type": "cost",
    "amount": 100.0,
    "unit": "USD",
    "filters": {},
    "notifications": [{"kind": "actual", "percent": 100.0}, {"kind": "forecasted", "percent": 100.0}],
}
HOURS = {
    "name": "public IPv4 hours",
    "type": "usage",
    "amount": 1000.5,
    "unit": "Hrs",
    "filters": {"UsageType": ["USE1-PublicIPv4:InUseAddress", "USE1-PublicIPv4:IdleAddress"]},
    "notifications": [{"kind": "actual", "percent": 80.0}],
}

INVALID = [
    ({"name": ""}, "is no name"),
    ({"name": "a:b"}, "is no name"),
    ({"name": "x/action/y"}, "is no name"),
    ({"name": "a notification b"}, "is no name"),
    ({"name": "x" * 96}, "at most 100 characters"),
    ({"amount": 0.0}, "amount 0: is not positive"),
    ({"amount": -1.0}, "amount -1: is not positive"),
    ({"type": "usage"}, "filters: are missing"),
    ({"filters": {"UsageType": "x"}}, "filters UsageType: is not a list"),
    ({"filters": {"UsageType": []}}, "filters UsageType: is not a list"),
    ({"notifications": []}, "there are 0; give 1 to 10"),
    ({"notifications": [{"kind": "actual", "percent": float(n)} for n in range(1, 12)]}, "there are 11"),
    ({"notifications": [{"kind": "actual", "percent": 0.0}]}, "percent 0: is not positive"),
    ({"notifications": [{"kind": "actual", "percent": 50.0}] * 2}, "actual 50 %: is there twice"),
]


def described(state):
    """What AWS tells after the requests that make a state."""
    found, notified = [], {}
    for resource, fields in state.items():
        name = budgets.name_of(resource)
        if budgets.is_budget(resource):
            budget = budgets.budget_request(name, fields)
            limit = {**budget["BudgetLimit"], "Amount": str(float(budget["BudgetLimit"]["Amount"]))}
            found.append({**budget, "BudgetLimit": limit, "TimePeriod": {}, "CostTypes": {}})
        else:
            who = [budgets.subscriber_request(one) for one in fields["subscribers"]]
            notified.setdefault(name, []).append((budgets.notification_request(resource), who))
    return found, notified


def test_what_was_put_is_no_change():
    state = budgets.wanted("meet/", [COST, HOURS], TOPIC, ["ops@example.com"])
    assert compare(budgets.current(*described(state)), state, prune=True) == []


def test_requests_are_what_aws_takes():
    model = ServiceModel(Loader().load_service_model("budgets", "service-2"))
    shapes = {name: model.shape_for(name) for name in ("Budget", "Notification", "Subscriber")}
    state = budgets.wanted("meet/", [COST, HOURS], TOPIC, ["ops@example.com"])
    requests = []
    for resource, fields in state.items():
        if budgets.is_budget(resource):
            requests.append(("Budget", budgets.budget_request(budgets.name_of(resource), fields)))
        else:
            requests.append(("Notification", budgets.notification_request(resource)))
            requests += [("Subscriber", budgets.subscriber_request(who)) for who in fields["subscribers"]]
    for name, request in requests:
        assert ParamValidator().validate(request, shapes[name]).generate_report() == ""
    assert [request["BudgetLimit"]["Amount"] for name, request in requests if name == "Budget"] == ["100", "1000.5"]
    assert requests[1][1] == {
        "NotificationType": "ACTUAL",
        "ComparisonOperator": "GREATER_THAN",
        "Threshold": 100.0,
        "ThresholdType": "PERCENTAGE",
    }


def test_what_somebody_else_made_keeps_its_identity():
    other = {"NotificationType": "ACTUAL", "ComparisonOperator": "LESS_THAN", "Threshold": 5.0}
    other["ThresholdType"] = "ABSOLUTE_VALUE"
    state = budgets.wanted("meet/", [COST], TOPIC, [])
    found, notified = described(state)
    notified["meet/cost, runbook review"].append((other, []))
    (change,) = compare(budgets.current(found, notified), state, prune=True)
    assert change.action == "delete"
    assert budgets.notification_request(change.resource) == other


@pytest.mark.parametrize(("changed", "message"), INVALID)
def test_invalid_budget(changed, message):
    with pytest.raises(InvalidInput) as error:
        budgets.check(ACCOUNT, "meet/", [{**COST, **changed}], TOPIC, [])
    assert message in str(error.value)
    assert "; " in str(error.value)


@pytest.mark.parametrize(
    ("account", "prefix", "listed", "topic", "emails", "message"),
    [
        ("12", "meet/", [], "", [], "account_id '12'"),
        (ACCOUNT, "meet", [], "", [], "prefix 'meet'"),
        (ACCOUNT, "/", [], "", [], "prefix '/'"),
        (ACCOUNT, "meet/", [COST, COST], TOPIC, [], "twice"),
        (ACCOUNT, "meet/", [COST], "", [], "nobody would be told"),
        (ACCOUNT, "meet/", [COST], "meet-alerts", [], "is no ARN of an SNS topic"),
        (ACCOUNT, "meet/", [COST], "", ["ops"], "is no e-mail address"),
        (ACCOUNT, "meet/", [COST], "", [f"o{n}@example.com" for n in range(11)], "takes 10"),
    ],
)
def test_invalid_set(account, prefix, listed, topic, emails, message):
    with pytest.raises(InvalidInput, match=message):
        budgets.check(account, prefix, listed, topic, emails)


def test_none_needs_nobody_to_tell():
    budgets.check(ACCOUNT, "meet/", [], "", [])
