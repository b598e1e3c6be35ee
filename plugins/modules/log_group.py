#!/usr/bin/python
# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: log_group
version_added: 0.3.0
short_description: Keep a log group of CloudWatch Logs
description:
  - Keeps a log group with the time that it keeps its events, and its tags.
author: [meetops.jitsi contributors (@meetops)]
options:
  name:
    description: Name of the log group.
    type: str
    required: true
  retention_days:
    description: Days that events are kept. Required with O(state=present).
    type: int
    choices: [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653]
  tags:
    description: Tags of the log group. Others are removed.
    type: dict
    default: {}
  state:
    description: V(absent) removes the log group with its events and metric filters.
    type: str
    choices: [present, absent]
    default: present
notes:
  - "C(amazon.aws.cloudwatchlogs_log_group) (release 11.4) returns no diff and does not say whether the retention or the
    tags change, with or without check mode."
  - "It does not know five of the retentions that CloudWatch Logs takes, such as 1096 days, and given one of them it
    deletes the log group with all of its events before it fails. With check mode it does not fail."
  - "Permissions: logs:DescribeLogGroups, ListTagsForResource, CreateLogGroup, PutRetentionPolicy, TagResource,
    UntagResource, DeleteLogGroup."
extends_documentation_fragment:
  - meetops.jitsi.common
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: The log group keeps its events for a month
  meetops.jitsi.log_group:
    name: /ecs/jitsi-video-platform
    retention_days: 30
    region: us-east-1

- name: The log group is gone
  meetops.jitsi.log_group:
    name: /ecs/jitsi-video-platform
    state: absent
    region: us-east-1
"""

RETURN = r"""
changes:
  description: What was changed, or would be changed in check mode.
  returned: success
  type: list
  elements: dict
  sample: [{resource: log group /ecs/jitsi-video-platform, action: update, fields: [retention_days]}]
"""

from typing import Any

from ansible_collections.meetops.jitsi.plugins.module_utils._aws import logs
from ansible_collections.meetops.jitsi.plugins.module_utils._aws.runner import client, finish, run
from ansible_collections.meetops.jitsi.plugins.module_utils.changes import Change, compare
from ansible_collections.meetops.jitsi.plugins.module_utils.variables.facts import RETENTION_DAYS
from ansible_collections.meetops.jitsi.plugins.module_utils.variables.kinds import log_group


def reconcile(module: Any) -> None:
    """Read the log group, compare, write."""
    params = module.params
    name, resource = params["name"], f"log group {params['name']}"
    api = client(module, "logs")
    found = logs.describe_log_group(api, name)
    # AWS writes the ARN with and without an asterisk at its end.
    arn = found.get("arn", "").removesuffix(":*")
    current, wanted = {}, {}
    if found:
        current[resource] = {"RetentionDays": found.get("retentionInDays"), "Tags": logs.list_tags(api, arn)}
    if params["state"] == "present":
        wanted[resource] = {"RetentionDays": params["retention_days"], "Tags": params["tags"]}

    def apply(change: Change) -> None:
        if change.after is None:
            logs.delete_log_group(api, name)
            return
        if change.before is None:
            logs.create_log_group(api, name, change.after["Tags"])
        elif "Tags" in change.fields:
            logs.tag(api, arn, change.before["Tags"], change.after["Tags"])
        if "RetentionDays" in change.fields:
            logs.put_retention(api, name, change.after["RetentionDays"])

    finish(module, compare(current, wanted, prune=True), apply)


def main() -> None:
    """Run the module."""
    run(
        {
            "name": {"type": "str", "required": True},
            "retention_days": {"type": "int", "choices": list(RETENTION_DAYS)},
            "tags": {"type": "dict", "default": {}},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        },
        reconcile,
        rules={"name": log_group()},
        required_if=[("state", "present", ("retention_days",))],
    )


if __name__ == "__main__":
    main()
