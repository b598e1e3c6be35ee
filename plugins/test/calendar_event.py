# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whether a text is a calendar event of systemd."""

from __future__ import annotations

DOCUMENTATION = r"""
name: calendar_event
short_description: Tell whether a text is a calendar event of systemd
version_added: 0.3.0
author: [meetops.jitsi contributors (@meetops)]
description:
  - Checks what a timer gets as C(OnCalendar), on the machine that runs Ansible, which need not have systemd.
  - Days from the end of a month (C(~)) and fractions of seconds are not known.
options:
  _input:
    description: The text, such as V(Mon *-*-* 03:30:00 Europe/Berlin) or V(quarterly).
    type: str
    required: true
"""

EXAMPLES = r"""
- name: Check when backups are made
  ansible.builtin.assert:
    that: maintenance_timers_backup is meetops.jitsi.calendar_event
"""

RETURN = r"""
_value:
  description: Whether systemd takes it.
  type: bool
"""

from ansible_collections.meetops.jitsi.plugins.module_utils.times.calendar_event import is_event


class TestModule:
    """The test calendar_event."""

    def tests(self) -> dict[str, object]:
        """Name the test."""
        return {"calendar_event": is_event}
