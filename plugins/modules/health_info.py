#!/usr/bin/python
# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: health_info
version_added: 0.3.0
short_description: Tell whether a platform is well, and what to do if it is not
description:
  - Looks at the life cycle, services, tasks, DNS, certificates, figures of the components, functions, alarms, passwords
    and recordings, and logs in by XMPP as a participant does. A platform that is asleep is well.
author: [meetops.jitsi contributors (@meetops)]
options:
  recording:
    description: Whether meetings can be recorded.
    type: bool
    default: true
  rotation_days:
    description: After how many days the passwords are to be rotated.
    type: int
    default: 90
  rotation_grace_days:
    description: How many days later this is overdue.
    type: int
    default: 7
  certificate_days:
    description: How many days a certificate should still be valid.
    type: int
    default: 10
  reach:
    description: Whether to log in by XMPP when the platform is awake, from the machine that runs the module.
    type: bool
    default: false
    version_added: 0.4.0
  address:
    description: With O(reach), the address to connect to instead of what DNS says of O(domain).
    type: str
    default: ""
    version_added: 0.4.0
  port:
    description: With O(reach), the TCP port of HTTPS.
    type: int
    default: 443
    version_added: 0.4.0
  ca_file:
    description: With O(reach), a file with the certificate authorities to trust, instead of those of the machine.
    type: path
    default: ""
    version_added: 0.4.0
  timeout:
    description: With O(reach), how many seconds each of its steps may take, 1 to 120.
    type: int
    default: 10
    version_added: 0.4.0
extends_documentation_fragment:
  - meetops.jitsi.common.info
  - meetops.jitsi.platform
  - meetops.jitsi.lifecycle
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
notes:
  - Makes about 30 calls, none of which changes anything.
  - "Permissions, beside those of M(meetops.jitsi.lifecycle_info): acm:ListCertificates and DescribeCertificate,
    cloudfront:ListDistributions, cloudwatch:DescribeAlarms and GetMetricStatistics, ec2:DescribeNetworkInterfaces,
    ecs:ListTasks and DescribeTasks, logs:FilterLogEvents."
"""

EXAMPLES = r"""
- name: Look whether all is well
  meetops.jitsi.health_info:
    name: jitsi-video-platform
    domain: meet.example.com
    hosted_zone: example.com
  register: health

- name: Tell
  ansible.builtin.debug:
    msg: "{{ health.state }}"
"""

RETURN = r"""
state:
  description: The worst state of the checks, V(ok), V(warn) or V(bad).
  returned: success
  type: str
checks:
  description: What was looked at, in the order in which to repair.
  returned: success
  type: list
  elements: dict
  contains:
    check:
      description: What was looked at.
      type: str
    state:
      description: V(ok), V(warn) or V(bad).
      type: str
    text:
      description: What was found.
      type: str
    todo:
      description: What to do, empty if there is nothing.
      type: str
at:
  description: When it was looked at, UTC.
  returned: success
  type: str
"""

from dataclasses import asdict, replace
from typing import Any

from ansible_collections.meetops.jitsi.plugins.module_utils._aws.runner import run
from ansible_collections.meetops.jitsi.plugins.module_utils.health import check, checks
from ansible_collections.meetops.jitsi.plugins.module_utils.health.reader import Reader
from ansible_collections.meetops.jitsi.plugins.module_utils.lifecycle import connect
from ansible_collections.meetops.jitsi.plugins.module_utils.probe.checks import Target, Verification
from ansible_collections.meetops.jitsi.plugins.module_utils.probe.net import Site
from ansible_collections.meetops.jitsi.plugins.module_utils.rules import between, readable
from ansible_collections.meetops.jitsi.plugins.module_utils.times import moments
from ansible_collections.meetops.jitsi.plugins.module_utils.variables.kinds import PLATFORM


def xmpp(params: dict[str, Any]) -> list[dict[str, Any]]:
    """The steps to a login."""
    site = Site(params["domain"], params["port"], params["address"], params["ca_file"] or "")
    return Verification(Target(site, params["timeout"]), []).reach_xmpp()


def reconcile(module: Any) -> None:
    """Read, look, tell."""
    params, reader = module.params, Reader(module, module.params["recording"])
    limits = checks.Limits(params["rotation_days"], params["rotation_grace_days"], params["certificate_days"])
    facts = reader.facts()
    if params["reach"] and facts.life.get("phase") == "awake":
        facts = replace(facts, xmpp=xmpp(params))
    found = checks.checks(facts, limits)
    module.exit_json(
        changed=False, state=check.worst(found), checks=[asdict(each) for each in found], at=moments.iso(reader.now)
    )


def main() -> None:
    """Run the module."""
    run(
        {
            **connect.ARGUMENTS,
            "recording": {"type": "bool", "default": True},
            "rotation_days": {"type": "int", "default": 90},
            "rotation_grace_days": {"type": "int", "default": 7},
            "certificate_days": {"type": "int", "default": 10},
            "reach": {"type": "bool", "default": False},
            "address": {"type": "str", "default": ""},
            "port": {"type": "int", "default": 443},
            "ca_file": {"type": "path", "default": ""},
            "timeout": {"type": "int", "default": 10},
        },
        reconcile,
        rules={
            **PLATFORM,
            "rotation_days": between(1, 1000),
            "rotation_grace_days": between(0, 365),
            "certificate_days": between(0, 365),
            "port": between(1, 65535),
            "timeout": between(1, 120, "seconds"),
            "ca_file": readable(),
        },
    )


if __name__ == "__main__":
    main()
