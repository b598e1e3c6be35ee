#!/usr/bin/python
# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: probe_info
version_added: 0.3.0
short_description: Try a platform from outside, as a participant's browser does
description:
  - Takes the steps of a participant one after the other, from the machine that runs it, and times each.
  - The steps are TLS, page, settings, WebSocket, anonymous XMPP login, credentials for the relay, an allocation on the
    relay, and a conference that jicofo leads in a room of its own.
  - Makes no call to AWS, and needs nothing but Python.
author: [meetops.jitsi contributors (@meetops)]
options:
  domain:
    description: Host name that people open.
    type: str
    required: true
  port:
    description: TCP port of HTTPS.
    type: int
    default: 443
  address:
    description: Address to connect to instead of what DNS says of O(domain), to try a way in by itself.
    type: str
    default: ""
  ca_file:
    description: File with the certificate authorities to trust, instead of those of the machine.
    type: path
    default: ""
  xmpp_domain:
    description: Name that the components have for the XMPP domain of guests.
    type: str
    default: meet.jitsi
  room:
    description: Room in which to have jicofo lead a conference. Empty leaves that step out.
    type: str
    default: ""
  turn_address:
    description: Address to connect to instead of the relay that prosody names.
    type: str
    default: ""
  bridges:
    description:
      - Addresses of bridges whose UDP port is asked. A bridge does not answer strangers, so this shows only a port at
        which nobody listens.
    type: list
    elements: str
    default: []
  bridge_port:
    description: UDP port of the bridges.
    type: int
    default: 10000
  timeout:
    description: Seconds that a step may take, 1 to 120.
    type: int
    default: 10
  certificate_days:
    description: How many days the certificate should still be valid.
    type: int
    default: 10
  patience:
    description: For how many seconds it is tried again as long as something does not work, 0 to 3600.
    type: int
    default: 0
    version_added: 0.4.0
attributes:
  check_mode:
    description: Changes nothing, so it always runs.
    support: full
  diff_mode:
    description: Changes nothing, so has no diff.
    support: none
"""

EXAMPLES = r"""
- name: Try the platform
  meetops.jitsi.probe_info:
    domain: meet.example.com
  register: probe
"""

RETURN = r"""
state:
  description: The worst state of the steps, V(ok), V(warn) or V(bad).
  returned: success
  type: str
checks:
  description: The steps.
  returned: success
  type: list
  elements: dict
  contains:
    check:
      description: The step.
      type: str
    state:
      description: V(ok), V(warn), V(bad), or V(skipped) if it could not be taken or shows nothing.
      type: str
    text:
      description: What was seen.
      type: str
    todo:
      description: What to do, empty if there is nothing.
      type: str
    seconds:
      description: How long it took.
      type: float
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.meetops.jitsi.plugins.module_utils.errors import InvalidInput
from ansible_collections.meetops.jitsi.plugins.module_utils.health import patience
from ansible_collections.meetops.jitsi.plugins.module_utils.probe import checks, net
from ansible_collections.meetops.jitsi.plugins.module_utils.rules import between, check_options, line, readable
from ansible_collections.meetops.jitsi.plugins.module_utils.variables.kinds import domain

RULES = {
    "domain": domain("meet.example.com"),
    "port": between(1, 65535),
    "ca_file": readable(),
    "room": line("the name of a room"),
    "bridge_port": between(1, 65535),
    "timeout": between(1, 120, "seconds"),
    "certificate_days": between(0, 1000, "days"),
    "patience": patience.RULE,
}


def target(params: dict[str, Any]) -> checks.Target:
    """What to try."""
    return checks.Target(
        site=net.Site(params["domain"], params["port"], params["address"], params["ca_file"] or ""),
        seconds=params["timeout"],
        xmpp_domain=params["xmpp_domain"],
        room=params["room"],
        turn_address=params["turn_address"],
        bridges=tuple(params["bridges"]),
        bridge_port=params["bridge_port"],
        days=params["certificate_days"],
    )


def main() -> None:
    """Run the module."""
    module = AnsibleModule(
        argument_spec={
            "domain": {"type": "str", "required": True},
            "port": {"type": "int", "default": 443},
            "address": {"type": "str", "default": ""},
            "ca_file": {"type": "path", "default": ""},
            "xmpp_domain": {"type": "str", "default": "meet.jitsi"},
            "room": {"type": "str", "default": ""},
            "turn_address": {"type": "str", "default": ""},
            "bridges": {"type": "list", "elements": "str", "default": []},
            "bridge_port": {"type": "int", "default": 10000},
            "timeout": {"type": "int", "default": 10},
            "certificate_days": {"type": "int", "default": 10},
            "patience": {"type": "int", "default": 0},
        },
        supports_check_mode=True,
    )
    try:
        check_options(RULES, module.params)
    except InvalidInput as error:
        module.fail_json(msg=str(error))
    wanted = target(module.params)
    found = patience.look(lambda: checks.Verification(wanted, []).run(), module.params["patience"])
    module.exit_json(changed=False, state=checks.worst(found), checks=found)


if __name__ == "__main__":
    main()
