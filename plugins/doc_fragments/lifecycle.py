# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)


class ModuleDocFragment:
    """The options of whoever looks at the life cycle: ``ARGUMENTS`` in module_utils/lifecycle/connect.py."""

    DOCUMENTATION = r"""
options:
  schedules:
    description: When the platform wakes and sleeps by itself, as in the role C(autoscaling).
    type: list
    elements: dict
    default: []
  idle_minutes:
    description: Minutes without anybody until the platform sleeps by itself.
    type: int
    default: 15
"""
