# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What runbooks found, told to a person."""

from __future__ import annotations

DOCUMENTATION = r"""
name: runbook_summary
short_description: Tell a person what a runbook found
version_added: 0.3.0
author: [meetops.jitsi contributors (@meetops)]
description:
  - Writes a short text from the result of a runbook's module.
  - Makes no call to AWS.
options:
  _input:
    description: The result of the module.
    type: dict
    required: true
  runbook:
    description: Name of the runbook.
    type: str
    choices: [logs, health, verify, incident]
    required: true
  shown:
    description: Whether the lines of the log have been shown already. Only for V(logs).
    type: bool
    default: false
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
    msg: "{{ health | meetops.jitsi.runbook_summary('health') }}"
"""

RETURN = r"""
_value:
  description: The lines of the text.
  type: list
  elements: str
"""

from ansible_collections.meetops.jitsi.plugins.module_utils.platform.runbook_summary import lines


class FilterModule:
    """The filter runbook_summary."""

    def filters(self) -> dict[str, object]:
        """Name the filter."""
        return {"runbook_summary": lines}
