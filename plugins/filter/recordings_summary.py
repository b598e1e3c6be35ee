# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Recordings, told to a person."""

from __future__ import annotations

DOCUMENTATION = r"""
name: recordings_summary
short_description: Tell a person what recordings there are and how their uploads went
version_added: 0.2.0
author: [meetops.jitsi contributors (@meetops)]
description:
  - Writes a short text from the result of M(meetops.jitsi.recordings_info), or from that of M(meetops.jitsi.recording)
    with O(meetops.jitsi.recording#module:state=erased).
  - Makes no call to AWS.
options:
  _input:
    description: The result, of which only the parts that are there are told.
    type: dict
    required: true
"""

EXAMPLES = r"""
- name: Read what there is
  meetops.jitsi.recordings_info:
    bucket: jitsi-meet-example-com-recordings
  register: info

- name: Tell it
  ansible.builtin.debug:
    msg: "{{ info | meetops.jitsi.recordings_summary }}"
"""

RETURN = r"""
_value:
  description: The lines of the text.
  type: list
  elements: str
"""

from ansible_collections.meetops.jitsi.plugins.module_utils.recordings.summary import lines


class FilterModule:
    """The filter recordings_summary."""

    def filters(self) -> dict[str, object]:
        """Name the filter."""
        return {"recordings_summary": lines}
