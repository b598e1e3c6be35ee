# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The one exception that pure logic raises."""

from __future__ import annotations


class InvalidInput(ValueError):
    """Input that AWS or Jitsi would refuse.

    The message names the option, the value and the fix, in one sentence.
    """
