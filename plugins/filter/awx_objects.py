# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What AWX is to have for a platform."""

from __future__ import annotations

DOCUMENTATION = r"""
name: awx_objects
short_description: Define what AWX has for a platform
version_added: 0.4.0
author: [meetops.jitsi contributors (@meetops)]
description:
  - Makes the definitions that M(meetops.jitsi.awx) takes from a list of jobs, whose surveys come from what the
    playbooks say of their options, and from the maintenance calendar, whose events become schedules.
  - Makes no call.
options:
  _input:
    description: The jobs, as in C(playbooks/vars/awx.yml).
    type: list
    elements: dict
    required: true
  settings:
    description:
      - C(name) and C(timezone) of the platform, C(project_url), C(project_branch), C(project_credential), C(inventory),
        C(image), C(image_credential), C(directory), C(credentials) by the rights that they have, and C(state).
    type: dict
    required: true
  calendar:
    description: The C(job) of each task of the calendar, and C(answers) to its survey.
    type: dict
    required: true
  tasks:
    description: The maintenance calendar, as in C(playbooks/vars/maintenance.yml).
    type: list
    elements: dict
    required: true
"""

EXAMPLES = r"""
- name: Show the names of the job templates
  ansible.builtin.debug:
    msg: "{{ (jobs | meetops.jitsi.awx_objects(settings, calendar, tasks)).job_templates | map(attribute='name') }}"
"""

RETURN = r"""
_value:
  description: Definitions by option of M(meetops.jitsi.awx).
  type: dict
"""

from ansible_collections.meetops.jitsi.plugins.module_utils.awx.jobs import objects


class FilterModule:
    """The filter awx_objects."""

    def filters(self) -> dict[str, object]:
        """Name the filter."""
        return {"awx_objects": objects}
