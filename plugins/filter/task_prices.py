# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What an hour of each task costs."""

from __future__ import annotations

DOCUMENTATION = r"""
name: task_prices
short_description: Price an hour of each task
version_added: 0.3.0
author: [meetops.jitsi contributors (@meetops)]
description:
  - Prices tasks with their public address, by the same list prices as M(meetops.jitsi.cost_info).
  - Makes no call to AWS.
options:
  _input:
    description:
      - The tasks, each with C(name), and C(cpu) and C(memory) on Fargate, or C(instance_type) and, if wanted,
        C(disk_gib) on an instance of its own.
    type: list
    elements: dict
    required: true
"""

EXAMPLES = r"""
- name: Show what an hour of a bridge costs
  ansible.builtin.debug:
    msg: "{{ ([{'name': 'bridge', 'cpu': 4096, 'memory': 8192}] | meetops.jitsi.task_prices).bridge }} USD"
"""

RETURN = r"""
_value:
  description: USD an hour by the task's name; 0 for an instance whose price is not known.
  type: dict
"""

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.meetops.jitsi.plugins.module_utils.platform.prices import awake_cost


def task_prices(tasks: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """USD an hour by name."""
    return {line["item"]: line["usd_each"] or 0.0 for line in awake_cost(tasks)["lines"]}


class FilterModule:
    """The filter task_prices."""

    def filters(self) -> dict[str, object]:
        """Name the filter."""
        return {"task_prices": task_prices}
