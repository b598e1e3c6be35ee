# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Ends a run with what its modules changed, or would change."""

from __future__ import annotations

DOCUMENTATION = r"""
name: plan
type: aggregate
short_description: End a run with a summary of what changes
version_added: 0.3.0
author: [meetops.jitsi contributors (@meetops)]
description:
  - Counts the changes that the modules of this collection return. With C(--check) it also lists them, one line a
    resource, with the fields that would change.
  - Says who meets now and what they notice, if a change ends meetings or reloads everybody's page.
  - Prints nothing when no module of this collection took part, or when a real run changed nothing.
requirements:
  - It must be enabled, as C(ansible.cfg) of this collection does, with C(callbacks_enabled = meetops.jitsi.plan) or
    C(ANSIBLE_CALLBACKS_ENABLED).
"""

from typing import Any

from ansible import context
from ansible.plugins.callback import CallbackBase

# Action of a change -> how it is marked in the list, and its words in a plan and afterwards.
ACTIONS = {
    "create": ("+", "to create", "created"),
    "update": ("~", "to change", "changed"),
    "delete": ("-", "to delete", "deleted"),
}


def render(changes: list[dict[str, Any]], disturbs: list[str], planned: bool, failed: bool) -> list[str]:
    """The lines to print: the changes, if they are a plan, what people notice, and the number of changes. After a
    failure it is not all."""
    counts = dict.fromkeys(ACTIONS, 0)
    lines = []
    for change in changes:
        counts[change["action"]] += 1
        fields = f": {', '.join(change['fields'])}" if change["action"] == "update" else ""
        lines.append(f"  {ACTIONS[change['action']][0]} {change['resource']}{fields}")
    words = ", ".join(f"{count} {ACTIONS[action][1 if planned else 2]}" for action, count in counts.items())
    title = f"{'Plan' if planned else 'Done'}{' until the failure' if failed else ''}"
    return [*(lines if planned else []), *(f"  ! {text}" for text in disturbs), f"{title}: {words}"]


class CallbackModule(CallbackBase):
    """See DOCUMENTATION."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "meetops.jitsi.plan"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self) -> None:
        super().__init__()
        self.seen = False
        self.changes: list[dict[str, Any]] = []
        self.disturbs: list[str] = []

    def v2_runner_on_ok(self, result: Any) -> None:
        """Keep the changes that a task returned, with those of each item of its loop."""
        for returned in [result.result, *result.result.get("results", [])]:
            changes = returned.get("changes") if isinstance(returned, dict) else None
            if isinstance(changes, list) and all(
                isinstance(change, dict) and change.get("action") in ACTIONS for change in changes
            ):
                self.seen = True
                self.changes += changes
                self.disturbs += [returned["disturbs"]] if returned.get("disturbs") else []

    def v2_playbook_on_stats(self, stats: Any) -> None:
        """Print the summary."""
        planned = bool(context.CLIARGS.get("check"))
        if self.changes or (self.seen and planned):
            for line in render(self.changes, self.disturbs, planned, bool(stats.failures or stats.dark)):
                self._display.display(line)
