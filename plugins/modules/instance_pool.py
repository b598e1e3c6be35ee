#!/usr/bin/python
# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: instance_pool
version_added: 0.1.0
short_description: Manage a pool of ECS container instances from zero to N
description:
  - Keeps a launch template and an auto scaling group that an ECS capacity provider fills and empties.
  - The newest ECS-optimized Amazon Linux 2023 image is taken at launch; metadata needs IMDSv2; the volume is encrypted.
author: [meetops.jitsi contributors (@meetops)]
options:
  name:
    description: Name of the auto scaling group and of the launch template.
    type: str
    required: true
  state:
    description: Whether the pool exists. V(absent) ends its instances, and waits until they are gone.
    type: str
    choices: [present, absent]
    default: present
  instance_type:
    description: EC2 instance type. Required when O(state=present).
    type: str
  instance_profile:
    description: Name of the instance profile. Required when O(state=present).
    type: str
  security_groups:
    description: Ids of security groups.
    type: list
    elements: str
    default: []
  subnets:
    description: Ids of public subnets; instances get a public address.
    type: list
    elements: str
    default: []
  max_size:
    description: Largest number of instances; the smallest is 0.
    type: int
    default: 1
  volume_size:
    description: Size of the root volume in GiB.
    type: int
    default: 60
  user_data:
    description: Script that an instance runs at its first start. It must hold no secret.
    type: str
    default: ""
  tags:
    description: Tags of the group, the template, the instances and their volumes.
    type: dict
    default: {}
extends_documentation_fragment:
  - meetops.jitsi.common
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
notes:
  - M(amazon.aws.autoscaling_group) is not used because it calls UpdateAutoScalingGroup on every run, in check mode too,
    once the group exists (seen in amazon.aws 11.4).
  - The desired capacity is set to 0 at creation and belongs to the capacity provider afterwards.
"""

EXAMPLES = r"""
- name: Keep the pool of recorder instances
  meetops.jitsi.instance_pool:
    name: jitsi-video-platform-recorder
    instance_type: c6i.xlarge
    instance_profile: jitsi-video-platform-recorder-instance
    security_groups: [sg-0123456789abcdef0]
    subnets: [subnet-0123456789abcdef0, subnet-0123456789abcdef1]
    max_size: 2
    user_data: |
      #!/bin/bash
      echo ECS_CLUSTER=jitsi-video-platform-cluster >> /etc/ecs/ecs.config
"""

RETURN = r"""
arn:
  description: ARN of the auto scaling group; a placeholder when it is only planned, empty when it is absent.
  returned: always
  type: str
changes:
  description: What changed, or would in check mode.
  returned: always
  type: list
  elements: dict
  sample: [{resource: launch template x, action: update, fields: [instance_type]}]
"""

from typing import Any

from ansible_collections.meetops.jitsi.plugins.module_utils._aws import autoscaling
from ansible_collections.meetops.jitsi.plugins.module_utils._aws.runner import client, finish, run
from ansible_collections.meetops.jitsi.plugins.module_utils.changes import Change, compare
from ansible_collections.meetops.jitsi.plugins.module_utils.ecs import instance_pool

ARGUMENTS: dict[str, Any] = {
    "name": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "instance_type": {"type": "str"},
    "instance_profile": {"type": "str"},
    "security_groups": {"type": "list", "elements": "str", "default": []},
    "subnets": {"type": "list", "elements": "str", "default": []},
    "max_size": {"type": "int", "default": 1},
    "volume_size": {"type": "int", "default": 60},
    "user_data": {"type": "str", "default": ""},
    "tags": {"type": "dict", "default": {}},
}


class Pool:
    """The launch template and the auto scaling group as they are, and how to change one."""

    def __init__(self, module: Any) -> None:
        self.name = module.params["name"]
        self.tags = module.params["tags"]
        self.ec2 = client(module, "ec2")
        self.autoscaling = client(module, "autoscaling")
        self.template = autoscaling.get_launch_template(self.ec2, self.name)
        self.group = autoscaling.get_group(self.autoscaling, self.name)

    def apply(self, change: Change) -> None:
        """Make one change."""
        if change.resource.startswith(instance_pool.TEMPLATE):
            self.apply_template(change)
        else:
            self.apply_group(change)

    def apply_template(self, change: Change) -> None:
        """Create the launch template, add a version to it, or delete it."""
        if change.after is None:
            autoscaling.delete_launch_template(self.ec2, self.name)
        elif change.before is None:
            autoscaling.create_launch_template(self.ec2, self.name, change.after, self.tags)
        else:
            # A version has what it is given and nothing of the one before.
            data = {key: value for key, value in change.after.items() if value is not None}
            autoscaling.create_launch_template_version(self.ec2, self.name, data)

    def apply_group(self, change: Change) -> None:
        """Create, update or delete the auto scaling group."""
        if change.after is None:
            autoscaling.delete_group(self.autoscaling, self.name)
        elif change.before is None:
            autoscaling.create_group(self.autoscaling, self.name, change.after)
        else:
            autoscaling.update_group(self.autoscaling, self.name, change.after)

    def arn(self, planned: bool) -> str:
        """ARN of the group, or a placeholder where it is only ``planned``."""
        group = self.group or (None if planned else autoscaling.get_group(self.autoscaling, self.name))
        return str(group["AutoScalingGroupARN"]) if group else f"arn:aws:autoscaling:planned:{self.name}"

    def ended(self, planned: bool) -> str:
        """No ARN, once the instances have ended, which are in the network until then.

        An earlier run may have deleted the group: it is waited for too, unless its end is only ``planned``.
        """
        if not planned:
            autoscaling.wait_until_deleted(self.autoscaling, self.name)
        return ""


def reconcile(module: Any) -> None:
    """Check the input, read the template and the group, make them as wanted."""
    params = module.params
    present = params["state"] == "present"
    if present:
        instance_pool.check(params)
    found = Pool(module)
    current = instance_pool.current(found.name, found.template, found.group)
    wanted = instance_pool.wanted(params, current) if present else {}
    arn = found.arn if present else found.ended
    finish(module, compare(current, wanted, prune=True), found.apply, arn=lambda: arn(module.check_mode))


def main() -> None:
    """Run the module."""
    run(
        ARGUMENTS,
        reconcile,
        required_if=[("state", "present", ("instance_type", "instance_profile", "security_groups", "subnets"))],
    )


if __name__ == "__main__":
    main()
