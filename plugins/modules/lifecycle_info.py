#!/usr/bin/python
# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: lifecycle_info
version_added: 0.2.0
short_description: Tell whether a platform is awake, and who uses it
description:
  - Reads the phase of the life cycle, the services and the newest figures of participants and recorders.
author: [meetops.jitsi contributors (@meetops)]
notes:
  - "Permissions: route53:ListHostedZonesByName and ListResourceRecordSets, dynamodb:GetItem, ecs:DescribeServices,
    application-autoscaling:DescribeScalableTargets and cloudwatch:GetMetricData."
extends_documentation_fragment:
  - meetops.jitsi.common.info
  - meetops.jitsi.platform
  - meetops.jitsi.lifecycle
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: Look at the life cycle
  meetops.jitsi.lifecycle_info:
    name: jitsi-video-platform
    domain: meet.example.com
    hosted_zone: example.com
  register: life

- name: Wait for the last participant
  ansible.builtin.debug:
    msg: "{{ life.lifecycle.participants }} people meet."
"""

RETURN = r"""
lifecycle:
  description:
    - The platform now. Times are UTC, such as V(2026-11-23T14:05:00Z), or null.
    - Empty if the role C(edge) has not made the life cycle yet.
  returned: success
  type: dict
  contains:
    phase:
      description: V(asleep), V(waking), V(awake), V(draining) or V(stopping).
      type: str
    since:
      description: When the phase began. Waking and being awake are one.
      type: str
    by:
      description: Who caused the phase, V(visitor), V(operator), V(schedule), V(outside) or V(certificate).
      type: str
    woken_at:
      description: When the platform was last woken.
      type: str
    participants:
      description: The newest figure of the last minutes, null if there is none.
      type: int
    recorders_busy:
      description: Whether a recorder is at work (1) or none (0), null if nobody told.
      type: int
    recordings_waiting:
      description: Most recordings that wait for their upload on a recorder, null if nobody told.
      type: int
    services:
      description: The services by kind, each with C(minimum), C(maximum), C(desired) and C(running).
      type: dict
    addresses:
      description: What the names C(origin) and C(turn) point at. V(192.0.2.1) is nowhere.
      type: dict
    next_schedule:
      description: The next change by schedule, with C(at) and C(awake); null without one.
      type: dict
"""

from typing import Any

from ansible_collections.meetops.jitsi.plugins.module_utils._aws.runner import run
from ansible_collections.meetops.jitsi.plugins.module_utils.lifecycle import connect, plan
from ansible_collections.meetops.jitsi.plugins.module_utils.variables.kinds import PLATFORM


def reconcile(module: Any) -> None:
    """Read and tell."""
    try:
        cloud = connect.connect(module)
        found = connect.look(cloud, connect.settings(module))
    except connect.NoLifecycle:
        module.exit_json(changed=False, lifecycle={})
    report = plan.report(*found, cloud.names.schedules, cloud.now())
    module.exit_json(changed=False, lifecycle=report)


def main() -> None:
    """Run the module."""
    run(connect.ARGUMENTS, reconcile, rules=PLATFORM)


if __name__ == "__main__":
    main()
