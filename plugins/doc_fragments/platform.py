# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)


class ModuleDocFragment:
    """The options by which modules find all of a platform."""

    DOCUMENTATION = r"""
options:
  name:
    description: Name that all names of the platform derive from.
    type: str
    required: true
  domain:
    description: Host name that people open.
    type: str
    required: true
  hosted_zone:
    description: Route 53 hosted zone that the domain is in, by name.
    type: str
    required: true
"""
