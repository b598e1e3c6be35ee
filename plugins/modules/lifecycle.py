#!/usr/bin/python
# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: lifecycle
version_added: 0.2.0
short_description: Wake a platform, put it to sleep, limit its scaling
description:
  - Does by an operator's wish what the wake page and the sleep function do by themselves, with the same code.
  - Waking raises the minimum of the scalable targets and the desired counts of the services to 1.
  - A platform goes to sleep only when nobody meets. From then on nobody can come in; it stops a few minutes later, when
    figures prove that it is empty. If somebody meets, the module refuses, unless O(force).
author: [meetops.jitsi contributors (@meetops)]
options:
  state:
    description: What the platform shall be. Without it only the limits are set.
    type: str
    choices: [awake, asleep]
  force:
    description: Put the platform to sleep at once, whoever meets and whatever is recorded.
    type: bool
    default: false
  limits:
    description:
      - The most tasks, of C(bridge), C(recorder) or both, until the role C(autoscaling) puts back what the variables
        say.
      - More tasks than that end when nobody uses them.
    type: dict
    default: {}
notes:
  - Where the functions of the role C(edge) do not run, as on the local AWS, a platform that drains is not stopped.
  - "Permissions: route53:ListHostedZonesByName, ListResourceRecordSets and ChangeResourceRecordSets; dynamodb:GetItem
    and PutItem; ecs:DescribeServices, ListTasks, DescribeTasks and UpdateService;
    application-autoscaling:DescribeScalableTargets and RegisterScalableTarget; ec2:DescribeNetworkInterfaces;
    cloudwatch:GetMetricData."
extends_documentation_fragment:
  - meetops.jitsi.common
  - meetops.jitsi.platform
  - meetops.jitsi.lifecycle
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: The platform is awake before the guests come
  meetops.jitsi.lifecycle:
    name: jitsi-video-platform
    domain: meet.example.com
    hosted_zone: example.com
    state: awake

- name: Up to five bridges tonight
  meetops.jitsi.lifecycle:
    name: jitsi-video-platform
    domain: meet.example.com
    hosted_zone: example.com
    limits:
      bridge: 5
"""

RETURN = r"""
changes:
  description: What changed, or would change in check mode.
  returned: success
  type: list
  elements: dict
  sample: [{resource: platform jitsi-video-platform, action: update, fields: [phase, signalling_desired]}]
disturbs:
  description: What people lose who meet or record now, when O(state=asleep) is forced. Empty if nobody loses anything.
  returned: success
  type: str
  sample: "3 people meet: sleep ends that"
  version_added: 0.5.0
in_the_way:
  description: What people would lose, and why the platform was not put to sleep.
  returned: when O(state=asleep) is refused
  type: str
  sample: 3 people meet
  version_added: 0.4.0
"""

from typing import Any

from ansible_collections.meetops.jitsi.plugins.module_utils import names
from ansible_collections.meetops.jitsi.plugins.module_utils._aws import applicationautoscaling
from ansible_collections.meetops.jitsi.plugins.module_utils._aws.runner import client, finish, run
from ansible_collections.meetops.jitsi.plugins.module_utils.lifecycle import connect, in_use, plan
from ansible_collections.meetops.jitsi.plugins.module_utils.lifecycle.functions import reconcile as steps
from ansible_collections.meetops.jitsi.plugins.module_utils.lifecycle.functions.cloud import Cloud
from ansible_collections.meetops.jitsi.plugins.module_utils.lifecycle.functions.state import Settings
from ansible_collections.meetops.jitsi.plugins.module_utils.variables.kinds import PLATFORM


def set_limits(module: Any, limits: dict[str, int]) -> None:
    """Set the maximums; the minimums stay."""
    targets = names.resource_ids(module.params["name"])
    for kind, most in limits.items():
        applicationautoscaling.register_target(
            client(module, "application-autoscaling"), targets[kind], {"MaxCapacity": most}
        )


def move(cloud: Cloud, settings: Settings, wish: str, force: bool) -> None:
    """Wake the platform or put it to sleep; without a wish do nothing."""
    mine = None
    if wish == "awake":
        steps.wake(cloud, "operator")
    elif wish == "asleep":
        mine = steps.sleep(cloud, settings, force)
    if wish:
        steps.reconcile(cloud, settings, mine=mine)


def reconcile(module: Any) -> None:
    """Check the input, look at the platform, make it as wished."""
    wish, force = module.params["state"] or "", module.params["force"]
    limits = plan.check_limits(module.params["limits"])
    cloud, settings = connect.connect(module), connect.settings(module)
    item, seen, usage = connect.look(cloud, settings)
    obstacle = plan.in_the_way(item, seen, usage)
    if wish == "asleep" and obstacle and not force:
        module.fail_json(
            msg=in_use.notice(f"state asleep: {obstacle}", "sleep ends that", advice=True),
            in_the_way=obstacle,
        )

    def apply(_change: Any) -> None:
        set_limits(module, limits)
        move(cloud, settings, wish, force)

    changes = plan.plan(module.params["name"], item, seen, wish, force, limits)
    disturbs = in_use.notice(obstacle, "sleep ends that", advice=False) if obstacle and wish == "asleep" else ""
    finish(module, changes, apply, disturbs=disturbs)


def main() -> None:
    """Run the module."""
    run(
        {
            **connect.ARGUMENTS,
            "state": {"type": "str", "choices": ["awake", "asleep"]},
            "force": {"type": "bool", "default": False},
            "limits": {"type": "dict", "default": {}},
        },
        reconcile,
        rules=PLATFORM,
        required_one_of=[("state", "limits")],
    )


if __name__ == "__main__":
    main()
