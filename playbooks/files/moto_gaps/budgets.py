# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# mypy: disable-error-code="assignment, attr-defined, method-assign, misc"
"""What moto 5.2 lacks of AWS Budgets. Local only."""

from __future__ import annotations

import json
from typing import Any


def patch() -> None:
    """All of them."""
    patch_update()
    patch_account_notifications()
    patch_subscribers()


def patch_update() -> None:
    """AWS has UpdateBudget, after which notifications stay as they are; moto has not."""
    from moto.budgets.exceptions import NotFoundException
    from moto.budgets.responses import BudgetsResponse

    def update_budget(response: Any) -> str:
        budget, budgets = response._get_param("NewBudget"), _budgets(response)
        if budget["BudgetName"] not in budgets:
            raise NotFoundException("Unable to update budget - the budget doesn't exist.")
        budgets[budget["BudgetName"]].budget |= budget
        return json.dumps({})

    BudgetsResponse.update_budget = update_budget


def patch_account_notifications() -> None:
    """AWS has DescribeBudgetNotificationsForAccount, which tells those of all budgets; moto has not. AWS adds to each
    whether it is in alarm."""
    from moto.budgets.responses import BudgetsResponse

    def describe_budget_notifications_for_account(response: Any) -> str:
        return json.dumps(
            {
                "BudgetNotificationsForAccount": [
                    {
                        "BudgetName": name,
                        "Notifications": [{**item.details, "NotificationState": "OK"} for item in budget.notifications],
                    }
                    for name, budget in _budgets(response).items()
                ]
            }
        )

    BudgetsResponse.describe_budget_notifications_for_account = describe_budget_notifications_for_account


def patch_subscribers() -> None:
    """AWS tells, adds and removes the subscribers of a notification, and never takes the last; moto cannot. AWS refuses
    a notification that is there; moto makes a second one."""
    from moto.budgets.exceptions import NotFoundException
    from moto.budgets.responses import BudgetsResponse
    from moto.core.exceptions import JsonRESTError

    def subscribers(response: Any) -> Any:
        budget = _budgets(response).get(response._get_param("BudgetName"))
        for item in budget.notifications if budget else ():
            if item.details == response._get_param("Notification"):
                return item.subscribers
        raise NotFoundException("Unable to find the notification.")

    def describe_subscribers_for_notification(response: Any) -> str:
        return json.dumps({"Subscribers": subscribers(response)})

    def create_subscriber(response: Any) -> str:
        found, new = subscribers(response), response._get_param("Subscriber")
        if new in found:
            raise JsonRESTError("DuplicateRecordException", "The subscriber already exists.")
        found.append(new)
        return json.dumps({})

    create = BudgetsResponse.create_notification

    def create_notification(response: Any) -> str:
        budget = _budgets(response).get(response._get_param("BudgetName"))
        if budget and any(item.details == response._get_param("Notification") for item in budget.notifications):
            raise JsonRESTError("DuplicateRecordException", "The notification already exists.")
        return str(create(response))

    def delete_subscriber(response: Any) -> str:
        found, old = subscribers(response), response._get_param("Subscriber")
        if found == [old]:
            raise JsonRESTError("InvalidParameterException", "A notification must have a subscriber.")
        found.remove(old)
        return json.dumps({})

    BudgetsResponse.describe_subscribers_for_notification = describe_subscribers_for_notification
    BudgetsResponse.create_notification = create_notification
    BudgetsResponse.create_subscriber = create_subscriber
    BudgetsResponse.delete_subscriber = delete_subscriber


def _budgets(response: Any) -> Any:
    """Budgets of the account by name."""
    return response.backend.budgets[response._get_param("AccountId")]
