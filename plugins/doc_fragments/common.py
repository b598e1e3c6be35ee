# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)


class ModuleDocFragment:
    """What every module of this collection has in common."""

    DOCUMENTATION = r"""
options: {}
attributes:
  check_mode:
    description: Reports what would change without changing it.
    support: full
  diff_mode:
    description: Returns the fields that change, before and after.
    support: full
"""

    INFO = r"""
options: {}
attributes:
  check_mode:
    description: Reads only, so it always runs.
    support: full
  diff_mode:
    description: Changes nothing, so has no diff.
    support: none
"""
