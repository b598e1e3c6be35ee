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
  - C(amazon.aws.iam_policy) (release 11.4) fails in check mode with C(NoSuchEntity) as long as the role does not exist,
    so that an empty account cannot be planned, and leaves inline policies that no task names.
  - With C(amazon.aws.iam_role), C(amazon.aws.iam_policy) and C(amazon.aws.iam_instance_profile), seven roles with five
    policies took 13 processes and 43 calls in a run without changes, where this module takes one of each.
  - A run that changes nothing makes one API call for all roles, C(iam:GetAccountAuthorizationDetails), or, where that
    is not allowed, four or more a role.
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

from ansible_collections.meetops.jitsi.plugins.module_utils._aws import iam as api
from ansible_collections.meetops.jitsi.plugins.module_utils._aws import runner, sts
from ansible_collections.meetops.jitsi.plugins.module_utils.access import roles as iam
from ansible_collections.meetops.jitsi.plugins.module_utils.changes import Change, compare
from ansible_collections.meetops.jitsi.plugins.module_utils.errors import InvalidInput
from ansible_collections.meetops.jitsi.plugins.module_utils.items import by_state

PREFIX = "role "
POLICY = "policies."


class Roles:
    """The roles that are listed, and those that shall be absent."""

    def __init__(self, module):
        self.module, self.path, self.tags = module, module.params["path"], module.params["tags"]
        self.listed, gone = by_state("roles", module.params["roles"])
        self.iam = runner.client(module, "iam")
        self.details = api.role_details(self.iam, {*self.listed, *gone})

    def changes(self):
        """What differs. None stands for an inline policy that has to go."""
        current = {PREFIX + name: iam.current_fields(detail) for name, detail in self.details.items()}
        wanted = {}
        for name, role in self.listed.items():
            strays = dict.fromkeys(field for field in current.get(PREFIX + name, {}) if field.startswith(POLICY))
            wanted[PREFIX + name] = {**strays, **iam.wanted_fields(role, self.tags)}
        return compare(current, wanted, prune=True)

    def apply(self, change: Change) -> None:
        """Make one change."""
        getattr(self, change.action)(change.resource.removeprefix(PREFIX), change)

    def create(self, name, change):
        after = change.after
        description = self.listed[name]["description"]
        arn = api.create_role(self.iam, name, self.path, description, after["trust"], after["tags"])
        self.details[name] = {"RoleName": name, "Arn": arn}
        self.set_permissions(name, {}, after, change.fields)
        if after["instance_profile"]:
            api.create_instance_profile(self.iam, name, self.path, after["tags"])

    def update(self, name, change):
        before, after = change.before, change.after
        if "trust" in change.fields:
            api.set_trust(self.iam, name, after["trust"])
        if "tags" in change.fields:
            api.tag_role(self.iam, name, before["tags"], after["tags"])
        self.set_permissions(name, before, after, change.fields)
        if "instance_profile" in change.fields and after["instance_profile"]:
            api.create_instance_profile(self.iam, name, self.path, after["tags"])
        elif "instance_profile" in change.fields:
            api.delete_instance_profile(self.iam, name, holds_role=True)

    def delete(self, name, change):
        # A run that died may have left an empty one.
        api.delete_instance_profile(self.iam, name, change.before["instance_profile"])
        self.set_permissions(name, change.before, {}, change.fields)
        # The role goes last, so that a run that died is finished by the next.
        api.delete_role(self.iam, name)

    def set_permissions(self, name, before, after, fields):
        """Set the inline policies among the fields, and the managed ones."""
        for field in fields:
            if field.startswith(POLICY) and after.get(field):
                api.put_policy(self.iam, name, field.removeprefix(POLICY), after[field])
            elif field.startswith(POLICY):
                api.delete_policy(self.iam, name, field.removeprefix(POLICY))
        policies = [state.get("managed_policies", []) for state in (before, after)]
        api.set_managed_policies(self.iam, name, *policies)

    def result(self):
        """The ARNs for the caller. Names make them, so that those of new roles are known in check mode too."""
        known = all(name in self.details for name in self.listed)
        account = "" if known else sts.account_id(runner.client(self.module, "sts"))
        return {name: self.arns(name, account) for name in self.listed}

    def arns(self, name, account):
        if name in self.details:
            arn = self.details[name]["Arn"]
        else:
            arn = f"arn:{self.iam.meta.partition}:iam::{account}:role{self.path}{name}"
        profile = iam.profile_arn(self.details.get(name, {})) or arn.replace(":role/", ":instance-profile/", 1)
        return {"arn": arn, "instance_profile_arn": profile if self.listed[name]["instance_profile"] else ""}


def validate(params):
    """Raise InvalidInput on what AWS would refuse."""
    for role in by_state("roles", params["roles"])[0].values():
        iam.validate(role)
    if not (params["path"].startswith("/") and params["path"].endswith("/")):
        raise InvalidInput(f"path {params['path']}: must begin and end with a slash; use / or /<part>/")


def reconcile(module):
    validate(module.params)
    roles = Roles(module)
    runner.finish(module, roles.changes(), roles.apply, roles=roles.result)


def main():
    trust = dict(
        service=dict(type="list", elements="str", required=True),
        conditions=dict(type="dict", default={}),
    )
    role = dict(
        name=dict(type="str", required=True),
        state=dict(type="str", choices=["present", "absent"], default="present"),
        description=dict(type="str", default=""),
        trust=dict(type="dict", options=trust),
        policies=dict(type="dict", default={}),
        managed_policies=dict(type="list", elements="str", default=[]),
        instance_profile=dict(type="bool", default=False),
    )
    runner.run(
        dict(
            roles=dict(
                type="list",
                elements="dict",
                default=[],
                options=role,
                required_if=[("state", "present", ("trust",))],
            ),
            path=dict(type="str", default="/"),
            tags=dict(type="dict", default={}),
        ),
        reconcile,
    )


if __name__ == "__main__":
    main()
