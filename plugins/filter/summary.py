# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The end of a run, told to a person."""

from __future__ import annotations

DOCUMENTATION = r"""
name: summary
short_description: Tell a person where the platform is, how it is, what it costs and what to do next
version_added: 0.1.0
author: [meetops.jitsi contributors (@meetops)]
description:
  - Writes a short text from what M(meetops.jitsi.platform_info) found.
  - Makes no call to AWS.
options:
  _input:
    description:
      - What M(meetops.jitsi.platform_info) returns as RV(meetops.jitsi.platform_info#module:platform), with the parts
        V(services) and V(targets).
    type: dict
    required: true
  domain:
    description: Host name that people open.
    type: str
    required: true
  cost:
    description: What M(meetops.jitsi.cost_info) returns as RV(meetops.jitsi.cost_info#module:cost).
    type: dict
    required: true
  recording_bucket:
    description: Name of the recording bucket. Empty when recording is off.
    type: str
    default: ""
  endpoint_url:
    description: Address that all calls go to instead of AWS. Empty on AWS.
    type: str
    default: ""
  life:
    description:
      - What M(meetops.jitsi.lifecycle_info) returns as RV(meetops.jitsi.lifecycle_info#module:lifecycle), for who
        meets and what comes next. Empty to leave that out.
    type: dict
    version_added: 0.2.0
"""

EXAMPLES = r"""
- name: Read what there is
  meetops.jitsi.platform_info:
    name: jitsi-video-platform
    include: [services, targets]
  register: info

- name: Compute the bill
  meetops.jitsi.cost_info:
    name: jitsi-video-platform
  register: bill

- name: Tell it
  ansible.builtin.debug:
    msg: "{{ info.platform | meetops.jitsi.summary(domain='meet.example.com', cost=bill.cost) }}"
"""

RETURN = r"""
_value:
  description: The lines of the text.
  type: list
  elements: str
"""

from ansible_collections.meetops.jitsi.plugins.module_utils.platform.summary import lines


class FilterModule:
    """The filter summary."""

    def filters(self) -> dict[str, object]:
        """Name the filter."""
        return {"summary": lines}
