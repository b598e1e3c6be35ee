# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Secrets as a container definition names them."""

from __future__ import annotations

DOCUMENTATION = r"""
name: ecs_secrets
short_description: Environment variables that ECS fills from one secret document
version_added: 0.1.0
author: [meetops.jitsi contributors (@meetops)]
description:
  - Makes the C(secrets) list of a container definition from names of environment variables.
  - The key of a variable in the document is its name in lower case.
  - No version is pinned, so a new task gets the current value.
options:
  _input:
    description: Names of environment variables.
    type: list
    elements: str
    required: true
  arn:
    description: ARN of the secret that holds the document.
    type: str
    required: true
"""

EXAMPLES = r"""
- name: Show where a password comes from
  ansible.builtin.debug:
    msg: "{{ ['JVB_AUTH_PASSWORD'] | meetops.jitsi.ecs_secrets(secret_arn) }}"
"""

RETURN = r"""
_value:
  description: One dictionary with C(name) and C(valueFrom) for each variable, sorted by name; no values.
  type: list
  elements: dict
"""


def ecs_secrets(names: list[str], arn: str) -> list[dict[str, str]]:
    """Secrets of a container definition, sorted by name: ``arn:key:stage:version``, stage and version left open."""
    return [{"name": name, "valueFrom": f"{arn}:{name.lower()}::"} for name in sorted(names)]


class FilterModule:
    """The filter ecs_secrets."""

    def filters(self) -> dict[str, object]:
        """Name the filter."""
        return {"ecs_secrets": ecs_secrets}
