#!/usr/bin/python
# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: budgets
version_added: 0.3.0
short_description: Keep all monthly budgets of AWS Budgets under one prefix
description:
  - Owns every budget of the account whose name begins with a prefix, with its notifications and their subscribers.
    Budgets that are not listed are removed, unless O(purge_budgets=false).
  - Budgets without actions cost nothing. AWS looks at them a few times a day.
author: [meetops.jitsi contributors (@meetops)]
options:
  account_id:
    description: Account that the budgets belong to, 12 digits. They belong to no region.
    type: str
    required: true
  prefix:
    description:
      - What the names of the budgets begin with. It ends with a slash, which keeps V(prod/) and V(prod-staging/) apart.
    type: str
    required: true
  budgets:
    description: The budgets. Each is for a month.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description:
          - Name of the budget, without the prefix. It is all that a notification says of what the budget is for.
        type: str
        required: true
      type:
        description: Whether the amount is money or a quantity of something.
        type: str
        choices: [cost, usage]
        default: cost
      amount:
        description: What a month may come to.
        type: float
        required: true
      unit:
        description: Unit of the amount, for usage that of the usage type, such as V(Hrs).
        type: str
        default: USD
      filters:
        description:
          - What counts, as lists of values by the name of a filter, such as C(UsageType). Without any, all that the
            account costs. For usage there must be one.
        type: dict
        default: {}
      notifications:
        description: When to tell, 1 to 10.
        type: list
        elements: dict
        required: true
        suboptions:
          kind:
            description: Whether it is about what was spent, or what the month is forecast to come to.
            type: str
            choices: [actual, forecasted]
            default: actual
          percent:
            description: Share of the amount above which to tell.
            type: float
            default: 100
  topic:
    description: ARN of an SNS topic to tell. Its policy must let C(budgets.amazonaws.com) publish.
    type: str
    default: ""
  emails:
    description: Addresses to tell directly, at most 10.
    type: list
    elements: str
    default: []
  purge_budgets:
    description: Whether budgets under the prefix that are not listed are removed.
    type: bool
    default: true
    version_added: 0.5.0
  state:
    description: V(absent) removes all budgets under the prefix, whatever O(budgets) lists.
    type: str
    choices: [present, absent]
    default: present
    version_added: 0.5.0
notes:
  - Neither amazon.aws (release 11.4) nor community.aws (release 11.2) has a module for budgets.
  - A run that changes nothing makes two calls, and one for each notification.
  - "Permissions: budgets:ViewBudget and ModifyBudget."
extends_documentation_fragment:
  - meetops.jitsi.common
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: A month over 100 USD is told, and one that is going to be
  meetops.jitsi.budgets:
    account_id: "123456789012"
    prefix: jitsi-video-platform/
    topic: arn:aws:sns:us-east-1:123456789012:jitsi-video-platform-alerts
    budgets:
      - name: cost
        amount: 100
        notifications:
          - kind: actual
          - kind: forecasted

- name: There are no budgets any more
  meetops.jitsi.budgets:
    account_id: "123456789012"
    prefix: jitsi-video-platform/
    state: absent
"""

RETURN = r"""
changes:
  description: What changed, or would change in check mode.
  returned: success
  type: list
  elements: dict
  sample: [{resource: budget jitsi-video-platform/cost, action: update, fields: [amount]}]
"""

from typing import Any

from ansible_collections.meetops.jitsi.plugins.module_utils._aws import budgets as api
from ansible_collections.meetops.jitsi.plugins.module_utils._aws.runner import client, finish, run
from ansible_collections.meetops.jitsi.plugins.module_utils.changes import Change, State, compare
from ansible_collections.meetops.jitsi.plugins.module_utils.monitoring import budgets

ARGUMENTS: dict[str, Any] = {
    "account_id": {"type": "str", "required": True},
    "prefix": {"type": "str", "required": True},
    "budgets": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            "name": {"type": "str", "required": True},
            "type": {"type": "str", "choices": ["cost", "usage"], "default": "cost"},
            "amount": {"type": "float", "required": True},
            "unit": {"type": "str", "default": "USD"},
            "filters": {"type": "dict", "default": {}},
            "notifications": {
                "type": "list",
                "elements": "dict",
                "required": True,
                "options": {
                    "kind": {"type": "str", "choices": ["actual", "forecasted"], "default": "actual"},
                    "percent": {"type": "float", "default": 100},
                },
            },
        },
    },
    "topic": {"type": "str", "default": ""},
    "emails": {"type": "list", "elements": "str", "default": []},
    "purge_budgets": {"type": "bool", "default": True},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
}


class Budgets:
    """The account's budgets: how they are, and how to change one."""

    def __init__(self, module: Any) -> None:
        self.client, self.account = client(module, "budgets"), module.params["account_id"]

    def read(self, prefix: str) -> State:
        """The budgets under the prefix with their notifications."""
        described = [
            item for item in api.describe_budgets(self.client, self.account) if item["BudgetName"].startswith(prefix)
        ]
        if not described:
            return {}
        notifications = api.describe_notifications(self.client, self.account)
        return budgets.current(
            described,
            {
                name: [
                    (found, api.describe_subscribers(self.client, self.account, name, found))
                    for found in notifications.get(name, [])
                ]
                for name in (item["BudgetName"] for item in described)
            },
        )

    def apply(self, change: Change) -> None:
        """Make one change."""
        if budgets.is_budget(change.resource):
            self.apply_budget(change)
        else:
            self.apply_notification(change)

    def apply_budget(self, change: Change) -> None:
        """Make, change or remove a budget."""
        name = budgets.name_of(change.resource)
        if change.after is None:
            api.delete_budget(self.client, self.account, name)
        elif change.before is None:
            api.create_budget(self.client, self.account, budgets.budget_request(name, change.after))
        else:
            api.update_budget(self.client, self.account, budgets.budget_request(name, change.after))

    def apply_notification(self, change: Change) -> None:
        """Make or remove a notification, or change whom it tells: first who is new, as it must never be nobody."""
        one = self.client, self.account, budgets.name_of(change.resource), budgets.notification_request(change.resource)
        before, after = ((fields or {"subscribers": []})["subscribers"] for fields in (change.before, change.after))
        if change.after is None:
            api.delete_notification(*one)
        elif change.before is None:
            api.create_notification(*one, [budgets.subscriber_request(who) for who in after])
        else:
            for who in sorted(set(after) - set(before)):
                api.create_subscriber(*one, budgets.subscriber_request(who))
            for who in sorted(set(before) - set(after)):
                api.delete_subscriber(*one, budgets.subscriber_request(who))


def reconcile(module: Any) -> None:
    """Check the input, read the budgets under the prefix, make them as wanted."""
    account, prefix, topic, emails = (module.params[name] for name in ("account_id", "prefix", "topic", "emails"))
    present = module.params["state"] == "present"
    listed = module.params["budgets"] if present else []
    budgets.check(account, prefix, listed, topic, emails)
    found = Budgets(module)
    current, wanted = found.read(prefix), budgets.wanted(prefix, listed, topic, emails)
    if present and not module.params["purge_budgets"]:
        current = budgets.listed(current, wanted)
    finish(module, compare(current, wanted, prune=True), found.apply)


def main() -> None:
    """Run the module."""
    run(ARGUMENTS, reconcile)


if __name__ == "__main__":
    main()
