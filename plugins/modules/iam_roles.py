#!/usr/bin/python
# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iam_roles
version_added: 0.1.0
short_description: Manage a set of IAM roles with their policies and instance profiles
description:
  - Keeps the trust policy, the inline policies, the attached managed policies, the tags and the instance profile of
    each role.
  - Inline and managed policies that are not listed are removed from these roles.
author: [meetops.jitsi contributors (@meetops)]
options:
  roles:
    description: The roles. Others are left alone.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: Name of the role, 64 characters at most.
        type: str
        required: true
      state:
        description: V(absent) deletes the role with its policies and its instance profile. It needs only the name.
        type: str
        choices: [present, absent]
        default: present
      description:
        description: What the role is for. Set at creation only.
        type: str
        default: ""
      trust:
        description: Who may take the role. Required with O(roles[].state=present).
        type: dict
        suboptions:
          service:
            description: Service principals, such as V(ecs-tasks.amazonaws.com).
            type: list
            elements: str
            required: true
          conditions:
            description: Conditions of the trust policy, such as V(aws:SourceAccount) under V(StringEquals).
            type: dict
            default: {}
      policies:
        description: Inline policies, documents by name.
        type: dict
        default: {}
      managed_policies:
        description: ARNs of managed policies.
        type: list
        elements: str
        default: []
      instance_profile:
        description: Whether the role is in an instance profile of its own name.
        type: bool
        default: false
  path:
    description: Path of new roles and instance profiles.
    type: str
    default: /
  tags:
    description: Tags of every role.
    type: dict
    default: {}
extends_documentation_fragment:
  - meetops.jitsi.common
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
notes:
  - C(amazon.aws.iam_policy) (release 11.4) cannot plan an empty account. In check mode it fails with C(NoSuchEntity) as
    long as the role does not exist. It also leaves inline policies that no task names.
  - With C(amazon.aws.iam_role), C(amazon.aws.iam_policy) and C(amazon.aws.iam_instance_profile), seven roles with five
    policies took 13 processes and 43 calls in a run without changes, where this module takes one of each.
  - A run that changes nothing makes one API call for all roles, C(iam:GetAccountAuthorizationDetails). Where that is
    not allowed, it makes four or more calls a role.
"""

EXAMPLES = r"""
- name: Keep the roles of the bridge
  meetops.jitsi.iam_roles:
    roles:
      - name: jitsi-video-platform-bridge-execution
        description: Starts bridge tasks
        trust:
          service: ecs-tasks.amazonaws.com
          conditions:
            StringEquals: { "aws:SourceAccount": "123456789012" }
        policies:
          start-task:
            Version: "2012-10-17"
            Statement:
              - Effect: Allow
                Action: [logs:CreateLogStream, logs:PutLogEvents]
                Resource: arn:aws:logs:us-east-1:123456789012:log-group:/ecs/jitsi-video-platform:log-stream:*
      - name: jitsi-video-platform-bridge-task
        trust: { service: ecs-tasks.amazonaws.com }
    tags: { Environment: prod }

- name: Remove the roles of the recorder
  meetops.jitsi.iam_roles:
    roles:
      - { name: jitsi-video-platform-recorder-execution, state: absent }
      - { name: jitsi-video-platform-recorder-task, state: absent }
"""

RETURN = r"""
roles:
  description: The roles by name. In check mode, of those that are not there yet, the ARNs that they will have.
  returned: always
  type: dict
  contains:
    arn:
      description: ARN of the role.
      type: str
    instance_profile_arn:
      description: ARN of the instance profile of the same name, empty when there is none.
      type: str
changes:
  description: What changed, or would in check mode.
  returned: always
  type: list
  elements: dict
  sample: [{resource: role x, action: update, fields: [policies.start-task]}]
"""

from collections.abc import Mapping
from typing import Any

from ansible_collections.meetops.jitsi.plugins.module_utils._aws import iam, sts
from ansible_collections.meetops.jitsi.plugins.module_utils._aws.runner import client, finish, run
from ansible_collections.meetops.jitsi.plugins.module_utils.access import roles
from ansible_collections.meetops.jitsi.plugins.module_utils.changes import Change, Fields, compare
from ansible_collections.meetops.jitsi.plugins.module_utils.items import by_state

ARGUMENTS: dict[str, Any] = {
    "roles": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "required_if": [("state", "present", ("trust",))],
        "options": {
            "name": {"type": "str", "required": True},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "description": {"type": "str", "default": ""},
            "trust": {
                "type": "dict",
                "options": {
                    "service": {"type": "list", "elements": "str", "required": True},
                    "conditions": {"type": "dict", "default": {}},
                },
            },
            "policies": {"type": "dict", "default": {}},
            "managed_policies": {"type": "list", "elements": "str", "default": []},
            "instance_profile": {"type": "bool", "default": False},
        },
    },
    "path": {"type": "str", "default": "/"},
    "tags": {"type": "dict", "default": {}},
}


class Roles:
    """The roles as they are, and how to change one."""

    def __init__(self, api: Any, path: str, listed: Mapping[str, Any], details: dict[str, Any]) -> None:
        self.api = api
        self.path = path
        self.listed = listed
        self.details = details

    def apply(self, change: Change) -> None:
        """Make one change."""
        name, before, after = change.resource.removeprefix(roles.ROLE), change.before, change.after
        if after is None:
            self.delete(name, before or {})
        elif before is None:
            self.create(name, after)
        else:
            self.update(name, before, after, change.fields)

    def create(self, name: str, after: Fields) -> None:
        """Make a role with all it has."""
        description = self.listed[name]["description"]
        arn = iam.create_role(self.api, name, self.path, description, after["trust"], after["tags"])
        self.details[name] = {"RoleName": name, "Arn": arn}
        self.set_policies(name, {}, after)
        if after["instance_profile"]:
            iam.create_instance_profile(self.api, name, self.path, after["tags"])

    def update(self, name: str, before: Fields, after: Fields, fields: list[str]) -> None:
        """Put back the fields that differ."""
        if "trust" in fields:
            iam.set_trust(self.api, name, after["trust"])
        if "tags" in fields:
            iam.tag_role(self.api, name, before["tags"], after["tags"])
        self.set_policies(name, before, after)
        if "instance_profile" in fields and after["instance_profile"]:
            iam.create_instance_profile(self.api, name, self.path, after["tags"])
        elif "instance_profile" in fields:
            iam.delete_instance_profile(self.api, name, holds_role=True)

    def delete(self, name: str, before: Fields) -> None:
        """Delete a role with all it has. The role goes last, so that the next run finishes one that died."""
        # A run that died may have left an empty one.
        iam.delete_instance_profile(self.api, name, before["instance_profile"])
        self.set_policies(name, before, {})
        iam.delete_role(self.api, name)

    def set_policies(self, name: str, before: Fields, after: Fields) -> None:
        """Set the inline policies that differ, and the managed ones."""
        for field in sorted({*before, *after}):
            if not field.startswith(roles.POLICY) or before.get(field) == after.get(field):
                continue
            policy = field.removeprefix(roles.POLICY)
            if after.get(field):
                iam.put_policy(self.api, name, policy, after[field])
            else:
                iam.delete_policy(self.api, name, policy)
        managed = [state.get("managed_policies", []) for state in (before, after)]
        iam.set_managed_policies(self.api, name, *managed)

    def arns(self, name: str, account: str) -> dict[str, str]:
        """The ARNs of a role and of its profile. Those of a role that is only planned follow from its name."""
        detail = self.details.get(name, {})
        arn = detail.get("Arn") or f"arn:{self.api.meta.partition}:iam::{account}:role{self.path}{name}"
        profile = roles.profile_arn(detail) or arn.replace(":role/", ":instance-profile/", 1)
        return {"arn": arn, "instance_profile_arn": profile if self.listed[name]["instance_profile"] else ""}


def reconcile(module: Any) -> None:
    """Check the input, read the roles, make them as wanted."""
    params = module.params
    listed, gone = by_state("roles", params["roles"])
    roles.check(listed.values(), params["path"])
    api = client(module, "iam")
    found = Roles(api, params["path"], listed, iam.role_details(api, {*listed, *gone}))
    current = roles.current(found.details)
    changes = compare(current, roles.wanted(listed, current, params["tags"]), prune=True)

    def arns() -> dict[str, dict[str, str]]:
        account = "" if set(listed) <= set(found.details) else sts.account_id(client(module, "sts"))
        return {name: found.arns(name, account) for name in listed}

    finish(module, changes, found.apply, roles=arns)


def main() -> None:
    """Run the module."""
    run(ARGUMENTS, reconcile)


if __name__ == "__main__":
    main()
