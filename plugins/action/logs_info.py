# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Reads the log once, or again and again, and shows what is new: a module's result is shown only when it has ended."""

from __future__ import annotations

import datetime as dt
import time
from collections import deque
from collections.abc import Mapping
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ..module_utils.errors import InvalidInput
from ..module_utils.logs import lines
from ..module_utils.times import moments

# Most of the calls a second that AWS allows are left to others.
PAUSE_SECONDS = 2
ENDLESS = ("yes", "true", "True")


class ActionModule(ActionBase):
    """See plugins/modules/logs_info.py."""

    TRANSFERS_FILES = False
    _supports_check_mode = True

    def run(self, tmp: Any = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Run the module, and follow if that is asked for."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        follow = str(self._task.args.get("follow") or "")
        try:
            seconds = None if follow in ENDLESS else moments.seconds("follow", follow) if follow else 0
        except InvalidInput as error:
            raise AnsibleActionFail(str(error)) from None
        result |= self._execute_module(task_vars=task_vars)
        if result.get("failed") or not follow:
            return result
        return {**result, **self._follow(result, seconds, task_vars)}

    def _follow(self, first: dict[str, Any], seconds: float | None, task_vars: Any) -> dict[str, Any]:
        display = Display()
        shown: deque[Mapping[str, str]] = deque(maxlen=int(self._task.args.get("limit") or 1000))
        follower = lines.Follower(dt.datetime.fromisoformat(first["since"]))
        end = None if seconds is None else time.monotonic() + seconds
        result: dict[str, Any] = first
        while True:
            fresh = follower.fresh(result["lines"], dt.datetime.fromisoformat(result["until"]))
            for line in lines.told(fresh):
                display.display(line)
            shown.extend(fresh)
            left = PAUSE_SECONDS if end is None else min(PAUSE_SECONDS, end - time.monotonic())
            if left <= 0:
                return {"lines": list(shown), "until": result["until"]}
            time.sleep(left)
            again = {**self._task.args, "since": moments.iso(follower.since), "until": "", "follow": ""}
            result = self._execute_module(module_args=again, task_vars=task_vars)
            if result.get("failed"):
                return result
