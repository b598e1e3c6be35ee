# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Monthly budgets of AWS Budgets under one prefix, with their notifications.

A budget is a dict with ``name``, ``type`` (cost or usage), ``amount``, ``unit``, ``filters`` and ``notifications``,
each ``{"kind": "actual" or "forecasted", "percent": 100.0}``. Subscribers are ``{"SubscriptionType", "Address"}``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from ..changes import Fields, State
from ..errors import InvalidInput
from .alert_topic import is_email

MAX_NAME, MAX_NOTIFICATIONS, MAX_EMAILS = 100, 10, 10

_NAME = re.compile(r"(?!.*/action/)[^:\\\x00-\x1f]+")
_TOPIC = re.compile(r"arn:[^:]+:sns:[^:]+:\d{12}:[A-Za-z0-9_-]+")
_ACCOUNT = re.compile(r"\d{12}")

Budget = Mapping[str, Any]
Subscriber = Mapping[str, str]


def check(account: str, prefix: str, budgets: Sequence[Budget], topic: str, emails: Sequence[str]) -> None:
    """Raise InvalidInput on the first thing that AWS Budgets would refuse, or that would never tell anybody."""
    if not _ACCOUNT.fullmatch(account):
        raise InvalidInput(f"account_id {account!r}: is no account; give its 12 digits")
    if not prefix.endswith("/") or len(prefix) == 1:
        raise InvalidInput(f"prefix {prefix!r}: must end with a slash, or it could own another's budgets; write name/")
    if topic and not _TOPIC.fullmatch(topic):
        raise InvalidInput(f"topic {topic!r}: is no ARN of an SNS topic; write arn:aws:sns:REGION:ACCOUNT:NAME")
    for email in emails:
        if not is_email(email):
            raise InvalidInput(f"emails {email!r}: is no e-mail address; write name@example.com")
    if len(emails) > MAX_EMAILS:
        raise InvalidInput(f"emails: {len(emails)} are too many; a notification takes {MAX_EMAILS}")
    if budgets and not topic and not emails:
        raise InvalidInput("topic: is missing, and so are emails, so nobody would be told; give one of them")
    names = [budget["name"] for budget in budgets]
    for budget in budgets:
        if names.count(budget["name"]) > 1:
            raise InvalidInput(f"budgets {budget['name']}: the name is there twice; give each budget its own")
        _check_budget(prefix, budget)


def wanted(prefix: str, budgets: Sequence[Budget], topic: str, emails: Sequence[str]) -> State:
    """The budgets and, after each, its notifications as a state."""
    who = sorted([f"SNS {topic}"] * bool(topic) + [f"EMAIL {email}" for email in set(emails)])
    state: dict[str, Fields] = {}
    for budget in budgets:
        resource = _resource(prefix + budget["name"])
        state[resource] = {
            "type": budget["type"].upper(),
            "time_unit": "MONTHLY",
            "amount": float(budget["amount"]),
            "unit": budget["unit"],
            "filters": {key: sorted(map(str, values)) for key, values in budget["filters"].items()},
        }
        for item in budget["notifications"]:
            state[_notification(resource, item["kind"].upper(), float(item["percent"]))] = {"subscribers": who}
    return state


def current(
    described: Sequence[Mapping[str, Any]],
    notified: Mapping[str, Sequence[tuple[Mapping[str, Any], Sequence[Subscriber]]]],
) -> State:
    """What AWS lists, as a state: budgets, and by a budget's name its notifications with their subscribers."""
    state: dict[str, Fields] = {}
    for budget in described:
        resource = _resource(budget["BudgetName"])
        limit = budget.get("BudgetLimit") or {}
        state[resource] = {
            "type": budget["BudgetType"],
            "time_unit": budget["TimeUnit"],
            # AWS makes 100.0 of 100.
            "amount": float(limit.get("Amount", 0)),
            "unit": limit.get("Unit", ""),
            "filters": {key: sorted(values) for key, values in (budget.get("CostFilters") or {}).items()},
        }
        for notification, subscribers in notified.get(budget["BudgetName"], ()):
            who = sorted(f"{item['SubscriptionType']} {item['Address']}" for item in subscribers)
            state[_found(resource, notification)] = {"subscribers": who}
    return state


def is_budget(resource: str) -> bool:
    """Whether a resource of these states is a budget, and not one of its notifications."""
    return _SEPARATOR not in resource


def listed(current: State, wanted: State) -> State:
    """What of a state belongs to the budgets that are wanted: they and all of their notifications."""
    names = {name_of(resource) for resource in wanted}
    return {resource: fields for resource, fields in current.items() if name_of(resource) in names}


def name_of(resource: str) -> str:
    """The budget's full name in a resource of these states."""
    return resource.removeprefix(_resource("")).partition(_SEPARATOR)[0]


def budget_request(name: str, fields: Fields) -> dict[str, Any]:
    """A budget as CreateBudget and UpdateBudget take it."""
    return {
        "BudgetName": name,
        "BudgetType": fields["type"],
        "TimeUnit": fields["time_unit"],
        "BudgetLimit": {"Amount": f"{fields['amount']:f}".rstrip("0").rstrip("."), "Unit": fields["unit"]},
        "CostFilters": fields["filters"],
    }


def notification_request(resource: str) -> dict[str, Any]:
    """The notification that a resource's name tells of, as AWS takes it."""
    kind, operator, threshold, unit = resource.partition(_SEPARATOR)[2].split()
    return {
        "NotificationType": kind,
        "ComparisonOperator": next(name for name, sign in _OPERATORS.items() if sign == operator),
        "Threshold": float(threshold),
        "ThresholdType": "PERCENTAGE" if unit == "%" else "ABSOLUTE_VALUE",
    }


def subscriber_request(who: str) -> dict[str, str]:
    """A subscriber of these states as AWS takes it."""
    kind, _separator, address = who.partition(" ")
    return {"SubscriptionType": kind, "Address": address}


_SEPARATOR = " notification "
_OPERATORS = {"GREATER_THAN": ">", "LESS_THAN": "<", "EQUAL_TO": "="}


def _resource(name: str) -> str:
    return f"budget {name}"


def _notification(resource: str, kind: str, threshold: float, operator: str = ">", unit: str = "%") -> str:
    return f"{resource}{_SEPARATOR}{kind} {operator} {threshold:g} {unit}"


def _found(resource: str, notification: Mapping[str, Any]) -> str:
    """One that somebody else made may compare otherwise."""
    unit = "%" if notification.get("ThresholdType", "PERCENTAGE") == "PERCENTAGE" else "absolute"
    operator = _OPERATORS[notification["ComparisonOperator"]]
    return _notification(resource, notification["NotificationType"], float(notification["Threshold"]), operator, unit)


def _check_budget(prefix: str, budget: Budget) -> None:
    where = f"budgets {budget['name']}"
    name = prefix + budget["name"]
    if not budget["name"] or not _NAME.fullmatch(name) or _SEPARATOR in name or len(name) > MAX_NAME:
        raise InvalidInput(f"{where}: is no name; use at most {MAX_NAME} characters with the prefix, no : and \\")
    if not 0 < budget["amount"] < math.inf:
        raise InvalidInput(f"{where}, amount {budget['amount']:g}: is not positive; give what a month may come to")
    if budget["type"] == "usage" and not budget["filters"]:
        raise InvalidInput(f"{where}, filters: are missing; usage has a unit only for one kind of it, give UsageType")
    for key, values in budget["filters"].items():
        if not isinstance(values, list) or not values:
            raise InvalidInput(f"{where}, filters {key}: is not a list of values; write {key}: [value]")
    notifications = budget["notifications"]
    if not 1 <= len(notifications) <= MAX_NOTIFICATIONS:
        raise InvalidInput(f"{where}, notifications: there are {len(notifications)}; give 1 to {MAX_NOTIFICATIONS}")
    for item in notifications:
        if not 0 < item["percent"] < math.inf:
            raise InvalidInput(f"{where}, percent {item['percent']:g}: is not positive; give a share of the amount")
        if notifications.count(item) > 1:
            raise InvalidInput(f"{where}, {item['kind']} {item['percent']:g} %: is there twice; give it once")
