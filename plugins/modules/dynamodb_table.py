#!/usr/bin/python
# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: dynamodb_table
version_added: 0.3.0
short_description: Keep a DynamoDB table that costs nothing while nobody uses it
description:
  - Keeps a table whose items have one text as their key, which is paid by the request.
  - Items, indexes, backups and the times to live of items are left alone.
author: [meetops.jitsi contributors (@meetops)]
options:
  name:
    description: Name of the table.
    type: str
    required: true
  key:
    description: Name of the attribute that is the key. It cannot be changed later. Required with O(state=present).
    type: str
  tags:
    description: Tags of the table. Others are removed.
    type: dict
    default: {}
  state:
    description: V(absent) removes the table with its items.
    type: str
    choices: [present, absent]
    default: present
notes:
  - "C(community.aws.dynamodb_table) (release 11.2) returns no diff and names no field, with or without check mode."
  - "Permissions: dynamodb:DescribeTable, ListTagsOfResource, CreateTable, UpdateTable, TagResource, UntagResource,
    DeleteTable."
extends_documentation_fragment:
  - meetops.jitsi.common
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: The table is there
  meetops.jitsi.dynamodb_table:
    name: jitsi-video-platform-wakes
    key: id
    region: us-east-1

- name: The table is gone
  meetops.jitsi.dynamodb_table:
    name: jitsi-video-platform-wakes
    state: absent
    region: us-east-1
"""

RETURN = r"""
changes:
  description: What was changed, or would be changed in check mode.
  returned: success
  type: list
  elements: dict
  sample: [{resource: table jitsi-video-platform-wakes, action: update, fields: [tags]}]
"""

from typing import Any

from ansible_collections.meetops.jitsi.plugins.module_utils._aws import dynamodb
from ansible_collections.meetops.jitsi.plugins.module_utils._aws.runner import client, finish, run
from ansible_collections.meetops.jitsi.plugins.module_utils.changes import Change, Fields, compare
from ansible_collections.meetops.jitsi.plugins.module_utils.errors import InvalidInput
from ansible_collections.meetops.jitsi.plugins.module_utils.rules import matching

# How DynamoDB describes a table whose key is one text.
TEXT = "S"
HASH = "HASH"


def fields(described: dict[str, Any], tags: dict[str, str]) -> Fields:
    """The managed fields of a table."""
    billing = described.get("BillingModeSummary") or {}
    return {"BillingMode": billing.get("BillingMode", "PROVISIONED"), "Tags": tags}


NAME = matching(r"[A-Za-z0-9_.-]{3,255}", "3 to 255 letters, digits and _.-")
KEY = matching(r"[A-Za-z0-9_.-]{1,255}", "1 to 255 letters, digits and _.-")


def check_key(name: str, key: str, described: dict[str, Any]) -> None:
    """Refuse a table with another key: it cannot be changed."""
    schema = [(item["AttributeName"], item["KeyType"]) for item in described["KeySchema"]]
    types = {item["AttributeName"]: item["AttributeType"] for item in described["AttributeDefinitions"]}
    if schema != [(key, HASH)] or types.get(key) != TEXT:
        raise InvalidInput(
            f"key {key}: the table {name} has another key ({', '.join(item for item, _kind in schema)}), which "
            "DynamoDB cannot change; delete the table or choose another name"
        )


def reconcile(module: Any) -> None:
    """Read the table, compare, write."""
    params = module.params
    name, resource = params["name"], f"table {params['name']}"
    api = client(module, "dynamodb")
    found = dynamodb.describe_table(api, name)
    if found.get("TableStatus") == "DELETING":
        if not module.check_mode:
            dynamodb.wait_until_gone(api, name)
        found = {}
    current, wanted = {}, {}
    if found:
        current[resource] = fields(found, dynamodb.list_tags(api, found["TableArn"]))
    if params["state"] == "present":
        wanted[resource] = {"BillingMode": "PAY_PER_REQUEST", "Tags": params["tags"]}
        if found:
            check_key(name, params["key"], found)

    def apply(change: Change) -> None:
        if change.after is None:
            dynamodb.delete_table(api, name)
        elif change.before is None:
            dynamodb.create_table(api, name, params["key"], change.after["Tags"])
        else:
            if "BillingMode" in change.fields:
                dynamodb.pay_per_request(api, name)
            if "Tags" in change.fields:
                dynamodb.tag(api, found["TableArn"], change.before["Tags"], change.after["Tags"])

    finish(module, compare(current, wanted, prune=True), apply)


def main() -> None:
    """Run the module."""
    run(
        {
            "name": {"type": "str", "required": True},
            "key": {"type": "str", "no_log": False},
            "tags": {"type": "dict", "default": {}},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        },
        reconcile,
        rules={"name": NAME, "key": KEY},
        required_if=[("state", "present", ("key",))],
    )


if __name__ == "__main__":
    main()
