#!/usr/bin/python
# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
---
module: event_rules
version_added: 0.2.0
short_description: Manage a set of EventBridge rules with their targets
description:
  - Keeps rules of the default event bus, each with a pattern or a schedule, and their targets. Targets that are not
    listed are removed from these rules.
  - Checks patterns and schedules before the first call.
author:
  - meetops.jitsi contributors (@meetops)
options:
  rules:
    description: The rules to keep.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: Name of the rule, 64 characters at most.
        type: str
        required: true
      description:
        description: What the rule is for, 512 characters at most.
        type: str
        default: ""
      event_pattern:
        description: What an event must be. Give this or O(rules[].schedule_expression).
        type: dict
      schedule_expression:
        description: C(rate(...)) or C(cron(...)), in UTC.
        type: str
      state:
        description: Whether the rule acts.
        type: str
        choices: [ENABLED, DISABLED]
        default: ENABLED
      targets:
        description: What the rule calls, five at most.
        type: list
        elements: dict
        required: true
        suboptions:
          id:
            description: Name of the target, unique in its rule.
            type: str
            required: true
          arn:
            description: ARN of the function, queue or topic. Its own policy must allow C(events.amazonaws.com).
            type: str
            required: true
          input:
            description: What the target gets instead of the event.
            type: dict
          maximum_event_age_seconds:
            description: How long EventBridge tries to deliver an event, 60 to 86400.
            type: int
            default: 86400
          maximum_retry_attempts:
            description: How often EventBridge tries again, 0 to 185.
            type: int
            default: 185
          dead_letter_arn:
            description: ARN of an SQS queue for events that could not be delivered.
            type: str
            default: ""
  absent:
    description: Names of rules to delete, with their targets.
    type: list
    elements: str
    default: []
  tags:
    description: Tags of every rule.
    type: dict
    default: {}
notes:
  - C(amazon.aws.cloudwatchevent_rule) (release 11.4) is skipped in check mode, cannot set how often and how long an
    event is tried again nor the queue for what is lost, does not keep tags, and makes seven calls for a rule that does
    not change. This module makes one call for all rules and two for each.
  - A name that is listed nowhere is never touched, whatever its rule's name begins with.
  - "Permissions: events:ListRules, ListTargetsByRule, ListTagsForResource, PutRule, PutTargets, RemoveTargets,
    DeleteRule, TagResource and UntagResource on the rules."
extends_documentation_fragment:
  - meetops.jitsi.common
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: The platform follows its tasks
  meetops.jitsi.event_rules:
    rules:
      - name: jitsi-video-platform-tasks
        description: A task starts or stops
        event_pattern:
          source: [aws.ecs]
          detail-type: [ECS Task State Change]
          detail:
            clusterArn: ["arn:aws:ecs:us-east-1:123456789012:cluster/jitsi-video-platform-cluster"]
        targets:
          - id: function
            arn: arn:aws:lambda:us-east-1:123456789012:function:jitsi-video-platform-tasks
      - name: jitsi-video-platform-secret-age
        description: Once a day
        schedule_expression: rate(1 day)
        targets:
          - id: function
            arn: arn:aws:lambda:us-east-1:123456789012:function:jitsi-video-platform-rotation
            input: { action: report }
            maximum_event_age_seconds: 3600
            maximum_retry_attempts: 2
    tags: { Environment: prod }

- name: The rule is gone
  meetops.jitsi.event_rules:
    absent: [jitsi-video-platform-secret-age]
"""

RETURN = r"""
rules:
  description: The rules by name. In check mode, of those that are not there yet, the ARNs that they will have.
  returned: success
  type: dict
  contains:
    arn:
      description: ARN of the rule.
      type: str
changes:
  description: What changed, or would in check mode.
  returned: success
  type: list
  elements: dict
  sample: [{resource: rule jitsi-video-platform-tasks, action: update, fields: [event_pattern, targets.function]}]
"""

from typing import Any

from ansible_collections.meetops.jitsi.plugins.module_utils._aws import events as api
from ansible_collections.meetops.jitsi.plugins.module_utils._aws import runner, sts
from ansible_collections.meetops.jitsi.plugins.module_utils.changes import Change, compare
from ansible_collections.meetops.jitsi.plugins.module_utils.errors import InvalidInput
from ansible_collections.meetops.jitsi.plugins.module_utils.functions import event_rules

PREFIX = "rule "
RULE = {"description", "event_pattern", "schedule_expression", "state"}


class Rules:
    """The rules that are listed, and those that shall be absent."""

    def __init__(self, module: Any) -> None:
        self.module, self.tags = module, module.params["tags"]
        self.listed = {rule["name"]: rule for rule in module.params["rules"]}
        self.client = runner.client(module, "events")
        names = {*self.listed, *module.params["absent"]}
        found = api.list_rules(self.client, event_rules.common_prefix(names)) if names else []
        self.found = {rule["Name"]: rule for rule in found if rule["Name"] in names}
        self.current = {
            PREFIX + name: event_rules.current_fields(
                rule, api.list_targets(self.client, name), api.list_tags(self.client, rule["Arn"])
            )
            for name, rule in self.found.items()
        }

    def changes(self) -> list[Change]:
        """What differs."""
        wanted = {
            PREFIX + name: event_rules.wanted_fields(rule, self.current.get(PREFIX + name, {}), self.tags)
            for name, rule in self.listed.items()
        }
        return compare(self.current, wanted, prune=True)

    def apply(self, change: Change) -> None:
        """Make one change."""
        name = change.resource.removeprefix(PREFIX)
        targets = [field for field in change.fields if field.startswith(event_rules.TARGET)]
        before, after = change.before or {}, change.after or {}
        if change.after is not None and (change.before is None or RULE & set(change.fields)):
            arn = api.put_rule(self.client, name, event_rules.settings(after), {} if change.before else self.tags)
            self.found.setdefault(name, {"Arn": arn})
        identifiers = {field: field.removeprefix(event_rules.TARGET) for field in targets}
        kept = [event_rules.entry(identifiers[field], after[field]) for field in targets if after.get(field)]
        strays = [identifiers[field] for field in targets if not after.get(field) and before.get(field)]
        if kept:
            api.put_targets(self.client, name, kept)
        if strays:
            api.remove_targets(self.client, name, strays)
        if change.after is None:
            api.delete_rule(self.client, name)
        elif change.before is not None and "tags" in change.fields:
            api.tag(self.client, self.found[name]["Arn"], before["tags"], after["tags"])

    def result(self) -> dict[str, dict[str, str]]:
        """The ARNs for the caller. Names make them, so that those of new rules are known in check mode too."""
        known = all(name in self.found for name in self.listed)
        account = "" if known else sts.account_id(runner.client(self.module, "sts"))
        meta = self.client.meta
        prefix = f"arn:{meta.partition}:events:{meta.region_name}:{account}:rule/"
        return {name: {"arn": self.found.get(name, {}).get("Arn") or prefix + name} for name in self.listed}


def reconcile(module: Any) -> None:
    """Check the input, read the rules, make them as wanted."""
    names = [rule["name"] for rule in module.params["rules"]] + module.params["absent"]
    for name in names:
        if names.count(name) > 1:
            raise InvalidInput(f"rules {name}: is listed twice, or under absent too; list it once")
    for rule in module.params["rules"]:
        event_rules.validate(rule)
    rules = Rules(module)
    runner.finish(module, rules.changes(), rules.apply, rules=rules.result)


def main() -> None:
    """Run the module."""
    target = {
        "id": {"type": "str", "required": True},
        "arn": {"type": "str", "required": True},
        "input": {"type": "dict"},
        "maximum_event_age_seconds": {"type": "int", "default": 86400},
        "maximum_retry_attempts": {"type": "int", "default": 185},
        "dead_letter_arn": {"type": "str", "default": ""},
    }
    rule = {
        "name": {"type": "str", "required": True},
        "description": {"type": "str", "default": ""},
        "event_pattern": {"type": "dict"},
        "schedule_expression": {"type": "str"},
        "state": {"type": "str", "choices": ["ENABLED", "DISABLED"], "default": "ENABLED"},
        "targets": {"type": "list", "elements": "dict", "required": True, "options": target},
    }
    runner.run(
        {
            "rules": {"type": "list", "elements": "dict", "default": [], "options": rule},
            "absent": {"type": "list", "elements": "str", "default": []},
            "tags": {"type": "dict", "default": {}},
        },
        reconcile,
    )


if __name__ == "__main__":
    main()
