#!/usr/bin/python
# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: in_use_info
version_added: 0.3.0
short_description: Tell whether somebody would lose a call or a recording if the platform ended now
description:
  - Reads the services, the protection that tasks at work hold, and the figures of the last minutes.
  - What is not known counts as somebody, as long as the service that should have told it runs.
  - Needs neither the life cycle nor DNS, so it works on a platform of which parts are gone.
author: [meetops.jitsi contributors (@meetops)]
options:
  name:
    description: Name that all names of the platform derive from.
    type: str
    required: true
notes:
  - Of a platform without tasks it makes one call.
  - "Permissions: ecs:DescribeServices, ListTasks and GetTaskProtection, and cloudwatch:GetMetricData."
extends_documentation_fragment:
  - meetops.jitsi.common.info
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: See who uses the platform
  meetops.jitsi.in_use_info:
    name: jitsi-video-platform
  register: look

- name: Go on only if nobody does
  ansible.builtin.assert:
    that: look.in_use.obstacle == ""
"""

RETURN = r"""
in_use:
  description: Who uses the platform.
  returned: success
  type: dict
  contains:
    obstacle:
      description: Why the platform should not end now, in words, empty if nothing speaks against it.
      type: str
      sample: 3 people meet
    awake:
      description: Whether a service has tasks or should have some.
      type: bool
    protected:
      description: How many tasks say that they have calls or recordings.
      type: int
    participants:
      description: How many people meet, null if nobody told.
      type: int
    recorders_busy:
      description: Whether a recorder is at work (1) or none (0), null if nobody told.
      type: int
    recordings_waiting:
      description: Most recordings that wait for their upload on a recorder, null if nobody told.
      type: int
"""

from typing import Any

from ansible_collections.meetops.jitsi.plugins.module_utils import names
from ansible_collections.meetops.jitsi.plugins.module_utils._aws import ecs
from ansible_collections.meetops.jitsi.plugins.module_utils._aws.runner import client, run
from ansible_collections.meetops.jitsi.plugins.module_utils.lifecycle import connect, in_use
from ansible_collections.meetops.jitsi.plugins.module_utils.platform import state
from ansible_collections.meetops.jitsi.plugins.module_utils.variables.kinds import PLATFORM


def reconcile(module: Any) -> None:
    """Read and judge."""
    name, api = module.params["name"], client(module, "ecs")
    cluster, wanted = names.cluster(name), names.services(name)
    active = {
        item["serviceName"]: item
        for item in ecs.services(api, cluster, list(wanted.values()))
        # The tasks of a service that was deleted are stopping, and nothing holds them.
        if item["status"] == "ACTIVE"
    }
    services = {kind: state.service(service, active[service]) for kind, service in wanted.items() if service in active}
    awake = any(in_use.is_on(service) for service in services.values())
    told = connect.figures(module, name) if awake else {}
    protected = connect.protected(module, cluster, active) if awake else 0
    module.exit_json(
        changed=False,
        in_use={
            "obstacle": in_use.obstacle(services, told, protected),
            "awake": awake,
            "protected": protected,
            "participants": told.get("participants"),
            "recorders_busy": told.get("busy"),
            "recordings_waiting": told.get("waiting"),
        },
    )


def main() -> None:
    """Run the module."""
    run({"name": {"type": "str", "required": True}}, reconcile, rules=PLATFORM)


if __name__ == "__main__":
    main()
