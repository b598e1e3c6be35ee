# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What an update of the images changes."""

from __future__ import annotations

DOCUMENTATION = r"""
name: image_update
short_description: Plan an update of the images from the releases that there are
version_added: 0.3.0
author: [meetops.jitsi contributors (@meetops)]
description:
  - Makes the variables that pin the images of a chosen release, and tells what changes.
  - Makes no call.
options:
  _input:
    description:
      - The releases C(jitsi), C(caddy) and C(coturn), as M(meetops.jitsi.image_releases_info) returns them.
    type: dict
    required: true
  now:
    description: The variables that pin images now.
    type: dict
    required: true
  verified:
    description: What staging left when it last verified releases. Empty if it never did.
    type: dict
    required: true
  environment:
    description: The environment to update, such as V(staging).
    type: str
    required: true
"""

EXAMPLES = r"""
- name: Tell what would change
  ansible.builtin.debug:
    msg: "{{ (found.releases | meetops.jitsi.image_update(now=pinned, verified={}, environment='staging')).lines }}"
"""

RETURN = r"""
_value:
  description:
    - C(variables) that pin the chosen images, C(releases) with their tags and digests, whether the variables are
      C(changed), whether an update is C(needed) (on staging also if it has not verified these), and C(lines) to show.
  type: dict
"""

from ansible_collections.meetops.jitsi.plugins.module_utils.updates.update import plan


class FilterModule:
    """The filter image_update."""

    def filters(self) -> dict[str, object]:
        """Name the filter."""
        return {"image_update": plan}
