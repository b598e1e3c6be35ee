#!/usr/bin/python
# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: event_rules
version_added: 0.2.0
short_description: Manage a set of EventBridge rules with their targets
description:
  - Keeps rules of the default event bus, each with a pattern or a schedule, and their targets. Targets that are not
    listed are removed from these rules.
  - Checks patterns and schedules before the first call.
author: [meetops.jitsi contributors (@meetops)]
options:
  rules:
    description: The rules. One that is not listed is left alone.
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
        description: V(absent) deletes the rule with its targets.
        type: str
        choices: [present, absent]
        default: present
      enabled:
        description: Whether the rule calls its targets.
        type: bool
        default: true
        version_added: 0.5.0
      targets:
        description: What the rule calls, five at most. Required with O(rules[].state=present).
        type: list
        elements: dict
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
    rules:
      - name: jitsi-video-platform-secret-age
        state: absent
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

from collections.abc import Collection, Mapping
from typing import Any

from ansible_collections.meetops.jitsi.plugins.module_utils._aws import events, sts
from ansible_collections.meetops.jitsi.plugins.module_utils._aws.runner import client, finish, run
from ansible_collections.meetops.jitsi.plugins.module_utils.changes import Change, State, compare
from ansible_collections.meetops.jitsi.plugins.module_utils.errors import refuse_items
from ansible_collections.meetops.jitsi.plugins.module_utils.functions import event_rules
from ansible_collections.meetops.jitsi.plugins.module_utils.items import by_state

PREFIX = "rule "
RULE = {"description", "event_pattern", "schedule_expression", "state"}
TARGET: dict[str, Any] = {
    "id": {"type": "str", "required": True},
    "arn": {"type": "str", "required": True},
    "input": {"type": "dict"},
    "maximum_event_age_seconds": {"type": "int", "default": 86400},
    "maximum_retry_attempts": {"type": "int", "default": 185},
    "dead_letter_arn": {"type": "str", "default": ""},
}
ARGUMENTS: dict[str, Any] = {
    "rules": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            "name": {"type": "str", "required": True},
            "description": {"type": "str", "default": ""},
            "event_pattern": {"type": "dict"},
            "schedule_expression": {"type": "str"},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "enabled": {"type": "bool", "default": True},
            "targets": {"type": "list", "elements": "dict", "options": TARGET},
        },
        "required_if": [("state", "present", ("targets",))],
    },
    "tags": {"type": "dict", "default": {}},
}


class Rules:
    """The rules to keep: how they are, how they shall be, and how to change one."""

    def __init__(self, module: Any, kept: Mapping[str, event_rules.Rule]) -> None:
        self.client, self.kept, self.tags = client(module, "events"), kept, module.params["tags"]
        self.arns: dict[str, str] = {}

    def read(self, names: Collection[str]) -> State:
        """Those of the named rules that are there."""
        found = events.list_rules(self.client, event_rules.common_prefix(names)) if names else []
        named = [rule for rule in found if rule["Name"] in names]
        self.arns = {rule["Name"]: rule["Arn"] for rule in named}
        return {
            PREFIX + rule["Name"]: event_rules.current_fields(
                rule, events.list_targets(self.client, rule["Name"]), events.list_tags(self.client, rule["Arn"])
            )
            for rule in named
        }

    def wanted(self, current: State) -> State:
        """The rules to keep. Targets of ``current`` that are not listed have to go."""
        return {
            PREFIX + name: event_rules.wanted_fields(rule, current.get(PREFIX + name, {}), self.tags)
            for name, rule in self.kept.items()
        }

    def apply(self, change: Change) -> None:
        """Make one change."""
        name = change.resource.removeprefix(PREFIX)
        before, after = change.before or {}, change.after or {}
        if after and (not before or RULE & set(change.fields)):
            self.arns[name] = events.put_rule(
                self.client, name, event_rules.settings(after), {} if before else self.tags
            )
        self.apply_targets(name, change)
        if not after:
            events.delete_rule(self.client, name)
        elif before and "tags" in change.fields:
            events.tag(self.client, self.arns[name], before["tags"], after["tags"])

    def apply_targets(self, name: str, change: Change) -> None:
        """Put back the targets that differ, and remove those that are not wanted."""
        before, after = change.before or {}, change.after or {}
        targets = {
            field: field.removeprefix(event_rules.TARGET)
            for field in change.fields
            if field.startswith(event_rules.TARGET)
        }
        kept = [event_rules.entry(target, after[field]) for field, target in targets.items() if after.get(field)]
        strays = [target for field, target in targets.items() if not after.get(field) and before.get(field)]
        if kept:
            events.put_targets(self.client, name, kept)
        if strays:
            events.remove_targets(self.client, name, strays)

    def result(self, module: Any) -> dict[str, dict[str, str]]:
        """The ARNs for the caller. Names make them, so that those of new rules are known in check mode too."""
        known = all(name in self.arns for name in self.kept)
        account = "" if known else sts.account_id(client(module, "sts"))
        meta = self.client.meta
        prefix = f"arn:{meta.partition}:events:{meta.region_name}:{account}:rule/"
        return {name: {"arn": self.arns.get(name) or prefix + name} for name in self.kept}


def reconcile(module: Any) -> None:
    """Check the input, read the rules, make them as wanted."""
    kept, gone = by_state("rules", module.params["rules"])
    refuse_items("rules", kept, event_rules.problems)
    rules = Rules(module, kept)
    current = rules.read([*kept, *gone])
    changes = compare(current, rules.wanted(current), prune=True)
    finish(module, changes, rules.apply, rules=lambda: rules.result(module))


def main() -> None:
    """Run the module."""
    run(ARGUMENTS, reconcile)


if __name__ == "__main__":
    main()
