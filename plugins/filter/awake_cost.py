# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What running tasks cost."""

from __future__ import annotations

DOCUMENTATION = r"""
name: awake_cost
short_description: What a platform costs in an hour in which somebody meets
version_added: 0.1.0
author: [meetops.jitsi contributors (@meetops)]
description:
  - Computes what an hour of tasks costs, with their public addresses, at AWS list prices of us-east-1.
  - Makes no call to AWS.
options:
  _input:
    description:
      - The tasks. Each has a C(name), and a C(count) if it is not 1.
      - A task on Fargate has C(cpu) in CPU units (1024 is one vCPU) and C(memory) in MiB.
      - A task on an instance of its own has C(instance_type), and C(disk_gib) for the size of the disk.
    type: list
    elements: dict
    required: true
"""

EXAMPLES = r"""
- name: Show what a meeting costs
  ansible.builtin.debug:
    msg: "{{ [{'name': 'bridge', 'cpu': 4096, 'memory': 8192}] | meetops.jitsi.awake_cost }}"
"""

RETURN = r"""
_value:
  description:
    - C(lines), one dictionary with C(item), C(quantity), C(usd_each) and C(usd) for each task. The price of an instance
      type that is not known is null and not in the sum.
    - C(usd_hour), their sum in USD.
    - C(usd_hour_per_viewer), what the video costs that one participant receives in an hour. It is not in the sum.
  type: dict
"""

from ansible_collections.meetops.jitsi.plugins.module_utils.cost import awake_cost


class FilterModule:
    """The filter awake_cost."""

    def filters(self) -> dict[str, object]:
        """Name the filter."""
        return {"awake_cost": awake_cost}
