# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Writes what each task of a run returned, for tests: one JSON object a line, to the file that $PLAN_RECORD names.

The emulator at $PLAN_ENDPOINT gets a mark whenever a task begins, so that each of its calls is known to be of a task.
"""

from __future__ import annotations

import json
import os
import urllib.error
import urllib.request
from typing import Any

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = r"""
name: plan_recorder
type: aggregate
short_description: Record results for tests
description: Only for tests.
"""


class CallbackModule(CallbackBase):
    """See above."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "plan_recorder"

    def v2_playbook_on_task_start(self, task: Any, is_conditional: bool) -> None:
        """Mark the calls that follow."""
        if not os.environ["PLAN_ENDPOINT"]:
            return
        request = urllib.request.Request(os.environ["PLAN_ENDPOINT"], headers={"X-Amz-Target": f"x.MARK{task._uuid}"})
        try:
            urllib.request.urlopen(request, timeout=10).close()
        except urllib.error.HTTPError:
            pass  # The emulator knows no such operation, but its recorder has seen it.

    def v2_runner_on_ok(self, result: Any) -> None:
        """Keep the result."""
        task, values = result.task, result.result
        record = {
            "task": task.get_name(),
            "uuid": task._uuid,
            "module": task.resolved_action or task.action,
            "arguments": values.get("invocation", {}).get("module_args", {}),
            **{key: values.get(key) for key in ("changed", "changes", "diff")},
        }
        with open(os.environ["PLAN_RECORD"], "a", encoding="utf-8") as file:
            file.write(json.dumps(record) + "\n")
