# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Ends ansible-playbook with an exit status that the playbook chose."""

from __future__ import annotations

DOCUMENTATION = r"""
name: exit_status
type: aggregate
short_description: End a playbook with an exit status of its own
version_added: 0.2.0
author: [meetops.jitsi contributors (@meetops)]
description:
  - When every host ended well, ends C(ansible-playbook) with the number that a task set as the custom statistic
    C(exit_status) with M(ansible.builtin.set_stats). Without one the status is 0 as ever, and a failure keeps its own.
  - So a scheduler can tell apart a run that worked, one that failed and one that put its work off
    (75, C(EX_TEMPFAIL) of C(sysexits.h)).
requirements:
  - It must be enabled, as C(ansible.cfg) of this collection does, with
    C(callbacks_enabled = meetops.jitsi.exit_status) or C(ANSIBLE_CALLBACKS_ENABLED).
"""

from typing import Any

from ansible.plugins.callback import CallbackBase


class CallbackModule(CallbackBase):
    """See DOCUMENTATION."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "meetops.jitsi.exit_status"
    CALLBACK_NEEDS_ENABLED = True

    def v2_playbook_on_stats(self, stats: Any) -> None:
        """The last event of a run. Ansible has no other way to choose the exit status."""
        status = stats.custom.get("_run", {}).get("exit_status", 0)
        if status and not (stats.failures or stats.dark):
            raise SystemExit(int(status))
