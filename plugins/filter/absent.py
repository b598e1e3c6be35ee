# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Items of a module's list that shall be gone."""

from __future__ import annotations

DOCUMENTATION = r"""
name: absent
short_description: Make items with state absent from names
version_added: 0.5.0
author: [meetops.jitsi contributors (@meetops)]
description:
  - Makes an item with C(state=absent) from each name. Modules that keep a list of things remove these.
options:
  _input:
    description: The names.
    type: list
    elements: str
    required: true
  key:
    description: The key that names an item of the list.
    type: str
    default: name
"""

EXAMPLES = r"""
- name: Remove roles
  meetops.jitsi.iam_roles:
    roles: "{{ ['jitsi-video-platform-wake', 'jitsi-video-platform-sleep'] | meetops.jitsi.absent }}"

- name: Remove the task definitions of the recorder
  meetops.jitsi.task_definitions:
    task_definitions: "{{ ['jitsi-video-platform-recorder'] | meetops.jitsi.absent('family') }}"
"""

RETURN = r"""
_value:
  description: The items, in the order of the names.
  type: list
  elements: dict
  sample: [{name: jitsi-video-platform-recorder-task, state: absent}]
"""

from collections.abc import Iterable


def absent(names: Iterable[str], key: str = "name") -> list[dict[str, str]]:
    """An item with state absent for each name."""
    return [{key: name, "state": "absent"} for name in names]


class FilterModule:
    """The filter absent."""

    def filters(self) -> dict[str, object]:
        """Name the filter."""
        return {"absent": absent}
