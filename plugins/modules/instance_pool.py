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

from ansible_collections.meetops.jitsi.plugins.module_utils._aws import autoscaling as api
from ansible_collections.meetops.jitsi.plugins.module_utils._aws import runner
from ansible_collections.meetops.jitsi.plugins.module_utils.changes import Change, compare
from ansible_collections.meetops.jitsi.plugins.module_utils.ecs import instance_pool


def reconcile(module):
    pool = module.params
    name, present = pool["name"], pool["state"] == "present"
    if present:
        instance_pool.check(pool)
    ec2, autoscaling = runner.client(module, "ec2"), runner.client(module, "autoscaling")
    template_key, group_key = f"launch template {name}", f"auto scaling group {name}"

    template, group = api.get_launch_template(ec2, name), api.get_group(autoscaling, name)
    current = {}
    if template is not None:
        current[template_key] = template
    if group is not None:
        current[group_key] = instance_pool.described_group(group)
    wanted = {}
    if present:
        # None stands for what is in the template and has to go.
        wanted = {
            template_key: {**dict.fromkeys(template or {}), **instance_pool.launch_template(pool)},
            group_key: instance_pool.group(pool),
        }
        # Tags that others put on the group stay.
        if group_key in current:
            wanted[group_key]["Tags"] = {**current[group_key]["Tags"], **wanted[group_key]["Tags"]}
    changes = compare(current, wanted, prune=not present)

    def apply(change: Change) -> None:
        if change.resource == template_key:
            if change.action == "create":
                api.create_launch_template(ec2, name, change.after, pool["tags"])
            elif change.action == "update":
                # A version has what it is given and nothing of the one before.
                data = {key: value for key, value in change.after.items() if value is not None}
                api.create_launch_template_version(ec2, name, data)
            else:
                api.delete_launch_template(ec2, name)
        elif change.action == "create":
            api.create_group(autoscaling, name, change.after)
        elif change.action == "update":
            api.update_group(autoscaling, name, change.after)
        else:
            api.delete_group(autoscaling, name)

    def arn() -> str:
        if not present:
            # Also for a group that an earlier run deleted: its instances are in the network until they have ended.
            if not module.check_mode:
                api.wait_until_deleted(autoscaling, name)
            return ""
        described = group or (None if module.check_mode else api.get_group(autoscaling, name))
        return described["AutoScalingGroupARN"] if described else f"arn:aws:autoscaling:planned:{name}"

    runner.finish(module, changes, apply, arn=arn)


def main():
    runner.run(
        dict(
            name=dict(type="str", required=True),
            state=dict(type="str", choices=["present", "absent"], default="present"),
            instance_type=dict(type="str"),
            instance_profile=dict(type="str"),
            security_groups=dict(type="list", elements="str", default=[]),
            subnets=dict(type="list", elements="str", default=[]),
            max_size=dict(type="int", default=1),
            volume_size=dict(type="int", default=60),
            user_data=dict(type="str", default=""),
            tags=dict(type="dict", default={}),
        ),
        reconcile,
        required_if=[("state", "present", ("instance_type", "instance_profile", "security_groups", "subnets"))],
    )


if __name__ == "__main__":
    main()
