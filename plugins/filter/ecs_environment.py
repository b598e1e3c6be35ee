# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Environment variables as a container definition holds them."""

from __future__ import annotations

DOCUMENTATION = r"""
name: ecs_environment
short_description: A dictionary as the environment of an ECS container definition
version_added: 0.1.0
author: [meetops.jitsi contributors (@meetops)]
description:
  - Turns C(NAME, value) pairs into the list that a container definition holds, sorted by name.
options:
  _input:
    description: Names and values of environment variables.
    type: dict
    required: true
"""

EXAMPLES = r"""
- name: Show an environment
  ansible.builtin.debug:
    msg: "{{ {'TZ': 'UTC', 'RESOLUTION': 720} | meetops.jitsi.ecs_environment }}"
"""

RETURN = r"""
_value:
  description: One dictionary with C(name) and C(value) for each variable; values are strings.
  type: list
  elements: dict
"""


def ecs_environment(variables: dict[str, object]) -> list[dict[str, str]]:
    """Environment of a container definition, sorted by name."""
    return [{"name": name, "value": str(variables[name])} for name in sorted(variables)]


class FilterModule:
    """The filter ecs_environment."""

    def filters(self) -> dict[str, object]:
        """Name the filter."""
        return {"ecs_environment": ecs_environment}
