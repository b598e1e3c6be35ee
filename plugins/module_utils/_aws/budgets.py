# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""AWS Budgets. It belongs to an account, whatever the region of the client."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .pages import Found, pages


def describe_budgets(client: Any, account: str) -> list[Found]:
    """DescribeBudgets: all of the account."""
    return pages(client, "describe_budgets", "Budgets", AccountId=account)


def describe_notifications(client: Any, account: str) -> dict[str, list[Found]]:
    """DescribeBudgetNotificationsForAccount: the notifications of all budgets, by the budget's name."""
    found: dict[str, list[Found]] = {}
    for item in pages(
        client, "describe_budget_notifications_for_account", "BudgetNotificationsForAccount", AccountId=account
    ):
        # AWS adds its state, which is not part of what names it.
        found.setdefault(item["BudgetName"], []).extend(
            {key: value for key, value in one.items() if key != "NotificationState"}
            for one in item.get("Notifications") or []
        )
    return found


def describe_subscribers(client: Any, account: str, budget: str, notification: Mapping[str, Any]) -> list[Found]:
    """DescribeSubscribersForNotification."""
    return pages(
        client,
        "describe_subscribers_for_notification",
        "Subscribers",
        AccountId=account,
        BudgetName=budget,
        Notification=notification,
    )


def create_budget(client: Any, account: str, budget: Mapping[str, Any]) -> None:
    """CreateBudget, without notifications."""
    client.create_budget(AccountId=account, Budget=budget)


def update_budget(client: Any, account: str, budget: Mapping[str, Any]) -> None:
    """UpdateBudget. Its notifications stay."""
    client.update_budget(AccountId=account, NewBudget=budget)


def delete_budget(client: Any, account: str, name: str) -> None:
    """DeleteBudget, with its notifications; no error if there is none."""
    try:
        client.delete_budget(AccountId=account, BudgetName=name)
    except client.exceptions.NotFoundException:
        pass


def create_notification(
    client: Any, account: str, budget: str, notification: Mapping[str, Any], subscribers: list[dict[str, str]]
) -> None:
    """CreateNotification."""
    client.create_notification(AccountId=account, BudgetName=budget, Notification=notification, Subscribers=subscribers)


def delete_notification(client: Any, account: str, budget: str, notification: Mapping[str, Any]) -> None:
    """DeleteNotification, with its subscribers; no error if there is none."""
    try:
        client.delete_notification(AccountId=account, BudgetName=budget, Notification=notification)
    except client.exceptions.NotFoundException:
        pass


def create_subscriber(
    client: Any, account: str, budget: str, notification: Mapping[str, Any], subscriber: Mapping[str, str]
) -> None:
    """CreateSubscriber."""
    client.create_subscriber(AccountId=account, BudgetName=budget, Notification=notification, Subscriber=subscriber)


def delete_subscriber(
    client: Any, account: str, budget: str, notification: Mapping[str, Any], subscriber: Mapping[str, str]
) -> None:
    """DeleteSubscriber. AWS refuses it for the last one of a notification."""
    client.delete_subscriber(AccountId=account, BudgetName=budget, Notification=notification, Subscriber=subscriber)
