# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a platform costs while nobody meets."""

from __future__ import annotations

DOCUMENTATION = r"""
name: idle_cost
short_description: What a platform costs in a month in which nobody meets
version_added: 0.1.0
author: [meetops.jitsi contributors (@meetops)]
description:
  - Computes the monthly bill line by line from what is there, at AWS list prices of us-east-1.
  - Takes off what every account has free each month, such as ten alarms and three dashboards.
  - Makes no call to AWS.
options:
  _input:
    description:
      - How many there are of each thing.
      - The names are C(alarms), C(dashboards), C(metrics), C(secrets), C(private_zones), C(customer_keys), C(log_gib),
        C(recording_gib) and C(public_ips). Those left out count as none.
    type: dict
    required: true
"""

EXAMPLES = r"""
- name: Show what sleeping costs
  ansible.builtin.debug:
    msg: "{{ {'secrets': 1, 'private_zones': 1, 'alarms': 9} | meetops.jitsi.idle_cost }}"
"""

RETURN = r"""
_value:
  description:
    - C(lines), one dictionary with C(item), C(quantity) and C(usd) for each thing that is there.
    - C(usd_month), their sum in USD.
  type: dict
"""

from collections.abc import Mapping
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.meetops.jitsi.plugins.module_utils import cost
from ansible_collections.meetops.jitsi.plugins.module_utils.errors import InvalidInput


def idle_cost(counts: Mapping[str, float]) -> dict[str, Any]:
    """See ``cost.idle_cost``."""
    try:
        return cost.idle_cost(counts)
    except InvalidInput as error:
        raise AnsibleFilterError(str(error)) from error


class FilterModule:
    """The filter idle_cost."""

    def filters(self) -> dict[str, object]:
        """Name the filter."""
        return {"idle_cost": idle_cost}
