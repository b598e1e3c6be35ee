# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Names of a platform's resources, for roles and playbooks."""

from __future__ import annotations

DOCUMENTATION = r"""
name: names
short_description: Names of a platform's resources on AWS
version_added: 0.5.0
author: [meetops.jitsi contributors (@meetops)]
description:
  - Makes the names of all resources of a platform from its own name.
  - Roles, modules and functions have all names from this one place, so that each finds what another has made.
  - Makes no call to AWS.
options:
  _input:
    description: Name of the platform.
    type: str
    required: true
  domain:
    description: Domain of the platform. With it the public host names of the tasks are among the names.
    type: str
    default: ""
"""

EXAMPLES = r"""
- name: Show where the services run
  ansible.builtin.debug:
    msg: "{{ (jitsi_name | meetops.jitsi.names).cluster }}"

- name: Show the name of the TURN servers
  ansible.builtin.debug:
    msg: "{{ (jitsi_name | meetops.jitsi.names(jitsi_domain)).hosts.turn }}"
"""

RETURN = r"""
_value:
  description:
    - The names by what they name. One name each for C(cluster), C(recorder_pool), C(storage_group), C(namespace),
      C(discovery_service), C(discovery_host), C(secret), C(table), C(log_group), C(insights_log_group),
      C(metric_namespace), C(errors_metric), C(topic) and C(alarm_prefix).
    - Names by kind (C(signalling), C(bridge), C(recorder)) for C(services), C(task_definitions) and C(security_groups).
    - Names by what each is for, with _ for a hyphen, for C(functions), C(rules), C(roles), C(dashboards), and with
      O(domain) for C(hosts).
  type: dict
"""

from typing import Any

from ansible_collections.meetops.jitsi.plugins.module_utils.names import everything


def names(name: str, domain: str = "") -> dict[str, Any]:
    """Names of the platform's resources by what they name."""
    return everything(name, domain)


class FilterModule:
    """The filter names."""

    def filters(self) -> dict[str, object]:
        """Name the filter."""
        return {"names": names}
